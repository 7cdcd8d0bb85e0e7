"""How a record is cited: after GB/T 7714-2025, as a web page (`[EB/OL]`, 8.11.3).

    责任者. 题名：文号[EB/OL].（发布日期）[采集日期]. 网址. 固定链接.

A part that is not known is left out, as the standard allows (7.1.3: a work without an author begins with its title); a
document number is given as other title information (7.2.3). As in the standard's examples, colon and parentheses are
full-width, full stop and brackets are not. docs/exports.md says which of this was confirmed, and which is our reading.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from etl.clock import CHINA

MOUNT = "/archive"
"""Where Airflow shows the browser."""
UNTITLED = "[无题名]"
"""In brackets, like everything in a citation that is not taken from the document (7.2.1)."""


class Citable(Protocol):
    """A version of a record; `fetched_at` is the time of the capture that it was extracted from."""

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
    """The text of a citation, and the permalink at its end."""

    text: str
    permalink: str


def permalink(record: int, version: int, short_id: str, base: str = MOUNT) -> str:
    """The permanent address of a version: it names the version, and its short id shows whether the text is the same."""
    return f"{base.rstrip('/')}/records/{record}/versions/{version}?id={short_id}"


def cite(item: Citable, base: str = MOUNT) -> Citation:
    """The citation of a version. `base` is the address of the archive browser for the reader of the citation."""
    title = _clean(item.title) or UNTITLED
    number = _clean(item.document_number)
    named = title if not number or number in title else f"{title}：{number}"
    published = f"（{item.published_date:%Y-%m-%d}）" if item.published_date else ""
    captured = f"[{item.fetched_at.astimezone(CHINA):%Y-%m-%d}]"
    link = permalink(item.id, item.version, item.short_id, base)
    # No space before a full-width parenthesis, which includes one.
    dated = f"{named}[EB/OL].{published}{captured}" if published else f"{named}[EB/OL]. {captured}"
    parts = [_clean(item.publisher), dated, item.url, link]
    return Citation(f"{'. '.join(part for part in parts if part)}.", link)


def _clean(value: str | None) -> str:
    return " ".join((value or "").split()).rstrip(".")
