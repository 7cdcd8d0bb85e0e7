"""Text of scans: pages of PDF files without a usable text layer, and pictures, with RapidOCR on onnxruntime.

Its own pool of one process, for it takes seconds a page.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from etl.files.lines import Line, paragraphs, without_edges
from etl.files.pool import Worker
from etl.files.types import FileOutcome, FileReading, ScanLimits, Unreadable


class ScanReader:
    """Reads scans, page after page, in one process of its own."""

    def __init__(self, limits: ScanLimits) -> None:
        self.limits = limits
        self.worker = Worker("etl.files.recognising", limits.memory)

    def __call__(self, body: bytes, media_type: str) -> FileReading:
        """What the scan says: its pictures by OCR, pages with a text layer from that.

        Whatever the file, an outcome. Raises `GongkaiError` where no process can be started at all.
        """
        try:
            if len(body) > self.limits.bytes:
                raise Unreadable(FileOutcome.TOO_LARGE, f"{len(body)} bytes, allowed are {self.limits.bytes}")
            pages = self.worker.call(self.limits.seconds, "survey", body, media_type, self.limits)
        except Unreadable as error:
            return FileReading(media_type, error.outcome, error.reason)
        read: list[list[Line]] = []
        lost: list[Unreadable] = []
        for number, lines in enumerate(pages):
            if lines is None:
                try:
                    lines = self.worker.call(self.limits.seconds, "recognise", body, media_type, number)
                except Unreadable as error:
                    lost.append(Unreadable(error.outcome, f"page {number + 1}: {error.reason}"))
                    lines = []
            read.append(lines)
        text = "\n".join(paragraphs(without_edges(read)))
        outcome = FileOutcome.READ if text else lost[0].outcome if lost else FileOutcome.NO_TEXT
        reason = "; ".join(error.reason for error in lost) or ("" if text else "nothing is written in the pictures")
        return FileReading(media_type, outcome, reason, text, len(pages), "ocr")


@contextmanager
def scan_pool(limits: ScanLimits | None = None) -> Iterator[ScanReader]:
    """A reader of scans whose process starts with the first one and ends with the block."""
    reader = ScanReader(limits or ScanLimits())
    try:
        yield reader
    finally:
        reader.worker.stop()
