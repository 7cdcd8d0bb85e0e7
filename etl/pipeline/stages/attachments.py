"""Reads the files of documents in processes that can be killed. Files with the same bytes are read once."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from etl.archive.records.extracted_pages import ExtractedPage
from etl.archive.records.file_readings import pending_scans, store_file_reading, unread_files
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import UnreadableItem, read_blob, report_damage, unreadable
from etl.archive.storage.bucket import DamagedBlob
from etl.archive.storage.log_registry import chain_logs
from etl.files import file_reader
from etl.files.ocr.scan_reader import scan_pool
from etl.progress import Progress, ProgressCallback, no_progress
from etl.reason_codes import Code
from etl.reasons import encode_reason

SCANS_PER_PROCESS = 50
"""Scans that one process reads before it is replaced by a new one."""


def read_files(
    archive: Archive, source_id: str, urls: Sequence[str], bodies: Mapping[str, bytes] | None = None
) -> dict[str, UnreadableItem]:
    """Reads the source's stored files at `urls`, except those that the current version of the reader has read. Returns
    the files whose bytes are damaged, by URL.

    `bodies`: bytes already in memory, by SHA-256; other files are read from the bucket.
    """
    damaged: dict[str, UnreadableItem] = {}
    if not urls:
        return damaged
    with archive.engine.begin() as connection:
        files = unread_files(connection, source_id, urls)
    digests: deque[str] = deque()

    def undamaged() -> Iterator[tuple[bytes, str]]:
        for digest, file in files.items():
            try:
                # Popped from a list when it is yielded: a local variable would keep a large file in memory while the
                # generator waits for it to be read and stored.
                body = [(bodies or {}).get(digest) or read_blob(archive, digest)]
            except DamagedBlob as error:
                for url in file.urls:
                    damaged[url] = unreadable(encode_reason(Code.FILE_ITEM, url=url), error)
                continue
            digests.append(digest)
            yield body.pop(), file.name

    if files:
        for reading in file_reader().many(undamaged()):
            store_file_reading(archive, digests.popleft(), reading)
            del reading
    return damaged


def linked_file_urls(pages: Iterable[ExtractedPage]) -> list[str]:
    """URLs of the files that the documents link."""
    return [file.url for item in pages if item.extraction for file in item.extraction.attachments]


@dataclass(frozen=True, slots=True)
class ScanReadings:
    """The number of scans that were read, and the scans whose bytes are damaged; these stay in the queue."""

    read: int
    damaged: tuple[UnreadableItem, ...]


def read_scans(archive: Archive, limit: int | None = None, progress: ProgressCallback = no_progress) -> ScanReadings:
    """Runs OCR on scanned files in the order of `pending_scans`: at most `limit` of them, or all if it is None."""
    read, damaged = 0, dict[str, UnreadableItem]()
    while limit is None or read + len(damaged) < limit:
        batch_size = SCANS_PER_PROCESS if limit is None else min(SCANS_PER_PROCESS, limit - read - len(damaged))
        with archive.engine.connect() as connection:
            scans = pending_scans(connection, batch_size, besides=damaged)
        if not scans:
            break
        with scan_pool() as read_scan:
            for scan in scans:
                try:
                    reading = read_scan(read_blob(archive, scan.digest), scan.media_type)
                    store_file_reading(archive, scan.digest, reading)
                    read += 1
                except DamagedBlob as error:
                    damaged[scan.digest] = unreadable(encode_reason(Code.SCAN_ITEM, sha256=scan.digest), error)
                progress(Progress("reading scans", read + len(damaged), limit))
    report_damage(archive, damaged.values())
    chain_logs(archive)
    return ScanReadings(read, tuple(damaged.values()))
