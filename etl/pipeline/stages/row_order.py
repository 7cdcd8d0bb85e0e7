"""How the rows of a list follow each other from page to page, and what that tells of rows that no page showed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from etl.dates import read_date
from etl.platforms.base import Entry, ListingPage
from etl.reason_codes import Code
from etl.reasons import Reason
from etl.web.urls import Address

MIN_OVERLAP = 3
"""Entries at the top of a page that an earlier one had shown, from which on they are no accident."""
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
class RowOrder:
    """The rows of one list, page by page."""

    name: str
    """The name of the list."""
    first_rows: Sequence[str] = ()
    """The documents of the first page that has some, in their order."""
    is_dated: bool = False
    """Whether each entry of the first page has a date."""
    _rows: Sequence[str] = ()
    """The documents of the last page."""
    _falls: bool = True
    """Whether the dates of the first page's entries fall from the first to the last, so that none is pinned."""
    _rises: int = 0
    """How often an entry has a later date than the one before it, less how often it has an earlier one."""
    _numbers: list[tuple[int, int]] = field(default_factory=list)
    """The numbers of the first and the last row of each page that has some."""
    _titles: dict[str, str] = field(default_factory=dict)
    """The titles of documents as they were first listed."""
    _rows_again: list[tuple[str, int]] = field(default_factory=list)
    """Pages that show entries of earlier ones among their own, and how many."""
    _tops: list[_Top] = field(default_factory=list)
    """Of each further page that has entries."""

    def add(
        self,
        url: str,
        page: ListingPage,
        entries: Mapping[Address, Entry],
        *,
        is_first: bool,
        shown: int,
        has_new: bool,
        may_move: bool,
    ) -> Iterator[Reason]:
        """Adds a page; yields the numbers that it skips.

        `shown`: how many entries at its top earlier pages had shown; `has_new`: whether it has others; `may_move`:
        whether documents may have been added since the page before.
        """
        self._note_dates(page, is_first=is_first)
        yield from self._skipped(url, page)
        rows = tuple(entries)
        if not is_first and rows and not page.of_other_lists:
            self._tops.append(_Top(url, rows[:shown], self._rows[-shown:] if shown else (), shown == len(rows)))
        if has_new and not page.of_other_lists:
            self._note_rows_again(url, entries, may_move=may_move)
        self._rows, self.first_rows = rows, self.first_rows or rows

    def at_its_end(self, url: str) -> Iterator[Reason]:
        """Rows that are missing behind the last page, at `url`, whose numbers fall and do not reach one."""
        if self._numbers and (last := self._numbers[-1])[0] > last[1] > 1:
            yield Reason.of(Code.LIST_ROWS_SKIPPED, list=self.name, url=url, before=last[1], after=1)

    def overlaps(self) -> Iterator[Reason]:
        """Pages that begin with entries of earlier ones, which are neither pinned nor the last ones before them: what
        was to stand in their place is shown nowhere.

        Pinned ones are not the newest, or begin each of several further pages.
        """
        first_rows = tuple(self.first_rows)
        on_each = len(self._tops) >= MIN_PINNED_PAGES and len({top.shown for top in self._tops}) == 1
        for top in self._tops:
            pinned = top.shown == first_rows[: len(top.shown)] and (on_each or not self._falls)
            if len(top.shown) >= MIN_OVERLAP and not (top.is_all or pinned or top.shown == tuple(top.last_before)):
                yield Reason.of(Code.LIST_PAGES_OVERLAP, list=self.name, url=top.url, entries=len(top.shown))

    def sorted_anew(self, lines: int, total: int | None) -> Iterator[Reason]:
        """Entries that stand on two pages: a site that sorts by days alone may order those of one day anew for each
        page, so that as many stand on none. Where it reports a total, the others of the list's `lines` must be too few
        for that."""
        again = sum(entries for _, entries in self._rows_again)
        is_short = total is not None and lines - again < total <= lines
        if again >= (MIN_OVERLAP if total is None else MIN_ROWS_AGAIN) and (total is None or is_short):
            yield Reason.of(Code.LIST_ROWS_REPEATED, list=self.name, entries=again, url=self._rows_again[0][0])

    @property
    def is_oldest_first(self) -> bool:
        """Whether the dates of the entries rise; a few old ones that are pinned above new ones make none."""
        return self._rises > 0

    def _note_dates(self, page: ListingPage, *, is_first: bool) -> None:
        """Notes how the dates of the entries follow each other, of those that have one."""
        days = dates(page)
        if is_first:
            self.is_dated = bool(days) and len(days) == len(page.entries)
            self._falls = self.is_dated and days == sorted(days, reverse=True)
        self._rises += sum((day > before) - (day < before) for before, day in pairwise(days))

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

    def _note_rows_again(self, url: str, entries: Mapping[Address, Entry], *, may_move: bool) -> None:
        """Notes entries of earlier pages that stand on a further one, with the same title: not pinned ones, or those
        that moved there from the end of the page before. Two rows may lead to one page that has another title."""
        pinned = () if self._falls else self.first_rows
        on_top = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(entries, self.first_rows, strict=False)))
        own = tuple(entries)[on_top:]
        top = tuple(takewhile(self._titles.__contains__, own))
        own = own[len(top) :] if may_move and top == tuple(self._rows[-len(top) :]) else own
        again = [each for each in own if self._titles.get(each) == entries[each].title != "" and each not in pinned]
        if again:
            self._rows_again.append((url, len(again)))
        self._titles |= {each: entry.title for each, entry in entries.items() if each not in self._titles}


def dates(page: ListingPage) -> list[str]:
    """The dates of publishing of the page's entries, of those that have one."""
    return [day for entry in page.entries if (day := read_date(entry.fields.get("published_date", "")).iso)]
