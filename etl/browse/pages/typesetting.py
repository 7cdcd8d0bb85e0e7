"""Typesetting of a stored text: paragraphs, tables, and the usual parts of Chinese official documents.

Only the layout is decided here (GB/T 9704-2012: salutation flush left, paragraphs indented by two characters,
signature to the right). The text keeps all its characters in their order.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

ParagraphRole = Literal["body", "salutation", "heading", "signature"]

MAX_COLUMNS = 6
"""Maximum number of columns of a table that fits into the width of a text."""
CELL_SEPARATOR = " | "
"""The separator between cells of a row in a stored text."""
_NUMERAL = "一二三四五六七八九十百"
_HEADING = re.compile(rf"^(?:第[{_NUMERAL}]+[编章节]|[{_NUMERAL}]+、|（[{_NUMERAL}]+）)")
_SENTENCE_MARK = re.compile("[，。；！？：,;:]")
_DATE_LINE = re.compile(r"^(?:(?:19|20)\d\d|[一二][〇○零O0一二三四五六七八九]{3})\s*年.{1,4}月.{1,4}日$")
_SHORT_LINE = 40
_MAX_SIGNER_LINES = 3
"""Maximum number of lines above the date that may name the signing bodies."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of the text and its role in the document."""

    text: str
    role: ParagraphRole


@dataclass(frozen=True, slots=True)
class TextTable:
    """Rows of cells; rows may differ in length."""

    rows: tuple[tuple[str, ...], ...]

    @property
    def columns(self) -> int:
        """Number of cells in the longest row."""
        return max(map(len, self.rows))

    @property
    def wide(self) -> bool:
        """Whether it has too many columns for the width of a text."""
        return self.columns > MAX_COLUMNS


def text_blocks(text: str) -> tuple[Paragraph | TextTable, ...]:
    """The blocks of a text: consecutive lines with ` | ` are a table, every other line is a paragraph."""
    lines = [line for line in text.split("\n") if line.strip()]
    signature = _signature_lines(lines)
    salutation = next((i for i, line in enumerate(lines[:5]) if _is_salutation(line)), -1)
    blocks: list[Paragraph | TextTable] = []
    for tabular, group in groupby(enumerate(lines), key=lambda item: CELL_SEPARATOR in item[1]):
        if tabular:
            blocks.append(TextTable(tuple(tuple(line.split(CELL_SEPARATOR)) for _, line in group)))
            continue
        for index, line in group:
            blocks.append(
                Paragraph(line, _role(line, is_salutation=index == salutation, is_signature=index in signature))
            )
    return tuple(blocks)


def headings(blocks: Iterable[Paragraph | TextTable]) -> tuple[tuple[int, str], ...]:
    """The headings of a text, each with the number of its block from 1."""
    numbered = enumerate(blocks, 1)
    return tuple((n, block.text) for n, block in numbered if isinstance(block, Paragraph) and block.role == "heading")


def is_wide(blocks: Iterable[Paragraph | TextTable]) -> bool:
    """Whether a text has a table that needs the width of the page."""
    return any(isinstance(block, TextTable) and block.wide for block in blocks)


def _role(line: str, *, is_salutation: bool, is_signature: bool) -> ParagraphRole:
    if is_salutation:
        return "salutation"
    if is_signature:
        return "signature"
    is_short = len(line) <= _SHORT_LINE and not _SENTENCE_MARK.search(line)
    return "heading" if is_short and _HEADING.match(line) else "body"


def _is_salutation(line: str) -> bool:
    return line.endswith(("：", ":")) and len(line) <= 2 * _SHORT_LINE and "。" not in line and not _HEADING.match(line)


def _signature_lines(lines: list[str]) -> range:
    """The last line near the end that is only a date, and the lines of the signing bodies above it."""
    for last in range(len(lines) - 1, max(len(lines) - 8, 0), -1):
        if _DATE_LINE.match(lines[last].strip()):
            first = last
            while first > last - _MAX_SIGNER_LINES and _is_signer_line(lines[first - 1]):
                first -= 1
            return range(first, last + 1)
    return range(0)


def _is_signer_line(line: str) -> bool:
    is_name = not _SENTENCE_MARK.search(line) and CELL_SEPARATOR not in line and not line.startswith("附件")
    return len(line) <= _SHORT_LINE and is_name and not _HEADING.match(line)
