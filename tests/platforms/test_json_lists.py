"""Lists that a service returns as data: the same rows and next page in every way of writing the data."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from demo import demo_sites
from demo.server import Site, serve
from etl.platforms.answers.loose_json import loose_json
from etl.platforms.base import ListingPage, NotAListing, Platform
from etl.platforms.listing import read_list_page
from etl.web.page import read_page
from tests.support.attacks.odd_values import Listed, family_of, listing_pages

SITES = {site.name: site for site in demo_sites()}
WITH_DATA = ("demo-epoint", "demo-gkmlpt", "demo-gov-cn", "demo-jpaas", "demo-nfcms", "demo-pc-list", "demo-ucap")


def _value(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _first_data(site: Site) -> tuple[Platform, Listed] | None:
    """A family, and the first page of a list of its site that is data; None where its lists are pages."""
    family = family_of(site)[1]
    data = (each for each in listing_pages(site) if isinstance(_value(each[2]), dict | list))
    listed = (each for each in data if read_list_page(family, each[1], each[0]).entries)
    first = next(listed, None)
    return first and (family, first)


@pytest.fixture(scope="module", params=WITH_DATA)
def answer(request: pytest.FixtureRequest) -> Iterator[tuple[Platform, Listed]]:
    """The first page of a list of a site that is data."""
    with serve(SITES[request.param]):
        first = _first_data(SITES[request.param])
        assert first is not None
        yield first


def test_all_sites_whose_lists_are_data_are_tried() -> None:
    for name, site in SITES.items():
        with serve(site):
            assert (_first_data(site) is not None) == (name in WITH_DATA), name


def _read(answer: tuple[Platform, Listed], body: bytes, media_type: str = "application/json") -> ListingPage:
    family, (request, page, _) = answer
    return read_list_page(family, read_page(body, page.url, media_type), request)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _marked(value: Any) -> Any:
    """The value with its Chinese texts marked as matches of a search."""
    match value:
        case dict():
            return {key: _marked(each) for key, each in value.items()}
        case list():
            return [_marked(each) for each in value]
        case str() if re.search("[一-鿿]", value) and "<" not in value and "{" not in value:
            return f"<em>{value}</em>"
    return value


FORMS: dict[str, Callable[[str], str]] = {
    "a mark of byte order": "\ufeff{}".format,
    "NUL behind it": "{}\0\0".format,
    "JSONP": "callback({});".format,
    "JSONP of jQuery": "/**/jQuery112_1690({})".format,
    "JSONP that is careful": "window.cb && cb({});".format,
    "JSONP that catches": "try{{cb({});}}catch(e){{}}".format,
    "an assignment": "var list = {};".format,
    "a guard of Angular": ")]}}',\n{}".format,
    "a guard that loops": "for(;;);{}".format,
    "brackets": "({})".format,
    "a comment of a cache behind it": "{}\n<!-- 0.021s -->".format,
    "a comment before it": "<!-- cached --> {}".format,
    "a comment in it": lambda text: text.replace("{", "{ // rows\n", 1),
    "a warning of PHP": "<br />\n<b>Notice</b>: Undefined index: x in <b>/a.php</b> on line <b>3</b><br />\n{}".format,
    "a string": json.dumps,
    "pre": lambda text: f"<html><head></head><body><pre style='x'>{_escaped(text)}</pre></body></html>",
    "an element of .NET": lambda text: f'<?xml version="1.0"?>\n<string xmlns="x">{_escaped(text)}</string>',
    "commas before ends": lambda text: re.sub(r"(?<=[\]}\"\d])(?=\s*[\]}])", ",", text),
    "single quotes": lambda text: repr(json.loads(text)).replace("None", "null").replace("True", "true"),
    "bare names": lambda text: re.sub(r'"(\w+)":', r"\1:", text),
    "numbers in quotes": lambda text: re.sub(r'(": ?)(\d+)(?=[,}])', r'\1"\2"', text),
    "numbers with a point": lambda text: re.sub(r'(": ?)(\d{1,6})(?=[,}])', r"\1\2.0", text),
    "a name twice": lambda text: text.replace("{", '{"zz": 1, "zz": 2, ', 1),
    "marks of a search": lambda text: json.dumps(_marked(json.loads(text)), ensure_ascii=False),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_is_read_however_its_data_are_written(answer: tuple[Platform, Listed], form: str) -> None:
    whole = _read(answer, answer[1][2])
    assert _read(answer, FORMS[form](answer[1][2].decode("utf-8-sig")).encode()) == whole


def test_an_answer_is_read_in_gbk_and_as_a_page(answer: tuple[Platform, Listed]) -> None:
    body = answer[1][2]
    plain = json.dumps(_value(body), ensure_ascii=False)
    assert _read(answer, plain.encode("gb18030"), "application/json;charset=utf-8") == _read(answer, body)
    assert _read(answer, plain.encode(), "text/html;charset=gbk") == _read(answer, body)


@pytest.mark.parametrize("stated", ["0", "-1", "null", '""', "NaN"])
def test_a_total_of_zero_beside_rows_does_not_end_a_list(answer: tuple[Platform, Listed], stated: str) -> None:
    whole = _read(answer, answer[1][2])
    number = re.compile(rf'("\w*(?:total|count)\w*": ?)"?{whole.reported_total}"?(?=[,}}])', re.IGNORECASE)
    changed, times = number.subn(rf"\g<1>{stated}", answer[1][2].decode("utf-8-sig"))
    if times:
        read = _read(answer, changed.encode())
        assert read.entries == whole.entries
        assert read.next_requests or "/postmeta/" in answer[1][0].url, "such an answer has all of its list"
        assert read.reported_total in (None, whole.reported_total)


@pytest.mark.parametrize(
    "text",
    ['{"a": 1', '{"a": 1}{"a": 2}', '{"a": 1} x', "[1,, 2]", "function f() { return 1 }", "if (x) {}", '"a"', "", "{"],
)
def test_text_that_is_not_data_is_rejected(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each says something else
        loose_json(text)


def test_numbers_and_line_ends_stay_as_they_are() -> None:
    assert loose_json("{id: 2058746804822818845, 't': \"a\tb\\'c\", b: undefined,}") == {
        "id": 2058746804822818845,
        "t": "a\tb'c",
        "b": None,
    }
    assert loose_json('{"t": "第一行\n第二行"}') == {"t": "第一行\n第二行"}


def test_an_error_in_place_of_the_list_is_not_a_list(answer: tuple[Platform, Listed]) -> None:
    for body in (b'{"code": 500, "msg": "timeout", "data": null}', b"<html><form>login</form></html>"):
        try:
            assert not _read(answer, body).entries
        except NotAListing:
            continue
