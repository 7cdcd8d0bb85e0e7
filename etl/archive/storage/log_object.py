"""The bytes of a log: lines of JSON, gzipped. Reading takes bounded memory and time, whatever the bytes are.

If a log is empty, truncated or changed, or has lines of another kind, `DamagedLog` names its object. Bytes that are not
understood are never taken for the end of a log.
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from etl.archive.storage.log_format import Line, LogLine, read_line
from etl.archive.storage.log_lines import RunLine, RunLog, RunPageLine, SourceLine
from etl.archive.storage.stored_json import json_bytes
from etl.errors import Damaged

OBJECT_LIMIT = 256 << 20
"""Maximum size of a log's object: the log of a run of a million pages takes a fifth of it."""
LINE_LIMIT = 64 << 20
"""Maximum length of a line in bytes; the longest lines contain the text of a document."""
_ALWAYS_UNPACKED, _MOST_UNPACKED = 64 << 20, 200
"""A log may unpack to the first number of bytes, plus its own size times the second number. Similar lines compress to a
fiftieth of their size; a malicious gzip file, to a thousandth."""
_CHUNK = 1 << 20
_LEVEL = 4
"""Level of gzip. A journal of 25 real pages takes 3.8 ms and 59.4 KB; with level 9, 12.1 ms and 56.8 KB."""


class DamagedLog(Damaged):
    """A log is damaged: `what` says how."""

    def __init__(self, key: str, what: str) -> None:
        super().__init__(
            f"log {key} is damaged: {what}",
            hint=f"`gongkai restore BACKUP {key}` puts back what a backup has (docs/backup.md)",
        )
        self.key, self.what = key, what

    def __reduce__(self) -> tuple[type["DamagedLog"], tuple[str, str]]:
        return DamagedLog, (self.key, self.what)


def log_bytes(lines: Iterable[LogLine]) -> bytes:
    """The bytes of a log; the same lines give the same bytes."""
    return gzip.compress(b"".join(json_bytes(line.to_json()) + b"\n" for line in lines), _LEVEL, mtime=0)


def parse_log(key: str, body: bytes, kind: type[Line]) -> list[Line]:
    """The lines of a log. Raises `DamagedLog`, and `GongkaiError` for a later format or lines of another kind."""
    return [read_line(kind, line, f"{key}, line {number}") for number, line in enumerate(_json_lines(key, body), 1)]


def parse_run_log(key: str, body: bytes) -> RunLog:
    """The log of a run. Raises as `parse_log` does."""
    lines = list(_json_lines(key, body))
    if len(lines) < 2:
        raise DamagedLog(key, "it does not tell its source and its run")
    source, run = read_line(SourceLine, lines[0], f"{key}, line 1"), read_line(RunLine, lines[1], f"{key}, line 2")
    pages = [read_line(RunPageLine, line, f"{key}, line {number}") for number, line in enumerate(lines[2:], 3)]
    return RunLog(source, run, pages)


def _json_lines(key: str, body: bytes) -> Iterator[Any]:
    try:
        for number, line in enumerate(_unpacked_lines(body), 1):
            try:
                yield json.loads(line)
            except RecursionError as error:
                raise ValueError(f"line {number} is nested too deeply") from error
    except (zlib.error, ValueError) as error:
        raise DamagedLog(key, str(error)) from error


def _unpacked_lines(body: bytes) -> Iterator[bytes]:
    """The lines, with only one in memory at a time. Raises `ValueError` and `zlib.error` if the bytes are no log."""
    if not body:
        raise ValueError("it is empty")
    allowed = _ALWAYS_UNPACKED + _MOST_UNPACKED * len(body)
    gzipped, packed, has_line = zlib.decompressobj(wbits=31), body, False
    pieces: list[bytes] = []  # of a line whose end has not come yet
    while not gzipped.eof:
        chunk = gzipped.decompress(packed, _CHUNK)
        packed = gzipped.unconsumed_tail
        if not chunk and not packed and not gzipped.eof:
            raise ValueError("it is torn: its end is missing")
        allowed -= len(chunk)
        head, *lines = chunk.split(b"\n")
        pieces.append(head)
        if allowed < 0 or len(pieces) * _CHUNK > LINE_LIMIT:
            raise ValueError("it unpacks to far more bytes than any log has")
        if lines:
            has_line = True
            yield b"".join(pieces)
            *whole, last = lines
            yield from whole
            pieces = [last]
    if gzipped.unused_data:
        raise ValueError("other bytes come after its end")
    if any(pieces) or not has_line:
        raise ValueError("its last line does not end" if has_line else "it has no line")
