"""Lonsun (龙讯): Anhui; the body has the class of the font-size switch.

Documents are `/public/{organ}/{id}.html` in the catalog and `/{column's path}/{id}.html` elsewhere (the latter seen on
saved pages, July 2026; `/public/content/{id}` too). A list is one of three:

* an ordinary column, `/{path}/index.html`: rows `li` with link and `span.date`, and the call `Ls.pagination("#page_…",
  function(pageIndex){location.href='…/content/column/…?pageIndex=' + pageIndex;}, {currPage: (0+1),pageCount:3})`;
* a catalog's page, `/public/column/{organ}?type=4&catId={category}&action=list`: an empty page whose script requests
  the rows (`Ls.ajax({url: "…/site/label/8888", data: {…}})`);
* those rows, `/site/label/8888?labelName=publicInfoList&siteId&organId&catId&type=4&pageSize&pageIndex&file&length…`,
  a fragment of HTML: `div.xxgk_navli`, each with number, 索引号 (on some sites), link and date, and a script with
  `pageCount: N > 0`. `length` cuts the link's text, its `title` is complete. An empty list shows the text of `result`.

Known from other people's crawlers and their tests, read in November 2026 (fzggw.ah.gov.cn, hrss.ah.gov.cn,
sthjt.ah.gov.cn, chuzhou.gov.cn, lushan.gov.cn); no listing was seen here. Unverified: that the shell's script names all
values literally on today's sites (lushan.gov.cn did in 2019; where it does not, name the address of the rows as the
column), and that GET works everywhere (crawlers use GET and POST). Sites report no total, only the number of pages.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from lxml.html import HtmlElement

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
from etl.platforms.helpers.columns import linked_columns, parent_list
from etl.platforms.helpers.rows import linked_rows, row_entry
from etl.web.page import WebPage, base_url

_DETAIL = re.compile(r"/\d{5,}(?:\.html)?(?:$|[?#])")
_LISTS = re.compile(r"^/public/column/\d+|^(?!/public/).+/index\.html$")
_PAGES = re.compile(r"""\bpageCount\s*:\s*["']?(\d+)""")
_CURRENT = re.compile(r"""\bcurrPage\s*:\s*\(?\s*(\d+)(?:\s*\+\s*(\d+))?""")
_TURN = re.compile(r"""location\.href\s*=\s*["']([^"']*[?&]pageIndex=)["']\s*\+\s*pageIndex""")
_LABEL = re.compile(r"""url\s*:\s*["']([^"']*/site/label/\d+[^"']*)["']""")
_PAIR = re.compile(r"""["']?(\w+)["']?\s*:\s*(?:"([^"]*)"|'([^']*)'|(\d+|true|false)\b)""")
_INDEX = re.compile(r"^[0-9A-Za-z_-]*\d[0-9A-Za-z_-]*/[0-9-]+$")


class Lonsun(Platform):
    """Lonsun (龙讯)."""

    name = "lonsun"
    layout = Layout(
        body=("div.j-fontContent", "#wz_zoom", "div.gkwz_contnet", "div.newscontnet", "div.ls-article-info")
    )

    fingerprints = (
        Fingerprint("catalog /public/column/<organ>", "link", r"^/public/column/\d+", 2),
        Fingerprint("catalog /public/column/<organ>", "address", r"/public/(?:column|content)/\d+", 1),
        Fingerprint("its script Ls", "markup", r"\bLs\.(?:ajax|pagination|plugins|[a-z]+\()", 2),
        Fingerprint("marks StartLabelHtml_… of its labels", "markup", r"(?:Start|End)LabelHtml_\w+|/site/label/\d", 2),
        Fingerprint("class of the font-size switch", "markup", r"\bj-fontContent\b", 1),
    )

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        above = parent_list(page, r"/\d{5,}\.html.*$", "/index.html") if "/public/" not in page.url else ()
        return (*above, *linked_columns(page, _LISTS))

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        path = urlsplit(page.url).path
        if "/site/label/" in path:
            return _rows(page, request)
        return _shell(page, request) if "/public/column/" in path else _column(page, request)


def _column(page: WebPage, request: ListingRequest) -> ListingPage:
    entries = _lines(page) or linked_rows(page, _DETAIL)
    pages, turn = _PAGES.search(page.text), _TURN.search(page.text)
    if not entries and not pages:
        raise NotAListing("neither links to documents (<id>.html) nor a call of Ls.pagination")
    page_count, current = int(pages[1]) if pages else None, _CURRENT.search(page.text)
    next_requests: tuple[ListingRequest, ...] = ()
    if page_count and turn:
        number = sum(int(part) for part in current.groups() if part) if current else 1
        if number < page_count:
            url = urljoin(page.url, f"{turn[1]}{number + 1}")
            next_requests = (ListingRequest(url, request.column, request.seen + len(entries)),)
    return ListingPage(entries, reported_pages=page_count, next_requests=next_requests)


def _lines(page: WebPage) -> tuple[Entry, ...]:
    """Rows of the list in the vendor's template; other templates differ, and boxes beside the list have links too."""
    base = base_url(page)
    return tuple(entry for row in page.tree.cssselect("ul.doc_list > li") if (entry := row_entry(row, base)))


def _shell(page: WebPage, request: ListingRequest) -> ListingPage:
    """The request for the first rows, as the page's script makes it."""
    for match in _LABEL.finditer(page.text):
        call = _call_around(page.text, match.start())
        values = {name: "".join(alternatives) for name, *alternatives in _PAIR.findall(call)}
        if values.get("organId") and "pageIndex" in call:
            parameters = {name: value for name, value in values.items() if name not in ("url", "dataType", "pageIndex")}
            query = urlencode({"IsAjax": "1", "dataType": "html", **parameters, "pageIndex": "1"})
            address = urljoin(page.url, match[1])
            url = f"{address}{'&' if '?' in address else '?'}{query}"
            return ListingPage((), next_requests=(ListingRequest(url, request.column),))
    raise NotAListing("no script that asks /site/label/ for the rows of a catalog")


def _call_around(text: str, place: int) -> str:
    """The call of `Ls.ajax` around the position, to the end of its argument (at most 4,000 characters)."""
    start = text.rfind("Ls.ajax", 0, place)
    depth = 0
    for end in range(text.find("{", start), min(len(text), start + 4000)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return text[start : end + 1]
    return text[start : start + 4000]


def _rows(page: WebPage, request: ListingRequest) -> ListingPage:
    query = dict(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))
    entries = tuple(_entries(page))
    pages, empty = _PAGES.search(page.text), query.get("result") or "暂无"
    if not entries and not pages and empty not in page.text:
        raise NotAListing("neither rows (xxgk_navli) nor pageCount, nor the words of an empty list")
    page_count, number = int(pages[1]) if pages else None, int(query.get("pageIndex") or 1)
    next_requests: tuple[ListingRequest, ...] = ()
    # If the site reports no number of pages, the list ends at a page without rows.
    if entries and (page_count is None or number < page_count):
        url = urljoin(page.url, "?" + urlencode({**query, "pageIndex": str(number + 1)}))
        next_requests = (ListingRequest(url, request.column, request.seen + len(entries)),)
    return ListingPage(entries, reported_pages=page_count, next_requests=next_requests)


def _entries(page: WebPage) -> Iterator[Entry]:
    rows: list[HtmlElement] = page.tree.cssselect("div.xxgk_navli")
    if not rows:
        yield from linked_rows(page, _DETAIL)
    for row in rows:
        entry = row_entry(row, base_url(page))
        if entry is None:
            continue
        cells = ("".join(cell.itertext()).strip() for cell in row.iter("li", "span"))
        fields = dict(entry.fields)
        if index := next(filter(_INDEX.match, cells), None):
            fields["index_number"] = index
        yield Entry(entry.url, entry.title, fields)
