"""Parts of a list page that a script decodes: what they show is read like the rest of the page."""

import base64
from urllib.parse import quote

import pytest

from etl.platforms.base import ListingPage, ListingRequest
from etl.platforms.listing import read_list_page
from etl.platforms.registry import platform
from etl.web.page import WebPage

LIST = "https://www.yunxi.example/zfxxgk/"
ROWS = "".join(f'<li><a href="/gk/t2026050{n}_7{n}.html">云溪县第{n}批公告</a></li>' for n in range(1, 6))
PAGER = '<a href="/zfxxgk/2.html">下一页</a><a href="/zfxxgk/4.html">尾页</a>'
READS = "<script>var x = document.getElementById('p'); x.innerHTML = {}(atob(x.innerHTML))</script>"


def read(content: str) -> ListingPage:
    page = WebPage(LIST, f"<html><body><ul>{ROWS}</ul>{content}</body></html>", "utf-8")
    return read_list_page(platform("trs_wcm"), page, ListingRequest(LIST, "c"))


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "content",
    [
        f"<div id='p'>{encoded(PAGER)}</div>{READS.format('')}",
        f"<div id='p'>\n {encoded(quote(PAGER))}\n</div>{READS.format('decodeURIComponent')}",
        f"<script>document.write(window.atob('{encoded(PAGER)}'))</script>",
    ],
)
def test_a_pager_that_a_script_decodes_leads_on(content: str) -> None:
    listing = read(content)
    assert (len(listing.entries), [request.url for request in listing.next_requests]) == (5, [f"{LIST}2.html"])


@pytest.mark.parametrize(
    "content",
    [
        f"<div id='p'>{encoded(PAGER)}</div>",
        f"<div id='p'>{encoded('一幅图' * 30)}</div>{READS.format('')}",
        f"<div id='p'>{'A' * 61}</div>{READS.format('')}",
    ],
)
def test_what_no_script_decodes_or_is_no_markup_stays_as_it_is(content: str) -> None:
    listing = read(content)
    assert (len(listing.entries), listing.next_requests, listing.problems) == (5, (), ())
