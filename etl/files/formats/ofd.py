"""Text of OFD files (GB/T 33190-2016): a zip of XML whose pages have positioned pieces of text.

Every piece (`TextObject`) has a box (`Boundary`, millimetres from the page's upper left corner) and its text in
`TextCode` elements. Some programs write a piece for each character, others for each word or line, so lines are made
from the boxes.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from etl.files.formats.zip_packages import Package, named, open_zip, read_xml
from etl.files.layout.line import Line
from etl.files.layout.lines import merge_rows
from etl.files.layout.radicals import without_radicals
from etl.files.types import FileOutcome, Limits, Unreadable
from etl.reason_codes import Code
from etl.reasons import encode_reason

_MIN_CHARACTERS = 30
"""Minimum number of characters of a page with a usable text."""
_MIN_PICTURE = 0.2
"""Minimum share of a scanned page that a picture covers."""
_MAX_PLACEHOLDERS = 0.3
"""Maximum share of meaningless characters in a usable text."""
_PLACEHOLDERS = re.compile("[\u00a4\ufffd\ue000-\uf8ff]")
"""Characters that programs write if `CGTransform` names glyphs and their font has no map to Unicode."""
_UNREAD = ("Watermark", "Link", "Highlight")
"""Types of annotations whose text does not belong to the page."""
_SAME_PLACE = 0.2
"""Maximum distance, in heights of the text, between two copies of a text that is drawn twice; in some cases twice as
much."""
_A4 = (0.0, 0.0, 210.0, 297.0)
_APART = 1.6
"""If the distance to the next character is greater, in font sizes, the two are in different parts of the line."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page. `lines`: in reading order. `picture`: the page must be read by OCR instead; `image`: the part with its
    picture, if the file has it."""

    lines: list[Line]
    picture: bool
    image: str


def ofd_pages(body: bytes, limits: Limits) -> tuple[list[Page], list[str], list[str]]:
    """(pages, names of parts that are missing, of those that are not well-formed). Raises `Unreadable`."""
    with open_zip(body, limits) as archive:
        package = _Package(archive)
        root = read_xml(archive, "OFD.xml")
        if named(root, "Encryption") or "Encryptions.xml" in archive.namelist():
            raise Unreadable(FileOutcome.ENCRYPTED, encode_reason(Code.PARTS_ENCRYPTED))
        roots = [_current(package, each) for each in named(root, "DocBody")]
        pages = [page for name in roots if name for page in _listed(package, name)]
        if len(pages) > limits.pages:
            raise Unreadable(
                FileOutcome.TOO_LARGE, encode_reason(Code.FILE_OVER_PAGES, pages=len(pages), limit=limits.pages)
            )
        read = [_page(package, name, document) for name, document in pages]
        return read, list(dict.fromkeys(package.missing)), archive.damaged


def ofd_picture(body: bytes, part: str, limits: Limits) -> bytes:
    """The bytes of a page's picture. Raises `Unreadable`."""
    with open_zip(body, limits) as archive:
        try:
            return archive.read(part)
        except KeyError as error:
            raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.PART_MISSING, part=part)) from error


@dataclass(slots=True)
class _Package:
    """The parts of a file. Names of parts that cannot be read are added to `missing`; the others are read."""

    archive: Package
    missing: list[str] = field(default_factory=list)

    def read(self, name: str) -> etree._Element | None:
        try:
            return read_xml(self.archive, name)
        except (zipfile.BadZipFile, zlib.error):
            self.missing.append(name)
        except Unreadable as error:
            if error.reason == encode_reason(Code.XML_ENTITIES):
                raise
            self.missing.append(name)
        return None


@dataclass(frozen=True, slots=True)
class _Document:
    """The templates and pictures to which pages refer by id."""

    templates: dict[str, str]
    images: dict[str, str]
    box: tuple[float, ...]
    units: dict[str, etree._Element] = field(default_factory=dict)
    """Graphics that pages show by their id."""
    notes: dict[str, list[etree._Element]] = field(default_factory=dict)
    """By the part of a page, its annotations with text, such as stamps, but no watermarks."""


def _texts(root: etree._Element, name: str) -> list[str]:
    return [(e.text or "").strip() for e in named(root, name) if (e.text or "").strip()]


def _join(folder: str, place: str) -> str:
    place = place.replace("\\", "/")
    return posixpath.normpath(place.lstrip("/") if place.startswith("/") else posixpath.join(folder, place))


def _listed(package: _Package, name: str) -> Iterator[tuple[str, _Document]]:
    """(member name, its document) of each page in order."""
    root = package.read(name)
    if root is None:
        return
    folder = posixpath.dirname(name)
    images: dict[str, str] = {}
    units: dict[str, etree._Element] = {}
    for part in (*_texts(root, "PublicRes"), *_texts(root, "DocumentRes")):
        place = _join(folder, part)
        # Resources may be missing, as they may contain only fonts and colours; only pictures are needed.
        resources = package.read(place) if place in package.archive.namelist() else None
        if resources is not None:
            base = _join(posixpath.dirname(place), resources.get("BaseLoc") or ".")
            images |= {e.get("ID", ""): _join(base, file) for e in named(resources, "MultiMedia")
                       for file in _texts(e, "MediaFile")}  # fmt: skip
            units |= {e.get("ID", ""): e for e in named(resources, "CompositeGraphicUnit")}
    templates = {e.get("ID", ""): _join(folder, e.get("BaseLoc", "")) for e in named(root, "TemplatePage")}
    pages = {e.get("ID", ""): _join(folder, e.get("BaseLoc", "")) for e in named(root, "Page") if e.get("BaseLoc")}
    box = next(map(_numbers, _texts(root, "PhysicalBox")), _A4)
    document = _Document(templates, images, box, units, _notes(package, folder, root, pages))
    for page in named(root, "Page"):
        if page.get("BaseLoc"):
            yield _join(folder, page.get("BaseLoc", "")), document


def _current(package: _Package, body: etree._Element) -> str:
    """The part with the current version of a document."""
    for version in named(body, "Version"):
        place = _join("", version.get("BaseLoc", ""))
        if version.get("Current") in ("true", "1") and (root := package.read(place)) is not None:
            return next((_join(posixpath.dirname(place), name) for name in _texts(root, "DocRoot")), "")
    return next((_join("", name) for name in _texts(body, "DocRoot")), "")


def _notes(
    package: _Package, folder: str, root: etree._Element, pages: dict[str, str]
) -> dict[str, list[etree._Element]]:
    by_page: dict[str, list[etree._Element]] = {}
    for name in _texts(root, "Annotations"):
        place = _join(folder, name)
        listed = package.read(place)
        for page in named(listed, "Page") if listed is not None else ():
            for file in _texts(page, "FileLoc"):
                notes = package.read(_join(posixpath.dirname(place), file))
                shown = [e for e in named(notes, "Annot") if e.get("Type") not in _UNREAD] if notes is not None else []
                by_page.setdefault(pages.get(page.get("PageID", ""), ""), []).extend(shown)
    return by_page


def _page(package: _Package, name: str, document: _Document) -> Page:
    root = package.read(name)
    if root is None:
        return Page([], picture=False, image="")
    used = [e.get("TemplateID", "") for e in named(root, "Template")]
    layers = [package.read(document.templates[at]) for at in used if at in document.templates]
    shown = [layer for layer in (*layers, root) if layer is not None]
    lines = [line for layer in shown for line in _lines(layer, document.units)]
    lines += [line for note in document.notes.get(name, ()) for line in _lines(note, {})]
    box = next(map(_numbers, _texts(root, "PhysicalBox")), document.box)
    lines = _once([line for line in lines if len(box) < 4 or _is_on_paper(line, box)])
    text = "".join(line.text for line in lines)
    garbled = len(_PLACEHOLDERS.findall(text))
    text_lines = [line for line in lines if _PLACEHOLDERS.sub("", line.text).strip()]
    image = _page_picture(root, document)
    if garbled > _MAX_PLACEHOLDERS * len(text) or (image is not None and len(text) < _MIN_CHARACTERS):
        return Page([], picture=True, image=image or "")
    return Page(merge_rows(text_lines), picture=False, image="")


def _page_picture(root: etree._Element, document: _Document) -> str | None:
    """The part of the largest picture that may be the scanned page; "" if the file does not contain it; None if the
    page has no such picture."""
    box = next(map(_numbers, _texts(root, "PhysicalBox")), document.box)
    paper = box[2] * box[3] if len(box) == 4 else _A4[2] * _A4[3]
    pictures: list[tuple[float, str]] = []
    for item in named(root, "ImageObject"):
        sides = _numbers(item.get("Boundary", ""))
        area = sides[2] * sides[3] if len(sides) == 4 else paper
        if area >= _MIN_PICTURE * paper and _is_visible(item):
            pictures.append((area, document.images.get(item.get("ResourceID", ""), "")))
    return max(pictures)[1] if pictures else None


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split())
    except ValueError:
        return ()


def _is_visible(item: etree._Element) -> bool:
    """Whether neither the item nor any element around it is hidden or completely transparent."""
    return not any(e.get("Visible") in ("false", "0") or e.get("Alpha") == "0" for e in (item, *item.iterancestors()))


def _lines(layer: etree._Element, units: dict[str, etree._Element], left: float = 0, top: float = 0) -> Iterator[Line]:
    """The pieces of text of a layer, and of the graphics (`units`) that it shows by their id. `left`, `top`: the
    position of its corner."""
    for piece in layer.iter("{*}TextObject", "{*}CompositeObject"):
        box = _numbers(piece.get("Boundary", ""))
        if len(box) != 4 or not _is_visible(piece):
            continue
        around = next(piece.iterancestors("{*}Appearance"), None)
        corner = _numbers(around.get("Boundary", "")) if around is not None else ()
        x, y = (corner[0] + left, corner[1] + top) if len(corner) == 4 else (left, top)
        box = (box[0] + x, box[1] + y, *box[2:])
        if etree.QName(piece).localname == "TextObject":
            yield from _pieces(piece, box)
        elif (unit := units.get(piece.get("ResourceID", ""))) is not None:
            yield from _lines(unit, {}, box[0], box[1])


def _is_on_paper(line: Line, box: tuple[float, ...]) -> bool:
    """Whether any part of the line is on the page; text beside the page is not visible."""
    return line.right > 0 and line.bottom > 0 and line.left < box[2] and line.top < box[3]


def _once(lines: list[Line]) -> list[Line]:
    """The lines, each once. Some programs draw a line twice at the same place to make it bold."""
    distinct: list[Line] = []
    drawn: set[tuple[str, int, int]] = set()
    for line in lines:
        near = _SAME_PLACE * (line.bottom - line.top) or _SAME_PLACE
        column, row = int(line.left / near), int(line.top / near)
        if not any((line.text, column + x, row + y) in drawn for x in (-1, 0, 1) for y in (-1, 0, 1)):
            distinct.append(line)
        drawn.add((line.text, column, row))
    return distinct


def _pieces(piece: etree._Element, box: tuple[float, ...]) -> Iterator[Line]:
    """The text of an object: one line, or one for each part that is set apart by `X`, `Y` and `DeltaX`."""
    left, top, width, height = box
    size = _first(piece.get("Size", ""), height)
    scale = _first(piece.get("CTM", ""), 1.0)
    parts = [part for code in named(piece, "TextCode") for part in _parts(code, size)]
    rows = {round(y / size) for _, y, _ in parts} if size > 0 else set()
    if len(parts) < 2 or scale <= 0:
        text = "".join(text for _, _, text in parts)
        if text.strip():
            yield Line(text, left, top, left + width, top + height)
        return
    for x, y, text in parts:
        if text.strip():
            at = left + x * scale
            long = sum(size if ord(c) > 0xFF else size / 2 for c in text) * scale
            high, low = (top + y - size, top + y) if len(rows) > 1 else (top, top + height)
            yield Line(text, at, high, at + long, low)


def _first(numbers: str, otherwise: float) -> float:
    return next(iter(_numbers(numbers)), otherwise)


def _parts(code: etree._Element, size: float) -> Iterator[tuple[float, float, str]]:
    """(x, y, text) of a `TextCode`, cut where `DeltaX` leaves a gap."""
    text = without_radicals(code.text or "")
    x, y = _first(code.get("X", ""), 0.0), _first(code.get("Y", ""), size)
    start, at = 0, x
    for number, step in enumerate(_deltas(code.get("DeltaX", ""), len(text)), 1):
        at += step
        if step > _APART * size and number < len(text):
            yield x, y, text[start:number]
            start, x = number, at
    yield x, y, text[start:]


def _deltas(written: str, most: int) -> Iterator[float]:
    """The steps of `DeltaX`; `g 3 4` stands for `4 4 4`."""
    parts = iter(written.split())
    try:
        for part in parts:
            if part == "g":
                count = min(int(next(parts)), most)
                yield from [float(next(parts))] * count
            else:
                yield float(part)
    except (ValueError, StopIteration):
        return
