"""What services say of the length of a list: where nothing can be turned, it is whole only if nothing says more."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.support.answered_walks import JSON, Answer, Line, Question, lines, walk_answers

Rows = Sequence[dict[str, Any]]
Shape = Callable[[Rows, int], Any]
"""An answer of (rows, documents of the list)."""
COUNTED: dict[str, Shape] = {
    "a number": lambda rows, count: {"total": count, "rows": rows},
    "a text": lambda rows, count: {"total": str(count), "rows": rows},
    "words": lambda rows, count: {"total": f"共{count}条", "rows": rows},
    "an object": lambda rows, count: {"total": {"value": count, "relation": "eq"}, "rows": rows},
    "a list of one": lambda rows, count: {"total": [count], "rows": rows},
    "beside the rows' object": lambda rows, count: [{"total": count}, {"rows": rows}],
    "far from the rows": lambda rows, count: {"data": {"a": {"list": rows}}, "ext": {"page": {"totalCount": count}}},
    "pages far from the rows": lambda rows, count: [{"pages": -(-count // 18)}, {"items": rows}],
    "in each row": lambda rows, count: {"rows": [{**row, "total": count} for row in rows]},
    "a message": lambda rows, count: {"msg": f"共查询到{count}条记录", "rows": rows},
    "a pager": lambda rows, count: {"rows": rows, "page": f"1/{-(-count // 18)}"},
    "numbers of pages": lambda rows, count: {"rows": rows, "pageNums": list(range(1, -(-count // 18) + 1))},
    "hasNext": lambda rows, count: {"rows": rows, "hasNext": str(count > len(rows)).lower()},
    "isLastPage": lambda rows, count: {"rows": rows, "isLastPage": int(count <= len(rows))},
    "nextPage": lambda rows, count: {"rows": rows, "nextPage": 2 if count > len(rows) else 0},
    "nextCursor": lambda rows, count: {"rows": rows, "nextCursor": "x1" if count > len(rows) else ""},
} | {
    name: lambda rows, count, name=name: {"rows": rows, name: count}
    for name in ("nums", "cnt", "tot", "totle", "found", "matched", "allNum", "recordTotal", "zs", "hitCount")
}  # fmt: skip
OF_SOMETHING_ELSE: tuple[dict[str, Any], ...] = (
    {"visitCount": 4000, "site": {"pv": 100, "totalVisit": 90_000}}, {"user": {"token": "abc", "msgNum": 30}},
    {"scrollId": "abc"}, {"columns": [{"name": "政策", "num": 300}]}, {"hot": {"total": 40, "list": []}},
    {"channel": {"id": 3, "total": 300}}, {"siteId": 33, "time": 1_718_000_000, "took": 12}, {"orgNum": 45},
    {"limit": 20, "offset": 0, "pageSize": "15"}, {"desc": "本目录共有 12 个部门"}, {"maxNum": 100}, {"nextPage": 1},
    {"end": 0}, {"prev": None, "next": None}, {"more": "更多"}, {"pageNums": [1]}, {"page": "1/1"},
)  # fmt: skip


def answers(documents: Sequence[Line], shape: Callable[[Rows], Any]) -> Callable[[Question], Answer]:
    rows = [{"title": line.title, "url": line.path, "publishTime": str(line.day)} for line in documents]
    return lambda question: (json.dumps(shape(rows), ensure_ascii=False), JSON)


@pytest.mark.parametrize("shape", COUNTED)
def test_rows_that_are_not_all_are_red_however_the_service_says_so(shape: str) -> None:
    documents = lines(18, "/zwgk/{number}.html")
    walked = walk_answers("generic", "/service/list?cid=3", answers(documents, lambda rows: COUNTED[shape](rows, 93)))
    assert "continues" in " ".join(walked.red)


@pytest.mark.parametrize("shape", COUNTED)
def test_rows_that_are_all_are_whole_however_the_service_says_so(shape: str) -> None:
    documents = lines(7, "/zwgk/{number}.html")
    walked = walk_answers("generic", "/service/list?cid=3", answers(documents, lambda rows: COUNTED[shape](rows, 7)))
    assert len(walked.entries) == 7
    assert walked.red == []


@pytest.mark.parametrize("beside", OF_SOMETHING_ELSE, ids=json.dumps)
def test_numbers_of_something_else_say_nothing(beside: dict[str, Any]) -> None:
    documents = lines(7, "/zwgk/{number}.html")
    walked = walk_answers("generic", "/service/list?cid=3", answers(documents, lambda rows: {"rows": rows, **beside}))
    assert len(walked.entries) == 7
    assert walked.red == []


@pytest.mark.parametrize("total", [10_000, {"value": 10_000, "relation": "gte"}, None])
@pytest.mark.parametrize(("count", "is_whole"), [(10_000, False), (10_300, True)])
def test_as_many_documents_as_searches_show_are_no_whole_list(total: Any, count: int, is_whole: bool) -> None:
    documents = [{"title": f"关于第{number}号事项的公告", "url": f"/zwgk/{number}.html"} for number in range(count)]

    def answer(question: Question) -> Answer:
        number = int(question.query["page"])
        stated = {} if total is None else {"total": total}
        return json.dumps({"data": {"list": documents[500 * number - 500 : 500 * number], **stated}}), JSON

    walked = walk_answers("generic", "/service/list?page=1&pageSize=500", answer)

    assert len(walked.entries) == count
    assert bool(walked.red) is not is_whole
