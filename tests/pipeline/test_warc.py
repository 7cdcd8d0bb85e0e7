"""Importing WARC files: whole, once, and nothing of a broken one."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from demo.catalogue import documents
from demo.files import docx
from etl.archive.crawls.reports import Report
from etl.archive.storage.archive import Archive
from etl.errors import GongkaiError
from etl.pipeline.warc.importing import import_source, import_warc, scan_warc
from tests.support.gongkai import rows, state
from tests.support.warc import FIRST, page, warc


@pytest.fixture
def pages() -> list[tuple[str, bytes, str]]:
    long = [document for document in documents("trs") if len(document.text) > 300][:30]
    return [(f"https://a.example/{n}.html", page(item.title, item.text), "200 OK") for n, item in enumerate(long)]


def take(archive: Archive, path: Path) -> Report:
    return import_warc(archive, path, scan_warc(path), import_source())


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_responses_become_captures_with_the_file_s_dates_and_bytes(
    archive: Archive, tmp_path: Path, pages: list[tuple[str, bytes, str]], name: str
) -> None:
    report = take(archive, warc(tmp_path / name, [*pages, ("https://a.example/lost", b"", "404 Not Found")]))
    assert report.outcomes == {"gone": 1, "stored": len(pages)}
    captures = rows(archive, "SELECT url, fetched_at, status, blob_sha256 FROM archive.capture ORDER BY fetched_at")
    assert captures[0]["fetched_at"] == FIRST
    assert captures[-1]["status"] == 404
    for capture, (url, body, _) in zip(captures, pages, strict=False):
        assert capture["url"] == url
        assert archive.store.blob(capture["blob_sha256"]) == body
    assert len(state(archive)) == len(pages)


def test_importing_again_changes_nothing(
    archive: Archive, owner_url: str, tmp_path: Path, pages: list[tuple[str, bytes, str]]
) -> None:
    path = warc(tmp_path / "a.warc.gz", pages)
    first = take(archive, path)
    tables = ("run", "run_page", "page", "capture", "blob", "record", "record_version", "change", "source")
    before = {table: rows(archive, f"SELECT * FROM archive.{table} ORDER BY 1") for table in tables}
    objects = list(archive.store.list_keys(""))
    assert take(archive, path) == first
    assert {table: rows(archive, f"SELECT * FROM archive.{table} ORDER BY 1") for table in tables} == before
    assert list(archive.store.list_keys("")) == objects


def test_a_page_that_stands_twice_in_a_file_has_two_captures_and_its_versions(archive: Archive, tmp_path: Path) -> None:
    texts = [item.text for item in documents("trs") if len(item.text) > 300][:2]
    twice = [("https://a.example/1.html", page("关于供水工作的通知", text), "200 OK") for text in texts]
    report = take(archive, warc(tmp_path / "a.warc", twice))
    assert report.listed == 1
    assert [row["version"] for row in state(archive)] == [1, 2]


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_a_cut_file_is_refused_before_anything_is_written(
    archive: Archive, tmp_path: Path, pages: list[tuple[str, bytes, str]], name: str, share: float
) -> None:
    whole = warc(tmp_path / name, pages).read_bytes()
    cut = tmp_path / f"cut-{name}"
    cut.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(GongkaiError, match="nothing was imported"):
        take(archive, cut)
    assert rows(archive, "SELECT * FROM archive.run") == []
    assert list(archive.store.list_keys("")) == []


@pytest.mark.parametrize("body", [b"", b"not a warc file", b"\x1f\x8b\x08\x00broken"])
def test_what_is_no_warc_file_is_refused(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a.warc").write_bytes(body)
    with pytest.raises(GongkaiError):
        scan_warc(tmp_path / "a.warc")


def test_a_flipped_byte_is_found(tmp_path: Path, pages: list[tuple[str, bytes, str]]) -> None:
    path = warc(tmp_path / "a.warc", pages)
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)
    with pytest.raises(GongkaiError):
        scan_warc(path)


def test_a_file_that_a_page_links_is_a_file_and_a_revisit_has_the_bytes_that_it_names(
    archive: Archive, tmp_path: Path
) -> None:
    table = docx("任务分工表.docx", ["序号 任务 责任单位", "完成时限为年底"]).data
    words = "\n".join(f"{n}.本事项由经办科室按期办结并公开。" for n in range(12))
    link = '<p><a href="/files/a.docx">任务分工表</a></p></div>'.encode()
    linking = page("关于供水工作的通知", words).replace(b"</div>", link, 1)
    path, octets = tmp_path / "a.warc.gz", "application/octet-stream"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number, (url, body, media_type) in enumerate(
            [
                ("https://a.example/1.html", linking, "text/html"),
                ("https://a.example/files/a.docx", table, octets),
                # A page by its bytes, whatever its type.
                ("https://a.example/2.html", page("关于供气工作的通知", words + "二"), octets),
            ]
        ):
            headers = StatusAndHeaders("200 OK", [("Content-Type", media_type)], protocol="HTTP/1.1")
            at = {"WARC-Date": (FIRST + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")}
            record = writer.create_warc_record(url, "response", io.BytesIO(body), len(body), "", at, None, headers)
            writer.write_record(record)
        told = record.rec_headers.get_header("WARC-Payload-Digest")
        for url, digest in (("https://a.example/3.html", told), ("https://a.example/4.html", "sha1:" + "A" * 32)):
            writer.write_record(
                writer.create_revisit_record(url, digest, "https://a.example/2.html", at["WARC-Date"], headers, at)
            )
    report = take(archive, path)
    assert (report.outcomes, report.files) == ({"stored": 3}, {"stored": 1})
    assert (report.state, report.warnings[0].english[:10]) == ("amber", "1 records ")
    kinds = "SELECT kind FROM archive.page WHERE url = 'https://a.example/files/a.docx'"
    assert rows(archive, kinds) == [{"kind": "file"}]
    assert [row["outcome"] for row in rows(archive, "SELECT outcome FROM archive.file")] == ["read"]
    bodies = "SELECT DISTINCT blob_sha256 FROM archive.page WHERE url LIKE '%/2.html' OR url LIKE '%/3.html'"
    assert len(rows(archive, bodies)) == 1
