"""Content codings (RFC 9110, 8.4.1): the only place where bodies from sites are unpacked, up to a limit of bytes.

As in browsers, unknown codings are ignored, codings may be stacked, several gzip members (RFC 1952, 2.2) or zstd frames
(RFC 8878, 3) form one body, bytes after the last member are ignored, and `deflate` may come without its wrapper. Text
and files that are declared as gzip or deflate but not packed (some programs bypass the server's compression) are taken
as they are.
"""

import re
import sys
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Protocol

import brotli

from etl.file_signatures import is_document_file
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_CODINGS = 5
"""Maximum number of codings stacked on one body, the same as in Chromium (`FilterSourceStream`, kMaxStreams)."""
_PIECE_BYTES = 256 * 1024
"""Size of the pieces that a coding passes to the next one, so that a stack of codings needs little memory."""
_ZSTD_WINDOW_LOG = 23
"""8 MB, the largest window of an answer (RFC 9659, 3)."""
_MEMBER = b"\x1f\x8b\x08"
_DEFLATE = frozenset(("gzip", "x-gzip", "deflate"))
_BROKEN = (zlib.error, brotli.error, zstd.ZstdError)


class BodyError(Exception):
    """A body cannot be unpacked completely: it is too large, cut off, or broken.

    `outcome`, `reason`: those of its attempt; the reason in stored form (`etl.reasons`). `partial`: the bytes that were
    unpacked, up to the limit.
    """

    def __init__(self, outcome: Outcome, reason: str, partial: bytes = b"") -> None:
        super().__init__(reason)
        self.outcome, self.reason, self.partial = outcome, reason, partial


class _Coding(Protocol):
    """Unpacks one coding."""

    @property
    def whole(self) -> bool:
        """Whether the packed bytes so far form a complete body."""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Unpacks further bytes, in pieces of about `_PIECE_BYTES`. Raises one of `_BROKEN`."""


class _Inflate:
    """Unpacks gzip and deflate, whichever the bytes are. With `raw`, deflate may lack its wrapper."""

    def __init__(self, *, raw: bool) -> None:
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._maybe_raw, self._seen = raw, bytearray()
        self._held, self._over = b"", False

    @property
    def whole(self) -> bool:
        return self._inflater.eof and not self._held

    def pieces(self, data: bytes) -> Iterator[bytes]:
        data, self._held = self._held + data, b""
        pending = False
        while (data or pending) and not self._over:
            if self._inflater.eof:
                if not data.startswith(_MEMBER):
                    self._over = not _MEMBER.startswith(data)
                    self._held = b"" if self._over else data
                    return
                self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
            piece = self._inflate(data)
            pending = len(piece) == _PIECE_BYTES and not self._inflater.eof
            data = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail
            if piece:
                yield piece

    def _inflate(self, data: bytes) -> bytes:
        if not self._maybe_raw:
            return self._inflater.decompress(data, _PIECE_BYTES)
        # RFC 9110, 8.4.1.2: some send raw deflate. Its first bytes may look like a wrapper, or come one by one.
        self._seen += data
        try:
            piece = self._inflater.decompress(data, _PIECE_BYTES)
        except zlib.error:
            self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            piece = self._inflater.decompress(bytes(self._seen), _PIECE_BYTES)
            self._maybe_raw = False
        if piece:
            self._maybe_raw = False
            self._seen.clear()
        return piece


class _Brotli:
    def __init__(self) -> None:
        self._decoder = brotli.Decompressor()

    @property
    def whole(self) -> bool:
        return bool(self._decoder.is_finished())

    def pieces(self, data: bytes) -> Iterator[bytes]:
        if self.whole:
            return
        piece = self._decoder.process(data, output_buffer_limit=_PIECE_BYTES)
        while piece:
            yield piece
            if self._decoder.can_accept_more_data():
                return
            piece = self._decoder.process(b"", output_buffer_limit=_PIECE_BYTES)


class _Zstd:
    def __init__(self) -> None:
        self._decoder = self._new_frame()

    @staticmethod
    def _new_frame() -> zstd.ZstdDecompressor:
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})

    @property
    def whole(self) -> bool:
        return self._decoder.eof

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data or not (self._decoder.needs_input or self._decoder.eof):
            if self._decoder.eof:
                self._decoder = self._new_frame()
            piece = self._decoder.decompress(data, _PIECE_BYTES)
            data = self._decoder.unused_data if self._decoder.eof else b""
            if piece:
                yield piece


CODINGS: dict[str, Callable[[], _Coding]] = {
    "gzip": lambda: _Inflate(raw=False),
    "x-gzip": lambda: _Inflate(raw=False),
    "deflate": lambda: _Inflate(raw=True),
    "br": _Brotli,
    "zstd": _Zstd,
}
"""The class for each coding, by its name in lower case."""
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b") + b"\x7f"
_PLAIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:[<{\[#]|user-agent)", re.IGNORECASE)
_MIN_TEXT_BYTES = 64
"""Number of bytes that are needed to distinguish text from packed bytes."""
_SEPARATOR = re.compile(r"[\s,]+")


class BodyReader:
    """Collects and unpacks a body. No coding reads or writes more than `limit` bytes.

    `content_encoding`: the header's value; several headers are joined by commas. Raises `BodyError`.
    """

    def __init__(self, content_encoding: str, limit: int) -> None:
        self._limit = limit
        self._names = [name for name in _SEPARATOR.split(content_encoding.lower()) if name in CODINGS]
        if len(self._names) > MAX_CODINGS:
            reason = encode_reason(Code.UNREQUESTED_ENCODING, encoding=content_encoding[:100])
            raise BodyError(Outcome.HTTP_ERROR, reason)
        # The header names codings in the order in which they were applied.
        self._codings = [CODINGS[name]() for name in reversed(self._names)]
        self._sizes = [0] * (len(self._codings) + 1)
        self._packed = bytearray()
        self._broken: Exception | None = None
        self._body = BytesIO()  # `getvalue` makes no copy, unlike joining parts

    @property
    def size(self) -> int:
        """Bytes of the unpacked body so far."""
        return self._sizes[-1]

    @property
    def bursts(self) -> bool:
        """Whether a few packed bytes may unpack to the limit at once. Deflate gives at most 1,032 bytes for one."""
        return len(self._names) > 1 or not _DEFLATE.issuperset(self._names)

    def add(self, data: bytes) -> None:
        """Takes the next bytes as they were received."""
        if self._codings and not self.size:
            self._packed += data
        try:
            if self._broken is None:
                self._pass_on(data, 0)
        except _BROKEN as error:
            self._broken = error
        if self._broken is not None and (self.size or len(self._packed) >= _MIN_TEXT_BYTES):
            self._as_it_is()

    def _as_it_is(self) -> None:
        """Takes bytes that cannot be unpacked as they are, if they are text or a file. Raises `BodyError` otherwise."""
        if self.size or not _DEFLATE.issuperset(self._names) or not _is_plain(self._packed):
            raise self._error(Outcome.NETWORK_ERROR, Code.BROKEN_BODY, error=self._broken) from self._broken
        self._codings, self._sizes, self._broken = [], [0], None
        self._pass_on(bytes(self._packed), 0)

    @property
    def proves_whole(self) -> bool:
        """Whether the codings themselves prove that the body is complete, whatever length the site announced."""
        return bool(self._codings and self._sizes[0]) and all(coding.whole for coding in self._codings)

    def complete(self) -> bytes:
        """The unpacked body, after all bytes were added."""
        if self._broken is not None:
            self._as_it_is()
        if self._codings and self._sizes[0] and not self.proves_whole:
            raise self._error(Outcome.NETWORK_ERROR, Code.BODY_CUT_OFF)
        return self._body.getvalue()

    def _pass_on(self, data: bytes, number: int) -> None:
        room = self._limit - self._sizes[number]
        self._sizes[number] += len(data)
        if number == len(self._codings):
            self._body.write(data[:room])
        if len(data) > room:
            reason = encode_reason(Code.BODY_OVER_LIMIT, limit=self._limit)
            raise BodyError(Outcome.TOO_LARGE, reason, self._body.getvalue())
        if number < len(self._codings):
            for piece in self._codings[number].pieces(data):
                self._pass_on(piece, number + 1)

    def _error(self, outcome: Outcome, code: Code, **values: object) -> BodyError:
        reason = encode_reason(code, encoding=", ".join(self._names), **values)
        return BodyError(outcome, reason, self._body.getvalue())


def _is_plain(packed: bytes | bytearray) -> bool:
    """Whether the bytes are a file, or text (a page, data, robots.txt). In packed bytes, every tenth is a control
    character."""
    head = bytes(packed[:512])
    is_text = bool(_PLAIN.match(head)) and len(head.translate(None, _CONTROLS)) == len(head)
    return is_text or is_document_file(head)


def unpack(body: bytes, content_encoding: str, limit: int) -> bytes:
    """The body without its content codings. Raises `BodyError`, also if it has more than `limit` bytes."""
    reader = BodyReader(content_encoding, limit)
    for start in range(0, len(body), _PIECE_BYTES):
        reader.add(body[start : start + _PIECE_BYTES])
    return reader.complete()
