"""gkmlpt: the entries listed from the demo site equal its golden; an unhandled quirk loses documents."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import gkmlpt, goldens
from demo.gkmlpt import CATEGORIES, GkmlptSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.recognise import decide_family, recognise
from etl.platforms.registry import platform
from etl.sources.schema import Source, adhoc_source
from etl.web.page import read_page
from tests.support.walking import ask, first_requests, walk

FAMILY = platform("gkmlpt")
API = "http://x.example/gkmlpt/api/all/7012?page=1&sid=539200"
# The family leaves them to the details.
LEFT_OUT = {"keywords"}


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
    assert {key: found.reported(name)[0] for key, name in names().items()} == {
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


def test_a_branch_is_opened_whatever_it_calls_the_categories_below_it() -> None:
    tags = '"tags": [{"id": 9, "name": "公开"}]'
    below = f'{{"id": 2, "name": "乙", "children": [], {tags}}}, {{"id": 3, "name": "丙"}}'
    tree = f'[{{"id": 1, "name": "甲", "tags": [], "nodes": [{below}]}}]'
    page = f"<script>window._CONFIG = {{SID: '7', TREE: {tree}}}</script>"
    listing = read(page.encode(), "http://x.example/gkmlpt/index")
    assert [request.column for request in listing.next_requests] == ["甲 / 乙", "甲 / 丙"]


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


@pytest.mark.parametrize("total", [2, 5, "5"])
@pytest.mark.parametrize("post_count", [0, 3, 2679, None])
def test_the_total_is_the_list_and_the_count_of_posts_is_not(total: int | str, post_count: int | None) -> None:
    page = read({"total": total, "classify": {"post_count": post_count}, "articles": [article(1), article(2)]})
    assert page.reported_total == int(total)
    assert len(page.next_requests) == (int(total) > 2)


def test_a_list_that_tells_no_total_is_walked_to_an_empty_page() -> None:
    page = read({"classify": {"post_count": 2}, "articles": [article(1), article(2)]})
    assert (page.reported_total, len(page.next_requests)) == (None, 1)


def test_the_dates_of_a_line() -> None:
    days = [
        dict(read({"articles": [article(1, created_at="2023-05-08 10:00:00", **said)]}).entries[0].fields)
        for said in (
            {"create_time": "1683388800", "display_publish_time": 1683338400, "date": 1682870400},
            {"create_time": 0, "display_publish_time": 0, "first_publish_time": 1683338400},
            {"date": 0},
        )
    ]
    # 1683388800 is 16:00 UTC: the next day in China.
    assert days == [
        {"published_date": "2023-05-07", "written_date": "2023-05-01"},
        {"published_date": "2023-05-06"},
        {},
    ]


def test_an_entry_that_leads_elsewhere_is_kept(site: GkmlptSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert site.url("link-policy") in [line["url"] for line in found.entries(names()["qtgw"])]


def test_an_entry_without_address_stands_where_its_number_says() -> None:
    lines = [article(10331207, url=None), article(1, url="", post_url="http://y.example/1.html")]
    assert [entry.url for entry in read({"articles": lines}).entries] == [
        "http://x.example/gkmlpt/content/10/10331/post_10331207.html",
        "http://y.example/1.html",
    ]


ROOTS = st.lists(st.text("abz9_-", min_size=1, max_size=6), max_size=2).map(
    lambda parts: "".join(map("/{}".format, parts))
)
NAMED = st.sampled_from(["index#{}", "index.html#{}", "policy#{}", "mindex#/{}", "search?type={}", "search?q=&type={}"])


@given(ROOTS, NAMED, st.sampled_from([0, 310]) | st.integers(0, 10**9).filter(lambda number: number != 31))
def test_an_address_with_a_category_is_that_list_alone(root: str, form: str, category: int) -> None:
    url = f"https://x.example{root}/gkmlpt/{form.format(category)}"
    source = adhoc_source("a", "a", url, ["x.example"])
    (first,) = FAMILY.start(source)
    assert first.url.partition("#")[0] == f"https://x.example{root}/gkmlpt/index"
    page = read_page(INDEX.encode(), first.url.partition("#")[0])
    (request,) = FAMILY.read_listing(page, first).next_requests
    assert request.url == f"https://x.example{root}/gkmlpt/api/all/{category}?page=1&sid=755325"
    assert request.column == first.column == source.columns[0].url
    (found,) = FAMILY.find_columns(read_page(INDEX.encode(), url))
    assert (found.url, found.name) == (first.url, "文件" if category == 310 else "")


INDEX = (
    "<script>window._CONFIG = {SID: '755325', TREE: "
    '[{"id":31,"name":"政策","children":[{"id":310,"name":"文件"}]}]}</script>'
)


@given(ROOTS)
def test_a_catalog_below_a_path_is_requested_there(root: str) -> None:
    home = f"https://x.example{root}/gkmlpt/index"
    (request,) = read(INDEX.encode(), home).next_requests
    assert request.url == f"https://x.example{root}/gkmlpt/api/all/310?page=1&sid=755325"
    lines = {"total": 300, "articles": [article(10331207, url=None)]}
    page = read(lines, request.url)
    assert [entry.url for entry in page.entries] == [
        f"https://x.example{root}/gkmlpt/content/10/10331/post_10331207.html"
    ]
    assert [item.url for item in page.next_requests] == [request.url.replace("page=1", "page=2")]


def test_columns_of_one_page_are_told_apart_by_their_fragment(site: GkmlptSite, client: httpx.Client) -> None:
    site.root = "/wlsqjyj"
    chosen = {"zc": 7012, "ta": 7050}
    columns = [{"url": f"{site.base}/wlsqjyj/gkmlpt/index#{number}", "name": key} for key, number in chosen.items()]
    source = adhoc_source("a", "a", site.base, ["127.0.0.1"])
    source = Source.model_validate(source.model_dump() | {"columns": columns})
    found = walk(client, FAMILY, *FAMILY.start(source))
    golden = goldens.entries(site)
    assert found.lost == []
    assert [line["url"] for line in found.entries("zc")] == [line["url"] for line in golden["qtwj"]]
    assert [line["url"] for line in found.entries("ta")] == [line["url"] for line in golden["ta"]]
    assert all(line["url"].startswith(f"{site.base}/wlsqjyj/gkmlpt/content/") for line in found.entries("ta"))


def test_category_0_lists_everything(site: GkmlptSite, client: httpx.Client) -> None:
    source = adhoc_source("a", "a", f"{site.base}/gkmlpt/index#0", ["127.0.0.1"])
    found = walk(client, FAMILY, *FAMILY.start(source))
    listed = {line["url"] for line in found.entries(source.columns[0].url)}
    assert listed == {line["url"] for lines in goldens.entries(site).values() for line in lines}


def test_a_site_below_a_path_is_recognised_and_its_catalogs_are_found(site: GkmlptSite, client: httpx.Client) -> None:
    site.root = "/wlsqjyj"
    posting = next(iter(site.postings))
    for url in (f"{site.base}/wlsqjyj/gkmlpt/index", site.url(posting)):
        page = read_page(client.get(url).content, url)
        family = decide_family(recognise(page))
        assert family is FAMILY, url
        assert [column.url for column in FAMILY.find_columns(page)] == [f"{site.base}/wlsqjyj/gkmlpt/index"]
    portal = '<a href="/gkmlpt/index#5">市政府</a><a href="/wlsqjyj/gkmlpt/index">教育局</a><a href="http://y.example/gkmlpt/index">省</a>'
    found = FAMILY.find_columns(read_page(portal.encode(), "http://x.example/"))
    assert [column.url for column in found] == [
        "http://x.example/gkmlpt/index",
        "http://x.example/wlsqjyj/gkmlpt/index",
    ]


@pytest.mark.parametrize(
    ("listed", "url", "wanted"),
    [
        ("https://x.example", "http://x.example/gkmlpt/content/0/0/post_1.html", "https://x.example/gkmlpt/content/0/0/post_1.html"),
        ("http://x.example", "https://x.example/a.html", "https://x.example/a.html"),
        ("https://x.example", "http://mp.example/s/1", "http://mp.example/s/1"),
        ("http://x.example", "http://x.example/a.html", "http://x.example/a.html"),
    ],
)  # fmt: skip
def test_an_address_that_says_http_on_a_host_of_https_is_secured(listed: str, url: str, wanted: str) -> None:
    (entry,) = read({"articles": [article(1, url=url, type="url")]}, f"{listed}/gkmlpt/api/all/1?page=1&sid=2").entries
    assert entry.url == wanted


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
        (b'{"code": 403, "message": "sid"}', "data without articles"),
        (b'{"articles": null}', "data without articles"),
        (b"[]", "data without articles"),
    ],
)
def test_a_page_that_is_not_a_list_is_rejected(body: bytes, words: str) -> None:
    with pytest.raises(NotAListing, match=words):
        read(body)


def test_an_index_without_a_tree_is_no_list() -> None:
    with pytest.raises(NotAListing, match="SID, TREE"):
        read(b"<html><script>window._CONFIG = {}</script></html>", "http://x.example/gkmlpt/index")
