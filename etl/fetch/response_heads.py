"""Repairs malformed response heads of HTTP/1.1, so that the strict h11 accepts what browsers accept.

A network stream below httpcore rewrites each head: it removes empty lines before the status line, the space before a
colon, and lines without a colon or with an invalid name; it replaces control characters in values by spaces, and states
the length of the body at most once, in a form that h11 knows. Bodies are not changed.
"""

import re
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

MAX_HEAD_BYTES = 100 * 1024
"""A longer head is passed on unchanged; h11 refuses it (httpcore, `MAX_INCOMPLETE_EVENT_SIZE`)."""
_STATUS = re.compile(rb"HTTP/(\d)(?:\.(\d))?[ \t]++(\d{3})(?!\d)(.*)", re.IGNORECASE | re.DOTALL)
_TOKEN = re.compile(rb"[-!#$%&'*+.^_`|~0-9a-zA-Z]++")
"""RFC 9110, 5.6.2."""
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_END = re.compile(rb"\n\r?\n")
_LENGTH = re.compile(rb"\d{1,18}")


class MendingBackend(httpcore.AsyncNetworkBackend):
    """Connects through another backend, and repairs the heads that come over its connections."""

    def __init__(self, inner: httpcore.AsyncNetworkBackend) -> None:
        self._inner = inner

    async def connect_tcp(self, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        return _MendedStream(await self._inner.connect_tcp(*args, **kwargs))

    async def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        return await self._inner.connect_unix_socket(*args, **kwargs)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _MendedStream(httpcore.AsyncNetworkStream):
    """A connection. The first bytes read after a write are a head, as requests are not pipelined."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._head: bytearray | None = bytearray()
        self._searched = 0

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if self._head is None:
            self._head, self._searched = bytearray(), 0
        await self._inner.write(buffer, timeout)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while self._head is not None:
            data = await self._inner.read(max_bytes, timeout)
            self._head += data
            if not data or len(self._head) > MAX_HEAD_BYTES or not _may_be_http(self._head):
                rest, self._head = bytes(self._head), None
                return rest
            if mended := self._take_heads():
                return mended
        return await self._inner.read(max_bytes, timeout)

    def _take_heads(self) -> bytes:
        """The complete heads that have been received, repaired, followed by the received bytes of the body."""
        assert self._head is not None
        mended = b""
        while True:
            if not self._searched:
                del self._head[: len(self._head) - len(self._head.lstrip())]
            end = _END.search(self._head, self._searched)
            if not end:
                self._searched = max(0, len(self._head) - 2)
                return mended
            status, head = mend_head(bytes(self._head[: end.start()]))
            mended += head
            del self._head[: end.end()]
            self._searched = 0
            if not 100 <= status < 200 or status == 101:  # only an interim answer is followed by another head
                mended, self._head = mended + bytes(self._head), None
                return mended

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        encrypted = stream.get_extra_info("ssl_object")
        is_http2 = encrypted is not None and encrypted.selected_alpn_protocol() == "h2"
        return stream if is_http2 else _MendedStream(stream)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _may_be_http(head: bytearray) -> bool:
    return b"HTTP/".startswith(bytes(head[:64].lstrip()[:5]).upper())


def mend_head(head: bytes) -> tuple[int, bytes]:
    """(status, head as in RFC 9112 with its empty line). Bytes without a status line are returned unchanged, with
    status 0."""
    first, *lines = head.split(b"\n")
    status = _STATUS.fullmatch(first)
    if not status:
        return 0, head + b"\r\n\r\n"
    major, minor, code, reason = status.groups()
    version = b"1.0" if major == b"0" or (major, minor) == (b"1", b"0") else b"1.1"
    fields = [b"HTTP/%s %s %s" % (version, code, _plain(reason))]
    fields += _framing([field for line in _unfolded(lines) if (field := _field(line))])
    return int(code), b"\r\n".join(fields) + b"\r\n\r\n"


def _unfolded(lines: Iterable[bytes]) -> list[bytearray]:
    """Lines with their continuations (RFC 9112, 5.2)."""
    unfolded: list[bytearray] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and unfolded:
            unfolded[-1] += b" " + line.strip()
        else:
            unfolded.append(bytearray(line.rstrip()))
    return unfolded


def _field(line: bytearray) -> tuple[bytes, bytes] | None:
    """Name and value of a header line; None if it is invalid."""
    name, colon, value = bytes(line).partition(b":")
    name = name.strip()
    return (name, _plain(value)) if colon and _TOKEN.fullmatch(name) else None


def _plain(text: bytes) -> bytes:
    return _CONTROL.sub(b" ", text).strip()


def _framing(fields: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    """The fields as lines. Transfer-Encoding is `chunked`, once, or left out; an invalid Content-Length is left out.

    Contradictory lengths stay, as nobody can know where such a body ends.
    """
    header_lines, is_chunked = [], False
    for name, value in fields:
        if name.lower() == b"transfer-encoding":
            is_chunked |= b"chunked" in value.lower()
        elif name.lower() != b"content-length" or all(_LENGTH.fullmatch(each.strip()) for each in value.split(b",")):
            header_lines.append(name + b": " + value)
    return header_lines + [b"Transfer-Encoding: chunked"] * is_chunked
