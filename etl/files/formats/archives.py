"""Files inside zip, RAR, 7z, tar and gzip archives, within limits for a file and all archives nested in it."""

import io
import posixpath
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import py7zr
from py7zr.exceptions import ArchiveError, PasswordRequired, UnsupportedCompressionMethodError
from py7zr.io import BytesIOFactory
from unrar.cffi import unrarlib

from etl.file_signatures import GZIP
from etl.files import media_types
from etl.files.formats.rar import check_end
from etl.files.formats.zip_packages import check_size, open_zip
from etl.files.types import FileOutcome, Limits, Unreadable
from etl.files.zip_names import UTF8
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.web.charset import decode

Unpacked = tuple[str, bytes | Unreadable]
"""(path, bytes) of a member, or (path, error) if it could not be unpacked."""
_UNKNOWN_BYTES = "\ufffe"
_CLUTTER = ("__MACOSX/", "~$", ".DS_Store", "Thumbs.db", "desktop.ini")
_GZIP_NAMED = b"\x08"
_RAR_END, _RAR_NO_PASSWORD, _RAR_BAD_PASSWORD, _RAR_STOP = 10, 22, 24, -1


class Budget:
    """What is left of the limits for a file and everything packed in it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.unpacked, self.members = limits.unpacked, limits.members

    def spend(self, size: int) -> None:
        """Counts a member of that size. Raises `Unreadable` if members or bytes exceed the limits."""
        self.unpacked -= size
        self.members -= 1
        if self.unpacked < 0:
            raise Unreadable(FileOutcome.TOO_LARGE, encode_reason(Code.UNPACKS_TO_MORE, limit=self.limits.unpacked))
        if self.members < 0:
            raise Unreadable(FileOutcome.TOO_LARGE, encode_reason(Code.MORE_MEMBERS, limit=self.limits.members))


def member_of(body: bytes, path: str, limits: Limits) -> bytes:
    """The bytes of a member of an archive, or of one nested in it. Raises `Unreadable`."""
    for name, content in unpack(body, media_types.sniff(body), Budget(limits)):
        if isinstance(content, bytes):
            if name == path:
                return content
            if path.startswith(f"{name}/") and media_types.sniff(content, name) in media_types.ARCHIVES:
                return member_of(content, path.removeprefix(f"{name}/"), limits)
    raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.PART_MISSING, part=path))


def unpack(body: bytes, media_type: str, budget: Budget) -> Iterator[Unpacked]:
    """The members of an archive, without hidden files of operating systems. Raises `Unreadable`."""
    for path, content in _UNPACKERS[media_type](body, budget):
        if not any(part in path for part in _CLUTTER):
            yield posixpath.normpath(path.replace("\\", "/")).lstrip("/"), content


def _zip(body: bytes, budget: Budget) -> Iterator[Unpacked]:
    with open_zip(body, budget.limits) as archive:
        for member in archive.infolist():
            if member.is_dir():
                continue
            budget.spend(member.file_size)
            if member.flag_bits & 1:
                yield _zip_name(member), Unreadable(FileOutcome.ENCRYPTED, encode_reason(Code.PASSWORD))
                continue
            try:
                yield _zip_name(member), archive.read(member)
            except NotImplementedError as error:
                yield (
                    _zip_name(member),
                    Unreadable(FileOutcome.UNSUPPORTED, encode_reason(Code.METHOD_UNSUPPORTED, error=error)),
                )
            except (zipfile.BadZipFile, EOFError, OSError, ValueError, zlib.error) as error:
                yield _zip_name(member), Unreadable(FileOutcome.BROKEN, encode_reason(Code.PARSER_FAILED, error=error))


def _zip_name(member: zipfile.ZipInfo) -> str:
    """A member's name. Without the UTF-8 flag it is in the charset of the packing system: GB18030 on Windows, UTF-8 on
    a Mac."""
    if member.flag_bits & UTF8:
        return member.filename
    return decode(member.filename.encode("cp437", "replace"))[0]


def _rar(body: bytes, budget: Budget) -> Iterator[Unpacked]:
    with tempfile.NamedTemporaryFile(suffix=".rar") as file:
        file.write(body)
        file.flush()
        try:
            with unrarlib.RarArchive.open_for_processing(file.name) as archive:
                for header in _rar_headers(archive):
                    size = header.UnpSize + (header.UnpSizeHigh << 32)
                    if header.Flags & unrarlib.FLAGS_RHDF_DIRECTORY:
                        header.skip()
                        continue
                    check_size(len(body), size, 1, budget.limits)
                    budget.spend(size)
                    yield _rar_name(header), _rar_member(header, size)
        except unrarlib.BadRarFile as error:
            raise _rar_fault(error.code) from error
    check_end(body)


def _rar_headers(archive: unrarlib.RarArchive) -> Iterator[unrarlib.RarHeader]:
    """The members' headers. The library's own iterator stops silently at an unreadable header."""
    while True:
        data = unrarlib.RARHeaderDataEx()
        code = unrarlib.RARReadHeaderEx(archive.handle, data)
        if code == _RAR_END:
            return
        if code:
            raise _rar_fault(code)
        yield unrarlib.RarHeader(archive, data)


def _rar_name(header: Any) -> str:
    """A member's name. UnRAR maps bytes that are not in this machine's charset to private characters."""
    name: str = header.FileNameW
    return decode(unrarlib.ffi.string(header.headerDataEx.FileName))[0] if _UNKNOWN_BYTES in name else name


def _rar_member(header: Any, size: int) -> bytes | Unreadable:
    content = bytearray()

    def take(message: int, address: int, length: int) -> int:
        if message != unrarlib.UCM_PROCESSDATA:
            return _RAR_STOP
        content.extend(unrarlib.ffi.buffer(unrarlib.ffi.cast("char *", address), length))
        # A header may declare a smaller size than the member has.
        return 1 if len(content) <= size else _RAR_STOP

    handle = unrarlib.ffi.new_handle(take)
    unrarlib.RARSetCallbackPtr(header.handle, unrarlib.PyUNRARCALLBACKStub, handle)
    code = unrarlib.RARProcessFileW(header.handle, unrarlib.C_RAR_TEST, unrarlib.ffi.NULL, unrarlib.ffi.NULL)
    # UnRAR also checks the bytes after the member, so it may fail for a complete member if the archive is cut after it.
    complete = code == 0 or (len(content) == size > 0 and zlib.crc32(content) == header.headerDataEx.FileCRC)
    return bytes(content) if complete else _rar_fault(code)


def _rar_fault(code: int) -> Unreadable:
    if code in (_RAR_NO_PASSWORD, _RAR_BAD_PASSWORD):
        return Unreadable(FileOutcome.ENCRYPTED, encode_reason(Code.PASSWORD))
    return Unreadable(FileOutcome.BROKEN, encode_reason(Code.RAR_DAMAGED, exit_code=code))


def _seven_zip(body: bytes, budget: Budget) -> Iterator[Unpacked]:
    try:
        with py7zr.SevenZipFile(io.BytesIO(body)) as archive:
            if archive.needs_password():
                raise Unreadable(FileOutcome.ENCRYPTED, encode_reason(Code.PASSWORD))
            files = [item for item in archive.list() if not item.is_directory]
            check_size(len(body), sum(item.uncompressed for item in files), len(files), budget.limits)
            for item in files:
                budget.spend(item.uncompressed)
            unpacked = BytesIOFactory(max((item.uncompressed for item in files), default=0) + 1)
            archive.extractall(factory=unpacked)
            for item in files:
                yield item.filename, unpacked.products[item.filename].read()
    except PasswordRequired as error:
        raise Unreadable(FileOutcome.ENCRYPTED, encode_reason(Code.PASSWORD)) from error
    except UnsupportedCompressionMethodError as error:
        raise Unreadable(FileOutcome.UNSUPPORTED, encode_reason(Code.METHOD_UNSUPPORTED, error=error)) from error
    except (ArchiveError, EOFError, OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.NOT_WHOLE, format="7z", error=error)) from error


def _tar(body: bytes, budget: Budget) -> Iterator[Unpacked]:
    try:
        with tarfile.open(fileobj=io.BytesIO(body), mode="r:") as archive:
            for member in archive:
                if member.isfile():
                    budget.spend(member.size)
                    content = archive.extractfile(member)
                    # Names are bytes of no stated charset; those that are not UTF-8 come as surrogates.
                    name = decode(member.name.encode("utf-8", "surrogateescape"))[0]
                    yield name, content.read() if content else b""
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.NOT_WHOLE, format="tar", error=error)) from error


def _gzip(body: bytes, budget: Budget) -> Iterator[Unpacked]:
    """The only file in a gzip, which may be a tar. A server may have packed any file for transfer, without a header
    that says so. A gzip may have several members, whose contents follow each other (RFC 1952, 2.2)."""
    content, packed, whole = b"", body, True
    while packed.startswith(GZIP) and len(content) <= budget.unpacked:
        unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            content += unpacker.decompress(packed, budget.unpacked + 1 - len(content))
        except zlib.error as error:
            raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.NOT_WHOLE, format="gzip", error=error)) from error
        packed, whole = unpacker.unused_data, unpacker.eof
    check_size(len(body), len(content), 1, budget.limits)
    budget.spend(len(content))
    if not whole:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.NOT_WHOLE, format="gzip", error="it is cut"))
    named = body[3:4] == _GZIP_NAMED and body[10:].split(b"\0", 1)[0]
    yield (decode(named)[0] if named else "content"), content


_UNPACKERS: dict[str, Callable[[bytes, Budget], Iterator[Unpacked]]] = {
    media_types.ZIP: _zip,
    media_types.RAR: _rar,
    media_types.SEVEN_ZIP: _seven_zip,
    media_types.TAR: _tar,
    media_types.GZIP: _gzip,
}
