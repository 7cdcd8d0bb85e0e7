"""Reads one listing page by its family's rules, and compares the result with other signs in the page.

Every caller uses this module. A family knows the pagers and rows that were seen on its sites. If a page has
others, common helpers read them, and anything not understood is a problem of the list, never its end.
"""

import re
from collections import Counter
from collections.abc import Collection, Container
from dataclasses import replace
from functools import lru_cache, partial
from urllib.parse import urlsplit

from etl.platforms.answers.data_lists import content_of, may_go_on, read_data_list
from etl.platforms.answers.feeds import is_feed
from etl.platforms.answers.refusals import refusal_in
from etl.platforms.answers.request_numbers import written_number
from etl.platforms.answers.turned_numbers import are_rows_alone, by_number_of_script, by_own_number
from etl.platforms.base import UNREADABLE, ListingPage, ListingRequest, NotAListing, Platform, fills_page
from etl.platforms.elements.columns import shows_several_lists
from etl.platforms.elements.drawn_digits import write_drawn_digits
from etl.platforms.elements.element_words import label_of
from etl.platforms.elements.encoded_parts import with_decoded_parts
from etl.platforms.elements.script_links import read_script_links, unread_rows
from etl.platforms.elements.script_trees import tree_of_lists
from etl.platforms.paging.answer_headers import with_headers
from etl.platforms.paging.hidden_pages import hidden_pages
from etl.platforms.paging.issues import other_issue
from etl.platforms.paging.list_numbers import Counts
from etl.platforms.paging.list_scripts import services_asked
from etl.platforms.paging.opened_steps import opened_by_step
from etl.platforms.paging.page_forms import page_by_form
from etl.platforms.paging.page_steps import page_behind, steps
from etl.platforms.paging.pager_links import next_is_disabled, next_url, turns_within
from etl.platforms.paging.pager_promises import heading_of, pages_before, promised_pages
from etl.platforms.paging.paging import (
    counts_by_name,
    counts_in_words,
    says_that_it_ends,
    script_pager,
    shown_words,
    sign_of_more,
)
from etl.platforms.paging.parts import part_of_a_form, part_of_buttons
from etl.platforms.paging.script_jumps import jump_ahead
from etl.platforms.paging.sent_forms import next_by_form, step_not_sent
from etl.platforms.paging.short_counts import short_counts
from etl.platforms.paging.tabs import (
    lists_of_other_parts,
    lists_of_other_years,
    other_period,
    part_on_request,
    tab_above,
    tab_of_another_list,
)
from etl.platforms.rows.row_links import COMPANION
from etl.platforms.rows.undrawn_rows import swallowed_rows, undrawn_rows
from etl.platforms.rows.written_rows import write_scripted_rows
from etl.platforms.unread.doubts import may_lead_on
from etl.platforms.unread.excerpts import list_elsewhere
from etl.platforms.unread.list_ends import first_and_last, sign_around
from etl.platforms.unread.other_boxes import only_in_other_boxes
from etl.platforms.unread.row_numbers import row_numbers
from etl.platforms.unread.rows_apart import folded_rows, rows_apart, rows_behind
from etl.platforms.unread.unread_lists import empty_list, hidden_page, rows_without_link, unread_list
from etl.reason_codes import Code
from etl.reasons import Reason
from etl.web.comments import take_out_comments
from etl.web.markup import breaks_off, ends_early
from etl.web.page import WebPage, links
from etl.web.redirects import loads_another, page_redirect
from etl.web.urls import resolved

MIN_UNLISTED = 5
"""From this many links of the same form that are not entries, the rows of a page count as not understood."""
MIN_TURNED_WITHIN = 200
"""From this many entries on a first page, a pager without numbers is assumed to turn within the page: two lists of
beijing.gov.cn hold all of their 998 and 325 rows and turn by script. Pages of lists were seen to have up to 100."""
MAX_SERVICES = 3
"""Maximum number of services that a reason names."""
_MIN_COLUMN = 10
"""From this many rows, an equal number of links of the same form is a second column of the list; a shorter box of the
newest documents is not."""
BELOW = " / "
"""Separates the name of a column from that of a list below it."""
_PAGE_PATH = re.compile(r"\A(?!.*/(?:\w{0,8}api|rest|services?)/).*(?:/|\.(?:s?html?|jhtml|xml))", re.IGNORECASE)
"""The path of a page, where no service answers. Those of services may end in a slash (`/api/documents/`)."""
_SHOWN_CHARS = 60
_DIGITS = re.compile(r"\d+|[0-9a-f]{16,}", re.IGNORECASE)


def read_list_page(family: Platform, page: WebPage, request: ListingRequest) -> ListingPage:
    """The entries and next requests of a listing page, with `problems` if it has signs of more than was understood.

    Raises `NotAListing` if the page is not a listing of the family.
    """
    try:
        page = with_decoded_parts(page)
        if page.is_markup:
            take_out_comments(page.tree)
        return with_headers(_read(family, page, request), page, request)
    except UNREADABLE as error:
        words = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise NotAListing(Code.UNKNOWN_FORM, family=family.name, error=words) from error


def _read(family: Platform, page: WebPage, request: ListingRequest) -> ListingPage:
    read_script_links(page)
    write_drawn_digits(page)
    listing = _listed(family, page, request)
    if not listing.entries and not listing.next_requests:
        _require_list(listing, page)
    if ends_early(page.text) or (page.is_markup and breaks_off(page.text)):
        listing = listing.with_problem(Reason.of(Code.LIST_ENDS_EARLY, url=request.url))
    if not page.is_markup:
        return _without_own_address(_with_titles(listing, page, request), page, request)
    return _completed(listing, family, page, request) if listing.entries else listing


def _listed(family: Platform, page: WebPage, request: ListingRequest) -> ListingPage:
    """What the family reads of the page, else what data lists in another form.

    Raises `NotAListing`, with the page or the services that have the list if the page leads to them.
    """
    try:
        return _read_or_written(family, page, request)
    except NotAListing as error:
        if other := _other_data(family, page, request):
            return other
        if onward := page_redirect(page):
            raise NotAListing(Code.LEADS_ON, url=onward.url) from error
        if services := _services(page):
            raise NotAListing(Code.SCRIPTS_ASK_SERVICES, reason=error.reason, services=services) from error
        raise


def _require_list(listing: ListingPage, page: WebPage) -> None:
    """Raises `NotAListing` if a page without rows only looks like an empty list."""
    # The fetcher follows one page that only leads on, not a second.
    if onward := page_redirect(page):
        raise NotAListing(Code.LEADS_ON, url=onward.url)
    if message := _refusal(page):
        raise NotAListing(Code.SERVICE_ANSWERS, message=message)
    if page.is_data and not listing.reported_total and _PAGE_PATH.fullmatch(urlsplit(page.url).path):
        # A gateway in front of the site answers so: the page itself says nothing of an empty list.
        raise NotAListing(Code.DATA_WITHOUT_LIST, begins=" ".join(page.text[:_SHOWN_CHARS].split()))


def _completed(listing: ListingPage, family: Platform, page: WebPage, request: ListingRequest) -> ListingPage:
    """The rows of a page with what the page says beside them: rows set apart, the next page, numbers of pages and
    documents, lists of other years, and signs that it has more than was understood."""
    if apart := rows_apart(page, _titles(listing)):
        listing = replace(listing, entries=(*apart, *listing.entries))
    without_itself = partial(_without_itself, family, page, request)
    listing = without_itself(listing)
    years = _other_years(listing, page, request)
    if listing.reported_total is None or not _goes_on_or_ends(listing, request):
        words = _without_titles(shown_words(page), listing)
        stated = counts_in_words(page, words)
        listing = _with_total(listing, stated)
        if not _goes_on_or_ends(listing, request):
            continued = _continued(listing, page, request, stated, words)
            listing = without_itself(continued)
            if continued.next_requests and not listing.next_requests:
                listing = _with_sign(listing, page, request, stated, words)
        listing = _with_pages(_ended(listing, request, stated), request, stated)
    if unlisted := _unlisted(listing, page, request):
        listing = listing.with_problem(unlisted)
    promised = promised_pages(page, listing, request)
    goes_on = not request.seen and listing.next_requests
    return replace(
        listing,
        other_period=(other_period(page, _days(listing)) if goes_on else None) or "",
        next_requests=(*listing.next_requests, *years),
        promised=tuple(promised),
        numbered=tuple(url for url, by_number in promised.items() if by_number),
        heading=heading_of(page),
        numbers=row_numbers(page, _titles(listing)),
    )


def _read_or_written(family: Platform, page: WebPage, request: ListingRequest) -> ListingPage:
    """What the family reads of the page; where that is no list, of the page with what its scripts write."""
    try:
        return family.read_listing(page, request)
    except NotAListing:
        if not (page.is_markup and write_scripted_rows(page)):
            raise
    return family.read_listing(page, request)


def _refusal(page: WebPage) -> str:
    """What data without rows says of its failure, which families take for an empty list or its end; empty for none."""
    try:
        message = "" if page.is_markup else refusal_in(content_of(page))
    except NotAListing:
        return ""
    return message


def _services(page: WebPage) -> str:
    """What the scripts of a page without rows request; empty where they request nothing, or the page is data."""
    return ", ".join(services_asked(page)[:MAX_SERVICES]) if page.is_markup else ""


def _with_titles(listing: ListingPage, page: WebPage, request: ListingRequest) -> ListingPage:
    """The listing of data, with the problem that none of its rows has a title: the site calls its values otherwise than
    the family reads them. Sitemaps have none."""
    if not listing.entries or is_feed(page) or any(entry.title for entry in listing.entries):
        return listing
    return listing.with_problem(Reason.of(Code.LIST_WITHOUT_TITLES, url=request.url, rows=len(listing.entries)))


def _without_own_address(listing: ListingPage, page: WebPage, request: ListingRequest) -> ListingPage:
    """The listing of data, in which rows that lead to the data itself have no address: they get one that is no URL."""
    own = {page.url, request.url}
    if all(entry.url not in own for entry in listing.entries):
        return listing
    entries = (
        replace(entry, url=f"row:{place}") if entry.url in own else entry
        for place, entry in enumerate(listing.entries, 1)
    )
    return replace(listing, entries=tuple(entries))


def _other_data(family: Platform, page: WebPage, request: ListingRequest) -> ListingPage | None:
    """The list that data has which are no answer of the family's own services: sites ask others too. None for none."""
    own = (sign.pattern for sign in family.fingerprints if sign.where == "service")
    if page.is_markup or any(re.search(pattern, page.url) for pattern in own):
        return None
    try:
        return read_data_list(page, request)
    except NotAListing:
        return None


def _other_years(listing: ListingPage, page: WebPage, request: ListingRequest) -> tuple[ListingRequest, ...]:
    """The lists of other years that the first page of a list of one year links, and those of other letters; each is a
    separate list."""
    if request.seen:
        return ()
    known = {following.url for following in listing.next_requests} | {entry.url for entry in listing.entries}
    lists = lists_of_other_years(page, _days(listing)) or lists_of_other_parts(page)
    name = request.column.partition(BELOW)[0]
    return tuple(ListingRequest(url, f"{name}{BELOW}{words}") for url, words in lists.items() if url not in known)


def _titles(listing: ListingPage) -> dict[str, str]:
    """The titles of the entries by their addresses."""
    return {entry.url: entry.title for entry in listing.entries}


def _without_itself(family: Platform, page: WebPage, request: ListingRequest, listing: ListingPage) -> ListingPage:
    """Drops a next page that is this page: a link `#p2` is handled by a script, and its content is not read.

    On a first page, it also drops the target of 首页 and 上一页: in pagers of a single page, all links are equal.
    """
    if family.reads_fragments or not listing.next_requests:
        return listing
    own = {page.url, *(() if request.seen else pages_before(page))}
    others = tuple(
        each
        for each in listing.next_requests
        if each.body or each.is_named or each.column != request.column or each.url not in own
    )
    return listing if others == listing.next_requests else replace(listing, next_requests=others)


def _without_titles(words: str, listing: ListingPage) -> str:
    """The page's words without titles that have numbers: 共30项 in a title does not count documents of the list."""
    for entry in listing.entries:
        if any(map(str.isdigit, entry.title)):
            words = words.replace("".join(entry.title.split()), "")
    return words


def _days(listing: ListingPage) -> list[str]:
    return [day for entry in listing.entries if (day := entry.fields.get("published_date"))]


def _goes_on_or_ends(listing: ListingPage, request: ListingRequest) -> bool:
    """Whether the next page is known, or the page's own numbers decide whether there is one: a walk compares those."""
    total = listing.reported_total
    return bool(
        listing.next_requests
        or listing.reported_pages is not None
        or (total is not None and request.seen + len(listing.entries) >= total)
    )


def _with_total(listing: ListingPage, stated: Counts | None) -> ListingPage:
    """Adds the total that the pager gives in words, if the family found none."""
    if listing.reported_total is not None or stated is None or not stated.in_words:
        return listing
    return replace(listing, reported_total=stated.documents)


def _ended(listing: ListingPage, request: ListingRequest, stated: Counts | None) -> ListingPage:
    """Drops the next link of a page that says it is the last one (第7页/共7页): some sites have such a link there too.
    The walk compares the number of pages with those that it read.

    第1页/共1页 on a further page is the pager of another list.
    """
    if not (request.seen and stated and stated.pages and stated.current == stated.pages > 1):
        return listing
    others = tuple(following for following in listing.next_requests if not following.seen)
    return replace(listing, next_requests=others, reported_pages=listing.reported_pages or stated.pages)


def _with_pages(listing: ListingPage, request: ListingRequest, stated: Counts | None) -> ListingPage:
    """Adds the number of pages that the first page states in words (第1页/共3页), if it has a next page."""
    if request.seen or listing.reported_pages or not listing.next_requests or not stated or not stated.in_words:
        return listing
    return replace(listing, reported_pages=stated.pages) if stated.current == 1 and (stated.pages or 0) > 1 else listing


def _continued(
    listing: ListingPage, page: WebPage, request: ListingRequest, stated: Counts | None, words: str
) -> ListingPage:
    """Adds the next request by a pager that the family does not know, or the sign that no rule understood."""
    first = request.seen == 0
    seen, listed = request.seen + len(listing.entries), _titles(listing)
    further = not first and not request.body
    if pager := script_pager(page, first=first):
        url = resolved(page.url, pager.next_address) if pager.next_address else None
        listing = replace(listing, reported_pages=pager.pages, reported_total=listing.reported_total or pager.total)
    else:
        url = next_url(page, first=first) or page_behind(page, listed, seen, is_further=further)
        if not url and (chosen := page_by_form(page)):
            url, pages = chosen
            listing = replace(listing, reported_pages=listing.reported_pages or pages)
        if not url and not _is_last(stated, seen, first=first) and (sent := next_by_form(page, request, listed)):
            return replace(listing, next_requests=(sent,))
    if url:
        return replace(listing, next_requests=(request.behind(listing.entries, url),))
    if pager:
        return listing
    if first and (others := hidden_pages(page)):
        behind = (request.behind(range(seen * place), url) for place, url in enumerate(others, 1))
        requests = tuple(replace(each, is_named=True) for each in behind)
        return replace(listing, reported_pages=len(others) + 1, next_requests=requests)
    stated = stated or counts_by_name(page) or short_counts(page, words, first=first)
    if stated and (ahead := jump_ahead(page, stated, seen, first=first)):
        total = listing.reported_total or (None if stated.pages else stated.documents)
        following = request.behind(listing.entries, ahead)
        return replace(listing, reported_pages=stated.pages, reported_total=total, next_requests=(following,))
    if not _is_last(stated, seen, first=first) and (
        opened := opened_by_step(page, listed, place=(stated and stated.current) or (1 if first else 0))
    ):
        return replace(listing, next_requests=(request.behind(listing.entries, opened),))
    if turned := by_number_of_script(listing, page, request, stated):
        last = listing.reported_pages or (stated.pages if stated else None)
        total = listing.reported_total or (stated.documents if stated and not last else None)
        return replace(listing, reported_pages=last, reported_total=total, next_requests=(turned,))
    if stated and stated.pages:
        listing = replace(listing, reported_pages=stated.pages)
    return _with_sign(listing, page, request, stated, words)


def _with_sign(
    listing: ListingPage, page: WebPage, request: ListingRequest, stated: Counts | None, words: str
) -> ListingPage:
    """The listing without a next page, with the sign that its list has more as a problem; without such a sign, it notes
    whether the list may go on all the same."""
    first = request.seen == 0
    seen, listed = request.seen + len(listing.entries), _titles(listing)
    counted = listing.reported_total is not None
    sign = _unfinished(stated, seen, first=first, counted=counted) if stated else None
    ends = stated is not None and _whole(stated, seen, first=first)
    whole = first and (len(listing.entries) >= MIN_TURNED_WITHIN or turns_within(page))
    if sign is None and not whole and not ends:
        beside = {**listed, **lists_of_other_parts(page)}
        place = request.place or (written_number(request) or 0 if request.body else 0)
        sign = sign_of_more(page, words, seen, first=first, place=place) or _step(
            page, beside, not first and not request.body
        )
        sign = sign or step_not_sent(page, request, listed, seen)
        if sign is None and first and not next_is_disabled(page):
            sign = sign_around(page, listed, seen)
    if first and sign is None:
        sign = other_period(page, _days(listing)) or tab_of_another_list(page) or _tab_above(page, listed)
        sign = (
            sign
            or part_on_request(page)
            or part_of_a_form(page)
            or part_of_buttons(page)
            or tree_of_lists(page)
            or loads_another(page)
            or other_issue(page, {**listed, **lists_of_other_years(page, _days(listing))})
        )
    if sign:
        return listing.with_problem(Reason.of(Code.PAGING_NOT_UNDERSTOOD, url=request.url, words=sign))
    if whole or ends or says_that_it_ends(page, words):
        return listing
    is_full = fills_page(seen) or (are_rows_alone(page) and may_go_on(listing, request))
    leads_on = is_full or may_lead_on(page, listed, seen) or shows_several_lists(page, listed)
    listing = replace(listing, may_go_on=first and leads_on, open_end=first)
    further = by_own_number(listing, page, request)
    return replace(listing, next_requests=(further,)) if further else listing


def _tab_above(page: WebPage, listed: Container[str]) -> str | None:
    rows = first_and_last(page, listed)
    return tab_above(page, rows[0]) if rows else None


def _step(page: WebPage, listed: Collection[str], is_further: bool) -> str | None:
    return next((f"{label_of(step.link)} → {step.url}" for step in steps(page, listed, is_further=is_further)), None)


def _unfinished(stated: Counts, seen: int, *, first: bool, counted: bool) -> str | None:
    """The text in which a page states that its list has more than was seen. If the page says that it is the last one, a
    total that is `counted` is not checked here: the walk compares it."""
    current = stated.current or (1 if first else None)
    is_last = counted and stated.pages and current == stated.pages
    more = bool(stated.pages and current and current < stated.pages) or bool(
        stated.documents and seen < stated.documents and not is_last
    )
    return stated.sign if more else None


def _is_last(stated: Counts | None, seen: int, *, first: bool) -> bool:
    """Whether the page states that it is the last one."""
    if stated is None:
        return False
    current = stated.current or (1 if first else None)
    return bool(stated.pages and current == stated.pages) or stated.documents == seen


def _whole(stated: Counts, seen: int, *, first: bool) -> bool:
    """Whether nothing that the page states says that the list goes on: further pages may not say which one they are."""
    return _is_last(stated, seen, first=first) or bool(not first and stated.pages and not stated.current)


def _unlisted(listing: ListingPage, page: WebPage, request: ListingRequest) -> Reason | None:
    """The problem that many links have the form of this list's documents but few of them are entries, or that a
    script opens the documents of some of its rows.

    Checked on a list's first page only: later pages have the same form, and a last page may have a single row beside a
    box of the newest documents.
    """
    total = listing.reported_total
    if request.seen or (total is not None and len(listing.entries) >= total):
        return None
    entries = _titles(listing)
    if (folded := folded_rows(page, entries)) > 1:
        return Reason.of(Code.ROWS_NOT_UNDERSTOOD, url=request.url, links=folded, entries=1)
    if unread := unread_rows(page, entries) or rows_without_link(page, entries):
        return Reason.of(Code.ROWS_NOT_UNDERSTOOD, url=request.url, links=unread + len(entries), entries=len(entries))
    shapes = Counter(map(_shape, entries))
    worded = {url for url, words in links(page) if words and not COMPANION.match(words)}
    linked = Counter(map(_shape, worded - entries.keys()))
    odd = [shape for shape, listed in shapes.items() if _are_more(linked[shape], listed)]
    if odd:
        beside = Counter(map(_shape, (worded & only_in_other_boxes(page, entries)) - entries.keys()))
        linked -= beside
        odd = [shape for shape in odd if _are_more(linked[shape], shapes[shape])]
    if shape := max(odd, key=linked.__getitem__, default=None):
        links_of_shape = linked[shape] + shapes[shape]
        return Reason.of(Code.ROWS_NOT_UNDERSTOOD, url=request.url, links=links_of_shape, entries=shapes[shape])
    turns = bool(listing.next_requests) or total is not None
    undrawn = undrawn_rows(page, entries) or swallowed_rows(page, entries) or rows_behind(page, entries)
    if undrawn := undrawn or unread_list(page, entries, turns=turns):
        return Reason.of(Code.ROWS_NOT_UNDERSTOOD, url=request.url, links=undrawn + len(entries), entries=len(entries))
    sign = empty_list(page, entries)
    if not (turns or listing.reported_pages):
        sign = sign or list_elsewhere(page, entries) or hidden_page(page, entries)
    if sign:
        return Reason.of(Code.PAGING_NOT_UNDERSTOOD, url=request.url, words=sign)
    return None


def _are_more(linked: int, listed: int) -> bool:
    """Whether so many links are more than a box beside the rows: more than the rows, or equally many, as in two
    columns."""
    return linked >= MIN_UNLISTED and (linked > listed or (linked == listed >= _MIN_COLUMN))


@lru_cache(maxsize=4096)
def _shape(url: str) -> tuple[str, str]:
    """The common part of the addresses of one column's documents: host and path without any numbers."""
    parts = urlsplit(url)
    return parts.netloc, _DIGITS.sub("#", parts.path)
