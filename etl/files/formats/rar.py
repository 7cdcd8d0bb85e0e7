"""Checks that a RAR archive is not cut: UnRAR takes an archive that is cut between two members for complete."""

import struct

from etl.files.types import FileOutcome, Unreadable
from etl.reason_codes import Code
from etl.reasons import encode_reason

_SIGNATURE4, _SIGNATURE5 = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"
_END4, _END5 = 0x7B, 5
_FILES4 = (0x74, 0x7A)
_HAS_DATA4, _LARGE4 = 0x8000, 0x100
_HAS_EXTRA5, _HAS_DATA5 = 1, 2
_LONGEST_NUMBER = 10


def check_end(body: bytes) -> None:
    """Raises `Unreadable` for an archive whose blocks do not end with an end block."""
    try:
        complete = _reaches_end5(body) if body.startswith(_SIGNATURE5) else _reaches_end4(body)
    except (struct.error, IndexError):
        complete = False
    if not complete:
        reason = encode_reason(Code.ARCHIVE_CUT_OR_OLD if body.startswith(_SIGNATURE4) else Code.ARCHIVE_CUT)
        raise Unreadable(FileOutcome.BROKEN, reason)


def _reaches_end4(body: bytes) -> bool:
    """Blocks of RAR 1.5 to 4: checksum, kind, flags, size, and with a flag the size of the data that follows."""
    at = len(_SIGNATURE4)
    while True:
        _, kind, flags, size = struct.unpack_from("<HBHH", body, at)
        if kind == _END4 or size < struct.calcsize("<HBHH"):
            return bool(kind == _END4)
        data = struct.unpack_from("<I", body, at + 7)[0] if flags & _HAS_DATA4 else 0
        if kind in _FILES4 and flags & _LARGE4:
            data += struct.unpack_from("<I", body, at + 32)[0] << 32
        at += size + data


def _reaches_end5(body: bytes) -> bool:
    """Blocks of RAR 5: checksum, then numbers of variable length: size, kind, flags, sizes of extra and data."""
    at = len(_SIGNATURE5)
    while True:
        size, start = _number(body, at + 4)
        kind, place = _number(body, start)
        flags, place = _number(body, place)
        if kind == _END5 or not size:
            return kind == _END5
        if flags & _HAS_EXTRA5:
            _, place = _number(body, place)
        data = _number(body, place)[0] if flags & _HAS_DATA5 else 0
        at = start + size + data


def _number(body: bytes, at: int) -> tuple[int, int]:
    """(number, position after it): seven bits a byte, lowest first, the eighth bit set if more follow."""
    number = 0
    for place in range(_LONGEST_NUMBER):
        byte = body[at + place]
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return number, at + place + 1
    raise IndexError("a number without an end")
