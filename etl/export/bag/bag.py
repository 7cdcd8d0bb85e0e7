"""Writes a bag: the payload below `data/`, its manifest, and the tags that describe it (RFC 8493).

| payload | what |
| --- | --- |
| `data/archive.warc.gz` | the captures, as `--format warc` writes them |
| `data/records.jsonl` | the records, as `--format jsonl` |
| `data/metadata.xml` | the records' metadata with Chinese element names |
| `data/premis.xml` | what happened to the bytes and records, as PREMIS events |
"""

from collections.abc import Callable, Set
from contextlib import AbstractContextManager
from importlib.metadata import version
from typing import IO

from sqlalchemy import Connection

from etl.archive.queries.search import RecordFilter
from etl.export.bag.metadata import write_metadata
from etl.export.bag.premis import write_premis
from etl.export.output import HashingWriter
from etl.export.rows import count_rows, record_rows
from etl.export.tables import write_jsonl
from etl.progress import Counter, no_progress

Files = Callable[[str], AbstractContextManager[IO[bytes]]]
"""Opens a file of the bag, by its path, for writing; one at a time."""
WARC = "data/archive.warc.gz"


def write_bag(
    connection: Connection,
    record_filter: RecordFilter,
    files: Files,
    base: str,
    *,
    all_captures: bool,
    write_captures: Callable[[IO[bytes]], Set[int]],
) -> None:
    """Writes all files of a bag. `write_captures` writes the WARC file and returns the captures of its pages' looks.

    The same archive gives the same bytes.
    """
    manifest: dict[str, str] = {}
    size = 0
    looks: Set[int] = frozenset()

    def write_warc(out: IO[bytes]) -> None:
        nonlocal looks
        looks = write_captures(out)

    def payload(path: str, write: Callable[[IO[bytes]], None]) -> None:
        nonlocal size
        with files(path) as file:
            hashing = HashingWriter(file)
            write(hashing)  # type: ignore[arg-type]  # they only write
        manifest[path] = hashing.sha256
        size += hashing.size

    payload(WARC, write_warc)
    count = Counter("writing records", count_rows(connection, record_filter), no_progress)
    rows = record_rows(connection, record_filter)
    payload("data/records.jsonl", lambda out: write_jsonl(connection, rows, out, base, count))
    payload("data/metadata.xml", lambda out: write_metadata(connection, record_filter, out, base))
    payload(
        "data/premis.xml",
        lambda out: write_premis(connection, record_filter, out, base, looks, all_captures=all_captures),
    )
    tags = {
        "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": f"Bag-Software-Agent: gongkai/{version('gongkai')}\n"
        f"External-Description: 公开档案 {record_filter.source}".rstrip()
        + f"\nPayload-Oxum: {size}.{len(manifest)}\n",
        "manifest-sha256.txt": _lines(manifest),
    }
    hashed = {}
    for name, body in tags.items():
        with files(name) as file:
            hashing = HashingWriter(file)
            hashing.write(body.encode())
        hashed[name] = hashing.sha256
    with files("tagmanifest-sha256.txt") as file:
        file.write(_lines(hashed).encode())


def _lines(digests: dict[str, str]) -> str:
    return "".join(f"{digest}  {path}\n" for path, digest in digests.items())
