"""Rongji: the entries listed from the demo site equal its golden; an unhandled quirk loses documents."""

import httpx
import pytest

from demo import goldens
from demo.rongji import COLUMNS, RongjiSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.registry import platform
from etl.web.page import WebPage
from tests.support.walking import first_requests, walk

FAMILY = platform("rongji")
LIST = "https://x.example/cms/html/x/gg/index.html"
FURTHER = "https://x.example/cms/sitemanage/index.shtml?siteId={}&page={}"
ROWS = "<ul id='resources'><li><a href='/cms/html/x/2023-05-06/71.html'>某通知</a><span>2023-05-06</span></li></ul>"
META = "<meta name='siteIdMeta' content='620'>"


def read(text: str, url: str = LIST) -> ListingPage:
    return FAMILY.read_listing(WebPage(url, f"<html>{text}</html>", "utf-8"), ListingRequest(url, "c"))


def following(page: ListingPage) -> list[str]:
    return [request.url for request in page.next_requests]


def test_the_site_is_listed_as_its_golden_says(site: RongjiSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    assert {column.key: found.entries(column.name) for column in COLUMNS} == goldens.entries(site)
    assert [found.reported(column.name)[1] for column in COLUMNS] == [3, 2, None]


def test_pages_are_counted_by_words_or_by_the_links_of_the_column_itself() -> None:
    page = read(META + ROWS + "<p>共36页</p>")
    assert (page.reported_pages, following(page)) == (36, [FURTHER.format(620, 2)])
    own, other = FURTHER.format(620, 9), FURTHER.format(999, 50)
    page = read(META + ROWS + f"<a href='{own}'>9</a><a href='{other}'>别的栏目</a>")
    assert (page.reported_pages, following(page)) == (9, [FURTHER.format(620, 2)])
    page = read(ROWS + f"<a href='{FURTHER.format(620, 8)}'>上一页</a>", FURTHER.format(620, 9))
    assert (page.reported_pages, following(page)) == (9, [])


def test_more_pages_without_the_number_of_the_column_are_said() -> None:
    with pytest.raises(NotAListing, match="page 1 of 3, but the siteId"):
        read(ROWS + "<p>共3页</p>")


def test_an_empty_column_is_a_list_of_nothing_and_an_error_page_is_none() -> None:
    assert read("<ul id='resources'></ul>").entries == ()
    for text in ("<p>系统维护中</p>", META + "<ul id='resources'></ul><p>共3页</p>"):
        with pytest.raises(NotAListing, match="none of the signs of a list"):
            read(text)
