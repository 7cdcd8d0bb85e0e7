"""`python -m tests.support.worker`: crawls in processes of their own, to be killed at any of their steps.

Reads lines `SOURCE_FILE KEY STEP` and answers each with the crawl's exit status and the number of steps that it took.
A step is whatever leaves the process: an object written, a transaction committed. Before number STEP (from 1) the
process is killed; 0 lets it end.
"""

import os
import signal
import sys
from concurrent.futures import Future
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

from minio import Minio
from sqlalchemy import Connection, Engine, event

from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import open_archive
from etl.catalog.load import load_source
from etl.extract import read_stages  # noqa: F401 - so that the rules are loaded once, before the processes are forked
from etl.pipeline import crawl as crawls
from etl.pipeline.reading.page_reading import PageReading, PageToRead, read_fetched_page
from etl.pipeline.stages import crawling
from etl.platforms.registry import all_platforms, family_of
from etl.settings import settings
from etl.sources.schema import Source


class ReadHere:
    """Reads pages in this process: to start others takes longer than such a crawl."""

    def prepare(self) -> None:
        pass

    def read(self, source: Source, to_read: PageToRead, body: bytes) -> PageReading:
        return read_fetched_page(source, family_of(source), to_read, body)

    def submit(self, *arguments: Any) -> Future[PageReading]:
        done: Future[PageReading] = Future()
        done.set_result(self.read(*arguments))
        return done


def crawl_until(file: Path, key: str, last: int, pipe: int) -> None:
    """One crawl that dies before its step number `last`; each step before it leaves a byte in `pipe`."""
    steps = count(1)
    one_at_a_time = Lock()  # objects are written by several threads

    def step(*_: Any, **__: Any) -> None:
        with one_at_a_time:
            if next(steps) == last:
                os.kill(os.getpid(), signal.SIGKILL)
            os.write(pipe, b".")

    put = Minio.put_object

    def put_after_step(*given: Any, **named: Any) -> Any:
        step()
        return put(*given, **named)

    def wrote(connection: Connection, _: Any, statement: str, *__: Any) -> None:
        # When a host may be asked next is no part of the archive.
        if "archive.host" not in statement and ("SELECT" not in statement[:8] or "publish" in statement):
            connection.info["wrote"] = True

    def step_if_wrote(connection: Connection) -> None:
        if connection.info.pop("wrote", False):
            step()

    Minio.put_object = put_after_step  # type: ignore[method-assign]
    event.listen(Engine, "before_cursor_execute", wrote)
    event.listen(Engine, "commit", step_if_wrote)
    crawls.page_readers = crawling.page_readers = lambda workers: ReadHere()  # type: ignore[assignment, return-value]
    crawls.crawl(open_archive(settings()), load_source(file), key, CrawlOptions(), settings(), lambda *_: None)


def main() -> None:
    """Forks a child for each line, so that what is imported is imported once."""
    all_platforms()
    for line in sys.stdin:
        file, key, last = line.split()
        heard, pipe = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(heard)
            try:
                crawl_until(Path(file), key, int(last), pipe)
            except BaseException as error:  # noqa: BLE001 - the child must end here, and say why
                print(f"{type(error).__name__}: {error}", file=sys.stderr)
                os._exit(1)
            os._exit(0)
        os.close(pipe)
        with os.fdopen(heard, "rb") as steps:
            taken = len(steps.read())
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), taken, flush=True)


if __name__ == "__main__":
    main()
