"""What the process that reads files and the one that started it say to each other: JSON, and a body of bytes beside it.

No pickle, for that runs what the other side wants, and the other side has strangers' files in its hands. A message is
its two lengths and what they measure; nothing of it is taken before the lengths are known to be allowed.
"""

import json
import socket
import struct
import time
from typing import Any

_LENGTHS = struct.Struct("!QQ")
_PIECE = 2**16
"""Bytes asked for at once: 5 MB go through in 5 ms, in pieces of 1 MB in 17."""
MAX_JSON_BYTES = 4 * 2**20
"""Bytes of JSON in one message: 2,000 members of an archive take 1 MB, a page of lines less."""


class Channel:
    """One end of a pair of sockets."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def send(self, said: Any, body: bytes = b"", seconds: float | None = None) -> None:
        """Raises `TimeoutError`; `OSError` where the other side is gone."""
        words = encode_text(json.dumps(said, ensure_ascii=False))
        self._end.settimeout(seconds)
        self._end.sendall(_LENGTHS.pack(len(words), len(body)) + words)
        self._end.sendall(body)

    def receive(self, said: int, body: int, seconds: float | None = None) -> tuple[Any, bytes]:
        """A message of at most so many bytes, whole within so many seconds.

        Raises `ValueError` or `RecursionError` where it is none, `TimeoutError`, `OSError` when the other end is gone.
        """
        until = None if seconds is None else time.monotonic() + seconds
        lengths = _LENGTHS.unpack(self._exactly(_LENGTHS.size, until))
        if lengths[0] > said or lengths[1] > body:
            raise ValueError(f"{lengths[0]} and {lengths[1]} bytes, allowed are {said} and {body}")
        words = self._exactly(lengths[0], until)
        return json.loads(words.decode()), self._exactly(lengths[1], until)

    def _exactly(self, size: int, until: float | None) -> bytes:
        pieces = []
        while size:
            if until is not None:
                self._end.settimeout(max(until - time.monotonic(), 1e-6))
            piece = self._end.recv(min(size, _PIECE))
            if not piece:
                raise ConnectionResetError("the other side is gone")
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        self._end.close()


def encode_text(text: str) -> bytes:
    """In UTF-8, without halves of surrogate pairs: no text that is kept has them."""
    return text.encode("utf-8", "ignore")
