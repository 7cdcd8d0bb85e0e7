"""WARC files as answers, one in memory at a time: whole, with the bytes that a revisit names, and what our own export
says of each beside it."""

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from etl.archive.storage.bucket import sha256
from etl.errors import GongkaiError
from etl.fetch.classify import classify, classify_file
from etl.fetch.client import Attempt
from etl.outcomes import FAILED, Outcome
from etl.web.urls import canonical_url

MAX_RECORD_BYTES = 200_000_000
"""Bytes of one record that are taken at most; larger ones are a clear error, not a dead process."""
_ANSWERS = ("response", "revisit")
_PAGE = re.compile(r"html|xml|json|text/plain|^$", re.IGNORECASE)
_CUT = "nothing was imported; check the file, or fetch it again"
_FIELDS = 10_000_000


@dataclass(frozen=True, slots=True)
class WarcSummary:
    """A WARC file that was read to its end: its SHA-256, which names the run, and its response and revisit records."""

    sha256: str
    responses: int
    revisits: int = 0


@dataclass(frozen=True, slots=True)
class WarcResponse:
    """A response as if it had been fetched then, and what its address is: `document`, `file`, or `part` of an article.

    `listing` is what a catalog said of it; `stated` the outcome and reason that the archive had that exported it.
    """

    attempt: Attempt
    kind: str
    part_of: str = ""
    part: int = 0
    listing: Mapping[str, str] = field(default_factory=dict)
    stated: tuple[Outcome | None, str] = (None, "")

    @property
    def judged(self) -> tuple[Outcome | None, str]:
        """As when it was fetched: an article that lacked a page failed, whatever its first one says."""
        found = (classify_file if self.kind == "file" else classify)(self.attempt)
        return self.stated if found[0] is None and self.stated[0] in FAILED else found


def scan_warc(path: Path) -> WarcSummary:
    """Reads the file once to its end before anything is written. Raises `GongkaiError` if it is cut or broken."""
    counts = dict.fromkeys(_ANSWERS, 0)
    try:
        digest = _digest(path)
        for record in _records(path):
            if record.rec_type in counts:
                counts[record.rec_type] += 1
            got, due = len(record.raw_stream.read(MAX_RECORD_BYTES + 1)), record.payload_length or 0
            if got < due:
                where = record.rec_headers.get_header("WARC-Target-URI") or f"number {sum(counts.values())}"
                raise GongkaiError(f"{path}: record {where} has {got} of {due} bytes", hint=_CUT)
    except (OSError, EOFError, zlib.error, ArchiveLoadFailed) as error:
        raise GongkaiError(f"{path} cannot be read as WARC: {' '.join(str(error).split())[:200]}", hint=_CUT) from error
    if not counts["response"]:
        raise GongkaiError(f"{path} holds no response record", hint="is it a WARC file?")
    return WarcSummary(digest, counts["response"], counts["revisit"])


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


def read_responses(path: Path, body_of: Callable[[str], bytes]) -> Iterator[WarcResponse | None]:
    """The file's responses in their order; None for what cannot be taken: no http(s) address, or a revisit of bytes
    that do not stand before it. `body_of` gives bytes again that stood before, by their SHA-256."""
    seen: dict[str, str] = {}
    waiting: tuple[str, Attempt] | None = None
    for record in _records(path):
        if record.rec_type in _ANSWERS:
            if waiting:
                yield _plain(waiting[1])
            attempt = _attempt(record, seen, body_of)
            waiting = (record.rec_headers.get_header("WARC-Record-ID"), attempt) if attempt else None
            if attempt is None:
                yield None
        elif waiting and record.rec_type == "metadata" and _beside(record, waiting[0]):
            yield _told(waiting[1], _fields(record))
            waiting = None
    if waiting:
        yield _plain(waiting[1])


def _beside(record: Any, response: str) -> bool:
    return bool(record.rec_headers.get_header("WARC-Concurrent-To") == response)


def _attempt(record: Any, seen: dict[str, str], body_of: Callable[[str], bytes]) -> Attempt | None:
    try:
        url = canonical_url(record.rec_headers.get_header("WARC-Target-URI") or "")
    except ValueError:
        return None
    if not record.http_headers:
        return None
    payload = record.rec_headers.get_header("WARC-Payload-Digest") or ""
    if record.rec_type == "revisit":
        if payload not in seen:
            return None
        body = body_of(seen[payload])
    else:
        body = record.content_stream().read(MAX_RECORD_BYTES + 1)
        if len(body) > MAX_RECORD_BYTES:
            raise GongkaiError(
                f"{url}: the record has more than {MAX_RECORD_BYTES} bytes", hint="take it out of the WARC file"
            )
        if payload and body:
            seen.setdefault(payload, sha256(body))
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


def _plain(attempt: Attempt) -> WarcResponse:
    """An answer of which nobody says what it is: a file where neither its type nor its first bytes are a page's."""
    page = _PAGE.search(attempt.header("content-type")) or classify_file(attempt)[0] is Outcome.NOT_A_FILE
    return WarcResponse(attempt, "document" if page else "file")


def _told(attempt: Attempt, said: Mapping[str, str]) -> WarcResponse:
    """An answer with what the metadata beside it say; those of other programs say nothing of it."""
    kind = said.get("gongkai-kind", "")
    if kind not in ("document", "part", "file"):
        return _plain(attempt)
    try:
        asked = canonical_url(said.get("via") or attempt.url)
        listing = json.loads(said.get("gongkai-listing") or "{}")
        part = int(said.get("gongkai-part") or 0)
        stated = Outcome(said["gongkai-outcome"]), said.get("gongkai-reason", "")
    except (ValueError, KeyError):
        return _plain(attempt)
    part_of = said.get("gongkai-part-of", "")
    if kind == "part" and not (part_of and part):
        kind = "file"  # an article went on with it once: kept, and no document of its own
    named = {str(name): str(value) for name, value in listing.items()} if isinstance(listing, dict) else {}
    return WarcResponse(replace(attempt, url=asked), kind, part_of, part, named, stated)


def _fields(record: Any) -> dict[str, str]:
    """What stands in a record of type `application/warc-fields`."""
    lines = record.content_stream().read(_FIELDS).decode("utf-8", "replace").splitlines()
    return {name: value for name, _, value in (line.partition(": ") for line in lines)}
