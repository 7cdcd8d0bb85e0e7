"""A list that continues is followed, or is red with the sign that was not understood; it never counts as complete."""

import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.platforms.paging import paging
from etl.platforms.paging.list_numbers import numbers_in_code
from etl.web.page import WebPage
from tests.support.paged_lists import CASES, LIST, following, read

SIGNS = {
    "a link that a script answers": '<div><a onclick="go(2)">下一页</a></div>',
    "a link to nowhere": '<p><a href="javascript:go(2)">下页</a></p>',
    "the last page only": '<p><a href="#" data-p="9">尾页</a></p>',
    "pages in words": "<div>共<b>7</b>页</div>",
    "page and pages": "<div>当前第1/34</div>",
    "the page of all": "<div>第 1 页 / 共 5 页</div>",
    "documents and pages": "<div>共 48 条 &nbsp; 1/3</div>",
    "a variable": "<script>var totalPage = 12;</script>",
    "an object": '<script>init({pageCount: "4", rows: 20})</script>',
    "documents in a variable": "<script>var o = {recordCount: '4567'}</script>",
    "an unknown call": "<script>laypage({cont: 'p', pages: data.n})</script>",
    "another unknown call": '<script>createPageTurn("box", list)</script>',
    "numbers of a script": '<div><a href="#">1</a><a href="javascript:go(2)">2</a></div>',
    "more that loads": '<div class="more" id="load">加载更多</div>',
    "a button": "<button>点击查看更多</button>",
}


OWN = {("lonsun", "an object")}
"""Pairs of a family and a sign where the sign is what the family itself reads: its number of pages is then reported."""


@pytest.mark.parametrize(("family", "sign"), [pair for pair in product(CASES, SIGNS) if pair not in OWN])
def test_a_sign_of_more_pages_that_nobody_understands_is_a_problem(family: str, sign: str) -> None:
    listing = read(CASES[family], SIGNS[sign])
    assert len(listing.entries) == 3
    assert following(listing) == []
    assert [problem.code for problem in listing.problems] == ["paging_not_understood"]


WHOLE = {
    "no pager": "",
    "one page in words": "<div>共1页</div>",
    "the first of one": "<div><a>首页</a><a>上一页</a><a>下一页</a><a>尾页</a> 1/1页</div>",
    "all documents": "<div>共3条记录 1/1</div>",
    "one page in a variable": "<script>var pageCount = 1; draw(pageCount)</script><div>下一页</div>",
    "a next page that is switched off": '<div><span class="disabled">下一页</span></div>',
    "a commented pager": "<!-- createPageHTML(129, 0, 'index', 'html') --><!-- <a href='index_1.html'>下一页</a> -->",
    "a commented call": "<script>// laypage({pages: 9})\n/* var totalPage = 9; */</script>",
    "a definition with values elsewhere": "<script>n = 4; c = 1; e = 'html'; s = 'index';"
    "function createPageHTML(n, c, s, e) { return n + c }</script>",
    "a definition": "<script>function createPageHTML(n, c, s, e) { return n + c }</script>",
    "a link to another column": '<p><a href="/gk/other/">更多</a></p>',
}


@pytest.mark.parametrize("ending", WHOLE)
@pytest.mark.parametrize("family", CASES)
def test_a_page_that_is_the_whole_list_is_no_problem(family: str, ending: str) -> None:
    listing = read(CASES[family], WHOLE[ending])
    assert (following(listing), listing.problems) == ([], ())


@pytest.mark.parametrize("family", CASES)
def test_a_live_link_to_the_next_page_is_followed_whatever_the_family(family: str) -> None:
    case = CASES[family]
    listing = read(case, '<div><a href="?pg=2">下一页</a></div>')
    assert (following(listing), listing.problems) == ([f"{case.url}?pg=2"], ())
    # On the last page the site has no link there any more.
    last = read(case, '<div><a href="?pg=1">上一页</a><a>下一页</a></div>', seen=3, url=f"{case.url}?pg=2")
    assert (following(last), last.problems) == ([], ())


PAGERS = {
    "createPageHTML(29, 0, 'index', 'html');": (29, None, "index_1.html"),
    "createPageHTML(191, 13, 0, 'index', 'html');": (13, 191, "index_1.html"),
    "createPageHTML('page_div', 4, 1, 'list', 'shtml', 52);": (4, 52, "list_2.shtml"),
    "Pager({size:29, current:0, prefix:'index', suffix:'html'});": (29, None, "index_1.html"),
    "new Pager({'size': 25, 'current': 0, 'prefix': 'zcfg', 'suffix': 'htm'})": (25, None, "zcfg_1.htm"),
    """var currentPage = 0;//所在页从0开始
       var nextPage = currentPage+1
       var countPage = 50//共多少页
       document.write("共"+countPage+"页");
       document.write("<a href=\\"index_"+nextPage+".htm\\">下一页</a>");""": (50, None, "index_1.htm"),
    """var pageCount = 6, currPage = 1;
       document.write('<a href="list_' + (currPage + 1) + '.html">下一页</a>');""": (6, None, "list_2.html"),
    """var currentPage = 0; var 下一页Page = currentPage+1; var countPage = 7;
       document.write("<a href=\\"index"+"_" + 下一页Page + "."+"htm\\">下一页</a>");""": (7, None, "index_1.htm"),
    """var pageCount = 6, pageIndex = 1; draw(function (n) {
       location.href = n == 1 ? 'list.html' : 'list_' + (n - 1) + '.html'; });""": (6, None, "list_1.html"),
    "createPageHTML(9, 1, 1, 20, 171, 'xlist', 'shtml');": (9, 171, "xlist_2.shtml"),
    "createPageHTML('29', '0', 'index', 'html');": (29, None, "index_1.html"),
    "var all = 9, at = 0; createPageHTML(all, at, 'index_71', 'html');": (9, None, "index_71_1.html"),
    "createPageHTML(4, 0, 'wjk', 'html', 'black2', 52);": (4, 52, "wjk_1.html"),
    "createPageHTML(4, 1, 'wjk', 'html', 'black2', 52);": (4, 52, "wjk_2.html"),
}


@pytest.mark.parametrize("call", PAGERS)
@pytest.mark.parametrize("family", ["trs_wcm", "nfcms", "generic"])
def test_the_pagers_of_scripts_are_read_in_every_family(family: str, call: str) -> None:
    case = CASES[family]
    pages, total, address = PAGERS[call]
    listing = read(case, f"<!-- createPageHTML(99, 98, 'old', 'html') --><script>{call}</script>")
    assert (listing.reported_pages, listing.reported_total) == (pages, total)
    assert (following(listing), listing.problems) == ([case.url + address], ())


@pytest.mark.parametrize(
    "paging", ["createPageHTML(3, 2, 'index', 'html')", "Pager({size:3,current:2,prefix:'index',suffix:'html'})"]
)
def test_the_last_page_of_a_pager_has_no_next_one(paging: str) -> None:
    listing = read(CASES["trs_wcm"], f"<script>{paging}</script>", seen=6, url=f"{LIST}index_2.html")
    assert (following(listing), listing.reported_pages, listing.problems) == ([], 3, ())


@pytest.mark.parametrize("at", [1, 2, 3])
def test_the_last_of_several_numbers_is_not_the_page_of_a_counter_behind_them(at: int) -> None:
    others = "".join(f'<a href="?page={page}">{page}</a>' for page in range(1, 5) if page != at)
    pager = (
        f'<strong>{at}</strong>{others}<input name="custompage"><span>/ 4 页</span><a href="?page={at + 1}">下一页</a>'
    )
    url = f"{LIST}?page={at}"
    listing = read(CASES["generic"], f'<div class="pg">{pager}</div>', url=url, seen=3 * (at - 1))
    assert following(listing) == [f"{LIST}?page={at + 1}"]


def test_the_total_beside_a_pager_is_the_lists() -> None:
    listing = read(CASES["nfcms"], '<div>共 48 条记录 第1页/共16页 <a href="?p=2">下一页</a></div>')
    assert listing.reported_total == 48
    assert read(CASES["nfcms"], '<p>本站共 48 条信息</p><a href="?p=2">下一页</a>').reported_total is None


@pytest.mark.parametrize("family", ["trs_wcm", "ucap", "nfcms"])
def test_rows_of_a_form_that_was_not_understood_are_a_problem(family: str) -> None:
    case = CASES[family]
    # Blocks that share nothing but the form of their links.
    odd = "".join(
        f'<div class="b{"x" * n}"><section><a href="{case.document.format(n)}">第{n}号决定</a></section><hr></div>'
        for n in range(20, 30)
    )
    listing = read(case, f"<table><tr><td>{odd}</td></tr></table>")
    assert len(listing.entries) < 13
    assert [problem.code for problem in listing.problems] == ["rows_not_understood"]
    assert listing.problems[0].params["links"] == 13


def test_documents_of_other_columns_beside_a_short_list_are_none() -> None:
    case = CASES["trs_wcm"]
    box = "".join(f'<li><a href="../../xw/202401/t20240101_{n}.html">新闻第{n}条消息</a></li>' for n in range(10, 20))
    listing = read(case, f"<ol>{box}</ol>", count=1)
    assert ([entry.title for entry in listing.entries], listing.problems) == (["桐溪县第1号通知"], ())


def test_a_page_of_hundreds_of_rows_turns_within_itself() -> None:
    case = CASES["nfcms"]
    turned = "<script>laypage({cont: 'p', limit: 20})</script><a onclick='go(2)'>下一页</a>"
    assert read(case, turned, count=250).problems == ()
    assert [problem.code for problem in read(case, turned, count=90).problems] == ["paging_not_understood"]
    # Where it says how many there are, that counts.
    more = "<div>共 900 条 1/3</div>"
    assert [problem.code for problem in read(case, more, count=250).problems] == ["paging_not_understood"]


@given(
    st.sampled_from(("", "var ", '"', "'", "g_", "m_n", "page.", ";")),
    st.sampled_from(("countPage", "page-count", "PAGE_COUNT", "intTotalPages", "total-page-count", "pagesNumTotal")),
    st.sampled_from(("=", ":", " = ", '" : "', "' :'", '="', " =  '")),
    st.integers(2, 10**6),
)
def test_a_quick_search_passes_all_that_the_exact_one_finds(before: str, name: str, between: str, number: int) -> None:
    source = f"x();{before}{name}{between}{number};"
    assert paging._PAGE_COUNT.search(source) is None or paging._may_count(WebPage("", source, "utf-8"))
    assert [(stated.kind, stated.value) for stated in numbers_in_code(source)] == [("pages", number)]


def test_calls_without_end_take_no_time() -> None:
    page = WebPage(LIST, f"<script>{'createPageHTML(n, c, s, e);' * 3_000}</script>", "utf-8")
    begun = time.process_time()
    assert paging.script_pager(page, first=True) is None
    assert time.process_time() - begun < 2
