"""Tables of a page from its ruled lines, since a PDF has no cells."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from operator import itemgetter

from etl.files.layout.line import Line
from etl.files.layout.lines import join_cell_lines

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
_SNAP = 3.0
"""Points within which two rulings are the same line: its two sides, or pieces of it."""
_MIN_COLUMN = 8.0
"""Points of the narrowest column: half a character. What is narrower is the space between the frames of two cells."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A character and its box."""

    text: str
    box: Box

    @property
    def middle(self) -> tuple[float, float]:
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2


class Grid:
    """Rulings of a page: `vertical` as (x, top, bottom), `horizontal` as (y, left, right)."""

    def __init__(self, vertical: Iterable[Box], horizontal: Iterable[Box]) -> None:
        vertical, horizontal = list(vertical), list(horizontal)
        columns = _snapped(box[0] for box in vertical)
        rows = _snapped(box[1] for box in horizontal)
        self.vertical = sorted({(_near(box[0], columns), box[1], box[3]) for box in vertical})
        self.horizontal = sorted({(_near(box[1], rows), box[0], box[2]) for box in horizontal})
        self.tables = _tables(self.vertical)

    def cell(self, x: float, y: float) -> Box | None:
        """The cell around a point; None if a ruling is missing on any side."""
        left = right = top = bottom = None
        for at, first, last in self.vertical:
            if first - _SNAP <= y <= last + _SNAP:
                if at <= x:
                    left = at
                elif right is None:
                    right = at
        for at, first, last in self.horizontal:
            if first - _SNAP <= x <= last + _SNAP:
                if at <= y:
                    top = at
                elif bottom is None:
                    bottom = at
        if left is None or right is None or top is None or bottom is None:
            return None
        return left, top, right, bottom

    def columns(self, box: Box) -> tuple[float, ...]:
        """Where the columns of the table around a cell begin, and its right edge."""
        middle = (box[1] + box[3]) / 2
        return next((edges for top, bottom, edges in self.tables if top - _SNAP <= middle <= bottom + _SNAP), ())


def _tables(vertical: Iterable[tuple[float, float, float]]) -> list[tuple[float, float, tuple[float, ...]]]:
    """(top, bottom, edges of the columns) of each table: of rulings beside each other, which touch from row to row."""
    tables: list[list[tuple[float, float, float]]] = []
    end = -inf
    for ruling in sorted(vertical, key=itemgetter(1)):
        if ruling[1] > end + _SNAP:
            tables.append([])
        tables[-1].append(ruling)
        end = max(end, ruling[2])
    return [
        (table[0][1], max(last for *_, last in table), tuple(_snapped((at for at, *_ in table), _MIN_COLUMN)))
        for table in tables
    ]


def _snapped(values: Iterable[float], apart: float = _SNAP) -> list[float]:
    distinct: list[float] = []
    for value in sorted(values):
        if not distinct or value - distinct[-1] > apart:
            distinct.append(value)
    return distinct


def _near(value: float, snapped: list[float]) -> float:
    at = bisect_left(snapped, value)
    around = snapped[max(at - 1, 0) : at + 1]
    return min(around, key=lambda known: abs(known - value))


def table_lines(lines: Iterable[list[Piece]], grid: Grid) -> list[Line]:
    """The lines of a page in their order, with each table row as one line, its cells separated by ` | `.

    Empty cells are cells: most numbers of a budget stand below a head that only their place names. A cell over several
    columns is followed by empty ones, and one over several rows has its text in the first of them.
    A frame around text is not a table: a row needs two cells.
    """
    parts: list[tuple[Box | None, Line]] = []
    for pieces in lines:
        here: Box | None = None
        run: list[Piece] = []
        for piece in pieces:
            x, y = piece.middle
            if here is None or not (here[0] <= x <= here[2] and here[1] <= y <= here[3]):
                cell = grid.cell(x, y)
                if cell != here:
                    parts += [(here, line) for line in to_lines(run)]
                    run, here = [], cell
            run.append(piece)
        parts += [(here, line) for line in to_lines(run)]
    cells: dict[Box, list[Line]] = {}
    for box, line in parts:
        if box:
            cells.setdefault(box, []).append(line)
    rows: dict[float, list[Box]] = {}
    in_rows = _in_rows(cells, grid)
    for box in in_rows:
        rows.setdefault(box[1], []).append(box)
    result: list[Line] = []
    for box, line in parts:
        row = rows.pop(box[1], None) if box and box in in_rows else None
        if row:
            row.sort()
            text = _row_text({cell: join_cell_lines(cells[cell]) for cell in row}, grid.columns(row[0]))
            result.append(Line(text, row[0][0], row[0][1], row[-1][2], line.bottom, is_row=True))
        elif box not in in_rows:
            result.append(line)
    return result


def _row_text(texts: Mapping[Box, str], edges: Sequence[float]) -> str:
    """The cells of a row, from left to right, each in the place of the column where it begins."""
    shown: list[str] = []
    for box, text in texts.items():
        begins = bisect_left(edges, box[0] - _MIN_COLUMN / 2)
        shown += [""] * (begins - len(shown))
        shown.append(text)
    return " | ".join(shown)


def _in_rows(cells: Iterable[Box], grid: Grid) -> set[Box]:
    """The cells that have others to their left or right, and in the same tables those that have only empty ones."""
    cells = list(cells)
    in_rows = {box for box in cells if _has_neighbour(box, cells)}
    tables = {grid.columns(box) for box in in_rows}
    return in_rows | {box for box in cells if grid.columns(box) in tables and _has_empty_neighbour(box, grid)}


def _has_neighbour(box: Box, cells: Iterable[Box]) -> bool:
    """Whether another cell is to its left or right; also true for a cell over several rows."""
    return any(other != box and other[1] < box[3] - _SNAP and other[3] > box[1] + _SNAP for other in cells)


def _has_empty_neighbour(box: Box, grid: Grid) -> bool:
    beside = (box[0] - _MIN_COLUMN / 2, box[2] + _MIN_COLUMN / 2)
    return any(grid.cell(x, (box[1] + box[3]) / 2) not in (None, box) for x in beside)


def to_lines(pieces: list[Piece]) -> list[Line]:
    """The characters as one line; an empty list for white space."""
    text = "".join(piece.text for piece in pieces).strip()
    boxes = [piece.box for piece in pieces if piece.text.strip()]
    if not text:
        return []
    left, top, right, bottom = zip(*boxes, strict=True)
    return [Line(text, min(left), min(top), max(right), max(bottom))]
