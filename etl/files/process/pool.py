"""Reads files in processes that can be killed, so that a file that hangs, crashes or takes too much memory does not
affect others."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from queue import LifoQueue
from typing import Any, TypeVar

from etl.errors import GongkaiError
from etl.files.media_types import UNKNOWN, sniff
from etl.files.process.channel import MAX_JSON_BYTES, Channel
from etl.files.process.children import Child, fork_server
from etl.files.process.protocol import decode, decode_reading, decode_text
from etl.files.types import FileOutcome, FileReading, Limits, Unreadable
from etl.reason_codes import Code
from etl.reasons import encode_reason, english

_START_SECONDS = 120
"""Time limit for loading the parsers in a process: it usually takes 0.5 s, 2 s for OCR, and more on a busy machine."""

MAX_WAITING_BYTES = 32_000_000
"""Maximum bytes of files that wait in memory, not counting the last one."""

Answer = TypeVar("Answer")
Decoder = Callable[[Any, str], Answer]
"""Converts a process's JSON and the text beside it to an answer, or raises `ValueError`."""


class Worker:
    """One process that runs functions of one module; started when first needed, and again after it was killed.

    Not `multiprocessing`, whose children import the program's main module again, which takes 5 s in Airflow. This
    process does not import `module`: parsers take time to load, and hostile bytes must not be parsed here. `preload`:
    whether later processes may share the loaded module; they may not if loading it starts threads.
    """

    def __init__(self, module: str, memory: int, *, preload: bool = True) -> None:
        self.module, self.memory, self.preload = module, memory, preload
        self.process: Child | None = None

    def call(
        self, seconds: float, decoder: Decoder[Answer], max_bytes: int, function: str, body: bytes, *arguments: Any
    ) -> Answer:
        """The function's result, decoded; its text has at most `max_bytes` bytes.

        Raises `Unreadable` if it takes longer than `seconds`, its process dies, or sends an invalid answer.
        """
        for _ in range(2):
            self.start()
            try:
                self._channel.send([function, arguments], body, seconds)
                break
            except TimeoutError:
                raise self._too_slow(seconds) from None
            except OSError:
                # The process died between two files, so this file is not the cause.
                self.stop()
        return self._answer(seconds, decoder, max_bytes)

    def _answer(self, seconds: float, decoder: Decoder[Answer], max_bytes: int) -> Answer:
        try:
            message, text = self._channel.receive(MAX_JSON_BYTES, max_bytes, seconds)
            answer = decode(message)
            if not isinstance(answer, Unreadable):
                return decoder(answer, text.decode())
        except TimeoutError:
            answer = self._too_slow(seconds)
        except OSError:
            answer = Unreadable(FileOutcome.CRASHED, encode_reason(Code.PROCESS_DIED, error=self.stop()))
        except (ValueError, RecursionError) as error:
            answer = Unreadable(FileOutcome.CRASHED, encode_reason(Code.PROCESS_ANSWER, error=str(error)[:200]))
        if answer.outcome is FileOutcome.CRASHED:
            # After a failed allocation the state of the process is unknown.
            self.stop()
        raise answer

    def _too_slow(self, seconds: float) -> Unreadable:
        self.stop()
        return Unreadable(FileOutcome.TOO_SLOW, encode_reason(Code.READING_TOO_SLOW, seconds=seconds))

    def start(self) -> None:
        """Starts the process unless it runs. Raises `GongkaiError` if it does not start."""
        if self.process is not None:
            return
        try:
            self.process = fork_server.fork(self.module, self.memory, preload=self.preload)
        except OSError as error:
            raise GongkaiError(f"the process that reads files does not start: {error}") from None
        try:
            self._answer(_START_SECONDS, decode_text, len("ready"))
        except Unreadable as error:
            self.stop()
            raise GongkaiError(f"the process that reads files does not start: {english(error.reason)}") from None

    def stop(self) -> int | None:
        """Ends the process and returns its exit code; None if it is not running."""
        if self.process is None:
            return None
        process, self.process = self.process, None
        return process.end()

    @property
    def _channel(self) -> Channel:
        assert self.process is not None, "a process was started"
        return self.process.channel


class WorkerPool:
    """Processes of one module. A process is started only if all others are busy, so little work needs few of them."""

    def __init__(self, module: str, memory: int, workers: int) -> None:
        self.workers = [Worker(module, memory) for _ in range(workers)]
        self._free: LifoQueue[Worker] = LifoQueue()
        for worker in reversed(self.workers):
            self._free.put(worker)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix=module)

    def call(
        self, seconds: float, decoder: Decoder[Answer], max_bytes: int, function: str, body: bytes, *arguments: Any
    ) -> Answer:
        """As `Worker.call`, in a process that is free; waits for one."""
        worker = self._free.get()
        try:
            return worker.call(seconds, decoder, max_bytes, function, body, *arguments)
        finally:
            self._free.put(worker)

    def submit(self, function: Callable[..., Answer], *arguments: Any) -> Future[Answer]:
        """Runs a function that calls a process in a thread; there are as many threads as processes."""
        return self._threads.submit(function, *arguments)

    def prepare(self) -> None:
        """Begins to start all processes, for work that will come soon. If one cannot be started, the next `call` raises
        the error."""
        for _ in self.workers:
            self._threads.submit(self._start_one)

    def _start_one(self) -> None:
        worker = self._free.get()
        try:
            worker.start()
        finally:
            self._free.put(worker)

    def close(self) -> None:
        """Ends the processes after all submitted work is done."""
        self._threads.shutdown()
        for worker in self.workers:
            worker.stop()


class Reader:
    """Reads files in its own processes. Call it with one file; `many` reads several at once."""

    def __init__(self, limits: Limits, workers: int) -> None:
        self.limits = limits
        self.pool = WorkerPool("etl.files.read", limits.memory, workers)

    def __call__(self, body: bytes, name: str = "") -> FileReading:
        """Reads one file. Its name is used only if the bytes do not show its type (`sniff`).

        Any file gives an outcome. Raises `GongkaiError` if no process can be started.
        """
        try:
            limits, max_bytes = asdict(self.limits), max_text_bytes(self.limits.characters)
            return self.pool.call(self.limits.seconds, decode_reading, max_bytes, "read_file", body, name, limits)
        except Unreadable as error:
            return FileReading(_kind(body, name), error.outcome, error.reason)

    def many(self, files: Iterable[tuple[bytes, str]]) -> Iterator[FileReading]:
        """Readings of (body, name) pairs, in their order. Reads as many at once as there are processes; files that wait
        for their turn take at most `MAX_WAITING_BYTES`."""
        waiting: deque[tuple[int, Future[FileReading]]] = deque()
        held = 0
        for body, name in files:
            waiting.append((len(body), self.pool.submit(self, body, name)))
            held += len(body)
            del body
            while held > MAX_WAITING_BYTES:
                size, reading = waiting.popleft()
                yield reading.result()
                held -= size
        while waiting:
            yield waiting.popleft()[1].result()


def max_text_bytes(characters: int) -> int:
    """The bytes that this number of characters may take in UTF-8."""
    return 4 * characters


def _kind(body: bytes, name: str) -> str:
    """The media type of a file that killed its reader. Does not open containers, which may have been the cause."""
    head = body[:8]
    return UNKNOWN if head.startswith((b"PK", b"\xd0\xcf\x11\xe0")) else sniff(body[:4096], name)


@contextmanager
def reader_pool(limits: Limits | None = None, workers: int = 1) -> Iterator[Reader]:
    """A reader whose processes start with the first file and end with the block."""
    reader = Reader(limits or Limits(), workers)
    try:
        yield reader
    finally:
        reader.pool.close()


def file_reader() -> Reader:
    """The reader that all work in this process shares. It has one process per core; each starts when it is first needed
    and ends with this one."""
    return _file_reader(os.getpid())


@cache
def _file_reader(process: int) -> Reader:
    """Cached by process id: a forked process cannot use the reader of its parent."""
    return Reader(Limits(), os.cpu_count() or 1)
