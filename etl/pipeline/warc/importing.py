"""Imports WARC files (ISO 28500) and WACZ packages as captures, with the dates, headers and bytes of the file.

Our own exports say which responses are documents, further pages of articles or files, and which fields the catalog
listed. Importing such a file therefore gives the same records.
"""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from etl.archive.crawls.captures import recover_unindexed_logs, store_attempts
from etl.archive.crawls.pages import upsert_listed_pages, upsert_pages, upsert_part
from etl.archive.crawls.reports import Report, close_run, report_of
from etl.archive.crawls.run import CrawlOptions, PageAttempt, RunContext
from etl.archive.crawls.runs import open_run
from etl.archive.crawls.unread import unread_in_batch, unread_problems
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import read_blob
from etl.archive.storage.bucket import sha256
from etl.archive.storage.models import Capture, Page
from etl.fetch.classify import ends_by_status
from etl.outcomes import FAILED
from etl.pipeline.documents import ReadPage, document_of
from etl.pipeline.reading.page_reading import PageReading, PageToRead
from etl.pipeline.reading.pool import page_readers
from etl.pipeline.stages.extracting import PAGES_PER_COMMIT, DocumentRecorder, extract_batch
from etl.pipeline.stages.fetching import MAX_BUFFERED_BYTES
from etl.pipeline.warc.reading import Remark, WarcResponse, WarcSummary, read_responses, scan_warc
from etl.pipeline.warc.records import Headers
from etl.platforms.base import Entry
from etl.progress import Counter, ProgressCallback, no_progress
from etl.reason_codes import Code
from etl.reasons import Reason
from etl.sources.schema import Source, adhoc_source
from etl.web.urls import Address

__all__ = ["IMPORTED", "WarcSummary", "import_source", "import_warc", "scan_warc"]

IMPORTED = "imported"
"""Id of the source of pages whose address belongs to no source file."""
MAX_NAMED = 5
"""Maximum number of places of one kind that a report names."""


def import_warc(
    archive: Archive, path: Path, summary: WarcSummary, source: Source, progress: ProgressCallback = no_progress
) -> Report:
    """Stores and extracts the captures of a scanned file (`scan_warc`) as one run, named by the file's SHA-256.

    A file that was imported before changes nothing and gives the same report. An import continues if it was
    interrupted, left pages unread because of damaged bytes, or left out records whose bytes another file may have
    brought since. Raises `GongkaiError`.
    """
    key = f"warc:{summary.sha256}"
    finished = report_of(archive.engine, source.id, key)
    if finished and not finished.problems and all(r.code != Code.WARC_RECORDS_SKIPPED for r in finished.warnings):
        return finished
    run = open_run(archive, source, key, CrawlOptions(), "import")
    recover_unindexed_logs(archive, run.batch("0"))
    # Each response counts as two steps: storing and extracting.
    total = 2 * summary.captures
    steps = Counter(path.name, total, progress)
    remarks = Remarks()
    _Import(archive, run, steps).store(path, summary, remarks)
    extract_batch(archive, run, 0, steps.part())
    steps.add(max(0, total - steps.done))
    with archive.engine.connect() as connection:
        problems = [*unread_problems(connection, run), *remarks.problems()]
    return close_run(archive, run, problems, remarks.warnings())


class Remarks:
    """Remarks on places of a file: the number of each kind, and the first few."""

    def __init__(self) -> None:
        self._counts: dict[Code, int] = {}
        self._first: dict[Code, list[Reason]] = {}

    def add(self, remark: Remark) -> None:
        """Counts a remark."""
        self._counts[remark.code] = self._counts.get(remark.code, 0) + 1
        first = self._first.setdefault(remark.code, [])
        if len(first) < MAX_NAMED:
            first.append(remark.place)

    def problems(self) -> list[Reason]:
        """Places whose content is lost, so that nobody knows what it was."""
        if (places := self._counts.get(Code.WARC_FILE_DAMAGED)) is None:
            return []
        return [Reason.of(Code.WARC_FILE_DAMAGED, places=places, first=self._first[Code.WARC_FILE_DAMAGED])]

    def warnings(self) -> list[Reason]:
        """Records that were left out or are incomplete, but whose address is known."""
        return [
            Reason.of(code, records=number, first=self._first[code])
            for code, number in sorted(self._counts.items())
            if code is not Code.WARC_FILE_DAMAGED
        ]


class _Import:
    """Stores responses in the order of the file, a chunk at a time. Other processes read the pages of the next chunk
    meanwhile.

    A document of one page and without files is recorded from that reading. The further pages and files of any other
    document come later in the file: it is extracted at the end of the file, or when another capture of it comes.
    """

    def __init__(self, archive: Archive, run: RunContext, steps: Counter) -> None:
        self._archive, self._run, self._steps = archive, run, steps
        self._readers, self._recorder = page_readers(), DocumentRecorder(archive, run)
        self._chunk: dict[Address, WarcResponse] = {}
        self._readings: dict[Address, Future[PageReading]] = {}
        self._thread = ThreadPoolExecutor(1, "importing")
        self._storing: Future[None] | None = None
        self._being_stored: dict[Address, WarcResponse] = {}
        self._documents: set[str] = set()
        with archive.engine.connect() as connection:
            columns = (Capture.url, Capture.fetched_at, Capture.blob_sha256)
            self._stored = {tuple(row) for row in connection.execute(select(*columns).where(Capture.run_id == run.id))}

    def store(self, path: Path, summary: WarcSummary, remarks: Remarks) -> None:
        """Stores the captures that are not stored yet, and adds remarks on those that cannot be imported."""
        with self._thread:
            for item in read_responses(path, self._body, summary.relations, self._find_stored):
                if isinstance(item, Remark):
                    remarks.add(item)
                else:
                    self._add(item)
            self._store_chunk()
            self._await_storing()

    def _add(self, response: WarcResponse) -> None:
        attempt = response.attempt
        again = response.kind == "document" and attempt.url in self._documents
        if response.kind == "document":
            self._documents.add(attempt.url)
        if (attempt.url, attempt.fetched_at, sha256(attempt.body) if attempt.body else None) in self._stored:
            self._steps.add()
            return
        if self._is_full(attempt.url, again):
            self._store_chunk()
        address = Address(attempt.url)
        self._chunk[address] = response
        if response.kind in ("document", "part") and not ends_by_status(attempt):
            to_read = PageToRead.of(attempt.final_url, attempt.headers, attempt.fetched_at, attempt.status or 0)
            self._readings[address] = self._readers.submit(self._run.source, to_read, attempt.body or b"")

    def _is_full(self, url: str, again: bool) -> bool:
        """Whether the chunk must be stored before this response is added to it.

        This is so if another capture of a document comes: its earlier capture is extracted first, and for that all its
        parts and files must be stored.
        """
        size = sum(len(response.attempt.body or b"") for response in self._chunk.values())
        parts_waiting = again and any(response.kind != "document" for response in self._chunk.values())
        full = len(self._chunk) == PAGES_PER_COMMIT or size > MAX_BUFFERED_BYTES
        return url in self._chunk or parts_waiting or full

    def _body(self, digest: str) -> bytes:
        """The body of an earlier response, by its SHA-256."""
        for response in (*self._chunk.values(), *self._being_stored.values()):
            if response.attempt.body and sha256(response.attempt.body) == digest:
                return response.attempt.body
        return read_blob(self._archive, digest)

    def _find_stored(self, url: str, moment: datetime) -> tuple[str, int | None, Headers] | None:
        """The complete capture of an address at a time: SHA-256 of its body, status and headers. The time is that to
        the second, as files state dates with or without parts of one."""
        query = (
            select(Capture.blob_sha256, Capture.status, Capture.headers)
            .join(Page, Page.id == Capture.page_id)
            .where(Page.url == url, Capture.blob_sha256.is_not(None), Capture.outcome.not_in(FAILED))
            .where(Capture.fetched_at.between(moment, moment + timedelta(seconds=1)))
            .order_by(Capture.fetched_at)
        )
        with self._archive.engine.connect() as connection:
            row = connection.execute(query.limit(1)).one_or_none()
        return None if row is None else (row.blob_sha256, row.status, row.headers)

    def _store_chunk(self) -> None:
        """Waits until the previous chunk is stored, then begins to store this one, unless it is empty."""
        self._await_storing()
        if not self._chunk:
            return
        chunk, self._chunk = self._chunk, {}
        readings, self._readings = self._readings, {}
        self._being_stored = chunk
        self._storing = self._thread.submit(self._store, chunk, readings)

    def _await_storing(self) -> None:
        if self._storing:
            self._storing.result()

    def _store(self, chunk: Mapping[Address, WarcResponse], reads: Mapping[Address, Future[PageReading]]) -> None:
        readings = {url: read.result() for url, read in reads.items()}
        documents = [url for url, response in chunk.items() if response.kind == "document"]
        if documents:
            extract_batch(self._archive, self._run, 0, self._steps.part(), only=documents)
        with self._archive.engine.begin() as connection:
            page_ids = _upsert_pages(connection, self._run, chunk)
        classified = {url: response.classified(readings.get(url)) for url, response in chunk.items()}
        attempts = [PageAttempt(page_ids[url], item) for url, item in classified.items()]
        store_attempts(self._archive, self._run.batch("0"), attempts)
        self._steps.add(len(chunk))
        self._record(chunk, {url: reading for url, reading in readings.items() if chunk[url].kind == "document"})

    def _record(self, chunk: Mapping[Address, WarcResponse], readings: Mapping[Address, PageReading]) -> None:
        """Records the documents of the chunk that consist of one page and have no files."""
        alone = [url for url, reading in readings.items() if not reading.files and not reading.parts]
        with self._archive.engine.connect() as connection:
            unread = unread_in_batch(connection, self._run, 0, alone)
        documents = [
            document_of(
                self._run.source,
                row.page_id,
                row.capture_id,
                row.listing,
                [ReadPage(row.url, chunk[row.url].attempt.headers, readings[row.url])],
            )
            for row in unread
        ]
        self._steps.add(self._recorder.record_current(documents))
        self._recorder.index()


def _upsert_pages(connection: Connection, run: RunContext, chunk: Mapping[Address, WarcResponse]) -> dict[Address, int]:
    """Writes the pages of the responses; returns their ids by URL."""
    entries = {
        url: Entry(url, response.listing.get("title", ""), response.listing)
        for url, response in chunk.items()
        if response.kind == "document"
    }
    documents = upsert_listed_pages(connection, run, "", entries, batch=0)
    page_ids = {url: page.page_id for url, page in documents.items()}
    for kind in ("file", "resource"):
        urls = [url for url, response in chunk.items() if response.kind == kind]
        page_ids |= upsert_pages(connection, run.source.id, kind, urls)
    for url, response in chunk.items():
        if response.kind == "part":
            [article] = upsert_pages(connection, run.source.id, "document", [Address(response.part_of)]).values()
            page_ids[url] = upsert_part(connection, run.source.id, article, url, response.part)
    return page_ids


def import_source() -> Source:
    """The source of pages whose address belongs to no source file."""
    return adhoc_source(IMPORTED, "导入的网页", "https://import.invalid/", ["import.invalid"])
