"""Which captures an export of bytes holds: those of the records' pages, their further pages and their files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    TEXT,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    column,
    func,
    literal,
    select,
    true,
    union,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from etl.archive.queries.search import RecordFilter, matches
from etl.archive.storage.lookups import is_current
from etl.archive.storage.models import Blob, Capture, Content, Page, Record, RecordVersion

ROWS_PER_BATCH = 500


@dataclass(frozen=True, slots=True)
class ExportedCapture:
    """A capture with its bytes, and what its page is.

    `part_of` is the address of the article that it goes on with, as page `part`; `listing` is what a catalog said of
    it. The `first_…` are those of the first capture in the export that has the same bytes.
    """

    id: int
    url: str
    final_url: str
    fetched_at: datetime
    elapsed_ms: int
    status: int
    request_headers: Sequence[Sequence[str]]
    headers: Sequence[Sequence[str]]
    outcome: str
    reason: str
    blob_sha256: str
    size: int
    source_id: str
    kind: str
    part_of: str | None
    part: int | None
    listing: Mapping[str, Any]
    first_id: int
    first_url: str
    first_at: datetime

    @property
    def is_repeat(self) -> bool:
        """Whether the same bytes stand before it."""
        return self.first_id != self.id


@dataclass(frozen=True, slots=True)
class ExportSize:
    """What an export will hold: captures, and when the last one was made; attempts or pages that have no bytes."""

    captures: int
    newest: datetime | None
    without_bytes: int


@dataclass(frozen=True, slots=True)
class RecordText:
    """A record's page, for the list of pages in a WACZ."""

    id: int
    version: int
    url: str
    fetched_at: datetime
    title: str
    text: str
    blob_sha256: str


def export_size(connection: Connection, asked: RecordFilter, *, all_captures: bool) -> ExportSize:
    """How much `exported_captures` gives."""
    found = select(func.count(), func.max(Capture.fetched_at)).where(
        Capture.id.in_(_capture_ids(asked, all_captures=all_captures))
    )
    number, newest = connection.execute(found).one()
    pages = select(_pages(_matching_records(asked), all_captures=all_captures).c.id)
    if all_captures:
        lost = select(func.count()).where(Capture.page_id.in_(pages), Capture.blob_sha256.is_(None))
    else:
        lost = select(func.count()).where(Page.id.in_(pages), Page.blob_sha256.is_(None))
    return ExportSize(number, newest, connection.scalars(lost).one())


def exported_captures(connection: Connection, asked: RecordFilter, *, all_captures: bool) -> Iterator[ExportedCapture]:
    """The captures with bytes, the earliest first: those that the records' current versions were read from, with the
    last ones of their further pages and files; or `all_captures` one that their pages ever had."""
    article = aliased(Page)
    query = (
        select(
            Capture.id,
            Capture.url,
            Capture.final_url,
            Capture.fetched_at,
            Capture.elapsed_ms,
            Capture.status,
            Capture.request_headers,
            Capture.headers,
            Capture.outcome,
            Capture.reason,
            Capture.blob_sha256,
            Blob.size,
            Page.source_id,
            Page.kind,
            article.url.label("part_of"),
            Page.part,
            Page.listing,
            _first_of_same_bytes(Capture.id).label("first_id"),
            _first_of_same_bytes(Capture.final_url).label("first_url"),
            _first_of_same_bytes(Capture.fetched_at).label("first_at"),
        )
        .join(Blob, Blob.sha256 == Capture.blob_sha256)
        .join(Page, Page.id == Capture.page_id)
        .outerjoin(article, article.id == Page.part_of)
        .where(Capture.id.in_(_capture_ids(asked, all_captures=all_captures)))
        .order_by(Capture.fetched_at, Capture.id)
    )
    for row in connection.execute(query, execution_options={"yield_per": ROWS_PER_BATCH}).mappings():
        yield ExportedCapture(**row)


def captures_with_known_damage(
    connection: Connection, asked: RecordFilter, *, all_captures: bool
) -> list[tuple[str, str]]:
    """The blobs of those captures that were found damaged, each with the first address that had it."""
    query = (
        select(Blob.sha256, func.min(Capture.final_url))
        .join(Capture, Capture.blob_sha256 == Blob.sha256)
        .where(Blob.damage.is_not(None), Capture.id.in_(_capture_ids(asked, all_captures=all_captures)))
        .group_by(Blob.sha256)
        .order_by(Blob.sha256)
    )
    return [(digest, url) for digest, url in connection.execute(query)]


def _first_of_same_bytes(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    same, earliest = Capture.blob_sha256, (Capture.fetched_at, Capture.id)
    return func.first_value(column).over(partition_by=same, order_by=earliest)


def record_texts(connection: Connection, asked: RecordFilter) -> Iterator[RecordText]:
    """The pages that the records' current versions were read from, by number."""
    record, now = aliased(Record), aliased(RecordVersion)
    query = (
        select(record.id, now.version, Capture.final_url.label("url"), Capture.fetched_at, now.title, Content.text)
        .add_columns(Capture.blob_sha256)
        .join(now, is_current(record, now))
        .join(Capture, Capture.id == now.capture_id)
        .join(Content, Content.hash == record.content_hash)
        .where(matches(asked, record, now))
        .order_by(record.id)
    )
    for row in connection.execute(query, execution_options={"yield_per": ROWS_PER_BATCH}).mappings():
        yield RecordText(**row)


def _matching_records(asked: RecordFilter) -> CTE:
    record, now = aliased(Record), aliased(RecordVersion)
    query = select(record.id, record.page_id, record.source_id, record.version, now.capture_id)
    return query.join(now, is_current(record, now)).where(matches(asked, record, now)).cte("documents")


def _pages(documents: CTE, *, all_captures: bool) -> CTE:
    """The pages of the records; with `all_captures` the files too that only earlier versions link."""
    told, file = aliased(RecordVersion), aliased(Page)
    linked = func.jsonb_to_recordset(told.attachments).table_valued(column("url", TEXT), name="linked")
    linked = linked.render_derived(with_types=True)
    files = (
        select(file.id)
        .select_from(documents)
        .join(
            told, (told.record_id == documents.c.id) & (literal(all_captures) | (told.version == documents.c.version))
        )
        .join(linked, true())
        .join(file, (file.source_id == documents.c.source_id) & (file.url == linked.c.url))
    )
    parts = select(Page.id).join(documents, documents.c.page_id == Page.part_of)
    return union(select(documents.c.page_id.label("id")), parts, files).cte("pages")


def _capture_ids(asked: RecordFilter, *, all_captures: bool) -> CompoundSelect[int] | Select[int]:
    """Numbers of the captures."""
    documents = _matching_records(asked)
    pages = _pages(documents, all_captures=all_captures)
    if all_captures:
        return select(Capture.id).join(pages, pages.c.id == Capture.page_id).where(Capture.blob_sha256.is_not(None))
    last = (
        select(Capture.id)
        .where(Capture.page_id == Page.id, Capture.blob_sha256 == Page.blob_sha256)
        .order_by(Capture.fetched_at.desc(), Capture.id.desc())
        .limit(1)
        .lateral("last")
    )
    rest = select(last.c.id).select_from(Page).join(pages, pages.c.id == Page.id).join(last, true())
    return union(select(documents.c.capture_id), rest.where(Page.id.not_in(select(documents.c.page_id))))
