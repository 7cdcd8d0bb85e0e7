"""Services from which the scripts of a page load its list: their addresses for the first page, for surveys."""

import pytest

from etl.platforms.drafting.services import services_of
from etl.web.page import read_page

URL = "https://www.yunxi.example/zfxxgk/zcwj/?lm=17"
LIST = "https://www.yunxi.example/api/doc/list"


@pytest.mark.parametrize(
    ("script", "addresses"),
    [
        (f"$.getJSON('{LIST}?cid=3&page=' + page, draw)", [f"{LIST}?cid=3&page=1"]),
        ("$.getJSON('/api/doc/list', {cid: 3, page: page, size: 15}, draw)", [f"{LIST}?cid=3&page=1&size=15"]),
        ("var cid = 7; $.ajax({url: '/api/doc/list', data: {cid: cid, pageNo: no, w: w}})", [f"{LIST}?cid=7&pageNo=1"]),
        ("fetch('/api/doc/list?cid=3').then(draw)", [f"{LIST}?cid=3"]),
        ("axios.get('/api/doc/list', {params: {cid: 3, pageNum: this.page}})", [f"{LIST}?cid=3&pageNum=1"]),
        ("table.render({url: '/api/doc/list?cid=3', page: true, limit: 20})", [f"{LIST}?cid=3&page=1&limit=20"]),
        ("$.ajax({url: '/api/doc/list', type: 'post', data: {cid: 3, page: n}})", [(LIST, "cid=3&page=1")]),
        ("$.post('/api/doc/list', {cid: 3}, draw)", [(LIST, "cid=3")]),
        ("$.post('/api/doc/save', {cid: 3}, draw)", []),
        (
            "fetch('/api/doc/list', {method: 'POST', body: JSON.stringify({cid: '3', pageNo: no})})",
            [(LIST, '{"cid": "3", "pageNo": 1}')],
        ),
        (
            "var lm = query('lm'), cid = query('cid'); $.get('/api/doc/list', {lm: lm, cid: cid, current: pageNum})",
            [f"{LIST}?lm=17&current=1"],
        ),
        (
            "$.post('/doc/findListByCode', {cid: 3, page: n})",
            [("https://www.yunxi.example/doc/findListByCode", "cid=3&page=1")],
        ),
        ("$.get('/api/doc-list-' + n + '.html', draw)", ["https://www.yunxi.example/api/doc-list-"]),
        (
            "axios.post('/site-service/c/findManuscriptsByColumnId', {id: '7', current: this.current})",
            [("https://www.yunxi.example/site-service/c/findManuscriptsByColumnId", '{"id": "7", "current": 1}')],
        ),
        (
            "axios.get('/api/doc/list', {params: {cid: 3, currPage: this.currPage}})",
            [f"{LIST}?cid=3&currPage=1"],
        ),
        (
            "$.ajax({url: '/x/docAction.action?cmd=getList', type: 'post', data: {cid: 3, pageIndex: n}})",
            [("https://www.yunxi.example/x/docAction.action?cmd=getList", "cid=3&pageIndex=1")],
        ),
        ("$.post('/x/docAction.action?cmd=saveVote', {cid: 3})", []),
        ("$.post('/x/docAction.action?cmd=deleteNews', {cid: 3})", []),
        ("$.post('/news/addReadNum', {cid: 3})", []),
        ("$.post('/news/batchDelete', {cid: 3})", []),
        ("$.get('updateClick.do?cid=3')", []),
        ("$.get('savelog.php', {cid: 3})", []),
        ("$.get('logout.do')", []),
        ("$.get('docs.do?cid=3')", ["https://www.yunxi.example/zfxxgk/zcwj/docs.do?cid=3"]),
        ("$.post('/search/saveRecords?r=0.5', {cid: 3})", []),
        ("$.post('/news/getUpdateList', {cid: 3})", [("https://www.yunxi.example/news/getUpdateList", "cid=3")]),
        ("// $.getJSON('/api/doc/list?cid=3', draw)", []),
        ("$.getJSON('/api/weather?city=3', draw)", []),
    ],
)
def test_what_a_script_requests_first_is_the_address_of_its_service(
    script: str, addresses: list[str | tuple[str, str]]
) -> None:
    page = read_page(f"<html><body><ul></ul><script>{script}</script></body></html>".encode(), URL)
    assert list(services_of(page)) == [each if isinstance(each, tuple) else (each, "") for each in addresses]


def test_a_form_that_a_script_sends_is_posted_with_its_fields() -> None:
    form = (
        '<form id="query"><input type="hidden" name="lm" value="17"><input type="hidden" name="PAGENUMBER" value="">'
        '<select name="sort"><option value="1">时间</option><option value="2" selected>标题</option></select>'
        '<input type="checkbox" name="all" value="1"><input type="submit" name="go" value="查询"></form>'
    )
    script = '$.ajax({type: "post", url: "docList_find.jsp", data: $("#query").serialize(), success: draw})'
    page = read_page(f"<html><body>{form}<script>{script}</script></body></html>".encode(), URL)
    address = "https://www.yunxi.example/zfxxgk/zcwj/docList_find.jsp"
    assert list(services_of(page)) == [(address, "lm=17&PAGENUMBER=1&sort=2")]
