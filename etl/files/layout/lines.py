"""Joins positioned pieces of text to paragraphs, for PDF, OFD and OCR.

Chinese documents break lines within words, so a search would not find these words. A line that reaches the right margin
continues in the next line, unless that is indented or has another size.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from etl.files.layout.columns import in_columns
from etl.files.layout.line import Line, are_words, joined

_NUMBER = re.compile(
    r"^[\s\-—–―·・.]*(第\s*)?[0-9０-９ivxIVX]{1,3}(\s*页)?([\s/／,，]*共?\s*\d{1,4}\s*页?)?[\s\-—–―·・.]*$"
)
_EDGE = 0.12
"""Share of a page's height, at its top and at its bottom, that may have running headers and page numbers."""
_MIN_REPEATS = 3
"""Pages that have the same line at their edge if it is a running header."""
_DIGITS, _MAX_COUNTS = re.compile(r"[0-9]{1,4}+"), 4
"""Numbers of a line that may count the pages."""


_ITEM = re.compile(
    r"[ \u3000]*(?:第[一二三四五六七八九十百零〇\d]{1,5}[编章节条](?![规定的所第至和或及款项之中、，。；）])"
    r"|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）](?![项款目条、，。；和或至])"
    r"|\d{1,2}(?:[、．]|[.](?!\d))|[①-⑳])"
)
"""Beginnings of numbered items. `第三条规定` and `（二）项` are parts of a sentence and do not match."""
_ENDS = ("。", "；", "：", "！", "？", ";", ":", "!", "?", "”", "）", "…")
_IN_SENTENCE = re.compile("[，。；：,;:]")
_LEADER = 12
"""Characters before the number of a page that are looked at: dots, with spaces between them."""
_MIN_FULL = 12
"""Minimum number of characters of a full line; the widest line of a nearly empty page is shorter."""


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
    """The pieces of a row, divided where the gap is wider than a character."""
    parts = [[row[0]]]
    for before, piece in pairwise(row):
        if piece.left - before.right > piece.height:
            parts.append([])
        parts[-1].append(piece)
    return parts


def drop_page_edges(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without page numbers, and with each running header or footer only at its first place.

    These stand outside all else: the first and last rows of a list or a table on three pages may be alike as well.
    """
    repeats = Counter(
        key
        for number, page in enumerate(pages)
        for key in {key for side in _edges(page) for row in side for line in row for key in _keys(line, number)}
    )
    turned = Counter(text for page in pages for text in {_text_of(line) for line in page if line.is_turned})
    shown: set[str] = set()
    cleaned: list[list[Line]] = []
    for number, page in enumerate(pages):
        left_out: set[int] = set()
        footers: set[int] = set()
        upper, lower = (_running(side, repeats, number, alone=len(pages) == 1) for side in _edges(page))
        for line, is_footer in [*((line, False) for line in upper), *((line, True) for line in lower)]:
            keys = {key for key in _keys(line, number) if repeats[key] >= _MIN_REPEATS}
            if _is_page_number(line) or not keys.isdisjoint(shown):
                left_out.add(id(line))
            elif is_footer:
                footers.add(id(line))
            shown |= keys
        left_out |= _watermarks_again(page, turned, shown)
        # A head may stand below the title of the first page.
        shown |= {key for line in page if repeats[key := _text_of(line)] >= _MIN_REPEATS}
        cleaned.append([replace(line, is_aside=id(line) in footers) for line in page if id(line) not in left_out])
    return cleaned


def _watermarks_again(page: Sequence[Line], turned: Mapping[str, int], shown: set[str]) -> set[int]:
    """The lines of a page, by their `id`, that are watermarks shown before; adds its watermarks to `shown`. `turned`:
    number of pages by turned text."""
    again: set[int] = set()
    for line in page:
        if line.is_turned and turned[text := _text_of(line)] >= _MIN_REPEATS:
            again |= {id(line)} if f"\0{text}" in shown else set()
            shown.add(f"\0{text}")
    return again


def _running(side: Sequence[Sequence[Line]], repeats: Mapping[str, int], number: int, *, alone: bool) -> Iterator[Line]:
    """The lines from the edge of a page inwards that are page numbers and running headers; in the last row of them,
    others may stand beside them."""
    for row in side:
        running = [
            line
            for line in row
            if not (alone and _is_page_number(line))
            and (_is_page_number(line) or any(repeats[key] >= _MIN_REPEATS for key in _keys(line, number)))
        ]
        yield from running
        if len(running) < len(row):
            return


def _edges(page: Sequence[Line]) -> tuple[list[list[Line]], list[list[Line]]]:
    """The rows at the top and at the bottom of the page's content, from its edge inwards: the size of the paper is not
    always known."""
    if not page:
        return [], []
    top, bottom = min(line.top for line in page), max(line.bottom for line in page)
    margin = (bottom - top) * _EDGE
    upper = group_rows(line for line in page if line.middle < top + margin)
    lower = group_rows(line for line in page if line.middle > bottom - margin and line.middle >= top + margin)
    return upper, lower[::-1]


def _is_page_number(line: Line) -> bool:
    return not line.is_row and _NUMBER.fullmatch(line.text) is not None


def _text_of(line: Line) -> str:
    return "".join(line.text.split())


def _keys(line: Line, number: int) -> list[str]:
    """What a line has in common with the same header of other pages: its text, or its text but for a number that counts
    the pages."""
    text = _text_of(line)
    counts = list(_DIGITS.finditer(text))[:_MAX_COUNTS]
    return [text] + [f"{text[: at.start()]}\0{int(at[0]) - number}\0{text[at.end() :]}" for at in counts]


def paragraphs(pages: Sequence[Sequence[Line]]) -> list[str]:
    """Join lines to paragraphs, also across pages; what stands below them on a page follows the whole paragraph."""
    texts: list[str] = []
    asides: list[str] = []
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
            if line.is_aside or line.is_turned:
                asides.append(line.text)
                continue
            left, right = margins[line.column]
            indent, rest = line.left - left, right - line.right
            row = line.is_row or " | " in line.text
            begins = line.begins or row or indent > 1.2 * size or abs(line.height - open_size) > 0.4 * size
            begins = begins or bool(line.column) != in_column
            in_column = bool(line.column)
            if open_size and not begins and not _begins_item(texts[-1], line.text):
                texts[-1] += (" " if are_words(texts[-1], line.text) else "") + line.text
            else:
                texts += [*asides, line.text]
                asides = []
            # A centred heading may nearly fill its line, but leaves the same space on both sides.
            centred = indent > 0.6 * size and abs(indent - rest) < 0.6 * size
            full = rest < 1.6 * size and line.right - line.left > _MIN_FULL * size
            ends = row or centred or _is_of_contents(line.text)
            open_size = line.height if full and not ends else 0.0
    return texts + asides


def _is_of_contents(line: str) -> bool:
    """Whether a line is an entry of a table of contents: dots lead to the number of a page, at the right margin."""
    title = line.rstrip("0123456789 ")
    return title != line and title[-_LEADER:].replace(" ", "").endswith(("...", "……", "···", "．．．"))


def _begins_item(before: str, line: str) -> bool:
    """Whether a line begins a numbered item: the line before ends a sentence, or is no sentence, such as a heading."""
    return _ITEM.match(line) is not None and (before.endswith(_ENDS) or not _IN_SENTENCE.search(before))


def is_item_number(text: str) -> bool:
    """Whether a text is the number of an item without the item."""
    return _ITEM.fullmatch(text) is not None


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
