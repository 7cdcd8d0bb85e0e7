"""Comparison of two versions, of one record or of two: differences of fields and of text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, Literal, cast

from sqlalchemy import Connection, Row, select

from etl.archive.records.versions import VersionState, compare
from etl.archive.storage.models import Content, Record, RecordVersion, Source
from etl.extract.similarity import LineDifference, containment, differences, shingles

MAX_CHARS = 300_000
"""Characters of both texts together, above which they are not compared."""
MAX_LINES = 6000
"""Lines of both texts together, above which they are not compared: time can grow with the square of the lines."""
MIN_SHARED_RATIO = 0.5
"""Lines that share less than this are shown as one removed and one added line: a line full of marks is unreadable."""
MAX_COMPARED_PAIRS = 30_000_000
"""Pairs of characters that may be compared to mark words within lines, shared out among the changed lines. It takes 3 s
for a text that was made to take long, a hundredth of that otherwise."""
CONTEXT_LINES = 2
"""Unchanged lines shown on each side of a change."""
_WORD = re.compile(r"[0-9A-Za-z]+(?:[.,][0-9]+)*|.", re.DOTALL)
"""Units of comparison: numbers and Latin words as a whole, Chinese by character."""

DiffMark = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class ComparedVersion:
    """One of the two compared versions."""

    id: int
    version: int
    kind: str
    title: str
    source_name: str
    short_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line in parts: those that both texts have, and those of one text only."""

    parts: tuple[tuple[DiffMark, str], ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs: its two values (None: no value), and the same as lines with marks."""

    name: str
    before: str | None
    after: str | None
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True)
class DiffBlock:
    """Consecutive lines, all unchanged (`same`) or all changed. `folded`: unchanged and far from every change."""

    same: bool
    folded: bool
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences from `before` to `after`. `text` is None for texts that are too long, empty for equal texts.

    `share`: the part of the shorter text that the longer one contains, 0 to 1; None for texts that are too short or too
    long for it.
    """

    before: ComparedVersion
    after: ComparedVersion
    fields: tuple[FieldChange, ...]
    text: tuple[DiffBlock, ...] | None
    share: float | None


def comparison_page(connection: Connection, before: tuple[int, int], after: tuple[int, int]) -> Comparison | None:
    """Compare two versions, each given as (record, version); None if one of them does not exist."""
    old, new = _version_row(connection, *before), _version_row(connection, *after)
    if old is None or new is None:
        return None
    changes = compare(cast(VersionState, old), cast(VersionState, new))
    text, common = _compared_texts(old.text, new.text)
    return Comparison(
        _compared_version(old),
        _compared_version(new),
        tuple(_field_change(*change) for change in changes if change[0] != "text"),
        text,
        common,
    )


def _compared_texts(old: str, new: str) -> tuple[tuple[DiffBlock, ...] | None, float | None]:
    """`text` and `share` of a `Comparison`."""
    if old == new:
        return (), 1.0
    if len(old) + len(new) > MAX_CHARS or old.count("\n") + new.count("\n") > MAX_LINES:
        return None, None
    old_shingles, new_shingles = shingles(old), shingles(new)
    common = containment(old_shingles, new_shingles) if old_shingles and new_shingles else None
    return tuple(_diff_blocks(differences(old, new))), common


def _version_row(connection: Connection, record: int, version: int) -> Row[Any] | None:
    return connection.execute(
        select(
            RecordVersion.record_id.label("id"),
            RecordVersion.version,
            RecordVersion.kind,
            RecordVersion.title,
            Source.name.label("source_name"),
            RecordVersion.created_at,
            RecordVersion.content_hash,
            RecordVersion.fields,
            RecordVersion.attachments,
            Content.text,
        )
        .join(Record, Record.id == RecordVersion.record_id)
        .join(Source, Source.id == Record.source_id)
        .join(Content, Content.hash == RecordVersion.content_hash)
        .where(RecordVersion.record_id == record, RecordVersion.version == version)
    ).one_or_none()


def _compared_version(row: Row[Any]) -> ComparedVersion:
    return ComparedVersion(
        row.id, row.version, row.kind, row.title, row.source_name, row.content_hash[:16], row.created_at
    )


def _field_change(name: str, before: str | None, after: str | None) -> FieldChange:
    lines = _changed_lines([before] if before else [], [after] if after else [], MAX_COMPARED_PAIRS // 100)
    return FieldChange(name, before, after, tuple(lines))


def _diff_blocks(changes: Sequence[LineDifference]) -> Iterator[DiffBlock]:
    pairs = sum(min(len(change.before), len(change.after)) for change in changes if change.kind == "changed")
    max_pairs = MAX_COMPARED_PAIRS // (pairs or 1)
    for index, change in enumerate(changes):
        if change.kind != "same":
            yield DiffBlock(False, False, tuple(_changed_lines(change.before, change.after, max_pairs)))
            continue
        lines = tuple(DiffLine((("same", line),)) for line in change.after)
        # No context above the first line of the text, and none below its last.
        above, below = CONTEXT_LINES if index else 0, CONTEXT_LINES if index < len(changes) - 1 else 0
        if len(lines) <= above + below + 1:
            yield DiffBlock(True, False, lines)
            continue
        end = len(lines) - below
        sections = ((False, lines[:above]), (True, lines[above:end]), (False, lines[end:]))
        yield from (DiffBlock(True, folded, section) for folded, section in sections if section)


def _changed_lines(before: Sequence[str], after: Sequence[str], max_pairs: int) -> Iterator[DiffLine]:
    """The lines of a change: pairwise with marks where the pairs are alike, else all old lines, then all new ones."""
    marked = [_marked_line(old, new, max_pairs) for old, new in zip(before, after, strict=False)]
    if any(marked) or len(before) == len(after):
        for line, old_line, new_line in zip_longest(marked, before, after):
            yield from (
                [line] if line else _separate_lines([old_line] if old_line else [], [new_line] if new_line else [])
            )
    else:
        yield from _separate_lines(before, after)


def _separate_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[DiffLine]:
    yield from (DiffLine((("removed", line),)) for line in before)
    yield from (DiffLine((("added", line),)) for line in after)


def _marked_line(before: str, after: str, max_pairs: int) -> DiffLine | None:
    """One line with its changes marked; None if too little of it is unchanged, or comparing it would take too long."""
    if len(before) * len(after) > max_pairs:
        return None
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < MIN_SHARED_RATIO:
        return None
    parts: list[tuple[DiffMark, str]] = []
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            parts.append(("same", "".join(old[old_start:old_end])))
            continue
        if old_end > old_start:
            parts.append(("removed", "".join(old[old_start:old_end])))
        if new_end > new_start:
            parts.append(("added", "".join(new[new_start:new_end])))
    return DiffLine(tuple(parts))
