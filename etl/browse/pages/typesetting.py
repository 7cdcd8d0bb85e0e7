"""How a stored text is set: paragraphs, tables, and the parts that Chinese official documents always have.

Only the look is chosen here (GB/T 9704-2012: salutation flush left, paragraphs indented by two characters, the
signature to the right); every character of the text stays, in its order.
"""

import re
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

ParagraphRole = Literal["body", "salutation", "heading", "signature"]

_CELL_SEPARATOR = " | "
_NUMERAL = "一二三四五六七八九十百"
_HEADING = re.compile(rf"^(?:第[{_NUMERAL}]+[编章节]|[{_NUMERAL}]+、|（[{_NUMERAL}]+）)")
_SENTENCE_MARK = re.compile("[，。；！？：,;:]")
_DATE_LINE = re.compile(r"^(?:(?:19|20)\d\d|[一二][〇○零O0一二三四五六七八九]{3})\s*年.{1,4}月.{1,4}日$")
_SHORT_LINE = 40
_MAX_SIGNER_LINES = 3
"""Lines above the signature's date that may name who signs."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of the text, and the part it plays."""

    text: str
    role: ParagraphRole


@dataclass(frozen=True, slots=True)
class TextTable:
    """Rows of cells; rows may differ in length."""

    rows: tuple[tuple[str, ...], ...]

    @property
    def columns(self) -> int:
        """Cells of the longest row."""
        return max(map(len, self.rows))


def text_blocks(text: str) -> tuple[Paragraph | TextTable, ...]:
    """The text's blocks: lines with ` | ` in succession are a table, every other line is a paragraph."""
    lines = [line for line in text.split("\n") if line.strip()]
    signed = _signature_lines(lines)
    salutation = next((i for i, line in enumerate(lines[:5]) if _is_salutation(line)), -1)
    found: list[Paragraph | TextTable] = []
    for tabular, group in groupby(enumerate(lines), key=lambda item: _CELL_SEPARATOR in item[1]):
        if tabular:
            found.append(TextTable(tuple(tuple(line.split(_CELL_SEPARATOR)) for _, line in group)))
            continue
        for index, line in group:
            found.append(Paragraph(line, _role(line, greets=index == salutation, signs=index in signed)))
    return tuple(found)


def _role(line: str, *, greets: bool, signs: bool) -> ParagraphRole:
    if greets:
        return "salutation"
    if signs:
        return "signature"
    short = len(line) <= _SHORT_LINE and not _SENTENCE_MARK.search(line)
    return "heading" if short and _HEADING.match(line) else "body"


def _is_salutation(line: str) -> bool:
    return line.endswith(("：", ":")) and len(line) <= 2 * _SHORT_LINE and "。" not in line and not _HEADING.match(line)


def _signature_lines(lines: list[str]) -> range:
    """The lines of the last date that stands alone near the end, and of those who sign above it."""
    for last in range(len(lines) - 1, max(len(lines) - 8, 0), -1):
        if _DATE_LINE.match(lines[last].strip()):
            first = last
            while first > last - _MAX_SIGNER_LINES and _is_signer_line(lines[first - 1]):
                first -= 1
            return range(first, last + 1)
    return range(0)


def _is_signer_line(line: str) -> bool:
    plain = not _SENTENCE_MARK.search(line) and _CELL_SEPARATOR not in line and not line.startswith("附件")
    return len(line) <= _SHORT_LINE and plain and not _HEADING.match(line)
