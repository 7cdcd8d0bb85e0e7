"""Finds the WARC files in a file: the file itself, or those in a WACZ (https://specs.webrecorder.net/wacz/1.1.1/).

A WACZ of ours has one, `archive/data.warc.gz`; Browsertrix writes several, `archive/rec-….warc.gz`.
"""

import io
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from etl.errors import GongkaiError
from etl.file_signatures import ZIP

_LOCAL_HEADER_BYTES = 30
_MAX_RATIO = {".gz": 20, ".warc": 200}
"""Maximum ratio of an entry's size to its compressed size, by ending: a `.gz` hardly compresses any further."""
_FREE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class WarcFile:
    """A WARC file: its name, and its place in a package, if it is in one."""

    name: str
    path: Path
    entry: zipfile.ZipInfo | None = None

    @contextmanager
    def open(self) -> Iterator[tuple[BinaryIO, str]]:
        """The seekable file, and the stored reason why it is damaged as a whole, or ''. Raises `OSError`."""
        with self.path.open("rb") as file:
            if self.entry is None:
                yield file, ""
            elif self.entry.compress_type == zipfile.ZIP_STORED:
                raw = _Section(file, _start(file, self.entry), self.entry.file_size)
                section = cast(BinaryIO, io.BufferedReader(raw))
                yield section, "" if _crc(section) == self.entry.CRC else "another checksum"
            else:
                with TemporaryFile() as unpacked:
                    yield cast(BinaryIO, unpacked), _unpack(file, self.entry, unpacked)


def warc_files(path: Path) -> list[WarcFile]:
    """The WARC files of a file, in their order. Raises `GongkaiError` for a package that cannot be read, `OSError`."""
    with path.open("rb") as file:
        if file.read(len(ZIP)) != ZIP:
            return [WarcFile(path.name, path)]
        try:
            with zipfile.ZipFile(file) as package:
                entries = package.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
            reason = " ".join(str(error).split())[:200]
            raise GongkaiError(
                f"{path} cannot be read as WACZ: {reason}", hint="nothing was imported; fetch the file again"
            ) from error
        size = file.seek(0, io.SEEK_END)
        chosen = sorted((entry for entry in entries if _is_warc(entry.filename)), key=lambda entry: entry.filename)
        _check(path, file, size, entries, chosen)
    return [WarcFile(f"{path.name}/{entry.filename}", path, entry) for entry in chosen]


def _is_warc(name: str) -> bool:
    return name.lower().endswith((".warc", ".warc.gz"))


def _check(
    path: Path, file: BinaryIO, size: int, entries: list[zipfile.ZipInfo], chosen: list[zipfile.ZipInfo]
) -> None:
    """Raises `GongkaiError` if the file is no valid package, or would fill the disk."""
    if nested := next((entry.filename for entry in entries if entry.filename.lower().endswith(".wacz")), ""):
        raise GongkaiError(f"{path} is a package of packages ({nested})", hint="unpack it, and import each")
    if not chosen:
        raise GongkaiError(f"{path} is a ZIP file without WARC files", hint="is it a WACZ?")
    if sum(entry.compress_size for entry in chosen) > size:
        raise GongkaiError(f"{path}: its entries overlap", hint="fetch the file again")
    for entry in chosen:
        ratio = _MAX_RATIO[".gz" if entry.filename.lower().endswith(".gz") else ".warc"]
        stored = entry.compress_type == zipfile.ZIP_STORED
        if not stored and entry.compress_type != zipfile.ZIP_DEFLATED:
            raise GongkaiError(f"{path}: {entry.filename} is packed in an unusual way", hint="unpack it first")
        if entry.flag_bits & 1 or (entry.file_size if stored else 0) > size - entry.header_offset:
            raise GongkaiError(f"{path}: {entry.filename} is encrypted or cut off", hint="fetch the file again")
        if entry.file_size > ratio * entry.compress_size + _FREE_BYTES:
            raise GongkaiError(f"{path}: {entry.filename} unpacks to {entry.file_size} bytes", hint="unpack it first")
        if stored:
            _start(file, entry)


def _start(file: BinaryIO, entry: zipfile.ZipInfo) -> int:
    """The offset of an entry's bytes, after its local header (APPNOTE.TXT, 4.3.7). Raises `GongkaiError`."""
    file.seek(entry.header_offset)
    header = file.read(_LOCAL_HEADER_BYTES)
    if not header.startswith(ZIP) or len(header) < _LOCAL_HEADER_BYTES:
        raise GongkaiError(f"{entry.filename} is not where its package says", hint="fetch the file again")
    name, extra = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
    return entry.header_offset + _LOCAL_HEADER_BYTES + name + extra


def _crc(file: BinaryIO) -> int:
    checksum = 0
    while piece := file.read(1 << 20):
        checksum = zlib.crc32(piece, checksum)
    return checksum


def _unpack(file: BinaryIO, entry: zipfile.ZipInfo, unpacked: BinaryIO) -> str:
    """Unpacks as much of an entry as possible; returns the stored reason of what is wrong with it, or ''."""
    try:
        with zipfile.ZipFile(file) as package, package.open(entry) as packed:
            shutil.copyfileobj(packed, unpacked, 1 << 20)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        return " ".join(str(error).split())[:200] or type(error).__name__
    return ""


class _Section(io.RawIOBase):
    """A section of a file that can be read as a file of its own."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._start, self._size, self._place = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._file.seek(self._start + self._place)
        wanted = max(0, min(len(buffer), self._size - self._place))
        piece = self._file.read(wanted)
        buffer[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)
