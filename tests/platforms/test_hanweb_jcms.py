"""JCMS: the demo site is listed as its golden says, and each quirk of the family costs documents when unknown."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from demo import goldens, hanweb_jcms
from demo.hanweb_jcms import BY_KEY, COLUMNS, EMPTY, PROXY, JcmsSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.registry import platform
from etl.web.page import WebPage
from tests.support.walking import ask, first_requests, walk

FAMILY = platform("hanweb_jcms")


def front(site: JcmsSite, key: str) -> ListingRequest:
    return ListingRequest(site.base + BY_KEY[key].path, key)


def read(text: str, url: str = f"http://x.example{PROXY}?startrecord=16&page=2", seen: int = 15) -> ListingPage:
    return FAMILY.read_listing(WebPage(url, text, "utf-8"), ListingRequest(url, "c", seen))


def test_the_site_is_listed_as_its_golden_says(site: JcmsSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    golden = goldens.entries(site)
    assert {column.key: found.entries(column.name) for column in COLUMNS} == golden
    totals = {column.key: found.told(column.name)[0] for column in COLUMNS}
    assert totals == {key: len(lines) for key, lines in golden.items()} | {"rsrm": None}
    assert found.told("人事任免")[1] == 2


def test_of_two_stores_the_columns_own_and_longest_is_the_list(site: JcmsSite, client: httpx.Client) -> None:
    both = ask(client, FAMILY, front(site, "bg"))
    assert (len(both.entries), both.reported_total) == (4, 9)
    # The sidebar's store tells of more documents, but they are another column's.
    beside = ask(client, FAMILY, front(site, "cz"))
    assert (len(beside.entries), beside.reported_total, beside.next_requests) == (4, 4, ())


@pytest.mark.parametrize("key", ["bg", "tzgg"])
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_window_is_the_same_by_number_and_by_page(site: JcmsSite, client: httpx.Client, key: str, size: int) -> None:
    site.sizes[key] = size
    found = walk(client, FAMILY, front(site, key))
    assert found.entries(key) == goldens.entries(site)[key]


@pytest.mark.parametrize("key", ["bg", "tzgg"])
def test_a_page_is_never_asked_for_more_than_sites_give(site: JcmsSite, client: httpx.Client, key: str) -> None:
    template = site.postings["carpark-notice"].document
    for number in range(900):
        site.put(replace(template, key=f"more-{number}"), column=key)
    site.sizes[key] = 350
    found = walk(client, FAMILY, front(site, key))
    assert found.entries(key) == goldens.entries(site)[key]
    asked = [int(parse_qs(urlsplit(request.url).query)["perpage"][0]) for request, _ in found.pages[1:]]
    assert max(asked) <= 300


def test_a_cut_that_is_smaller_than_known_loses_nothing_where_records_are_numbered(
    site: JcmsSite, client: httpx.Client
) -> None:
    site.most = 3
    found = walk(client, FAMILY, front(site, "bg"))
    assert found.entries("bg") == goldens.entries(site)["bg"]


def test_without_a_link_the_columns_script_is_imitated_by_post(site: JcmsSite, client: httpx.Client) -> None:
    (more,) = ask(client, FAMILY, front(site, "nb")).next_requests
    assert more.method == "POST"
    assert len(ask(client, FAMILY, more).entries) == 2
    with pytest.raises(NotAListing):
        ask(client, FAMILY, replace(more, method="GET", body=None))


def test_encrypted_numbers_are_handed_on_as_they_are(site: JcmsSite, client: httpx.Client) -> None:
    (more,) = ask(client, FAMILY, front(site, "jdhy")).next_requests
    assert not parse_qs(urlsplit(more.url).query)["columnid"][0].isdigit()
    assert len(ask(client, FAMILY, more).entries) == 1


def test_plain_numbers_where_the_site_wants_encrypted_ones_are_a_lost_page_with_its_reason(
    site: JcmsSite, client: httpx.Client
) -> None:
    site.links = False
    found = walk(client, FAMILY, front(site, "jdhy"))
    ((request, reason),) = found.lost
    assert request.url.startswith(site.base + PROXY)
    assert "54 bytes" in reason
    assert "number 4" in reason
    assert "encrypts columnid and unitid" in reason
    assert found.told("jdhy")[0] == 4


def test_an_empty_answer_at_the_end_of_the_list_is_no_fault() -> None:
    page = read("<datastore><totalrecord>15</totalrecord><recordset></recordset></datastore>")
    assert (page.entries, page.reported_total, page.next_requests) == ((), 15, ())
    with pytest.raises(NotAListing, match="without the lines from number"):
        read("<datastore><totalrecord>40</totalrecord><recordset></recordset></datastore>")
    with pytest.raises(NotAListing, match="54 bytes"):
        read(EMPTY.decode())


def test_an_empty_column_is_a_list_of_nothing() -> None:
    text = (
        '<div id="7"><script type="text/xml"><datastore><nextgroup></nextgroup><recordset></recordset></datastore>'
        "</script></div><script>$('#7').jpage({totalRecord:0,perPage:15});</script>"
    )
    page = read(text, "http://x.example/col/col9/index.html", 0)
    assert (page.entries, page.reported_total, page.next_requests) == ((), 0, ())


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("<html><body><h1>系统维护中</h1></body></html>", "http://x.example/col/col9/index.html"),
        ("<html><body><h1>系统维护中</h1></body></html>", f"http://x.example{PROXY}?page=2"),
        ("<html><body><h1>系统维护中</h1></body></html>", "http://x.example/module/xxgk/search.jsp?area=1"),
        ("<table></table><p>共<b>4</b>页</p>", "http://x.example/module/xxgk/search.jsp?currpage=2"),
    ],
)
def test_what_is_no_list_is_said_to_be_none(text: str, url: str) -> None:
    with pytest.raises(NotAListing):
        read(text, url)


def test_the_walk_of_a_catalog_posts_its_class_area_and_page(site: JcmsSite, client: httpx.Client) -> None:
    for key, name in hanweb_jcms.CLASSES.items():
        address = site.base + BY_KEY[key].path + ("?number=A0703" if key == "rsrm" else "")
        found = walk(client, FAMILY, ListingRequest(address, key))
        posted = [parse_qs((request.body or b"").decode()) for request, _ in found.pages[1:]]
        assert [form["currpage"] for form in posted] == [["1"], ["2"]]
        assert {(*form["infotypeId"], *form["area"], *form["jdid"], *form["divid"]) for form in posted} == {
            (name, hanweb_jcms.AREA, hanweb_jcms.CATALOG_SITE, f"div{BY_KEY[key].number}")
        }
        assert found.entries(key) == goldens.entries(site)[key]


def test_an_empty_catalog_tells_no_pages() -> None:
    page = read(
        "<table class='tb_title'><tr><td>共0条 共0页</td></tr></table>", "http://x.example/module/xxgk/search.jsp"
    )
    assert (page.entries, page.reported_total, page.reported_pages, page.next_requests) == ((), 0, 0, ())
