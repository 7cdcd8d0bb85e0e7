"""The policy library: the entries listed from the demo site equal its golden; an unhandled quirk loses documents."""

import json
from typing import Any

import httpx
import pytest

from demo import goldens
from demo.gov_cn import COLLECTIONS, GovSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.registry import platform
from etl.web.page import WebPage
from tests.support.walking import first_requests, walk

FAMILY = platform("gov_cn")


def read(answer: Any, seen: int = 0) -> ListingPage:
    url = "https://sousuo.x.example/search-gov/data?t=zhengcelibrary&p=1&n=5"
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return FAMILY.read_listing(WebPage(url, text, "utf-8"), ListingRequest(url, "c", seen))


def line(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "title": "甲", "url": f"https://www.x.example/content_{number}.htm", **more}


def test_the_site_is_listed_as_its_golden_says(site: GovSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    golden = goldens.entries(site)
    assert {each.key: found.entries(each.name) for each in COLLECTIONS} == golden
    assert {each.key: found.reported(each.name) for each in COLLECTIONS} == {"gw": (7, 2), "bm": (13, 3), "or": (6, 1)}


def test_the_list_of_the_newest_names_documents_of_the_library(site: GovSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    newest = found.entries("最新政策")
    assert [line["url"] for line in newest] == [site.url(posting.key) for posting in site.newest()]
    assert [line["published_date"] for line in newest] == [str(posting.day) for posting in site.newest()]
    assert found.reported("最新政策") == (site.latest, None)


def test_details_stand_on_another_host(site: GovSite, client: httpx.Client) -> None:
    hosts = {httpx.URL(line["url"]).host for lines in goldens.entries(site).values() for line in lines}
    assert hosts == {"localhost", "www.caizheng.example"}
    assert client.get(site.url("yl-feedback")).status_code == 200


def test_all_categories_of_one_answer_are_listed_once() -> None:
    categories = {"gongwen": {"listVO": [line(1), line(2)], "totalCount": 2}, "bumenfile": {"listVO": [line(3)]}}
    page = read({"searchVO": {"totalCount": 3, "totalpage": 1, "listVO": [line(1)], "catMap": categories}})
    assert [entry.url[-5] for entry in page.entries] == ["1", "2", "3"]
    assert (page.reported_total, page.reported_pages, page.next_requests) == (3, 1, ())


def test_the_total_of_categories_serves_where_the_answer_has_none() -> None:
    page = read({"searchVO": {"listVO": None, "catMap": {"gongwen": {"listVO": [line(1)], "totalCount": 9}}}})
    assert page.reported_total == 9
    assert [each.url.split("?")[1] for each in page.next_requests] == ["t=zhengcelibrary&p=2&n=5"]


def test_a_day_is_china_s_whether_written_or_in_milliseconds() -> None:
    # 2023-05-06 00:30 in China is still the fifth in UTC.
    lines = [line(1, pubtime=1683304200000), line(2, pubtimeStr="2023.05.06", pubtime=0), line(3, pubtime=0)]
    page = read({"searchVO": {"totalCount": 3, "listVO": lines}})
    assert [entry.fields.get("published_date") for entry in page.entries] == ["2023-05-06", "2023-05-06", None]


def test_an_empty_answer_is_an_empty_list_and_ends_the_walk() -> None:
    page = read({"searchVO": {"totalCount": 40, "totalpage": 8, "listVO": []}}, seen=20)
    assert (page.entries, page.reported_total, page.next_requests) == ((), 40, ())


def test_a_line_without_address_is_reported_and_is_not_a_page() -> None:
    (entry,) = read({"searchVO": {"totalCount": 1, "listVO": [line(7, url=None)]}}).entries
    assert entry.url == "line:7"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("<html><title>403</title></html>", "an HTML page instead of JSON"),
        ({"code": 1001, "msg": "busy"}, "without searchVO"),
        ({"searchVO": {}}, "data without searchVO.listVO"),
        ([{"name": "甲"}], "data without \\[\\].URL"),
        ([], "data without \\[\\].URL"),
    ],
)
def test_the_error_for_a_page_that_is_not_a_list_says_why(answer: Any, reason: str) -> None:
    with pytest.raises(NotAListing, match=reason):
        read(answer)
