"""A list that a service answers as data, whatever its names are: its rows, its totals and the request for more.

The rows are the list of objects that have addresses; lists in the rows of one without are its parts. Totals stand
beside it or around it. The next page is the same request with another number, where its address or its body has one by
which services count pages or rows; where it has none, and the service says that there is more, the list is not whole.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from etl.outside import count, digits
from etl.platforms.answers.answers import parse_json, read_data, stated_total
from etl.platforms.answers.data_rows import address_names, address_of, entries_of, flat_rows, has_titles, plain_name
from etl.platforms.base import ListingPage, ListingRequest, NotAListing, fills_page
from etl.platforms.paging.list_numbers import counted_by
from etl.reason_codes import Code
from etl.reasons import Reason
from etl.web.page import WebPage
from etl.web.urls import resolved

_MAX_DEPTH = 8
_ROOT = "$"
"""The answer itself, as JSONPath (RFC 9535) names it."""
_MORE_DOCUMENTS = frozenset(
    {"total", "totals", "totalhits", "hits", "count", "num", "recordsfiltered", "itotalrecords"}
)
"""Names that count documents beside a list, and other things elsewhere."""
_OF_PAGE = frozenset({"count", "num"})
"""Those that count the rows of the page on many sites."""
_PAGES = frozenset({"pages"})
_BESIDE = re.compile(
    r"file|attach|annex|^fj|append|pic|im(?:a?ge?)|photo|video|tag|keyword|channel|colum|nav|menu|crumb|relat|recommend"
    r"|hot|similar|banner|slide|focus|top|link"
)
"""Names of lists that are none of the documents that an answer is about."""
_LIST_NAME = re.compile(r"(?:data)?list|rows|records?|content|data|items?|articles?|results?|docs?|body|hits|info")
_NO_MORE = re.compile(r"暂无|没有|无(?:更多|相关|符合)|no (?:more|data|result)", re.IGNORECASE)
_MESSAGES = ("msg", "message", "errmsg", "errormsg", "error", "text")
_WELL = frozenset({"0", "1", "200", "true", "success", "ok", "0000"})
_PAGE = (
    r"p|pn|pg|page|page[_-]?(?:no|num|number|index|id|current|i)|cur(?:r(?:ent)?)?[_-]?page(?:[_-]?(?:no|num|number|index))?"
    r"|current|(?:now|this|c|index)[_-]?page"
)
_START, _END = (
    r"first|start|offset|skip|start[_-]?(?:record|index|row|num)|first[_-]?result",
    r"end|end[_-]?(?:record|index|row|num)",
)
_NAMED = rf"(?:(?P<page>{_PAGE})|(?P<start>{_START})|(?P<end>{_END}))"
_NUMBER = re.compile(rf"(?<![\w%.-]){_NAMED}=(?P<number>\d{{1,7}})(?![\w%])", re.IGNORECASE)
_NUMBER_OF_JSON = re.compile(rf'"{_NAMED}"\s*:\s*"?(?P<number>\d{{1,7}})(?=["\s,}}])', re.IGNORECASE)
_SIZE = re.compile(r"""(?:size|limit|rows?|num|count|per(?:_?page)?)["']?[=:]\s*+["']?(\d{1,5})""", re.IGNORECASE)
_NEXT_NAMES = frozenset({"next", "nexturl", "nextpageurl", "nextlink", "nexthref"})
_MORE_NAMES = frozenset({"hasmore", "hasnext", "hasnextpage", "more"})
_LAST_NAMES = frozenset({"last", "islast", "islastpage", "lastpage", "end", "isend"})
_PAGER_WORDS = re.compile(r"下一?页|共\s{0,9}(?:[2-9]|[1-9]\d{1,4})\s{0,9}页")
_LINK = re.compile(r"<a\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Rows:
    """A list of objects in an answer: where it is, and the objects around it, the innermost first."""

    path: str
    rows: list[dict[str, Any]]
    around: tuple[Mapping[str, Any], ...]


def is_data_list(page: WebPage) -> bool:
    """Whether the page is data that lists documents."""
    try:
        return bool(read_data_list(page, ListingRequest(page.url)).entries)
    except NotAListing:
        return False


def read_data_list(page: WebPage, request: ListingRequest) -> ListingPage:
    """The documents that an answer lists. Raises `NotAListing` for an answer that lists none and does not say so."""
    content = parse_json(page)
    lists = _joined(_lists(content, "", (), 0))
    listed = [(each, names) for each in lists if (names := address_names(each.rows))]
    if not listed:
        return _nothing(content, lists, request)
    rows, names = _main(listed)
    total, pages = _totals(rows.around, len(rows.rows))
    listing = turned(ListingPage(entries_of(rows.rows, names, page.url), total, pages), request)
    if listing.next_requests or (total is not None and request.seen + len(listing.entries) >= total):
        return listing
    if following := _next_address(rows.around):
        url = resolved(page.url, following)
        further = ListingRequest(url, request.column, request.seen + len(listing.entries), headers=request.headers)
        return replace(listing, next_requests=(further,), problems=())
    if listing.problems or _number(request) is not None or not (sign := _says_more(rows.around)):
        return listing
    return replace(listing, problems=(Reason.of(Code.PAGING_NOT_UNDERSTOOD, url=request.url, words=sign),))


def _next_address(around: Sequence[Mapping[str, Any]]) -> str:
    """The address of the next page that an answer states; empty where it states none."""
    values = (value for each in around for name, value in each.items() if plain_name(name) in _NEXT_NAMES)
    return next(filter(None, map(address_of, values)), "")


def _says_more(around: Sequence[Mapping[str, Any]]) -> str:
    """What in an answer says that there are further pages: `hasMore: true`, `last: false`, a pager as HTML."""
    for name, value in ((name, value) for each in around for name, value in each.items()):
        if (plain_name(name) in _MORE_NAMES and value is True) or (plain_name(name) in _LAST_NAMES and value is False):
            return f"{name}: {str(value).lower()}"
        if isinstance(value, str) and (pager := _PAGER_WORDS.search(value)):
            return pager[0]
    return ""


def turned(listing: ListingPage, request: ListingRequest) -> ListingPage:
    """A page of a service with the request for the next one, or with the problem that none can be made."""
    rows, total, pages = len(listing.entries), listing.reported_total, listing.reported_pages
    seen, number = request.seen + rows, _number(request)
    if total is not None and seen > total:  # It counts something else.
        total, listing = None, replace(listing, reported_total=None)
    goes_on = seen < total or _is_of_page(request, rows, total) if total is not None else True
    goes_on = number < pages if pages and number is not None else goes_on
    if following := _following(request, rows, seen):
        return replace(listing, next_requests=(following,) if goes_on and rows else ())
    sign = _sign_of_more(request, rows, total, pages)
    problem = sign and Reason.of(Code.PAGING_NOT_UNDERSTOOD, url=request.url, words=sign)
    return replace(listing, problems=(*listing.problems, problem)) if problem else listing


def _is_of_page(request: ListingRequest, rows: int, total: int) -> bool:
    """Whether the total of a first page may be that of its rows: it is full, by the size that was asked for."""
    sizes = _SIZE.findall(f"{request.url} {(request.body or b'').decode()}")
    return request.seen == 0 and rows == total and fills_page(rows) and str(rows) in sizes


def markup_in(page: WebPage) -> str:
    """The longest text with links in an answer of data: rows that a service writes as HTML; empty where it has none."""
    try:
        texts = _texts(parse_json(page), 0)
    except NotAListing:
        return ""
    text = max((text for text in texts if _LINK.search(text)), key=len, default="")
    return text.replace("<![CDATA[", "").replace("]]>", "")


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < _MAX_DEPTH and isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each, depth + 1)


def _lists(value: Any, path: str, around: tuple[Mapping[str, Any], ...], depth: int) -> Iterator[_Rows]:
    """The lists of objects in a value, but for those of files, links and the like. The rows of a list of documents have
    none; those of a list of groups have one each."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "[") and len(value) > 2:
        try:
            value = read_data(value)
        except ValueError:
            return
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        for name, each in value.items():
            if not _BESIDE.search(plain_name(name)):
                yield from _lists(each, f"{path}.{name}" if path else str(name), (value, *around), depth + 1)
    elif isinstance(value, list):
        objects = [each if isinstance(each, dict) else _object(each) for each in value]
        rows = flat_rows(objects)
        yield _Rows(path, rows, around)
        if not address_names(rows):
            for each in objects:
                yield from _lists(each, f"{path}[]", around, depth + 1)


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
    """A row that is JSON in a string, or has its values in their order, as an object."""
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


def _rank(listed: tuple[_Rows, list[str]]) -> tuple[bool, bool, int]:
    rows = listed[0]
    counted = bool(rows.around) and _stated([rows.around[0]], len(rows.rows)) != (None, None)
    name = plain_name(rows.path.replace("[]", "").rpartition(".")[2])
    return counted, bool(_LIST_NAME.fullmatch(name)), len(rows.rows)


def _totals(around: Sequence[Mapping[str, Any]], rows: int) -> tuple[int | None, int | None]:
    """(documents, pages) that the innermost of the objects around a list states."""
    for each in around:
        documents, pages = _stated([each, *(inner for inner in each.values() if isinstance(inner, dict))], rows)
        if documents is not None or pages is not None:
            return documents, pages
    return None, None


def _stated(objects: Sequence[Mapping[str, Any]], rows: int) -> tuple[int | None, int | None]:
    documents: list[int] = []
    pages: list[int] = []
    for name, value in ((plain_name(name), value) for each in objects for name, value in each.items()):
        number = count(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else None
        if number is None or (name in _OF_PAGE and number <= rows):
            continue
        kind = "documents" if name in _MORE_DOCUMENTS else "pages" if name in _PAGES else counted_by(name)
        if kind:
            (documents if kind == "documents" else pages).append(number)
    return stated_total(max(documents, default=None), rows), max(pages, default=None) or None


def _nothing(content: Any, lists: Sequence[_Rows], request: ListingRequest) -> ListingPage:
    """An answer without documents: the end of a list, an empty list, or none at all."""
    if (message := _refusal(content)) and not _NO_MORE.search(message):
        raise NotAListing(Code.SERVICE_ANSWERS, message=message)
    total = next((total for each in _objects(content, 0) if (total := _stated([each], 0)[0]) is not None), None)
    if request.seen and any(not each.rows for each in lists):
        return ListingPage((), total)
    if titled := next((each for each in lists if has_titles(each.rows)), None):
        names = ", ".join(list(titled.rows[0])[:20])
        raise NotAListing(Code.ROWS_WITHOUT_ADDRESS, path=titled.path or _ROOT, names=names)
    if rows := next((each for each in lists if each.rows), None):
        raise NotAListing(Code.ROWS_WITHOUT_TITLE, path=rows.path or _ROOT)
    has_nothing = any(value is None or value == {} for each in _objects(content, 0) for value in each.values())
    if not message and total != 0 and not (request.seen and (has_nothing or total is not None)):
        raise NotAListing(Code.DATA_WITHOUT_LIST, begins=str(content)[:80])
    return ListingPage((), total)


def _objects(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth < _MAX_DEPTH and isinstance(value, (dict, list)):
        if isinstance(value, dict):
            yield value
        for each in value.values() if isinstance(value, dict) else value:
            yield from _objects(each, depth + 1)


def _refusal(content: Any) -> str:
    """What an answer says of its failure; empty where it does not say that it failed."""
    if not isinstance(content, dict):
        return ""
    states = {plain_name(name): value for name, value in content.items()}
    failed = states.get("success") is False or str(states.get("code", states.get("status", "200"))).lower() not in _WELL
    words = (states.get(name) for name in _MESSAGES)
    message = next((each.strip() for each in words if isinstance(each, str) and each.strip()), "")
    return (message or "a failure, without a word why")[:120] if failed else ""


def _numbers(request: ListingRequest) -> Iterator[re.Match[str]]:
    yield from _NUMBER.finditer(request.url)
    body = (request.body or b"").decode()
    yield from (_NUMBER_OF_JSON if body.startswith("{") else _NUMBER).finditer(body)


def _number(request: ListingRequest) -> int | None:
    """The number of the page that the request names, from 1; None where it names none."""
    match = next((match for match in _numbers(request) if match["page"]), None)
    return max(1, digits(match["number"])) if match else None


def _following(request: ListingRequest, rows: int, seen: int) -> ListingRequest | None:
    """The request for the rows behind these; None if no number in it says where these begin."""
    if not any(match["page"] or match["start"] for match in _numbers(request)):
        return None

    def further(match: re.Match[str]) -> str:
        number = digits(match["number"]) + (1 if match["page"] else rows)
        return f"{match[0][: match.start('number') - match.start()]}{number}"

    body = (request.body or b"").decode()
    of_body = (_NUMBER_OF_JSON if body.startswith("{") else _NUMBER).sub(further, body).encode()
    return replace(request, url=_NUMBER.sub(further, request.url), seen=seen, body=of_body if body else request.body)


def _sign_of_more(request: ListingRequest, rows: int, total: int | None, pages: int | None) -> str:
    """What says that there are more rows than those of an address that cannot be turned; empty for none."""
    if total is not None:
        return f"total: {total}" if request.seen + rows < total else ""
    if request.seen:
        return ""
    if pages is not None:
        return f"pages: {pages}" if pages > 1 else ""
    is_file = urlsplit(request.url).path.endswith((".json", ".js"))
    return f"{rows} rows, no total" if fills_page(rows) and rows <= 100 and not is_file else ""
