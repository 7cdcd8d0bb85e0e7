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

from etl.archive.queries.search import Filter, matches
from etl.archive.storage.lookups import is_current
from etl.archive.storage.models import Blob, Capture, Content, Page, Record, RecordVersion

BATCH = 500


@dataclass(frozen=True, slots=True)
class Kept:
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
    def repeats(self) -> bool:
        """Whether the same bytes stand before it."""
        return self.first_id != self.id


@dataclass(frozen=True, slots=True)
class Extent:
    """What an export will hold: captures, and when the last one was made; attempts or pages that have no bytes."""

    captures: int
    newest: datetime | None
    without_bytes: int


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A record's page, for the list of pages in a WACZ."""

    id: int
    version: int
    url: str
    fetched_at: datetime
    title: str
    text: str
    blob_sha256: str


def extent(connection: Connection, asked: Filter, *, every: bool) -> Extent:
    """How much `captures` gives."""
    found = select(func.count(), func.max(Capture.fetched_at)).where(Capture.id.in_(_chosen(asked, every=every)))
    number, newest = connection.execute(found).one()
    pages = select(_pages(_documents(asked), every=every).c.id)
    if every:
        lost = select(func.count()).where(Capture.page_id.in_(pages), Capture.blob_sha256.is_(None))
    else:
        lost = select(func.count()).where(Page.id.in_(pages), Page.blob_sha256.is_(None))
    return Extent(number, newest, connection.scalars(lost).one())


def captures(connection: Connection, asked: Filter, *, every: bool) -> Iterator[Kept]:
    """The captures with bytes, the earliest first: those that the records' current versions were read from, with the
    last ones of their further pages and files; or `every` one that their pages ever had."""
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
            _first(Capture.id).label("first_id"),
            _first(Capture.final_url).label("first_url"),
            _first(Capture.fetched_at).label("first_at"),
        )
        .join(Blob, Blob.sha256 == Capture.blob_sha256)
        .join(Page, Page.id == Capture.page_id)
        .outerjoin(article, article.id == Page.part_of)
        .where(Capture.id.in_(_chosen(asked, every=every)))
        .order_by(Capture.fetched_at, Capture.id)
    )
    for row in connection.execute(query, execution_options={"yield_per": BATCH}).mappings():
        yield Kept(**row)


def known_damage(connection: Connection, asked: Filter, *, every: bool) -> list[tuple[str, str]]:
    """The blobs of those captures that were found damaged, each with the first address that had it."""
    query = (
        select(Blob.sha256, func.min(Capture.final_url))
        .join(Capture, Capture.blob_sha256 == Blob.sha256)
        .where(Blob.damage.is_not(None), Capture.id.in_(_chosen(asked, every=every)))
        .group_by(Blob.sha256)
        .order_by(Blob.sha256)
    )
    return [(digest, url) for digest, url in connection.execute(query)]


def _first(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    same, earliest = Capture.blob_sha256, (Capture.fetched_at, Capture.id)
    return func.first_value(column).over(partition_by=same, order_by=earliest)


def document_pages(connection: Connection, asked: Filter) -> Iterator[DocumentPage]:
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
    for row in connection.execute(query, execution_options={"yield_per": BATCH}).mappings():
        yield DocumentPage(**row)


def _documents(asked: Filter) -> CTE:
    record, now = aliased(Record), aliased(RecordVersion)
    query = select(record.id, record.page_id, record.source_id, record.version, now.capture_id)
    return query.join(now, is_current(record, now)).where(matches(asked, record, now)).cte("documents")


def _pages(documents: CTE, *, every: bool) -> CTE:
    """The pages of the records; with `every` the files too that only earlier versions link."""
    told, file = aliased(RecordVersion), aliased(Page)
    linked = func.jsonb_to_recordset(told.attachments).table_valued(column("url", TEXT), name="linked")
    linked = linked.render_derived(with_types=True)
    files = (
        select(file.id)
        .select_from(documents)
        .join(told, (told.record_id == documents.c.id) & (literal(every) | (told.version == documents.c.version)))
        .join(linked, true())
        .join(file, (file.source_id == documents.c.source_id) & (file.url == linked.c.url))
    )
    parts = select(Page.id).join(documents, documents.c.page_id == Page.part_of)
    return union(select(documents.c.page_id.label("id")), parts, files).cte("pages")


def _chosen(asked: Filter, *, every: bool) -> CompoundSelect[int] | Select[int]:
    """Numbers of the captures."""
    documents = _documents(asked)
    pages = _pages(documents, every=every)
    if every:
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
