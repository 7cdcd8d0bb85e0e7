"""Converts sheets of workbooks to lines, with each cell in its column."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from etl.files.types import FileOutcome, Limits, Unreadable
from etl.reason_codes import Code
from etl.reasons import encode_reason


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet. `rows`: for each row, in order, the texts of its cells by column from 0. `missing`: name of its part, if
    the file does not contain it. `struck`: see `etl.files.types.Shown`. `damaged`: names of parts of the file that are
    not well-formed."""

    name: str
    rows: Iterable[Mapping[int, str]]
    missing: str = ""
    struck: bool = False
    damaged: str = ""


def rows(cells: Iterable[Sequence[str]]) -> Iterator[str]:
    """Each row as a line, its cells separated by ` | `, without empty rows and without empty cells at the end."""
    for row in cells:
        texts = [" ".join(cell.split()) for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            yield " | ".join(texts)


def sheets_text(sheets: Sequence[Sheet], limits: Limits) -> str:
    """The lines of all sheets; if there are several, each begins with its name, but names alone are no text. A merged
    cell has its text in the first cell and the others are empty, as in the file. Raises `Unreadable` if there are too
    many characters."""
    lines: list[str] = []
    left = limits.characters
    filled = False
    for sheet in sheets:
        if len(sheets) > 1:
            lines.append(sheet.name)
        for line in _lines(sheet, limits):
            filled = True
            left -= len(line) + 1
            if left < 0:
                raise _too_long(limits)
            lines.append(line)
    return "\n".join(lines) if filled else ""


def _lines(sheet: Sheet, limits: Limits) -> Iterator[str]:
    filled_rows = [{at: text for at, text in row.items() if text.strip()} for row in sheet.rows]
    filled_rows = [row for row in filled_rows if row]
    first = min((min(row) for row in filled_rows), default=0)
    # A cell in the last of 16,384 columns needs as many separators, and a file may have a million such cells.
    if sum(3 * (max(row) - first) for row in filled_rows) > limits.characters:
        raise _too_long(limits)
    for row in filled_rows:
        yield from rows([[row.get(at, "") for at in range(first, max(row) + 1)]])


def _too_long(limits: Limits) -> Unreadable:
    return Unreadable(FileOutcome.TOO_LARGE, encode_reason(Code.MORE_CHARACTERS, limit=limits.characters))
