"""Selects the captures of a WARC or WACZ export: of the records' pages, their further pages and attachments."""

from collections.abc import Collection, Iterator, Mapping, Sequence
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
from etl.archive.storage.lookups import among, is_current
from etl.archive.storage.models import Blob, Capture, Content, Page, Record, RecordVersion

ROWS_PER_BATCH = 500


@dataclass(frozen=True, slots=True)
class ExportedCapture:
    """A capture with its blob, and a description of its page.

    `part_of`: for further pages of an article its address, and `part` the page number. `listing`: fields from the
    catalog. `first_…`: the first capture in the export with the same blob.
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

    def header(self, name: str) -> str:
        """The value of a response header, by its name in lower case; "" if there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def is_repeat(self) -> bool:
        """Whether an earlier capture in the export has the same blob."""
        return self.first_id != self.id


@dataclass(frozen=True, slots=True)
class ExportSize:
    """Size of an export: number of captures, time of the newest one, and number of attempts (or pages) that are left
    out because they have no bytes."""

    captures: int
    newest: datetime | None
    without_bytes: int


@dataclass(frozen=True, slots=True)
class RecordText:
    """An entry of the list of pages in a WACZ."""

    id: int
    version: int
    url: str
    fetched_at: datetime
    title: str
    text: str
    blob_sha256: str


def export_size(connection: Connection, record_filter: RecordFilter, *, all_captures: bool) -> ExportSize:
    """The size of what `exported_captures` yields for the same arguments."""
    query = select(func.count(), func.max(Capture.fetched_at)).where(
        Capture.id.in_(_capture_ids(record_filter, all_captures=all_captures))
    )
    number, newest = connection.execute(query).one()
    pages = _pages(_matching_records(record_filter), all_captures=all_captures)
    if all_captures:
        without_bytes = select(func.count()).where(
            Capture.page_id.in_(select(pages.c.id)), Capture.blob_sha256.is_(None)
        )
    else:
        without_bytes = select(func.count()).where(Page.id.in_(select(pages.c.id)), Page.blob_sha256.is_(None))
    return ExportSize(number, newest, connection.scalars(without_bytes).one())


def exported_captures(
    connection: Connection, record_filter: RecordFilter, *, all_captures: bool
) -> Iterator[ExportedCapture]:
    """The captures with bytes, oldest first.

    By default these are the captures from which the current versions were extracted, and the last captures of their
    further pages and attachments. `all_captures`: all captures of these pages.
    """
    query = _described(Capture.id.in_(_capture_ids(record_filter, all_captures=all_captures)), _BY_TIME)
    return _yielded(connection, query.order_by(*_BY_TIME))


def resource_captures(
    connection: Connection, record_filter: RecordFilter, captures: Collection[int], *, all_captures: bool
) -> Iterator[ExportedCapture]:
    """The given captures that have bytes and are not among `exported_captures` for the same arguments, oldest first.

    They come after these in the export; so `first_…` may be one of these, if it has the same blob.
    """
    of_pages = Capture.id.in_(_capture_ids(record_filter, all_captures=all_captures))
    query = _described(of_pages | among(Capture.id, captures), (~of_pages, *_BY_TIME))
    all_of_them = query.add_columns(of_pages.label("of_pages")).subquery()
    columns = [column for column in all_of_them.c if column.name != "of_pages"]
    behind = select(*columns).where(~all_of_them.c.of_pages)
    return _yielded(connection, behind.order_by(all_of_them.c.fetched_at, all_of_them.c.id))


_BY_TIME = (Capture.fetched_at, Capture.id)


def _yielded(connection: Connection, query: Select[Any]) -> Iterator[ExportedCapture]:
    for row in connection.execute(query, execution_options={"yield_per": ROWS_PER_BATCH}).mappings():
        yield ExportedCapture(**row)


def _described(chosen: ColumnElement[bool], order: Sequence[Any]) -> Select[Any]:
    """The chosen captures, each with the first of them (in that order) that has the same blob."""

    def of_first(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
        return func.first_value(column).over(partition_by=Capture.blob_sha256, order_by=order)

    article = aliased(Page)
    return (
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
            of_first(Capture.id).label("first_id"),
            of_first(Capture.final_url).label("first_url"),
            of_first(Capture.fetched_at).label("first_at"),
        )
        .join(Blob, Blob.sha256 == Capture.blob_sha256)
        .join(Page, Page.id == Capture.page_id)
        .outerjoin(article, article.id == Page.part_of)
        .where(chosen)
    )


def captures_with_known_damage(
    connection: Connection, record_filter: RecordFilter, *, all_captures: bool
) -> list[tuple[str, str]]:
    """SHA-256 of the exported captures' blobs that a check found damaged, each with one of its addresses."""
    query = (
        select(Blob.sha256, func.min(Capture.final_url))
        .join(Capture, Capture.blob_sha256 == Blob.sha256)
        .where(Blob.damage.is_not(None), Capture.id.in_(_capture_ids(record_filter, all_captures=all_captures)))
        .group_by(Blob.sha256)
        .order_by(Blob.sha256)
    )
    return [(digest, url) for digest, url in connection.execute(query)]


def record_texts(connection: Connection, record_filter: RecordFilter) -> Iterator[RecordText]:
    """The pages that the current versions were extracted from, by record number."""
    record, current = aliased(Record), aliased(RecordVersion)
    query = (
        select(
            record.id, current.version, Capture.final_url.label("url"), Capture.fetched_at, current.title, Content.text
        )
        .add_columns(Capture.blob_sha256)
        .join(current, is_current(record, current))
        .join(Capture, Capture.id == current.capture_id)
        .join(Content, Content.hash == record.content_hash)
        .where(matches(record_filter, record, current))
        .order_by(record.id)
    )
    for row in connection.execute(query, execution_options={"yield_per": ROWS_PER_BATCH}).mappings():
        yield RecordText(**row)


def _matching_records(record_filter: RecordFilter) -> CTE:
    record, current = aliased(Record), aliased(RecordVersion)
    query = select(record.id, record.page_id, record.source_id, record.version, current.capture_id)
    return (
        query.join(current, is_current(record, current)).where(matches(record_filter, record, current)).cte("records")
    )


def _pages(records: CTE, *, all_captures: bool) -> CTE:
    """The records' pages, further pages and attachments; `all_captures` adds attachments of earlier versions."""
    linking, file = aliased(RecordVersion), aliased(Page)
    linked = func.jsonb_to_recordset(linking.attachments).table_valued(column("url", TEXT), name="linked")
    linked = linked.render_derived(with_types=True)
    files = (
        select(file.id)
        .select_from(records)
        .join(
            linking,
            (linking.record_id == records.c.id) & (literal(all_captures) | (linking.version == records.c.version)),
        )
        .join(linked, true())
        .join(file, (file.source_id == records.c.source_id) & (file.url == linked.c.url))
    )
    parts = select(Page.id).join(records, records.c.page_id == Page.part_of)
    return union(select(records.c.page_id.label("id")), parts, files).cte("pages")


def _capture_ids(record_filter: RecordFilter, *, all_captures: bool) -> CompoundSelect[int] | Select[int]:
    """Query for the numbers of the exported captures."""
    records = _matching_records(record_filter)
    pages = _pages(records, all_captures=all_captures)
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
    return union(select(records.c.capture_id), rest.where(Page.id.not_in(select(records.c.page_id))))
