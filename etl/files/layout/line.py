"""A piece of text with its box, and pieces of one row as one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

APART = 2.0
"""If the gap between pieces of a row is wider, in heights of a character, they are cells."""
_SPACE, _LATIN_SPACE = 0.35, 0.15
"""If the gap between two pieces is wider, there is a space between them. The second value is for Latin letters and
digits, whose spaces are narrower."""


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of text and its box; coordinates in any unit, from the upper left corner of the page.

    `column`: 0 for a line over the whole page, else the number of its column; `is_row`: it is a row of a table;
    `is_turned`: it is not level, such as a watermark across the page; `is_aside`: a footer, which
    interrupts the text; `begins`: it does not continue the line before it, as a ruling between them shows."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    column: int = 0
    is_row: bool = False
    is_turned: bool = False
    is_aside: bool = False
    begins: bool = False

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def joined(row: Sequence[Line]) -> Line:
    """The pieces of a row as one line: no space where they touch, ` | ` for a gap wider than two characters."""
    text = row[0].text
    for before, piece in pairwise(row):
        gap = (piece.left - before.right) / max(piece.height, 1e-6)
        space = _LATIN_SPACE if _is_latin(text[-1:]) and _is_latin(piece.text[:1]) else _SPACE
        text += " | " if gap > APART else " " if gap > space else ""
        text += piece.text
    return Line(
        text.strip(), row[0].left, min(p.top for p in row), max(p.right for p in row), max(p.bottom for p in row)
    )


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def are_words(before: str, after: str) -> bool:
    """Whether two lines need a space between them: between Latin letters, not Chinese characters."""
    return before[-1:].isascii() and after[:1].isascii() and before[-1:].isalpha() and after[:1].isalpha()
