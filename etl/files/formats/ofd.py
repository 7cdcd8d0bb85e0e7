"""Text of OFD files (GB/T 33190-2016): a zip of XML whose pages have positioned pieces of text.

Every piece (`TextObject`) has a box (`Boundary`, millimetres from the page's upper left corner) and the text itself in
`TextCode` elements. Programs write a piece for each character, word or line, so lines are made from the boxes.
"""

import posixpath
import zipfile
from collections.abc import Iterator

from lxml import etree

from etl.files.formats.zip_packages import open_zip, read_xml
from etl.files.layout.lines import Line, page_text
from etl.files.types import FileOutcome, Limits, Unreadable
from etl.reason_codes import Code
from etl.reasons import encode_reason


def ofd_text(body: bytes, limits: Limits) -> tuple[str, int, bool]:
    """(text, number of pages, whether any page has a picture). Raises `Unreadable`."""
    with open_zip(body, limits) as archive:
        root = read_xml(archive, "OFD.xml")
        if _all(root, "Encryption") or "Encryptions.xml" in archive.namelist():
            raise Unreadable(FileOutcome.ENCRYPTED, encode_reason(Code.PARTS_ENCRYPTED))
        pages = [page for name in _texts(root, "DocRoot") for page in _pages(archive, name.strip("/"))]
        if len(pages) > limits.pages:
            raise Unreadable(
                FileOutcome.TOO_LARGE, encode_reason(Code.FILE_OVER_PAGES, pages=len(pages), limit=limits.pages)
            )
        read = [_page(archive, *page) for page in pages]
    return page_text([lines for lines, _ in read]), len(pages), any(pictures for _, pictures in read)


def _all(root: etree._Element, name: str) -> list[etree._Element]:
    return [e for e in root.iter() if isinstance(e.tag, str) and e.tag.rpartition("}")[2] == name]


def _texts(root: etree._Element, name: str) -> list[str]:
    return [(e.text or "").strip() for e in _all(root, name) if (e.text or "").strip()]


def _pages(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """(member name, templates) of each page in order; `templates`: member name by template id."""
    document = read_xml(archive, name)
    folder = posixpath.dirname(name)
    templates = {e.get("ID", ""): _join(folder, e.get("BaseLoc", "")) for e in _all(document, "TemplatePage")}
    for page in _all(document, "Page"):
        if page.get("BaseLoc"):
            yield _join(folder, page.get("BaseLoc", "")), templates


def _join(folder: str, place: str) -> str:
    return posixpath.normpath(place.lstrip("/") if place.startswith("/") else posixpath.join(folder, place))


def _page(archive: zipfile.ZipFile, name: str, templates: dict[str, str]) -> tuple[list[Line], bool]:
    root = read_xml(archive, name)
    layers = [read_xml(archive, templates[e.get("TemplateID", "")]) for e in _all(root, "Template")
              if e.get("TemplateID", "") in templates]  # fmt: skip
    lines = [line for layer in (*layers, root) for line in _lines(layer)]
    return lines, bool(_all(root, "ImageObject"))


def _lines(layer: etree._Element) -> Iterator[Line]:
    for piece in _all(layer, "TextObject"):
        text = "".join(e.text or "" for e in _all(piece, "TextCode"))
        try:
            left, top, width, height = (float(part) for part in piece.get("Boundary", "").split())
        except ValueError:
            continue
        if text.strip():
            yield Line(text, left, top, left + width, top + height)
