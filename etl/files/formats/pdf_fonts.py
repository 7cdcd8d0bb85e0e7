"""A stand-in for the Chinese, Japanese and Korean fonts that a PDF names without embedding them.

PDFium omits a text object from a page's text if its glyphs have no width, and has no CJK glyphs itself. So on a machine
without such fonts, like our image, every text object of one character was lost without an error: a full stop on a line
of its own, "是" in a table cell, the whole text of a document that positions each character. The stand-in is invisible,
so pages drawn for OCR look the same as before. Fonts of the character collection "Identity" are not covered, because
ISO 32000-1, 9.7.5.2, requires them to be embedded.
"""

import ctypes
from functools import cache
from struct import pack
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as api

_CJK = {
    api.FXFONT_SHIFTJIS_CHARSET,
    api.FXFONT_HANGEUL_CHARSET,
    api.FXFONT_GB2312_CHARSET,
    api.FXFONT_CHINESEBIG5_CHARSET,
}
_VISIBLE = ((0x21, 0x2FFF), (0x3001, 0x10FFFF))
"""Code points that get a glyph: all except control characters and the two spaces."""


@cache
def provide_cjk_fonts() -> None:
    """Makes PDFium use the stand-in if the machine lacks a font. Call it once in a process, before opening
    documents."""
    _StandIn().setup()


class _StandIn(pdfium.PdfSysfontBase):  # type: ignore[misc]  # pypdfium2 has no types
    """PDFium's own font search, with the stand-in as the last choice. Method names are those of fpdf_sysfontinfo.h."""

    def __init__(self) -> None:
        super().__init__()
        self.font = invisible_font()
        self.buffer = ctypes.create_string_buffer(self.font, len(self.font))
        self.handle = ctypes.addressof(self.buffer)

    def MapFont(self, this: Any, weight: int, italic: int, charset: int, *others: Any) -> int | None:
        machine_font: int | None = super().MapFont(this, weight, italic, charset, *others)
        return machine_font or (self.handle if charset in _CJK else None)

    def GetFontData(self, this: Any, font: int, table: int, buffer: Any, size: int) -> int:
        if font != self.handle:
            return int(super().GetFontData(this, font, table, buffer, size))
        if table:  # A single table; 0 is the whole file.
            return 0
        if buffer and size >= len(self.font):
            ctypes.memmove(buffer, self.font, len(self.font))
        return len(self.font)

    def GetFaceName(self, this: Any, font: int, buffer: Any, size: int) -> int:
        return 0 if font == self.handle else int(super().GetFaceName(this, font, buffer, size))

    def GetFontCharset(self, this: Any, font: int) -> int:
        return int(api.FXFONT_GB2312_CHARSET if font == self.handle else super().GetFontCharset(this, font))

    def DeleteFont(self, this: Any, font: int) -> None:
        if font != self.handle:
            super().DeleteFont(this, font)


def invisible_font() -> bytes:
    """A TrueType font in which all visible characters have the same glyph: a line drawn forth and back, which has a box
    (0.7 em wide and high) but no area. Tables and their fields: OpenType specification, "Font File"."""
    em, size = 1000, 700
    outline = pack(">HH2B4h", 1, 0, 1, 1, 0, size, 0, size)  # Contour ends at point 1, no instructions, two points.
    glyph = pack(">5h", 1, 0, 0, size, size) + outline + b"\0\0"
    glyphs = 2  # Number 0 is for characters without a glyph, so the map needs another one.
    groups = b"".join(pack(">3I", first, last, 1) for first, last in _VISIBLE)
    cmap_13 = pack(">2H3I", 13, 0, 16 + len(groups), 0, len(_VISIBLE)) + groups  # Format 13: many to one.
    tables = {
        b"cmap": pack(">4HI", 0, 1, 3, 10, 12) + cmap_13,
        b"glyf": glyph * glyphs,
        b"head": pack(">4I2H16x4h2H3h", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, em, 0, 0, size, size, 0, 8, 2, 0, 0),
        b"hhea": pack(">I15hH", 0x10000, em, 0, 0, em, 0, 0, size, 1, 0, 0, 0, 0, 0, 0, 0, glyphs),
        b"hmtx": pack(">Hh", em, 0) * glyphs,
        b"loca": pack(">3H", 0, len(glyph) // 2, len(glyph)),  # In units of two bytes.
        b"maxp": pack(">I14H", 0x10000, glyphs, 2, 1, 0, 0, 1, *[0] * 8),
    }
    directory = pack(">I4H", 0x10000, len(tables), 64, 2, 16 * len(tables) - 64)
    start, content = len(directory) + 16 * len(tables), b""
    for tag, table in tables.items():
        directory += pack(">4s3I", tag, 0, start + len(content), len(table))
        content += table + b"\0" * (-len(table) % 4)
    return directory + content
