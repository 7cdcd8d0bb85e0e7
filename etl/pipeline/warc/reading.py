"""Reads the responses of WARC files (ISO 28500), one in memory at a time.

A revisit record gets the bytes of the response that it refers to. Our own exports describe each response in a metadata
record after it (`etl/export/warc.py`).
"""

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

from etl.archive.crawls.run import ClassifiedAttempt
from etl.archive.storage.bucket import sha256
from etl.errors import GongkaiError
from etl.fetch.classify import classify, classify_file
from etl.fetch.client import Attempt
from etl.outcomes import FAILED, Outcome
from etl.web.urls import canonical_url

MAX_RECORD_BYTES = 200_000_000
"""Bytes of the largest record that is imported; a larger one gives a clear error instead of a process out of memory."""
_RESPONSE_TYPES = ("response", "revisit")
_PAGE = re.compile(r"html|xml|json|text/plain|^$", re.IGNORECASE)
_CUT_HINT = "nothing was imported; check the file, or fetch it again"
_MAX_METADATA_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class WarcSummary:
    """A WARC file that was read to its end: its SHA-256, and how many response and revisit records it has."""

    sha256: str
    responses: int
    revisits: int = 0


@dataclass(frozen=True, slots=True)
class WarcResponse:
    """A response as an attempt made at the time of its record; `kind` is `document`, `file`, or `part` (of an article).

    `part_of` is the URL of the article's first page, and `part` the position in it, from 2. `listing` has the fields
    that a catalog listed; `stated` the outcome and reason in the archive that exported the file.
    """

    attempt: Attempt
    kind: str
    part_of: str = ""
    part: int = 0
    listing: Mapping[str, str] = field(default_factory=dict)
    stated: tuple[Outcome | None, str] = (None, "")

    def classified(self) -> ClassifiedAttempt:
        """The attempt with its outcome. An article that failed for a missing page fails here too."""
        outcome, reason = (classify_file if self.kind == "file" else classify)(self.attempt)
        if outcome is None and self.stated[0] in FAILED:
            outcome, reason = self.stated
        return ClassifiedAttempt(self.attempt, outcome, reason)


def scan_warc(path: Path) -> WarcSummary:
    """Reads the file to its end, before anything of it is imported. Raises `GongkaiError` if it is cut or broken."""
    counts = dict.fromkeys(_RESPONSE_TYPES, 0)
    try:
        digest = _digest(path)
        for record in _records(path):
            if record.rec_type in counts:
                counts[record.rec_type] += 1
            size, declared = len(record.raw_stream.read(MAX_RECORD_BYTES + 1)), record.payload_length or 0
            if size < declared:
                name = record.rec_headers.get_header("WARC-Target-URI") or f"number {sum(counts.values())}"
                raise GongkaiError(f"{path}: record {name} has {size} of {declared} bytes", hint=_CUT_HINT)
    except (OSError, EOFError, zlib.error, ArchiveLoadFailed) as error:
        reason = " ".join(str(error).split())[:200]
        raise GongkaiError(f"{path} cannot be read as WARC: {reason}", hint=_CUT_HINT) from error
    if not counts["response"]:
        raise GongkaiError(f"{path} holds no response record", hint="is it a WARC file?")
    return WarcSummary(digest, counts["response"], counts["revisit"])


def _digest(path: Path) -> str:
    """SHA-256 of the file. Raises `EOFError` for gzip data that is cut off, which warcio takes for the file's end."""
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
    """The file's responses, in their order.

    None stands for a record that cannot be imported: one without an http(s) address, or a revisit of a response that
    does not come before it. `body_of` returns the body of an earlier response by its SHA-256.
    """
    digests: dict[str, str] = {}  # SHA-256 of the bodies, by the digest that the file gives them
    waiting: tuple[str, Attempt] | None = None  # a response, by its record id, whose metadata may be the next record
    for record in _records(path):
        if record.rec_type in _RESPONSE_TYPES:
            if waiting:
                yield _undescribed(waiting[1])
            attempt = _attempt(record, digests, body_of)
            waiting = (record.rec_headers.get_header("WARC-Record-ID"), attempt) if attempt else None
            if attempt is None:
                yield None
        elif waiting and record.rec_type == "metadata" and _describes(record, waiting[0]):
            yield _described(waiting[1], _fields(record))
            waiting = None
    if waiting:
        yield _undescribed(waiting[1])


def _describes(record: Any, response_id: str) -> bool:
    return bool(record.rec_headers.get_header("WARC-Concurrent-To") == response_id)


def _attempt(record: Any, digests: dict[str, str], body_of: Callable[[str], bytes]) -> Attempt | None:
    try:
        url = canonical_url(record.rec_headers.get_header("WARC-Target-URI") or "")
    except ValueError:
        return None
    if not record.http_headers:
        return None
    payload = record.rec_headers.get_header("WARC-Payload-Digest") or ""
    if record.rec_type == "revisit":
        if payload not in digests:
            return None
        body = body_of(digests[payload])
    else:
        body = record.content_stream().read(MAX_RECORD_BYTES + 1)
        if len(body) > MAX_RECORD_BYTES:
            raise GongkaiError(
                f"{url}: the record has more than {MAX_RECORD_BYTES} bytes", hint="take it out of the WARC file"
            )
        if payload and body:
            digests.setdefault(payload, sha256(body))
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


def _undescribed(attempt: Attempt) -> WarcResponse:
    """A response without metadata: a file if neither its media type nor its first bytes are those of a page."""
    page = _PAGE.search(attempt.header("content-type")) or classify_file(attempt)[0] is Outcome.NOT_A_FILE
    return WarcResponse(attempt, "document" if page else "file")


def _described(attempt: Attempt, metadata: Mapping[str, str]) -> WarcResponse:
    """A response as its metadata describe it, if they are ours and valid."""
    kind = metadata.get("gongkai-kind", "")
    if kind not in ("document", "part", "file"):
        return _undescribed(attempt)
    try:
        requested_url = canonical_url(metadata.get("via") or attempt.url)
        listing = json.loads(metadata.get("gongkai-listing") or "{}")
        part = int(metadata.get("gongkai-part") or 0)
        stated = Outcome(metadata["gongkai-outcome"]), metadata.get("gongkai-reason", "")
    except (ValueError, KeyError):
        return _undescribed(attempt)
    part_of = metadata.get("gongkai-part-of", "")
    if kind == "part" and not (part_of and part):
        kind = "file"  # a further page that its article no longer has: it is kept, but is no document of its own
    fields = {str(name): str(value) for name, value in listing.items()} if isinstance(listing, dict) else {}
    return WarcResponse(replace(attempt, url=requested_url), kind, part_of, part, fields, stated)


def _fields(record: Any) -> dict[str, str]:
    """Name and value of each line in a record of type `application/warc-fields`."""
    lines = record.content_stream().read(_MAX_METADATA_BYTES).decode("utf-8", "replace").splitlines()
    return {name: value for name, _, value in (line.partition(": ") for line in lines)}
