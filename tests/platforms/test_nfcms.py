"""NFCMS: the entries listed from the demo site equal its golden; an unhandled quirk loses documents."""

import json

import httpx
import pytest

from demo import goldens, nfcms
from demo.nfcms import COLUMNS, NfcmsSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.registry import platform
from etl.web.page import WebPage, read_page
from tests.support.walking import ask, first_requests, walk

FAMILY = platform("nfcms")
NAMES = {each.key: each.name if not each.parent else f"公示公告 / {each.name}" for each in COLUMNS}


def read(body: bytes, path: str = "/postmeta/i/7.json") -> ListingPage:
    url = f"http://x.example{path}"
    return FAMILY.read_listing(read_page(body, url, "application/json"), ListingRequest(url, "c"))


def test_the_site_is_listed_as_its_golden_says(site: NfcmsSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    golden = goldens.entries(site)
    assert {each.key: found.entries(NAMES[each.key]) for each in COLUMNS} == {
        each.key: golden.get(each.key, []) for each in COLUMNS
    }
    assert found.reported("政策文件") == (None, 2)
    assert found.reported("规范性文件") == (len(golden["gfxwj"]), None)
    assert {key: found.reported(NAMES[key])[0] for key in ("gg2021", "gg2022", "gg2023")} == {
        key: len(golden.get(key, [])) for key in ("gg2021", "gg2022", "gg2023")
    }


def test_a_column_cut_by_the_system_reports_more_than_it_lists(
    site: NfcmsSite, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nfcms, "PER_PAGE", 3)
    site.pages_limit = 1
    page = ask(client, FAMILY, ListingRequest(f"{site.base}/postmeta/i/61057.json", "gfxwj"))
    assert (len(page.entries), page.reported_total) == (3, 4)


def test_a_last_page_with_one_line_is_not_mistaken_for_the_box_beside_it(site: NfcmsSite, client: httpx.Client) -> None:
    page = ask(client, FAMILY, ListingRequest(f"{site.base}/xxgk/jytabl/index_2.html", "jytabl"))
    assert [entry.url for entry in page.entries] == [goldens.entries(site)["jytabl"][-1]["url"]]
    assert (page.reported_pages, page.next_requests) == (2, ())


def test_a_page_of_the_middle_leads_on(site: NfcmsSite, client: httpx.Client) -> None:
    page = ask(client, FAMILY, ListingRequest(f"{site.base}/xxgk/zwgk/fzzfjsndbg/index_2.html", "law", seen=2))
    assert page.reported_pages == 3
    assert [(each.url, each.seen) for each in page.next_requests] == [
        (f"{site.base}/xxgk/zwgk/fzzfjsndbg/index_3.html", 4)
    ]


def test_fields_are_read_wherever_an_article_keeps_them() -> None:
    inner = json.dumps({"EXT_wh": "甲政〔2023〕1号", "EXT_fbjg": "甲局", "EXT_ztfl": "综合政务", "EXT_sx": "有效"})
    articles = [
        {"id": 1, "title": "甲<br/>乙 &amp; 丙", "url": "/a/content/post_1.html", "json_ext": inner,
         "date": "2023-05-06"},
        {"id": 2, "title": "丁", "url": "/a/content/post_2.html", "json_ext": "[]", "EXT_zh": "乙政〔2023〕2号",
         "EXT_fwdw": " 乙局 ", "publish_time": "1683381600"},
        {"id": 3, "title": "戊", "url": "/a/content/post_3.html", "json_ext": "{", "date": "", "publish_time": 0},
    ]  # fmt: skip
    entries = read(json.dumps({"articles": articles}).encode()).entries
    assert entries[0].title == "甲 乙 & 丙"
    assert dict(entries[0].fields) == {
        "document_number": "甲政〔2023〕1号", "publisher": "甲局", "subject_category": "综合政务", "validity": "有效",
        "published_date": "2023-05-06",
    }  # fmt: skip
    assert dict(entries[1].fields) == {
        "document_number": "乙政〔2023〕2号", "publisher": "乙局", "published_date": "2023-05-06",
    }  # fmt: skip
    assert dict(entries[2].fields) == {}


def test_an_article_without_address_is_reported_and_is_not_a_page() -> None:
    (entry,) = read(json.dumps({"articles": [{"id": 5, "title": "甲"}]}).encode()).entries
    assert entry.url == "post:5"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html><body>404</body></html>", "an HTML page instead of JSON"),
        (b'{"error": "busy"}', "data without articles, children"),
        (b"[]", "data without articles, children"),
    ],
)
def test_the_error_for_a_page_that_is_not_a_column_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(NotAListing, match=reason):
        read(body)


def test_a_page_without_documents_and_pages_says_why() -> None:
    url = "http://x.example/xxgk/zcwj/"
    page = WebPage(url, '<ul><li><a href="/about.html">关于</a></li></ul>', "utf-8")
    with pytest.raises(NotAListing, match="content/post_"):
        FAMILY.read_listing(page, ListingRequest(url, "c"))


def test_a_column_below_without_its_number_is_not_passed_over() -> None:
    with pytest.raises(NotAListing, match=r"children\[\]\.id"):
        read(b'{"articles": [], "children": [{"id": 7, "name": "A"}, {"cid": 8, "name": "B"}]}')
