"""Pagers of any form that a list may have: followed to the end where they have addresses, else red, and red no more on
the only or the last page.

About half of the grammar was seen in other people's notes on some 25 sites (November 2026), the rest are conventions of
common libraries: numbers alone, pictures and buttons, arrows, `rel`, selections, attributes and hidden inputs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.platforms.base import ListingPage, ListingRequest
from etl.platforms.listing import read_list_page
from etl.sources.listing import Listing
from etl.sources.schema import adhoc_source
from etl.web.page import WebPage
from tests.support.paged_lists import CASES, HOST, LIST, Case, following, read, rows
from tests.support.share import examples

ADDRESSES: dict[str, Callable[[int], str]] = {
    "query": lambda n: f"?pg={n}",
    "a query of two": lambda n: f"list.jsp?id=4711&currpage={n}",
    "an offset": lambda n: f"?id=5&start={20 * (n - 1)}",
    "a path": lambda n: f"p/{n}/",
    "a file": lambda n: f"zcwj-{n}.html",
    "from zero": lambda n: f"index_{n - 1}.htm",
    "a file of a number": lambda n: f"cb473d96-{n}.html",
}
"""Addresses of pages after the first, by their numbers."""


@dataclass(frozen=True)
class Link:
    """How a pager leads on: by addresses, or by a script that answers."""

    name: str
    attributes: Callable[[int], str]
    follows: bool


def leading(of: Callable[[int], str]) -> Callable[[int], str]:
    """The attribute of an address below that of the list, for which `@` stands."""
    return lambda n: f'href="@{of(n)}"'


LINKS = (
    *(Link(name, leading(of), True) for name, of in ADDRESSES.items()),
    Link("a script's address", lambda n: f'href="javascript:go({n})"', False),
    Link("a handler", lambda n: f'href="javascript:;" onclick="return toPage({n})"', False),
    Link("an anchor", lambda n: f'href="#" data-page="{n}"', False),
    Link("a form sent back", lambda n: f"""href="javascript:__doPostBack('G1','Page${n}')" """, False),
)


def numbers(link: Link, page: int, pages: int, current: str, item: str) -> str:
    """A pager of numbers alone."""
    shown = range(max(1, page - 2), min(pages, page + 3) + 1)
    cells = (current.format(n) if n == page else f"<a {link.attributes(n)}>{n}</a>" for n in shown)
    return "".join(item.format(cell) for cell in cells)


def group(link: Link, page: int, pages: int, current: str) -> str:
    """A pager of three numbers at a time, and of a link to the next three."""
    start = (page - 1) // 3 * 3 + 1
    shown = range(start, min(pages, start + 2) + 1)
    cells = [current.format(n) if n == page else f"<a {link.attributes(n)}>[{n}]</a>" for n in shown]
    onward = [f"<a {link.attributes(start + 3)}>下三页</a>"] if start + 3 <= pages else []
    return f"<p>{''.join(cells + onward)}</p>"


def selection(link: Link, page: int, pages: int) -> str:
    """A pager of a list of addresses to choose from."""
    marks = {page: " selected"}
    options = (
        f'<option value="{link.attributes(n)[6:-1]}"{marks.get(n, "")}>第{n}页</option>' for n in range(1, pages + 1)
    )
    return f'<select onchange="location.href=this.value">{"".join(options)}</select>'


def with_ends(link: Link, page: int, pages: int, ends: tuple[str, str], pager: str) -> str:
    """The pager between links to the first and the last page, as far as these are other ones."""
    first, last = (f"<a {link.attributes(n)}>{words}</a>" for n, words in zip((1, pages), ends, strict=True))
    return f"{first if ends[0] and page > 1 else ''}{pager}{last if ends[1] and page < pages else ''}"


def step(link: Link, page: int, pages: int, words: str) -> str:
    """A link to the next page, which the last page lacks."""
    back = f"<a {link.attributes(page - 1)}>上一页</a>" if page > 1 else ""
    return back + (f"<a {link.attributes(page + 1)} {words}</a>" if page < pages else "")


CURRENT = (
    "<b>{}</b>",
    "<span>{}</span>",
    '<a class="active" href="javascript:;">{}</a>',
    '<em class="cur">{}</em>',
    " [{}] ",
)
ENDS = (("", ""), ("", "&raquo;"), ("&lt;&lt;", "&gt;&gt;"), ("«", "»"), ("‹", "›"))
"""Words of links to the first and to the last page of a list."""
ITEMS = ("{}", "<li>{}</li>", "<span>{}</span> ", "<td>{}</td>")
WORDS = (
    ">下一页",
    "><span>下页</span>",
    '><img src="n.gif" alt="下一页">',
    'title="下一页"><i class="r"></i>',
    ">[后一页]",
    ">后页",
    ">较早文章",
    ">« Older posts",
)
WRAPS = (
    '<div class="pages">{}</div>',
    "<table><tr><td><table><tr>{}</tr></table></td></tr></table>",
    "<ul>{}</ul>",
    "<p>{}</p>",
)

pagers = st.one_of(
    st.tuples(*map(st.sampled_from, (LINKS, CURRENT, ITEMS, WRAPS, ENDS))).map(
        lambda form: (
            lambda page, pages: form[3].format(
                with_ends(form[0], page, pages, form[4], numbers(form[0], page, pages, form[1], form[2]))
            )
        )
    ),
    st.tuples(st.sampled_from(LINKS), st.sampled_from(WORDS), st.sampled_from(WRAPS)).map(
        lambda form: lambda page, pages: form[2].format(step(form[0], page, pages, form[1]))
    ),
)
"""Forms of pagers: (page, pages) → markup."""


def walked(case: Case, pager: Callable[[int, int], str], pages: int) -> list[ListingPage]:
    """The pages that are read from the first one on, as far as one leads to the next."""
    found, url, seen = list[ListingPage](), case.url, 0
    for page in range(1, pages + 2):
        listing = read(case, pager(page, pages).replace("@", case.url), url=url, seen=seen)
        found.append(listing)
        if not listing.next_requests:
            break
        url, seen = listing.next_requests[0].url, seen + 3
    return found


@settings(max_examples=examples(200), deadline=None)
@given(pagers, st.integers(2, 9), st.sampled_from(["trs_wcm", "nfcms", "generic"]))
def test_a_list_is_walked_to_its_end_or_red(pager: Callable[[int, int], str], pages: int, family: str) -> None:
    found = walked(CASES[family], pager, pages)
    problems = [problem.code for listing in found for problem in listing.problems]
    assert (len(found), problems) in ((pages, []), (1, ["paging_not_understood"]))


@settings(max_examples=examples(100), deadline=None)
@given(pagers, st.sampled_from(["trs_wcm", "nfcms", "generic"]))
def test_a_pager_of_one_page_is_no_sign_of_more(pager: Callable[[int, int], str], family: str) -> None:
    listing = read(CASES[family], pager(1, 1))
    assert (following(listing), listing.problems) == ([], ())


FOLLOWED = [link for link in LINKS if link.follows]


@pytest.mark.parametrize("family", ["trs_wcm", "nfcms", "generic"])
@pytest.mark.parametrize("pages", [2, 3, 7])
@pytest.mark.parametrize("link", FOLLOWED, ids=lambda link: link.name)
def test_groups_of_numbers_and_selections_are_followed(link: Link, pages: int, family: str) -> None:
    pagers = [partial(group, link, current=current) for current in CURRENT]
    for pager in (partial(selection, link), *pagers):
        found = walked(CASES[family], pager, pages)
        assert (len(found), [listing.problems for listing in found]) == (pages, [()] * pages)


@pytest.mark.parametrize("family", ["trs_wcm", "generic"])
@pytest.mark.parametrize("pages", [2, 3, 7, 12])
@pytest.mark.parametrize("current", CURRENT)
def test_pages_that_are_numbered_from_the_last_one_are_followed(current: str, pages: int, family: str) -> None:
    link = Link("from the last", leading(lambda n: f"{pages - n + 1}.htm"), True)
    found = walked(CASES[family], partial(numbers, link, current=current, item="<li>{}</li>"), pages)
    assert (len(found), [listing.problems for listing in found]) == (pages, [()] * pages)


@pytest.mark.parametrize("link", FOLLOWED, ids=lambda link: link.name)
@pytest.mark.parametrize("page", [1, 2, 5])
def test_numbers_with_addresses_are_followed(link: Link, page: int) -> None:
    case = CASES["nfcms"]
    url, after = (link.attributes(number)[6:-1].replace("@", case.url) for number in (page, page + 1))
    pager = numbers(link, page, 5, CURRENT[0], ITEMS[0]).replace("@", case.url)
    listing = read(case, pager, url=url if page > 1 else "", seen=3 * (page - 1))
    expected = [after] if page < 5 else []
    assert (following(listing), listing.problems) == (expected, ())


SCRIPTED = {
    "hidden input": '<input type="hidden" id="pageCount" value="12">',
    "value first": '<input value="188" type="hidden" name="totalRecord">',
    "attribute": '<div data-page-count="12"></div>',
    "attributes of a pager": '<div class="pagination" rows="3" count="188" pageno="1"></div>',
    "button": '<input type="button" value="下一页" onclick="go(2)">',
    "an arrow of a pager": '<ul class="pagination"><li><a href="#" aria-label="Next">&raquo;</a></li></ul>',
    "picture": '<img src="n.gif" title="下一页" onclick="go(2)">',
    "selection": "<select onchange='go(this.value)'><option>第1页</option><option>第2页</option></select>",
    "a name with its type": "<script>var m_nPageCount = 9;</script>",
    "another name": "<script>var intTotalPage = 9;</script>",
    "a total beside a size": "<script>new Vue({data:{pageNum:1,pageSize:3,total:188}})</script>",
    "an element of a library": '<el-pagination :current-page="n" @change="turn"></el-pagination>',
    "a plug-in": "<script>$('#p').paging({pageNo: 1, totalPage: n})</script>",
    "a call with numbers": "<script>showPage('9', '1', '/gk/list')</script>",
    "the end of the window": '<script>$(w).scroll(function(){ page++; $.get("/l.do?page=" + page, add) })</script>',
    "more of a kind": '<div class="load">上拉加载更多</div>',
    "more by its class": '<a class="load-more" onclick="more()">更多</a>',
    "documents of a pager": '<div class="page">共188条记录</div>',
    "what is shown of all": "<div>显示第 1 到第 3 条记录，总共 188 条记录</div>",
    "what was found": "<div>为您查询到 188 条信息</div>",
    "a field for a number": "<div>到第<input size=2>页 <button>跳转</button></div>",
}


@pytest.mark.parametrize("sign", SCRIPTED)
@pytest.mark.parametrize("family", ["trs_wcm", "ucap", "generic"])
def test_rows_that_a_script_will_show_make_the_list_incomplete(sign: str, family: str) -> None:
    listing = read(CASES[family], SCRIPTED[sign])
    assert following(listing) == []
    assert [problem.code for problem in listing.problems] == ["paging_not_understood"]


WHOLE = {
    "pictures that slide": '<ul class="num"><li class="on">1</li><li>2</li><li>3</li></ul>',
    "their links": '<div class="focus"><p><a href="javascript:;">1</a><a href="javascript:;">2</a></p></div>',
    "numbers of documents": '<p><a href="./202401/t20240101_17.html">1</a><a href="./202402/t20240211_9.html">2</a>',
    "their arrow": '<div class="slideBox"><a class="next" href="javascript:;">&gt;</a></div>',
    "a calendar": f"<table><tr>{''.join(f'<td><a href=?d={n}>{n}</a></td>' for n in range(1, 31))}</tr></table>",
    "ranks": "".join(f"<li><i>{n}</i><a href='/x/y{n}.html'>热门信息</a></li>" for n in range(1, 6)),
    "other columns": '<a href="/gk/other/">更多</a><li class="nav"><a href="javascript:;">更多</a></li>',
    "pictures of a script": "<script>var page = 1; $r.click(function(){ page++; $b.animate({left: page}) })</script>",
    "months": f"<select onchange='f()'>{''.join(f'<option value={n}>{n}</option>' for n in range(1, 13))}</select>",
    "sizes": "<select onchange='f()'><option>10</option><option>20</option></select>",
    "one page": '<input type="hidden" id="pageCount" value="1">',
    "one page of a call": "<script>showPage('1', '1', '/gk/list')</script>",
    "all documents of a call": "<script>initPage(3, 1, 20)</script>",
    "all documents": '<div class="page">共3条</div>',
    "all documents beside a size": "<script>var o = {pageSize: 10, total: 3}</script>",
    "years of another list": '<div><a href="/gb/2019/">2019</a><a href="/gb/2020/">2020</a></div>',
    "issues": '<div><a href="/gb/1/">第1期</a><a href="/gb/2/">第2期</a></div>',
    "a dead button": '<input type="button" value="下一页" disabled>',
    "numbers of a pager": "<script>var o = {visiblePages: 5, showPageCount: 5}</script>",
    "a trail": '<p>首页 <span>&gt;</span> <a href="/gk/">公开</a> <span>&gt;</span> 政策</p>',
}


@pytest.mark.parametrize("furniture", WHOLE)
@pytest.mark.parametrize("family", ["trs_wcm", "ucap", "generic"])
def test_elements_that_are_not_pagers_make_no_list_red(furniture: str, family: str) -> None:
    listing = read(CASES[family], WHOLE[furniture])
    assert (following(listing), listing.problems) == ([], ())


@pytest.mark.parametrize(
    ("url", "number"), [(LIST + "nei.htm", 1), (LIST + "nei_2.htm", 3), (LIST + "nei_4.htm", None)]
)
def test_a_pager_of_names_in_variables_is_followed(url: str, number: int | None) -> None:
    variables = 'var m_nRecordCount = "14"; var m_nPageSize = 3; var m_sPageName = "nei"; var m_sPageExt = "htm";'
    listing = read(
        CASES["trs_wcm"], f"<script>{variables} page();</script>", url=url, seen=3 * (url != LIST + "nei.htm")
    )
    assert (listing.reported_total, listing.reported_pages, listing.problems) == (14, 5, ())
    assert following(listing) == ([f"{LIST}nei_{number}.htm"] if number else [])


@pytest.mark.parametrize("stem", ["./index", "index", "/gk/zcwj/index"])
def test_the_stem_of_a_call_may_have_a_path(stem: str) -> None:
    listing = read(CASES["trs_wcm"], f"<script>createPageHTML(9, 0, '{stem}', '.html')</script>")
    assert (following(listing), listing.problems) == ([f"{LIST}index_1.html"], ())


def test_a_next_link_without_words_is_found_again_without_a_selector() -> None:
    page = WebPage(
        LIST, f'<body>{rows(CASES["generic"], 4)}<a href="?pg=2"><img src="n.gif" alt="下一页"></a></body>', "utf-8"
    )
    guess = dict(CASES["generic"].family.guess_listing(page) or {})
    source = adhoc_source("x", "x", LIST, ["x.example"]).model_copy(update={"listing": Listing.model_validate(guess)})
    listing = read_list_page(CASES["generic"].family.for_source(source), page, ListingRequest(LIST, "c"))
    assert ("next" in guess, following(listing)) == (False, [f"{HOST}/gk/zcwj/?pg=2"])


def test_the_first_page_of_a_list_with_a_number_of_its_own_is_no_further_one() -> None:
    back = '<a href="/gk/list_3.html">政策文件</a> <a href="list_3_2.html">上一页</a>'
    listing = read(CASES["generic"], back, seen=6, url="http://x.example/gk/list_3_3.html")
    assert (following(listing), listing.problems) == ([], ())


@pytest.mark.parametrize(("own", "seen"), [("list_5.html", 0), ("list_5_4.html", 60), ("list-5-4.shtml", 60)])
def test_lists_whose_addresses_differ_in_a_number_are_no_pages_of_each_other(own: str, seen: int) -> None:
    address = f"{own[:5]}6{own[own.rindex('.') :]}"
    other = address.replace("6", "7")
    menu = f"<li><a href='{address}'>规划计划</a></li><h3>财政资金</h3><a href='{other}'>更多&gt;&gt;</a>"
    listing = read(CASES["generic"], menu, seen=seen, url=f"http://x.example/gk/{own}")
    assert (following(listing), listing.problems) == ([], ())


@pytest.mark.parametrize(
    ("names", "are_pages"), [(("规划计划", "财政资金"), False), (("第2页", "第3页"), True), (("下一页", "尾页"), True)]
)
def test_the_nodes_of_a_tree_are_no_pages_unless_their_names_say_so(names: tuple[str, str], are_pages: bool) -> None:
    nodes = "".join(f"d.add({place}, 0, '{name}', 'list_{place}.html');" for place, name in enumerate(names, 6))
    tree = f"<script>d = new dTree('d'); {nodes} document.write(d);</script>"
    listing = read(CASES["generic"], tree, url="http://x.example/gk/list_5.html")
    assert bool(following(listing) or listing.problems) is are_pages


def test_a_further_page_of_a_list_with_a_number_of_its_own_is_seen() -> None:
    listing = read(
        CASES["generic"], "<a href='list_5_5.html'>末页</a>", seen=60, url="http://x.example/gk/list_5_4.html"
    )
    assert following(listing) or listing.problems
