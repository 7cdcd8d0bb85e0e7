"""Output files of exports: written under a temporary name and renamed when complete, so none is ever half-written."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from typing import IO, Protocol

from etl.errors import GongkaiError


@contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """Opens a temporary file beside the path and renames it at the end. After an error or Ctrl-C, no file is left.

    An existing file is replaced. Raises `GongkaiError` if the file cannot be written.
    """
    if path.is_dir():
        raise GongkaiError(f"{path} is a folder", hint="give a file")
    part = _partial_path(path)
    try:
        with _translate_os_errors(path), part.open("w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with _translate_os_errors(path):
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """The same for a folder, which must be new or empty."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise GongkaiError(f"{path} exists already", hint="give a folder that is new or empty")
    part = _partial_path(path)
    try:
        with _translate_os_errors(path):
            part.mkdir()
            yield part
            part.replace(path)
    finally:
        if part.exists():
            shutil.rmtree(part)


def _partial_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.partial")


@contextmanager
def _translate_os_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        hint = f"room is needed there and in {gettempdir()}" if error.errno == errno.ENOSPC else ""
        raise GongkaiError(f"{path} cannot be written: {error.strerror}", hint=hint) from error


class ByteSink(Protocol):
    """Anything that bytes can be written to."""

    def write(self, data: bytes, /) -> int: ...


class HashingWriter:
    """Writes bytes to another file and computes their number and SHA-256."""

    def __init__(self, out: ByteSink) -> None:
        self._out, self._hash, self.size = out, sha256(), 0

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes written so far."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> int:
        """Write the bytes to the other file."""
        self._out.write(data)
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: the code that opened the other file flushes it."""
