"""Error pages: invalid requests, missing permissions, failures, damaged blobs, and what to do."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from etl.browse.errors import RequestRefused, UnknownParameter
from etl.browse.language.messages import (
    ALLOWED,
    EXPLAINED,
    NOT_POSSIBLE,
    PARAMETER,
    PROBLEMS,
    REFUSALS,
    SEARCH_PROBLEMS,
    UNKNOWN_PARAMETER,
)
from etl.browse.language.shown_reasons import ShownReason
from etl.browse.language.translation import in_both
from etl.browse.pages.fixity import blob_fixity


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """An error page: HTTP status, its name (Chinese, English), and an explanation in both languages, if any.

    `code`: names the error for programs. `detail`: for programs and operators, the server's own message if there is
    one, else the English explanation.
    """

    status: int
    code: str
    name: tuple[str, str]
    chinese: str
    english: str
    detail: str

    @property
    def is_of_search(self) -> bool:
        """Whether only the typed query is invalid, and everything else in the request is valid."""
        return self.english in SEARCH_PROBLEMS.values()


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


def error_page(status: int, explanation: str = "", detail: str = "", code: str = "") -> ErrorPage:
    """The error page of an HTTP status. `explanation`: a text of `messages.py`, such as what to do."""
    explanation = explanation or EXPLAINED.get(status, "")
    return _error_page(status, in_both(explanation) if explanation else ("", ""), detail, code)


def refusal_page(error: RequestRefused) -> ErrorPage:
    """The error page of a refused request."""
    return error_page(error.status, REFUSALS[error.reason], error.detail, error.reason)


def invalid_parameter_page(name: str) -> ErrorPage:
    """The error page of a parameter out of its limits: its name and what it may be, or what of a search is wrong."""
    if name in SEARCH_PROBLEMS:
        return error_page(400, SEARCH_PROBLEMS[name], code="invalid_parameter")
    return _parameter_page(PARAMETER, name, in_both(ALLOWED.get(name, NOT_POSSIBLE)), "invalid_parameter")


def unknown_parameter_page(error: UnknownParameter) -> ErrorPage:
    """The error page of a parameter that does not exist, with those that do."""
    known = ", ".join(error.known) or "–"
    return _parameter_page(UNKNOWN_PARAMETER, error.name[:100], (known, known), "unknown_parameter")


def _parameter_page(sentence: str, name: str, allowed: tuple[str, str], code: str) -> ErrorPage:
    chinese, english = (in_both(sentence, name=name, allowed=text)[place] for place, text in enumerate(allowed))
    return _error_page(400, (chinese, english), "", code)


def _error_page(status: int, explanation: tuple[str, str], detail: str, code: str) -> ErrorPage:
    name = PROBLEMS.get(str(status))
    code = code or _CODES.get(status, "error")
    return ErrorPage(status, code, in_both(name) if name else (str(status), ""), *explanation, detail or explanation[1])


_CODES = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "not_supported",
    500: "broken",
    503: "unavailable",
}
"""Names of errors that have no other reason."""


def damage_page(connection: Connection, digest: str, seen: str | None) -> DamagePage | None:
    """The page of a damaged blob; None if it is intact. `seen`: damage that was found just now and is not recorded
    yet."""
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
