"""What others state is stored, made storable, and costs at most its own entry."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from demo import catalogue, faults
from demo.gkmlpt import GkmlptSite
from demo.server import serve
from etl.archive.crawls.captures import store_attempts
from etl.archive.crawls.pages import listed_pages, upsert_listed_pages, upsert_pages, upsert_parts
from etl.archive.crawls.run import ClassifiedAttempt, CrawlOptions, PageAttempt, RunContext
from etl.archive.crawls.runs import open_run
from etl.archive.records.file_readings import store_file_reading, unread_files
from etl.archive.storage.archive import Archive
from etl.fetch.client import Attempt
from etl.fields import FIELDS
from etl.files import Limits
from etl.files.read import read_file
from etl.outcomes import Outcome
from etl.pipeline.warc.importing import import_source, import_warc, scan_warc
from etl.platforms.base import Entry
from etl.web.disposition import saved_name
from etl.web.urls import MAX_ADDRESS_CHARS, canonical_url
from tests.support.gongkai import crawl_site, rows
from tests.support.outside import HOSTILE, unstorable

TEXTS = [value for value in HOSTILE if isinstance(value, str) and value]
DAY = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.fixture
def site() -> Iterator[GkmlptSite]:
    made = GkmlptSite("demo-gkmlpt")
    for document in [item for item in catalogue.documents("gkmlpt") if item.key.endswith("-notice")][:3]:
        made.put(document, column="qtwj")
    with serve(made):
        yield made


@pytest.fixture
def run(archive: Archive) -> RunContext:
    return open_run(archive, import_source(), "outside", CrawlOptions())


def test_half_an_emoji_and_nul_in_a_title_cost_nothing(archive: Archive, site: GkmlptSite) -> None:
    site.faults["qtwj/1"] = faults.changed(b'"title": "', b'"title": "\\u0000\\ud83d')
    report = crawl_site(archive, site, assertions={"min_records": 1, "max_age_days": 36500})
    assert (report.state, report.listed, report.stored, report.problems) == ("green", 3, 3, ())
    titles = [row["title"] for row in rows(archive, "SELECT listing->>'title' AS title FROM archive.page")]
    assert sum(bool(title and title.startswith("\ufffd")) for title in titles) == 3


def test_values_of_a_listing_are_stored_as_they_can_be(archive: Archive, run: RunContext) -> None:
    values = [str(value)[:100_000] for value in HOSTILE]
    entries = {
        canonical_url(f"http://x.example/{number}"): Entry(f"http://x.example/{number}", value, {"source": value})
        for number, value in enumerate(values)
    }
    with archive.engine.begin() as connection:
        assert len(upsert_listed_pages(connection, run, "", entries)) == len(values)
    kept = rows(archive, "SELECT url, listing->>'source' AS source FROM archive.page")
    assert {row["url"]: row["source"] for row in kept} == {
        url: entry.fields["source"] for url, entry in entries.items()
    }


def test_66000_links_are_looked_up_at_once(archive: Archive, run: RunContext) -> None:
    urls = [canonical_url(f"http://x.example/{number}.html") for number in range(66_000)]
    with archive.engine.begin() as connection:
        [known] = upsert_pages(connection, run.source.id, "document", [urls[-1]]).values()
        assert [page.page_id for page in listed_pages(connection, run.source.id, urls, DAY).values()] == [known]
        assert unread_files(connection, run.source.id, urls) == {}
        assert upsert_parts(connection, run.source.id, {known: urls[:2]}).keys() == set(urls[:2])


def test_the_longest_address_is_stored_and_longer_ones_are_none(archive: Archive, run: RunContext) -> None:
    long = "".join(f"{number:x}" for number in range(MAX_ADDRESS_CHARS))  # which PostgreSQL cannot shorten much
    start = "http://x.example/"
    url = canonical_url(start + long[: MAX_ADDRESS_CHARS - len(start)])
    with archive.engine.begin() as connection:
        upsert_pages(connection, run.source.id, "document", [url])
    with pytest.raises(ValueError, match=f"{MAX_ADDRESS_CHARS} are allowed"):
        canonical_url(start + long[:MAX_ADDRESS_CHARS])


def test_headers_and_addresses_of_answers_are_stored(archive: Archive, run: RunContext) -> None:
    names = ("etag", "last-modified", "content-type", "content-disposition", "x-\0\ud83d")
    for number, text in enumerate(TEXTS):
        headers = tuple((name, text) for name in names)
        attempt = Attempt("http://x.example/", text, DAY, 1, headers, 200, headers, b"<p>x</p>", reason=text)
        assert unstorable(attempt) is None
        assert unstorable(saved_name((("content-disposition", f"attachment; filename={text}"),))) is None
        with archive.engine.begin() as connection:
            url = canonical_url(f"http://x.example/{number}")
            [page] = upsert_pages(connection, run.source.id, "document", [url]).values()
        item = ClassifiedAttempt(attempt, None, "")
        assert store_attempts(archive, run.batch("0"), [PageAttempt(page, item)])[page].outcome is Outcome.STORED


def test_names_of_files_in_archives_are_stored(archive: Archive, run: RunContext) -> None:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive_file:
        for number, text in enumerate(TEXTS):
            if text.isprintable():
                archive_file.writestr(f"{number}-{text[:60_000]}.txt", "水务".encode())
        archive_file.writestr("a/\x01\u202e通知.txt", "水务".encode())
    attempt = Attempt("http://x.example/a.zip", "http://x.example/a.zip", DAY, 1, (), 200, (), packed.getvalue())
    with archive.engine.begin() as connection:
        [page] = upsert_pages(connection, run.source.id, "file", [canonical_url(attempt.url)]).values()
    store_attempts(archive, run.batch("0"), [PageAttempt(page, ClassifiedAttempt(attempt, None, ""))])
    [blob] = rows(archive, "SELECT sha256 FROM archive.blob")
    reading = read_file(packed.getvalue(), "通\0知\ud83d.zip", {"seconds": Limits().seconds})
    assert unstorable(reading) is None
    store_file_reading(archive, blob["sha256"], reading)


def test_what_a_warc_file_states_is_stored_field_by_field(archive: Archive, tmp_path: Path) -> None:
    records = []
    for number, value in enumerate(HOSTILE):
        listed = json.dumps(dict.fromkeys(FIELDS, value) | {"unknown\0": value})
        text = value if isinstance(value, str) else "x"
        line = text.replace("\0", "\x01").encode("utf-8", "surrogatepass")[:5_000]
        url = f"http://x.example/{number}.html".encode()
        body = b"<title>t</title><p>" + "关于防汛工作的通知。".encode() * 40
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: " + line + b"\r\nX-A: " + line + b"\r\n\r\n" + body
        records += [record(b"response", url, number, http), record(b"metadata", url, number, fields_of(listed))]
    path = tmp_path / "a.warc"
    path.write_bytes(b"".join(records))
    report = import_warc(archive, path, scan_warc(path), import_source())
    assert report.listed == len(HOSTILE)
    assert sum(report.outcomes.values()) == len(HOSTILE)


def fields_of(listed: str) -> bytes:
    return f"gongkai-kind: document\r\ngongkai-outcome: stored\r\ngongkai-listing: {listed}\r\n".encode()


def record(kind: bytes, url: bytes, number: int, block: bytes) -> bytes:
    media = b"application/http; msgtype=response" if kind == b"response" else b"application/warc-fields"
    own = f"<urn:uuid:00000000-0000-0000-0000-{number:012}>".encode()
    return b"".join(
        (
            b"WARC/1.0\r\nWARC-Type: " + kind + b"\r\nWARC-Target-URI: " + url + b"\r\nWARC-Date: 2026-11-27T00:00:00Z",
            b"\r\nWARC-Record-ID: " + own if kind == b"response" else b"\r\nWARC-Concurrent-To: " + own,
            b"\r\nContent-Type: " + media + b"\r\nContent-Length: " + str(len(block)).encode() + b"\r\n\r\n",
            block + b"\r\n\r\n",
        )
    )
