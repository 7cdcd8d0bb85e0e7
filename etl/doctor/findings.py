"""What an examination finds, and running its checks so that one fault hides no other."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.exc import DBAPIError

from etl.errors import GongkaiError

INSTALL = "install the packages again: `make` in a checkout, or the image anew"
State = Literal["good", "note", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. A `note` is no fault; `advice` says what to do, or what would be better."""

    check: str
    state: State
    detail: str
    advice: str = ""


Check = Callable[[], Iterable[Finding]]


def good(check: str, detail: str) -> Finding:
    """What was looked at and is as it should be."""
    return Finding(check, "good", detail)


def note(check: str, detail: str, advice: str = "") -> Finding:
    """Something to know that keeps nothing from working, or that could not be looked at from here."""
    return Finding(check, "note", detail, advice)


def fault(check: str, detail: str, advice: str) -> Finding:
    """Something that keeps the archive from working, or will."""
    return Finding(check, "fault", detail, advice)


def run(name: str, check: Check) -> Iterator[Finding]:
    """What the check finds; an error that it ends with is a fault of that name."""
    try:
        yield from check()
    except ModuleNotFoundError as error:
        yield fault(name, f"could not be looked at: package {error.name} is missing", INSTALL)
    except GongkaiError as error:
        text = " ".join(str(error.args[0]).split())
        yield fault(name, text, error.hint or "see `gongkai status`")
    except DBAPIError as error:
        yield fault(name, " ".join(str(error.orig).split()), "see the log of PostgreSQL")
