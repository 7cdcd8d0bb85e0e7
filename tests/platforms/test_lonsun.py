"""Lonsun: the entries listed from the demo site equal its golden; an unhandled quirk loses documents."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from demo import goldens
from demo.lonsun import COLUMNS, EMPTY, ORGAN, LonsunSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.recognise import decide_family, recognise
from etl.platforms.registry import platform
from etl.sources.schema import adhoc_source
from etl.web.page import WebPage, read_page
from tests.support.answered_walks import HTML, Answer, Question, walk_answers
from tests.support.walking import ask, first_requests, walk

FAMILY = platform("lonsun")
ROWS = "/site/label/8888?labelName=publicInfoList&organId=1&catId=2&pageSize=15&pageIndex=1"


def shell(site: LonsunSite, category: int = 7065114) -> ListingRequest:
    return ListingRequest(f"{site.base}/public/column/{ORGAN}?type=4&catId={category}&action=list", "nb")


def read(text: str, path: str = ROWS) -> ListingPage:
    url = f"http://x.example{path}"
    return FAMILY.read_listing(WebPage(url, text, "utf-8"), ListingRequest(url, "c"))


def test_the_site_is_listed_as_its_golden_says(site: LonsunSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    assert {each.key: found.entries(each.name) for each in COLUMNS} == goldens.entries(site)
    assert {each.key: found.reported(each.name) for each in COLUMNS} == {
        "zcwj": (None, 2), "gfxwj": (None, 2), "gsgg": (None, 1), "nb": (None, 3), "zcjd": (None, 2),
        "jytabl": (None, 2),
    }  # fmt: skip


def test_the_shell_of_a_catalog_names_what_its_script_asks_for(site: LonsunSite, client: httpx.Client) -> None:
    page = ask(client, FAMILY, shell(site))
    assert page.entries == ()
    (request,) = page.next_requests
    query = parse_qs(urlsplit(request.url).query, keep_blank_values=True)
    asked = {name: query[name] for name in ("labelName", "organId", "catId", "pageSize", "pageIndex", "file", "cId")}
    assert asked == {
        "labelName": ["publicInfoList"], "organId": [str(ORGAN)], "catId": ["7065114"], "pageSize": ["4"],
        "pageIndex": ["1"], "file": ["/c3/yq/publicInfoList_newest"], "cId": [""],
    }  # fmt: skip


def test_other_lists_of_the_shell_are_not_taken_for_the_catalog() -> None:
    call = "Ls.ajax({{url: '/site/label/8888', data: {{labelName: '{0}', pageIndex: pageIndex{1}}}}});"
    page = read(call.format("hotList", "") + call.format("publicInfoList", ", organId: 5"), "/public/column/5?catId=6")
    assert "labelName=publicInfoList" in page.next_requests[0].url


def test_links_to_catalogs_are_no_rows() -> None:
    menu = "".join(
        f'<li><a href="/public/column/65{n}21?type=4&amp;catId=70{n}">政策文件{n}</a></li>' for n in range(9)
    )
    with pytest.raises(NotAListing, match="none of the signs of a list"):
        read(f"<ul>{menu}</ul>", "/zwgk/index.html")


def test_titles_are_whole_where_the_words_of_the_link_are_cut(site: LonsunSite, client: httpx.Client) -> None:
    (rows,) = ask(client, FAMILY, shell(site)).next_requests
    assert "..." in client.get(rows.url).text
    assert not [entry.title for entry in ask(client, FAMILY, rows).entries if entry.title.endswith("...")]


def test_a_last_page_with_one_line_is_not_mistaken_for_the_box_beside_it(
    site: LonsunSite, client: httpx.Client
) -> None:
    page = ask(client, FAMILY, ListingRequest(f"{site.base}/content/column/6791573?pageIndex=2", "zcjd", seen=2))
    assert [entry.url for entry in page.entries] == [goldens.entries(site)["zcjd"][-1]["url"]]
    assert page.next_requests == ()


def test_a_page_beyond_the_end_and_a_category_without_documents_are_empty_lists(
    site: LonsunSite, client: httpx.Client
) -> None:
    (rows,) = ask(client, FAMILY, shell(site)).next_requests
    page = ask(client, FAMILY, ListingRequest(rows.url.replace("pageIndex=1", "pageIndex=9"), "nb"))
    assert (page.entries, page.next_requests) == ((), ())
    assert read(f'<div class="noinfo">{EMPTY}</div>').entries == ()


def test_rows_of_the_older_template_have_no_index_number_and_no_count() -> None:
    row = (
        '<div class="xxgk_navli"><ul><li><div><a href="/public/1/{0}.html" title="关于2021年5月6日起调整的通知">'
        "关于2021…</a></div></li><li>2022-03-0{1}</li></ul></div>"
    )
    page = read(row.format(8288151, 1) + row.format(8288152, 2))
    assert [dict(entry.fields) for entry in page.entries] == [
        {"published_date": "2022-03-01"}, {"published_date": "2022-03-02"},
    ]  # fmt: skip
    assert page.reported_pages is None
    assert "pageIndex=2" in page.next_requests[0].url


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        (ROWS, "<html><body>系统繁忙</body></html>", "none of the signs of a list"),
        ("/public/column/1?type=2", "<html><body>信息公开指南</body></html>", "none of the signs of a list"),
        ("/zcjd/index.html", "<html><body>栏目建设中</body></html>", "none of the signs of a list"),
    ],
)
def test_the_error_for_a_page_that_is_not_a_list_says_why(path: str, text: str, reason: str) -> None:
    with pytest.raises(NotAListing, match=reason):
        read(text, path)


@pytest.mark.parametrize("template", ["newest", "newest2022", "xzgfk"])
@pytest.mark.parametrize("root", ["", "/zwgk", "/zfxxgk/yq"])
def test_a_catalog_below_a_path_is_listed_in_each_template(
    site: LonsunSite, client: httpx.Client, root: str, template: str
) -> None:
    site.root, site.template = root, template
    url = f"{site.base}{root}/public/column/{ORGAN}?type=4&catId=7065114&action=list"
    (first,) = FAMILY.start(adhoc_source("a", "a", url, ["127.0.0.1"]))
    found = walk(client, FAMILY, first)
    assert found.lost == []
    assert found.entries(first.column) == goldens.entries(site)["nb"]
    assert found.reported(first.column) == (None, 3)
    page = read_page(client.get(url).content, url)
    assert decide_family(recognise(page)) is FAMILY
    assert url in [column.url for column in FAMILY.find_columns(page)]


def test_a_page_of_tabs_has_a_list_for_each(site: LonsunSite, client: httpx.Client) -> None:
    site.template = "xzgfk"
    found = walk(client, FAMILY, ListingRequest(f"{site.base}/public/column/{ORGAN}?type=6&action=list", "c"))
    golden = goldens.entries(site)
    assert {name: found.entries(f"c / {name}") for name in ("7065111", "7065112")} == {
        "7065111": golden["zcwj"], "7065112": golden["gfxwj"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("place", "given", "wanted"),
    [
        ("/zwgk/public/column/5?catId=6", '"/gx/zwgk/site/label/8888"', "/gx/zwgk/site/label/8888"),
        ("/zwgk/public/column/5?catId=6", 'base + "/site/label/8888"', "/zwgk/site/label/8888"),
        ("/zwgk/public/column/5?catId=6", "'site/label/8888'", "/zwgk/site/label/8888"),
        ("/zwgk/grassroots/column/5?catId=6", "'/site/label/8888'", "/site/label/8888"),
        ("/zwgk/publicColumn/zcwj/index.html?catId=6", "Ls.root+'/site/label/9'", "/zwgk/site/label/9"),
        ("/x/site/tpl/77?activeId=3&catId=6", "'/x/site/label/8888'", "/x/site/label/8888"),
    ],
)
def test_the_service_is_where_the_script_says_or_below_the_path_of_the_page(
    place: str, given: str, wanted: str
) -> None:
    # The category is a variable that no script of the page sets: it is in the page's address.
    call = f"Ls.ajax({{url: {given}, data: {{labelName: 'publicInfoList', organId: 5, catId: cat, pageIndex: n}}}});"
    (request,) = read(call, place).next_requests
    parts = urlsplit(request.url)
    assert parts.path == wanted
    assert parse_qs(parts.query)["catId"] == ["6"]


def test_links_beside_a_list_that_was_not_understood_are_not_taken_for_it() -> None:
    box = '<ul><li><a href="/public/1/8288151.html">某通知</a> 2022-03-01</li></ul>'
    with pytest.raises(NotAListing, match="none of the signs of a list"):
        read(box, "/zwgk/public/column/1?type=4")
    page = read(f"{box}<script>x({{pageCount: 1}})</script>", "/zwgk/public/column/1?type=4&pageIndex=1")
    assert (len(page.entries), page.reported_pages) == (1, 1)


@pytest.mark.parametrize("answer", ["", "{}", "null", "<html><body></body></html>", "<p>系统繁忙</p>"])
@pytest.mark.parametrize("lost", [2, 3])
def test_a_page_that_the_site_counts_is_no_end_whatever_it_answers(answer: str, lost: int) -> None:
    """The page that only leads to the list is none of those that the site counts."""
    shell = (
        "<script>Ls.ajax({url: '/site/label/8888', data: {organId: 1, catId: 2, pageIndex: 1, pageSize: 5}})</script>"
    )
    pager = "<script>Ls.pagination('#p', function (pageIndex) {}, {currPage: (0+1), pageCount: 3})</script>"

    def answered(question: Question) -> Answer:
        page = int(question.query.get("pageIndex", 0))
        rows = "".join(
            f'<li><a href="/public/1/{page}{row}5678.html">云溪县第{page}批第{row}号公告</a></li>' for row in range(5)
        )
        listed = f'<ul class="xxgk_nav_list">{rows}</ul>{pager}' if page else shell
        return answer if page == lost else listed, HTML

    walked = walk_answers("lonsun", "/public/column/1?type=4&catId=2", answered)
    assert walked.red
    assert len(walked.entries) >= 5 * (lost - 1)


def test_the_address_that_a_script_gives_to_the_links_of_a_pager_is_the_next_pages() -> None:
    rows = "".join(f'<li><a href="/zc/711{n}532.html">云溪县第{n}批公告</a></li>' for n in range(3))
    turn = (
        "function (i, box) { var $a = box.find('a'); $a.attr('href', '/content/column/71?pageIndex=' + $a.data('n')) }"
    )
    page = read(f"{rows}<script>Ls.pagination('#p', {turn}, {{currPage: 1, pageCount: 2}})</script>", "/zc/index.html")
    assert [urlsplit(request.url).query for request in page.next_requests] == ["pageIndex=2"]
