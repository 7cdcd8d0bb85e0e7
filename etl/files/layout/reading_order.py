"""The lines of a page as a reader meets them: a program draws them in any order.

Most programs draw a page from top to bottom, and the lines of columns and frames one after the other, which no place on
the page tells as well. So the order of drawing holds, except where no reader could follow it: where a line stands above
one that was drawn before it, or to the left of one on its row. Spreadsheet programs draw numbers first and words after
them; report writers draw the body first, and then its title.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from heapq import heappop, heappush
from itertools import pairwise

from etl.files.layout.line import Line, joined
from etl.files.layout.lines import group_rows

_MAX_LINES = 1_000
"""Lines of a page that are set in order; a drawing has more."""
_MAX_APART = 0.1
"""Share of rows with lines that were drawn apart, from left to right, on a page without columns."""
_MIN_RUNNING = 8
"""Letters of a line of running text in a column."""
_OVERLAP = 0.3
"""Heights by which two pieces of one line may overlap; what overlaps more is drawn over the other."""

_SAME, _OF_MARGINS = 4.0, 2
"""Points within which rulings begin or end at one place, and rulings of one width that are none of a table."""
_BESIDE = 1.5
"""Points by which a ruling goes beyond the words above it, on both sides."""
_Row = list[tuple[int, Line]]


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """The lines, given in the order of drawing: pieces of one line are joined, and no line follows one that is below
    it."""
    if len(lines) > _MAX_LINES:
        return list(lines)
    rows = _rows(lines)
    in_columns = _are_columns(rows)
    whole = _whole(lines, rows, in_columns=in_columns)
    if in_columns or not _goes_up(whole):
        return whole
    below = [[at for at, other in enumerate(whole) if _is_above(line, other)] for line in whole]
    waits = Counter(at for others in below for at in others)
    ready = [number for number in range(len(whole)) if number not in waits]
    result = []
    while ready:
        number = heappop(ready)
        result.append(whole[number])
        for at in below[number]:
            waits[at] -= 1
            if waits[at] == 0:
                heappush(ready, at)
    return result


def _goes_up(lines: Sequence[Line]) -> bool:
    """Whether a line stands above one that comes before it."""
    lowest = 0.0
    for number, line in enumerate(lines):
        if line.middle < lowest and any(_is_above(line, other) for other in lines[:number]):
            return True
        lowest = max(lowest, line.top)
    return False


def lie_over_each_other(lines: Sequence[Line]) -> bool:
    """Whether a line has others in its gaps: of a row, the outer cells were drawn first."""
    return any(
        right.left < left.right - right.height for row in _rows(lines) for (_, left), (_, right) in pairwise(row)
    )


def ruled_off(lines: Sequence[Line], rulings: Sequence[tuple[float, float, float]]) -> list[Line]:
    """The lines in their order; one below a ruling begins anew, as rows of a table do that has no other rulings.

    `rulings`: (height, left, right) of each. What underlines words is no wider than they are; below a header and above
    a footer stand two rulings, so that a table has at least three of one width."""
    widths = Counter((round(left / _SAME), round(right / _SAME)) for _, left, right in rulings)
    rulings = [ruling for ruling in rulings if widths[round(ruling[1] / _SAME), round(ruling[2] / _SAME)] > _OF_MARGINS]
    return [
        replace(line, begins=any(_divides(ruling, before, line) for ruling in rulings)) if before else line
        for before, line in pairwise([None, *lines])
        if line
    ]


def _divides(ruling: tuple[float, float, float], before: Line, line: Line) -> bool:
    at, left, right = ruling
    return before.middle < at < line.middle and left < before.left - _BESIDE and before.right + _BESIDE < right


def _is_above(line: Line, other: Line) -> bool:
    """Whether a line is above another and over a part of it, so that no reader reads it later."""
    return (
        line.middle < other.top
        and line.bottom < other.middle
        and line.left < other.right
        and other.left < line.right
        and not (line.is_turned or other.is_turned)
    )


def _rows(lines: Sequence[Line]) -> list[_Row]:
    """What stands side by side: for each row its lines from left to right, each with its number in the drawing."""
    drawn = {id(line): number for number, line in enumerate(lines)}
    level = [line for line in lines if not line.is_row and not line.is_turned]
    return [sorted(((drawn[id(line)], line) for line in row), key=lambda at: at[1].left) for row in group_rows(level)]


def _are_columns(rows: Sequence[_Row]) -> bool:
    """Whether the page has columns or frames side by side, drawn one after the other, as those of a newspaper."""
    apart = sum(_is_apart(row) and not _is_backwards(row) for row in rows)
    return apart > max(_MAX_APART * len(rows), sum(_is_backwards(row) for row in rows))


def _is_apart(row: _Row) -> bool:
    return any(
        later > first + 1 or (later < first and _is_running(left) and _is_running(right))
        for (first, left), (later, right) in pairwise(row)
    )


def _is_backwards(row: _Row) -> bool:
    return any(
        later < first and not (_is_running(left) and _is_running(right))
        for (first, left), (later, right) in pairwise(row)
    )


def _is_running(line: Line) -> bool:
    """Whether it may be a line of a column: a cell that is drawn out of order is a number, or a few words."""
    return sum(character.isalpha() for character in line.text) >= _MIN_RUNNING


def _whole(lines: Sequence[Line], rows: Sequence[_Row], *, in_columns: bool) -> list[Line]:
    """The lines, each with all its pieces, at the place of the piece that was drawn first."""
    whole = dict(enumerate(lines))
    for row in rows:
        apart = in_columns or not _is_backwards(row)
        pieces = [row[0]]
        for (number, before), piece in pairwise(row):
            gap = (piece[1].left - before.right) / max(piece[1].height, 1e-6)
            touch = gap < 1 and not in_columns
            if gap > -_OVERLAP and (piece[0] == number + 1 or touch or not apart):
                pieces.append(piece)
                continue
            _join(whole, pieces)
            pieces = [piece]
        _join(whole, pieces)
    return [whole[number] for number in sorted(whole)]


def _join(whole: dict[int, Line], pieces: _Row) -> None:
    numbers = [number for number, _ in pieces]
    if len(numbers) > 1:
        for number in numbers:
            del whole[number]
        whole[min(numbers)] = joined([line for _, line in pieces])
