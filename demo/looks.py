"""The look of the invented sites: a style sheet and pictures at whatever address their pages name."""

import struct
import zlib
from functools import lru_cache
from pathlib import PurePosixPath

_STYLE = """@charset "utf-8";
body { margin: 0 auto; max-width: 60rem; padding: 1rem 2rem; font: 16px/1.9 "SimSun", serif; color: #222;
  background: #fff url("look_band.png") repeat-x 0 0; }
h1, .title, #title { font-size: 1.6rem; text-align: center; color: #a3241d; }
table { border-collapse: collapse; width: 100%; } td, th { border: 1px solid #c9b8a8; padding: .3rem .6rem; }
a { color: #1d4f91; } ul { list-style: none; padding: 0; } ul li { display: inline-block; margin-right: 1.2rem; }
@media print { body { background: none; } }
"""
_MEDIA = {".png": "image/png", ".gif": "image/png", ".jpg": "image/png", ".css": "text/css"}


def look_at(path: str) -> tuple[bytes, str] | None:
    """(bytes, media type) of the style sheet or picture at a path; None for what is neither."""
    media_type = _MEDIA.get(PurePosixPath(path).suffix)
    if media_type is None:
        return None
    return (_STYLE.encode() if media_type == "text/css" else _picture(path)), media_type


@lru_cache(maxsize=64)
def _picture(path: str) -> bytes:
    """A PNG of one colour, which the path decides."""
    width, height = (8, 6) if "band" in path else (96, 32)
    colour = (163, 36, 29) if "band" in path else struct.pack(">I", zlib.crc32(path.encode()))[:3]
    row = b"\0" + bytes(colour) * width
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * height)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
