"""How a survey opens further pages and the first pages of lists: with the fetcher of a crawl, or not at all."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from etl.fetch.classify import classify
from etl.fetch.client import Attempt, Fetcher, Request
from etl.fetch.host_registry import HostRegistry, LocalHostRegistry
from etl.outcomes import Outcome
from etl.pipeline.stages.catalog_walk import ListingFetch, fetch_listing_page
from etl.pipeline.stages.walked_list import MAX_LEADING_PAGES
from etl.platforms.base import CandidateList, Entry, ListingPage, ListingRequest, NotAListing, Platform, request_of_list
from etl.platforms.drafting.script_files import MAX_FILE_BYTES
from etl.platforms.elements.columns import columns_below
from etl.platforms.listing import read_list_page
from etl.reasons import english
from etl.sources.schema import Source
from etl.web.page import WebPage

_SHOWN_POST = 200


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


@dataclass(kw_only=True)
class Visit:
    """How a survey opens further pages. This class is for a saved page and opens none."""

    unread: dict[str, str] = field(default_factory=dict)
    """What scripts request, or script files → why no list was read from them."""
    codes: dict[str, str] = field(default_factory=dict)
    """Script files by address."""
    unread_pages: set[str] = field(default_factory=set)
    """The pages whose scripts request pages of a list, of which none could be read."""

    async def code(self, url: str) -> str:
        """The content of a script file; empty if it cannot be fetched."""
        self.unread[url] = "not fetched: the page is a saved one"
        return ""

    async def open(self, url: str, post: str = "") -> WebPage | None:
        """The page at an address, or None if it cannot be fetched."""
        return None

    async def is_there(self, url: str) -> bool:
        """Whether there may be a document at an address."""
        return True

    async def probe(self, family: Platform, column: CandidateList, page: WebPage) -> ListProbe:
        """The column's first page; `page` is the one surveyed."""
        if column.url != page.url:
            return ListProbe(column, None, "not fetched: the page is a saved one")
        try:
            return ListProbe(column, read_list_page(family, page, ListingRequest(page.url, column.name)))
        except NotAListing as error:
            return ListProbe(column, None, str(error))


@dataclass
class LiveVisit(Visit):
    fetch: Fetcher
    source: Source
    report_address: Callable[[str], None]
    most: int
    """Maximum number of pages, script files and services that are requested beside the first pages of lists."""
    requested: int = 0
    hosts: HostRegistry = field(default_factory=LocalHostRegistry)
    """The pace of the hosts, which all visits share."""
    opened: dict[tuple[str, str], WebPage | None] = field(default_factory=dict)
    """Pages by address and what was posted: a survey may look at one several times."""
    attempts: dict[str, Attempt] = field(default_factory=dict)
    """What was requested without posting anything and answered, by address."""

    def _is_enough(self, what: str) -> bool:
        """Whether nothing more is requested, which is noted."""
        self.requested += 1
        if self.requested > self.most:
            self.unread[what] = f"not requested: {self.most} others were"
        return self.requested > self.most

    async def attempt(self, url: str, post: str = "", limit: int | None = None) -> Attempt:
        self.report_address(url)
        request = request_of_list(url, "", post)
        attempt = (await self.fetch.fetch(Request(url, request.method, request.headers, request.body, limit)))[-1]
        if not post and attempt.status == 200 and attempt.failure is None:
            self.attempts |= {url: attempt, attempt.final_url: attempt}
        return attempt

    async def code(self, url: str) -> str:
        if url not in self.codes and self._is_enough(url):
            return ""
        if url not in self.codes:
            attempt = await self.attempt(url, limit=MAX_FILE_BYTES)
            text = attempt.page().text if attempt.status == 200 and attempt.failure is None else ""
            self.codes[url] = "" if text.lstrip().startswith("<") else text
            if not self.codes[url]:
                self.unread[url] = f"not fetched: {english(classify(attempt)[1]) or 'it is no script'}"
        return self.codes[url]

    async def open(self, url: str, post: str = "") -> WebPage | None:
        if not self.source.allows(url):
            self.unread[request_in_words(url, post)] = "not requested: it is on another host"
            return None
        if (url, post) not in self.opened and self._is_enough(request_in_words(url, post)):
            return None
        if (url, post) not in self.opened:
            attempt = await self.attempt(url, post)
            outcome, reason = classify(attempt)
            self.opened[url, post] = attempt.page() if outcome is None else None
            if outcome is not None:
                self.unread[request_in_words(url, post)] = f"{outcome}: {english(reason)}".rstrip(": ")
        return self.opened[url, post]

    async def is_there(self, url: str) -> bool:
        if not self.source.allows(url) or urlsplit(url).fragment:
            return not urlsplit(url).fragment
        if self._is_enough(url):
            return True
        outcome, reason = classify(await self.attempt(url))
        if outcome in (Outcome.GONE, Outcome.SOFT_404):
            self.unread[url] = f"no document: {outcome}: {english(reason)}".rstrip(": ")
        return outcome not in (Outcome.GONE, Outcome.SOFT_404)

    async def probe(self, family: Platform, column: CandidateList, page: WebPage) -> ListProbe:
        request = request_of_list(column.url, column.name or column.url, column.post)
        probe = await probe_list(self.fetch, family, request, self.report_address)
        return replace(probe, column=replace(probe.column, post=column.post))


def request_in_words(url: str, post: str) -> str:
    """A request, as a draft names it."""
    return f"{url}, posting {post[:_SHOWN_POST]}" if post else url


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
