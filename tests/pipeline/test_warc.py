"""Importing WARC files: whole, once, and of a broken one what is whole."""

import io
import json
from datetime import timedelta
from pathlib import Path

import brotli
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from demo.catalogue import documents
from demo.files import docx
from etl.archive.crawls.reports import Report
from etl.archive.storage.archive import Archive
from etl.errors import GongkaiError
from etl.pipeline.warc.importing import import_source, import_warc, scan_warc
from etl.progress import Progress
from etl.settings import Settings
from tests.support.gongkai import gongkai, rows, state
from tests.support.warc import FIRST, page, record, response, sha1, warc, write_warc


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


def test_a_page_that_a_damaged_copy_gave_as_a_file_is_a_document_of_a_whole_one(
    archive: Archive, tmp_path: Path, pages: list[tuple[str, bytes, str]]
) -> None:
    url, body, _ = pages[0]
    block = response(body)
    whole = record("response", url, block, WARC_Block_Digest=sha1(block))
    assert b"text/html" in whole
    assert take(archive, write_warc(tmp_path / "a.warc", [whole.replace(b"text/html", b"text/xtml")])).listed == 0
    assert take(archive, write_warc(tmp_path / "b.warc", [whole])).created == 1


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
@pytest.mark.parametrize("share", [0.3, 0.999])
def test_of_a_cut_file_what_is_whole_is_imported_and_the_run_is_red(
    archive: Archive, tmp_path: Path, pages: list[tuple[str, bytes, str]], name: str, share: float
) -> None:
    whole = warc(tmp_path / name, pages).read_bytes()
    cut = tmp_path / f"cut-{name}"
    cut.write_bytes(whole[: int(len(whole) * share)])
    report = take(archive, cut)
    assert report.state == "red"
    assert (report.outcomes["network_error"], report.created) == (1, report.outcomes["stored"])
    assert f"damaged in 1 places, and the rest was imported; the first: {cut.name}, byte " in str(report.problems[0])
    assert {row["title"] for row in state(archive)} < {title_of(body) for _, body, _ in pages}
    assert take(archive, warc(tmp_path / name, pages)).state == "green"


def title_of(body: bytes) -> str:
    return body.decode().partition("<title>")[2].partition("</title>")[0]


def test_what_a_file_says_is_cut_off_makes_no_version(archive: Archive, tmp_path: Path) -> None:
    body = page("关于供水工作的通知", "\n".join(f"{n}.本事项由经办科室按期办结并公开。" for n in range(12)))
    url = "https://a.example/1.html"
    records = [
        record("response", url, response(body)),
        record("response", url, response(body[:300]), WARC_Truncated="time", WARC_Date="2023-07-01T00:00:00Z"),
    ]
    report = take(archive, write_warc(tmp_path / "a.warc.gz", records))
    assert (report.state, report.outcomes, report.created, report.updated) == ("amber", {"network_error": 1}, 1, 0)
    assert f"{url}: the record says that it was truncated (time)" in str(report.warnings[0])
    assert [row["version"] for row in state(archive)] == [1]
    captures = rows(archive, "SELECT outcome, blob_sha256 FROM archive.capture ORDER BY id")
    assert [row["outcome"] for row in captures] == ["stored", "network_error"]
    assert archive.store.blob(captures[1]["blob_sha256"]) == body[:300]


def test_what_no_other_tool_writes_is_an_outcome_or_is_named(archive: Archive, tmp_path: Path) -> None:
    words = "\n".join(f"{n}.本事项由经办科室按期办结并公开。" for n in range(12))
    bodies = [page(f"关于第{n}号工作的通知", words + str(n)) for n in range(5)]
    url = "https://a.example/{}.html".format
    records = [
        record("response", url(0), response(brotli.compress(bodies[0]), "Content-Encoding: br", "X-Note: a\0b")),
        record("response", url(1), response(bodies[1]), WARC_Date=""),
        record("response", url(2), bodies[2]),
        record("response", "https://a.example/" + "a" * 9000, response(bodies[3])),
        record("resource", url(4), bodies[4], Content_Type="text/html", WARC_Date="2023-06"),
    ]
    report = take(archive, write_warc(tmp_path / "a.wacz", records))
    assert (report.state, report.outcomes) == ("amber", {"network_error": 1, "stored": 2})
    assert "2 WARC records were left out" in " ".join(map(str, report.warnings))
    assert [row["title"] for row in state(archive)] == ["关于第0号工作的通知", "关于第4号工作的通知"]


@pytest.mark.parametrize("body", [b"", b"not a warc file", b"\x1f\x8b\x08\x00broken"])
def test_what_is_no_warc_file_is_refused(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a.warc").write_bytes(body)
    with pytest.raises(GongkaiError):
        scan_warc(tmp_path / "a.warc")


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a.wacz"])
def test_damage_costs_the_records_that_it_hits(
    archive: Archive, tmp_path: Path, pages: list[tuple[str, bytes, str]], name: str
) -> None:
    records = [record("response", url, response(body), WARC_Payload_Digest=sha1(body)) for url, body, _ in pages]
    path = write_warc(tmp_path / name, records)
    flipped = bytearray(path.read_bytes())
    flipped[len(flipped) // 2] ^= 1
    path.write_bytes(flipped)
    report = take(archive, path)
    assert report.outcomes == {"network_error": 1, "stored": len(pages) - 1}
    assert (report.state, report.created) == ("amber" if name == "a.warc" else "red", len(pages) - 1)


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
    assert (report.state, report.warnings[0].english[:14]) == ("amber", "1 WARC records")
    kinds = "SELECT kind FROM archive.page WHERE url = 'https://a.example/files/a.docx'"
    assert rows(archive, kinds) == [{"kind": "file"}]
    assert [row["outcome"] for row in rows(archive, "SELECT outcome FROM archive.file")] == ["read"]
    bodies = "SELECT DISTINCT blob_sha256 FROM archive.page WHERE url LIKE '%/2.html' OR url LIKE '%/3.html'"
    assert len(rows(archive, bodies)) == 1


def test_an_import_that_died_is_named_and_closed_and_goes_on_when_it_is_started_again(
    archive: Archive, local_settings: Settings, tmp_path: Path, pages: list[tuple[str, bytes, str]]
) -> None:
    path = warc(tmp_path / "a.warc.gz", pages)

    def die(progress: Progress) -> None:
        if progress.done > 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_warc(archive, path, scan_warc(path), import_source(), die)
    run = rows(archive, "SELECT id FROM archive.run WHERE state = 'running'")[0]["id"]
    said = gongkai(local_settings, "report")
    assert f"imported: run {run} (import warc:" in said.out
    assert f"`gongkai runs close {run}`" in said.out
    assert json.loads(gongkai(local_settings, "report", "--json").out)[0]["state"] == "running"
    assert gongkai(local_settings, "runs", "close", str(run), "--who", "张三").code == 0
    report = json.loads(gongkai(local_settings, "report", "imported", "--json").out)[0]
    assert (report["state"], report["problems"][0]["english"]) == ("red", "the run died, and 张三 closed it")
    assert gongkai(local_settings, "runs", "close", str(run)).code == 1
    again = take(archive, path)
    assert (again.run, again.state, again.outcomes) == (run, "green", {"stored": len(pages)})


def test_a_revisit_gets_its_bytes_from_a_file_that_was_imported_before(archive: Archive, tmp_path: Path) -> None:
    body = page("关于供水工作的通知", "\n".join(f"{n}.本事项由经办科室按期办结并公开。" for n in range(12)))
    first, again, other = (f"https://a.example/{n}.html" for n in (1, 2, 3))
    named = {"WARC_Refers_To_Target_URI": first, "WARC_Refers_To_Date": "2023-06-01T02:03:04Z"}
    revisits = [
        record("revisit", again, response(b""), WARC_Payload_Digest=sha1(body), **named),
        record("revisit", other, response(b""), WARC_Payload_Digest=sha1(b"other bytes"), **named),
    ]
    second_file = write_warc(tmp_path / "b.warc", revisits)
    assert take(archive, second_file).warnings[0].params["records"] == 2
    take(archive, write_warc(tmp_path / "a.warc", [record("response", first, response(body))]))
    report = take(archive, second_file)
    assert (report.outcomes, report.warnings[0].params["records"]) == ({"stored": 1}, 1)
    assert other in report.warnings[0].english
    assert take(archive, second_file).outcomes == {"stored": 1}
