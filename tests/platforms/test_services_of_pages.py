"""Services from which the scripts of a page load its list: their addresses for the first page, for surveys."""

import time

import pytest

from etl.platforms.drafting.services import MAX_CHOICES, services_of
from etl.platforms.drafting.written_addresses import written_addresses
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
        ("$.get('/api/doc-list-' + n + '.html', draw)", ["https://www.yunxi.example/api/doc-list-1.html"]),
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
        ("$.post('/news/delete/17', {cid: 3})", []),
        ("$.post('/news/newsSave.do', {cid: 3})", []),
        ("$.post('/docAction!save.do', {page: 1})", []),
        ("$.post('/xxgk/apply', {cid: 3})", []),
        ("$.post('/news/ajax.ashx', {action: 'deleteNews', cid: 3})", []),
        ("axios.post('/news/api', {method: 'saveNews', page: 1})", []),
        ("$.get('/news/rpc?op=list&action=delete&page=1')", []),
        ("$.getJSON('/news/latestUpdate.json?page=1')", ["https://www.yunxi.example/news/latestUpdate.json?page=1"]),
        ("$.getJSON('/publish/newsList.do?page=1')", ["https://www.yunxi.example/publish/newsList.do?page=1"]),
        ("$.get('http://[/list?page=1')", []),
        ("$.get('updateClick.do?cid=3')", []),
        ("$.get('savelog.php', {cid: 3})", []),
        ("$.get('logout.do')", []),
        ("$.get('/sso/exit')", []),
        ("$.get('/cache/clearNews', {page: 1})", []),
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
    assert [(each.url, each.post) for each in services_of(page)] == [
        each if isinstance(each, tuple) else (each, "") for each in addresses
    ]


BASE = "https://www.yunxi.example"


@pytest.mark.parametrize(
    ("script", "service"),
    [
        (
            "var base = '/gw'; $.getJSON(base + '/doc/list', {page: 1, limit: 9}, f)",
            (f"{BASE}/gw/doc/list?page=1&limit=9", ""),
        ),
        (
            "window.config = {token: 'b7d1', api: {list: '/gk/list'}};"
            "$.get(window.config.api.list, {token: config.token, pageNo: n}, f)",
            (f"{BASE}/gk/list?token=b7d1&pageNo=1", ""),
        ),
        (
            "function q(p) { $.post('/doc/list', {lm: 'A1', p: p}, f) } q(1)",
            (f"{BASE}/doc/list", "lm=A1&p=1"),
        ),
        (
            "new Vue({data: {pageNum: 1, size: 10}, methods: {load() { axios.post('/doc/list', {pageNum: this.pageNum,"
            " size: this.size}) }}})",
            (f"{BASE}/doc/list", '{"pageNum": 1, "size": 10}'),
        ),
        (
            "axios({method: 'post', url: '/doc/list', data: Qs.stringify({page: 1, kind: 'xw'})})",
            (f"{BASE}/doc/list", "page=1&kind=xw"),
        ),
        (
            "const api = axios.create({baseURL: '/prod-api'}); const get = q => api.get('/doc/page', {params: q});"
            "get({pageNum: 1, pageSize: 10, lm: 'zc'})",
            (f"{BASE}/prod-api/doc/page?pageNum=1&pageSize=10&lm=zc", ""),
        ),
        (
            "$('#t').bootstrapTable({url: '/doc/list', pagination: true, sidePagination: 'server', pageSize: 15})",
            (f"{BASE}/doc/list?order=asc&offset=0&limit=15", ""),
        ),
        (
            "$('#t').bootstrapTable({url: '/doc/list', pagination: true, pageSize: 15,"
            " queryParams: function (params) { return {rows: params.limit, page: params.offset / params.limit + 1} }})",
            (f"{BASE}/doc/list?rows=10&page=1", ""),
        ),
        (
            "$('#t').datagrid({url: '/doc/find.do', queryParams: {lm: '02'}, pagination: true, pageSize: 20})",
            (f"{BASE}/doc/find.do", "lm=02&page=1&rows=20"),
        ),
        (
            "$('#t').DataTable({serverSide: true, pageLength: 25, ajax: {url: '/doc/data', type: 'POST'}})",
            (f"{BASE}/doc/data", "draw=1&start=0&length=25"),
        ),
        (
            "$('#t').DataTable({serverSide: true, ajax: {url: '/docs', data: function (d) { d.lm = '7'; d.k = w.k }}})",
            (f"{BASE}/docs?draw=1&lm=7&start=0&length=10", ""),
        ),
        (
            "$.post('/doc/list', {page: 1, no: 99999999999999999999, lm: '\\ud83d\\ude00', key: '\\ud83d'})",
            (f"{BASE}/doc/list", "page=1&lm=%F0%9F%98%80&key=%EF%BF%BD"),
        ),
        (
            "axios.create({baseURL: lm}); var lm = '/a'; lm = '/b'; axios.create({baseURL: '/b'});"
            "axios.get('/doc/list?page=1')",
            (f"{BASE}/a/doc/list?page=1", ""),
        ),
        (
            "$('#t').jqGrid({url: '/doc/list', datatype: 'json', mtype: 'GET', rowNum: 15, colModel: []})",
            (f"{BASE}/doc/list?_search=false&page=1&rows=15", ""),
        ),
        (
            "new MeScroll('m', {up: {callback: up, page: {num: 0, size: 8}}});"
            "function up(page) { $.get('/doc/list?no=' + page.num + '&size=' + page.size, f) }",
            (f"{BASE}/doc/list?no=1&size=8", ""),
        ),
        (
            "function load() { me.page++; $.get('/doc/list', {page: me.page}, f) } var me = {page: 0}",
            (f"{BASE}/doc/list?page=1", ""),
        ),
        (
            "$.ajax({url: '/doc/list', type: 'post', data: {current: 1, channelCode: ['zc']}})",
            (f"{BASE}/doc/list", "current=1&channelCode%5B%5D=zc"),
        ),
        (
            "$.ajax({url: '/cms/docs?callback=?', dataType: 'jsonp', data: {page: 1}})",
            (f"{BASE}/cms/docs?callback=callback&page=1", ""),
        ),
        (
            "var xhr = new XMLHttpRequest(); xhr.open('GET', '/doc/list?page=' + page); xhr.send()",
            (f"{BASE}/doc/list?page=1", ""),
        ),
        (
            "fetch(`${api}?lm=7&page=${page}`); const api = '/api/docs'",
            (f"{BASE}/api/docs?lm=7&page=1", ""),
        ),
        (
            "var r = '/api'; function a(e, t) { fetch(''.concat(r, '/docs?page=').concat(e, '&size=').concat(t)) }"
            "a(1, 12)",
            (f"{BASE}/api/docs?page=1&size=12", ""),
        ),
        (
            "var o = {type: 'POST', url: '/doc/list', data: {lm: '7', page: 1}}; $.ajax(o).done(draw)",
            (f"{BASE}/doc/list", "lm=7&page=1"),
        ),
        (
            "fetch('/doc/list?page=1&lm=' + this.$route.query.lm)",
            (f"{BASE}/doc/list?page=1&lm=17", ""),
        ),
        (
            "(function ($, C) { $.get(C.url, {code: C.code, page: 1}, f) })(jQuery, {url: '/doc/list', code: 'Z'})",
            (f"{BASE}/doc/list?code=Z&page=1", ""),
        ),
        (
            "var x = new XMLHttpRequest(); x.open('POST', '/doc/list'); x.send('page=1&lm=7')",
            (f"{BASE}/doc/list", "page=1&lm=7"),
        ),
        (
            "$.ajax({type: 'POST', contentType: 'application/json', url: '/doc.asmx/GetList', data: \"{'page':1}\"})",
            (f"{BASE}/doc.asmx/GetList", '{"page": 1}'),
        ),
        (
            "$('#p').pagination({dataSource: '/doc/list?m=2', pageSize: 9, alias: {pageNumber: 'no', pageSize: 'n'}})",
            (f"{BASE}/doc/list?m=2&no=1&n=9", ""),
        ),
        (
            "$('#g').kendoGrid({dataSource: {transport: {read: {url: '/docs'}}, serverPaging: true, pageSize: 12}})",
            (f"{BASE}/docs?page=1&pageSize=12", ""),
        ),
        (
            "var q = new URLSearchParams(); q.append('page', 1); q.append('lm', '7'); axios.post('/doc/list', q)",
            (f"{BASE}/doc/list", '{"page": 1, "lm": "7"}'),
        ),
    ],
)  # fmt: skip
def test_a_request_is_made_of_what_the_scripts_say_elsewhere(script: str, service: tuple[str, str]) -> None:
    page = read_page(f"<html><body><ul></ul><script>{script}</script></body></html>".encode(), URL)
    assert [(each.url, each.post) for each in services_of(page)][:1] == [service]


@pytest.mark.parametrize(
    ("element", "service"),
    [
        (
            """<table class="easyui-datagrid" data-options="url:'/gk/list.do',method:'get',pagination:true">""",
            f"{BASE}/gk/list.do?page=1&rows=10",
        ),
        (
            '<table data-toggle="table" data-url="/gk/list" data-pagination="true" data-page-size="12">',
            f"{BASE}/gk/list?order=asc&offset=0&limit=12",
        ),
        ("""<table lay-data="{url: '/gk/list', page: true, limit: 30}">""", f"{BASE}/gk/list?page=1&limit=30"),
        (
            """<table class="easyui-datagrid" url="/gk/list" method="get" pagination="true" data-options="pageSize:20">
            """,
            f"{BASE}/gk/list?page=1&rows=20",
        ),
        (
            """<table data-url="/gk/list" data-pagination="true" data-query-params="sent"></table>
            <script>function sent(p) { return {pageNo: p.offset / p.limit + 1, pageSize: p.limit, org: 'A'} }
            </script>""",
            f"{BASE}/gk/list?pageNo=1&pageSize=10&org=A",
        ),
        (
            """<a onclick="show('A2')">解读</a><script>var code = 'A1'; function show(c) { code = c; q(1) }
            function q(p) { $.get('/gk/rows', {lm: code, page: p}, f) }</script>""",
            f"{BASE}/gk/rows?lm=A1&page=1",
        ),
        (
            """<ul id="l" data-url="/gk/rows" data-lm="3"></ul>
            <script>var l = $('#l'); $.get(l.data('url'), {lm: l.data('lm'), page: p}, f)</script>""",
            f"{BASE}/gk/rows?lm=3&page=1",
        ),
    ],
)
def test_elements_say_what_libraries_request(element: str, service: str) -> None:
    page = read_page(f"<html><body>{element}</body></html>".encode(), URL)
    assert [each.url for each in services_of(page)][:1] == [service]


@pytest.mark.parametrize(
    "script",
    [
        "$.post('/vote/item', {id: 3})",
        "$.post('/api/visit/page', {url: location.href})",
        "layer.open({type: 2, url: '/help.html'})",
        "var nav = [{name: '首页', url: '/index.html'}, {name: '公开', url: '/gk/'}]",
        "$.get(unknown + 'list', {page: 1})",
        "document.getElementById('a/b')",
    ],
)
def test_what_asks_for_no_list_is_no_service(script: str) -> None:
    page = read_page(f"<html><body><ul></ul><script>{script}</script></body></html>".encode(), URL)
    assert services_of(page) == []


def test_the_number_in_the_path_of_further_pages_has_its_place() -> None:
    script = "function show(n) { $('#l').load('/xw/part/list_' + n + '.html') } show(1)"
    page = read_page(f"<html><body><div id='l'></div><script>{script}</script></body></html>".encode(), URL)
    [service] = services_of(page)
    assert (service.url, service.pages) == (f"{BASE}/xw/part/list_1.html", "list_{page}.html")


def test_other_parts_of_a_list_are_named_by_the_page() -> None:
    choice = "<select id='y'><option value='2026'>2026年</option><option value='2025'>2025年</option></select>"
    script = "function q(p) { $.getJSON('/doc/list', {year: $('#y').val(), page: p}, f) } q(1)"
    page = read_page(f"<html><body>{choice}<script>{script}</script></body></html>".encode(), URL)
    [service] = services_of(page)
    assert service.url == f"{BASE}/doc/list?year=2026&page=1"
    assert [(each.url, each.name) for each in service.others] == [(f"{BASE}/doc/list?year=2025&page=1", "2025年")]


MANY = [(f"{n:03}", f"桐溪第{n}局") for n in range(MAX_CHOICES + 3)]


@pytest.mark.parametrize(
    "choice",
    [
        "<select id=d>" + "".join(f"<option value='{n}'>{name}</option>" for n, name in MANY) + "</select>",
        "<script>var dept = '000', all = ["
        + ", ".join(f"{{name: '{name}', value: '{n}'}}" for n, name in MANY)
        + "]</script>",
        "".join(f"<a onclick=\"show('{n}')\">{name}</a>" for n, name in MANY)
        + "<script>var dept = '000'; function show(no) { dept = no }</script>",
        "<script>var all = [" + ", ".join(f"'{n}'" for n, _ in MANY) + "], dept = all[place], place = 0</script>",
    ],
    ids=["a selection", "a list", "links", "items"],
)
def test_choices_that_are_too_many_to_be_tried_are_counted(choice: str) -> None:
    value = "$('#d').val()" if "<select" in choice else "dept"
    script = f"$.getJSON('/doc/list', {{dept: {value}, page: 1}}, f)"
    page = read_page(f"<html><body>{choice}<script>{script}</script></body></html>".encode(), URL)
    [service] = services_of(page)
    assert [each.url for each in service.others] == [
        f"{BASE}/doc/list?dept={n}&page=1" for n, _ in MANY[1 : MAX_CHOICES + 1]
    ]
    assert service.untried == 2


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (
            "<script>var app = {tabs: [{label: '通知公告', value: 'A'}, {label: '政策解读', value: 'B'}], active: 'A'};"
            "$.get('/r', {lm: this.active, page: 1}, f)</script>",
            ["A", "B"],
        ),
        (
            "<label><input type='radio' name='y' value='A' checked>文件</label>"
            "<label><input type='radio' name='y' value='B'>解读</label>"
            "<script>$.get('/r', {lm: $('input[name=y]:checked').val(), page: 1}, f)</script>",
            ["A", "B"],
        ),
        (
            "<script>var codes = ['A', 'B']; function q(i) { $.get('/r', {lm: codes[i], page: 1}, f) } q(0)</script>",
            ["A", "B"],
        ),
        (
            "<ul><li class='on' data-lm='A'>文件</li><li data-lm='B'>解读</li></ul>"
            "<script>$.get('/r', {lm: $('.on').data('lm'), page: 1}, f)</script>",
            ["A", "B"],
        ),
        (
            "<script>var orders = [{label: '按时间', value: 'A'}, {label: '按标题', value: 'B'}], order = 'A';"
            "$.get('/r', {lm: order, page: 1}, f)</script>",
            ["A"],
        ),
        (
            "<select id='s'><option value='A'>每页10条</option><option value='B'>每页20条</option></select>"
            "<script>$.get('/r', {lm: $('#s').val(), page: 1}, f)</script>",
            ["A"],
        ),
        (
            "<script>var lm = location.pathname.split('/')[2]; $.get('/r', {lm: lm, page: 1}, f)</script>",
            ["zcwj"],
        ),
    ],
)
def test_each_choice_of_a_part_is_a_list_and_no_other_choice(content: str, codes: list[str]) -> None:
    page = read_page(f"<html><body>{content}</body></html>".encode(), URL)
    [service] = services_of(page)
    addresses = [each.url for each in (service, *service.others)]
    assert addresses == [f"{BASE}/r?lm={code}&page=1" for code in codes]


def test_a_choice_of_all_parts_is_taken_for_the_list() -> None:
    choice = "<select id='dept'><option value='3' selected>财政局</option><option value=''>全部</option></select>"
    script = "$.getJSON('/doc/list', {dept: $('#dept').val(), page: 1}, f)"
    page = read_page(f"<html><body>{choice}<script>{script}</script></body></html>".encode(), URL)
    [service] = services_of(page)
    assert (service.url, service.others) == (f"{BASE}/doc/list?dept=&page=1", ())


def test_a_function_that_loads_several_lists_asks_for_each() -> None:
    script = "function load(code, p) { $.get('/doc/list', {code: code, page: p}, f) } load('A1', 1); load('A2', 1)"
    page = read_page(f"<html><body><script>{script}</script></body></html>".encode(), URL)
    [service] = services_of(page)
    addresses = [service.url, *(each.url for each in service.others)]
    assert addresses == [f"{BASE}/doc/list?code=A1&page=1", f"{BASE}/doc/list?code=A2&page=1"]


def test_what_a_click_passes_on_is_another_list() -> None:
    links = """<a onclick="show('A1', this)">文件</a><a href="javascript:show('A2', this)">解读</a>"""
    script = (
        "var code = 'A1'; function show(c, e) { code = c; q(1) } function q(p) { $.get('/r', {lm: code, page: p}, f) }"
    )
    page = read_page(f"<html><body>{links}<script>{script}</script></body></html>".encode(), URL)
    [service] = services_of(page)
    assert [service.url, *(each.url for each in service.others)] == [f"{BASE}/r?lm=A1&page=1", f"{BASE}/r?lm=A2&page=1"]


def test_a_list_comes_before_the_few_rows_of_a_box() -> None:
    script = "$.get('/notice/list', {page: 1, size: 6}, f); $.get('/doc/list', {page: 1, size: 10}, f)"
    page = read_page(f"<html><body><script>{script}</script></body></html>".encode(), URL)
    assert services_of(page)[0].url == f"{BASE}/doc/list?page=1&size=10"


@pytest.mark.parametrize(
    "code",
    [
        "var x = " + "(" * 3000 + "1" + ")" * 3000,
        "var x = " + "[" * 3000,
        "var x = " + "{a: " * 2000 + "1" + "}" * 2000,
        "var x = '/' + " + " + ".join(["y"] * 5000),
        "var x = f(" * 1500 + ")" * 1500,
        "var x = y, y = z, z = x; function f(a) { return g(a) } function g(a) { return f(a) } var w = f(g(x))",
        "var x = " + "!" * 5000 + "1",
        "var x = " + "y ? " * 3000 + "1" + " : 2" * 3000,
        "function a(e) { b(e) } function b(e) { a(e) } a(b)",
        "var x = `${`${`${y}`}`}`",
        "x ? y : z ? : : ) ] }",
    ],
    ids=range(11),
)
def test_odd_scripts_beside_a_request_cost_little(code: str) -> None:
    request = "$.get('/doc/list', {page: 1, lm: x}, draw)"
    page = read_page(f"<html><body><script>{code}</script><script>{request}</script></body></html>".encode(), URL)
    start = time.process_time()
    services = services_of(page)
    written_addresses(page, LIST)
    assert time.process_time() - start < 5
    assert [each.url.partition("?")[0] for each in services] == [f"{BASE}/doc/list"]


def test_a_form_that_a_script_sends_is_posted_with_its_fields() -> None:
    form = (
        '<form id="query"><input type="hidden" name="lm" value="17"><input type="hidden" name="PAGENUMBER" value="">'
        '<select name="sort"><option value="1">时间</option><option value="2" selected>标题</option></select>'
        '<input type="checkbox" name="all" value="1"><input type="submit" name="go" value="查询"></form>'
    )
    script = '$.ajax({type: "post", url: "docList_find.jsp", data: $("#query").serialize(), success: draw})'
    page = read_page(f"<html><body>{form}<script>{script}</script></body></html>".encode(), URL)
    address = "https://www.yunxi.example/zfxxgk/zcwj/docList_find.jsp"
    assert [(each.url, each.post) for each in services_of(page)] == [(address, "lm=17&PAGENUMBER=1&sort=2")]
