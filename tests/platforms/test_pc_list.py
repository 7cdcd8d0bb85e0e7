"""`/pc/list.html`: the entries listed from the demo site equal its golden; a page alone is never a whole list."""

import json
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from demo import faults, goldens
from demo.pc_list import COLUMNS, HELD, SITE, WITHOUT_DATA, PcListSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.registry import platform
from etl.sources.schema import Source
from etl.web.page import WebPage, read_page
from tests.support.walking import first_requests, walk

FAMILY = platform("pc_list")
ID = "2058746804822818816"


def page_of(text: str, path: str = "/gk/c00145/pc/list.html") -> ListingPage:
    url = f"http://x.example{path}"
    return FAMILY.read_listing(WebPage(url, text, "utf-8"), ListingRequest(url, "c"))


def answer(data: Any, seen: int = 0) -> ListingPage:
    url = "http://x.example/queryList"
    body = b"current=2&pageSize=15&webSiteCode=gk&channelCode=c00145"
    page = read_page(json.dumps({"data": data}).encode(), url, "application/json")
    return FAMILY.read_listing(page, ListingRequest(url, "c", seen, "POST", body))


def form(request: ListingRequest) -> dict[str, list[str]]:
    return parse_qs((request.body or b"").decode())


def test_the_site_is_listed_as_its_golden_says(site: PcListSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    golden = goldens.entries(site)
    lists = {column.key: f"{column.name} / queryList" for column in COLUMNS}
    assert {key: found.entries(name) for key, name in lists.items()} == golden
    assert {key: found.reported(name) for key, name in lists.items()} == {
        key: (len(entries), None) for key, entries in golden.items()
    }


def test_the_lines_of_the_page_are_listed_too_so_that_nothing_is_lost_where_the_service_is_missing(
    site: PcListSite, client: httpx.Client
) -> None:
    site.path_faults["/queryList"] = faults.status(404)
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert len(found.lost) == len(COLUMNS)
    golden = goldens.entries(site)
    with_data = [column for column in COLUMNS if column.key != WITHOUT_DATA]
    assert {each.key: found.entries(each.name) for each in with_data} == {
        each.key: golden[each.key][:HELD] for each in with_data
    }
    assert [entry["url"] for entry in found.entries("人事信息")] == [entry["url"] for entry in golden[WITHOUT_DATA]]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [
            {
                "id": ID,
                "title": "关于盐田整治的通知",
                "urls": '{"pc":"/gk/c00145/pc/content/content_2058746804822818816.html"}',
            }
        ],
    ],
)
def test_a_page_alone_is_never_a_whole_list(lines: list[dict[str, str]]) -> None:
    page = page_of(f"<script>var articleList = {json.dumps(lines)};</script>")
    assert (len(page.entries), page.reported_total) == (len(lines), None)
    (request,) = page.next_requests
    assert (request.method, request.url, request.column) == ("POST", "http://x.example/queryList", "c / queryList")
    sent = form(request)
    assert (sent["webSiteCode"], sent["channelCode"], sent["current"]) == (["gk"], ["c00145"], ["1"])


TREE = {"children": [{"code": "gk", "children": [{"code": "tzgg100", "urls": '{"pc":"/gk/zx/tzgg/list.html"}'}]}]}


@pytest.mark.parametrize(
    ("path", "script", "channel"),
    [
        ("/gk/zx/tzgg/list.html", f"var channelTree = {json.dumps(TREE)};", "tzgg100"),
        ("/gk/zx/other/list.html", f"var channelTree = {json.dumps(TREE)};", "other"),
        ("/gk/c00145/pc/list.html", "", "c00145"),
        ("/gk/bcyb/index.html", "", "bcyb"),
        ("/gk/col/col14590/index.html", "", "col14590"),
        ("/gk/c00145/pc/list.html", "$.post('/queryList', {channelCode: 'c00146'})", "c00146"),
    ],
)
def test_the_channel_is_that_of_the_tree_the_script_or_the_address(path: str, script: str, channel: str) -> None:
    (request,) = page_of(f"<script>{script} var service = '/queryList';</script>", path).next_requests
    assert form(request)["channelCode"] == [channel]


def test_lines_are_read_in_both_forms_and_without_a_page_of_their_own() -> None:
    line = {"title": "甲 &amp; 乙", "pubDate": "2024-05-06 10:31:00", "contentSource": "某局", "irn": "1/2024-1"}
    numbered = line | {"metadata": {"ucap_fwwh": "某发〔2024〕1号"}}
    results = [
        {"id": ID, "source": numbered | {"urls": json.dumps({"pc": f"/gk/other/pc/content/content_{ID}.html"})}},
        numbered | {"metadata": '{"ucap_fwwh": "某发〔2024〕1号"}', "urls": {"pc": "https://b.example/1.html"}},
        numbered | {"id": ID, "urls": "{broken"},
        numbered | {"id": ID, "urls": "{}", "redirectUrl": "https://mp.b.example/s/7"},
        numbered | {"id": "curve", "urls": None},
    ]
    entries = answer({"total": 99, "results": results}).entries
    assert [entry.url for entry in entries] == [
        f"http://x.example/gk/other/pc/content/content_{ID}.html",
        "https://b.example/1.html",
        f"http://x.example/gk/c00145/pc/content/content_{ID}.html",
        "https://mp.b.example/s/7",
        "article:curve",
    ]
    assert {(entry.title, *entry.fields.values()) for entry in entries} == {
        ("甲 & 乙", "2024-05-06", "某局", "1/2024-1", "某发〔2024〕1号")
    }


@pytest.mark.parametrize("results", [[], [{"id": ID, "urls": {"pc": f"/gk/zx/jd/202405/content_{ID}.html"}}]])
def test_lines_of_another_channel_than_the_page_shows_are_no_answer(results: list[dict[str, Any]]) -> None:
    line = {"id": ID, "title": "甲", "urls": json.dumps({"pc": f"/gk/zx/tzgg/202405/content_{ID}.html"})}
    (request,) = page_of(
        f"<script>var articleList = [{json.dumps(line)}];</script>", "/gk/zx/tzgg/list.html"
    ).next_requests
    page = read_page(json.dumps({"data": {"total": len(results), "results": results}}).encode(), request.url)
    with pytest.raises(NotAListing, match="channelCode tzgg"):
        FAMILY.read_listing(page, request)


def test_the_service_is_paged_by_what_was_received() -> None:
    page = answer({"total": 40, "results": [{"id": ID}] * 10}, seen=15)
    (following,) = page.next_requests
    assert (form(following)["current"], following.seen, page.reported_total) == (["3"], 25, 40)
    assert answer({"total": 25, "results": [{"id": ID}] * 10}, seen=15).next_requests == ()
    assert answer({"total": 40, "results": []}, seen=15).next_requests == ()
    assert answer({"results": [{"id": ID}]}).next_requests != ()


def test_a_source_file_may_name_the_service() -> None:
    address = f"https://www.tinglan.example/queryList?webSiteCode={SITE}&channelCode=zcwj"
    source = Source.model_validate(
        {
            "id": "x", "name": "x", "agency": "x", "region": "539600", "platform": "pc_list",
            "columns": [{"url": address, "name": "政策"}], "hosts": ["www.tinglan.example"],
            "assertions": {"min_records": 1, "max_age_days": 1}, "verified": "never",
        }
    )  # fmt: skip
    (request,) = FAMILY.start(source)
    assert (request.method, request.url, request.column) == ("POST", "https://www.tinglan.example/queryList", "政策")
    assert form(request)["channelCode"] == ["zcwj"]


@pytest.mark.parametrize("folders", [("/gk/c00145/pc", "content"), ("/gk/zx/tzgg", "202405")])
def test_a_document_leads_to_its_list(folders: tuple[str, str]) -> None:
    page = WebPage(f"http://x.example{'/'.join(folders)}/content_{ID}.html", "<p>正文</p>", "utf-8")
    assert FAMILY.find_columns(page)[0].url == f"http://x.example{folders[0]}/list.html"


def test_data_that_is_nested_without_end_is_no_list() -> None:
    with pytest.raises(NotAListing, match="none of the signs of a list"):
        page_of(f"<script>var articleList = {'[' * 100_000}</script>")


def test_the_error_for_a_page_that_is_not_a_list_says_why() -> None:
    with pytest.raises(NotAListing, match="none of the signs of a list"):
        page_of("<p>系统繁忙</p>")
    with pytest.raises(NotAListing, match=r"data\.results"):
        answer({"message": "busy"})
