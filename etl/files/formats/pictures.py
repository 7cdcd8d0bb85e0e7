"""Pictures in workbooks and presentations that may be scanned pages: of those without words."""

import io
import re
from collections.abc import Iterator

from PIL import Image

from etl.files.formats.zip_packages import Package, open_zip, relations_in
from etl.files.types import Limits

_HOLDER = re.compile(r"(?:xl/drawings|ppt/slides)/_rels/[a-z]{1,16}(\d{1,4})\.xml\.rels")
_MIN_PIXELS = 200_000
"""Pixels of a picture that may be a scanned page; logos and stamps have fewer."""


def page_pictures(body: bytes, limits: Limits) -> list[str]:
    """The parts of the pictures that may be scanned pages, in the order of sheets or slides. Raises `Unreadable`."""
    with open_zip(body, limits) as archive:
        return [part for part in dict.fromkeys(_pictures(archive)) if _is_large(archive.read(part))]


def _pictures(archive: Package) -> Iterator[str]:
    names = set(archive.namelist())
    holders = [match for name in names if (match := _HOLDER.fullmatch(name))]
    for holder in sorted(holders, key=lambda match: int(match[1])):
        for relation in relations_in(archive, holder[0]):
            if relation.kind == "image" and relation.part in names:
                yield relation.part


def _is_large(content: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return picture.width * picture.height >= _MIN_PIXELS
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
