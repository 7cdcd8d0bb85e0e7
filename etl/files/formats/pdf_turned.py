"""Pages of a PDF whose text is turned: a wide table drawn sideways on upright paper, or upright text on turned
paper."""

import math
from collections import Counter

import pypdfium2 as pdfium
import pypdfium2.raw as api

_LOOKED_AT = 200
"""Characters of a page that are looked at."""
_MOST = 0.8
"""Share of them that stand one way if the page is to be read that way."""
_STRAIGHT = 5
"""Degrees by which level text may slope."""


def is_turned(page: pdfium.PdfPage, layer: pdfium.PdfTextPage, index: int) -> bool:
    """Whether the character with that index is not level for a reader, such as that of a watermark across the page."""
    slope = (_angle(layer, index) + page.get_rotation()) % 360
    return bool(_STRAIGHT < slope < 360 - _STRAIGHT)


def turn_upright(page: pdfium.PdfPage, layer: pdfium.PdfTextPage) -> bool:
    """Turn the page so that most of its text is level. Returns whether it was turned: its text layer is made anew."""
    count = layer.count_chars()
    if count == 0:
        return False
    written = (at for at in range(0, count, max(1, count // _LOOKED_AT)) if _is_drawn(layer, at))
    angles = Counter(round(_angle(layer, at)) % 360 for at in written)
    angle, share = max(angles.items(), key=lambda item: item[1], default=(0, 0))
    upright = -angle % 360
    if angle % 90 or upright == page.get_rotation() or share < _MOST * angles.total():
        return False
    page.set_rotation(upright)
    return True


def _is_drawn(layer: pdfium.PdfTextPage, index: int) -> bool:
    is_generated = bool(api.FPDFText_IsGenerated(layer.raw, index) == 1)
    return not is_generated and not chr(api.FPDFText_GetUnicode(layer.raw, index)).isspace()


def _angle(layer: pdfium.PdfTextPage, index: int) -> float:
    """Degrees by which a character is turned on paper that is not, to the right."""
    return math.degrees(max(api.FPDFText_GetCharAngle(layer.raw, index), 0.0)) % 360
