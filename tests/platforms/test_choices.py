"""Choices beside a list that shows one part of it: of a kind, an agency or a quarter. Their lists are followed where an
address names them; where a script answers that is not read, the list is red."""

import pytest

from etl.platforms.base import ListingRequest
from etl.platforms.listing import read_list_page
from etl.web.page import WebPage
from tests.support.paged_lists import CASES, HOST, LIST, following, read, rows

KINDS = ("政府规章", "规范性文件", "政策解读")
NOWHERE = '<a href="javascript:;">{}</a>'
TAB = "<li{}><a data-toggle=tab href='#t{}'>{}</a></li>"
TABS = f"<ul>{TAB.format(' class=on', 1, '政府规章')}{TAB.format('', 2, '政策文件')}</ul>"
DEPARTMENTS = "<option value=1>教育局</option><option value=2>民政局</option>"


def _codes(above: str) -> list[str]:
    page = WebPage(LIST, f"<body>{above}{rows(CASES['generic'])}</body>", "utf-8")
    problems = read_list_page(CASES["generic"].family, page, ListingRequest(LIST)).problems
    return [problem.code for problem in problems]


@pytest.mark.parametrize(
    "choice",
    [
        "<div><span class=cur>{}</span><span>{}</span><span>{}</span></div>".format(*KINDS),
        f"<ul><li class=on>{NOWHERE}</li><li>{NOWHERE}</li></ul>".format(*KINDS),
        f"<ul><li>{NOWHERE.replace('<a', '<a class=nav-cur')}</li><li>{NOWHERE}</li></ul>".format(*KINDS),
        "<p><label><input type=radio name=l checked>{}</label><label><input type=radio name=l>{}</label></p>".format(
            *KINDS
        ),
        f"<p><select id=dept>{DEPARTMENTS}</select></p>",
        "<div><a class=on>A</a><a onclick=zm('B')>B</a><a onclick=zm('C')>C</a></div>",
        "<el-select v-model=dept><el-option label=教育局></el-option><el-option label=民政局></el-option></el-select>",
        f"{TABS}<div id=t2></div>",
        "<van-tabs><van-tab title=政府规章></van-tab><van-tab title=规范性文件></van-tab></van-tabs>",
        "<details><summary>2023年度</summary></details>",
        "<p><a href='./202312.html'>上个月</a></p>",
    ],
)
def test_a_choice_above_the_rows_may_be_answered_by_a_script_that_is_not_read(choice: str) -> None:
    assert _codes(choice) == ["paging_not_understood"]


@pytest.mark.parametrize("between", ["<!-- 栏目 -->", "<?php echo 1 ?>"])
def test_comments_hide_no_choice(between: str) -> None:
    items = "".join(f"{between}<span class={name}>{between}{{}}{between}</span>" for name in ("cur", "b", "c"))
    assert _codes(f"<div>{items}</div>".format(*KINDS)) == ["paging_not_understood"]


@pytest.mark.parametrize(
    "choice",
    [
        "<div><span class=cur>政府规章</span><span>按时间排序</span></div>",
        "<div><a href='/gk/'>公开</a><span class=cur>政府规章</span></div>",
        f"<div><h3>政务公开</h3><ul><li class=cur>{NOWHERE}</li><li><a href='/jg/'>政策文件</a></li></ul></div>",
        "<div><div class=tit>政务公开</div><div class=menu><a class=cur href='/gk/'>公告</a></div></div>",
        "<ul class=breadcrumb><li><span>政府信息公开</span></li><li class=active><span>通知公告</span></li></ul>",
        "<div><h2 class=cur>通知公告</h2><h2>政务公开</h2></div>",
        "<div><span class=cur>法定主动公开</span><span>依申请公开</span></div>",
        "<div><!-- a --><h3>政务公开</h3><!-- b --><p class=cur><!-- c -->公告</p></div>",
        "<div><p><label><input type=radio name=l checked>政府规章</label><label><input type=radio name=l>政策文件"
        "</label></p><div><input name=w></div></div>",
        f"<ul><li>{NOWHERE}<ul><li><a href='/jg/'>职能</a></li></ul></li><li class=on>{NOWHERE}</li></ul>".format(
            "机构概况信息", "政策文件"
        ),
        "<div><a class=on onclick=zm('')>全部</a><a onclick=zm('B')>B</a><a onclick=zm('C')>C</a></div>",
        "<el-select v-model=d><el-option label=全部></el-option><el-option label=教育局></el-option></el-select>",
        f"{TABS}<div id=t2><p>本栏目没有文件</p></div>",
        "<el-tabs><el-tab-pane label=政府规章>无</el-tab-pane><el-tab-pane label=规范性文件>无</el-tab-pane></el-tabs>",
        "<p><select id=tq><option value=1>鹤汀镇</option><option value=2>柏桥镇</option></select></p>",
        "<p><a href='/paper/1.html'>前一天</a></p>",
        "<div class=side><a href='?m=5'>上个月</a></div>",
        f"<p><select id=dept>{DEPARTMENTS}</select><input name=q></p>",
        f"<div><select name=dept>{DEPARTMENTS}</select><textarea></textarea></div>",
        f"<div><select id=yqlj>{DEPARTMENTS}</select></div>",
        f"<div class=footer><select id=s1>{DEPARTMENTS}</select></div>",
        f"<p><select id=dept><option value=0>全部</option>{DEPARTMENTS}</select></p>",
        "<form><input type=radio name=l checked>政府规章 <input type=radio name=l>政策文件 <input type=submit></form>",
    ],
)
def test_what_stands_above_the_rows_of_a_whole_list_is_no_choice(choice: str) -> None:
    assert _codes(choice) == []


AGENCIES = ("教育局", "民政局", "水务局")


@pytest.mark.parametrize("key", ["dept", "orgId", "bm", "jgid"])
@pytest.mark.parametrize("place", [0, 1])
def test_lists_of_other_agencies_are_lists_of_their_own(key: str, place: int) -> None:
    tabs = "".join(
        f'<a href="?{key}={n}"{" class=on" if n == place else ""}>{name}</a>' for n, name in enumerate(AGENCIES)
    )
    others = [f"c / {name}" for n, name in enumerate(AGENCIES) if n != place]
    assert [each.column for each in read(CASES["trs_wcm"], f"<div>{tabs}</div>").next_requests] == others
    for whole in (tabs.replace(" class=on", ""), f'<a href="?{key}=">全部</a>{tabs}', tabs.replace(key, "cid")):
        assert following(read(CASES["trs_wcm"], f"<div>{whole}</div>")) == []


def test_lists_of_other_quarters_are_lists_of_their_own() -> None:
    names = ("2024年第一季度", "2024年第二季度", "2023年第四季度")
    links = "".join(
        f'<a href="/gk/{at}/">{name}</a>' for at, name in zip(("2024q1", "2024q2", "2023q4"), names, strict=True)
    )
    listing = read(CASES["generic"], f"<div>{links}</div>", url=f"{HOST}/gk/2024q1/")
    assert {each.column for each in listing.next_requests} == {f"c / {name}" for name in names[1:]}
    other = '<a class="on">2024年第1季度</a><a onclick="load(this)">2024年第2季度</a>'
    assert [each.code for each in read(CASES["generic"], f"<div>{other}</div>").problems] == ["paging_not_understood"]
