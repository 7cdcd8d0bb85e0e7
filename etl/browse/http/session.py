"""The logged-in user, whom the server in front names, and tokens that protect forms against forgery."""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from itsdangerous import BadSignature, TimestampSigner
from starlette.requests import Request

from etl.browse.errors import RequestRefused

PERSON = "gongkai.person"
"""Key of the ASGI scope that holds the `Person`. No header of a request can set it."""
FORM_LIFETIME = 12 * 3600
"""Seconds for which a form token is valid: a working day."""


@dataclass(frozen=True, slots=True)
class Person:
    """A logged-in user: login name, and whether they may correct fields."""

    name: str
    may_correct: bool


def current_person(request: Request) -> Person | None:
    """The user of a request; None if the server in front named none."""
    value = request.scope.get(PERSON)
    return value if isinstance(value, Person) else None


class FormTokens:
    """Signs and checks form tokens against cross-site request forgery. A token is for one user and one subject: the
    number of a record, or a name for other forms.

    It is not bound to the session token of the login, which Airflow renews while a form is being filled in. The header
    Sec-Fetch-Site is checked too. Origin cannot be: `Referrer-Policy: no-referrer` makes it null.
    """

    def __init__(self, key: str, before: str | None = None) -> None:
        """`key` signs; forms that were signed with the key `before` are also accepted."""
        keys = [*([before] if before else []), key]
        self._signer = TimestampSigner(keys, salt="gongkai form", key_derivation="hmac", digest_method=sha256)

    def token(self, person: Person, subject: int | str) -> str:
        """A token for the hidden field of a form."""
        return self._signer.sign(_signed_subject(person, subject)).decode()

    def offered(self, person: Person | None, subject: int | str) -> str | None:
        """A token for users who may correct; None for all others."""
        return self.token(person, subject) if person and person.may_correct else None

    def require(self, request: Request, person: Person, subject: int | str, token: str) -> None:
        """Raises `RequestRefused` unless the token is valid for this form."""
        if not self.is_valid(request, person, subject, token):
            raise RequestRefused(403, "form")

    def is_valid(self, request: Request, person: Person, subject: int | str, token: str) -> bool:
        """Whether the token is for this user and subject and has not expired, and the form came from our own page."""
        try:
            signed = self._signer.unsign(token, max_age=FORM_LIFETIME)
        except BadSignature:
            return False
        same_origin = request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
        return same_origin and compare_digest(signed, _signed_subject(person, subject).encode())


def _signed_subject(person: Person, subject: int | str) -> str:
    return sha256(f"{subject} {person.name}".encode()).hexdigest()
