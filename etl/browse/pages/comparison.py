"""Two versions beside each other, of one record or of two: what their texts and fields differ in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, Literal

from sqlalchemy import Connection, Row, select

from etl.archive.records.versions import compare
from etl.archive.storage.models import Content, Record, RecordVersion, Source
from etl.extract.similarity import LineDifference, containment, differences, shingles

MAX_CHARS = 300_000
"""Characters of both texts together, and
MOST_LINES
their lines, beyond which they are not compared: what a comparison takes may grow with the square of the lines."""
MAX_LINES = 6000
MIN_SHARED_RATIO = 0.5
"""Lines that share less are told as one taken out and another put in: marks all over a line cannot be read."""
MAX_COMPARED_PAIRS = 30_000_000
"""Pairs of characters that are looked at for marking words within lines: 3 s where a text was made to take long, a
hundredth of that else. Lines in excess of their share are told as a whole."""
CONTEXT_LINES = 2
"""Unchanged lines that are shown on each side of a change."""
_WORD = re.compile(r"[0-9A-Za-z]+(?:[.,][0-9]+)*|.", re.DOTALL)
"""Numbers and Latin words change as a whole, Chinese by characters."""

DiffMark = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class ComparedVersion:
    """A version that is compared."""

    id: int
    version: int
    kind: str
    title: str
    source_name: str
    short_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line, in parts that both texts have, or the one alone."""

    parts: tuple[tuple[DiffMark, str], ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs, and its values as lines with marks. None stands for no value."""

    name: str
    before: str | None
    after: str | None
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True)
class DiffBlock:
    """Lines in succession: all `same`, or not. `folded` ones are unchanged and far from every change."""

    same: bool
    folded: bool
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """From `before` to `after`. `text` is None where the texts are too long, and empty where they are the same.

    `share` of the shorter text stands in the longer one, 0 to 1; None where they are too short or too long to tell.
    """

    before: ComparedVersion
    after: ComparedVersion
    fields: tuple[FieldChange, ...]
    text: tuple[DiffBlock, ...] | None
    share: float | None


def comparison_page(connection: Connection, before: tuple[int, int], after: tuple[int, int]) -> Comparison | None:
    """What differs between two versions, each given by record and number; None when one is not there."""
    one, other = _version_row(connection, *before), _version_row(connection, *after)
    if one is None or other is None:
        return None
    mappings = [dict(row._mapping) for row in (one, other)]
    fields = tuple(_field_change(*each) for each in compare(*mappings) if each[0] != "text")
    if one.content_hash == other.content_hash:
        return Comparison(_compared_version(one), _compared_version(other), fields, (), 1.0)
    both = one.text + other.text
    if len(both) > MAX_CHARS or both.count("\n") > MAX_LINES:
        return Comparison(_compared_version(one), _compared_version(other), fields, None, None)
    ours, theirs = shingles(one.text), shingles(other.text)
    part = containment(ours, theirs) if ours and theirs else None
    return Comparison(
        _compared_version(one),
        _compared_version(other),
        fields,
        tuple(_diff_blocks(differences(one.text, other.text))),
        part,
    )


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


def _diff_blocks(found: Sequence[LineDifference]) -> Iterator[DiffBlock]:
    last = len(found) - 1
    pairs = sum(min(len(each.before), len(each.after)) for each in found if each.kind == "changed")
    for place, each in enumerate(found):
        if each.kind != "same":
            yield DiffBlock(
                False, False, tuple(_changed_lines(each.before, each.after, MAX_COMPARED_PAIRS // (pairs or 1)))
            )
            continue
        lines = tuple(DiffLine((("same", line),)) for line in each.after)
        above, below = CONTEXT_LINES if place else 0, CONTEXT_LINES if place < last else 0
        if len(lines) <= above + below + 1:
            yield DiffBlock(True, False, lines)
            continue
        end = len(lines) - below
        cut = ((False, lines[:above]), (True, lines[above:end]), (False, lines[end:]))
        yield from (DiffBlock(True, folded, part) for folded, part in cut if part)


def _changed_lines(before: Sequence[str], after: Sequence[str], work: int) -> Iterator[DiffLine]:
    """Lines that stand in the place of others: one by one where they are alike, else the old ones and then the new."""
    paired = [_marked_line(one, other, work) for one, other in zip(before, after, strict=False)]
    if any(paired) or len(before) == len(after):
        for line, one, other in zip_longest(paired, before, after):
            yield from [line] if line else _separate_lines([one] if one else [], [other] if other else [])
    else:
        yield from _separate_lines(before, after)


def _separate_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[DiffLine]:
    yield from (DiffLine((("removed", line),)) for line in before)
    yield from (DiffLine((("added", line),)) for line in after)


def _marked_line(before: str, after: str, work: int) -> DiffLine | None:
    """One line with the marks of what changed in it; None where too little stayed, or it would take too long."""
    if len(before) * len(after) > work:
        return None
    ours, theirs = _WORD.findall(before), _WORD.findall(after)
    matched = SequenceMatcher(None, ours, theirs, autojunk=False)
    if matched.ratio() < MIN_SHARED_RATIO:
        return None
    parts: list[tuple[DiffMark, str]] = []
    for tag, a, b, c, d in matched.get_opcodes():
        if tag == "equal":
            parts.append(("same", "".join(ours[a:b])))
            continue
        parts += [("removed", "".join(ours[a:b]))] if b > a else []
        parts += [("added", "".join(theirs[c:d]))] if d > c else []
    return DiffLine(tuple(parts))
