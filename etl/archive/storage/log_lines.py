"""The lines of the logs in the bucket, one class for each kind. `docs/bucket.md` describes each key; a test compares
the two.

The names of the attributes are the keys of the JSON objects and never change; `etl.archive.storage.log_format` says how
to add new ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from etl.archive.storage.layout import UnreferencedKind
from etl.archive.storage.log_format import LogLine, LogPart

PageKind = Literal["document", "part", "file", "listing", "resource"]
Headers = Sequence[Sequence[str]]
"""Name and value of each header, in the order in which they were sent."""


@dataclass(frozen=True, slots=True)
class CaptureLine(LogLine):
    """`captures/`: an attempt to fetch a page, and what is known of the page."""

    capture: int
    run: int
    page: int
    kind: PageKind
    page_url: str
    part_of: int | None
    part: int | None
    first_seen_at: datetime
    listing: Mapping[str, Any]
    url: str
    final_url: str
    fetched_at: datetime
    elapsed_ms: int
    status: int | None
    request_headers: Headers
    headers: Headers
    outcome: str
    reason: str
    blob: str | None
    stored_at: datetime
    size: int
    log: str


@dataclass(frozen=True, slots=True)
class SourceLine(LogLine):
    """`runs/`, the first line: the source file as the run read it. A row of `archive.source`."""

    id: str
    name: str
    agency: str
    region: str
    platform: str
    definition: Mapping[str, Any]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class RunLine(LogLine):
    """`runs/`, the second line: the run. A row of `archive.run`."""

    id: int
    source_id: str
    key: str
    kind: str
    options: Mapping[str, Any]
    state: str
    listing: Mapping[str, Any]
    report: Mapping[str, Any] | None
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedPage(LogPart):
    """The page of a `RunPageLine`: the columns of `archive.page` that cannot be restored from capture logs."""

    id: int
    source_id: str
    url: str
    kind: PageKind
    listing: Mapping[str, Any]
    first_seen_at: datetime
    listed_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunPageLine(LogLine):
    """`runs/`, all further lines: the outcome of a page in the run. A row of `archive.run_page`, and its page."""

    run_id: int
    page_id: int
    columns: Sequence[str]
    batch: int | None
    capture_id: int | None
    outcome: str | None
    reason: str
    page: ListedPage
    unread_reason: str | None = None


@dataclass(frozen=True, slots=True)
class RunLog:
    """All lines of an object under `runs/`."""

    source: SourceLine
    run: RunLine
    pages: Sequence[RunPageLine]


class FieldEvidence(TypedDict):
    """A piece of evidence for a field: the attributes of `etl.extract.FieldValue`, and whether it was chosen.

    `chosen`: the field has this value. `set_aside`: extraction chose it, but a correction overruled it. A correction
    has the origin `correction`, its author as label and its reason as rule. `belief`: for a value that extraction
    chose, whether other evidence confirms it (`etl.extract.codes.Belief`); versions made before 2026-11-27 lack it.
    `confidence` is only in lines of format 1: a number that was never calibrated and decided nothing.
    """

    name: str
    value: str
    raw: str
    label: str
    origin: str
    rule: str
    chosen: bool
    set_aside: NotRequired[bool]
    belief: NotRequired[str]
    confidence: NotRequired[float]


class AttachedFile(TypedDict):
    """A file that a version links: its address and name; its role, `file` or `image` (a picture in place of text); and
    the SHA-256 of its bytes, None if the archive does not have them."""

    url: str
    name: str
    role: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class VersionValues(LogPart):
    """The values of a version of a record: the columns of `archive.record_version` that are stored with its event."""

    capture_id: int
    content_hash: str
    title: str
    index_number: str | None
    publisher: str | None
    document_number: str | None
    written_date: date | None
    published_date: date | None
    fields: Sequence[FieldEvidence]
    attachments: Sequence[AttachedFile]
    flags: Sequence[str]
    extractor: str


@dataclass(frozen=True, slots=True)
class CorrectionRow(LogPart):
    """A field that an archivist set or withdrew: a row of `archive.correction`."""

    id: int
    record_id: int
    version: int
    field: str
    kind: Literal["set", "withdrawn"]
    value: str | None
    corrected_by: str
    reason: str
    corrected_at: datetime


class Transaction(TypedDict):
    """A transaction of PostgreSQL: the server's system identifier, its timeline, and the transaction's number."""

    cluster: str
    timeline: str
    transaction: str


@dataclass(frozen=True, slots=True)
class ChangeEvent(LogPart):
    """An event of the change feed, before it has a number.

    `values`: the version that it made, if any. `texts`: the texts that were first stored with this event, by hash.
    `corrections`: those made with it. `read_with`: versions of the extractor and normaliser.
    """

    kind: str
    record: int
    version: int
    page: int
    source: str
    run: int | None = None
    reason: str = ""
    values: VersionValues | None = None
    read_with: str = ""
    texts: Mapping[str, str] | None = None
    corrections: tuple[CorrectionRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine(ChangeEvent, LogLine):
    """`changes/`: an event with its number in the feed, its transaction, and the start time of that transaction."""

    seq: int
    at: datetime
    writer: Transaction | None = None


ReviewedIssue = Literal["disputed", "flagged", "no_text", "similar", "missing"]
ActKind = Literal["review", "collection", "membership", "note", "link"]


@dataclass(frozen=True, slots=True)
class ReviewRow(LogPart):
    """What an archivist found correct in a version: a row of `archive.review`; the act says who and when."""

    id: int
    record_id: int
    version: int
    issue: ReviewedIssue
    subject: str
    note: str


@dataclass(frozen=True, slots=True)
class CollectionRow(LogPart):
    """A version of a collection: a row of `archive.collection`."""

    id: int
    version: int
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class MembershipPart(LogPart):
    """The records that were put into a collection, or taken out of it: rows of `archive.collection_member`."""

    collection_id: int
    added: Sequence[int]
    removed: Sequence[int]


@dataclass(frozen=True, slots=True)
class NoteRow(LogPart):
    """A version of a note on a record: a row of `archive.note`."""

    id: int
    version: int
    record_id: int
    text: str


@dataclass(frozen=True, slots=True)
class LinkRow(LogPart):
    """A version of a link: which record a cited document is, according to an archivist. `number`, `title`: as it is
    cited; one may be missing. `cited_record_id`: None if the link is withdrawn."""

    id: int
    version: int
    number: str | None
    title: str | None
    cited_record_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class ActLine(LogLine):
    """`acts/`: an act of an archivist: a row of `archive.act`, and its content, which is in the one of the last five
    attributes that `kind` names."""

    seq: int
    kind: ActKind
    by: str
    at: datetime
    writer: Transaction | None = None
    review: ReviewRow | None = None
    collection: CollectionRow | None = None
    membership: MembershipPart | None = None
    note: NoteRow | None = None
    link: LinkRow | None = None


class ArchiveMember(TypedDict):
    """A file inside an archive file: the attributes of `etl.files.Member`."""

    path: str
    media_type: str
    outcome: str
    reason: str
    size: int


@dataclass(frozen=True, slots=True)
class ReadingLine(LogLine):
    """`files/`, the only line: the reading of a file. A row of `archive.file`, and its text."""

    blob_sha256: str
    media_type: str
    outcome: str
    reason: str
    content_hash: str | None
    pages: int | None
    method: str
    members: Sequence[ArchiveMember]
    reader: str
    read_at: datetime
    text: str
    normaliser: int

    def file_row(self) -> dict[str, Any]:
        """The row of `archive.file`."""
        return {name: value for name, value in self.row().items() if name not in ("text", "normaliser")}


@dataclass(frozen=True, slots=True)
class FixityLine(LogLine):
    """`fixity/`: a blob or a log that was found damaged, or whole again. A row of `archive.fixity_event`.

    Either `blob_sha256` or `log`, a key, is given; in format 2 there were only blobs.
    """

    FORMAT = 3
    id: int
    blob_sha256: str | None
    kind: Literal["missing", "mismatch", "restored"]
    detail: str
    found_at: datetime
    log: str | None = None


@dataclass(frozen=True, slots=True)
class ChainLine(LogLine):
    """`chain/`: the digest of a log, in a link of the chain; `pending`: the log was about to be rewritten with it.

    `link`, `before`, `at` and `writer` are the same in all lines of a link: its number from 1, the SHA-256 of the
    link before it (null for the first), the time of its transaction, and that transaction.
    """

    link: int
    before: str | None
    at: datetime
    writer: Transaction
    log: str
    sha256: str
    pending: bool


@dataclass(frozen=True, slots=True)
class RootLine(LogLine):
    """`roots/`, the only line: the Merkle root over the logs that the links `first_link` to `last_link` name.

    `day` is the day of these links in China's time; `before` is the SHA-256 of the root before it, null for the first;
    `leaves` is the number of leaves, `root` the root, in hexadecimal.
    """

    day: date
    before: str | None
    first_link: int
    last_link: int
    leaves: int
    root: str


@dataclass(frozen=True, slots=True)
class StampLine(LogLine):
    """`stamps/`, the only line: an authority's time stamp over the root of `day`.

    `root`: SHA-256 of the root's object, which the authority signed at `at`. `response`: its answer, a TimeStampResp in
    base64. `certificates`: those by which the authority is trusted, as PEM.
    """

    day: date
    root: str
    authority: str
    at: datetime
    response: str
    certificates: str


@dataclass(frozen=True, slots=True)
class RemovalLine(LogLine):
    """`garbage/`: an object that garbage collection is about to remove."""

    kind: UnreferencedKind
    key: str
    size: int
    modified: datetime
