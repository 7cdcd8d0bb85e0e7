"""Workbooks of Excel 97–2003 that are encrypted although anybody may open them, according to [MS-XLS] 2.2.10 and
[MS-OFFCRYPTO] 2.3.5 and 2.3.6.

If the structure of a workbook is protected, Excel encrypts the whole file with a password of its own, and opens it
without a question.
"""

import hashlib
import struct
from collections.abc import Callable, Iterator
from itertools import islice

_DEFAULT = "VelvetSweatshop".encode("utf-16-le")
"""The password that Excel tries before it asks for one."""
_FILEPASS, _SHEET = 0x2F, 0x85
_PLAIN = {0x809, _FILEPASS, 0xE1, 0x194, 0x195, 0x138, 0x196}
"""Records that are never encrypted."""
_BLOCK = 1024
"""Bytes that have a key of their own."""


def without_protection(stream: bytes, protection: bytes) -> bytes | None:
    """The workbook stream with its records decrypted; None if it needs a password. `protection`: what its record of
    that name contains."""
    try:
        key_of = _keys(protection)
    except struct.error:
        return None
    return None if key_of is None else b"".join(_decrypted(stream, key_of))


def _keys(protection: bytes) -> Callable[[int], bytes] | None:
    """A function that gives the key of each block; None if the file has another password, or another method."""
    method, major, minor = struct.unpack_from("<HHH", protection)
    if (method, major, minor) == (1, 1, 1):
        salt, verifier, verified = protection[6:22], protection[22:38], protection[38:54]
        short = hashlib.md5(_DEFAULT, usedforsecurity=False).digest()[:5]
        base = hashlib.md5((short + salt) * 16, usedforsecurity=False).digest()[:5]

        def key(block: int) -> bytes:
            return hashlib.md5(base + struct.pack("<I", block), usedforsecurity=False).digest()

        hashed = hashlib.md5
    elif method == 1 and major in (2, 3, 4) and minor == 2:
        (size,) = struct.unpack_from("<I", protection, 10)
        bits = struct.unpack_from("<I", protection, 14 + 16)[0] or 40
        at = 14 + size
        salt, verifier, verified = (
            protection[at + 4 : at + 20],
            protection[at + 20 : at + 36],
            protection[at + 40 :][:20],
        )
        base = hashlib.sha1(salt + _DEFAULT, usedforsecurity=False).digest()

        def key(block: int) -> bytes:
            made = hashlib.sha1(base + struct.pack("<I", block), usedforsecurity=False).digest()[: bits // 8]
            return made.ljust(16, b"\0") if bits == 40 else made

        hashed = hashlib.sha1
    else:
        return None
    shown = _combined(verifier + verified, _stream(key(0)))
    return key if hashed(shown[:16], usedforsecurity=False).digest() == shown[16:] else None


def _decrypted(stream: bytes, key_of: Callable[[int], bytes]) -> Iterator[bytes]:
    """The records; the heads of all, and some as a whole, are plain."""
    at, block, pad = 0, -1, b""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield stream[at : at + 4]
        at += 4
        plain = length if kind in _PLAIN else 4 if kind == _SHEET else 0
        end = min(at + length, len(stream))
        yield stream[at : min(at + plain, end)]
        at = min(at + plain, end)
        while at < end:
            if at // _BLOCK != block:
                block = at // _BLOCK
                pad = bytes(islice(_stream(key_of(block)), _BLOCK))
            last = min(end, (block + 1) * _BLOCK)
            yield _combined(stream[at:last], iter(pad[at % _BLOCK :]))
            at = last


def _combined(content: bytes, pad: Iterator[int]) -> bytes:
    return bytes(byte ^ own for byte, own in zip(content, pad, strict=False))


def _stream(key: bytes) -> Iterator[int]:
    """The pseudo-random bytes of RC4."""
    state = list(range(256))
    mixed = 0
    for at in range(256):
        mixed = (mixed + state[at] + key[at % len(key)]) % 256
        state[at], state[mixed] = state[mixed], state[at]
    at = mixed = 0
    while True:
        at = (at + 1) % 256
        mixed = (mixed + state[at]) % 256
        state[at], state[mixed] = state[mixed], state[at]
        yield state[(state[at] + state[mixed]) % 256]
