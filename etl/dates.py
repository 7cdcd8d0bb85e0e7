"""Dates as government sites write them, to ISO yyyy-mm-dd.

`read_date` reads the value of a field, in every form seen, and says why it refuses one. `first_iso_date` looks for a
date in a row of a list, `parse_china_date` reads one from JSON: both know only numbers, and skip what is no date.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from etl.clock import CHINA

_EARLIEST = 1949
_LATEST = 2100
_UNSET = (1970, 1, 1)
"""What programs show for second 0: a date that nobody filled in."""

_DIGITS = {c: str(i % 10) for i, c in enumerate("〇一二三四五六七八九")} | {
    "○": "0",
    "Ο": "0",
    "O": "0",
    "零": "0",
    "0": "0",
    "元": "1",
}
_NUMERIC = re.compile(
    r"(?<!\d)((?:19|20|21)\d{2})\s*(?:年|[-/.—–·_\\])\s*(\d{1,2})\s*(?:月|[-/.—–·_\\])\s*(\d{1,2})(?!\d{2}年)\s*[日号]?"
)
_COMPACT = re.compile(r"(?<![\d-])((?:19|20)\d{2})(\d{2})(\d{2})(?!\d{1,5}(?!\d))")
_CHINESE = re.compile(
    r"([一二][〇○ΟO零0一二三四五六七八九]{3})\s*年\s*([一二三四五六七八九十元]{1,3})\s*月\s*([一二三四五六七八九十廿卅]{1,3})\s*日"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# What Java and JavaScript make of a date that a template prints as it is: `Tue May 09 08:30:00 CST 2023`.
_ENGLISH = re.compile(
    rf"\b({'|'.join(_MONTHS)})[a-z]*\.? (\d{{1,2}})(?:,? |, ?)(?:\d\d:\d\d:\d\d [A-Z]{{3,4}} )?((?:19|20)\d\d)\b"
)
_IN_ROW = re.compile(r"((?:19|20)\d{2})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})")

# Parts of patterns for whoever looks for dates in a line: 2023-05-09, 2023 年 5 月 9 日; its time; a signature's date.
YEAR = r"(?:19|20)\d\d"
YEAR_OF_DATE = rf"{YEAR}\s*[-/.年]"
DATE = rf"{YEAR_OF_DATE}\s*\d{{1,2}}\s*[-/.月]\s*\d{{1,2}}\s*日?"
TIME = r"\d{1,2}[:：]\d{2}"
TIME_OF_DAY = rf"{TIME}(?:[:：]\d{{2}})?"
SIGNED_DATE = (
    rf"{YEAR}年\d{{1,2}}月\d{{1,2}}日"
    r"|[一二][〇○零O0一二三四五六七八九]{3}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十廿卅]{1,3}日"
)

_EPOCH = re.compile(r"^\d{10}(?:\d{3})?$")


@dataclass(frozen=True, slots=True)
class ReadDate:
    """`iso` is None where nothing readable, or nothing possible, was found; `flag` then says which of the two."""

    iso: str | None
    flag: str = ""


def _chinese_number(text: str) -> int:
    """A Chinese number up to 39: 三, 十二, 二十一, 廿一, 三十."""
    text = text.replace("廿", "二十").replace("卅", "三十").replace("元", "一")
    if "十" in text:
        tens, ones = text.split("十", 1)
        return (int(_DIGITS.get(tens, "1")) if tens else 1) * 10 + (int(_DIGITS.get(ones, "0")) if ones else 0)
    return int("".join(_DIGITS.get(c, "0") for c in text) or "0")


def read_date(text: str, not_after: date | None = None) -> ReadDate:
    """The first date in `text`. A date that the calendar does not have, or after `not_after`, is refused with a flag.

    Knows 2024-07-09, 2024/7/9 8:22:16, 2021年03月17日, 2017.5.9, 20221118, `2023- 09- 08`, 二〇二二年六月十五日,
    Tue May 09 08:30:00 CST 2023, seconds or milliseconds since 1970 in China's calendar, and doubled values
    (`2022-06-15 17:252022-06-15`).
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if _EPOCH.match(text):
        seconds = int(text[:10])
        return _check_date(*datetime.fromtimestamp(seconds, CHINA).timetuple()[:3], not_after)
    match = _NUMERIC.search(text)
    if match:
        return _check_date(int(match.group(1)), int(match.group(2)), int(match.group(3)), not_after)
    match = _CHINESE.search(text)
    if match:
        year = int("".join(_DIGITS[c] for c in match.group(1)))
        return _check_date(year, _chinese_number(match.group(2)), _chinese_number(match.group(3)), not_after)
    match = _COMPACT.search(text)
    if match:
        return _check_date(int(match.group(1)), int(match.group(2)), int(match.group(3)), not_after)
    match = _ENGLISH.search(text)
    if match:
        return _check_date(int(match.group(3)), _MONTHS.index(match.group(1)) + 1, int(match.group(2)), not_after)
    return ReadDate(None, "unreadable" if text else "")


def _check_date(year: int, month: int, day: int, not_after: date | None) -> ReadDate:
    try:
        found = date(year, month, day)
    except ValueError:
        return ReadDate(None, "impossible")
    if not _EARLIEST <= year <= _LATEST or (year, month, day) == _UNSET:
        return ReadDate(None, "impossible")
    if not_after and found > not_after:
        return ReadDate(None, "future")
    return ReadDate(found.isoformat())


def first_iso_date(text: str) -> str | None:
    """The first possible date in the text as yyyy-mm-dd, or None. `2024-13-01 2024年7月9日` gives 2024-07-09."""
    for year, month, day in _IN_ROW.findall(text):
        try:
            return date(int(year), int(month), int(day)).isoformat()
        except ValueError:
            continue
    return None


def parse_china_date(value: Any) -> str | None:
    """A date from JSON as yyyy-mm-dd, in China's calendar; None for 0 and for what is no date.

    `value`: seconds or milliseconds since 1970 (a number, or a string of 10 or more digits), or a written date.
    """
    if isinstance(value, str) and value.strip().isdigit() and len(value.strip()) >= 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return first_iso_date(str(value or ""))
    seconds = value // 1000 if abs(value) >= 10**11 else value
    return datetime.fromtimestamp(seconds, CHINA).date().isoformat() if seconds > 0 else None
