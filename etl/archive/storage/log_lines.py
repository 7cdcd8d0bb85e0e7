"""The lines of the logs in the bucket, typed. `docs/bucket.md` describes each field; a test holds the page to this.

A class per kind of line. The names of its attributes are the keys of the JSON object, and never change. Each line
carries a number under `format` besides; a line without one is of format 1, as all were before the number was written.
In format 2, reasons and rules are codes instead of English sentences; readers of either find both (`etl.reasons`).

- A new field needs no new number, if it has a default here: who reads an older line takes the default, and who reads
  a newer one ignores fields that it does not know.
- A field that is removed, or that means something else, needs a new number. A higher number than `FORMAT` is refused:
  a database rebuilt from lines that were misunderstood would be wrong without a sign.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar, Literal, NotRequired, Self, TypedDict, TypeVar, get_args, get_origin, get_type_hints

from etl.archive.storage.layout import UnreferencedKind
from etl.errors import GongkaiError

PageKind = Literal["document", "part", "file", "listing"]
Headers = Sequence[Sequence[str]]
"""Name and value of each header, in the order in which they were sent."""


class LogPart:
    """A dataclass that is stored as a JSON object: moments and dates in ISO 8601, `LogPart`s as objects in it."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def to_json(self) -> dict[str, Any]:
        """The object as `json` can write it."""
        stored = self.row()
        for name, write, _ in _conversions(type(self)):  # type: ignore[arg-type]
            if stored[name] is not None:
                stored[name] = write(stored[name])
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The object as it was written. Raises `TypeError` where a field without default is missing, `ValueError`."""
        values = {name: stored[name] for name in cls.__dataclass_fields__ if name in stored}
        for name, _, read in _conversions(cls):  # type: ignore[arg-type]
            if values.get(name) is not None:
                values[name] = read(values[name])
        return cls(**values)

    @classmethod
    def from_row(cls, row: Mapping[Any, Any]) -> Self:
        """The object whose attributes are columns of that name; the row may have others."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})

    def row(self) -> dict[str, Any]:
        """The attributes by name, as a row of the database has them."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class LogLine(LogPart):
    """A line of a log."""

    __slots__ = ()
    FORMAT: ClassVar[int] = 2

    def to_json(self) -> dict[str, Any]:
        return {"format": self.FORMAT, **super().to_json()}


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
    """The page of a `RunPageLine`: the columns of `archive.page` that no capture log tells."""

    id: int
    source_id: str
    url: str
    kind: PageKind
    listing: Mapping[str, Any]
    first_seen_at: datetime
    listed_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunPageLine(LogLine):
    """`runs/`, all further lines: how a page ended in the run. A row of `archive.run_page`, and its page."""

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
    """A piece of evidence for a field: the parts of `etl.extract.FieldValue`, and what was made of it.

    `chosen`: it gives the field its value. `set_aside`: extraction chose it, and a correction overruled it. A
    correction has the origin `correction`, its author as label and its reason as rule. `confidence` is in lines of
    format 1 alone: a number that was never calibrated and decided nothing.
    """

    name: str
    value: str
    raw: str
    label: str
    origin: str
    rule: str
    chosen: bool
    set_aside: NotRequired[bool]
    confidence: NotRequired[float]


class AttachedFile(TypedDict):
    """A file that a version links: its address and name, whether it is a `file` or an `image` in place of text, and
    the SHA-256 of its bytes, None as long as the archive does not have them."""

    url: str
    name: str
    role: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class VersionValues(LogPart):
    """What a version of a record holds: the columns of `archive.record_version` that its event gives."""

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

    `values` is the version that it made, None where it made none; `texts` the contents, by hash, that were new with
    it; `corrections` those that were made with it. `read_with` names the extractor and normaliser of the version.
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
    """`changes/`: an event with its number in the feed, the moment of its transaction, and that transaction."""

    seq: int
    at: datetime
    writer: Transaction | None = None


class ArchiveMember(TypedDict):
    """A file inside an archive: the parts of `etl.files.Member`."""

    path: str
    media_type: str
    outcome: str
    reason: str
    size: int


@dataclass(frozen=True, slots=True)
class ReadingLine(LogLine):
    """`files/`, the only line: what was read in a file. A row of `archive.file`, and its text."""

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
    """`fixity/`: a blob that was found damaged, or whole again. A row of `archive.fixity_event`."""

    id: int
    blob_sha256: str
    kind: Literal["missing", "mismatch", "restored"]
    detail: str
    found_at: datetime


@dataclass(frozen=True, slots=True)
class RemovalLine(LogLine):
    """`garbage/`: an object that garbage collection is about to remove."""

    kind: UnreferencedKind
    key: str
    size: int
    modified: datetime


Line = TypeVar("Line", bound=LogLine)


def read_line(kind: type[Line], stored: Mapping[str, Any], where: str) -> Line:
    """The line, as it was written. Raises `GongkaiError`, naming `where`, for a later format or another kind."""
    written_in = stored.get("format", 1)
    if written_in > kind.FORMAT:
        raise GongkaiError(
            f"{where}: format {written_in} of a later version, this one reads up to {kind.FORMAT}",
            hint="use the version of gongkai that wrote it, or a later one",
        )
    try:
        return kind.from_json(stored)
    except (TypeError, ValueError) as error:
        raise GongkaiError(
            f"{where} is no {kind.__name__}: {error}", hint="docs/bucket.md names the fields; see also docs/backup.md"
        ) from error


_Convert = Callable[[Any], Any]


@cache
def _conversions(kind: Any) -> Sequence[tuple[str, _Convert, _Convert]]:
    """The attributes that JSON has no type for: name, and how to write and to read a value that is not None."""
    hints = get_type_hints(kind)
    return [(name, *convert) for name in kind.__dataclass_fields__ if (convert := _conversion(hints[name]))]


def _conversion(hint: Any) -> tuple[_Convert, _Convert] | None:
    for kind in get_args(hint) or (hint,):
        if kind in (datetime, date):
            return kind.isoformat, kind.fromisoformat
        if isinstance(kind, type) and issubclass(kind, LogPart):
            return _of_many(kind) if get_origin(hint) is tuple else (kind.to_json, kind.from_json)
    return None


def _of_many(kind: type[LogPart]) -> tuple[_Convert, _Convert]:
    return lambda parts: [part.to_json() for part in parts], lambda parts: tuple(kind.from_json(part) for part in parts)
