"""Numbers that word processors show before paragraphs of lists."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from etl.numerals import DIGITS, LEGAL, chinese

_CHINESE = {
    "chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand",
    "koreanCounting",
}  # fmt: skip
_DIGIT_BY_DIGIT = {"ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital", "koreanDigital2"}
_SIGNS = {
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳", "decimalEnclosedParen": "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇",
    "decimalEnclosedFullstop": "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛", "ideographEnclosedCircle": "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉",
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸", "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
}  # fmt: skip
"""Formats whose numbers are single characters, starting from 1; higher numbers are written in decimal digits."""
_SIGNS["decimalEnclosedCircleChinese"] = _SIGNS["decimalEnclosedCircle"]
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
          (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


def numeral(number: int, form: str) -> str:
    """The number in a format of `w:numFmt`; decimal digits for unknown formats and for numbers beyond their range."""
    if form in _CHINESE and 0 < number < 10_000:
        return chinese(number, DIGITS, "十百千")
    if (form.startswith("chineseLegal") or form == "ideographLegalTraditional") and 0 < number < 10_000:
        return chinese(number, LEGAL, "拾佰仟")
    if form in _DIGIT_BY_DIGIT:
        return "".join(DIGITS[int(digit)] for digit in str(number))
    if 0 < number <= len(_SIGNS.get(form, "")):
        return _SIGNS[form][number - 1]
    if form == "decimalZero":
        return f"{number:02}"
    if form == "numberInDash":
        return f"- {number} -"
    if form == "ordinal":
        ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{ending}"
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
