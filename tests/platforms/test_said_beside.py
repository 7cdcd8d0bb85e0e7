"""Signs outside the text of a list that it has more entries: headers, comments, titles, attributes, words, forms."""

import json
import time

import pytest

from etl.platforms.base import ListingPage, ListingRequest
from etl.platforms.listing import read_list_page
from etl.platforms.paging.pager_promises import heading_of
from etl.platforms.paging.spoken_counts import counts_in_digits
from etl.web.page import WebPage
from tests.support.hostile_pages import slowness
from tests.support.paged_lists import CASES, LIST, following, read, rows

CASE = CASES["generic"]
NEXT = f"{LIST}?page=2"


def answered(*headers: tuple[str, str], url: str = LIST, body: str = "") -> ListingPage:
    page = WebPage(url, f"<html><body>{rows(CASE)}{body}</body></html>", "utf-8", headers)
    return read_list_page(CASE.family, page, ListingRequest(url, "c"))


@pytest.mark.parametrize(
    "name", ["X-Total-Count", "x-total", "X-WP-Total", "Total-Count", "X-Record-Count", "Pagination-Count"]
)
@pytest.mark.parametrize("number", [3, 60])
def test_a_header_counts_the_documents_of_a_list(name: str, number: int) -> None:
    assert answered((name, str(number))).reported_total == number


@pytest.mark.parametrize(
    ("header", "pages", "total"),
    [
        (("X-WP-TotalPages", "3"), 3, None),
        (("X-Page-Count", "3"), 3, None),
        (("Content-Range", "items 0-2/60"), None, 60),
        (("Content-Range", "bytes 0-2/60"), None, None),
        (("X-Pagination", '{"total": 60, "totalPages": 20, "page": 1}'), 20, 60),
        (("X-Pagination", "{broken"), None, None),
        (("X-RateLimit-Limit", "100"), None, None),
        (("Age", "60"), None, None),
    ],
)
def test_headers_are_understood_by_their_words(header: tuple[str, str], pages: int | None, total: int | None) -> None:
    listing = answered(header)
    assert (listing.reported_pages, listing.reported_total, listing.problems) == (pages, total, ())


@pytest.mark.parametrize(
    "value",
    [
        '<?page=2>; rel="next"',
        "<?page=2>; rel=next",
        '</a.css>; rel=preload; as=style, <?page=2>; title="x"; rel="nofollow next"',
        f'<{LIST}>; rel="first", <{NEXT}>; rel="next", <{LIST}?page=9>; rel="last"',
    ],
)
def test_a_header_links_the_next_page(value: str) -> None:
    assert following(answered(("Link", value))) == [NEXT]


def test_headers_say_whether_rows_without_a_total_are_all() -> None:
    rows = json.dumps([{"title": f"云溪县第{n}号公告", "url": f"/n/{n}.html"} for n in range(20)])
    link = ("Link", f'<{LIST}?after=20>; rel="next"')
    read_as = [
        read_list_page(CASE.family, WebPage(LIST, rows, "utf-8", (header,)), ListingRequest(LIST))
        for header in (link, ("X-Total-Count", "20"), ("X-Frame-Options", "DENY"))
    ]
    assert [following(listing) for listing in read_as] == [[f"{LIST}?after=20"], [], []]
    assert [len(listing.problems) for listing in read_as] == [0, 0, 1]


@pytest.mark.parametrize(
    ("header", "red"),
    [
        (("Link", f'<{LIST}?page=9>; rel="last"'), True),
        (("Link", f'<{LIST}?page=1>; rel="last"'), False),
        (("Link", "</a.css>; rel=preload; as=style"), False),
        (("X-Has-More", "true"), True),
        (("X-Has-More", "false"), False),
        (("X-Next-Page", "2"), True),
        (("X-Next-Page", ""), False),
    ],
)
def test_a_header_that_leads_on_without_an_address_is_reported(header: tuple[str, str], red: bool) -> None:
    assert bool(answered(header).problems) is red


def test_a_pager_of_the_page_goes_before_the_headers() -> None:
    listing = answered(("Link", '<?p=7>; rel="next"'), body='<a href="?page=2">下一页</a>')
    assert following(listing) == [NEXT]


REMARKS = (
    "<!-- total: {} -->",
    "<!-- totalCount={} pageSize=20 -->",
    "<!--共{}条-->",
    "<!-- 记录总数 ：{} -->",
    "<meta name='description' content='通知公告，共{}条'>",
    "<title>通知公告（共{}条）_桐溪县</title>",
    "<title>通知公告({})_桐溪县</title>",
    '<input type="hidden" id="hidTotalRecord" value="{}">',
    '<script type="application/ld+json">{{"@type":"ItemList","numberOfItems":{}}}</script>',
    "<script>var total = {};</script>",
    '<input type="hidden" id="total" value="{}">',
)


@pytest.mark.parametrize("remark", REMARKS)
@pytest.mark.parametrize("number", [10, 60])
def test_invisible_counts_are_read(remark: str, number: int) -> None:
    assert bool(read(CASE, remark.format(number), count=10).problems) is (number == 60)


@pytest.mark.parametrize(
    ("attribute", "red"),
    [
        ('data-has-more="true"', True),
        ('data-more="1"', True),
        ('data-next="/api/list?p=2"', True),
        ('class="pagination" data-max="3"', True),
        ('data-has-more="false"', False),
        ('data-next=".swiper-next"', False),
        ('class="swiper" data-next="/b.html"', False),
        ('class="chart" data-max="3"', False),
    ],
)
def test_an_attribute_that_leads_on_is_reported(attribute: str, red: bool) -> None:
    assert bool(read(CASE, f"<div><div {attribute}></div></div>").problems) is red


@pytest.mark.parametrize(
    "quiet",
    [
        "<!-- 共60个栏目 -->",
        "<!-- version: 60 -->",
        '<!-- <script>createPageHTML(60, 0, "index", "html")</script> -->',
        "<title>通知公告（2024）_桐溪县</title>",
        "<script>var total = 60; $('#visits').html(total)</script>",
    ],
)
def test_numbers_beside_the_text_that_count_something_else_are_ignored(quiet: str) -> None:
    assert read(CASE, quiet, count=10).problems == ()


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        ("共六十条", "共60条"),
        ("共廿二件", "共22件"),
        ("共60余条", "共60条"),
        ("1.2万多件", "12000件"),
        ("近百篇", "90篇"),
        ("最近二十条", "最近20条"),
        ("文件总数六十", "文件总数60"),
        ("共三十余页", "共30页"),
        ("第一届", "第一届"),
        ("万一", "万一"),
    ],
)
def test_counts_in_words_are_the_least_they_may_be(said: str, read_as: str) -> None:
    assert counts_in_digits(said) == read_as


@pytest.mark.parametrize(
    "words",
    ["本栏目共有六十条信息", "共60余条", "总数：1.2万条", "60条以上", "逾60件", "目前收录文件六十件", "另有四十条"],
)
def test_a_list_that_says_so_has_more(words: str) -> None:
    assert read(CASE, f"<p>{words}</p>").problems


def form(name: str, *options: str) -> str:
    return f'<form><select name="{name}">{"".join(options)}</select><button>查询</button></form>'


OWN, OTHER = '<option value="2024" selected>2024年度</option>', '<option value="2023">2023年度</option>'
ALL = '<option value="">全部</option>'
UNMARKED = ("<option value=2024>2024</option>", "<option value=2023>2023</option>")
AGENCIES = "<option value=a>办公室</option><option value=b>财政局</option>"
SITES = "<option value=http://a.example/>办公室</option><option value=http://b.example/>财政局</option>"
VOTE = "<label><input type=radio name=m onclick=v({}) {}>{}</label>"
BUTTON = "<input type=radio name=lx onclick=cx({}) {}>"
BUTTONS = BUTTON.format(1, "checked"), BUTTON.format(2, ""), BUTTON.format(3, "")
ISSUE = "<a href=/gb/{0}.html>2024年第{0}期（总第{1}期）</a>"
RADIO = "<label><input type=radio name=lx onclick=cx(2)>规范性文件</label>"
OFFICE, FINANCE = '<option value="1" selected>办公室</option>', '<option value="2">财政局</option>'


@pytest.mark.parametrize(
    ("choice", "red"),
    [
        (form("year", OWN, OTHER), True),
        (form("year", ALL, OWN, OTHER), True),
        (form("year", ALL, OTHER), False),
        (form("year", *UNMARKED), True),
        (form("year", *UNMARKED[::-1]), False),
        (f"<select onchange=go()>{AGENCIES}</select>", True),
        (f"<select onchange=go()>{ALL}{AGENCIES}</select>", False),
        (f"<select onchange=window.open(this.value)>{SITES}</select>", False),
        (form("q", AGENCIES), False),
        (form("dept", OFFICE, FINANCE), True),
        (form("dept", ALL, OFFICE, FINANCE), False),
        (form("searchType", '<option value="1" selected>标题</option>', '<option value="2">正文</option>'), False),
        ("<select name=lm onchange=s()><option value=1>本站</option><option value=2>全省</option></select>", False),
        (form("lang", '<option value="1" selected>简体</option>', '<option value="2">繁体</option>'), False),
        ("<select onchange=go()><option value=1>规章</option><option value=2>规范性文件</option></select>", True),
        (f"<p><label><input type=radio name=lx onclick=cx(1) checked>规章</label>{RADIO}</p>", True),
        (f"<p><label><input type=radio name=lx onclick=cx(1) checked>全部</label>{RADIO}</p>", False),
        (
            "<p><label><input type=radio name=lx checked>标题</label><label><input type=radio name=lx>正文</label></p>",
            False,
        ),
        ("<p>{}规章 {}规范性文件 {}其他</p>".format(*BUTTONS), True),
        ("<p>{}规章 {}规范性文件 {}全部</p>".format(*BUTTONS), False),
        ("<p>{}<label>规章</label>{}<label>公告</label>{}<label>其他</label></p>".format(*BUTTONS), True),
        (VOTE.format(1, "checked", "满意") + VOTE.format(2, "", "一般"), False),
        ("<ul><li onclick=showDept(1)>办公室</li><li onclick=showDept(2)>财政局</li></ul>", True),
        ("<p><a onclick=leadTo('u')>个人中心</a><a onclick=leadTo('h')>帮助中心</a></p>", False),
        (
            "<p><a onclick=see('a')>马上办</a><a onclick=see('b')>网上办</a><a onclick=see('c')>办事大厅</a></p>",
            False,
        ),
        ("<ul><li onclick=showNav(1)>机构职能</li><li onclick=showNav(2)>办事指南</li></ul>", False),
        ("<h2>2024年第4期</h2><a href=/gb/3.html>上一期</a>", True),
        ("<h2>2024年第4期</h2><a href=/gb/3.html>2024年第3期</a><a href=/gb/4.html>2024年第4期</a>", True),
        ("<h1>云溪县人民政府公报2024年第4期</h1><a href=/gb/3.html>第3期</a><a href=/gb/4.html>第4期</a>", True),
        ("<h1>公报</h1><a href=/gb/3.html>第3期</a><a href=/gb/4.html>第4期</a>", False),
        ("<h2>2024年第4期（总第120期）</h2>" + ISSUE.format(4, 120) + ISSUE.format(3, 119), True),
        (
            "<h2>2024年第4期</h2><select onchange=location=this.value>"
            "<option value=/gk/zcwj/202403/>2024年第3期</option>"
            "<option value=/gk/zcwj/202404/ selected>2024年第4期</option></select>",
            False,
        ),
        ("<select><option>第4期</option><option>第3期</option></select>", False),
        ("<select onchange=show()><option value=4>第4期</option><option value=3>第3期</option></select>", True),
        ("<h3>2023年</h3><div></div><h3>2022年</h3><div></div>", True),
        ("<h3>2023年</h3><p>无</p>", False),
        ("<p><label><input type=radio checked>2024年</label><label><input type=radio>2023年</label></p>", True),
        ("<p><span class=on>二〇二四年</span><span>二〇二三年</span></p>", True),
    ],
)
def test_a_choice_that_shows_a_part_of_the_list_is_reported(choice: str, red: bool) -> None:
    assert bool(read(CASE, choice).problems) is red


LONG = "".join(f"<option value={number}>第{number}局</option>" for number in range(9000))


@pytest.mark.parametrize(
    "long",
    [
        f"<form><select name=dept>{LONG}<option value=x selected>末局</option></select></form>",
        f"<form><p>上一期</p><select name=dept>{LONG}</select></form>",
        "".join(
            f"<h2>{year}年第{number}期</h2><a href=/{year}/{number}.html>{year + 50}年第{number}期</a>"
            for year in range(1920, 1930)
            for number in range(500)
        ),
        "<div>" + "".join(f"<a href='?y={n}'>{1900 + n % 199}年{n % 12 + 1}月</a>" for n in range(2000)) + "</div>",
        "<button class=more><i></i></button>" * 2000,
        "<div class=next>" * 500,
    ],
    ids=["selected at the end", "a choice beside issues", "issues", "months", "buttons", "boxes in boxes"],
)
def test_thousands_of_choices_cost_no_more_than_their_number(long: str) -> None:
    start = time.process_time()
    read(CASE, long)
    assert (seconds := time.process_time() - start) < 1 or seconds < slowness()


def test_the_pager_of_another_box_ends_no_further_page() -> None:
    paging = '<div class="rel"><p>第1/1页</p></div><a href="?page=3">下一页</a>'
    assert following(read(CASE, paging, seen=3, url=NEXT)) == [f"{LIST}?page=3"]


def test_the_pager_of_the_first_page_promises_the_others() -> None:
    links = '<p><a href="?page=1">1</a><a href="?page=2">2</a><a href="?page=3">3</a><a href="/x?page=9">9</a></p>'
    listing = read(CASE, f'{links}<a href="?page=2">下一页</a> <a href="?page=7">尾页</a> 第1页/共7页')
    assert set(listing.promised) == {f"{LIST}?page={number}" for number in (2, 3, 7)}
    assert listing.reported_pages == 7


@pytest.mark.parametrize("title", ["通知公告_桐溪县", "通知公告 第2页_桐溪县", "通知公告-第2页/共7页-桐溪县"])
def test_pages_of_one_list_have_one_heading(title: str) -> None:
    assert heading_of(WebPage(LIST, f"<title>{title}</title>", "utf-8")) == "通知公告桐溪县"


def test_as_many_links_of_the_documents_form_are_the_second_column() -> None:
    def columns(count: int) -> ListingPage:
        other = rows(CASE, count).replace("show.php?id=", "show.php?id=9").replace('"l"', '"r"')
        return read(CASE, f"<div>{other}</div>", count=count)

    assert columns(10).problems
    assert not columns(4).problems


def test_a_feed_says_how_many_there_are() -> None:
    item = "<item><title>通知</title><link>/a/1.html</link></item>"
    count = "<os:totalResults xmlns:os='http://a9.com/-/spec/opensearch/1.1/'>60</os:totalResults>"
    page = WebPage(LIST, f'<?xml version="1.0"?><rss><channel>{count}{item}</channel></rss>', "utf-8")
    assert read_list_page(CASE.family, page, ListingRequest(LIST)).reported_total == 60
