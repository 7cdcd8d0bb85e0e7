"""When a request may be made: the pace of its host, which all sources share, and what the host asked for.

A request takes a turn in the host's queue, waits for it and begins it. The pace counts from where the last turn began,
so a request that is late (a busy event loop, a slow handshake) moves the one behind it instead of closing up to it.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from etl.fetch.host_registry import HostRegistry, Turn

Trace = Callable[[str, Mapping[str, Any]], Awaitable[None]]
MAX_WAIT_SECONDS = 120.0
"""Longest wait for a host that asked to be left alone; for more the page fails now, and the next run fetches it."""
MAX_RETRY_AFTER_SECONDS = 86_400.0
"""A longer `Retry-After` is cut to this: a mistake, or malice, must not keep a host out of the archive for years."""
_LATE_SHARE, _LATE_SECONDS, _LATE_TIMES = 0.03, 0.01, 5
"""A turn is late that begins after so much of the pace; it then begins again, at most so many times."""
_CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")
_SECONDS = re.compile(r"\d+(?:\.\d*)?", re.ASCII)


class HostPostponed(Exception):
    """The host must not be asked for another `seconds`."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} must not be asked for {seconds:.0f} s")
        self.host, self.seconds = host, seconds


class Pace:
    """The turns of one source at its hosts."""

    def __init__(self, source: str, delay: float, hosts: HostRegistry) -> None:
        self._source, self._delay, self._hosts = source, delay, hosts
        self._told: dict[str, tuple[float, float]] = {}
        self._postponed: dict[str, float] = {}

    async def wait(self, host: str, crawl_delay: float = 0.0) -> Trace:
        """Wait until a request may be made, at the slowest pace of all sources of the host; make it at once then.

        `crawl_delay`: that of the host's robots.txt, in seconds. Returns httpcore's extension `trace` for the request:
        if it has to connect first, its turn begins when it has. Raises `HostPostponed` for a wait over
        `MAX_WAIT_SECONDS` that the host asked for; no turn is taken then.
        """
        pace = await self._tell(host, max(self._delay, crawl_delay))
        turn, asked = await _timed(lambda: self._hosts.reserve(host, MAX_WAIT_SECONDS))
        began = turn.began
        if began is None or _is_late(asked, pace):
            began = await self._begin(host, pace, turn)

        async def trace(event: str, _: Mapping[str, Any]) -> None:
            nonlocal began
            if event in _CONNECTED and pace:
                began = await self._begin(host, pace, Turn(0.0, began))

        return trace

    async def _begin(self, host: str, pace: float, turn: Turn) -> object | None:
        """Wait for the turn and begin it, in time; returns when it began."""
        late = 0
        while True:
            if turn.postponed > MAX_WAIT_SECONDS:
                self._postponed[host] = time.monotonic() + turn.postponed
                raise HostPostponed(host, turn.postponed)
            await asyncio.sleep(turn.wait)
            began = turn.began
            turn, asked = await _timed(lambda: self._hosts.begin(host, began))  # noqa: B023
            if turn.began is not None:
                late += 1
                if late == _LATE_TIMES or not _is_late(asked, pace):
                    return turn.began

    def is_postponed(self, host: str) -> bool:
        """Whether `wait` raised `HostPostponed` and the time has not passed: nothing was asked, so nothing failed."""
        return self._postponed.get(host, 0.0) > time.monotonic()

    async def _tell(self, host: str, delay: float) -> float:
        """Say which pace the source needs of the host; returns the one that holds."""
        told, pace = self._told.get(host, (-1.0, 0.0))
        if told != delay:
            pace = await asyncio.to_thread(self._hosts.set_pace, host, self._source, delay)
            self._told[host] = delay, pace
        return pace


def _is_late(asked: float, pace: float) -> bool:
    """Whether so much time has passed since a turn began that the one behind it would come too close."""
    return pace > 0 and time.monotonic() - asked > max(_LATE_SECONDS, pace * _LATE_SHARE)


async def _timed(ask: Callable[[], Turn]) -> tuple[Turn, float]:
    """The answer, and when it was asked for: a thread may have to wait before that, and the loop after it."""

    def timed() -> tuple[Turn, float]:
        asked = time.monotonic()
        return ask(), asked

    return await asyncio.to_thread(timed)


def retry_after_seconds(value: str, now: datetime) -> float:
    """Seconds to wait by a header `Retry-After`: RFC 9110, 10.2.3, all three forms of a date, and fractions.

    From 0 to `MAX_RETRY_AFTER_SECONDS`. 0 for a time that has passed, and for what is neither a number nor a date.
    """
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), MAX_RETRY_AFTER_SECONDS)
    try:
        date = parsedate_to_datetime(value)
        seconds = ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0.0
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)
