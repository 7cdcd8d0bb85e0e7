"""Dates as government sites write them, to ISO yyyy-mm-dd.

`read_date` reads the value of a field, in every form seen, and says why it refuses one. `first_iso_date` looks for a
date of numbers in a row of a list, `parse_china_date` reads one from JSON: both skip what is no date.
Days are those of China's calendar: a time of day with another zone gives the day that it was in China.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from etl.clock import CHINA
from etl.numerals import read_chinese
from etl.outside import whole_number

_EARLIEST = 1949
_LATEST = 2100
_UNSET = (1970, 1, 1)
"""What programs show for second 0: a date that nobody filled in."""

ZEROS = "〇○◯OoΟοОо零0"
"""What people type for the zero of a Chinese year: circles, letters of three alphabets, a digit."""
_ZEROS = str.maketrans(dict.fromkeys(ZEROS, "〇"))
YEAR = r"(?:19|20)\d\d"
_NUMERIC = re.compile(
    r"(?<!\d)((?:19|20|21)\d{2})\s*(?:年|[-/.—–·_\\‐−∕⁄。])\s*(\d{1,2})\s*(?:月|[-/.—–·_\\‐−∕⁄。])\s*(\d{1,2})(?!\d{2}年)\s*[日号]?"
)
_COMPACT = re.compile(r"(?<![\d-])((?:19|20)\d{2})(\d{2})(\d{2})(?!\d{1,5}(?!\d))")
_CHINESE_DAY = (
    r"\s*年\s*(\d{1,2}|[一二三四五六七八九十元]{1,3})\s*月\s*(\d{1,2}|[一二三四五六七八九十廿卅]{1,3})\s*[日号]"
)
_CHINESE = re.compile(rf"((?<!\d){YEAR}|[一二][{ZEROS}一二三四五六七八九]{{3}}){_CHINESE_DAY}")
# Years of the Republic of China count from 1912; without 民国 a year of three digits is no date.
_REPUBLIC = re.compile(r"民[国國]\s*(\d{1,3})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*日?")
_REPUBLIC_CHINESE = re.compile(rf"民[国國]\s*([{ZEROS}一二三四五六七八九十百]{{1,5}}){_CHINESE_DAY}")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_NAME = rf"\b(?P<month>(?i:{'|'.join(_MONTHS)}))[A-Za-z]*\.?"
_DAY_OF_MONTH = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_MONTH_WORD = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
_ZONE = r"(?:[Zz](?![A-Za-z])|(?:GMT|UTC)?\s?[+-]\d\d(?::\d\d|\d\d(?!\d)|(?![\d:]))|(?:GMT|UTC)(?![A-Za-z]))"
# What programs make of a date that a template prints as it is: `Tue May 09 08:30:00 CST 2023` (Java), `Tue May 09 2023
# 08:30:00 GMT+0800` (JavaScript), `Tue, 09 May 2023 00:30:00 GMT` (mail and HTTP).
_ENGLISH = (
    re.compile(
        rf"{_MONTH_NAME}(?: {{1,2}}|-){_DAY_OF_MONTH}(?:,? |, ?|-)"
        rf"(?:(?P<time>\d\d:\d\d:\d\d (?:{_ZONE}|[A-Z]{{3,4}})) )?(?P<year>(?:19|20)\d\d)\b"
    ),
    re.compile(rf"(?<!\d){_DAY_OF_MONTH}(?P<time>)[ /-]{_MONTH_NAME},?[ /-](?P<year>(?:19|20)\d\d)\b"),
    re.compile(rf"\b(?P<year>(?:19|20)\d\d)[ /-]{_MONTH_NAME}[ /-]{_DAY_OF_MONTH}(?P<time>)\b"),
)
_AMERICAN = re.compile(
    rf"(?<![\d/.-])(\d{{1,2}})([/.-])(\d{{1,2}})\2({YEAR})(?!\d)(?:\s{{1,4}}\d{{1,2}}:\d\d(?::\d\d)?\s?([AaPp][Mm]))?"
)
"""`5/9/2023 8:30:00 AM`, as servers print a date that are set to English; without AM or PM the day may come first."""
_IN_ROW = re.compile(r"((?:19|20)\d{2})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})")
_ZONED_TIME = re.compile(
    rf"(?P<separator>[Tt]|\s*)(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d{{1,9}})?)?"
    rf"\s?(?P<half>[AaPp][Mm])?\s?(?P<zone>{_ZONE})"
)
"""A time of day with its zone, behind a date."""
_BASIC_TIME = re.compile(
    rf"(?P<separator>[Tt])(?P<hour>\d\d)(?:(?P<minute>\d\d)(?P<second>\d\d)?(?:[.,]\d{{1,9}})?)?(?P<half>)"
    rf"(?P<zone>{_ZONE})"
)
"""The same in the basic format of ISO 8601, and of an hour alone."""
_INCOMPLETE = re.compile(
    r"(?<!\d)(?:19|20)\d\d\s*(?:年|[-/.]\s*\d{1,2}(?!\d))|[一二][" + ZEROS + r"一二三四五六七八九]{3}年"
    r"|(?:\d{1,2}|[一二三四五六七八九十元]{1,3})\s*月\s*(?:\d{1,2}|[一二三四五六七八九十廿卅]{1,3})\s*[日号]"
    r"|^(?:19|20)\d\d$|^\d{1,2}[-/.]\d{1,2}$"
)
"""What names a year, a month or a day, but not all of them."""

# Parts of patterns for whoever looks for dates in a line: 2023-05-09, 2023 年 5 月 9 日; its time; a signature's date.
YEAR_OF_DATE = rf"{YEAR}\s*[-/.年]"
DATE = rf"{YEAR_OF_DATE}\s*\d{{1,2}}\s*[-/.月]\s*\d{{1,2}}\s*日?"
TIME = r"\d{1,2}[:：]\d{2}"
TIME_OF_DAY = rf"{TIME}(?:[:：]\d{{2}}(?:\.\d{{1,9}})?)?(?:\s?{_ZONE})?"
SIGNED_DATE = (
    rf"{YEAR}年\d{{1,2}}月\d{{1,2}}日"
    rf"|[一二][{ZEROS}一二三四五六七八九]{{3}}年[一二三四五六七八九十]{{1,3}}月[一二三四五六七八九十廿卅]{{1,3}}日"
)

_SPELT = re.compile(
    "|".join((_CHINESE.pattern, _REPUBLIC.pattern, _REPUBLIC_CHINESE.pattern))
    + rf"|\b{_MONTH_WORD} \d{{1,2}}(?:,? |, ?){YEAR}\b|(?<![\d/-])\d{{1,2}}[ -]{_MONTH_WORD},?[ -]{YEAR}\b"
    + "|[１２][０９][０-９]{2}[年－／．/.-][０-９]{1,2}[月－／．/.-][０-９]{1,2}日?"
)
_SIGN_OF_SPELT = re.compile(
    rf"[{ZEROS.rstrip('0')}一二三四五六七八九十民JFMASOND１２](?:\s*年|[国國]|an|eb|ar|pr|ay|u[nlg]|ep|ct|ov|ec|[０９][０-９])"
)
"""What every date that is spelt out has: a quick look, for nearly no line has one."""

_EPOCH = re.compile(r"^(?:(\d{10})(?:\d{3})?|/Date\((\d{9,10})\d{3}(?:[+-]\d{4})?\)/)$")
"""Seconds or milliseconds since 1970, also as .NET writes them (`/Date(1683563400000+0800)/`)."""
_FIRST_MILLISECONDS, _FIRST_SECONDS = 10**11, 10**8
"""Numbers from which on milliseconds and seconds since 1970 are read (both in 1973): serial days of spreadsheets, years
and counts are smaller."""
_LAST_SECOND = int(datetime(_LATEST, 12, 31, tzinfo=CHINA).timestamp())
_WITH_EXPONENT = re.compile(r"\d\.\d{1,12}[eE]\+?1[0-2]")
_OF_DOTNET = re.compile(r"\\?/Date\((\d{9,14})(?:[+-]\d{4})?\)\\?/")
_COMPACT_NUMBER = re.compile(
    r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:([01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)?"
)
"""20230509, with or without a time of day."""


_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SPACED_OUT = re.compile(rf"(?<=[\d{ZEROS}一二三四五六七八九十年月])\s+(?=[\d{ZEROS}一二三四五六七八九十年月日])")
"""Spaces between the characters of a date, as typists put them to fill a line."""
_MAX_OFFSET_MINUTES = 14 * 60
"""The zone farthest from UTC (Kiribati)."""


@dataclass(frozen=True, slots=True)
class ReadDate:
    """`iso` is None where nothing readable, complete, possible or early enough was found; `flag` then says which:
    `unreadable`, `incomplete`, `impossible`, `future`; it is empty for an empty text."""

    iso: str | None
    flag: str = ""


def _number(text: str) -> int:
    """The number in Chinese or decimal digits; 元 is the first month."""
    if text.isdecimal():
        return int(text)
    usual = text.translate(_ZEROS).replace("廿", "二十").replace("卅", "三十").replace("元", "一")
    return read_chinese(usual) or 0


@lru_cache(4096)  # a page states its date in several places, and pages of one day state the same one
def read_date(text: str, not_after: date | None = None) -> ReadDate:
    """The first date in `text`. What the calendar does not have, what is after `not_after`, and what lacks its year,
    month or day is refused with a flag.

    Knows 2024-07-09, 2024/7/9 8:22:16, 2021年03月17日, 2017.5.9, 20221118, `2023- 09- 08`, 二〇二二年六月十五日,
    民国112年5月9日, Tue May 09 08:30:00 CST 2023, 9 May 2023, 5/9/2023 8:30:00 AM, seconds or
    milliseconds since 1970, and doubled values (`2022-06-15 17:252022-06-15`).
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()
    if epoch := _EPOCH.match(text):
        return _check_date(*datetime.fromtimestamp(int(epoch[1] or epoch[2]), CHINA).timetuple()[:3], not_after)
    if written := _written_date(text) or _written_date(_SPACED_OUT.sub("", text)):
        return _check_date(*written, not_after)
    if not text:
        return ReadDate(None)
    return ReadDate(None, "incomplete" if _INCOMPLETE.search(text) else "unreadable")


def _written_date(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of the first written date, whether or not the calendar has it."""
    if match := _NUMERIC.search(text):
        return _day_in_china(text[match.end() :], *map(int, match.groups()))
    if match := _CHINESE.search(text):
        year, month, day = map(_number, match.groups())
        return year, month, day
    if match := _REPUBLIC.search(text):
        return int(match.group(1)) + 1911, int(match.group(2)), int(match.group(3))
    if match := _REPUBLIC_CHINESE.search(text):
        year, month, day = map(_number, match.groups())
        return year + 1911, month, day
    if match := _COMPACT.search(text):
        return _day_in_china(text[match.end() :], *map(int, match.groups()))
    for pattern in _ENGLISH:
        if match := pattern.search(text):
            month = _MONTHS.index(match["month"].capitalize()) + 1
            return _day_in_china(match["time"] or text[match.end() :], int(match["year"]), month, int(match["day"]))
    return _american_date(text)


def _american_date(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a date whose year comes last, where month and day cannot be taken for each other."""
    if not (match := _AMERICAN.search(text)):
        return None
    first, second, year = map(int, match.group(1, 3, 4))
    if match[5] or second > 12 or first == second:
        return year, first, second
    return (year, second, first) if first > 12 else None


def dates_in_digits(text: str) -> str:
    """The text with the dates that it spells out (二〇二三年五月八日, 民国112年5月8日, May 8, 2023) as 2023-05-08, for
    the patterns that look for dates."""
    if not _SIGN_OF_SPELT.search(text):
        return text
    return _SPELT.sub(lambda spelt: read_date(spelt[0]).iso or spelt[0], text)


def as_spelt(text: str, day: str) -> str:
    """The date that `dates_in_digits` made of one in the text, as the text spells it."""
    return next((spelt[0] for spelt in _SPELT.finditer(text) if day.startswith(read_date(spelt[0]).iso or "-")), day)


def _day_in_china(behind: str, year: int, month: int, day: int) -> tuple[int, int, int]:
    """The day as it is in China, if a time of day with a zone stands right behind it; else the day as it is written."""
    match = _ZONED_TIME.match(behind) or _BASIC_TIME.match(behind)
    if not match:
        return year, month, day
    separator, zone = match["separator"].upper(), match["zone"]
    sign, offset = re.sub(r"[^+-]", "", zone), re.sub(r"\D", "", zone)
    # `16:30-17:30` is a span of time: the offset of a zone is behind a T, or behind GMT, or has no colon.
    if sign == "-" and separator != "T" and zone[:1] == "-" and ":" in zone:
        return year, month, day
    minutes = int(offset[:2]) * 60 + int(offset[2:] or "0") if offset else 0
    if minutes > _MAX_OFFSET_MINUTES:
        return year, month, day
    try:
        local = datetime(year, month, day, tzinfo=UTC) + _since_midnight(match)
        moment = local - timedelta(minutes=-minutes if sign == "-" else minutes)
        return moment.astimezone(CHINA).timetuple()[:3]
    except (ValueError, OverflowError):
        return year, month, day


def _since_midnight(time: re.Match[str]) -> timedelta:
    """The time since the day began; 24:00 is its end. Raises `ValueError` for what no clock shows."""
    hour, minute, second = int(time["hour"]), int(time["minute"] or 0), int(time["second"] or 0)
    if time["half"]:
        hour = hour % 12 + (12 if time["half"].upper() == "PM" else 0)
    if minute > 59 or second > 59 or hour * 3600 + minute * 60 + second > 86_400:
        raise ValueError(time[0])
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _check_date(year: int, month: int, day: int, not_after: date | None) -> ReadDate:
    try:
        checked = date(year, month, day)
    except ValueError:
        return ReadDate(None, "impossible")
    if not _EARLIEST <= year <= _LATEST or (year, month, day) == _UNSET:
        return ReadDate(None, "impossible")
    if not_after and checked > not_after:
        return ReadDate(None, "future")
    return ReadDate(checked.isoformat())


def first_iso_date(text: str) -> str | None:
    """The first possible date in the text as yyyy-mm-dd, or None. `2024-13-01 2024年7月9日` gives 2024-07-09."""
    text = unicodedata.normalize("NFKC", text)
    for match in _IN_ROW.finditer(text):
        try:
            return date(*_day_in_china(text[match.end() :], *map(int, match.groups()))).isoformat()
        except ValueError:
            continue
    return None


def _day_of_object(value: dict[str, Any]) -> Any:
    """The moment or the day in an object that a program made of a date."""
    moment = next((value[name] for name in ("time", "$date", "seconds") if name in value), None)
    if moment is not None and not isinstance(moment, dict):
        return moment
    day = value["date"] if isinstance(value.get("date"), dict) else value
    parts = day.get("year"), day.get("monthValue", day.get("month")), day.get("dayOfMonth", day.get("day"))
    return "-".join(map(str, parts)) if all(map(_is_whole, parts)) else None


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def parse_china_date(value: Any) -> str | None:
    """A date from JSON as yyyy-mm-dd, in China's calendar; None for 0 and for what is no date.

    `value`: seconds or milliseconds since 1970, or 20230509 with or without a time of day, each as a number or a
    string; what Java, .NET and databases write of a date: `{"time": 1683561600000, …}`, `[2023, 5, 9, 0, 0]`,
    `{"year": 2023, "month": 5, "day": 9}`, `{"$date": "2023-05-08T16:00:00Z"}`, `{"seconds": 1683561600}`,
    `/Date(1683561600000+0800)/`, `1.6835616E12`; or a written date. Smaller numbers, such as the serial days of
    spreadsheets, are none.
    """
    if isinstance(value, dict):
        value = _day_of_object(value)
    if isinstance(value, list):
        value = "-".join(map(str, value[:3]))
    if isinstance(value, str) and (exponent := _WITH_EXPONENT.fullmatch(value.strip())):
        value = float(exponent[0])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and (wrapped := _OF_DOTNET.fullmatch(value.strip())):
        value = wrapped[1]
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return first_iso_date(str(value or ""))
    text = str(value).strip()
    if compact := _COMPACT_NUMBER.fullmatch(text):
        return first_iso_date("-".join(compact.group(1, 2, 3)))
    if not text.lstrip("-").isdecimal():
        return first_iso_date(text) or read_date(text).iso
    if (number := whole_number(text)) is None:
        return None
    seconds = number // 1000 if number >= _FIRST_MILLISECONDS else number
    if not _FIRST_SECONDS <= seconds <= _LAST_SECOND:
        return None
    return datetime.fromtimestamp(seconds, CHINA).date().isoformat()
