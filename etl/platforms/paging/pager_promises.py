"""Further pages that the pager of a list page links, by number and 末页, with addresses of the same form as the next.

A walk that ends before it requests them has not seen the whole list, whatever its last page says.
"""

import re

from etl.outside import digits
from etl.platforms.base import ListingPage, ListingRequest
from etl.platforms.elements.element_words import title_of, words_of
from etl.platforms.paging.pager_elements import is_disabled, target_of
from etl.web.page import WebPage, base_url

_LABEL = re.compile(r"^\W*(?:第?(\d{1,4})页?|[尾末][页頁]|最后一?[页頁]|last(?:page)?)\W*$", re.IGNORECASE)
_BACK = re.compile(r"^\W*(?:1|首页|第一?1?页|上一?页)\W*$")
_MAX_LABEL = 8
_NUMBER = re.compile(r"\d+")
_MAX_PAGES = 1900
"""Numbers from here on are years. The first page mostly has a different address, that of the list."""
_HEADING = re.compile(r"[第共]?\d+页?|[\W_]+")


def promised_pages(page: WebPage, listing: ListingPage, request: ListingRequest) -> dict[str, bool]:
    """Addresses of further pages that the list's own pager links → whether by a number."""
    following = next((each for each in listing.next_requests if each.column == request.column), None)
    if following is None or following.body:
        return {}
    base, promised, back = base_url(page), dict[str, bool](), pages_before(page)
    for link in page.tree.iter("a", "option"):
        words = words_of(link, _MAX_LABEL)
        label = _LABEL.match(words) if len(words) <= _MAX_LABEL else None
        if label is None or (label[1] and not 1 < digits(label[1]) < _MAX_PAGES) or is_disabled(link):
            continue
        url = target_of(link, base)
        if url and _is_like(url, following.url):
            promised[url] = promised.get(url, False) or label[1] is not None
    return {url: numbered for url, numbered in promised.items() if url not in back}


def pages_before(page: WebPage) -> set[str | None]:
    """The addresses to which the pager leads back: 首页, 上一页, 1."""
    base = base_url(page)
    return {target_of(link, base) for link in page.tree.iter("a") if _BACK.match(words_of(link, _MAX_LABEL))}


def _is_like(one: str, other: str) -> bool:
    if _NUMBER.sub("#", one) != _NUMBER.sub("#", other):
        return False
    pairs = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    return sum(1 for ours, theirs in pairs if ours != theirs) <= 1


def heading_of(page: WebPage) -> str:
    """The `<title>` without page numbers: all pages of a list have the same."""
    return _HEADING.sub("", title_of(page))
