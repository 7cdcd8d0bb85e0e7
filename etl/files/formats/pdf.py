"""Text of PDF files from their text layer, and which of their pages are pictures that only OCR can read.

With PDFium directly: kreuzberg stands on it too, but gives lines as they are broken on paper, no rows of tables, and
takes the codes of fonts without a map to Unicode for text (`!"#$%`). On the sample it also took 3–10 times as long.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pypdfium2 as pdfium
import pypdfium2.raw as api

from etl.files.formats.pdf_fonts import provide_cjk_fonts
from etl.files.layout.grid import Box, Grid, Piece, table_lines, to_lines
from etl.files.layout.lines import Line
from etl.files.types import FileOutcome, Limits, Unreadable
from etl.reason_codes import Code
from etl.reasons import encode_reason

_FEW = 30
"""Readable characters below which a page has no text of its own: a page number, a stamp, a watermark."""
_UNMAPPED = 0.3
"""Share of characters without a meaning that makes a text layer worthless; garbled ones have 0.7 and more."""
_PICTURE = 0.2
"""Share of the page that pictures cover on a scanned one; a letterhead or a seal covers less."""
_DRAWN = 100
"""Paths on a page without text: letters drawn as curves are many, the rulings of an empty form are few."""
_MOST_PATHS = 20_000
"""Path segments beyond which a page is a drawing, not a table."""


@dataclass(frozen=True, slots=True)
class Page:
    """Lines of a page in reading order, and whether it must be read by OCR instead."""

    lines: list[Line]
    picture: bool


@contextmanager
def open_pdf(body: bytes, limits: Limits) -> Iterator[pdfium.PdfDocument]:
    """The document. Raises `Unreadable` for one that is broken, asks for a password or has too many pages."""
    provide_cjk_fonts()
    try:
        document = pdfium.PdfDocument(body)
    except pdfium.PdfiumError as error:
        words = " ".join(str(error).split())
        if "password" in words.lower() or "security" in words.lower():
            raise Unreadable(FileOutcome.ENCRYPTED, encode_reason(Code.PASSWORD)) from error
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.PARSER_FAILED, error=words)) from error
    with document:
        if len(document) > limits.pages:
            raise Unreadable(
                FileOutcome.TOO_LARGE, encode_reason(Code.FILE_OVER_PAGES, pages=len(document), limit=limits.pages)
            )
        if len(document) == 0:
            raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.NO_PAGES))
        yield document


def pdf_pages(body: bytes, limits: Limits) -> list[Page]:
    """All pages. Raises `Unreadable`."""
    with open_pdf(body, limits) as document:
        return [_page(document, number) for number in range(len(document))]


def _page(document: pdfium.PdfDocument, number: int) -> Page:
    try:
        page = document[number]
    except pdfium.PdfiumError:
        return Page([], picture=False)
    layer = page.get_textpage()
    try:
        count = layer.count_chars()
        unmapped = sum(api.FPDFText_HasUnicodeMapError(layer.raw, at) == 1 for at in range(count))
        if unmapped > max(count * _UNMAPPED, 10):
            return Page([], picture=True)
        text = layer.get_text_range() if count > 0 else ""
        if len("".join(text.split())) < _FEW and _is_picture(page):
            return Page([], picture=True)
        return Page(_lines(page, layer, text), picture=False)
    finally:
        layer.close()
        page.close()


def _is_picture(page: pdfium.PdfPage) -> bool:
    width, height = page.get_size()
    covered, paths = 0.0, 0
    for thing in page.get_objects(max_depth=4):
        if thing.type == api.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = thing.get_bounds()
            covered += max(right - left, 0) * max(top - bottom, 0)
        elif thing.type in (api.FPDF_PAGEOBJ_PATH, api.FPDF_PAGEOBJ_SHADING):
            paths += 1
    return covered > _PICTURE * width * height or paths > _DRAWN


def _lines(page: pdfium.PdfPage, layer: pdfium.PdfTextPage, text: str) -> list[Line]:
    place = _placing(page)
    vertical, horizontal = _rulings(page, place)
    if len(vertical) >= 2 and len(horizontal) >= 2:
        rows = [list(_pieces(layer, line, start, place)) for line, start in _split(text)]
        return table_lines(rows, Grid(vertical, horizontal))
    found: list[Line] = []
    for line, start in _split(text):
        # The first and the last character tell where a line stands.
        first, last = len(line) - len(line.lstrip()), len(line.rstrip()) - 1
        ends = [Piece(line[at], place(*_box(layer, start + at))) for at in (first, last)]
        found += [replace(made, text=line.strip()) for made in to_lines(ends)]
    return found


def _split(text: str) -> Iterator[tuple[str, int]]:
    """Lines of a page's text with the place of their first character."""
    at = 0
    for line in text.split("\r\n"):
        if line.strip():
            yield line.replace("\ufffe", "-").replace("\x02", "-"), at
        at += len(line) + 2


def _pieces(layer: pdfium.PdfTextPage, line: str, start: int, place: Callable[..., Box]) -> Iterator[Piece]:
    for at, character in enumerate(line, start):
        yield Piece(character, place(*_box(layer, at)))


def _box(layer: pdfium.PdfTextPage, at: int) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of the character at a place of the text, as wide and high as its font says."""
    index = api.FPDFText_GetCharIndexFromTextIndex(layer.raw, at)
    box = api.FS_RECTF()
    if index < 0 or not api.FPDFText_GetLooseCharBox(layer.raw, index, ctypes.byref(box)):
        return 0.0, 0.0, 0.0, 0.0
    return box.left, box.bottom, box.right, box.top


def _placing(page: pdfium.PdfPage) -> Callable[..., Box]:
    """From the page's own coordinates (from below, before it is turned) to those that a reader sees (from above)."""
    left, bottom, right, top = page.get_bbox()
    turned = page.get_rotation()

    def place(x0: float, y0: float, x1: float, y1: float) -> Box:
        if turned == 90:
            return y0 - bottom, x0 - left, y1 - bottom, x1 - left
        if turned == 180:
            return right - x1, y0 - bottom, right - x0, y1 - bottom
        if turned == 270:
            return top - y1, right - x1, top - y0, right - x0
        return x0 - left, top - y1, x1 - left, top - y0

    return place


def _rulings(page: pdfium.PdfPage, place: Callable[..., Box]) -> tuple[list[Box], list[Box]]:
    vertical: list[Box] = []
    horizontal: list[Box] = []
    seen = 0
    for path in page.get_objects(filter=[api.FPDF_PAGEOBJ_PATH], max_depth=1):
        points = list(_points(path))
        seen += len(points)
        if seen > _MOST_PATHS:
            return [], []
        for (x0, y0), (x1, y1) in points:
            box = place(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            width, height = box[2] - box[0], box[3] - box[1]
            if width < 1 and height > 4:
                vertical.append(box)
            elif height < 1 and width > 4:
                horizontal.append(box)
    return vertical, horizontal


def _points(path: pdfium.PdfObject) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """The straight parts of a path, from point to point, in the page's coordinates."""
    matrix = path.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    last = first = (0.0, 0.0)
    for at in range(api.FPDFPath_CountSegments(path.raw)):
        segment = api.FPDFPath_GetPathSegment(path.raw, at)
        api.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        here = matrix.on_point(x.value, y.value)
        kind = api.FPDFPathSegment_GetType(segment)
        if kind == api.FPDF_SEGMENT_MOVETO:
            first = here
        elif kind == api.FPDF_SEGMENT_LINETO:
            yield last, here
        last = here
        if api.FPDFPathSegment_GetClose(segment):
            yield here, first
