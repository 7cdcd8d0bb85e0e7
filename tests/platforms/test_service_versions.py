"""Services of several families: their versions list the same documents, and what is cut is never green."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.answered_walks import HTML, JSON, Answer, Line, Question, Walked, lines, walk_answers

CHANNEL = "0123456789abcdef" * 2
UCAP_LIST, UCAP_SEARCH = "/yx/c103661/list.shtml", f"/common/search/{CHANNEL}"
SWITCHES = "_isAgg=true&_isJson=true&_pageSize=20&_template=index"


def whole(walked: Walked, documents: list[Line]) -> None:
    assert walked.red == []
    assert set(walked.entries) == {line.url for line in documents}
    assert {entry.title for entry in walked.entries.values()} == {line.title for line in documents}


def rows(shown: list[Line]) -> str:
    links = (
        f'<li><a href="{row.path}" title="{row.title}">{row.title}</a><span>{row.day}</span></li>' for row in shown
    )
    return f"<ul>{''.join(links)}</ul>"


def search(documents: list[Line], shape: Callable[[list[Line]], Any]) -> Callable[[Question], Answer]:
    """UCAP's search, 20 lines a page. `shape` makes the value of `results`."""

    def answer(question: Question) -> Answer:
        if question.path != UCAP_SEARCH or question.query.get("_isJson") != "true":
            return None
        number = int(question.query["page"])
        shown = documents[20 * number - 20 : 20 * number]
        data = {"total": len(documents) + 4, "page": number, "rows": len(shown), "results": shape(shown)}
        return json.dumps({"data": {name: value for name, value in data.items() if value != "absent"}}), JSON

    return answer


def ucap_lines(shown: list[Line]) -> list[dict[str, str]]:
    return [{"title": row.title, "url": row.path, "publishedTimeStr": f"{row.day} 08:00:00"} for row in shown]


@pytest.mark.parametrize("beyond", [[], None, "absent"])
def test_a_page_beyond_the_last_one_ends_a_search_however_it_is_written(beyond: Any) -> None:
    documents = lines(93, "/yx/c103661/202605/{hex}.shtml")
    answer = search(documents, lambda shown: ucap_lines(shown) or beyond)
    walked = walk_answers("ucap", f"{UCAP_SEARCH}?{SWITCHES}&page=1", answer)
    whole(walked, documents)
    assert walked.amber


CALLS = (
    "$.ajax({url:'/common/search/'+channelId+'?SWITCHES&page='+page,type:'get'});",
    "var url = '/common/search/CHANNEL?SWITCHES&page=1'; load(url);",
    "fetch(`/common/search/${channelId}?SWITCHES&page=${page}`)",
    'axios.get("/common/search/" + site.channelId + "?SWITCHES&_rangeTimeGte=&page=" + n)',
    "$.getJSON('/common/search/'+cid, {page: n});",
)


@pytest.mark.parametrize("call", CALLS)
def test_a_column_without_lines_is_read_by_the_search_that_its_script_calls(call: str) -> None:
    documents = lines(93, "/yx/c103661/202605/{hex}.shtml")
    service = search(documents, ucap_lines)
    script = call.replace("SWITCHES", SWITCHES).replace("CHANNEL", CHANNEL)
    # News of another channel are beside the empty list.
    page = f"<a href='/yx/c1/202601/{CHANNEL}.shtml'>县领导调研春耕生产</a><div id='list'></div><script>{{}}</script>"

    def answer(question: Question, names: str) -> Answer:
        return (page.format(f"{names}{script}"), HTML) if question.path == UCAP_LIST else service(question)

    named = f"var channelId='{CHANNEL}', cid='{CHANNEL}';"
    whole(walk_answers("ucap", UCAP_LIST, lambda question: answer(question, named)), documents)
    if CHANNEL not in script:
        (reason,) = walk_answers("ucap", UCAP_LIST, lambda question: answer(question, "")).red
        assert "the page does not give the number of the channel" in reason


@pytest.mark.parametrize("counts", ["共{total}条", "第{page}/{pages}页", "", "<script>var totalPage={pages};</script>"])
@pytest.mark.parametrize("count", [33, 60, 7])
def test_a_search_that_answers_pages_of_the_site_is_turned_to_its_end(counts: str, count: int) -> None:
    documents = lines(count, "/yx/c103661/202605/{hex}.shtml")

    def answer(question: Question) -> Answer:
        number = int(question.query["page"])
        said = counts.format(page=number, pages=-(-count // 20), total=count)
        return f"<html>{rows(documents[20 * number - 20 : 20 * number])}<p class='page'>{said}</p></html>", HTML

    whole(walk_answers("ucap", f"{UCAP_SEARCH}?_isAgg=false&_isJson=false&_pageSize=20&page=1", answer), documents)


@pytest.mark.parametrize(
    "call",
    [
        "createPageHTML('page_div',{pages}, {page},'list','shtml',{total});",
        'createPageHTML("page_div","{pages}","{page}","list","shtml","{total}")',
        "createPageHTML('page_div',{pages},{page},'list','shtml');",
    ],
)
def test_the_pager_of_ucap_may_lack_the_total_or_quote_its_numbers(call: str) -> None:
    documents = lines(93, "/yx/c103661/202605/{hex}.shtml")

    def answer(question: Question) -> Answer:
        stem, _, number = question.path.removesuffix(".shtml").partition("list_")
        page = int(number or 1)
        script = call.format(page=page, pages=5, total=93)
        shown = documents[20 * page - 20 : 20 * page]
        return (f"<html>{rows(shown)}<script>{script}</script></html>", HTML) if shown and stem else None

    whole(walk_answers("ucap", UCAP_LIST, answer), documents)


def test_a_catalog_of_guangdong_may_answer_null_beyond_its_end() -> None:
    documents = lines(200, "/gkmlpt/content/0/700/post_{number}.html")

    def answer(question: Question) -> Answer:
        if question.path == "/gkmlpt/index":
            tree = '[{"id": 7, "name": "公告", "children": []}]'
            return f"<script>window._CONFIG = {{SID: '2', TREE: {tree}}}</script>", HTML
        number = int(question.query["page"])
        shown = documents[100 * number - 100 : 100 * number]
        articles = [{"title": row.title, "url": row.url} for row in shown] or None
        return json.dumps({"offset": 0, "articles": articles}), JSON

    whole(walk_answers("gkmlpt", "/gkmlpt/index", answer), documents)


@pytest.mark.parametrize(
    "refusal", ['{"custom": ""}', '{"status": {"code": 300}}', '{"custom": {"total": 0, "data": []}}']
)
def test_a_walk_reaches_the_second_form_of_epoints_service(refusal: str) -> None:
    documents = lines(53, "/zwgk/003/20260605/0d1f2a3b-0000-4000-8000-{number:012}.html")

    def answer(question: Question) -> Answer:
        if question.path.endswith("/govInfoPub.html"):
            return "<html><script src='/js/webBuilderCommon.js'></script><div id='list'></div></html>", HTML
        if question.path.endswith(".js"):
            site = '{"siteGuid":"7eb5f7f1-9041-43ad-8e13-8fcb82ea831a","projectName":"/EWB-FRONT"}'
            return f"var siteInfo={site};", "application/javascript"
        if "params" not in question.sent:
            return refusal, JSON
        index = question.sent["params"]["pageIndex"]
        shown = documents[20 * index : 20 * index + 20]
        data = [{"title": row.title, "infourl": row.path, "infodate": str(row.day)} for row in shown]
        return json.dumps({"custom": {"total": 53, "data": data}}), JSON

    whole(walk_answers("epoint", "/dynamic/zwgk/govInfoPub.html?categorynum=003", answer), documents)


@pytest.mark.parametrize(("pages", "last", "red"), [(50, 20, True), (50, 19, False), (49, 20, False), (51, 20, False)])
def test_a_list_of_nfcms_that_ends_with_a_full_fiftieth_page_may_be_cut(pages: int, last: int, red: bool) -> None:
    documents = lines(20 * (pages - 1) + last, "/gk/tzgg/content/post_{number}.html")

    def answer(question: Question) -> Answer:
        number = int(question.path.removesuffix(".html").partition("index_")[2] or 1)
        steps = f'<a href="index_{number + 1}.html">下一页</a>' if number < pages else '<a href="index.html">首页</a>'
        return f"<html>{rows(documents[20 * number - 20 : 20 * number])}<p>{steps}</p></html>", HTML

    walked = walk_answers("nfcms", "/gk/tzgg/index.html", answer)
    assert len(walked.entries) == len(documents)
    assert bool(walked.red) == red


VALUES = "labelName:'publicInfoList',siteId:66,organId:5,catId:6,type:4,pageSize:15,pageIndex:n,file:'/x'"
LABELS = (
    f"Ls.ajax({{url:'/site/label/8888',data:{{{VALUES}}},success:show}});",
    f"$.ajax({{type:'post',url:'/site/label/8888?IsAjax=1&dataType=html',data:{{{VALUES}}}}});",
    f"jQuery.ajax({{data:{{{VALUES}}},url:'/site/label/8888'}});",
    "$('#list').load('/site/label/8888?labelName=publicInfoList&organId=5&catId=6&pageSize=15&pageIndex=1');",
)


@pytest.mark.parametrize("call", LABELS)
def test_a_catalog_of_lonsun_is_read_however_its_script_asks(call: str) -> None:
    documents = lines(53, "/public/5/{number}.html")

    def answer(question: Question) -> Answer:
        if question.path != "/site/label/8888":
            return f"<html><a href='/public/5/12345.html'>指南</a><div id='list'></div><script>{call}</script>", HTML
        if (question.sent.get("organId"), question.sent.get("catId")) != ("5", "6"):
            return "<p>暂无相关信息</p>", HTML
        number = int(question.sent["pageIndex"])
        return f"{rows(documents[15 * number - 15 : 15 * number])}<script>p({{pageCount: 4 > 0}})</script>", HTML

    whole(walk_answers("lonsun", "/public/column/5?type=4&catId=6&action=list", answer), documents)


@pytest.mark.parametrize("counts", [{"pageCount": 5}, {"recordCount": "93"}, {"pageCount": "5", "recordCount": 93}, {}])
@pytest.mark.parametrize("written", ["{}", "cb({})"])
def test_the_older_service_of_trs_is_asked_by_get(counts: dict[str, Any], written: str) -> None:
    documents = lines(93, "/zwgk/202605/t20260511_{number}.htm")

    def answer(question: Question) -> Answer:
        if question.method != "GET" or question.query.get("classsql") != "chnlid=5727":
            return None
        number = int(question.query.get("page", 1))
        shown = documents[20 * number - 20 : 20 * number]
        docs = [{"doctitle": row.title, "docpuburl": row.url, "docreltime": str(row.day)} for row in shown]
        return written.replace("{}", json.dumps({"docs": docs, **counts})), HTML

    first = "/was5/web/search?channelid=290792&templet=docs.jsp&classsql=chnlid%3D5727&prepage=20&page=1"
    whole(walk_answers("trs_wcm", first, answer), documents)
