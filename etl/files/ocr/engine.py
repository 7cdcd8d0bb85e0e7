"""Functions that run in the process that reads scans: list the pages to recognise, read one page, join the text.

The models come with RapidOCR's wheel; nothing is downloaded.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import asdict, astuple
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import rapidocr
from omegaconf import flag_override
from onnxruntime import InferenceSession, SessionOptions
from PIL import Image, ImageOps
from rapidocr import RapidOCR

from etl.files.formats.archives import member_of
from etl.files.formats.docx import Document, read_docx
from etl.files.formats.ofd import ofd_pages, ofd_picture
from etl.files.formats.office import inner_text
from etl.files.formats.pdf import open_pdf, pdf_pages
from etl.files.formats.pictures import page_pictures
from etl.files.formats.zip_packages import open_zip
from etl.files.layout.line import Line
from etl.files.layout.lines import drop_page_edges, merge_rows, paragraphs
from etl.files.media_types import DOCX, IMAGES, OFD, PDF, WITH_PICTURES
from etl.files.read import read_file
from etl.files.types import FileOutcome, FileReading, Limits, ScanLimits, Unreadable
from etl.reason_codes import Code
from etl.reasons import encode_reason

_DPI = 120
"""Characters of 10 points are then 17 pixels high. The sample is read equally well with 100 to 300 dpi; more dpi take
longer."""
_OPTIONS = {
    "Global.log_level": "critical",
    # The classifier for upside-down lines also turned upright lines of the sample, and lost a tenth of their text.
    "Global.use_cls": False,
}
_MODELS = {
    part: Path(rapidocr.__file__).parent / "models" / f"PP-OCRv6_{part.lower()}_small.onnx" for part in ("Det", "Rec")
}
_MAX_SIDE = 4000
"""Pixels of the longer side of a drawn page; RapidOCR itself shrinks pictures longer than 2,000."""
_STRIP = 1.5
"""Height of a strip, in widths of the picture. Without strips, a long poster would be shrunk until it is unreadable."""


def read_whole(body: bytes, recognised: list[list[Any]]) -> FileReading:
    """The reading of a file, with the texts that OCR recognised in it or its members. `recognised`: path, type,
    outcome, reason, text and number of pages of each."""
    known = {
        path: FileReading(kind, FileOutcome(outcome), reason, text, pages, "ocr")
        for path, kind, outcome, reason, text, pages in recognised
    }
    return read_file(body, "", asdict(Limits()), known)


@lru_cache(1)  # one page after the other is asked for
def _member(body: bytes, path: str) -> bytes:
    return member_of(body, path, Limits())


def pages_to_recognise(body: bytes, media_type: str, limits: dict[str, Any], path: str = "") -> list[bool]:
    """For each page, whether it must be recognised; the others have a text layer. Raises `Unreadable`.

    `path`: of the member, if the body is an archive.
    """
    allowed = ScanLimits(**limits)
    body = _member(body, path) if path else body
    if media_type == PDF:
        pages = [page.picture for page in pdf_pages(body, Limits())]
    elif media_type == OFD:
        pages = [page.picture for page in ofd_pages(body, Limits())[0]]
    elif media_type == DOCX:
        pages = [True] * len(_document(body).pictures)
    elif media_type in WITH_PICTURES:
        pages = [True] * len(page_pictures(body, Limits()))
    elif media_type in IMAGES:
        pages = [True] * _frames(body, allowed)
    else:
        raise Unreadable(FileOutcome.UNSUPPORTED, encode_reason(Code.NOT_A_SCAN, media_type=media_type))
    if sum(pages) > allowed.pages:
        raise Unreadable(
            FileOutcome.TOO_LARGE, encode_reason(Code.SCAN_OVER_PAGES, pages=sum(pages), limit=allowed.pages)
        )
    return pages


def recognise(body: bytes, media_type: str, number: int, path: str = "") -> str:
    """The lines of one page or picture as JSON, for `join_pages`; `number` from 0. Raises `Unreadable`."""
    body = _member(body, path) if path else body
    return json.dumps([astuple(line) for line in _lines(body, media_type, number)])


def join_pages(body: bytes, media_type: str, recognised: list[str | None], path: str = "") -> str:
    """The text of all pages: recognised lines as JSON, or None for a page with a text layer."""
    body = _member(body, path) if path else body
    layer = _layer(body, media_type) if None in recognised else []
    pages = [
        layer[number] if lines is None else [Line(*line) for line in json.loads(lines)]
        for number, lines in enumerate(recognised)
    ]
    before = [_document(body).text] if media_type == DOCX else []
    return "\n".join(filter(None, (*before, *paragraphs(drop_page_edges(pages)))))


def _layer(body: bytes, media_type: str) -> list[list[Line]]:
    """The lines of each page with a text of its own."""
    if media_type == OFD:
        return [page.lines for page in ofd_pages(body, Limits())[0]]
    return [page.lines for page in pdf_pages(body, Limits())]


def _document(body: bytes) -> Document:
    return read_docx(body, Limits(), inner_text)


def _picture(body: bytes, media_type: str, number: int) -> tuple[bytes, int]:
    """(bytes of the picture of a page, its number among the pages of that picture). Raises `Unreadable`."""
    if media_type == DOCX or media_type in WITH_PICTURES:
        pictures = _document(body).pictures if media_type == DOCX else page_pictures(body, Limits())
        with open_zip(body, Limits()) as archive:
            return archive.read(pictures[number]), 0
    if media_type == OFD:
        part = ofd_pages(body, Limits())[0][number].image
        if not part:
            raise Unreadable(FileOutcome.UNSUPPORTED, encode_reason(Code.NOT_A_SCAN, media_type=media_type))
        return ofd_picture(body, part, Limits()), 0
    return body, number


def _lines(body: bytes, media_type: str, number: int) -> list[Line]:
    """The lines of one page or picture, top to bottom, in points or pixels."""
    if media_type == PDF:
        picture, scale = _drawn(body, number)
    else:
        picture, scale = _decoded(*_picture(body, media_type, number)), 1.0
    pieces: list[Line] = []
    for top, strip in _strips(picture):
        result = _engine()(strip)
        if result.boxes is None:
            continue
        for box, text in zip(result.boxes.tolist(), result.txts, strict=True):
            xs, ys = zip(*box, strict=True)
            sides = (min(xs), min(ys) + top, max(xs), max(ys) + top)
            pieces.append(Line(text, *(side / scale for side in sides)))
    return merge_rows(pieces)


@cache
def _engine() -> Any:
    """The models, loaded once in each process.

    By default their threads spin while they wait for each other, which takes a third more CPU and is not faster; here
    they sleep. RapidOCR has no option for this, but accepts sessions that are created elsewhere.
    """
    options = SessionOptions()
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = 2
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    engine = RapidOCR(params=_OPTIONS)
    with flag_override(engine.cfg, "allow_objects", True):
        for part, model in _MODELS.items():
            engine.cfg[part].session = InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return engine


def _drawn(body: bytes, number: int) -> tuple[Any, float]:
    with open_pdf(body, Limits()) as document:
        page = document[number]
        scale = min(_DPI / 72, _MAX_SIDE / max(page.get_size()))
        return page.render(scale=scale).to_numpy(), scale


def _frames(body: bytes, limits: ScanLimits) -> int:
    """Number of pages of a picture: several in a TIFF, one in an animated GIF or WebP."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(io.BytesIO(body)) as picture:
            if picture.width * picture.height > limits.pixels:
                raise Unreadable(
                    FileOutcome.TOO_LARGE,
                    encode_reason(Code.PICTURE_TOO_LARGE, width=picture.width, height=picture.height),
                )
            return getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
    except (OSError, ValueError, SyntaxError) as error:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.PICTURE_NOT_WHOLE, error=error)) from error


def _decoded(body: bytes, number: int) -> Any:
    """Pixels as an array of blue, green, red, which RapidOCR expects; transparent pixels become white."""
    try:
        with Image.open(io.BytesIO(body)) as picture:
            picture.seek(number)
            turned = ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.PICTURE_NOT_WHOLE, error=error)) from error
    ground = Image.new("RGBA", turned.size, "white")
    ground.alpha_composite(turned)
    return np.ascontiguousarray(np.asarray(ground)[:, :, 2::-1])


def _strips(picture: Any) -> Iterator[tuple[int, Any]]:
    """(first row, strip) of a picture, cut at its emptiest rows so that no line of text is cut."""
    height, width = picture.shape[:2]
    step, top = int(width * _STRIP), 0
    while height - top > step * 1.2:
        search = picture[top + step * 3 // 4 : top + step]
        cut = top + step * 3 // 4 + int(search.std(axis=(1, 2)).argmin())
        yield top, picture[top:cut]
        top = cut
    yield top, picture[top:]
