"""WARC and WACZ files: what other people's tools say of them."""

import gzip
import json
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from warcio.archiveiterator import ArchiveIterator

from etl.archive.preservation.fixity import audit
from etl.archive.queries.search import RecordFilter
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import Store, sha256
from etl.archive.storage.layout import blob_key
from etl.archive.storage.models import Blob
from etl.export.exporting import DamagedExport, ExportRequest, Format, export
from etl.pipeline.warc.importing import scan_warc
from etl.settings import Settings
from tests.export.conftest import NAMED
from tests.support.gongkai import gongkai, rows
from tests.support.replaying import REPLAY, pywb, replay_collections, run
from tests.support.stored import keep

OF_RECORDS = """EXISTS (
    SELECT FROM archive.record r WHERE r.page_id IN (p.id, p.part_of)
    UNION SELECT FROM archive.page_file f WHERE f.file_id = p.id)"""
"""Whether page `p` belongs to a record."""
SHOWN = f"({OF_RECORDS} OR p.kind = 'resource')"
"""Whether it does, or a record's page is shown with it."""


def written(crawled: Archive, path: Path, kind: Format = Format.WARC, **options: Any) -> Path:
    export(crawled, ExportRequest(kind, path, options.pop("filter", RecordFilter()), **options))
    return path


@dataclass(frozen=True)
class Found:
    """A record of a WARC file."""

    kind: str
    headers: dict[str, str]
    http: dict[str, str]
    body: bytes

    @property
    def url(self) -> str:
        return self.headers["WARC-Target-URI"]


def records(path: Path) -> list[Found]:
    with path.open("rb") as file:
        return [
            Found(
                record.rec_type,
                dict(record.rec_headers.headers),
                {name.lower(): value for name, value in record.http_headers.headers} if record.http_headers else {},
                record.content_stream().read(),
            )
            for record in ArchiveIterator(file, check_digests="raise")
        ]


@pytest.fixture(scope="module")
def every(crawled: Archive, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All captures of the archive as one WARC file."""
    return written(crawled, tmp_path_factory.mktemp("every") / "every.warc.gz", all_captures=True)


def test_warcio_finds_nothing_wrong(every: Path) -> None:
    assert run(Path(sys.executable).with_name("warcio"), "check", every) == ""


def test_every_capture_with_bytes_is_in_it_once(crawled: Archive, every: Path) -> None:
    all_records = records(every)
    assert all_records[0].kind == "warcinfo"
    captures = rows(
        crawled,
        f"""SELECT c.final_url, c.blob_sha256 FROM archive.capture c JOIN archive.page p ON p.id = c.page_id
        WHERE c.blob_sha256 IS NOT NULL AND {SHOWN}""",
    )
    shown = [item for item in all_records if item.kind in ("response", "revisit")]
    assert sorted((item.url, item.headers["WARC-Payload-Digest"]) for item in shown) == sorted(
        (row["final_url"], f"sha256:{row['blob_sha256']}") for row in captures
    )
    responses = [item for item in shown if item.kind == "response"]
    assert len(responses) == len({row["blob_sha256"] for row in captures}) < len(captures)
    assert scan_warc(every).responses == len(responses)


def test_responses_hold_the_bytes_that_were_stored_under_headers_that_fit(crawled: Archive, every: Path) -> None:
    responses = [item for item in records(every) if item.kind == "response"]
    for item in responses:
        assert item.body == crawled.store.blob(item.headers["WARC-Payload-Digest"].removeprefix("sha256:"))
        assert item.http["content-length"] == str(len(item.body))
        assert not item.http.keys() & {"content-encoding", "transfer-encoding"}
    packed = [item for item in responses if item.http.get("x-archive-orig-content-encoding") == "gzip"]
    assert packed
    assert all(int(item.http["x-archive-orig-content-length"]) < len(item.body) for item in packed)


def test_revisits_name_a_response_that_stands_before_them(every: Path) -> None:
    before: dict[str, Found] = {}
    revisits = 0
    for item in records(every):
        if item.kind == "response":
            before[item.headers["WARC-Record-ID"]] = item
        elif item.kind == "revisit":
            revisits += 1
            first = before[item.headers["WARC-Refers-To"]]
            assert item.headers["WARC-Refers-To-Target-URI"] == first.url
            assert item.headers["WARC-Refers-To-Date"] == first.headers["WARC-Date"]
            assert item.headers["WARC-Payload-Digest"] == first.headers["WARC-Payload-Digest"]
            assert item.headers["WARC-Profile"].endswith("/1.1/revisit/identical-payload-digest")
            assert item.body == b""
    assert revisits


def test_requests_and_outcomes_stand_beside_their_answers(every: Path) -> None:
    all_records = records(every)
    answers = {item.headers["WARC-Record-ID"]: item for item in all_records if item.kind in ("response", "revisit")}
    requests = [item for item in all_records if item.kind == "request"]
    outcomes = [item for item in all_records if item.kind == "metadata"]
    for beside in (requests, outcomes):
        assert {item.headers["WARC-Concurrent-To"] for item in beside} == answers.keys()
    assert all(item.http["user-agent"].startswith("gongkai/") and item.http["host"] in item.url for item in requests)
    metadata = b"".join(item.body for item in outcomes)
    assert b"gongkai-outcome: stored\r\n" in metadata
    assert b"gongkai-outcome: unchanged\r\n" in metadata
    assert b"gongkai-outcome: gone\r\n" not in metadata, "such pages have no record"


def test_a_redirect_is_told_and_headers_stand_as_they_were_sent(crawled: Archive, every: Path) -> None:
    (moved,) = rows(crawled, "SELECT DISTINCT url, final_url FROM archive.capture WHERE final_url = url || '?v=2'")
    beside = [item for item in records(every) if item.kind == "metadata" and b"via: " in item.body]
    assert {item.url for item in beside} == {moved["final_url"]}
    assert f"via: {moved['url']}\r\n".encode() in beside[0].body
    assert f"content-disposition: {NAMED}\r\n".encode() in gzip.decompress(every.read_bytes())


def test_without_all_captures_each_page_stands_once_as_it_is_now(crawled: Archive, tmp_path: Path) -> None:
    shown = [
        item for item in records(written(crawled, tmp_path / "now.warc.gz")) if item.kind in ("response", "revisit")
    ]
    pages = rows(
        crawled,
        f"""SELECT p.kind, c.final_url FROM archive.page p JOIN archive.capture c ON c.page_id = p.id
        WHERE c.blob_sha256 = p.blob_sha256 AND {SHOWN} GROUP BY p.id, p.kind, c.final_url""",
    )
    looks = {row["final_url"] for row in pages if row["kind"] == "resource"}
    assert sorted(item.url for item in shown if item.url not in looks) == sorted(
        row["final_url"] for row in pages if row["kind"] != "resource"
    )
    assert {item.url for item in shown} > looks, "as they were when their pages were captured, which may be twice"
    assert {row["kind"] for row in pages} == {"document", "part", "file", "resource"}


def test_the_same_archive_gives_the_same_bytes(crawled: Archive, every: Path, tmp_path: Path) -> None:
    assert written(crawled, tmp_path / "other.warc.gz", all_captures=True).read_bytes() == every.read_bytes()
    first, second = (written(crawled, tmp_path / f"{name}.wacz", Format.WACZ) for name in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_a_wacz_is_valid_and_its_index_is_that_of_the_reference_tool(crawled: Archive, tmp_path: Path) -> None:
    path = written(crawled, tmp_path / "all.wacz", Format.WACZ, all_captures=True)
    assert "Validation succeeded" in run(REPLAY / "wacz", "validate", "-f", path)
    with zipfile.ZipFile(path) as package:
        package.extractall(tmp_path)
        stored = {item.filename for item in package.infolist() if item.compress_type == zipfile.ZIP_STORED}
        index = gzip.decompress(package.read("indexes/index.cdx.gz")).decode().splitlines()
        pages = [json.loads(line) for line in package.read("pages/pages.jsonl").splitlines()]
    assert {"archive/data.warc.gz", "indexes/index.cdx.gz"} <= stored
    assert index == run(REPLAY / "cdxj-indexer", "--sort", tmp_path / "archive" / "data.warc.gz").splitlines()
    assert pages[0]["format"] == "json-pages-1.0"
    indexed = {json.loads(line.split(" ", 2)[2])["url"] for line in index}
    assert indexed.issuperset(page["url"] for page in pages[1:])
    (count,) = rows(crawled, "SELECT count(*) AS n FROM archive.record")
    assert len(pages) == count["n"] + 1
    assert all(page["title"] and page["ts"].endswith("Z") for page in pages[1:])


def _of_second(archive: Archive, capture: Mapping[str, Any]) -> set[str]:
    """SHA-256 of all bytes that were fetched from the address of a capture in the same second."""
    same = rows(
        archive,
        """SELECT DISTINCT blob_sha256 FROM archive.capture WHERE final_url = :url AND blob_sha256 IS NOT NULL
        AND date_trunc('second', fetched_at) = date_trunc('second', CAST(:at AS timestamptz))""",
        url=capture["final_url"],
        at=capture["fetched_at"],
    )
    return {row["blob_sha256"] for row in same}


def test_pywb_replays_pages_files_and_revisits(crawled: Archive, every: Path, tmp_path: Path) -> None:
    wacz = written(crawled, tmp_path / "every.wacz", Format.WACZ, all_captures=True)
    replay_collections(tmp_path, warc=every, wacz=wacz)
    captures = rows(
        crawled,
        f"""SELECT DISTINCT ON (p.kind, c.outcome) p.kind, c.outcome, c.final_url, c.blob_sha256, c.fetched_at
        FROM archive.capture c JOIN archive.page p ON p.id = c.page_id
        WHERE c.outcome IN ('stored', 'unchanged') AND {OF_RECORDS} ORDER BY p.kind, c.outcome, c.id DESC""",
    )
    assert {(row["kind"], row["outcome"]) for row in captures} >= {
        ("document", "stored"),
        ("file", "stored"),
        ("file", "unchanged"),
        ("part", "stored"),
    }
    with pywb(tmp_path) as base:
        for row, name in product(captures, ("warc", "wacz")):
            shown = httpx.get(f"{base}/{name}/{row['fetched_at']:%Y%m%d%H%M%S}id_/{row['final_url']}")
            assert shown.status_code == 200, row
            # Addresses of replays have seconds; a fast crawl may fetch a changed page twice in one.
            assert sha256(shown.content) in _of_second(crawled, row), row["final_url"]
            assert shown.headers["memento-datetime"] == f"{row['fetched_at']:%a, %d %b %Y %H:%M:%S} GMT"
        assert httpx.get(f"{base}/warc/id_/http://127.0.0.1/nowhere").status_code == 404


class _Losing(Store):
    """A store that has lost one blob."""

    lost = ""

    def read(self, key: str) -> bytes:
        return super().read(blob_key("0" * 64) if key == blob_key(self.lost) else key)


@pytest.fixture
def archive_with_loss(crawled: Archive) -> Archive:
    """The archive without the bytes of one file that it has twice."""
    store = _Losing(crawled.store.address)
    (row,) = rows(
        crawled,
        f"""SELECT c.blob_sha256 AS x FROM archive.capture c JOIN archive.page p ON p.id = c.page_id
        WHERE p.kind = 'file' AND {OF_RECORDS} GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1""",
    )
    store.lost = row["x"]
    return Archive(crawled.engine, store)


@pytest.mark.parametrize("kind", [Format.WARC, Format.WACZ])
def test_an_export_that_fails_leaves_what_was_there(archive_with_loss: Archive, tmp_path: Path, kind: Format) -> None:
    path = tmp_path / "a.out"
    path.write_bytes(b"the last good one")
    assert isinstance(archive_with_loss.store, _Losing)
    with pytest.raises(
        DamagedExport, match=f"1 stored bodies are damaged .*{archive_with_loss.store.lost}.*--skip-damaged"
    ):
        export(archive_with_loss, ExportRequest(kind, path, RecordFilter(), all_captures=True))
    assert {item.name: item.read_bytes() for item in tmp_path.iterdir()} == {"a.out": b"the last good one"}


def test_damaged_captures_are_left_out_when_asked_and_what_is_known_of_them_stands_there(
    archive_with_loss: Archive, every: Path, tmp_path: Path
) -> None:
    assert isinstance(archive_with_loss.store, _Losing)
    digest = archive_with_loss.store.lost
    path = tmp_path / "a.warc.gz"
    done = export(
        archive_with_loss, ExportRequest(Format.WARC, path, RecordFilter(), all_captures=True, skip_damaged=True)
    )
    assert [item.sha256 for item in done.damaged] == [digest]
    before, after = records(every), records(path)
    gone = {item.headers["WARC-Record-ID"] for item in before if digest in item.headers.get("WARC-Payload-Digest", "")}
    assert len(gone) > 1
    expected = [item.headers["WARC-Record-ID"] for item in before if item.kind in ("response", "revisit")]
    shown = [item.headers["WARC-Record-ID"] for item in after if item.kind in ("response", "revisit")]
    assert shown == [item for item in expected if item not in gone]
    assert done.written == len(shown)
    instead = [item for item in after if item.kind == "metadata" and b"gongkai-damaged: missing" in item.body]
    assert len(instead) == len(gone)
    assert run(Path(sys.executable).with_name("warcio"), "check", path) == ""
    package = written(archive_with_loss, tmp_path / "a.wacz", Format.WACZ, all_captures=True, skip_damaged=True)
    assert "Validation succeeded" in run(REPLAY / "wacz", "validate", "-f", package)


def test_what_is_known_to_be_damaged_is_named_before_anything_is_written(
    archive: Archive, owner_url: str, local_settings: Settings, tmp_path: Path
) -> None:
    digests = keep(archive, tmp_path, 3)
    body = archive.store.blob(digests[1])
    archive.store.remove(blob_key(digests[1]))
    audit(archive, lambda *_: None)
    path, words = tmp_path / "a.warc.gz", ("export", "--format", "warc", "--out")
    code, _, err = gongkai(local_settings, *words, path)
    assert (code, path.exists()) == (1, False)
    assert f"https://a.example/imported/1.html: blob {digests[1]} is damaged (missing)" in err
    code, _, err = gongkai(local_settings, *words, path, "--skip-damaged")
    assert (code, scan_warc(path).responses) == (0, 2)
    assert f"blob {digests[1]} is damaged" in err
    # Put back, it is exported before an audit knows of it.
    with archive.engine.connect() as connection:
        assert connection.scalar(select(Blob.damage).where(Blob.sha256 == digests[1])) == "missing"
    archive.store.put_blob(body)
    assert gongkai(local_settings, *words, path)[0] == 0
    assert scan_warc(path).responses == 3
