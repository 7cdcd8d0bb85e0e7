"""Surveys a site that has no source file yet, and checks a source file against its live site.

Stores nothing. Requests use the same fetcher, address guard and pace as a crawl.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice, zip_longest
from typing import Any
from urllib.parse import urlsplit

from etl.clock import CHINA
from etl.errors import GongkaiError
from etl.extract import Extraction, extract
from etl.fetch.classify import classify
from etl.fetch.client import Attempt, Fetcher, Request, fetcher
from etl.fetch.host_registry import LocalHostRegistry
from etl.outcomes import Outcome
from etl.pipeline.stages.catalog_walk import ListingFetch, fetch_listing_page
from etl.pipeline.stages.walked_list import MAX_LEADING_PAGES
from etl.platforms.base import (
    CandidateList,
    Entry,
    ListingPage,
    ListingRequest,
    NotAListing,
    Platform,
    request_of_list,
)
from etl.platforms.drafting.services import services_of
from etl.platforms.elements.columns import (
    column_key,
    columns_below,
    feeds_of,
    is_front_page,
    linked_catalog,
    page_name,
)
from etl.platforms.elements.menus import named_links
from etl.platforms.elements.side_boxes import is_in_side_box
from etl.platforms.listing import read_list_page
from etl.platforms.recognise import FamilyMatch, decide_family, recognise
from etl.platforms.registry import all_platforms, platform
from etl.platforms.rows.undrawn_rows import frames_of
from etl.reason_codes import Code
from etl.reasons import Reason, english
from etl.sources.listing import Listing
from etl.sources.schema import Source, adhoc_source
from etl.web.page import WebPage, base_url, read_page
from etl.web.select import elements
from etl.web.urls import resolved

MAX_LISTS_FOR_ROWS = 5
"""Maximum number of lists whose rows are tried as a proposal, if the page itself repeats no rows."""
MAX_FRAMES, MAX_FRAMES_IN_FRAMES, MAX_SERVICES = 5, 2, 3
"""Maximum numbers of frames, of levels of frames in them (sets hold rows, these hold columns), and of services."""
MAX_DOCUMENTS_TRIED = 6
"""Maximum number of documents fetched until `DOCUMENTS_TO_READ` could be read: any list has a dead link or two."""
DOCUMENTS_TO_READ = 2
"""Documents that a live check must be able to read."""


@dataclass(frozen=True, slots=True)
class ListProbe:
    """A list and its first page, or the reason why the page could not be read. `below`: number of lists below it."""

    column: CandidateList
    page: ListingPage | None
    reason: str = ""
    below: int = 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.page.entries if self.page else ()

    @property
    def problems(self) -> tuple[str, ...]:
        """Signs on the page that were not understood, in words."""
        return listing_problems(self.column.url, self.page) if self.page else ()

    @property
    def may_have_more_pages(self) -> bool:
        """Whether no next page was found although the page does not say that it is the only one."""
        return self.page is not None and _may_have_more_pages(self.page)


@dataclass(frozen=True, slots=True)
class Survey:
    """The result of surveying a page: candidate families by their fingerprints, the recognised family, and its lists.

    `family` is None if none was recognised. `proposed` is then a family that accepts selectors, and `listing` the
    guessed selectors (the key `listing` of a source file).
    """

    page: WebPage
    candidates: tuple[FamilyMatch, ...]
    family: Platform | None
    proposed: Platform | None
    listing: Mapping[str, Any] | None
    columns: tuple[ListProbe, ...]
    requested: str
    """The address that was given; `page` may be another one, to which it redirects."""
    catalog: CandidateList | None = None
    """The disclosure catalog that a front page links, if the catalog was not surveyed."""
    not_requested: tuple[CandidateList, ...] = ()
    """The lists beyond the number that was to be requested."""
    outer: WebPage | None = None
    """The page of which `page` is a part: the content of a frame, or what a service answers."""


@dataclass(frozen=True, slots=True)
class DocumentProbe:
    """A document that was fetched for a check: its extraction, or the reason why it could not be extracted."""

    entry: Entry
    extraction: Extraction | None
    reason: str = ""


def listing_problems(url: str, page: ListingPage) -> tuple[str, ...]:
    """Signs of paging, rows and lists that were not understood, in words."""
    problems = [problem.english for problem in page.problems]
    if _may_have_more_pages(page) and (below := columns_below(url, page.entries)):
        problems.append(f"{url} shows documents of {len(below)} lists, and no next page: {', '.join(below)}")
    return tuple(problems)


def _may_have_more_pages(page: ListingPage) -> bool:
    if not page.entries or page.next_requests or page.problems:
        return False
    return page.reported_pages != 1 and page.reported_total != len(page.entries)


@dataclass(frozen=True, slots=True)
class _Part:
    """What a page shows that is not in it, and what was posted to get it."""

    page: WebPage
    post: str = ""


class _Visit:
    """How a survey opens further pages. This class is for a saved page and opens none."""

    async def open(self, url: str, post: str = "") -> WebPage | None:
        """The page at an address, or None if it cannot be fetched."""
        return None

    async def probe(self, family: Platform, column: CandidateList, page: WebPage) -> ListProbe:
        """The column's first page; `page` is the one surveyed."""
        if column.url != page.url:
            return ListProbe(column, None, "not fetched: the page is a saved one")
        try:
            return ListProbe(column, read_list_page(family, page, ListingRequest(page.url, column.name)))
        except NotAListing as error:
            return ListProbe(column, None, str(error))


@dataclass
class _LiveVisit(_Visit):
    fetch: Fetcher
    source: Source
    report_address: Callable[[str], None]
    opened: dict[tuple[str, str], WebPage | None] = field(default_factory=dict)
    """Pages by address and what was posted: a survey may look at one several times."""

    async def attempt(self, url: str, post: str = "") -> Attempt:
        self.report_address(url)
        request = request_of_list(url, "", post)
        return (await self.fetch.fetch(Request(url, request.method, request.headers, request.body)))[-1]

    async def open(self, url: str, post: str = "") -> WebPage | None:
        if not self.source.allows(url):
            return None
        if (url, post) not in self.opened:
            attempt = await self.attempt(url, post)
            self.opened[url, post] = attempt.page() if classify(attempt)[0] is None else None
        return self.opened[url, post]

    async def probe(self, family: Platform, column: CandidateList, page: WebPage) -> ListProbe:
        request = request_of_list(column.url, column.name or column.url, column.post)
        probe = await probe_list(self.fetch, family, request, self.report_address)
        return replace(probe, column=replace(probe.column, post=column.post))


async def survey_site(
    url: str,
    user_agent: str,
    allow_private: bool,
    delay: float,
    max_lists: int,
    report_address: Callable[[str], None],
    *,
    requested: str = "",
) -> Survey:
    """Fetches the page and the first pages of at most `max_lists` lists that it leads to. Raises `GongkaiError`.

    A redirect to another host is followed once; `requested` is then the address that was given.
    """
    source = visitor(url, allow_private, delay)
    async with fetcher(source, LocalHostRegistry(), user_agent) as fetch:
        visit = _LiveVisit(fetch, source, report_address)
        attempt = await visit.attempt(url)
        outcome, reason = classify(attempt)
        if outcome is None:
            page = visit.opened[url, ""] = attempt.page()
            return await _survey(page, visit, max_lists, requested or url)
    if outcome is Outcome.OUT_OF_SCOPE and not source.allows(attempt.final_url) and not requested:
        further = attempt.final_url
        return await survey_site(further, user_agent, allow_private, delay, max_lists, report_address, requested=url)
    hint = "save the page in a browser and use --file PAGE --url URL"
    if Reason.from_stored(reason).code == Code.PRIVATE_ADDRESS:
        hint = "if the site is in your own network, use --allow-private"
    raise GongkaiError(f"{url}: {outcome}: {english(reason)}", hint=hint)


def survey_page(body: bytes, url: str) -> Survey:
    """Surveys a saved page: names its lists, but reads only the page itself as a list. Raises `GongkaiError`."""
    return asyncio.run(_survey(read_page(body, url), _Visit(), 1000, url))


async def _survey(page: WebPage, visit: _Visit, max_lists: int, requested: str) -> Survey:
    front, catalog = (page, linked_catalog(page)) if is_front_page(page.url) else (None, None)
    if catalog and (opened := await visit.open(catalog.url)):
        page, catalog = opened, None
    outer, parts = page, await _parts(page, visit)
    post = ""
    if part := _list_in_part(page, parts):
        page, post, parts = part.page, part.post, [_Part(page), *parts]
    candidates = recognise(page)
    family = decide_family(candidates)
    finder, listing = (family, None) if family and family.lists else await _proposal(page, outer, parts, visit)
    if finder and not finder.reads_fragments:
        page = replace(page, url=page.url.partition("#")[0])
    pages = [page, *(part.page for part in parts), *filter(None, [front])]
    lists = _lists(finder, pages) if finder else []
    if part and listing and page.url not in (column.url for column in lists):
        lists = [CandidateList(page.url), *lists]
    if lists and lists[0].url == page.url:
        lists[0] = replace(lists[0], name=lists[0].name or page_name(outer), post=post)
    if part:
        lists = [column for column in lists if column.url == page.url or column.url != outer.url]
    if len(lists) > 1 and _shows_lists(page):
        lists = [column for column in lists if column_key(column.url) != column_key(page.url)]
    probes = await _probe_all(finder, listing, lists, page, visit, max_lists) if finder else ()
    if family and finder is family and (own := await _own_rows(page, outer, post, probes, visit)):
        finder, listing, probes = own
    others = tuple(lists[max_lists:])
    return Survey(page, candidates, family, finder, listing, probes, requested, catalog, others, outer)


async def _parts(page: WebPage, visit: _Visit, levels: int = MAX_FRAMES_IN_FRAMES) -> list[_Part]:
    """What the page shows that is not in it: the pages in its frames, which may hold its list or its menu, those in
    frames of these, and what services answer if the page repeats no rows itself."""
    # A front page has frames for news and pictures, unless it is nothing but frames.
    if is_front_page(page.url) and levels == MAX_FRAMES_IN_FRAMES and next(named_links(page), None):
        return []
    frames = (resolved(base_url(page), address) for _, address in islice(frames_of(page, with_boxes=True), MAX_FRAMES))
    services = islice(services_of(page), MAX_SERVICES) if _guesser().guess_listing(page) is None else ()
    requests = (*((address, "") for address in frames), *services)
    shown = [_Part(opened, post) for url, post in requests if (opened := await visit.open(url, post))]
    inner = [await _parts(each.page, visit, levels - 1) for each in shown if each.page.is_markup] if levels else []
    return [*shown, *chain.from_iterable(inner)]


def _list_in_part(page: WebPage, parts: Iterable[_Part]) -> _Part | None:
    """The first part of a page of no known family that repeats rows, if the page itself has none but those of boxes
    beside a list."""
    if not parts or decide_family(recognise(page)):
        return None
    guesser = _guesser()
    guess = guesser.guess_listing(page) or {}
    rows = elements(guess["rows"], page.tree) if "rows" in guess else []
    if rows and not is_in_side_box(rows[0]):
        return None
    return next((part for part in parts if guesser.guess_listing(part.page, page) is not None), None)


def _guesser() -> Platform:
    """The family that accepts selectors."""
    return next(family for family in all_platforms() if family.accepts_selectors)


async def _own_rows(
    page: WebPage, outer: WebPage, post: str, probes: Sequence[ListProbe], visit: _Visit
) -> tuple[Platform, Mapping[str, Any], tuple[ListProbe, ...]] | None:
    """The list that the repeated rows of a page show, if the page's family does not know its address as that of a list
    and found no other list: sites may give a list any address."""
    if is_front_page(page.url) or any(probe.entries or probe.column.url == page.url for probe in probes):
        return None
    guesser, guess = await _proposal(page, outer, (), _Visit())
    if guesser is None or guess is None:
        return None
    own = [CandidateList(page.url, page_name(page), post)]
    return guesser, guess, await _probe_all(guesser, guess, own, page, visit, 1)


def _lists(finder: Platform, pages: Iterable[WebPage]) -> list[CandidateList]:
    """The lists to which the pages lead, each once."""
    lists: dict[str, CandidateList] = {}
    for column in chain.from_iterable(map(finder.find_columns, pages)):
        lists.setdefault(column_key(column.url), column)
    return list(lists.values())


async def _probe_all(
    finder: Platform,
    listing: Mapping[str, Any] | None,
    lists: Iterable[CandidateList],
    page: WebPage,
    visit: _Visit,
    max_lists: int,
) -> tuple[ListProbe, ...]:
    shaped = with_listing(finder, listing)
    probes: dict[tuple[str, str], ListProbe] = {}
    for column in islice(lists, max_lists):
        probe = await visit.probe(shaped, column, page)
        if shaped.accepts_selectors and not probe.entries and (part := await _part_behind(column.url, visit)):
            if (part.page.url, part.post) in probes:
                continue
            probe = await visit.probe(shaped, CandidateList(part.page.url, column.name, part.post), page)
        known = {entry.url for other in probes.values() for entry in other.entries}
        # Left out: the same list under another address, or a front page of lists that are probed already.
        if not probe.entries or not known.issuperset(entry.url for entry in probe.entries):
            probes.setdefault((probe.column.url, probe.column.post), probe)
    return tuple(probes.values())


async def _part_behind(url: str, visit: _Visit) -> _Part | None:
    """The part of a list's page that repeats its rows, if the page has none itself."""
    opened = await visit.open(url)
    return _list_in_part(opened, await _parts(opened, visit)) if opened else None


async def _proposal(
    page: WebPage, outer: WebPage, parts: Iterable[_Part], visit: _Visit
) -> tuple[Platform | None, Mapping[str, Any] | None]:
    """The family that accepts selectors, with the rows that the page repeats, or else the rows of a list that it or one
    of its parts links.

    The rows of a front page or an overview are not used: they show a few lines of every list, and not in the rows of
    those lists.
    """
    guesser = _guesser()
    if (guess := _own_listing(page, outer)) is not None:
        return guesser, guess
    columns = _lists(guesser, (page, *(part.page for part in parts)))
    for column in columns[:MAX_LISTS_FOR_ROWS]:
        if column.url == page.url or not (opened := await visit.open(column.url)):
            continue
        if guess := _own_listing(opened, opened):
            return guesser, guess
        if part := _list_in_part(opened, await _parts(opened, visit)):
            return guesser, guesser.guess_listing(part.page, opened)
    may_be_lists = any(feeds_of(page)) or (columns and _shows_lists(page))
    return (guesser, None) if may_be_lists else (None, None)


def _own_listing(page: WebPage, outer: WebPage) -> Mapping[str, Any] | None:
    return None if _shows_lists(page) else _guesser().guess_listing(page, outer)


def _shows_lists(page: WebPage) -> bool:
    """Whether the page is a front page, or has boxes with the newest documents of several lists, which they link."""
    if is_front_page(page.url):
        return True
    boxes = {link.url: link.box for link in named_links(page) if link.box is not None}
    if len(boxes) < 2:
        return False
    guess = _guesser().guess_listing(page) or {}
    rows = elements(guess["rows"], page.tree) if "rows" in guess else []
    return any(element in boxes.values() for row in rows[:1] for element in row.iterancestors())


def with_listing(family: Platform, listing: Mapping[str, Any] | None) -> Platform:
    """The family with the selectors of a source file's key `listing`."""
    source = adhoc_source("look", "look", "http://look.invalid/", ["look.invalid"])
    shape = Listing.model_validate(listing) if listing else None
    return family.for_source(source.model_copy(update={"listing": shape}))


async def probe_list(
    fetch: Fetcher, family: Platform, first: ListingRequest, report_address: Callable[[str], None]
) -> ListProbe:
    """Fetches the first page of a list. If a page has no entries but leads to others, follows it until one has."""
    waiting, below, column = deque([first]), 0, CandidateList(first.url)
    for _ in range(MAX_LEADING_PAGES):
        request = waiting.popleft()
        report_address(request.url)
        fetched = await fetch_listing_page(fetch, family, request)
        if request is first:
            column = CandidateList(_final_address(fetched), first.column if first.column != first.url else "")
        if fetched.page and not fetched.page.entries:
            below = max(below, len(fetched.page.next_requests))
            waiting.extendleft(reversed(fetched.page.next_requests))
        if not waiting or (fetched.page and fetched.page.entries):
            break
    reason = "" if fetched.page and fetched.page.entries else "lists nothing"
    if fetched.reason:
        reason = english(fetched.reason)
    return ListProbe(column, fetched.page, reason, below if below > 1 else 0)


def _final_address(fetched: ListingFetch) -> str:
    """The address of a list: the last one, if its first page led to another."""
    attempt = fetched.attempts[-1].attempt
    _, mark, fragment = fetched.request.url.partition("#")
    leads_on = fetched.page and attempt.final_url != attempt.url
    return attempt.final_url + mark + fragment if leads_on else fetched.request.url


def visitor(url: str, allow_private: bool, delay: float) -> Source:
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
    """Fetches the first page of each of the source's lists, then documents until `DOCUMENTS_TO_READ` could be read."""
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
