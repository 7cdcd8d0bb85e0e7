"""Formats numbers of spreadsheet cells as they are displayed, according to ECMA-376 Part 1, 18.8.30 and 18.8.31.

A file that names a format by its number only has the format of the Chinese version of Excel; those that depend on the
user's system (14, 22, 30) write dates as 2023-05-09, and times are 08:30.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

from etl.numerals import DIGITS, LEGAL, chinese

_DATE, _TIME, _SECONDS = "yyyy-mm-dd", "hh:mm", "hh:mm:ss"
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "￥#,##0;-￥#,##0", 6: "￥#,##0;-￥#,##0",
    7: "￥#,##0.00;-￥#,##0.00", 8: "￥#,##0.00;-￥#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: _DATE, 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: _TIME, 21: _SECONDS, 22: f"{_DATE} {_TIME}", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00", 41: "#,##0;-#,##0;-", 42: "￥#,##0;-￥#,##0;￥-",
    43: "#,##0.00;-#,##0.00;-", 44: "￥#,##0.00;-￥#,##0.00;￥-", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
    48: "##0.0E+0", 49: "@",
    **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'), **dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"'),
    30: _DATE, 31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"',
    **dict.fromkeys((34, 55), '上午/下午h"时"mm"分"'), **dict.fromkeys((35, 56), '上午/下午h"时"mm"分"ss"秒"'),
}  # fmt: skip
"""Codes of the formats that a file names by number only, as in the Chinese version of Excel."""
_SYSTEM = {"$-F800": _DATE, "$-F400": _SECONDS}
"""Marks of formats that depend on the user's system; the code after them is ignored."""
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|(?P<space>[_*].)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|G/通用格式)|(?P<half>AM/PM|A/P|上午/下午)|(?P<exponent>E[+-])"
    r"|(?P<date>y+|m+|d+|h+|s+|a{3,4}|e+|g+)|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)"
    r"|(?P<text>@)|(?P<end>;)|(?P<literal>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_CHINESE_DAYS = "一二三四五六日"
_PLAIN = re.compile(r"-?[1-9]\d{0,14}|0|-?(?=[\d.]{2,16}$)(?:0|[1-9]\d*)\.\d*[1-9]")
"""Numbers that the format General shows unchanged."""
_FIFTEEN = Context(prec=15, rounding=ROUND_HALF_UP)
_NOT_ZERO = re.compile("[1-9１-９一二三四五六七八九十壹贰叁肆伍陆柒捌玖]")
_MAX_EXPONENT, _MAX_CODE = 308, 255
_LAST_DAY = 2958466
"""The first day after 9999, as a serial number."""
_DAYS_TO_1904 = 1462


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of a code. `kind` is a group of `_TOKEN`, `elapsed` for `[h]`, or `literal`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    """One of the sections of a code. `numerals`: 1 for `[DBNum1]` (一二三), 2 for 壹贰叁, 3 for full-width digits."""

    tokens: tuple[_Token, ...]
    condition: tuple[str, Decimal] | None
    numerals: int
    chinese_names: bool

    def has(self, *kinds: str) -> bool:
        return any(token.kind in kinds for token in self.tokens)


def format_number(raw: str, code: str, *, from_1904: bool = False) -> str:
    """The number (as the file writes it) in this format; text that is no number is returned unchanged."""
    if code == BUILT_IN[0] and _PLAIN.fullmatch(raw):
        return raw
    try:
        value = Decimal(raw)
    except InvalidOperation:
        return raw
    # Such values and codes cannot occur in a cell.
    if not value.is_finite() or abs(value.adjusted()) > _MAX_EXPONENT or len(code) > _MAX_CODE:
        return raw
    if value != value.to_integral_value() or abs(value) >= Decimal("1e21"):
        value = _FIFTEEN.plus(value)
    section, signed = _section(_sections(code), value)
    if section is None:
        return _general(value)
    if section.has("date", "elapsed"):
        shown = _date(section, value, from_1904)
        return _general(value) if shown is None else shown
    body = abs(value)
    if section.has("general", "text"):
        text = _spelled(_general(body), section.numerals)
        shown = "".join(text if t.kind in ("general", "text") else t.text for t in section.tokens if t.kind != "comma")
    elif any(token == _Token("literal", "/") for token in section.tokens) and section.has("digit"):
        shown = _fraction(section, body)
    else:
        shown = _digits(section, body)
    return ("-" if signed and value < 0 and _NOT_ZERO.search(shown) else "") + shown.strip()


def format_text(text: str, code: str) -> str:
    """The text in this format: its fourth section, or the one with `@`."""
    sections = _sections(code)
    section = sections[3] if len(sections) > 3 else next((s for s in sections if s.has("text")), None)
    if section is None:
        return text
    return "".join(text if token.kind == "text" else token.text for token in section.tokens)


@lru_cache(1024)
def _sections(code: str) -> tuple[_Section, ...]:
    parts: list[list[_Token]] = [[]]
    system = next((own for mark, own in _SYSTEM.items() if mark in code.upper()), None)
    for match in _TOKEN.finditer(system or code):
        kind = match.lastgroup or ""
        if kind == "end":
            parts.append([])
        elif kind != "space":
            literal = kind in ("quoted", "escaped")
            parts[-1].append(_Token("literal" if literal else kind, match[kind]))
    return tuple(_finished(tokens) for tokens in parts)


def _finished(tokens: Sequence[_Token]) -> _Section:
    """The section, with the condition, numerals and names that are in its brackets."""
    condition, numerals, names = None, 0, False
    finished: list[_Token] = []
    for token in tokens:
        if token.kind != "bracket":
            finished.append(token)
        elif match := _CONDITION.fullmatch(token.text.strip()):
            condition = match[1], Decimal(match[2])
        elif _ELAPSED.fullmatch(token.text):
            finished.append(_Token("elapsed", token.text.lower()))
        elif token.text.startswith("$"):
            currency, _, locale = token.text[1:].partition("-")
            names = names or locale.lower().endswith("804")
            finished.append(_Token("literal", currency))
        elif token.text.upper().startswith("DBNUM") and token.text[5:] in ("1", "2", "3"):
            numerals = int(token.text[5:])
    return _Section(tuple(finished), condition, numerals, names)


def _section(sections: Sequence[_Section], value: Decimal) -> tuple[_Section | None, bool]:
    """(the section for this value, whether a minus sign must be added); None if no section covers the value."""
    numbers = sections[:3]
    if any(section.condition for section in numbers):
        for section in numbers:
            if section.condition is None or _holds(value, *section.condition):
                return section, True
        return None, True
    if len(numbers) > 1 and value < 0:
        return numbers[1], False
    if len(numbers) > 2 and value == 0:
        return numbers[2], False
    return numbers[0], True


def _holds(value: Decimal, sign: str, limit: Decimal) -> bool:
    return (
        (value == limit and sign in ("=", "<=", ">="))
        or (value < limit and sign in ("<", "<=", "<>"))
        or (value > limit and sign in (">", ">=", "<>"))
    )


def _general(value: Decimal) -> str:
    if value and not -10 <= value.adjusted() < 21:
        return f"{value.normalize():E}"
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) if value else "0"


def _digits(section: _Section, value: Decimal) -> str:
    """A number in placeholders: digits from the right into the places of `0`, `#` and `?`."""
    tokens = section.tokens
    places = [at for at, token in enumerate(tokens) if token.kind == "digit"]
    if not places:
        return "".join(t.text for t in tokens if t.kind != "comma")
    point = next((at for at, token in enumerate(tokens) if token.kind == "point"), len(tokens))
    power = next((at for at, token in enumerate(tokens) if token.kind == "exponent"), len(tokens))
    whole = [at for at in places if at < min(point, power)]
    decimals = [at for at in places if point < at < power]
    last = whole[-1] if whole else -1
    commas = [at for at, token in enumerate(tokens) if token.kind == "comma"]
    end = max((at for at in places if at < power), default=-1)
    scaled = sum(last < at < point or end < at < power for at in commas)
    grouped = any(whole and whole[0] < at < last for at in commas)
    value = value.scaleb(2 * sum(token.kind == "percent" for token in tokens) - 3 * scaled)
    exponent = 0
    if power < len(tokens) and value:
        exponent = value.adjusted() // max(len(whole), 1) * max(len(whole), 1)
        value = value.scaleb(-exponent)
    rounded = value.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP, Context(prec=2000))
    integer, _, fraction = f"{rounded:f}".partition(".")
    filled = _whole(tokens, whole, integer.lstrip("0"), grouped) | _decimals(tokens, decimals, fraction)
    if power < len(tokens):
        filled |= _power(tokens, [at for at in places if at > power], power, exponent)
    if not whole and point < len(tokens):
        filled[point] = f"{integer.lstrip('0')}."
    text = "".join(filled.get(at, "" if t.kind == "comma" else t.text) for at, t in enumerate(tokens))
    return _spelled(text, section.numerals, one_by_one=True)


def _whole(tokens: Sequence[_Token], places: list[int], digits: str, grouped: bool) -> dict[int, str]:
    """The digits for the places before the point; surplus digits go to the first place."""
    filled: dict[int, str] = {}
    for number, at in enumerate(reversed(places)):
        own = digits[-1:] or ("0" if tokens[at].text == "0" else "")
        digits = digits[:-1]
        separated = grouped and number and number % 3 == 0 and own
        filled[places[-1 - number]] = own
        if separated:
            filled[places[-number]] = "," + filled[places[-number]]
    if digits and places:
        first = filled[places[0]]
        rest = digits + first.lstrip(",")
        if grouped:
            behind = len(places) - 1
            head = len(rest) + behind
            rest = "".join(
                character + ("," if (head - at - 1) % 3 == 0 and at < len(rest) - 1 else "")
                for at, character in enumerate(rest)
            )
        filled[places[0]] = rest
    return filled


def _decimals(tokens: Sequence[_Token], places: list[int], digits: str) -> dict[int, str]:
    filled: dict[int, str] = {}
    for number, at in enumerate(places):
        needed = any(tokens[later].text == "0" for later in places[number:]) or digits[number:].strip("0")
        filled[at] = digits[number] if needed else ""
    return filled


def _power(tokens: Sequence[_Token], places: list[int], at: int, exponent: int) -> dict[int, str]:
    sign = "-" if exponent < 0 else "+" if tokens[at].text[1] == "+" else ""
    text = str(abs(exponent)).zfill(sum(tokens[place].text == "0" for place in places))
    return {at: f"E{sign}", **dict.fromkeys(places, ""), places[0] if places else at: text if places else "E" + text}


def _fraction(section: _Section, value: Decimal) -> str:
    """For `# ?/?` or `?/8`: a whole number, if the code has a place for it, and the nearest fraction."""
    before, _, after = "".join(t.text for t in section.tokens).partition("/")
    fixed = re.match(r"\s*(\d+)", after.replace("0", ""))
    widest = 10 ** max(len(re.findall(r"[?#0]", after)), 1) - 1
    mixed = bool(re.search(r"[#0?]\s+[#0?]", before))
    whole, part = divmod(Fraction(value), 1) if mixed else (0, Fraction(value))
    if fixed:
        top, bottom = round(part * int(fixed[1])), int(fixed[1])
    else:
        near = part.limit_denominator(widest)
        top, bottom = near.numerator, near.denominator
    if mixed and top == bottom:
        whole, top = whole + 1, 0
    if not top:
        return str(whole)
    return (f"{whole} " if whole else "") + f"{top}/{bottom}"


def _spelled(text: str, numerals: int, *, one_by_one: bool = False) -> str:
    """The digits of a text in Chinese numerals: as a number (一千二百) or one by one (一二〇〇)."""
    if not numerals:
        return text
    if numerals == 3:
        return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isdigit() else c for c in text)
    digits, units = (DIGITS, "十百千") if numerals == 1 else (LEGAL, "拾佰仟")
    whole, point, rest = text.partition(".")
    if not one_by_one and whole.isdigit():
        whole = _large(int(whole), digits, units)
    return "".join(digits[int(c)] if c.isascii() and c.isdigit() else "点" if c == "." else c
                   for c in whole + point + rest)  # fmt: skip


def _large(number: int, digits: str, units: str) -> str:
    """A number in Chinese, in groups of four digits: 万, 亿, 万亿."""
    if not number:
        return digits[0]
    groups: list[int] = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text = ""
    for power in range(len(groups) - 1, -1, -1):
        group = groups[power]
        if group:
            gap = digits[0] if text and group < 1000 else ""
            text += gap + chinese(group, digits, units) + ("", "万", "亿", "万亿", "亿亿")[min(power, 4)]
    return text


def _date(section: _Section, value: Decimal, from_1904: bool) -> str | None:
    """The value as a date, time or duration; None if it is none of these."""
    if value < 0 or value >= _LAST_DAY - (_DAYS_TO_1904 if from_1904 else 0):
        return None
    shown = [token.text.lower() for token in section.tokens if token.kind in ("date", "elapsed")]
    parts = "".join(_date_parts(section, _moment(value, from_1904, _fraction_places(section)), value, shown))
    return parts.strip()


def _fraction_places(section: _Section) -> int:
    """Digits after the seconds, at most three."""
    return min(sum(token.kind == "digit" for token in section.tokens), 3)


def _moment(value: Decimal, from_1904: bool, places: int) -> datetime:
    """The time of a serial number, rounded to `places` digits after the seconds. Excel's day 60 (1900-02-29) never
    existed, and its day 0 is 1900-01-00."""
    base = datetime(1904, 1, 1, tzinfo=UTC) if from_1904 else datetime(1899, 12, 30 if value >= 60 else 31, tzinfo=UTC)
    # A serial number has 15 digits: 0.354166666666667 is 08:30:00.
    seconds = (value * 86400).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return base + timedelta(microseconds=int(seconds * 1_000_000))


def _date_parts(section: _Section, when: datetime, value: Decimal, shown: Sequence[str]) -> Iterator[str]:
    halves = section.has("half")
    place = 0
    after_point = ""
    passed = (value * 86400).quantize(Decimal(1).scaleb(-_fraction_places(section)), ROUND_HALF_UP)
    for token in section.tokens:
        text = token.text.lower()
        if token.kind == "date":
            minutes = text[0] == "m" and _is_minutes(shown, place)
            place += 1
            yield _date_part(section, text, when, minutes=minutes, halves=halves)
        elif token.kind == "elapsed":
            place += 1
            total = int(passed // {"h": 3600, "m": 60, "s": 1}[text[0]])
            yield str(total).zfill(len(text))
        elif token.kind == "half":
            yield token.text.split("/")[when.hour >= 12]
        elif token.kind == "point":
            after_point = f"{when.microsecond:06}"
            yield "."
        elif token.kind == "digit":
            yield after_point[:1]
            after_point = after_point[1:]
        else:
            yield token.text


def _is_minutes(shown: Sequence[str], place: int) -> bool:
    """Whether an `m` means minutes: after hours, or before seconds."""
    before = shown[place - 1] if place else ""
    after = shown[place + 1] if place + 1 < len(shown) else ""
    return len(shown[place]) < 3 and (before[:1] == "h" or after[:1] == "s")


def _date_part(section: _Section, text: str, when: datetime, *, minutes: bool, halves: bool) -> str:
    letter, width = text[0], len(text)
    year, month, day = (when.year, when.month, when.day) if when.year >= 1900 else (1900, 1, 0)
    if letter in "ye":
        number = f"{year % 100:02}" if letter == "y" and width < 3 else str(year)
        return _spelled(number, section.numerals, one_by_one=True)
    if letter == "g":
        return ""
    if letter == "a" or (letter == "d" and width > 2):
        return _day_name(section, text, when)
    if letter == "m" and width > 2 and not minutes:
        name = _MONTHS[month - 1]
        if section.chinese_names:
            return f"{chinese(month, DIGITS, '十百千')}月"
        return name[:1] if width == 5 else name[:3] if width == 3 else name
    hour = (when.hour % 12 or 12) if halves else when.hour
    amount = {"d": day, "h": hour, "s": when.second, "m": when.minute if minutes else month}[letter]
    if section.numerals in (1, 2) and amount:
        return _spelled(str(amount), section.numerals)
    return _spelled(str(amount).zfill(min(width, 2)), section.numerals, one_by_one=True)


def _day_name(section: _Section, text: str, when: datetime) -> str:
    day = when.weekday()
    if text[0] == "a" or section.chinese_names:
        return ("星期" if len(text) == 4 else "" if text[0] == "a" else "周") + _CHINESE_DAYS[day]
    return _DAYS[day] if len(text) == 4 else _DAYS[day][:3]
