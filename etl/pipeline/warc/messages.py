"""Parses the HTTP response in a WARC record: its head and its decoded body.

Some crawlers record the bytes of the connection; others record a decoded body, but with the headers of the coded one.
So if a header names a coding that the bytes plainly do not have, the crawler has already undone it.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from etl.fetch.content_coding import CODINGS, BodyError, unpack
from etl.fetch.refusals import is_markup
from etl.file_signatures import GZIP, ZSTD, is_document_file
from etl.outcomes import Outcome
from etl.pipeline.warc.records import Headers, LineSource, parse_head, stated_length
from etl.reason_codes import Code
from etl.reasons import encode_reason

_STATUS_LINE = re.compile(r"HTTP/\d(?:\.\d)?\s++([1-5]\d\d)(?!\d)", re.ASCII | re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"[ \t]*+([0-9A-Fa-f]{1,15})[ \t]*+(?:;[^\n]*+)?\r?\n")
_CODING_WAS_UNDONE = ("x-orig-content-encoding", "x-archive-orig-content-encoding")
"""Headers in which Browsertrix and others keep the name of a coding that they have undone."""
_MAGIC = {"gzip": GZIP, "x-gzip": GZIP, "zstd": ZSTD}
_MAX_INTERIM, _SWITCHED = 10, "101"
"""Maximum number of interim responses (1xx) before the final one; and the status after which another protocol follows
instead of a response."""
_WITHOUT_BODY = (204, 304)
_CHUNKS_CUT = Outcome.NETWORK_ERROR, encode_reason(Code.BODY_CUT_OFF, encoding="chunked")


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers of a response."""

    status: int
    headers: Headers

    def header(self, name: str) -> str:
        """All values of a header, by its name in lower case, joined by commas as RFC 9110 reads them."""
        return ", ".join(value for key, value in self.headers if key.lower() == name)


@dataclass(frozen=True, slots=True)
class Body:
    """A decoded body; `failure` and `reason` say why it is incomplete, if it is.

    `forms`: the bytes from which writers compute a payload digest: as recorded, without chunks, decoded.
    """

    data: bytes
    failure: Outcome | None
    reason: str
    forms: tuple[bytes, ...]


def read_head(block: LineSource) -> Head:
    """Reads the head of a response at the beginning of a block; skips interim responses (100 Continue).

    Raises `ValueError` if there is no head.
    """
    for _ in range(_MAX_INTERIM + 1):
        line, headers = parse_head(block)
        if not (match := _STATUS_LINE.match(line)):
            raise ValueError(f"no status line, but {line[:60]!r}")
        if match[1][0] != "1" or match[1] == _SWITCHED:
            return Head(int(match[1]), headers)
    raise ValueError(f"more than {_MAX_INTERIM} interim responses")


def read_body(head: Head, recorded: bytes, limit: int) -> Body:
    """Decodes the recorded body of a response, to at most `limit` bytes."""
    failure: BodyError | None = None
    transfer = _codings(head.header("transfer-encoding"))
    unchunked = recorded
    if transfer[-1:] == ["chunked"] and (joined := _without_chunks(recorded)):
        unchunked, whole = joined
        failure = None if whole else BodyError(*_CHUNKS_CUT)
    words = (*_codings(head.header("content-encoding")), *transfer)
    codings = [word for word in words if word in CODINGS]
    try:
        data = _unpacked(unchunked, codings, limit)
    except BodyError as error:
        data, failure = error.partial, failure or error
    # Content-Length is that of the coded bytes, so it says nothing about a body that was recorded decoded.
    if not transfer and (data is not unchunked or not codings) and (missing := _missing(head, recorded)):
        failure = BodyError(Outcome.NETWORK_ERROR, missing)
    forms = (recorded, unchunked, data)
    if failure is None:
        return Body(data, None, "", forms)
    return Body(data, failure.outcome, failure.reason, forms)


def _codings(header: str) -> list[str]:
    return [word.strip().lower() for word in header.split(",") if word.strip()]


def _missing(head: Head, recorded: bytes) -> str:
    """The stored reason why a body is shorter than its Content-Length; empty if it is not, or if the header is not
    about these bytes."""
    stated = stated_length(head.header("content-length").partition(",")[0].strip())
    if stated is None or head.status in _WITHOUT_BODY:
        return ""
    if any(head.header(name) for name in _CODING_WAS_UNDONE) and not head.header("x-archive-orig-content-length"):
        return ""
    if len(recorded) >= stated:
        return ""
    return encode_reason(Code.BODY_SHORT, received=len(recorded), stated=stated)


def _may_have(coding: str, data: bytes) -> bool:
    """Whether the bytes may have that coding, judged by its signature. True if there are too few bytes to tell."""
    magic = _MAGIC.get(coding, b"")
    return data.startswith(magic) or magic.startswith(data)


def _unpacked(data: bytes, codings: list[str], limit: int) -> bytes:
    """The decoded body; `data` itself if it plainly does not have these codings. Raises `BodyError`."""
    if not codings or (not _may_have(codings[-1], data) and _is_plain(data)):
        return data
    try:
        return unpack(data, ", ".join(codings), limit)
    except BodyError as error:
        # Brotli and deflate have no signature.
        if error.partial or error.outcome is Outcome.TOO_LARGE or codings[-1] in _MAGIC or not _is_plain(data):
            raise
        return data


def _is_plain(data: bytes) -> bool:
    """Whether the bytes are those of a page, text or file, and not compressed."""
    if is_markup(data) or is_document_file(data):
        return True
    start = data[:1000]
    return not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", start)


def _without_chunks(recorded: bytes) -> tuple[bytes, bool] | None:
    """The body without chunked framing (RFC 9112, 7.1), and whether it is complete; None if it is not chunked."""
    if not _CHUNK_SIZE.match(recorded):
        return None
    parts = list(_chunks(recorded))
    return b"".join(part for part in parts if part), parts[-1:] == [b""]


def _chunks(recorded: bytes) -> Iterator[bytes]:
    """The chunks, of which the last may be cut. A complete body ends with an empty chunk."""
    place, stream = 0, io.BytesIO(recorded)
    while match := _CHUNK_SIZE.match(recorded, place):
        size = int(match[1], 16)
        if not size:
            yield b""
            return
        stream.seek(match.end())
        chunk = stream.read(size)
        place = match.end() + size
        if chunk:
            yield chunk
        if recorded[place : place + 2] == b"\r\n":
            place += 2
        elif recorded[place : place + 1] == b"\n":
            place += 1
        else:
            return
