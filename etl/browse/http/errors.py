"""Error pages: invalid requests, missing permissions, failures, damaged blobs, and what to do."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from etl.browse.errors import RequestRefused
from etl.browse.language.messages import ALLOWED, NOT_POSSIBLE, PARAMETER, PROBLEMS, REFUSALS
from etl.browse.language.shown_reasons import ShownReason
from etl.browse.language.translation import in_both
from etl.browse.pages.fixity import blob_fixity


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """An error page: HTTP status, its name (Chinese, English), and an explanation in both languages, if any.

    `detail` is for programs and operators: the server's own message where there is one, else the English explanation.
    """

    status: int
    name: tuple[str, str]
    chinese: str
    english: str
    detail: str


@dataclass(frozen=True, slots=True)
class DamagePage:
    """A damaged or missing blob, while the archive itself works.

    `found_at` is when a check first found this damage and `found` its result: both are None if no check has found it.
    """

    status: int
    name: tuple[str, str]
    sha256: str
    damage: str
    size: int
    verified_at: datetime
    found_at: datetime | None
    found: ShownReason | None
    restore: str


def error_page(status: int, explanation: str = "", detail: str = "") -> ErrorPage:
    """The error page of an HTTP status. `explanation`: a text of `messages.py`, such as what to do."""
    return _error_page(status, in_both(explanation) if explanation else ("", ""), detail)


def refusal_page(error: RequestRefused) -> ErrorPage:
    """The error page of a refused request."""
    return error_page(error.status, REFUSALS[error.reason], error.detail)


def invalid_parameter_page(name: str) -> ErrorPage:
    """The error page of a parameter out of its limits: its name and its allowed values."""
    allowed = in_both(ALLOWED.get(name, NOT_POSSIBLE))
    chinese, english = (in_both(PARAMETER, name=name, allowed=text)[place] for place, text in enumerate(allowed))
    return _error_page(400, (chinese, english), "")


def _error_page(status: int, explanation: tuple[str, str], detail: str) -> ErrorPage:
    name = PROBLEMS.get(str(status))
    return ErrorPage(status, in_both(name) if name else (str(status), ""), *explanation, detail or explanation[1])


def damage_page(connection: Connection, digest: str, seen: str | None) -> DamagePage | None:
    """The page of a damaged blob; None if it is intact. `seen` is damage found just now, not yet recorded."""
    state = blob_fixity(connection, digest)
    damage = seen or state.damage
    if damage is None:
        return None
    return DamagePage(
        500,
        in_both(PROBLEMS["damaged"]),
        digest,
        damage,
        state.size,
        state.verified_at,
        state.found_at,
        state.detail,
        f"gongkai restore FOLDER {digest}",
    )
