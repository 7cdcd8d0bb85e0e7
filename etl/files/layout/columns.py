"""Pages in two columns: decides which lines are in which, so that the columns are read one after the other."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from etl.files.layout.line import Line, joined

_MIN_ROWS = 4
"""Minimum number of rows with a line on both sides, for columns."""
_MIN_WIDTH = 8
"""Minimum number of characters of a column's line; cells of a table are shorter."""
_FULL = 0.6
"""Minimum share of lines that reach the right edge of their column: running text does, cells do not."""


def in_columns(rows: Sequence[Sequence[Line]]) -> list[Line] | None:
    """The lines in reading order with their `column`, or None if the page does not have two columns of running text.

    `rows`: the lines of each row from left to right; texts with a gap wider than a character are separate lines.
    """
    pairs = [(row[0], row[1]) for row in rows if len(row) == 2]
    if len(pairs) < _MIN_ROWS:
        return None
    size = median(line.height for pair in pairs for line in pair)
    # The first lines of paragraphs are indented; most others begin at the edge.
    edge = sorted(right.left for _, right in pairs)[len(pairs) // 4]
    fit = [pair for pair in pairs if pair[0].right < edge - 0.5 * size and -0.6 * size < pair[1].left - edge < 3 * size]
    if len(fit) < max(_MIN_ROWS, 0.8 * len(pairs)):
        return None
    if not all(_is_running([pair[side] for pair in fit], size) for side in (0, 1)):
        return None
    return _ordered(rows, edge, size)


def _is_running(lines: Sequence[Line], size: float) -> bool:
    right = sorted(line.right for line in lines)[int(0.9 * (len(lines) - 1))]
    left = min(line.left for line in lines)
    full = sum(right - line.right < 1.6 * size for line in lines)
    return right - left > _MIN_WIDTH * size and full >= _FULL * len(lines)


def _ordered(rows: Sequence[Sequence[Line]], edge: float, size: float) -> list[Line]:
    """For each group of rows in which no line crosses both columns: the left lines, then the right ones."""
    result: list[Line] = []
    sides: tuple[list[Line], list[Line]] = ([], [])
    number = 0
    for row in rows:
        crossed = len(row) > 2 or any(line.left < edge - size and line.right > edge + size for line in row)
        if not crossed:
            for line in row:
                right = line.left >= edge - 0.6 * size
                sides[right].append(replace(line, column=number + 1 + right))
            continue
        result += [*sides[0], *sides[1], joined(row)]
        sides, number = ([], []), number + 2
    return [*result, *sides[0], *sides[1]]
