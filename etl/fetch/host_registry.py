"""The registry of hosts: their queue of turns, failures and robots.txt. Shared by all tasks and machines.

`etl.archive.storage.host_registry` stores it in PostgreSQL.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from etl.outside import Outside

PACE_LIFETIME = timedelta(days=30)
"""The pace of a source that has not requested a host for so long no longer applies to other sources."""
EARLY_SHARE = 0.01
"""A turn may begin early by this share of the pace, as timers and threads are not more exact."""


@dataclass(frozen=True, slots=True)
class CachedRobots(Outside):
    """The last response for a host's robots.txt. If the host was unreachable, `status` is None and `text` the
    reason."""

    TEXTS = frozenset({"text"})
    status: int | None
    text: str
    fetched_at: datetime

    @property
    def answered(self) -> bool:
        """Whether the response decides what is allowed. If not (host unreachable, or 5xx), it is requested again."""
        return self.status is not None and self.status < 500


@dataclass(frozen=True, slots=True)
class Turn:
    """A request's turn at a host. `began`: when it began, to be passed to `begin` if it begins again; None if it has
    not begun.

    `wait`: seconds until it may begin. `postponed`: seconds for which the host must not be requested at all, and
    `by_request`: whether by its own `Retry-After`, not for its failures. A reserved turn also has the host's `pace`,
    the slowest of its sources, and `has_failed`: whether failures are counted.
    """

    wait: float
    began: object | None
    postponed: float = 0.0
    by_request: bool = False
    pace: float = 0.0
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class HostStatus:
    """The current status of a host. `pace`: the slowest of its sources, in seconds between requests. `is_postponed`:
    whether it must not be requested now. `has_failed`: whether failures are counted."""

    pace: float
    is_postponed: bool
    has_failed: bool

    @property
    def is_free(self) -> bool:
        """Whether it may be requested without a turn."""
        return not self.pace and not self.is_postponed


class HostRegistry(Protocol):
    """Stores the state of hosts. Every call is one short transaction, safe for concurrent tasks."""

    def set_pace(self, host: str, source: str, delay: float) -> float:
        """Sets the pace of a source at the host, in seconds between requests.

        Returns the pace that applies: the slowest of all sources that requested the host within `PACE_LIFETIME`.
        """

    def host_status(self, host: str) -> HostStatus:
        """The status of a host for which `set_pace` was called."""

    def reserve(self, host: str, at_most: float) -> Turn:
        """Takes the next turn in the host's queue; it begins at once if the queue is empty.

        Takes no turn if the host is postponed for more than `at_most` seconds.
        """

    def begin(self, host: str, began: object | None) -> Turn:
        """Begins a turn when its time has come, or returns how long it still must wait.

        `began`: if the same turn has begun before, its `began`. It then begins again, unless another turn has begun in
        between.
        """

    def postpone(self, host: str, seconds: float, retry_after: str) -> None:
        """Forbids requests to the host for `seconds`; `retry_after`: the header as the host sent it."""

    def record_failure(self, host: str, delay: float) -> None:
        """Counts a failure. From the third in a row on, postpones the host, first for `delay` seconds, then for twice
        as long each time, up to an hour."""

    def record_success(self, host: str) -> None:
        """Resets the count of failures."""

    def cached_robots(self, host: str) -> CachedRobots | None:
        """The cached robots.txt of any age, or None."""

    def cache_robots(self, host: str, robots: CachedRobots) -> None:
        """Stores a response for robots.txt."""


@dataclass
class LocalHostRegistry:
    """A registry in memory, for commands that request a site without an archive, for one source."""

    _pace: dict[str, float] = field(default_factory=dict)
    _free_at: dict[str, float] = field(default_factory=dict)
    _began: dict[str, float] = field(default_factory=dict)
    _postponed: dict[str, float] = field(default_factory=dict)
    _by_request: set[str] = field(default_factory=set)
    _robots: dict[str, CachedRobots] = field(default_factory=dict)

    def set_pace(self, host: str, source: str, delay: float) -> float:
        self._pace[host] = delay
        return delay

    def host_status(self, host: str) -> HostStatus:
        return HostStatus(self._pace[host], self._postponed.get(host, 0.0) > time.monotonic(), False)

    def reserve(self, host: str, at_most: float) -> Turn:
        now = time.monotonic()
        postponed = max(0.0, self._postponed.get(host, now) - now)
        if postponed > at_most:
            return Turn(postponed, None, postponed, host in self._by_request, self._pace[host])
        free_at, pace = max(now + postponed, self._free_at.get(host, now)), self._pace[host]
        self._free_at[host] = free_at + pace
        began = None if free_at > now else self.begin(host, None).began
        return Turn(free_at - now, began, postponed, host in self._by_request, pace)

    def begin(self, host: str, began: object | None) -> Turn:
        now = time.monotonic()
        postponed = max(0.0, self._postponed.get(host, now) - now)
        last = self._began.get(host)
        due = now if last is None or last == began else last + self._pace[host] * (1 - EARLY_SHARE)
        if wait := max(postponed, due - now):
            return Turn(wait, None, postponed, host in self._by_request)
        self._began[host] = now
        self._free_at[host] = max(self._free_at.get(host, now), now + self._pace[host])
        return Turn(0.0, now)

    def postpone(self, host: str, seconds: float, retry_after: str) -> None:
        until = time.monotonic() + seconds
        if until > self._postponed.get(host, 0.0):
            self._postponed[host] = until
            (self._by_request.add if retry_after else self._by_request.discard)(host)

    def record_failure(self, host: str, delay: float) -> None:
        self.postpone(host, delay, "")

    def record_success(self, host: str) -> None:
        """Failures are not counted here."""

    def cached_robots(self, host: str) -> CachedRobots | None:
        return self._robots.get(host)

    def cache_robots(self, host: str, robots: CachedRobots) -> None:
        self._robots[host] = robots
