"""Walks the lists of a source one after the other, each from its newest entry on; a sink takes what is found."""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Protocol

from etl.archive.crawls.run import ClassifiedAttempt, CrawlOptions, ListingSummary
from etl.archive.crawls.run_pages import reason_after_redirect
from etl.archive.crawls.walks import KnownList
from etl.fetch.classify import classify
from etl.fetch.client import Attempt, Fetcher, Request
from etl.fetch.refusals import find_refusal, words_instead
from etl.outcomes import Outcome
from etl.pipeline.stages.walked_list import KNOWN_PAGES, WalkedList, request_key
from etl.platforms.base import Entry, ListingPage, ListingRequest, NotAListing, Platform
from etl.platforms.elements.columns import column_key
from etl.platforms.listing import BELOW, read_list_page
from etl.platforms.paging.pager_promises import heading_of
from etl.platforms.registry import platform
from etl.progress import Progress, ProgressCallback
from etl.reason_codes import Code
from etl.reasons import Reason, encode_reason
from etl.sources.schema import Source
from etl.web.page import WebPage
from etl.web.urls import Address, without_passing

_BY_WORDS = {Outcome.BLOCKED, Outcome.SOFT_404, Outcome.HTTP_ERROR}
_BEYOND = {Outcome.NOT_A_LISTING, Outcome.HTTP_ERROR}
NAMED_ENTRIES = 5
"""Entries of a page without a valid address that are named one by one; the others are counted."""
SHOWN_OF_DATA = 60
"""Characters of an answer in a reason; families that quote answers give as many."""
MOST_UNSAVED = 20
"""Listing pages that wait to be saved: what is fetched again at most after a crash."""


@dataclass(frozen=True, slots=True)
class ListingFetch:
    """One fetched listing page: the request, all attempts, and the parsed page, or the reason why there is none.

    `shown`: what the last attempt answered.
    """

    request: ListingRequest
    attempts: tuple[ClassifiedAttempt, ...]
    page: ListingPage | None
    reason: Reason | None
    shown: WebPage

    @property
    def is_empty(self) -> bool:
        """Whether the site answered a page without entries, or nothing at all, and not that there is no such page."""
        if self.page is None:
            return self.attempts[-1].outcome in (Outcome.NOT_A_LISTING, Outcome.EMPTY)
        return not self.page.entries and not self.page.next_requests and not self.page.of_other_lists

    @property
    def is_blank(self) -> bool:
        """Whether the site answered nothing at all."""
        return self.attempts[-1].outcome is Outcome.EMPTY

    def has_nothing_of(self, heading: str) -> bool:
        """Whether the site answers that there is no such page, or with a page of the list called so that has no rows.
        Errors and pages to which anything may lead say nothing of the list."""
        outcome = self.attempts[-1].outcome
        if outcome is Outcome.NOT_A_LISTING:
            return heading != "" and heading_of(self.shown) == heading
        return outcome in (Outcome.GONE, Outcome.SOFT_404)


async def fetch_listing_page(fetch: Fetcher, family: Platform, request: ListingRequest) -> ListingFetch:
    """Fetches and parses one listing page. A page that is none of the family's listings is a result, no error."""
    answers = await fetch.fetch(Request(request.url.partition("#")[0], request.method, request.headers, request.body))
    return await asyncio.to_thread(_read_answers, family, request, answers)


def _read_answers(family: Platform, request: ListingRequest, answers: Sequence[Attempt]) -> ListingFetch:
    attempts = [ClassifiedAttempt(answer, *classify(answer)) for answer in answers]
    last, page, shown = attempts[-1], None, attempts[-1].attempt.page()
    if (
        last.outcome in _BY_WORDS
        and last.attempt.status == 200
        and _has_them_in_titles(family, last.attempt, shown, request)
    ):
        attempts[-1] = last = replace(last, outcome=None, reason="")
    if last.outcome is None:
        try:
            page = _read_listing(family, last.attempt, shown, request)
        except NotAListing as error:
            attempts[-1] = last = replace(last, outcome=Outcome.NOT_A_LISTING, reason=_with_what_came(error, shown))
    return ListingFetch(request, tuple(attempts), page, _ended_as(last) if page is None else None, shown)


def _with_what_came(error: NotAListing, shown: WebPage) -> str:
    """The stored reason, with the beginning of an answer that is data, or what a page says instead: what fails or
    refuses says why there."""
    begins = " ".join(shown.text[:SHOWN_OF_DATA].split()) if shown.is_data else words_instead(shown)
    if begins not in str(error):
        return encode_reason(Code.NOT_A_LISTING_BEGINS, error=error.reason, begins=begins)
    return encode_reason(Code.NOT_A_LISTING, error=error.reason)


def _has_them_in_titles(family: Platform, attempt: Attempt, shown: WebPage, request: ListingRequest) -> bool:
    """Whether a page with the words of an error page lists a document whose title has such words."""
    try:
        entries = _read_listing(family, attempt, shown, request).entries
    except NotAListing:
        return False
    return any(find_refusal(entry.title.encode(), "", "", 200) for entry in entries)


def _ended_as(attempt: ClassifiedAttempt) -> Reason:
    """Why a listing page gave nothing: the outcome of its last attempt, where it was led to, and the reason."""
    if not attempt.reason:
        return Reason.of(Code.ENDED, outcome=attempt.outcome)
    reason = reason_after_redirect(attempt.attempt.url, attempt.attempt.final_url, attempt.reason)
    return Reason.of(Code.ENDED_AS, outcome=attempt.outcome, reason=reason)


def _read_listing(family: Platform, attempt: Attempt, shown: WebPage, request: ListingRequest) -> ListingPage:
    if request.method == "GET" and attempt.final_url != attempt.url:
        # The list is elsewhere: its further pages are beside it, not beside the page that led there.
        _, mark, fragment = request.url.partition("#")
        request = replace(request, url=attempt.final_url + mark + fragment)
    return read_list_page(family, shown, request)


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
        self._lists: dict[str, WalkedList] = {}
        self._documents: set[str] = set()
        self._lost: list[tuple[str, Reason]] = []
        self._problems: list[Reason] = []
        self._answers: dict[bytes, tuple[str, str]] = {}
        """Digests of the pages that showed documents → the list and the address of the first one."""
        self._newest: dict[bytes, str] = {}
        """Such digests → the list below a column that is shown on the column's own page."""
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
        before = self._lists.get(request.column)
        is_end = before is not None and before.ends_before(request, self._queued) and not request.by_number
        if request.seen and (fetched.is_empty or fetched.is_blank) and not is_end:
            # Busy sites answer with an empty list at times.
            again = await fetch_listing_page(self._fetch, self._family, request)
            fetched = replace(again, attempts=(*fetched.attempts, *again.attempts))
        if fetched.page is None:
            assert fetched.reason is not None
            if before and before.ends_before(request, self._queued) and self._ends(before, fetched):
                before.end_before()
            else:
                self._lost.append((request.url, fetched.reason))
                if before:
                    before.break_off()
            await self._save(WalkedPage(request, fetched.attempts, {}))
            return
        entries = self._entries(fetched.page, fetched.attempts[-1].attempt.final_url, request)
        await self._save(WalkedPage(request, fetched.attempts, entries))
        self._documents |= entries.keys()
        walked = self._lists.setdefault(request.column, WalkedList(request.column))
        self._problems += self._of_another(fetched, entries)
        self._problems += walked.add(request, fetched.page, entries, self._queued)
        if self._stop_at_known and entries:
            known = await self._known()
            await self._end_at_known(walked, fetched.page, all(known[url] for url in entries))
        self._enqueue(request, fetched.page, walked)
        self._progress(Progress("listing", len(self._documents)))

    def _ends(self, walked: WalkedList, fetched: ListingFetch) -> bool:
        """Whether a page without a list says that there is none. Services, whose answers have no heading, refuse a page
        beyond those that they count, or fail."""
        beyond = not walked.heading and walked.has_its_pages and fetched.attempts[-1].outcome in _BEYOND
        return fetched.has_nothing_of(walked.heading) or beyond or (fetched.is_blank and fetched.request.by_number)

    def _of_another(self, fetched: ListingFetch, entries: Mapping[Address, Entry]) -> Iterator[Reason]:
        """A page that is, byte for byte, that of another list at another address: a site that does not know the list
        answers so. Two lists may have the same documents, and services say no more; pages name their list.

        One list of those below a column may be the one that the column's own page shows: its newest year or issue.
        """
        if not entries or not fetched.shown.is_markup:
            return
        request, attempt = fetched.request, fetched.attempts[-1].attempt
        digest = sha256(attempt.body or b"").digest()
        name, url = self._answers.setdefault(digest, (request.column, attempt.final_url))
        if name == request.column or column_key(url) == column_key(attempt.final_url):
            return
        if (
            request.column.startswith(name + BELOW)
            and self._newest.setdefault(digest, request.column) == request.column
        ):
            return
        yield Reason.of(Code.LIST_PAGE_OF_ANOTHER, list=request.column, url=request.url, words=name)

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

    async def _end_at_known(self, walked: "WalkedList", page: ListingPage, all_known: bool) -> None:
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

    def _enqueue(self, request: ListingRequest, page: ListingPage, walked: "WalkedList") -> None:
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
