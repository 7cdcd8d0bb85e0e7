"""Two requests for one list: the request for its first page, and how the list is turned, or what cannot be said."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.platforms.answers.request_numbers import following
from etl.platforms.base import request_of_list
from etl.platforms.drafting.seen_requests import SeenRequest, changes, turn_between, without_clocks

BASE = "http://www.yunxi.example/gw/list"
PAGES = ("page", "pageNo", "pageNum", "pageIndex", "currentPage", "curr", "pn", "cpage")
STARTS = ("start", "offset", "rowStart", "firstResult")
CONSTANTS = st.dictionaries(
    st.sampled_from(("cid", "lm", "siteId", "code", "type", "k")),
    st.sampled_from(("7", "12", "zcwj", "通知", "8a81b2", "0203", "")),
)
WAYS = ("address", "form", "json", "inner", "within")


def never(text: str) -> bool:
    return False


def made(way: str, sent: dict[str, Any]) -> SeenRequest:
    """A request that sends values in one of the ways in which pages do."""
    match way:
        case "address":
            return SeenRequest(f"{BASE}?{urlencode(sent)}")
        case "form":
            return SeenRequest(BASE, urlencode(sent))
        case "json":
            return SeenRequest(BASE, json.dumps(sent, ensure_ascii=False))
        case "inner":
            return SeenRequest(BASE, json.dumps({"param": sent, "v": 1}, separators=(",", ":")))
    return SeenRequest(f"{BASE}?{urlencode({'paramJson': json.dumps(sent)})}")


@st.composite
def turned(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]], int]:
    """(way, what is sent for the first three pages, rows of a page)"""
    size = draw(st.sampled_from((10, 15, 20)))
    by_row = draw(st.booleans())
    name = draw(st.sampled_from(STARTS if by_row else PAGES))
    first = 0 if by_row else draw(st.integers(0, 1))
    numbers = [first + place * (size if by_row else 1) for place in range(3)]
    constants = draw(CONSTANTS)
    before = draw(st.booleans())
    sizes = draw(st.sampled_from(({}, {"pageSize": size}, {"limit": size})))
    each = [{**constants, name: n, **sizes} if before else {name: n, **sizes, **constants} for n in numbers]
    return draw(st.sampled_from(WAYS)), each, size


@given(turned(), st.booleans())
def test_the_first_of_two_requests_is_turned_to_the_second_and_from_there_to_the_third(
    drawn: tuple[str, list[dict[str, Any]], int], has_clock: bool
) -> None:
    way, sent, rows = drawn
    if has_clock and way in ("address", "form"):
        sent = [{**each, "_": 1764000000000 + 977 * place} for place, each in enumerate(sent)]
    one, two, three = (made(way, each) for each in sent)
    turn = turn_between(one, two, rows, values=never)
    assert turn.is_known
    assert not turn.beside
    assert not turn.pages
    assert turn.first == without_clocks(one)
    request = request_of_list(turn.first.url, "", turn.first.post)
    for expected, seen in ((two, rows), (three, 2 * rows)):
        further = following(request, rows, seen)
        assert further is not None
        request = further
        body = (request.body or b"").decode()
        assert not changes(SeenRequest(request.url, body), SeenRequest(expected.url, expected.post))


@given(turned())
def test_a_number_in_a_name_that_says_nothing_is_turned_by_that_name(
    drawn: tuple[str, list[dict[str, Any]], int],
) -> None:
    way, sent, rows = drawn
    name = next(each for each in sent[0] if each in (*PAGES, *STARTS))
    one, two, three = (made(way, {"zq" if key == name else key: value for key, value in each.items()}) for each in sent)
    turn = turn_between(one, two, rows, values=never)
    assert turn.pages or turn.turned_by == ("start" if name in STARTS else "page", "zq")
    request = replace(request_of_list(turn.first.url, "", turn.first.post), turned_by=turn.turned_by)
    for expected, seen in ((two, rows), (three, 2 * rows)) if turn.turned_by else ():
        further = following(request, rows, seen)
        assert further is not None
        request = further
        assert not changes(SeenRequest(request.url, (request.body or b"").decode()), expected)


@given(turned())
def test_without_the_first_request_it_is_made_of_the_second(drawn: tuple[str, list[dict[str, Any]], int]) -> None:
    way, sent, rows = drawn
    turn = turn_between(None, made(way, sent[1]), rows, values=never)
    assert turn.is_known
    further = following(request_of_list(turn.first.url, "", turn.first.post), rows, rows)
    assert further is not None
    assert not changes(SeenRequest(further.url, (further.body or b"").decode()), made(way, sent[1]))


@given(turned(), st.sampled_from(("sign", "token", "x")))
def test_what_a_script_computes_beside_the_number_is_named(
    drawn: tuple[str, list[dict[str, Any]], int], name: str
) -> None:
    way, sent, rows = drawn
    one, two = (made(way, {**each, name: f"9f{place}ac81e77b2d40f1e6a{place}"}) for place, each in enumerate(sent[:2]))
    turn = turn_between(one, two, rows, values=never)
    assert [change.name.rpartition(".")[2].removeprefix("post ") for change in turn.beside] == [name]


@given(turned())
def test_a_value_of_the_answer_before_is_a_cursor_and_no_number_of_a_page(
    drawn: tuple[str, list[dict[str, Any]], int],
) -> None:
    way, sent, rows = drawn
    constants = {name: value for name, value in sent[0].items() if name not in (*PAGES, *STARTS)}
    one, two = (made(way, {**constants, "lastId": each}) for each in ("", "700837"))
    turn = turn_between(one, two, rows, values="id: 700837".__contains__)
    assert not turn.is_known
    assert [change.after for change in turn.cursor] == ["700837"]


@pytest.mark.parametrize(
    ("one", "two", "pages", "second"),
    [
        ("/zc/", "/zc/?page=2", "/zc/?page={page}", 2),
        ("/zc/index.html", "/zc/index_2.html", "/zc/index_{page}.html", 2),
        ("/zc/index.html", "/zc/index_1.html", "/zc/index_{page}.html", 1),
        ("/zc/33/", "/zc/33/2.html", "/zc/33/{page}.html", 2),
        ("/json/7/1_10.json", "/json/7/2_10.json", "/json/7/{page}_10.json", 2),
        ("/json/2/1.json", "/json/2/2.json", "/json/2/{page}.json", 2),
        ("/list?lm=2&yema=1", "/list?lm=2&yema=2", "/list?lm=2&yema={page}", 2),
    ],
)
def test_addresses_that_differ_in_the_number_of_the_page_give_their_form(
    one: str, two: str, pages: str, second: int
) -> None:
    first, further = (SeenRequest(urljoin(BASE, each)) for each in (one, two))
    turn = turn_between(first, further, 10, by_number=False, values=never)
    assert (turn.first, turn.pages, turn.second) == (first, pages, second)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("/a/1.html", "/b/2.html"),
        ("/zc/", "/tz/?id=2"),
        ("/list?lm=3", "/list?lm=12"),
        ("/list?k=a", "/list?k=b"),
        ("/list?page=1", "/list?page=1"),
    ],
)
def test_another_list_is_no_second_page(one: str, two: str) -> None:
    first, further = (SeenRequest(urljoin(BASE, each)) for each in (one, two))
    assert not turn_between(first, further, 10, by_number=False, values=never).is_known


def test_a_number_that_counts_requests_and_the_name_of_a_callback_turn_nothing() -> None:
    one = SeenRequest(f"{BASE}?draw=1&start=0&length=10&callback=jQuery36_1&_=1764000000001")
    two = SeenRequest(f"{BASE}?draw=2&start=10&length=10&callback=jQuery36_2&_=1764000000777")
    turn = turn_between(one, two, 10, values=never)
    assert turn.is_known
    assert turn.first.url == f"{BASE}?draw=1&start=0&length=10&callback=jQuery36_1"
