"""`/{site}/{channel}/pc/list.html`: UCAP's newer system (开普), by its keys `ucap_…` and paths `/doc/ucap/`; Jiangxi …

Used in Yichun, Pingxiang, Tongling, Zigong, Ziyang, Kaifeng and by offices of Jiangxi. Its pages name no vendor.

Seen on a saved home page (a district of Tongling, July 2026): the variables `websiteCode` and `channelTree`, a tree of
349 channels with `code`, `name`, `urls` (JSON in a string: `{"pc": "/{site}/…/list.html"}`); articles with `title`,
`pubDate`, `contentSource`, `urls`, `irn` (索引号), `metadata.ucap_fwwh` (文号), `articleFiles`. A channel has the
address of its code, `/{site}/{code}/pc/list.html`, with documents `…/pc/content/content_{19 digits}.html`, or one of
its own, `/{site}/zxzx/tzgg/list.html`, with documents `…/tzgg/{yyyymm}/content_{19 digits}.html`; **79 codes are not in
their address**. An article with `urls` `{}` leads to `redirectUrl`, on another site. An `articleList` that is no array
has the news of a home page.

Known from other people's crawlers, read in November 2026; no list was seen here:

* the page of a list has lines as data, `var articleList = [{…}]` (zg.gov.cn, zjt.jiangxi.gov.cn, niccs.org.cn), or as
  links (sthjj.yichun.gov.cn);
* `POST /queryList` answers all lines of a channel: form `current` (from 1), `pageSize`, `webSiteCode`, `channelCode`,
  `sort=sortNum`, `order=desc` (nync.jiangxi.gov.cn: 273 pages of 15, 4,093 lines, all received; two others write
  `webSiteCode[]`); JSON with `data.total`, `data.results[].source`, an article whose `metadata` and `articleFiles` are
  JSON in strings. It stands behind `/{site}/{channel}/index.html` of sites that were moved from another system, too.

How many lines a page may hold is not known, so a list is never whole by its page: the service is asked for all lines,
as a list of its own name (`… / queryList`) with its own total, and a site without the service makes the run red. A
source file may also name the service itself: `/queryList?webSiteCode={site}&channelCode={channel}`.

Assumed: that the service is on every host of the family; that `sort=sortNum&order=desc` gives the newest first; that
lists have `channelTree` as the home page has (the last folder of the address is the code otherwise); the elements of a
document's text. Not read: `articleFiles`, which may have files that the document's page does not link.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from etl.dates import parse_china_date
from etl.outside import digits
from etl.platforms.answers.answers import member, parse_json, read_data, script_value, stated_total, strip_markup
from etl.platforms.answers.data_lists import read_data_list
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
from etl.platforms.rows.rows import linked_rows
from etl.reason_codes import Code
from etl.web.page import WebPage
from etl.web.urls import folder_of, parameters, resolved

_DETAIL = re.compile(r"/content_\d{16,20}\.html(?:$|[?#])")
_LIST = re.compile(r"^/[\w-]+/.+/list\.html$")
_CHANNEL = re.compile(r"^/([\w-]+)/(?:[\w-]+/)*?([\w-]+)(?:/pc)?/(?:list|index)\.html$")
_SERVICE = "/queryList"
_FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "X-Requested-With": "XMLHttpRequest"}
# The values that the sites' own scripts send: a greater pageSize may be cut, and pages then counted by another size.
_PARAMETERS = {"current": "1", "pageSize": "15", "sort": "sortNum", "order": "desc"}


class PcList(Platform):
    """`/pc/list.html`."""

    name = "pc_list"
    layout = Layout(body=("ucapcontent", "#UCAP-CONTENT", "div.article-content"))

    fingerprints = (
        Fingerprint("document content_<19 digits>.html", "link", _DETAIL.pattern, 2),
        Fingerprint("list /pc/list.html", "link", r"^/[\w-]+/(?:[\w-]+/)+pc/list\.html", 2),
        Fingerprint("list or document of its form", "address", r"/pc/list\.html|/content_\d{16,20}\.html", 1),
        Fingerprint("its service queryList", "service", _SERVICE, 2),
        Fingerprint("address of a line, JSON in a string", "markup", r'"urls"\s*:\s*"\{\\"', 2),
        Fingerprint("its tree of channels", "markup", r"\bchannelTree\s*=\s*\{", 2),
    )

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        above = parent_list(page, r"/(?:content|\d{6})/content_\d+\.html.*$", "/list.html")
        return (*above, *linked_columns(page, _LIST))

    def first_request(self, request: ListingRequest) -> ListingRequest:
        parts = urlsplit(request.url)
        if request.body or not parts.path.endswith(_SERVICE):
            return request
        return _service(request.url.partition("?")[0], parameters(request.url), request.column)

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        return _lines(page, request) if urlsplit(request.url).path.endswith(_SERVICE) else _list(page, request)


def _list(page: WebPage, request: ListingRequest) -> ListingPage:
    address = urlsplit(page.url).path
    articles, channel = _value(page, "articleList"), _CHANNEL.match(address)
    entries = (
        tuple(_entry(item, page.url, address) for item in articles if isinstance(item, dict))
        if isinstance(articles, list)
        else linked_rows(page, _DETAIL)
    )
    if channel is None or not (entries or isinstance(articles, list) or "queryList" in page.live_source):
        raise NotAListing(Code.LIST_SIGNS_MISSING, signs=["articleList", "content_<19 digits>.html"])
    code = dict(_channels(page)).get(address) or _value(page, "channelCode")
    site = _value(page, "websiteCode")
    parameters = {
        "webSiteCode": site if isinstance(site, str) and site else channel[1],
        "channelCode": code if isinstance(code, str) and code else channel[2],
    }
    own = any(urlsplit(entry.url).path.startswith(folder_of(address)) for entry in entries)
    headers = {"Referer": page.url} if own else {}
    service = _service(resolved(page.url, _SERVICE), parameters, f"{request.column} / queryList", headers=headers)
    return ListingPage(entries, next_requests=(service,))


def _channels(page: WebPage) -> Iterator[tuple[str, str]]:
    """(path of its list, code) of every channel in the page's tree."""
    waiting = [_value(page, "channelTree")]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield str(_object(node.get("urls")).get("pc") or ""), str(node.get("code") or "")
            waiting.extend(node["children"] if isinstance(node.get("children"), list) else ())


def _value(page: WebPage, name: str) -> Any:
    """The value that a script of the page gives to the name; None also where it is nested too deeply to be read."""
    try:
        return script_value(page.live_source, name)
    except RecursionError:
        return None


def _service(
    url: str, parameters: Mapping[str, str], column: str, seen: int = 0, *, headers: Mapping[str, str] | None = None
) -> ListingRequest:
    """A request to the service. With the header Referer, lines of that list must be in the answer."""
    body = urlencode({**_PARAMETERS, **parameters}).encode()
    return ListingRequest(url, column, seen, "POST", body, {**_FORM, **(headers or {})})


def _lines(page: WebPage, request: ListingRequest) -> ListingPage:
    content = parse_json(page)
    data = member(content, "data")
    results = member(data, "results")
    if not isinstance(data, dict) or not isinstance(results, list):
        raise NotAListing(Code.DATA_LACKS, names="data.results")
    sent = request.form
    if not sent:  # The source file posts JSON; the family itself sends a form.
        return read_data_list(page, request)
    channel = sent.get("webSiteCode"), sent.get("channelCode")
    list_path = f"/{channel[0]}/{channel[1]}/pc/list.html" if all(channel) else ""
    lines = (item for item in results if isinstance(item, dict))
    articles = (item["source"] if isinstance(item.get("source"), dict) else item for item in lines)
    entries = tuple(_entry(item, page.url, list_path) for item in articles)
    _check_channel(request, sent, entries)
    seen = request.seen + len(entries)
    total = stated_total(data.get("total"), seen)
    more = {**sent, "current": str(digits(sent.get("current") or 1) + 1)}
    goes_on = entries and (total is None or seen < total)
    next_requests = (_service(request.url, more, request.column, seen),) if goes_on else ()
    return ListingPage(entries, reported_total=total, next_requests=next_requests)


def _check_channel(request: ListingRequest, sent: Mapping[str, str], entries: tuple[Entry, ...]) -> None:
    """Raises `NotAListing` where the answer has no line of the list that showed some: the code is another channel's."""
    shown = request.headers.get("Referer")
    if shown is None:
        return
    folder = folder_of(urlsplit(shown).path)
    if not any(urlsplit(entry.url).path.startswith(folder) for entry in entries):
        raise NotAListing(Code.OF_ANOTHER_CHANNEL, url=shown, channel=sent.get("channelCode"))


def _entry(article: Mapping[str, Any], base: str, list_path: str) -> Entry:
    """A line; one that leads nowhere gets an address that is no URL, and the run reports it."""
    number = str(article.get("id") or "")
    address = str(_object(article.get("urls")).get("pc") or article.get("redirectUrl") or "").strip()
    if not address and number.isdigit() and list_path.endswith("/pc/list.html"):
        address = f"{folder_of(list_path)}content/content_{number}.html"
    fields = {
        "published_date": parse_china_date(article.get("pubDate")) or "",
        "source": strip_markup(article.get("contentSource")),
        "index_number": strip_markup(article.get("irn")),
        "document_number": strip_markup(_object(article.get("metadata")).get("ucap_fwwh")),
    }
    return Entry(
        resolved(base, address) if address else f"article:{number}",
        strip_markup(article.get("title") or article.get("showTitle")),
        {name: value for name, value in fields.items() if value},
    )


def _object(value: Any) -> Mapping[str, Any]:
    """An object, or one that is JSON in a string; empty for anything else."""
    try:
        content = read_data(value) if isinstance(value, str) else value
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
