"""A list while it is walked: what its pages showed, and what is odd about them together."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import takewhile

from etl.archive.crawls.run import ListSummary
from etl.archive.crawls.walks import KnownList
from etl.outside import clean_text, clip_bytes
from etl.pipeline.stages.page_sizes import PageSize, first_leap, short_pages
from etl.pipeline.stages.row_order import MIN_OVERLAP, RowOrder, dates
from etl.platforms.base import MOST_OF_A_SEARCH, Entry, ListingPage, ListingRequest, fills_page
from etl.reason_codes import Code
from etl.reasons import Reason
from etl.web.urls import MAX_ADDRESS_CHARS, Address

_NUMBER = re.compile(r"\d+")
MAX_BARREN_PAGES = 3
"""Listing pages in a row that list nothing new before the list is taken for a trap (a calendar, say)."""
MAX_LEADING_PAGES = 8
"""Pages before a list's first entry that lead on to it: a shell, its script, an answer to a form that the site does not
know. They list nothing, and are no trap."""
KNOWN_PAGES = 2
"""Pages in a row of known documents that end a list without a total: pinned entries may fill the first one."""


@dataclass(slots=True)
class WalkedList:
    """A list while it is walked. `ended` says that no further page of it is to be requested.

    `known`: what earlier walks found, once it was needed; `known_pages`: pages in a row of known documents.
    """

    name: str
    ended: bool = False
    known: KnownList | None = None
    known_pages: int = 0
    _lines: int = 0
    _pages: int = 0
    _leading_pages: int = 0
    """Pages before the first one of the list, which only lead to it; the site does not count them."""
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
    _numbered: set[str] = field(default_factory=set)
    """Those that a number links."""
    _sizes: list[PageSize] = field(default_factory=list)
    _is_full: bool = False
    """Whether the last page has as many rows as were asked for."""
    _may_go_on: bool = False
    """Whether nothing on its last page says if further ones follow."""
    _open_end: bool = False
    """The same, whether or not the page fills."""
    _repeats_its_first: bool = False
    """Whether its second page, of data, has the entries of the first."""
    _following: Set[str] = frozenset()
    """Keys of the requests of this list to which its last page leads."""
    heading: str = ""
    """What the first page is called, without numbers."""
    _shapes: set[str] = field(default_factory=set)
    """The forms of the documents' addresses, numbers left out."""
    _other_period: tuple[str, str] = ("", "")
    """Another year or month that the first page shows only on request, and the address of that page."""
    _months: set[str] = field(default_factory=set)
    """The months of all entries, yyyy-mm."""
    _order: RowOrder = field(init=False)

    def __post_init__(self) -> None:
        self._order = RowOrder(self.name)

    def add(
        self, request: ListingRequest, page: ListingPage, entries: Mapping[Address, Entry], queued: Set[str]
    ) -> list[Reason]:
        """Adds a listing page with its entries by their canonical URLs; returns what is odd about it. `queued`: keys of
        the requests that were made, or are going to be."""
        urls, total_before = frozenset(entries), self.reported_total
        has_nothing = urls <= self._documents and not page.of_other_lists and not (page.next_requests and not urls)
        if has_nothing and self.ends_before(request, queued):
            # Of a service that ignores the number of the page all pages are equal.
            self._repeats_its_first = self._pages == 1 and self._may_go_on and bool(urls)
            self.end_before()
            # That the page of an earlier number leads on says nothing new.
            return [problem for problem in page.problems if problem.code != Code.PAGING_NOT_UNDERSTOOD]
        problems = [*page.problems, *self._note_totals(page)]
        new, again = urls - self._documents, urls in self._shown
        # Some sites answer a page beyond the end with the last one again. That is an end; whether the list is complete
        # shows when it is compared with the reported totals.
        repeated = bool(urls) and urls == self._last_page and not page.of_other_lists
        if self._stands_in_for_its_own(request, page, urls, queued):
            self._repeated = self._repeated or request.url
        shown = self._shown_before(tuple(entries), total_before)
        problems += self._of_another_list(request.url, page, urls)
        problems += self._order.add(
            request.url,
            page,
            entries,
            is_first=not self._pages,
            shown=shown,
            has_new=bool(new),
            may_move=total_before is None or total_before != self.reported_total,
        )
        self._note_links(request, page, is_again=again)
        leads_on = not (urls or self._documents or self._pages) and bool(page.next_requests)
        if leads_on and self._leading_pages < MAX_LEADING_PAGES:
            self._leading_pages += 1
            return problems
        self._sizes.append(PageSize(request.url, len(urls) + page.of_other_lists))
        lists = bool(new) or repeated or bool(page.of_other_lists)
        self._barren_pages = 0 if lists else self._barren_pages + 1
        self._pages += 1
        self._lines += 0 if again else len(page.entries) - shown
        self._documents |= new
        self._last_page = urls
        self._shown |= {urls} if urls else set()
        self.ended = repeated or self._barren_pages >= MAX_BARREN_PAGES
        if self._barren_pages == MAX_BARREN_PAGES and page.next_requests:
            pages = MAX_BARREN_PAGES
            problems.append(Reason.of(Code.LIST_IN_CIRCLES, list=self.name, pages=pages, url=request.url))
        return problems

    def _note_links(self, request: ListingRequest, page: ListingPage, *, is_again: bool) -> None:
        """Notes where the page leads, and what it says of further pages."""
        self._following = frozenset(request_key(each) for each in page.next_requests if each.column == request.column)
        self._promised.append(() if is_again else page.promised)
        self._numbered.update(() if is_again else page.numbered)
        self._is_full, self._may_go_on, self._open_end = page.is_full, page.may_go_on, page.open_end
        self._months |= {day[:7] for day in dates(page)}
        if page.other_period:
            self._other_period = page.other_period, request.url

    def _note_totals(self, page: ListingPage) -> list[Reason]:
        """Notes the totals that the site reports; those that shrank are odd."""
        shrank = []
        for unit, reported in (("documents", page.reported_total), ("pages", page.reported_pages)):
            if reported is None:
                continue
            before = self._reported.get(unit, 0)
            if reported < before:
                code = Code.LIST_SHRANK if unit == "documents" else Code.LIST_LOST_PAGES
                shrank.append(Reason.of(code, list=self.name, before=before, reported=reported))
            self._reported[unit] = reported
        self._total_is_upper_bound = page.total_is_upper_bound
        return shrank

    def _stands_in_for_its_own(
        self, request: ListingRequest, page: ListingPage, urls: Set[str], queued: Set[str]
    ) -> bool:
        """Whether the page shows nothing but entries of earlier ones, where entries of its own are to be expected."""
        if urls not in self._shown:
            return bool(urls) and urls <= self._documents and not page.of_other_lists
        if self._is_counted(self._pages + 1) or request.url in self._numbered:
            return True
        # Of fewer entries a list of one page that leads on for ever.
        if page.is_full or fills_page(len(urls)):
            return True
        if request.is_named or (request.place and self._pages == 1):  # The site does not do what the form asks for.
            return True
        leads_back = bool(page.next_requests) and all(request_key(each) in queued for each in page.next_requests)
        return not _is_of_first_page(request) and (urls != self._last_page or leads_back)

    def _of_another_list(self, url: str, page: ListingPage, urls: Set[str]) -> Iterator[Reason]:
        """A page whose documents have addresses of another form, under another heading, or without the dates of those
        before: topics or columns."""
        shapes = {_NUMBER.sub("#", each) for each in urls}
        if self._shapes and shapes and self._shapes.isdisjoint(shapes):
            renamed = page.heading if self.heading and page.heading != self.heading else ""
            is_undated = self._order.is_dated and not dates(page) and len(urls) >= MIN_OVERLAP
            if words := renamed or (page.entries[0].title if is_undated else ""):
                yield Reason.of(Code.LIST_PAGE_OF_ANOTHER, list=self.name, url=url, words=words)
        self.heading, self._shapes = self.heading or page.heading, self._shapes | shapes

    def ends_before(self, request: ListingRequest, queued: Set[str]) -> bool:
        """Whether nothing is to be expected at a request to which the list's last page leads, alone: the list has as
        many documents or pages as the site reports, or its last page has fewer entries than those before. Some sites
        link a page beyond the last one, and count it. `queued`: keys of all requests that were made or wait.
        """
        if self._following != {request_key(request)} or self._left(queued):
            return False
        if self.reported_total is not None and not self._reaches_its_total:
            return False
        if request.by_number:
            return True
        counted = self._reported.get("pages", 0)
        *before, last = [page.entries for page in self._sizes] or [0]
        if not last:
            return False
        if counted == self._pages and request.url not in self._numbered:  # the pager counts from 0 or from 1
            return True
        if not before and not self._reaches_its_total:
            is_short = not (self._is_full or fills_page(last) or request.place or request.is_named)
            return is_short and counted <= 1 and request.url not in self._numbered
        is_shorter = last < max(before, default=0) == min(before, default=0)
        return counted <= self._pages + 1 and (is_shorter or self._reaches_its_total)

    def end_before(self) -> None:
        """Ends the list before a page that `ends_before` is true of, and that has no entries of its own."""
        self.ended = True
        self._pages += 1

    def break_off(self) -> None:
        """Ends the list because one of its pages could not be read: what the others lack says nothing."""
        self._whole = False

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
        words, url = self._other_period
        if self._whole and words and len({month if "月" in words else month[:4] for month in self._months}) == 1:
            yield Reason.of(Code.PAGING_NOT_UNDERSTOOD, url=url, words=words)
        if not self._reaches_its_total:
            yield from self._order.overlaps()
        yield from self._order.sorted_anew(self._lines, self.reported_total)
        if self._repeated and not self._reaches_its_total:
            yield Reason.of(Code.LIST_PAGE_REPEATED, list=self.name, url=self._repeated)
        elif self._whole and (left := self._left(queued)) and not self._counts_one_too_many(left):
            yield Reason.of(Code.LIST_PAGES_LEFT, list=self.name, pages=len(left), url=left[0])
        elif not self._reaches_its_total and (leap := first_leap(self._sizes)):
            yield Reason.of(Code.LIST_PAGES_SKIPPED, list=self.name, before=leap.before, url=leap.url, pages=leap.pages)
        if self._whole and self._sizes:
            yield from self._order.at_its_end(self._sizes[-1].url)
        if self._whole and MOST_OF_A_SEARCH in (self._lines, len(self._documents)):
            yield Reason.of(Code.LIST_OF_A_SEARCH, list=self.name, documents=MOST_OF_A_SEARCH)
        for page, usual in short_pages(self._sizes, self._is_counted):
            yield Reason.of(Code.LIST_PAGE_SHORT, list=self.name, url=page.url, entries=page.entries, usual=usual)

    @property
    def has_its_pages(self) -> bool:
        """Whether all pages that the site counts were read."""
        return 0 < self._reported.get("pages", 0) <= self._pages

    def _is_counted(self, place: int) -> bool:
        """Whether the site counts a page at that place among those of the list, which is not whole yet."""
        return self._reported.get("pages", 0) >= place and not self._reaches_its_total

    @property
    def _reaches_its_total(self) -> bool:
        return self.reported_total is not None and self._lines >= self.reported_total

    def _counts_one_too_many(self, left: Sequence[str]) -> bool:
        """Whether the list has just as many documents as the site reports, and all of its pages but the last one link
        one further page: an empty one (`total / size + 1`). A number of one page alone may be that of a page."""
        linked = len(left) == 1 and all(left[0] in promised for promised in self._promised[:-1])
        return linked and self._pages > 1 and self._lines == self.reported_total

    def _shown_before(self, rows: Sequence[str], total_before: int | None) -> int:
        """How many entries at the top of a page earlier pages had shown: pinned ones, or those of a page that overlaps.

        As many as were added to the list while it was walked have moved there.
        """
        known = sum(1 for _ in takewhile(self._documents.__contains__, rows))
        moved = max((self.reported_total or 0) - total_before, 0) if total_before is not None else 0
        is_pinned = known > 0 and rows[0] == next(iter(self._order.first_rows), "")
        return max(known - moved, 0) if known > 1 or is_pinned else 0

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
        return self._order.is_oldest_first

    @property
    def is_a_list(self) -> bool:
        """Whether any of its pages listed a document or reported a total: some only lead to other lists."""
        return bool(self._documents or self._reported)

    @property
    def _is_open(self) -> bool:
        """Whether nothing says that the list ends where its walk ended."""
        is_alone = self._may_go_on and self._pages == 1
        return (is_alone or self._repeats_its_first) and self._whole and not self._reported

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
            may_go_on=self._is_open,
            open_end=self._open_end and self._pages == 1 and self._whole and not self._reported,
        )


def _is_of_first_page(request: ListingRequest) -> bool:
    """Whether the request names no page, or maybe the first one, which pagers call otherwise than the list itself."""
    if request.place:
        return False
    numbers = _NUMBER.findall(request.url.rpartition("/")[2] + (request.body or b"").decode("utf-8", "replace"))
    return not numbers or not {"0", "1"}.isdisjoint(numbers)


def request_key(request: ListingRequest) -> Address:
    """Identifies a listing page: its URL, and what is posted there; of long ones the beginning and the SHA-256."""
    sent = f"page {request.place}" if request.place else (request.body or b"").decode("utf-8", "replace")
    posted = f"#{request.method} {sent}" if request.body else ""
    key = clean_text(request.url + posted)
    if len(key.encode()) <= MAX_ADDRESS_CHARS:
        return Address(key)
    return Address(f"{clip_bytes(key, MAX_ADDRESS_CHARS - 80)}…#{sha256(key.encode()).hexdigest()}")
