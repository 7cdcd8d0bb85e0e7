"""Hanweb jpaas: Zhejiang and Gansu; documents use the template of JCMS, files come from a download service.

Documents are `/art/Y/M/D/art_{column}_{id}.html` as in JCMS, or `…/art/{yyyy}/art_{32 hex}.html` below the column's
path; a column may have both. A column's page has no list: `<script src="…/unitbuild.js" url="…"
queryData="{'webId':'…', …}">` names the service (`/api-gateway/jpaas-publish-server/front/page/build/unit`) and its
parameters, and the response is JSON whose `data.html` is the list. Page and size are JSON in `paramJson`; a plain
`pageNo` is ignored. The pager in that HTML has the total as `count`. Without the column's address as Referer many sites
answer 403.

Known from other people's crawlers (read in July 2026) and, for the detail page, from saved pages of the same month.
Unverified: no response of a live site was seen; which of several units of a page is its list is guessed by its name
(`tagId` 当前栏目list, 分页列表, 内容区域 …).
"""

import json
import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

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
from etl.platforms.helpers.rows import linked_rows, parse_json
from etl.web.page import WebPage

_SERVICE = "/page/build/unit"
_DETAIL = re.compile(r"/art/\d{4}/(?:\d{1,2}/\d{1,2}/)?art_\w+\.html")
_ELSEWHERE = re.compile(r"^https?://")
_LISTS = re.compile(r"/col/col\d+/|/index\.html$")
_PAIR = re.compile(r"""["'](\w+)["']\s*:\s*(?:["']([^"']*)["']|(\w+))""")
_LIST = re.compile(r"list|列表|分页|内容", re.IGNORECASE)
_COUNT = re.compile(r"""(?<![\w-])count["']?\s*[:=]\s*["']?(\d+)""", re.IGNORECASE)
# 50 a page works at samr.gov.cn and hhtz.gov.cn; other sites give fewer and page by their own size.
_SIZE = 50


class HanwebJpaas(Platform):
    """Hanweb jpaas."""

    name = "hanweb_jpaas"
    layout = Layout(body=("#zoom", "div.article-pagenation", "td.bt_content", "div.main-txt"))

    fingerprints = (
        # The older system of the same vendor has the same addresses.
        Fingerprint("document /art/Y/M/D/art_<column>_<id>.html", "link", r"/art/\d{4}/\d{1,2}/\d{1,2}/art_\d+_", 1),
        Fingerprint("document /art/Y/M/D/art_<column>_<id>.html", "address", r"/art/\d{4}/\d{1,2}/\d{1,2}/art_\d+_", 1),
        Fingerprint("list /col/col<number>/", "link", r"^/col/col\d+/", 1),
        Fingerprint("list /col/col<number>/", "address", r"/col/col\d+/", 1),
        Fingerprint("document /art/<year>/art_<32 hex>.html", "link", r"/art/\d{4}/art_[0-9a-f]{32}\.html", 2),
        Fingerprint("document /art/<year>/art_<32 hex>.html", "address", r"/art/\d{4}/art_[0-9a-f]{32}\.html", 2),
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
        url, query = _list_unit(page)
        address = urljoin(page.url, url) + "?" + urlencode(query | {"paramJson": _page(1)})
        return ListingPage((), next_requests=(replace(request, url=address, headers={"Referer": page.url}),))


def _page(number: int) -> str:
    return json.dumps({"pageNo": number, "pageSize": _SIZE}, separators=(",", ":"))


def _list_unit(page: WebPage) -> tuple[str, dict[str, str]]:
    """(address, parameters) of the unit that is the page's list. Raises `NotAListing` if there is none."""
    units = [
        (script.get("url") or "", {name: a or b for name, a, b in _PAIR.findall(script.get("querydata") or "")})
        for script in page.tree.iter("script")
        if "unitbuild.js" in (script.get("src") or "").lower()
    ]
    units = [(url, query) for url, query in units if url and query.get("pageId")]
    if not units:
        raise NotAListing("no script unitbuild.js with url and queryData")
    lists = units if len(units) == 1 else [unit for unit in units if _LIST.search(unit[1].get("tagId", ""))]
    if not lists:
        names = ", ".join(query.get("tagId", "?") for _, query in units)
        raise NotAListing(f"{len(units)} units and none whose tagId names a list: {names}")
    return lists[0]


def _unit(page: WebPage, request: ListingRequest) -> ListingPage:
    html = _html(page)
    # Relative links are relative to the column's page, which shows this HTML.
    entries = _entries(WebPage(request.headers.get("Referer", page.url), html, page.charset))
    count = _COUNT.search(html)
    total = int(count[1]) if count else None
    query = dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))
    number = int(json.loads(query.get("paramJson") or "{}").get("pageNo") or 1)
    if not entries and total is None and number == 1:
        raise NotAListing("data.html holds neither links to documents nor a count")
    if not entries and total is not None and request.seen < total:
        raise NotAListing(f"page {number} is empty, and only {request.seen} of {total} documents were listed")
    seen = request.seen + len(entries)
    next_requests: tuple[ListingRequest, ...] = ()
    if entries and (total is None or seen < total):
        url = urlsplit(request.url)._replace(query=urlencode(query | {"paramJson": _page(number + 1)})).geturl()
        next_requests = (replace(request, url=url, seen=seen),)
    return ListingPage(entries, reported_total=total, next_requests=next_requests)


def _html(page: WebPage) -> str:
    content = parse_json(page)
    data = content.get("data") if isinstance(content, dict) else None
    html = data.get("html") if isinstance(data, dict) else None
    if not isinstance(html, str):
        message = content.get("message") if isinstance(content, dict) else None
        raise NotAListing(f"JSON without data.html{f': {message}' if message else ''}")
    return html


def _entries(page: WebPage) -> tuple[Entry, ...]:
    """Rows that link documents; without any, rows that link other sites, which may fill a whole page of a list."""
    return linked_rows(page, _DETAIL) or linked_rows(page, _ELSEWHERE)
