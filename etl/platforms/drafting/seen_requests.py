"""Two requests of a page for one list, as a browser made them: what differs is how the list is turned.

A crawl turns a list by numbers whose names it knows (`following`), or by the form of addresses that a source file has
(`listing.pages`). The first request that leads to the second in one of these ways is what a source file says. Where
there is none, what differs is named: a value of the answer before (a cursor), or what a script computed.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from etl.outside import Outside, digits
from etl.platforms.answers.answers import read_data
from etl.platforms.answers.request_numbers import following
from etl.platforms.base import ListingRequest, TurnedBy, request_of_list
from etl.web.urls import from_root, is_passing

_NUMBER = re.compile(r"%[0-9A-Fa-f]{2}|\d+")
"""A number, or an escape, which has digits too."""
_CALLS = re.compile(r"callback|cb|jsonp\w{0,8}|jsoncallback", re.IGNORECASE)
"""Names of the function that JSONP calls: another one for each request."""
_COUNTS_CALLS = re.compile(r"draw|secho|seq(?:uence)?|nd", re.IGNORECASE)
"""What tables of libraries send to know their answers by: a number that rises with each request."""
_NAME_BEFORE = re.compile(r"([?&])[^?&=]{1,60}=$")
_MAX_DEPTH, _MOST_NUMBERS, _MAX_DIGITS = 5, 40, 7
_SHORTEST_CURSOR = 2


@dataclass(frozen=True, slots=True)
class SeenRequest(Outside):
    """A request for rows. `post`: what is posted, a form or JSON, or ""."""

    url: str
    post: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A value that differs between two requests; None where one has none of that name."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Turn:
    """How a list goes on. `first`: the request for its first page; `pages`, `second`: the form of the addresses of its
    further pages, as `listing.pages` has it, and the number of the second one; `turned_by`: what a value counts and its
    name, where the name says nothing (`listing.page_number`, `listing.row_number`). `beside`: values that differ too,
    and of which the walk shows whether they matter. `cursor`: values that come from the answer before. `unknown`:
    values that differ where nothing turns the list."""

    first: SeenRequest
    pages: str = ""
    second: int = 2
    turned_by: TurnedBy | None = None
    beside: tuple[Change, ...] = ()
    cursor: tuple[Change, ...] = ()
    unknown: tuple[Change, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether a source file can say it."""
        return not self.cursor and not self.unknown


def values_of(request: SeenRequest) -> dict[str, str]:
    """All that a request sends, by name: parts of the path, parameters, the values of a form or of JSON, also of JSON
    in a parameter."""
    parts = urlsplit(request.url)
    segments = {f"/{place}": unquote(part) for place, part in enumerate(parts.path.split("/"))}
    values = {"host": parts.netloc, **segments}
    for place, text in (("", parts.query), ("post ", request.post)):
        for name, value in _sent(text):
            key = f"{place}{name}"
            while key in values:
                key += "'"
            values[key] = value
    return values


def _sent(text: str) -> Iterator[tuple[str, str]]:
    if text.lstrip().startswith(("{", "[")):
        yield from _flat("", _data(text), 0)
        return
    for name, value in parse_qsl(text, keep_blank_values=True):
        yield from _flat(name, _data(value), 0)


def _data(text: str) -> Any:
    """The JSON that a text is, else the text."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return read_data(text)
    except ValueError:
        return text


def _flat(name: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    value = _data(value) if isinstance(value, str) else value
    if isinstance(value, (dict, list)) and depth < _MAX_DEPTH:
        for inner, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _flat(f"{name}.{inner}" if name else str(inner), each, depth + 1)
    else:
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def changes(one: SeenRequest, two: SeenRequest) -> list[Change]:
    """What differs between two requests, but for clocks, random numbers, and numbers that count requests."""
    before, after = values_of(one), values_of(two)
    named = (Change(name, before.get(name), after.get(name)) for name in dict.fromkeys((*before, *after)))
    return [each for each in named if each.before != each.after and not _is_of_call(each)]


def _is_of_call(change: Change) -> bool:
    name = change.name.removeprefix("post ").rpartition(".")[2]
    values = [value for value in (change.before, change.after) if value is not None]
    if _CALLS.fullmatch(name):
        return True
    if _COUNTS_CALLS.fullmatch(name):
        return all(map(str.isdigit, values))
    return all(_is_clock(name, value) for value in values)


def _is_clock(name: str, value: str) -> bool:
    """Whether a value is a clock or a random number. A key may be one that a script computes."""
    return is_passing(name, value) and not any(map(str.isalpha, value))


def without_clocks(request: SeenRequest) -> SeenRequest:
    """The request without the clocks and random numbers in its address (`_=1764…`): each request has others."""
    address, mark, query = request.url.partition("?")
    rest = [pair for pair in query.split("&") if not _is_clock(*map(unquote, pair.partition("=")[::2]))]
    return replace(request, url=address + (mark + "&".join(rest) if rest else ""))


def turn_between(
    one: SeenRequest | None, two: SeenRequest, rows: int, *, by_number: bool = True, values: Callable[[str], bool]
) -> Turn:
    """How a list with so many `rows` on its first page is turned, from the requests for its first and second page; the
    first is None where the page itself has the first rows.

    `by_number`: whether a crawl turns what this service answers by its number (data), or by the form of addresses only
    (pages). `values`: whether a text is a value of the first answer."""
    one, two = one and without_clocks(one), without_clocks(two)
    firsts = list(_firsts(one, two, rows))
    numbered = (_by_number(first, two, rows) for first in firsts if by_number)
    ways = [*numbered, *(_by_form(first, two) for first in firsts)]
    if by_number and not any(ways):
        ways = [_by_step(first, two, rows) for first in firsts]
    if known := [way for way in ways if way]:
        return min(known, key=lambda way: len(way.beside))
    left = changes(one, two) if one else []
    cursor = tuple(each for each in left if each.after and len(each.after) >= _SHORTEST_CURSOR and values(each.after))
    if cursor:
        return Turn(one or two, cursor=cursor)
    return Turn(one or two, unknown=tuple(left) or (Change("", None, None),))


def _firsts(one: SeenRequest | None, two: SeenRequest, rows: int) -> Iterator[SeenRequest]:
    """What may be the request for the first page: that of the browser, or that for the second one with a number of the
    first."""
    if one:
        yield one
    for written in _numbers(two.url, _behind_host(two.url)), _numbers(two.post, 0):
        for number in islice(written, _MOST_NUMBERS):
            value = digits(number[0])
            for before in dict.fromkeys(each for each in (value - 1, value - rows) if each in (0, 1)):
                first = _with(two, number, str(before))
                if one is None or _is_between(one, first):
                    yield first


def _numbers(text: str, start: int) -> Iterator[re.Match[str]]:
    """The numbers in a text that may be those of pages or rows."""
    return (match for match in _NUMBER.finditer(text, start) if match[0].isdecimal() and len(match[0]) <= _MAX_DIGITS)


def _behind_host(url: str) -> int:
    return url.find("/", url.find("//") + 2)


def _is_between(one: SeenRequest, first: SeenRequest) -> bool:
    """Whether a request has all that the first one has, and only the number of the page besides."""
    return all(each.before is None for each in changes(one, first))


def _with(request: SeenRequest, number: re.Match[str], value: str) -> SeenRequest:
    start, end = number.span()
    if number.string == request.url:
        return replace(request, url=request.url[:start] + value + request.url[end:])
    return replace(request, post=request.post[:start] + value + request.post[end:])


def _by_number(first: SeenRequest, two: SeenRequest, rows: int) -> Turn | None:
    """The turn by a number whose name says that it counts pages or rows."""
    further = following(request_of_list(first.url, "", first.post), rows, rows)
    if further is None:
        return None
    left = changes(_as_seen(further, first), two)
    is_turned = len(left) < len(changes(first, two))
    return Turn(first, beside=tuple(left)) if is_turned else None


def _by_step(first: SeenRequest, two: SeenRequest, rows: int) -> Turn | None:
    """The turn by a value in whatever name that rises from 0 or 1 by one, or by the number of rows."""
    differing = changes(first, two)
    for each in differing:
        if not (each.before and each.after and each.before.isdecimal() and each.after.isdecimal()):
            continue
        before, step = digits(each.before), digits(each.after) - digits(each.before)
        if before > 1 or step not in (1, rows):
            continue
        turned_by: TurnedBy = ("page" if step == 1 else "start", each.name.removeprefix("post ").rpartition(".")[2])
        further = following(replace(request_of_list(first.url, "", first.post), turned_by=turned_by), rows, rows)
        left = changes(_as_seen(further, first), two) if further else differing
        if len(left) < len(differing):
            return Turn(first, turned_by=turned_by, beside=tuple(left))
    return None


def _as_seen(request: ListingRequest, first: SeenRequest) -> SeenRequest:
    if not first.post:
        return SeenRequest(request.url)
    is_json = first.post.lstrip().startswith(("{", "["))
    body = (request.body or b"").decode()
    return SeenRequest(request.url, body if is_json else unquote(body) if "%" not in first.post else body)


def _by_form(first: SeenRequest, two: SeenRequest) -> Turn | None:
    """The turn by the form of addresses: that of the second page has a number of 1 or 2, which that of the first one
    lacks or has smaller by one."""
    if changes(SeenRequest("", first.post), SeenRequest("", two.post)):
        return None
    whole, turns = len(changes(first, two)), []
    for number in _numbers(two.url, _behind_host(two.url)):
        own = digits(number[0])
        for before in _before(two.url, number) if own in (1, 2) else ():
            left = changes(first, replace(two, url=before))
            if len(left) < whole and not any(each.name.startswith("/") or each.name == "host" for each in left):
                form = f"{two.url[: number.start()]}{{page}}{two.url[number.end() :]}"
                turns.append(Turn(first, pages=from_root(form, form), second=own, beside=tuple(left)))
    return min(turns, key=lambda turn: len(turn.beside), default=None)


def _before(url: str, number: re.Match[str]) -> Iterator[str]:
    """The addresses that the first page of a list may have if that of the second one has a number."""
    start, end = number.span()
    yield f"{url[:start]}{digits(number[0]) - 1}{url[end:]}"
    if "?" in url[:start]:
        if (name := _NAME_BEFORE.search(url[:start])) and url[end : end + 1] in ("", "&", "#"):
            mark, rest = name[1], url[end:].removeprefix("&")
            yield url[: name.start()] + (mark + rest if rest and mark == "?" else url[end:])
        return
    path, mark, query = url.partition("?")
    begins = start - 1 if url[start - 1] in "_-" else start
    yield path[:begins] + path[end:] + mark + query  # `index_2.html`
    if end > path.rstrip("/").rindex("/"):  # `/33/2.html`, `/33/2/`
        yield path[: path.rindex("/", 0, start) + 1] + mark + query
