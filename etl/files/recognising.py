"""What the process that reads scans does: which pages need it, and one page at a time.

The models come with RapidOCR's wheel; nothing is downloaded.
"""

import io
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageOps
from rapidocr import RapidOCR

from etl.files.kinds import IMAGES, PDF
from etl.files.lines import Line, in_rows
from etl.files.pdf import open_pdf, pdf_pages
from etl.files.types import FileOutcome, Limits, ScanLimits, Unreadable

_DPI = 120
"""Characters of 10 points are 17 pixels high. 100 to 300 dpi read the sample equally well; more only costs time."""
_OPTIONS = {
    "Global.log_level": "critical",
    # Its classifier of turned lines turned upright ones of the sample round and lost a tenth of the text.
    "Global.use_cls": False,
    "EngineConfig.onnxruntime.intra_op_num_threads": 2,
}
_LONGEST = 4000
"""Pixels to which the longer side of a larger page is drawn; RapidOCR itself shrinks what is longer than 2,000."""
_STRIP = 1.5
"""Height of a strip in widths: a long poster shrunk to one picture would be too small to read."""


def survey(body: bytes, media_type: str, limits: ScanLimits) -> list[list[Line] | None]:
    """The lines of each page; None for one that has to be recognised. Raises `Unreadable`."""
    if media_type == PDF:
        found = pdf_pages(body, Limits())
        pages = [None if page.picture else page.lines for page in found]
    elif media_type in IMAGES:
        pages = [None] * _frames(body, limits)
    else:
        raise Unreadable(FileOutcome.UNSUPPORTED, f"{media_type} is no scan")
    if pages.count(None) > limits.pages:
        raise Unreadable(FileOutcome.TOO_LARGE, f"{pages.count(None)} scanned pages, allowed are {limits.pages}")
    return pages


def recognise(body: bytes, media_type: str, number: int) -> list[Line]:
    """The lines of one page or picture, top to bottom, in points or pixels. Raises `Unreadable`."""
    picture, scale = _drawn(body, number) if media_type == PDF else (_decoded(body, number), 1.0)
    pieces: list[Line] = []
    for top, strip in _strips(picture):
        found = _engine()(strip)
        if found.boxes is None:
            continue
        for box, text in zip(found.boxes.tolist(), found.txts, strict=True):
            xs, ys = zip(*box, strict=True)
            sides = (min(xs), min(ys) + top, max(xs), max(ys) + top)
            pieces.append(Line(text, *(side / scale for side in sides)))
    return in_rows(pieces)


@cache
def _engine() -> Any:
    """The models, loaded once a process."""
    return RapidOCR(params=_OPTIONS)


def _drawn(body: bytes, number: int) -> tuple[Any, float]:
    with open_pdf(body, Limits()) as document:
        page = document[number]
        scale = min(_DPI / 72, _LONGEST / max(page.get_size()))
        return page.render(scale=scale).to_numpy(), scale


def _frames(body: bytes, limits: ScanLimits) -> int:
    """Pages of a picture: a TIFF may have several; what moves in a GIF or WebP is one."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(io.BytesIO(body)) as picture:
            if picture.width * picture.height > limits.pixels:
                raise Unreadable(FileOutcome.TOO_LARGE, f"{picture.width} × {picture.height} pixels")
            return getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
    except (OSError, ValueError, SyntaxError) as error:
        raise Unreadable(FileOutcome.BROKEN, f"not a whole picture: {error}") from error


def _decoded(body: bytes, number: int) -> Any:
    """Blue, green, red, as RapidOCR takes them; what is transparent becomes white."""
    try:
        with Image.open(io.BytesIO(body)) as picture:
            picture.seek(number)
            turned = ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise Unreadable(FileOutcome.BROKEN, f"not a whole picture: {error}") from error
    ground = Image.new("RGBA", turned.size, "white")
    ground.alpha_composite(turned)
    return np.ascontiguousarray(np.asarray(ground)[:, :, 2::-1])


def _strips(picture: Any) -> Iterator[tuple[int, Any]]:
    """(first row, strip) of a picture, cut where its rows are emptiest so that no line of text is cut."""
    height, width = picture.shape[:2]
    step, top = int(width * _STRIP), 0
    while height - top > step * 1.2:
        search = picture[top + step * 3 // 4 : top + step]
        cut = top + step * 3 // 4 + int(search.std(axis=(1, 2)).argmin())
        yield top, picture[top:cut]
        top = cut
    yield top, picture[top:]
