"""Comparison of two versions, of one record or of two: differences of fields, of files and of the text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, cast

from sqlalchemy import Connection, Row, select

from etl.archive.records.versions import ValueDifference, VersionState, compare
from etl.archive.storage.lookups import among
from etl.archive.storage.models import Capture, Content, Record, RecordVersion, Source
from etl.browse.pages.compared_lines import Passage, passages
from etl.browse.pages.fields import FieldCorrection, corrections_of
from etl.browse.pages.line_marks import DiffLine, Part, whole_line
from etl.browse.pages.text_changes import (
    MAX_COMPARED_PAIRS,
    DiffBlock,
    MinorChange,
    TextChanges,
    Version,
    changed_lines,
    text_changes,
)
from etl.clock import CHINA
from etl.extract.content_id import normalise
from etl.extract.counters import without_counters
from etl.extract.similarity import containment, shingles
from etl.fields import DATE_FIELDS, FIELDS

MAX_CHARS = 300_000
"""Maximum number of characters of both texts together that are compared."""
MAX_LINES = 6000
"""Maximum number of lines of both texts together that are compared: time can grow with the square of this number."""
ATTACHMENTS = "attachments"
"""The name of the difference in attachments, instead of a field's name."""
_FIRST = ("title", "document_number", *(name for name in FIELDS if name in DATE_FIELDS))
"""The fields that are shown first, as readers look at these first."""
_SEPARATORS = re.compile(r"[\s;；,，、|]+")

View = Literal["inline", "sides"]
Lines = Literal["all", "changes"]


@dataclass(frozen=True, slots=True)
class ComparedVersion:
    """One of the two compared versions. `captured_at`: the time of the capture from which it was extracted."""

    id: int
    version: int
    kind: str
    title: str
    source_name: str
    short_id: str
    created_at: datetime
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class VersionChoice:
    """A version that can be chosen for comparing."""

    id: int
    version: int
    kind: str
    title: str
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs: its two values (None: no value), and the same as lines with marks. `minor`: only white
    space, a counter or the order of words differs."""

    name: str
    before: str | None
    after: str | None
    lines: tuple[DiffLine, ...]
    minor: bool

    @property
    def sides(self) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
        """Both values with their marks."""
        old = tuple(part for line in self.lines for part in line.old)
        return old, tuple(part for line in self.lines for part in line.new)


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """A file of one version; `sha256`: None if the archive does not have its bytes."""

    name: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that only one version has, or whose name, address or bytes differ."""

    before: ComparedFile | None
    after: ComparedFile | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences from `before` to `after`. `text`: None if the texts are too long, empty if they are equal.

    `minor`: differences only in counters, white space or the order of lines, which are not in `text`. `share`: share of
    the shorter text that is also in the longer one, 0 to 1; None if the texts are too short or too long. `corrections`:
    those that were made between the two versions of the same record. `choices`: all versions of the records. `view` and
    `lines`: how the page shows the text.
    """

    before: ComparedVersion
    after: ComparedVersion
    fields: tuple[FieldChange, ...]
    files: tuple[FileChange, ...]
    text: tuple[DiffBlock, ...] | None
    minor: tuple[MinorChange, ...]
    share: float | None
    corrections: tuple[FieldCorrection, ...]
    choices: tuple[VersionChoice, ...]
    view: View
    lines: Lines

    @property
    def changes(self) -> int:
        """Number of changes of the text."""
        return sum(not block.same for block in self.text or ())

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The text as it is shown."""
        return tuple(passages(self.text or (), sides=self.view == "sides", only_changes=self.lines == "changes"))


def comparison_page(
    connection: Connection, before: tuple[int, int], after: tuple[int, int], view: View, lines: Lines
) -> Comparison | None:
    """Compare two versions, each given as (record, version); None if one of them does not exist."""
    old, new = _version_row(connection, *before), _version_row(connection, *after)
    if old is None or new is None:
        return None
    days = _day(old), _day(new)
    differing = compare(cast(VersionState, old), cast(VersionState, new))
    fields = [_field_change(change, days) for change in differing if change.field != "text"]
    changes, common = _compared_texts(Version(old.text, days[0]), Version(new.text, days[1]))
    return Comparison(
        before=_compared_version(old),
        after=_compared_version(new),
        fields=tuple(sorted(fields, key=_rank)),
        files=tuple(_file_changes(old.attachments, new.attachments)),
        text=changes.blocks if changes else None,
        minor=changes.minor if changes else (),
        share=common,
        corrections=_corrections(connection, before, after),
        choices=_choices(connection, {before[0], after[0]}),
        view=view,
        lines=lines,
    )


def _corrections(
    connection: Connection, before: tuple[int, int], after: tuple[int, int]
) -> tuple[FieldCorrection, ...]:
    if before[0] != after[0]:
        return ()
    earlier, later = sorted((before[1], after[1]))
    return tuple(each for each in corrections_of(connection, before[0]) if earlier < each.version <= later)


def _compared_texts(old: Version, new: Version) -> tuple[TextChanges | None, float | None]:
    """The differences, and `share` of a `Comparison`."""
    if old.text == new.text:
        return TextChanges((), ()), 1.0
    if len(old.text) + len(new.text) > MAX_CHARS or old.text.count("\n") + new.text.count("\n") > MAX_LINES:
        return None, None
    old_shingles, new_shingles = shingles(old.text), shingles(new.text)
    common = containment(old_shingles, new_shingles) if old_shingles and new_shingles else None
    return text_changes(old, new), common


def _version_row(connection: Connection, record: int, version: int) -> Row[Any] | None:
    return connection.execute(
        select(
            RecordVersion.record_id.label("id"),
            RecordVersion.version,
            RecordVersion.kind,
            RecordVersion.title,
            Source.name.label("source_name"),
            RecordVersion.created_at,
            Capture.fetched_at.label("captured_at"),
            RecordVersion.content_hash,
            RecordVersion.fields,
            RecordVersion.attachments,
            Content.text,
        )
        .join(Record, Record.id == RecordVersion.record_id)
        .join(Source, Source.id == Record.source_id)
        .join(Content, Content.hash == RecordVersion.content_hash)
        .join(Capture, Capture.id == RecordVersion.capture_id)
        .where(RecordVersion.record_id == record, RecordVersion.version == version)
    ).one_or_none()


def _choices(connection: Connection, records: set[int]) -> tuple[VersionChoice, ...]:
    rows = connection.execute(
        select(
            RecordVersion.record_id.label("id"),
            RecordVersion.version,
            RecordVersion.kind,
            RecordVersion.title,
            Capture.fetched_at.label("captured_at"),
        )
        .join(Capture, Capture.id == RecordVersion.capture_id)
        .where(among(RecordVersion.record_id, records))
        .order_by(RecordVersion.record_id, RecordVersion.version.desc())
    )
    return tuple(VersionChoice(**row._mapping) for row in rows)


def _compared_version(row: Row[Any]) -> ComparedVersion:
    return ComparedVersion(
        row.id,
        row.version,
        row.kind,
        row.title,
        row.source_name,
        row.content_hash[:16],
        row.created_at,
        row.captured_at,
    )


def _day(row: Row[Any]) -> date:
    return cast(datetime, row.captured_at).astimezone(CHINA).date()


def _rank(change: FieldChange) -> tuple[bool, int, str]:
    order = [*_FIRST, *(name for name in FIELDS if name not in _FIRST)]
    return change.minor, order.index(change.name) if change.name in order else len(order), change.name


def _field_change(change: ValueDifference, days: tuple[date, date]) -> FieldChange:
    before, after = change.before, change.now
    if change.field in DATE_FIELDS or before is None or after is None:
        sides = (("removed", before), ("added", after))
        lines = [whole_line(mark, value) for mark, value in sides if value]  # type: ignore[arg-type]
    else:
        lines = list(changed_lines([before], [after], MAX_COMPARED_PAIRS // 100))
    return FieldChange(change.field, before, after, tuple(lines), _is_minor(change, days))


def _is_minor(change: ValueDifference, days: tuple[date, date]) -> bool:
    if change.field == ATTACHMENTS or change.before is None or change.now is None:
        return False
    old, new = (without_counters(value, day) for value, day in zip((change.before, change.now), days, strict=True))
    words = [sorted(filter(None, _SEPARATORS.split(value))) for value in (old, new)]
    return normalise(old) == normalise(new) or words[0] == words[1]


def _file_changes(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Iterator[FileChange]:
    """Files that differ, paired by their address, else by their bytes, else by their name."""
    old, new = list(before), list(after)
    for key in ("url", "sha256", "name"):
        for one in list(old):
            same = next((other for other in new if one.get(key) and one.get(key) == other.get(key)), None)
            if same is None:
                continue
            old.remove(one)
            new.remove(same)
            if any(one.get(name) != same.get(name) for name in ("name", "sha256")):
                yield FileChange(_compared_file(one), _compared_file(same))
    yield from (FileChange(_compared_file(one), None) for one in old)
    yield from (FileChange(None, _compared_file(other)) for other in new)


def _compared_file(stored: Mapping[str, Any]) -> ComparedFile:
    return ComparedFile(stored["name"] or stored["url"], stored.get("sha256"))
