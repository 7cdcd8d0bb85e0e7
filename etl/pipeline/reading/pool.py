"""Processes that read pages: a page that hangs, crashes or takes too much memory harms no other."""

import os
from concurrent.futures import Future
from functools import cache

from etl.files.process.pool import WorkerPool
from etl.files.types import Unreadable
from etl.pipeline.reading.page_reading import PageReading, PageToRead
from etl.pipeline.reading.protocol import decode_reading
from etl.sources.schema import Source

SECONDS = 60
"""Time for one page: the costliest of 200 took 2 s."""
MEMORY = 1 << 30
"""Bytes that a process may use."""
MAX_TEXT_BYTES = 16_000_000
"""Maximum size of a page's text in UTF-8. The limit on the characters of a page that are read keeps texts below it."""


class PageReaders:
    """Reads pages, as many at once as it has processes. Safe to use from several threads."""

    def __init__(self, workers: int) -> None:
        self._pool = WorkerPool("etl.pipeline.reading.worker", MEMORY, workers)
        self._last: tuple[Source | None, str] = (None, "")

    def read(self, source: Source, to_read: PageToRead, body: bytes) -> PageReading:
        """The reading of a page; waits for it. Raises `GongkaiError` if no process can be started."""
        arguments = (
            self._as_json(source),
            to_read.url,
            to_read.content_type,
            to_read.captured_on.isoformat(),
            to_read.status,
        )
        try:
            return self._pool.call(SECONDS, decode_reading, MAX_TEXT_BYTES, "read_page", body, *arguments)
        except Unreadable as error:
            return PageReading(failure=error.reason)

    def prepare(self) -> None:
        """Begins to start the processes; if their modules are not loaded yet, that takes half a second."""
        self._pool.prepare()

    def submit(self, source: Source, to_read: PageToRead, body: bytes) -> Future[PageReading]:
        """As `read`, in a thread."""
        return self._pool.submit(self.read, source, to_read, body)

    def _as_json(self, source: Source) -> str:
        """The source without the certificates that only fetching needs."""
        last, written = self._last
        if last is not source:
            written = source.model_copy(update={"tls": type(source.tls)()}).model_dump_json()
            self._last = source, written
        return written


def page_readers(workers: int = 0) -> PageReaders:
    """The readers that all work in this process shares. Each reading process starts when it is first needed, and ends
    with this one. `workers`: their number; 0 means one per core."""
    return _page_readers(os.getpid(), workers or os.cpu_count() or 1)


@cache
def _page_readers(process: int, workers: int) -> PageReaders:
    """Cached by process id: a forked process cannot use the readers of its parent."""
    return PageReaders(workers)
