"""Links to the next page that are recognised by the form of their address, whatever their words."""

import pytest

from etl.platforms.base import ListingRequest
from etl.platforms.listing import read_list_page
from etl.platforms.registry import platform
from etl.reason_codes import Code
from etl.web.page import WebPage
from etl.web.urls import resolved
from tests.support.paged_lists import CASES, HOST, LIST, following, read, rows

SAYINGS = (
    "往后", "旧文章", "Older posts", "⇒", "》", "更多", "加载更多", "Vorwärts", "<i class='icon'></i>", "<svg></svg>",
    "<img src='b03.gif'>",
)  # fmt: skip
INDEX = f"{LIST}index.html"


@pytest.mark.parametrize("saying", SAYINGS)
@pytest.mark.parametrize(
    ("url", "href", "seen"),
    [
        (LIST, "index_1.html", 0),
        (INDEX, "index_1.html", 0),
        (INDEX, "./index_2.shtml", 0),
        (f"{LIST}index_1.html", "index_2.html", 3),
        (f"{LIST}list-7.html", "list-7-2.html", 0),
        (f"{LIST}list.html", "list_2.html", 0),
        (f"{LIST}list_2.html", "list_3.html", 3),
        (f"{LIST}list_02.html", "list_03.html", 3),
        (f"{LIST}page_2.html", "page_3.html", 3),
        (f"{LIST}?c=7", "?c=7&page=2", 0),
        (f"{LIST}?c=7", "?c=7&pager.offset=3", 0),
        (f"{LIST}?c=7&page=2", "?page=3&c=7", 3),
    ],
)
def test_the_address_of_a_further_page_is_followed_whatever_the_words_of_its_link(
    saying: str, url: str, href: str, seen: int
) -> None:
    listing = read(CASES["trs_wcm"], f'<p><a href="{href}">{saying}</a></p>', url=url, seen=seen)
    expected = f"{LIST}{href.removeprefix('./')}"
    assert (following(listing), listing.problems) == ([expected], ())


@pytest.mark.parametrize(
    "links",
    [
        '<a href="index_1.html"><svg></svg></a><a href="index_2.html"><svg></svg></a>',
        '<a href="index_7.html">⇒</a>',
        '<a href="index_2.html">末页</a>',
        '<a href="?start=40">⇒</a>',
        '<select><option value="index.html">1-3</option><option value="index_1.html">4-6</option>'
        '<option value="index_2.html">7-9</option></select>',
    ],
)
def test_a_link_that_may_skip_pages_is_not_followed_but_reported(links: str) -> None:
    listing = read(CASES["trs_wcm"], links, url=INDEX)
    assert following(listing) == []
    assert [problem.code for problem in listing.problems] == ["paging_not_understood"]


@pytest.mark.parametrize(
    ("url", "links"),
    [
        (INDEX, '<a href="index_1.html">1</a><a href="index.html">首页</a>'),
        (f"{LIST}?c=7", '<a href="?c=8">公示</a><a href="?c=9">公告</a>'),
        (f"{LIST}list-7.html", '<a href="list-8.html">公示</a><a href="list-9.html">公告</a>'),
        (INDEX, '<a href="/other/index_1.html">⇒</a>'),
    ],
)
def test_links_to_other_columns_and_earlier_pages_are_not_followed(url: str, links: str) -> None:
    listing = read(CASES["trs_wcm"], links, url=url)
    assert (following(listing), listing.problems) == ([], ())


def test_documents_whose_addresses_have_numbers_are_not_list_pages() -> None:
    case = CASES["nfcms"]
    body = rows(case).replace("content/post_", "index_")
    listing = read_list_page(
        CASES["generic"].family, WebPage(f"{HOST}/gk/index.html", f"<body>{body}</body>", "utf-8"), ListingRequest("x")
    )
    assert (len(listing.entries), following(listing)) == (3, [])


@pytest.mark.parametrize("href", ["#p2", "#page-2"])
def test_a_next_page_that_is_the_page_itself_ends_no_list(href: str) -> None:
    rows_of_site = "".join(
        f'<li id="line_u7_{n}"><a href="/info/1021/{n}.htm">桐溪县第{n}号通知</a></li>' for n in range(6)
    )
    pager = f'<p><b>1</b><a href="{href}">2</a><a href="{href}">3</a></p>'
    page = WebPage(INDEX, f"<body><ul>{rows_of_site}</ul>{pager}</body>", "utf-8")
    listing = read_list_page(platform("vsb"), page, ListingRequest(INDEX, "c"))
    assert (len(listing.entries), following(listing), len(listing.problems)) == (
        6,
        [],
        0 if href == "index.html" else 1,
    )


FOLLOWING = (
    ("?c=7", "?c=7&page=2&size=15"),
    ("1.html", "2.html"),
    ("list_1.html", "list_2.html"),
    ("page/1/", "page/2/"),
    ("12-1.shtml", "12-2.shtml"),
)
NEXT = (
    '<div><img src="/i/prev.gif"><a href="{}"><img src="/images/next.gif"></a></div>',
    '<p>1/5 <a href="{}"><img src="arrow_right.png" border=0></a></p>',
    '<div><a class="next" href="{}"><i class="iconfont"></i></a></div>',
    '<div><a href="{}"><i class="icon icon-right"></i></a></div>',
)


@pytest.mark.parametrize(("own", "other"), FOLLOWING)
@pytest.mark.parametrize("pager", NEXT)
def test_a_picture_that_leads_to_the_following_number_is_the_next_page(own: str, other: str, pager: str) -> None:
    listing = read(CASES["generic"], pager.format(f"{LIST}{other}"), url=f"{LIST}{own}")
    assert (following(listing), listing.problems) == ([f"{LIST}{other}"], ())
    # Behind the name of a column it leads there, and a number that does not follow is that of another list.
    named = f'<div>公示公告 <a href="{LIST}{other}"><img src="/images/next.gif"></a></div>'
    if own != "12-1.shtml":  # which says by its form that it is a page
        assert following(read(CASES["generic"], named, url=f"{LIST}{own}")) == []
    far = f"12-4{other[4:]}" if own == "12-1.shtml" else other.replace("2", "4")
    if 'class="next"' not in pager:
        assert f"{LIST}{far}" not in following(read(CASES["generic"], pager.format(f"{LIST}{far}"), url=f"{LIST}{own}"))


FIRST = (
    ("/gk/", "/gk/?Paging=2"),
    ("/gk/", "/gk/?2"),
    ("/gk/", "/gk/page/2/"),
    ("/gk/list", "/gk/list/2"),
    ("/gk/index.html", "/gk/index_1.html"),
    ("/gk?c=7", "/gk?c=7&start=15"),
    ("/gk?c=7&start=15", "/gk?c=7&start=30"),
    ("/gk/index.html", "/portal/ui?pid=31&currentPage=2"),
)


@pytest.mark.parametrize(("own", "other"), FIRST)
@pytest.mark.parametrize("pager", NEXT[:2])
def test_a_picture_of_a_step_leads_on_whatever_numbers_the_pages(own: str, other: str, pager: str) -> None:
    listing = read(CASES["generic"], pager.format(f"{HOST}{other}"), url=f"{HOST}{own}")
    assert (following(listing), listing.problems) == ([f"{HOST}{other}"], ())


@pytest.mark.parametrize("other", ["/gk/more-Y2.html", "/portal/ui?pid=31&at=1f9c"])
def test_a_picture_of_a_step_to_an_address_that_says_nothing_makes_the_list_incomplete(other: str) -> None:
    pager = f'<div><a href="{other}"><img src="/images/next.gif"></a></div>'
    assert [problem.code for problem in read(CASES["generic"], pager).problems] == [Code.PAGING_NOT_UNDERSTOOD]
    slides = f'<div class="focus"><a href="{other}"><img src="/images/next.gif"></a></div>'
    assert read(CASES["generic"], slides).problems == ()


BUTTONS = (
    """<input type="button" value="下一页" onclick="location.href='{}'">""",
    """<input type="button" value="下一页" onclick="location.href=encodeURI('{}');"/>""",
    """<button onclick="window.location='{}'">下一页</button>""",
    """<a onclick="query(this,'{}')" style="cursor:pointer">下一页</a>""",
    """<table><tr><td onclick="window.location.href='{}'">下页 &gt;</td></tr></table>""",
)


@pytest.mark.parametrize("other", ["index_1.html", "index_2.jhtml", "./?Paging=2", "/list.action?id=7&page=2"])
@pytest.mark.parametrize("button", BUTTONS)
def test_a_button_whose_code_has_the_address_of_the_next_page_leads_on(button: str, other: str) -> None:
    listing = read(CASES["generic"], f"<div>{button.format(other)}</div>")
    assert (following(listing), listing.problems) == ([resolved(LIST, other)], ())


@pytest.mark.parametrize("words", ["加载更多", "点击加载更多", "继续加载"])
@pytest.mark.parametrize(
    "form", ['<a href="{}">{}</a>', '<div data-url="{}">{}</div>', '<button data-href="{}">{}</button>']
)
def test_further_rows_are_loaded_from_an_address_with_a_number(form: str, words: str) -> None:
    listing = read(CASES["generic"], form.format("/gk/more/2", words))
    assert (following(listing), listing.problems) == ([f"{HOST}/gk/more/2"], ())
    elsewhere = read(CASES["generic"], f'<a href="/xw/list.html?c=940e56fc15">{words}</a>')
    assert (following(elsewhere), elsewhere.problems) == ([], ())
    silent = read(CASES["generic"], form.format("/gk/more", words))
    assert [problem.code for problem in silent.problems] == [Code.PAGING_NOT_UNDERSTOOD]


PATHS = ("/gk/12/{}.html", "/gk/list_{}.html", "/gk/page/{}/", "/gk/c12/p{}")
WORDS = ("<em></em>", "加载更多", "②", "ཤོག་ངོས་རྗེས་མ།", "كېيىنكى بەت", "早期文章", "往后", "▷")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("words", WORDS)
def test_the_number_behind_that_of_the_page_is_the_next_page_whatever_it_says(path: str, words: str) -> None:
    pager = f'<p><a href="{path.format(2)}">{words}</a></p>'
    listing = read(CASES["generic"], pager, url=f"{HOST}{path.format(1)}")
    assert (following(listing), listing.problems) == ([f"{HOST}{path.format(2)}"], ())
    later = f'<p><a href="{path.format(1)}">回到开头</a> <a href="{path.format(3)}">接着看</a></p>'
    listing = read(CASES["generic"], later, url=f"{HOST}{path.format(2)}", seen=3)
    assert (following(listing), listing.problems) == ([f"{HOST}{path.format(3)}"], ())
    # Pages that are numbered from the last one: the number behind is that of the page before.
    back = f'<p><a href="{path.format(9)}"><i></i></a></p>'
    if "list_" not in path:  # of which the name says that the number is that of a page
        assert following(read(CASES["generic"], back, url=f"{HOST}{path.format(8)}", seen=3)) == []


@pytest.mark.parametrize("path", PATHS[:3])
@pytest.mark.parametrize("names", [("政策解读", "公示公告"), ("News", "Notices"), ("གསར་འགྱུར།", "བརྡ་ཐོ།"), ("规划", "")])
def test_columns_whose_numbers_follow_each_other_are_no_pages(path: str, names: tuple[str, ...]) -> None:
    columns = "".join(f'<a href="{path.format(number)}">{name}</a>' for number, name in enumerate(names, 2) if name)
    listing = read(CASES["generic"], f"<div>{columns}</div>", url=f"{HOST}{path.format(1)}")
    assert (following(listing), listing.problems) == ([], ())


def test_the_last_page_is_not_taken_for_the_next_whatever_its_link_is_called() -> None:
    for last in ("末", "尾", "末页", ">|"):
        listing = read(CASES["trs_wcm"], f'<a href="index.html">首</a> <a href="index_2.html">{last}</a>', url=INDEX)
        assert (following(listing), bool(listing.problems)) == ([], True), last


@pytest.mark.parametrize(
    ("url", "link"),
    [
        (f"{LIST}list.cgi?cat=3", '<a href="{}list.cgi?cat=3&off=3">下一屏</a>'),
        (f"{LIST}list.php?s=0", '<a href="{}list.php?s=3">下三条</a>'),
        (f"{LIST}list.cgi?cat=3&off=3", '<a href="{}list.cgi?cat=3&off=6">下一批</a>'),
        (LIST, '<a href="{}2.htm">[次页]</a>'),
        (f"{LIST}?before=90", '<a href="{}?before=50">← 更早的文告</a>'),
    ],
)
def test_words_that_mean_the_next_page_lead_there_whatever_its_number_is_called(url: str, link: str) -> None:
    seen = 3 if "=3&" in url or "before" in url else 0
    listing = read(CASES["generic"], link.format(LIST), url=url, seen=seen)
    assert (len(following(listing)), listing.problems) == (1, ())


@pytest.mark.parametrize("link", ['<a href="?px=1">↑</a>', '<a href="?cid=3">公告</a>', '<a href="?type=2">更多</a>'])
def test_an_order_or_another_list_in_the_query_is_no_further_page(link: str) -> None:
    assert following(read(CASES["generic"], link, url=f"{LIST}list.asp")) == []


@pytest.mark.parametrize("here", [1, 2, 3])
def test_numbers_of_pages_in_words_are_followed(here: int) -> None:
    names = dict(zip((1, 2, 3), "一二三", strict=True))
    linked = (
        f"第{name}页" if number == here else f'<a href="index{number if number > 1 else ""}.htm">第{name}页</a>'
        for number, name in names.items()
    )
    url = f"{LIST}index{here if here > 1 else ''}.htm"
    listing = read(CASES["generic"], f"<p>{'　'.join(linked)}</p>", url=url, seen=3 * here - 3)
    expected = [f"{LIST}index{here + 1}.htm"] if here < 3 else []
    assert (following(listing), listing.problems) == (expected, ())


@pytest.mark.parametrize("at", [1, 2, 3])
def test_steps_that_are_pictures_beside_a_number_lead_on(at: int) -> None:
    own = f"{LIST}l.aspx?c=4" if at == 1 else f"{LIST}l.aspx?c=4&Paging={at}"
    places = {"fst": 1, "pre": at - 1, "nxt": at + 1, "lst": 3}
    pictures = "".join(
        f'<a href="{LIST}l.aspx?c=4&Paging={place}"><img src="/i/{name}.gif"></a>' if 0 < place <= 3 and place != at
        else f'<img src="/i/{name}_d.gif">'
        for name, place in places.items()
    )  # fmt: skip
    listing = read(CASES["generic"], f"<table class=Pager><tr><td>{pictures}</td><td>{at}/3</td></tr></table>",
                   url=own, seen=3 * at - 3)  # fmt: skip
    assert (following(listing), listing.problems) == ([f"{LIST}l.aspx?c=4&Paging={at + 1}"] if at < 3 else [], ())


def test_older_leads_on_where_its_address_is_that_of_a_further_page() -> None:
    for words in ("Older", "往后"):
        assert following(read(CASES["generic"], f'<a href="{LIST}page/2/">{words}</a>')) == [f"{LIST}page/2/"]
    assert following(read(CASES["generic"], '<a href="/old/2/">Older</a>')) == []
