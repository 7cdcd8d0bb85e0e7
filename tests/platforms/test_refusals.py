"""Services that refuse: however an answer without rows says so, it is neither an empty list nor the end of one; and
however an answer behind the last page says that it went well, it is that end."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from etl.platforms.answers.refusals import refusal_in
from tests.support.answered_walks import JSON, Answer, Question, lines, walk_answers

PATH = "/service/list"
WELL: tuple[Mapping[str, Any], ...] = (
    {"code": 200, "msg": "操作成功"}, {"code": 0, "message": "success"}, {"success": True, "errorMsg": None},
    {"status": "1", "msg": ""}, {"resultCode": "0", "resultMsg": "ok"}, {"errcode": 0, "errmsg": "ok"}, {"ret": 0},
    {"state": "200"}, {"flag": True}, {"status": {"code": 1, "text": ""}}, {"result": "success"}, {"error": False},
    {"head": {"code": "0000", "msg": "交易成功"}}, {"code": "SUCCESS"}, {"code": 10_000, "msg": "OK"}, {},
    {"retcode": "2000", "retmsg": "获取数据成功"}, {"errorCode": None}, {"code": 404, "msg": "暂无数据"},
    {"success": False, "msg": "没有更多了"}, {"siteCode": "5301000001", "areaCode": 530_000, "info": "政策文件"},
)  # fmt: skip
REFUSED: tuple[Mapping[str, Any], ...] = (
    {"code": 500, "msg": "系统异常，请联系管理员"}, {"code": 401, "message": "未登录"}, {"success": False},
    {"status": "0", "msg": "token失效"}, {"resultCode": "-1", "resultMsg": "查询失败"}, {"errcode": 40_001},
    {"ret": -1, "info": "参数错误"}, {"state": "500"}, {"status": {"code": 0, "text": "验证码错误"}}, {"error": True},
    {"result": "fail"}, {"head": {"code": "9999", "msg": "交易没有完成"}}, {"code": "ERROR"}, {"resCode": "999999"},
    {"code": 200, "msg": "访问过于频繁，请稍后再试"}, {"code": 0, "message": "请先登录"}, {"flag": False},
    {"code": 200, "message": "Invalid sign"}, {"code": 500, "msg": "请求成功"}, {"code": 0, "msg": "没有权限"},
    {"status": 404, "error": "Not Found", "path": PATH},
)  # fmt: skip
EMPTY: tuple[Mapping[str, Any], ...] = (
    {"data": {"list": []}}, {"data": None}, {"data": []}, {"data": {}}, {"data": {"list": None}}, {"data": ""},
    {"data": {"list": [], "total": 0}},
)  # fmt: skip


def service(count: int, behind: Mapping[str, Any], *, from_page: int = 99, total: bool) -> Callable[[Question], Answer]:
    """A service of so many documents, 20 a page. `behind`: what it answers after the last page, or from `from_page`."""

    def answer(question: Question) -> Answer:
        number = int(question.sent["page"])
        shown = lines(count, "/zwgk/{number}.html")[(number - 1) * 20 : number * 20]
        if not shown or number >= from_page:
            return json.dumps(behind), JSON
        rows = [{"title": line.title, "url": line.path, "publishTime": str(line.day)} for line in shown]
        return json.dumps({"data": {"list": rows} | ({"total": count} if total else {})}), JSON

    return answer


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("empty", EMPTY, ids=json.dumps)
@pytest.mark.parametrize("state", WELL, ids=json.dumps)
def test_an_answer_without_rows_that_went_well_ends_a_list(
    state: Mapping[str, Any], empty: Mapping[str, Any], total: bool
) -> None:
    walked = walk_answers("generic", f"{PATH}?page=1&size=20", service(80, {**state, **empty}, total=total))

    assert len(walked.entries) == 80
    assert walked.red == []


@pytest.mark.parametrize("from_page", [1, 3])
@pytest.mark.parametrize("empty", EMPTY, ids=json.dumps)
@pytest.mark.parametrize("state", REFUSED, ids=json.dumps)
def test_an_answer_that_refuses_ends_none(state: Mapping[str, Any], empty: Mapping[str, Any], from_page: int) -> None:
    refused = service(93, {**state, **empty}, from_page=from_page, total=False)

    walked = walk_answers("generic", f"{PATH}?page=1&size=20", refused)

    assert len(walked.entries) == 20 * (from_page - 1)
    assert "the service answers: " in walked.red[0]


@pytest.mark.parametrize("state", REFUSED, ids=json.dumps)
def test_what_a_family_takes_for_the_end_of_a_list_is_none_if_the_service_refuses(
    state: Mapping[str, Any],
) -> None:
    def answer(question: Question) -> Answer:
        number = int(question.sent["page"])
        shown = lines(93, "/zwgk/{number}.html")[(number - 1) * 20 : number * 20] if number < 3 else []
        rows = [{"title": line.title, "url": line.url, "publishedTimeStr": str(line.day)} for line in shown]
        data = {"total": 93 if shown else 0, "page": number, "rows": 20, "results": rows}
        return json.dumps({"results": {"data": data}, **({} if shown else state)}), JSON

    walked = walk_answers("ucap", "/getFileListByCodeId?channelId=5&page=1&size=20", answer)

    assert len(walked.entries) == 40
    assert walked.red


@pytest.mark.parametrize("path", ["/zwgk/zcwj/", "/zwgk/index_1.html", "/zwgk/list.shtml", "/sitemap.xml"])
@pytest.mark.parametrize("empty", [{"total": 0, "rows": []}, {"code": 200, "data": []}])
@pytest.mark.parametrize("family", ["generic", "trs_wcm", "vsb", "openness"])
def test_data_without_rows_in_the_place_of_a_page_is_no_empty_list(
    family: str, empty: Mapping[str, Any], path: str
) -> None:
    walked = walk_answers(family, path, lambda _: (json.dumps(empty), JSON))

    assert "not_a_listing" in walked.red[0]


@pytest.mark.parametrize(
    ("path", "beyond"),
    [("/api/gk/", {"rows": []}), ("/openapi/gk/", {"code": 200, "data": []}), ("/zwgk/gk/", {"total": 40, "rows": []})],
)
def test_data_without_rows_ends_the_list_of_a_service_whose_path_ends_in_a_slash(
    path: str, beyond: Mapping[str, Any]
) -> None:
    def answer(question: Question) -> Answer:
        shown = lines(40, "/n/{number}.html")[20 * int(question.query["page"]) - 20 :][:20]
        rows = [{"title": line.title, "url": line.url} for line in shown]
        return json.dumps({"rows": rows} if rows else beyond), JSON

    walked = walk_answers("generic", f"{path}?page=1", answer)

    assert (len(walked.entries), walked.red) == (40, [])


def test_the_words_of_a_refusal_are_quoted() -> None:
    assert refusal_in({"code": 1, "data": None, "msg": "签名错误"}) == "签名错误"
    assert refusal_in({"code": 7}) == "code: 7"
    assert refusal_in({"result": {"errorCode": "31", "desc": "当前时段不提供服务"}}) == "当前时段不提供服务"


@pytest.mark.parametrize(
    "content", [[], [1], "x", None, {"code": [500]}, {"result": "<li>" * 30}, {"result": "[]"}, {"text": "错误" * 200}]
)
def test_what_is_no_code_and_no_message_says_nothing(content: Any) -> None:
    assert refusal_in(content) == ""
