"""Attachments in `gongkai extract`: reading them in a separate process, and printing the result."""

import re
from contextlib import ExitStack
from types import TracebackType

from etl.cli.console import heading, in_words, output, table
from etl.counting import counted
from etl.files import FileOutcome, FileReading, Reader, reader_pool, sniff
from etl.files.media_types import HTML, TEXT
from etl.files.ocr.scan_reader import ScanReader, scan_pool

_SHOWN_CHARS = 2000
"""Maximum number of characters of a file's text that are printed."""
_OF_OFFICE = re.compile(r"\.(?:docx?|wps|xlsx?|et|rtf)$", re.IGNORECASE)
"""Endings of files that programs also write as HTML or XML."""
_COLOURS = {FileOutcome.READ: "green", FileOutcome.SCAN: "yellow"}


def is_page(body: bytes, name: str) -> bool:
    """Whether the bytes are a web page (or its data, as XML or JSON) and not an attachment."""
    media_type = sniff(body, name)
    is_data = media_type == TEXT and body.lstrip()[:1] in (b"<", b"{", b"[")
    return (media_type == HTML or is_data) and not _OF_OFFICE.search(name)


class FileReaders:
    """Reads attachments. Use as a context manager: processes start when first needed and end with the block."""

    def __init__(self, *, ocr: bool) -> None:
        self._ocr = ocr
        self._stack = ExitStack()
        self._read: Reader | None = None
        self._read_scan: ScanReader | None = None

    def __enter__(self) -> "FileReaders":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def read(self, body: bytes, name: str) -> FileReading:
        """Read a file; a scan is read by OCR if `ocr` is set."""
        self._read = self._read or self._stack.enter_context(reader_pool())
        reading = self._read(body, name)
        if reading.outcome is not FileOutcome.SCAN or not self._ocr:
            return reading
        self._read_scan = self._read_scan or self._stack.enter_context(scan_pool())
        return self._read_scan(body, reading.media_type)


def show_file(name: str, reading: FileReading) -> None:
    """Print the outcome of a file, its members, and the beginning of its text."""
    heading(name)
    colour = _COLOURS.get(reading.outcome, "red")
    about = [
        in_words(reading.reason),
        counted(reading.pages, "page") if reading.pages else "",
        counted(len(reading.text), "character"),
    ]
    output.print(
        f"[bold {colour}]{reading.outcome}[/] [blue]{reading.media_type}[/] {reading.method}"
        f" [dim]{output.plain(' · '.join(part for part in about if part))}[/]"
    )
    if reading.members:
        rows = [(m.path, m.outcome, in_words(m.reason), m.media_type, m.size) for m in reading.members]
        table(("member", "outcome", "reason", "type", "bytes"), rows)
    output.print(output.plain(reading.text[:_SHOWN_CHARS]), soft_wrap=True)
    if len(reading.text) > _SHOWN_CHARS:
        output.print("[dim]… (the rest with --json)[/]")
