"""An export as chunks for whoever reads it, made while they are sent: a writer in a thread of its own, which waits."""

import io
from collections import deque
from collections.abc import Callable, Iterator
from threading import Condition, Thread
from typing import IO, Any

CHUNK_BYTES = 128 * 1024
MAX_WAITING = 4
"""Chunks that wait to be sent; with as many the writer stops."""
PATIENCE_SECONDS = 60
"""How long a writer waits for its reader. It holds a transaction and must not be held by who stopped reading."""


class ReaderGone(Exception):
    """The reader has gone, or has not read for `PATIENCE_SECONDS`."""


class Stream(Iterator[bytes]):
    """The chunks of what `write` writes into the file that it is given.

    Raises what `write` raised, after the chunks before it. `ended` is called in the writer's thread, however it ends.
    """

    def __init__(self, write: Callable[[IO[bytes]], object], ended: Callable[[], object] = lambda: None) -> None:
        self._pipe = _Pipe()
        self._write, self._ended = write, ended
        Thread(target=self._run, name="export", daemon=True).start()

    def __next__(self) -> bytes:
        return self._pipe.next_chunk()

    def close(self) -> None:
        """Nobody reads any more: the writer ends at what it writes next. Does not wait for that."""
        self._pipe.abandon()

    def _run(self) -> None:
        try:
            self._write(self._pipe)  # type: ignore[arg-type]
            self._pipe.end(None)
        except BaseException as error:  # noqa: BLE001 -- raised again where the chunks are read
            self._pipe.end(error)
        finally:
            self._ended()


class _Pipe(io.RawIOBase):
    """The file of the writer; what it writes waits in chunks."""

    def __init__(self) -> None:
        self._buffer, self._chunks = bytearray(), deque[bytes]()
        self._changed = Condition()
        self._written, self._over, self._gone = 0, False, False
        self._error: BaseException | None = None

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: Any) -> int:
        self._buffer += data
        size = memoryview(data).nbytes
        self._written += size
        if len(self._buffer) >= CHUNK_BYTES:
            self._hand_over()
        return size

    def _hand_over(self) -> None:
        with self._changed:
            free = self._changed.wait_for(lambda: self._gone or len(self._chunks) < MAX_WAITING, PATIENCE_SECONDS)
            if self._gone or not free:
                raise ReaderGone
            self._chunks.append(bytes(self._buffer))
            self._buffer.clear()
            self._changed.notify_all()

    def end(self, error: BaseException | None) -> None:
        """The writer has ended."""
        with self._changed:
            if error is None and self._buffer:
                self._chunks.append(bytes(self._buffer))
            self._error, self._over = error, True
            self._changed.notify_all()

    def abandon(self) -> None:
        """The reader has gone."""
        with self._changed:
            self._gone = True
            self._changed.notify_all()

    def next_chunk(self) -> bytes:
        """The next chunk. Raises `StopIteration` behind the last, and what the writer raised."""
        with self._changed:
            self._changed.wait_for(lambda: self._chunks or self._over)
            if self._chunks:
                chunk = self._chunks.popleft()
                self._changed.notify_all()
                return chunk
        if self._error is not None:
            raise self._error
        raise StopIteration
