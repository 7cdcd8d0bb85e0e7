"""Storing and recording a batch: what it writes, and with how many statements."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from etl.archive.crawls.captures import store_attempts
from etl.archive.crawls.pages import upsert_listed_pages, upsert_parts
from etl.archive.crawls.run import ClassifiedAttempt, CrawlOptions, PageAttempt, RunContext
from etl.archive.crawls.runs import open_run
from etl.archive.records.extracted_pages import ExtractedPage
from etl.archive.records.recording import RecordablePages, RecordingResult, record_extractions
from etl.archive.storage.archive import Archive
from etl.extract import Attachment, Extraction, FieldValue, Rule
from etl.extract.text_identity import identify
from etl.fetch.client import Attempt
from etl.pipeline.warc.importing import import_source
from etl.platforms.base import Entry
from etl.web.urls import Address, canonical_url
from tests.support.gongkai import rows

MOMENT = datetime(2026, 11, 27, 8, tzinfo=UTC)


@pytest.fixture
def run(archive: Archive) -> RunContext:
    return open_run(archive, import_source(), "recording", CrawlOptions())


def test_an_identity_that_was_computed_before_gives_the_same_rows(archive: Archive, run: RunContext) -> None:
    stored = _store(archive, run, ["甲", "乙"])
    one, other = (ExtractedPage(page, capture, _document("云溪市水务通知。" * 20)) for page, capture in stored)
    assert one.extraction
    record_extractions(archive, run.source.id, run.id, RecordablePages([one]))
    computed = [rows(archive, f"SELECT * FROM archive.{table}") for table in ("content", "signature")]
    with archive.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM archive.signature")
    given = replace(other, identity=identify(one.extraction.text))
    record_extractions(archive, run.source.id, run.id, RecordablePages([given]))
    assert [rows(archive, f"SELECT * FROM archive.{table}") for table in ("content", "signature")] == computed
    first, second = rows(archive, "SELECT * FROM archive.record_version ORDER BY record_id")
    assert {name for name in first if first[name] != second[name]} == {"record_id", "capture_id", "created_at"}


def test_the_statements_of_a_batch_do_not_grow_with_its_pages(archive: Archive, run: RunContext) -> None:
    counts = []
    for number in (2, 25):
        with _statements(archive) as statements:
            stored = _store(archive, run, [f"{number} {place}" for place in range(number)])
            for again in range(2):
                recorded = _record(archive, run, stored, again)
                assert len(recorded.updated if again else recorded.created) == number
                _unread(archive, stored)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_records_are_numbered_in_the_order_of_their_pages(archive: Archive, run: RunContext) -> None:
    recorded = _record(archive, run, _store(archive, run, [f"第{number}号" for number in range(25)])[::-1])
    found = rows(archive, "SELECT page_id FROM archive.record ORDER BY id")
    assert [row["page_id"] for row in found] == sorted((row["page_id"] for row in found), reverse=True)
    feed = rows(archive, "SELECT record_id FROM archive.change ORDER BY change_seq")
    assert tuple(row["record_id"] for row in feed) == recorded.created


def test_a_page_that_was_no_document_is_read_again_when_its_listed_title_changes(
    archive: Archive, run: RunContext
) -> None:
    url = _address("again")

    def waits(title: str) -> bool:
        with archive.engine.begin() as connection:
            upsert_listed_pages(connection, run, "", {url: Entry(url, title)}, batch=0)
        [row] = rows(archive, "SELECT verdict, unread_capture_id FROM archive.page")
        return (row["verdict"], row["unread_capture_id"] is None) == (None, False)

    assert not waits("")
    [page] = rows(archive, "SELECT id FROM archive.page")
    store_attempts(archive, run.batch("0"), [PageAttempt(page["id"], ClassifiedAttempt(_answer(url), None, ""))])
    refused = "UPDATE archive.page SET verdict = 'not_a_document', unread_capture_id = NULL"
    # A sitemap states no title.
    for title, is_read in (("", False), ("甲", True), ("甲", False), ("", False), ("乙", True)):
        with archive.engine.begin() as connection:
            connection.exec_driver_sql(refused)
        assert waits(title) == is_read


def test_a_page_that_is_stored_and_found_unchanged_in_one_batch_is_read(archive: Archive, run: RunContext) -> None:
    url = _address("again")
    with archive.engine.begin() as connection:
        page = upsert_listed_pages(connection, run, "", {url: Entry(url)}, batch=0)[url].page_id
    later = replace(_answer(url), fetched_at=MOMENT + timedelta(minutes=1))
    attempts = [PageAttempt(page, ClassifiedAttempt(item, None, "")) for item in (_answer(url), later)]
    store_attempts(archive, run.batch("0"), attempts)
    [row] = rows(archive, "SELECT * FROM archive.page")
    [stored, unchanged] = rows(archive, "SELECT id, outcome FROM archive.capture ORDER BY id")
    assert [stored["outcome"], unchanged["outcome"]] == ["stored", "unchanged"]
    assert (row["unread_capture_id"], row["checked_at"]) == (stored["id"], later.fetched_at)


def test_pages_of_several_articles_are_written_at_once(archive: Archive, run: RunContext) -> None:
    (one, _), (other, _) = _store(archive, run, ["甲", "乙"])
    urls = [_address(f"part {number}") for number in range(4)]
    with archive.engine.begin() as connection:
        upsert_parts(connection, run.source.id, {one: urls[:2], other: urls[2:3]})
        upsert_parts(connection, run.source.id, {one: urls[1:2], other: (urls[3], urls[2])})
    found = rows(archive, "SELECT url, part_of, part FROM archive.page WHERE kind = 'part'")
    assert {row["url"]: (row["part_of"], row["part"]) for row in found} == {
        urls[0]: (None, None),
        urls[1]: (one, 2),
        urls[3]: (other, 2),
        urls[2]: (other, 3),
    }


def _address(name: str) -> Address:
    return canonical_url(f"http://x.example/{name}.html")


def _answer(url: str) -> Attempt:
    return Attempt(url, url, MOMENT, 1, (), 200, (("ETag", "1"),), f"<p>{url}</p>".encode())


def _store(archive: Archive, run: RunContext, names: Sequence[str]) -> list[tuple[int, int]]:
    """Stores a page of each name; returns pages and captures."""
    urls = [_address(name) for name in names]
    with archive.engine.begin() as connection:
        pages = upsert_listed_pages(connection, run, "", {url: Entry(url) for url in urls}, batch=0)
    attempts = [PageAttempt(pages[url].page_id, ClassifiedAttempt(_answer(url), None, "")) for url in urls]
    store_attempts(archive, run.batch("0"), attempts)
    found = rows(archive, "SELECT id, unread_capture_id FROM archive.page WHERE unread_capture_id IS NOT NULL")
    captures = {row["id"]: row["unread_capture_id"] for row in found}
    return [(page, captures[page]) for page in sorted(item.page_id for item in attempts)]


def _record(archive: Archive, run: RunContext, stored: Sequence[tuple[int, int]], day: int = 0) -> RecordingResult:
    pages = [ExtractedPage(page, capture, _document(f"第{page}号公告，{day}。" * 9)) for page, capture in stored]
    return record_extractions(archive, run.source.id, run.id, RecordablePages(pages))


def _unread(archive: Archive, stored: Sequence[tuple[int, int]]) -> None:
    with archive.engine.begin() as connection:
        for page, capture in stored:
            connection.exec_driver_sql(f"UPDATE archive.page SET unread_capture_id = {capture} WHERE id = {page}")


def _document(text: str) -> Extraction:
    title = FieldValue("title", text[:6], text[:6], "标题", "title", Rule.HEADLINE)
    files = (Attachment(_address("file"), "附件"),)
    return Extraction("document", "", {"title": title}, (title,), text, files, beliefs={"title": "single"})  # type: ignore[dict-item]


@contextmanager
def _statements(archive: Archive) -> Iterator[list[str]]:
    """The statements that are executed, one for each row where they are executed for many."""
    found: list[str] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        if "SET unread_capture_id = " not in statement or "json" in statement:
            found.extend([statement] * (len(parameters) if many else 1))

    event.listen(archive.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(archive.engine, "before_cursor_execute", note)
