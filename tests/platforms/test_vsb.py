"""Visual SiteBuilder: the entries listed from the demo site equal its golden; pages that count from the end lose
nothing."""

from dataclasses import replace
from datetime import date

import httpx
import pytest

from demo import goldens
from demo.vsb import COLUMNS, Column, VsbSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.registry import platform
from etl.web.page import WebPage
from tests.support.walking import ask, first_requests, walk

FAMILY = platform("vsb")
ROW = '<li id="line_u9_{0}"><a href="/info/1041/{0}.htm">关于{0}号水库除险的通知</a><span>2024-03-0{0}</span></li>'
ROWS = "<ul>" + "".join(map(ROW.format, (1, 2, 3))) + "</ul>"


def read(text: str, path: str = "/gk/zcwj.htm", seen: int = 0) -> ListingPage:
    url = f"http://x.example{path}"
    return FAMILY.read_listing(WebPage(url, text, "utf-8"), ListingRequest(url, "c", seen))


def paths(page: ListingPage) -> list[str]:
    return [each.url.removeprefix("http://x.example") for each in page.next_requests]


def test_the_site_is_listed_as_its_golden_says(site: VsbSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    assert {each.key: found.entries(each.name) for each in COLUMNS} == goldens.entries(site)
    assert {each.key: found.reported(each.name) for each in COLUMNS} == {
        "fzzf": (6, 3), "ndbg": (5, 3), "czxx": (None, 2), "rsxx": (4, 2),
    }  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.key)
def test_a_document_that_comes_during_the_walk_hides_none(site: VsbSite, client: httpx.Client, column: Column) -> None:
    before = {entry["url"] for entry in goldens.entries(site)[column.key]}
    first = next(each for each in first_requests(FAMILY, site) if each.column == column.name)
    page = ask(client, FAMILY, first)
    newest = site.entries(column.key)[0].document
    for place in range(column.size):  # a whole page more: all numbers are shifted
        site.put(replace(newest, key=f"new-{place}", published_date=date(2026, 1, 1 + place)))
    found = walk(client, FAMILY, *page.next_requests, most=10)
    seen = [*page.entries, *(entry for _, each in found.pages for entry in each.entries)]
    assert before <= {entry.url for entry in seen}


def test_the_rows_of_a_box_beside_the_list_are_not_its_rows(site: VsbSite, client: httpx.Client) -> None:
    page = ask(client, FAMILY, ListingRequest(f"{site.base}/zfxxgk/ndbg/1.htm", "c", seen=4))
    assert [entry.url for entry in page.entries] == [goldens.entries(site)["ndbg"][-1]["url"]]


@pytest.mark.parametrize(
    ("path", "pager", "pages", "following"),
    [
        ("/gk/zcwj.htm", '<td id="fanye128">共7条&nbsp;&nbsp;1/3&nbsp;</td>', 3, ["/gk/zcwj/2.htm"]),
        ("/gk/zcwj/2.htm", '<td id="fanye128">共7条&nbsp;&nbsp;2/3&nbsp;</td>', 3, ["/gk/zcwj/1.htm"]),
        ("/gk/zcwj/1.htm", '<td id="fanye128">共7条&nbsp;&nbsp;3/3&nbsp;</td>', 3, []),
        ("/gk/zcwj.htm", '<p class="pb_sys_common"><span class="p_t">共7条</span><span class="p_t">共3页</span></p>', 3,
         ["/gk/zcwj/2.htm"]),
        ("/gk/zcwj.htm", '<div class="pb_sys_common"><a href="zcwj/2.htm">2</a><a href="zcwj/1.htm">3</a></div>', 3,
         ["/gk/zcwj/2.htm"]),
        # A number may be told and the address be another: what the page links comes first.
        ("/gk/zcwj.htm", '<td id="fanye1">共7条 1/3</td><a class="Next" href="zcwj/8.htm">下页</a>', 3,
         ["/gk/zcwj/8.htm"]),
        ("/list.jsp?urltype=tree.TreeTempUrl&wbtreeid=5",
         '<td id="fanye1">共7条 1/3</td><a href="?a9t=3&a9p=2&urltype=tree.TreeTempUrl&wbtreeid=5">下页</a>', 3,
         ["/list.jsp?a9t=3&a9p=2&urltype=tree.TreeTempUrl&wbtreeid=5"]),
        ("/list.jsp?wbtreeid=5", '<a href="list.jsp?a9p=2&wbtreeid=6">下页</a>', None, []),
        ("/gk/zcwj.htm", '<a href="../xwzx/zwyw/12.htm">下页</a>', None, []),
    ],
)  # fmt: skip
def test_pagers(path: str, pager: str, pages: int | None, following: list[str]) -> None:
    page = read(ROWS + pager, path, seen=90)
    assert (page.reported_pages, paths(page)) == (pages, following)


@pytest.mark.parametrize(
    ("path", "pager"),
    [
        ("/gk/zcwj.htm", '<a href="javascript:turn(2)">下一页</a>'),
        ("/gk/zcwj.htm", '<a href="#" onclick="turn(2)">下页</a>'),
        ("/list.jsp?wbtreeid=5", '<td id="fanye1">共7条 1/3</td>'),
    ],
)
def test_a_page_that_cannot_be_requested_is_missing_and_not_the_end(path: str, pager: str) -> None:
    page = read(ROWS + pager, path)
    assert page.next_requests == ()
    assert (page.reported_pages or 0) > 1


@pytest.mark.parametrize(
    "row",
    [
        '<li id="line_u9_0"><div class="sj"><h2>06</h2><p>2024.05</p></div><div class="wz">'
        '<a href="info/1/2.htm"><h2>{title}</h2><p>各乡镇人民政府：根据上级部署</p></a></div></li>',
        '<tr id="line_u4_0"><td><a href="info/1/2.htm" title="{title}">关于…</a></td><td>2024/05/06&nbsp;</td></tr>',
        '<a id="line_u7_0" href="info/1/2.htm"><span>2024-05-06</span><em>{title}</em></a>',
        '<dd id="line_u12_3"><a href="content.jsp?urltype=news.NewsContentUrl&wbtreeid=1&wbnewsid=2">{title}</a>'
        "<span>2024年05月06日</span></dd>",
        '<li id="line_u9_0"><a href="https://mp.b.example/s/9">{title}</a><span>2024-05-06</span></li>',
    ],
)
def test_rows(row: str) -> None:
    title = "关于印发水库除险加固三年方案的通知"
    markup = row.format(title=title)
    page = read(f"<table>{markup}</table>" if markup.startswith("<tr") else markup)
    assert [(entry.title, dict(entry.fields)) for entry in page.entries] == [(title, {"published_date": "2024-05-06"})]


def test_lists_of_a_template_without_row_numbers_are_read_by_their_links() -> None:
    page = read(ROWS.replace(' id="line_u9_', ' data-n="'))
    assert [entry.url[-5:] for entry in page.entries] == ["1.htm", "2.htm", "3.htm"]


def test_an_empty_list_says_so_and_nothing_else_is_one() -> None:
    assert read('<td id="fanye1">共0条&nbsp;&nbsp;1/1</td>').entries == ()
    with pytest.raises(NotAListing, match="none of the signs of a list"):
        read("<p>系统繁忙，请稍候</p>")


def published(documents: list[int], size: int, number: int | None) -> str | None:
    """The list's page with that number in its address (None: its first page) while it holds these documents."""
    pages = max(1, -(-len(documents) // size))
    current = 1 if number is None else pages - number + 1
    if not 1 <= current <= pages or (number is not None and current == 1):
        return None
    lines = documents[(current - 1) * size : current * size]
    rows = "".join(f'<li id="line_u9_{n}"><a href="/info/1/{n}.htm">关于{n}号水库的通知</a></li>' for n in lines)
    above = "../zcwj.htm" if current == 2 else f"{pages - current + 2}.htm"
    back = f'<a href="{above}">上页</a>' if current > 1 else ""
    below = f"{'zcwj/' if number is None else ''}{pages - current}.htm"
    on = f'<a href="{below}">下页</a>' if current < pages else ""
    return f'<ul>{rows}</ul><td id="fanye1">共{len(documents)}条&nbsp;&nbsp;{current}/{pages}</td>{back}{on}'


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("count", [1, 4, 10, 11])
@pytest.mark.parametrize("added", [0, 1, 2, 3, 5, 12])
def test_whatever_is_published_between_two_pages_hides_no_document(size: int, count: int, added: int) -> None:
    for moment in range(1, -(-count // size) + 1):
        documents, listed = list(range(100 + count, 100, -1)), set[int]()
        waiting, requested = [ListingRequest("http://x.example/gk/zcwj.htm", "c")], {"http://x.example/gk/zcwj.htm"}
        for step in range(100):
            if not waiting:
                break
            if step == moment:
                documents[:0] = range(1000 + added, 1000, -1)
            request = waiting.pop(0)
            url = request.url.partition("#")[0]
            stem = url.rpartition("/")[2].removesuffix(".htm")
            text = published(documents, size, int(stem) if stem.isdigit() else None)
            assert text is not None, url
            page = FAMILY.read_listing(WebPage(url, text, "utf-8"), request)
            listed |= {int(entry.url.rpartition("/")[2].removesuffix(".htm")) for entry in page.entries}
            new = [each for each in page.next_requests if each.url not in requested]
            requested |= {each.url for each in new}
            waiting[:0] = new
        assert set(range(101, 101 + count)) <= listed, (moment, sorted(listed))


@pytest.mark.parametrize(("state", "pages"), [(' class="disabled"', None), (" disabled", None), ("", 2)])
def test_a_disabled_link_to_the_next_page_is_ignored(state: str, pages: int | None) -> None:
    pager = f'<div class="pb_sys_common"><a{state}>上页</a><a{state}>下页</a></div>'
    assert read(ROWS + pager).reported_pages == pages
