"""Boxes that show the newest lines of a list on another page: 更多 is in the headline above or is the last row."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from etl.platforms.elements.columns import same_site
from etl.platforms.elements.element_words import label_of, words_of
from etl.platforms.elements.list_addresses import OF_OTHER_THINGS
from etl.platforms.elements.surroundings import boxes_around
from etl.platforms.unread.unread_lists import first_listed
from etl.web.page import WebPage, absolute, base_url

_MORE = re.compile(r"^\W*(?:[查点浏][看击览])?更多\w{0,4}\W*$|^\W*more\W*$|^[+＋]$", re.IGNORECASE)
_PICTURE = re.compile(r"(?:^|[/_-])(?:more|gengduo|gd)\d{0,2}\.(?:gif|png|jpe?g|svg)$", re.IGNORECASE)
_MAY_LEAD = re.compile(r"更多|more|>\s*[+＋]\s*<", re.IGNORECASE)
_INDEX = re.compile(r"(?:index|default)\.\w{3,5}$")
_HEADLINES = ("h1", "h2", "h3", "h4", "h5", "h6", "dt", "legend")
_MAX_HEADLINE, _MAX_ABOVE, _MAX_BEFORE = 40, 5, 4


def list_elsewhere(page: WebPage, listed: Mapping[str, str]) -> str | None:
    """The link to the whole list, if the page's rows (`listed`: address → title) are only an excerpt of it."""
    if not _MAY_LEAD.search(page.text):
        return None
    base = base_url(page)
    first = first_listed(page, listed)
    beside = _beside(first) if first is not None else ()
    for more in (link for around in beside if not _is_box(around) for link in around.iter("a") if _says_more(link)):
        url = absolute(more.get("href") or "", base)
        if url and url not in listed and same_site(url, page) and _is_elsewhere(url, page.url):
            return f"{label_of(more) or '更多'} → {url}"
    return None


def _beside(link: HtmlElement) -> Iterator[HtmlElement]:
    """The headlines above a row, and the last row of its list if that is only 更多."""
    for above in boxes_around(link, _MAX_ABOVE):
        for item in islice(above.itersiblings("*", preceding=True), _MAX_BEFORE):
            words = words_of(item, _MAX_HEADLINE)
            if len(words) <= _MAX_HEADLINE and (words or next(item.iter("img"), None) is not None):
                yield item
            if words:
                break
        last = above.getparent()[-1]
        if last is not above and last.tag == above.tag != "div" and _MORE.match(words_of(last, _MAX_HEADLINE)):
            yield last


def _is_box(around: HtmlElement) -> bool:
    """Whether a block before the rows is a box of its own, with a headline and links below it: its 更多 is its own."""
    headlines = list(around.iter(*_HEADLINES))
    others = [link for link in around.iter("a") if label_of(link) and not _says_more(link)]
    return bool(headlines) and sum(1 for link in others if headlines[0] not in link.iterancestors()) > 1


def _says_more(link: HtmlElement) -> bool:
    """Whether a link leads to more of the same: 更多 alone or more documents, not 更多专题 or 查看更多部门."""
    if OF_OTHER_THINGS.search(label_of(link)):
        return False
    pictures = (picture.get("src") or "" for picture in link.iter("img"))
    return _MORE.match(label_of(link)) is not None or any(map(_PICTURE.search, pictures))


def _is_elsewhere(url: str, own: str) -> bool:
    """Whether the address is neither that of the page nor that of a parent folder."""
    here, there = urlsplit(own), urlsplit(url)
    folder = _INDEX.sub("", there.path)
    return (folder, there.query) != (_INDEX.sub("", here.path), here.query) and (
        bool(there.query) or not here.path.startswith(folder)
    )
