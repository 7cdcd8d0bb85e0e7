"""Lonsun (龙讯): Anhui, and counties of Hubei, Hunan, Sichuan, Gansu and Qinghai; documents in `div.j-fontContent`.

Documents are `/public/{organ}/{id}.html` in the catalog and `/{column's path}/{id}.html` elsewhere (the latter seen on
saved pages, July 2026; `/public/content/{id}` too). A list is one of three:

* an ordinary column, `/{path}/index.html`: rows `li` with link and `span.date`, and the call `Ls.pagination("#page_…",
  function(pageIndex){location.href='…/content/column/…?pageIndex=' + pageIndex;}, {currPage: (0+1),pageCount:3})`;
* a catalog's page, `/public/column/{organ}?type=4&catId={category}&action=list`: an empty page whose script requests
  the rows (`Ls.ajax({url: "…/site/label/8888", data: {…}})`, also `$.ajax`, or `.load("…/site/label/8888?labelName=…")`
  with the values in its query). On many sites it is below a path (`/zwgk/public/column/`,
  `/zfxxgk/public/column/`) and the service below another one that its script names (`/huangshanzwgk/zwgk/site/label/`).
  A page of administrative rules (`type: 6`) requests a list for each tab, with `catIds` from a variable (`yxCatId`);
* those rows, `/site/label/8888?labelName=publicInfoList&siteId&organId&catId&type=4&pageSize&pageIndex&file&length…`,
  a fragment of HTML and a script with `pageCount: N > 0`. `file` decides the template: `div.xxgk_navli`, each with
  number, 索引号 (on some sites), link and date (`_newest`, `_newest2020`), `ul.xxgk_nav_list > li` (`_newest2022`),
  `div.gk_list > ul > li > div > a.title` (`_xzgfk`). `length` cuts the link's text, its `title` is complete. An empty
  list shows the text of `result`.

Known from other people's crawlers and their tests, read in November 2026 (fzggw.ah.gov.cn, hrss.ah.gov.cn,
sthjt.ah.gov.cn, mpa.ah.gov.cn, ahqimen.gov.cn, chuzhou.gov.cn, lushan.gov.cn); no listing was seen here. Sites report
the number of pages and no total. Assumed: that the shell's script names its values literally or by a variable of the
page (lushan.gov.cn did in 2019, sthjt.ah.gov.cn does by `yxCatId`; where it does not, name the address of the rows as
the column); that GET works everywhere (crawlers use GET and POST); that `/grassroots/column/{id}?catId=`,
`/publicColumn/{name}/index.html` and `/site/tpl/{n}?activeId=` are such shells, or pages with rows and a `pageCount`.
"""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

from lxml.html import HtmlElement

from etl.outside import digits
from etl.platforms.answers.answers import script_value
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
from etl.platforms.elements.columns import linked_columns, parent_list
from etl.platforms.rows.rows import INDEX_NUMBER, linked_rows, row_entry
from etl.reason_codes import Code
from etl.web.page import WebPage, base_url
from etl.web.urls import parameters, resolved, with_parameters

_DETAIL = re.compile(r"(?<!/column)(?<!/tpl)/\d{5,}(?:\.html)?(?:$|[?#])")
_SHELL = re.compile(r"/(?:public|grassroots)/column/\d+|/publicColumn/|/site/tpl/\d+")
_LISTS = re.compile(r"/(?:public|grassroots)/column/\d+|/site/tpl/\d+|^(?!(?:/[\w-]+)*/public/).+/index\.html$")
_PAGES = re.compile(r"""\bpageCount\s*:\s*["']?(\d+)""")
_CURRENT = re.compile(r"""\bcurrPage\s*+:\s*+\(?\s*+(\d++)(?:\s*+\+\s*+(\d++))?""")
_TURN = re.compile(
    r"""(?:location\.href\s*=|attr\(\s*["']href["']\s*,)\s*["']([^"']*[?&]pageIndex=)["']\s*\+\s*(?:pageIndex|\$)"""
)
_CALL = re.compile(r"\b(?:Ls|jQuery)\.ajax\b|\$\.(?:ajax|post|get)\b")
_LOADED = re.compile(r"""\.load\s*\(\s*["']([^"']*\bsite/label/\d+\?[^"']*)["']""")
_LABEL = re.compile(r"""url\s*:\s*(?:([\w$.]+)\s*\+\s*)?["']([^"']*\bsite/label/\d+[^"']*)["']""")
_PAIR = re.compile(r"""\b(\w++)["']?\s*+:\s*+(?:"([^"]*)"|'([^']*)'|(\d+|true|false)\b|([A-Za-z_$][\w$]*))""")
# Rows of the templates that are known, each holding one document.
_ROWS = ("div.xxgk_navli", "ul.xxgk_nav_list > li", "div.gk_list > ul > li:has(a.title)")


class Lonsun(Platform):
    """Lonsun (龙讯)."""

    name = "lonsun"
    layout = Layout(
        body=("div.j-fontContent", "#wz_zoom", "div.gkwz_contnet", "div.newscontnet", "div.ls-article-info")
    )

    fingerprints = (
        Fingerprint("catalog /public/column/<organ>", "link", r"^(?:/[\w-]+)*/public/column/\d+", 2),
        Fingerprint("catalog /public/column/<organ>", "address", r"/(?:public|grassroots)/(?:column|content)/\d+", 1),
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
        if not _SHELL.search(path):
            return _column(page, request)
        if requests := _rows_requested(page, request):
            return ListingPage((), next_requests=requests)
        if not _PAGES.search(page.live_source):  # links alone may be those of a box beside the list
            raise NotAListing(Code.LIST_SIGNS_MISSING, signs=["/site/label/", "pageCount"])
        return _column(page, request)


def _column(page: WebPage, request: ListingRequest) -> ListingPage:
    entries = _lines(page) or linked_rows(page, _DETAIL)
    pages, turn = _PAGES.search(page.live_source), _TURN.search(page.live_source)
    if not entries and not pages:
        raise NotAListing(Code.LIST_SIGNS_MISSING, signs=["<id>.html", "Ls.pagination"])
    page_count, current = digits(pages[1]) if pages else None, _CURRENT.search(page.live_source)
    next_requests: tuple[ListingRequest, ...] = ()
    if page_count and turn:
        number = sum(digits(part) for part in current.groups() if part) if current else 1
        if number < page_count:
            url = resolved(page.url, f"{turn[1]}{number + 1}")
            next_requests = (request.behind(entries, url),)
    return ListingPage(entries, reported_pages=page_count, next_requests=next_requests)


def _lines(page: WebPage) -> tuple[Entry, ...]:
    """Rows of the list in the vendor's template; other templates differ, and boxes beside the list have links too."""
    base = base_url(page)
    return tuple(entry for row in page.tree.cssselect("ul.doc_list > li") if (entry := row_entry(row, base)))


def _rows_requested(page: WebPage, request: ListingRequest) -> tuple[ListingRequest, ...]:
    """The requests for the first rows of each list that the page's script makes; a page of tabs has several lists."""
    urls: dict[str, str] = {}
    for match in _LABEL.finditer(page.live_source):
        call = _call_around(page.live_source, match.start())
        values = dict(_values(call, page))
        if values.get("organId") and "pageIndex" in call:
            parameters = {name: value for name, value in values.items() if name not in ("url", "dataType", "pageIndex")}
            query = urlencode({"IsAjax": "1", "dataType": "html", **parameters, "pageIndex": "1"})
            address = _service(page.url, match[2], complete=not match[1])
            urls[f"{address}{'&' if '?' in address else '?'}{query}"] = (
                values.get("catIds") or values.get("catId") or ""
            )
    for loaded in _LOADED.findall(page.live_source):
        label, _, query = unescape(loaded).partition("?")
        values = dict(parse_qsl(query, keep_blank_values=True))
        if values.get("organId"):
            address = _service(page.url, label, complete=True)
            urls[f"{address}?{urlencode({**values, 'pageIndex': '1'})}"] = values.get("catId") or ""
    if len(urls) == 1:
        return (ListingRequest(next(iter(urls)), request.column),)
    return tuple(
        ListingRequest(url, f"{request.column} / {category or number}")
        for number, (url, category) in enumerate(urls.items(), 1)
    )


def _values(call: str, page: WebPage) -> Iterator[tuple[str, str]]:
    """(name, value) of a call's parameters. A value that is not a literal is looked up in the page's variables and in
    its address."""
    address = parameters(page.url)
    for name, double, single, number, variable in _PAIR.findall(call):
        value = double or single or number
        if variable:
            assigned = script_value(page.live_source, variable)
            value = str(assigned) if isinstance(assigned, (str, int)) else address.get(name, "")
            if not value and name not in ("catId", "catIds"):
                continue
        yield name, value


def _service(url: str, label: str, *, complete: bool) -> str:
    """The address of the service; below the page's own path if the script puts it together or leaves out the slash."""
    if complete and label.startswith(("/", "http:", "https:")):
        return resolved(url, label)
    place = _SHELL.search(urlsplit(url).path)
    return resolved(url, f"{urlsplit(url).path[: place.start()] if place else ''}/{label.lstrip('/')}")


def _call_around(text: str, place: int) -> str:
    """The call around the position, to the end of its argument (at most 4,000 characters)."""
    first = max(0, place - 4000)
    start = first + max((call.start() for call in _CALL.finditer(text[first:place])), default=0)
    depth = 0
    for end in range(text.find("{", start), min(len(text), start + 4000)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return text[start : end + 1]
    return text[start : start + 4000]


def _rows(page: WebPage, request: ListingRequest) -> ListingPage:
    query = parameters(page.url)
    entries = tuple(_entries(page))
    pages, empty = _PAGES.search(page.live_source), query.get("result") or "暂无"
    if not entries and not pages and empty not in page.text:
        raise NotAListing(Code.LIST_SIGNS_MISSING, signs=[".xxgk_navli", "pageCount"])
    page_count, number = digits(pages[1]) if pages else None, digits(query.get("pageIndex") or 1)
    url = with_parameters(page.url, {"pageIndex": number + 1})
    # If the site reports no number of pages, the list ends at a page without rows.
    goes_on = entries and (page_count is None or number < page_count)
    next_requests = (request.behind(entries, url),) if goes_on else ()
    return ListingPage(entries, reported_pages=page_count, next_requests=next_requests)


def _entries(page: WebPage) -> Iterator[Entry]:
    templates = (page.tree.cssselect(selector) for selector in _ROWS)
    rows: list[HtmlElement] = next(filter(None, templates), [])
    entries = [(row, entry) for row in rows if (entry := row_entry(row, base_url(page)))]
    if not entries:
        yield from linked_rows(page, _DETAIL)
    for row, entry in entries:
        cells = ("".join(cell.itertext()).strip() for cell in row.iter("li", "span"))
        index = next(filter(INDEX_NUMBER.match, cells), None)
        yield Entry(entry.url, entry.title, {**entry.fields, "index_number": index} if index else entry.fields)
