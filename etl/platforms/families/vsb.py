"""Visual SiteBuilder (博达): counties of Gansu, Yunnan, Sichuan …, and most universities.

A list is `/{path}/{name}.htm`, and **its further pages are numbered from the end**: page k of T is
`/{path}/{name}/{T-k+1}.htm`, the last one `1.htm`. A new page shifts every number, so pages are found by the links
下页 and by the counter `共N条&nbsp;&nbsp;1/T`, never by the address that a page had before; a page that a walk
skipped because the numbers were shifted is found by the link 上页. The same list is also
`{template}.jsp?urltype=tree.TreeTempUrl&wbtreeid={column}`, whose pages have numbers from the front in the query, by
names that differ (`totalpage=9&PAGENUM=2`, `a9t=…&a9p=2`). Documents are `/info/{column}/{id}.htm`, or
`{template}.jsp?urltype=news.NewsContentUrl&wbtreeid=…&wbnewsid=…`; attachments
`/system/_content/download.jsp?…&wbfileid=…`.

Known from other people's crawlers of universities (jwc.sjtu.edu.cn, hfut.edu.cn, bkjx.sdu.edu.cn, sztu.edu.cn …) and of
one agency (qinfeng.gov.cn), read in November 2026; no page was seen here:

* rows are elements (`li`, `tr`, `dd`, `a`) with the id `line_u{template}_{n}`; the links lead to other sites too. Some
  have the title in a heading inside the link, some the date as a day above a month;
* the pager is `div.pb_sys_common > span.p_pages` with `span.p_t` (共N条, 共T页 or 1/T), `span.p_no`, `span.p_next`, or
  `td#fanye{number}` with the counter beside `a.Next`; one style has no counter, only numbers;
* the text is in `[id^=vsb_content] > div.v_news_content`.

Assumed: that governments' sites, of which only the addresses are known (134 hosts with `/zfxxgk/zcwj/qzfwj.htm` or the
like, 2026), are built in the same way; that the rows of a list with a pager stand before it; that a page without a
pager is the whole list. One document may be listed at both of its addresses; they are not joined.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from lxml.html import HtmlElement

from etl.dates import first_iso_date
from etl.outside import digits, whole_number
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
from etl.platforms.elements.columns import linked_columns, same_site
from etl.platforms.paging.pager_links import next_is_disabled
from etl.platforms.rows.rows import linked_rows, row_entry
from etl.reason_codes import Code
from etl.web.page import WebPage, absolute, base_url
from etl.web.urls import resolved

_DETAIL = re.compile(r"(?:^|/)info/\d+/\d+\.htm(?:$|[?#])|\.jsp\?(?:[^#]*&)?wbnewsid=\d")
_LIST = re.compile(r"^(?!.*/info/\d).*/(?!\d+\.htm)[\w-]+\.htm$|/[\w-]*list[\w-]*\.jsp$")
_ROW = re.compile(r"^line_u(\d+)_\d+$")
_NUMBERED = re.compile(r"/(\d+)\.htm$")
_PAGER = ".pb_sys_common, [id^=fanye]"
_COUNTER = re.compile(r"(?<!\d)(\d+)\s*/\s*(\d+)(?!\d)")
_TOTAL = re.compile(r"共\s*(\d+)\s*条")
_PAGES = re.compile(r"共\s*(\d+)\s*页")
_NEXT, _PREVIOUS = re.compile("下一?页"), re.compile("上一?页")


class Vsb(Platform):
    """Visual SiteBuilder (博达)."""

    name = "vsb"
    layout = Layout(body=("[id^=vsb_content]", "div.v_news_content"))

    fingerprints = (
        Fingerprint("element vsb_content around the text", "markup", r"""=["']?vsb_content""", 2),
        Fingerprint("rows line_u<template>_<number>", "markup", r"""=["']?line_u\d+_\d+""", 2),
        Fingerprint("its pager (pb_sys_common, fanye<number>)", "markup", r"""=["']?(?:pb_sys_common|fanye\d+)\b""", 2),
        Fingerprint(
            "list or document by its tree", "link", r"[?&]urltype=(?:tree\.TreeTempUrl|news\.NewsContentUrl)", 2
        ),
        Fingerprint("document /info/<column>/<id>.htm", "path", r"/info/\d+/\d+\.htm(?:$|\?)", 1),
        # A text pasted from one site's editor into another's keeps its classes.
        Fingerprint("classes of its editor", "markup", r"""=["']?(?:img_vsb_content|v_news_content)\b""", 1),
        Fingerprint("its scripts (/system/resource/, _sitegray)", "markup", r"/system/resource/|_sitegray", 1),
    )

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        return linked_columns(page, _LIST, only_disclosure=True)

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        pager = _read_pager(page)
        entries = _entries(page)
        if not entries and pager.total != 0:
            raise NotAListing(Code.LIST_SIGNS_MISSING, signs=["line_u<template>_<number>", "/info/<column>/<id>.htm"])
        before = pager.entries_before(len(entries))
        requests = []
        if request.seen < before and pager.previous:
            # A new page was added and shifted the numbers: the previous page may have an address that was read already.
            url = f"{pager.previous}#{pager.current - 1}/{pager.pages}"
            requests.append(ListingRequest(url, request.column, request.seen))
        if pager.following:
            seen = max(request.seen, before) + len(entries)
            requests.append(ListingRequest(pager.following, request.column, seen))
        return ListingPage(entries, pager.total, pager.pages, tuple(requests))


@dataclass(frozen=True, slots=True)
class _Pager:
    """The pager of a list: the number of pages, the number of this page (from 1), the addresses of its neighbours.

    `previous` is None where it is the first page, whose address never changes.
    """

    current: int
    total: int | None
    pages: int | None
    previous: str | None
    following: str | None

    def entries_before(self, entries: int) -> int:
        """How many entries the pages before this one have, at least, if this one has `entries`."""
        if self.total is not None and self.current == self.pages:
            return max(0, self.total - entries)
        return (self.current - 1) * entries


def _read_pager(page: WebPage) -> _Pager:
    words = " ".join("".join(item.itertext()) for item in page.tree.cssselect(_PAGER))
    total, links = _TOTAL.search(words), list(_page_links(page))
    current, pages = _place(page, words, links)
    following = (
        _address(links, _NEXT) or _address(links, re.compile(str(current + 1))) or _by_place(page, current, pages)
    )
    leads_on = following is None and pages is None and any(_NEXT.fullmatch(text) for text, _ in links)
    if leads_on and not next_is_disabled(page):
        pages = current + 1  # A link 下页 that only a script can follow: at least one page is missing.
    previous = _address(links, _PREVIOUS)
    is_numbered = previous is not None and _NUMBERED.search(urlsplit(previous).path)
    return _Pager(current, digits(total[1]) if total else None, pages, previous if is_numbered else None, following)


def _place(page: WebPage, words: str, links: list[tuple[str, str | None]]) -> tuple[int, int | None]:
    """(number of the page, number of pages), by the words of the pager, its links, and the page's own address."""
    if counter := _COUNTER.search(words):
        return digits(counter[1]), digits(counter[2])
    shown = next(filter(None, (whole_number(item.text or "") for item in page.tree.cssselect(".p_no_d"))), None)
    in_words, from_end = _PAGES.search(words), _number_from_end(page)
    pages = digits(in_words[1]) if in_words else _pages_by_numbers(links)
    if pages is None and from_end is not None and shown:
        pages = shown + from_end - 1
    return shown or (pages - from_end + 1 if from_end is not None and pages else 1), pages


def _number_from_end(page: WebPage) -> int | None:
    """The number in the address of a page after the first, counted from the last page."""
    numbered = _NUMBERED.search(urlsplit(page.url).path)
    return digits(numbered[1]) if numbered else None


def _address(links: list[tuple[str, str | None]], words: re.Pattern[str]) -> str | None:
    """The address of the first link with these words that has one."""
    return next((url for text, url in links if url and words.fullmatch(text)), None)


def _by_place(page: WebPage, current: int, pages: int | None) -> str | None:
    """The address of the next page by its number, where no link has it."""
    if not pages or current >= pages or not urlsplit(page.url).path.endswith(".htm"):
        return None
    is_first = _number_from_end(page) is None or current == 1
    folder = page.url.partition("?")[0].removesuffix(".htm") + "/" if is_first else page.url
    return resolved(folder, f"{pages - current}.htm")


def _page_links(page: WebPage) -> Iterator[tuple[str, str | None]]:
    """(words, address) of links to pages of this list: None for the address where a script must follow the link.

    A page may have several lists with pagers of their own; other lists' links are left out.
    """
    here = urlsplit(page.url)
    stem = here.path.removesuffix(".htm")
    folders = (f"{stem}/", f"{stem.rpartition('/')[0]}/" if _NUMBERED.search(here.path) else f"{stem}/")
    for link in page.tree.iter("a"):
        text = "".join("".join(link.itertext()).split())
        if not (text.isdigit() or _NEXT.fullmatch(text) or _PREVIOUS.fullmatch(text)):
            continue
        url = absolute(link.get("href") or "", base_url(page))
        parts = urlsplit(url or "")
        if url is None or (link.get("href") or "").strip() in ("", "#"):
            yield text, None
        elif not same_site(url, page):
            continue
        elif parts.path.endswith(".jsp"):
            if parts.path == here.path and _tree(parts.query) in (None, _tree(here.query)):
                yield text, url
        elif _NUMBERED.sub("/", parts.path) in folders or f"{parts.path.removesuffix('.htm')}/" in folders:
            yield text, url


def _tree(query: str) -> str | None:
    return next(iter(parse_qs(query).get("wbtreeid", ())), None)


def _pages_by_numbers(links: list[tuple[str, str | None]]) -> int | None:
    """The number of pages, by a link whose words are a page's number and whose address has it counted from the end."""
    counts = {
        digits(text) + digits(number[1]) - 1
        for text, url in links
        if text.isdigit() and url and (number := _NUMBERED.search(urlsplit(url).path))
    }
    return counts.pop() if len(counts) == 1 else None


def _entries(page: WebPage) -> tuple[Entry, ...]:
    base, rows = base_url(page), _rows(page)
    return tuple(filter(None, (row_entry(row, base) for row in rows))) if rows else linked_rows(page, _DETAIL)


def _rows(page: WebPage) -> list[HtmlElement]:
    """The rows of the page's own list: of several templates on a page, the last one before the pager.

    Without a pager, the one with most rows; a row with a date counts three times.
    """
    groups: dict[str, list[HtmlElement]] = {}
    last, own = "", ""
    pagers = set(page.tree.cssselect(_PAGER))
    for element in page.tree.iter("*"):
        if match := _ROW.match(element.get("id") or ""):
            last = match[1]
            groups.setdefault(last, []).append(element)
        elif element in pagers:
            own = last or own
    if not groups:
        return []
    return groups.get(own) or max(groups.values(), key=_weight)


def _weight(rows: list[HtmlElement]) -> int:
    return sum(3 if first_iso_date("".join(row.itertext())) else 1 for row in rows)
