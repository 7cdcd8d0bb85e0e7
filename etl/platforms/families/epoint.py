"""Epoint (新点): EWB and EpointWebBuilder; Xuzhou, Dandong, Fushun, Yingkou, Xuchang, Shanghai's districts, exchanges.

A column is one of these:

* a shell, `/dynamic/zwgk/govInfoPub.html?categorynum=003001003[&deptcode=]` (also govInfoPubright, nohandsdate_…,
  `/dynamic/zw/openlist.html`): its list is `POST {projectName}/rest/lightfrontaction/getgovinfolist` with a JSON body
  `{deptcode, categorynum, pageIndex, pageSize, siteGuid}`, pages from 0; the answer is `custom.total` and
  `custom.data[]`. siteGuid and projectName are in the site's `/js/webBuilderCommon.js` (`var siteInfo={…}`), or the
  siteGuid in `/js/ajaxReq.js`. Yingkou puts the body into `{"token": "", "params": {…}}`;
* a frame, `…/openSubPage.html?specialurl=…`: the list is the address in specialurl;
* a static list, `…/govlist.html` or `…/moreinfo.html`, then `2.html`, `3.html` in the same folder; the pager's last
  link (尾页) is the last page. Rows of the catalog's table have a drop-down with labelled values, and at Xuchang no
  address but `linkToNew('{guid}', …)`, which leads to `/openDetailDynamic.html?infoid={guid}`. Rows of moreinfo.html
  are `li.wb-data-list`.

Seen: documents of an exchange (ggzy.hefei.gov.cn, a saved page of July 2026), where scripts fill title, date and source
from hidden inputs of fixed ids. From other people's code, read in November 2026: getgovinfolist (xz.gov.cn and its
bureaus, sthj.fushun.gov.cn, kjj.yingkou.gov.cn), both scripts, Yingkou's body, header and text of documents there, one
whole page of a static list (Jian'an in Xuchang, 58 pages of 20). Xuzhou answers https with 403, http works.
Assumed: that a body in `params` belongs to projects named after the middle platform (`EWB_YK_Mid`,
`Epoint-MiddleForWeb`), which is why an answer without rows is asked for in the other form before it is believed; that a
site without projectName is `/EWB-FRONT`; that moreinfo.html has the pager of govlist.html. Not read: pages
openDetailDynamic.html, whose text comes from a service (`zNJSAction.action?cmd=getOpenDetail`) that nobody here saw.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from lxml.html import HtmlElement

from etl.dates import first_iso_date
from etl.fields import DATE_FIELDS
from etl.outside import digits
from etl.platforms.answers.answers import member, parse_json, stated_total, strip_markup
from etl.platforms.base import (
    CandidateList,
    Embedded,
    Entry,
    Fingerprint,
    Layout,
    ListingPage,
    ListingRequest,
    NotAListing,
    Platform,
)
from etl.platforms.elements.columns import linked_columns
from etl.platforms.rows.row_texts import FIELD_OF_LABEL
from etl.platforms.rows.rows import linked_rows, row_entry
from etl.reason_codes import Code
from etl.web.data import read_json
from etl.web.markup import live_source
from etl.web.page import WebPage, base_url, links
from etl.web.urls import parameters, resolved

_INPUTS = {"zhuanzai": "source", "infodate": "published_date", "title": "title"}
_SERVICE = "/rest/lightfrontaction/getgovinfolist"
_COMMON_SCRIPT, _AJAX_SCRIPT = "/webBuilderCommon.js", "/ajaxReq.js"
_SCRIPTS = (_COMMON_SCRIPT, _AJAX_SCRIPT)
"""Scripts that may contain a site's values, the likelier one first."""
_GUID = r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"
_SITE = re.compile(rf"""\bsiteGuid["']?\s*[:=]\s*["']({_GUID})["']""")
_PROJECT = re.compile(r"""\bprojectName["']?\s*[:=]\s*["']/?([\w./-]{1,60}?)/?["']""")
_SERVICE_CALL = re.compile(rf"/([\w.-]{{1,60}}){_SERVICE}")
_DETAIL = re.compile(rf"/\d{{4}}-?\d\d-?\d\d/{_GUID}\.html|/openDetailDynamic\.html\?infoid=")
_LINK_TO_NEW = re.compile(
    rf"""(?:href\s*=\s*["'](?:#|javascript:[^"']*)?["']\s*)?onclick\s*=\s*"linkToNew\('({_GUID})'""", re.IGNORECASE
)
_LISTS = re.compile(r"/(?:\w*govInfoPub\w*|openlist|openSubPage|govlist|moreinfo)\.html$", re.IGNORECASE)
_NUMBER = re.compile(r"/(\d+)\.html$")
_SIZE = 20
"""Rows per request; no crawler was seen that requests more than 20."""


class Epoint(Platform):
    """Epoint (新点)."""

    name = "epoint"
    fingerprints = (
        Fingerprint(
            "class ewb-… of its templates",
            "markup",
            r"""class=["'][^"']*\bewb-(?:info|article|details|cnt|catalog|xxname)""",
            2,
        ),
        Fingerprint("hidden inputs infodate and zhuanzai", "markup", r'id="infodate".*id="zhuanzai"', 2),
        Fingerprint("its script webBuilderCommon.js", "markup", r"/webBuilderCommon\.js|/webBuilderCommonGray\.css", 2),
        Fingerprint("its service getgovinfolist", "markup", r"lightfrontaction/getgovinfolist", 3),
        Fingerprint("its service getgovinfolist", "service", _SERVICE, 3),
        Fingerprint("list ?categorynum=<digits>", "link", r"/\w*(?:govInfoPub\w*|openlist)\.html\?categorynum=\d", 2),
        Fingerprint("list ?categorynum=<digits>", "address", r"/\w*(?:govInfoPub\w*|openlist)\.html\?categorynum=", 1),
        Fingerprint("frame openSubPage.html?specialurl=", "link", r"/openSubPage\.html\?specialurl=", 2),
        Fingerprint("document /govxxgk/<organ>/<day>/<guid>.html", "link", rf"^/govxxgk/[^/]+/[\d-]+/{_GUID}\.html", 2),
    )
    layout = Layout(
        body=(
            "div.ewb-info-main",
            "div.ewb-article-info",
            "div.ewb-details-info",
            "#infocontent",
            "#ivs_content",
            "div.mian-cont",
        ),
        header=("div.xxgk_detail_head", "ul.ewb-article-list"),
    )

    def embedded(self, page: WebPage) -> Embedded | None:
        """The hidden inputs, if the page has all of them: other systems use the id `title` too."""
        inputs = {element.get("id"): element for element in page.elements["input"] if element.get("id") in _INPUTS}
        if len(inputs) < len(_INPUTS):
            return None
        fields = {}
        for name, element in inputs.items():
            if value := (element.get("value") or "").strip():
                fields[_INPUTS[name]] = (value, f"input#{name}")
        return Embedded(fields=fields) if fields else None

    def first_request(self, request: ListingRequest) -> ListingRequest:
        """The list itself, where a column is a frame."""
        return replace(request, url=_framed(request.url))

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        return linked_columns(page, _LISTS)

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        path = urlsplit(request.url).path
        if path.endswith(_SERVICE):
            return _answer(page, request)
        if path.endswith(_SCRIPTS):
            return _read_site_script(page, request)
        query = parameters(page.url)
        if query.get("specialurl"):
            return ListingPage((), next_requests=(replace(request, url=_framed(page.url)),))
        return _shell(page, request, query) if query.get("categorynum") else _static(page, request)


def _framed(url: str) -> str:
    """The address that a frame shows; any other address as it is."""
    return resolved(url, parameters(url).get("specialurl", url))


def _shell(page: WebPage, request: ListingRequest, query: dict[str, str]) -> ListingPage:
    """The request for the site's script. The column is in its query too: each column needs a request of its own."""
    sources = [resolved(base_url(page), script.get("src") or "") for script in page.elements["script"]]
    own = [url for name in _SCRIPTS for url in sources if urlsplit(url).path.endswith(name)]
    url = urlsplit(own[0] if own else resolved(page.url, f"/js{_COMMON_SCRIPT}"))
    column = {name: query.get(name, "") for name in ("deptcode", "categorynum")}
    address = url._replace(query=urlencode(column), fragment="").geturl()
    return ListingPage((), next_requests=(replace(request, url=address, headers={"Referer": page.url}),))


def _read_site_script(page: WebPage, request: ListingRequest) -> ListingPage:
    """The first request for the rows, from the values in the site's script; else the request for the other script."""
    source = live_source(f"<script>{page.text}</script>")
    site, project = _SITE.search(source), _PROJECT.search(source) or _SERVICE_CALL.search(source)
    if site is None:
        if _COMMON_SCRIPT not in request.url:
            raise NotAListing(Code.DATA_LACKS, names=f"siteGuid ({urlsplit(request.url).path})")
        other_script = request.url.replace(_COMMON_SCRIPT, _AJAX_SCRIPT)
        return ListingPage((), next_requests=(replace(request, url=other_script),))
    column = parameters(request.url)
    service = resolved(page.url, f"/{project[1] if project else 'EWB-FRONT'}{_SERVICE}")
    values = {**column, "pageIndex": 0, "pageSize": _SIZE, "siteGuid": site[1]}
    call = _Call(service, values, _in_params_first(service))
    return ListingPage((), next_requests=(call.request(request),))


def _in_params_first(service: str) -> bool:
    """Whether the body in `params` is tried first: where the project is named after the middle platform."""
    return "mid" in urlsplit(service).path.removesuffix(_SERVICE).lower()


_FAILED = "#failed"
"""Fragment of the second form of a request whose first form the service did not answer: an empty answer to the second
may be that to an unknown form, and says nothing of the list."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A request for rows: the service's address, the values, and whether they are in `params` of the body."""

    url: str
    values: dict[str, Any]
    in_params: bool

    @classmethod
    def of(cls, request: ListingRequest) -> "_Call":
        body = read_json(request.body or b"{}")
        return cls(request.url, body.get("params", body), "params" in body)

    def request(self, before: ListingRequest, seen: int = 0) -> ListingRequest:
        body = {"token": "", "params": self.values} if self.in_params else self.values
        headers = {**before.headers, "Content-Type": "application/json;charset=UTF-8"}
        encoded = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        return ListingRequest(self.url, before.column, seen, "POST", encoded, headers)

    @property
    def is_second_form(self) -> bool:
        return self.in_params != _in_params_first(self.url)


def _answer(page: WebPage, request: ListingRequest) -> ListingPage:
    call = _Call.of(request)
    index = digits(call.values.get("pageIndex") or 0)
    rows, total = _rows(page)
    is_first = index == 0
    if not rows and not total and is_first and not call.is_second_form:
        other = replace(call, url=call.url + ("" if _is_of_service(page) else _FAILED), in_params=not call.in_params)
        return ListingPage((), next_requests=(other.request(request),))
    lacks_rows = rows is None and total != 0
    says_nothing = not rows and is_first and (total is None or (not total and call.url.endswith(_FAILED)))
    if lacks_rows or says_nothing:
        raise NotAListing(Code.DATA_LACKS, names="custom.data")
    rows = rows or []
    seen = request.seen + len(rows)
    ends_early = not rows and total is not None and seen < total
    if ends_early:
        raise NotAListing(Code.EMPTY_BEFORE_TOTAL, page=index + 1, seen=seen, total=total)
    goes_on = bool(rows) and (total is None or seen < total)
    following = replace(call, values=call.values | {"pageIndex": index + 1})
    next_requests = (following.request(request, seen),) if goes_on else ()
    entries = tuple(entry for row in rows if (entry := _entry(row, page.url)))
    if total is None and len(entries) < len(rows):
        raise NotAListing(Code.ROWS_WITHOUT_ADDRESS, path="custom.data", names="infourl, visiturl, linkurl")
    return ListingPage(entries, reported_total=total, next_requests=next_requests)


def _is_of_service(page: WebPage) -> bool:
    """Whether the service itself answered, even that it does not know the form."""
    content = parse_json(page)
    return isinstance(content, dict) and not {"custom", "status"}.isdisjoint(content)


def _rows(page: WebPage) -> tuple[list[dict[str, Any]] | None, int | None]:
    """(rows, total); None for a part that the response lacks. In responses of related services, `custom` is a string of
    JSON."""
    content = parse_json(page)
    # An answer to a form that the service does not know has an empty one.
    custom = member(content, "custom")
    if isinstance(custom, str) and custom.strip():
        custom = parse_json(replace(page, text=custom))
    if not isinstance(custom, dict):
        return None, None
    rows = custom.get("data")
    named = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else None
    return named, stated_total(custom.get("total"), len(named or ()))


def _entry(row: dict[str, Any], base: str) -> Entry | None:
    """None for a row without an address: then fewer documents are listed than `total` reports."""
    url = next((str(row[name]).strip() for name in ("infourl", "visiturl", "linkurl") if row.get(name)), "")
    # `title` may be cut or coloured by the list's template.
    title = max(strip_markup(row.get("title")), strip_markup(row.get("realtitle")), key=len)
    day = first_iso_date(str(row.get("infodate") or row.get("handsdate") or ""))
    return Entry(resolved(base, url), title, {"published_date": day} if day else {}) if url else None


def _static(page: WebPage, request: ListingRequest) -> ListingPage:
    linked = replace(page, text=_LINK_TO_NEW.sub(r'href="/openDetailDynamic.html?infoid=\1" \g<0>', page.text))
    tables = linked.tree.cssselect("div.ewb-catalog-table")
    rows = (row_entry(row, base_url(linked)) for row in linked.tree.cssselect("li.wb-data-list"))
    entries = (*_catalog_rows(linked, tables), *(entry for entry in rows if entry)) or linked_rows(linked, _DETAIL)
    folder = resolved(page.url, ".")
    numbers = [
        digits(match[1]) for url, _ in links(page) if (match := _NUMBER.search(url)) and resolved(url, ".") == folder
    ]
    own = _NUMBER.search(urlsplit(page.url).path)
    current = digits(own[1]) if own else 1
    last = max((current, *numbers))
    if not entries and (not tables or current < last):
        raise NotAListing(Code.LIST_SIGNS_MISSING, signs=[".ewb-catalog-table", "<day>/<guid>.html"])
    url = resolved(page.url, f"{current + 1}.html")
    next_requests = (request.behind(entries, url),) if current < last else ()
    # Without links to other pages and without the pager nothing says that this is the only page.
    is_stated = bool(numbers) or bool(page.tree.cssselect("li.wb-page-li"))
    return ListingPage(entries, reported_pages=last if is_stated else None, next_requests=next_requests)


def _catalog_rows(page: WebPage, tables: list[HtmlElement]) -> Iterator[Entry]:
    """Rows of a catalog's table; those of its heading and of its pager link no document."""
    for row in (row for table in tables for row in table.iter("tr")):
        link = next(iter(row.cssselect("a.ewb-infoname[href]")), None)
        if link is not None:
            title = " ".join((link.get("title") or "".join(link.itertext())).split())
            fields = dict(_labelled(row))
            yield Entry(resolved(base_url(page), link.get("href") or ""), title, fields)


def _labelled(row: HtmlElement) -> Iterator[tuple[str, str]]:
    for line in row.cssselect("div.ewb-drop-detail li"):
        label, _, value = re.sub(r"\s", "", "".join(line.itertext())).replace(":", "：").partition("：")
        name = FIELD_OF_LABEL.get(label)
        if name and (value := (first_iso_date(value) or "") if name in DATE_FIELDS else value):
            yield name, value
