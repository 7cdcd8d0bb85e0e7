"""Reads the captures of WARC files (ISO 28500) and WACZ packages; one capture is in memory at a time.

A capture is a response, a revisit (which gets the bytes of the response that it refers to) or a resource (which has no
HTTP headers). Our own exports describe each response in a metadata record after it (`etl/export/warc.py`).
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from etl.archive.crawls.run import ClassifiedAttempt
from etl.archive.storage.blobs import unreadable
from etl.archive.storage.bucket import DamagedBlob, sha256
from etl.errors import GongkaiError
from etl.fetch.classify import classify_file, classify_read_page
from etl.fetch.client import Attempt
from etl.file_signatures import ZSTD
from etl.outcomes import FAILED, Outcome
from etl.outside import Outside, clean_text
from etl.pipeline.reading.page_reading import PageReading
from etl.pipeline.warc.captures import Content, WarcCapture, read_capture
from etl.pipeline.warc.dates import read_warc_date
from etl.pipeline.warc.digests import Digest
from etl.pipeline.warc.messages import Head
from etl.pipeline.warc.packages import warc_files
from etl.pipeline.warc.records import DamagedPlace, Headers, Record, read_records
from etl.pipeline.warc.relations import Reference, Relations, is_not_modified, place_of_original, references
from etl.reason_codes import Code
from etl.reasons import Reason, encode_reason
from etl.web.data import read_json
from etl.web.urls import MAX_ADDRESS_CHARS, AddressTooLong, canonical_url

CAPTURE_KINDS = ("response", "revisit", "resource")
_OTHER_KINDS = ("warcinfo", "request", "metadata", "conversion")
"""Types of records that describe captures or were derived from them."""
_PAGE = re.compile(r"html|xml|json|text/plain|^$", re.IGNORECASE)
_NO_PAGE = re.compile(r"(?:image|font|audio|video)/", re.IGNORECASE)
_NOTE = re.compile(r"(?:urn|dns|whois|ntp|metadata|screenshot|info|about|data|blob|chrome)[:]", re.IGNORECASE)
"""Addresses of records in which crawlers keep notes, such as `dns:` (Heritrix) and `urn:pageinfo:` (Browsertrix)."""
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
"""The beginning of a skippable frame of zstd (RFC 8878, 3.1.2)."""
_CUT_HINT = "nothing was imported; check the file, or fetch it again"
_MAX_METADATA_BYTES = 10_000_000
_MAX_PART = 10_000


@dataclass(frozen=True, slots=True)
class WarcSummary:
    """The result of scanning a file: its SHA-256, the number of captures of each kind, and the relations of records."""

    sha256: str
    responses: int
    revisits: int = 0
    resources: int = 0
    relations: Relations = field(default_factory=Relations)

    @property
    def captures(self) -> int:
        """Captures of all kinds."""
        return self.responses + self.revisits + self.resources


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark on a place in the file. `code`: the problem or warning of the run that counts it. `place`: where it is,
    and what is wrong there."""

    code: Code
    place: Reason


@dataclass(frozen=True, slots=True)
class WarcResponse(Outside):
    """A response as an attempt, made at the time of its record. `kind`: `document`, `part` (of an article), `file`, or
    `resource` (a style sheet or picture).

    `part_of`: URL of the article's first page; `part`: position in the article, from 2. `listing`: fields that the
    catalog listed. `stated`: outcome and reason in the archive that exported the file.
    """

    TEXTS = frozenset({"stated"})
    attempt: Attempt
    kind: str
    part_of: str = ""
    part: int = 0
    listing: Mapping[str, str] = field(default_factory=dict)
    stated: tuple[Outcome | None, str] = (None, "")

    def classified(self, reading: PageReading | None) -> ClassifiedAttempt:
        """The attempt with its outcome; `reading`: that of its body, if it is a page. An article that failed in the
        exporting archive because a page was missing fails here too."""
        if self.kind in ("file", "resource"):
            outcome, reason = classify_file(self.attempt)
        else:
            read = reading or PageReading()
            outcome, reason = classify_read_page(self.attempt, read.refusal, readable=read.readable)
        if outcome is None and self.stated[0] in FAILED:
            outcome, reason = self.stated
        return ClassifiedAttempt(self.attempt, outcome, reason)


def scan_warc(path: Path) -> WarcSummary:
    """Reads the whole file before anything is imported.

    Raises `GongkaiError` if it cannot be read, or contains nothing that can be imported.
    """
    counts: dict[str, int] = {}
    relations = Relations()
    first = ""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if _is_zstd(path):
            raise GongkaiError(f"{path} holds no WARC record that can be read", hint=_hint(path))
        for warc in warc_files(path):
            with warc.open() as (stream, _):
                for item in read_records(stream):
                    if isinstance(item, Record):
                        counts[item.kind] = counts.get(item.kind, 0) + 1
                        relations.add(item)
                        item.finish()
                    first = first or (item.reason if isinstance(item, DamagedPlace) else item.damage)
    except OSError as error:
        raise GongkaiError(f"{path} cannot be read: {error.strerror or error}", hint=_CUT_HINT) from error
    if not counts:
        reason = Reason.from_stored(first or "it is empty").english
        raise GongkaiError(f"{path} holds no WARC record: {reason}", hint=_hint(path))
    if not any(counts.get(kind) for kind in CAPTURE_KINDS):
        kinds = ", ".join(f"{number} {kind[:20] or 'untyped'}" for kind, number in sorted(counts.items())[:5])
        raise GongkaiError(f"{path} holds no response, resource or revisit", hint=f"its records: {kinds}")
    responses, revisits, resources = (counts.get(kind, 0) for kind in CAPTURE_KINDS)
    return WarcSummary(digest, responses, revisits, resources, relations)


def _is_zstd(path: Path) -> bool:
    """Whether the file consists of zstd frames. The first frame may be the dictionary of the others, which contains
    pieces of records that must not be taken for records."""
    with path.open("rb") as file:
        start = file.read(4)
    return start == ZSTD or _SKIPPABLE.fullmatch(start) is not None


def _hint(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(16)
    if start.startswith(ZSTD):
        return "it is packed with zstd: unpack it with `zstd -d`"
    if _is_zstd(path):
        return "it is packed with zstd and a dictionary that it begins with: unpack it with a program for .warc.zst"
    if start.startswith(b"filedesc:"):
        return "it is an ARC file: convert it with `warcio recompress`"
    return "is it a WARC file?"


FindStored = Callable[[str, datetime], tuple[str, int | None, Headers] | None]
"""Finds the complete capture of an address at a time that another file held: SHA-256 of its body, status, headers."""


def read_responses(
    path: Path,
    body_of: Callable[[str], bytes],
    relations: Relations | None = None,
    find_stored: FindStored = lambda *_: None,
) -> Iterator[WarcResponse | Remark]:
    """The captures of a scanned file in their order, and remarks on records that are left out or damaged.

    `body_of` returns the body of an earlier response by its SHA-256. Raises `OSError` and whatever `body_of` and
    `find_stored` raise.
    """
    originals: dict[Reference, _Original] = {}
    for warc in warc_files(path):
        with warc.open() as (stream, damage):
            reader = _Reader(warc.name, body_of, originals, relations or Relations(), find_stored)
            if damage:
                yield reader.damaged(0, encode_reason(Code.WARC_BAD_PACKAGE, error=damage))
            for item in read_records(stream):
                yield from reader.take(item)
            yield from reader.flush()


@dataclass(frozen=True, slots=True)
class _Original:
    """A response to which a revisit may refer: the SHA-256 of its body, and its `content` without the body, which says
    why the body is incomplete, if it is."""

    sha256: str
    status: int | None
    media_type: str
    content: Content


class _Reader:
    """Makes captures from a file's records. A response is held until the next record, which may describe it."""

    def __init__(
        self,
        name: str,
        body_of: Callable[[str], bytes],
        originals: dict[Reference, _Original],
        relations: Relations,
        find_stored: FindStored,
    ) -> None:
        self._name, self._body_of, self._originals, self._relations = name, body_of, originals, relations
        self._find_stored = find_stored
        self._waiting: tuple[str, Attempt] | None = None
        self._segments: WarcCapture | None = None

    def take(self, item: Record | DamagedPlace) -> Iterator[WarcResponse | Remark]:
        """Takes a record; returns the responses and remarks that are complete now."""
        if isinstance(item, DamagedPlace):
            yield self.damaged(item.offset, item.reason)
            return
        if item.kind == "continuation":
            yield from self._continue(item)
        elif item.kind in CAPTURE_KINDS:
            yield from self.flush()
            capture = read_capture(item)
            if capture.is_open:
                self._segments = capture
            else:
                yield from self._complete(capture)
        elif item.kind not in _OTHER_KINDS:
            reason = encode_reason(Code.WARC_UNKNOWN_TYPE, words=item.kind[:40])
            yield self._remark(Code.WARC_RECORDS_SKIPPED, item.offset, item.header("warc-target-uri"), reason)
        elif item.kind == "metadata" and self._waiting and item.header("warc-concurrent-to") == self._waiting[0]:
            yield _with_metadata(self._waiting[1], _fields(item))
            self._waiting = None
        item.finish()
        if item.damage:
            yield self.damaged(item.offset, item.damage, item.header("warc-target-uri"))

    def flush(self) -> Iterator[WarcResponse | Remark]:
        """Returns the response that is held, if any: no further record belongs to it."""
        segments, self._segments = self._segments, None
        if segments is not None:
            yield from self._complete(segments)
        waiting, self._waiting = self._waiting, None
        if waiting:
            yield _without_metadata(waiting[1])

    def _continue(self, item: Record) -> Iterator[Remark]:
        joined = self._segments.joined(item) if self._segments else None
        if joined is None:
            reason = encode_reason(Code.WARC_SEGMENTS_MISSING)
            yield self._remark(Code.WARC_RECORDS_SKIPPED, item.offset, item.header("warc-target-uri"), reason)
        elif joined.is_open:
            self._segments = joined
        else:
            yield from self._complete(joined)

    def damaged(self, offset: int, reason: str, url: str = "") -> Remark:
        """The remark on a damaged place."""
        return self._remark(Code.WARC_FILE_DAMAGED, offset, url, reason)

    def _complete(self, capture: WarcCapture) -> Iterator[Remark]:
        """Holds the capture until its description comes, or remarks why the capture is left out."""
        self._segments = None
        attempt = self._attempt(capture)
        if attempt is None:
            return  # a crawler's note
        if isinstance(attempt, str):
            yield self._remark(Code.WARC_RECORDS_SKIPPED, capture.record.offset, capture.address, attempt)
            return
        if capture.unknown_digest:
            reason = encode_reason(Code.WARC_UNKNOWN_DIGEST, words=capture.unknown_digest[:80])
            yield self._remark(Code.WARC_DIGESTS_UNCHECKED, capture.record.offset, capture.address, reason)
        if attempt.failure is not None:
            yield self._remark(Code.WARC_RECORDS_NOT_WHOLE, capture.record.offset, capture.address, attempt.reason)
        self._waiting = capture.record.header("warc-record-id"), attempt

    def _remark(self, code: Code, offset: int, url: str, reason: str) -> Remark:
        where = {"file": self._name, "offset": offset, "reason": reason}
        if url:
            return Remark(code, Reason.of(Code.WARC_RECORD, **where, url=url[:200]))
        return Remark(code, Reason.of(Code.WARC_PLACE, **where))

    def _attempt(self, capture: WarcCapture) -> Attempt | str | None:
        """The capture as an attempt, or the stored reason why it is left out, or None for a crawler's note."""
        if _NOTE.match(capture.address):
            return None
        if method := self._relations.method_of(capture.record):
            return encode_reason(Code.WARC_OTHER_METHOD, words=method)
        try:
            url = canonical_url(capture.address)
        except AddressTooLong:
            return encode_reason(Code.WARC_LONG_ADDRESS, limit=MAX_ADDRESS_CHARS)
        except ValueError:
            return encode_reason(Code.WARC_NO_ADDRESS, words=capture.address[:80])
        date = capture.record.header("warc-date")
        if (fetched_at := read_warc_date(date)) is None:
            return encode_reason(Code.WARC_NO_DATE, words=date[:80])
        if capture.record.kind == "revisit":
            return self._revisit(capture, url, fetched_at)
        content = capture.content()
        attempt = _attempt(url, fetched_at, capture.head, content)
        if content.body and (names := list(self._relations.names_of(capture.record))):
            without_body = replace(content, body=None)
            original = _Original(sha256(content.body), attempt.status, attempt.header("content-type"), without_body)
            for name in names:
                self._originals.setdefault(name, original)
        return attempt

    def _revisit(self, capture: WarcCapture, url: str, fetched_at: datetime) -> Attempt | str:
        """The attempt of a revisit, or the stored reason why it has no bytes."""
        record, head = capture.record, capture.head
        if (original := self._original(record)) is None:
            if not is_not_modified(record):
                return encode_reason(Code.WARC_NO_ORIGINAL)
            return _attempt(url, fetched_at, Head(304, head.headers if head else []), Content(None))
        if head is None and not capture.record.length and original.status is not None:
            head = Head(original.status, [("Content-Type", original.media_type)])
        elif capture.problem:
            return _attempt(url, fetched_at, head, Content(None, Outcome.NETWORK_ERROR, capture.problem))
        try:
            body = self._body_of(original.sha256)
        except DamagedBlob as error:
            return unreadable(url, error).reason
        return _attempt(url, fetched_at, head, replace(original.content, body=body))

    def _original(self, revisit: Record) -> _Original | None:
        """The original of a revisit, in this file or in one that was imported earlier."""
        for name in references(revisit):
            if original := self._originals.get(name):
                return original
        for address, moment in place_of_original(revisit):
            try:
                stored = self._find_stored(canonical_url(address), moment)
            except ValueError:
                return None
            return self._stored(*stored, Digest(revisit.header("warc-payload-digest"))) if stored else None
        return None

    def _stored(self, sha256: str, status: int | None, headers: Headers, digest: Digest) -> _Original | None:
        """The original that is stored already, if it may have that payload digest."""
        head = Head(status or 0, headers)
        # The digest may be that of the coded body, which is not stored.
        is_coded = head.header("content-encoding") or head.header("transfer-encoding")
        if not is_coded and not digest.may_be_of(self._body_of(sha256)):
            return None
        return _Original(sha256, status, head.header("content-type"), Content(None))


def _attempt(url: str, fetched_at: datetime, head: Head | None, content: Content) -> Attempt:
    return Attempt(
        url=url,
        final_url=url,
        fetched_at=fetched_at,
        elapsed_ms=0,
        request_headers=(),
        status=head.status if head else None,
        headers=tuple(head.headers) if head else (),
        body=content.body,
        failure=content.failure,
        reason=content.reason,
    )


def _without_metadata(attempt: Attempt) -> WarcResponse:
    """A response without a metadata record. It is a file if neither its media type nor its first bytes are a page's."""
    media_type = attempt.header("content-type")
    is_page = _PAGE.search(media_type) and not _NO_PAGE.match(media_type)
    page = is_page or classify_file(attempt)[0] is Outcome.NOT_A_FILE
    return WarcResponse(attempt, "document" if page else "file")


def _with_metadata(attempt: Attempt, metadata: Mapping[str, str]) -> WarcResponse:
    """A response as its metadata record describes it, if that is of our export and valid."""
    kind = metadata.get("gongkai-kind", "")
    if kind not in ("document", "part", "file", "resource"):
        return _without_metadata(attempt)
    try:
        requested_url = canonical_url(metadata.get("via") or attempt.url)
        listing = read_json(metadata.get("gongkai-listing") or "{}")
        part = int(metadata.get("gongkai-part") or 0)
        stated = Outcome(metadata["gongkai-outcome"]), metadata.get("gongkai-reason", "")
        part_of = canonical_url(metadata["gongkai-part-of"]) if metadata.get("gongkai-part-of") else ""
    except (ValueError, KeyError, RecursionError):
        return _without_metadata(attempt)
    if kind == "part" and not (part_of and 1 < part <= _MAX_PART):
        kind = "file"  # a page that its article no longer has: it is stored, but must not become a document
    fields = {name: str(value) for name, value in listing.items()} if isinstance(listing, dict) else {}
    return WarcResponse(replace(attempt, url=requested_url), kind, part_of, part, fields, stated)


def _fields(record: Record) -> dict[str, str]:
    """Name and value of each line in a record of type `application/warc-fields`."""
    lines = clean_text(record.read(_MAX_METADATA_BYTES).decode("utf-8", "replace")).splitlines()
    return {name: value for name, _, value in (line.partition(": ") for line in lines)}
