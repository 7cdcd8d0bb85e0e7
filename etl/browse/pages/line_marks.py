"""Differences within a line: dates, numbers and Latin words as a whole, Chinese by character, tables cell by cell."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

from etl.browse.pages.typesetting import CELL_SEPARATOR
from etl.dates import SIGNED_DATE, TIME

MIN_SHARED_RATIO = 0.5
"""Lines that share less than this, in tokens, are shown as one removed and one added line: a line full of marks is
unreadable."""
_NUMERALS = "〇零一二三四五六七八九十百千万亿两"
_DATE = r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}(?:\s?日)?"
_TOKEN = re.compile(
    rf"{re.escape(CELL_SEPARATOR)}|{SIGNED_DATE}|{_DATE}|\d{{1,2}}月\d{{1,2}}日|{TIME}|[〔\[（(](?:19|20)\d\d[〕\]）)]"
    rf"|[0-9A-Za-z]+(?:[.,，][0-9]+)*[%％‰]?|[{_NUMERALS}]{{2,}}|.",
    re.DOTALL,
)
"""Units of comparison. A single Chinese numeral counts as an ordinary character, as it is part of many words."""

Mark = Literal["same", "removed", "added"]
Part = tuple[Mark, str]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line in parts: those that both texts have, and those of one text only."""

    parts: tuple[Part, ...]

    @property
    def old(self) -> tuple[Part, ...]:
        """The parts in the first text; empty for a line that only the second text has."""
        return tuple(part for part in self.parts if part[0] != "added")

    @property
    def new(self) -> tuple[Part, ...]:
        """The parts in the second text; empty for a line that only the first text has."""
        return tuple(part for part in self.parts if part[0] != "removed")

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table."""
        return any(CELL_SEPARATOR in text for _, text in self.parts)


def whole_line(mark: Mark, line: str) -> DiffLine:
    """A line with one mark."""
    return DiffLine(((mark, line),))


def marked_line(before: str, after: str, max_pairs: int) -> DiffLine | None:
    """One line with its changes marked; None if too little of it is unchanged, or if more than `max_pairs` pairs of
    characters would have to be compared."""
    if len(before) * len(after) > max_pairs:
        return None
    old_cells, new_cells = before.split(CELL_SEPARATOR), after.split(CELL_SEPARATOR)
    if len(old_cells) == len(new_cells) > 1:
        cells = [_marked_cell(old, new) for old, new in zip(old_cells, new_cells, strict=True)]
        parts = [part for cell in cells for part in (*cell, ("same", CELL_SEPARATOR))][:-1]
    else:
        parts = list(_marked(before, after))
    return DiffLine(_joined(parts)) if _is_alike(parts) else None


def cells(parts: Iterable[Part]) -> tuple[tuple[Part, ...], ...]:
    """The parts of a row in its cells."""
    row: list[list[Part]] = [[]]
    for mark, text in parts:
        first, *others = text.split(CELL_SEPARATOR)
        row[-1].append((mark, first))
        row += [[(mark, other)] for other in others]
    return tuple(tuple(part for part in cell if part[1]) for cell in row)


def _marked_cell(before: str, after: str) -> list[Part]:
    parts = list(_marked(before, after))
    if _is_alike(parts):
        return parts
    return [part for part in (("removed", before), ("added", after)) if part[1]]


def _is_alike(parts: Sequence[Part]) -> bool:
    """Whether two lines have enough in common. A date counts as one token, as it is marked as a whole."""
    sizes = [(mark, len(_TOKEN.findall(text))) for mark, text in parts]
    shared = sum(2 * size for mark, size in sizes if mark == "same")
    return shared >= MIN_SHARED_RATIO * (shared + sum(size for mark, size in sizes if mark != "same"))


def _marked(before: str, after: str) -> Iterator[Part]:
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    edits = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    texts = [(tag == "equal", "".join(old[a:b]), "".join(new[c:d])) for tag, a, b, c, d in edits]
    for equal, removed, added in _without_splinters(texts):
        if equal:
            yield "same", added
            continue
        if removed:
            yield "removed", removed
        if added:
            yield "added", added


def _without_splinters(edits: Sequence[tuple[bool, str, str]]) -> Iterator[tuple[bool, str, str]]:
    """Joins two changes with only one or two equal characters between them: `<del>甲</del>的<ins>乙</ins>` would be
    unreadable."""
    sizes = [max(len(removed), len(added)) for _, removed, added in edits]
    smoothed: list[tuple[bool, str, str]] = []
    for at, (equal, removed, added) in enumerate(edits):
        within = 0 < at < len(edits) - 1
        splinter = equal and within and len(added) <= min(2, sizes[at - 1] - 1, sizes[at + 1] - 1)
        smoothed.append((equal and not splinter, removed, added))
    for equal, group in groupby(smoothed, key=lambda edit: edit[0]):
        texts = list(group)
        yield equal, "".join(text[1] for text in texts), "".join(text[2] for text in texts)


def _joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    grouped = groupby(parts, key=lambda part: part[0])
    return tuple((mark, text) for mark, group in grouped if (text := "".join(part[1] for part in group)))
