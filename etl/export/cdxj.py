"""The CDXJ index of a WARC file in a WACZ: sorted lines in gzip blocks, with an index of the blocks.

The format is that of pywb and py-wacz (`cdxj-gzip-1.0`). They take keys from the package `surt`, which is AGPL, so its
rules are implemented here again; a test compares them with `cdxj-indexer`.
"""

import heapq
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from etl.batches import batches
from etl.export.output import ByteSink

LINES_PER_BLOCK = 1024
"""As in archiveweb.page and py-wacz."""
MAX_LINES_IN_MEMORY = 50_000
"""About 20 MB; more lines are sorted in temporary files and merged."""
INDEX_NAME = "index.cdx.gz"
_SESSION = re.compile(
    r"(?:(?:jsessionid|phpsessid|sid)=[0-9a-z]{32}|aspsessionid[a-z]{8}=[a-z]{24}|cfid=[^&]+&cftoken=[^&]+)(?:&|$)",
    re.I,
)
_SAFE = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_PORTS = {"http": 80, "https": 443}


def url_key(url: str) -> str:
    """The sort key of an http(s) address, `cn,gov,example)/path?query`, without parts that do not distinguish pages."""
    parts = urlsplit(url)
    host = re.sub(r"^www\d*\.", "", parts.hostname or "")
    port = f":{parts.port}" if parts.port and parts.port != _PORTS.get(parts.scheme) else ""
    path = re.sub("/{2,}", "/", _normalise_escapes(parts.path) or "/").lower()
    query = "&".join(sorted(_SESSION.sub("", _normalise_escapes(parts.query)).lower().split("&"), key=_split_argument))
    path = path.removesuffix("/") or "/"
    return f"{','.join(reversed(host.split('.')))}{port}){path}{f'?{query}' if query else ''}"


def _normalise_escapes(value: str) -> str:
    plain, before = unquote_to_bytes(value), b""
    while plain != before:
        plain, before = unquote_to_bytes(plain), plain
    return quote_from_bytes(plain, safe=_SAFE)


def _split_argument(argument: str) -> list[str]:
    return argument.split("=", 1)


def index_line(url: str, timestamp: str, values: dict[str, str]) -> str:
    """A line of the index; `timestamp` is yyyymmddhhmmss."""
    return f"{url_key(url)} {timestamp} {json.dumps(values)}\n"


class LineSorter:
    """Sorts lines in bounded memory. Use as a context manager, which deletes its temporary files."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._files: list[IO[str]] = []
        self._stack = ExitStack()

    def __enter__(self) -> "LineSorter":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, line: str) -> None:
        """Add a line."""
        self._lines.append(line)
        if len(self._lines) == MAX_LINES_IN_MEMORY:
            file = TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 -- the stack closes it
            self._stack.enter_context(file)
            file.writelines(sorted(self._lines))
            file.seek(0)
            self._files.append(file)
            self._lines.clear()

    def sorted(self) -> Iterator[str]:
        """All lines in order, without duplicates."""
        last = ""
        for line in heapq.merge(*self._files, sorted(self._lines)):
            if line != last:
                yield line
            last = line


def write_index(lines: Iterable[str], out: ByteSink) -> str:
    """Write sorted lines in gzip blocks. Returns the index of the blocks, the content of `index.idx`."""
    block_index = [f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': INDEX_NAME})}\n"]
    offset = 0
    for block in batches(lines, LINES_PER_BLOCK):
        compressor = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
        packed = compressor.compress("".join(block).encode()) + compressor.flush()
        location = {"offset": offset, "length": len(packed), "digest": f"sha256:{sha256(packed).hexdigest()}"}
        block_index.append(f"{block[0].partition('{')[0].strip()} {json.dumps(location)}\n")
        out.write(packed)
        offset += len(packed)
    return "".join(block_index)
