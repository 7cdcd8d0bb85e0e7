"""Removes text of a PDF that is in layers which are switched off (optional content, ISO 32000-1, 8.11).

PDFium includes such text in its text layer although it does not draw it, and does not say which layers are on. So the
page is drawn: text in a layer that leaves no trace in the drawing is not visible.
"""

import ctypes
from collections.abc import Callable, Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as api

from etl.files.layout.grid import Box

_MARK = "OC"
_CONTRAST = 24
"""Minimum difference (of 255) between the darkest and the lightest pixel of an area in which something is drawn."""


def without_hidden_layers(
    page: pdfium.PdfPage, layer: pdfium.PdfTextPage, text: str, to_reader: Callable[..., Box]
) -> str:
    """The page's text, with spaces instead of the text in layers that are off.

    Considers only characters that PDFium would certainly draw if their layer were on: those of embedded fonts, and
    ASCII, for which PDFium has its own font.
    """
    raw = page.raw
    # Uses the raw API instead of pypdfium2's objects, as a page may have thousands and hardly any is in a layer.
    items = (api.FPDFPage_GetObject(raw, number) for number in range(api.FPDFPage_CountObjects(raw)))
    in_layers = [item for item in items if api.FPDFPageObj_CountMarks(item) > 0 and _is_text_in_layer(item)]
    if not in_layers:
        return text
    picture = page.render(scale=1, grayscale=True)
    unseen = {
        _address(item): api.FPDFFont_GetIsEmbedded(api.FPDFTextObj_GetFont(item)) == 1
        for item in in_layers
        if not _has_ink(picture, to_reader(*_bounds(item)))
    }
    return "".join(_shown(layer, text, unseen)) if unseen else text


def _shown(layer: pdfium.PdfTextPage, text: str, unseen: dict[int, bool]) -> Iterator[str]:
    for at, character in enumerate(text):
        index = api.FPDFText_GetCharIndexFromTextIndex(layer.raw, at)
        item = _address(api.FPDFText_GetTextObject(layer.raw, index)) if index >= 0 else 0
        is_hidden = item in unseen and (unseen[item] or character.isascii()) and not character.isspace()
        yield " " if is_hidden else character


def _is_text_in_layer(item: ctypes.c_void_p) -> bool:
    if api.FPDFPageObj_GetType(item) != api.FPDF_PAGEOBJ_TEXT:
        return False
    numbers = range(api.FPDFPageObj_CountMarks(item))
    return any(_name(api.FPDFPageObj_GetMark(item, number)) == _MARK for number in numbers)


def _bounds(item: ctypes.c_void_p) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    api.FPDFPageObj_GetBounds(item, *map(ctypes.byref, (left, bottom, right, top)))
    return left.value, bottom.value, right.value, top.value


def _name(mark: ctypes.c_void_p) -> str:
    length, name = ctypes.c_ulong(), ctypes.create_string_buffer(64)
    place = ctypes.cast(name, ctypes.POINTER(ctypes.c_ushort))
    if not api.FPDFPageObjMark_GetName(mark, place, len(name), ctypes.byref(length)):
        return ""
    return name.raw[: min(length.value, len(name))].decode("utf-16-le", "replace").rstrip("\0")


def _has_ink(picture: pdfium.PdfBitmap, box: Box) -> bool:
    left, top, right, bottom = (round(side) for side in box)
    left, right = max(left, 0), min(right + 1, picture.width)
    lines = range(max(top, 0), min(bottom + 1, picture.height))
    dots = b"".join(
        bytes(picture.buffer[line * picture.stride + left : line * picture.stride + right]) for line in lines
    )
    return bool(dots) and max(dots) - min(dots) > _CONTRAST


def _address(pointer: object) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0  # type: ignore[arg-type]
