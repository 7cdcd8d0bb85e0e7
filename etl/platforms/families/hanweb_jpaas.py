"""Hanweb jpaas: Zhejiang and Gansu; documents use the template of JCMS, files come from a download service.

Documents are `/art/Y/M/D/art_{column}_{id}.html` as in JCMS, or `…/art/{yyyy}/art_{32 hex}.html` below the column's
path; a column may have both. A column's page has no list: `<script src="…/unitbuild.js" url="…"
queryData="{'webId':'…', …}">` names the service (`/api-gateway/jpaas-publish-server/front/page/build/unit`) and its
parameters, and the response is JSON whose `data.html` is the list. Page and size are JSON in `paramJson`; a plain
`pageNo` is ignored. The pager in that HTML, an element with class `pagination`, has the total as `count` and the page
size as `rows`. Without the column's address as Referer many sites answer 403. `parseType` is `bulidstatic` or
`buildstatic`, and is sent as the page says it.

Some pages have no such script and hold lines themselves: those of an agency (`.xxgk-zcnr li.clearfix`, five of each of
its lists, with `a.xxgk_more` to them), and lists by year (`li.clearfix`, with links to `/2024n/index.html`). They lead
to the columns below. If such a page has the service's pager (`querydata`, `uniturl`), the service has its list.

Seen: details on saved pages (July 2026). From other people's crawlers, and a column page and an answer that one of them
saved (fzggw.zj.gov.cn), read in July and November 2026: all else; miit.gov.cn's answers, Taizhou's pages without the
script. Unverified: no response of a live site was seen. Assumed: which of several units of a page is its list, by its
name (`tagId` 当前栏目_list, 信息列表, 列表页, ajax分页, 内容区域, 内容1 …); that a page without the script has no pager
of its own.
"""

import json
import re
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from etl.outside import digits
from etl.platforms.answers.answers import member, parse_json, stated_total
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
from etl.platforms.elements.columns import linked_columns, parent_list, same_site
from etl.platforms.elements.script_links import read_script_links
from etl.platforms.rows.rows import linked_rows, row_entry
from etl.reason_codes import Code
from etl.web.data import read_json
from etl.web.page import WebPage, absolute, base_url, links
from etl.web.urls import parameters, resolved, with_parameters

_SERVICE = "/page/build/unit"
_DETAIL = re.compile(r"/art/\d{4}/(?:\d{1,2}/\d{1,2}/)?art_\w+\.html")
_ELSEWHERE = re.compile(r"^https?://")
_LISTS = re.compile(r"/col/col\d+/|/index\.html$")
_PAIR = re.compile(r"""["'](\w+)["']\s*:\s*(?:["']([^"']*)["']|(\w+))""")
# Names of units that are the page's list, the surest first.
_LIST_NAMES = tuple(re.compile(name, re.IGNORECASE) for name in ("当前栏目", "list|列表|分页", "内容"))
_YEAR = re.compile(r"/20\d\dn/index\.html$")
_COUNT = re.compile(r"""(?<![\w-])count["']?\s*[:=]\s*["']?(\d+)""", re.IGNORECASE)
_ROWS = re.compile(r"""(?<![\w-])rows\s*=\s*["']?([1-9]\d*)""", re.IGNORECASE)
# 50 a page works at samr.gov.cn and hhtz.gov.cn; other sites give fewer and page by their own size.
_SIZE = 50


class HanwebJpaas(Platform):
    """Hanweb jpaas."""

    name = "hanweb_jpaas"
    layout = Layout(body=("#zoom", "div.article-pagenation", "td.bt_content", "div.main-txt"))

    fingerprints = (
        # The older system of the same vendor has the same addresses.
        Fingerprint("document /art/Y/M/D/art_<column>_<id>.html", "path", r"/art/\d{4}/\d{1,2}/\d{1,2}/art_\d+_", 1),
        Fingerprint("list /col/col<number>/", "path", r"^/col/col\d+/", 1),
        Fingerprint("document /art/<year>/art_<32 hex>.html", "link", r"/art/\d{4}/art_[0-9a-f]{32}\.html", 2),
        Fingerprint("document /art/<year>/art_<32 hex>.html", "address", r"/art/\d{4}/art_[0-9a-f]{32}\.html", 2),
        Fingerprint("its service page/build/unit", "service", _SERVICE, 3),
        Fingerprint(
            "its scripts (unitbuild.js, /cms_files/, webglobal.js)",
            "markup",
            r"unitbuild\.js|jpaas-publish|/cms_files/|/script/webg(?:lobal|ray)\.js",
            3,
        ),
    )

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        above = (
            *parent_list(page, r"/art/\d{4}/\d{1,2}/\d{1,2}/art_(\d+)_\w+\.html.*$", r"/col/col\1/index.html"),
            *parent_list(page, r"/art/\d{4}/art_[0-9a-f]{32}\.html.*$", "/index.html"),
        )
        return (*above, *linked_columns(page, _LISTS))

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        if urlsplit(request.url).path.endswith(_SERVICE):
            return _unit(page, request)
        below = _lists_below(page, request)
        of_agency = bool(below and page.tree.cssselect(".xxgk-zcnr li.clearfix"))
        if (unit := None if of_agency and not _pagers(page) else _list_unit(page)) is None:
            lines = _lines(page)
            if not lines and not below:
                raise NotAListing(Code.LIST_SIGNS_MISSING, signs=["unitbuild.js (url, queryData)", "li.clearfix"])
            return ListingPage(lines, next_requests=below)
        address = resolved(page.url, unit[0]) + "?" + urlencode(unit[1] | {"paramJson": _page(1, _SIZE)})
        first = replace(request, url=address, headers={"Referer": page.url})
        return ListingPage((), next_requests=(first, *below) if of_agency else (first,))


def _page(number: int, size: int) -> str:
    return json.dumps({"pageNo": number, "pageSize": size}, separators=(",", ":"))


def _lines(page: WebPage) -> tuple[Entry, ...]:
    """The dated lines that a page without the script holds itself."""
    rows = page.tree.cssselect(".xxgk-zcnr li.clearfix") or page.tree.cssselect("li.clearfix")
    entries = (row_entry(row, base_url(page)) for row in rows)
    return tuple(entry for entry in entries if entry and entry.fields and _is_document(entry.url, page))


def _is_document(url: str, page: WebPage) -> bool:
    return bool(_DETAIL.search(url)) or not same_site(url, page)


def _lists_below(page: WebPage, request: ListingRequest) -> tuple[ListingRequest, ...]:
    """The columns to which a page with lines leads by `a.xxgk_more`, and the lists of single years."""
    more = (absolute(link.get("href") or "", base_url(page)) for link in page.tree.cssselect("a.xxgk_more[href]"))
    # The words of those links are 更多 each time.
    lists = {url: urlsplit(url).path for url in more if url}
    for url, words in links(page):
        if _YEAR.search(urlsplit(url).path) and same_site(url, page):
            lists.setdefault(url, words)
    return tuple(ListingRequest(url, f"{request.column} / {name}") for url, name in lists.items() if url != page.url)


def _pagers(page: WebPage) -> list[tuple[str, dict[str, str]]]:
    """The service's pagers in the page itself: (address, parameters) as those of a unit."""
    elements = page.tree.cssselect(".pagination[querydata][uniturl]")
    return [(element.get("uniturl") or "", _query(element.get("querydata") or "")) for element in elements]


def _query(data: str) -> dict[str, str]:
    return {name: a or b for name, a, b in _PAIR.findall(data)}


def _list_unit(page: WebPage) -> tuple[str, dict[str, str]] | None:
    """(address, parameters) of the unit that is the page's list; None if the page has no unit.

    Raises `NotAListing` if it has several and the name of none says that it is a list.
    """
    scripts = [script for script in page.tree.iter("script") if "unitbuild.js" in (script.get("src") or "").lower()]
    units = [(script.get("url") or "", _query(script.get("querydata") or "")) for script in scripts] + _pagers(page)
    units = [(url, query) for url, query in units if url and query.get("pageId")]
    if len(units) <= 1:
        return next(iter(units), None)
    for name in _LIST_NAMES:
        for unit in units:
            if name.search(unit[1].get("tagId", "")):
                return unit
    names = ", ".join(query.get("tagId", "?") for _, query in units)
    raise NotAListing(Code.UNITS_WITHOUT_LIST, units=len(units), names=names)


def _unit(page: WebPage, request: ListingRequest) -> ListingPage:
    html = _html(page, request)
    # Relative links are relative to the column's page, which shows this HTML.
    shown = WebPage(request.headers.get("Referer", page.url), html, page.charset)
    read_script_links(shown)
    entries = _entries(shown)
    count = _COUNT.search(html)
    total = stated_total(count[1], len(entries)) if count else None
    query = parameters(request.url)
    sent = read_json(query.get("paramJson") or "{}")
    number, size = digits(sent.get("pageNo") or 1), digits(sent.get("pageSize") or _SIZE)
    if not entries and total is None and number == 1:
        raise NotAListing(Code.DATA_LACKS, names="data.html: <a href>, total")
    if not entries and total is not None and request.seen < total:
        raise NotAListing(Code.EMPTY_BEFORE_TOTAL, page=number, seen=request.seen, total=total)
    seen = request.seen + len(entries)
    next_requests: tuple[ListingRequest, ...] = ()
    if entries and (total is None or seen < total):
        # A site that gives its own number of rows counts its pages by that.
        rows = digits(given[1]) if (given := _ROWS.search(html)) else size
        following = _page(number + 1, rows if len(entries) <= rows < size else size)
        url = with_parameters(request.url, {"paramJson": following})
        next_requests = (replace(request, url=url, seen=seen),)
    return ListingPage(entries, reported_total=total, next_requests=next_requests)


def _html(page: WebPage, request: ListingRequest) -> str:
    """The HTML of the answer: `data.html`, `data` itself on some sites; none beyond the last page."""
    content = parse_json(page)
    data = member(content, "data")
    html = data.get("html") if isinstance(data, dict) else data
    if not isinstance(html, str):
        if html is None and request.seen and content.get("success") is True:
            return ""
        message = member(content, "message")
        if message:
            raise NotAListing(Code.SERVICE_ANSWERS, message=str(message))
        raise NotAListing(Code.DATA_LACKS, names="data.html")
    return html


def _entries(page: WebPage) -> tuple[Entry, ...]:
    """Rows that link documents; without any, rows that link other sites, which may fill a whole page of a list."""
    return linked_rows(page, _DETAIL) or linked_rows(page, _ELSEWHERE)
