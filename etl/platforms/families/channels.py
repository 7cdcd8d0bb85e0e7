"""Channels (vendor unknown): `/channels/{number}.html`; Pingdingshan and Anyang, Tianjin Binhai, Zhaotong, Yuxi.

Page n of a list is `/channels/{number}_{n}.html`, a document is `/contents/{channel}/{id}.html` (`.shtml` on some
sites); all may lie below a path (`/government/channels/11098.html` of tjbh.gov.cn). Known from other people's crawlers,
read in November 2026; no page was seen here:

* the counter `当前第1/34` in `div.page > span.total` (sfj.pds.gov.cn), `1/34` alone in `div.fanye` (zfcg.yuxi.gov.cn);
  pds.gov.cn turns by a link 下一页 in `span.public-page-nav`, whose address is not known;
* rows `ul > li > a` with the date in the link (sfj.pds.gov.cn), `ul.newsList > li > p > a[title]` with the date beside
  (zfcg.yuxi.gov.cn), `div.public-list1 li`, of which the first is the heading (pds.gov.cn);
* documents with the meta tags ArticleTitle, PubDate, ContentSource and the text in `div.nr` (klq.gov.cn),
  `div.articleBox` (zfcg.yuxi.gov.cn), `div.sx3` (aywjw.gov.cn); labels and values as `li` in turn in
  `div.xxgk-table` (pds.gov.cn).

Assumed: that a total beside the counter would be written 共N条, and that a page without a counter and without a link
to a further page is the whole list. A link 下一页 that only a script can follow counts as one page that is missing.
Another system has `/channels/ch00232/` (Shandong); it is not this one.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from etl.outside import digits
from etl.platforms.base import (
    CandidateList,
    Fingerprint,
    Layout,
    ListingPage,
    ListingRequest,
    NotAListing,
    Platform,
)
from etl.platforms.elements.columns import linked_columns, parent_list
from etl.platforms.rows.rows import linked_rows
from etl.reason_codes import Code
from etl.web.page import WebPage, base_url, links
from etl.web.urls import resolved

_DETAIL = re.compile(r"/contents/\d+/\d+\.s?html(?:$|[?#])")
_LIST = re.compile(r"/channels/\d+\.s?html$")
_PAGE = re.compile(r"/channels/(\d+)(?:_(\d+))?(\.s?html)$")
_COUNTER = re.compile(r"当前第\s*(\d+)\s*[/／]\s*(\d+)")
_BARE_COUNTER = re.compile(r"(?<!\d)(\d+)\s*[/／]\s*(\d+)(?!\d)")
_TOTAL = re.compile(r"共\s*(\d+)\s*条")
_BESIDE = 40
"""Characters before and after a counter in which the total stands."""
_PAGER = "div.fanye, div.page, .public-page-nav"
_NEXT = re.compile(r"下一?页")
_LAST = re.compile(r"尾页|末页|最后一页")


class Channels(Platform):
    """Channels."""

    name = "channels"
    layout = Layout(body=("div.nr", "div.articleBox", "div.sx3"))

    # Any site may use one of these words; only this family uses both addresses.
    fingerprints = (
        Fingerprint("list /channels/<number>.html", "link", r"/channels/\d+(?:_\d+)?\.s?html", 1),
        Fingerprint("document /contents/<channel>/<id>.html", "link", r"/contents/\d+/\d+\.s?html", 1),
        Fingerprint("list or document", "address", r"/(?:channels/\d+(?:_\d+)?|contents/\d+/\d+)\.s?html", 1),
    )

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        above = parent_list(page, r"/contents/(\d+)/\d+(\.s?html).*$", r"/channels/\1\2")
        return (*above, *linked_columns(page, _LIST))

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        address = _PAGE.search(urlsplit(page.url).path)
        if address is None:
            raise NotAListing(Code.ADDRESS_NOT_OF_FORM, form="/channels/<number>.html")
        # Documents of this channel first: a last page of one row has fewer links than the boxes beside it.
        own = re.compile(rf"/contents/{address[1]}/\d+\.s?html(?:$|[?#])")
        entries = linked_rows(page, own) or linked_rows(page, _DETAIL)
        counter = _counter(page)
        if not entries and not counter:
            raise NotAListing(Code.LIST_SIGNS_MISSING, signs=["/contents/<channel>/<id>.html", "当前第1/34"])
        current, pages, total = counter or (digits(address[2] or 1), None, None)
        numbers = _linked_pages(page, address[1])
        if pages is None:
            pages = numbers.get("last") or _least_pages(page, current, numbers)
        requests: tuple[ListingRequest, ...] = ()
        if (counter and pages and current < pages) or any(number > current for number in numbers.values()):
            url = resolved(page.url, f"{address[1]}_{current + 1}{address[3]}")
            requests = (request.behind(entries, url),)
        return ListingPage(entries, reported_total=total, reported_pages=pages, next_requests=requests)


def _counter(page: WebPage) -> tuple[int, int, int | None] | None:
    """(page, number of pages, number of documents) as the list's counter says; None if it has none."""
    words = " ".join("".join(page.tree.itertext()).split())
    match = _COUNTER.search(words)
    if match is None:
        # Without its words it may be anything: a fraction in a title, a date.
        blocks = ("".join(item.itertext()) for item in page.tree.cssselect(_PAGER))
        words, match = next(((text, counter) for text in blocks if (counter := _BARE_COUNTER.search(text))), ("", None))
    if match is None:
        return None
    total = _TOTAL.search(words, max(0, match.start() - _BESIDE), match.end() + _BESIDE)
    return digits(match[1]), digits(match[2]), digits(total[1]) if total else None


def _linked_pages(page: WebPage, channel: str) -> dict[str, int]:
    """Numbers of this list's pages that the page links, by address; that of the link 尾页 as `last`, too."""
    numbers = {}
    for url, text in links(page):
        match = _PAGE.search(urlsplit(url).path)
        if match and match[1] == channel:
            numbers[url] = digits(match[2] or 1)
            if _LAST.search(text):
                numbers["last"] = numbers[url]
    return numbers


def _least_pages(page: WebPage, current: int, numbers: Mapping[str, int]) -> int | None:
    """The minimum number of pages of a list without a counter, as far as the page shows it.

    A link 下一页 of the first page that a script must follow leads to a page that cannot be requested: one more.
    """
    if any(number > current for number in numbers.values()):
        return None
    turns = [item for item in page.tree.iter("a") if _NEXT.search("".join(item.itertext()))]
    unread = any(resolved(base_url(page), item.get("href") or "#") not in numbers for item in turns)
    return current + 1 if current == 1 and unread else current if current > 1 else None
