"""UCAP: the demo site is listed as its golden says, and each quirk of the family costs documents when unknown."""

import json

import httpx
import pytest

from demo import goldens
from demo.ucap import BY_KEY, COLUMNS, UcapSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.registry import platform
from etl.web.page import WebPage
from tests.support.walking import ask, first_requests, walk

FAMILY = platform("ucap")
CHANNEL = "/searchList/" + "0a" * 16


def read(text: str, path: str = CHANNEL, seen: int = 0) -> ListingPage:
    url = f"https://x.example{path}"
    return FAMILY.read_listing(WebPage(url, text, "utf-8"), ListingRequest(url, "c", seen))


def test_the_site_is_listed_as_its_golden_says(site: UcapSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    golden = goldens.entries(site)
    assert {each.key: found.entries(each.name) for each in COLUMNS} == golden
    assert {each.key: found.told(each.name)[0] for each in COLUMNS} == {key: len(each) for key, each in golden.items()}
    assert found.told("政策文件")[1] == 3


def test_a_site_that_answers_fewer_lines_than_asked_for_is_walked_whole(site: UcapSite, client: httpx.Client) -> None:
    column = BY_KEY["fdzd"]
    first = ListingRequest(f"{site.base}{column.search}?_isAgg=true&_isJson=true&_pageSize=100&page=1", "fdzd")
    assert len(ask(client, FAMILY, first).entries) == site.capped
    assert walk(client, FAMILY, first).entries("fdzd") == goldens.entries(site)["fdzd"]


def test_a_last_page_with_one_line_is_not_mistaken_for_the_box_beside_it(site: UcapSite, client: httpx.Client) -> None:
    page = ask(client, FAMILY, ListingRequest(f"{site.base}/yanhe/c103662/xxgk_list_2.shtml", "gfxwj", seen=2))
    assert [entry.url for entry in page.entries] == [goldens.entries(site)["gfxwj"][-1]["url"]]
    assert page.next_requests == ()


def test_a_total_that_is_too_high_ends_at_the_first_empty_page() -> None:
    assert read('{"data": {"total": 90, "results": []}}', seen=40).next_requests == ()


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
        ("/a/c100/list.shtml", "<p>栏目建设中</p>", "neither links to documents"),
    ],
)
def test_what_is_no_list_says_why(path: str, text: str, reason: str) -> None:
    with pytest.raises(NotAListing, match=reason):
        read(text, path)


def test_an_address_without_the_switch_to_json_says_what_is_missing(site: UcapSite, client: httpx.Client) -> None:
    with pytest.raises(NotAListing, match="HTML page instead of JSON"):
        ask(client, FAMILY, ListingRequest(site.base + BY_KEY["gsgg"].search, "gsgg"))
