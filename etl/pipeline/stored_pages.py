"""Reads documents from stored captures: those that no crawl has read, and those to be extracted again."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from etl.archive.crawls.unread import captures_to_read
from etl.archive.records.extracted_pages import ExtractedPage
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import UnreadableItem, read_blob, unreadable
from etl.archive.storage.bucket import READS_AT_ONCE, DamagedBlob
from etl.batches import batches
from etl.pipeline.documents import ReadPage, document_of
from etl.pipeline.reading.page_reading import PageReading, PageToRead
from etl.pipeline.reading.pool import PageReaders
from etl.sources.schema import Source

MAX_READ_AHEAD_BYTES = 32_000_000
"""Bytes of pages that are read ahead of the page that is being recorded."""


@dataclass(frozen=True, slots=True)
class DamagedDocument:
    """A document of which some bytes are damaged."""

    page_id: int
    item: UnreadableItem


def stored_documents(
    archive: Archive, readers: PageReaders, source: Source, pages: Sequence[Any]
) -> Iterator[ExtractedPage | DamagedDocument]:
    """Reads documents. `pages`: rows with `page_id`, `capture_id` and `listing` (listed fields), ordered by page id.

    The next documents are read while the caller works on one. An article is read as it was at the time of the capture:
    of each further page, the last capture before the first page was fetched again is taken.
    """
    by_id = {row.page_id: row for row in pages}
    with archive.engine.connect() as connection:
        captures = captures_to_read(connection, pages)
    for page_id, read in groupby(_read_ahead(archive, readers, source, captures), lambda item: item[0].of):
        parts: list[ReadPage] = []
        damaged: UnreadableItem | None = None
        for capture, reading in read:
            if isinstance(reading, DamagedBlob):
                damaged = damaged or unreadable(parts[0].url if parts else capture.url, reading)
            else:
                parts.append(ReadPage(capture.url, capture.headers, reading))
        row = by_id[page_id]
        yield (
            DamagedDocument(page_id, damaged)
            if damaged
            else document_of(source, page_id, row.capture_id, row.listing, parts)
        )


def in_groups(
    read: Iterator[ExtractedPage | DamagedDocument], size: int
) -> Iterator[tuple[list[ExtractedPage], dict[int, UnreadableItem]]]:
    """Groups of `size`, one for each transaction: the documents, and by page id those whose bytes are damaged."""
    for group in batches(read, size):
        damaged = {item.page_id: item.item for item in group if isinstance(item, DamagedDocument)}
        yield [item for item in group if isinstance(item, ExtractedPage)], damaged


def _read_ahead(
    archive: Archive, readers: PageReaders, source: Source, captures: Sequence[Any]
) -> Iterator[tuple[Any, PageReading | DamagedBlob]]:
    """Each capture with its reading. Reads ahead up to `MAX_READ_AHEAD_BYTES`."""
    waiting: deque[tuple[Any, Future[PageReading | DamagedBlob]]] = deque()
    ahead = 0

    def read(capture: Any) -> PageReading | DamagedBlob:
        try:
            body = read_blob(archive, capture.blob_sha256)
        except DamagedBlob as error:
            return error
        return readers.read(source, PageToRead.of(capture.final_url, capture.headers, capture.fetched_at), body)

    with ThreadPoolExecutor(READS_AT_ONCE) as threads:
        for capture in captures:
            while waiting and ahead + capture.size > MAX_READ_AHEAD_BYTES:
                before, reading = waiting.popleft()
                yield before, reading.result()
                ahead -= before.size
            waiting.append((capture, threads.submit(read, capture)))
            ahead += capture.size
        while waiting:
            before, reading = waiting.popleft()
            yield before, reading.result()
