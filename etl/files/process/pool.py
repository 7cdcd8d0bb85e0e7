"""Reading in processes that can be killed: a file that hangs, crashes or eats memory costs itself and nothing else."""

import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from queue import SimpleQueue
from typing import Any, TypeVar

from etl.errors import GongkaiError
from etl.files.media_types import UNKNOWN, sniff
from etl.files.process.channel import MAX_JSON_BYTES, Channel
from etl.files.process.protocol import decode, decode_reading, decode_text
from etl.files.types import FileOutcome, FileReading, Limits, Unreadable
from etl.reason_codes import Code
from etl.reasons import encode_reason, english

_STARTING = 120
"""Seconds in which a process must have loaded its parsers; 0.3 s and 2 s for OCR, more on a machine that is busy."""

Answer = TypeVar("Answer")
Decoder = Callable[[Any, str], Answer]
"""Makes an answer of what the process said and the text beside it, or raises `ValueError`."""


class Worker:
    """One process that runs functions of one module, started when first needed and again after it had to be killed.

    Not `multiprocessing`, whose children import the program's main module anew: 5 s for Airflow's. Only the process
    imports the module: parsers cost time, and hostile bytes have no business on this side.
    """

    def __init__(self, module: str, memory: int) -> None:
        self.module, self.memory = module, memory
        self.process: subprocess.Popen[bytes] | None = None

    def call(
        self, seconds: float, form: Decoder[Answer], most: int, function: str, body: bytes, *arguments: Any
    ) -> Answer:
        """The function's result in the form that it must have, with a text of at most so many bytes.

        Raises `Unreadable` when it takes too long, its process dies, or what that says is no answer.
        """
        for _ in range(2):
            self._start()
            try:
                self.channel.send([function, arguments], body, seconds)
                break
            except TimeoutError:
                raise self._too_slow(seconds) from None
            except OSError:
                # It died between two files, so this one is not to blame.
                self.stop()
        return self._answer(seconds, form, most)

    def _answer(self, seconds: float, form: Decoder[Answer], most: int) -> Answer:
        try:
            said, text = self.channel.receive(MAX_JSON_BYTES, most, seconds)
            answer = decode(said)
            if not isinstance(answer, Unreadable):
                return form(answer, text.decode())
        except TimeoutError:
            answer = self._too_slow(seconds)
        except OSError:
            answer = Unreadable(FileOutcome.CRASHED, encode_reason(Code.PROCESS_DIED, error=self.stop()))
        except (ValueError, RecursionError) as error:
            answer = Unreadable(FileOutcome.CRASHED, encode_reason(Code.PROCESS_ANSWER, error=str(error)[:200]))
        if answer.outcome is FileOutcome.CRASHED:
            # What a failed allocation leaves behind is not to be trusted.
            self.stop()
        raise answer

    def _too_slow(self, seconds: float) -> Unreadable:
        self.stop()
        return Unreadable(FileOutcome.TOO_SLOW, encode_reason(Code.READING_TOO_SLOW, seconds=seconds))

    def _start(self) -> None:
        if self.process is not None:
            return
        own, other = socket.socketpair()
        self.channel = Channel(own)
        with other:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "etl.files.process.worker", str(other.fileno()), str(self.memory), self.module],
                pass_fds=[other.fileno()],
                stdin=subprocess.DEVNULL,
                env=_environment(),
            )
        try:
            self._answer(_STARTING, decode_text, len("ready"))
        except Unreadable as error:
            self.stop()
            raise GongkaiError(f"the process that reads files does not start: {english(error.reason)}") from None

    def stop(self) -> int | None:
        """Ends the process; its exit code."""
        if self.process is None:
            return None
        self.channel.close()
        self.process.kill()
        code = self.process.wait()
        self.process = None
        return code


class Reader:
    """Reads files in one or two processes of its own."""

    def __init__(self, limits: Limits, workers: int) -> None:
        self.limits = limits
        self.workers = [Worker("etl.files.read", limits.memory) for _ in range(workers)]
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
            limits, most = asdict(self.limits), max_text_bytes(self.limits.characters)
            return worker.call(self.limits.seconds, decode_reading, most, "read_file", body, name, limits)
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


def max_text_bytes(characters: int) -> int:
    """The bytes that so many characters may take."""
    return 4 * characters


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
