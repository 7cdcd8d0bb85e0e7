"""The rows of the HTTP API. Names and values are those of the views of `api_v1`, which docs/database.md explains;
a test compares them. The description of the API takes the meaning of each from the database's comments.
"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Fields = Annotated[dict[str, str | None], Field(description="Fields that have a value: name → value.")]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Described(_Row):
    """Attributes that records and versions have in common."""

    source_id: str
    url: str
    short_id: str
    content_hash: str
    title: str
    index_number: str | None
    publisher: str | None
    document_number: str | None
    written_date: date | None
    published_date: date | None
    fields: Fields
    corrected_fields: list[str]
    flags: list[str]
    kind: str
    capture_id: int
    captured_at: datetime


class Record(_Described):
    """A record in its current version, without its text."""

    record_id: int
    document_id: int
    state: str
    state_reason: str | None
    state_reason_code: str | None
    state_reason_params: dict[str, Any] | None
    state_at: datetime | None
    version: int
    first_seen_at: datetime
    version_at: datetime
    updated_at: datetime
    checked_at: datetime | None
    permalink: str = Field(description="Address of this version in the archive browser; it never changes.")


class RecordVersion(_Described):
    """A version of a record with its text and evidence."""

    record_id: int
    version: int
    is_current: bool
    normaliser: int
    text: str
    evidence: list[dict[str, Any]]
    extractor: str
    created_at: datetime


class Attachment(_Row):
    """A file that the current version of a record links."""

    record_id: int
    version: int
    position: int
    url: str
    name: str | None
    role: str | None
    sha256: str | None
    size: int | None
    media_type: str | None
    outcome: str | None
    reason: str | None
    reason_code: str | None
    reason_params: dict[str, Any] | None
    pages: int | None
    method: str | None
    text: str | None
    content_hash: str | None
    read_at: datetime | None


class Change(_Row):
    """An event of the change feed."""

    change_seq: int
    kind: str
    record_id: int
    version: int
    source_id: str
    content_hash: str | None
    reason: str | None
    reason_code: str | None
    reason_params: dict[str, Any] | None
    run_id: int | None
    changed_at: datetime


class Capture(_Row):
    """An attempt to fetch a page."""

    capture_id: int
    source_id: str
    run_id: int
    record_id: int | None
    page_url: str
    page_kind: str
    url: str
    final_url: str
    fetched_at: datetime
    elapsed_ms: int
    status: int | None
    outcome: str
    reason: str
    reason_code: str | None
    reason_params: dict[str, Any] | None
    sha256: str | None
    size: int | None
    log: str


class Source(_Row):
    """A catalog that is crawled."""

    source_id: str
    name: str
    agency: str
    region: str
    platform: str
    updated_at: datetime


class Collection(_Row):
    """Records that an archivist put together under a title."""

    collection_id: int
    title: str
    description: str
    records: int
    made_by: str
    made_at: datetime
    changed_by: str
    changed_at: datetime


class CollectionRecord(_Row):
    """That a record is in a collection."""

    collection_id: int
    record_id: int
    added_by: str
    added_at: datetime
    title: str = Field(description="Title of the collection.")


class Note(_Row):
    """A version of a note that an archivist wrote on a record."""

    note_id: int
    version: int
    is_current: bool
    record_id: int
    text: str
    written_by: str
    written_at: datetime


class Run(_Row):
    """A walk over a source, or an import."""

    run_id: int
    source_id: str
    kind: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    listed: int | None
    stored: int | None
    unchanged: int | None
    failed: int | None
    excluded: int | None
    unfinished: int | None
    records: int | None
    created: int | None
    updated: int | None
    removed: int | None
    restored: int | None
    duplicates: int | None
    change_seq_to: int | None
    outcomes: dict[str, int] | None
    problems: list[Any] | None
    warnings: list[Any] | None


class Citation(_Row):
    """A document that the current version of a record cites, and the records that are meant."""

    record_id: int
    ordinal: int
    version: int
    relation: str
    part: str
    place: int
    length: int
    mentions: int
    number: str | None
    title: str | None
    cited_record_id: int | None
    candidates: list[int]
    matched_by: str | None


VIEWS: dict[type[_Row], tuple[str, ...]] = {
    Record: ("records", "record_places", "record_versions"),
    RecordVersion: ("record_versions",),
    Attachment: ("attachments",),
    Change: ("changes",),
    Capture: ("captures",),
    Source: ("sources",),
    Collection: ("collections",),
    CollectionRecord: ("collection_records", "collections"),
    Note: ("notes",),
    Run: ("runs",),
    Citation: ("citations",),
}
"""The views that contain the columns of a row; the meaning of a column is that in the first view that has it."""


class Total(_Row):
    """A number of records; if not `exact`, there are more."""

    number: int
    exact: bool


class RecordPage(_Row):
    """Records that match, one for each text. `after`: where the next page begins, null on the last."""

    records: list[Record]
    total: Total
    after: str | None


class RecordDetail(_Row):
    """A record with its current version, its files, its collections and all versions of its notes."""

    record: Record
    record_version: RecordVersion
    attachments: list[Attachment]
    collections: list[CollectionRecord]
    notes: list[Note]


class CollectionList(_Row):
    """All collections; `only=collection:NUMBER` of records has the records of one."""

    collections: list[Collection]


class VersionPage(_Row):
    """Versions of a record, oldest first. `after`: where the next page begins, null on the last."""

    record_versions: list[RecordVersion]
    after: int | None


class ChangeWithVersion(Change):
    """An event; `record_version`, where it was asked for, is the version to which it led."""

    record_version: RecordVersion | None = None


class ChangePage(_Row):
    """Events in order. `after`: where the next page begins, null where this one ends the feed.

    `change_seq_to`: number of the newest event of all; 0: there is none.
    """

    changes: list[ChangeWithVersion]
    change_seq_to: int
    after: int | None


class CapturePage(_Row):
    """Attempts to fetch an address, oldest first. `after`: where the next page begins, null on the last."""

    captures: list[Capture]
    after: int | None


class CitationPage(_Row):
    """Citations in the order of records, then of documents in them. `after`: where the next page begins, null on the
    last; `total`: how many there are."""

    citations: list[Citation]
    total: int
    after: str | None


class SourceList(_Row):
    """All sources."""

    sources: list[Source]


class RunPage(_Row):
    """Runs, latest first. `before`: where the next page begins, null on the last."""

    runs: list[Run]
    before: int | None


class Problem(_Row):
    """Why a request was refused. `code` never changes its meaning; the sentences may be reworded."""

    status: int
    code: str
    name: tuple[str, str]
    chinese: str
    english: str
    detail: str
