"""Reads scans with RapidOCR on onnxruntime: pages of PDF files without a usable text layer, and pictures.

Runs in a separate process, since a page takes seconds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from etl.file_signatures import without_before
from etl.files.media_types import ARCHIVES, WITH_FILES_INSIDE
from etl.files.process.pool import Worker, max_text_bytes
from etl.files.process.protocol import decode_flags, decode_reading, decode_text
from etl.files.types import FileOutcome, FileReading, Limits, ScanLimits, Unreadable
from etl.reason_codes import Code
from etl.reasons import encode_reason

_MAX_PAGE_BYTES = 2**20
"""Maximum size of the lines of one page as JSON; 5,000 printed characters take 60 kB. The parent process does not parse
this JSON, since only the time of the child is limited."""


class ScanReader:
    """Reads scans page by page, in one process of its own."""

    def __init__(self, limits: ScanLimits) -> None:
        self.limits = limits
        self.worker = Worker("etl.files.ocr.engine", limits.memory, preload=False)

    def __call__(self, body: bytes, media_type: str) -> FileReading:
        """Reads a scan: pictures by OCR, pages with a text layer from that layer.

        Any file gives an outcome. Raises `GongkaiError` if no process can be started.
        """
        try:
            return self._read(without_before(body), media_type)
        except Unreadable as error:
            return FileReading(media_type, error.outcome, error.reason)

    def _read(self, body: bytes, media_type: str) -> FileReading:
        if len(body) > self.limits.bytes:
            raise Unreadable(
                FileOutcome.TOO_LARGE, encode_reason(Code.FILE_OVER_BYTES, bytes=len(body), limit=self.limits.bytes)
            )
        if media_type in ARCHIVES:
            return self._archive(body)
        reading = self._scan(body, media_type)
        return self._whole(body, [_as_data("", reading)]) if media_type in WITH_FILES_INSIDE else reading

    def _whole(self, body: bytes, recognised: list[list[object]]) -> FileReading:
        """The reading of a file, with the texts that OCR recognised in it."""
        limits = Limits()
        longest = max_text_bytes(limits.characters)
        return self.worker.call(limits.seconds, decode_reading, longest, "read_whole", body, recognised)

    def _archive(self, body: bytes) -> FileReading:
        """Reads an archive: its members that are scans, in their order in the archive."""
        recognised: list[list[object]] = []
        pages = 0
        for member in self._whole(body, []).members:
            if member.outcome is not FileOutcome.SCAN or member.media_type in ARCHIVES:
                continue
            try:
                if pages >= self.limits.pages:
                    reason = encode_reason(Code.SCAN_OVER_PAGES, pages=pages, limit=self.limits.pages)
                    raise Unreadable(FileOutcome.TOO_LARGE, reason)
                reading = self._scan(body, member.media_type, member.path)
            except Unreadable as error:
                reading = FileReading(member.media_type, error.outcome, error.reason)
            pages += reading.pages or 1
            recognised.append(_as_data(member.path, reading))
        return self._whole(body, recognised)

    def _scan(self, body: bytes, media_type: str, *path: str) -> FileReading:
        """Reads a scan, or the scan at this path in an archive."""
        call, seconds = self.worker.call, self.limits.seconds
        pages = call(seconds, self._flags, 0, "pages_to_recognise", body, media_type, asdict(self.limits), *path)
        recognised: list[str | None] = [None] * len(pages)
        lost: list[Unreadable] = []
        for number in (number for number, picture in enumerate(pages) if picture):
            try:
                recognised[number] = call(
                    seconds, decode_text, _MAX_PAGE_BYTES, "recognise", body, media_type, number, *path
                )
            except Unreadable as error:
                reason = encode_reason(Code.SCAN_PAGE_LOST, page=number + 1, reason=error.reason)
                lost.append(Unreadable(error.outcome, reason))
                recognised[number] = "[]"
        max_bytes = max_text_bytes(Limits().characters)
        text = call(seconds, decode_text, max_bytes, "join_pages", body, media_type, recognised, *path)
        outcome = FileOutcome.READ if text else lost[0].outcome if lost else FileOutcome.NO_TEXT
        reason = "" if text else encode_reason(Code.NOTHING_IN_PICTURES)
        if lost:
            reason = encode_reason(Code.SCAN_PAGES_LOST, pages=[error.reason for error in lost])
        return FileReading(media_type, outcome, reason, text, len(pages), "ocr")

    def _flags(self, answer: Any, text: str) -> list[bool]:
        """Decodes the answer to whether each page must be recognised. Raises `ValueError` if there are too many."""
        pages = decode_flags(answer, text)
        if sum(pages) > self.limits.pages:
            raise ValueError(f"{sum(pages)} pages to recognise, allowed are {self.limits.pages}")
        return pages


def _as_data(path: str, reading: FileReading) -> list[object]:
    return [path, reading.media_type, reading.outcome, reading.reason, reading.text, reading.pages]


@contextmanager
def scan_pool(limits: ScanLimits | None = None) -> Iterator[ScanReader]:
    """A reader of scans whose process starts with the first scan and ends with the block."""
    reader = ScanReader(limits or ScanLimits())
    try:
        yield reader
    finally:
        reader.worker.stop()
