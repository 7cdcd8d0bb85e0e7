"""What stands around ordinary lists and is no sign that they go on; and what looks like it and is one."""

import pytest

from etl.platforms.base import ListingRequest
from etl.platforms.listing import read_list_page
from etl.web.page import WebPage
from tests.support.paged_lists import CASES, rows

_YEARS = "<option>2024</option><option>2023</option><option>2022</option>"
_AGENCIES = '<option value="1">教育局</option><option value="2">财政局</option>'
_STEP = '<a href="javascript:;" onclick="prev()">{}</a>'
_WEEK = "".join(f"<th>{day}</th>" for day in "日一二三四五六")
_SEARCH = f'<form>标题<input name="key"><select name="year">{_YEARS}</select></form>'

ORDINARY = {
    "a year to search in": _SEARCH,
    "the same in a table": '<table><tr><td><input type="text" name="kw"></td>'
    f'<td><select name="nf">{_YEARS}</select></td></tr></table>',
    "a search that must be opened": f'<div hidden><p><select name="bm">{_AGENCIES}</select></p></div>',
    "its buttons": '<div style="display:none"><label><input type="radio" name="t" checked>通知</label>'
    '<label><input type="radio" name="t">公告</label></div>',
    "a calendar": f"<table><tr><td>{_STEP.format('&lt;')}</td><td>6月</td><td>{_STEP.format('&gt;')}</td></tr>"
    f"<tr>{_WEEK}</tr></table>",
    "a calendar in a list": f"<div>{_STEP.format('&gt;')}<ul>"
    "<li>周一</li><li>周二</li><li>周三</li><li>周四</li><li>周五</li>"
    "<li>周六</li><li>周日</li></ul></div>",
    "a counter of visits": '<script>visitcount(5678, "col"); setGray(2)</script>',
    "a script that hides a pager": '<script>pagination.querySelector("a") || pagination.remove()</script>',
    "a reader": '<a href="javascript:;" onclick="readPage(1,2)"><i></i>语音朗读</a>',
    "a menu to unfold": '<ul><li><a href="/a/">机构概况</a><i onclick="open(this)">&gt;</i></li></ul>',
    "a box of another gazette": f"<div><h3>政府公报</h3>{_STEP.format('上一期')}</div>",
    "what an agency disclosed": "<div><p>今年公开 <em>345</em> 条</p><p>累计公开 <em>6789</em> 条</p></div>",
    "the years of another list": '<select onchange="location=this.value"><option value="/nb/2025.html">2025年</option>'
    '<option value="/nb/2024.html">2024年</option></select>',
    "days until a meeting": "<div><p>距会议开始还有<b>12</b>天</p></div>",
    "a box that a script fills": '<div><h3>热点信息</h3><ul id="rd"></ul></div>',
    "the same without a list": '<div><div>最新信息</div><div id="newslist"></div></div>',
}
CUT = {
    "a year that a script answers": f'<select onchange="y(this)">{_YEARS}</select>',
    "a year beside a search for the year": f'{_SEARCH}<select onchange="y(this)">{_YEARS}</select>',
    "a year to choose": f"<form><select name=year>{_YEARS}</select><input type=submit></form>",
    "a chosen agency": f'<form><select name="bm" onchange="b()">{_AGENCIES}</select><input name="q"></form>',
    "an agency beside a search": f'<p><input name="q"></p><select name="bm">{_AGENCIES}</select>',
    "years by an address": '<select onchange="location=this.value"><option value="/q.do?y=2024">2024年</option>'
    '<option value="/q.do?y=2023">2023年</option></select>',
    "documents that are left": "<div><p>还有<b>12</b>条</p></div>",
    "an arrow": "<div><span onclick=np()>&gt;</span></div>",
    "an arrow behind a number": "<div><a href='/gk/zcwj/'>1</a><span onclick=np()>&gt;</span></div>",
    "an earlier issue": f"<div>{_STEP.format('上一期')}</div>",
    "what the list has": "<div><p>本栏目</p><p>累计公开 <em>6789</em> 条</p></div>",
    "a call that draws": '<script>pagination.init("p", 4)</script>',
}


def _problems(name: str, around: str, *, before: bool) -> list[str]:
    case = CASES[name]
    shown = rows(case, 7).replace("2024-01", "2024-06")
    body = f"{around}<div>{shown}</div>" if before else f"<div>{shown}</div>{around}"
    text = f"<html><head><title>政策文件-桐溪县</title></head><body><div>{body}</div></body></html>"
    page = WebPage(case.url, text, "utf-8")
    return [problem.english for problem in read_list_page(case.family, page, ListingRequest(page.url, "c")).problems]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("kind", ORDINARY)
def test_the_furniture_of_pages_is_no_sign_of_more(name: str, kind: str) -> None:
    assert _problems(name, ORDINARY[kind], before=True) == []
    assert _problems(name, ORDINARY[kind], before=False) == []


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("kind", CUT)
def test_what_looks_like_it_and_shows_more_is_one(name: str, kind: str) -> None:
    assert _problems(name, CUT[kind], before=False) != []


@pytest.mark.parametrize(
    ("pager", "is_whole"),
    [
        ("<span>首页</span><span>上一页</span><span class=on>1</span><span>下一页</span><span>尾页</span>", True),
        ("<span>上一页</span><b>1</b><span>下一页</span>", True),
        ("<span>上一页</span><b>1</b><b>2</b><span>下一页</span>", False),
        ("<span>上一页</span><b>1</b><span id=n>下一页</span>", False),
        ("<span>上一页</span><b>1</b><span onclick=n()>下一页</span>", False),
        ("<span>上一页</span><b>1</b><a>下一页</a>", False),
    ],
)
def test_the_steps_around_a_lone_1_lead_nowhere_if_none_is_a_link(pager: str, is_whole: bool) -> None:
    case = CASES["generic"]
    page = WebPage(case.url, f"<html><body>{rows(case, 20)}<div class=page>{pager}</div></body></html>", "utf-8")
    listing = read_list_page(case.family, page, ListingRequest(page.url, "c"))
    assert (listing.problems == () and not listing.may_go_on) == is_whole
