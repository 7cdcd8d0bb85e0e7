"""Elements right after or right before the rows of a list show whether it continues."""

import pytest

from etl.numerals import read_chinese
from etl.platforms.base import ListingRequest
from etl.platforms.listing import read_list_page
from etl.web.page import WebPage
from tests.support.paged_lists import CASES, LIST, following, read, rows

GOES_ON = (
    "<p>还有40条未显示</p>",
    "<p>剩余40条</p>",
    "<p>已显示3/60</p>",
    "<p>3/60条</p>",
    "<p>60条 3页</p>",
    "<p>合计六十条</p>",
    "<p>共有叁页</p>",
    "<p>1｜3</p>",
    "<p>全部(60)</p>",
    "<p>符合条件的记录 60</p>",
    "<p>3 out of 60</p>",
    "<p>共60筆</p>",
    "<p>以上为前3条</p>",
    "<p>仅列最近三个月</p>",
    "<p>本栏目保留近一年信息</p>",
    "<p>未完待续</p>",
    '<a href="./b.html">⇒</a>',
    '<a href="?before=2024-01-03">旧</a>',
    '<a href="./lm/">进入栏目&gt;&gt;</a>',
    "<p>左右滑动翻页</p>",
    "<p>正在加载...</p>",
    "<div>展开全部</div>",
    "<div>换一批</div>",
    "<p>更早的信息见<a href='/old/'>往期</a></p>",
    "<p>历史数据查询请点击<a href='/old/'>这里</a></p>",
    "<p>2023年以前的信息请到旧版网站查看</p>",
    '<a href="./all.html">查看全部</a>',
    '<a href="./lm/">更多&gt;&gt;</a>',
    '<a href="./archive/">归档</a>',
    '<div class="p"><span class="on">1</span><span>2</span><span>3</span></div>',
    "<b>‹</b><b>›</b>",
    '<em class="l">&lt;</em><em class="r">&gt;</em>',
    "<i>◀</i> <i>▶</i>",
    '<img src="/i/prev.png"><img src="/i/next.png">',
    '<a class="pre"></a><a class="nxt"></a>',
    '<a data-p="1">1</a><a data-p="2">2</a>',
    '<a href="#page-2">2</a>',
    '<div onclick="np()">⇩</div>',
    '<button x-show="has" @click="load()">⋯</button>',
    '<form method="post"><input type="image" name="fwd" src="/i/n.gif"></form>',
    '<input type="image" name="btnNext" src="/i/next.gif">',
    "<p>本类信息60件</p>",
    "<p>收录文件60件，规范性文件10件</p>",
    "<p>条目 1–3 / 60</p>",
    "<p>跳转到<input>/3页</p>",
    "<select><option>第1页</option><option>第2页</option></select>",
    '<select onchange="turn(this.value)"><option>1</option><option>2</option><option>3</option></select>',
    '<a href="javascript:;"><i class="fa fa-angle-right"></i></a>',
    '<a href="#" onclick="t(2)"><span class="glyphicon glyphicon-chevron-right"></span></a>',
    '<ul><li class="next"><a href="javascript:;"></a></li></ul>',
    '<div><a class="page-link" href="#page=1">1</a><a href="#page=2">2</a></div>',
    '<a href="./old/">更早</a>',
    '<a href="javascript:;">展开剩余57条</a>',
    "<p>文件总数 60 件，其中有效 58 件，废止 2 件</p>",
    "<table><caption>清单（60项）</caption></table>",
    "<dl><dt>文件数</dt><dd>60</dd></dl>",
    "<select><option>1/3</option><option>2/3</option><option>3/3</option></select>",
    "<pagination :total='60' :current='1'></pagination>",
    '<Page :current="1" :total="60" show-total />',
    """<a href="javascript:" onclick="RefreshPageTo(event, '/a.aspx?Paged=1');"><img src="/n.gif" alt="下一步"></a>""",
    "<p>1 2 3</p>",
    '<a href="javascript:gonext()"><i></i></a>',
    '<p><a href="./qb.html">查看全部(47)</a></p>',
    "<div>[1] [2] [3]</div>",
    "<p><span>1</span><span>2</span></p>",
    "<table><tr><td>1 | 2 | 3</td></tr></table>",
    '<span onclick="fy(4,1)">&nbsp;</span>',
    "<script>PG.init(4);</script>",
    "<script>updateFy(4, 1);</script>",
    "<script>generateFy(4, 1);</script>",
    "<script>function fy(n) { var h = '<a href=l' + n + '>'; document.write(h); } fy(4);</script>",
    '<i class="iconfont icon-xiangyou" data-p="2"></i>',
    "<div id=q></div><script>new Pg({el: 'q', n: 4, c: 1});</script>",
    "<div><a href=\"javascript:fy('4',1)\"><i></i></a></div>",
    '<div id="fy"></div><script>fy(4,1)</script>',
    '<div><script src="/js/fy.js"></script><script>zfy(12, 0, "gk", "html");</script></div>',
    "<p>2023年以前的公告已归档。</p>",
    '<div class="mini-datagrid" url="/gk/list.ashx" showPager="true"></div>',
    '<script>new Ext.data.Store({url: "/gk/list.do", baseParams: {start: 0, limit: 3}});</script>',
    "<span>更多期次</span>",
    "<details><summary>2023年</summary><div></div></details>",
    "<div>记录：60 每页3</div>",
    "<div>共<em></em>条，第<span></span>页</div>",
    '<a href="javascript:;">查看全部 60 件</a>',
    '<a href="./202312.html">上个月</a>',
    '<a href="?week=1">上一周</a>',
    '<ul data-lazy="/gk/rows?offset=3"></ul>',
    '<span role="button"><svg><use href="#chevron-right"></use></svg></span>',
    '<script>ajaxPost("/api/queryList", {pageNo: 1, pageSize: 3}, render);</script>',
    '<nav><button aria-label="Go to page 2"><svg></svg></button></nav>',
    '<button wire:click="nextPage"><svg></svg></button>',
    '<a v-on:click="goNext"><i></i></a>',
    '<div class="news_foot">点我看更多公告</div>',
    "<div>查看更多文件</div>",
    '<p>更多文件请使用<a href="/search/">检索</a>。</p>',
    "<p>本页只列近期文件</p>",
    """<div class="fy" data-opt='{"c":1,"n":4}'></div>""",
    '<script>fetch("/graphql", {method: "POST", body: q}).then(render);</script>',
    '<div><a onclick="nx()"><i class="ico-r"></i></a></div>',
    '<div><i onclick="fwd(this)"></i></div>',
    '<div><input type="text" id="pn"><button onclick="tz()">GO</button></div>',
    '<div><input id="pn" size="3"> <a href="javascript:tz()">跳转</a></div>',
    '<div class="share">分享到：<a href="#">微博</a></div><div><i>◀</i> <i>▶</i></div>',
    '<div class="more-box"><div id="xq" data-k="2"><i class="ico-down"></i></div></div>',
    '<div class="fy"><a class="p on" data-k="1"></a><a class="p" data-k="2"></a></div>',
    '<div class="page">{$pages}</div>',
    "<div>[!--show.page--]</div>",
    "<div>{pboot:page}</div>",
    '<svg width="40"><a xlink:href="?p=2"><polygon points="0,0 10,10"/></a></svg>',
    '<form><button formaction="/gk/" name="p" value="2">续看</button></form>',
    '<span class="pg" title="后面还有3页"></span>',
    "<p>以上仅为部分内容</p>",
    '<p>其余文件目录请下载：<a href="./mulu.xls">目录.xls</a></p>',
)
WHOLE = (
    "<p>1</p>",
    '<p><a href="#a">1</a> <a href="#b">2</a></p>',
    "<!-- <script>fy(4, 1)</script> --><script>// fy(4, 1)\n</script><script>drawChart(5, 12)</script>",
    "<script>showDate(2026, 6)</script><script>new Swiper('.s', {slidesPerView: 3})</script>",
    "<script>_hmt.push(['_trackPageview', 2]); document.write('a', 3); new Pg({n: 1, c: 1});</script>",
    "<script>setHeight(600); initMenu(3)</script>",
    "<script>getClick(1, 20); cnzz(1, 1253)</script><script>aria.start(2)</script>",
    "<script>AOS.init({offset: 20})</script><script>setCookie('a', 30)</script>",
    "<script>bdshare(2)</script><script>wxShare('a', 9)</script>",
    "<p>1 3 5</p>",
    "<table><tr><td>1</td><td>2</td><td>3</td></tr></table>",
    '<p><a href="/x/1.html">1</a> <a href="/y/9.html">2</a></p>',
    '<div id="fy"></div><script>fy(1,1)</script>',
    "<script>hits(1234)</script><script>visitCount(88, 'a')</script>",
    '<i class="x" onclick="share(3)"></i><a onclick="changeSize(16)"></a>',
    "<script>function mark(n) { }</script><script>mark(7)</script>",
    "<p>文件总数 3 件，其中有效 2 件，废止 1 件</p>",
    "<table><caption>清单（3项）</caption></table>",
    "<select><option>1/1</option></select>",
    "<pagination :total='3' :current='1'></pagination>",
    "<table><tr><td>主动公开</td><td>1234条</td></tr><tr><td>规范性文件</td><td>93件</td></tr></table>",
    "<ul><li>规章 <b>12</b>件</li><li>规范性文件 <b>93</b>件</li><li>其他 <b>250</b>件</li></ul>",
    '<div><h4>热点专题</h4><a href="/zt/a/">营商环境</a><a class="more" href="/zt/">更多专题&gt;&gt;</a></div>',
    '<div><a href="/d/1/">教育局</a><a href="/d/">查看更多部门</a></div>',
    "<p>本类信息3件</p>",
    "<p>首页 上一页 1 下一页 尾页</p>",
    "<select><option>第1页</option></select>",
    '<select onchange="at(this.value)"><option>10</option><option>20</option><option>30</option></select>',
    f'<select onchange="at(this.value)">{"".join(f"<option>{month}</option>" for month in range(1, 13))}</select>',
    '<a href="javascript:toPage(1)">1</a>',
    "<p>共3条</p>",
    "<p>没有更多了</p>",
    "<p>已加载全部</p>",
    '<p style="display:none">正在加载...</p>',
    "<p>全文共12条，自发布之日起施行</p>",
    "<p>今日发布5条</p>",
    "<p>访问总数：12345</p>",
    '<button onclick="jc()">网页纠错</button>',
    '<a href="javascript:window.print()">打印</a> <a href="#top">返回顶部</a>',
    "<p>更多信息请关注微信公众号</p>",
    '<form><input name="q"><input type="image" src="/i/so.gif"></form>',
    '<p>首页 <span>&gt;</span> <a href="/gk/">公开</a></p>',
    '<div class="pic"><img src="1.jpg"><a href="javascript:;" class="next"></a></div>',
    '<div class="page"><a href="index.html">首页</a><a>下一页</a><a href="index.html">尾页</a></div>',
    "<div><h3>政策文件库</h3><p>合计六十条</p></div>",
    '<a href="/zt/">&gt;</a>',
    "<p>最新20条</p>",
    "<p>历史信息可到县档案馆查阅</p>",
    '<div class="footer">剩余40条</div>',
    "<script>setTab(1, 3);</script><script>fixPng('img.p', 2)</script>",
    """<div class="fy" data-opt='{"c":1,"n":1}'></div>""",
    "<details><summary>附则</summary><div></div></details>",
    "<div>记录：3 每页20</div>",
    "<p>本办法共条款清晰</p>",
    '<a href="javascript:;">查看全部部门</a>',
    '<div data-share="/s?title=a&page=1"></div>',
    '<script>visitPost("/visit/hits", {id: 3});</script>',
    '<div class="fy" id="fy1"></div>',
    '<table><tr><td class="page" height="30" colspan="3"></td></tr></table><a name="page2"></a>',
    '<div class="page_bottom" data-siteid="4301" data-page-size="20" tabindex="10"></div>',
    '<div><i class="ico-font" onclick="fd()"></i><a onclick="jiucuo()"><i></i></a><a onclick="fanti()"></a></div>',
    '<div><a onclick="dy()"><i class="ico-print"></i></a><a onclick="hide()"><i></i></a></div>',
    '<div class="fix-r"><a class="ic1" onclick="zn()"></a></div><div class="social"><a onclick="s1()"></a></div>',
    '<div class="fx"><a onclick="wbfx()"></a><a class="kj" onclick="kj()"></a></div>',
    '<div>邮箱<input type="text" id="yx"><button>前往</button></div>',
    '<div><input type="text" id="s"><a onclick="ss()">GO</a></div>',
    '<div class="side"><input type="text" name="q"><button>GO</button></div>',
    '<div><i class="up" onclick="fold()"></i></div>',
    '<div><a onclick="goTop()"><i></i></a><a onclick="openCode(this)"><i></i></a></div>',
    '<div><input type="text" name="q"><button onclick="so()">搜索</button></div>',
    '<div><input id="pn" value="1">/1 <a href="javascript:tz()">GO</a></div>',
    '<div class="more"></div>',
    "<p>{咨询电话}：5550123</p>",
    '<span title="还有3天截止"></span>',
    "<p>其他事项请咨询办公室</p>",
    '<div class="bdsharebuttonbox"><a href="#" class="bds_more" data-cmd="more"></a></div>',
    '<div class="gotop"><svg class="icon"><use xlink:href="#icon-top"></use></svg></div>',
    '<svg><a xlink:href="#top"><path d="M0 0"></path></a></svg>',
    "<p>如需获取其他政府信息请依申请公开</p>",
    "<p>其他信息请查阅《政府信息公开指南》</p>",
    "<script>var p = {pno: 1, psize: 20, total: 3}</script>",
)


@pytest.mark.parametrize("sign", GOES_ON)
@pytest.mark.parametrize("family", ["trs_wcm", "generic"])
def test_unknown_elements_right_after_the_rows_are_reported(sign: str, family: str) -> None:
    listing = read(CASES[family], sign, url=f"{LIST}index.html")
    assert [problem.code for problem in listing.problems] == ["paging_not_understood"]


@pytest.mark.parametrize("sign", WHOLE)
@pytest.mark.parametrize("family", ["trs_wcm", "generic"])
def test_elements_after_the_rows_of_a_complete_list_do_not_make_it_red(sign: str, family: str) -> None:
    listing = read(CASES[family], sign, url=f"{LIST}index.html")
    assert (following(listing), listing.problems) == ([], ())


def _headed(headline: str) -> list[str]:
    body = f"<body><div>{headline}</div>{rows(CASES['trs_wcm'])}</body>"
    page = WebPage(LIST, body, "utf-8")
    return [problem.code for problem in read_list_page(CASES["trs_wcm"].family, page, ListingRequest(LIST)).problems]


def test_a_number_behind_the_headline_above_the_rows_counts_them() -> None:
    assert (_headed("通知公告（60）"), _headed("通知公告（3）")) == (["paging_not_understood"], [])


ABOVE = (
    "<h2>通知公告<small>{}</small></h2>",
    "<h3>通知公告 <span>{}</span></h3>",
    "<div>通知公告[{}条]</div>",
    "<legend>通知公告 {}条</legend>",
    "<caption>通知公告（共{}条）</caption>",
    "<div>通知公告 · {}篇</div>",
    "<div>检索“通知”，得到{}项</div>",
    "<div>命中{}条，用时0.02秒</div>",
    "<div>全部 {} | 本年 2 | 往年 1</div>",
    "<ul><li>全部({})</li><li>通知(2)</li></ul>",
)


@pytest.mark.parametrize("words", ABOVE)
def test_a_count_above_the_rows_is_compared_with_them(words: str) -> None:
    for count in (3, 60):
        page = WebPage(LIST, f"<body><div>{words.format(count)}{rows(CASES['generic'])}</div></body>", "utf-8")
        told = read_list_page(CASES["generic"].family, page, ListingRequest(LIST, "c")).problems
        assert bool(told) is (count > 3)


@pytest.mark.parametrize(
    "words",
    [
        "<h2>政策文件<small>2024</small></h2>",
        "<p>今日更新60条</p>",
        "<p>浏览次数：60</p>",
        "<h2>第60期</h2>",
        "<h2>“十四五”规划</h2>",
    ],
)
def test_other_numbers_above_the_rows_are_not_counts(words: str) -> None:
    page = WebPage(LIST, f"<body><div>{words}{rows(CASES['generic'])}</div></body>", "utf-8")
    assert read_list_page(CASES["generic"].family, page, ListingRequest(LIST, "c")).problems == ()


def test_numbers_in_titles_count_no_documents() -> None:
    body = rows(CASES["trs_wcm"]).replace("第1号通知", "取消第1批共30项证明的公告（1/15）")
    page = WebPage(LIST, f"<body>{body}</body>", "utf-8")
    listing = read_list_page(CASES["trs_wcm"].family, page, ListingRequest(LIST))
    assert (listing.reported_total, listing.reported_pages, listing.problems) == (None, None, ())


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("三", 3),
        ("十二", 12),
        ("二十", 20),
        ("一百〇五", 105),
        ("贰拾叁", 23),
        ("两百", 200),
        ("二〇", 20),
        ("", None),
        ("甲", None),
    ],
)
def test_chinese_numerals_are_read(text: str, number: int | None) -> None:
    assert read_chinese(text) == number


PAGER = '<div class="page"></div><script src="{}"></script>'


@pytest.mark.parametrize(
    ("script", "count", "red"),
    [
        ("/js/list.js", 20, True),
        ("/js/list.js", 7, False),
        ("/js/jquery.min.js", 20, False),
        ("/js/common.js", 20, False),
    ],
)
def test_an_empty_pager_below_a_full_page_waits_for_a_script_of_the_page(script: str, count: int, red: bool) -> None:
    assert bool(read(CASES["trs_wcm"], PAGER.format(script), count=count).problems) == red


def test_years_beside_the_marked_one_of_all_entries_are_other_lists() -> None:
    years = "<ul><li class='on'>{}</li><li>2023</li><li>2022</li></ul>"
    assert read(CASES["trs_wcm"], years.format("2024")).problems
    assert not read(CASES["trs_wcm"], years.format("全部")).problems


TABS = '<ul class="tabs"><li class="on" data-id="1">县政府文件</li>{}</ul>'


@pytest.mark.parametrize(
    ("other", "red"),
    [
        ('<li data-id="2">部门文件</li>', True),
        ('<li onclick="tab(2)">部门文件</li>', True),
        ('<li><a href="javascript:;" data-id="2">部门文件</a></li>', True),
        ('<li><a href="/gk/bm/">部门文件</a></li>', False),
        ('<li data-id="2">按热度排序</li>', False),
        ('<li data-target="#below">部门文件</li>', False),
        ('<li data-id="2">全部</li><li data-id="3">部门文件</li>', False),
    ],
)
def test_a_tab_above_the_rows_shows_another_list_unless_that_is_in_the_page(other: str, red: bool) -> None:
    body = f"<body>{TABS.format(other)}{rows(CASES['trs_wcm'])}<div id='below'>本栏目暂无文件</div></body>"
    listing = read_list_page(CASES["trs_wcm"].family, WebPage(LIST, body, "utf-8"), ListingRequest(LIST))
    assert bool(listing.problems) == red


PACKED = "<script>eval(function(p,a,c,k,e,d){{return p}}('0.1(2)',3,3,'{}|show|60'.split('|'),0,{{}}))</script>"


@pytest.mark.parametrize(
    ("script", "red"),
    [
        (PACKED.format("pager"), True),
        (PACKED.format("banner"), False),
        ('<script>new EventSource("/list/stream").onmessage = add</script>', True),
        ('<script>new EventSource("/weather/stream").onmessage = add</script>', False),
    ],
)
def test_packed_pager_scripts_and_scripts_that_wait_for_rows_are_reported(script: str, red: bool) -> None:
    assert bool(read(CASES["trs_wcm"], script).problems) == red


BESIDE = (
    '<div class="sp"><h3>视频</h3><a href="/v/1.html"><img src="/v1.jpg"></a><a href="/v/2.html">'
    '<img src="/v2.jpg"></a></div>',
    '<p><img src="/ewm.png">扫一扫</p>',
    '<div class="top"><a href="/zt/"><img src="/zt.jpg"></a></div>',
)
SHORT = (
    '<div>1/13 <input size=2> <a onclick="go()">GO</a></div>',
    "<div><span>1</span>/<span>13</span></div>",
    '<div><b>&lt;</b> <b onclick="np()">&gt;</b></div>',
    '<div><a href="javascript:;"><i class="fa fa-angle-right"></i></a></div>',
)


@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("sign", SHORT)
@pytest.mark.parametrize("name", ["", "tab", "hd", "pic-list"])
def test_pictures_beside_short_rows_do_not_hide_their_pager(beside: str, sign: str, name: str) -> None:
    body = f'<body><div><div class="{name}">{beside}{rows(CASES["generic"], 8)}{sign}</div></div></body>'
    page = WebPage(LIST, f"<html>{body}</html>", "utf-8")
    listing = read_list_page(CASES["generic"].family, page, ListingRequest(LIST))
    assert [problem.code for problem in listing.problems] == ["paging_not_understood"]


DOUBTS = (
    '<div class="x"><a href="./k7f3">旧档</a></div>',
    '<div class="share">分享到</div><p><a href="?z=1">再往前的文告请进</a></p>',
    "<p>本栏目自开设以来累积收存文告六十一篇。</p>",
    "<p>现有文件60余件，陆续上网</p>",
)
NO_DOUBTS = (
    '<div><a href="/gk/">返回上级</a></div>',
    '<div><a href="./zcjd/">政策解读</a></div>',
    '<p>附：<a href="./k7f3">旧档</a></p>',
    '<div><a href="/zt/k7f3">旧档</a></div>',
    '<div class="bn"><a href="/gk/fx2026/"><img src="/i/fx.jpg"></a></div>',
    '<div><a href="/gk/jc/">我要纠错</a></div>',
    '<div><a href="/gk/map/">网站地图</a></div>',
    "<p>本栏目共收录文件3件。</p>",
    "<p>全年共受理行政复议61件，累计发放补贴1200万元。</p>",
    "<p>公共服务事项120项已全部上网。</p>",
    "<p>中共云溪县委20条措施</p>",
)


@pytest.mark.parametrize("family", ["trs_wcm", "generic"])
def test_a_lone_link_or_a_count_in_a_sentence_beside_the_rows_makes_a_list_doubtful(family: str) -> None:
    read_of = {words: read(CASES[family], words) for words in (*DOUBTS, *NO_DOUBTS)}
    assert {words for words, listing in read_of.items() if listing.may_go_on} == set(DOUBTS)
    assert {words for words, listing in read_of.items() if listing.problems} == set()


@pytest.mark.parametrize(
    ("head", "red"),
    [
        ('<meta http-equiv="refresh" content="20;url=?scr=2">', True),
        ('<meta http-equiv="refresh" content="600">', False),
        ('<meta http-equiv="refresh" content="600;url=/gk/other/">', False),
        ("<script>if(document.cookie.indexOf('a=1')<0){document.cookie='a=1';location.reload();}</script>", True),
        ("<script>function old(){document.cookie='a=1';location.reload();}</script>", False),
    ],
)
def test_a_page_that_loads_another_one_by_itself_is_not_whole(head: str, red: bool) -> None:
    page = WebPage(LIST, f"<head>{head}</head><body>{rows(CASES['generic'])}</body>", "utf-8")
    assert bool(read_list_page(CASES["generic"].family, page, ListingRequest(LIST, "c")).problems) is red


def test_rows_behind_those_of_the_list_in_another_form_are_told() -> None:
    line = '<p><a href="/show.php?id=9{0}">桐溪县第9{0}号通知公告</a></p>'
    for count, red in ((4, False), (8, True)):
        older = "".join(map(line.format, range(count)))
        for block in (f'<div class="old">{older}</div>', f'<div style="display:none">{older}</div>'):
            assert bool(read(CASES["generic"], block, count=12).problems) is red
        for headline in ("<h3>相关文章</h3><div>", "<div><img src=rd.gif>", "<div><a href=/rd/><img src=rd.gif></a>"):
            assert not read(CASES["generic"], f"{headline}{older}</div>", count=12).problems
        pictures = older.replace("<p>", "<p><img src=dot.gif>")
        assert bool(read(CASES["generic"], f"<div>{pictures}</div>", count=12).problems) is red


@pytest.mark.parametrize(
    ("between", "red"),
    [
        ("<!-- 置顶 -", True),
        ("<!-- 下列为转载 -- >", True),
        ("<!-- 下列为转载 -->", False),
        ('<!-- <li><a href="/show.php?id=77">示例</a></li> -->', False),
        ('<!-- <li><a href="/show.php?id=77">示例</a></li></ul> -->', False),
    ],
)
def test_rows_in_a_comment_that_is_not_closed_where_it_should_be_are_told(between: str, red: bool) -> None:
    body = rows(CASES["generic"], 12).replace("<li>", f"{between}<li>", 8).replace(f"{between}<li>", "<li>", 7)
    page = WebPage(LIST, f"<html><body>{body}<!-- end --></body></html>", "utf-8")
    listing = read_list_page(CASES["generic"].family, page, ListingRequest(LIST, "c"))
    assert (bool(listing.problems), len(listing.entries)) == (red, 7 if red else 12)


FAILURES = (
    "[an error occurred while processing this directive]",
    "<br /><b>Fatal error</b>:  Allowed memory size exhausted in <b>/www/l.php</b> on line <b>41</b>",
    "<font size=2>Microsoft VBScript 运行时错误</font> <font size=2>错误 '800a000d'</font>",
    "<pre>java.sql.SQLException: closed</pre>",
    "<p>数据库连接失败，请稍后再试</p>",
)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_list_whose_program_failed_behind_its_rows_ends_early(failure: str) -> None:
    assert [problem.code for problem in read(CASES["generic"], failure).problems] == ["list_ends_early"]
    assert not read(CASES["generic"], f"<!-- {failure} -->").problems


@pytest.mark.parametrize("address", ["http://[x/", "//[", "http://\u2100.cn/"])
def test_a_step_to_an_address_that_is_none_loses_no_rows(address: str) -> None:
    step = f"""<a href="javascript:go(2)">下一页</a><script>function go(n) {{ location.href = '{address}' }}</script>"""
    listing = read(CASES["generic"], step, count=7)
    assert (len(listing.entries), [problem.code for problem in listing.problems]) == (7, ["paging_not_understood"])


@pytest.mark.parametrize(
    "words",
    [
        "<p>关于数据库访问异常的情况说明</p>",
        "<p>云溪县公共数据库连接失败应急预案</p>",
        "<p>数据库连接失败应急演练公告</p>",
        "<script>function no() { alert('数据库连接失败！') }</script>",
        "<script>$.get('/hits', error: function () { tip('系统错误，数据库查询失败') })</script>",
    ],
)
def test_titles_and_scripts_that_speak_of_failures_end_no_list(words: str) -> None:
    assert not read(CASES["generic"], words).problems


def test_a_part_of_a_list_that_the_server_left_out_is_told() -> None:
    assert read(CASES["generic"], '<!--#include virtual="/inc/list_rest.html"-->').problems
    assert not read(CASES["generic"], '<!--#include virtual="/inc/foot.html"-->').problems


@pytest.mark.parametrize(
    ("menu", "folder", "doubtful"),
    [
        ('<h3><a href="./jgsz/">机构设置</a></h3><h3><a href="./rsxx/">人事任免</a></h3>', "./jgsz/", True),
        ('<h3><a href="./rsxx/">人事任免</a></h3><h3><a href="./cgxx/">采购信息</a></h3>', "./jgsz/", False),
        ('<h3><a href="./2024/">2024年</a></h3><h3><a href="./2025/">2025年</a></h3>', "./2024/", False),
        ('<h3><a href="/gk/jgsz/">机构设置</a></h3><h3><a href="/gk/rsxx/">人事任免</a></h3>', "./", False),
    ],
)
def test_the_newest_documents_of_folders_that_a_page_links_are_no_whole_list(
    menu: str, folder: str, doubtful: bool
) -> None:
    lines = rows(CASES["generic"]).replace("/show.php?id=", folder).replace('" target', '.html" target')
    page = WebPage(LIST, f"<body><div>{menu}</div>{lines}</body>", "utf-8")
    assert read_list_page(CASES["generic"].family, page, ListingRequest(LIST, "c")).may_go_on is doubtful
