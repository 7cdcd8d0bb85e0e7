"""TRS WCM: most of the country (Chongqing, Beijing, Nanjing, Fujian, Hunan, ministries …).

Documents are `…/{yyyymm}/t{yyyymmdd}_{id}.html|htm|shtml`, attachments `./P0….pdf` beside them. A list has its number
of pages in `createPageHTML(pages, current, "index", "html")`; page k is `index_{k-1}.html`, the first is `index.html`
(seen on saved pages of Nanjing, July 2026). Variants known from other people's crawlers (November 2026), not verified
against a response of such a site:

- Documents of Guangxi are `…/t{id}.shtml`, without a day and a folder of the month.
- Beijing puts one more argument in front; that it counts its pages like the others is assumed.
- Chongqing writes `createPage(…)`. Rows are `tr.zcwjk-list-c` (`p.tit`, `p.info` with 发文字号 and 成文日期) or
  `a.listpc-item` with the cells `fbjg-val`, `file-title`, `file-code`, `pub-time`. In its archive of repealed documents
  the links of such rows have no target: those documents have no address, and are not listed.
- Fujian lists by a service: `POST /fjdzapp/search` with `channelid`, `classsql=chnlid={column}`, `page` (from 1),
  `prepage` (75; 501 with `templet=docs.jsp`, whose answer has `docs`); JSON with the lines in `data` or `docs`,
  `pageCount`, perhaps `recordCount`, which the column's page says too (yjj.scjgj.fujian.gov.cn). Without `classsql` it
  lists the whole site (pingtan.gov.cn, `channelid=200210`). Some sites name another path
  in `SiteInfo.trsapi_url`, and the search's number in `SiteInfo.searchId` (both seen on saved details of Fuzhou and
  Shaxian, July 2026). A source file names such a column by its page, whose script calls the service (`listArgs: {…
  classsql: "chnlid=4910" …}`, else `PageInfo.chnlid`), or by the service's address with the parameters as its query.
  Older sites of Fujian have `GET /was5/web/search` (fuzhou.gov.cn, putian.gov.cn), which answers the same, or with
  another `templet` a page of rows.
- Search servers of the vendor list columns, too. Each is named by its address with the number of the first page, and
  read by `data_lists.py`: IGS, `GET /igs/front/search/publish/data/list.html?…&pageNumber=1` (Nanjing: `rows` and
  `total`), `/igs/front/search/list.html` and `search.jhtml` (Guangxi, Hubei, Guizhou, Hainan: `page.content` and
  `page.total`); `/govsearch/jsonp/….jsp?page=1&callback=result` (Jilin: `num`, `data[].puburl`); Haiyun, POST of JSON
  to `/irs/front/list` and `/irs/front/search` (Guangxi, Guizhou, Chongqing, Sichuan: `data.list[].doc_pub_url`,
  `data.pager.total`, titles in columns of numbered names). The body's values are the query of such an address:
  `/irs/front/list?tenantId=7&tableName=t_1775cd018c6&pageNo=1&pageSize=20&customFilter={…}`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from etl.dates import first_iso_date, parse_china_date
from etl.outside import count, digits
from etl.platforms.answers.answers import parse_json, script_value, stated_total, strip_markup
from etl.platforms.answers.data_lists import read_data_list
from etl.platforms.base import (
    MAX_ARTICLE_PAGES,
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
from etl.platforms.paging.paging import script_pager
from etl.platforms.rows.row_texts import labelled_fields
from etl.platforms.rows.rows import linked_rows
from etl.reason_codes import Code
from etl.web.data import read_json
from etl.web.page import WebPage, absolute, base_url
from etl.web.select import elements, text_of
from etl.web.urls import parameters, resolved, with_parameters

_DATED = r"/t(?:19|20)\d{6}_\d+\.s?html?(?:$|[?#])"
_NUMBERED = r"/t\d{7,9}\.shtml(?:$|[?#])"
_DETAIL = re.compile(rf"{_DATED}|{_NUMBERED}")
_ARTICLE = re.compile(r"^t(?:19|20)\d{6}_\d+_\{page\}")
_PAGER = r"""createPage(?:HTML)?\s*\(\s*(?:["'\w][^,()]*,\s*)?\d+\s*,\s*\d+\s*,\s*["'][\w-]+["']\s*,\s*["']\w+["']"""
_LIST = re.compile(r"/(?:index\.s?html?)?$")
_SERVICE = re.compile(r"/fjdzapp/\w+$")
_SEARCH_SERVER = re.compile(r"/igs/front/search|/govsearch/(?:jsonp|\w+\.jsp)|/irs/front/(?:list|search)\b")
_POSTED_SEARCH = re.compile(r"/irs/front/(?:list|search)$")
_OLD_SERVICE = re.compile(r"/was5/web/search$")
_CALL = re.compile(r"listArgs\s*:\s*\{([^{}]*)\}")
_RECORDS = re.compile(r"""\brecordCount\s*:\s*["']?(\d+)""")
# Other calls on the page request documents related to one, by its number.
_OF_COLUMN = re.compile(r"""classsql\s*:\s*["'][^"']*(?:chnlid|parentid)=\d""")
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "X-Requested-With": "XMLHttpRequest"}
# What all crawlers send to the service unless the column's page has other values (November 2026).
_DEFAULT_PARAMETERS = {"channelid": "229105", "sortfield": "-docorderpri,-docreltime", "prepage": "75"}
_FIELD_OF_KEY = {"fileno": "document_number", "idxid": "index_number", "puborg": "publisher"}


class TrsWcm(Platform):
    """TRS WCM."""

    name = "trs_wcm"
    layout = Layout(
        body=(
            "div.TRS_UEDITOR",
            "div.trs_editor_view",
            "div.TRS_Editor",
            "div.TRS_PreAppend",
            "div.Custom_UnionStyle",
            "#Zoom",
            "div.view",
        ),
    )

    fingerprints = (
        Fingerprint("document t<date>_<id>.html", "path", _DATED, 2),
        Fingerprint("document t<id>.shtml", "path", _NUMBERED, 1),
        Fingerprint("classes of its templates (CurrChnlCls, NewsArticle…)", "markup", r"CurrChnlCls|NewsArticleID", 2),
        Fingerprint("its visitor count (_trs_ta, ta.js)", "markup", r"_trs_ta\b|/ubas/js/ta\.js|ta\.trs\.cn", 2),
        # A text pasted from one site's editor into another's keeps its classes.
        Fingerprint("class of its editor", "markup", r"\bTRS_(?:UEDITOR|Editor|PreAppend)\b|trs_editor_view", 1),
        Fingerprint("its files (trs_web…)", "markup", r"\btrs_web\w*\.(?:css|js)|jquery_trs_web", 2),
        Fingerprint("its service /fjdzapp/", "service", _SERVICE.pattern, 3),
        Fingerprint("its search servers (IGS, govsearch, irs)", "service", _SEARCH_SERVER.pattern, 3),
        Fingerprint("its older service /was5/web/search", "address", r"/was5/web/search\?", 1),
        Fingerprint("answer of that service", "markup", r'"(?:docpuburl|docreltime|chnldocurl)"\s*:', 2),
        Fingerprint("call of createPageHTML(pages, current, …)", "markup", _PAGER, 1),
    )

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        above = parent_list(page, r"/(?:(?:19|20)\d{4}/t(?:19|20)\d{6}_\d+\.s?html?|t\d{7,9}\.shtml)$", "/")
        return (*above, *linked_columns(page, _LIST))

    def first_request(self, request: ListingRequest) -> ListingRequest:
        parts = urlsplit(request.url)
        if request.body:
            return request
        if _SERVICE.search(parts.path):
            return _service(request.url.partition("?")[0], parameters(request.url), request.column)
        return _posted_search(request) if _POSTED_SEARCH.search(parts.path) else request

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        path = urlsplit(request.url).path
        if _SERVICE.search(path) or (_OLD_SERVICE.search(path) and not page.is_markup):
            return _service_page(page, request)
        if _SEARCH_SERVER.search(path) and not page.is_markup:
            return read_data_list(page, request)
        entries = tuple(_rows(page)) or linked_rows(page, _DETAIL)
        pager = script_pager(page, first=request.seen == 0)
        if pager is None and (call := _service_call(page)):
            # The first lines may be in the page too ("动静结合"); the service has all of them.
            return ListingPage((), _service_total(page), next_requests=(_service(*call, request.column),))
        if not entries and not pager:
            raise NotAListing(Code.LIST_SIGNS_MISSING, signs=["t<date>_<id>.html", "createPageHTML"])
        if not pager:
            return ListingPage(entries)
        url = resolved(page.url, pager.next_address) if pager.next_address else ""
        return ListingPage(entries, pager.total, pager.pages, (request.behind(entries, url),) if url else ())

    def article_pages(self, page: WebPage) -> tuple[str, ...]:
        """An article of several pages calls the same pager as a list, with its own name as the stem."""
        pager = script_pager(page, first=True)
        if pager is None or not _ARTICLE.match(pager.address):
            return ()
        numbers = range(pager.number, pager.number + pager.pages - pager.current)
        numbers = numbers[:MAX_ARTICLE_PAGES]
        return tuple(resolved(page.url, pager.address.replace("{page}", str(number))) for number in numbers)


def _rows(page: WebPage) -> Iterator[Entry]:
    """Rows of Chongqing's two kinds of list, whose links have more than a title."""
    base = base_url(page)
    for row in elements("tr.zcwjk-list-c", page.tree):
        for link in elements("a[href]", row)[:1]:
            if (title := text_of("p.tit", link)) and (url := absolute(link.get("href") or "", base)):
                yield Entry(url, title, labelled_fields(text_of("p.info", link).rstrip(" )）")))
    for link in elements("a.listpc-item[href]", page.tree):
        if (title := text_of(".file-title", link)) and (url := absolute(link.get("href") or "", base)):
            fields = {
                "publisher": text_of(".fbjg-val", link),
                "document_number": text_of(".file-code", link),
                "published_date": first_iso_date(text_of(".pub-time", link)) or "",
            }
            yield Entry(url, title, {name: value for name, value in fields.items() if value})


def _service_call(page: WebPage) -> tuple[str, Mapping[str, str]] | None:
    """(address, parameters) of the service as the column's script calls it, or None if no script does."""
    calls = _CALL.findall(page.live_source)
    if not calls:
        return None
    call = next((call for call in calls if _OF_COLUMN.search(call)), "")
    # A document's page has the number of its column too, but also its own (`PageInfo.docid`, empty on a column's page).
    own = (
        None
        if str(script_value(page.live_source, "docid") or "").isdigit()
        else script_value(page.live_source, "chnlid")
    )
    column = script_value(call, "classsql") if call else own
    if not column:
        return None
    values = {name: script_value(call, name) for name in ("channelid", "sortfield", "prepage", "templet")}
    values["channelid"] = values["channelid"] or script_value(page.live_source, "searchId")
    parameters = {name: str(value) for name, value in values.items() if value}
    parameters["classsql"] = str(column) if call else f"chnlid={column}"
    return resolved(page.url, str(script_value(page.live_source, "trsapi_url") or "/fjdzapp/search")), parameters


def _service_total(page: WebPage) -> int | None:
    """The `recordCount` beside the column's call, or the only one where no other call lists related documents."""
    source = page.live_source
    calls = list(_CALL.finditer(source))
    ends = [call.start() for call in calls[1:]] + [len(source)]
    for call, end in zip(calls, ends, strict=True):
        if _OF_COLUMN.search(call[1]) and (total := count(script_value(source[call.end() : end], "recordCount"))):
            return total
    totals = set(_RECORDS.findall(source))
    return count(totals.pop()) if len(totals) == 1 and len(calls) == 1 else None


def _service(url: str, parameters: Mapping[str, str], column: str, seen: int = 0) -> ListingRequest:
    body = urlencode({**_DEFAULT_PARAMETERS, "page": "1", **parameters}).encode()
    return ListingRequest(url, column, seen, "POST", body, _FORM)


def _posted_search(request: ListingRequest) -> ListingRequest:
    """The request of a search whose address has the values of its JSON in the query."""
    parts = urlsplit(request.url)
    values: dict[str, Any] = {"pageNo": 1, "pageSize": 20}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        try:
            values[name] = read_json(value) if value[:1] in ("{", "[") or name in values else value
        except ValueError:
            values[name] = value
    body = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    url = parts._replace(query="").geturl()
    return ListingRequest(url, request.column, 0, "POST", body, {"Content-Type": "application/json"})


def _service_page(page: WebPage, request: ListingRequest) -> ListingPage:
    content = parse_json(page)
    lines = (content.get("data") or content.get("docs") or []) if isinstance(content, dict) else None
    if not isinstance(lines, list) or not {"data", "docs", "pageCount"} & content.keys():
        raise NotAListing(Code.DATA_LACKS, names="data, docs")
    # Some templates of the service end their lines with an empty one.
    entries = tuple(_line(line, page.url) for line in lines if isinstance(line, dict) and line)
    sent = request.form or parameters(request.url)
    current, seen = digits(sent.get("page") or 1), request.seen + len(entries)
    pages, total = stated_total(content.get("pageCount"), seen), stated_total(content.get("recordCount"), seen)
    next_requests: tuple[ListingRequest, ...] = ()
    if entries and (current < pages if pages is not None else total is None or seen < total):
        turned = {**sent, "page": str(current + 1)}
        behind = request.behind(entries, with_parameters(request.url, turned))
        next_requests = (_service(request.url, turned, request.column, seen) if request.body else behind,)
    return ListingPage(entries, total, pages, next_requests)


def _line(line: Mapping[str, Any], base: str) -> Entry:
    fields = {name: value for key, name in _FIELD_OF_KEY.items() if (value := strip_markup(line.get(key)))}
    if published := parse_china_date(line.get("pubdate")) or parse_china_date(line.get("docreltime")):
        fields["published_date"] = published
    url = strip_markup(line.get("docpuburl") or line.get("chnldocurl"))
    return Entry(
        resolved(base, url) if url else f"line:{line.get('docid', '')}", strip_markup(line.get("doctitle")), fields
    )
