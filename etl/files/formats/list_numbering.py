"""Numbers that word processors show before paragraphs of lists."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from etl.numerals import numeral


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a list.

    `start`: its first number. `form`: format of its numbers. `text`: the text with the characters 0–8 in place of the
    numbers of the levels. `gap`: the text between the number and the paragraph. `legal`: all its numbers are in decimal
    digits (第一章, 1.1). `restart`: which higher levels restart its numbers: those before this one; 0: none.
    """

    start: int
    form: str
    text: str
    gap: str
    legal: bool = False
    restart: int | None = None


def _restart(level: Level | None, otherwise: int) -> int:
    return otherwise if level is None or level.restart is None else level.restart


class ListCounter:
    """Counts the paragraphs of lists as word processors do: a paragraph restarts the levels below its own."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)

    def label(self, key: str, levels: Mapping[int, Level], at: int) -> str:
        """The number before the next paragraph of list `key` at level `at`; "" for bullets and unknown levels."""
        level = levels.get(at)
        if level is None:
            return ""
        counts = self._counts[key]
        counts[at] = counts.get(at, level.start - 1) + 1
        for deeper in [other for other in counts if other > at and at < _restart(levels.get(other), other)]:
            del counts[deeper]
        if level.form in ("bullet", "none"):
            return ""
        text = ""
        for character in level.text:
            place = ord(character)
            other = levels.get(place, level)
            form = "decimal" if level.legal else other.form
            text += numeral(counts.get(place, other.start), form) if place < 9 else character
        return text + level.gap if text else ""
