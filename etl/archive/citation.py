"""How a record is cited: GB/T 7714-2015, as an electronic document on the network (`[EB/OL]`).

    responsible body. title: document number[EB/OL]. (published)[captured]. address. permalink.

A part that is not known is left out, as the standard allows (8.1.4 lets works without an author begin with the title);
a document number stands where the standard puts report and standard numbers (8.2, other title information).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from etl.clock import CHINA

MOUNT = "/archive"
"""Where Airflow shows the browser."""
UNTITLED = "无题名"


class Citable(Protocol):
    """A record in one of its versions; `fetched_at` is that of the capture from which it was read."""

    @property
    def id(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def short_id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def publisher(self) -> str | None: ...
    @property
    def document_number(self) -> str | None: ...
    @property
    def published_date(self) -> date | None: ...
    @property
    def url(self) -> str: ...
    @property
    def fetched_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Citation:
    """The citation, and the address that it ends with."""

    text: str
    permalink: str


def permalink(record: int, version: int, short_id: str, base: str = MOUNT) -> str:
    """The address of the version for good: it names the version, and the short id tells if it is another text's."""
    return f"{base.rstrip('/')}/records/{record}/versions/{version}?id={short_id}"


def cite(item: Citable, base: str = MOUNT) -> Citation:
    """The citation of a version. `base` is the browser's address, as whoever reads the citation reaches it."""
    title = _said(item.title) or UNTITLED
    number = _said(item.document_number)
    named = title if not number or number in title else f"{title}: {number}"
    published = f"({item.published_date:%Y-%m-%d})" if item.published_date else ""
    captured = f"[{item.fetched_at.astimezone(CHINA):%Y-%m-%d}]"
    link = permalink(item.id, item.version, item.short_id, base)
    parts = [_said(item.publisher), f"{named}[EB/OL]", published + captured, item.url, link]
    return Citation(f"{'. '.join(part for part in parts if part)}.", link)


def _said(value: str | None) -> str:
    return " ".join((value or "").split()).rstrip(".")
