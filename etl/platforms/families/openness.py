"""Openness (showList, opennessTarget): Chizhou, Xuancheng, Huangshan, Fuyang, Bozhou, Tongling, Ma'anshan; Hulunbuir.

Two generations of one vendor's system, both perhaps below a prefix (`/openness/…`, `/xxgk/…`):

* `…/OpennessContent/showList/{organ}/{category}/page_{n}.html` (category 0 is everything of the organ), also
  `BranchOpennessContent`, `News`, `Content`, `Special` and `XxgkPolicy`, some with a query (`?dataType=xzgfxwj`), which
  stays; documents `…/OpennessContent/show/{digits}.html`. Rows differ from site to site (`ul.is-listnews > li`,
  `dl.content-list > dt`, `div.m-cglist li`), some with an empty row after every fifth;
* `/opennessTarget/?branch_id={24 hex}&column_code=10000&tag=&page={n}`, which `/opennessContent/?branch_id=…` shows in
  a frame; rows `table.is-xxgkTable tr` (title in `div.is-tda`, then 索引号 and date in the last two cells), pager
  `#page_list`, whose greatest number is the last page; documents `/openness/detail/content/{24 hex}.html`. A column
  with columns below it shows six documents of each and no pager: its lists are those columns.

Seen: links to lists on two saved pages (www.ahtlyaq.gov.cn, July 2026), no list. From other people's code, read in
November 2026: both forms of address, the rows named above (gaj.chizhou.gov.cn, czskjj.chizhou.gov.cn, huangshan.gov.cn,
gaj.bozhou.gov.cn, xuancheng.gov.cn, luan.gov.cn, zwgk.mas.gov.cn, hlbe.gov.cn), the elements of documents, and the
vendor's own program behind opennessTarget (that a column with columns below it shows six documents of each).
Assumed: how newer lists say that they go on. Links to `page_{n}.html` of the same list and a count of pages in words
are read. Where neither is there, but the page has an element `pagination`, which a script fills, or ten rows or more,
the next page is asked for, and one without rows, or the same again, is the end: a site that answers 404 there gives a
red run. `pagination` has an attribute `pagesize`, which one crawler takes for the number of pages; it is not used.
Bozhou answers documents with the shell of "Virtual Container Shield", Zongyang lists with a script that sets a cookie:
both end as `blocked`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from etl.dates import first_iso_date
from etl.outside import digits
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
from etl.platforms.elements.columns import linked_columns
from etl.platforms.rows.rows import INDEX_NUMBER, linked_rows, row_entry
from etl.reason_codes import Code
from etl.web.page import WebPage, base_url, links
from etl.web.urls import parameters, resolved

_DETAIL = re.compile(r"/[A-Za-z]+/show/\d+\.html|/openness/detail/content/[0-9a-f]{24}\.html", re.IGNORECASE)
_FIRST_PAGES = re.compile(r"/showList/[\w/]+/page_1\.html$|/openness(?:Target|Content)/$", re.IGNORECASE)
_CONTAINERS = "ul.is-listnews, dl.content-list, div.m-cglist > ul, div.m-ptlist > ul, div.listright-box > ul"
_PAGE = re.compile(r"/page_(\d+)\.html$", re.IGNORECASE)
_FRAME = re.compile(r"/opennessContent/$")
_TARGET = re.compile(r"/opennessTarget/$")
_PAGES_IN_WORDS = re.compile(r"共\s{0,9}(\d{1,6})\s{0,9}页|\d{1,6}\s{0,9}/\s{0,9}(\d{1,6})\s{0,9}页")
_DOCUMENTS_IN_WORDS = re.compile(r"共\s{0,9}(\d{1,8})\s{0,9}条(?:记录|信息|数据|[^。]{0,20}页)")
_LAST = re.compile(r"尾页|末页|最后一页")
_NO_DOCUMENTS = re.compile(r"暂无|没有(?:找到)?(?:相关|任何)?(?:信息|内容|记录|数据)")
_MANY_ROWS = 10
"""From this many rows on, a list without a pager may continue: pages of 15 and 20 rows are known, none below 10."""


class Openness(Platform):
    """Openness (showList, opennessTarget)."""

    name = "openness"
    layout = Layout(
        body=("#zoom", "div.is-newscontnet", "div.m-dtfonts", "div.m-article"),
        header=("table.is-xxgkinfo",),
    )
    fingerprints = (
        Fingerprint("list …/showList/…/page_<n>.html", "path", r"/showList/[\w/]+/page_\d+\.html", 1),
        Fingerprint("document …Content/show/<digits>.html", "path", r"/\w*Content/show/\d+\.html", 1),
        Fingerprint("list /opennessTarget/?branch_id=", "path", r"/openness(?:Target|Content)/\?branch_id=", 2),
        Fingerprint("document /openness/detail/content/", "path", r"/openness/detail/content/[0-9a-f]{24}\.html", 2),
        Fingerprint(
            "class is-… of its templates",
            "markup",
            r"""class=["'](?:[^"']*\s)?is-(?:listnews|xxgkTable|xxgkinfo|newstitles?|newscontnet|contentbox)\b""",
            2,
        ),
    )

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        return linked_columns(page, _FIRST_PAGES)

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        path = urlsplit(page.url).path
        if _FRAME.search(path):
            return ListingPage((), next_requests=(replace(request, url=_target(page.url)),))
        return _target_list(page, request) if _TARGET.search(path) else _show_list(page, request)


def _show_list(page: WebPage, request: ListingRequest) -> ListingPage:
    entries, current = _entries(page), _number(page.url)
    linked = [(number, text) for url, text in links(page) if (number := _same_list(url, page.url))]
    words = "".join(page.tree.itertext())
    total = next((digits(number) for number in _DOCUMENTS_IN_WORDS.findall(words)), None)
    stated = next((digits(a or b) for a, b in _PAGES_IN_WORDS.findall(words)), None)
    pages = stated or next((number for number, text in linked if _LAST.search(text)), None)
    if not entries:
        _require_empty_list(page, current, pages, total)
        return ListingPage((), total, pages)
    last = max([number for number, _ in linked] + [pages or 0])
    # If nothing says whether there are more pages, a script may draw the pager. Menus link the first page.
    may_go_on = not pages and last <= 1 and (_has_pager(page) or len(entries) >= _MANY_ROWS)
    may_go_on = may_go_on and (total is None or request.seen + len(entries) < total)
    url = _numbered(page.url, current + 1)
    next_requests = (request.behind(entries, url),) if current < last or may_go_on else ()
    return ListingPage(entries, total, pages, next_requests)


def _entries(page: WebPage) -> tuple[Entry, ...]:
    """The rows of the one known container, where there is one: a box beside it may have more links than a last page."""
    containers = page.tree.cssselect(_CONTAINERS)
    if len(containers) != 1:
        return linked_rows(page, _DETAIL)
    rows = (row_entry(row, base_url(page)) for row in containers[0].iterchildren("li", "dt", "dd"))
    return tuple(entry for entry in rows if entry) or linked_rows(page, _DETAIL)


def _require_empty_list(page: WebPage, current: int, pages: int | None, total: int | None) -> None:
    """Raises `NotAListing` unless a page without documents says so, or is beyond the end and links the site's lists."""
    if pages and current <= pages and total != 0:
        raise NotAListing(Code.EMPTY_PAGE_OF_LIST, page=current, pages=pages)
    beyond = current > 1 and any(_FIRST_PAGES.search(urlsplit(url).path) for url, _ in links(page))
    if total != 0 and not beyond and not _NO_DOCUMENTS.search("".join(page.tree.itertext())):
        raise NotAListing(Code.LIST_SIGNS_MISSING, signs=["…/show/<digits>.html"])


def _number(url: str) -> int:
    match = _PAGE.search(urlsplit(url).path)
    return digits(match[1]) if match else 1


def _numbered(url: str, number: int) -> str:
    """The address of another page of the list; the query stays. `/News/showList/6932/` is a first page too."""
    parts = urlsplit(url)
    return parts._replace(path=f"{_PAGE.sub('', parts.path).rstrip('/')}/page_{number}.html").geturl()


def _same_list(url: str, own: str) -> int:
    """The number of the page of the same list that the address is; 0 for anything else."""
    paths = [urlsplit(each).path for each in (url, own)]
    match = _PAGE.search(paths[0])
    same = _PAGE.sub("", paths[0]) == _PAGE.sub("", paths[1]).rstrip("/")
    return digits(match[1]) if match and same else 0


def _has_pager(page: WebPage) -> bool:
    return next(page.tree.iter("pagination"), None) is not None or bool(page.tree.cssselect("#pagination"))


def _target(url: str) -> str:
    """The address of the list that a frame shows."""
    parts = urlsplit(url)
    return parts._replace(path=_FRAME.sub("/opennessTarget/", parts.path)).geturl()


def _target_list(page: WebPage, request: ListingRequest) -> ListingPage:
    tables = page.tree.cssselect("table.is-xxgkTable")
    query = parameters(page.url)
    current = digits(query.get("page") or 1) or 1
    numbers = [digits(other["page"]) for other in _targets(page, query) if other.get("page", "").isdigit()]
    if not tables and not numbers and (below := tuple(_columns_below(page, query, request))):
        return ListingPage((), next_requests=below)
    entries = tuple(_table_rows(page)) or linked_rows(page, _DETAIL)
    last = max((current, *numbers))
    if not entries and (not tables or current < last):
        raise NotAListing(Code.LIST_SIGNS_MISSING, signs=["table.is-xxgkTable", "/openness/detail/content/"])
    bare = re.sub(r"(?<=[?&])page=\d*&?", "", page.url).rstrip("&")
    next_requests = (request.behind(entries, f"{bare}&page={current + 1}"),) if current < last else ()
    return ListingPage(entries, reported_pages=last if numbers else None, next_requests=next_requests)


def _targets(page: WebPage, query: dict[str, str]) -> Iterator[dict[str, str]]:
    """Queries of the links to pages of the same list."""
    for url, _ in links(page):
        other = parameters(url)
        keys = ("branch_id", "column_code", "topic_id")
        if _TARGET.search(urlsplit(url).path) and all(other.get(key) == query.get(key) for key in keys):
            yield other


def _columns_below(page: WebPage, query: dict[str, str], request: ListingRequest) -> Iterator[ListingRequest]:
    """The lists that a page of several lists leads to, each once; the link with a name names it, not 更多."""
    columns: dict[str, tuple[str, str]] = {}
    for url, text in links(page):
        parts = urlsplit(url)
        code = parameters(url).get("column_code", "")
        is_list = _FRAME.search(parts.path) or _TARGET.search(parts.path)
        if is_list and code and code != query.get("column_code"):
            columns.setdefault(code, (_target(url), text or code))
    for url, name in columns.values():
        yield ListingRequest(url, f"{request.column} / {name}")


def _table_rows(page: WebPage) -> Iterator[Entry]:
    for row in page.tree.cssselect("table.is-xxgkTable tr"):
        link = next(iter(row.cssselect("div.is-tda a[href]")), None)
        cells = [" ".join("".join(cell.itertext()).split()) for cell in row.iterchildren("td")]
        if link is None or not cells:
            continue
        fields = {"published_date": day} if (day := first_iso_date(cells[-1])) else {}
        if index := next((cell for cell in cells[1:-1] if INDEX_NUMBER.match(cell)), None):
            fields["index_number"] = index
        title = " ".join((link.get("title") or "".join(link.itertext())).split())
        yield Entry(resolved(base_url(page), link.get("href") or ""), title, fields)
