"""A box beside an unreadable list is not taken for the list; complete lists beside such boxes stay green."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.listing import read_list_page
from etl.platforms.registry import platform
from etl.web.page import WebPage
from tests.support.share import examples

LIST = "http://x.example/gk/zcwj/"
BOXES = (
    '<div class="side">{}</div>',
    '<div class="box"><h3>最新信息</h3>{}</div>',
    '<div id="hot-news">{}</div>',
    '<div class="b"><div class="bt">点击排行</div><div class="bd">{}</div></div>',
    '<div class="main_recommend"><div>{}</div></div>',
)
"""Boxes that stand beside lists."""


TITLES = {n: f"鹤汀街道关于第{n}项治理工作的通知" for n in range(1, 10)}


def _rows(form: str) -> str:
    return "".join(form.format(n=n, t=title, d=f"2024-02-{n + 10}") for n, title in TITLES.items())


_ITEMS = [{"id": n, "title": title, "date": f"2024-02-{n + 10}"} for n, title in TITLES.items()]
UNREAD = {
    "empty": '<ul class="list"></ul><script src="/js/a.js"></script>',
    "empty, by its id": '<div id="newsList"></div><div id="page"></div>',
    "empty body of a table": '<table><tbody id="rows"></tbody></table>',
    "loading": '<div id="listbox">数据加载中，请稍候…</div>',
    "numbers for a script elsewhere": "<ul>{}</ul>".format(
        _rows("<li><a href=javascript:openDetail({n})>{t}</a><i>{d}</i></li>")
    ),
    "rows that listen": _rows("<div class=r onclick=view({n})><p>{t}</p><i>{d}</i></div>"),
    **{
        f"rows that listen by {name}": _rows(f'<div class=r {name}="open({{n}})"><p>{{t}}</p><i>{{d}}</i></div>')
        for name in ("@click", "v-on:click", "ng-click", "x-on:click")
    },
    "rows with numbers": "<ul>{}</ul>".format(_rows("<li data-id={n}><p>{t}</p><i>{d}</i></li>")),
    "links without an address": "<ul>{}</ul>".format(_rows("<li><a class=item>{t}</a><i>{d}</i></li>")),
    "cells": "<table>{}</table>".format(_rows("<tr><td>{n}</td><td><a href=#>{t}</a></td><td>{d}</td></tr>")),
    "other addresses": "<ul>{}</ul>".format(_rows("<li><a href=/d.do?id={n}>{t}</a><i>{d}</i></li>")),
    "objects": f"<script>var data = {json.dumps(_ITEMS)}; draw(data);</script>",
    "objects in Chinese": f"<script>draw({json.dumps(_ITEMS, ensure_ascii=False)})</script>",
    "arrays": "<script>{}</script>".format(_rows('a[{n}] = new Array("{t}", "{d}");')),
    "records": "<script type='text/xml'>{}</script>".format(
        _rows("<record><![CDATA[<a href=/a/{n}.html>{t}</a><b>{d}</b>]]></record>")
    ),
    "a frame": '<iframe src="/cms/inner.jsp?id=3" width="100%"></iframe>',
    "a frame without a border": '<iframe src="/cms/inner.jsp?id=3" style="border: none"></iframe>',
    "a frame that a script writes": "<script>document.write('<iframe src=\"/cms/inner.jsp\"></iframe>')</script>",
    "a frame that a script fills": '<iframe id="f"></iframe><script>f.src = "/cms/inner.jsp?id=3";</script>',
    "an object": '<object data="/cms/inner.jsp?id=3" type="text/html"></object>',
}
"""Lists that cannot be read."""
OTHER = '<li><a href="/d.do?id={n}">{t}</a><i>2024-02-{n}</i></li>'
FURNITURE = (
    "",
    '<ul id="menu"></ul>',
    '<div class="swiper"><div class="swiper-wrapper"></div></div>',
    '<div class="hot-list"></div>',
    '<iframe src="/weather/index.html"></iframe><iframe src="/cms/x.jsp" style="display:none"></iframe>',
    "<ul><li onclick=\"share('a')\">分享到微博与微信</li></ul>",
    '<script>var nav = [{"name": "政务公开", "url": "/zwgk/"}, {"name": "办事服务", "url": "/bsfw/"}];</script>',
    '<p>本站自2024-01-01起试运行 <a href="#">返回顶部</a></p>',
)


def titles(first: int, count: int) -> str:
    lines = (
        f'<li><a href="./202401/t20240101_{n}.html">桐溪县第{n}号通知公告</a><i>2024-01-{n % 28 + 1:02}</i></li>'
        for n in range(first, first + count)
    )
    return f'<ul class="l">{"".join(lines)}</ul>'


def read(*parts: str) -> ListingPage:
    page = WebPage(LIST, f"<html><body>{''.join(parts)}</body></html>", "utf-8")
    return read_list_page(platform("trs_wcm"), page, ListingRequest(LIST, "c"))


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("form", UNREAD)
@pytest.mark.parametrize("order", [1, -1])
def test_an_unread_list_beside_a_box_that_was_read_is_reported(form: str, box: str, order: int) -> None:
    listing = read(*[UNREAD[form], box.format(titles(50, 6))][::order])
    assert len(listing.entries) == 6
    assert listing.problems


@settings(max_examples=examples(100), deadline=None)
@given(st.integers(1, 25), st.sampled_from(BOXES), st.integers(0, 4), st.lists(st.sampled_from(FURNITURE), max_size=3))
def test_a_whole_list_beside_boxes_has_no_problem(count: int, box: str, beside: int, furniture: Sequence[str]) -> None:
    side = box.format(titles(50, min(beside, count - 1)))
    listing = read(*furniture, titles(1, count), side)
    assert (len(listing.entries), listing.problems) == (count, ())


@pytest.mark.parametrize("form", ["rows that listen", "rows with numbers", "links without an address", "objects"])
def test_a_longer_unread_list_is_reported_wherever_its_rows_are(form: str) -> None:
    assert read(titles(1, 6), UNREAD[form]).problems
    assert read(titles(1, 12), UNREAD[form]).problems == ()


SHOWN_BY_A_SCRIPT = '<div id="initData" style="display:none">{}</div><div class="list">{}</div>'


def test_a_full_page_of_hidden_rows_that_a_script_shows_in_an_empty_list_is_reported() -> None:
    empty = '<ul class="list-ul"></ul>'
    assert read(SHOWN_BY_A_SCRIPT.format(titles(1, 60), empty)).problems
    assert read(SHOWN_BY_A_SCRIPT.format(titles(1, 43), empty)).problems == ()
    assert read(SHOWN_BY_A_SCRIPT.format(titles(1, 60), titles(1, 60))).problems == ()
    assert read(SHOWN_BY_A_SCRIPT.format(titles(1, 60), empty), "<p>第1页 共1页</p>").problems == ()
    assert read(f"<div>{empty}</div><div>{titles(1, 60)}</div>").problems == ()


ELSEWHERE = (
    '<div class="tit"><h2>政策文件</h2><a href="/gk/qb/">更多</a></div><div>{}</div>',
    '<div><h3>政策文件 <a href="/gk/qb/index.html">MORE+</a></h3>{}</div>',
    '<div><h3>政策文件</h3><a href="/gk/qb/"><img src="/i/more.gif"></a>{}</div>',
    '<dl><dt>政策文件<a href="/list.jsp?id=3">&gt;&gt;更多</a></dt><dd>{}</dd></dl>',
    '<div class="t"><a href="/gk/zf/">政府文件</a><a href="/b/">办公室</a><a href="/gk/zf/">更多&gt;&gt;</a></div>{}',
)
"""Boxes that show the newest lines of a list which stands elsewhere."""


@pytest.mark.parametrize("box", ELSEWHERE)
def test_an_excerpt_of_a_list_is_reported(box: str) -> None:
    listing = read(box.format(titles(1, 8)))
    assert [problem.code for problem in listing.problems] == ["paging_not_understood"]
    last = titles(1, 8).replace("</ul>", '<li><a href="/gk/qb/">更多…</a></li></ul>')
    assert read(last).problems


@pytest.mark.parametrize("box", ELSEWHERE)
def test_a_list_with_a_pager_and_one_below_a_box_are_no_excerpts(box: str) -> None:
    paged = "<script>createPageHTML(2, 0, 'index', 'html')</script>"
    assert read(box.format(titles(1, 8)), paged).problems == ()
    assert read(f"<div>{box.format(titles(50, 3))}</div>", f"<div>{titles(1, 8)}</div>").problems == ()
    for own in ("/gk/zcwj/", "/gk/", "/", "javascript:;"):
        headline = f'<h3>政策文件<a href="{own}">更多</a></h3>'
        assert read(f"<div>{headline}{titles(1, 8)}</div>").problems == ()


@pytest.mark.parametrize("head", ["<h3>{}</h3>", "<dl><dt>{}</dt></dl>", "<h4><a href='/nb/'>{}</a></h4>"])
@pytest.mark.parametrize("more", ["更多", "更多&gt;&gt;", "more"])
@pytest.mark.parametrize("links", [2, 3, 5])
def test_a_box_above_the_rows_has_a_more_of_its_own(head: str, more: str, links: int) -> None:
    reports = "".join(f'<a href="/nb/{year}.html">{year}年</a>' for year in range(2020, 2020 + links))
    box = f'<div class="nb">{head.format("年报")}{reports}<a href="/nb/">{more}</a></div>'
    assert read(f"{box}{titles(1, 8)}").problems == ()


def test_a_tab_of_documents_of_the_same_form_is_reported() -> None:
    tab = '<div class="content" style="display:{}"><div class="l">{}</div></div>'
    assert read(tab.format("block", titles(1, 8)), tab.format("none", titles(21, 8))).problems
    # A shorter box of the same class is beside the list.
    assert read(tab.format("block", titles(1, 8)), tab.format("block", titles(21, 6))).problems == ()


def test_an_empty_place_for_a_pager_waits_for_its_script() -> None:
    script = '<script src="/js/{}"></script>'
    for name in ("page.js", "jquery.pagination.min.js", "fenye_1.js"):
        assert read(titles(1, 8), '<div class="pages" id="pages"></div>', script.format(name)).problems
        assert read(titles(1, 8), '<div class="pages"></div>', script.format(name)).problems == ()
        drawn = "<script>$('#pages').pagination({pageCount: 1, total: 8})</script>"
        assert read(titles(1, 8), '<div id="pages"></div>', script.format(name), drawn).problems == ()
    assert read(titles(1, 8), '<div class="pages" id="pages"></div>', script.format("jquery.min.js")).problems == ()


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("date", ["", "<i>03-12</i>"])
def test_a_list_without_dates_comes_before_a_box_with_dates(box: str, date: str) -> None:
    lines = "".join(f'<li><a href="/a/202402/t20240201_{n}.html">{TITLES[n]}</a>{date}</li>' for n in TITLES)
    side = box.format(titles(50, 5).replace("./", "/b/"))
    for parts in ((side, f"<ul>{lines}</ul>"), (f"<ul>{lines}</ul>", side)):
        assert {entry.title for entry in read(*parts).entries} == set(TITLES.values())


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("count", [1, 2])
def test_a_list_of_few_rows_beside_a_box_that_was_read_is_reported(count: int, box: str) -> None:
    side, beside = box.format(titles(50, 6)), box.format(f"<ul>{OTHER.format(n=19, t=TITLES[9])}</ul>")
    few = "".join(OTHER.format(n=n + 10, t=TITLES[n]) for n in range(1, count + 1))
    for parts in ((side, f"<ul>{few}</ul>"), (f"<ul>{few}</ul>", side)):
        assert read(*parts).problems
    # Two boxes, of which the longer one is read: there is no list beside them.
    assert read(side, f"<div>{beside}</div>").problems == ()


@pytest.mark.parametrize("count", [1, 2, 5, 9])
@pytest.mark.parametrize("group", ['<table class="l"><tbody>{}</tbody></table>', "<table>{}</table>", "<ul>{}</ul>"])
def test_blocks_of_five_rows_side_by_side_are_one_list(group: str, count: int) -> None:
    row = '<a href="./202401/t20240101_{}.html">桐溪县第{}号通知公告</a>'
    cell = "<li>{}<i>2024-01-05</i></li>" if "ul" in group else "<tr><td>{}</td><td>2024-01-05</td></tr>"
    lines = [cell.format(row.format(n, n)) for n in range(5 + count)]
    blocks = (group.format("".join(lines[start : start + 5])) for start in range(0, len(lines), 5))
    listing = read(f'<div class="main">{"".join(blocks)}</div>')
    assert (len(listing.entries), listing.problems) == (5 + count, ())


@pytest.mark.parametrize(
    ("row", "unread"),
    [
        ("<li>桐溪县防汛预案<i>2024-02-09</i></li>", 1),
        ("<li><a>桐溪县防汛预案</a><i>2024-02-09</i></li>", 1),
        ("<li>2024年2月</li>", 0),
        ("<li>以下为各乡镇报送的材料</li>", 0),
        ("<li></li>", 0),
    ],
)
@pytest.mark.parametrize("rows", [1, 2])
def test_a_dated_row_without_a_link_between_others_is_reported(row: str, rows: int, unread: int) -> None:
    shown = titles(1, 6).replace("<ul>", "").replace("</ul>", "")
    told = read(f"<ul>{shown}{row * rows}</ul>").problems
    assert [problem.params["links"] for problem in told] == ([6 + rows] if unread else [])


CALLS = (
    "axios.post('/api/gk/list', {cid: 3})",
    "$.ajax({url: '/api/gk/list', data: {page: 1}})",
    "fetch('/api/gk/list').then(draw)",
    "layui.table.render({elem: '#gk', url: '/api/gk/list', page: true})",
    "var url = '/api/gk/list'; $.getJSON(url, draw)",
)


@pytest.mark.parametrize("name", ["generic", "trs_wcm", "ucap", "hanweb_jcms"])
@pytest.mark.parametrize("call", CALLS)
def test_the_reason_of_a_page_without_rows_names_the_services_that_its_scripts_request(call: str, name: str) -> None:
    html = f"<html><body><div id=list></div><script>{call}; $.get('/visit/count.do', show)</script></body></html>"
    page = WebPage(LIST, html, "utf-8")
    with pytest.raises(NotAListing, match="its scripts request /api/gk/list: a service may be") as raised:
        read_list_page(platform(name), page, ListingRequest(LIST))
    assert "/visit/" not in str(raised.value)
    with pytest.raises(NotAListing) as raised:
        read_list_page(
            platform(name), WebPage(LIST, "<html><body><p>维护中</p></body></html>", "utf-8"), ListingRequest(LIST)
        )
    assert "scripts" not in str(raised.value)
