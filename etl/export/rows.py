"""Records as exports tell them: one value a version, in the order of record and version, streamed from a cursor."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select
from sqlalchemy.orm import aliased

from etl.archive.queries.citation import cite
from etl.archive.queries.search import RecordFilter, copies, is_duplicate_of_earlier, matches
from etl.archive.storage.lookups import (
    NO_TEXT,
    RECORD_NUMBER_HINT,
    is_current,
    require_source,
    require_valid_record_number,
)
from etl.archive.storage.models import Capture, Content, File, Page, Record, RecordVersion, Source
from etl.errors import GongkaiError

ROWS_PER_BATCH = 100
"""Rows in memory at a time: with texts and evidence, a few megabytes."""


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record in one version. `first_record` stands for all records with its text, itself if it is that one."""

    id: int
    version: int
    kind: str
    current: bool
    state: str
    state_reason: str
    state_at: datetime | None
    source_id: str
    source_name: str
    url: str
    title: str
    index_number: str | None
    publisher: str | None
    document_number: str | None
    written_date: date | None
    published_date: date | None
    short_id: str
    content_hash: str
    normaliser: int
    text: str
    fields: Sequence[Mapping[str, Any]]
    attachments: Sequence[Mapping[str, Any]]
    flags: Sequence[str]
    extractor: str
    capture_id: int
    fetched_at: datetime
    blob_sha256: str
    first_seen_at: datetime
    version_at: datetime
    changed_at: datetime
    places: int
    first_record: int

    def citation(self, base: str) -> str:
        """As `etl.archive.queries.citation` has it."""
        return cite(self, base).text


def count_rows(connection: Connection, asked: RecordFilter, *, versions: bool = False) -> int:
    """How many rows `record_rows` gives. Raises `GongkaiError` for a source that the archive does not know."""
    if asked.source:
        require_source(connection, asked.source)
    record, now = aliased(Record), aliased(RecordVersion)
    wanted = select(func.coalesce(func.sum(record.version) if versions else func.count(), 0))
    joined = wanted.select_from(record).join(now, is_current(record, now)).where(matches(asked, record, now))
    return int(connection.scalars(joined).one())


def record_rows(connection: Connection, asked: RecordFilter, *, versions: bool = False) -> Iterator[list[RecordRow]]:
    """The records that match, in batches; with `versions` all versions of each, the first one first."""
    yield from _batches(connection, _query(asked, versions=versions))


def distinct_texts(connection: Connection, asked: RecordFilter) -> Iterator[tuple[str, str]]:
    """Short id and text of each document once, by the order of the records that stand for them; no empty texts."""
    record, now = aliased(Record), aliased(RecordVersion)
    query = (
        select(func.left(record.content_hash, 16), Content.text)
        .join(now, is_current(record, now))
        .join(Content, Content.hash == record.content_hash)
        .where(matches(asked, record, now), ~is_duplicate_of_earlier(asked, record), record.content_hash != NO_TEXT)
        .order_by(record.id)
    )
    for row in connection.execute(query, execution_options={"yield_per": ROWS_PER_BATCH}):
        yield row[0], row[1]


def count_texts(connection: Connection, asked: RecordFilter) -> tuple[int, int]:
    """How many texts `distinct_texts` gives, and how many records that match have none."""
    record, now = aliased(Record), aliased(RecordVersion)
    empty = record.content_hash == NO_TEXT
    query = (
        select(func.count(record.content_hash.distinct()).filter(~empty), func.count().filter(empty))
        .join(now, is_current(record, now))
        .where(matches(asked, record, now))
    )
    found, without = connection.execute(query).one()
    return int(found), int(without)


def record_row(connection: Connection, record: int, version: int | None = None) -> RecordRow:
    """A record in that version, or in its current one. Raises `GongkaiError` when there is none."""
    require_valid_record_number(record)
    known = connection.scalar(select(Record.version).where(Record.id == record))
    if known is None:
        raise GongkaiError(f"no record {record}", hint=RECORD_NUMBER_HINT)
    if version is not None and not 0 < version <= known:
        raise GongkaiError(f"record {record} has no version {version}", hint=f"its current version is {known}")
    query = _query(RecordFilter(), versions=version is not None, only=(record, version))
    return next(batch[0] for batch in _batches(connection, query))


def file_readings(connection: Connection, batch: Iterable[RecordRow]) -> dict[str, dict[str, Any]]:
    """What was read in the attachments of the rows, by SHA-256 of their bytes."""
    digests = {file["sha256"] for row in batch for file in row.attachments if file.get("sha256")}
    columns = (File.media_type, File.outcome, File.reason, File.pages, Content.text)
    query = select(File.blob_sha256, *columns).outerjoin(Content, Content.hash == File.content_hash)
    found = connection.execute(query.where(File.blob_sha256.in_(digests))).mappings() if digests else ()
    return {row["blob_sha256"]: {name: row[name] for name in row if name != "blob_sha256"} for row in found}


def _batches(connection: Connection, query: Select[Any]) -> Iterator[list[RecordRow]]:
    result = connection.execute(query, execution_options={"yield_per": ROWS_PER_BATCH})
    for part in result.mappings().partitions():
        yield [RecordRow(**row) for row in part]


def _query(asked: RecordFilter, *, versions: bool, only: tuple[int, int | None] | None = None) -> Select[Any]:
    record, now, told = aliased(Record), aliased(RecordVersion), aliased(RecordVersion)
    wanted = told.record_id == record.id if versions else is_current(record, told)
    columns: tuple[Any, ...] = (
        record.id,
        told.version,
        told.kind,
        (told.version == record.version).label("current"),
        record.state,
        record.state_reason,
        record.state_at,
        record.source_id,
        Source.name.label("source_name"),
        Page.url,
        told.title,
        told.index_number,
        told.publisher,
        told.document_number,
        told.written_date,
        told.published_date,
        func.left(told.content_hash, 16).label("short_id"),
        told.content_hash,
        Content.normaliser,
        Content.text,
        told.fields,
        told.attachments,
        told.flags,
        told.extractor,
        told.capture_id,
        Capture.fetched_at,
        Capture.blob_sha256,
        record.created_at.label("first_seen_at"),
        told.created_at.label("version_at"),
        record.updated_at.label("changed_at"),
        copies(record).label("places"),
        _first_record(record).label("first_record"),
    )
    query = (
        select(*columns)
        .join(now, is_current(record, now))
        .join(told, wanted)
        .join(Content, Content.hash == told.content_hash)
        .join(Page, Page.id == record.page_id)
        .join(Source, Source.id == record.source_id)
        .join(Capture, Capture.id == told.capture_id)
        .where(matches(asked, record, now))
        .order_by(record.id, told.version)
    )
    if only:
        query = query.where(record.id == only[0], *([told.version == only[1]] if only[1] else []))
    return query


def _first_record(record: type[Record]) -> ColumnElement[int]:
    """The record that stands for all that have this record's text now."""
    other = aliased(Record)
    first = (
        select(other.id)
        .where(other.content_hash == record.content_hash)
        .order_by(case((other.state == "removed", 1), else_=0), other.id)
        .limit(1)
        .correlate(record)
        .scalar_subquery()
    )
    return case((record.content_hash == NO_TEXT, record.id), else_=first)
