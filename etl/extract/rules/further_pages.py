"""Further pages of a text: the links of its pager, or signs that it has a pager."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from etl.extract.page.blocks import Blocks, Node
from etl.extract.text.body import Body
from etl.outside import digits
from etl.platforms.base import MAX_ARTICLE_PAGES
from etl.platforms.paging.article_pager import ArticleAddress, PageAddress, pages_of_script
from etl.web.page import WebPage, absolute, base_url

_BEHIND_TEXT = 8
"""Number of visible lines after the text that may contain its pager; further down are other pagers."""
_NUMBER = re.compile(r"[\[【(（<]?第?(\d{1,3})页?[\]】)）>]?")
_NEXT = re.compile(r"\W*(?:[下后]一?[页頁]|next(?:page)?)\W*|[>›»＞→]", re.IGNORECASE)
_LAST = re.compile(r"\W*(?:尾[页頁]|末[页頁]|最后一?[页頁]|last(?:page)?)\W*|[>›»]{2}\|?", re.IGNORECASE)
_BACK = re.compile(
    r"\W*(?:[上前]一?[页頁]|首[页頁]|第一[页頁]|prev(?:ious)?(?:page)?|first(?:page)?)\W*", re.IGNORECASE
)
_COUNTER = re.compile(r"共(\d{1,3})[页頁](?!面)|第\d{1,3}/(\d{1,3})[页頁]")
_DISABLED = re.compile(r"disabled?|no-?link|gr[ae]y", re.IGNORECASE)
_MAX_WORDS, _MAX_LINE = 12, 80


@dataclass(frozen=True, slots=True)
class FurtherPages:
    """Absolute addresses of the pages after this one, in order; `sign`: the words of a pager whose addresses are not
    understood, else empty."""

    addresses: tuple[str, ...] = ()
    sign: str = ""


def find_further_pages(page: WebPage, blocks: Blocks, body: Body) -> FurtherPages:
    """The pages after this one; `body` is this page's part of the text."""
    own, base = ArticleAddress(page.url), base_url(page)
    hrefs = blocks.addresses
    # A quick check first: most links of a page have very different addresses.
    near = [blocks.nodes[index] for index, href in hrefs.items() if own.common in href or href[:1] == "?"]
    links = [
        (words, url)
        for words, node in _pager_words(near, body.first, body.revealed)
        if (url := absolute(hrefs[node.index].strip() or "#", base))
    ]
    if addresses := _behind_first(own, links) or _behind_numbered(own, links) or pages_of_script(page):
        return FurtherPages(addresses)
    return FurtherPages(sign=_sign_of_more(page, blocks, body))


def _behind_first(own: ArticleAddress, links: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The pages after the first one, which has the article's address: `a.html`, `a_2.html` … or `a_1.html` …"""
    pages = [(words, page) for words, url in links if (page := own.page_at(url))]
    if own.in_query is not None and own.in_query > 1:
        return _behind(own.in_query, [page for _, page in pages])
    offsets = {page.number - digits(match[1]) for words, page in pages if (match := _NUMBER.fullmatch(words))}
    if not offsets:  # 下一页 alone: it leads to page 2
        offsets = {page.number - 2 for words, page in pages if _NEXT.fullmatch(words)}
    if len(offsets) != 1 or not offsets <= {0, -1}:
        return ()
    return _behind(1 + offsets.pop(), [page for _, page in pages])


def _behind_numbered(own: ArticleAddress, links: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The pages after one with a number in its address. Most addresses end with some number, so the pager must show
    that this one counts pages: by a link to the address without it, or by numbers equal to those of the addresses."""
    if own.number is None:
        return ()
    pages = [(words, page) for words, url in links if (page := own.page_at(url, beside=True))]
    offsets = {page.number - digits(match[1]) for words, page in pages if (match := _NUMBER.fullmatch(words))}
    leads_back = any(own.is_first_of_own(url) for _, url in links)
    if not leads_back and not (own.number <= 1 and offsets == {own.number - 1}):
        return ()
    return _behind(own.number, [page for _, page in pages])


def _behind(own: int, pages: Sequence[PageAddress]) -> tuple[str, ...]:
    """The addresses from the page after `own` to the last linked one, including those between them."""
    last = max(pages, key=lambda page: page.number, default=None)
    if last is None or not own < last.number <= own + MAX_ARTICLE_PAGES:
        return ()
    return tuple(last.of(number) for number in range(own + 1, last.number + 1))


def _sign_of_more(page: WebPage, blocks: Blocks, body: Body) -> str:
    """The words after the text by which a pager counts several pages, or leads on by a script."""
    behind = blocks.visible_blocks(body.last, len(blocks.blocks), body.revealed)
    lines = [index for index, _ in islice(behind, _BEHIND_TEXT)]
    if not lines:
        return ""
    texts = ("".join(blocks.blocks[index].plain.split()) for index in lines)
    counts = [(text, digits(a or b)) for text in texts if len(text) <= _MAX_LINE for a, b in _COUNTER.findall(text)]
    if counts:
        return next((text for text, pages in counts if pages > 1), "")
    nodes = chain(blocks.anchors, (blocks.nodes[index] for index in blocks.clickable))
    for words, node in _pager_words((node for node in nodes if node.first <= lines[-1]), lines[0], body.revealed):
        leads_on = _NEXT.fullmatch(words) or ((number := _NUMBER.fullmatch(words)) and digits(number[1]) > 1)
        if leads_on and _is_scripted(page, node):
            return words
    return ""


def _pager_words(nodes: Iterable[Node], first: int, revealed: int) -> Iterator[tuple[str, Node]]:
    """(words without white space, node) of the nodes from block `first` on that have words of a pager."""
    for node in nodes:
        if node.first >= first and node.hidden_by <= revealed:
            words = "".join("".join(node.element.itertext()).split())
            if len(words) <= _MAX_WORDS and any(form.fullmatch(words) for form in (_NUMBER, _NEXT, _LAST, _BACK)):
                yield words, node


def _is_scripted(page: WebPage, node: Node) -> bool:
    """Whether a click has no address, so that a script must handle it, and the element is not marked as disabled."""
    if _DISABLED.search(node.element.get("class") or ""):
        return False
    href = (node.element.get("href") or "").strip()
    return not href or href.startswith("#") or absolute(href, base_url(page)) in (None, page.url)
