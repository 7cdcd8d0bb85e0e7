"""A list that a service answers as data, whatever its names are: its rows, its totals and the request for more.

The rows are the list of objects that have addresses; lists in the rows of one without are its parts. Totals stand
beside it or around it. The next page is the same request with another number, where its address or its body has one by
which services count pages or rows; where it has none, and the service says that there is more, the list is not whole.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from etl.platforms.answers.answers import ENCODED, parse_json, read_data
from etl.platforms.answers.data_rows import (
    BESIDE,
    address_names,
    address_of,
    addressed,
    entries_of,
    flat_rows,
    has_date,
    has_titles,
    plain_name,
    site_of,
)
from etl.platforms.answers.refusals import is_state, refusal_in, says_nothing_found
from etl.platforms.answers.request_numbers import (
    as_pages,
    asks_for_more,
    asks_for_rows,
    following,
    is_full_page,
    page_number,
)
from etl.platforms.answers.stated_numbers import objects_in, says_end, sign_of_more, stated
from etl.platforms.answers.xml_data import read_xml
from etl.platforms.base import MOST_OF_A_SEARCH, ListingPage, ListingRequest, NotAListing, fills_page
from etl.reason_codes import Code
from etl.reasons import Reason
from etl.web.page import WebPage
from etl.web.urls import resolved

_MAX_DEPTH = 8
_ROOT = "$"
"""The answer itself, as JSONPath (RFC 9535) names it."""
_LIST_NAME = re.compile(r"(?:data)?list|rows|records?|content|data|items?|articles?|results?|docs?|body|hits|info")
_MOST_OF_A_PAGE = 100
"""Maximum number of rows that were seen on a page where the request asks for no number."""
_LEAST_OF_A_PAGE = 5
"""Services answer 5, 6, 8, 12, 18 rows, as many as a page of the site shows."""
_FIRST_OF_SEVERAL = re.compile(r"(?<![\d.v])0?[01](?:/\d{1,3})?\.js")
"""The end of the path of a file that is the first of several (`list_1.json`, `/1/20.json`)."""
_NEXT_NAMES = frozenset({"next", "nexturl", "nextpageurl", "nextlink", "nexthref"})
_OF_LINKS = re.compile(r"links?|pages?|pager|paging|pagination|meta")
"""Objects beside the rows that may hold the address of the next page, as JSON:API and HAL have it."""
_LINK = re.compile(r"<a\b", re.IGNORECASE)
_NUMBERED = re.compile(r"\d{1,20}(?:[年./-](?:\d{1,2}月?)?)?")
"""A name of a row or a group that is a number: an id, a year, a month."""


_NamesOf = Callable[[Sequence[dict[str, Any]]], list[str]]
"""The names of the addresses in rows, the surest first; none where they have none."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """A list of objects in an answer: where it is, and the objects around it, the innermost first."""

    path: str
    rows: list[dict[str, Any]]
    around: tuple[Mapping[str, Any], ...]


def content_of(page: WebPage) -> Any:
    """The content of a page of data, in JSON or in XML. Raises `NotAListing` for anything else."""
    is_xml = not page.is_markup and page.text.lstrip("\ufeff \t\r\n").startswith("<")
    try:
        return parse_json(page)  # JSON may be in an element of XML.
    except NotAListing:
        if not is_xml:
            raise
    return read_xml(page.text.lstrip("\ufeff"))


def read_data_list(page: WebPage, request: ListingRequest) -> ListingPage:
    """The documents that an answer lists. Raises `NotAListing` for an answer that lists none and does not say so."""
    return list_in(content_of(page), page.url, request)


def list_in(content: Any, url: str, request: ListingRequest, template: str = "") -> ListingPage:
    """As `read_data_list`, of the content of the page at `url`.

    `template`: how the address of a document is made of its row's values, where the source file says so.
    """
    names_of = partial(addressed, template=template) if template else address_names
    lists = _joined(_lists(content, "", (), 0, names_of))
    listed = [(each, names) for each in lists if (names := names_of(each.rows))]
    if not listed:
        return _nothing(content, lists, request)
    rows, names = _main(listed)
    if request.seen and (empty := _likelier_empty_lists(rows, lists)):
        return _nothing(content, empty, request)
    total, pages = _totals(rows.around, len(rows.rows))
    sites = () if template else (site_of(each, url) for each in rows.around)
    base = next((site for site in sites if site != url), url)
    listing = ListingPage(entries_of(rows.rows, names, base), total, pages)
    listing = _continued(listing, rows, request, url, partial(sign_of_more, content))
    if total is not None or not (beside := _rows_beside(rows, listed)):
        return listing
    links, entries = len(rows.rows) + beside, len(rows.rows)
    unread = Reason.of(Code.ROWS_NOT_UNDERSTOOD, url=request.url, links=links, entries=entries)
    return listing.with_problem(unread)


def _continued(
    listing: ListingPage, rows: _Rows, request: ListingRequest, url: str, sign_of: Callable[..., str]
) -> ListingPage:
    """The listing with the request for the next page, or with a problem if the answer says that there is one.
    `url`: the page's address; `sign_of`: what in the answer says so, from (objects around the rows, rows, seen)."""
    listing, seen = turned(listing, request), request.seen + len(listing.entries)
    if listing.next_requests or (listing.reported_total is not None and seen >= listing.reported_total):
        return listing
    beside = _with_links(rows.around)
    if following := _next_address(beside):
        further = ListingRequest(resolved(url, following), request.column, seen, headers=request.headers)
        return replace(listing, next_requests=(further,), problems=())
    if says_end(beside) and not listing.reported_total and not listing.reported_pages:
        return replace(listing, problems=())
    if listing.problems or page_number(request) is not None:
        return listing
    if not (sign := sign_of(rows.around, rows.rows, seen)):
        return replace(listing, may_go_on=may_go_on(listing, request))
    return replace(listing, problems=(Reason.of(Code.PAGING_NOT_UNDERSTOOD, url=request.url, words=sign),))


def _with_links(around: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The objects around the rows, and those in them that may hold the address of the next page."""
    inner = [value for each in around for name, value in each.items() if _OF_LINKS.fullmatch(plain_name(name))]
    return (*around, *(named for value in inner if (named := _by_relation(value))))


def _by_relation(links: Any) -> Mapping[str, Any]:
    """Links by their names, also those of a list (`[{"rel": "next", "href": "…"}]`, as in RFC 8288)."""
    if not isinstance(links, list):
        return links if isinstance(links, dict) else {}
    return {str(each["rel"]): each.get("href") for each in links if isinstance(each, dict) and "rel" in each}


def _next_address(beside: Sequence[Mapping[str, Any]]) -> str:
    """The address of the next page that an answer states; empty where it states none."""
    values = (value for each in beside for name, value in each.items() if plain_name(name) in _NEXT_NAMES)
    return next(filter(None, map(address_of, values)), "")


def turned(listing: ListingPage, request: ListingRequest) -> ListingPage:
    """A page of a service with the request for the next one, or with the problem that none can be made."""
    rows, total, pages = len(listing.entries), listing.reported_total, listing.reported_pages
    seen, number = request.seen + rows, page_number(request)
    if total is not None and (seen > total or total == MOST_OF_A_SEARCH):  # It is no total.
        total, listing = None, replace(listing, reported_total=None)
    listing = replace(listing, is_full=is_full_page(request, rows))
    goes_on = seen < total or _is_of_page(request, rows, total) if total is not None else True
    if pages and number is not None:
        # Some services state the same number for any list: behind a full page more may follow.
        goes_on = number < pages or (total is None and listing.is_full)
    if further := following(request, rows, seen):
        listing = replace(listing, may_go_on=may_go_on(listing, request))
        return replace(listing, next_requests=(further,) if goes_on and rows else ())
    sign = _sign_of_more(listing, request)
    problem = sign and Reason.of(Code.PAGING_NOT_UNDERSTOOD, url=request.url, words=sign)
    return listing.with_problem(problem) if problem else listing


def may_go_on(listing: ListingPage, request: ListingRequest) -> bool:
    """Whether an answer to the first request that states no number may be the first page of several."""
    if request.seen or listing.next_requests or listing.reported_total is not None or listing.reported_pages:
        return False
    rows = len(listing.entries)
    return (
        _LEAST_OF_A_PAGE <= rows <= _MOST_OF_A_PAGE and not _is_file(request.url) and not asks_for_more(request, rows)
    )


def _is_file(url: str) -> bool:
    """Whether an address is that of a file which is none of several."""
    path = urlsplit(url).path
    return path.endswith((".json", ".js")) and not _FIRST_OF_SEVERAL.search(path)


def _is_of_page(request: ListingRequest, rows: int, total: int) -> bool:
    """Whether the total of a first page may be that of its rows: it is full, by the size that was asked for."""
    return request.seen == 0 and rows == total and fills_page(rows) and asks_for_rows(request, rows)


def rows_in(content: Any) -> list[list[dict[str, Any]]]:
    """The lists of objects in data, each with its rows by plain names, whether they have addresses or not."""
    return [each.rows for each in _lists(content, "", (), 0, address_names) if each.rows]


def markup_in(content: Any) -> str:
    """The rows that a service writes as HTML in its data: the longest text with links, or all texts of one name in the
    rows of a list; empty where it has none."""
    places: dict[str, str] = {}
    for place, text in _texts(content, "", 0):
        if _LINK.search(text):
            places[place] = places.get(place, "") + text
    return max(places.values(), key=len, default="").replace("<![CDATA[", "").replace("]]>", "")


def totals_of(content: Any, rows: int) -> tuple[int | None, int | None]:
    """(documents, pages) that data states, whose `rows` are HTML in it."""
    return stated(list(_objects(content, 0)), rows)


def _texts(value: Any, place: str, depth: int) -> Iterator[tuple[str, str]]:
    """The texts in a value, each with the names above it: one place for all rows of a list."""
    if isinstance(value, str):
        yield place, value
    elif depth < _MAX_DEPTH and isinstance(value, (dict, list)):
        for name, each in value.items() if isinstance(value, dict) else (("[]", each) for each in value):
            yield from _texts(each, f"{place}.{name}", depth + 1)


def _lists(
    value: Any, path: str, around: tuple[Mapping[str, Any], ...], depth: int, names_of: _NamesOf
) -> Iterator[_Rows]:
    """The lists of objects in a value, but for those of files, links and the like. The rows of a list of documents have
    none; those of a list of groups have one each."""
    if isinstance(value, str):
        value = _data_in(value)
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict) and _is_numbered(value):
        value = [each if isinstance(each, dict) else {"rows": each} for each in value.values()]
    if isinstance(value, dict):
        for name, each in value.items():
            if not BESIDE.search(plain_name(name)):
                place = f"{path}.{name}" if path else str(name)
                yield from _lists(each, place, (value, *around), depth + 1, names_of)
    elif isinstance(value, list):
        objects = [each if isinstance(each, dict) else _object(each) for each in value if each != {}]
        rows = flat_rows(objects)
        if rows or not objects:
            yield _Rows(path, rows, around)
        if not names_of(rows):
            # `[{"total": 47}, [{…}, {…}]]`: what stands beside an array of rows is around it.
            beside = [each for each in value if isinstance(each, dict)]
            if len(beside) == 1 and any(isinstance(each, list) for each in objects):
                around = (beside[0], *around)
            for each in objects:
                yield from _lists(each, f"{path}[]", around, depth + 1, names_of)


def _data_in(text: str) -> Any:
    """The data that a text of an answer is, JSON or XML; None if it is none."""
    begins = text.lstrip()[:5]
    try:
        if begins[:1] in ("{", "["):
            return read_data(text)
        return read_xml(text) if begins == "<?xml" else None
    except (ValueError, NotAListing):
        return None


def _is_numbered(value: Mapping[str, Any]) -> bool:
    """Whether an object is a list whose rows, or groups of these, are named by numbers: `{"1003": {…}, "1002": {…}}`,
    `{"2026": […], "2025": […]}`."""
    numbered = (_NUMBERED.fullmatch(str(name)) and isinstance(each, (dict, list)) for name, each in value.items())
    return bool(value) and all(numbered)


def _joined(lists: Iterable[_Rows]) -> list[_Rows]:
    """The lists, each with the rows of all that are at one place of a list of groups. What is stated of one group is
    nothing of the whole."""
    joined: dict[str, _Rows] = {}
    for each in lists:
        if before := joined.get(each.path):
            before.rows.extend(each.rows)
        else:
            joined[each.path] = each
    return [
        replace(each, around=each.around[each.path.rpartition("[]")[2].count(".") :]) if "[]" in each.path else each
        for each in joined.values()
    ]


def _object(value: Any) -> Any:
    """A row that is JSON in a string, or has its values in their order, as an object; an array of objects as it is."""
    if isinstance(value, list) and all(isinstance(each, dict) or str(each).startswith("{") for each in value):
        return value
    if isinstance(value, list) and not any(isinstance(each, (dict, list)) for each in value):
        return {str(place): each for place, each in enumerate(value)}
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return None
    try:
        return read_data(value)
    except ValueError:
        return None


def _main(listed: Sequence[tuple[_Rows, list[str]]]) -> tuple[_Rows, list[str]]:
    """The list that the answer is about: the one whose size is stated beside it, else by far the longest."""
    ranked = sorted(listed, key=_rank, reverse=True)
    first, others = ranked[0], ranked[1:]
    if others and _rank(others[0])[:2] == _rank(first)[:2] and len(others[0][0].rows) * 2 > len(first[0].rows):
        names = ", ".join(f"{each.path} ({len(each.rows)})" for each, _ in ranked[:5])
        raise NotAListing(Code.SEVERAL_LISTS, names=names)
    return first


def _likelier_empty_lists(main: _Rows, lists: Sequence[_Rows]) -> list[_Rows]:
    """Empty lists that are more likely than `main` to be what an answer is about, if the rows of `main` have no dates:
    behind the last page of a list, an answer may have only the site's columns."""
    if any(has_date(row) for row in main.rows):
        return []
    return [each for each in lists if not each.rows and _rank((each, []))[:2] > _rank((main, []))[:2]]


def _rows_beside(main: _Rows, listed: Sequence[tuple[_Rows, list[str]]]) -> int:
    """Number of rows of the same form in lists beside this one: pinned documents, or those of another kind. Only a
    total would say whether they belong to the list."""
    shown = {str(row) for row in main.rows}
    form, place = _form(main), main.path.rpartition(".")[0]
    beside = (each for each, _ in listed if each is not main and each.path.rpartition(".")[0] == place)
    return sum(str(row) not in shown for each in beside if _form(each) == form for row in each.rows)


def _form(rows: _Rows) -> set[str]:
    return {name for row in rows.rows for name in row}


def _rank(listed: tuple[_Rows, list[str]]) -> tuple[bool, bool, int]:
    rows = listed[0]
    counted = bool(rows.around) and stated([rows.around[0]], len(rows.rows)) != (None, None)
    name = plain_name(rows.path.replace("[]", "").rpartition(".")[2])
    return counted, bool(_LIST_NAME.fullmatch(name)), len(rows.rows)


def _totals(around: Sequence[Mapping[str, Any]], rows: int) -> tuple[int | None, int | None]:
    """(documents, pages) that the innermost of the objects around a list states."""
    for each in around:
        documents, pages = stated([each, *objects_in(each)], rows)
        if documents is not None or pages is not None:
            return documents, pages
    return None, None


def _nothing(content: Any, lists: Sequence[_Rows], request: ListingRequest) -> ListingPage:
    """An answer without documents: the end of a list, an empty list, or none at all."""
    if message := refusal_in(content):
        raise NotAListing(Code.SERVICE_ANSWERS, message=message)
    total = next((total for each in _objects(content, 0) if (total := stated([each], 0)[0]) is not None), None)
    if request.seen and any(not each.rows for each in lists):
        other = as_pages(request) if (total or 0) > request.seen or is_full_page(request, request.seen) else None
        return ListingPage((), total, next_requests=(other,) if other else ())
    if rows := _rows_not_understood(content, lists):
        raise rows
    if total is None and not request.seen and any(not each.rows and _counts_none(each.around) for each in lists):
        return ListingPage((), 0)
    is_end = request.seen and (total is not None or _has_nothing(content))
    if total != 0 and not is_end and not says_nothing_found(content):
        raise NotAListing(Code.DATA_WITHOUT_LIST, begins=str(content)[:80])
    return ListingPage((), total)


def _counts_none(around: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the object around an empty list counts nothing (`"count": 0`), which may be the rows of a page."""
    return any(
        plain_name(name) in ("count", "num") and str(value) == "0" for name, value in (around or ({},))[0].items()
    )


def _rows_not_understood(content: Any, lists: Sequence[_Rows]) -> NotAListing | None:
    """What is in an answer where rows with addresses would be; None for nothing."""
    texts = [text for _, text in _texts(content, "", 0)]
    if any(map(_LINK.search, texts)):
        return NotAListing(Code.ROWS_ARE_HTML)
    if titled := next((each for each in lists if has_titles(each.rows)), None):
        names = ", ".join(list(titled.rows[0])[:20])
        return NotAListing(Code.ROWS_WITHOUT_ADDRESS, path=titled.path or _ROOT, names=names)
    if rows := next((each for each in lists if each.rows), None):
        return NotAListing(Code.ROWS_WITHOUT_TITLE, path=rows.path or _ROOT)
    return NotAListing(Code.DATA_ENCODED) if any(map(ENCODED.fullmatch, texts)) else None


def _has_nothing(content: Any) -> bool:
    """Whether an answer has an empty value where its rows would be."""
    named = ((plain_name(name), value) for each in _objects(content, 0) for name, value in each.items())
    return any(
        (value is None or value == {} or (value == "" and _LIST_NAME.fullmatch(name))) and not is_state(name)
        for name, value in named
    )


def _objects(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth < _MAX_DEPTH and isinstance(value, (dict, list)):
        if isinstance(value, dict):
            yield value
        for each in value.values() if isinstance(value, dict) else value:
            yield from _objects(each, depth + 1)


def _sign_of_more(listing: ListingPage, request: ListingRequest) -> str:
    """What says that there are more rows than those of an address that cannot be turned; empty for none."""
    rows, total, pages = len(listing.entries), listing.reported_total, listing.reported_pages
    if total is not None:
        return f"total: {total}" if request.seen + rows < total else ""
    if request.seen:
        return ""
    if pages is not None:
        return f"pages: {pages}" if pages > 1 else ""
    is_page = asks_for_rows(request, rows) or rows <= _MOST_OF_A_PAGE
    return f"{rows} rows, no total" if listing.is_full and is_page and not _is_file(request.url) else ""
