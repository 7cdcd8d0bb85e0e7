"""What a fetcher knows about a host: next free moment, failures, robots.txt. Shared by all tasks and machines.

`etl.archive.storage.host_registry` stores it in PostgreSQL.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CachedRobots:
    """The last response for a host's robots.txt; if the host was unreachable, `status` is None, `text` the reason."""

    status: int | None
    text: str
    fetched_at: datetime

    @property
    def answered(self) -> bool:
        """Whether the response decides what is allowed. An unreachable host or a 5xx is requested again."""
        return self.status is not None and self.status < 500


class HostRegistry(Protocol):
    """Stores what is known about hosts. Every call is one short transaction, safe for concurrent tasks."""

    def reserve(self, host: str, delay: float) -> float:
        """Take the host's next free moment; return the seconds until then. The one after is `delay` seconds later."""

    def postpone(self, host: str, seconds: float) -> None:
        """Let nobody request the host for `seconds` (Retry-After)."""

    def record_failure(self, host: str, delay: float) -> None:
        """Count a failure. From the third in a row the host's next moment is postponed, doubling up to an hour."""

    def record_success(self, host: str) -> None:
        """Reset the count of failures."""

    def cached_robots(self, host: str) -> CachedRobots | None:
        """The cached robots.txt, however old; None if there is none."""

    def cache_robots(self, host: str, robots: CachedRobots) -> None:
        """Store a response for robots.txt."""


@dataclass
class LocalHostRegistry:
    """A registry in memory, for commands that look at a site without an archive."""

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
        """Failures are not counted here."""

    def cached_robots(self, host: str) -> CachedRobots | None:
        return self._robots.get(host)

    def cache_robots(self, host: str, robots: CachedRobots) -> None:
        self._robots[host] = robots
