"""Builders of the containers that documents come in: OLE compound files, zip archives, RAR without compression."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def ole(streams: Mapping[str, bytes]) -> bytes:
    """A compound file of version 3 with these streams in its root; short ones are padded past the mini stream."""
    padded = {name: content.ljust(4096, b"\0") for name, content in streams.items()}
    sectors: list[bytes] = []
    chain: list[int] = []

    def store(content: bytes) -> int:
        first = len(sectors)
        parts = [content[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(content), _SECTOR)]
        sectors.extend(parts)
        chain.extend([*range(first + 1, first + len(parts)), _END])
        return first

    starts = {name: store(content) for name, content in padded.items()}
    names = sorted(padded, key=lambda name: (len(name), name.upper()))
    entries = [_entry("Root Entry", 5, child=1 if names else _FREE, start=_END)]
    for number, name in enumerate(names, 1):
        # The tree of siblings may lean to one side: every entry's right one is the next longer name.
        right = number + 1 if number < len(names) else _FREE
        entries.append(_entry(name, 2, right=right, start=starts[name], size=len(padded[name])))
    directory = store(b"".join(entries))
    table = len(sectors)
    count = -(-(len(chain) + 1) // 128)
    while count * 128 < len(chain) + count:
        count += 1
    fat = [*chain, *[_FAT] * count]
    fat += [_FREE] * (count * 128 - len(fat))
    head = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
        0, count, directory, 0, 4096, _END, 0, _END, 0, table,
    )  # fmt: skip
    difat = [table + at for at in range(1, count)]
    head += struct.pack("<108I", *difat, *[_FREE] * (108 - len(difat)))
    return head + b"".join(sectors) + struct.pack(f"<{len(fat)}I", *fat)


def _entry(name: str, kind: int, *, right: int = _FREE, child: int = _FREE, start: int, size: int = 0) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sIQQIQ", text, len(text), kind, 1, _FREE, right, child, b"", 0, 0, 0, start, size
    )  # fmt: skip


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    """A zip archive, compressed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def zipped_in_gb18030(name: str, content: bytes) -> bytes:
    """A zip archive as a Chinese Windows packs it: the name in GB18030, without the flag for UTF-8."""
    raw = name.encode("gb18030")
    return zipped({"x" * len(raw): content}).replace(b"x" * len(raw), raw)


def encrypted_zip(name: str) -> bytes:
    """A zip archive whose member says that it is encrypted."""
    made = bytearray(zipped({name: b"secret"}))
    made[6] |= 1
    made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def rar4(name: str, content: bytes, *, flags: int = 0) -> bytes:
    """A RAR 4 archive with one stored file; its name in GB18030, as WinRAR without Unicode names wrote it."""
    raw = name.encode("gb18030")
    fields = struct.pack(
        "<IIBIIBBHI", len(content), len(content), 2, zlib.crc32(content), 0x5A21_6000, 29, 0x30, len(raw), 0x20
    )
    return (
        b"Rar!\x1a\x07\0"
        + _block4(0x73, 0, b"\0" * 6)
        + _block4(0x74, 0x8000 | flags, fields + raw)
        + content
        + _block4(0x7B, 0x4000, b"")
    )


def _block4(kind: int, flags: int, fields: bytes) -> bytes:
    body = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
    return struct.pack("<H", zlib.crc32(body) & 0xFFFF) + body


def rar5(members: Mapping[str, bytes]) -> bytes:
    """A RAR 5 archive with stored files."""
    blocks = [_block5(b"\x01\x00\x00")]
    for name, content in members.items():
        raw = name.encode()
        fields = _vint(2) + _vint(2) + _vint(len(content)) + _vint(4) + _vint(len(content)) + _vint(0)
        fields += struct.pack("<I", zlib.crc32(content)) + _vint(0) + _vint(1) + _vint(len(raw)) + raw
        blocks += [_block5(fields), content]
    return b"Rar!\x1a\x07\x01\0" + b"".join(blocks) + _block5(b"\x05\x00\x00")


def _block5(fields: bytes) -> bytes:
    body = _vint(len(fields)) + fields
    return struct.pack("<I", zlib.crc32(body)) + body


def _vint(number: int) -> bytes:
    made = bytearray()
    while number > 127:
        made.append(number & 127 | 128)
        number >>= 7
    return bytes([*made, number])
