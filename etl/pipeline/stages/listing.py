"""Stage one: walk the listing, newest first, and write down what it lists."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from etl.archive.crawls.captures import ClassifiedAttempt, store_attempts
from etl.archive.crawls.run import CrawlOptions, ListingSummary, ListSummary, RunContext
from etl.archive.crawls.runs import (
    ListedEntry,
    known_entries,
    last_full_walk,
    last_walk_was_complete,
    save_listing_summary,
    upsert_listed_pages,
    upsert_page,
)
from etl.archive.storage.archive import Archive, Database
from etl.fetch.classify import classify
from etl.fetch.client import Attempt, Fetcher, Request, fetcher
from etl.outcomes import Outcome
from etl.platforms.base import Entry, ListingPage, ListingRequest, NotAListing, Platform
from etl.platforms.registry import platform
from etl.sources.schema import Source
from etl.web.page import read_page

Tell = Callable[[int], None]
"""Called with the number of documents listed so far."""


@dataclass(frozen=True, slots=True)
class ListingFetch:
    """One listing page of the walk: what was asked, every attempt, and what the page said, or why it said nothing."""

    request: ListingRequest
    attempts: tuple[ClassifiedAttempt, ...]
    page: ListingPage | None
    reason: str


async def fetch_listing_page(fetch: Fetcher, family: Platform, request: ListingRequest) -> ListingFetch:
    """Fetches one listing page and reads it; the attempts name no page yet."""
    attempts = await fetch.fetch(Request(request.url, request.method, request.headers, request.body))
    judged = [ClassifiedAttempt(0, attempt, *classify(attempt)) for attempt in attempts]
    if judged[-1].outcome is not None:
        return ListingFetch(request, tuple(judged), None, f"{judged[-1].outcome}: {judged[-1].reason}".rstrip(": "))
    try:
        page = read_listing(family, attempts[-1], request)
    except NotAListing as error:
        judged[-1] = replace(judged[-1], outcome=Outcome.NOT_A_LISTING, reason=str(error))
        return ListingFetch(request, tuple(judged), None, f"{Outcome.NOT_A_LISTING}: {error}")
    return ListingFetch(request, tuple(judged), page, "")


def read_listing(family: Platform, attempt: Attempt, request: ListingRequest) -> ListingPage:
    """What the answer lists. Raises `NotAListing`."""
    page = read_page(attempt.body or b"", attempt.final_url, attempt.header("content-type"))
    return family.read_listing(page, request)


def entries_by_url(page: ListingPage, base: str, source: Source) -> tuple[dict[str, Entry], list[str]]:
    """The entries under their canonical URL, and the addresses that are none."""
    entries: dict[str, Entry] = {}
    broken = []
    for entry in page.entries:
        try:
            entries.setdefault(source.canonical(entry.url, base), entry)
        except ValueError as error:
            broken.append(str(error))
    return entries, broken


class ListingSink(Protocol):
    """Where the walk leaves what it finds."""

    def save_attempts(self, request: ListingRequest, attempts: Sequence[ClassifiedAttempt]) -> None:
        """Keeps the attempts for a listing page."""

    def save_entries(self, column: str, entries: Mapping[str, Entry]) -> dict[str, ListedEntry]:
        """Keeps the entries (canonical URL → entry), and says which were known."""


async def list_catalog(
    archive: Archive, run: RunContext, user_agent: str, tell: Tell = lambda listed: None
) -> ListingSummary:
    """Walks every column and writes down what is listed.

    A column's walk ends at its last page, at the run's limit, or at a whole page of known documents; the latter only
    if no full walk is asked for or due, and the walk before this one was complete. A listing page that is lost is
    written down; the walk goes on elsewhere.
    """
    full = run.options.full or _full_walk_is_due(archive, run) or not last_walk_was_complete(archive.engine, run)
    async with fetcher(run.source, archive.hosts, user_agent) as fetch:
        listed = await walk(run.source, run.options, fetch, _ArchiveSink(archive, run), not full, tell)
    listed = replace(listed, full=full)
    save_listing_summary(archive, run, listed)
    return listed


def _full_walk_is_due(archive: Archive, run: RunContext) -> bool:
    """Pinned and back-dated entries break the order in which a list is walked: now and then it is walked whole."""
    with archive.engine.connect() as connection:
        before = last_full_walk(connection, run)
    return before is None or before.started_at <= run.started_at - timedelta(days=run.source.full_walk_days)


async def preview(
    archive: Database, source: Source, options: CrawlOptions, user_agent: str, tell: Tell = lambda listed: None
) -> tuple[ListingSummary, dict[str, ListedEntry]]:
    """The same walk with nothing stored; returns also every document it found, by URL."""
    keeper = _PreviewSink(archive, source)
    async with fetcher(source, archive.hosts, user_agent) as fetch:
        listed = await walk(source, options, fetch, keeper, not options.full, tell)
    return listed, keeper.found


MAX_BARREN_PAGES = 3
"""Listing pages in a row that list nothing new before the list is held for a trap (a calendar, say)."""


async def walk(
    source: Source, options: CrawlOptions, fetch: Fetcher, keeper: ListingSink, may_stop: bool, tell: Tell
) -> ListingSummary:
    """The walk itself, over every column of the source."""
    family, limit = platform(source.platform).for_source(source), options.limit or source.limits.pages
    waiting = deque(family.start(source))
    seen = {request_key(request) for request in waiting}
    columns: dict[str, _Column] = {}
    documents: set[str] = set()
    lost: list[tuple[str, str]] = []
    problems: list[str] = []
    requests = 0
    while waiting and len(documents) < limit:
        if requests >= source.limits.listing_pages:
            problems.append(
                f"the walk was stopped after {requests} listing pages: the catalog has no end, or limits.listing_pages "
                "is too small"
            )
            break
        request = waiting.popleft()
        requests += 1
        walked = await fetch_listing_page(fetch, family, request)
        await asyncio.to_thread(keeper.save_attempts, request, walked.attempts)
        if walked.page is None:
            lost.append((request.url, walked.reason))
            continue
        entries, broken = entries_by_url(walked.page, walked.attempts[-1].attempt.final_url, source)
        problems += [f"an entry of {request.url} is {reason}" for reason in broken]
        kept = await asyncio.to_thread(keeper.save_entries, request.column, entries)
        documents |= kept.keys()
        column = columns.setdefault(request.column, _Column(request.column))
        problems += column.add(request, walked.page, kept)
        all_known = may_stop and bool(kept) and all(entry.known for entry in kept.values())
        goes_on = column.goes_on and not all_known
        following = [
            item
            for item in walked.page.next_requests
            if request_key(item) not in seen and (goes_on or item.column != request.column)
        ]
        column.whole = column.whole and not (all_known and walked.page.next_requests)
        seen |= {request_key(item) for item in following}
        # A column is walked to its end before the next one begins.
        waiting.extendleft(reversed(following))
        tell(len(documents))
    if waiting and options.limit is None and len(documents) >= limit:
        problems.append(f"the walk was stopped after {len(documents)} documents: limits.pages is too small")
    told = tuple(column.told() for column in columns.values() if column.says_something)
    return ListingSummary(told, tuple(lost), requests, tuple(problems))


@dataclass(slots=True)
class _Column:
    """A list while it is walked."""

    name: str
    lines: int = 0
    pages: int = 0
    told_total: int | None = None
    told_pages: int | None = None
    whole: bool = True
    goes_on: bool = True
    _documents: set[str] = field(default_factory=set)
    _last: frozenset[str] = frozenset()
    _barren: int = 0

    def add(self, request: ListingRequest, page: ListingPage, kept: Mapping[str, ListedEntry]) -> Iterator[str]:
        """Takes a listing page in; gives what is odd about it."""
        self.pages += 1
        for name, told in (("told_total", page.reported_total), ("told_pages", page.reported_pages)):
            before = getattr(self, name)
            if told is not None and before is not None and told < before:
                what = "documents" if name == "told_total" else "pages"
                yield f"list {self.name!r} shrank from {before} to {told} {what} while it was walked"
            if told is not None:
                setattr(self, name, told)
        new = kept.keys() - self._documents
        # Some sites answer a page beyond the end with the last one again: that is an end, and the totals tell if not.
        repeated = bool(kept) and kept.keys() == self._last
        self._barren = 0 if new or repeated else self._barren + 1
        self.lines += 0 if repeated else len(page.entries)
        self._documents |= new
        self._last = frozenset(kept)
        self.goes_on = not repeated and self._barren < MAX_BARREN_PAGES
        if self._barren == MAX_BARREN_PAGES and page.next_requests:
            yield (
                f"list {self.name!r} leads in circles: {MAX_BARREN_PAGES} pages in a row up to {request.url} "
                "list nothing new"
            )

    @property
    def says_something(self) -> bool:
        return bool(self._documents) or self.told_total is not None or self.told_pages is not None

    def told(self) -> ListSummary:
        listed = len(self._documents)
        return ListSummary(self.name, self.lines, listed, self.pages, self.told_total, self.told_pages, self.whole)


def request_key(request: ListingRequest) -> str:
    """What tells one listing page from another: its address, and what is posted there."""
    return request.url + (f"#{request.method} {request.body.decode('utf-8', 'replace')}" if request.body else "")


class _ArchiveSink:
    def __init__(self, archive: Archive, run: RunContext) -> None:
        self._archive, self._run = archive, run

    def save_attempts(self, request: ListingRequest, attempts: Sequence[ClassifiedAttempt]) -> None:
        with self._archive.engine.begin() as connection:
            page_id = upsert_page(connection, self._run.source.id, request_key(request), "listing")
        numbered = [replace(attempt, page_id=page_id) for attempt in attempts]
        store_attempts(self._archive, self._run.batch("listing"), numbered)

    def save_entries(self, column: str, entries: Mapping[str, Entry]) -> dict[str, ListedEntry]:
        with self._archive.engine.begin() as connection:
            return upsert_listed_pages(connection, self._run, column, entries)


class _PreviewSink:
    def __init__(self, archive: Database, source: Source) -> None:
        self._archive, self._source = archive, source
        self.found: dict[str, ListedEntry] = {}

    def save_attempts(self, request: ListingRequest, attempts: Sequence[ClassifiedAttempt]) -> None:
        """Nothing is stored."""

    def save_entries(self, column: str, entries: Mapping[str, Entry]) -> dict[str, ListedEntry]:
        with self._archive.engine.connect() as connection:
            known = known_entries(connection, self._source.id, entries, before=datetime.now(UTC))
        found = {url: known.get(url, ListedEntry(0, False)) for url in entries}
        self.found |= found
        return found
