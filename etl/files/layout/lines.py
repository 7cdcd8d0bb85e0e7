"""From pieces of text with their places on a page to paragraphs: what PDF, OFD and OCR have in common.

A Chinese document breaks its lines anywhere, so a search for a word must not meet a line's end in its middle. A line
that reaches the right margin goes on in the next one, unless that is indented or of another size.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_NUMBER = re.compile(
    r"^[\s\-—–―·・.]*(第\s*)?[0-9０-９ivxIVX]{1,3}(\s*页)?([\s/／,，]*共?\s*\d{1,4}\s*页?)?[\s\-—–―·・.]*$"
)
_EDGE = 0.12
"""Share of a page's height at its top and bottom where running headers and page numbers stand."""
_REPEATED = 3
"""Pages on which the same line must stand at the edge to be a running header."""


_FULL = 12
"""Characters that a line must hold to be a full one: the widest line of a nearly empty page is none."""


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of text and its box, in any unit, from the upper left corner of the page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def page_text(pages: Sequence[Sequence[Line]]) -> str:
    """Paragraphs of all pages, one a line. The pieces of one page may come in any order."""
    rows = [merge_rows(page) for page in pages]
    return "\n".join(paragraphs(drop_page_edges(rows)))


def merge_rows(pieces: Iterable[Line]) -> list[Line]:
    """Pieces that stand side by side become one line, top to bottom; a gap wider than two characters parts cells."""
    rows: list[list[Line]] = []
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        last = rows[-1] if rows else []
        if last and abs(piece.middle - median(p.middle for p in last)) < 0.5 * min(piece.height, last[0].height):
            last.append(piece)
        else:
            rows.append([piece])
    return [_joined(sorted(row, key=lambda piece: piece.left)) for row in rows]


def _joined(row: list[Line]) -> Line:
    text = row[0].text
    for before, piece in pairwise(row):
        gap = piece.left - before.right
        size = max(piece.height, 1e-6)
        text += " | " if gap > 2 * size else " " if gap > 0.35 * size or _words(text, piece.text) else ""
        text += piece.text
    return Line(
        text.strip(), row[0].left, min(p.top for p in row), max(p.right for p in row), max(p.bottom for p in row)
    )


def _words(before: str, after: str) -> bool:
    """Whether a space belongs between the two: letters of words, not Chinese characters."""
    return before[-1:].isascii() and after[:1].isascii() and before[-1:].isalpha() and after[:1].isalpha()


def drop_page_edges(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without page numbers, and with a running header or footer only where it stands first."""
    seen = Counter(key for page in pages for key in {_key(line) for line in _at_edge(page)})
    kept: list[list[Line]] = []
    shown: set[str] = set()
    for page in pages:
        edge = {id(line) for line in _at_edge(page)}
        lines: list[Line] = []
        for line in page:
            if id(line) in edge:
                if len(pages) > 1 and _NUMBER.fullmatch(line.text):
                    continue
                if seen[_key(line)] >= _REPEATED:
                    if _key(line) in shown:
                        continue
                    shown.add(_key(line))
            lines.append(line)
        kept.append(lines)
    return kept


def _at_edge(page: Sequence[Line]) -> list[Line]:
    """Lines at the top or bottom of what the page holds: its paper's size is not always known."""
    if not page:
        return []
    top, bottom = min(line.top for line in page), max(line.bottom for line in page)
    margin = (bottom - top) * _EDGE
    return [line for line in page if line.middle < top + margin or line.middle > bottom - margin]


def _key(line: Line) -> str:
    return re.sub(r"\d+", "0", "".join(line.text.split()))


def paragraphs(pages: Sequence[Sequence[Line]]) -> list[str]:
    """Lines joined to paragraphs, over the ends of pages too."""
    found: list[str] = []
    open_size = 0.0
    for page in pages:
        if not page:
            continue
        left, right = _margins(page)
        size = median(line.height for line in page)
        for line in page:
            indent, rest = line.left - left, right - line.right
            row = " | " in line.text
            begins = indent > 1.2 * size or abs(line.height - open_size) > 0.4 * size or row
            if open_size and not begins:
                found[-1] += (" " if _words(found[-1], line.text) else "") + line.text
            else:
                found.append(line.text)
            # A heading in the middle may nearly fill its line, but leaves as much on both sides.
            centred = indent > 0.6 * size and abs(indent - rest) < 0.6 * size
            full = rest < 1.6 * size and line.right - line.left > _FULL * size
            open_size = line.height if full and not row and not centred else 0.0
    return found


def join_cell_lines(lines: Sequence[Line]) -> str:
    """The lines of a table's cell as one: every line goes on, but two numbers stay two."""
    text = ""
    for line in lines:
        text += (
            " " if _words(text, line.text) or (text[-1:].isdigit() and line.text[:1].isdigit()) else ""
        ) + line.text
    return text


def _margins(page: Sequence[Line]) -> tuple[float, float]:
    """Where the lines of running text begin and end: of the long ones, for headings and signatures are short."""
    widest = max(line.right - line.left for line in page)
    long = [line for line in page if line.right - line.left > 0.6 * widest]
    return min(line.left for line in long), sorted(line.right for line in long)[int(0.9 * (len(long) - 1))]
