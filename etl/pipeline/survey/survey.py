"""Surveys a site that has no source file yet, and checks a source file against its live site.

Nothing is stored. Requests go through the same fetcher, address guard and pace as those of a crawl.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from typing import Any
from urllib.parse import urlsplit

from etl.clock import CHINA
from etl.errors import GongkaiError
from etl.extract import Extraction, extract
from etl.fetch.classify import classify
from etl.fetch.client import Fetcher, Request, fetcher
from etl.fetch.host_registry import LocalHostRegistry
from etl.pipeline.stages.catalog_walk import fetch_listing_page
from etl.platforms.base import CandidateList, Entry, ListingPage, ListingRequest, NotAListing, Platform
from etl.platforms.helpers.columns import column_key, feeds_of
from etl.platforms.listing import read_list_page
from etl.platforms.recognise import FamilyMatch, decide_family, recognise
from etl.platforms.registry import all_platforms, platform
from etl.reasons import english
from etl.sources.listing import Listing
from etl.sources.schema import Source, adhoc_source
from etl.web.page import WebPage, read_page

MAX_LEADING_PAGES = 8
"""Pages of a column that are fetched until one has an entry: a shell, its script, an empty list or two below it."""
MAX_DOCUMENTS_TRIED = 6
"""Documents that are fetched at most until enough could be read; any list has a dead link or two."""
DOCUMENTS_TO_READ = 2
"""Documents that a live check must be able to read."""


@dataclass(frozen=True, slots=True)
class ListProbe:
    """A list and its first page, or the reason why that could not be read; `below` counts the lists below it."""

    column: CandidateList
    page: ListingPage | None
    reason: str = ""
    below: int = 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.page.entries if self.page else ()


@dataclass(frozen=True, slots=True)
class Survey:
    """Result of surveying a page: the families whose signs it shows, the one that it belongs to, and its lists.

    `family` is None for a page of no known family; `proposed` is then the family for which `listing` (the key of a
    source file) was guessed.
    """

    page: WebPage
    candidates: tuple[FamilyMatch, ...]
    family: Platform | None
    proposed: Platform | None
    listing: Mapping[str, Any] | None
    columns: tuple[ListProbe, ...]


@dataclass(frozen=True, slots=True)
class DocumentProbe:
    """A document that was fetched for a check: its extraction, or the reason why there is none."""

    entry: Entry
    extraction: Extraction | None
    reason: str = ""


async def survey_site(
    url: str, user_agent: str, allow_private: bool, delay: float, max_lists: int, report_address: Callable[[str], None]
) -> Survey:
    """Fetches the page and the first pages of at most `max_lists` lists that it leads to. Raises `GongkaiError`."""
    source = _visitor(url, allow_private, delay)
    async with fetcher(source, LocalHostRegistry(), user_agent) as fetch:
        report_address(url)
        attempt = (await fetch.fetch(Request(url)))[-1]
        outcome, reason = classify(attempt)
        if outcome is not None:
            raise GongkaiError(
                f"{url}: {outcome}: {english(reason)}", hint="save the page in a browser and use --file PAGE --url URL"
            )
        page = read_page(attempt.body or b"", attempt.final_url, attempt.header("content-type"))

        async def read(family: Platform, column: CandidateList) -> ListProbe:
            return await probe_list(
                fetch, family, ListingRequest(column.url, column.name or column.url), report_address
            )

        return await _survey(page, read, max_lists)


def survey_page(body: bytes, url: str) -> Survey:
    """Surveys a saved page: its lists are named, and only the page itself is read as a list."""
    page = read_page(body, url)

    async def read(family: Platform, column: CandidateList) -> ListProbe:
        if column.url != page.url:
            return ListProbe(column, None, "not fetched: the page is a saved one")
        try:
            return ListProbe(column, read_list_page(family, page, ListingRequest(page.url, column.name)))
        except NotAListing as error:
            return ListProbe(column, None, str(error))

    return asyncio.run(_survey(page, read, 1000))


async def _survey(
    page: WebPage, read: Callable[[Platform, CandidateList], Awaitable[ListProbe]], max_lists: int
) -> Survey:
    candidates = recognise(page)
    family = decide_family(candidates)
    proposed, listing = (family, None) if family and family.lists else _proposal(page)
    columns: list[ListProbe] = []
    if proposed:
        if not proposed.reads_fragments:
            page = replace(page, url=page.url.partition("#")[0])
        shaped = _shaped(proposed, listing)
        lists: dict[str, CandidateList] = {}
        for column in proposed.find_columns(page):
            lists.setdefault(column_key(column.url), column)
        for column in list(lists.values())[:max_lists]:
            probe = await read(shaped, column)
            known = {entry.url for other in columns for entry in other.entries}
            # Left out: the same list under another address, or a front page of lists that are probed already.
            if not probe.entries or not known.issuperset(entry.url for entry in probe.entries):
                columns.append(probe)
    return Survey(page, candidates, family, proposed, listing, tuple(columns))


def _proposal(page: WebPage) -> tuple[Platform | None, Mapping[str, Any] | None]:
    """The family that accepts selectors, with the rows that the page repeats or the feeds that it names."""
    for family in all_platforms():
        if family.accepts_selectors and ((guess := family.guess_listing(page)) or any(feeds_of(page))):
            return family, guess
    return None, None


def _shaped(family: Platform, listing: Mapping[str, Any] | None) -> Platform:
    """The family with the selectors of a source file's key `listing`."""
    source = adhoc_source("look", "look", "http://look.invalid/", ["look.invalid"])
    shape = Listing.model_validate(listing) if listing else None
    return family.for_source(source.model_copy(update={"listing": shape}))


async def probe_list(
    fetch: Fetcher, family: Platform, first: ListingRequest, report_address: Callable[[str], None]
) -> ListProbe:
    """Fetches the first page of a list; where pages only lead on, what they lead to, until a page has entries."""
    waiting, below = deque([first]), 0
    for _ in range(MAX_LEADING_PAGES):
        request = waiting.popleft()
        report_address(request.url)
        fetched = await fetch_listing_page(fetch, family, request)
        if fetched.page and not fetched.page.entries:
            below = max(below, len(fetched.page.next_requests))
            waiting.extendleft(reversed(fetched.page.next_requests))
        if not waiting or (fetched.page and fetched.page.entries):
            break
    reason = "" if fetched.page and fetched.page.entries else "lists nothing"
    if fetched.reason:
        reason = english(fetched.reason)
    name = first.column if first.column != first.url else ""
    return ListProbe(CandidateList(first.url, name), fetched.page, reason, below if below > 1 else 0)


def _visitor(url: str, allow_private: bool, delay: float) -> Source:
    """A source that allows requests to the host of the URL, with and without `www.`. Raises `GongkaiError`."""
    host = urlsplit(url).hostname or ""
    twin = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    try:
        source = adhoc_source("look", "look", url, [host, twin])
    except ValueError as error:
        raise GongkaiError(f"{url}: is no http(s) address") from error
    pace = source.pace.model_copy(update={"delay": delay})
    return source.model_copy(update={"allow_private_addresses": allow_private, "pace": pace})


async def probe_source(
    source: Source, user_agent: str, report_address: Callable[[str], None]
) -> tuple[tuple[ListProbe, ...], tuple[DocumentProbe, ...]]:
    """Fetches the first page of each of the source's lists, and documents until `DOCUMENTS_TO_READ` could be read."""
    family = platform(source.platform).for_source(source)
    async with fetcher(source, LocalHostRegistry(), user_agent) as fetch:
        columns = [await probe_list(fetch, family, request, report_address) for request in family.start(source)]
        documents: list[DocumentProbe] = []
        for entry in islice(_in_turn(columns, source), MAX_DOCUMENTS_TRIED):
            report_address(entry.url)
            documents.append(await _document(fetch, family, entry))
            if sum(item.extraction is not None for item in documents) == DOCUMENTS_TO_READ:
                break
    return tuple(columns), tuple(documents)


def _in_turn(columns: Iterable[ListProbe], source: Source) -> Iterable[Entry]:
    """Entries on the source's hosts: the first of each list, then the second of each, and so on."""
    lists = [[entry for entry in probe.entries if source.allows(entry.url)] for probe in columns]
    in_turn = [entry for rank in zip_longest(*lists) for entry in rank if entry is not None]
    return {entry.url: entry for entry in in_turn}.values()


async def _document(fetch: Fetcher, family: Platform, entry: Entry) -> DocumentProbe:
    attempt = (await fetch.fetch(Request(entry.url)))[-1]
    outcome, reason = classify(attempt)
    if outcome is not None:
        return DocumentProbe(entry, None, f"{outcome}: {english(reason)}".rstrip(": "))
    day = attempt.fetched_at.astimezone(CHINA).date()
    extraction = extract(attempt.body or b"", attempt.final_url, attempt.header("content-type"), family, day)
    if extraction.kind != "document":
        return DocumentProbe(entry, None, f"read as a {extraction.kind}: {english(extraction.reason)}")
    return DocumentProbe(entry, extraction)
