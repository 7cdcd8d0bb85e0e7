"""How a record is cited: after GB/T 7714-2025, as a web page (`[EB/OL]`, 8.11.3).

    责任者. 题名：文号[EB/OL].（发布日期）[采集日期]. 网址. 固定链接.

A part that is not known is left out, as the standard allows (7.1.3: a work without an author begins with its title); a
document number stands as other title information (7.2.3). Colon and parentheses are full-width, full stop and brackets
are not, as its examples have them. Which of this was confirmed, and which is our reading: docs/exports.md.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from etl.clock import CHINA

MOUNT = "/archive"
"""Where Airflow shows the browser."""
UNTITLED = "[无题名]"
"""In brackets, as whatever a citation says that the document does not (7.2.1)."""


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
    named = title if not number or number in title else f"{title}：{number}"
    published = f"（{item.published_date:%Y-%m-%d}）" if item.published_date else ""
    captured = f"[{item.fetched_at.astimezone(CHINA):%Y-%m-%d}]"
    link = permalink(item.id, item.version, item.short_id, base)
    # No space before a full-width parenthesis, which brings its own.
    dated = f"{named}[EB/OL].{published}{captured}" if published else f"{named}[EB/OL]. {captured}"
    parts = [_said(item.publisher), dated, item.url, link]
    return Citation(f"{'. '.join(part for part in parts if part)}.", link)


def _said(value: str | None) -> str:
    return " ".join((value or "").split()).rstrip(".")
