"""UCAP (开普): Jiangxi, Hainan, Harbin, the securities regulator, the tax administration …

Documents are `/{site}/{channel}/202305/{32 hex}.shtml`, `/{site}/{channel}/202512/c01_{id}.shtml` and
`/{site}/{channel}/c{id}/content.shtml`; the body is wrapped in an element of its own (seen on saved pages, July 2026).
In Sichuan they are `/{site}/{channel}/2024/2/5/{32 hex}.shtml`.
A column is listed in one of three ways:

* static pages `…/{channel}/list.shtml` (also xxgk_list, common_list, fg …) with the call
  `createPageHTML('page_div', pages, current, 'list', 'shtml', total)`, counted from 1, page k at `list_{k}.shtml`.
  Another vendor's function has the same name, but the numbers come first and count from 0;
* JSON, `/searchList/{channel}?_isAgg=true&_isJson=true&_pageSize=&_template=index&page=` (also `/search/…` and
  `/common/search/…`): `data.total`, `data.results` with `title, url` (without a scheme), `publishedTimeStr` and
  labelled values in `domainMetaList[].resultList[]` (`name, value, key`; empty ones are "" or "null"). Sites return
  fewer than `_pageSize` (20 at most at csrc.gov.cn). With `_isJson=false` it answers a page of the site's template
  (hainan.gov.cn), whose next page is asked for in the same way. A column's page may hold no lines and ask for them in
  its script: `'/common/search/' + channelId + '?_isAgg=true…'`;
* JSON, `POST /getFileListByCodeId` with the form `codeId=&channelId={32 hex}&page=1&size=20` and no cookie:
  `results.data` is what `data` is in the other search; keys of labelled values are `writtentext`, `writtendate` … A
  column's page has the channel in `var channelId`; a source file names that page, or the service's address with the
  form as its query.

Totals of both searches may be higher than what is ever given: a page without results ends the list.
`xxgk_lists.shtml` and `xxgk_navs.shtml` are pages of several lists: they lead to the `xxgk_list.shtml` of the channels
below.

Known from other people's crawlers and their tests, read in November 2026 (csrc.gov.cn, ks.gov.cn, gfex.com.cn,
klmy.gov.cn; chinatax.gov.cn and the vendor's own server for the POST); no response was seen here. Assumed: that a page
of several lists links those below its own folder, or else none but its own; that the service is on the page's host
where the script names no other. Not supported: sites that require a token made in the browser.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from etl.dates import parse_china_date
from etl.fields import DATE_FIELDS
from etl.outside import count, digits
from etl.platforms.answers.answers import member, objects, parse_json, script_value, stated_total, strip_markup
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
from etl.platforms.elements.columns import linked_columns, meta, page_name, parent_list, same_site
from etl.platforms.paging.paging import counts
from etl.platforms.rows.row_texts import FIELD_OF_LABEL
from etl.platforms.rows.rows import linked_rows
from etl.reason_codes import Code
from etl.web.data import read_json
from etl.web.page import WebPage, links
from etl.web.urls import parameters, resolved, with_parameters

_DOCUMENTS = "<month>/<32 hex>.shtml"
"""The form of the addresses of documents, in reasons."""
_DETAIL = re.compile(
    r"/(?:20\d{4}/(?:[0-9a-f]{32}|c\d+_\d+)|20\d\d/\d\d?/\d\d?/[0-9a-f]{32}|c\d+/content)\.s?html(?:$|[?#])"
)
# Another family has c<id>/content.html too, below a channel n<id>.
_OWN = (
    r"/20\d{4}/(?:[0-9a-f]{32}|c\d+_\d+)\.s?html|/20\d\d/\d\d?/\d\d?/[0-9a-f]{32}\.shtml|"
    r"/c\d{4,}/c\d{4,}/content\.s?html"
)
_PAGER = re.compile(
    r"""createPageHTML\s*\(\s*["'][\w-]+["']\s*,\s*["']?(\d+)["']?\s*,\s*["']?(\d+)["']?\s*,"""
    r"""\s*["']([\w-]+)["']\s*,\s*["'](\w+)["']\s*(?:,\s*["']?(\d+))?"""
)
_SEARCH = re.compile(r"/search(?:List)?/[0-9a-f]{32}$")
_SEARCH_CALL = re.compile(
    r"""["'`]((?:https?:)?(?://[^"'`/\s]{1,80}+)?/(?:[\w-]{1,40}+/){0,4}search(?:List)?/)"""
    r"""(?:([0-9a-f]{32})|\$\{([\w. ]{1,60})\}|["'][\s+]{1,9}+([\w.]{1,60}+)(?:[\s+]{1,9}+["'`])?)([^"'`\s]*+)"""
)
"""A script's call of the search: the path, the channel or the variable that holds it, and the query."""
_SERVICE = "/getFileListByCodeId"
_SERVICE_CALL = re.compile(r"""["']((?:https?:)?(?://[^"'/]+)?/(?:[^"'/]+/)*getFileListByCodeId)\b""")
_QUERY = {"_isAgg": "true", "_isJson": "true", "_pageSize": "20", "_template": "index", "page": "1"}
_ID = re.compile(r"^[0-9a-f]{32}$")
_CHANNEL_TAG = r"""name=["']channel[iI]d["']\s[^<>]{0,40}content=["'][0-9a-f]{32}["']"""
_CHANNEL = re.compile(r"""\bchannelId\s*[=:]\s*["']([0-9a-f]{16,})["']""", re.IGNORECASE)
_LISTS = re.compile(r"/[\w-]*list\.shtml$|/(?:fg|tzgg|index)\.shtml$")
_SEVERAL_LISTS = re.compile(r"/xxgk_(?:lists|navs)\.shtml$")
_LIST_BELOW = re.compile(r"/xxgk_(?:lists?|navs)\.shtml$")
_FIELDS = FIELD_OF_LABEL | {"主题分类": "subject_category"}
_FIELD_OF_KEY = {
    "writtentext": "document_number",
    "writtendate": "written_date",
    "writtendepartment": "publisher",
    "aging": "validity",
}
_FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "X-Requested-With": "XMLHttpRequest"}


class Ucap(Platform):
    """UCAP (开普)."""

    name = "ucap"
    layout = Layout(body=("ucapcontent", "#UCAP-CONTENT", "#zoomcon", "#zoom.con_cen"))

    fingerprints = (
        Fingerprint("document <month>/<32 hex>.shtml, c<id>/content.shtml", "path", _OWN, 2),
        Fingerprint("meta tag template,templategroup,version", "markup", r"template,templategroup,version", 2),
        Fingerprint("files below /xhtml/", "markup", r"""["'](?:/[\w-]+)?/xhtml/(?:[\w-]+/)*[\w.-]+\.(?:js|css)""", 1),
        Fingerprint("meta tag channelid, <32 hex>", "markup", _CHANNEL_TAG, 1),
        Fingerprint("element ucapcontent, UCAP-CONTENT", "markup", r"<ucap(?:content|title)|UCAP-CONTENT", 1),
        Fingerprint("files of its consultations, /u/res/", "markup", r"""["']/u/res/(?:js|skin)/""", 1),
        Fingerprint("answer of its search", "markup", r'"domainMetaList"', 2),
        Fingerprint("search of a channel, /searchList/<32 hex>", "address", r"/search(?:List)?/[0-9a-f]{32}", 1),
        Fingerprint("its service getFileListByCodeId", "markup", r"/getFileListByCodeId\b", 2),
        Fingerprint("its service getFileListByCodeId", "service", _SERVICE, 3),
    )

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        above = (
            *parent_list(page, r"/c\d+/content\.s?html.*$", "/common_list.shtml"),
            *parent_list(page, r"/20\d{4}/(?:[0-9a-f]{32}|c\d+_\d+)\.s?html.*$", "/list.shtml"),
        )
        is_own = _SEARCH.search(urlsplit(page.url).path) or _service_call(page) or _SEARCH_CALL.search(page.live_source)
        own = (CandidateList(page.url, page_name(page)),) if is_own else ()
        return (*own, *above, *linked_columns(page, _LISTS))

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        path = urlsplit(page.url).path
        if _SEARCH.search(path) and _answers_pages(page, request):
            return _search_page(page, request)
        if _SEARCH.search(path) or path.endswith(_SERVICE) or page.is_data:
            return _results(page, request)
        if not _PAGER.search(page.live_source):
            if call := _service_call(page):
                return ListingPage((), next_requests=(_service(*call, request.column),))
            if url := _search_call(page):
                return ListingPage((), next_requests=(replace(request, url=url, headers={"Referer": page.url}),))
        return _lists_below(page, request) if _SEVERAL_LISTS.search(path) else _list(page, request)

    def first_request(self, request: ListingRequest) -> ListingRequest:
        parts = urlsplit(request.url)
        if request.body or not parts.path.endswith(_SERVICE):
            return request
        return _service(request.url.partition("?")[0], parameters(request.url), request.column)


def _answers_pages(page: WebPage, request: ListingRequest) -> bool:
    """Whether the search was asked for pages of the site's template, or answers them although it was not."""
    wants_data = parameters(page.url).get("_isJson")
    if wants_data is not None or not page.is_markup:
        return wants_data == "false"
    return request.seen > 0 or bool(linked_rows(page, _DETAIL))


def _service_call(page: WebPage) -> tuple[str, Mapping[str, str]] | None:
    """(address, form) of the service as the column's script calls it, or None if no script does."""
    call, channel = _SERVICE_CALL.search(page.live_source), _CHANNEL.search(page.live_source)
    return (resolved(page.url, call[1]), {"channelId": channel[1]}) if call and channel else None


def _search_call(page: WebPage) -> str | None:
    """The address of the search that the column's script calls, with its first page; None if no script does, and the
    page has lines or no channel.

    Raises `NotAListing` if the channel is neither in the call nor a variable of the page.
    """
    call = _SEARCH_CALL.search(page.live_source)
    if call is None:
        tagged = meta(page, "channelid")
        is_empty = _ID.match(tagged) and not linked_rows(page, _DETAIL)
        return resolved(page.url, f"/searchList/{tagged}?{urlencode(_QUERY)}") if is_empty else None
    variable = (call[3] or call[4] or "").strip().rpartition(".")[2]
    named = (script_value(page.live_source, name) for name in (variable, "channelId", "channelid") if name)
    channel = call[2] or next((value for value in named if isinstance(value, str) and _ID.match(value)), None)
    if channel is None:
        raise NotAListing(Code.CALL_WITHOUT_CHANNEL, call=call[1])
    sent = {name: value for name, value in parse_qsl(call[5].partition("?")[2]) if name != "page"}
    return resolved(page.url, f"{call[1]}{channel}?{urlencode(_QUERY | sent | {'page': '1'})}")


def _search_page(page: WebPage, request: ListingRequest) -> ListingPage:
    """A page of the site's template, which the search answers without `_isJson`; one without lines ends the list."""
    entries = linked_rows(page, _DETAIL)
    total, pages, number = None, None, _number_of(request)
    if stated := counts(page):
        total, pages = stated.documents, stated.pages
    if not entries and total != 0 and (number == 1 or "</" not in page.text):
        raise NotAListing(Code.LIST_SIGNS_MISSING, signs=[_DOCUMENTS])
    seen = request.seen + len(entries)
    goes_on = seen < total if total is not None else True
    goes_on = number < pages if pages is not None else goes_on
    next_requests = (_turned(request, {}, seen),) if entries and goes_on else ()
    return ListingPage(entries, total, pages, next_requests)


def _number_of(request: ListingRequest) -> int:
    return digits(parameters(request.url).get("page") or 1)


def _service(url: str, form: Mapping[str, str], column: str) -> ListingRequest:
    body = urlencode({"codeId": "", "page": "1", "size": "20", "relateSubChannels": "false", **form}).encode()
    return ListingRequest(url, column, 0, "POST", body, _FORM)


def _lists_below(page: WebPage, request: ListingRequest) -> ListingPage:
    """The lists to which a page of several leads: those below its own folder, or all where none is there."""
    folder = urlsplit(page.url).path.rsplit("/", 1)[0] + "/"
    lists = {
        url: text
        for url, text in links(page)
        if same_site(url, page) and url != page.url and _LIST_BELOW.search(urlsplit(url).path)
    }
    below = {url: text for url, text in lists.items() if urlsplit(url).path.startswith(folder)} or lists
    if not below:
        raise NotAListing(Code.PAGE_LACKS, names="xxgk_list.shtml")
    requests = tuple(ListingRequest(url, f"{request.column} / {text or url}") for url, text in below.items())
    return ListingPage((), next_requests=requests)


def _list(page: WebPage, request: ListingRequest) -> ListingPage:
    # Documents of this channel first: a last page of one row has fewer links than the boxes beside it.
    channel = urlsplit(page.url).path.rsplit("/", 1)[0]
    own = re.compile(re.escape(channel) + _DETAIL.pattern)
    entries = linked_rows(page, own) or linked_rows(page, _DETAIL)
    pager = _PAGER.search(page.live_source)
    if not entries and not pager:
        raise NotAListing(Code.LIST_SIGNS_MISSING, signs=[_DOCUMENTS, "createPageHTML"])
    if not pager:
        return ListingPage(entries)
    pages, current, stem, extension, total = digits(pager[1]), digits(pager[2]), pager[3], pager[4], count(pager[5])
    url = resolved(page.url, f"{stem}_{current + 1}.{extension}")
    return ListingPage(entries, total, pages, (request.behind(entries, url),) if current < pages else ())


def _results(page: WebPage, request: ListingRequest) -> ListingPage:
    content = parse_json(page)
    content = content if isinstance(content, dict) else {}
    answer = content.get("results") if isinstance(content.get("results"), dict) else content
    data = member(answer, "data")
    results = member(data, "results")
    if (
        results is None
        and request.seen
        and isinstance(data, dict)
        and ("results" in data or count(data.get("rows")) == 0)
    ):
        results = []  # A page beyond the last one.
    if not isinstance(data, dict) or not isinstance(results, list):
        raise NotAListing(Code.DATA_LACKS, names="data.results (_isJson=true)")
    entries = tuple(_entry(result, page.url) for result in results if isinstance(result, dict))
    seen = request.seen + len(entries)
    total = stated_total(data.get("total"), seen)
    if not seen and total:
        raise NotAListing(Code.EMPTY_BEFORE_TOTAL, page=1, seen=0, total=total)
    # By what was received, not by the size requested: the site returns fewer.
    goes_on = entries and (total is None or seen < total)
    next_requests = (_turned(request, data, seen),) if goes_on else ()
    return ListingPage(entries, total, next_requests=next_requests, total_is_upper_bound=not entries)


def _turned(request: ListingRequest, data: Mapping[str, Any], seen: int) -> ListingRequest:
    """The request for the next page: its number is where the request had it, in a form, in JSON or in the address."""
    parts, body = urlsplit(request.url), (request.body or b"").decode()
    if body.startswith("{"):
        sent = read_json(body)
        turned = json.dumps(sent | {"page": digits(sent.get("page") or 1) + 1})
        return replace(request, body=turned.encode(), seen=seen)
    if parts.path.endswith(_SERVICE):
        form = request.form or parameters(request.url)
        form.setdefault("channelId", str(data.get("channelId") or ""))
        form["page"] = str(digits(form.get("page") or 1) + 1)
        return replace(_service(parts._replace(query="").geturl(), form, request.column), seen=seen)
    return replace(request, url=with_parameters(request.url, {"page": _number_of(request) + 1}), seen=seen)


def _entry(result: Mapping[str, Any], base: str) -> Entry:
    fields = dict(_labelled(result))
    if published := parse_china_date(result.get("publishedTimeStr")) or parse_china_date(result.get("publishedTime")):
        fields["published_date"] = published
    url = str(result.get("url") or "").strip()
    title = strip_markup(result.get("title") or result.get("titleHtml"))
    return Entry(resolved(base, url) if url else f"manuscript:{result.get('manuscriptId')}", title, fields)


def _labelled(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(field, value) of the labelled values, by their names, or by the keys that are known: these differ by site."""
    for group in objects(result.get("domainMetaList")):
        for item in objects(group.get("resultList")):
            name = _FIELDS.get(strip_markup(item.get("name"))) or _FIELD_OF_KEY.get(strip_markup(item.get("key")))
            value = strip_markup(item.get("value"))
            if name and value and value != "null":
                value = (parse_china_date(value) or "") if name in DATE_FIELDS else value
                if value:
                    yield name, value
