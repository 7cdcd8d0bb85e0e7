"""The page of a capture: what the archive has of an address at one time, and the other captures of it."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from etl.archive.queries.mementos import around, same_address
from etl.archive.storage.lookups import among
from etl.archive.storage.models import Capture, File, Page, Record, RecordVersion, Source
from etl.browse.language.shown_reasons import ShownReason, shown_reason
from etl.browse.pages.fixity import BlobFixity, blob_fixity
from etl.browse.pages.look import Resource
from etl.browse.pages.replay import MARKUP, MAX_SHOWN_BYTES, SHOWABLE_TYPES, captured_bytes, media_type_of
from etl.clock import CHINA

MAX_CAPTURES = 2000
"""Maximum number of captures of an address that are listed; if it is fetched daily, there are as many in five years."""


@dataclass(frozen=True, slots=True)
class CaptureChoice:
    """A capture of the same address. `changed`: whether its bytes differ from those of the capture before."""

    id: int
    fetched_at: datetime
    changed: bool


@dataclass(frozen=True, slots=True)
class CapturePage:
    """A capture, and its bytes, if it has any. `shown`: how a web browser can show them.

    `captures`: those of the same address with bytes, latest first; `earlier` and `later`: the ones before and after
    this one. `version`: the first version of `record` that was extracted from it, and `title`: that of this version;
    None if there is none. `words` and `label`: the place to mark. `look`: the style sheets and pictures of a page that
    is shown. `file`: the SHA-256 of bytes that were read as a file, which has its own page.
    """

    id: int
    page: int
    url: str
    final_url: str
    source_id: str
    source_name: str
    fetched_at: datetime
    status: int | None
    outcome: str
    reason: ShownReason | None
    fixity: BlobFixity | None
    media_type: str
    shown: Literal["page", "bytes", "download", "nothing"]
    record: int | None
    version: int | None
    title: str | None
    captures: tuple[CaptureChoice, ...]
    earlier: int | None
    later: int | None
    words: str
    label: str
    look: tuple[Resource, ...] = ()
    file: str | None = None

    @property
    def missing(self) -> tuple[Resource, ...]:
        """The style sheets and pictures that are missing."""
        return tuple(each for each in self.look if not each.is_shown)

    @property
    def calendar(self) -> tuple[tuple[datetime, tuple[CaptureChoice, ...]], ...]:
        """The captures by month (in China), latest first."""
        months = groupby(self.captures, key=lambda choice: f"{choice.fetched_at.astimezone(CHINA):%Y-%m}")
        return tuple((choices[0].fetched_at, choices) for _, group in months if (choices := tuple(group)))


@dataclass(frozen=True, slots=True)
class NotArchived:
    """An address without captures. `near`: the capture whose link led there."""

    url: str
    near: int | None


def capture_page(connection: Connection, number: int, words: str = "", label: str = "") -> CapturePage | None:
    """The capture; None if it does not exist."""
    row = connection.execute(_capture_query(number)).one_or_none()
    if row is None:
        return None
    archived = captured_bytes(connection, number)
    media_type = media_type_of(archived.content_type) if archived else ""
    captures = _captures(connection, row.url)
    places = [choice.id for choice in captures]
    place = places.index(number) if number in places else None
    columns = {name: value for name, value in row._mapping.items() if name != "blob_sha256"}
    return CapturePage(
        **columns | {"reason": shown_reason(row.reason)},
        fixity=blob_fixity(connection, row.blob_sha256) if row.blob_sha256 else None,
        media_type=media_type,
        shown=_shown(media_type, archived.size) if archived else "nothing",
        captures=captures,
        earlier=places[place + 1] if place is not None and place + 1 < len(places) else None,
        later=places[place - 1] if place else None,
        words=words,
        label=label,
        file=connection.scalar(select(File.blob_sha256).where(File.blob_sha256 == row.blob_sha256)),
    )


def _shown(media_type: str, size: int) -> Literal["page", "bytes", "download"]:
    if size > MAX_SHOWN_BYTES or media_type not in SHOWABLE_TYPES:
        return "download"
    return "page" if media_type in MARKUP else "bytes"


def _capture_query(number: int) -> Any:
    read = (RecordVersion.record_id == Record.id, RecordVersion.capture_id == Capture.id)
    version = select(func.min(RecordVersion.version)).where(*read).scalar_subquery()
    title = select(RecordVersion.title).where(*read).order_by(RecordVersion.version).limit(1)
    return (
        select(
            Capture.id,
            Capture.page_id.label("page"),
            Page.url,
            Capture.final_url,
            Page.source_id,
            Source.name.label("source_name"),
            Capture.fetched_at,
            Capture.status,
            Capture.outcome,
            Capture.reason,
            Capture.blob_sha256,
            Record.id.label("record"),
            version.label("version"),
            title.scalar_subquery().label("title"),
        )
        .join(Page, Page.id == Capture.page_id)
        .join(Source, Source.id == Page.source_id)
        .outerjoin(Record, Record.page_id == Page.id)
        .where(Capture.id == number)
    )


def _captures(connection: Connection, url: str) -> tuple[CaptureChoice, ...]:
    place = (Capture.fetched_at.desc(), Capture.id.desc())
    before = func.lead(Capture.blob_sha256).over(order_by=place)
    rows = connection.execute(
        select(Capture.id, Capture.fetched_at, before.is_distinct_from(Capture.blob_sha256))
        .join(Page, Page.id == Capture.page_id)
        .where(among(Page.url, same_address(url)), Capture.blob_sha256.is_not(None))
        .order_by(*place)
        .limit(MAX_CAPTURES)
    )
    return tuple(CaptureChoice(*row) for row in rows)


def nearest_capture(connection: Connection, url: str, near: int | None) -> int | None:
    """The capture of that address that is nearest in time to the capture `near`, or else the latest; None if there is
    none. Raises `ValueError` if `url` is not an address."""
    moment = connection.scalar(select(Capture.fetched_at).where(Capture.id == near)) if near else None
    neighbours = around(connection, url, moment)
    return neighbours.closest.capture if neighbours else None
