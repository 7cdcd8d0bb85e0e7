"""Reading the files of documents: once each, by their bytes, in a process that can be killed."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType

from sqlalchemy import bindparam, select

from etl.archive.records.file_readings import BY_OCR, pending_scans, store_file_reading
from etl.archive.records.recording import ExtractedPage
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import UnreadableItem, read_blob, report_damage, unreadable
from etl.archive.storage.bucket import DamagedBlob
from etl.archive.storage.models import File, Page
from etl.files import READER, Reader, reader_pool
from etl.files.ocr.scan_reader import scan_pool
from etl.progress import Progress, ProgressCallback, no_progress
from etl.reason_codes import Code
from etl.reasons import encode_reason

SCANS_PER_PROCESS = 50
"""Scans that one process reads."""


class FileReader:
    """Reads files that nobody read yet; its process starts with the first one."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._stack = ExitStack()
        self._pool: Reader | None = None

    def __enter__(self) -> "FileReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def read(self, source_id: str, urls: Sequence[str]) -> dict[str, UnreadableItem]:
        """Reads the stored files at those addresses of the source; returns by address those whose bytes are damaged."""
        damaged: dict[str, UnreadableItem] = {}
        if not urls:
            return damaged
        with self._archive.engine.connect() as connection:
            unread = connection.execute(_UNREAD, {"source": source_id, "urls": urls}).all()
        names: dict[str, list[str]] = {}
        for row in unread:
            names.setdefault(row.blob_sha256, []).append(row.url)
        for digest, places in names.items():
            try:
                body = read_blob(self._archive, digest)
            except DamagedBlob as error:
                damaged |= {url: unreadable(encode_reason(Code.FILE_ITEM, url=url), error) for url in places}
                continue
            if self._pool is None:
                self._pool = self._stack.enter_context(reader_pool())
            store_file_reading(self._archive, digest, self._pool(body, places[0].rsplit("/", 1)[-1]))
        return damaged


# What OCR read is for OCR to read anew: until then it keeps the text that it has.
_UNREAD = (
    select(Page.blob_sha256, Page.url)
    .outerjoin(File, (File.blob_sha256 == Page.blob_sha256) & ((File.reader == READER) | (File.method == BY_OCR)))
    .where(
        Page.source_id == bindparam("source"),
        Page.url.in_(bindparam("urls", expanding=True)),
        Page.blob_sha256.is_not(None),
        File.blob_sha256.is_(None),
    )
)


def linked_file_urls(read: Iterable[ExtractedPage]) -> list[str]:
    """The addresses of the files of what was read."""
    return [file.url for item in read if item.extraction for file in item.extraction.attachments]


@dataclass(frozen=True, slots=True)
class ScanReadings:
    """How many scans were read, and those whose bytes are damaged: they stay in the queue."""

    read: int
    damaged: tuple[UnreadableItem, ...]


def read_scans(archive: Archive, limit: int | None = None, progress: ProgressCallback = no_progress) -> ScanReadings:
    """Reads files whose pages are pictures, the oldest first, at most so many; else until none waits."""
    read, damaged = 0, dict[str, UnreadableItem]()
    while limit is None or read + len(damaged) < limit:
        most = SCANS_PER_PROCESS if limit is None else min(SCANS_PER_PROCESS, limit - read - len(damaged))
        with archive.engine.connect() as connection:
            waiting = pending_scans(connection, most, besides=damaged)
        if not waiting:
            break
        with scan_pool() as read_scan:
            for scan in waiting:
                try:
                    store_file_reading(
                        archive, scan.digest, read_scan(read_blob(archive, scan.digest), scan.media_type)
                    )
                    read += 1
                except DamagedBlob as error:
                    damaged[scan.digest] = unreadable(encode_reason(Code.SCAN_ITEM, sha256=scan.digest), error)
                progress(Progress("reading scans", read + len(damaged), limit))
    report_damage(archive, damaged.values())
    return ScanReadings(read, tuple(damaged.values()))
