"""Lists of which nothing says whether they go on, and answers that only seem to be their end."""

import json
from collections.abc import Callable, Sequence

import pytest

from tests.support.answered_walks import HTML, JSON, Answer, Line, Question, Walked, lines, walk_answers
from tests.support.share import share

ROWS = {"listing": {"rows": "ul.l > li"}}


def _page(shown: Sequence[Line], behind: str = "") -> str:
    rows = "".join(f'<li><a href="{line.path}">{line.title}</a> {line.day}</li>' for line in shown)
    return f'<html><title>公告</title><body><ul class="l">{rows}</ul>{behind}</body></html>'


def _one_page(count: int, behind: str = "", **more: object) -> Walked:
    text = _page(lines(count, "/n/{number}.html"), behind)
    return walk_answers("generic", "/gk/", lambda asked: (text, HTML), **ROWS, **more)


@pytest.mark.parametrize("count", [10, 15, 20, 25, 50])
def test_a_full_page_that_says_nothing_of_its_end_is_named(count: int) -> None:
    walked = _one_page(count)
    assert (len(walked.entries), walked.red, walked.open_ends) == (count, [], ["文件"])


@pytest.mark.parametrize(
    ("count", "behind"),
    [
        (7, ""),
        (13, ""),
        (20, "<p>共1页</p>"),
        (20, "<p>共20条</p>"),
        (20, "<p>没有更多了</p>"),
        (20, '<div class="page"><span>1</span></div>'),
        (20, "<p>首页 上一页 1 下一页 尾页</p>"),
        (20, '<div class="page"><a class="disabled">下一页</a></div>'),
    ],
)
def test_a_page_that_does_not_fill_or_says_that_it_is_all_is_whole(count: int, behind: str) -> None:
    walked = _one_page(count, behind)
    assert (len(walked.entries), walked.red, walked.open_ends) == (count, [], [])


def test_a_source_file_may_say_that_a_list_is_whole() -> None:
    columns = [{"url": "http://www.yunxi.example/gk/", "name": "文件", "whole": True}]
    assert _one_page(20, columns=columns).open_ends == []


def _rows(shown: Sequence[Line]) -> list[dict[str, str]]:
    return [{"title": line.title, "url": line.path, "pubDate": str(line.day)} for line in shown]


def _service(count: int, **beside: object) -> Walked:
    text = json.dumps({"code": 200, "data": _rows(lines(count, "/n/{number}.html")), **beside})
    return walk_answers("generic", "/api/gk", lambda asked: (text, JSON))


@pytest.mark.parametrize("count", list(share(range(5, 101))))
def test_no_answer_of_rows_alone_passes_for_a_whole_list(count: int) -> None:
    walked = _service(count)
    assert len(walked.entries) == count
    assert walked.red or walked.open_ends


@pytest.mark.parametrize("beside", [{"more": ""}, {"more": None}, {"hasMore": None}])
def test_an_empty_value_for_more_does_not_state_the_end(beside: dict[str, object]) -> None:
    for count in (12, 20):
        walked = _service(count, **beside)
        assert walked.red or walked.open_ends


@pytest.mark.parametrize(
    "beside", [{"total": 12}, {"hasMore": False}, {"last": True}, {"nextPage": None}, {"links": {"next": None}}]
)
def test_an_answer_that_states_its_end_is_whole(beside: dict[str, object]) -> None:
    for count in (12, 20):
        walked = _service(count, **{name: count if value == 12 else value for name, value in beside.items()})
        assert (walked.red, walked.open_ends) == ([], [])


ENDS: dict[str, Callable[[], Answer]] = {
    "404": lambda: None,
    "empty": lambda: ('{"code": 200, "pages": 3, "data": []}', JSON),
    "refusal": lambda: ('{"code": 500, "msg": "页码超出范围"}', JSON),
}


@pytest.mark.parametrize("end", [*ENDS, "the last page again"])
@pytest.mark.parametrize("documents", [60, 97])
def test_a_number_of_pages_is_not_believed_behind_a_full_page(end: str, documents: int) -> None:
    all_lines = lines(documents, "/n/{number}.html")

    def answer(asked: Question) -> Answer:
        page = min(int(asked.sent["page"]), 99 if end in ENDS else -(-documents // 20))
        shown = all_lines[20 * (page - 1) : 20 * page]
        return (json.dumps({"code": 200, "pages": 3, "data": _rows(shown)}), JSON) if shown else ENDS[end]()

    walked = walk_answers("generic", "/api/gk?page=1", answer)
    assert (len(walked.entries), walked.red) == (documents, [])


def _feed(shown: Sequence[Line]) -> str:
    items = "".join(f"<item><title>{line.title}</title><link>{line.url}</link></item>" for line in shown)
    return f"<rss version='2.0'><channel><title>公告</title>{items}</channel></rss>"


def test_a_feed_that_states_no_number_may_have_left_out_older_entries() -> None:
    walked = walk_answers("generic", "/rss.xml", lambda asked: (_feed(lines(10, "/n/{number}.html")), "text/xml"))
    assert (len(walked.entries), walked.open_ends) == (10, ["文件"])


@pytest.mark.parametrize("name", ["page", "paged", "p", "pageNo"])
@pytest.mark.parametrize("end", ["404", "empty"])
def test_a_feed_is_turned_by_the_number_in_its_address(name: str, end: str) -> None:
    all_lines = lines(45, "/n/{number}.html")

    def answer(asked: Question) -> Answer:
        page = int(asked.query[name])
        shown = all_lines[20 * (page - 1) : 20 * page]
        return (_feed(shown), "application/rss+xml") if shown or end == "empty" else None

    walked = walk_answers("generic", f"/feed?{name}=1", answer)
    assert (len(walked.entries), walked.red, walked.open_ends) == (45, [], [])


@pytest.mark.parametrize("count", [7, 12])
def test_a_service_that_answers_the_same_to_any_number_may_have_more(count: int) -> None:
    shown = lines(count, "/n/{number}.html")
    data, html = json.dumps({"rows": _rows(shown)}), json.dumps({"html": _page(shown)})
    for first, text, media_type in (
        ("/rss.xml?page=1", _feed(shown), "text/xml"),
        ("/api/gk?page=1", data, JSON),
        ("/api/gk?page=1", html, JSON),
    ):
        walked = walk_answers("generic", first, lambda asked, text=text, kind=media_type: (text, kind), **ROWS)
        assert (len(walked.entries), walked.red, walked.open_ends) == (count, [], ["文件"])


def _answers_once_empty(make: Callable[[Sequence[Line], int], tuple[str, str]]) -> Callable[[Question], Answer]:
    all_lines, empty = lines(50, "/n/{number}.html"), iter((True,))

    def answer(asked: Question) -> Answer:
        page = int(asked.sent.get("page", 1))
        is_empty = page == 2 and next(empty, False)
        return make([] if is_empty else all_lines[20 * (page - 1) : 20 * page], page)

    return answer


FORMS: dict[str, tuple[str, Callable[[Sequence[Line], int], tuple[str, str]]]] = {
    "data": ("/api/gk?page=1", lambda shown, page: (json.dumps({"rows": _rows(shown)}), JSON)),
    "page": ("/gk/?page=1", lambda shown, page: (_page(shown, f'<a href="?page={page + 1}">下一页</a>'), HTML)),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_answer_is_believed_when_it_comes_twice(form: str) -> None:
    first, make = FORMS[form]
    walked = walk_answers("generic", first, _answers_once_empty(make), **ROWS)
    assert len(walked.entries) == 50


@pytest.mark.parametrize(
    ("sizes", "named"),
    [((12, 12), 2), ((18, 18, 18, 7, 4), 3), ((12, 13), 0), ((18, 18, 7, 4), 0), ((6, 6, 6), 0), ((18, 18, 18, 21), 0)],
)
def test_lists_of_a_source_that_have_the_same_length_may_be_first_pages(sizes: Sequence[int], named: int) -> None:
    paths = {f"/gk/{place}/": _page(lines(size, f"/n{place}/{{number}}.html")) for place, size in enumerate(sizes)}
    columns = [{"url": f"http://www.yunxi.example{path}", "name": path} for path in paths]
    walked = walk_answers("generic", "/gk/0/", lambda asked: (paths[asked.path], HTML), columns=columns, **ROWS)
    assert (walked.red, len(walked.open_ends)) == ([], named)


def _walk_pages(sizes: Sequence[int]) -> Walked:
    all_lines = lines(sum(sizes), "/n/{number}.html")

    def answer(asked: Question) -> Answer:
        page = int(asked.query.get("page", 1))
        begin = sum(sizes[: page - 1])
        behind = f'<a href="?page={page + 1}">下一页</a>' if page < len(sizes) else ""
        return _page(all_lines[begin : begin + sizes[page - 1]], behind), HTML

    return walk_answers("generic", "/gk/", answer, **ROWS)


@pytest.mark.parametrize("sizes", [(10, 20, 20, 20, 5), (20, 20, 15, 20, 20, 3), (20, 20, 10, 20, 20)])
def test_a_page_that_is_shorter_than_all_others_is_named(sizes: Sequence[int]) -> None:
    walked = _walk_pages(sizes)
    assert (len(walked.entries), len(walked.red)) == (sum(sizes), 1)
    assert "entries, and other pages have 20" in walked.red[0]


@pytest.mark.parametrize(
    "sizes", [(20, 20, 20, 5), (20, 18, 20, 20, 5), (12, 20, 5), (20, 14, 17, 20, 12), (15, 20, 20, 20)]
)
def test_pages_of_somewhat_different_lengths_are_none(sizes: Sequence[int]) -> None:
    assert _walk_pages(sizes).red == []


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("documents", [58, 60, 7])
@pytest.mark.parametrize("whole_page", [True, False])
def test_a_page_whose_address_has_its_number_is_turned_though_it_has_no_pager(
    base: int, documents: int, whole_page: bool
) -> None:
    all_lines = lines(documents, "/n/{number}.html")

    def answer(asked: Question) -> Answer:
        begin = 18 * (int(asked.query["pageNo"]) - base)
        shown = all_lines[begin : begin + 18]
        rows = "".join(f'<li><a href="{line.path}">{line.title}</a> {line.day}</li>' for line in shown)
        return (_page(shown) if whole_page else f"<ul class=l>{rows}</ul>", HTML) if shown else None

    walked = walk_answers("generic", f"/gk/rows?id=3&pageNo={base}", answer, **ROWS)
    assert (len(walked.entries), walked.red, walked.open_ends) == (documents, [], [])


def test_a_page_that_does_not_heed_the_number_in_its_address_is_one() -> None:
    text = _page(lines(12, "/n/{number}.html"))
    walked = walk_answers("generic", "/gk/?page=1", lambda asked: (text, HTML), **ROWS)
    assert (len(walked.entries), walked.red) == (12, [])


@pytest.mark.parametrize(("rows", "size", "is_open"), [(12, 20, False), (20, 20, True), (12, 12, True), (10, 50, True)])
def test_a_service_that_answers_fewer_rows_than_were_requested_has_no_others(
    rows: int, size: int, is_open: bool
) -> None:
    text = json.dumps({"code": 0, "count": rows, "data": _rows(lines(rows, "/n/{number}.html"))})
    walked = walk_answers("generic", f"/api/gk?pageNo=1&pageSize={size}", lambda asked: (text, JSON))
    assert len(walked.entries) == rows
    assert bool(walked.red or walked.open_ends) == is_open
