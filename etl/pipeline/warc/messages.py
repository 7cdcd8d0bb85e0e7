"""An HTTP response as a WARC record holds it: its head, and its body with the codings undone.

Crawlers record the bytes of the connection, or a body that they have decoded already under the headers of the coded
one. A coding that the body plainly does not have was undone before.
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
"""Headers with which Browsertrix and others keep the name of a coding that they have undone."""
_MAGIC = {"gzip": GZIP, "x-gzip": GZIP, "zstd": ZSTD}
_MAX_INTERIM, _SWITCHED = 10, "101"
"""Interim responses before the final one; after 101 another protocol follows, and no response."""
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
    """A body with its codings undone; `failure` and `reason` say why it is not whole.

    `forms` are the bytes that digests of a payload are made of: as recorded, without chunks, decoded.
    """

    data: bytes
    failure: Outcome | None
    reason: str
    forms: tuple[bytes, ...]


def read_head(block: LineSource) -> Head:
    """The head of a response, from the beginning of a block; behind interim ones (100 Continue) the final one.

    Raises `ValueError` where there is none.
    """
    for _ in range(_MAX_INTERIM + 1):
        line, headers = parse_head(block)
        if not (match := _STATUS_LINE.match(line)):
            raise ValueError(f"no status line, but {line[:60]!r}")
        if match[1][0] != "1" or match[1] == _SWITCHED:
            return Head(int(match[1]), headers)
    raise ValueError(f"more than {_MAX_INTERIM} interim responses")


def read_body(head: Head, recorded: bytes, limit: int) -> Body:
    """The body of a response as its record has it. No more than `limit` bytes of it are unpacked."""
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
    # The length is that of the coded bytes, and says nothing where the coding was undone before.
    if not transfer and (data is not unchunked or not codings) and (missing := _missing(head, recorded)):
        failure = BodyError(Outcome.NETWORK_ERROR, missing)
    forms = (recorded, unchunked, data)
    if failure is None:
        return Body(data, None, "", forms)
    return Body(data, failure.outcome, failure.reason, forms)


def _codings(header: str) -> list[str]:
    return [word.strip().lower() for word in header.split(",") if word.strip()]


def _missing(head: Head, recorded: bytes) -> str:
    """Why a body is shorter than its Content-Length, if it is and the header is about these bytes."""
    stated = stated_length(head.header("content-length").partition(",")[0].strip())
    if stated is None or head.status in _WITHOUT_BODY:
        return ""
    if any(head.header(name) for name in _CODING_WAS_UNDONE) and not head.header("x-archive-orig-content-length"):
        return ""
    if len(recorded) >= stated:
        return ""
    return encode_reason(Code.BODY_SHORT, received=len(recorded), stated=stated)


def _may_have(coding: str, data: bytes) -> bool:
    """Whether the bytes may be of that coding, by their first ones. Bytes that end before these may be."""
    magic = _MAGIC.get(coding, b"")
    return data.startswith(magic) or magic.startswith(data)


def _unpacked(data: bytes, codings: list[str], limit: int) -> bytes:
    """The body without its codings; `data` itself where it plainly is not of them. Raises `BodyError`."""
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
    """Whether this is a page, a text or a file as it is read, and not packed."""
    if is_markup(data) or is_document_file(data):
        return True
    start = data[:1000]
    return not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", start)


def _without_chunks(recorded: bytes) -> tuple[bytes, bool] | None:
    """The body without the framing of RFC 9112, 7.1, and whether its end is there; None where it is not framed."""
    if not _CHUNK_SIZE.match(recorded):
        return None
    parts = list(_chunks(recorded))
    return b"".join(part for part in parts if part), parts[-1:] == [b""]


def _chunks(recorded: bytes) -> Iterator[bytes]:
    """The chunks that are whole or begun; an empty one last, if the body ends as it must."""
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
