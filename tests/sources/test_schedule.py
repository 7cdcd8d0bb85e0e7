"""Sources are crawled at times of their own, spread over China's nights, and always the same ones."""

from collections import Counter

import pytest
from croniter import croniter
from hypothesis import given
from hypothesis import strategies as st

from etl.sources.schedule import NIGHT, checked_schedule, cron_line

IDS = [f"city-{number}" for number in range(1000)]


def line_of(schedule: str, source: str) -> list[str]:
    return (cron_line(schedule, source) or "").split()


@pytest.mark.parametrize(
    ("schedule", "line"),
    [
        ("@hourly", "54 * * * *"),
        ("@daily", "54 2 * * *"),
        ("@weekly", "54 2 * * 0"),
        ("@monthly", "54 2 22 * *"),
        ("*/10 8-18 * * 1-5", "*/10 8-18 * * 1-5"),
        ("@manual", None),
    ],
)
def test_the_time_of_a_source_never_changes(schedule: str, line: str | None) -> None:
    # A release that moved the times would crawl some sources twice in a night, and others not at all.
    assert cron_line(schedule, "csrc") == line


@pytest.mark.parametrize("schedule", ["@daily", "@weekly", "@monthly"])
def test_crawls_are_spread_over_the_night(schedule: str) -> None:
    times = Counter(tuple(map(int, line_of(schedule, each)[:2])) for each in IDS)
    assert all(0 <= hour * 60 + minute < NIGHT for minute, hour in times)
    assert max(times.values()) < 15, "a thousand sources over 300 minutes"
    assert len(times) > 250


@pytest.mark.parametrize(("schedule", "field", "days"), [("@weekly", 4, range(7)), ("@monthly", 2, range(1, 29))])
def test_weekly_and_monthly_crawls_are_spread_over_the_days(schedule: str, field: int, days: range) -> None:
    found = Counter(int(line_of(schedule, each)[field]) for each in IDS)
    assert set(found) == set(days)
    assert max(found.values()) < 2 * len(IDS) / len(days)


def test_hourly_crawls_are_spread_over_the_hour() -> None:
    assert len({cron_line("@hourly", each) for each in IDS}) == 60


def cron_fields(most: int) -> st.SearchStrategy[str]:
    """Fields of cron lines, right and wrong ones, with numbers up to `most`."""
    number = st.integers(0, most).map(str)
    spans = st.one_of(st.just("*"), number, st.tuples(number, number).map("-".join))
    parts = st.one_of(spans, st.tuples(spans, st.integers(0, 9).map(str)).map("/".join), st.text("*/,-0123456789"))
    return st.lists(parts, min_size=1, max_size=3).map(",".join)


@given(st.tuples(*map(cron_fields, (62, 25, 33, 13, 8))).map(" ".join))
def test_airflow_can_compute_the_next_time_of_each_line_that_is_accepted(line: str) -> None:
    # A line that it refuses would break the DAG file, and so the crawls of all other sources.
    try:
        checked_schedule(line)
    except ValueError:
        return
    assert croniter(line).get_next() > 0


@pytest.mark.parametrize("line", ["0 3 * * 1", "*/10 8-18 * * 1-5", "0 22-2 29 2 *", "5,35 0 1-7/2 * 7", "0 0 31 2 1"])
def test_lines_that_are_due_some_day_are_accepted(line: str) -> None:
    assert croniter(line).get_next() > 0
    assert checked_schedule(line) == line
