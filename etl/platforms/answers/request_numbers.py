"""The numbers of a request by which a service counts pages or rows, and the request for what comes next.

They are in its address, in a form or in JSON, also in JSON within an address: `pageNo=1`, `param.pageNum=1`,
`"pageIndex": 0`, `%22pageNo%22%3A1`. Names that most services have are known; where a request has none of them, a name
is understood by its words (`pageNow`, `whichPage`, `recordStart`). Names are those of some sixty services of
government sites that published crawlers request, read in November 2026.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Literal

from etl.outside import digits
from etl.platforms.base import ListingRequest, fills_page

_NAME = r"(?P<name>[A-Za-z](?:[\w.\[\]-]|%5[BbDd]){0,60})"
_IN_QUERY = re.compile(rf"(?<![\w%.-]){_NAME}=(?P<number>\d{{1,7}})(?![\w%:/-])")
_IN_JSON = re.compile(rf'\\?"{_NAME}\\?"\s*:(?:\s|%20)*\\?"?(?P<number>\d{{1,7}})(?=\\?["\s,}}\]])')
_IN_ENCODED_JSON = re.compile(
    rf"%22{_NAME}%22(?:%3A|:)(?:%20|\+)?(?:%22)?(?P<number>\d{{1,7}})(?=%22|%2C|%7D|[,}}])", re.IGNORECASE
)
_BETWEEN_PARTS = re.compile(r"[.\[\]]|%5[BbDd]")
"""What is between the parts of a name: `param.pageNum`, `page[number]`."""

_Kind = Literal["page", "start", "end", "size"]
_KNOWN: tuple[tuple[_Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))  # type: ignore[misc]
    for kind, pattern in (
        ("page", r"p|pn|pg|paged?|page[_-]?(?:no|num|number|index|current|i)|curr(?:ent)?|(?:now|this|c|index)[_-]?page"
                 r"|cur(?:r(?:ent)?)?[_-]?page(?:[_-]?(?:no|num|number|index))?"),
        ("start", r"first|start|offset|skip|start[_-]?(?:record|index|row|num)|first[_-]?result"),
        ("end", r"end|end[_-]?(?:record|index|row|num)"),
        ("size", r"(?:page|list|max)?[_-]?(?:size|limit|rows?|nums?|count|len(?:gth)?)|p(?:er|re)[_-]?page|pgsz|rn|n"),
    )
)  # fmt: skip
_BY_WORDS: tuple[tuple[_Kind, re.Pattern[str], re.Pattern[str]], ...] = (
    (
        "page",
        re.compile(r"pa?ge?|p_?no|index", re.IGNORECASE),
        re.compile(
            r"(?:pager?|pg|p_?no|curr(?:ent)?|cur|now|this|to|go|target|req(?:uest)?|start|which|num(?:ber)?|no|ind?ex|idx"
            r"|info|i|c|n|_|-)++",
            re.IGNORECASE,
        ),
    ),
    (
        "start",
        re.compile(r"start|offset|skip|first|begin|from", re.IGNORECASE),
        re.compile(
            r"(?:start|offset|skip|first|begin|from|row(?:s(?!tart))?|rec(?:ord)?|result|item|display|ind?ex|idx|num(?:ber)?|no|i|_|-)++",
            re.IGNORECASE,
        ),
    ),
)
"""What a name counts, by a word that it must have, and the words of which it must consist."""
_BESIDE: dict[tuple[str, str], _Kind] = {("pn", "rn"): "start", ("pg", "p"): "size"}
"""What the first of two names counts if a request has both: `pn` is the number of the first row if `rn` is the number
of rows, and `pg` is the number of rows on a page if `p` is the number of the page."""
_AMBIGUOUS = re.compile(r"page[_-]?(?:start|offset)", re.IGNORECASE)
"""May count pages or rows."""


@dataclass(frozen=True, slots=True)
class _Number:
    """A number in a request: what its name says that it counts, where it is, and whether the name is a known one."""

    kind: _Kind
    value: int
    in_body: bool
    span: tuple[int, int]
    is_known: bool


def page_number(request: ListingRequest) -> int | None:
    """The number of the page that the request names, from 1; None where it names none."""
    number = written_number(request)
    return None if number is None else max(1, number)


def written_number(request: ListingRequest) -> int | None:
    """The number of the page as the request has it: some count from 0. None where it names none."""
    return next((number.value for number in _turning(request) if number.kind == "page"), None)


def following(request: ListingRequest, rows: int, seen: int) -> ListingRequest | None:
    """The request for the rows behind these `rows`, `seen` with those before; None if no number in it says where these
    begin."""
    numbers = _turning(request)
    return _with(request, {number: number.value + _step(number, request, rows) for number in numbers}, seen)


def as_pages(request: ListingRequest) -> ListingRequest | None:
    """The second request of a list with `start` counting pages, if it was made with `start` counting rows; None for
    any other request. To some services `start=1` is a row, to others the first page."""
    starts = [number for number in _turning(request) if number.kind == "start"]
    sizes = _sizes(request)
    if sizes and request.seen not in sizes:  # It is a later one.
        return None
    if not request.seen or any(number.value - request.seen not in (0, 1) for number in starts):
        return None
    return _with(request, {number: number.value - request.seen + 1 for number in starts}, request.seen)


def is_full_page(request: ListingRequest, rows: int) -> bool:
    """Whether a page with so many rows is a full one: by the size that the request asks for, else by the usual ones."""
    return rows > 1 and (rows in _sizes(request) or fills_page(rows))


def asks_for_rows(request: ListingRequest, rows: int) -> bool:
    """Whether the request asks for so many rows."""
    return rows in _sizes(request)


def asks_for_more(request: ListingRequest, rows: int) -> bool:
    """Whether the request asks for more rows than came, and these are no full page of a service that gives fewer."""
    sizes = _sizes(request)
    return bool(sizes) and min(sizes) > rows and not fills_page(rows)


def _sizes(request: ListingRequest) -> set[int]:
    """The numbers of rows for which the request asks."""
    return {number.value for number in _numbers(request) if number.kind == "size"}


def _with(request: ListingRequest, values: dict[_Number, int], seen: int) -> ListingRequest | None:
    if not any(number.kind in ("page", "start") for number in values):
        return None
    url, body = request.url, _body(request)
    for number, value in sorted(values.items(), key=lambda item: item[0].span, reverse=True):
        start, end = number.span
        if number.in_body:
            body = f"{body[:start]}{value}{body[end:]}"
        else:
            url = f"{url[:start]}{value}{url[end:]}"
    return replace(request, url=url, seen=seen, body=body.encode() if request.body else request.body)


def _step(number: _Number, request: ListingRequest, rows: int) -> int:
    """By how much a number rises: by one for pages, and for a `start` that was found to count these."""
    counts_pages = number.kind == "page" or (request.seen > 0 and number.value < request.seen)
    return 1 if counts_pages else rows


def _turning(request: ListingRequest) -> list[_Number]:
    """The numbers that rise from page to page: those of known names, else those whose names say so by their words and
    that are the number of a first page or row, or may follow from it."""
    numbers = [number for number in _numbers(request) if number.kind != "size"]
    known = [number for number in numbers if number.is_known]
    if any(number.kind != "end" for number in known):
        return known
    return [number for number in numbers if number.value <= request.seen + 1]


def _numbers(request: ListingRequest) -> list[_Number]:
    numbers = [*_numbers_in(request.url, in_body=False), *_numbers_in(_body(request), in_body=True)]
    if request.turned_by:
        numbers = [*_named(request), *((name, number) for name, number in numbers if number.kind == "size")]
    names = {name for name, _ in numbers}
    kinds = {name: kind for (name, beside), kind in _BESIDE.items() if beside in names}
    return [replace(number, kind=kinds.get(name, number.kind)) for name, number in numbers]


def _numbers_in(text: str, *, in_body: bool) -> Iterator[tuple[str, _Number]]:
    for match in _matches(text):
        *others, name = _parts(match["name"])
        known = next((kind for kind, pattern in _KNOWN if pattern.fullmatch(name)), None)
        if kind := known or _by_words(name) or _by_words(others[-1] + name):
            yield name.lower(), _Number(kind, digits(match["number"]), in_body, match.span("number"), known is not None)


def _named(request: ListingRequest) -> Iterator[tuple[str, _Number]]:
    """The numbers whose name the source file has, by the whole of it or its last part."""
    assert request.turned_by is not None
    kind, wanted = request.turned_by
    for text, in_body in ((request.url, False), (_body(request), True)):
        for match in _matches(text):
            if wanted in (match["name"], _parts(match["name"])[-1]):
                yield "", _Number(kind, digits(match["number"]), in_body, match.span("number"), is_known=True)


def _matches(text: str) -> Iterator[re.Match[str]]:
    return chain.from_iterable(pattern.finditer(text) for pattern in (_IN_QUERY, _IN_JSON, _IN_ENCODED_JSON))


def _parts(name: str) -> list[str]:
    return ["", *filter(None, _BETWEEN_PARTS.split(name))]


@lru_cache(maxsize=1024)
def _by_words(name: str) -> _Kind | None:
    if _AMBIGUOUS.fullmatch(name):
        return None
    return next((kind for kind, sign, words in _BY_WORDS if sign.search(name) and words.fullmatch(name)), None)


def _body(request: ListingRequest) -> str:
    return (request.body or b"").decode()
