"""Taking WARC files of others (ISO 28500) as captures: dates, headers and bytes are those of the file."""

import gzip
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import select
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from etl.archive import Archive
from etl.archive.captures import Judged, adopt, save
from etl.archive.models import Capture
from etl.archive.reports import Report, close_run, report_of
from etl.archive.runs import OpenRun, Options, keep_entries, open_run
from etl.archive.store import sha256
from etl.errors import GongkaiError
from etl.fetch.client import Attempt
from etl.fetch.judge import judge
from etl.pipeline.extracting import CHUNK, extract_batch
from etl.platforms.base import Entry
from etl.sources.schema import Source, adhoc_source
from etl.web.urls import canonical_url

IMPORTED = "imported"
"""Id of the source under which pages are kept that no source file claims."""
LARGEST = 200_000_000
"""Bytes of one record that are taken at most; larger ones are a clear error, not a dead process."""

Tell = Callable[[int], None]
"""Called with the number of pages done since the last call; each is told twice: stored, and read."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A WARC file that was read to its end: its SHA-256, which names the run, and its response records."""

    sha256: str
    responses: int


def read_whole(path: Path) -> Whole:
    """Reads the file once to its end before anything is written. Raises `GongkaiError` if it is cut or broken."""
    responses = 0
    try:
        digest = _digest(path)
        for record in _records(path):
            responses += record.rec_type == "response"
            got, due = len(record.raw_stream.read(LARGEST + 1)), record.payload_length or 0
            if got < due:
                where = record.rec_headers.get_header("WARC-Target-URI") or f"number {responses}"
                raise GongkaiError(f"{path}: record {where} has {got} of {due} bytes", hint=_CUT)
    except (OSError, EOFError, zlib.error, ArchiveLoadFailed) as error:
        raise GongkaiError(f"{path} cannot be read as WARC: {' '.join(str(error).split())[:200]}", hint=_CUT) from error
    if not responses:
        raise GongkaiError(f"{path} holds no response record", hint="is it a WARC file?")
    return Whole(digest, responses)


_CUT = "nothing was imported; check the file, or fetch it again"


def _digest(path: Path) -> str:
    """SHA-256 of the file. Raises `EOFError` for gzip data that does not end: warcio takes that for the file's end."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        gzipped = file.read(2) == b"\x1f\x8b"
    if gzipped:
        with gzip.open(path) as unpacked:
            while unpacked.read(1 << 20):
                pass
    return digest


def _records(path: Path) -> Iterator[Any]:
    with path.open("rb") as file:
        yield from ArchiveIterator(file, check_digests="raise")


def import_warc(archive: Archive, path: Path, whole: Whole, source: Source, tell: Tell = lambda more: None) -> Report:
    """Stores, reads and records the file's responses as one run, named by the file's SHA-256.

    A file imported before gives its report again and changes nothing; an interrupted import goes on.
    """
    key = f"warc:{whole.sha256}"
    if finished := report_of(archive.engine, source.id, key):
        return finished
    run = open_run(archive, source, key, Options(), "import")
    adopt(archive, run.batch("0"))
    with archive.engine.connect() as connection:
        columns = (Capture.url, Capture.fetched_at, Capture.blob_sha256)
        have = {tuple(row) for row in connection.execute(select(*columns).where(Capture.run_id == run.id))}
    chunk: dict[str, Attempt] = {}
    for attempt in chain(_attempts(path, files=True), _attempts(path, files=False)):
        if (attempt.url, attempt.fetched_at, sha256(attempt.body) if attempt.body else None) in have:
            tell(2)
            continue
        if attempt.url in chunk or len(chunk) == CHUNK:
            _keep(archive, run, chunk, tell)
            chunk = {}
        chunk[attempt.url] = attempt
    _keep(archive, run, chunk, tell)
    return close_run(archive, run, ())


def _attempts(path: Path, *, files: bool) -> Iterator[Attempt]:
    """The responses that are files, or those that are pages: a page is read with the files that it links at hand."""
    for record in _records(path):
        if record.rec_type == "response" and record.http_headers:
            media_type = record.http_headers.get_header("Content-Type") or ""
            if bool(_PAGE.search(media_type)) is not files and (attempt := _attempt(record)):
                yield attempt


_PAGE = re.compile(r"html|xml|json|text/plain|^$", re.IGNORECASE)


def _attempt(record: Any) -> Attempt | None:
    """The response as if it had been fetched then; None for what has no http(s) address."""
    try:
        url = canonical_url(record.rec_headers.get_header("WARC-Target-URI") or "")
    except ValueError:
        return None
    body = record.content_stream().read(LARGEST + 1)
    if len(body) > LARGEST:
        raise GongkaiError(f"{url}: the record has more than {LARGEST} bytes", hint="take it out of the WARC file")
    return Attempt(
        url=url,
        final_url=url,
        fetched_at=datetime.fromisoformat(record.rec_headers.get_header("WARC-Date")),
        elapsed_ms=0,
        request_headers=(),
        status=int(record.http_headers.get_statuscode()),
        headers=tuple((name, value) for name, value in record.http_headers.headers),
        body=body,
    )


def _keep(archive: Archive, run: OpenRun, chunk: dict[str, Attempt], tell: Tell) -> None:
    if not chunk:
        return
    with archive.engine.begin() as connection:
        kept = keep_entries(connection, run, "", {url: Entry(url) for url in chunk}, batch=0)
    save(archive, run.batch("0"), [Judged(kept[url].page_id, item, *judge(item)) for url, item in chunk.items()])
    tell(len(chunk))
    extract_batch(archive, run, 0)
    tell(len(chunk))


def import_source() -> Source:
    """The source of pages that no source file claims."""
    return adhoc_source(IMPORTED, "导入的网页", "https://import.invalid/", ["import.invalid"])
