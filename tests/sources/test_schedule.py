"""Sources are crawled at times of their own, spread over China's nights, and always the same ones."""

from collections import Counter

import pytest

from etl.sources.schedule import NIGHT, cron_line

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
