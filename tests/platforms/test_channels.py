"""Channels: the entries listed from the demo site equal its golden; what nobody could read is not a whole list."""

import httpx
import pytest

from demo import goldens
from demo.channels import COLUMNS, ChannelsSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.registry import platform
from etl.web.page import WebPage
from tests.support.walking import ask, first_requests, walk

FAMILY = platform("channels")
ROW = '<li><a href="/contents/7/{0}.html">关于{0}号河段清淤的通知</a><span>2024-03-0{0}</span></li>'
ROWS = "<ul>" + "".join(map(ROW.format, (1, 2, 3))) + "</ul>"


def read(text: str, path: str = "/channels/7.html") -> ListingPage:
    url = f"http://x.example{path}"
    return FAMILY.read_listing(WebPage(url, text, "utf-8"), ListingRequest(url, "c"))


def test_the_site_is_listed_as_its_golden_says(site: ChannelsSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    assert {each.key: found.entries(each.name) for each in COLUMNS} == goldens.entries(site)
    assert {each.key: found.reported(each.name) for each in COLUMNS} == {
        "14229": (None, 3), "62": (None, 3), "31700": (None, 2), "458": (4, 2),
    }  # fmt: skip


def test_a_last_page_with_one_line_is_not_mistaken_for_the_box_beside_it(
    site: ChannelsSite, client: httpx.Client
) -> None:
    page = ask(client, FAMILY, ListingRequest(f"{site.base}/channels/31700_2.html", "c", seen=2))
    assert [entry.url for entry in page.entries] == [goldens.entries(site)["31700"][-1]["url"]]


def test_a_date_in_the_link_is_not_a_part_of_the_title() -> None:
    page = read('<ul><li><a href="/contents/7/1.html">关于2024年防汛的通知<span>2024-03-01</span></a></li></ul>')
    assert [(entry.title, dict(entry.fields)) for entry in page.entries] == [
        ("关于2024年防汛的通知", {"published_date": "2024-03-01"})
    ]


@pytest.mark.parametrize(
    "counter",
    [
        '<div class="page"><span class="total">当前第1/34</span></div>',
        '<div class="page"><span>当前第 <b>1</b> / 34 页</span></div>',
        '<div class="fanye"><table><tr><td align="right">1/34</td></tr></table></div>',
        '<div class="pagination"><p>当前第1／34页</p></div>',
    ],
)
def test_a_counter_leads_on_without_any_link(counter: str) -> None:
    page = read(ROWS + counter)
    assert page.reported_pages == 34
    assert [(each.url, each.seen) for each in page.next_requests] == [("http://x.example/channels/7_2.html", 3)]


def test_a_window_of_numbers_leads_on_and_its_last_page_counts() -> None:
    links = "".join(f'<a href="/channels/7_{number}.html">{number}</a>' for number in (2, 3, 4))
    page = read(f'{ROWS}{links}<a href="/channels/7_9.html">尾页</a>', "/channels/7_3.html")
    assert page.reported_pages == 9
    assert page.next_requests[0].url == "http://x.example/channels/7_4.html"


def test_pages_of_other_lists_do_not_lead_on() -> None:
    page = read(ROWS + '<a href="/channels/8_2.html">2</a><a href="/channels/9.html">下一级</a>')
    assert (page.reported_pages, page.next_requests) == (None, ())


@pytest.mark.parametrize("link", ['<a href="javascript:turn(2)">下一页</a>', '<a onclick="turn(2)">下一页</a>'])
def test_a_next_page_that_only_a_script_can_follow_is_missing_and_not_the_end(link: str) -> None:
    page = read(ROWS + link)
    assert (page.reported_pages, page.next_requests) == (2, ())


def test_a_fraction_in_a_title_is_no_counter() -> None:
    page = read(ROWS.replace("1号", "1/4号"))
    assert (page.reported_pages, page.next_requests) == (None, ())


def test_a_document_leads_to_its_list() -> None:
    page = WebPage("http://x.example/contents/458/37062.shtml", "<p>正文</p>", "utf-8")
    assert FAMILY.find_columns(page)[0].url == "http://x.example/channels/458.shtml"


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("/channels/7.html", "<p>系统繁忙，请稍候</p>", "none of the signs of a list"),
        ("/", ROWS, "the address"),
    ],
)
def test_the_error_for_a_page_that_is_not_a_list_says_why(path: str, text: str, reason: str) -> None:
    with pytest.raises(NotAListing, match=reason):
        read(text, path)


def test_lists_below_a_path_of_the_site_stay_there() -> None:
    page = read(ROWS.replace("/contents/", "/government/contents/") + "当前第1/3", "/government/channels/7.html")
    assert len(page.entries) == 3
    assert page.next_requests[0].url == "http://x.example/government/channels/7_2.html"
