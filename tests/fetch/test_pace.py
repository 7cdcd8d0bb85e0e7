"""The pace of a host: turns, the slowest of its sources, what it asks for, and what a person sees and lifts of it."""

import asyncio
import itertools
import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from etl.archive.storage.archive import Archive
from etl.fetch import pace as pacing
from etl.fetch.host_registry import HostRegistry, HostStatus, LocalHostRegistry, Turn
from etl.fetch.pace import MAX_RETRY_AFTER_SECONDS, HostPostponed, Pace, retry_after_seconds
from etl.settings import Settings
from tests.support.gongkai import CommandResult, gongkai, rows

HOST = "www.lanchuan.example"
NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)


@pytest.fixture(params=["database", "memory"])
def hosts(request: pytest.FixtureRequest) -> HostRegistry:
    """Both registries, which behave alike."""
    if request.param == "memory":
        return LocalHostRegistry()
    archive: Archive = request.getfixturevalue("archive")
    return archive.hosts


def move(archive: Archive, change: str) -> None:
    """Change the row of the host, as time would have."""
    with archive.engine.begin() as connection:
        connection.execute(text(f"UPDATE archive.host SET {change} WHERE name = :host"), {"host": HOST})


def test_turns_are_a_pace_apart_for_all_who_share_the_registry(hosts: HostRegistry) -> None:
    hosts.set_pace(HOST, "a", 60)
    first, *others = (hosts.reserve(HOST, 120) for _ in range(4))
    assert first.began is not None
    assert [turn.began for turn in others] == [None] * 3
    assert [turn.wait for turn in others] == pytest.approx([60, 120, 180], abs=9)


def test_a_turn_that_begins_late_moves_the_one_behind_it(archive: Archive) -> None:
    archive.hosts.set_pace(HOST, "a", 60)
    first, second = archive.hosts.reserve(HOST, 120), archive.hosts.reserve(HOST, 120)
    move(archive, "began_at = began_at - interval '50 seconds'")
    [moved] = rows(archive, "SELECT began_at FROM archive.host")
    assert archive.hosts.begin(HOST, second.began).wait == pytest.approx(60 * 0.98 - 50, abs=8)
    again = archive.hosts.begin(HOST, moved["began_at"])
    assert again.began is not None
    assert archive.hosts.begin(HOST, second.began).wait == pytest.approx(60 * 0.98, abs=9)
    assert archive.hosts.begin(HOST, first.began).began is None, "another one has begun in between"


def test_the_slowest_pace_of_the_sources_of_a_host_holds(archive: Archive) -> None:
    assert archive.hosts.set_pace(HOST, "slow", 60) == 60
    assert archive.hosts.set_pace(HOST, "fast", 0.5) == 60
    assert archive.hosts.set_pace("other.example", "fast", 0.5) == 0.5
    archive.hosts.reserve(HOST, 120)
    assert archive.hosts.reserve(HOST, 120).wait == pytest.approx(60, abs=9)
    assert archive.hosts.set_pace(HOST, "slow", 2) == 2, "its file was changed"


def test_a_source_that_asks_no_more_slows_nobody_down(archive: Archive) -> None:
    archive.hosts.set_pace(HOST, "gone", 60)
    long_ago = datetime.now(UTC) - timedelta(days=31)
    move(archive, f"paces = jsonb_set(paces, '{{gone,at}}', '\"{long_ago.isoformat()}\"')")
    assert archive.hosts.set_pace(HOST, "fast", 0.5) == 0.5


def test_a_host_that_is_postponed_takes_no_turns(hosts: HostRegistry) -> None:
    """Pages that give up must not make the wait longer for those that come later."""
    hosts.set_pace(HOST, "a", 30)
    hosts.postpone(HOST, 300, "300")
    for _ in range(10):
        assert hosts.reserve(HOST, 120).postponed == pytest.approx(300, abs=9)
    assert hosts.reserve(HOST, 1000).wait == pytest.approx(300, abs=9)


def test_a_turn_that_was_taken_waits_too_when_the_host_is_postponed(hosts: HostRegistry) -> None:
    hosts.set_pace(HOST, "a", 0.001)
    hosts.reserve(HOST, 120)
    hosts.postpone(HOST, 300, "300")
    turn = hosts.begin(HOST, None)
    assert turn.began is None
    assert turn.wait == pytest.approx(300, abs=9)


class Slow(LocalHostRegistry):
    """Answers late every third time, as a database does that is busy."""

    def begin(self, host: str, began: object | None) -> Turn:
        return self._late(super().begin(host, began))

    def reserve(self, host: str, at_most: float) -> Turn:
        return self._late(super().reserve(host, at_most))

    calls = itertools.count()

    def _late(self, turn: Turn) -> Turn:
        time.sleep(0.16 if next(self.calls) % 3 == 0 else 0)
        return turn


def test_requests_are_a_pace_apart_also_where_answers_are_late() -> None:
    pace, moments = Pace("a", 0.4, Slow()), []

    async def ask() -> None:
        await pace.wait(HOST)
        moments.append(time.monotonic())

    async def run() -> None:
        await asyncio.gather(*(ask() for _ in range(8)))

    asyncio.run(run())
    assert min(later - earlier for earlier, later in itertools.pairwise(moments)) > 0.32


def test_the_time_that_connecting_took_is_no_part_of_the_pace(archive: Archive) -> None:
    pace = Pace("a", 60, archive.hosts)

    async def run() -> Turn:
        trace = await pace.wait(HOST)
        await trace("connection.connect_tcp.started", {})
        [before] = rows(archive, "SELECT began_at FROM archive.host")
        await trace("connection.start_tls.complete", {})
        [after] = rows(archive, "SELECT began_at FROM archive.host")
        assert after["began_at"] > before["began_at"]
        return await asyncio.to_thread(archive.hosts.begin, HOST, None)

    assert asyncio.run(run()).wait == pytest.approx(60 * 0.98, abs=9)


class Counting(LocalHostRegistry):
    """Notes what is asked of it."""

    asked: list[str]

    def set_pace(self, host: str, source: str, delay: float) -> float:
        self.asked = []
        return super().set_pace(host, source, delay)

    def host_status(self, host: str) -> HostStatus:
        self.asked.append("standing")
        return super().host_status(host)

    def reserve(self, host: str, at_most: float) -> Turn:
        self.asked.append("reserve")
        return super().reserve(host, at_most)

    def begin(self, host: str, began: object | None) -> Turn:
        self.asked.append("begin")
        return super().begin(host, began)

    def record_success(self, host: str) -> None:
        self.asked.append("success")


def test_a_host_without_a_pace_is_looked_up_once_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "FREE_SECONDS", 1000)
    pace = Pace("a", 0, hosts := Counting())

    async def run() -> None:
        assert await asyncio.gather(*(pace.wait(HOST) for _ in range(50))) == [None] * 50
        await pace.answered(HOST)

    asyncio.run(run())
    assert hosts.asked == ["standing"]


def test_a_turn_that_nobody_disturbs_is_one_question(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "_is_late", lambda asked, pace: False)
    monkeypatch.setattr(archive.hosts, "begin", None)
    pace = Pace("a", 0.01, archive.hosts)

    async def run() -> None:
        assert None not in await asyncio.gather(*(pace.wait(HOST) for _ in range(4)))

    asyncio.run(run())


def test_a_pace_that_another_source_sets_is_noticed(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "FREE_SECONDS", 0)
    pace = Pace("free", 0, archive.hosts)

    async def run() -> Turn:
        assert await pace.wait(HOST) is None
        archive.hosts.set_pace(HOST, "slow", 60)
        assert await pace.wait(HOST) is not None
        return await asyncio.to_thread(archive.hosts.reserve, HOST, 120)

    assert asyncio.run(run()).wait == pytest.approx(60, abs=9)


def test_what_another_task_finds_out_of_a_host_is_noticed(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "FREE_SECONDS", 0)
    pace = Pace("free", 0, archive.hosts)

    async def run() -> None:
        archive.hosts.record_failure(HOST, 60)
        assert await pace.wait(HOST) is None
        await pace.answered(HOST)
        assert rows(archive, "SELECT failures FROM archive.host") == [{"failures": 0}]
        archive.hosts.postpone(HOST, 300, "300")
        with pytest.raises(HostPostponed):
            await pace.wait(HOST)

    asyncio.run(run())


def test_what_a_host_asks_for_holds_at_once_for_the_source_that_was_told(archive: Archive) -> None:
    pace, other = Pace("a", 0, archive.hosts), "other.example"

    async def run() -> None:
        assert await pace.wait(HOST) is None
        await pace.postpone(HOST, 300, "300")
        with pytest.raises(HostPostponed):
            await pace.wait(HOST)
        assert await pace.wait(other) is None
        for _ in range(3):
            await pace.failed(other, 600)
        with pytest.raises(HostPostponed):
            await pace.wait(other)

    asyncio.run(run())


def test_nothing_is_counted_as_failed_that_was_not_asked(archive: Archive) -> None:
    pace = Pace("a", 0, archive.hosts)
    archive.hosts.postpone(HOST, 300, "300")
    with pytest.raises(HostPostponed, match=r"for (29\d|300) s"):
        asyncio.run(pace.wait(HOST))
    assert pace.is_postponed(HOST)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120), (" 120 ", 120), ("0", 0), ("1.5", 1.5), ("007", 7),
        ("Fri, 27 Nov 2026 08:01:40 GMT", 100),
        ("Friday, 27-Nov-26 08:01:40 GMT", 100),
        ("Fri Nov 27 08:01:40 2026", 100),
        ("Fri, 27 Nov 2026 16:01:40 +0800", 100),
        ("Fri, 27 Nov 2026 07:00:00 GMT", 0),
        ("Fri, 31 Dec 2100 00:00:00 GMT", MAX_RETRY_AFTER_SECONDS),
        ("86401", MAX_RETRY_AFTER_SECONDS), ("9" * 5000, MAX_RETRY_AFTER_SECONDS),
        ("1e9", 0), ("-5", 0), ("", 0), ("soon", 0), ("²", 0), ("١٢", 0), ("inf", 0), ("nan", 0), ("0x10", 0),
        ("Fri, 27 Nov 99999 08:01:40 GMT", 0), ("Fri, 27 Nov 2026 08:01:40 +9999999999", 0),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_every_form(value: str, seconds: float) -> None:
    assert retry_after_seconds(value, NOW) == seconds


@given(
    st.one_of(st.text(), st.from_regex(r"\A[A-Z][a-z]{2}, \d+ Nov \d+ \d+:\d+:\d+ [+-]?\w*\Z"), st.floats().map(str))
)
def test_no_retry_after_is_longer_than_a_day(value: str) -> None:
    assert 0 <= retry_after_seconds(value, NOW) <= MAX_RETRY_AFTER_SECONDS


def test_hosts_shows_what_a_host_asked_for_and_lifts_it(archive: Archive, local_settings: Settings) -> None:
    archive.hosts.set_pace(HOST, "lanchuan", 2)
    archive.hosts.set_pace(HOST, "lanchuan-slow", 5)
    archive.hosts.postpone(HOST, MAX_RETRY_AFTER_SECONDS, "9" * 999 + "\0")

    def say(*words: str) -> CommandResult:
        return gongkai(local_settings, "hosts", *words)

    listed = say()
    assert listed.code == 0
    for part in (HOST, "5 s", "lanchuan-slow", "Retry-After: 999"):
        assert part in listed.out
    lifted = say(HOST, "--lift", "--who", "林馆员")
    assert f"{HOST} is no longer postponed" in lifted.out
    shown = say(HOST, "--json")
    [state] = json.loads(shown.out)
    assert (state["postponed_until"], state["retry_after"], state["lifted_by"]) == (None, None, "林馆员")
    assert archive.hosts.reserve(HOST, 120).began is not None
    for words, error in (
        ([HOST, "--lift"], "is not postponed"),
        (["nowhere.example"], "was never requested"),
        (["--lift"], "--lift needs a host"),
    ):
        refused = say(*words)
        assert refused.code == 1
        assert error in refused.err


def test_a_host_that_fails_is_postponed_and_says_so(archive: Archive, local_settings: Settings) -> None:
    for _ in range(4):
        archive.hosts.record_failure(HOST, 300)
    shown = gongkai(local_settings, "hosts")
    assert "4 failures in a row" in shown.out
