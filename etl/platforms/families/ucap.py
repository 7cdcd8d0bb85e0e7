"""UCAP (开普): Jiangxi, Hainan, Harbin, the securities regulator, the tax administration …

Documents are `/{site}/{channel}/202305/{32 hex}.shtml`, `/{site}/{channel}/202512/c01_{id}.shtml` and
`/{site}/{channel}/c{id}/content.shtml`; the body is wrapped in an element of its own (seen on saved pages, July 2026).
A column is listed in one of two ways:

* static pages `…/{channel}/list.shtml` (also xxgk_list, common_list, fg …) with the call
  `createPageHTML('page_div', pages, current, 'list', 'shtml', total)`, counted from 1, page k at `list_{k}.shtml`.
  Another vendor's function has the same name, but the numbers come first and count from 0;
* JSON, `/searchList/{channel}?_isAgg=true&_isJson=true&_pageSize=&_template=index&page=` (also `/search/…` and
  `/common/search/…`): `data.total`, `data.results` with `title, url` (without a scheme), `publishedTimeStr` and
  labelled values in `domainMetaList[].resultList[]` (`name, value, key`; empty ones are "" or "null"). Sites return
  fewer than `_pageSize` (20 at most at csrc.gov.cn), and a total may be higher than what the pages have.

Known from other people's crawlers and their tests, read in November 2026 (csrc.gov.cn, ks.gov.cn, gfex.com.cn,
klmy.gov.cn, chinatax.gov.cn); no response was seen here. Not supported: sites that require a token made in the browser,
and the POST form of chinatax.gov.cn.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from etl.dates import parse_china_date
from etl.fields import DATE_FIELDS
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
from etl.platforms.helpers.rows import FIELD_OF_LABEL, linked_rows, parse_json, strip_markup
from etl.web.page import WebPage

_DETAIL = re.compile(r"/(?:20\d{4}/(?:[0-9a-f]{32}|c\d+_\d+)|c\d+/content)\.s?html(?:$|[?#])")
# Another family has c<id>/content.html too, below a channel n<id>.
_OWN = r"/20\d{4}/(?:[0-9a-f]{32}|c\d+_\d+)\.s?html|/c\d{4,}/c\d{4,}/content\.s?html"
_PAGER = re.compile(
    r"""createPageHTML\s*\(\s*["'][\w-]+["']\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*["']([\w-]+)["']\s*,\s*["'](\w+)["']\s*,\s*(\d+)"""
)
_SEARCH = re.compile(r"/search(?:List)?/[0-9a-f]{32}$")
_LISTS = re.compile(r"/[\w-]*list\.shtml$|/(?:fg|tzgg|index)\.shtml$")
_FIELDS = FIELD_OF_LABEL | {"主题分类": "subject_category"}


class Ucap(Platform):
    """UCAP (开普)."""

    name = "ucap"
    layout = Layout(body=("ucapcontent", "#UCAP-CONTENT", "#zoomcon", "#zoom.con_cen"))

    fingerprints = (
        Fingerprint("document <month>/<32 hex>.shtml, c<id>/content.shtml", "link", _OWN, 2),
        Fingerprint("document <month>/<32 hex>.shtml, c<id>/content.shtml", "address", _OWN, 1),
        Fingerprint("meta tag template,templategroup,version", "markup", r"template,templategroup,version", 2),
        Fingerprint("files below /xhtml/", "markup", r"""["'](?:/[\w-]+)?/xhtml/(?:[\w-]+/)*[\w.-]+\.(?:js|css)""", 1),
        Fingerprint("element ucapcontent, UCAP-CONTENT", "markup", r"<ucap(?:content|title)|UCAP-CONTENT", 1),
        Fingerprint("files of its consultations, /u/res/", "markup", r"""["']/u/res/(?:js|skin)/""", 1),
        Fingerprint("answer of its search", "markup", r'"domainMetaList"', 2),
        Fingerprint("search of a channel, /searchList/<32 hex>", "address", r"/search(?:List)?/[0-9a-f]{32}", 1),
    )

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        above = (
            *parent_list(page, r"/c\d+/content\.s?html.*$", "/common_list.shtml"),
            *parent_list(page, r"/20\d{4}/(?:[0-9a-f]{32}|c\d+_\d+)\.s?html.*$", "/list.shtml"),
        )
        own = (CandidateList(page.url),) if _SEARCH.search(urlsplit(page.url).path) else ()
        return (*own, *above, *linked_columns(page, _LISTS))

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        return _results(page, request) if _SEARCH.search(urlsplit(page.url).path) else _list(page, request)


def _list(page: WebPage, request: ListingRequest) -> ListingPage:
    # Documents of this channel first: a last page of one row has fewer links than the boxes beside it.
    channel = urlsplit(page.url).path.rsplit("/", 1)[0]
    own = re.compile(re.escape(channel) + _DETAIL.pattern)
    entries = linked_rows(page, own) or linked_rows(page, _DETAIL)
    pager = _PAGER.search(page.text)
    if not entries and not pager:
        raise NotAListing("neither links to documents (<month>/<32 hex>.shtml) nor a call of createPageHTML")
    if not pager:
        return ListingPage(entries)
    pages, current, stem, extension, total = int(pager[1]), int(pager[2]), pager[3], pager[4], int(pager[5])
    next_requests: tuple[ListingRequest, ...] = ()
    if current < pages:
        url = urljoin(page.url, f"{stem}_{current + 1}.{extension}")
        next_requests = (ListingRequest(url, request.column, request.seen + len(entries)),)
    return ListingPage(entries, reported_total=total, reported_pages=pages, next_requests=next_requests)


def _results(page: WebPage, request: ListingRequest) -> ListingPage:
    content = parse_json(page)
    data = content.get("data") if isinstance(content, dict) else None
    results = data.get("results") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(results, list):
        raise NotAListing("JSON without data.results (the address needs _isJson=true)")
    entries = tuple(_entry(result, page.url) for result in results if isinstance(result, dict))
    count = data.get("total")
    total = int(count) if isinstance(count, (int, str)) and str(count).isdigit() else None
    seen = request.seen + len(entries)
    next_requests: tuple[ListingRequest, ...] = ()
    # By what was received, not by _pageSize: the site returns fewer.
    if entries and (total is None or seen < total):
        query = dict(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))
        query["page"] = str(int(query.get("page") or 1) + 1)
        next_requests = (ListingRequest(urljoin(page.url, "?" + urlencode(query)), request.column, seen),)
    return ListingPage(entries, reported_total=total, next_requests=next_requests)


def _entry(result: Mapping[str, Any], base: str) -> Entry:
    fields = dict(_labelled(result))
    if published := parse_china_date(result.get("publishedTimeStr")) or parse_china_date(result.get("publishedTime")):
        fields["published_date"] = published
    url = str(result.get("url") or "").strip()
    title = strip_markup(result.get("title") or result.get("titleHtml"))
    return Entry(urljoin(base, url) if url else f"manuscript:{result.get('manuscriptId')}", title, fields)


def _labelled(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(field, value) of the labelled values, by their names: the keys differ from site to site."""
    for group in result.get("domainMetaList") or ():
        for item in (group.get("resultList") if isinstance(group, dict) else None) or ():
            if not isinstance(item, dict):
                continue
            name, value = _FIELDS.get(strip_markup(item.get("name"))), strip_markup(item.get("value"))
            if name and value and value != "null":
                value = (parse_china_date(value) or "") if name in DATE_FIELDS else value
                if value:
                    yield name, value
