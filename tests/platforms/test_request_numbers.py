"""Requests to services: whatever their numbers are called and wherever they are, a list is whole or its run is red."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.platforms.answers.request_numbers import following, is_full_page, page_number
from etl.platforms.base import ListingRequest, request_of_list
from tests.support.answered_walks import JSON, Answer, Line, Question, Walked, lines, walk_answers
from tests.support.share import examples

DOCUMENTS = lines(93, "/zwgk/gg/{number}.html")
PATH = "/service/list"
PAGES = (
    "page", "pageNo", "PageNumber", "page_index", "curPage", "curPageNo", "currentPageIndex", "pageNow", "nowpage",
    "toPage", "goPage", "whichPage", "targetPage", "requestPage", "startPage", "iPage", "cPage", "pNo", "pgno", "pg",
    "pageIdx", "param.pageNum", "page.current", "pager.pageNo", "pageInfo.page", "page[number]", "Index", "p", "pn",
)  # fmt: skip
STARTS = (
    "start", "offset", "skip", "startIndex", "STARTNUM", "from", "begin", "beginIndex", "rowStart", "recordStart",
    "firstRow", "iDisplayStart", "startrow", "query.offset",
)  # fmt: skip
SIZES = ("size", "pageSize", "limit", "rows", "perpage", "prepage", "page.size", "n")


@dataclass(frozen=True)
class Service:
    """A service with 20 rows a page. `name`: the number that it reads, from `base`; `by_rows`: it counts rows."""

    name: str
    base: int = 1
    by_rows: bool = False
    size: int = 20
    total: str = "total"
    documents: tuple[Line, ...] = tuple(DOCUMENTS)

    def __call__(self, question: Question) -> Answer:
        number = int(_value(question.sent, self.name))
        start = number - self.base if self.by_rows else self.size * (number - self.base)
        shown = self.documents[start : start + self.size]
        rows = [{"title": line.title, "url": line.path, "date": str(line.day)} for line in shown]
        return json.dumps({"data": rows, **({self.total: len(self.documents)} if self.total else {})}), JSON


def _value(sent: Any, name: str) -> Any:
    """The value of a name in what was sent, or in the JSON of one of its values."""
    if name in sent:
        return sent[name]
    inner = (json.loads(value) if isinstance(value, str) else value for value in sent.values() if str(value)[:1] == "{")
    return next(_value(each, name) for each in inner)


def whole(walked: Walked, documents: tuple[Line, ...] = tuple(DOCUMENTS)) -> None:
    assert walked.red == []
    assert set(walked.entries) == {line.url for line in documents}


@pytest.mark.parametrize("total", ["total", ""])
@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("name", PAGES)
def test_a_number_of_pages_is_turned_whatever_its_name_is(name: str, base: int, total: str) -> None:
    first = f"{PATH}?{urlencode({'cid': 3, name: base, 'year': 2026, 'pageSize': 20})}"
    walked = walk_answers("generic", first, Service(name, base, total=total))
    whole(walked)
    assert len(walked.questions) <= 6


@pytest.mark.parametrize("total", ["total", ""])
@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("name", STARTS)
def test_a_number_of_rows_is_turned_whatever_its_name_is(name: str, base: int, total: str) -> None:
    first = f"{PATH}?{urlencode({'cid': 3, name: base, 'limit': 20})}"
    whole(walk_answers("generic", first, Service(name, base, by_rows=True, total=total)))


@pytest.mark.parametrize("total", ["total", ""])
def test_pn_counts_rows_beside_rn(total: str) -> None:
    walked = walk_answers("generic", f"{PATH}?pn=0&rn=20&cnum=001", Service("pn", 0, by_rows=True, total=total))
    whole(walked)
    assert len(walked.questions) <= 6


def test_a_day_from_which_documents_are_listed_is_no_number_of_a_row() -> None:
    for sent in ("start=2000-01-01&end=2026-12-31", "from=2000/01/01", "start=8:30"):
        request = following(request_of_list(f"http://www.yunxi.example{PATH}?{sent}&pageNo=1", ""), 20, 20)
        assert request is not None
        assert request.url.endswith(f"{sent}&pageNo=2")


def test_pg_beside_p_is_the_size_of_the_page() -> None:
    walked = walk_answers("generic", f"{PATH}?websiteid=53&p=1&pg=20", Service("p", total=""))
    whole(walked)
    assert {question.query["pg"] for question in walked.questions} == {"20"}


@pytest.mark.parametrize("total", ["total", ""])
@pytest.mark.parametrize("base", [0, 1])
def test_a_start_that_counts_pages_is_found_at_the_empty_second_page(base: int, total: str) -> None:
    whole(walk_answers("generic", f"{PATH}?start={base}&limit=20", Service("start", base, total=total)))


@pytest.mark.parametrize("name", ["start", "offset", "from"])
@pytest.mark.parametrize(("size", "count"), [(20, 40), (15, 60), (12, 60), (20, 80)])
def test_the_empty_page_behind_the_last_of_a_start_ends_its_list(name: str, size: int, count: int) -> None:
    service = Service(name, 0, by_rows=True, size=size, total="", documents=tuple(DOCUMENTS[:count]))
    whole(walk_answers("generic", f"{PATH}?{name}=0&limit={size}", service), tuple(DOCUMENTS[:count]))


BODIES: dict[str, Callable[[str, int], str]] = {
    "a form": lambda name, number: f"cid=3&{name}={number}&pageSize=20&sort=-time",
    "JSON": lambda name, number: json.dumps({"cid": "3", name: number, "pageSize": 20}),
    "JSON in quotes": lambda name, number: json.dumps({"cid": "3", name: str(number), "pageSize": "20"}),
    "JSON in an object": lambda name, number: json.dumps({"params": {"page": {name: number, "pageSize": 20}}}),
    "JSON in a string": lambda name, number: json.dumps({"token": "", "body": json.dumps({name: number, "size": 20})}),
    "plain JSON in a form": lambda name, number: "params=" + json.dumps({name: number, "size": 20}),
    "JSON in a form": lambda name, number: urlencode({"webId": 3, "paramJson": json.dumps({name: number, "size": 20})}),
}


@pytest.mark.parametrize("total", ["total", ""])
@pytest.mark.parametrize("name", ["pageNo", "pageNow", "current", "pageIndex"])
@pytest.mark.parametrize("body", BODIES)
def test_a_column_is_posted_to_and_turned_in_its_body(body: str, name: str, total: str) -> None:
    column = {"url": f"http://www.yunxi.example{PATH}", "name": "文件", "post": BODIES[body](name, 1)}
    walked = walk_answers("generic", PATH, Service(name, total=total), columns=[column])
    whole(walked)
    assert {question.method for question in walked.questions} == {"POST"}
    media_types = {question.headers["content-type"].partition(";")[0] for question in walked.questions}
    assert media_types == {"application/x-www-form-urlencoded" if "form" in body else "application/json"}


@pytest.mark.parametrize("body", BODIES)
def test_a_number_is_turned_by_the_name_that_the_source_file_has(body: str) -> None:
    column = {"url": f"http://www.yunxi.example{PATH}", "name": "文件", "post": BODIES[body]("zq", 1)}
    whole(walk_answers("generic", PATH, Service("zq"), columns=[column], listing={"page_number": "zq"}))


@pytest.mark.parametrize("platform", ["generic", "trs_wcm", "ucap", "hanweb_jcms", "epoint", "pc_list"])
def test_a_column_is_posted_to_for_every_family(platform: str) -> None:
    column = {"url": f"http://www.yunxi.example{PATH}", "name": "文件", "post": BODIES["JSON"]("pageNo", 1)}
    if platform != "epoint":  # It reads its own service alone.
        whole(walk_answers(platform, PATH, Service("pageNo"), columns=[column]))


def test_characters_of_a_form_that_a_browser_would_encode_are_encoded() -> None:
    column = {"url": f"http://www.yunxi.example{PATH}", "post": "name=政策 文件&q=%E4%BA%91&pageNo=1"}
    walked = walk_answers("generic", PATH, Service("pageNo"), columns=[column])
    whole(walked)
    assert {(question.sent["name"], question.sent["q"]) for question in walked.questions} == {("政策 文件", "云")}


def test_the_number_of_json_in_an_address_is_turned_and_no_identifier_beside_it() -> None:
    parameters = {"webId": 3, "pageId": 1562308, "paramJson": json.dumps({"pageNo": 1, "pageSize": 20})}
    walked = walk_answers("generic", f"{PATH}?{urlencode(parameters)}", Service("pageNo", total=""))
    whole(walked)
    assert {question.query["pageId"] for question in walked.questions} == {"1562308"}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rows", [18, 24, 8])
def test_a_page_as_long_as_was_asked_for_is_no_end_where_nothing_can_be_turned(rows: int, size: str) -> None:
    first = f"{PATH}?{urlencode({'cid': 1, size: rows})}"
    documents = tuple(DOCUMENTS[:60])
    walked = walk_answers("generic", first, Service("cid", size=rows, total="", documents=documents))
    assert len(walked.entries) == rows
    assert "continues" in " ".join(walked.red)
    whole(walk_answers("generic", first, Service("cid", size=rows, total="", documents=documents[:5])), documents[:5])


@pytest.mark.parametrize("rows", [18, 24])
def test_a_service_that_ignores_the_number_of_the_page_is_no_whole_list(rows: int) -> None:
    def answer(question: Question) -> Answer:
        return Service("cid", size=rows, total="")(question)

    walked = walk_answers("generic", f"{PATH}?cid=1&pageNo=1&pageSize={rows}", answer)
    assert len(walked.entries) == rows
    assert "repeats the entries" in " ".join(walked.red)
    few = walk_answers("generic", f"{PATH}?cid=1&pageNo=1&pageSize=50", answer)
    assert (len(few.entries), few.red) == (rows, [])


TOTALS = ("zs", "count_all", "hitCount", "searchTotal", "infoCount", "allNum", "sumNum", "totalAmount")


@pytest.mark.parametrize("name", TOTALS)
def test_a_number_beside_a_list_that_may_count_it_is_a_sign_of_more(name: str) -> None:
    walked = walk_answers("generic", f"{PATH}?cid=1", Service("cid", size=18, total=name))
    assert len(walked.entries) == 18
    assert walked.red
    few = tuple(DOCUMENTS[:7])
    whole(walk_answers("generic", f"{PATH}?cid=1", Service("cid", size=18, total=name, documents=few)), few)


@pytest.mark.parametrize("name", ["visitCount", "siteId", "timestamp", "hitsNum", "pageSize", "code", "columnId"])
def test_a_number_beside_a_list_that_counts_something_else_is_none(name: str) -> None:
    few = tuple(DOCUMENTS[:7])

    def answer(question: Question) -> Answer:
        text, media_type = Service("cid", total="", documents=few)(question) or ("", "")
        return json.dumps({**json.loads(text), name: 4521}), media_type

    whole(walk_answers("generic", f"{PATH}?cid=1", answer), few)


def test_a_number_of_pages_that_is_the_size_of_a_page_ends_no_list() -> None:
    documents = tuple(lines(500, "/zwgk/gg/{number}.html"))

    def answer(question: Question) -> Answer:
        text, media_type = Service("pageIndex", total="", documents=documents)(question) or ("", "")
        return json.dumps({**json.loads(text), "pageCount": 20}), media_type

    whole(walk_answers("generic", f"{PATH}?pageIndex=1", answer), documents)


ADDRESSES = st.lists(
    st.tuples(st.text("abpgenostrxyi[].", min_size=1, max_size=9), st.integers(0, 9_999_999)), max_size=6
)


@settings(max_examples=examples(400))
@given(ADDRESSES, st.integers(0, 50), st.integers(0, 400))
def test_of_any_address_only_numbers_change_and_they_rise(
    parameters: list[tuple[str, int]], rows: int, seen: int
) -> None:
    request = ListingRequest(f"http://www.yunxi.example/s?{urlencode(parameters)}", "文件", seen)
    further = following(request, rows, seen + rows)
    assert is_full_page(request, 1) is False
    if further is None:
        assert page_number(request) is None
        return
    before, after = (parse_qs(urlsplit(each.url).query) for each in (request, further))
    assert before.keys() == after.keys()
    pairs = [pair for name in before for pair in zip(before[name], after[name], strict=True)]
    assert all(int(new) - int(old) in (0, 1, rows) for old, new in pairs)
    assert rows == 0 or further.url != request.url
