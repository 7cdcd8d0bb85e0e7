"""Walks the lists of a source one after the other, each from its newest entry on; a sink takes what is found."""

import asyncio
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import pairwise
from statistics import median
from typing import Protocol

from etl.archive.crawls.run import ClassifiedAttempt, CrawlOptions, ListingSummary, ListSummary
from etl.archive.crawls.walks import KnownList
from etl.dates import read_date
from etl.fetch.classify import classify
from etl.fetch.client import Attempt, Fetcher, Request
from etl.fetch.refusals import find_refusal
from etl.outcomes import Outcome
from etl.outside import clean_text, clip_bytes
from etl.platforms.base import Entry, ListingPage, ListingRequest, NotAListing, Platform
from etl.platforms.listing import read_list_page
from etl.platforms.registry import platform
from etl.progress import Progress, ProgressCallback
from etl.reason_codes import Code
from etl.reasons import Reason, encode_reason
from etl.sources.schema import Source
from etl.web.page import read_page
from etl.web.urls import MAX_ADDRESS_CHARS, Address, without_passing

_BY_WORDS = {Outcome.BLOCKED, Outcome.SOFT_404, Outcome.HTTP_ERROR}
_NUMBER = re.compile(r"\d+")
_SECOND_PAGE = re.compile(r"[_-]1\.\w{3,5}$")
"""Mostly the second page of an index; of a list of one page that leads on for ever, the first one."""
FULL_PAGE = 10
"""Entries from which on, in steps of five, they are as many as fill a page."""
MAX_BARREN_PAGES = 3
"""Listing pages in a row that list nothing new before the list is taken for a trap (a calendar, say)."""
NAMED_ENTRIES = 5
"""Entries of a page without a valid address that are named one by one; the others are counted."""
MOST_UNSAVED = 20
"""Listing pages that wait to be saved: what is fetched again at most after a crash."""
KNOWN_PAGES = 2
"""Pages in a row of known documents that end a list without a total: pinned entries may fill the first one."""


@dataclass(frozen=True, slots=True)
class ListingFetch:
    """One fetched listing page: the request, all attempts, and the parsed page, or the reason why there is none."""

    request: ListingRequest
    attempts: tuple[ClassifiedAttempt, ...]
    page: ListingPage | None
    reason: Reason | None


async def fetch_listing_page(fetch: Fetcher, family: Platform, request: ListingRequest) -> ListingFetch:
    """Fetches and parses one listing page. A page that is none of the family's listings is a result, no error."""
    answers = await fetch.fetch(Request(request.url.partition("#")[0], request.method, request.headers, request.body))
    return await asyncio.to_thread(_read_answers, family, request, answers)


def _read_answers(family: Platform, request: ListingRequest, answers: Sequence[Attempt]) -> ListingFetch:
    attempts = [ClassifiedAttempt(answer, *classify(answer)) for answer in answers]
    last, page = attempts[-1], None
    if last.outcome in _BY_WORDS and last.attempt.status == 200 and _has_them_in_titles(family, last.attempt, request):
        attempts[-1] = last = replace(last, outcome=None, reason="")
    if last.outcome is None:
        try:
            page = _read_listing(family, last.attempt, request)
        except NotAListing as error:
            reason = encode_reason(Code.NOT_A_LISTING, error=error)
            attempts[-1] = last = replace(last, outcome=Outcome.NOT_A_LISTING, reason=reason)
    return ListingFetch(request, tuple(attempts), page, _ended_as(last) if page is None else None)


def _has_them_in_titles(family: Platform, attempt: Attempt, request: ListingRequest) -> bool:
    """Whether a page with the words of an error page lists a document whose title has such words."""
    try:
        entries = _read_listing(family, attempt, request).entries
    except NotAListing:
        return False
    return any(find_refusal(entry.title.encode(), "", "", 200) for entry in entries)


def _ended_as(attempt: ClassifiedAttempt) -> Reason:
    """Why a listing page gave nothing: the outcome of its last attempt, and the reason of that."""
    if not attempt.reason:
        return Reason.of(Code.ENDED, outcome=attempt.outcome)
    return Reason.of(Code.ENDED_AS, outcome=attempt.outcome, reason=attempt.reason)


def _read_listing(family: Platform, attempt: Attempt, request: ListingRequest) -> ListingPage:
    page = read_page(attempt.body or b"", attempt.final_url, attempt.header("content-type"), attempt.headers)
    if request.method == "GET" and attempt.final_url != attempt.url:
        # The list is elsewhere: its further pages are beside it, not beside the page that led there.
        _, mark, fragment = request.url.partition("#")
        request = replace(request, url=attempt.final_url + mark + fragment)
    return read_list_page(family, page, request)


@dataclass(frozen=True, slots=True)
class WalkedPage:
    """A listing page that was asked for: all attempts, and the entries that it lists, by canonical URL."""

    request: ListingRequest
    attempts: Sequence[ClassifiedAttempt]
    entries: Mapping[Address, Entry]


class ListingSink(Protocol):
    """Takes what a walk fetches and finds. Its methods run in threads, one at a time."""

    def save(self, pages: Sequence[WalkedPage]) -> dict[Address, bool]:
        """Stores listing pages and their entries; returns for each entry whether it was known before."""

    def known_list(self, column: str) -> KnownList:
        """What earlier walks found in the list."""


class CatalogWalk:
    """One walk over all lists of a source; `run` does it, once.

    A list ends at its last page, or where it lists nothing new any more. With `stop_at_known` it also ends at a page on
    which every document is known, if earlier walks and this one account for the total that the site reports; without a
    total, at the second such page in a row, unless the dates of its entries rise: there new ones stand at the end. A
    listing page that cannot be read ends its list only.
    """

    def __init__(
        self,
        source: Source,
        options: CrawlOptions,
        fetch: Fetcher,
        sink: ListingSink,
        progress: ProgressCallback,
        *,
        stop_at_known: bool,
    ) -> None:
        self._source, self._options, self._fetch, self._sink, self._progress = source, options, fetch, sink, progress
        self._stop_at_known = stop_at_known
        self._family = platform(source.platform).for_source(source)
        self._max_documents = options.limit or source.limits.pages
        self._queue = deque(self._family.start(source))
        self._queued = {request_key(request) for request in self._queue}
        """Keys of all requests that were ever in the queue."""
        self._lists: dict[str, _WalkedList] = {}
        self._documents: set[str] = set()
        self._lost: list[tuple[str, Reason]] = []
        self._problems: list[Reason] = []
        self._requests = 0
        self._unsaved: list[WalkedPage] = []
        self._saving: asyncio.Task[dict[Address, bool]] | None = None

    async def run(self) -> ListingSummary:
        """Walks until nothing is left to request, or a limit is reached; a limit of the source is a problem."""
        while self._queue and len(self._documents) < self._max_documents:
            if self._requests >= self._source.limits.listing_pages:
                self._problems.append(Reason.of(Code.WALK_TOO_LONG, pages=self._requests))
                break
            await self._walk_page(self._queue.popleft())
        await self._known()
        documents = len(self._documents)
        if self._queue and self._options.limit is None and documents >= self._max_documents:
            self._problems.append(Reason.of(Code.TOO_MANY_DOCUMENTS, documents=documents))
        for walked in self._lists.values():
            self._problems += walked.at_its_end(self._queued)
        lists = tuple(walked.summary() for walked in self._lists.values() if walked.is_a_list)
        return ListingSummary(lists, tuple(self._lost), self._requests, tuple(self._problems))

    async def _walk_page(self, request: ListingRequest) -> None:
        self._requests += 1
        fetched = await fetch_listing_page(self._fetch, self._family, request)
        if fetched.page is None:
            assert fetched.reason is not None
            self._lost.append((request.url, fetched.reason))
            await self._save(WalkedPage(request, fetched.attempts, {}))
            return
        entries = self._entries(fetched.page, fetched.attempts[-1].attempt.final_url, request)
        await self._save(WalkedPage(request, fetched.attempts, entries))
        self._documents |= entries.keys()
        walked = self._lists.setdefault(request.column, _WalkedList(request.column))
        self._problems += walked.add(request, fetched.page, frozenset(entries), self._queued)
        if self._stop_at_known and entries:
            known = await self._known()
            await self._end_at_known(walked, fetched.page, all(known[url] for url in entries))
        self._enqueue(request, fetched.page, walked)
        self._progress(Progress("listing", len(self._documents)))

    async def _save(self, page: WalkedPage) -> None:
        """Begins to save a page; the next ones are fetched meanwhile, and saved together when it is done."""
        if len(self._unsaved) >= MOST_UNSAVED:
            await self._known()
        self._unsaved.append(page)
        if self._saving is None or self._saving.done():
            await self._save_all()

    async def _save_all(self) -> None:
        if self._saving:
            await self._saving
        pages, self._unsaved = self._unsaved, []
        self._saving = asyncio.create_task(asyncio.to_thread(self._sink.save, pages))

    async def _known(self) -> dict[Address, bool]:
        """For each entry of the pages that were saved last, whether it was known before; waits until all are saved."""
        if self._unsaved:
            await self._save_all()
        return await self._saving if self._saving else {}

    async def _end_at_known(self, walked: "_WalkedList", page: ListingPage, all_known: bool) -> None:
        """Ends the list where nothing of it can be missing. Entries put in behind the newest ones show in its total."""
        walked.known_pages = walked.known_pages + 1 if all_known else 0
        if not all_known:
            return
        if walked.reported_total is None:
            accounted = walked.known_pages >= KNOWN_PAGES and not walked.is_oldest_first
        else:
            if walked.known is None:
                walked.known = await asyncio.to_thread(self._sink.known_list, walked.name)
            accounted = walked.accounts_for_total(walked.known)
        if accounted:
            walked.end_at_known(page)

    def _entries(self, page: ListingPage, base: str, request: ListingRequest) -> dict[Address, Entry]:
        """The page's entries by canonical URL, the first of each. An entry whose address is none is a problem."""
        entries: dict[Address, Entry] = {}
        invalid: list[ValueError] = []
        for entry in page.entries:
            try:
                entries.setdefault(self._source.canonical(without_passing(entry.url), base), entry)
            except ValueError as error:
                invalid.append(error)
        named, more = invalid[:NAMED_ENTRIES], len(invalid) - NAMED_ENTRIES
        self._problems += [Reason.of(Code.INVALID_ENTRY, url=request.url, error=error) for error in named]
        if more > 0:
            self._problems.append(Reason.of(Code.MORE_INVALID_ENTRIES, url=request.url, entries=more))
        return entries

    def _enqueue(self, request: ListingRequest, page: ListingPage, walked: "_WalkedList") -> None:
        """Queues the page's next requests that were never queued; those of its own list only while that goes on.

        They come first: a list is walked to its end before the next one begins.
        """
        new = [
            following
            for following in page.next_requests
            if request_key(following) not in self._queued and (not walked.ended or following.column != request.column)
        ]
        self._queued |= {request_key(following) for following in new}
        self._queue.extendleft(reversed(new))


@dataclass(slots=True)
class _WalkedList:
    """A list while it is walked. `ended` says that no further page of it is to be requested.

    `known`: what earlier walks found, once it was needed; `known_pages`: pages in a row of known documents.
    """

    name: str
    ended: bool = False
    known: KnownList | None = None
    known_pages: int = 0
    _lines: int = 0
    _pages: int = 0
    _whole: bool = True
    _total_is_upper_bound: bool = False
    """As the last page says."""
    _reported: dict[str, int] = field(default_factory=dict)
    """The totals that the site reports, in `documents` and `pages`."""
    _documents: set[str] = field(default_factory=set)
    _last_page: Set[str] = frozenset()
    _shown: set[Set[str]] = field(default_factory=set)
    """The documents of each page."""
    _barren_pages: int = 0
    _repeated: str = ""
    """The first page that shows the entries of an earlier one instead of its own."""
    _promised: list[tuple[str, ...]] = field(default_factory=list)
    """The further pages that each page links by their numbers."""
    _sizes: list[tuple[str, int]] = field(default_factory=list)
    """The address and the number of entries of each page."""
    _heading: str = ""
    _shapes: set[str] = field(default_factory=set)
    """The forms of the documents' addresses, numbers left out, and what the first page is called."""
    _rises: int = 0
    """How often an entry has a later date than the one before it, less how often it has an earlier one."""

    def add(self, request: ListingRequest, page: ListingPage, urls: Set[str], queued: Set[str]) -> list[Reason]:
        """Adds a listing page whose entries have those canonical URLs; returns what is odd about it. `queued`: keys of
        the requests that were made, or are going to be."""
        problems = list(page.problems)
        for unit, reported in (("documents", page.reported_total), ("pages", page.reported_pages)):
            if reported is None:
                continue
            before = self._reported.get(unit, 0)
            if reported < before:
                code = Code.LIST_SHRANK if unit == "documents" else Code.LIST_LOST_PAGES
                problems.append(Reason.of(code, list=self.name, before=before, reported=reported))
            self._reported[unit] = reported
        self._total_is_upper_bound = page.total_is_upper_bound
        days = [day for entry in page.entries if (day := read_date(entry.fields.get("published_date", "")).iso)]
        self._rises += sum((day > before) - (day < before) for before, day in pairwise(days))
        new = urls - self._documents
        # Some sites answer a page beyond the end with the last one again. That is an end; whether the list is complete
        # shows when it is compared with the reported totals.
        repeated = bool(urls) and urls == self._last_page
        again = urls in self._shown
        leads_back = bool(page.next_requests) and all(request_key(each) in queued for each in page.next_requests)
        fills = len(urls) >= FULL_PAGE and len(urls) % 5 == 0 and _SECOND_PAGE.search(request.url)
        if again and (fills or (not _is_of_first_page(request) and (not repeated or leads_back))):
            self._repeated = self._repeated or request.url
        shapes = {_NUMBER.sub("#", url) for url in urls}
        if (
            self._heading
            and page.heading
            and self._shapes
            and shapes
            and self._shapes.isdisjoint(shapes)
            and page.heading != self._heading
        ):
            words = page.heading
            problems.append(Reason.of(Code.LIST_PAGE_OF_ANOTHER, list=self.name, url=request.url, words=words))
        self._heading, self._shapes = self._heading or page.heading, self._shapes | shapes
        self._promised.append(page.promised)
        self._sizes.append((request.url, len(urls)))
        self._barren_pages = 0 if new or repeated or page.of_other_lists else self._barren_pages + 1
        self._pages += 1
        self._lines += 0 if again else len(page.entries)
        self._documents |= new
        self._last_page = frozenset(urls)
        self._shown |= {self._last_page} if urls else set()
        self.ended = repeated or self._barren_pages >= MAX_BARREN_PAGES
        if self._barren_pages == MAX_BARREN_PAGES and page.next_requests:
            pages = MAX_BARREN_PAGES
            problems.append(Reason.of(Code.LIST_IN_CIRCLES, list=self.name, pages=pages, url=request.url))
        return problems

    def end_at_known(self, page: ListingPage) -> None:
        """Ends the list at a page of known documents: it was not walked as a whole unless that is its last page."""
        self.ended = True
        self._whole = self._whole and not page.next_requests

    @property
    def reported_total(self) -> int | None:
        """The documents of the list as the site reports them, None where it does not."""
        return self._reported.get("documents")

    def accounts_for_total(self, known: KnownList) -> bool:
        """Whether earlier walks and this one found as many documents as the site reports."""
        return (self.reported_total or 0) <= len(known.urls | self._documents) + known.surplus

    def at_its_end(self, queued: Set[str]) -> Iterator[Reason]:
        """What is odd about the list as a whole, after its last page. Of one that led in circles that is known.

        `queued`: keys of all requests that were made or wait.
        """
        if self._barren_pages >= MAX_BARREN_PAGES:
            return
        if self._repeated:
            yield Reason.of(Code.LIST_PAGE_REPEATED, list=self.name, url=self._repeated)
        elif self._whole and (left := self._left(queued)):
            yield Reason.of(Code.LIST_PAGES_LEFT, list=self.name, pages=len(left), url=left[0])
        usual = median(entries for _, entries in self._sizes) if len(self._sizes) > 2 else 0
        for url, entries in self._sizes[1:-1]:
            if 0 < entries * 2 < usual:
                yield Reason.of(Code.LIST_PAGE_SHORT, list=self.name, url=url, entries=entries, usual=int(usual))

    def _left(self, queued: Set[str]) -> list[str]:
        """Pages that a pager links and that were not asked for; a list that repeats its last page has no more, whatever
        its pager shows."""
        if self.ended and self._pages > KNOWN_PAGES:
            return []
        promised = dict.fromkeys(url for pages in self._promised for url in pages)
        return [url for url in promised if request_key(ListingRequest(url)) not in queued]

    @property
    def is_oldest_first(self) -> bool:
        """Whether the dates of the entries rise; a few old ones that are pinned above new ones make none."""
        return self._rises > 0

    @property
    def is_a_list(self) -> bool:
        """Whether any of its pages listed a document or reported a total: some only lead to other lists."""
        return bool(self._documents or self._reported)

    def summary(self) -> ListSummary:
        """The result of walking the list so far."""
        return ListSummary(
            column=self.name,
            lines=self._lines,
            listed=len(self._documents),
            pages=self._pages,
            told_total=self.reported_total,
            told_pages=self._reported.get("pages"),
            whole=self._whole,
            total_is_upper_bound=self._total_is_upper_bound,
        )


def _is_of_first_page(request: ListingRequest) -> bool:
    """Whether the request names no page, or maybe the first one, which pagers call otherwise than the list itself."""
    numbers = _NUMBER.findall(request.url.rpartition("/")[2] + (request.body or b"").decode("utf-8", "replace"))
    return not numbers or not {"0", "1"}.isdisjoint(numbers)


def request_key(request: ListingRequest) -> Address:
    """Identifies a listing page: its URL, and what is posted there; of long ones the beginning and the SHA-256."""
    posted = f"#{request.method} {request.body.decode('utf-8', 'replace')}" if request.body else ""
    key = clean_text(request.url + posted)
    if len(key.encode()) <= MAX_ADDRESS_CHARS:
        return Address(key)
    return Address(f"{clip_bytes(key, MAX_ADDRESS_CHARS - 80)}…#{sha256(key.encode()).hexdigest()}")
