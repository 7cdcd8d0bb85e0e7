"""The index of a WARC file in a WACZ: CDXJ lines, sorted, in gzip blocks with an index of their own.

The form is that of pywb and py-wacz (`cdxj-gzip-1.0`). Their key function is the package `surt`, which is AGPL: the
rules are written down here again, and a test holds them to `cdxj-indexer`.
"""

import heapq
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from itertools import islice
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from etl.export.output import ByteSink

LINES_PER_BLOCK = 1024
"""Lines of a block, as archiveweb.page and py-wacz have it."""
MAX_LINES_IN_MEMORY = 50_000
"""Lines that are sorted in memory, 20 MB; more are merged from temporary files."""
INDEX_NAME = "index.cdx.gz"
_SESSION = re.compile(
    r"(?:(?:jsessionid|phpsessid|sid)=[0-9a-z]{32}|aspsessionid[a-z]{8}=[a-z]{24}|cfid=[^&]+&cftoken=[^&]+)(?:&|$)",
    re.I,
)
_SAFE = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_PORTS = {"http": 80, "https": 443}


def url_key(url: str) -> str:
    """The sort key of an http(s) address: `cn,gov,example)/path?query`, what does not tell pages apart left out."""
    parts = urlsplit(url)
    host = re.sub(r"^www\d*\.", "", parts.hostname or "")
    port = f":{parts.port}" if parts.port and parts.port != _PORTS.get(parts.scheme) else ""
    path = re.sub("/{2,}", "/", _normalise_escapes(parts.path) or "/").lower()
    query = "&".join(sorted(_SESSION.sub("", _normalise_escapes(parts.query)).lower().split("&"), key=_split_argument))
    shown = path.removesuffix("/") or "/"
    return f"{','.join(reversed(host.split('.')))}{port}){shown}{f'?{query}' if query else ''}"


def _normalise_escapes(value: str) -> str:
    plain, before = unquote_to_bytes(value), b""
    while plain != before:
        plain, before = unquote_to_bytes(plain), plain
    return quote_from_bytes(plain, safe=_SAFE)


def _split_argument(argument: str) -> list[str]:
    return argument.split("=", 1)


def index_line(url: str, timestamp: str, values: dict[str, str]) -> str:
    """A line of the index; `timestamp` has 14 digits."""
    return f"{url_key(url)} {timestamp} {json.dumps(values)}\n"


class LineSorter:
    """Sorts lines in bounded memory. Use as a context manager: its files go with it."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._files: list[IO[str]] = []
        self._stack = ExitStack()

    def __enter__(self) -> "LineSorter":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, line: str) -> None:
        """Takes one more line."""
        self._lines.append(line)
        if len(self._lines) == MAX_LINES_IN_MEMORY:
            file = TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 -- the stack closes it
            self._stack.enter_context(file)
            file.writelines(sorted(self._lines))
            file.seek(0)
            self._files.append(file)
            self._lines.clear()

    def sorted(self) -> Iterator[str]:
        """All lines in order; a line that is there twice is given once."""
        last = ""
        for each in heapq.merge(*self._files, sorted(self._lines)):
            if each != last:
                yield each
            last = each


def write_index(lines: Iterable[str], out: ByteSink) -> str:
    """Writes sorted lines in gzip blocks; returns the index of the blocks, `index.idx`."""
    told = [f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': INDEX_NAME})}\n"]
    offset, rest = 0, iter(lines)
    while block := list(islice(rest, LINES_PER_BLOCK)):
        packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
        packed = packer.compress("".join(block).encode()) + packer.flush()
        where = {"offset": offset, "length": len(packed), "digest": f"sha256:{sha256(packed).hexdigest()}"}
        told.append(f"{block[0].partition('{')[0].strip()} {json.dumps(where)}\n")
        out.write(packed)
        offset += len(packed)
    return "".join(told)
