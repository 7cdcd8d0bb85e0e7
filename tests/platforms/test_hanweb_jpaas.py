"""jpaas: the entries listed from the demo site equal its golden; an unhandled quirk loses documents."""

import json
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from demo import goldens
from demo.hanweb_jpaas import BY_KEY, COLUMNS, SERVICE, JpaasSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.registry import platform
from etl.web.page import WebPage
from tests.support.walking import ask, first_requests, walk

FAMILY = platform("hanweb_jpaas")


def front(site: JpaasSite, key: str) -> ListingRequest:
    return ListingRequest(f"{site.base}{BY_KEY[key].path}/index.html", key)


def read(text: str, page: int = 1, seen: int = 0) -> ListingPage:
    url = f"http://x.example{SERVICE}?" + urlencode({"pageId": "7", "paramJson": json.dumps({"pageNo": page})})
    headers = {"Referer": "http://x.example/col/col7/index.html"}
    return FAMILY.read_listing(WebPage(url, text, "utf-8"), ListingRequest(url, "c", seen, headers=headers))


def unit(html: str) -> str:
    return json.dumps({"success": True, "data": {"html": html}})


def test_the_site_is_listed_as_its_golden_says(site: JpaasSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    golden = goldens.entries(site)
    assert {column.key: found.entries(column.name) for column in COLUMNS} == golden
    totals = {column.key: found.reported(column.name)[0] for column in COLUMNS}
    assert totals == {key: len(lines) for key, lines in golden.items()}


def test_both_forms_of_detail_addresses_are_listed_in_one_column(site: JpaasSite, client: httpx.Client) -> None:
    urls = [line["url"] for line in walk(client, FAMILY, front(site, "tzgg")).entries("tzgg")]
    assert any("/col/col1229510102/art/2023/art_" in url for url in urls)
    assert any("/art/2021/" in url and "art_1229510102_" in url for url in urls)
    assert any(not url.startswith(site.base) for url in urls)


def test_the_service_wants_a_referer(site: JpaasSite, client: httpx.Client) -> None:
    (request,) = ask(client, FAMILY, front(site, "zcwj")).next_requests
    assert client.get(request.url).status_code == 403
    assert client.get(request.url, headers={"Referer": "http://elsewhere.example/"}).status_code == 403
    assert len(ask(client, FAMILY, request).entries) == 5


def test_a_bare_page_number_turns_no_page(site: JpaasSite, client: httpx.Client) -> None:
    (request,) = ask(client, FAMILY, front(site, "nb")).next_requests
    (second,) = ask(client, FAMILY, request).next_requests
    first = ask(client, FAMILY, request).entries
    query = {name: values[0] for name, values in parse_qs(urlsplit(second.url).query).items()}
    assert json.loads(query.pop("paramJson"))["pageNo"] == 2
    bare = urlsplit(request.url)._replace(query=urlencode(query | {"pageNo": 2})).geturl()
    assert ask(client, FAMILY, replace(request, url=bare)).entries == first
    assert not {entry.url for entry in ask(client, FAMILY, second).entries} & {entry.url for entry in first}


def test_a_long_list_costs_few_requests_where_the_site_gives_what_is_asked(
    site: JpaasSite, client: httpx.Client
) -> None:
    template = site.postings["parcel-notice"].document
    for number in range(120):
        site.put(replace(template, key=f"more-{number}"), column="zcwj")
    found = walk(client, FAMILY, front(site, "zcwj"))
    assert found.entries("zcwj") == goldens.entries(site)["zcwj"]
    assert len(found.pages) == 1 + 3


def test_of_several_units_the_one_named_as_a_list_is_requested(site: JpaasSite, client: httpx.Client) -> None:
    (request,) = ask(client, FAMILY, front(site, "fzzfjs")).next_requests
    assert parse_qs(urlsplit(request.url).query)["tagId"] == ["右侧内容"]
    two = "".join(
        f"<script src='/AuthorizedRead/unitbuild.js' url='/x' queryData=\"{{'pageId':'7','tagId':'{tag}'}}\"></script>"
        for tag in ("导航", "横幅")
    )
    with pytest.raises(NotAListing, match="导航, 横幅"):
        FAMILY.read_listing(WebPage("http://x.example/", two, "utf-8"), ListingRequest("http://x.example/"))


def test_a_page_without_a_unit_is_no_column(site: JpaasSite, client: httpx.Client) -> None:
    with pytest.raises(NotAListing, match=r"unitbuild\.js"):
        ask(client, FAMILY, ListingRequest(site.base + "/"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<html><body>系统维护中</body></html>", "HTML page instead of JSON"),
        ('{"success": false, "message": "参数错误", "data": null}', "参数错误"),
        ('{"data": []}', "without data.html"),
        ("[1]", "without data.html"),
        (unit("<ul></ul>"), "data without data.html"),
    ],
)
def test_a_page_that_is_not_a_list_is_rejected(text: str, reason: str) -> None:
    with pytest.raises(NotAListing, match=reason):
        read(text)


def test_an_empty_column_is_a_list_of_nothing() -> None:
    page = read(unit('<ul></ul><div class="pagination" pageSize="15" count="0"></div>'))
    assert (page.entries, page.reported_total, page.next_requests) == ((), 0, ())


def test_an_empty_page_before_the_end_is_a_lost_one() -> None:
    with pytest.raises(NotAListing, match="page 3 is empty, and only 30 of 45"):
        read(unit('<ul></ul><div class="pagination" count="45"></div>'), 3, 30)


def test_without_a_count_the_list_ends_at_its_first_empty_page() -> None:
    row = '<ul><li><a href="/art/2023/1/2/art_7_81.html">关于公布名单的公告</a><span>2023-01-02</span></li></ul>'
    assert len(read(unit(row)).next_requests) == 1
    page = read(unit("<ul></ul>"), 2, 1)
    assert (page.entries, page.reported_total, page.next_requests) == ((), None, ())


def test_a_page_of_links_to_other_sites_is_a_page_of_the_list() -> None:
    row = '<ul><li><a href="https://y.example/a/1.html">关于转发有关通知的公告</a><span>2023-01-02</span></li></ul>'
    (entry,) = read(unit(row)).entries
    assert (entry.url, entry.fields) == ("https://y.example/a/1.html", {"published_date": "2023-01-02"})


def test_a_page_of_an_agency_leads_to_its_columns(site: JpaasSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, ListingRequest(f"{site.base}/bmzw/index.html", "c"))
    assert found.lost == []
    golden = goldens.entries(site)
    for key in ("zcwj", "tzgg"):
        assert found.entries(f"c / {BY_KEY[key].path}/index.html") == golden[key]
    assert found.entries("c") == [*golden["zcwj"][:2], *golden["tzgg"][:2]]


def test_a_list_by_year_leads_to_each_year(site: JpaasSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, ListingRequest(f"{site.base}/zcjd/index.html", "c"))
    assert found.lost == []
    golden = goldens.entries(site)
    assert found.entries("c") == golden["nb"][:2]
    years = {name: found.entries(f"c / {name}") for name in ("2022年", "2023年")}
    assert years == {"2022年": golden["fzzfjs"], "2023年": golden["nb"]}


@pytest.mark.parametrize("parse_type", ["bulidstatic", "buildstatic"])
def test_the_kind_of_parsing_is_sent_as_the_page_says_it(
    site: JpaasSite, client: httpx.Client, parse_type: str
) -> None:
    site.parse_type = parse_type
    assert walk(client, FAMILY, front(site, "zcwj")).entries("zcwj") == goldens.entries(site)["zcwj"]


def test_pages_are_turned_by_the_number_of_rows_that_the_site_gives(site: JpaasSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, front(site, "nb"))
    queries = [parse_qs(urlsplit(request.url).query)["paramJson"][0] for request, _ in found.pages[1:]]
    assert [json.loads(query)["pageSize"] for query in queries][1:] == [site.page_size] * (len(queries) - 1)
    assert len(queries) > 1


def test_a_page_with_lines_and_the_pager_of_the_service_is_listed_by_the_service() -> None:
    row = '<li class="clearfix"><a href="/art/2023/1/2/art_7_81.html">关于名单的公告</a><span>2023-01-02</span></li>'
    pager = (
        "<div class='pagination' queryData=\"{'pageId':'7','tagId':'列表页','parseType':'buildstatic'}\" rows='24'"
        f" unitId='9' count='388' pageNo='1' unitUrl='{SERVICE}'></div>"
    )
    page = WebPage("http://x.example/col/col7/index.html", f"<ul>{row}</ul>{pager}", "utf-8")
    (request,) = FAMILY.read_listing(page, ListingRequest(page.url, "c")).next_requests
    query = parse_qs(urlsplit(request.url).query)
    assert (query["pageId"], query["parseType"], json.loads(query["paramJson"][0])["pageNo"]) == (
        ["7"], ["buildstatic"], 1,
    )  # fmt: skip


LISTS = ["信息列表", "当前栏目_list", "列表页", "内容区域", "内容1", "栏目-list", "ajax分页", "新闻列表", "通知list"]


@pytest.mark.parametrize("name", LISTS)
def test_units_are_known_as_lists_by_their_names(name: str) -> None:
    def page(*names: str) -> ListingPage:
        units = "".join(
            f"<script src='/unitbuild.js' url='/x' queryData=\"{{'pageId':'7','tagId':'{each}'}}\"></script>"
            for each in names
        )
        return FAMILY.read_listing(WebPage("http://x.example/", units, "utf-8"), ListingRequest("http://x.example/"))

    surer = (name, "内容9") if name.startswith("内容") else ("内容9", name)
    for names in (("导航", name), (name, "导航"), surer):
        (request,) = page(*names).next_requests
        assert parse_qs(urlsplit(request.url).query)["tagId"] == [name]
