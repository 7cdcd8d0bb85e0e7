"""Documents of a list that its rows do not show as rows: one set apart above them (置顶, 头条), and several behind one
address that differ in its fragment alone (`detail.html#id=7`), which no request tells apart."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from urllib.parse import urldefrag

from lxml.html import HtmlElement

from etl.dates import DATE
from etl.platforms.base import Entry
from etl.platforms.helpers.element_words import words_of
from etl.platforms.helpers.list_ends import first_and_last
from etl.platforms.helpers.pager_elements import slides
from etl.platforms.helpers.rows import block_entries
from etl.platforms.helpers.side_boxes import is_in_side_box
from etl.platforms.helpers.undrawn_rows import Shapes
from etl.web.page import WebPage, absolute, base_url

_MAX_ABOVE, _MAX_BEFORE = 3, 2
_MIN_TITLE = 6
_DATED = re.compile(DATE)
_SAYS_WHICH = re.compile(r"[/\d]")


def rows_apart(page: WebPage, listed: Mapping[str, str]) -> tuple[Entry, ...]:
    """The documents of this list that stand alone above its rows, which were `listed` (address → title)."""
    rows = first_and_last(page, listed)
    if rows is None:
        return ()
    base, shapes = base_url(page), Shapes(listed)
    folder = page.url.partition("?")[0].rpartition("/")[0] + "/"
    for block in _above(rows[0]):
        titles = [link for link in block.iter("a") if len(words_of(link)) >= _MIN_TITLE]
        addresses = {absolute(link.get("href") or "", base) for link in titles}
        own = [
            url
            for url in addresses
            if url and url not in listed and shapes.fit(url) and (url.startswith(folder) or shapes.named(url))
        ]
        if len(own) == len(addresses) == 1 and not is_in_side_box(titles[0]):
            entries = block_entries([block], base, lambda _, link=titles[0]: link).values()  # type: ignore[misc]
            # Around a block without a date are those of the rows.
            dated = _DATED.search(words_of(block))
            return tuple(entries) if dated else tuple(Entry(entry.url, entry.title) for entry in entries)
    return ()


def _above(first: HtmlElement) -> Iterator[HtmlElement]:
    for row in islice((first, *first.iterancestors()), _MAX_ABOVE):
        if row.tag in ("body", "html"):
            return
        for block in islice(row.itersiblings(preceding=True), _MAX_BEFORE):
            if isinstance(block.tag, str) and slides(block):
                return
            if isinstance(block.tag, str):
                yield block


def folded_rows(page: WebPage, listed: Mapping[str, str]) -> int:
    """How many titles of the page lead to one address and differ in its fragment alone, where that was listed."""
    base, addresses = base_url(page), {urldefrag(url).url for url in listed}
    titles: dict[str, set[str]] = defaultdict(set)
    for link in page.tree.iter("a") if "#" in page.text else ():
        address, _, fragment = (link.get("href") or "").partition("#")
        url = absolute(address, base) or page.url
        if url in addresses and _SAYS_WHICH.search(fragment) and len(words_of(link)) >= _MIN_TITLE:
            titles[url].add(fragment)
    return max(map(len, titles.values()), default=0)
