"""Decides when a request may be made: by the host's pace, which all sources share, and by the host's own `Retry-After`.

A request takes a turn in the host's queue, waits for it and begins it. The pace is counted from the actual beginning of
the last turn. So if a request is late (a busy event loop, a slow handshake), the next one is moved too, and does not
follow too soon.

If no source needs a pace for a host, requests take no turns. Whether this is still so is checked every `FREE_SECONDS`.
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
"""Longest wait for a postponed host. If it is postponed for longer, the page fails now, and the next run fetches it."""
MAX_RETRY_AFTER_SECONDS = 86_400.0
"""Maximum for `Retry-After`, so that a mistake or malice cannot keep a host out of the archive for years."""
FREE_SECONDS = 2.0
"""How long a host counts as free after it was checked; changes by other tasks are noticed after this time."""
_LATE_SHARE, _LATE_SECONDS, _LATE_TIMES = 0.03, 0.01, 5
"""A turn that begins later than this share of the pace, or this many seconds, begins again, at most so many times."""
_CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")
_SECONDS = re.compile(r"\d+(?:\.\d*)?", re.ASCII)


class HostPostponed(Exception):
    """The host must not be requested for another `seconds`; `by_request`: by its `Retry-After`, not for failures."""

    def __init__(self, host: str, seconds: float, *, by_request: bool) -> None:
        super().__init__(f"{host} must not be requested for {seconds:.0f} s")
        self.host, self.seconds, self.by_request = host, seconds, by_request


@dataclass
class _HostState:
    """What this process knows of a host. Times are those of `time.monotonic`.

    `registered`: this source's pace in the registry; `pace`: the slowest of all sources, which applies.
    """

    registered: float = -1.0
    pace: float = 0.0
    free_until: float = 0.0
    next_turn_at: float = 0.0
    postponed_until: float = 0.0
    has_failed: bool = False
    """Whether the registry counts failures."""
    status_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the status of the host is read from the registry, or changed there."""
    turn_lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Pace:
    """The turns of one source at its hosts; records whether hosts answered or failed."""

    def __init__(self, source: str, delay: float, hosts: HostRegistry) -> None:
        self._source, self._delay, self._hosts = source, delay, hosts
        self._known: defaultdict[str, _HostState] = defaultdict(_HostState)

    async def wait(self, host: str, crawl_delay: float = 0.0) -> Trace | None:
        """Waits until a request may be made, at the slowest pace of all sources of the host; it must then be made at
        once.

        `crawl_delay`: that of the host's robots.txt, in seconds. Returns httpcore's extension `trace` for the request,
        which begins the turn again after connecting; None for a host without a pace. If the host is postponed for more
        than `MAX_WAIT_SECONDS`, takes no turn and raises `HostPostponed`.
        """
        known, delay = self._known[host], max(self._delay, crawl_delay)
        if known.registered != delay:
            known.pace = await asyncio.to_thread(self._hosts.set_pace, host, self._source, delay)
            known.registered = delay
        if not known.pace and await self._is_free(host, known):
            return None
        # One turn at a time is reserved, and only when it can probably begin at once, which takes a single statement.
        async with known.turn_lock:
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

    async def _is_free(self, host: str, known: _HostState) -> bool:
        """Whether no source needs a pace for the host, and it is not postponed."""
        if known.free_until > time.monotonic():
            return True
        async with known.status_lock:
            if known.free_until > (now := time.monotonic()):
                return True
            status = await asyncio.to_thread(self._hosts.host_status, host)
            known.pace, known.has_failed = status.pace, status.has_failed
            known.free_until = now + FREE_SECONDS if status.is_free else 0.0
            return status.is_free

    async def _begin(self, host: str, known: _HostState, turn: Turn) -> object | None:
        """Waits for the turn and begins it, without delay; returns when it began."""
        late = 0
        while True:
            if turn.postponed > MAX_WAIT_SECONDS:
                known.postponed_until = time.monotonic() + turn.postponed
                raise HostPostponed(host, turn.postponed, by_request=turn.by_request)
            await asyncio.sleep(turn.wait)
            began = turn.began
            turn, requested_at = await _timed(lambda: self._hosts.begin(host, began))  # noqa: B023
            if turn.began is not None:
                late += 1
                if late == _LATE_TIMES or not _is_late(requested_at, known.pace):
                    return turn.began

    def is_postponed(self, host: str) -> bool:
        """Whether `wait` raised `HostPostponed` and the postponement still lasts. Then no request was made, so it must
        not count as a failure."""
        return self._known[host].postponed_until > time.monotonic()

    async def answered(self, host: str) -> None:
        """Call it when the host has answered: resets its count of failures."""
        if (known := self._known[host]).has_failed:
            known.has_failed = False
            await asyncio.to_thread(self._hosts.record_success, host)

    async def failed(self, host: str, delay: float) -> None:
        """Call it when the host has failed. From the third failure in a row on, it is postponed, first for `delay`
        seconds, then for twice as long each time."""
        known = self._known[host]
        async with known.status_lock:
            await asyncio.to_thread(self._hosts.record_failure, host, delay)
            known.has_failed, known.free_until = True, 0.0

    async def postpone(self, host: str, seconds: float, retry_after: str) -> None:
        """Postpones the host because it sent `Retry-After`, with the value `retry_after`."""
        known = self._known[host]
        async with known.status_lock:
            await asyncio.to_thread(self._hosts.postpone, host, seconds, retry_after)
            known.free_until = 0.0


def _is_late(requested_at: float, pace: float) -> bool:
    """Whether so much time has passed since a turn began that the next one would follow too soon."""
    return pace > 0 and time.monotonic() - requested_at > max(_LATE_SECONDS, pace * _LATE_SHARE)


async def _timed(ask: Callable[[], Turn]) -> tuple[Turn, float]:
    """The turn, and when the registry was called. Measured in the thread, as it may have to wait before the call, and
    the event loop after it."""

    def timed() -> tuple[Turn, float]:
        requested_at = time.monotonic()
        return ask(), requested_at

    return await asyncio.to_thread(timed)


def retry_after_seconds(value: str, now: datetime) -> float:
    """Seconds to wait according to a header `Retry-After` (RFC 9110, 10.2.3), which may be a date in all three forms,
    or a number, also with a fraction. `now`: by the clock of the server.

    From 0 to `MAX_RETRY_AFTER_SECONDS`. 0 for a time that has passed, and for a value that is neither number nor date.
    """
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), MAX_RETRY_AFTER_SECONDS)
    if (date := http_date(value)) is None:
        return 0.0
    try:
        return min(max((date - now).total_seconds(), 0.0), MAX_RETRY_AFTER_SECONDS)
    except OverflowError:
        return 0.0


def http_date(value: str) -> datetime | None:
    """A date in any of the three forms of a header (RFC 9110, 5.6.7); None if it is none."""
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
