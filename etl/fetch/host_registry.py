"""What a fetcher knows about a host: next free moment, failures, robots.txt. Shared by all tasks and machines.

`etl.archive.storage.host_registry` stores it in PostgreSQL.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from etl.outside import Outside

PACE_LIFETIME = timedelta(days=30)
"""A source that has not asked a host for so long does not slow the others down any more."""
EARLY_SHARE = 0.01
"""Share of the pace by which a turn may begin early: timers and threads are not more exact."""


@dataclass(frozen=True, slots=True)
class CachedRobots(Outside):
    """The last response for a host's robots.txt; if the host was unreachable, `status` is None, `text` the reason."""

    TEXTS = frozenset({"text"})
    status: int | None
    text: str
    fetched_at: datetime

    @property
    def answered(self) -> bool:
        """Whether the response decides what is allowed. An unreachable host or a 5xx is requested again."""
        return self.status is not None and self.status < 500


@dataclass(frozen=True, slots=True)
class Turn:
    """A request's turn at a host. `began`: when, to be handed back if it begins again; None if it has not begun.

    `wait`: seconds until it may begin. `postponed`: seconds for which the host must not be asked at all. One that is
    reserved tells of the host: `pace`, the slowest of its sources, and `has_failed`, whether failures are counted.
    """

    wait: float
    began: object | None
    postponed: float = 0.0
    pace: float = 0.0
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """The slowest pace of a host's sources in seconds a request, whether it is postponed, whether failures are
    counted."""

    pace: float
    is_postponed: bool
    has_failed: bool

    @property
    def is_free(self) -> bool:
        """Whether it may be asked without a turn."""
        return not self.pace and not self.is_postponed


class HostRegistry(Protocol):
    """Stores what is known about hosts. Every call is one short transaction, safe for concurrent tasks."""

    def set_pace(self, host: str, source: str, delay: float) -> float:
        """Say at which pace a source asks the host, in seconds a request.

        Returns the slowest pace of all sources that asked it within `PACE_LIFETIME`: the one that holds.
        """

    def standing(self, host: str) -> Standing:
        """What holds for the host, of which a pace was set."""

    def reserve(self, host: str, at_most: float) -> Turn:
        """Take the next turn of the host's queue; it begins at once if nobody is before it.

        No turn is taken if the host is postponed for more than `at_most` seconds.
        """

    def begin(self, host: str, began: object | None) -> Turn:
        """Begin a turn whose time has come, or say how long it still has to wait.

        `began`: of the same turn, if it began before: it begins anew, unless another one has begun in between.
        """

    def postpone(self, host: str, seconds: float, retry_after: str) -> None:
        """Let nobody request the host for `seconds`; `retry_after` is the header as the host sent it."""

    def record_failure(self, host: str, delay: float) -> None:
        """Count a failure. From the third in a row the host is postponed, doubling from `delay` up to an hour."""

    def record_success(self, host: str) -> None:
        """Reset the count of failures."""

    def cached_robots(self, host: str) -> CachedRobots | None:
        """The cached robots.txt, however old; None if there is none."""

    def cache_robots(self, host: str, robots: CachedRobots) -> None:
        """Store a response for robots.txt."""


@dataclass
class LocalHostRegistry:
    """A registry in memory, for commands that look at a site without an archive, with one source."""

    _pace: dict[str, float] = field(default_factory=dict)
    _free_at: dict[str, float] = field(default_factory=dict)
    _began: dict[str, float] = field(default_factory=dict)
    _postponed: dict[str, float] = field(default_factory=dict)
    _robots: dict[str, CachedRobots] = field(default_factory=dict)

    def set_pace(self, host: str, source: str, delay: float) -> float:
        self._pace[host] = delay
        return delay

    def standing(self, host: str) -> Standing:
        return Standing(self._pace[host], self._postponed.get(host, 0.0) > time.monotonic(), False)

    def reserve(self, host: str, at_most: float) -> Turn:
        now = time.monotonic()
        postponed = max(0.0, self._postponed.get(host, now) - now)
        if postponed > at_most:
            return Turn(postponed, None, postponed, self._pace[host])
        free_at, pace = max(now + postponed, self._free_at.get(host, now)), self._pace[host]
        self._free_at[host] = free_at + pace
        began = None if free_at > now else self.begin(host, None).began
        return Turn(free_at - now, began, postponed, pace)

    def begin(self, host: str, began: object | None) -> Turn:
        now = time.monotonic()
        postponed = max(0.0, self._postponed.get(host, now) - now)
        last = self._began.get(host)
        due = now if last is None or last == began else last + self._pace[host] * (1 - EARLY_SHARE)
        if wait := max(postponed, due - now):
            return Turn(wait, None, postponed)
        self._began[host] = now
        self._free_at[host] = max(self._free_at.get(host, now), now + self._pace[host])
        return Turn(0.0, now)

    def postpone(self, host: str, seconds: float, retry_after: str) -> None:
        self._postponed[host] = max(self._postponed.get(host, 0.0), time.monotonic() + seconds)

    def record_failure(self, host: str, delay: float) -> None:
        self.postpone(host, delay, "")

    def record_success(self, host: str) -> None:
        """Failures are not counted here."""

    def cached_robots(self, host: str) -> CachedRobots | None:
        return self._robots.get(host)

    def cache_robots(self, host: str, robots: CachedRobots) -> None:
        self._robots[host] = robots
