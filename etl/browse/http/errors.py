"""Why there is no page, said in both languages: what was asked wrongly, who may not, what is broken, and what to do."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from etl.browse.errors import RequestRefused
from etl.browse.language.messages import ALLOWED, PROBLEMS, REFUSALS
from etl.browse.pages.fixity import blob_fixity


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """Why there is no page: HTTP status, its name in both languages, and what is to be said beyond that, in both.

    `detail` is for programs and for whoever runs the archive: what a server answered, word for word, else the English.
    """

    status: int
    name: tuple[str, str]
    chinese: str
    english: str
    detail: str


@dataclass(frozen=True, slots=True)
class DamagePage:
    """Stored bytes that are not what they were, or are gone, while the archive itself is well.

    `found_at` is when a check first found this damage, and `found` what it found; None and empty when none has yet.
    """

    status: int
    name: tuple[str, str]
    sha256: str
    damage: str
    size: int
    verified_at: datetime
    found_at: datetime | None
    found: str
    restore: str


def error_page(status: int, chinese: str = "", english: str = "", detail: str = "") -> ErrorPage:
    """The problem of an HTTP status."""
    return ErrorPage(status, PROBLEMS.get(str(status), (str(status), "")), chinese, english, detail or english)


def refusal_page(error: RequestRefused) -> ErrorPage:
    """Somebody, or something sent, that is not let through."""
    return error_page(error.status, *REFUSALS[error.reason])


def invalid_parameter_page(name: str) -> ErrorPage:
    """A parameter out of its limits: which, and what it may be."""
    chinese, english = ALLOWED.get(name, ("此处不能是这个值", "this value is not possible here"))
    return error_page(400, f"参数 {name}：{chinese}。", f"Parameter {name}: {english}.")


def damage_page(connection: Connection, digest: str, seen: str | None) -> DamagePage | None:
    """What is known of the damage of a blob, `seen` just now or by a check; None when neither saw any."""
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
