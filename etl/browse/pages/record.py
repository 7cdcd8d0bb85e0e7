"""The page of a record: one version with its fields and evidence, copies of it, all versions, and its captures."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, exists, func, select, tuple_
from sqlalchemy.orm import aliased

from etl.archive.queries.citation import MOUNT, Citation, cite
from etl.archive.queries.ranking import Sort
from etl.archive.queries.search import RecordFilter
from etl.archive.records.collections import CollectionName, Membership, memberships
from etl.archive.records.near_duplicates import similar_texts
from etl.archive.records.notes import RecordNote, notes_of
from etl.archive.records.reviews import ReviewNote, reviews
from etl.archive.storage.act_models import CollectionMember, Note, Review
from etl.archive.storage.lookups import NO_TEXT, among, is_current
from etl.archive.storage.models import (
    Blob,
    Capture,
    Content,
    Correction,
    Page,
    Record,
    RecordVersion,
    SearchEntry,
    Source,
)
from etl.archive.storage.statements import Statement, built_once
from etl.browse.language.shown_reasons import ShownReason, shown_reason
from etl.browse.pages.beside import BesideFile, FileHits, beside_file, hits_in_files
from etl.browse.pages.citations import RecordCitations, record_citations
from etl.browse.pages.fields import FieldCorrection, RecordField, corrections_of, fields_of
from etl.browse.pages.file import AttachedFile, attached_files
from etl.browse.pages.fixity import BlobFixity, blob_fixity
from etl.browse.pages.look_again import LookAgain
from etl.browse.pages.record_list import Neighbours, neighbours

MAX_COPIES = 100
"""Maximum number of listed records with the same text; the total is always given."""
CAPTURES_PER_PAGE = 30
"""Captures on one page of a record."""
_OF_PEOPLE = {
    "is_corrected": Correction.record_id,
    "is_reviewed": Review.record_id,
    "is_collected": CollectionMember.record_id,
    "is_noted": Note.record_id,
}
"""Data that people add to few records. The statement that reads a record says which of these tables must be read."""
_NOT_SHOWN = ("blob_sha256", *_OF_PEOPLE)
"""Columns of this statement that are not attributes of `RecordPage`."""


@dataclass(frozen=True, slots=True)
class RecordCopy:
    """A record with the same text."""

    id: int
    title: str
    source_id: str
    source_name: str
    url: str
    state: str
    published_date: date | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in the list of versions, with the corrections that created it, if any."""

    version: int
    kind: str
    created_at: datetime
    title: str
    short_id: str
    capture_id: int
    extractor: str
    captured_at: datetime
    corrections: tuple[FieldCorrection, ...]


@dataclass(frozen=True, slots=True)
class SimilarLine:
    """A record with nearly the same text. `share`: share of the shorter text that is also in the longer one, 0 to 1."""

    id: int
    version: int
    title: str
    source_name: str
    state: str
    published_date: date | None
    share: float


@dataclass(frozen=True, slots=True)
class CaptureLine:
    """An attempt to fetch the record's page. `sha256`, `size` and `damage` are None if no bytes were stored."""

    id: int
    fetched_at: datetime
    status: int | None
    outcome: str
    reason: ShownReason | None
    final_url: str
    sha256: str | None
    size: int | None
    damage: str | None


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A record in one of its versions. `version`: the one shown; `current`: the newest one. Dates are in China's time.

    Only for the current version, else None or empty: `similar`; `citations` of and by it; `neighbours`, the records
    before and after it in the list from which it was opened; `again`, the state of fetching its page again.

    `other_id`: the content id in the address, if it differs from this version's. `fixity`: that of the blob from which
    the version was extracted. `places`: records with the same text. `captures_before`: capture number for the next page
    of captures; `captures_first`: whether this is their first page. `truncated`: only the beginning of its texts is
    searched. `token`: for the forms of users who may correct. `reviews`: what people found correct in it. `collections`
    and `notes`: those of the record, for all versions; `choices`: the collections to which it can be added. `beside`:
    the attachment that is shown beside it; `hits`: where words of the search occur in its attachments.
    """

    id: int
    page_id: int
    version: int
    current: int
    kind: str
    state: str
    state_reason: ShownReason | None
    state_at: datetime | None
    short_id: str
    content_hash: str
    normaliser: int
    title: str
    publisher: str | None
    document_number: str | None
    index_number: str | None
    written_date: date | None
    published_date: date | None
    source_id: str
    source_name: str
    url: str
    capture_id: int
    fetched_at: datetime
    first_seen_at: datetime
    extractor: str
    flags: tuple[str, ...]
    fields: tuple[RecordField, ...]
    text: str
    attachments: tuple[AttachedFile, ...]
    truncated: bool
    citation: Citation
    other_id: str | None
    fixity: BlobFixity | None
    similar: tuple[SimilarLine, ...]
    places: tuple[RecordCopy, ...]
    places_total: int
    versions: tuple[VersionLine, ...]
    captures: tuple[CaptureLine, ...]
    captures_before: int | None
    captures_first: bool
    neighbours: Neighbours | None
    citations: RecordCitations | None
    beside: BesideFile | None = None
    hits: Sequence[FileHits] = ()
    again: LookAgain | None = None
    token: str | None = None
    reviews: Sequence[ReviewNote] = ()
    collections: Sequence[Membership] = ()
    notes: Sequence[RecordNote] = ()
    choices: Sequence[CollectionName] = ()

    def hits_in(self, digest: str) -> FileHits | None:
        """The hits of the search in that file, None if there are none."""
        return next((each for each in self.hits if each.sha256 == digest), None)

    @property
    def timeline(self) -> tuple[tuple[VersionLine | None, tuple[CaptureLine, ...]], ...]:
        """The versions, latest first, each with the captures from its own up to that of the next version.

        If several versions are from one capture, the captures are with the earliest of them. Captures that are older
        than all versions are with None.
        """
        begun: dict[datetime, VersionLine] = {}
        for line in self.versions:
            begun[line.captured_at] = line
        starts = sorted(begun)
        of: dict[int | None, list[CaptureLine]] = {}
        for capture in self.captures:
            place = bisect_right(starts, capture.fetched_at)
            of.setdefault(begun[starts[place - 1]].version if place else None, []).append(capture)
        shown = [line for line in self.versions if self.captures_first or line.version in of]
        lines = [(line, tuple(of.get(line.version, ()))) for line in shown]
        return (*lines, *([(None, tuple(of[None]))] if None in of else []))


def record_page(
    connection: Connection,
    number: int,
    version: int | None = None,
    *,
    before: int | None = None,
    cited: str = "",
    base: str = MOUNT,
    within: tuple[RecordFilter, Sort] | None = None,
    file: str = "",
    leaf: int = 1,
) -> RecordPage | None:
    """The record in that version, or its current one; None if it does not exist.

    `before`: show captures older than this one. `cited`: content id in the permalink. `base`: the browser's address.
    `within`: filter and order of the list from which the record was opened. `file`: SHA-256 of the attachment that is
    shown beside it, with page `leaf` of its text.
    """
    statement = _current_version(number=number) if version is None else _that_version(number=number, version=version)
    row = connection.execute(*statement).one_or_none()
    if row is None:
        return None
    files = attached_files(connection, row.source_id, row.attachments)
    all_corrections = corrections_of(connection, number) if row.is_corrected else ()
    places, total = _copies(connection, row.content_hash, number)
    captures = _captures(connection, row.page_id, before)
    columns = {name: value for name, value in row._mapping.items() if name not in _NOT_SHOWN}
    columns |= {
        "state_reason": shown_reason(row.state_reason),
        "flags": tuple(row.flags),
        "fields": fields_of(row.fields, row.version, all_corrections),
        "attachments": files,
    }
    return RecordPage(
        **columns,
        citation=cite(row, base),
        other_id=cited if cited and not row.content_hash.startswith(cited.lower()) else None,
        fixity=blob_fixity(connection, row.blob_sha256) if row.blob_sha256 else None,
        similar=_similar(connection, row.content_hash, row.text) if row.version == row.current else (),
        places=places,
        places_total=total,
        versions=_versions(connection, number, all_corrections),
        captures=captures[:CAPTURES_PER_PAGE],
        captures_before=captures[CAPTURES_PER_PAGE - 1].id if len(captures) > CAPTURES_PER_PAGE else None,
        captures_first=before is None,
        reviews=reviews(connection, number) if row.is_reviewed else (),
        collections=memberships(connection, number) if row.is_collected else (),
        notes=notes_of(connection, [number]).get(number, ()) if row.is_noted else (),
        citations=record_citations(connection, number) if row.version == row.current else None,
        neighbours=neighbours(connection, *within, number) if within else None,
        beside=beside_file(connection, files, file, leaf) if file else None,
        hits=hits_in_files(connection, files, within[0].q) if within and within[0].q else (),
    )


@built_once
def _current_version(number: Any) -> Statement:
    return _version_query(number, Record.version)


@built_once
def _that_version(number: Any, version: Any) -> Statement:
    return _version_query(number, version)


def _version_query(number: Any, version: Any) -> Statement:
    return (
        select(
            Record.id,
            Record.page_id,
            RecordVersion.version,
            Record.version.label("current"),
            RecordVersion.kind,
            Record.state,
            Record.state_reason,
            Record.state_at,
            func.left(RecordVersion.content_hash, 16).label("short_id"),
            RecordVersion.content_hash,
            Content.normaliser,
            RecordVersion.title,
            RecordVersion.publisher,
            RecordVersion.document_number,
            RecordVersion.index_number,
            RecordVersion.written_date,
            RecordVersion.published_date,
            Record.source_id,
            Source.name.label("source_name"),
            Page.url,
            RecordVersion.capture_id,
            Capture.fetched_at,
            Capture.blob_sha256,
            Record.created_at.label("first_seen_at"),
            RecordVersion.extractor,
            RecordVersion.flags,
            RecordVersion.fields,
            Content.text,
            RecordVersion.attachments,
            func.coalesce(SearchEntry.truncated, False).label("truncated"),
            *(exists().where(column == number).label(name) for name, column in _OF_PEOPLE.items()),
        )
        .join(RecordVersion, (RecordVersion.record_id == Record.id) & (RecordVersion.version == version))
        .join(Content, Content.hash == RecordVersion.content_hash)
        .join(Page, Page.id == Record.page_id)
        .join(Source, Source.id == Record.source_id)
        .join(Capture, Capture.id == RecordVersion.capture_id)
        .outerjoin(SearchEntry, SearchEntry.record_id == Record.id)
        .where(Record.id == number)
    )


def _copies(connection: Connection, content: str, number: int) -> tuple[tuple[RecordCopy, ...], int]:
    """The records with this text and their total, earliest first; for a record without text only itself."""
    statement = _one_copy(content=content, number=number) if content == NO_TEXT else _all_copies(content=content)
    rows = connection.execute(*statement).all()
    return tuple(RecordCopy(*row[:-1]) for row in rows), rows[0].total if rows else 0


@built_once
def _all_copies(content: Any) -> Statement:
    return _copies_query(content)


@built_once
def _one_copy(content: Any, number: Any) -> Statement:
    return _copies_query(content).where(Record.id == number)


def _copies_query(content: Any) -> Statement:
    return (
        select(
            Record.id,
            RecordVersion.title,
            Record.source_id,
            Source.name.label("source_name"),
            Page.url,
            Record.state,
            RecordVersion.published_date,
            Record.created_at,
            func.count().over().label("total"),
        )
        .join(RecordVersion, is_current(Record, RecordVersion))
        .join(Page, Page.id == Record.page_id)
        .join(Source, Source.id == Record.source_id)
        .where(Record.content_hash == content)
        .order_by(Record.id)
        .limit(MAX_COPIES)
    )


def _versions(
    connection: Connection, number: int, all_corrections: Sequence[FieldCorrection]
) -> tuple[VersionLine, ...]:
    return tuple(
        VersionLine(**row._mapping, corrections=tuple(item for item in all_corrections if item.version == row.version))
        for row in connection.execute(*_version_lines(number=number))
    )


@built_once
def _version_lines(number: Any) -> Statement:
    return (
        select(
            RecordVersion.version,
            RecordVersion.kind,
            RecordVersion.created_at,
            RecordVersion.title,
            func.left(RecordVersion.content_hash, 16).label("short_id"),
            RecordVersion.capture_id,
            RecordVersion.extractor,
            Capture.fetched_at.label("captured_at"),
        )
        .join(Capture, Capture.id == RecordVersion.capture_id)
        .where(RecordVersion.record_id == number)
        .order_by(RecordVersion.version.desc())
    )


def _similar(connection: Connection, content: str, text: str) -> tuple[SimilarLine, ...]:
    similar = similar_texts(connection, content, text)
    if not similar:
        return ()
    query = select(Source.id, Source.name).where(among(Source.id, {item.source_id for item in similar}))
    names = {source: name for source, name in connection.execute(query)}
    return tuple(
        SimilarLine(
            item.record_id, item.version, item.title, names[item.source_id], item.state, item.published_date, item.share
        )
        for item in similar
    )


def _captures(connection: Connection, page: int, before: int | None) -> tuple[CaptureLine, ...]:
    """One page of captures, newest first, and one more capture if there are older ones."""
    statement = _last_captures(page=page) if before is None else _captures_before(page=page, before=before)
    rows = connection.execute(*statement)
    return tuple(CaptureLine(**{**row._mapping, "reason": shown_reason(row.reason)}) for row in rows)


@built_once
def _last_captures(page: Any) -> Statement:
    return _captures_query(page)


@built_once
def _captures_before(page: Any, before: Any) -> Statement:
    """Captures that were fetched before that one. Compares times, as an import gives later numbers to earlier
    captures."""
    other = aliased(Capture)
    position = select(other.fetched_at, other.id).where(other.id == before).scalar_subquery()
    return _captures_query(page).where(tuple_(Capture.fetched_at, Capture.id) < position)


def _captures_query(page: Any) -> Statement:
    return (
        select(
            Capture.id,
            Capture.fetched_at,
            Capture.status,
            Capture.outcome,
            Capture.reason,
            Capture.final_url,
            Capture.blob_sha256.label("sha256"),
            Blob.size,
            Blob.damage,
        )
        .outerjoin(Blob, Blob.sha256 == Capture.blob_sha256)
        .where(Capture.page_id == page)
        .order_by(Capture.fetched_at.desc(), Capture.id.desc())
        .limit(CAPTURES_PER_PAGE + 1)
    )
