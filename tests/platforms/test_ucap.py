"""UCAP: the entries listed from the demo site equal its golden; an unhandled quirk loses documents."""

import json
from urllib.parse import parse_qsl

import httpx
import pytest

from demo import goldens
from demo.ucap import BY_KEY, COLUMNS, UcapSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.registry import platform
from etl.sources.schema import adhoc_source
from etl.web.page import WebPage
from tests.support.walking import ask, first_requests, walk

FAMILY = platform("ucap")
SERVICE = "https://x.example/getFileListByCodeId"
CHANNEL = "/searchList/" + "0a" * 16


def read(text: str, path: str = CHANNEL, seen: int = 0) -> ListingPage:
    url = f"https://x.example{path}"
    return FAMILY.read_listing(WebPage(url, text, "utf-8"), ListingRequest(url, "c", seen))


def test_the_site_is_listed_as_its_golden_says(site: UcapSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    golden = goldens.entries(site)
    assert {each.key: found.entries(each.name) for each in COLUMNS} == golden
    assert {each.key: found.reported(each.name)[0] for each in COLUMNS} == {
        key: len(each) for key, each in golden.items()
    }
    assert found.reported("政策文件")[1] == 3


def test_a_site_that_answers_fewer_lines_than_asked_for_is_walked_whole(site: UcapSite, client: httpx.Client) -> None:
    column = BY_KEY["fdzd"]
    first = ListingRequest(f"{site.base}{column.search}?_isAgg=true&_isJson=true&_pageSize=100&page=1", "fdzd")
    assert len(ask(client, FAMILY, first).entries) == site.capped
    assert walk(client, FAMILY, first).entries("fdzd") == goldens.entries(site)["fdzd"]


def test_a_last_page_with_one_line_is_not_mistaken_for_the_box_beside_it(site: UcapSite, client: httpx.Client) -> None:
    page = ask(client, FAMILY, ListingRequest(f"{site.base}/yanhe/c103662/xxgk_list_2.shtml", "gfxwj", seen=2))
    assert [entry.url for entry in page.entries] == [goldens.entries(site)["gfxwj"][-1]["url"]]
    assert page.next_requests == ()


def test_a_total_that_is_too_high_ends_at_the_first_empty_page(site: UcapSite, client: httpx.Client) -> None:
    site.overstated = 40
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    for name in ("法定主动公开内容", "年度报告"):
        (*before, last) = [page for request, page in found.pages if request.column == name]
        assert not last.entries
        assert (last.total_is_upper_bound, last.next_requests) == (True, ())
        assert not any(page.total_is_upper_bound for page in before)
    # Where the first page is empty the site says nothing of an end.
    with pytest.raises(NotAListing, match="page 1 is empty, and only 0 of 90"):
        read('{"data": {"total": 90, "results": []}}')


def service_answer(*numbers: int, total: int = 1532) -> str:
    lines = [{"title": f"第{each}号公告", "url": f"http://x.example/a/c1/c{each}/content.shtml"} for each in numbers]
    return json.dumps({"code": 200, "results": {"data": {"total": total, "channelId": "0f" * 16, "results": lines}}})


@pytest.mark.parametrize(
    ("url", "body", "following"),
    [
        (SERVICE, b"codeId=&channelId=ab&page=3&size=20&keyTC=x", b"channelId=ab&page=4&size=20&keyTC=x"),
        (SERVICE, b'{"channelId": "ab", "page": 3, "size": 20}', b'{"channelId": "ab", "page": 4, "size": 20}'),
        (f"{SERVICE}?channelId=ab&page=3&size=5", None, b"channelId=ab&page=4&size=5"),
        (SERVICE, None, b"channelId=" + b"0f" * 16 + b"&page=2&size=20"),
    ],
)
def test_the_service_is_turned_as_it_was_requested(url: str, body: bytes | None, following: bytes) -> None:
    request = ListingRequest(url, "c", 40, "POST" if body else "GET", body)
    page = FAMILY.read_listing(WebPage(url, service_answer(10001, 10002), "utf-8"), request)
    assert (len(page.entries), page.reported_total) == (2, 1532)
    (turned,) = page.next_requests
    assert (turned.url, turned.method, turned.seen) == (SERVICE, "POST", 42)
    assert turned.body is not None
    if turned.body.startswith(b"{"):
        assert turned.body == following
    else:
        assert dict(parse_qsl(following.decode())).items() <= dict(parse_qsl(turned.body.decode())).items()


def test_a_column_may_be_the_service_with_its_form_as_query() -> None:
    source = adhoc_source("a", "a", f"{SERVICE}?channelId=ab&size=50", ["x.example"])
    (first,) = FAMILY.start(source)
    assert (first.url, first.method) == (SERVICE, "POST")
    assert dict(parse_qsl((first.body or b"").decode())) == {
        "channelId": "ab", "size": "50", "page": "1", "relateSubChannels": "false",
    }  # fmt: skip


def test_the_service_may_be_on_another_host_than_the_column() -> None:
    script = f"var channelId = '{'0a' * 16}'; $.post('https://y.example/getFileListByCodeId', {{}})"
    page = read(f"<ul></ul><script>{script}</script>", "/zcfgk/c100006/listflfg.html")
    assert [item.url for item in page.next_requests] == ["https://y.example/getFileListByCodeId"]


def test_values_are_known_by_their_keys_where_their_names_are_not() -> None:
    keys = {"writtentext": "甲公告〔2026〕1号", "writtendate": "2026-01-04 00:00:00", "writtendepartment": "甲局"}
    values = [{"name": "未知", "key": key, "value": value} for key, value in (keys | {"aging": "全文有效"}).items()]
    line = {"title": "甲", "url": "/a/c1/c2345/content.shtml", "domainMetaList": [{"resultList": values}]}
    (entry,) = read(json.dumps({"data": {"total": 1, "results": [line]}})).entries
    assert dict(entry.fields) == {
        "document_number": "甲公告〔2026〕1号", "written_date": "2026-01-04",
        "publisher": "甲局", "validity": "全文有效",
    }  # fmt: skip


@pytest.mark.parametrize("stem", ["xxgk_lists", "xxgk_navs"])
def test_a_page_of_several_lists_leads_to_those_below_it(stem: str) -> None:
    below = '<a href="/a/c100/c101/xxgk_list.shtml">文件</a><a href="c102/xxgk_lists.shtml">其他</a>'
    beside = '<a href="/a/c200/xxgk_list.shtml">领导</a><a href="https://y.example/a/c100/c9/xxgk_list.shtml">外</a>'
    row = f'<li><a href="/a/c100/202305/{"0a" * 16}.shtml" title="甲">甲</a><span>2023-05-06</span></li>'
    page = read(f"<ul>{row}</ul>{beside}{below}", f"/a/c100/{stem}.shtml")
    assert page.entries == ()
    assert [(item.url, item.column) for item in page.next_requests] == [
        ("https://x.example/a/c100/c101/xxgk_list.shtml", "c / 文件"),
        ("https://x.example/a/c100/c102/xxgk_lists.shtml", "c / 其他"),
    ]
    flat = read(beside, f"/a/c100/{stem}.shtml")
    assert [item.url for item in flat.next_requests] == ["https://x.example/a/c200/xxgk_list.shtml"]


def test_a_page_of_several_lists_is_walked_into_them(site: UcapSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, ListingRequest(f"{site.base}/yanhe/c103660/xxgk_lists.shtml", "c"))
    assert found.entries("c / 行政规范性文件") == goldens.entries(site)["gfxwj"]


def test_the_pager_of_another_vendor_is_not_read_as_this_one() -> None:
    row = f'<li><a href="/a/c100/202305/{"0a" * 16}.shtml" title="甲">甲</a><span>2023-05-06</span></li>'
    page = read(f'<ul>{row}</ul><script>createPageHTML(7, 0, "index", "html")</script>', "/a/c100/list.shtml")
    assert (page.reported_pages, page.next_requests, len(page.entries)) == (None, (), 1)


def test_lines_name_no_scheme_and_values_may_be_null() -> None:
    values = [("文号", "甲政〔2023〕1号"), ("成文日期", "null"), ("主题分类", "null"), ("索引号", ""), ("来源", "某报")]
    line = {
        "title": "<em>甲</em>市通知", "url": "//x.example/a/c100/c7428481/content.shtml",
        "publishedTimeStr": "", "publishedTime": 1683331200000,
        "domainMetaList": [{"resultList": [{"name": name, "value": value} for name, value in values]}, None],
    }  # fmt: skip
    (entry,) = read(json.dumps({"data": {"total": 1, "results": [line]}})).entries
    assert (entry.url, entry.title) == ("https://x.example/a/c100/c7428481/content.shtml", "甲市通知")
    assert dict(entry.fields) == {"document_number": "甲政〔2023〕1号", "published_date": "2023-05-06"}


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        (CHANNEL, "<!doctype html><p>维护中</p>", "an HTML page instead of JSON"),
        (CHANNEL, '{"code": 500}', "without data.results"),
        ("/a/c100/list.shtml", "<p>栏目建设中</p>", "none of the signs of a list"),
        ("/a/c100/xxgk_navs.shtml", "<p>栏目建设中</p>", "the page lacks xxgk_list"),
    ],
)
def test_the_error_for_a_page_that_is_not_a_list_says_why(path: str, text: str, reason: str) -> None:
    with pytest.raises(NotAListing, match=reason):
        read(text, path)


def test_an_address_without_the_switch_to_json_says_what_is_missing(site: UcapSite, client: httpx.Client) -> None:
    with pytest.raises(NotAListing, match="HTML page instead of JSON"):
        ask(client, FAMILY, ListingRequest(site.base + BY_KEY["gsgg"].search, "gsgg"))


@pytest.mark.parametrize("address", ["/gk/202605/" + "0a" * 16, "/gk/2026/5/7/" + "0b" * 16, "/gk/c7714/content"])
def test_documents_have_addresses_of_several_forms(address: str) -> None:
    assert [
        entry.url
        for entry in read(f'<ul><li><a href="{address}.shtml">关于渡口的通知</a></li></ul>', "/gk/a/list.shtml").entries
    ] == [f"https://x.example{address}.shtml"]


COLUMN = '<meta name="channelid" content="{}"><ul id="list"></ul><script src="/gk/xhtml/js/list.js"></script>'


def test_a_column_whose_script_is_in_another_file_has_its_channel_in_a_meta_tag() -> None:
    (following,) = read(COLUMN.format("0a" * 16), "/gk/c7/common_list.shtml").next_requests
    assert following.url == f"https://x.example{CHANNEL}?_isAgg=true&_isJson=true&_pageSize=20&_template=index&page=1"
    with pytest.raises(NotAListing):
        read(COLUMN.format("7"), "/gk/c7/common_list.shtml")


def test_a_column_with_lines_is_not_asked_for_elsewhere() -> None:
    lines = f'<ul><li><a href="/gk/202605/{"0a" * 16}.shtml">关于渡口的通知</a></li></ul>'
    assert read(COLUMN.format("0a" * 16) + lines, "/gk/c7/list.shtml").next_requests == ()


def test_a_search_that_was_not_asked_for_json_may_answer_a_page() -> None:
    path = "/es-search/search/" + "0a" * 16 + "?_template=a/list&_pageSize=2&page=1"
    lines = "".join(f'<li><a href="/gk/c{7700 + n}/content.shtml">第{n}号通知</a></li>' for n in (1, 2))
    page = read(f"<ul>{lines}</ul><div>共5条 1/3页</div>", path)
    assert (len(page.entries), page.reported_total) == (2, 5)
    assert [request.url[-6:] for request in page.next_requests] == ["page=2"]


@pytest.mark.parametrize(
    "script",
    [
        "var channelId = '{0}'; $.post('/getFileListByCodeId', {{channelId: channelId, page: 1}})",
        "$.get('/common/search/{0}?_isJson=true&page=1')",
    ],
)
def test_a_page_whose_script_calls_the_service_is_a_column_whatever_its_address(script: str) -> None:
    page = WebPage("https://x.example/zc/laws.html", f"<ul></ul><script>{script.format('0a' * 16)}</script>", "utf-8")
    assert [column.url for column in FAMILY.find_columns(page)] == [page.url]
