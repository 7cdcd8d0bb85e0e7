"""How a stored text is set: paragraphs, tables, and the parts that Chinese official documents always have.

Only the look is chosen here (GB/T 9704-2012: salutation flush left, paragraphs indented by two characters, the
signature to the right); every character of the text stays, in its order.
"""

import re
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Role = Literal["body", "salutation", "heading", "signature"]

_CELLS = " | "
_NUMERAL = "一二三四五六七八九十百"
_HEADING = re.compile(rf"^(?:第[{_NUMERAL}]+[编章节]|[{_NUMERAL}]+、|（[{_NUMERAL}]+）)")
_SENTENCE = re.compile("[，。；！？：,;:]")
_DATED = re.compile(r"^(?:(?:19|20)\d\d|[一二][〇○零O0一二三四五六七八九]{3})\s*年.{1,4}月.{1,4}日$")
_SHORT = 40
_SIGNERS = 3
"""Lines above the signature's date that may name who signs."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of the text, and the part it plays."""

    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; rows may differ in length."""

    rows: tuple[tuple[str, ...], ...]

    @property
    def columns(self) -> int:
        """Cells of the longest row."""
        return max(map(len, self.rows))


def blocks(text: str) -> tuple[Paragraph | Table, ...]:
    """The text's blocks: lines with ` | ` in succession are a table, every other line is a paragraph."""
    lines = [line for line in text.split("\n") if line.strip()]
    signed = _signature(lines)
    salutation = next((i for i, line in enumerate(lines[:5]) if _greets(line)), -1)
    found: list[Paragraph | Table] = []
    for tabular, group in groupby(enumerate(lines), key=lambda item: _CELLS in item[1]):
        if tabular:
            found.append(Table(tuple(tuple(line.split(_CELLS)) for _, line in group)))
            continue
        for index, line in group:
            found.append(Paragraph(line, _role(line, greets=index == salutation, signs=index in signed)))
    return tuple(found)


def _role(line: str, *, greets: bool, signs: bool) -> Role:
    if greets:
        return "salutation"
    if signs:
        return "signature"
    short = len(line) <= _SHORT and not _SENTENCE.search(line)
    return "heading" if short and _HEADING.match(line) else "body"


def _greets(line: str) -> bool:
    return line.endswith(("：", ":")) and len(line) <= 2 * _SHORT and "。" not in line and not _HEADING.match(line)


def _signature(lines: list[str]) -> range:
    """The lines of the last date that stands alone near the end, and of those who sign above it."""
    for last in range(len(lines) - 1, max(len(lines) - 8, 0), -1):
        if _DATED.match(lines[last].strip()):
            first = last
            while first > last - _SIGNERS and _signs(lines[first - 1]):
                first -= 1
            return range(first, last + 1)
    return range(0)


def _signs(line: str) -> bool:
    plain = not _SENTENCE.search(line) and _CELLS not in line and not line.startswith("附件")
    return len(line) <= _SHORT and plain and not _HEADING.match(line)
