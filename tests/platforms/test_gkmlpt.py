"""gkmlpt: the demo site is listed as its golden says, and each quirk of the family costs documents when unknown."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from demo import gkmlpt, goldens
from demo.gkmlpt import CATEGORIES, GkmlptSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.registry import platform
from etl.web.page import read_page
from tests.support.walking import ask, first_requests, walk

FAMILY = platform("gkmlpt")
API = "http://x.example/gkmlpt/api/all/7012?page=1&sid=539200"
# The family leaves them to the details: what the list means by `date` is not known.
LEFT_OUT = {"written_date", "keywords"}


def read(body: bytes | dict[str, Any], url: str = API, seen: int = 0) -> ListingPage:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return FAMILY.read_listing(read_page(raw, url, "application/json"), ListingRequest(url, "c", seen))


def article(number: int, **said: Any) -> dict[str, Any]:
    return {"id": number, "title": f"第{number}号通知", "url": f"/gkmlpt/content/0/0/post_{number}.html"} | said


def names() -> dict[str, str]:
    """The columns as the tree names them, by the key of the category."""
    above = {category.id: category for category in CATEGORIES}

    def path(category: gkmlpt.Category) -> str:
        parent = above.get(category.parent)
        return f"{path(parent)} / {category.name}" if parent else category.name

    return {category.key: path(category) for category in gkmlpt.leaves()}


def test_the_site_is_listed_as_its_golden_says(site: GkmlptSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    golden = {
        key: [{name: value for name, value in line.items() if name not in LEFT_OUT} for line in lines]
        for key, lines in goldens.entries(site).items()
    }
    listed = {key: found.entries(name) for key, name in names().items()}
    assert listed == {key: golden.get(key, []) for key in names()}
    assert {key: found.told(name)[0] for key, name in names().items()} == {
        key: len(golden.get(key, [])) for key in names()
    }


def test_leaves_that_lead_elsewhere_are_skipped_and_branches_are_opened(site: GkmlptSite, client: httpx.Client) -> None:
    (first,) = first_requests(FAMILY, site)
    asked = [int(urlsplit(item.url).path.rsplit("/", 1)[1]) for item in ask(client, FAMILY, first).next_requests]
    assert asked == [category.id for category in gkmlpt.leaves()]
    jumps = {category.id for category in CATEGORIES if category.jump}
    assert not jumps & set(asked)
    # An empty jump_url is none, and a node with children is no list.
    assert {7012, 7004} <= set(asked)
    assert not {7003, 7010, 7020} & set(asked)


def test_the_walk_begins_at_page_one_and_asks_none_twice(site: GkmlptSite, client: httpx.Client) -> None:
    walk(client, FAMILY, *first_requests(FAMILY, site))
    asked = [(seen.path, parse_qs(seen.query)["page"][0]) for seen in site.requests if "/api/" in seen.path]
    assert len(asked) == len(set(asked))
    assert "0" not in {page for _, page in asked}


def test_a_column_given_as_page_zero_goes_on_with_page_two(site: GkmlptSite, client: httpx.Client) -> None:
    url = f"{site.base}/gkmlpt/api/all/7012?page=0&sid={gkmlpt.SID}"
    found = walk(client, FAMILY, ListingRequest(url, "c"))
    urls = [line["url"] for line in found.entries("c")]
    assert urls == [line["url"] for line in goldens.entries(site)["qtwj"]]


def test_the_list_ends_at_its_total_without_another_request(site: GkmlptSite, client: httpx.Client) -> None:
    site.page_size = len(site.entries("qtwj"))
    url = f"{site.base}/gkmlpt/api/all/7012?page=1&sid={gkmlpt.SID}"
    found = walk(client, FAMILY, ListingRequest(url, "c"))
    assert len(found.pages) == 1


def test_without_a_total_the_list_ends_at_an_empty_page() -> None:
    assert [item.url for item in read({"articles": [article(1)]}).next_requests] == [API.replace("page=1", "page=2")]
    beyond = read({"articles": []}, API.replace("page=1", "page=2"), seen=1)
    assert (beyond.entries, beyond.reported_total, beyond.next_requests) == ((), None, ())


@pytest.mark.parametrize(("total", "post_count"), [(2, 5), (5, 2), (5, None), (None, 5)])
def test_the_greater_of_both_counts_must_be_found(total: int | None, post_count: int | None) -> None:
    said = {"total": total, "classify": {"post_count": post_count}, "articles": [article(1), article(2)]}
    page = read(said)
    assert page.reported_total == 5
    assert len(page.next_requests) == 1
    assert read(said, seen=3).next_requests == ()


def test_a_line_without_display_publish_time_has_the_day_of_its_making(site: GkmlptSite, client: httpx.Client) -> None:
    assert any(posting.number % 5 == 0 for posting in site.postings.values())
    days = [
        read({"articles": [article(1, display_publish_time=0, **said)]}).entries[0].fields.get("published_date")
        for said in (
            {"first_publish_time": 1683338400},
            {"first_publish_time": 0, "create_time": "1683388800"},
            {"created_at": "2023-05-08 10:00:00"},
            {},
        )
    ]
    # 1683388800 is 16:00 UTC: the next day in China.
    assert days == ["2023-05-06", "2023-05-07", "2023-05-08", None]


def test_an_entry_that_leads_elsewhere_is_kept(site: GkmlptSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert site.url("link-policy") in [line["url"] for line in found.entries(names()["qtgw"])]


def test_an_entry_without_address_stands_where_its_number_says() -> None:
    lines = [article(10331207, url=None), article(1, url="", post_url="http://y.example/1.html")]
    assert [entry.url for entry in read({"articles": lines}).entries] == [
        "http://x.example/gkmlpt/content/10/10331/post_10331207.html",
        "http://y.example/1.html",
    ]


def test_fields_of_a_line_that_are_null_are_none() -> None:
    said = article(1, identifier=None, document_number="", publisher=" 甲局 ", title="甲&amp;乙")
    (entry,) = read({"articles": [said]}).entries
    assert (entry.title, dict(entry.fields)) == ("甲&乙", {"publisher": "甲局"})


def test_json_with_a_byte_order_mark_is_read() -> None:
    body = b"\xef\xbb\xbf" + json.dumps({"articles": [article(1)], "total": 1}).encode()
    assert (len(read(body).entries), read(body).reported_total) == (1, 1)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><body><h1>502 Bad Gateway</h1></body></html>", "an HTML page instead of JSON"),
        (b"", "instead of JSON"),
        (b'{"code": 403, "message": "sid"}', "JSON without articles"),
        (b'{"articles": null}', "JSON without articles"),
        (b"[]", "JSON without articles"),
    ],
)
def test_what_is_no_list_is_said_to_be_none(body: bytes, words: str) -> None:
    with pytest.raises(NotAListing, match=words):
        read(body)


def test_an_index_without_a_tree_is_no_list() -> None:
    with pytest.raises(NotAListing, match="SID and TREE"):
        read(b"<html><script>window._CONFIG = {}</script></html>", "http://x.example/gkmlpt/index")
