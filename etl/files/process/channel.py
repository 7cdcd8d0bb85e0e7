"""Messages between the process that reads files and its parent: JSON, and a body of bytes beside it.

Not pickle: unpickling can run code of the sender, and the child handles untrusted files. A message consists of two
lengths and the data of these lengths; no data is received before both lengths were checked against the limits.
"""

import json
import socket
import struct
import time
from io import BytesIO
from typing import Any

_LENGTHS = struct.Struct("!QQ")
_CHUNK_BYTES = 2**16
"""Bytes received at once. With this size 5 MB take 5 ms; with 1 MB, 17 ms."""
MAX_JSON_BYTES = 4 * 2**20
"""Maximum bytes of JSON in one message: 2,000 members of an archive take 1 MB, the lines of a page less."""


class Channel:
    """One end of a pair of sockets."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def send(self, message: Any, body: bytes = b"", seconds: float | None = None) -> None:
        """Sends a message. Raises `TimeoutError`, or `OSError` if the other process is gone."""
        data = encode_text(json.dumps(message, ensure_ascii=False))
        self._end.settimeout(seconds)
        self._end.sendall(_LENGTHS.pack(len(data), len(body)) + data)
        self._end.sendall(body)

    def receive(self, max_json: int, max_body: int, seconds: float | None = None) -> tuple[Any, bytes]:
        """(message, body) of at most `max_json` and `max_body` bytes, received within `seconds`.

        Raises `ValueError` or `RecursionError` if it is not a message, `TimeoutError`, `OSError` if the other side is
        gone.
        """
        until = None if seconds is None else time.monotonic() + seconds
        lengths = _LENGTHS.unpack(self._exactly(_LENGTHS.size, until))
        if lengths[0] > max_json or lengths[1] > max_body:
            raise ValueError(f"{lengths[0]} and {lengths[1]} bytes, allowed are {max_json} and {max_body}")
        data = self._exactly(lengths[0], until)
        return json.loads(data.decode()), self._exactly(lengths[1], until)

    def _exactly(self, size: int, until: float | None) -> bytes:
        received = BytesIO()  # `getvalue` makes no copy, unlike joining pieces
        while size:
            if until is not None:
                self._end.settimeout(max(until - time.monotonic(), 1e-6))
            piece = self._end.recv(min(size, _CHUNK_BYTES))
            if not piece:
                raise ConnectionResetError("the other side is gone")
            received.write(piece)
            size -= len(piece)
        return received.getvalue()

    def close(self) -> None:
        self._end.close()


def encode_text(text: str) -> bytes:
    """The text in UTF-8, without lone surrogates, which no stored text may have."""
    return text.encode("utf-8", "ignore")
