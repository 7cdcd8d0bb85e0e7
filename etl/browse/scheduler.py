"""What the browser asks of the scheduler that runs the crawls, which it does not know: Airflow's plugin answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from starlette.requests import Request


@dataclass(frozen=True, slots=True)
class NextCrawl:
    """When a source is crawled next; `at` is None where it has no schedule, and means nothing while it is paused.
    `link`: the page of the scheduler on which a crawl is started."""

    paused: bool
    at: datetime | None
    link: str


@dataclass(frozen=True, slots=True)
class RunLinks:
    """Where the scheduler shows a run, and the log of its last task."""

    run: str
    log: str | None


@dataclass(frozen=True, slots=True)
class RequestedFetch:
    """A fetch of one page that somebody asked for, as the scheduler has it. `key` is that of the archive's run."""

    key: str
    asked_by: str
    asked_at: datetime
    state: Literal["waiting", "running", "ended", "failed"]
    link: str


class Scheduler(Protocol):
    """Knows when sources are crawled, and its own pages; fetches one page again."""

    def next_crawls(self) -> Mapping[str, NextCrawl]:
        """By source id; sources that it does not crawl are missing."""

    def run_links(self, kind: str, source: str, key: str) -> RunLinks | None:
        """Its pages of a run, given by what the archive knows; None for one that it did not start."""

    def can_fetch(self, source: str) -> bool:
        """Whether it can fetch pages of the source."""

    def requested_fetch(self, page: int) -> RequestedFetch | None:
        """The last fetch of the page that was asked for."""

    def ask_fetch(self, request: Request, page: int, source: str, url: str) -> None:
        """Has the page fetched as soon as possible, in the name of whoever sent the request. Raises `Unavailable`."""


class NoScheduler:
    """Where the browser runs by itself."""

    def next_crawls(self) -> Mapping[str, NextCrawl]:
        """None."""
        return {}

    def run_links(self, kind: str, source: str, key: str) -> RunLinks | None:
        """None."""
        return None

    def can_fetch(self, source: str) -> bool:
        """No."""
        return False

    def requested_fetch(self, page: int) -> RequestedFetch | None:
        """None."""
        return None

    def ask_fetch(self, request: Request, page: int, source: str, url: str) -> None:
        """Never asked, as it can fetch nothing."""
        raise NotImplementedError
