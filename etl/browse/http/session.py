"""Who reads, as told by whatever lets people in; and the proof that a form was sent by the person it was made for."""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from itsdangerous import BadSignature, TimestampSigner
from starlette.requests import Request

PERSON = "gongkai.person"
"""Where a request's ASGI scope names its `Person`. No header of a request can set it."""
FORM_LIFETIME = 12 * 3600
"""Seconds for which a form may be sent: a working day, lunch included."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who was let in: the name of their login, and whether they may correct fields."""

    name: str
    may_correct: bool


def current_person(request: Request) -> Person | None:
    """Who asks; None where nobody said."""
    found = request.scope.get(PERSON)
    return found if isinstance(found, Person) else None


class FormTokens:
    """Tokens that another site can neither read nor make: signed for one person and one record, and of limited life.

    Not bound to the login's own token, which Airflow renews while a form is filled in. A browser that says that
    another site sent the form is believed besides. Its Origin is no use: `Referrer-Policy: no-referrer` makes it null.
    """

    def __init__(self, key: str) -> None:
        self._signer = TimestampSigner(key, salt="gongkai form", key_derivation="hmac", digest_method=sha256)

    def token(self, person: Person, record: int) -> str:
        """What the form must bring back."""
        return self._signer.sign(_signed_subject(person, record)).decode()

    def is_valid(self, request: Request, person: Person, record: int, token: str) -> bool:
        """Whether the form is that person's own, for that record."""
        try:
            signed = self._signer.unsign(token, max_age=FORM_LIFETIME)
        except BadSignature:
            return False
        ours = request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
        return ours and compare_digest(signed, _signed_subject(person, record).encode())


def _signed_subject(person: Person, record: int) -> str:
    return sha256(f"{record} {person.name}".encode()).hexdigest()
