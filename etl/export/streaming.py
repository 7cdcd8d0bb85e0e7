"""Streams an export in chunks while it is written: the writer runs in its own thread and waits for the reader."""

import io
from collections import deque
from collections.abc import Callable, Iterator
from threading import Condition, Thread
from typing import IO, Any

CHUNK_BYTES = 128 * 1024
MAX_WAITING = 4
"""Maximum number of chunks that wait to be sent; then the writer waits."""
PATIENCE_SECONDS = 60
"""How long a writer waits for its reader. It holds a transaction, which must not stay open if the reader has
stopped."""


class ReaderGone(Exception):
    """The reader has gone, or has not read for `PATIENCE_SECONDS`."""


class Stream(Iterator[bytes]):
    """The output of `write` in chunks; `write` gets a file to write to.

    If `write` raises, the iterator raises the same error after the last chunk. `ended` is called in the writer's thread
    in any case.
    """

    def __init__(self, write: Callable[[IO[bytes]], object], ended: Callable[[], object] = lambda: None) -> None:
        self._pipe = _Pipe()
        self._write, self._ended = write, ended
        Thread(target=self._run, name="export", daemon=True).start()

    def __next__(self) -> bytes:
        return self._pipe.next_chunk()

    def close(self) -> None:
        """Call it when nobody reads any more: the writer stops at its next write. Does not wait for it."""
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
    """The file to which the writer writes; holds the chunks that wait."""

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
        """Called when the writer has ended."""
        with self._changed:
            if error is None and self._buffer:
                self._chunks.append(bytes(self._buffer))
            self._error, self._over = error, True
            self._changed.notify_all()

    def abandon(self) -> None:
        """Called when the reader has gone."""
        with self._changed:
            self._gone = True
            self._changed.notify_all()

    def next_chunk(self) -> bytes:
        """The next chunk. After the last one, raises `StopIteration` or the writer's error."""
        with self._changed:
            self._changed.wait_for(lambda: self._chunks or self._over)
            if self._chunks:
                chunk = self._chunks.popleft()
                self._changed.notify_all()
                return chunk
        if self._error is not None:
            raise self._error
        raise StopIteration
