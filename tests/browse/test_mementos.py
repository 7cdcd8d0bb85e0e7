"""Captures of an address over HTTP, for programs that know web archives: Memento, a CDX server, Atom feeds."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import cdx_toolkit
import feedparser
import pytest
from lxml import etree
from sqlalchemy import create_engine, make_url, update
from starlette.testclient import TestClient

from etl.archive.storage.archive import Archive
from etl.archive.storage.models import Capture
from etl.browse import create_app
from etl.browse.http import mementos
from etl.browse.pages import feed
from etl.export.cdxj import url_key
from etl.local.services import Addresses
from tests.support.browser_pages import Page, attached, keep, other_source
from tests.support.chromium import served
from tests.support.services import own_archive

FIRST, SECOND, THIRD = (datetime(2024, 6, day, tzinfo=UTC) for day in (1, 3, 11))
PAGE = Page(1)


@pytest.fixture(scope="module")
def filled(services: Addresses, services_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """A page captured three times, and once by another source; a file; other pages, one of another path."""
    with own_archive(services, services_dir, "test-mementos") as archive:
        folder = tmp_path_factory.mktemp("kept")
        keep(archive, folder, PAGE, *(Page(number) for number in range(2, 5)))
        keep(archive, folder, Page(1, title="清淤通告（修订）", after=SECOND - FIRST))
        keep(archive, folder, Page(1, title="清淤通告（再次修订）", after=THIRD - FIRST))
        keep(archive, folder, attached("/f/1.txt", "text/plain", "名单".encode()), Page(9, path="/zwgk/图.html"))
        keep(archive, folder, Page(1, title="清淤通告", after=timedelta(days=1)), source=other_source())
        yield archive


@pytest.fixture
def archive(filled: Archive) -> Archive:
    return filled


def http_date(moment: datetime) -> str:
    return f"{moment:%a, %d %b %Y %H:%M:%S} GMT"


def links(header: str) -> dict[str, tuple[str, str | None]]:
    """By relation: address and time."""
    found: dict[str, tuple[str, str | None]] = {}
    for address, rest in re.findall(r'<([^>]*)>((?:\s*;\s*\w+="[^"]*")*)', header):
        given = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        found[given["rel"]] = (address, given.get("datetime"))
    return found


def gate(reader: TestClient, url: str, moment: datetime | None = None) -> Any:
    headers = {"accept-datetime": http_date(moment)} if moment else {}
    return reader.get(f"/archive/timegate/{url}", headers=headers, follow_redirects=False)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (datetime(2020, 1, 1, tzinfo=UTC), FIRST),
        (FIRST + timedelta(hours=1), FIRST),
        (FIRST + timedelta(days=1, hours=1), FIRST + timedelta(days=1)),
        (datetime(2024, 6, 8, tzinfo=UTC), THIRD),
        (datetime(2024, 6, 6, tzinfo=UTC), SECOND),
        (None, THIRD),
    ],
)
def test_a_timegate_leads_to_the_closest_capture(reader: TestClient, asked: datetime | None, found: datetime) -> None:
    answer = gate(reader, PAGE.url, asked)
    assert (answer.status_code, "accept-datetime" in answer.headers["vary"]) == (302, True)
    told = links(answer.headers["link"])
    assert told["original"][0] == PAGE.url
    assert urlsplit(told["timegate"][0]).path.startswith("/archive/timegate/")
    assert {"first memento", "last memento"} <= set(told)
    assert told["first memento"][1] == http_date(FIRST)
    memento = reader.get(answer.headers["location"])
    assert memento.status_code == 200
    assert memento.headers["memento-datetime"] == http_date(found)
    assert links(memento.headers["link"])["original"][0] == PAGE.url
    assert "岚川市" in memento.text or "清淤" in memento.text


def test_an_address_is_found_however_it_is_written(reader: TestClient) -> None:
    host, path = "www.lanchuan.example", urlsplit(PAGE.url).path
    for url in (f"http://{host}{path}", f"https:/{host}{path}", f"https://{host.upper()}:443{path}#top"):
        assert gate(reader, url.partition("#")[0]).status_code == 302, url
    chinese = "https://www.lanchuan.example/zwgk/图.html"
    assert reader.get(f"/archive/timemap/json/{quote(chinese, safe=':/')}").status_code == 200
    for url in (f"https://{host}/other.html", f"{PAGE.url}?page=2&language=en"):
        answer = gate(reader, url)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_memento")
    for url in ("ftp://x.example/", "127.0.0.1/", "2024-05-09"):
        for path in ("timegate", "timemap/link", "timemap/json"):
            bad = reader.get(f"/archive/{path}/{url}")
            assert (bad.status_code, bad.json()["code"]) == (400, "invalid_parameter"), (path, url)
    bad = reader.get(f"/archive/timegate/{PAGE.url}", headers={"accept-datetime": "yesterday"})
    assert (bad.status_code, "Accept-Datetime" in bad.json()["english"]) == (400, True)


def test_timemaps_tell_all_captures_in_order(reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = [FIRST, FIRST + timedelta(days=1), SECOND, THIRD]
    answer = reader.get(f"/archive/timemap/link/{PAGE.url}")
    assert answer.headers["content-type"] == "application/link-format"
    assert re.findall(r'rel="memento"; datetime="([^"]+)"', answer.text) == list(map(http_date, moments))
    told = reader.get(f"/archive/timemap/json/{PAGE.url}").json()
    assert [datetime.fromisoformat(each["datetime"]) for each in told["mementos"]["list"]] == moments
    assert told["original_uri"] == PAGE.url
    assert told["mementos"]["last"] == told["mementos"]["list"][-1]
    assert reader.get(told["mementos"]["first"]["uri"]).headers["memento-datetime"] == http_date(FIRST)
    assert reader.get(told["timemap_uri"]["link_format"]).text == answer.text
    monkeypatch.setattr(mementos, "MEMENTOS", 3)
    seen, following = [], f"/archive/timemap/json/{PAGE.url}"
    while following:
        told = reader.get(following).json()
        seen += [datetime.fromisoformat(each["datetime"]) for each in told["mementos"]["list"]]
        following = told["next"]
    assert seen == moments
    assert 'rel="timemap next"' in reader.get(f"/archive/timemap/link/{PAGE.url}").text


def cdx(reader: TestClient, **params: Any) -> list[dict[str, str]]:
    answer = reader.get("/archive/cdx", params={"output": "json", **params})
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def test_the_cdx_server_lists_captures_as_others_do(reader: TestClient) -> None:
    found = cdx(reader, url=PAGE.url)
    assert [line["timestamp"] for line in found] == [
        "20240601000000",
        "20240602000000",
        "20240603000000",
        "20240611000000",
    ]
    first = found[0]
    assert (first["urlkey"], first["url"], first["status"], first["mime"]) == (
        url_key(PAGE.url),
        PAGE.url,
        "200",
        "text/html",
    )
    body = reader.get(f"/archive/captures/{first['capture_id']}/bytes").content
    assert (int(first["length"]), first["digest"][:7]) == (len(body), "sha256:")
    text = reader.get("/archive/cdx", params={"url": PAGE.url}).text.splitlines()
    key, timestamp, rest = text[0].split(" ", 2)
    assert {"urlkey": key, "timestamp": timestamp} | json.loads(rest) == first
    assert (
        reader.get("/archive/cdx", params={"url": PAGE.url, "fl": "timestamp,status", "limit": 1}).text
        == "20240601000000 200\n"
    )


@pytest.mark.parametrize(
    ("params", "number"),
    [
        ({"url": "www.lanchuan.example", "matchType": "host"}, 9),
        ({"url": "https://www.lanchuan.example/zwgk/", "matchType": "prefix"}, 8),
        ({"url": "http://www.lanchuan.example/f/*"}, 1),
        ({"url": "https://www.lanchuan.example/zwgk_%", "matchType": "prefix"}, 0),
        ({"url": PAGE.url, "from": "20240602", "to": "20240603"}, 2),
        ({"url": PAGE.url, "to": "202405"}, 0),
        ({"url": PAGE.url, "from": "2024", "to": "2024"}, 4),
        ({"url": PAGE.url, "sort": "reverse", "limit": 3}, 3),
        ({"url": "https://nowhere.example/"}, 0),
    ],
)
def test_the_cdx_server_selects(reader: TestClient, params: dict[str, Any], number: int) -> None:
    found = cdx(reader, **params)
    assert len(found) == number
    if params.get("sort") == "reverse":
        assert found[0]["timestamp"] == "20240611000000"
    limit = 2
    paged = [
        line for page in range(number // limit + 1) for line in cdx(reader, **params | {"limit": limit, "page": page})
    ]
    assert paged[:number] == found


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "invalid_parameter"),
        ({"url": "x.example", "matchType": "domain"}, "invalid_parameter"),
        ({"url": "x.example", "limit": 10_001}, "invalid_parameter"),
        ({"url": "x.example", "from": "20241301"}, "invalid_parameter"),
        ({"url": "x.example", "fl": "offset"}, "invalid_parameter"),
        ({"url": "ftp://x.example/"}, "invalid_parameter"),
        ({"url": "x.example", "collapse": "digest"}, "unknown_parameter"),
    ],
)
def test_the_cdx_server_says_what_it_cannot(reader: TestClient, params: dict[str, Any], code: str) -> None:
    answer = reader.get("/archive/cdx", params=params)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_client_of_other_archives_reads_this_one(archive: Archive) -> None:
    with served(create_app(archive)) as base:
        fetcher = cdx_toolkit.CDXFetcher(source=f"{base}/cdx")
        found = list(fetcher.iter("www.lanchuan.example/zwgk/*", limit=100))
    assert len(found) == 8
    assert {capture["status"] for capture in found} == {"200"}


def test_a_search_can_be_followed(reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    html = reader.get("/archive/", params={"q": "清淤", "state": "current"}).text
    (address,) = re.findall(r'<link rel="alternate" type="application/atom\+xml"[^>]* href="([^"]+)"', html)
    answer = reader.get(address.replace("&amp;", "&"))
    assert answer.headers["content-type"].startswith("application/atom+xml")
    etree.fromstring(answer.content)
    parsed = feedparser.parse(answer.content)
    assert not parsed.bozo
    shown = reader.get("/archive/records.json", params={"q": "清淤", "state": "current", "sort": "captured"}).json()
    assert [entry.title for entry in parsed.entries] == [line["title"] for line in shown["lines"]]
    assert parsed.entries[0].title == "清淤通告（再次修订）"
    assert reader.get(parsed.entries[0].link).status_code == 200
    assert len({entry.id for entry in parsed.entries}) == len(parsed.entries)
    monkeypatch.setattr(feed, "ENTRIES", 2)
    seen: list[str] = []
    following: str | None = address.replace("&amp;", "&")
    while following:
        page = feedparser.parse(reader.get(following).content)
        seen += [entry.id for entry in page.entries]
        following = next((link.href for link in page.feed.links if link.rel == "next"), None)
    assert seen == [entry.id for entry in parsed.entries]


def test_the_change_feed_can_be_followed(reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    events = reader.get("/archive/api/v1/changes").json()["changes"]
    monkeypatch.setattr(feed, "ENTRIES", 3)
    seen: list[Any] = []
    following: str | None = "/archive/changes.atom"
    while following:
        page = feedparser.parse(reader.get(following, headers={"accept-language": "zh"}).content)
        assert not page.bozo
        seen += page.entries
        following = next((link.href for link in page.feed.links if link.rel == "next"), None)
    assert len(seen) == len(events)
    updated = next(entry for entry in seen if "再次修订" in entry.title)
    assert updated.title == "更新：清淤通告（再次修订）"
    (event,) = reader.get(updated.id).json()["changes"]
    assert event["kind"] == "updated"
    of_one = feedparser.parse(reader.get("/archive/changes.atom", params={"source": "lanchuan-copy"}).content)
    assert len(of_one.entries) == 1
    assert reader.get("/archive/changes.atom", params={"sauce": "x"}).status_code == 400


def test_a_feed_is_xml_whatever_a_title_holds(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    keep(archive, tmp_path, Page(50, title="坏字符\x0b\x1f与<标签>&amp;\ufffe"))
    answer = reader.get("/archive/records.atom", params={"q": "坏字符"})
    parsed = feedparser.parse(answer.content)
    assert not parsed.bozo
    assert len(parsed.entries) == 1


def test_what_a_site_sends_instead_of_a_page_is_no_state_of_it(
    archive: Archive, reader: TestClient, owner_of: Any
) -> None:
    """It is in the index all the same, which tells how each capture ended."""
    keep_one = Page(60)
    owner_of(keep_one, "soft_404")
    assert gate(reader, keep_one.url).status_code == 404
    assert [line["outcome"] for line in cdx(reader, url=keep_one.url)] == ["soft_404"]


@pytest.fixture
def owner_of(services: Addresses, archive: Archive, tmp_path: Path) -> Any:
    """Keeps a page and says that its capture ended otherwise, which the application itself cannot."""

    def end(page: Page, outcome: str) -> None:
        keep(archive, tmp_path, page)
        owner = create_engine(make_url(services.database_owner_url).set(database=archive.engine.url.database))
        with owner.begin() as connection:
            connection.execute(update(Capture).where(Capture.url == page.url).values(outcome=outcome))
        owner.dispose()

    return end
