"""A survey of a page whose list its script files request: the draft names the service, or says what was not read."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
import yaml
from starlette.responses import Response

from demo import generic
from demo.generic import PlainSite
from demo.server import Call, serve
from etl.errors import GongkaiError
from etl.pipeline.survey.draft import draft
from etl.pipeline.survey.survey import MAX_REQUESTS, MAX_REQUESTS_OF_LIST, Survey, survey_page, survey_site
from etl.platforms.drafting.script_files import MAX_FILES
from etl.platforms.drafting.services import MAX_CHOICES

TODAY = date(2026, 5, 1)
ROWS = [
    {"id": 700 - n, "title": f"云溪县关于公布第{n + 1}批农村公路名录的通知", "day": str(TODAY - timedelta(days=10 * n))}
    for n in range(24)
]


@pytest.fixture
def site() -> Iterator[PlainSite]:
    demo = generic.demo()
    put(demo, r"/d/\d+\.html", page("<h1>云溪县关于公布农村公路名录的通知</h1>"))
    with serve(demo):
        yield demo


def put(site: PlainSite, path: str, content: str | Callable[[dict[str, str]], Any]) -> None:
    """Lets the site answer with a text, or with the data that a function makes of what is sent."""

    def answer(call: Call) -> Response:
        if isinstance(content, str):
            kind = "text/javascript" if path.endswith(".js") else "text/html"
            return Response(content, media_type=kind)
        return Response(json.dumps(content(dict(call.request.query_params))), media_type="application/json")

    site.path_faults[path] = answer


def page(body: str, *files: str) -> str:
    scripts = "".join(f'<script src="{file}"></script>' for file in files)
    return f"<html><head><title>政策文件</title></head><body>{body}{scripts}</body></html>"


def rows(sent: dict[str, str], of: list[dict[str, Any]] = ROWS) -> dict[str, Any]:
    start = (int(sent.get("page", "1")) - 1) * 10
    return {"total": len(of), "rows": of[start : start + 10]}


def survey(url: str) -> tuple[Survey, list[str]]:
    requested: list[str] = []
    return asyncio.run(survey_site(url, "test", True, 0, 12, requested.append)), requested


def drafted(site: PlainSite, path: str) -> tuple[dict[str, Any], str]:
    text = draft(survey(f"{site.base}{path}")[0], TODAY, allow_private=True)
    return yaml.safe_load(text), text


LIST = """var lm = getQuery('lm');
function load(p) { $.getJSON(base + '/docs', {lm: lm, page: p}, function (r) { r.rows.forEach(function (o) {
  $('#list').append('<li><a href="/d/' + o.id + '.html">' + o.title + '</a>' + o.day + '</li>') }) }) }
load(1)"""


def test_a_service_that_a_script_file_requests_is_the_list(site: PlainSite) -> None:
    put(site, "/gk/", page('<ul id="list"></ul>', "/js/config.js", "/js/list.js"))
    put(site, "/js/config.js", "var base = '/gw'")
    put(site, "/js/list.js", LIST)
    put(site, "/gw/docs", rows)
    source, _ = drafted(site, "/gk/?lm=7")
    assert source["columns"] == [{"url": f"{site.base}/gw/docs?lm=7&page=1", "name": "政策文件"}]
    assert source["listing"] == {"address": "/d/{id}.html"}


def test_the_form_of_addresses_is_one_under_which_a_document_is_there(site: PlainSite) -> None:
    put(site, "/gk/", page('<ul id="list"></ul>', "/l.js"))
    links = "mobile ? '<a href=\"/m/' + o.id + '\">' + o.title : '<a href=\"/d/' + o.id + '.html\">' + o.title"
    put(site, "/l.js", f"$.get('/docs', {{page: 1}}, function (r) {{ h += {links} }})")
    put(site, "/docs", rows)
    assert drafted(site, "/gk/")[0]["listing"] == {"address": "/d/{id}.html"}
    put(site, "/l.js", "$.get('/docs', {page: 1}, function (r) { h += '<a href=\"/m/' + o.id + '\">' + o.title })")
    with pytest.raises(GongkaiError, match=r"those that the scripts make \(/m/\{id\}\) lead to no document"):
        drafted(site, "/gk/")


def test_pieces_of_a_page_are_turned_by_the_number_in_their_address(site: PlainSite) -> None:
    def piece(start: int) -> str:
        shown = (f'<li><a href="/d/{row["id"]}.html">{row["title"]}</a></li>' for row in ROWS[start : start + 12])
        return f"<ul class='rows'>{''.join(shown)}</ul>"

    put(site, "/gk/", page(f'{piece(0)}<div id="pg"></div>', "/l.js"))
    put(
        site,
        "/l.js",
        "function go(p) { $('.rows').load('/part.php?p=' + p + ' .rows li') } $('#pg').jqPaginator({f: go})",
    )
    put(site, "/part.php", piece(0))
    source, _ = drafted(site, "/gk/")
    assert [column["url"] for column in source["columns"]] == [f"{site.base}/part.php?p=1"]
    assert source["listing"]["pages"] == "part.php?p={page}"


def test_each_tab_of_a_page_is_a_list(site: PlainSite) -> None:
    tabs = '<ul class="tab"><li class="on" data-id="a">通知公告</li><li data-id="b">政策解读</li></ul>'
    put(site, "/gk/", page(f'{tabs}<ul id="list"></ul>', "/l.js"))
    put(site, "/l.js", LIST.replace("base + '/docs', {lm: lm", "'/docs', {lm: $('.tab .on').data('id')"))
    put(site, "/docs", lambda sent: rows(sent, ROWS[:12] if sent["lm"] == "a" else ROWS[12:]))
    assert drafted(site, "/gk/")[0]["columns"] == [
        {"url": f"{site.base}/docs?lm=a&page=1", "name": "政策文件"},
        {"url": f"{site.base}/docs?lm=b&page=1", "name": "政策文件 政策解读"},
    ]


def test_rows_of_a_box_beside_an_empty_list_are_not_the_list(site: PlainSite) -> None:
    hot = "".join(f'<li><a href="/hot/{n}01.html">云溪县举办第{n}届群众文化节</a></li>' for n in range(1, 8))
    put(site, "/gk/", page(f'<ul id="list"></ul><div class="hot"><h3>热点推荐</h3><ul>{hot}</ul></div>', "/l.js"))
    put(site, "/l.js", LIST.replace("base + '/docs'", "'/docs'"))
    put(site, "/docs", rows)
    assert [column["url"] for column in drafted(site, "/gk/")[0]["columns"]] == [f"{site.base}/docs?page=1"]


def test_a_list_whose_further_rows_a_script_file_requests_is_that_of_the_service(site: PlainSite) -> None:
    first = "".join(
        f'<li><a href="/d/{row["id"]}.html">{row["title"]}</a><i>{row["day"]}</i></li>' for row in ROWS[:10]
    )
    put(site, "/gk/", page(f'<ul class="rows">{first}</ul><a id="more" href="javascript:;">加载更多</a>', "/more.js"))
    more = "var n = 2; $('#more').click(function () { $.get('/docs', {page: n}, draw) });"
    more += "function draw(r) { h += '<a href=\"/d/' + r.rows[i].id + '.html\">' + r.rows[i].title }"
    put(site, "/more.js", more)
    put(site, "/docs", rows)
    source, _ = drafted(site, "/gk/")
    assert [column["url"] for column in source["columns"]] == [f"{site.base}/docs?page=1"]


def test_each_year_of_a_choice_is_a_list(site: PlainSite) -> None:
    years = "".join(f"<option value='{year}'>{year}年</option>" for year in (2026, 2025))
    put(site, "/gk/", page(f"<select id='y'>{years}</select><ul id='list'></ul>", "/l.js"))
    put(site, "/l.js", LIST.replace("base + '/docs', {lm: lm", "'/docs', {year: $('#y').val()"))
    put(
        site,
        "/docs",
        lambda sent: rows(sent, [row for row in ROWS if row["day"].startswith(sent["year"])]),
    )
    source, _ = drafted(site, "/gk/")
    assert [column["url"] for column in source["columns"]] == [
        f"{site.base}/docs?year=2026&page=1",
        f"{site.base}/docs?year=2025&page=1",
    ]


def test_choices_that_are_too_many_to_be_lists_are_said(site: PlainSite) -> None:
    agencies = "".join(f"<option value='{n}'>桐溪第{n}局</option>" for n in range(MAX_CHOICES + 4))
    put(site, "/gk/", page(f"<select id='d'>{agencies}</select><ul id='list'></ul>", "/l.js"))
    put(site, "/l.js", LIST.replace("base + '/docs', {lm: lm", "'/docs', {dept: $('#d').val()"))
    put(site, "/docs", rows)
    assert "(3 choices that may be further parts of it were not tried)" in drafted(site, "/gk/")[1]


def test_the_page_itself_stays_in_the_draft_if_its_rows_were_not_read(site: PlainSite) -> None:
    menu = "<ul><li><a href='/gk/a/'>政策文件</a></li><li><a href='/gk/b/'>政策解读</a></li></ul>"
    shown = "".join(f'<li><a href="/d/{row["id"]}.html">{row["title"]}</a></li>' for row in ROWS[:6])
    put(site, "/gk/a/", page(f'{menu}<ul id="list"></ul>', "/l.js"))
    put(site, "/gk/b/", page(f'{menu}<ul class="rows">{shown}</ul>'))
    put(site, "/l.js", "$.get('/docs', {page: 1, sign: md5('k' + now())}, draw)")
    put(site, "/docs", lambda sent: {"code": 403, "msg": "签名错误"})
    source, text = drafted(site, "/gk/a/")
    assert [column["url"] for column in source["columns"]] == [f"{site.base}/gk/a/", f"{site.base}/gk/b/"]
    assert f"{site.base}/docs?page=1 (the service answers: 签名错误)" in text


def test_what_scripts_request_is_named_where_no_list_was_read(site: PlainSite) -> None:
    put(site, "/gk/", page('<ul id="list"></ul>', "/l.js"))
    put(site, "/l.js", "$.post('https://data.elsewhere.example/docs', {lm: 3, page: 1}, draw)")
    with pytest.raises(GongkaiError, match=r"elsewhere.example/docs, posting lm=3&page=1 \(not requested: it is on an"):
        drafted(site, "/gk/")
    put(site, "/l.js", "_0x1f['push'](_0x2)")
    with pytest.raises(GongkaiError, match=r"no request for a list was understood in its scripts \(\S+/l.js\)"):
        drafted(site, "/gk/")


def test_another_list_that_the_scripts_request_is_named(site: PlainSite) -> None:
    put(site, "/gk/", page('<ul id="list"></ul>', "/l.js"))
    put(site, "/l.js", LIST.replace("base + '/docs'", "'/docs'") + "; $.get('/latest/rows', {page: 1}, draw)")
    put(site, "/docs", rows)
    assert (
        f"{site.base}/latest/rows?page=1 (not requested: another list was found before it)" in drafted(site, "/gk/")[1]
    )


def test_only_so_many_script_files_are_fetched_and_none_where_the_page_has_rows(site: PlainSite) -> None:
    files = [f"/js/part{n}.js" for n in range(MAX_FILES + 8)]
    for file in files:
        put(site, file, "var nothing = 1")
    put(site, "/gk/", page('<ul id="list"></ul>', *files))
    surveyed, requested = survey(f"{site.base}/gk/")
    assert sum(url.endswith(".js") for url in requested) == MAX_FILES
    assert f"{site.base}/js/part12.js (not fetched, nor 7 more, behind 12 other script files)" in surveyed.unread
    shown = "".join(f'<li><a href="/d/{row["id"]}.html">{row["title"]}</a></li>' for row in ROWS[:6])
    put(site, "/gk/", page(f'<ul class="rows">{shown}</ul><p>共6条</p>', *files))
    assert not any(url.endswith(".js") for url in survey(f"{site.base}/gk/")[1])


def test_a_site_whose_pages_lead_to_ever_more_is_not_requested_for_ever(site: PlainSite) -> None:
    number = count()
    frames = "".join(f"<iframe src='f{n}/'></iframe>" for n in range(8))
    put(site, "/gk/(?!.*js).*", page(f'<ul id="list"></ul>{frames}', "l.js"))
    more = "import './{0}.js'; $.get('/part/rows{0}?page=1', draw)"
    site.path_faults["/gk/.*js"] = lambda call: Response(more.format(next(number)), media_type="text/javascript")
    put(site, "/part/.*", lambda sent: {"rows": []})
    surveyed, requested = survey(f"{site.base}/gk/")
    assert len(requested) <= MAX_REQUESTS + MAX_REQUESTS_OF_LIST * 12 + 2
    assert any("not requested: 220 others were" in each for each in surveyed.unread)
    with pytest.raises(GongkaiError, match=r"; \d+ others were not read"):
        draft(surveyed, TODAY)


def test_addresses_that_are_none_end_no_survey(site: PlainSite) -> None:
    frames = "<iframe src='http://[x'></iframe><script src='http://[y/l.js'></script><a href='http://[z/'>政策</a>"
    put(site, "/gk/", page(f"<ul id='list'></ul>{frames}<form action='http://[f'></form>", "/l.js"))
    put(site, "/l.js", LIST.replace("base + '/docs'", "'/docs'") + "; $.get('http://[v/list', {page: 1}, draw)")
    put(site, "/docs", rows)
    assert [column["url"] for column in drafted(site, "/gk/")[0]["columns"]] == [f"{site.base}/docs?page=1"]


def test_script_files_of_a_saved_page_are_named() -> None:
    saved = page('<ul id="list"></ul>', "/js/list.js").encode()
    with pytest.raises(GongkaiError, match=r"/js/list.js \(not fetched: the page is a saved one\) was not read"):
        draft(survey_page(saved, "https://www.a.example/gk/"), TODAY)
