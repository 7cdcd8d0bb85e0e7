"""Numbers that word processors show before paragraphs of lists, and symbols of their fonts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from etl.numerals import DIGITS, LEGAL, chinese

_CHINESE = {
    "chineseCounting", "chineseCountingThousand", "ideographTraditional", "japaneseCounting", "ideographDigital",
    "taiwaneseCounting", "taiwaneseCountingThousand", "japaneseDigitalTenThousand", "koreanCounting",
}  # fmt: skip
_CIRCLED = {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"}
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
          (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


_SYMBOLS = {0x6F: "□", 0x71: "□", 0xA8: "□", 0xA3: "□", 0x52: "☑", 0xFE: "☑", 0xFC: "√"}


def symbol(code: int) -> str:
    """A tick box of the Wingdings fonts, common in forms; "" for ornaments."""
    return _SYMBOLS.get(code & 0xFF, "")


def numeral(number: int, form: str) -> str:
    """The number in a format of `w:numFmt`; decimal digits for unknown formats and for numbers beyond their range."""
    if form in _CHINESE and 0 < number < 10_000:
        return chinese(number, DIGITS, "十百千")
    if form.startswith("chineseLegal") and 0 < number < 10_000:
        return chinese(number, LEGAL, "拾佰仟")
    if form in _CIRCLED and 0 < number <= 20:
        return chr(0x2460 + number - 1)
    if form in ("upperLetter", "lowerLetter") and 0 < number < 1000:
        letters = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters if form == "upperLetter" else letters.lower()
    if form in ("upperRoman", "lowerRoman") and 0 < number < 4000:
        return roman(number) if form == "upperRoman" else roman(number).lower()
    if form == "decimalFullWidth":
        return "".join(chr(ord(digit) + 0xFEE0) for digit in str(number))
    return str(number)


def roman(number: int) -> str:
    """The number in upper-case Roman numerals."""
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a list.

    `start`: its first number. `form`: format of its numbers. `text`: the text with the characters 0–8 in place of the
    numbers of the levels. `gap`: the text between the number and the paragraph.
    """

    start: int
    form: str
    text: str
    gap: str


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
        for deeper in [other for other in counts if other > at]:
            del counts[deeper]
        if level.form in ("bullet", "none"):
            return ""
        text = ""
        for character in level.text:
            place = ord(character)
            other = levels.get(place, level)
            text += numeral(counts.get(place, other.start), other.form) if place < 9 else character
        return text + level.gap if text else ""
