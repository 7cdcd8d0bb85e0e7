"""Days as sites write them: every form of a day is read as that day in China, and what is no whole day is refused."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.clock import CHINA
from etl.dates import SIGNED_DATE, ZEROS, dates_in_digits, first_iso_date, parse_china_date, read_date

DAYS = st.dates(date(1992, 1, 1), date(2035, 12, 31))
MOMENTS = st.builds(datetime.combine, DAYS, st.times())
ZONES = st.integers(-48, 56).map(lambda quarters: timezone(timedelta(minutes=quarters * 15)))
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
WEEKDAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
DIGITS = "〇一二三四五六七八九"
FULL_WIDTH = str.maketrans("0123456789-:", "０１２３４５６７８９－：")


def chinese(number: int) -> str:
    """二十一 of 21."""
    tens, ones = divmod(number, 10)
    lead = "" if tens < 2 else DIGITS[tens]
    return (f"{lead}十" if tens else "") + (DIGITS[ones] if ones else "")


def republic(year: int) -> str:
    hundreds, rest = divmod(year - 1911, 100)
    if not hundreds:
        return chinese(rest)
    return f"一百{'零' * (0 < rest < 10)}{'一' * (9 < rest < 20)}{chinese(rest)}"


def ordinal(number: int) -> str:
    """st of 21."""
    return "th" if 10 < number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def in_chinese(year: int, zero: str) -> str:
    """二〇二三 of 2023, with a sign for its zeros."""
    return "".join(DIGITS[int(digit)] for digit in str(year)).replace("〇", zero)


FORMS = (
    lambda day: day.isoformat(),
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: f"{day.year}.{day.month}.{day.day}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f"{day.year}年{day.month}月{day.day}日下午3时",
    lambda day: f"{day.year}年{day.month:02}月{day.day:02}日 上午8:30",
    lambda day: f"{day.year} 年 {day.month} 月 {day.day} 号",
    lambda day: day.isoformat().translate(FULL_WIDTH),
    lambda day: f"{''.join(DIGITS[int(c)] for c in str(day.year))}年{chinese(day.month)}月{chinese(day.day)}日",
    lambda day: f"{day.year}年{chinese(day.month)}月{chinese(day.day)}日",
    lambda day: f"{''.join(DIGITS[int(c)] for c in str(day.year))}年{day.month}月{day.day}日",
    lambda day: f"民国{day.year - 1911}年{day.month}月{day.day}日",
    lambda day: f"中華民國{republic(day.year)}年{chinese(day.month)}月{chinese(day.day)}日",
    lambda day: f"{day:%Y%m%d}",
    lambda day: f"{MONTHS[day.month - 1]} {day.day}, {day.year}",
    lambda day: f"{day.day} {MONTHS[day.month - 1]} {day.year}",
    lambda day: f"{MONTHS[day.month - 1].upper()} {day.day}{ordinal(day.day)}, {day.year}",
    lambda day: f"{day.day}{ordinal(day.day)} {MONTHS[day.month - 1].lower()} {day.year}",
    lambda day: f"{day.day:02}/{MONTHS[day.month - 1]}/{day.year}",
    lambda day: f"{day.year}-{MONTHS[day.month - 1]}-{day.day:02}",
    lambda day: f"{MONTHS[day.month - 1]}-{day.day:02}-{day.year}",
    lambda day: f"{WEEKDAYS[day.weekday()]} {MONTHS[day.month - 1]} {day.day:2} 08:30:00 CST {day.year}",
    lambda day: f"{day.year}。{day.month}。{day.day}",
    lambda day: "\u200b-\u200e".join(day.isoformat().split("-")),
    lambda day: " ".join(f"{day.year}年{day.month}月{day.day}日"),
    lambda day: " ".join(f"{in_chinese(day.year, '〇')}年{chinese(day.month)}月{chinese(day.day)}日"),
    *(
        lambda day, zero=zero: f"{in_chinese(day.year, zero)}年{chinese(day.month)}月{chinese(day.day)}号"
        for zero in ZEROS
    ),
)


@given(DAYS, st.sampled_from(FORMS))
def test_every_form_of_a_day_is_that_day(day: date, form) -> None:  # type: ignore[no-untyped-def]
    assert read_date(form(day)).iso == day.isoformat()
    assert parse_china_date(form(day)) == day.isoformat()


def offset(moment: datetime, form: str) -> str:
    text = f"{moment:%z}"
    return {"colon": f"{text[:3]}:{text[3:]}", "plain": text, "greenwich": f" GMT{text}"}[form]


ZONED = (
    lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S}{offset(moment, 'colon')}",
    lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S.}000{offset(moment, 'plain')}",
    lambda moment: f"{moment:%Y-%m-%dT%H:%M}{offset(moment, 'colon')}",
    lambda moment: f"{moment:%Y-%m-%d %H:%M:%S} {offset(moment, 'plain')}",
    lambda moment: f"{moment:%Y-%m-%d %H:%M:%S}{offset(moment, 'greenwich')}",
    lambda moment: (
        f"{WEEKDAYS[moment.weekday()]} {MONTHS[moment.month - 1]} {moment:%d %Y %H:%M:%S}"
        f"{offset(moment, 'greenwich')} (somewhere)"
    ),
    lambda moment: (
        f"{WEEKDAYS[moment.weekday()]}, {moment.day} {MONTHS[moment.month - 1]} {moment:%Y %H:%M:%S} "
        f"{offset(moment, 'plain')}"
    ),
)
UTC_FORMS = (
    lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S}Z",
    lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S.}123Z",
    lambda moment: f"{moment:%Y-%m-%dt%H:%M:%S}z",
    lambda moment: f"{moment:%Y-%m-%d %I:%M:%S %p} UTC",
    lambda moment: f"{moment:%Y-%m-%dT%H%M%S}Z",
    lambda moment: f"{moment:%Y-%m-%d %H:%M:%S} UTC",
    lambda moment: f"{moment:%Y-%m-%d %H:%M:%S}+00",
    lambda moment: f"{WEEKDAYS[moment.weekday()]} {MONTHS[moment.month - 1]} {moment:%d %H:%M:%S} GMT {moment.year}",
    lambda moment: f"{WEEKDAYS[moment.weekday()]}, {moment:%d} {MONTHS[moment.month - 1]} {moment:%Y %H:%M:%S} GMT",
)


@given(MOMENTS, ZONES, st.sampled_from(ZONED))
def test_a_time_with_a_zone_is_the_day_that_it_was_in_china(moment: datetime, zone: timezone, form) -> None:  # type: ignore[no-untyped-def]
    written = form(moment.replace(tzinfo=zone))
    day = moment.replace(tzinfo=zone).astimezone(CHINA).date().isoformat()
    assert read_date(written).iso == day
    assert parse_china_date(written) == day
    assert parse_china_date(int(moment.replace(tzinfo=zone).timestamp() * 1000)) == day
    if written[:1].isdigit():
        assert first_iso_date(f"关于供水的通知 {written} 云溪日报") == day


@given(MOMENTS, st.sampled_from(UTC_FORMS))
def test_a_time_in_utc_is_the_day_that_it_was_in_china(moment: datetime, form) -> None:  # type: ignore[no-untyped-def]
    day = moment.replace(tzinfo=UTC).astimezone(CHINA).date().isoformat()
    assert read_date(form(moment)).iso == day
    assert parse_china_date(form(moment)) == day


@given(MOMENTS, ZONES, st.sampled_from(["%Y%m%dT%H%M%S%z", "%Y%m%dT%H%M%S.123%z", "%Y%m%dT%H%M%z"]))
def test_the_basic_format_is_the_same_day(moment: datetime, zone: timezone, form: str) -> None:
    there = moment.replace(tzinfo=zone)
    assert read_date(there.strftime(form)).iso == there.astimezone(CHINA).date().isoformat()


@given(DAYS)
def test_the_end_of_a_day_and_an_hour_alone(day: date) -> None:
    assert read_date(f"{day}T24:00:00Z").iso == (day + timedelta(days=1)).isoformat()
    assert read_date(f"{day}T16Z").iso == (day + timedelta(days=1)).isoformat()
    assert read_date(f"{day}T15+08").iso == day.isoformat()


@given(MOMENTS, st.sampled_from(["T%H:%M:%S", " %H:%M", " %H:%M:%S CST", " %H:%M-17:30", "T%H:%M:%S+99:00", " 24:61Z"]))
def test_a_time_without_a_zone_stays_as_it_is_written(moment: datetime, form: str) -> None:
    written = f"{moment:%Y-%m-%d}{moment.strftime(form)}"
    assert (read_date(written).iso, first_iso_date(written)) == (written[:10], written[:10])


@given(DAYS)
def test_numbers_and_strings_of_json_are_the_same_day(day: date) -> None:
    seconds = int(datetime(day.year, day.month, day.day, tzinfo=CHINA).timestamp())
    numbers = (seconds, seconds * 1000, int(f"{day:%Y%m%d}"), int(f"{day:%Y%m%d}163000"))
    assert {parse_china_date(number) for number in numbers} == {day.isoformat()}
    assert {parse_china_date(str(number)) for number in numbers} == {day.isoformat()}
    assert parse_china_date(f"/Date({seconds}000+0800)/") == day.isoformat()


PARTS = (
    lambda day: f"{day.year}.{day.month}",
    lambda day: f"{day.year}年{day.month}月",
    lambda day: f"{day.year}年",
    lambda day: f"{day:%Y-%m}",
    lambda day: f"{day.month}月{day.day}日",
    lambda day: f"{chinese(day.month)}月{chinese(day.day)}日",
    lambda day: f"{day:%m-%d}",
    lambda day: f"{day.year - 1911}年{day.month}月{day.day}日",
)


@given(DAYS, st.sampled_from(PARTS))
def test_what_lacks_its_year_month_or_day_is_refused_and_not_completed(day: date, form) -> None:  # type: ignore[no-untyped-def]
    read = read_date(form(day))
    assert (read.iso, read.flag) == (None, "incomplete")
    assert parse_china_date(form(day)) is None


JSON_FORMS = (
    lambda moment, at: {"time": at, "year": moment.year - 1900, "month": moment.month - 1, "day": 0},
    lambda moment, at: [moment.year, moment.month, moment.day, moment.hour, moment.minute],
    lambda moment, at: [moment.year, moment.month, moment.day],
    lambda moment, at: f"/Date({at}+0800)/",
    lambda moment, at: f"\\/Date({at})\\/",
    lambda moment, at: float(at),
    lambda moment, at: repr(at / 10 ** (len(str(at)) - 1)) + f"E{len(str(at)) - 1}",
)
"""What Java and .NET write of a date where nobody says how."""


@given(MOMENTS, st.sampled_from(JSON_FORMS))
def test_dates_as_programs_write_them_in_json(moment: datetime, form) -> None:  # type: ignore[no-untyped-def]
    at = int(moment.replace(tzinfo=CHINA, microsecond=0).timestamp()) * 1000
    assert parse_china_date(form(moment, at)) == moment.date().isoformat()


@pytest.mark.parametrize(
    "value", [{}, [], [2023, 13, 1], ["a", "b", "c"], {"time": {"time": 1}}, [[2023], 5], {"t": 1}]
)
def test_other_values_of_json_are_no_dates(value: object) -> None:
    assert parse_china_date(value) is None


@given(st.integers(0, 99_999), st.sampled_from(["{}", "{}.0", "{}.6875", "{} "]))
def test_serial_days_of_spreadsheets_years_and_counts_are_no_dates(number: int, form: str) -> None:
    assert read_date(form.format(number)).iso is None
    assert parse_china_date(number) is None
    assert parse_china_date(form.format(number)) is None


@given(st.text(alphabet="0123456789-/.:年月日TZ+GMT 民国一二十〇", max_size=40), st.integers())
def test_no_text_and_no_number_raises(text: str, number: int) -> None:
    read = read_date(text)
    assert read.iso or read.flag or not text.strip()
    for day in (first_iso_date(text), parse_china_date(text), parse_china_date(number), read.iso):
        assert day is None or date.fromisoformat(day)


@pytest.mark.parametrize(("text", "flag"), [("2023-05-08T16:30:00Z", "future"), ("2023-05-09", "future")])
def test_the_day_in_china_is_compared_with_the_day_of_the_capture(text: str, flag: str) -> None:
    assert read_date(text, date(2023, 5, 8)).flag == flag
    assert read_date(text, date(2023, 5, 9)).iso == "2023-05-09"


@pytest.mark.parametrize(
    ("written", "iso"),
    [("13.05.2023", "2023-05-13"), ("05-13-2023", "2023-05-13"), ("05.06.2023", None), ("5-6-2023", None)],
)
def test_a_day_whose_year_comes_last_counts_if_it_is_certain(written: str, iso: str | None) -> None:
    assert read_date(written).iso == iso


@pytest.mark.parametrize("written", ["2020、21、22年", "第12-13-14号", "1.2.3", "0 1 2 3", "二 〇 二 三"])
def test_what_only_looks_like_a_day_is_none(written: str) -> None:
    assert read_date(written).iso is None


@pytest.mark.parametrize("zero", ZEROS)
def test_the_zero_of_a_year_is_known_in_a_line(zero: str) -> None:
    assert re.fullmatch(SIGNED_DATE, f"二{zero}二三年五月九日")
    assert dates_in_digits(f"云溪日报 二{zero}二三年五月九日") == "云溪日报 2023-05-09"


@given(DAYS)
def test_an_object_that_a_program_makes_of_a_day_is_that_day(day: date) -> None:
    parts = {"year": day.year, "month": day.month, "day": day.day}
    moment = datetime(day.year, day.month, day.day, tzinfo=CHINA)
    seconds = int(moment.timestamp())
    for written in (
        parts,
        {"date": parts, "time": {"hour": 0, "minute": 0, "second": 0}},
        {"year": day.year, "month": "MAY", "monthValue": day.month, "dayOfMonth": day.day, "hour": 8},
        {"$date": moment.astimezone(UTC).isoformat()},
        {"$date": seconds * 1000},
        {"seconds": seconds, "nanos": 0},
        {"time": seconds * 1000, "year": day.year - 1900, "month": day.month - 1, "date": day.day},
    ):
        assert parse_china_date(written) == day.isoformat()


@pytest.mark.parametrize(
    "written", [{}, {"year": 2023}, {"year": 2023, "month": "MAY", "day": 9}, {"time": {"hour": 1}}]
)
def test_an_object_without_a_day_is_none(written: dict[str, object]) -> None:
    assert parse_china_date(written) is None
