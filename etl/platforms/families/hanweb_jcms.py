"""Hanweb JCMS: older Zhejiang, Shandong, Liaoning, Jiangsu sites; detail `/art/Y/M/D/art_{column}_{id}.html`.

A column (`/col/col{N}/index.html`) is listed in one of two ways.

*Store.* The page has its first lines in `<script type="text/xml"><datastore>`, each in the CDATA of a `<record>`, and
`totalRecord` in the call of `jpage({…})` after it. More come from `/module/web/jpage/dataproxy.jsp` (or
`morecolumndataproxy.jsp`, for several columns at once): by GET with the parameters of the store's `<nextgroup>` link,
or by POST with `ajaxParam` if the page has no such link. Also known:

- Two calls of `jpage` show one store: one in a function, with a total that is never reached (1000), and the one made at
  load, which has `dataStore:` too. The latter's total is the list's.
- A page may have two stores (desktop, mobile) with different `unitid` and totals, and stores of other columns in
  sidebars.
- Some sites ignore `startrecord` and page by `page` alone, and `perpage` above about 300 is cut. So each
  request gives a range of lines and a page number; they agree only if the page size divides the number of lines
  already seen.
- Some encrypt `columnid` and `unitid` in the link, and answer plain ones with an empty body of 54 bytes.
- The page shows what the service answers: its links are relative to the page, which is sent as the Referer.

A column may also have its own documents as plain links, and no store: a short list.

*Catalog.* The page calls `loadDynamic('/module/xxgk/search.jsp?…', divid, cid, _, _, jdid …)`, or asks for the same
by `$.ajax`, `$.post` or `.load`; POST gives HTML rows (`tr_main_value_odd`/`_even`, in newer templates `li`) and a
counter (`共N页`, `第1/4页`, or none: `hasNoPages=1`); `currpage` is the page. Catalogs of one's own making are
`/module/xxgk/search_custom.jsp?fieldConfigId=…`, often in a frame (Shandong, Jinan, Yancheng). The link of a row may
have the index number in an attribute `syh`. The class is in the column's address (`?number=F100`); the search needs
`area` too, which is in the script, in the column's address (`?vc_xxgkarea=11371623004384523M-1`) or in the page's
`tree.jsp`. Without a class it lists the whole district: the column's own documents are those with its number
(`art_{column}_…`).

Seen: details on saved pages (July 2026). From other people's crawlers and a list that they saved
(fzggw.jiangsu.gov.cn), read in July and November 2026: all else. Unverified: no response of a live site was seen.
`totalpage` is not compared, since the size of the pages that it counts is unknown. That the heading of a catalog's
table names the date in its rows is a guess. `/module/xxgk/searchAll.action` is another system's (chengan.gov.cn).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import unescape
from urllib.parse import urlencode, urlsplit

from lxml.html import HtmlElement

from etl.dates import first_iso_date
from etl.outside import digits
from etl.platforms.answers.answers import stated_total
from etl.platforms.base import (
    CandidateList,
    Entry,
    Fingerprint,
    Layout,
    ListingPage,
    ListingRequest,
    NotAListing,
    Platform,
    fills_page,
)
from etl.platforms.elements.columns import linked_columns, parent_list
from etl.platforms.paging.paging import counts_in_words, shown_words
from etl.platforms.paging.short_counts import short_counts
from etl.platforms.rows.rows import linked_rows, row_entry
from etl.reason_codes import Code
from etl.web.page import WebPage, base_url
from etl.web.urls import parameters, resolved, with_parameters

_DETAIL = re.compile(r"/art/\d{4}/\d{1,2}/\d{1,2}/art_\d+_\d+\.html")
_OF_COLUMN = r"/art/\d{{4}}/\d{{1,2}}/\d{{1,2}}/art_{}_\d+\.html"
# Each also ends at the next element of its kind, so that a page of unclosed elements takes linear time.
_STORE = re.compile(r"<datastore>((?:(?!</?datastore>).)*+)</datastore>", re.DOTALL | re.IGNORECASE)
_RECORD = re.compile(r"<record>((?:(?!</?record>).)*+)</record>", re.DOTALL | re.IGNORECASE)
_CDATA = re.compile(r"^\s*+<!\[CDATA\[|\]\]>\s*+$")
_NEXT = re.compile(r"<nextgroup>((?:(?!</?nextgroup>).)*+)</nextgroup>", re.DOTALL | re.IGNORECASE)
_HREF = re.compile(r"""href=(?:"([^"]+)"|'([^']+)')""", re.IGNORECASE)
_ANSWERED_TOTAL = re.compile(r"<totalrecord>\s*(\d+)", re.IGNORECASE)
_CALLED_TOTAL = re.compile(r"""\btotalRecord\b["']?\s*:\s*["']?(\d+)""", re.IGNORECASE)
_UNIT_OF_CALL = re.compile(r"""["']#?(\w+)["']\s*\)\s*\.jpage\s*\(\s*$""")
_UNIT_OF_STORE = re.compile(r"""\bid\s*=\s*["'](\w+)["'][^<>]*>\s*<script[^<>]*>\s*$""", re.IGNORECASE)
_PROXY = re.compile(r"""\bproxyUrl\b["']?\s*:\s*["']([^"']+)["']""")
_PARAMETERS = re.compile(r"""\bajaxParam\b["']?\s*:\s*\{([^}]*)\}""")
_PAIR = re.compile(r"""\b(\w++)["']?\s*+:\s*+(?:"([^"]*)"|'([^']*)'|([\w.-]+))""")
_SEARCH = re.compile(r"/xxgk/search(?:_\w+)?\.jsp$")
_LOAD = re.compile(r"""loadDynamic\s*\(\s*(?=["'][^"']*/xxgk/search(?:_\w+)?\.jsp\?)""")
_ADDRESS = re.compile(r"""["']([^"'\s]*/module/xxgk/search(?:_\w+)?\.jsp(?:\?[^"'\s]*)?)["']""")
"""The catalog's address in a script that asks for it in another way."""
_FRAME = re.compile(r"<i?frame\b[^<>]*>", re.IGNORECASE)
_ELEMENT = re.compile(r"<\w[^<>]*>")
_VALUES = re.compile(r"\{([^{}]{1,2000})\}")
_LITERAL = re.compile(r"""(?:"([^"]*)"|'([^']*)')\s*(,|\)\s*;?|\+)?""")
_COLUMN = re.compile(r"/col/col(\d+)/")
_AREA = re.compile(r"""\bvc_xxgkarea=([\w-]+)|/xxgk/tree\.jsp\?[^"'<>]*?\barea=([\w-]+)""")
_COUNTS = re.compile(r"共(\d+)(页|条)")
_CALL_CHARS = 300
"""Characters behind the catalog's address in which the values are that are sent to it."""
# If more lines are requested, sites silently answer with about 300.
_MAX_LINES = 300
_MAX_CALL_CHARS = 2000
# Hidden documents count in the totals of some sites: so many may be missing at the end of a list.
_MOST_HIDDEN = 15
_FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}


class HanwebJcms(Platform):
    """Hanweb JCMS."""

    name = "hanweb_jcms"
    layout = Layout(
        body=("#zoom", "div.zoom", "td.bt_content"),
        markers=(
            (r"<\$\[信息内容\]>begin", r"<\$\[信息内容\]>end"),
            (r"ZJEG_RSS\.content\.begin", r"ZJEG_RSS\.content\.end"),
            (r"^ContentStart$", r"^ContentEnd$"),
        ),
    )

    fingerprints = (
        Fingerprint("document /art/Y/M/D/art_<column>_<id>.html", "path", _DETAIL.pattern, 1),
        Fingerprint("list /col/col<number>/", "path", r"^/col/col\d+/", 1),
        Fingerprint("its modules", "address", r"/module/(?:web/jpage/dataproxy|xxgk/search(?:_\w+)?)\.jsp", 2),
        Fingerprint(
            "its modules (jpage, dataproxy.jsp, search.jsp …)",
            "markup",
            r"/module/(?:web/jpage|jslib|visitcount|download|jact|idea)/|/module/xxgk/(?:search(?:_\w+)?\.jsp|tree\.jsp|script/)"
            r"|<datastore>|dataproxy\.jsp",
            2,
        ),
        Fingerprint("marks <$[…]>, ZJEG_RSS around the text", "markup", r"<!--\s*(?:<\$\[|ZJEG_RSS\.)", 2),
    )

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        above = parent_list(page, r"/art/\d{4}/\d{1,2}/\d{1,2}/art_(\d+)_\d+\.html.*$", r"/col/col\1/index.html")
        return (*above, *linked_columns(page, _COLUMN))

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        path = urlsplit(request.url).path
        if path.endswith("dataproxy.jsp"):
            return _group(page, request)
        if _SEARCH.search(path):
            return _catalog(page, request)
        if store := _main_store(page):
            return _first_group(page, request, store)
        if shell := _search(page, request):
            return ListingPage((), next_requests=(shell,))
        number = _COLUMN.search(urlsplit(page.url).path)
        # Boxes beside a list that a script draws have links too, but of other columns.
        if number and (entries := linked_rows(page, re.compile(_OF_COLUMN.format(number[1])))):
            return ListingPage(entries)
        raise NotAListing(Code.LIST_SIGNS_MISSING, signs=["datastore", "search.jsp", "art_<column>_<id>.html"])


@dataclass(frozen=True, slots=True)
class _Store:
    """One datastore: its lines as HTML, the reported total, the address of further lines, the form to POST there."""

    records: tuple[str, ...]
    total: int | None
    more: str | None
    form: Mapping[str, str]

    @property
    def column(self) -> str | None:
        """Number of the column that it lists; None if that is encrypted or missing."""
        query = parameters(self.more or "") | dict(self.form)
        number = query.get("columnid", "")
        return number if number.isdigit() else None


def _stores(page: WebPage) -> Iterator[_Store]:
    matches = list(_STORE.finditer(page.live_source))
    calls = list(_calls(page.live_source))
    for place, match in enumerate(matches):
        end = matches[place + 1].start() if place + 1 < len(matches) else len(page.live_source)
        # The call of jpage that shows a store comes after it.
        both = match.group(1) + page.live_source[match.end() : end]
        answered, link = _ANSWERED_TOTAL.search(both), _next_group(match.group(1))
        unit = _UNIT_OF_STORE.search(page.live_source, max(0, match.start() - 300), match.start())
        own = [call for call in calls if unit and call.unit == unit[1]]
        own = own or [call for call in calls if match.end() <= call.place < end]
        more, form = (unescape(link[1] or link[2]), {}) if link else _posted(both)
        yield _Store(
            records=tuple(map(_record, _RECORD.findall(match.group(1)))),
            total=digits(answered[1]) if answered else _total(own),
            more=resolved(page.url, more) if more else None,
            form=form,
        )


@dataclass(frozen=True, slots=True)
class _Call:
    """A call of jpage: where it is, the unit that it shows, its total, and whether it has the store."""

    place: int
    unit: str
    total: int
    has_store: bool


def _record(text: str) -> str:
    """A record's HTML, which is in CDATA, or has its signs as entities."""
    record = _CDATA.sub("", text).strip()
    return unescape(record) if "<" not in record and "&lt;" in record else record


def _calls(text: str) -> Iterator[_Call]:
    for match in _CALLED_TOTAL.finditer(text):
        start, end = _object_around(text, match.start())
        unit = _UNIT_OF_CALL.search(text, max(0, start - 200), start)
        yield _Call(match.start(), unit[1] if unit else "", digits(match[1]), "dataStore" in text[start:end])


def _object_around(text: str, place: int) -> tuple[int, int]:
    """(start, end) of the innermost pair of braces around the place; a limit of characters where one is missing."""
    depth, start, first = 0, place, max(0, place - _MAX_CALL_CHARS)
    while start > first and depth < 1:
        start -= 1
        depth += {"{": 1, "}": -1}.get(text[start], 0)
    depth, end, last = 1, place, min(len(text), place + _MAX_CALL_CHARS)
    while end < last and depth:
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        end += 1
    return start, end


def _total(calls: list[_Call]) -> int | None:
    """The total of the call that has the store; else the greatest total, so that a list that ends too soon is red."""
    with_store = [call.total for call in calls if call.has_store]
    return max(with_store or [call.total for call in calls], default=None)


def _next_group(store: str) -> re.Match[str] | None:
    """The link of a store to its further lines."""
    group = _NEXT.search(store)
    return _HREF.search(group[1]) if group else None


def _posted(script: str) -> tuple[str | None, dict[str, str]]:
    """(address, form) of the POST that the page's own script makes; (None, {}) if there is none."""
    proxy, parameters = _PROXY.search(script), _PARAMETERS.search(script)
    if not proxy or not parameters:
        return None, {}
    return proxy[1], {name: a or b or c for name, a, b, c in _PAIR.findall(parameters[1])}


def _main_store(page: WebPage) -> _Store | None:
    """The store that is the column's list: of this column, with the greatest total; a mobile store has fewer lines."""
    stores = list(_stores(page))
    number = _COLUMN.search(urlsplit(page.url).path)
    own = [store for store in stores if number is None or store.column in (None, number[1])]
    return max(own or stores, key=lambda store: (store.total or 0, len(store.records)), default=None)


def _first_group(page: WebPage, request: ListingRequest, store: _Store) -> ListingPage:
    seen = len(store.records)
    # A total that is smaller than the number of lines is wrong, and is ignored.
    total = store.total if store.total is None or store.total >= seen else None
    next_requests: tuple[ListingRequest, ...] = ()
    if seen and store.more and (total is None or seen < total):
        method = "POST" if store.form else "GET"
        body = urlencode(store.form).encode() if store.form else None
        headers = {"Referer": page.url} | (_FORM if store.form else {})
        more = replace(request, url=store.more, method=method, body=body, headers=headers)
        next_requests = (_window(more, seen, seen),)
    return ListingPage(_lines(store.records, page), reported_total=total, next_requests=next_requests)


def _group(page: WebPage, request: ListingRequest) -> ListingPage:
    store = next(_stores(page), None)
    total = store.total if store else None
    if not store or not store.records:
        sent = parameters(request.url)
        size = digits(sent.get("perpage") or 0)
        missing = total - request.seen if total is not None else 0
        if total is not None and missing <= 0:
            return ListingPage((), reported_total=total)
        if request.seen > size > 0 and store:  # The service gave lines before, so it knows the column.
            if missing > _MOST_HIDDEN:
                raise NotAListing(
                    Code.EMPTY_BEFORE_TOTAL, page=request.seen // size + 1, seen=request.seen, total=total
                )
            return ListingPage((), reported_total=total, total_is_upper_bound=total is not None)
        raise NotAListing(Code.LINES_NOT_SENT, bytes=len(page.text.encode()), start=sent.get("startrecord", "1"))
    seen = request.seen + len(store.records)
    total = stated_total(total, len(store.records))
    next_requests = (_window(request, seen, len(store.records)),) if total is None or seen < total else ()
    shown = replace(page, url=request.headers.get("Referer", page.url))
    return ListingPage(_lines(store.records, shown), reported_total=total, next_requests=next_requests)


def _window(request: ListingRequest, seen: int, most: int) -> ListingRequest:
    """The request for at most `most` lines after those seen, by line numbers and by page number at once."""
    size = max(size for size in range(1, min(most, seen, _MAX_LINES) + 1) if seen % size == 0)
    window = {"startrecord": seen + 1, "endrecord": seen + size, "perpage": size, "page": seen // size + 1}
    return replace(request, url=with_parameters(request.url, window), seen=seen)


def _lines(records: tuple[str, ...], page: WebPage) -> tuple[Entry, ...]:
    rows = (replace(page, text=_whole(record)).tree for record in records)
    base = base_url(page)
    return tuple(entry for row in rows if (entry := row_entry(row, base)))


def _whole(record: str) -> str:
    """The record in an element: the parser drops the cells of a table row without its table."""
    return f"<table>{record}</table>" if record.lstrip()[:3].lower() == "<tr" else f"<div>{record}</div>"


def _search(page: WebPage, request: ListingRequest) -> ListingRequest | None:
    """The first request of the catalog that the page's script searches; None if it searches none."""
    path, rest, values = _search_call(page)
    if not path:
        return _framed_search(page, request)
    url = resolved(page.url, path)
    query = parameters(url)
    # The category is in the column's own address; the page's script inserts it for its variable.
    if number := parameters(page.url).get("number"):
        query["infotypeId"] = number
    query["area"] = query.get("area") or values.get("area") or _area(page)
    url = with_parameters(url, query)
    arguments = dict(zip(("divid", "infotypeId", "", "", "jdid"), rest, strict=False))
    names = ("vc_title", "vc_number", "vc_filenumber", "vc_all", "texttype", "fbtime", "area")
    form = dict.fromkeys(names, "") | arguments | values | query | {"currpage": "1"}
    form.setdefault("sortfield", "compaltedate:0")
    form.pop("", None)
    headers = _FORM | {"Referer": page.url}
    return replace(request, url=url, method="POST", body=urlencode(form).encode(), headers=headers)


def _search_call(page: WebPage) -> tuple[str, list[str], dict[str, str]]:
    """(address, further arguments, values) of the script's call of the catalog; an empty address if it has none."""
    source = page.live_source
    if call := _LOAD.search(source):
        path, rest = _arguments(source[call.end() : call.end() + 2000])
        return path, rest, {}
    if address := _ADDRESS.search(_FRAME.sub("", source)):
        sent = _VALUES.search(_FRAME.sub("", source), address.end(), address.end() + _CALL_CHARS)
        pairs = _PAIR.findall(sent[1]) if sent else ()
        return unescape(address[1]), [], {name: a or b or c for name, a, b, c in pairs}
    return "", [], {}


def _framed_search(page: WebPage, request: ListingRequest) -> ListingRequest | None:
    """The first request of the catalog that a frame of the page shows; None if none does."""
    frames = (resolved(base_url(page), frame.get("src") or "") for frame in page.elements["iframe"])
    url = next((url for url in frames if _SEARCH.search(urlsplit(url).path)), None)
    return replace(request, url=url, headers={"Referer": page.url}) if url else None


def _area(page: WebPage) -> str:
    """The agency whose documents the search lists, if its script does not say so: from the address or the tree."""
    # Links on the page may carry `#div…` in the value.
    named = parameters(page.url).get("vc_xxgkarea", "").partition("#")[0]
    match = _AREA.search(unescape(page.live_source)) if not named else None
    return named or (match[1] or match[2] if match else "")


def _arguments(call: str) -> tuple[str, list[str]]:
    """(first, further) arguments of a call; the first is joined from its pieces, with every variable taken as empty."""
    first, rest, complete = "", [], False
    for literal in _LITERAL.finditer(call):
        text, end = literal[1] or literal[2] or "", literal[3] or ""
        if complete:
            rest.append(text)
        else:
            first += text
            complete = end == ","
        if end.startswith(")"):
            break
    return first, rest


def _catalog(page: WebPage, request: ListingRequest) -> ListingPage:
    rows = [row for row in page.tree.iter("tr") if "tr_main_value" in (row.get("class") or "")]
    date_field = _date_of_rows(page)
    listed = tuple(entry for row in rows if (entry := _row(row, base_url(page), date_field))) or linked_rows(
        page, _DETAIL
    )
    sent = parameters(request.url) | {name: value for name, value in request.form.items() if value}
    current = digits(sent.get("currpage") or 1)
    pages, total = _catalog_counts(page, first=current == 1)
    column = _COLUMN.search(urlsplit(request.headers.get("Referer", "")).path)
    entries = listed
    if column and sent.get("infotypeId", "") in ("", "0") and not sent.get("fieldConfigId"):
        entries, total = tuple(entry for entry in listed if f"/art_{column[1]}_" in entry.url), None
    # A search without a counter ends with a page that has all its markup but the rows.
    if not listed and pages is None and total != 0 and (current == 1 or not _ELEMENT.search(page.text)):
        raise NotAListing(Code.LIST_SIGNS_MISSING, signs=["tr, li", "共N页"])
    if not listed and pages and current <= pages:
        raise NotAListing(Code.EMPTY_PAGE_OF_LIST, page=current, pages=pages)
    seen = request.seen + len(entries)
    goes_on = seen < total if total is not None else fills_page(len(listed))
    goes_on = current < pages if pages is not None else bool(listed) and goes_on
    next_requests = (_turned(request, current + 1, seen),) if goes_on else ()
    return ListingPage(entries, total, pages, next_requests, of_other_lists=len(listed) - len(entries))


def _catalog_counts(page: WebPage, *, first: bool) -> tuple[int | None, int | None]:
    """The numbers of pages and of documents that an answer of a catalog says."""
    words = shown_words(page)
    counts = {unit: digits(number) for number, unit in _COUNTS.findall(words)}
    stated = [each for each in (counts_in_words(page, words), short_counts(page, words, first=first)) if each]
    pages = next((each.pages for each in stated if each.pages is not None), None)
    documents = next((each.documents for each in stated if each.documents is not None), None)
    return counts.get("页", pages), counts.get("条", documents)


def _date_of_rows(page: WebPage) -> str:
    """The field of the date in a catalog's rows: 成文日期 if the table's heading says so, else 发布日期."""
    heading = ["".join(row.itertext()) for row in page.tree.iter("tr") if next(row.iter("a"), None) is None]
    written = re.search(r"成文日期|生成日期|发文日期", "".join("".join(heading).split()))
    return "written_date" if written else "published_date"


def _row(row: HtmlElement, base: str, date_field: str) -> Entry | None:
    entry = row_entry(row, base)
    link = next((a for a in row.iter("a") if a.get("href")), None)
    if entry is None or link is None:
        return entry
    fields = dict(entry.fields)
    day = fields.pop("published_date", None) or first_iso_date(link.get("rq") or "")
    if day:
        fields[date_field] = day
    if index := (link.get("syh") or "").strip():
        fields["index_number"] = index
    return replace(entry, fields=fields)


def _turned(request: ListingRequest, page: int, seen: int) -> ListingRequest:
    """The same search at another page: puts the page number where the request had it (address or form). If both carry
    one, the site uses the first."""
    body = urlencode(request.form | {"currpage": page}).encode() if request.body else None
    in_address = not request.body or "currpage" in parameters(request.url)
    url = with_parameters(request.url, {"currpage": page}) if in_address else request.url
    return replace(request, url=url, body=body, seen=seen)
