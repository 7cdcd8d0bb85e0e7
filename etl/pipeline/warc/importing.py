"""Taking WARC files of others (ISO 28500) as captures: dates, headers and bytes are those of the file.

A file of our own export gives the same records again: it says which answers are pages, further pages of articles, and
files, and what the catalog said of them.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import Connection, select

from etl.archive.crawls.captures import recover_unindexed_logs, store_attempts
from etl.archive.crawls.pages import upsert_article_page, upsert_file_pages, upsert_listed_pages, upsert_page
from etl.archive.crawls.reports import Report, close_run, report_of
from etl.archive.crawls.run import ClassifiedAttempt, CrawlOptions, PageAttempt, RunContext
from etl.archive.crawls.runs import open_run
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import read_blob
from etl.archive.storage.bucket import sha256
from etl.archive.storage.models import Capture
from etl.pipeline.stages.extracting import PAGES_PER_COMMIT, extract_batch
from etl.pipeline.stages.reconciling import unread
from etl.pipeline.warc.reading import WarcResponse, WarcSummary, read_responses, scan_warc
from etl.platforms.base import Entry
from etl.sources.schema import Source, adhoc_source

__all__ = ["IMPORTED", "WarcSummary", "import_source", "import_warc", "scan_warc"]

IMPORTED = "imported"
"""Id of the source under which pages are kept that no source file claims."""
MAX_BUFFERED_BYTES = 64_000_000
"""Bytes that are held before they are saved."""

Tell = Callable[[int], None]
"""Called with the number of steps done since the last call; each answer is two: stored, and read."""


def import_warc(
    archive: Archive, path: Path, whole: WarcSummary, source: Source, tell: Tell = lambda more: None
) -> Report:
    """Stores, reads and records the file's responses as one run, named by the file's SHA-256.

    A file imported before gives its report again and changes nothing; an interrupted import goes on, and so does one
    that left pages unread because bytes are damaged.
    """
    key = f"warc:{whole.sha256}"
    if (finished := report_of(archive.engine, source.id, key)) and not finished.problems:
        return finished
    run = open_run(archive, source, key, CrawlOptions(), "import")
    recover_unindexed_logs(archive, run.batch("0"))
    importing = _Import(archive, run, tell)
    missing = importing.take(path)
    extract_batch(archive, run, 0, importing.told)
    tell(max(0, 2 * (whole.responses + whole.revisits) - importing.steps))
    with archive.engine.connect() as connection:
        problems = list(unread(connection, run))
    warnings = [f"{missing} records name no address, or bytes that do not stand before them"] if missing else []
    return close_run(archive, run, problems, warnings)


class _Import:
    """Saves answers in their order, a chunk at a time. A page is read before it is saved once more, and at the end: its
    further pages and files stand after it."""

    def __init__(self, archive: Archive, run: RunContext, tell: Tell) -> None:
        self._archive, self._run, self._tell = archive, run, tell
        self._chunk: dict[str, WarcResponse] = {}
        self._documents: set[str] = set()
        self.steps = 0
        with archive.engine.connect() as connection:
            columns = (Capture.url, Capture.fetched_at, Capture.blob_sha256)
            self._have = {tuple(row) for row in connection.execute(select(*columns).where(Capture.run_id == run.id))}

    def told(self, more: int) -> None:
        """Counts steps and tells of them."""
        self.steps += more
        self._tell(more)

    def take(self, path: Path) -> int:
        """Saves all answers; returns how many records cannot be taken."""
        missing = 0
        for answer in read_responses(path, self._body):
            if answer is None:
                missing += 1
                continue
            attempt = answer.attempt
            again = answer.kind == "document" and attempt.url in self._documents
            if answer.kind == "document":
                self._documents.add(attempt.url)
            if (attempt.url, attempt.fetched_at, sha256(attempt.body) if attempt.body else None) in self._have:
                self.told(1)
                continue
            if self._is_full(attempt.url, again):
                self._save()
            self._chunk[attempt.url] = answer
        self._save()
        return missing

    def _is_full(self, url: str, again: bool) -> bool:
        """A page that comes once more is read first as it was, and what may belong to it must be stored by then."""
        held = sum(len(answer.attempt.body or b"") for answer in self._chunk.values())
        beside = again and any(answer.kind != "document" for answer in self._chunk.values())
        return url in self._chunk or beside or len(self._chunk) == PAGES_PER_COMMIT or held > MAX_BUFFERED_BYTES

    def _body(self, digest: str) -> bytes:
        held = (answer.attempt.body for answer in self._chunk.values())
        return next((body for body in held if body and sha256(body) == digest), None) or read_blob(
            self._archive, digest
        )

    def _save(self) -> None:
        chunk, self._chunk = self._chunk, {}
        if not chunk:
            return
        documents = [url for url, answer in chunk.items() if answer.kind == "document"]
        if documents:
            extract_batch(self._archive, self._run, 0, self.told, only=documents)
        with self._archive.engine.begin() as connection:
            numbers = _numbers(connection, self._run, chunk)
        attempts = [
            PageAttempt(numbers[url], ClassifiedAttempt(answer.attempt, *answer.judged))
            for url, answer in chunk.items()
        ]
        store_attempts(self._archive, self._run.batch("0"), attempts)
        self.told(len(chunk))


def _numbers(connection: Connection, run: RunContext, chunk: Mapping[str, WarcResponse]) -> dict[str, int]:
    """The pages of the answers, by address."""
    entries = {
        url: Entry(url, answer.listing.get("title", ""), answer.listing)
        for url, answer in chunk.items()
        if answer.kind == "document"
    }
    kept = upsert_listed_pages(connection, run, "", entries, batch=0)
    numbers = {url: entry.page_id for url, entry in kept.items()}
    files = [url for url, answer in chunk.items() if answer.kind == "file"]
    numbers |= upsert_file_pages(connection, run.source.id, files)
    for url, answer in chunk.items():
        if answer.kind == "part":
            article = upsert_page(connection, run.source.id, answer.part_of, "document")
            numbers[url] = upsert_article_page(connection, run.source.id, article, url, answer.part)
    return numbers


def import_source() -> Source:
    """The source of pages that no source file claims."""
    return adhoc_source(IMPORTED, "导入的网页", "https://import.invalid/", ["import.invalid"])
