"""When a request may be made: the pace of its host, which all sources share, and what the host asked for.

A request takes a turn in the host's queue, waits for it and begins it. The pace counts from where the last turn began,
so a request that is late (a busy event loop, a slow handshake) moves the one behind it instead of closing up to it.

A host of which no source needs a pace is asked freely: whether that is still so is looked up every `FREE_SECONDS`.
"""

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from etl.fetch.host_registry import HostRegistry, Turn

Trace = Callable[[str, Mapping[str, Any]], Awaitable[None]]
MAX_WAIT_SECONDS = 120.0
"""Longest wait for a host that asked to be left alone; for more the page fails now, and the next run fetches it."""
MAX_RETRY_AFTER_SECONDS = 86_400.0
"""A longer `Retry-After` is cut to this: a mistake, or malice, must not keep a host out of the archive for years."""
FREE_SECONDS = 2.0
"""So long a host that may be asked freely is not looked up: so soon what others find and set is noticed."""
_LATE_SHARE, _LATE_SECONDS, _LATE_TIMES = 0.03, 0.01, 5
"""A turn is late that begins after so much of the pace; it then begins again, at most so many times."""
_CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")
_SECONDS = re.compile(r"\d+(?:\.\d*)?", re.ASCII)


class HostPostponed(Exception):
    """The host must not be asked for another `seconds`."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} must not be asked for {seconds:.0f} s")
        self.host, self.seconds = host, seconds


@dataclass
class _Known:
    """What one source knows of a host. Moments are those of `time.monotonic`.

    `registered`: the pace that it asked for, as the registry was told; `pace`: that which holds, of all its sources.
    """

    registered: float = -1.0
    pace: float = 0.0
    free_until: float = 0.0
    next_turn_at: float = 0.0
    postponed_until: float = 0.0
    has_failed: bool = False
    """Whether the registry counts failures."""
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the registry is asked for, or told, what decides whether the host is free."""
    turning: asyncio.Lock = field(default_factory=asyncio.Lock)


class Pace:
    """The turns of one source at its hosts, and what their answers say of them."""

    def __init__(self, source: str, delay: float, hosts: HostRegistry) -> None:
        self._source, self._delay, self._hosts = source, delay, hosts
        self._known: defaultdict[str, _Known] = defaultdict(_Known)

    async def wait(self, host: str, crawl_delay: float = 0.0) -> Trace | None:
        """Wait until a request may be made, at the slowest pace of all sources of the host; make it at once then.

        `crawl_delay`: that of the host's robots.txt, in seconds. Returns httpcore's extension `trace` for the request:
        if it has to connect first, its turn begins when it has; None for a host that is asked freely. Raises
        `HostPostponed` for a wait over `MAX_WAIT_SECONDS` that the host asked for; no turn is taken then.
        """
        known, delay = self._known[host], max(self._delay, crawl_delay)
        if known.registered != delay:
            known.pace = await asyncio.to_thread(self._hosts.set_pace, host, self._source, delay)
            known.registered = delay
        if not known.pace and await self._is_free(host, known):
            return None
        # One turn at a time is taken, when it may begin at once as far as is known here: that is one statement.
        async with known.turning:
            await asyncio.sleep(known.next_turn_at - time.monotonic())
            turn, requested_at = await _timed(lambda: self._hosts.reserve(host, MAX_WAIT_SECONDS))
            known.pace, known.has_failed = turn.pace, turn.has_failed
            began = turn.began
            if began is None or _is_late(requested_at, known.pace):
                began = await self._begin(host, known, turn)
            known.next_turn_at = time.monotonic() + known.pace

        async def trace(event: str, _: Mapping[str, Any]) -> None:
            nonlocal began
            if event in _CONNECTED and known.pace:
                began = await self._begin(host, known, Turn(0.0, began))
                known.next_turn_at = time.monotonic() + known.pace

        return trace

    async def _is_free(self, host: str, known: _Known) -> bool:
        """Whether no source needs a pace of the host, and it is not postponed."""
        if known.free_until > time.monotonic():
            return True
        async with known.looking:
            if known.free_until > (now := time.monotonic()):
                return True
            standing = await asyncio.to_thread(self._hosts.standing, host)
            known.pace, known.has_failed = standing.pace, standing.has_failed
            known.free_until = now + FREE_SECONDS if standing.is_free else 0.0
            return standing.is_free

    async def _begin(self, host: str, known: _Known, turn: Turn) -> object | None:
        """Wait for the turn and begin it, in time; returns when it began."""
        late = 0
        while True:
            if turn.postponed > MAX_WAIT_SECONDS:
                known.postponed_until = time.monotonic() + turn.postponed
                raise HostPostponed(host, turn.postponed)
            await asyncio.sleep(turn.wait)
            began = turn.began
            turn, requested_at = await _timed(lambda: self._hosts.begin(host, began))  # noqa: B023
            if turn.began is not None:
                late += 1
                if late == _LATE_TIMES or not _is_late(requested_at, known.pace):
                    return turn.began

    def is_postponed(self, host: str) -> bool:
        """Whether `wait` raised `HostPostponed` and the time has not passed: nothing was asked, so nothing failed."""
        return self._known[host].postponed_until > time.monotonic()

    async def answered(self, host: str) -> None:
        """The host has answered: failures that were counted are forgotten."""
        if (known := self._known[host]).has_failed:
            known.has_failed = False
            await asyncio.to_thread(self._hosts.record_success, host)

    async def failed(self, host: str, delay: float) -> None:
        """The host has failed: from the third time in a row on it is postponed, doubling from `delay` seconds."""
        known = self._known[host]
        async with known.looking:
            await asyncio.to_thread(self._hosts.record_failure, host, delay)
            known.has_failed, known.free_until = True, 0.0

    async def postpone(self, host: str, seconds: float, retry_after: str) -> None:
        """The host has asked for it with `Retry-After`, of the value `retry_after`."""
        known = self._known[host]
        async with known.looking:
            await asyncio.to_thread(self._hosts.postpone, host, seconds, retry_after)
            known.free_until = 0.0


def _is_late(requested_at: float, pace: float) -> bool:
    """Whether so much time has passed since a turn began that the one behind it would come too close."""
    return pace > 0 and time.monotonic() - requested_at > max(_LATE_SECONDS, pace * _LATE_SHARE)


async def _timed(ask: Callable[[], Turn]) -> tuple[Turn, float]:
    """The answer, and when it was asked for: a thread may have to wait before that, and the loop after it."""

    def timed() -> tuple[Turn, float]:
        requested_at = time.monotonic()
        return ask(), requested_at

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
