"""Exported pages carry what they are shown with: style sheets and pictures, each once, whichever pages share it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser
from warcio.archiveiterator import ArchiveIterator

from etl.archive.queries.search import RecordFilter
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import Store
from etl.archive.storage.layout import blob_key
from etl.export.exporting import DamagedExport, ExportRequest, Format, export
from etl.pipeline.stages.reextracting import source_in_archive
from etl.pipeline.warc.importing import import_source, import_warc, scan_warc
from tests.support.chromium import running_chromium
from tests.support.gongkai import rows
from tests.support.replaying import pywb, replay_collections
from tests.support.warc import page, record, response, write_warc

LOOKS = """
SELECT c.url, c.final_url, c.fetched_at, c.blob_sha256, c.outcome FROM archive.capture c
JOIN archive.page p ON p.id = c.page_id WHERE p.kind = 'resource' AND c.blob_sha256 IS NOT NULL
ORDER BY c.url, c.fetched_at
"""
PAGES = """
SELECT k.final_url, k.fetched_at FROM archive.record r JOIN archive.record_version v ON v.record_id = r.id
AND v.version = r.version JOIN archive.capture k ON k.id = v.capture_id ORDER BY r.id
"""
ROWS = "SELECT (SELECT count(*) FROM archive.page) AS pages, (SELECT count(*) FROM archive.capture) AS captures"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_chromium() as running:
        yield running


def written(archive: Archive, path: Path, query: str = "") -> Path:
    kind = Format.WACZ if path.suffix == ".wacz" else Format.WARC
    export(archive, ExportRequest(kind, path, RecordFilter(q=query)))
    return path


def addresses(path: Path, *kinds: str) -> list[str]:
    with path.open("rb") as file:
        return [
            str(item.rec_headers.get_header("WARC-Target-URI"))
            for item in ArchiveIterator(file)
            if item.rec_type in (kinds or ("response", "revisit"))
        ]


def test_a_replay_tool_shows_the_page_with_its_styles_and_pictures(
    crawled: Archive, tmp_path: Path, browser: Browser
) -> None:
    replay_collections(tmp_path, looks=written(crawled, tmp_path / "looks.wacz"))
    shown = rows(crawled, PAGES)[0]
    with pywb(tmp_path) as base:
        opened, answers = browser.new_page(), dict[str, int]()
        opened.on("response", lambda answer: answers.update({answer.url: answer.status}))
        opened.goto(f"{base}/looks/{shown['fetched_at']:%Y%m%d%H%M%S}/{shown['final_url']}", wait_until="networkidle")
        frame = next(each for each in opened.frames if shown["final_url"] in each.url and each.parent_frame)
        sheets = frame.evaluate("[...document.styleSheets].filter(each => each.href).map(each => each.cssRules.length)")
        pictures = frame.evaluate("[...document.images].map(each => each.naturalWidth)")
        in_sheet = httpx.get(
            f"{base}/looks/id_/{next(row['url'] for row in rows(crawled, LOOKS) if 'look_band' in row['url'])}"
        )
        opened.close()
    assert sheets == [8, 8]
    assert pictures
    assert all(pictures), answers
    assert in_sheet.status_code == 200


def test_they_come_back_with_an_import_and_a_second_import_changes_nothing(
    crawled: Archive, archive: Archive, tmp_path: Path
) -> None:
    path = written(crawled, tmp_path / "a.wacz")
    with crawled.engine.connect() as connection:
        source = source_in_archive(connection, "demo-trs")
    report = import_warc(archive, path, scan_warc(path), source)
    assert rows(archive, LOOKS)
    assert rows(archive, LOOKS) == rows(crawled, LOOKS)
    assert sum(report.resources.values()) == len({row["url"] for row in rows(archive, LOOKS)})
    before = rows(archive, ROWS)
    assert import_warc(archive, path, scan_warc(path), source) == report
    assert rows(archive, ROWS) == before
    again = written(archive, tmp_path / "again.wacz")
    assert scan_warc(again).captures == scan_warc(path).captures


def test_bytes_that_pages_share_stand_once(crawled: Archive, tmp_path: Path) -> None:
    path = written(crawled, tmp_path / "all.warc.gz")
    looks = rows(crawled, LOOKS)
    assert {row["final_url"] for row in looks} <= {*addresses(path)}
    with_bytes = [url for url in addresses(path, "response") if url in {row["final_url"] for row in looks}]
    assert len(with_bytes) == len({row["blob_sha256"] for row in looks}) < len(looks)


def test_what_only_other_pages_are_shown_with_is_not_exported(archive: Archive, tmp_path: Path) -> None:
    site = "https://a.example"
    answers = {f"{site}/{name}.css": response(f".{name}{{color:red}}".encode()) for name in "ab"}
    answers |= {
        f"{site}/{name}.html": response(
            page(f"关于{title}的通知", "本事项由经办科室按期办结并公开。\n" * 9).replace(
                b"<head>", f'<head><link rel="stylesheet" href="/{name}.css">'.encode()
            )
        )
        for name, title in {"a": "供水", "b": "供热"}.items()
    }
    blocks = [
        record("response", url, block.replace(b"text/html", b"text/css") if url.endswith("css") else block)
        for url, block in answers.items()
    ]
    file = write_warc(tmp_path / "crawled.warc", blocks)
    import_warc(archive, file, scan_warc(file), import_source())
    assert sorted(addresses(written(archive, tmp_path / "all.warc.gz"))) == sorted(answers)
    water = addresses(written(archive, tmp_path / "water.warc.gz", "供水"))
    assert water == [f"{site}/a.html", f"{site}/a.css"]


class _Losing(Store):
    """A store that has lost one blob."""

    lost = ""

    def read(self, key: str) -> bytes:
        return super().read(blob_key("0" * 64) if key == blob_key(self.lost) else key)


def test_a_lost_style_sheet_is_named_and_left_out_only_when_asked(crawled: Archive, tmp_path: Path) -> None:
    sheet = next(row for row in rows(crawled, LOOKS) if row["url"].endswith(".css"))
    store = _Losing(crawled.store.address)
    store.lost = sheet["blob_sha256"]
    lossy = Archive(crawled.engine, store)
    with pytest.raises(DamagedExport, match=store.lost):
        written(lossy, tmp_path / "a.warc.gz")
    path = tmp_path / "b.warc.gz"
    done = export(lossy, ExportRequest(Format.WARC, path, RecordFilter(), skip_damaged=True))
    assert [item.sha256 for item in done.damaged] == [store.lost]
    assert sheet["final_url"] not in addresses(path)
    assert done.resources > 0
