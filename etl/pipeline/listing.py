"""Stage one: walk the listing, newest first, and write down what it lists."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from etl.archive import Archive
from etl.archive.captures import Judged, save
from etl.archive.runs import (
    ColumnTold,
    Listed,
    ListedEntry,
    OpenRun,
    Options,
    keep_entries,
    keep_listed,
    known_entries,
    last_walk_was_complete,
    page_for,
)
from etl.fetch.client import Attempt, Fetcher, Request, fetcher
from etl.fetch.judge import judge
from etl.outcomes import Outcome
from etl.platforms import platform
from etl.platforms.base import Entry, ListingPage, ListingRequest, NotAListing, Platform
from etl.sources.schema import Source
from etl.web.page import read_page
from etl.web.urls import canonical_url

Tell = Callable[[int], None]
"""Called with the number of documents listed so far."""


@dataclass(frozen=True, slots=True)
class Walked:
    """One listing page of the walk: what was asked, every attempt, and what the page said, or why it said nothing."""

    request: ListingRequest
    attempts: tuple[Judged, ...]
    page: ListingPage | None
    reason: str


async def ask(fetch: Fetcher, family: Platform, request: ListingRequest) -> Walked:
    """Fetches one listing page and reads it; the attempts name no page yet."""
    attempts = await fetch.fetch(Request(request.url, request.method, request.headers, request.body))
    judged = [Judged(0, attempt, *judge(attempt)) for attempt in attempts]
    if judged[-1].outcome is not None:
        return Walked(request, tuple(judged), None, f"{judged[-1].outcome}: {judged[-1].reason}".rstrip(": "))
    try:
        page = read_listing(family, attempts[-1], request)
    except NotAListing as error:
        judged[-1] = replace(judged[-1], outcome=Outcome.NOT_A_LISTING, reason=str(error))
        return Walked(request, tuple(judged), None, f"{Outcome.NOT_A_LISTING}: {error}")
    return Walked(request, tuple(judged), page, "")


def read_listing(family: Platform, attempt: Attempt, request: ListingRequest) -> ListingPage:
    """What the answer lists. Raises `NotAListing`."""
    page = read_page(attempt.body or b"", attempt.final_url, attempt.header("content-type"))
    return family.read_listing(page, request)


def entries_by_url(page: ListingPage, base: str) -> tuple[dict[str, Entry], list[str]]:
    """The entries under their canonical URL, and the addresses that are none."""
    entries: dict[str, Entry] = {}
    broken = []
    for entry in page.entries:
        try:
            entries.setdefault(canonical_url(entry.url, base), entry)
        except ValueError as error:
            broken.append(str(error))
    return entries, broken


class Keeper(Protocol):
    """Where the walk leaves what it finds."""

    def saved(self, request: ListingRequest, attempts: Sequence[Judged]) -> None:
        """Keeps the attempts for a listing page."""

    def kept(self, column: str, entries: Mapping[str, Entry]) -> dict[str, ListedEntry]:
        """Keeps the entries (canonical URL → entry), and says which were known."""


async def list_catalog(archive: Archive, run: OpenRun, user_agent: str, tell: Tell = lambda listed: None) -> Listed:
    """Walks every column and writes down what is listed.

    A column's walk ends at its last page, at the run's limit, or at a whole page of known documents; the latter only
    if the run need not be full and the walk before this one was complete. A listing page that is lost is written
    down; the walk goes on elsewhere.
    """
    may_stop = not run.options.full and last_walk_was_complete(archive.engine, run)
    async with fetcher(run.source, archive.hosts, user_agent) as fetch:
        listed = await walk(run.source, run.options, fetch, _ArchiveKeeper(archive, run), may_stop, tell)
    keep_listed(archive.engine, run, listed)
    return listed


async def preview(
    archive: Archive, source: Source, options: Options, user_agent: str, tell: Tell = lambda listed: None
) -> tuple[Listed, dict[str, ListedEntry]]:
    """The same walk with nothing stored; returns also every document it found, by URL."""
    keeper = _DryKeeper(archive, source)
    async with fetcher(source, archive.hosts, user_agent) as fetch:
        listed = await walk(source, options, fetch, keeper, not options.full, tell)
    return listed, keeper.found


async def walk(source: Source, options: Options, fetch: Fetcher, keeper: Keeper, may_stop: bool, tell: Tell) -> Listed:
    """The walk itself, over every column of the source."""
    family, limit = platform(source.platform), options.limit or source.limits.pages
    waiting = deque(family.start(source))
    seen = {identity(request) for request in waiting}
    columns: dict[str, ColumnTold] = {}
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
        walked = await ask(fetch, family, request)
        await asyncio.to_thread(keeper.saved, request, walked.attempts)
        if walked.page is None:
            lost.append((request.url, walked.reason))
            continue
        entries, broken = entries_by_url(walked.page, walked.attempts[-1].attempt.final_url)
        problems += [f"an entry of {request.url} is {reason}" for reason in broken]
        kept = await asyncio.to_thread(keeper.kept, request.column, entries)
        documents |= kept.keys()
        all_known = may_stop and bool(kept) and all(entry.known for entry in kept.values())
        following = [
            item
            for item in walked.page.following
            if identity(item) not in seen and not (all_known and item.column == request.column)
        ]
        seen |= {identity(item) for item in following}
        # A column is walked to its end before the next one begins.
        waiting.extendleft(reversed(following))
        if told := _told(request.column, columns.get(request.column), walked.page, len(entries), all_known):
            columns[request.column] = told
        tell(len(documents))
    return Listed(tuple(columns.values()), tuple(lost), requests, tuple(problems))


def _told(name: str, before: ColumnTold | None, page: ListingPage, entries: int, stopped: bool) -> ColumnTold | None:
    if not entries and page.told_total is None and page.told_pages is None:
        return before
    before = before or ColumnTold(name, 0, 0)
    return ColumnTold(
        name,
        before.listed + entries,
        before.pages + 1,
        page.told_total if page.told_total is not None else before.told_total,
        page.told_pages if page.told_pages is not None else before.told_pages,
        whole=not (stopped and page.following),
    )


def identity(request: ListingRequest) -> str:
    """What tells one listing page from another: its address, and what is posted there."""
    return request.url + (f"#{request.method} {request.body.decode('utf-8', 'replace')}" if request.body else "")


class _ArchiveKeeper:
    def __init__(self, archive: Archive, run: OpenRun) -> None:
        self._archive, self._run = archive, run

    def saved(self, request: ListingRequest, attempts: Sequence[Judged]) -> None:
        with self._archive.engine.begin() as connection:
            page_id = page_for(connection, self._run.source.id, identity(request), "listing")
        numbered = [replace(attempt, page_id=page_id) for attempt in attempts]
        save(self._archive, self._run.batch("listing"), numbered)

    def kept(self, column: str, entries: Mapping[str, Entry]) -> dict[str, ListedEntry]:
        with self._archive.engine.begin() as connection:
            return keep_entries(connection, self._run, column, entries)


class _DryKeeper:
    def __init__(self, archive: Archive, source: Source) -> None:
        self._archive, self._source = archive, source
        self.found: dict[str, ListedEntry] = {}

    def saved(self, request: ListingRequest, attempts: Sequence[Judged]) -> None:
        """Nothing is stored."""

    def kept(self, column: str, entries: Mapping[str, Entry]) -> dict[str, ListedEntry]:
        with self._archive.engine.connect() as connection:
            known = known_entries(connection, self._source.id, entries, before=datetime.now(UTC))
        found = {url: known.get(url, ListedEntry(0, False)) for url in entries}
        self.found |= found
        return found
