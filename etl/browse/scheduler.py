"""The browser's interface to the scheduler that runs the crawls; Airflow's plugin implements it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from starlette.requests import Request


@dataclass(frozen=True, slots=True)
class NextCrawl:
    """The next crawl of a source. `at`: None if it has no schedule; ignore it while `paused`. `link`: the scheduler's
    page on which a crawl can be started."""

    paused: bool
    at: datetime | None
    link: str


@dataclass(frozen=True, slots=True)
class RunLinks:
    """The scheduler's pages of a run and of the log of its last task."""

    run: str
    log: str | None


@dataclass(frozen=True, slots=True)
class RequestedFetch:
    """A requested fetch of one page in the scheduler. `key`: that of the archive's run."""

    key: str
    asked_by: str
    asked_at: datetime
    state: Literal["waiting", "running", "ended", "failed"]
    link: str


class Scheduler(Protocol):
    """Knows when sources are crawled, has pages of its own, and can fetch one page again."""

    def next_crawls(self) -> Mapping[str, NextCrawl]:
        """By source id; sources that it does not crawl are missing."""

    def run_links(self, kind: str, source: str, key: str) -> RunLinks | None:
        """Its pages of a run, found by the archive's values; None for a run that it did not start."""

    def can_fetch(self, source: str) -> bool:
        """Whether it can fetch pages of the source."""

    def requested_fetch(self, page: int) -> RequestedFetch | None:
        """The last requested fetch of the page."""

    def ask_fetch(self, request: Request, page: int, source: str, url: str) -> None:
        """Fetches the page as soon as possible, in the name of the user of the request. Raises `Unavailable`."""


class NoScheduler:
    """For a browser that runs without a scheduler."""

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
