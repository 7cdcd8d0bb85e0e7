"""Reading in processes that can be killed: a file that hangs, crashes or eats memory costs itself and nothing else."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import Pipe
from queue import SimpleQueue
from typing import Any

from etl.errors import GongkaiError
from etl.files.kinds import UNKNOWN, sniff
from etl.files.types import FileOutcome, FileReading, Limits, Unreadable

_STARTING = 120
"""Seconds in which a process must have loaded its parsers; 0.3 s and 2 s for OCR, more on a machine that is busy."""


class Worker:
    """One process that runs functions of one module, started when first needed and again after it had to be killed.

    Not `multiprocessing`, whose children import the program's main module anew: 5 s for Airflow's. Only the process
    imports the module: parsers cost time, and hostile bytes have no business on this side.
    """

    def __init__(self, module: str, memory: int) -> None:
        self.module, self.memory = module, memory
        self.process: subprocess.Popen[bytes] | None = None

    def call(self, seconds: float, function: str, *arguments: Any) -> Any:
        """The function's result. Raises `Unreadable` when it takes too long or its process dies."""
        for _ in range(2):
            self._start()
            try:
                self.connection.send((function, arguments))
                break
            except OSError:
                # It died between two files, so this one is not to blame.
                self.stop()
        answer = self._answer(seconds)
        if isinstance(answer, Unreadable):
            if answer.outcome is FileOutcome.CRASHED:
                # What a failed allocation leaves behind is not to be trusted.
                self.stop()
            raise answer
        return answer

    def _answer(self, seconds: float) -> Any:
        try:
            if self.connection.poll(seconds):
                return self.connection.recv()
            self.stop()
            return Unreadable(FileOutcome.TOO_SLOW, f"not read within {seconds:g} s")
        except (EOFError, OSError):
            return Unreadable(FileOutcome.CRASHED, f"the reading process died ({self.stop()})")

    def _start(self) -> None:
        if self.process is not None:
            return
        self.connection, other = Pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "etl.files.worker", str(other.fileno()), str(self.memory), self.module],
            pass_fds=[other.fileno()],
            stdin=subprocess.DEVNULL,
            env=_environment(),
        )
        other.close()
        ready = self._answer(_STARTING)
        if isinstance(ready, Unreadable):
            self.stop()
            raise GongkaiError(f"the process that reads files does not start: {ready.reason}")

    def stop(self) -> int | None:
        """Ends the process; its exit code."""
        if self.process is None:
            return None
        self.connection.close()
        self.process.kill()
        code = self.process.wait()
        self.process = None
        return code


class Reader:
    """Reads files in one or two processes of its own."""

    def __init__(self, limits: Limits, workers: int) -> None:
        self.limits = limits
        self.workers = [Worker("etl.files.reading", limits.memory) for _ in range(workers)]
        self._free: SimpleQueue[Worker] = SimpleQueue()
        for worker in self.workers:
            self._free.put(worker)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="read-file")

    def __call__(self, body: bytes, name: str = "") -> FileReading:
        """What the file says; its name helps only where its bytes do not tell what it is.

        Whatever the file, an outcome. Raises `GongkaiError` where no process can be started at all.
        """
        worker = self._free.get()
        try:
            reading: FileReading = worker.call(self.limits.seconds, "read_file", body, name, self.limits)
            return reading
        except Unreadable as error:
            return FileReading(_kind(body, name), error.outcome, error.reason)
        finally:
            self._free.put(worker)

    def many(self, files: Iterable[tuple[bytes, str]]) -> Iterator[FileReading]:
        """The readings of (body, name) in their order, several at once; at most two a worker are held in memory."""
        waiting: deque[Future[FileReading]] = deque()
        for body, name in files:
            waiting.append(self._threads.submit(self, body, name))
            if len(waiting) >= 2 * len(self.workers):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def close(self) -> None:
        self._threads.shutdown()
        for worker in self.workers:
            worker.stop()


def _environment() -> dict[str, str]:
    """This process's, without the passwords in it: strangers' files are read there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GONGKAI_", "AIRFLOW"))}
    return kept | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _kind(body: bytes, name: str) -> str:
    """The type of a file that killed its reader: looking into containers is left out, it may have been that."""
    head = body[:8]
    return UNKNOWN if head.startswith((b"PK", b"\xd0\xcf\x11\xe0")) else sniff(body[:4096], name)


@contextmanager
def reader_pool(limits: Limits | None = None, workers: int = 1) -> Iterator[Reader]:
    """A reader whose processes start with the first file (0.3 s) and end with the block."""
    reader = Reader(limits or Limits(), workers)
    try:
        yield reader
    finally:
        reader.close()
