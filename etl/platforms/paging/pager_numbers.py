"""Pagers of numbers: the number of the current page, and the target of the number after it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urldefrag, urlsplit

from lxml.html import HtmlElement

from etl.numerals import DIGITS as CHINESE
from etl.numerals import chinese, read_chinese
from etl.outside import digits
from etl.platforms.elements.element_words import click_code, label_of, words_of
from etl.platforms.paging.pager_elements import (
    is_current,
    is_in_pager,
    is_of_videos,
    is_scripted,
    moves,
    slides,
    target_of,
)
from etl.web.page import WebPage, base_url

_PAGE_NUMBER = re.compile(r"^[\[【(（<]?(?:第?(\d{1,4})页?|第([一二三四五六七八九十]{1,3})页)[\]】)）>]?$")
_NUMBER_TAGS = ("a", "button", "li", "span", "em", "b", "strong", "i", "font", "td", "p", "div", "input", "option")
_ELLIPSIS = re.compile(r"(?:\.\.+|…+|⋯)")
_MAX_ABOVE = 3
_MAX_RUN = 27
"""A pager has fewer consecutive numbers than this; a month of a calendar has 28."""
_PAGE_CALL = re.compile(r"\b\w{0,20}[pP]ag\w{0,10}\(")
DIGITS = re.compile(r"\d+")
_NUMBER_IN_QUERY = re.compile(r"(?:[\w.]{1,20}=)?\d{1,6}")
_ENDING = re.compile(r"(?:index|default)?(?:\.\w{2,5})?$", re.IGNORECASE)
_NUMBER_BEHIND = re.compile(r"[/_-]?(?:p|page|list|index)?[/_-]?\d{1,4}(?:\.\w{2,5})?/?", re.IGNORECASE)
"""What the address of a further page has behind that of the first."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a pager: its element, the address to which it leads, and whether a script handles it."""

    number: int
    element: HtmlElement
    url: str | None
    scripted: bool


def skips_pages(page: WebPage, arrow: HtmlElement) -> bool:
    """Whether an arrow beside numbers leads not to the next page but to the last one."""
    target = target_of(arrow, base_url(page)) or ""
    for run in runs_of_numbers(page):
        if not any(_in_one_pager(item.element, arrow) for item in (run[0], run[-1])):
            continue
        # If the current number is not marked, it is not shown: it is the one before the first shown number.
        own = place_in(run, page, first=False) or (run[0].number - 1 or 1)
        linked = [item for item in run if item.url]
        behind = next((item.url for item in linked if item.number == own + 1), None)
        # After the last shown number, an arrow leads on by the same step.
        ahead = {_slope(item.url or "", target, own + 1 - item.number) for item in linked[-1:]}
        return target != behind if behind else not ahead <= {1, -1}
    return False


def following_number(page: WebPage, *, first: bool, place: int = 0) -> Number | None:
    """The number after the current one in a pager of numbers; None if the current one is the last or not known.
    `place`: the current one, where it is known without the pager."""
    for run in runs_of_numbers(page):
        own = place or place_in(run, page, first=first)
        behind = next((item for item in run if own is not None and item.number == own + 1), None)
        if behind is None:
            if own == run[-1].number and (onward := _onward(run, page)):
                return onward
            continue
        if behind.scripted or _is_unlinked(run) or (behind.url and _is_numbered(behind, run, page)):
            return behind
    return None


def _onward(run: list[Number], page: WebPage) -> Number | None:
    """The link after the last shown number, if that is the current page and the link leads to the next: 下十页, …"""
    base = base_url(page)
    slopes = {_slope(page.url, item.url, item.number - run[-1].number) for item in run if item.url} - {None, 0}
    for link in page.tree.iter("a"):
        url = target_of(link, base)
        if url and _in_one_pager(run[-1].element, link) and {_slope(page.url, url, 1)} == slopes:
            return Number(run[-1].number + 1, link, url, False)
    behind = _link_behind(run[-1].element)
    if behind is not None and _ELLIPSIS.fullmatch(label_of(behind)) and is_scripted(behind):
        return Number(run[-1].number + 1, behind, None, True)
    return None


def _link_behind(element: HtmlElement) -> HtmlElement | None:
    """The first link after an element, in what stands close around it."""
    around = [element, *list(element.iterancestors())[: _MAX_ABOVE - 1]]
    behind = (sibling for each in around for sibling in each.itersiblings())
    return next((link for sibling in behind for link in sibling.iter("a")), None)


def place_in(run: list[Number], page: WebPage, *, first: bool) -> int | None:
    """The number of the current page in a pager; None if it is not known. `first`: it is the list's first page."""
    if first:
        return 1 if run[0].number <= 2 else None
    here = urldefrag(page.url).url
    marked = [item for item in run if item.url == here or is_current(item.element)]
    still = [item for item in run if not item.url and not item.scripted]
    return next((item.number for some in (marked, still) for item in some[:1]), None)


def _is_numbered(item: Number, run: list[Number], page: WebPage) -> bool:
    """Whether the addresses of a pager's numbers, in the page's folder, differ in one number that grows with them.

    The page itself may be one of them already: then its address has the same form.
    """
    here, there = urlsplit(page.url), urlsplit(item.url or "")
    folder = here.path.rpartition("/")[0] + "/"
    alike = DIGITS.sub("#", page.url) == DIGITS.sub("#", item.url or "")
    if there.netloc != here.netloc or not (alike or there.path.startswith(folder)):
        return False
    if alike:
        slopes = {_slope(page.url, other.url, other.number - item.number + 1) for other in run if other.url} - {None}
        # Some sites number their pages from the last one, so that older pages keep their address.
        return len(slopes) == 1 and any(slope is not None and (slope > 0 or slope == -1) for slope in slopes)
    linked = [(other.number, other.url) for other in run if other.url and other.number > 1]
    if len({DIGITS.sub("#", url) for _, url in linked}) != 1:
        return False
    places = list(zip(*([digits(part) for part in DIGITS.findall(url)] for _, url in linked), strict=True))
    if len(linked) == 1:
        # It has the number of the page, from 0 or 1, or that of its first row: ten or twenty a page.
        at = len(DIGITS.findall(page.url[: page.url.rfind("/")]))
        return any(item.number - 1 <= place[0] <= item.number or place[0] % 5 == 0 for place in places[at:])
    grown = [place for place in places if len(set(place)) > 1]
    if len(grown) != 1:
        return False
    steps = {
        (b - a) / (n - m) for (m, a), (n, b) in pairwise((n, at) for (n, _), at in zip(linked, grown[0], strict=True))
    }
    return len(steps) == 1


def _slope(own: str, other: str, pages: int) -> float | None:
    """The increase per page of the only number in which two addresses differ; 0 if several differ; None if the
    addresses have different forms, or are equal."""
    if DIGITS.sub("#", own) != DIGITS.sub("#", other) or own == other or not pages:
        return None
    pairs = zip(DIGITS.findall(own), DIGITS.findall(other), strict=True)
    grown = [digits(there) - digits(here) for here, there in pairs if here != there]
    return grown[0] / pages if len(grown) == 1 else 0


def follows(own: str, other: str) -> bool:
    """Whether two addresses differ in one number alone, and the other one has the following number."""
    return _slope(own, other, 1) == 1


def differing_number(own: str, other: str) -> int:
    """The number of an address in which another one, of the same form, differs; -1 if none does."""
    pairs = zip(DIGITS.findall(own), DIGITS.findall(other), strict=False)
    return next((digits(here) for here, there in pairs if here != there), -1)


def leads_further(own: str, other: str) -> bool:
    """Whether `other` has the number that follows that of `own`, a greater one in its query, or a number more:
    `?start=15` and `?start=30`, `/gk/` and `/gk/page/2/`."""
    here, there = urlsplit(own), urlsplit(other)
    if here.netloc != there.netloc:
        return False
    if DIGITS.sub("#", own) == DIGITS.sub("#", other):
        return follows(own, other) or (here.path == there.path and (_slope(own, other, 1) or 0) > 0)
    if here.path == there.path:
        before, after = (set(filter(None, parts.query.split("&"))) for parts in (here, there))
        added = after - before
        return before <= after and len(added) == 1 and _NUMBER_IN_QUERY.fullmatch(added.pop()) is not None
    stem = _ENDING.sub("", here.path)
    further = there.path.removeprefix(stem) if there.path.startswith(stem) else ""
    return here.query == there.query and _NUMBER_BEHIND.fullmatch(further) is not None


def runs_of_numbers(page: WebPage) -> Iterator[list[Number]]:
    """Runs of consecutive numbers of one pager, of which at least one is a link or is handled by a script."""
    base, run = base_url(page), list[Number]()
    for element in page.tree.iter(*_NUMBER_TAGS):
        label = label_of(element) if len(element) <= 2 else ""
        match = _PAGE_NUMBER.match(label) if len(label) <= 8 else None
        if match is None:
            continue
        url, scripted = target_of(element, base), is_scripted(element)
        number = digits(match[1]) if match[1] else read_chinese(match[2]) or 0
        item = Number(number, element, url, scripted)
        if run and item.number == run[-1].number + 2 and _stands_behind(run[-1]):
            run.append(Number(run[-1].number + 1, run[-1].element, None, False))
        if run and item.number == run[-1].number and run[-1].element in element.iterancestors():
            run[-1] = item if url or scripted or not (run[-1].url or run[-1].scripted) else run[-1]
        elif run and item.number == run[-1].number + 1 and _in_one_pager(run[-1].element, element):
            run.append(item)
        else:
            yield from filter(_is_pager, [_with_bare_end(run)])
            run = [item]
    yield from filter(_is_pager, [_with_bare_end(run)])


def _with_bare_end(run: list[Number]) -> list[Number]:
    """A run with the current number, which is plain text before its first link or after its last one."""
    if run and run[0].number > 2 and _stands_before(run[0]):
        return [Number(run[0].number - 1, run[0].element, None, False), *run]
    if run and _stands_behind(run[-1]):
        return [*run, Number(run[-1].number + 1, run[-1].element, None, False)]
    return run


def _stands_behind(item: Number) -> bool:
    """Whether the number after the item's is plain text after its element: `<a>[1]</a> [2] <a>[3]</a>`."""
    return re.fullmatch(rf"\W*{_written(item.number + 1)}\W*", item.element.tail or "") is not None


def _stands_before(item: Number) -> bool:
    """Whether the number before the item's is plain text before its element: `[1] <a>[2]</a>`."""
    before, parent = item.element.getprevious(), item.element.getparent()
    text = before.tail if before is not None else parent.text if parent is not None else ""
    return re.search(rf"(?:^|\D){_written(item.number - 1)}\W*$", text or "") is not None


def _written(number: int) -> str:
    """A pattern of the number of a page in digits or in words: 2, 第二页."""
    return rf"(?:{number}|第{chinese(number, CHINESE, '十百千')}页)"


def _is_pager(run: list[Number]) -> bool:
    links = sum(bool(item.url or item.scripted) for item in run)
    if run and not is_in_pager(run[0].element) and (is_of_videos(run[0].element) or _is_of_pictures(run)):
        return False
    if len(run) == 1 and run[0].number == 2 and links:
        only = run[0].element
        return _stands_before(run[0]) or words_of(only) == "第2页" or _PAGE_CALL.search(click_code(only)) is not None
    linked = links >= 1 and links >= len(run) - 1
    return 2 <= len(run) <= _MAX_RUN and (linked or _is_unlinked(run)) and not slides(run[0].element)


def _is_of_pictures(run: list[Number]) -> bool:
    """Whether a script handles the numbers and they are beside pictures."""
    return not any(item.url for item in run) and moves(run[0].element)


def _is_unlinked(run: list[Number]) -> bool:
    """Whether the numbers of an element with the name of a pager lead nowhere: a script handles all of them."""
    first = run[0]
    links = any(item.url or item.scripted for item in run)
    return not links and first.number == 1 and is_current(first.element) and is_in_pager(first.element)


def _in_one_pager(one: HtmlElement, other: HtmlElement) -> bool:
    """Whether two elements are in one pager: their nearest common ancestor is close to both."""
    above = list(one.iterancestors())[:_MAX_ABOVE]
    return any(element in above for element in list(other.iterancestors())[:_MAX_ABOVE])
