"""Tables of a page from its ruled lines, since a PDF has no cells."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from etl.files.layout.line import APART, Line
from etl.files.layout.lines import join_cell_lines

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
_Ruling = tuple[float, float, float]
"""Where a ruling is, where it begins, and where it ends."""
_SNAP = 3.0
"""Points within which two rulings are the same line: its two sides, or pieces of it."""
_MIN_COLUMN = 8.0
"""Points of the narrowest column: half a character. What is narrower is the space between the frames of two cells."""


_MAX_CROSSINGS = 1_000_000
"""Pairs of rulings that are compared; a page with more has drawings beside its tables."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A character and its box."""

    text: str
    box: Box
    is_turned: bool = False

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
        self.vertical = _in_one_piece((_near(box[0], columns), box[1], box[3]) for box in vertical)
        self.horizontal = _in_one_piece((_near(box[1], rows), box[0], box[2]) for box in horizontal)
        self._edges = _edges_of_tables(self.vertical, self.horizontal)

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
        for (at, top, bottom), edges in self._edges.items():
            if at == box[0] and top - _SNAP <= middle <= bottom + _SNAP:
                return edges
        return ()


def _in_one_piece(rulings: Iterable[_Ruling]) -> list[_Ruling]:
    """The rulings in order; those that continue each other, as the sides of one cell after the other, are one."""
    result: list[_Ruling] = []
    for at, first, last in sorted(rulings):
        if result and result[-1][0] == at and first <= result[-1][2] + _SNAP:
            result[-1] = at, result[-1][1], max(last, result[-1][2])
        else:
            result.append((at, first, last))
    return result


def _edges_of_tables(vertical: Sequence[_Ruling], horizontal: Sequence[_Ruling]) -> dict[_Ruling, tuple[float, ...]]:
    """For each vertical ruling, the edges of the columns of its table.

    A table is what rulings that touch each other enclose: a frame around the page, and a table below, have other
    columns."""
    if len(vertical) * len(horizontal) > _MAX_CROSSINGS:
        return dict.fromkeys(vertical, tuple(_snapped((at for at, *_ in vertical), _MIN_COLUMN)))
    tables: list[tuple[set[_Ruling], set[_Ruling]]] = []
    for ruling in horizontal:
        touched = {other for other in vertical if _touch(other, ruling)}
        # Rulings of several rows touch the same vertical ones, or continue them.
        same = [table for table in tables if not touched.isdisjoint(table[0])]
        tables = [table for table in tables if table not in same]
        merged = (touched.union(*(table[0] for table in same)), {ruling}.union(*(table[1] for table in same)))
        tables.append(merged)
    edges = {}
    for columns, _ in tables:
        starts = tuple(_snapped((at for at, *_ in columns), _MIN_COLUMN))
        edges.update(dict.fromkeys(columns, starts))
    return edges


def _touch(vertical: _Ruling, horizontal: _Ruling) -> bool:
    x, top, bottom = vertical
    y, left, right = horizontal
    return top - _SNAP <= y <= bottom + _SNAP and left - _SNAP <= x <= right + _SNAP


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
    parts: list[tuple[Box | None, Line, list[Piece]]] = []
    for pieces in lines:
        here: Box | None = None
        run: list[Piece] = []
        for piece in pieces:
            x, y = piece.middle
            if here is None or not (here[0] <= x <= here[2] and here[1] <= y <= here[3]):
                cell = grid.cell(x, y)
                if cell != here:
                    parts += [(here, line, run) for line in to_lines(run)]
                    run, here = [], cell
            run.append(piece)
        parts += [(here, line, run) for line in to_lines(run)]
    cells: dict[Box, list[Line]] = {}
    for box, line, _ in parts:
        if box:
            cells.setdefault(box, []).append(line)
    rows: dict[float, list[Box]] = {}
    in_rows = _in_rows(cells, grid)
    for box in in_rows:
        rows.setdefault(box[1], []).append(box)
    result: list[Line] = []
    for box, line, run in parts:
        row = rows.pop(box[1], None) if box and box in in_rows else None
        if row:
            row.sort()
            edges = _snapped({edge for cell in row for edge in grid.columns(cell)}, _MIN_COLUMN)
            text = _row_text({cell: join_cell_lines(cells[cell]) for cell in row}, edges)
            result.append(Line(text, row[0][0], row[0][1], row[-1][2], line.bottom, is_row=True))
        elif box not in in_rows:
            result.append(replace(line, text=_with_gaps(run)))
    return result


def _with_gaps(pieces: Sequence[Piece]) -> str:
    """The text of a line, with ` | ` for a gap wider than two characters: rows of a table may be shaded instead of
    ruled."""
    text, last = "", None
    for piece in pieces:
        if piece.text.isspace() or last is None:
            text += piece.text
        else:
            wide = piece.box[0] - last.box[2] > APART * (piece.box[3] - piece.box[1])
            text = f"{text.rstrip()} | " if wide and text.endswith(" ") and not text.endswith("  ") else text
            text += piece.text
        last = last if piece.text.isspace() else piece
    return text.strip()


def _row_text(texts: Mapping[Box, str], edges: Sequence[float]) -> str:
    """The cells of a row, from left to right, each in the place of the column where it begins."""
    shown: list[str] = []
    for box, text in texts.items():
        begins = bisect_right(edges, box[0]) - 1
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
    if not text:
        return []
    return [_around(text, [piece for piece in pieces if piece.text.strip()])]


def _around(text: str, pieces: Sequence[Piece]) -> Line:
    left, top, right, bottom = zip(*(piece.box for piece in pieces), strict=True)
    turned = any(piece.is_turned for piece in pieces)
    return Line(text, min(left), min(top), max(right), max(bottom), is_turned=turned)
