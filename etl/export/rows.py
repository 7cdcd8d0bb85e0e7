"""Rows of exports: one per record version, ordered by record and version, streamed from a cursor."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select
from sqlalchemy.orm import aliased

from etl.archive.queries.citation import cite
from etl.archive.queries.search import RecordFilter, copies, is_duplicate_of_earlier, matches
from etl.archive.records.collections import collections_of
from etl.archive.records.notes import RecordNote, notes_of
from etl.archive.storage.lookups import (
    NO_TEXT,
    RECORD_NUMBER_HINT,
    among,
    is_current,
    require_source,
    require_valid_record_number,
)
from etl.archive.storage.models import Capture, Content, File, Page, Record, RecordVersion, Source
from etl.errors import GongkaiError
from etl.reasons import english

ROWS_PER_BATCH = 100
"""Rows in memory at a time: a few megabytes, with texts and evidence."""


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record in one version, with the same names as in `api_v1`. `places`: number of records with the same text;
    `document_id`: the first of them. `evidence`: all values of fields on the page. `collections` (collection_id, title)
    of the record, and `notes` on it (note_id, version, text, written_by, written_at): the current ones, also for an
    old version."""

    record_id: int
    version: int
    kind: str
    is_current: bool
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
    evidence: Sequence[Mapping[str, Any]]
    attachments: Sequence[Mapping[str, Any]]
    flags: Sequence[str]
    extractor: str
    capture_id: int
    captured_at: datetime
    sha256: str
    first_seen_at: datetime
    version_at: datetime
    updated_at: datetime
    places: int
    document_id: int
    collections: Sequence[Mapping[str, Any]]
    notes: Sequence[Mapping[str, Any]]

    @property
    def id(self) -> int:
        """The name in `Citable`."""
        return self.record_id

    @property
    def fetched_at(self) -> datetime:
        """The name in `Citable`."""
        return self.captured_at

    @property
    def fields(self) -> dict[str, str]:
        """The fields that have a value, as text."""
        chosen = (item for item in self.evidence if item.get("chosen") and item["value"] is not None)
        return {item["name"]: item["value"] for item in chosen}

    def citation(self, base: str) -> str:
        """The citation, see `etl.archive.queries.citation`; `base` is the browser's address."""
        return cite(self, base).text


def count_rows(connection: Connection, record_filter: RecordFilter, *, versions: bool = False) -> int:
    """The number of rows of `record_rows`. Raises `GongkaiError` for an unknown source."""
    if record_filter.source:
        require_source(connection, record_filter.source)
    record, current = aliased(Record), aliased(RecordVersion)
    query = select(func.coalesce(func.sum(record.version) if versions else func.count(), 0))
    query = (
        query.select_from(record)
        .join(current, is_current(record, current))
        .where(matches(record_filter, record, current))
    )
    return int(connection.scalars(query).one())


def record_rows(
    connection: Connection, record_filter: RecordFilter, *, versions: bool = False
) -> Iterator[list[RecordRow]]:
    """The matching records, in batches; with `versions` all versions of each, oldest first."""
    yield from _batches(connection, _query(record_filter, versions=versions))


def sample_rows(connection: Connection, record_filter: RecordFilter, number: int) -> list[RecordRow]:
    """The first matching records."""
    return next(_batches(connection, _query(record_filter, versions=False).limit(number)), [])


def distinct_texts(connection: Connection, record_filter: RecordFilter) -> Iterator[tuple[str, str]]:
    """(short id, text) of each distinct text that is not empty, ordered by its first record."""
    record, current = aliased(Record), aliased(RecordVersion)
    query = (
        select(func.left(record.content_hash, 16), Content.text)
        .join(current, is_current(record, current))
        .join(Content, Content.hash == record.content_hash)
        .where(
            matches(record_filter, record, current),
            ~is_duplicate_of_earlier(record_filter, record),
            record.content_hash != NO_TEXT,
        )
        .order_by(record.id)
    )
    for row in connection.execute(query, execution_options={"yield_per": ROWS_PER_BATCH}):
        yield row[0], row[1]


def count_texts(connection: Connection, record_filter: RecordFilter) -> tuple[int, int]:
    """The number of texts of `distinct_texts`, and the number of matching records without text."""
    record, current = aliased(Record), aliased(RecordVersion)
    empty = record.content_hash == NO_TEXT
    query = (
        select(func.count(record.content_hash.distinct()).filter(~empty), func.count().filter(empty))
        .join(current, is_current(record, current))
        .where(matches(record_filter, record, current))
    )
    number, without_text = connection.execute(query).one()
    return int(number), int(without_text)


def record_row(connection: Connection, record: int, version: int | None = None) -> RecordRow:
    """A record in that version, or in its current one. Raises `GongkaiError` if it does not exist."""
    require_valid_record_number(record)
    newest = connection.scalar(select(Record.version).where(Record.id == record))
    if newest is None:
        raise GongkaiError(f"no record {record}", hint=RECORD_NUMBER_HINT)
    if version is not None and not 0 < version <= newest:
        raise GongkaiError(f"record {record} has no version {version}", hint=f"its current version is {newest}")
    query = _query(RecordFilter(), versions=version is not None, only=(record, version))
    return next(batch[0] for batch in _batches(connection, query))


def file_readings(connection: Connection, batch: Iterable[RecordRow]) -> dict[str, dict[str, Any]]:
    """The readings of the rows' attachments, by SHA-256: media type, outcome, reason, pages and text."""
    digests = {file["sha256"] for row in batch for file in row.attachments if file.get("sha256")}
    columns = (File.media_type, File.outcome, File.reason, File.pages, Content.text)
    query = select(File.blob_sha256, *columns).outerjoin(Content, Content.hash == File.content_hash)
    readings = connection.execute(query.where(among(File.blob_sha256, digests))).mappings() if digests else ()
    return {row["blob_sha256"]: _reading(row) for row in readings}


def _reading(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The values of an attachment's reading, its reason in English."""
    return {**{name: row[name] for name in row if name != "blob_sha256"}, "reason": english(row["reason"])}


def _batches(connection: Connection, query: Select[Any]) -> Iterator[list[RecordRow]]:
    result = connection.execute(query, execution_options={"yield_per": ROWS_PER_BATCH})
    for part in result.mappings().partitions():
        records = [row["record_id"] for row in part]
        collections, notes = collections_of(connection, records), notes_of(connection, records)
        yield [
            RecordRow(
                **{**row, "state_reason": english(row["state_reason"])},
                collections=[
                    {"collection_id": each.id, "title": each.title} for each in collections.get(row["record_id"], ())
                ],
                notes=[_note(each) for each in notes.get(row["record_id"], ()) if each.now.text],
            )
            for row in part
        ]


def _note(note: RecordNote) -> dict[str, Any]:
    now = note.now
    return {"note_id": note.id, "version": now.version, "text": now.text, "written_by": now.by, "written_at": now.at}


def _query(record_filter: RecordFilter, *, versions: bool, only: tuple[int, int | None] | None = None) -> Select[Any]:
    record, current, row_version = aliased(Record), aliased(RecordVersion), aliased(RecordVersion)
    selected = row_version.record_id == record.id if versions else is_current(record, row_version)
    columns: tuple[Any, ...] = (
        record.id.label("record_id"),
        row_version.version,
        row_version.kind,
        (row_version.version == record.version).label("is_current"),
        record.state,
        record.state_reason,
        record.state_at,
        record.source_id,
        Source.name.label("source_name"),
        Page.url,
        row_version.title,
        row_version.index_number,
        row_version.publisher,
        row_version.document_number,
        row_version.written_date,
        row_version.published_date,
        func.left(row_version.content_hash, 16).label("short_id"),
        row_version.content_hash,
        Content.normaliser,
        Content.text,
        row_version.fields.label("evidence"),
        row_version.attachments,
        row_version.flags,
        row_version.extractor,
        row_version.capture_id,
        Capture.fetched_at.label("captured_at"),
        Capture.blob_sha256.label("sha256"),
        record.created_at.label("first_seen_at"),
        row_version.created_at.label("version_at"),
        record.updated_at,
        copies(record).label("places"),
        _first_record(record).label("document_id"),
    )
    query = (
        select(*columns)
        .join(current, is_current(record, current))
        .join(row_version, selected)
        .join(Content, Content.hash == row_version.content_hash)
        .join(Page, Page.id == record.page_id)
        .join(Source, Source.id == record.source_id)
        .join(Capture, Capture.id == row_version.capture_id)
        .where(matches(record_filter, record, current))
        .order_by(record.id, row_version.version)
    )
    if only:
        query = query.where(record.id == only[0], *([row_version.version == only[1]] if only[1] else []))
    return query


def _first_record(record: type[Record]) -> ColumnElement[int]:
    """The record listed for all records with the same text: current before removed, then the lowest number."""
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
