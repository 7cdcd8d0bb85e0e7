"""Openness: the entries listed from the demo site equal its golden; an unhandled quirk loses documents."""

import httpx
import pytest

from demo import goldens
from demo.openness import BY_KEY, COLUMNS, OpennessSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.registry import platform
from etl.web.page import WebPage
from tests.support.walking import ask, first_requests, walk

FAMILY = platform("openness")
LIST = "https://x.example/openness/OpennessContent/showList/784/34502/page_{}.html"
TARGET = "https://x.example/opennessTarget/?branch_id={}&column_code=301000".format("0a" * 12)
ROW = "<li><a href='/openness/OpennessContent/show/{}.html' title='某事的通知'>某事…</a><span>[2023-05-06]</span></li>"


def read(text: str, url: str) -> ListingPage:
    return FAMILY.read_listing(WebPage(url, text, "utf-8"), ListingRequest(url, "c"))


def listed(rows: int, beside: str = "", page: int = 1) -> ListingPage:
    lines = "".join(ROW.format(5000 + number) for number in range(rows))
    return read(f"<ul>{lines}</ul><a href='{LIST.format(1)}'>栏目</a>{beside}", LIST.format(page))


def following(page: ListingPage) -> list[str]:
    return [request.url for request in page.next_requests]


def test_the_site_is_listed_as_its_golden_says(site: OpennessSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    golden = goldens.entries(site)
    names = {each.key: f"财政和人事 / {each.name}" if each.code else each.name for each in COLUMNS}
    assert {key: found.entries(name) for key, name in names.items()} == golden
    assert found.reported(names["zcwj"]) == (len(golden["zcwj"]), 2)
    assert [found.reported(names[key])[1] for key in ("czys", "rsrm")] == [2, None]


def test_a_column_of_columns_is_no_list_of_the_documents_it_shows(site: OpennessSite, client: httpx.Client) -> None:
    (frame,) = [request for request in first_requests(FAMILY, site) if "/opennessContent/" in request.url]
    (target,) = ask(client, FAMILY, frame).next_requests
    assert target.url == frame.url.replace("/opennessContent/", "/opennessTarget/")
    folder = ask(client, FAMILY, target)
    assert folder.entries == ()
    assert [request.column for request in folder.next_requests] == ["财政和人事 / 财政预决算", "财政和人事 / 人事任免"]


def test_titles_that_the_list_cuts_are_whole(site: OpennessSite, client: httpx.Client) -> None:
    request = ListingRequest(site.base + BY_KEY["nb"].path, "nb")
    titles = [entry.title for entry in ask(client, FAMILY, request).entries]
    assert titles == [line["title"] for line in goldens.entries(site)["nb"][:3]]
    assert max(map(len, titles)) > 18


def test_a_list_without_any_sign_of_paging_goes_on_if_it_may() -> None:
    assert following(listed(9)) == []
    assert following(listed(10)) == [LIST.format(2)]
    assert (following(listed(10, "<p>共10条记录</p>")), following(listed(10, "<p>共11条记录</p>"))) == (
        [],
        [LIST.format(2)],
    )
    assert following(listed(3, "<div id='pagination'><pagination pagesize='20'></pagination></div>")) == [
        LIST.format(2)
    ]
    assert following(listed(0, page=2)) == []


def test_further_pages_of_a_list_are_no_columns_of_the_site() -> None:
    links = (
        f"<a href='{LIST.format(1)}'>政策文件</a><a href='{LIST.format(2)}'>下页</a><a href='{LIST.format(9)}'>尾页</a>"
    )
    columns = FAMILY.find_columns(WebPage("https://x.example/", links, "utf-8"))
    assert [(column.url, column.name) for column in columns] == [(LIST.format(1), "政策文件")]


def test_a_last_page_of_one_row_is_not_mistaken_for_the_box_beside_it() -> None:
    box = "".join(f"<li><a href='/openness/OpennessContent/show/{number}.html'>甲</a></li>" for number in range(8))
    page = read(f"<ul class='is-listnews'>{ROW.format(5001)}</ul><ul>{box}</ul>", LIST.format(3))
    assert [entry.url for entry in page.entries] == ["https://x.example/openness/OpennessContent/show/5001.html"]


def test_what_the_site_says_of_its_pages_is_believed() -> None:
    page = listed(12, "<p>共 1 页</p>")
    assert (page.reported_pages, following(page)) == (1, [])
    page = listed(12, "<p>共52条记录 1/4页</p>")
    assert (page.reported_total, page.reported_pages, following(page)) == (52, 4, [LIST.format(2)])
    page = listed(12, f"<a href='{LIST.format(3)}'>3</a><a href='{LIST.format(9)}'>尾页</a>", 2)
    assert (page.reported_pages, following(page)) == (9, [LIST.format(3)])
    other = LIST.replace("34502", "99").format(7)
    assert following(listed(3, f"<a href='{other}'>别的栏目</a>")) == []


@pytest.mark.parametrize(
    ("url", "second"),
    [
        ("https://x.example/News/showList/6932/", "https://x.example/News/showList/6932/page_2.html"),
        (
            "https://x.example/XxgkPolicy/showList/226/page_1.html?column=104175&level=1",
            "https://x.example/XxgkPolicy/showList/226/page_2.html?column=104175&level=1",
        ),
        (
            "https://x.example/Content/showList/JA002/30900/1/page_1.html",
            "https://x.example/Content/showList/JA002/30900/1/page_2.html",
        ),
    ],
)
def test_addresses_of_further_pages_keep_what_is_around_the_number(url: str, second: str) -> None:
    assert following(read("".join(ROW.format(number) for number in range(15)), url)) == [second]


def test_a_page_that_should_have_documents_and_has_none_is_lost() -> None:
    with pytest.raises(NotAListing, match="on page 3 of 9"):
        listed(0, f"<a href='{LIST.format(9)}'>尾页</a>", 3)
    with pytest.raises(NotAListing, match="none of the signs of a list"):
        listed(0)
    with pytest.raises(NotAListing, match="none of the signs of a list"):
        read("<p>系统维护中</p>", LIST.format(2))
    assert listed(0, "<p>暂无信息</p>").entries == ()


def test_pages_of_the_older_catalog_keep_their_query() -> None:
    row = "<tr class='is-td'><td><div class='is-tda'><a href='/openness/detail/content/{}.html'>甲</a></div></td>"
    row = row.format("5b" * 12) + "<td>K12/202305-00007</td><td>2023-05-06</td></tr>"
    pager = f"<div id='page_list'><a href='{TARGET}&page=2'>2</a><a href='{TARGET}&page=22'>22</a></div>"
    table = "<table class='is-xxgkTable'><tr class='is-th'><td>名称</td></tr>{}</table>"
    page = read(table.format(row) + pager, TARGET)
    assert (page.reported_pages, following(page)) == (22, [f"{TARGET}&page=2"])
    (entry,) = page.entries
    assert dict(entry.fields) == {"published_date": "2023-05-06", "index_number": "K12/202305-00007"}
    last = read(table.format(row) + pager, f"{TARGET}&page=22")
    assert (last.reported_pages, following(last)) == (22, [])
    middle = read(table.format(row) + pager, TARGET.replace("?", "?page=7&"))
    assert following(middle) == [f"{TARGET}&page=8"]
    assert read(table.format(""), TARGET).entries == ()
    with pytest.raises(NotAListing, match=r"is-xxgkTable"):
        read(table.format("") + pager, TARGET)
    with pytest.raises(NotAListing, match=r"is-xxgkTable"):
        read("<p>404</p>", TARGET)
