"""Text of PDF files from their text layer, and which of their pages only OCR can read.

Uses PDFium directly. kreuzberg uses it too, but returns lines as they are broken on paper and no table rows, and
returns the codes of fonts without a map to Unicode as text (`!"#$%`). On the sample it also took 3–10 times as long.
"""

import ctypes
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise

import pypdfium2 as pdfium
import pypdfium2.raw as api

from etl.files.formats.pdf_fonts import provide_cjk_fonts
from etl.files.formats.pdf_layers import without_hidden_layers
from etl.files.formats.pdf_symbols import with_signs
from etl.files.formats.pdf_turned import is_turned, turn_upright
from etl.files.layout.columns import in_columns
from etl.files.layout.grid import Box, Grid, Piece, table_lines, to_lines
from etl.files.layout.line import APART, Line
from etl.files.layout.lines import group_rows, is_item_number, merge_rows
from etl.files.layout.radicals import without_radicals
from etl.files.layout.reading_order import in_reading_order, lie_over_each_other, ruled_off
from etl.files.types import FileOutcome, Limits, Unreadable
from etl.raised_text import superscript
from etl.reason_codes import Code
from etl.reasons import encode_reason

_MAY_BE_RAISED = re.compile(r"(?<=\S)[0-9+\-−n]*[0-9][0-9+\-−n]*")
_RAISED_SIZE, _RAISED_BY = 0.85, 0.15
"""Maximum height of a raised digit, and minimum height of its foot, in heights of the character before it."""
_TYPED = (api.FPDF_ANNOT_WIDGET, api.FPDF_ANNOT_FREETEXT, api.FPDF_ANNOT_STAMP)
_WORD = re.compile(r"\S+")
_MIN_DOWNWARDS = 3
"""Minimum number of characters of a line from which its direction, downwards, can be seen."""
_MIN_CHARACTERS = 30
"""Minimum number of characters of a page with a usable text; a page number, a stamp or a watermark has fewer."""
_MAX_UNMAPPED = 0.3
"""Maximum share of characters without a Unicode value in a usable text layer; garbled layers have 0.7 and more."""
_MIN_PICTURE = 0.2
"""Share of a scanned page that pictures cover; a letterhead or a seal covers less."""
_MIN_SCAN = 0.8
"""Share of a page that the picture of a scanner covers."""
_EDGE, _MAX_AT_EDGES = 0.08, 200
"""Share of a page's height, at its top and at its bottom, and characters there that programs put on scans."""
_LETTER, _LEADERS = re.compile(r"[^\W_]"), re.compile(r"([^\w\s]|_)\1{2,}")
_MIN_LETTERS = 0.5
"""Minimum share of letters and digits in the text of a scan; what programs recognise in another script is signs."""
_MIN_PATHS = 100
"""Minimum number of paths on a page whose letters are drawn as curves; an empty form has fewer rulings."""
_MAX_RULINGS = 1_000
"""Maximum number of horizontal rulings that may divide the lines of a page."""
_MAX_SEGMENTS = 20_000
"""Maximum number of path segments on a page with tables; drawings have more."""


@dataclass(frozen=True, slots=True)
class Page:
    """Lines of a page in reading order; `picture`: it must be read by OCR instead; `lost`: it cannot be opened."""

    lines: list[Line]
    picture: bool
    lost: bool = False


@contextmanager
def open_pdf(body: bytes, limits: Limits) -> Iterator[pdfium.PdfDocument]:
    """The open document. Raises `Unreadable` if it is broken, needs a password or has too many pages."""
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
        form = document.get_formtype()
        if form == api.FORMTYPE_XFA_FULL:  # its pages only say that another program is needed
            raise Unreadable(FileOutcome.UNSUPPORTED, encode_reason(Code.XFA_FORM))
        if form != api.FORMTYPE_NONE:
            document.init_forms()
        return [_page(document, number) for number in range(len(document))]


def _open_page(document: pdfium.PdfDocument, number: int) -> tuple[pdfium.PdfPage, bool]:
    """The page with the texts of its form fields and text annotations added to its text layer; and whether there are
    any. They come last in the text, wherever they are on the page."""
    page = document[number]
    if not any(_is_typed(page, at) for at in range(api.FPDFPage_GetAnnotCount(page.raw))):
        return page, False
    if api.FPDFPage_Flatten(page.raw, api.FLAT_NORMALDISPLAY) != api.FLATTEN_SUCCESS:
        return page, False
    page.close()
    return document[number], True


def _is_typed(page: pdfium.PdfPage, at: int) -> bool:
    """Whether an annotation shows text: it is a form field, a text box or a stamp."""
    annotation = api.FPDFPage_GetAnnot(page.raw, at)
    try:
        return api.FPDFAnnot_GetSubtype(annotation) in _TYPED
    finally:
        api.FPDFPage_CloseAnnot(annotation)


def _page(document: pdfium.PdfDocument, number: int) -> Page:
    try:
        page, typed = _open_page(document, number)
    except pdfium.PdfiumError:
        return Page([], picture=False, lost=True)
    layer = page.get_textpage()
    if turn_upright(page, layer):
        layer.close()
        layer = page.get_textpage()
    try:
        count = layer.count_chars()
        unmapped = sum(api.FPDFText_HasUnicodeMapError(layer.raw, at) == 1 for at in range(count))
        if unmapped > max(count * _MAX_UNMAPPED, 10):
            return Page([], picture=True)
        text = layer.get_text_range() if count > 0 else ""
        text = without_radicals(with_signs(layer, text))
        text = without_hidden_layers(page, layer, text, _reader_coordinates(page))
        written = len("".join(text.split()))
        if written < _MIN_CHARACTERS and _is_picture(page):
            return Page([], picture=True)
        if written < _MAX_AT_EDGES and _is_scan_with_edges(page, layer, text):
            return Page([], picture=True)
        if _is_of_signs(text) and _covered(page)[0] > _MIN_SCAN:
            return Page([], picture=True)  # recognised by a program that does not know the script
        return Page(_lines(page, layer, text, typed=typed), picture=False)
    finally:
        layer.close()
        page.close()


def _is_of_signs(text: str) -> bool:
    """Whether a text consists mostly of signs, without leaders and lines to be filled in: 一、总则……3, 姓名：____."""
    words = _LEADERS.sub("", "".join(text.split()))
    return len(_LETTER.findall(words)) < len(words) * _MIN_LETTERS


def _is_scan_with_edges(page: pdfium.PdfPage, layer: pdfium.PdfTextPage, text: str) -> bool:
    """Whether a picture fills the page and all text stands at its upper or lower edge, as programs put it on scans:
    what scanned it, where it came from. A scan that has been recognised has its text all over it."""
    height, to_reader = page.get_size()[1], _reader_coordinates(page)
    margin = _EDGE * height
    for line, start in _split(text):
        first = start + len(line) - len(line.lstrip())
        top, bottom = to_reader(*_box(layer, first))[1::2]
        if margin < (top + bottom) / 2 < height - margin:
            return False
    return _covered(page)[0] > _MIN_SCAN


def _is_picture(page: pdfium.PdfPage) -> bool:
    covered, paths = _covered(page)
    return covered > _MIN_PICTURE or paths > _MIN_PATHS


def _covered(page: pdfium.PdfPage) -> tuple[float, int]:
    """(share of the page that pictures cover, paths on it)."""
    width, height = page.get_size()
    covered, paths = 0.0, 0
    for item in page.get_objects(max_depth=4):
        if item.type == api.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            covered += max(right - left, 0) * max(top - bottom, 0)
        elif item.type in (api.FPDF_PAGEOBJ_PATH, api.FPDF_PAGEOBJ_SHADING):
            paths += 1
    return covered / max(width * height, 1.0), paths


def _lines(page: pdfium.PdfPage, layer: pdfium.PdfTextPage, text: str, *, typed: bool) -> list[Line]:
    to_reader = _reader_coordinates(page)
    vertical, horizontal = _rulings(page, to_reader)
    if len(vertical) >= 2 and len(horizontal) >= 2:
        rows = [
            list(_pieces(page, layer, _with_raised(layer, line, start, to_reader), start))
            for line, start in _split(text)
        ]
        return in_reading_order(table_lines(rows, Grid(vertical, horizontal)))
    if downwards := _downwards(page, layer, text, to_reader):
        return downwards
    lines: list[Line] = []
    parts: list[Line] = []
    for written, start in _split(text):
        line = _with_raised(layer, written, start, to_reader)
        spans = [word.span() for word in _WORD.finditer(line)]
        if typed:
            spans = [part for span in spans for part in _on_one_row(layer, span, start)]
        # The first and the last character of each word give its box.
        words = [
            replace(made, text=line[first:end])
            for first, end in spans
            for made in to_lines([Piece(line[at], to_reader(*_box(layer, start + at))) for at in (first, end - 1)])
        ]
        if not any(_is_on_paper(word, page) for word in words):
            continue
        gaps = [line[before[1] : after[0]] for before, after in pairwise(spans)]
        turned = _is_turned(page, layer, line, start)
        lines.append(replace(_around(words, _spaced(words, gaps)), is_turned=turned))
        parts += words if typed else _apart(words)
    ordered = in_columns([sorted(row, key=lambda part: part.left) for row in group_rows(parts)])
    if ordered is None:
        ordered = merge_rows(parts) if typed else in_reading_order(parts if lie_over_each_other(lines) else lines)
        return ruled_off(ordered, Grid(vertical, horizontal).horizontal) if len(horizontal) < _MAX_RULINGS else ordered
    return ordered


def _downwards(page: pdfium.PdfPage, layer: pdfium.PdfTextPage, text: str, to_reader: Callable[..., Box]) -> list[Line]:
    """The lines of a page that is written downwards, with columns from right to left; none for any other page.

    Their boxes are those of the page rotated to the left, so that they can be joined like other lines.
    """
    made: list[Line] = []
    written = downwards = 0
    width = page.get_size()[0]
    for line, start in _split(text):
        at = [start + number for number, character in enumerate(line) if not character.isspace()]
        written += len(at)
        first, last = to_reader(*_box(layer, at[0])), to_reader(*_box(layer, at[-1]))
        left, right = min(first[0], last[0]), max(first[2], last[2])
        top, bottom = min(first[1], last[1]), max(first[3], last[3])
        if len(at) >= _MIN_DOWNWARDS and last[1] - first[1] > right - left:
            downwards += len(at)
        made.append(Line(line.strip(), top, width - right, bottom, width - left))
    return sorted(made, key=lambda line: (round(line.top), line.left)) if downwards * 2 > written else []


def _with_raised(layer: pdfium.PdfTextPage, line: str, start: int, to_reader: Callable[..., Box]) -> str:
    """The line with raised digits as superscripts: digits that are smaller, and higher than the foot of the character
    before them."""
    if not _MAY_BE_RAISED.search(line):
        return line
    characters = list(line)
    for match in _MAY_BE_RAISED.finditer(line):
        raised_from = start + match.start() - 1
        base = to_reader(*_box(layer, raised_from))
        for at in range(match.start(), match.end()):
            box = to_reader(*_box(layer, start + at))
            height = base[3] - base[1]
            smaller, higher = box[3] - box[1] < _RAISED_SIZE * height, box[3] < base[3] - _RAISED_BY * height
            if smaller and higher and box[0] < base[2] + height and _is_set_smaller(layer, start + at, raised_from):
                characters[at] = superscript(characters[at])
                base = (base[0], base[1], box[2], base[3])
            else:
                base, raised_from = box, start + at
    return "".join(characters)


def _is_set_smaller(layer: pdfium.PdfTextPage, at: int, base: int) -> bool:
    """Whether a character is set in a smaller size than another: the boxes of some fonts are those of their glyphs, and
    a comma reaches lower than a digit."""
    size, of_base = _size(layer, at), _size(layer, base)
    return size < _RAISED_SIZE * of_base or not of_base


def _size(layer: pdfium.PdfTextPage, at: int) -> float:
    """The size in which a character is set."""
    index, matrix = api.FPDFText_GetCharIndexFromTextIndex(layer.raw, at), api.FS_MATRIX()
    if index < 0 or not api.FPDFText_GetMatrix(layer.raw, index, ctypes.byref(matrix)):
        return 0.0
    return float(api.FPDFText_GetFontSize(layer.raw, index) * math.hypot(matrix.c, matrix.d))


def _spaced(words: Sequence[Line], gaps: Sequence[str]) -> str:
    """The words of a line, joined with the gaps between them. A single space may come from PDFium, for a gap of any
    width: if the gap is wider than two characters, it separates cells. Several spaces were typed, as in the blanks of a
    form. A number and its item, at a tab, are no cells."""
    wide = [
        gap == " " and word.left - before.right > APART * word.height
        for before, gap, word in zip(words, gaps, words[1:], strict=False)
    ]
    if wide.count(True) == 1 and wide[0] and is_item_number(words[0].text):
        wide[0] = False
    text = words[0].text
    for is_wide, gap, word in zip(wide, gaps, words[1:], strict=False):
        text += (" | " if is_wide else gap) + word.text
    return text


def _is_on_paper(word: Line, page: pdfium.PdfPage) -> bool:
    """Whether any part of the word is within the visible area of the page."""
    width, height = page.get_size()
    has_box = word.right > word.left and word.bottom > word.top
    return not has_box or (word.right > 0 and word.bottom > 0 and word.left < width and word.top < height)


def _on_one_row(layer: pdfium.PdfTextPage, span: tuple[int, int], start: int) -> Iterator[tuple[int, int]]:
    """The parts of a word that are each on one row. The texts of form fields follow each other without a space."""
    first, end = span
    boxes = [_box(layer, start + at) for at in range(first, end)]
    begin = first
    for at, (before, box) in enumerate(pairwise(boxes), first + 1):
        if box[1] > before[3] or box[3] < before[1] or box[2] < before[0]:
            yield begin, at
            begin = at
    yield begin, end


def _around(words: Sequence[Line], text: str) -> Line:
    return Line(
        text,
        min(word.left for word in words),
        min(word.top for word in words),
        max(word.right for word in words),
        max(word.bottom for word in words),
    )


def _apart(words: Sequence[Line]) -> Iterator[Line]:
    """The words of a line, divided where the gap is wider than a character."""
    first = 0
    for at in range(1, len(words) + 1):
        if at == len(words) or words[at].left - words[at - 1].right > words[at].height:
            yield _around(words[first:at], " ".join(word.text for word in words[first:at]))
            first = at


def _split(text: str) -> Iterator[tuple[str, int]]:
    """(line, index of its first character) for each line of a page's text that is not blank."""
    at = 0
    for line in text.split("\r\n"):
        if line.strip():
            yield line.replace("\ufffe", "-").replace("\x02", "-"), at
        at += len(line) + 2


def _pieces(page: pdfium.PdfPage, layer: pdfium.PdfTextPage, line: str, start: int) -> Iterator[Piece]:
    to_reader, turned = _reader_coordinates(page), _is_turned(page, layer, line, start)
    for at, character in enumerate(line, start):
        yield Piece(character, to_reader(*_box(layer, at)), turned)


def _is_turned(page: pdfium.PdfPage, layer: pdfium.PdfTextPage, line: str, start: int) -> bool:
    first = start + len(line) - len(line.lstrip())
    index = api.FPDFText_GetCharIndexFromTextIndex(layer.raw, first)
    return index >= 0 and is_turned(page, layer, index)


def _box(layer: pdfium.PdfTextPage, at: int) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of the character with that index, with the width and height that the font states."""
    index = api.FPDFText_GetCharIndexFromTextIndex(layer.raw, at)
    box = api.FS_RECTF()
    if index < 0 or not api.FPDFText_GetLooseCharBox(layer.raw, index, ctypes.byref(box)):
        return 0.0, 0.0, 0.0, 0.0
    return box.left, box.bottom, box.right, box.top


def _reader_coordinates(page: pdfium.PdfPage) -> Callable[..., Box]:
    """A function from the page's coordinates (upwards, before rotation) to those of a reader (downwards, after it)."""
    left, bottom, right, top = page.get_bbox()
    rotation = page.get_rotation()

    def to_reader(x0: float, y0: float, x1: float, y1: float) -> Box:
        if rotation == 90:
            return y0 - bottom, x0 - left, y1 - bottom, x1 - left
        if rotation == 180:
            return right - x1, y0 - bottom, right - x0, y1 - bottom
        if rotation == 270:
            return top - y1, right - x1, top - y0, right - x0
        return x0 - left, top - y1, x1 - left, top - y0

    return to_reader


def _rulings(page: pdfium.PdfPage, to_reader: Callable[..., Box]) -> tuple[list[Box], list[Box]]:
    """(vertical, horizontal) lines ruled on the page; none for a drawing."""
    vertical: list[Box] = []
    horizontal: list[Box] = []
    segments = 0
    for path in page.get_objects(filter=[api.FPDF_PAGEOBJ_PATH], max_depth=1):
        points = list(_points(path))
        segments += len(points)
        if segments > _MAX_SEGMENTS:
            return [], []
        for (x0, y0), (x1, y1) in points:
            box = to_reader(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            width, height = box[2] - box[0], box[3] - box[1]
            if width < 1 and height > 4:
                vertical.append(box)
            elif height < 1 and width > 4:
                horizontal.append(box)
    return vertical, horizontal


def _points(path: pdfium.PdfObject) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Straight segments of a path as (start, end), in the page's coordinates."""
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
