"""Signs of a PDF in fonts of symbols, whose characters have codes of the private use area, or those of letters."""

import ctypes
import re

import pypdfium2 as pdfium
import pypdfium2.raw as api

from etl.files.formats.symbol_fonts import in_font

_MAY_BE_SIGNS = re.compile("[\uf020-\uf0ff]|(?<![A-Za-z])[ORPQSTo£¨ýþüûnl](?![A-Za-z])")
"""Office writes the former; the latter are the letters of tick boxes, which a word never stands beside."""
_NAME_BYTES = 128


def with_signs(layer: pdfium.PdfTextPage, text: str) -> str:
    """The text with the signs that its fonts show: tick boxes, circled numbers, arrows. Ornaments stay as they are."""
    return _MAY_BE_SIGNS.sub(lambda match: in_font(match[0], _font(layer, match.start())) or match[0], text)


def _font(layer: pdfium.PdfTextPage, at: int) -> str:
    """The name of the font of the character with that index, without the mark of a subset (ABCDEF+)."""
    index = api.FPDFText_GetCharIndexFromTextIndex(layer.raw, at)
    name, flags = ctypes.create_string_buffer(_NAME_BYTES), ctypes.c_int()
    length = api.FPDFText_GetFontInfo(layer.raw, index, name, _NAME_BYTES, ctypes.byref(flags)) if index >= 0 else 0
    font = name.raw[: min(length, _NAME_BYTES)].rstrip(b"\0").decode("utf-8", "replace").rpartition("+")[2]
    return font.replace("-Regular", "").replace("MT", "")
