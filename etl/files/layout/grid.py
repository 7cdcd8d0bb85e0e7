"""Tables of a page from its ruled lines, since a PDF has no cells."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from etl.files.layout.line import Line
from etl.files.layout.lines import join_cell_lines

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
_SNAP = 3.0
"""Points within which two rulings are the same line: its two sides, or pieces of it."""


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


def _snapped(values: Iterable[float]) -> list[float]:
    distinct: list[float] = []
    for value in sorted(values):
        if not distinct or value - distinct[-1] > _SNAP:
            distinct.append(value)
    return distinct


def _near(value: float, snapped: list[float]) -> float:
    at = bisect_left(snapped, value)
    around = snapped[max(at - 1, 0) : at + 1]
    return min(around, key=lambda known: abs(known - value))


def table_lines(lines: Iterable[list[Piece]], grid: Grid) -> list[Line]:
    """The lines of a page in their order, with each table row as one line, its cells separated by ` | `.

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
    in_rows = {box for box in cells if _has_neighbour(box, cells)}
    for box in in_rows:
        rows.setdefault(box[1], []).append(box)
    result: list[Line] = []
    for box, line in parts:
        row = rows.pop(box[1], None) if box and box in in_rows else None
        if row:
            row.sort()
            text = " | ".join(join_cell_lines(cells[cell]) for cell in row)
            result.append(Line(text, row[0][0], row[0][1], row[-1][2], line.bottom))
        elif box not in in_rows:
            result.append(line)
    return result


def _has_neighbour(box: Box, cells: Iterable[Box]) -> bool:
    """Whether another cell is to its left or right; also true for a cell over several rows."""
    return any(other != box and other[1] < box[3] - _SNAP and other[3] > box[1] + _SNAP for other in cells)


def to_lines(pieces: list[Piece]) -> list[Line]:
    """The characters as one line; an empty list for white space."""
    text = "".join(piece.text for piece in pieces).strip()
    boxes = [piece.box for piece in pieces if piece.text.strip()]
    if not text:
        return []
    left, top, right, bottom = zip(*boxes, strict=True)
    return [Line(text, min(left), min(top), max(right), max(bottom))]
