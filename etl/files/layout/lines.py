"""Joins positioned pieces of text to paragraphs, for PDF, OFD and OCR.

Chinese documents break lines inside words, which would hide them from searches. A line that reaches the right margin
continues in the next one, unless that is indented or of another size.
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
"""Share of a page's height, at its top and at its bottom, for running headers and page numbers."""
_MIN_REPEATS = 3
"""Pages that have the same line at their edge if it is a running header."""


_MIN_FULL = 12
"""Characters of a full line; the widest line of a nearly empty page is shorter."""


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of text and its box; coordinates in any unit, from the upper left corner of the page."""

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
    """The paragraphs of all pages, one a line. The pieces of a page may be in any order."""
    rows = [merge_rows(page) for page in pages]
    return "\n".join(paragraphs(drop_page_edges(rows)))


def merge_rows(pieces: Iterable[Line]) -> list[Line]:
    """Join pieces side by side to lines, top to bottom; a gap wider than two characters becomes ` | `."""
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
    """Whether the texts need a space between them: between Latin letters, not Chinese characters."""
    return before[-1:].isascii() and after[:1].isascii() and before[-1:].isalpha() and after[:1].isalpha()


def drop_page_edges(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without page numbers, and with each running header or footer only at its first place."""
    repeats = Counter(key for page in pages for key in {_key(line) for line in _at_edge(page)})
    cleaned: list[list[Line]] = []
    shown: set[str] = set()
    for page in pages:
        edge = {id(line) for line in _at_edge(page)}
        lines: list[Line] = []
        for line in page:
            if id(line) in edge:
                if len(pages) > 1 and _NUMBER.fullmatch(line.text):
                    continue
                if repeats[_key(line)] >= _MIN_REPEATS:
                    if _key(line) in shown:
                        continue
                    shown.add(_key(line))
            lines.append(line)
        cleaned.append(lines)
    return cleaned


def _at_edge(page: Sequence[Line]) -> list[Line]:
    """Lines at the top or bottom of the page's content, since the size of the paper is not always known."""
    if not page:
        return []
    top, bottom = min(line.top for line in page), max(line.bottom for line in page)
    margin = (bottom - top) * _EDGE
    return [line for line in page if line.middle < top + margin or line.middle > bottom - margin]


def _key(line: Line) -> str:
    return re.sub(r"\d+", "0", "".join(line.text.split()))


def paragraphs(pages: Sequence[Sequence[Line]]) -> list[str]:
    """Join lines to paragraphs, also across pages."""
    joined: list[str] = []
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
                joined[-1] += (" " if _words(joined[-1], line.text) else "") + line.text
            else:
                joined.append(line.text)
            # A centred heading may nearly fill its line, but leaves the same space on both sides.
            centred = indent > 0.6 * size and abs(indent - rest) < 0.6 * size
            full = rest < 1.6 * size and line.right - line.left > _MIN_FULL * size
            open_size = line.height if full and not row and not centred else 0.0
    return joined


def join_cell_lines(lines: Sequence[Line]) -> str:
    """Join the lines of a table cell; a space stays between two numbers and between two Latin words."""
    text = ""
    for line in lines:
        text += (
            " " if _words(text, line.text) or (text[-1:].isdigit() and line.text[:1].isdigit()) else ""
        ) + line.text
    return text


def _margins(page: Sequence[Line]) -> tuple[float, float]:
    """(left, right) margins of running text, from its long lines: headings and signatures are short."""
    widest = max(line.right - line.left for line in page)
    long = [line for line in page if line.right - line.left > 0.6 * widest]
    return min(line.left for line in long), sorted(line.right for line in long)[int(0.9 * (len(long) - 1))]
