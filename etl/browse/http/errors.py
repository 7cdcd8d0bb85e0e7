"""Error pages in both languages: invalid requests, missing permissions, failures, damaged blobs, and what to do."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from etl.browse.errors import RequestRefused
from etl.browse.language.messages import ALLOWED, PROBLEMS, REFUSALS
from etl.browse.language.shown_reasons import ShownReason
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


def error_page(status: int, chinese: str = "", english: str = "", detail: str = "") -> ErrorPage:
    """The error page of an HTTP status."""
    return ErrorPage(status, PROBLEMS.get(str(status), (str(status), "")), chinese, english, detail or english)


def refusal_page(error: RequestRefused) -> ErrorPage:
    """The error page of a refused request."""
    return error_page(error.status, *REFUSALS[error.reason])


def invalid_parameter_page(name: str) -> ErrorPage:
    """The error page of a parameter out of its limits: its name and its allowed values."""
    chinese, english = ALLOWED.get(name, ("此处不能是这个值", "this value is not possible here"))
    return error_page(400, f"参数 {name}：{chinese}。", f"Parameter {name}: {english}.")


def damage_page(connection: Connection, digest: str, seen: str | None) -> DamagePage | None:
    """The page of a damaged blob; None if it is intact. `seen` is damage found just now, not yet recorded."""
    state = blob_fixity(connection, digest)
    damage = seen or state.damage
    if damage is None:
        return None
    return DamagePage(
        500,
        PROBLEMS["damaged"],
        digest,
        damage,
        state.size,
        state.verified_at,
        state.found_at,
        state.detail,
        f"gongkai restore FOLDER {digest}",
    )
