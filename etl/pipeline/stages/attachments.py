"""Reads the files of documents: the same bytes once, in a process that can be killed."""

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
"""Scans that one process reads before a new one takes over."""


def read_files(
    archive: Archive, source_id: str, urls: Sequence[str], bodies: Mapping[str, bytes] | None = None
) -> dict[str, UnreadableItem]:
    """Reads the source's stored files at the URLs that the current reader has not read; returns, by URL, those whose
    bytes are damaged.

    `bodies`: bytes by SHA-256 that need not be read from the bucket.
    """
    damaged: dict[str, UnreadableItem] = {}
    if not urls:
        return damaged
    with archive.engine.begin() as connection:
        files = unread_files(connection, source_id, urls)
    digests: deque[str] = deque()

    def whole() -> Iterator[tuple[bytes, str]]:
        for digest, file in files.items():
            try:
                # No name is kept for it: files are large, and this waits while one is read and stored.
                held = [(bodies or {}).get(digest) or read_blob(archive, digest)]
            except DamagedBlob as error:
                for url in file.urls:
                    damaged[url] = unreadable(encode_reason(Code.FILE_ITEM, url=url), error)
                continue
            digests.append(digest)
            yield held.pop(), file.name

    if files:
        for reading in file_reader().many(whole()):
            store_file_reading(archive, digests.popleft(), reading)
            del reading
    return damaged


def linked_file_urls(pages: Iterable[ExtractedPage]) -> list[str]:
    """URLs of the files that the documents link."""
    return [file.url for item in pages if item.extraction for file in item.extraction.attachments]


@dataclass(frozen=True, slots=True)
class ScanReadings:
    """How many scans were read, and those whose bytes are damaged, which stay in the queue."""

    read: int
    damaged: tuple[UnreadableItem, ...]


def read_scans(archive: Archive, limit: int | None = None, progress: ProgressCallback = no_progress) -> ScanReadings:
    """Recognises scanned files in the order of `pending_scans`: at most `limit`, or until none is left."""
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
