"""The layout of a compared text: paragraphs and tables, in one column or two, complete or only its changes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest

from etl.browse.pages.line_marks import DiffLine, Part, cells
from etl.browse.pages.text_changes import DiffBlock
from etl.browse.pages.typesetting import MAX_COLUMNS


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A line, or two lines side by side. `parts`: the line with all marks; `old` and `new`: the parts of each side.

    `number`: that of the change that begins here, else 0. `skipped`: number of equal lines that are left out here.
    """

    same: bool
    parts: tuple[Part, ...] = ()
    old: tuple[Part, ...] = ()
    new: tuple[Part, ...] = ()
    number: int = 0
    skipped: int = 0

    @property
    def cells(self) -> tuple[tuple[Part, ...], ...]:
        """The cells, if it is a row of a table."""
        return cells(self.parts)

    @property
    def versions(self) -> tuple[tuple[tuple[Part, ...], ...], ...]:
        """A changed row of a table in both texts, the old one first."""
        return tuple(cells(side) for side in (self.old, self.new) if side)


@dataclass(frozen=True, slots=True)
class Passage:
    """Consecutive paragraphs, or the rows of a table. `folded`: unchanged paragraphs far from every change."""

    table: bool
    folded: bool
    rows: tuple[ComparedRow, ...]

    @property
    def columns(self) -> int:
        """Number of cells in the longest row of a table."""
        return max((len(row.cells) for row in self.rows), default=1)

    @property
    def wide(self) -> bool:
        """Whether a table has too many columns for the width of a text."""
        return self.columns > MAX_COLUMNS


@dataclass(frozen=True, slots=True)
class _Placed:
    row: ComparedRow
    table: bool
    folded: bool


def passages(blocks: Sequence[DiffBlock], *, sides: bool, only_changes: bool) -> Iterator[Passage]:
    """The text of a comparison, in order. `sides`: both texts side by side. `only_changes`: leaves out equal lines,
    except the first row of a table."""
    for table, group in groupby(_placed(blocks, sides=sides), key=lambda placed: placed.table):
        lines = list(group)
        if table:
            shown_lines = lines[:1] + (_with_gaps(lines[1:]) if only_changes else lines[1:])
            if not only_changes or not all(line.row.same for line in lines):
                yield Passage(True, False, tuple(line.row for line in shown_lines))
                continue
            lines = [_gap(lines)]
        shown = _with_gaps(lines) if only_changes else lines
        for folded, part in groupby(shown, key=lambda line: line.folded and not only_changes):
            yield Passage(False, folded, tuple(line.row for line in part))


def _placed(blocks: Iterable[DiffBlock], *, sides: bool) -> Iterator[_Placed]:
    for block in blocks:
        rows = _side_by_side(block.lines) if sides else [(line, line.old, line.new) for line in block.lines]
        for at, (line, old, new) in enumerate(rows):
            row = ComparedRow(block.same, line.parts, old, new, block.number if at == 0 else 0)
            yield _Placed(row, line.is_row, block.folded)


def _side_by_side(lines: Iterable[DiffLine]) -> Iterator[tuple[DiffLine, tuple[Part, ...], tuple[Part, ...]]]:
    """Each line with the parts of both sides. An old and a new line without similarity are put side by side."""
    for alone, group in groupby(lines, key=lambda line: not line.old or not line.new):
        rows = list(group)
        if not alone:
            yield from ((line, line.old, line.new) for line in rows)
            continue
        olds, news = [line.old for line in rows if line.old], [line.new for line in rows if line.new]
        for old, new in zip_longest(olds, news, fillvalue=()):
            yield DiffLine((*old, *new)), old, new


def _with_gaps(lines: Iterable[_Placed]) -> list[_Placed]:
    """The changed lines; the others are replaced by gaps with the number of left-out lines."""
    shown: list[_Placed] = []
    for same, group in groupby(lines, key=lambda line: line.row.same):
        rows = list(group)
        shown += [_gap(rows)] if same else rows
    return shown


def _gap(lines: Sequence[_Placed]) -> _Placed:
    return _Placed(ComparedRow(True, skipped=sum(line.row.skipped or 1 for line in lines)), lines[0].table, False)
