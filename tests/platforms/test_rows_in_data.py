"""Rows of a service in several lists, or as HTML in the data: all are read, or the run is red."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.support.answered_walks import JSON, Answer, Line, Question, Walked, lines, walk_answers

FIRST = "/service/list?page=1&size=20"
DOCUMENTS = lines(93, "/zwgk/{number}.html")
Shape = Callable[[Sequence[Any], int], Any]


def service(row: Callable[[Line], Any], shape: Shape) -> Callable[[Question], Answer]:
    """A service that shows 20 documents a page, in a `shape` of (rows, number of the page)."""

    def answer(question: Question) -> Answer:
        number = int(question.query["page"])
        rows = [row(line) for line in DOCUMENTS[number * 20 - 20 : number * 20]]
        return json.dumps(shape(rows, number), ensure_ascii=False), JSON

    return answer


def data(line: Line) -> dict[str, Any]:
    return {"title": line.title, "url": line.path, "publishTime": str(line.day)}


def html(line: Line) -> str:
    return f"<div class='row'><a href='{line.path}'>{line.title}</a><span>{line.day}</span></div>"


def whole(walked: Walked) -> None:
    assert set(walked.entries) == {line.url for line in DOCUMENTS}
    assert walked.red == []


def by(rows: Sequence[Any], group: Callable[[str], str]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(group(row["publishTime"]), []).append(row)
    return groups


@pytest.mark.parametrize("total", [{}, {"total": 93}], ids=["", "with a total"])
@pytest.mark.parametrize(
    "group",
    [lambda day: day[:4], lambda day: day[:7], lambda day: f"{day[:4]}年", lambda day: f"{day[:4]}年{int(day[5:7])}月"],
    ids=["2026", "2026-06", "2026年", "2026年6月"],
)
def test_rows_in_groups_of_years_or_months_are_one_list(group: Callable[[str], str], total: dict[str, int]) -> None:
    whole(walk_answers("generic", FIRST, service(data, lambda rows, _: {"data": by(rows, group), **total})))


@pytest.mark.parametrize("name", ["top", "topList", "zd", "gfxwj"])
@pytest.mark.parametrize("beside", [1, 3])
@pytest.mark.parametrize("pages", [{}, {"pages": 5}], ids=["", "with pages"])
def test_rows_in_a_second_list_are_not_left_out_in_silence(name: str, beside: int, pages: dict[str, int]) -> None:
    def shape(rows: Sequence[Any], _: int) -> Any:
        return {"data": {name: rows[:beside], "list": rows[beside:], **pages}}

    walked = walk_answers("generic", FIRST, service(data, shape))

    assert f"has 20 document links of one form, but only {20 - beside} of them were read" in walked.red[0]


@pytest.mark.parametrize(
    ("beside", "total"),
    [
        ([{"name": "政策文件", "url": "/zwgk/"}, {"name": "规章库", "url": "/gzk/"}], {}),
        ([data(line) for line in DOCUMENTS[40:45]], {"total": 93}),
        ([], {}),
    ],
    ids=["columns", "documents that a total leaves out", "nothing"],
)
def test_other_lists_beside_the_documents_are_none_of_theirs(beside: Any, total: dict[str, int]) -> None:
    whole(
        walk_answers("generic", FIRST, service(data, lambda rows, _: {"data": {"list": rows, "xg": beside, **total}}))
    )


SHAPES: dict[str, Shape] = {
    "in one text": lambda rows, _: {"code": 200, "msg": None, "data": f"<div>{''.join(rows)}</div>"},
    "in one text, with pages": lambda rows, _: {"flag": 1, "content": "".join(rows), "totalPage": 5},
    "in one text, with a total": lambda rows, _: {"html": "".join(rows), "count": 93},
    "in a list": lambda rows, number: {"page": number, "result": list(rows)},
    "in a list, with a total": lambda rows, number: {"total": 93, "page": number, "result": list(rows)},
    "in objects": lambda rows, _: {"msg": None, "rows": [{"html": row, "id": 3} for row in rows]},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_of_html_are_read_by_selectors_wherever_they_are(shape: str) -> None:
    whole(walk_answers("generic", FIRST, service(html, SHAPES[shape]), listing={"rows": "div.row"}))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_reason_says_that_rows_of_html_need_selectors(shape: str) -> None:
    walked = walk_answers("generic", FIRST, service(html, SHAPES[shape]))
    assert walked.entries == {}
    assert "the data holds the rows as HTML: name their elements in listing.rows" in walked.red[0]


@pytest.mark.parametrize("more", [{"total": 93}, {"totalPage": 5}, {"hasMore": True}])
def test_rows_of_html_that_cannot_be_turned_are_no_whole_list(more: dict[str, Any]) -> None:
    def answer(question: Question) -> Answer:
        return json.dumps({"html": "".join(map(html, DOCUMENTS[:20])), **more}), JSON

    assert walk_answers("generic", "/service/list", answer, listing={"rows": "div.row"}).red


def test_a_second_page_of_texts_is_no_end_of_a_list() -> None:
    def shape(rows: Sequence[Any], number: int) -> Any:
        return {"result": list(rows) if number == 1 else [row["title"] for row in rows]}

    walked = walk_answers("generic", FIRST, service(data, shape))
    assert len(walked.entries) == 20
    assert walked.red
