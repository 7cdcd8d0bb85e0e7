"""What a batch holds in memory is stored before it grows, and the archive is the same."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import pytest

from demo import catalogue
from demo.documents import Attachment
from demo.server import serve
from demo.trs_columns import BY_KEY
from demo.trs_wcm import TrsSite
from etl.archive.crawls.captures import LastCapture, store_attempts
from etl.archive.crawls.run import CaptureBatch, PageAttempt
from etl.archive.storage.archive import Archive
from etl.pipeline import stored_pages
from etl.pipeline.reading.page_reading import PageReading
from etl.pipeline.reading.pool import PageReaders
from etl.pipeline.stages import fetching
from etl.sources.schema import Source
from etl.web.page import MAX_DOCUMENT_BYTES, read_document
from tests.support.gongkai import crawl_site, rows

FILE = 20_000
FILES = tuple(
    Attachment(f"附件{number}.txt", f"{number} 号文件。".encode().ljust(FILE, b"x"), "text/plain")
    for number in range(8)
)


@pytest.fixture
def site() -> Iterator[TrsSite]:
    made = TrsSite("demo-trs")
    document = next(each for each in catalogue.documents("trs") if not each.breaks)
    made.put(replace(document, attachments=FILES), column="czxx")
    with serve(made):
        yield made


def test_files_of_one_document_are_stored_before_all_of_them_are_fetched(
    archive: Archive, site: TrsSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MAX_BUFFERED_BYTES", 2 * FILE)
    stored: list[int] = []

    def watched(archive: Archive, batch: CaptureBatch, attempts: Sequence[PageAttempt]) -> dict[int, LastCapture]:
        stored.append(sum(len(item.classified.attempt.body or b"") for item in attempts))
        return store_attempts(archive, batch, attempts)

    monkeypatch.setattr(fetching, "store_attempts", watched)
    column = {"url": site.base + BY_KEY["czxx"].path}
    report = crawl_site(archive, site, columns=[column], assertions={"min_records": 1, "max_age_days": 36500})
    assert (report.state, report.stored, report.files) == ("green", 1, {"stored": 8})
    assert len(stored) >= 3
    assert max(stored) <= 4 * FILE
    [version] = rows(archive, "SELECT attachments FROM archive.record_version")
    assert all(file["sha256"] for file in version["attachments"])


def test_pages_are_read_ahead_within_a_number_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    captures = [
        SimpleNamespace(size=size, blob_sha256=str(number), final_url="", headers=(), fetched_at=datetime.now(UTC))
        for number, size in enumerate([stored_pages.MAX_READ_AHEAD_BYTES // 2] * 10)
    ]
    captures[5].size = 10 * stored_pages.MAX_READ_AHEAD_BYTES
    asked: list[str] = []
    monkeypatch.setattr(stored_pages, "read_blob", lambda archive, digest: asked.append(digest) or b"")
    readers = cast(PageReaders, SimpleNamespace(read=lambda source, page, body: PageReading()))
    read = stored_pages._read_ahead(cast(Archive, None), readers, cast(Source, None), captures)
    for number, (capture, _) in enumerate(read):
        assert capture is captures[number]
        assert len(asked) - number <= 2
    assert asked == [capture.blob_sha256 for capture in captures]


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_document_is_cut_between_characters_and_without_its_pictures(charset: str) -> None:
    picture = f"<img src='data:image/png;base64,{'A' * (MAX_DOCUMENT_BYTES + 1)}'>"
    text = "<p>关于做好防汛工作的通知" * (MAX_DOCUMENT_BYTES // 20)
    page = read_document(
        f"{picture}<p>正文{text}".encode(charset), "http://x.example/", f"text/html; charset={charset}"
    )
    assert page.charset == charset
    assert page.text.startswith("<img src='data:,'><p>正文<p>关于做好")
    assert "\ufffd" not in page.text
    assert len(page.text.encode(charset)) <= MAX_DOCUMENT_BYTES
