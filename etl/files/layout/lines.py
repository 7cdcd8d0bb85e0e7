"""Joins positioned pieces of text to paragraphs, for PDF, OFD and OCR.

Chinese documents break lines inside words, which would hide them from searches. A line that reaches the right margin
continues in the next one, unless that is indented or of another size.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from etl.files.layout.columns import in_columns
from etl.files.layout.line import Line, are_words, joined

_NUMBER = re.compile(
    r"^[\s\-—–―·・.]*(第\s*)?[0-9０-９ivxIVX]{1,3}(\s*页)?([\s/／,，]*共?\s*\d{1,4}\s*页?)?[\s\-—–―·・.]*$"
)
_EDGE = 0.12
"""Share of a page's height, at its top and at its bottom, for running headers and page numbers."""
_MIN_REPEATS = 3
"""Pages that have the same line at their edge if it is a running header."""


_ITEM = re.compile(
    r"[ \u3000]*(?:第[一二三四五六七八九十百零〇\d]{1,5}[编章节条](?![规定的所第至和或及款项之中、，。；）])"
    r"|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）](?![项款目条、，。；和或至])"
    r"|\d{1,2}(?:[、．]|[.](?!\d))|[①-⑳])"
)
"""How numbered items begin; `第三条规定` and `（二）项` go on in a sentence."""
_ENDS = ("。", "；", "：", "！", "？", ";", ":", "!", "?", "”", "）", "…")
_IN_SENTENCE = re.compile("[，。；：,;:]")
_MIN_FULL = 12
"""Characters of a full line; the widest line of a nearly empty page is shorter."""


def merge_rows(pieces: Iterable[Line]) -> list[Line]:
    """Join pieces side by side to lines, top to bottom; a gap wider than two characters becomes ` | `. Columns of
    running text come one after the other."""
    rows = [sorted(row, key=lambda piece: piece.left) for row in group_rows(pieces)]
    lines = in_columns([[joined(part) for part in _parts(row)] for row in rows])
    return [joined(row) for row in rows] if lines is None else lines


def group_rows(pieces: Iterable[Line]) -> list[list[Line]]:
    """The pieces by row, top to bottom."""
    rows: list[list[Line]] = []
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        last = rows[-1] if rows else []
        if last and abs(piece.middle - median(p.middle for p in last)) < 0.5 * min(piece.height, last[0].height):
            last.append(piece)
        else:
            rows.append([piece])
    return rows


def _parts(row: Sequence[Line]) -> list[list[Line]]:
    """The pieces of a row, cut where they stand more than a character apart."""
    parts = [[row[0]]]
    for before, piece in pairwise(row):
        if piece.left - before.right > piece.height:
            parts.append([])
        parts[-1].append(piece)
    return parts


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
    texts: list[str] = []
    open_size, in_column = 0.0, False
    for page in pages:
        if not page:
            continue
        margins = {
            column: _margins([line for line in page if column in (0, line.column)])
            for column in {line.column for line in page}
        }
        size = median(line.height for line in page)
        for line in page:
            left, right = margins[line.column]
            indent, rest = line.left - left, right - line.right
            row = line.is_row or " | " in line.text
            begins = indent > 1.2 * size or abs(line.height - open_size) > 0.4 * size or row
            begins = begins or bool(line.column) != in_column
            in_column = bool(line.column)
            begins = begins or (bool(texts) and _begins_item(texts[-1], line.text))
            if open_size and not begins:
                texts[-1] += (" " if are_words(texts[-1], line.text) else "") + line.text
            else:
                texts.append(line.text)
            # A centred heading may nearly fill its line, but leaves the same space on both sides.
            centred = indent > 0.6 * size and abs(indent - rest) < 0.6 * size
            full = rest < 1.6 * size and line.right - line.left > _MIN_FULL * size
            open_size = line.height if full and not row and not centred else 0.0
    return texts


def _begins_item(before: str, line: str) -> bool:
    """Whether a line begins a numbered item: after the end of a sentence, or after what is none, such as a heading."""
    return _ITEM.match(line) is not None and (before.endswith(_ENDS) or not _IN_SENTENCE.search(before))


def join_cell_lines(lines: Sequence[Line]) -> str:
    """Join the lines of a table cell; a space stays between two numbers and between two Latin words."""
    text = ""
    for line in lines:
        text += (
            " " if are_words(text, line.text) or (text[-1:].isdigit() and line.text[:1].isdigit()) else ""
        ) + line.text
    return text


def _margins(page: Sequence[Line]) -> tuple[float, float]:
    """(left, right) margins of running text, from its long lines: headings and signatures are short."""
    widest = max(line.right - line.left for line in page)
    long = [line for line in page if line.right - line.left > 0.6 * widest]
    return min(line.left for line in long), sorted(line.right for line in long)[int(0.9 * (len(long) - 1))]
