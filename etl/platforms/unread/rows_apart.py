"""Documents of a list outside its ordinary rows: one set apart above them (置顶, 头条), and several at one
address that differ only in its fragment (`detail.html#id=7`), which is not part of a request."""

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import islice
from urllib.parse import urldefrag

from lxml.html import HtmlElement

from etl.dates import DATE
from etl.platforms.base import Entry
from etl.platforms.elements.element_words import words_of
from etl.platforms.elements.script_links import leads_nowhere
from etl.platforms.elements.side_boxes import is_in_side_box
from etl.platforms.elements.surroundings import boxes_around
from etl.platforms.paging.pager_elements import slides
from etl.platforms.rows.rows import block_entries
from etl.platforms.rows.undrawn_rows import Shapes
from etl.platforms.unread.list_ends import first_and_last
from etl.platforms.unread.other_boxes import only_in_other_boxes
from etl.web.page import WebPage, absolute, base_url
from etl.web.urls import folder_of

_MAX_ABOVE, _MAX_BEFORE, _MAX_APART = 3, 2, 12
_MIN_TITLE = 6
_MIN_BEHIND = 5
_NOTHING = ("script", "style", "br", "hr", "noscript", "link")
_DATED = re.compile(DATE)
_SAYS_WHICH = re.compile(r"[/\d]")


def rows_apart(page: WebPage, listed: Mapping[str, str]) -> tuple[Entry, ...]:
    """The documents of this list that are set apart above its rows (`listed`: address → title)."""
    rows = first_and_last(page, listed)
    if rows is None:
        return ()
    base, shapes = base_url(page), Shapes(listed)
    folder = folder_of(page.url)
    for row in (rows[0], *boxes_around(rows[0], _MAX_ABOVE - 1)):
        apart = list[Entry]()
        for place, block in enumerate(islice(row.itersiblings("*", preceding=True), _MAX_APART), 1):
            if slides(block):
                return tuple(apart)
            titles = _titles(block, base)
            # One dated title right above the rows is a row too, wherever the documents' addresses are.
            is_row = len(titles) == place == 1 and _DATED.search(words_of(block)) is not None
            own = [
                url
                for url in titles
                if url not in listed and shapes.fit(url) and (is_row or url.startswith(folder) or shapes.named(url))
            ]
            is_own = own and len(own) == len(titles) <= _MAX_APART and not is_in_side_box(titles[own[0]])
            if is_own and (len(own) == 1 or _leads_only_to(own, block, base)):
                apart = [*_entries(block, titles, base), *apart]
            elif apart or place >= _MAX_BEFORE:
                break
        if apart:
            return tuple(apart)
    return ()


def rows_behind(page: WebPage, listed: Mapping[str, str]) -> int:
    """How many documents of this list are in the block right behind its rows, which has another form and no headline:
    those that a click unfolds, or older ones."""
    rows = first_and_last(page, listed)
    if rows is None:
        return 0
    base, shapes = base_url(page), Shapes(listed)
    holders = (box for box in boxes_around(rows[1], 2) if box.tag != "tbody")
    for row in (rows[1], *islice(holders, 1)):
        block = next((block for block in row.itersiblings("*") if block.tag not in _NOTHING), None)
        titles = {} if block is None else _titles(block, base)
        if block is not None and titles and all(url not in listed and shapes.fit(url) for url in titles):
            if len(titles) < _MIN_BEHIND or _has_picture_above(block, list(titles.values())):
                return 0
            return len(titles.keys() - only_in_other_boxes(page, listed))
    return 0


def _has_picture_above(block: HtmlElement, titles: Sequence[HtmlElement]) -> bool:
    """Whether a picture stands before the rows of a block, as its headline; those of the rows are in all of them."""
    first = next(item for item in block.iter("img", "a") if item.tag == "img" or item is titles[0])
    return first.tag == "img" and sum(1 for _ in block.iter("img")) < len(titles)


def _leads_only_to(own: Container[str], block: HtmlElement, base: str) -> bool:
    """Whether all links of a block lead to these addresses; a link 更多 in it belongs to another list."""
    links = (link.get("href") or "" for link in block.iter("a") if not leads_nowhere(link))
    return all(absolute(href, base) in own for href in links)


def _titles(block: HtmlElement, base: str) -> dict[str, HtmlElement]:
    """The first link with the words of a title to each address in the block."""
    titles: dict[str, HtmlElement] = {}
    for link in block.iter("a"):
        if len(words_of(link)) >= _MIN_TITLE:
            titles.setdefault(absolute(link.get("href") or "", base) or "", link)
    return titles


def _entries(block: HtmlElement, titles: Mapping[str, HtmlElement], base: str) -> Iterator[Entry]:
    """The documents of a block, each with the contents of the largest part of the block that has no other document."""
    for link in titles.values():
        part, others = link, [other for other in titles.values() if other is not link]
        while part is not block and (above := part.getparent()) is not None:
            if any(above in other.iterancestors() for other in others):
                break
            part = above
        for entry in block_entries([part], base, lambda _, link=link: link).values():  # type: ignore[misc]
            # The texts around a part without a date belong to the rows.
            yield entry if _DATED.search(words_of(part)) else Entry(entry.url, entry.title)


def folded_rows(page: WebPage, listed: Mapping[str, str]) -> int:
    """How many titles lead to the same listed address and differ only in the fragment."""
    base, addresses = base_url(page), {urldefrag(url).url for url in listed}
    titles: dict[str, set[str]] = defaultdict(set)
    for link in page.tree.iter("a") if "#" in page.text else ():
        address, _, fragment = (link.get("href") or "").partition("#")
        url = absolute(address, base) or page.url
        if url in addresses and _SAYS_WHICH.search(fragment) and len(words_of(link)) >= _MIN_TITLE:
            titles[url].add(fragment)
    return max(map(len, titles.values()), default=0)
