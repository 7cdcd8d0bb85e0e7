"""Sites of no known family: the key `listing` of the source file has selectors of rows, links and fields.

The next page of a list is its `next` link or the next numbered address of `pages`. Numbered addresses end at the number
of pages that the site reports (`page_count`), or, without one, at the first page without rows. A column may also be a
sitemap, a feed, or a service that answers data (JSON, JSONP), named with the number of its first page (`…?page=1`);
these need no selectors, unless the data has its rows as HTML.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lxml.html import HtmlElement

from etl.dates import first_iso_date
from etl.fields import DATE_FIELDS
from etl.outside import digits
from etl.platforms.answers.data_lists import content_of, list_in, markup_in, may_go_on, totals_of, turned
from etl.platforms.answers.feeds import ROOT, is_feed, read_feed
from etl.platforms.answers.turned_numbers import are_no_rows
from etl.platforms.base import (
    CandidateList,
    Entry,
    Fingerprint,
    Layout,
    ListingPage,
    ListingRequest,
    NotAListing,
    Platform,
)
from etl.platforms.drafting.repeated_rows import repeated_rows
from etl.platforms.drafting.written_addresses import written_addresses
from etl.platforms.elements.columns import feeds_of, is_front_page, linked_columns, page_name
from etl.platforms.paging.page_steps import is_view_of
from etl.platforms.paging.paging import counts
from etl.platforms.rows.rows import block_entries
from etl.platforms.rows.titles_beside import title_wordless
from etl.reason_codes import Code
from etl.web.page import WebPage, absolute, base_url
from etl.web.select import elements, text_of
from etl.web.urls import resolved

if TYPE_CHECKING:
    from etl.sources.listing import Listing
    from etl.sources.schema import Source

_NUMBER, _NUMBER_IN_SCRIPT = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)|\d+"), re.compile(r"\d+")
"""In text, commas separate thousands; in scripts, arguments."""

_OUTER = re.compile(r"(?<![^\s>,])[^\s>,]+(?:\s*>\s*|\s+)(?=[^\s>]+\s*>)")
"""An element of a selector around the parent of the rows."""


class Generic(Platform):
    """Any other site: lists by CSS or XPath from the source file, sitemaps, RSS and Atom."""

    name = "generic"
    accepts_selectors = True
    fingerprints = (Fingerprint("a sitemap or a feed", "markup", ROOT.pattern, 3),)

    def __init__(self, listing: "Listing | None" = None) -> None:
        self._listing = listing
        if listing:
            self.layout = Layout(body=listing.body, header=listing.header)

    def for_source(self, source: "Source") -> Platform:
        return Generic(source.listing)

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        if self._listing and (name := self._listing.page_number or self._listing.row_number):
            request = replace(request, turned_by=("page" if self._listing.page_number else "start", name))
        if is_feed(page):
            listing_page = read_feed(page, request)
        elif _is_data(page):
            listing_page = self._data(page, request)
        else:
            listing_page = self._rows(page, request)
        if not (self._listing and self._listing.only):
            return listing_page
        only = re.compile(self._listing.only)
        own = tuple(entry for entry in listing_page.entries if only.search(entry.url))
        return replace(listing_page, entries=own, of_other_lists=len(listing_page.entries) - len(own))

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        if is_feed(page) or (_is_data(page) and self.guess_listing(page) is not None):
            return (CandidateList(page.url, page_name(page) if page.is_markup else ""),)
        may_be_catalog = not is_front_page(page.url) and self.guess_listing(page) is None
        linked = linked_columns(page, re.compile("^/"), only_disclosure=True, or_below=may_be_catalog)
        return (*linked, *feeds_of(page))

    def guess_listing(self, page: WebPage, outer: WebPage | None = None) -> Mapping[str, Any] | None:
        if not _is_data(page):
            return repeated_rows(page)
        try:
            content = content_of(page)
        except NotAListing:
            return None
        if _lists_documents(content, page.url):
            return {}
        for form in written_addresses(outer, page.url) if outer else ():
            if _lists_documents(content, page.url, form):
                return {"address": form}
        html = markup_in(content)
        return repeated_rows(replace(page, text=html)) if html else None

    def _data(self, page: WebPage, request: ListingRequest) -> ListingPage:
        listing, content = self._listing, content_of(page)
        try:
            data = list_in(content, page.url, request, (listing and listing.address) or "")
        except NotAListing:
            if not (listing and listing.rows):
                raise
            return self._rows_of_data(page, content, request)
        return _turned_by_pages(data, listing, page, request) if listing and listing.pages else data

    def _rows_of_data(self, page: WebPage, content: Any, request: ListingRequest) -> ListingPage:
        """Rows that a service answers as HTML in its data, with the totals that the HTML and the data state."""
        html = replace(page, text=markup_in(content) or (page.text if page.text.lstrip().startswith("<") else ""))
        if request.seen and not html.text:  # Behind the last page the data has no links.
            return ListingPage((), *totals_of(content, 0))
        listing_page, stated = self._rows(html, request), counts(html)
        documents, pages = totals_of(content, len(listing_page.entries))
        total, pages = listing_page.reported_total or documents, listing_page.reported_pages or pages
        if stated:
            total, pages = total or stated.documents, stated.pages or pages
        listing_page = replace(listing_page, reported_total=total, reported_pages=pages)
        if listing_page.next_requests:
            return listing_page
        listing_page = turned(listing_page, request)
        if listing_page.next_requests or listing_page.problems:
            return listing_page
        return replace(listing_page, may_go_on=may_go_on(listing_page, request))

    def _rows(self, page: WebPage, request: ListingRequest) -> ListingPage:
        listing = self._listing
        if listing is None or listing.rows is None:
            raise NotAListing(Code.ROWS_NOT_NAMED)
        title_wordless(page, or_verbs=True)
        rows = elements(listing.rows, page.tree) or (_rows_alone(listing.rows, page) if request.seen else [])
        entries = tuple(
            entry for entry in _entries(rows, base_url(page), listing) if not is_view_of(entry.url, page.url)
        )
        total, pages = _number(listing.total, page), _number(listing.page_count, page)
        current = _current(listing, request.url)
        if rows and not entries:
            raise NotAListing(Code.ROWS_WITHOUT_LINK, count=len(rows), rows=listing.rows)
        may_be_empty = total == 0 or (current > 1 and pages is None)
        if not rows and not may_be_empty and not (request.by_number and are_no_rows(page)):
            if pages and current > 1:
                raise NotAListing(Code.EMPTY_PAGE_OF_LIST, page=current, pages=pages)
            raise NotAListing(Code.NO_ROWS, rows=listing.rows)
        url = _next(listing, page, request.url, current, pages) if rows else None
        next_requests = (request.behind(entries, url),) if url and url != request.url else ()
        return ListingPage(entries, total, pages, next_requests)


def _turned_by_pages(data: ListingPage, listing: "Listing", page: WebPage, request: ListingRequest) -> ListingPage:
    """A page of a service, with the request for the next one, whose address `listing.pages` makes."""
    seen = request.seen + len(data.entries)
    url = _next(listing, page, request.url, _current(listing, request.url), data.reported_pages)
    is_last = not data.entries or (data.reported_total is not None and seen >= data.reported_total)
    problems = tuple(problem for problem in data.problems if problem.code != Code.PAGING_NOT_UNDERSTOOD)
    if is_last or url is None or url == request.url:
        return replace(data, next_requests=(), problems=problems)
    return replace(data, next_requests=(replace(request, url=url, seen=seen),), problems=problems)


def _rows_alone(selector: str, page: WebPage) -> list[HtmlElement]:
    """The rows of an answer that is no whole page, which a script puts into the page: without what is around them
    there (`#list ul > li`, `ul > li`)."""
    inner = () if "<html" in page.lower or selector.startswith(("/", "./", "(")) else _OUTER.finditer(selector)
    return next(filter(None, (elements(selector[outer.end() :], page.tree) for outer in inner)), [])


def _is_data(page: WebPage) -> bool:
    """Whether the page is data as services answer it (JSON, XML), perhaps in a call (JSONP)."""
    return page.is_data or not page.is_markup


def _lists_documents(content: Any, url: str, form: str = "") -> bool:
    """Whether the data of the page at `url` lists documents, each at its own address. `form`: that of the addresses."""
    try:
        entries = list_in(content, url, ListingRequest(url), form).entries
    except NotAListing:
        return False
    return bool(entries) and (not form or len({entry.url for entry in entries}) == len(entries))


def _entries(rows: list[HtmlElement], base: str, listing: "Listing") -> Iterator[Entry]:
    """The entries of the rows: values found in and around each row, replaced by those that the selectors give."""
    link_in = (lambda row: next(iter(elements(listing.link or "", row)), None)) if listing.link else None
    plain = block_entries(rows, base, link_in)
    for row in rows:
        entry = plain.get(row) or _entry_by_text(row, base, listing)
        if entry:
            title = text_of(listing.title, row) if listing.title else entry.title
            yield Entry(entry.url, title, {**entry.fields, **dict(_fields(row, listing))})


def _entry_by_text(row: HtmlElement, base: str, listing: "Listing") -> Entry | None:
    """The entry of a row whose `link` is an attribute or a text, not an element."""
    target = text_of(listing.link, row) if listing.link and not elements(listing.link, row) else ""
    url = absolute(target, base) if target not in ("", "#") else None
    return Entry(url) if url else None


def _fields(row: HtmlElement, listing: "Listing") -> Iterator[tuple[str, str]]:
    for name, selector in listing.fields.items():
        text = text_of(selector, row)
        if field_value := first_iso_date(text) if name in DATE_FIELDS else text:
            yield name, field_value


def _number(selector: str | None, page: WebPage) -> int | None:
    form = _NUMBER_IN_SCRIPT if selector and "script" in selector else _NUMBER
    match = form.search(text_of(selector, page.tree)) if selector else None
    return digits(match[0].replace(",", "")) if match else None


def _match_number(listing: "Listing", url: str) -> re.Match[str] | None:
    """The match of `listing.pages` in the address of a page after the first; group 1 is the number."""
    if not listing.pages:
        return None
    before, after = map(re.escape, listing.pages.removeprefix("./").split("{page}"))
    return re.search(rf"{before}(\d+){after}$", url)


def _current(listing: "Listing", url: str) -> int:
    """The page's position in its list, from 1."""
    number = _match_number(listing, url)
    return max(digits(number[1]) - listing.second + 2, 1) if number else 1


def _next(listing: "Listing", page: WebPage, url: str, current: int, pages: int | None) -> str | None:
    if listing.next:
        link = next(iter(elements(listing.next, page.tree)), None)
        target = (link.get("href") or "") if link is not None else text_of(listing.next, page.tree)
        return absolute(target, base_url(page)) if target.strip() not in ("", "#") else None
    if not listing.pages or (pages is not None and current >= pages):
        return None
    if number := _match_number(listing, url):
        return f"{url[: number.start(1)]}{digits(number[1]) + 1}{url[number.end(1) :]}"
    return resolved(page.url, listing.pages.replace("{page}", str(listing.second)))
