"""Lists that are turned by the number of the page in their own request: in its address, or in what is posted."""

import re
from dataclasses import replace
from itertools import chain

from etl.outside import digits
from etl.platforms.answers.refusals import says_none
from etl.platforms.answers.request_numbers import asks_for_more, following, written_number
from etl.platforms.base import ListingPage, ListingRequest
from etl.platforms.elements.element_words import label_of
from etl.platforms.paging.list_numbers import Counts
from etl.platforms.paging.page_forms import number_of_form
from etl.platforms.paging.pager_links import scripted_next
from etl.platforms.paging.shown_within import handler_of
from etl.web.page import WebPage

_OWN_NUMBER = re.compile(
    r"[?&](?!p[er]{2}|outline)\w{0,12}page(?!_?(?:size|rows|count))\w{0,8}=(\d{1,4})(?=&|#|$)", re.IGNORECASE
)
"""The number of the page in an address, not the number of rows (`perpage=20`, `_pageSize=20`) or of links
(`outlinepage=10`)."""
_NUMBERS = re.compile(r"\d+")


def are_rows_alone(page: WebPage) -> bool:
    """Whether an answer is no page but rows, which a script puts into one."""
    return page.is_markup and not any(tag in page.lower for tag in ("<html", "<head", "<body", "<title"))


def are_no_rows(page: WebPage) -> bool:
    """Whether rows alone are none, as behind the last page."""
    has_links = next(page.tree.iter("a"), None) is not None
    return are_rows_alone(page) and not has_links and says_none(" ".join("".join(page.tree.itertext()).split()))


def by_own_number(listing: ListingPage, page: WebPage, request: ListingRequest) -> ListingRequest | None:
    """The request for the next page of a list whose address names the number of the page (`?pageNo=1`), where the page
    says nothing of others; of rows alone, which have no pager, also one whose request counts pages or rows in any way.
    A page with fewer rows than those before, or than were asked for, is the last one."""
    named, rows = _OWN_NUMBER.search(request.url), len(listing.entries)
    if (named is None and not are_rows_alone(page)) or (request.seen and not request.by_number):
        return None
    number = digits(named[1]) if named else written_number(request)
    is_last = named is None and asks_for_more(request, rows)
    if number is not None:
        is_last = is_last or (rows * number < request.seen if request.seen else number > 1)
    further = None if is_last else following(request, rows, request.seen + rows)
    return further and replace(further, by_number=True)


def by_number_of_script(
    listing: ListingPage, page: WebPage, request: ListingRequest, stated: Counts | None
) -> ListingRequest | None:
    """The request for the next page of a list that only a script turns: by the number in its own address (`?pageNo=1`,
    and `?p=1` where rows alone answer), in what is posted to it, or in a form that the script sends. Only if the page
    states how many pages or documents there are, which the walk compares, or has a step with the number of the next
    page (`go(2)`)."""
    rows, seen = len(listing.entries), request.seen + len(listing.entries)
    pages, documents = listing.reported_pages, listing.reported_total
    if stated:
        pages, documents = pages or stated.pages, documents or stated.documents
    named = _OWN_NUMBER.search(request.url)
    is_alone = are_rows_alone(page)
    is_service = request.body is not None or is_alone
    own = digits(named[1]) if named else written_number(request) if is_service else None
    number, url = (own, None) if own is not None else number_of_form(page)
    is_counted = bool(pages or documents)
    is_first = number == 1 or (number == 0 and (is_alone or not (named and is_counted)))
    if not (rows and (request.by_script if request.seen else is_first)):
        return None
    place = max(number, (stated and stated.current) or 1)
    goes_on = place < pages if pages else documents is not None and seen < documents
    is_named = not is_counted and own is not None and (_calls(page, own + 1) or _calls(page, own + 2))
    if not (goes_on or is_named):
        return None
    behind = request.behind(listing.entries, url) if url else None
    further = behind if own is None and not is_alone else following(request, rows, seen)
    return further and replace(further, by_script=True, is_named=is_named)


def _calls(page: WebPage, number: int) -> bool:
    """Whether a script leads from a page to the one of that number: a step calls it with the number, or shows it.
    Requests may count from 0, while pagers show numbers from 1, and call functions with them."""
    for step in chain(scripted_next(page, place=number - 1 or 1), scripted_next(page, place=number)):
        shown = label_of(step)
        called = _NUMBERS.findall(handler_of(step)) or (_NUMBERS.findall(shown) if shown.isdigit() else [])
        if called and digits(called[-1]) == number:
            return True
    return False
