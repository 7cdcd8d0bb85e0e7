"""What the browser asks of the scheduler that runs the crawls, which it does not know: Airflow's plugin answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class NextCrawl:
    """When a source is crawled next; `at` is None where it has no schedule, and means nothing while it is paused."""

    paused: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class RunLinks:
    """Where the scheduler shows a run, and the log of its last task."""

    run: str
    log: str | None


class Scheduler(Protocol):
    """Knows when sources are crawled, and its own pages."""

    def next_crawls(self) -> Mapping[str, NextCrawl]:
        """By source id; sources that it does not crawl are missing."""

    def run_links(self, kind: str, source: str, key: str) -> RunLinks | None:
        """Its pages of a run, given by what the archive knows; None for one that it did not start."""


class NoScheduler:
    """Where the browser runs by itself."""

    def next_crawls(self) -> Mapping[str, NextCrawl]:
        """None."""
        return {}

    def run_links(self, kind: str, source: str, key: str) -> RunLinks | None:
        """None."""
        return None
