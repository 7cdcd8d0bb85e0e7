"""What a fetcher needs to know of a host, and must be told the same in every task, worker and machine.

`etl.archive.storage.host_registry` keeps it in Postgres.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CachedRobots:
    """The last answer for a host's robots.txt; where the host could not be reached, `status` is None and `text` why."""

    status: int | None
    text: str
    fetched_at: datetime

    @property
    def answered(self) -> bool:
        """Whether the host said what it allows. That it could not be reached holds for nobody who asks later."""
        return self.status is not None and self.status < 500


class HostRegistry(Protocol):
    """Keeps what is known of hosts. Every call is one short transaction, safe from many tasks at once."""

    def reserve(self, host: str, delay: float) -> float:
        """Takes the host's next free moment; returns the seconds until then. The one after is `delay` s later."""

    def postpone(self, host: str, seconds: float) -> None:
        """Nobody asks the host before so many seconds have passed (Retry-After)."""

    def record_failure(self, host: str, delay: float) -> None:
        """Counts a failure; from the third in a row on the host's next moment moves out, doubling up to an hour."""

    def record_success(self, host: str) -> None:
        """The host answered: the count of failures starts again."""

    def cached_robots(self, host: str) -> CachedRobots | None:
        """What was kept of robots.txt, however old."""

    def cache_robots(self, host: str, robots: CachedRobots) -> None:
        """Keeps an answer for robots.txt."""


@dataclass
class LocalHostRegistry:
    """The hosts of one process, for commands that look at a site without an archive."""

    _free_at: dict[str, float] = field(default_factory=dict)
    _robots: dict[str, CachedRobots] = field(default_factory=dict)

    def reserve(self, host: str, delay: float) -> float:
        now = time.monotonic()
        free_at = max(now, self._free_at.get(host, now))
        self._free_at[host] = free_at + delay
        return free_at - now

    def postpone(self, host: str, seconds: float) -> None:
        self._free_at[host] = max(self._free_at.get(host, 0.0), time.monotonic() + seconds)

    def record_failure(self, host: str, delay: float) -> None:
        self.postpone(host, delay)

    def record_success(self, host: str) -> None:
        """Nothing is counted."""

    def cached_robots(self, host: str) -> CachedRobots | None:
        return self._robots.get(host)

    def cache_robots(self, host: str, robots: CachedRobots) -> None:
        self._robots[host] = robots
