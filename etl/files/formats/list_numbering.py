"""Numbers as word processors write them before paragraphs of lists, and the symbols of their fonts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_CHINESE = {
    "chineseCounting", "chineseCountingThousand", "ideographTraditional", "japaneseCounting", "ideographDigital",
    "taiwaneseCounting", "taiwaneseCountingThousand", "japaneseDigitalTenThousand", "koreanCounting",
}  # fmt: skip
_CIRCLED = {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"}
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
          (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


_SYMBOLS = {0x6F: "□", 0x71: "□", 0xA8: "□", 0xA3: "□", 0x52: "☑", 0xFE: "☑", 0xFC: "√"}


def symbol(code: int) -> str:
    """A box to tick, of which forms are full, from the Wingdings fonts; "" for ornaments."""
    return _SYMBOLS.get(code & 0xFF, "")


def numeral(number: int, form: str) -> str:
    """The number in a form of `w:numFmt`; digits for a form that is not known and for numbers beyond it."""
    if form in _CHINESE and 0 < number < 10_000:
        return chinese(number, _DIGITS, "十百千")
    if form.startswith("chineseLegal") and 0 < number < 10_000:
        return chinese(number, _LEGAL, "拾佰仟")
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


def chinese(number: int, digits: str, units: str) -> str:
    """12 → 十二, 105 → 一百〇五 (零 in the legal form); below 10,000."""
    text, gap = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            text += digits[0] * (gap and bool(text)) + digits[digit] + (units[power - 1] if power else "")
        gap = not digit
    return text[1:] if text.startswith("一十") else text


def roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a list: its first number, the numbers' form, the text with the characters 0–8 in the places of the
    levels' numbers, and what stands between it and the paragraph."""

    start: int
    form: str
    text: str
    gap: str


class ListCounter:
    """Counts the paragraphs of lists as word processors do: a paragraph begins the levels below its own anew."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)

    def label(self, key: str, levels: Mapping[int, Level], at: int) -> str:
        """What stands before the next paragraph of the list `key` at the level; "" for bullets and unknown levels."""
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
