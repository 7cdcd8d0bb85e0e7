"""A list while it is walked: what its pages showed, and what is odd about them together."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise, takewhile
from statistics import median

from etl.archive.crawls.run import ListSummary
from etl.archive.crawls.walks import KnownList
from etl.dates import read_date
from etl.outside import clean_text, clip_bytes
from etl.platforms.base import Entry, ListingPage, ListingRequest, fills_page
from etl.reason_codes import Code
from etl.reasons import Reason
from etl.web.urls import MAX_ADDRESS_CHARS, Address

_NUMBER = re.compile(r"\d+")
_NUMBERS = re.compile(r"([0-9]{1,6})")
MAX_BARREN_PAGES = 3
"""Listing pages in a row that list nothing new before the list is taken for a trap (a calendar, say)."""
MIN_OVERLAP = 3
"""Entries at the top of a page that an earlier one had shown, from which on they are no accident."""
KNOWN_PAGES = 2
"""Pages in a row of known documents that end a list without a total: pinned entries may fill the first one."""


MIN_ROWS_AGAIN = 2
"""Entries that stand on two pages of a list whose total would be reached with them alone: one may be listed twice."""
MIN_PINNED_PAGES = 2
"""Further pages of a list that begin alike, from which on the entries at their top are pinned, though the newest."""


@dataclass(frozen=True, slots=True)
class _Top:
    """The entries at the top of a further page that earlier pages had `shown`, and as many at the end of the page
    before. `is_all`: the page has no others."""

    url: str
    shown: Sequence[str]
    last_before: Sequence[str]
    is_all: bool


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
    _sizes: list[tuple[str, int]] = field(default_factory=list)
    """The address and the number of entries of each page."""
    _numbers: list[tuple[int, int]] = field(default_factory=list)
    """The numbers of the first and the last row of each page that has some."""
    _rows: Sequence[str] = ()
    """The documents of the last page, in their order; `_first_rows`, those of the first one."""
    _first_rows: Sequence[str] = ()
    _titles: dict[str, str] = field(default_factory=dict)
    """The titles of documents as they were first listed."""
    _rows_again: list[tuple[str, int]] = field(default_factory=list)
    """Pages that show entries of earlier ones among their own, and how many."""
    _tops: list[_Top] = field(default_factory=list)
    """Of each further page that has entries."""
    _following: Set[str] = frozenset()
    """Keys of the requests of this list to which its last page leads."""
    _falls: bool = True
    """Whether the dates of the first page's entries fall from the first to the last, so that none is pinned."""
    _dated: bool = False
    """Whether each entry of the first page has a date."""
    heading: str = ""
    """What the first page is called, without numbers."""
    _shapes: set[str] = field(default_factory=set)
    """The forms of the documents' addresses, numbers left out."""
    _rises: int = 0
    """How often an entry has a later date than the one before it, less how often it has an earlier one."""

    def add(
        self, request: ListingRequest, page: ListingPage, entries: Mapping[Address, Entry], queued: Set[str]
    ) -> list[Reason]:
        """Adds a listing page with its entries by their canonical URLs; returns what is odd about it. `queued`: keys of
        the requests that were made, or are going to be."""
        rows, urls, told_before = tuple(entries), frozenset(entries), self.reported_total
        has_nothing = urls <= self._documents and not page.of_other_lists and not (page.next_requests and not urls)
        if has_nothing and self.ends_before(request, queued):
            self.end_before()
            # That the page of an earlier number leads on says nothing new.
            return [problem for problem in page.problems if problem.code != Code.PAGING_NOT_UNDERSTOOD]
        problems = [*page.problems, *self._note_totals(page)]
        days = [day for entry in page.entries if (day := read_date(entry.fields.get("published_date", "")).iso)]
        self._note_days(days, len(page.entries))
        new, again = urls - self._documents, urls in self._shown
        # Some sites answer a page beyond the end with the last one again. That is an end; whether the list is complete
        # shows when it is compared with the reported totals.
        repeated = bool(urls) and urls == self._last_page and not page.of_other_lists
        if self._stands_in_for_its_own(request, page, urls, queued):
            self._repeated = self._repeated or request.url
        problems += [
            *self._of_another_list(request.url, page, urls, days),
            *self._skipped(request.url, page),
        ]
        self._note_top(request.url, page, rows, told_before)
        if new and not page.of_other_lists:
            may_move = told_before is None or told_before != self.reported_total
            self._note_rows_again(request.url, entries, may_move=may_move)
        self._following = frozenset(request_key(each) for each in page.next_requests if each.column == request.column)
        self._promised.append(() if again else page.promised)
        self._numbered.update(() if again else page.numbered)
        self._sizes.append((request.url, len(urls) + page.of_other_lists))
        self._barren_pages = 0 if new or repeated or page.of_other_lists else self._barren_pages + 1
        self._pages += 1
        self._lines += 0 if again else len(page.entries) - self._shown_before(rows, told_before)
        self._documents |= new
        self._last_page, self._rows = urls, rows
        self._first_rows = self._first_rows or rows
        self._shown |= {urls} if urls else set()
        self.ended = repeated or self._barren_pages >= MAX_BARREN_PAGES
        if self._barren_pages == MAX_BARREN_PAGES and page.next_requests:
            pages = MAX_BARREN_PAGES
            problems.append(Reason.of(Code.LIST_IN_CIRCLES, list=self.name, pages=pages, url=request.url))
        return problems

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

    def _note_days(self, days: Sequence[str], entries: int) -> None:
        """Notes how the dates of a page's entries follow each other, of those that have one."""
        if not self._pages:
            self._dated = bool(days) and len(days) == entries
            self._falls = self._dated and list(days) == sorted(days, reverse=True)
        self._rises += sum((day > before) - (day < before) for before, day in pairwise(days))

    def _stands_in_for_its_own(
        self, request: ListingRequest, page: ListingPage, urls: Set[str], queued: Set[str]
    ) -> bool:
        """Whether the page shows nothing but entries of earlier ones, where entries of its own are to be expected."""
        if urls not in self._shown:
            return bool(urls) and urls <= self._documents and not page.of_other_lists
        if self._is_counted(self._pages + 1) or request.url in self._numbered:
            return True
        # Of fewer entries a list of one page that leads on for ever.
        if fills_page(len(urls)):
            return True
        leads_back = bool(page.next_requests) and all(request_key(each) in queued for each in page.next_requests)
        return not _is_of_first_page(request) and (urls != self._last_page or leads_back)

    def _of_another_list(self, url: str, page: ListingPage, urls: Set[str], days: Sequence[str]) -> Iterator[Reason]:
        """A page whose documents have addresses of another form, under another heading, or without the dates of those
        before: topics or columns."""
        shapes = {_NUMBER.sub("#", each) for each in urls}
        if self._shapes and shapes and self._shapes.isdisjoint(shapes):
            renamed = page.heading if self.heading and page.heading != self.heading else ""
            undated = page.entries[0].title if self._dated and not days and len(urls) >= MIN_OVERLAP else ""
            if words := renamed or undated:
                yield Reason.of(Code.LIST_PAGE_OF_ANOTHER, list=self.name, url=url, words=words)
        self.heading, self._shapes = self.heading or page.heading, self._shapes | shapes

    def _skipped(self, url: str, page: ListingPage) -> Iterator[Reason]:
        """Rows whose numbers say that there are others between them and those of the page before."""
        if page.numbers is None:
            return
        first, last = page.numbers
        if self._numbers:
            begun, ended = self._numbers[-1]
            step = 1 if last > first else -1
            goes_on = (ended > begun) == (last > first) and first != self._numbers[0][0]
            if goes_on and (first - ended) * step > 1:
                yield Reason.of(Code.LIST_ROWS_SKIPPED, list=self.name, url=url, before=ended, after=first)
        self._numbers.append(page.numbers)

    def _note_top(self, url: str, page: ListingPage, rows: Sequence[str], told_before: int | None) -> None:
        """Notes the entries of earlier pages with which a further one begins."""
        if self._pages and rows and not page.of_other_lists:
            shown = self._shown_before(rows, told_before)
            self._tops.append(_Top(url, tuple(rows[:shown]), self._rows[-shown:] if shown else (), shown == len(rows)))

    def _note_rows_again(self, url: str, entries: Mapping[Address, Entry], *, may_move: bool) -> None:
        """Notes entries of earlier pages that stand on a further one, with the same title: not pinned ones, or those
        that moved there from the end of the page before. Two rows may lead to one page that has another title.

        `may_move`: documents may have been added since the page before.
        """
        pinned = () if self._falls else self._first_rows
        on_top = sum(
            1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(entries, self._first_rows, strict=False))
        )
        own = tuple(entries)[on_top:]
        top = tuple(takewhile(self._titles.__contains__, own))
        own = own[len(top) :] if may_move and top == tuple(self._rows[-len(top) :]) else own
        again = [each for each in own if self._titles.get(each) == entries[each].title != "" and each not in pinned]
        if again:
            self._rows_again.append((url, len(again)))
        self._titles |= {each: entry.title for each, entry in entries.items() if each not in self._titles}

    def _sorted_anew(self) -> Iterator[Reason]:
        """Entries that stand on two pages: a site that sorts by days alone may order those of one day anew for each
        page, so that as many stand on none. Where it reports a total, the others must be too few for that."""
        again, total = sum(entries for _, entries in self._rows_again), self.reported_total
        is_short = total is not None and self._lines - again < total <= self._lines
        if again >= (MIN_OVERLAP if total is None else MIN_ROWS_AGAIN) and (total is None or is_short):
            yield Reason.of(Code.LIST_ROWS_REPEATED, list=self.name, entries=again, url=self._rows_again[0][0])

    def _overlap(self) -> Iterator[Reason]:
        """Pages that begin with entries of earlier ones, which are neither pinned nor the last ones before them: what
        was to stand in their place is shown nowhere.

        Pinned ones are not the newest, or begin each of several further pages.
        """
        first_rows = tuple(self._first_rows)
        on_each = len(self._tops) >= MIN_PINNED_PAGES and len({top.shown for top in self._tops}) == 1
        for top in self._tops:
            pinned = top.shown == first_rows[: len(top.shown)] and (on_each or not self._falls)
            if len(top.shown) >= MIN_OVERLAP and not (top.is_all or pinned or top.shown == tuple(top.last_before)):
                yield Reason.of(Code.LIST_PAGES_OVERLAP, list=self.name, url=top.url, entries=len(top.shown))

    def ends_before(self, request: ListingRequest, queued: Set[str]) -> bool:
        """Whether nothing is to be expected at a request to which the list's last page leads, alone: the list has as
        many documents as the site reports, or its last page has fewer entries than those before it. Some sites link a
        page beyond the last one, and count it. `queued`: keys of all requests that were made or wait.
        """
        if self._following != {request_key(request)} or self._left(queued):
            return False
        if self.reported_total is not None and not self._reaches_its_total:
            return False
        counted = self._reported.get("pages", 0)
        *before, last = [entries for _, entries in self._sizes]
        if not last:  # a page that only leads to the list
            return False
        if not before and not self._reaches_its_total:
            return not fills_page(last) and counted <= 1 and request.url not in self._numbered
        is_short = last < max(before, default=0) == min(before, default=0)
        return counted <= self._pages + 1 and (is_short or self._reaches_its_total)

    def end_before(self) -> None:
        """Ends the list before a page that `ends_before` is true of, and that has no entries of its own."""
        self.ended = True
        self._pages += 1

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
        if not self._reaches_its_total:
            yield from self._overlap()
        yield from self._sorted_anew()
        if self._repeated and not self._reaches_its_total:
            yield Reason.of(Code.LIST_PAGE_REPEATED, list=self.name, url=self._repeated)
        elif self._whole and (left := self._left(queued)) and not self._counts_one_too_many(left):
            yield Reason.of(Code.LIST_PAGES_LEFT, list=self.name, pages=len(left), url=left[0])
        elif not self._reaches_its_total and (jump := _jump(self._sizes)):
            before, url, pages = jump
            yield Reason.of(Code.LIST_PAGES_SKIPPED, list=self.name, before=before, url=url, pages=pages)
        if self._whole and self._numbers and (last := self._numbers[-1])[0] > last[1] > 1:
            url = self._sizes[-1][0]
            yield Reason.of(Code.LIST_ROWS_SKIPPED, list=self.name, url=url, before=last[1], after=1)
        usual = median([entries for _, entries in self._sizes if entries] or [0])
        last_of_rows = max((place for place, (_, entries) in enumerate(self._sizes, 1) if entries), default=0)
        for place, (url, entries) in enumerate(self._sizes[1:], 2):
            is_last = place == last_of_rows
            if entries * 2 < usual and (self._is_counted(place) if not entries else not is_last):
                yield Reason.of(Code.LIST_PAGE_SHORT, list=self.name, url=url, entries=entries, usual=int(usual))

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

    def _shown_before(self, rows: Sequence[str], told_before: int | None) -> int:
        """How many entries at the top of a page earlier pages had shown: pinned ones, or those of a page that overlaps.

        As many as were added to the list while it was walked have moved there.
        """
        known = sum(1 for _ in takewhile(self._documents.__contains__, rows))
        moved = max((self.reported_total or 0) - told_before, 0) if told_before is not None else 0
        is_pinned = known > 0 and rows[0] == next(iter(self._first_rows), "")
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


def _jump(pages: Sequence[tuple[str, int]]) -> tuple[str, str, int] | None:
    """Where the number in the addresses of a list's pages (address, entries) leaps over some: the address before, the
    one behind, and how many lie between. Numbers rise by one, or by the entries of a page; the first page has none."""
    numbers: list[tuple[str, int]] = []
    for (before, _), (url, _) in pairwise(pages):
        if number := _other_number(before, url):
            numbers += [(url, number[1])] if numbers else [(before, number[0]), (url, number[1])]
        elif numbers:
            return None
    if not numbers:
        return None
    first, is_first = numbers[0][1], numbers[0][0] == pages[0][0]
    steps = [after - before for (_, before), (_, after) in pairwise(numbers)]
    usual = pages[0][1]
    if not is_first and first in (1, 2, usual):
        steps.append(usual if first == usual else 1)
    unit = min(steps)
    if unit not in (1, usual) or any(step % unit for step in steps):
        return None
    leaps = (
        (before, url, step // unit - 1) for ((before, _), (url, _)), step in zip(pairwise(numbers), steps, strict=False)
    )
    return next((leap for leap in leaps if leap[2] > 0), None)


def _other_number(before: str, url: str) -> tuple[int, int] | None:
    """The numbers by which alone two addresses differ."""
    parts, others = (_NUMBERS.split(each) for each in (before, url))
    places = [at for at, (one, other) in enumerate(zip(parts, others, strict=False)) if one != other]
    if len(parts) != len(others) or len(places) != 1 or places[0] % 2 == 0:
        return None
    return int(parts[places[0]]), int(others[places[0]])


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
