"""Slides of Office Open XML presentations (.pptx, .dps) in the order in which they are shown.

Not with kreuzberg 4.10: it reads slides in the order of their parts, which stays as it was when slides are moved, and
none at all if one has a sign that is not XML.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

from etl.files.formats.drawings import drawn_lines, parts_drawn
from etl.files.formats.list_numbering import Level, ListCounter
from etl.files.formats.sheets import rows
from etl.files.formats.symbol_fonts import in_font
from etl.files.formats.zip_packages import Package, attribute, main_part, open_zip, read_xml, tag_of, targets_of
from etl.files.types import Limits, Unreadable
from etl.raised_text import subscript, superscript
from etl.reason_codes import Code
from etl.reasons import encode_reason

_MAIN = "presentationml.presentation.main+xml"
_TITLES = ("title", "ctrTitle")
_ON_EACH_SLIDE = ("sldNum", "dt")
_RUNS = ("r", "fld", "br", "m")
_NUMBERS = {
    "arabic": "decimal", "alphaLc": "lowerLetter", "alphaUc": "upperLetter", "romanLc": "lowerRoman",
    "romanUc": "upperRoman", "circleNum": "decimalEnclosedCircle", "ea1": "chineseCounting",
}  # fmt: skip
_AROUND = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Plain": "{}", "DbPlain": "{}"}
_WHOLE = re.compile("-?[0-9]{1,12}")
_MAX_NESTED = 20


@dataclass(slots=True)
class Slides:
    """What was read. `missing`: parts that cannot be read; `damaged`: those that are not well-formed. `struck`: see
    `Shown`. `count`: number of slides."""

    lines: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    struck: bool = False
    count: int = 0


_Corners = Mapping[str, tuple[int, int]]
"""(top, left) of the placeholders of a layout and its master, by their number and by their type."""


class _Place(NamedTuple):
    """Where a shape stands: below the titles, from top to bottom and from left to right."""

    below_title: bool
    top: int
    left: int


def read_slides(body: bytes, limits: Limits) -> Slides:
    """The lines of all slides, hidden ones too, as hidden sheets are. Raises `Unreadable`."""
    shown = Slides()
    with open_zip(body, limits) as archive:
        names = set(archive.namelist())
        main = main_part(archive, _MAIN, "ppt/presentation.xml")
        targets = targets_of(archive, main, names)
        slides = [attribute(each, "id") for each in read_xml(archive, main).iter("{*}sldId")]
        shown.count = len(slides)
        layouts: dict[str, _Corners] = {}
        for relation in slides:
            part = targets.get(relation, relation)
            root = _part(archive, part, shown)
            if root is not None:
                reader = _Slide(archive, targets_of(archive, part, names), shown, layouts)
                shown.lines += reader.lines(root)
        shown.damaged = archive.damaged
    return shown


def _part(archive: Package, part: str, shown: Slides) -> etree._Element | None:
    try:
        return read_xml(archive, part)
    except (Unreadable, etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error) as error:
        if isinstance(error, Unreadable) and error.reason == encode_reason(Code.XML_ENTITIES):
            raise
        shown.missing.append(part)
        return None


class _Slide:
    """Reads the shapes of one slide. Placeholders without a place have that of the slide's layout, or its master."""

    def __init__(
        self, archive: Package, targets: Mapping[str, str], shown: Slides, layouts: dict[str, _Corners]
    ) -> None:
        self._archive, self._targets, self._shown = archive, dict(targets), shown
        layout = next((target for target in targets.values() if "/slideLayouts/" in target), "")
        if layout not in layouts:  # slides share them
            layouts[layout] = self._inherited()
        self._places = layouts[layout]

    def lines(self, slide: etree._Element) -> Iterator[str]:
        """The lines of its shapes."""
        for tree in slide.iter("{*}spTree"):
            yield from self._shapes(tree, 0)
            return

    def _inherited(self) -> _Corners:
        places: dict[str, tuple[int, int]] = {}
        names, targets = set(self._archive.namelist()), self._targets
        for folder in ("/slideLayouts/", "/slideMasters/"):
            part = next((target for target in targets.values() if folder in target and target in names), None)
            root = None if part is None else _part(self._archive, part, self._shown)
            if part is None or root is None:
                return places
            for shape in root.iter("{*}sp"):
                if corner := _corner(shape):
                    places |= {key: corner for key in _keys(shape) if key not in places}
            targets = targets_of(self._archive, part, names)
        return places

    def _shapes(self, parent: etree._Element, depth: int) -> Iterator[str]:
        """The lines of the shapes below an element, those that stand higher first."""
        if depth > _MAX_NESTED:
            return
        shapes = [shape for shape in _visible(parent) if not _is_on_each_slide(shape)]
        for shape in sorted(shapes, key=self._place):
            if tag_of(shape) == "grpSp":
                yield from self._shapes(shape, depth + 1)
            elif tag_of(shape) == "graphicFrame":
                yield from self._frame(shape)
            else:
                for text in shape.iterchildren("{*}txBody"):
                    yield from self._paragraphs(text)

    def _place(self, shape: etree._Element) -> _Place:
        keys = _keys(shape)
        corner = _corner(shape) or next((self._places[key] for key in keys if key in self._places), (0, 0))
        return _Place(not any(key in _TITLES for key in keys), *corner)

    def _frame(self, frame: etree._Element) -> Iterator[str]:
        """A table as rows; the words of a diagram or a chart."""
        for table in frame.iter("{*}tbl"):
            yield from rows(
                [" ".join(self._paragraphs(cell)) if _is_first(cell) else "" for cell in row.iterchildren("{*}tc")]
                for row in table.iterchildren("{*}tr")
            )
            return
        for part in parts_drawn(frame, self._targets):
            root = _part(self._archive, part, self._shown)
            yield from drawn_lines(root) if root is not None else ()

    def _paragraphs(self, text: etree._Element) -> Iterator[str]:
        counter = ListCounter()
        for paragraph in text.iter("{*}p"):
            line = "".join(self._run(run) for run in paragraph if tag_of(run) in _RUNS)
            at, level = _level(paragraph)
            if level is None and at == 0:  # a paragraph without a number ends the list
                counter = ListCounter()
            label = counter.label(level.form, {at: level}, at) if level and line.strip() else ""
            yield from (" ".join(part.split()) for part in (label + line).split("\n") if part.strip())

    def _run(self, run: etree._Element) -> str:
        if tag_of(run) == "br":
            return "\n"
        words = "".join(each.text or "" for each in run.iter("{*}t"))
        look = run.find("{*}rPr")
        if look is None:
            return words
        if look.get("strike", "noStrike") != "noStrike":
            self._shown.struck |= bool(words.strip())
            return ""
        signs = look.find("{*}sym")
        words = in_font(words, signs.get("typeface") or "") if signs is not None else words
        raised = look.get("baseline") or "0"
        if raised.lstrip("-").rstrip("%").strip("0") == "":
            return words
        return subscript(words) if raised.startswith("-") else superscript(words)


def _visible(parent: etree._Element) -> Iterator[etree._Element]:
    """The shapes below an element, of alternatives the first."""
    for child in parent:
        tag = tag_of(child)
        if tag == "AlternateContent":
            choice = next((each for each in child if tag_of(each) == "Choice"), None)
            yield from _visible(choice) if choice is not None else ()
        elif tag in ("sp", "grpSp", "graphicFrame", "cxnSp"):
            about = child.find("./*/{*}cNvPr")
            if about is None or about.get("hidden") not in ("1", "true"):
                yield child


def _keys(shape: etree._Element) -> list[str]:
    """The number and the type of a placeholder, by which it is found in a layout; none for another shape."""
    holder = shape.find("./*/*/{*}ph")
    if holder is None:
        return []
    number = holder.get("idx")
    return [*([f"#{number}"] if number else []), holder.get("type") or "body"]


def _is_on_each_slide(shape: etree._Element) -> bool:
    return any(key in _ON_EACH_SLIDE for key in _keys(shape))


def _corner(shape: etree._Element) -> tuple[int, int] | None:
    """(top, left) of a shape, if it says so itself."""
    at = next((each.find("{*}off") for each in shape.iterfind("./{*}xfrm")), None)
    at = next((each.find("{*}off") for each in shape.iterfind("./*/{*}xfrm")), None) if at is None else at
    sides = ("", "") if at is None else (at.get("y") or "", at.get("x") or "")
    return (int(sides[0]), int(sides[1])) if all(map(_WHOLE.fullmatch, sides)) else None


def _is_first(cell: etree._Element) -> bool:
    """Whether a cell is not a further place of the one above it or on its left."""
    return not any(cell.get(name) in ("1", "true") for name in ("hMerge", "vMerge"))


def _level(paragraph: etree._Element) -> tuple[int, Level | None]:
    """The depth of a paragraph, and how it is numbered, if it is in an automatic list."""
    properties = paragraph.find("{*}pPr")
    numbered = None if properties is None else properties.find("{*}buAutoNum")
    depth, start = (
        "" if each is None else each.get(name) or "" for each, name in ((properties, "lvl"), (numbered, "startAt"))
    )
    at = min(int(depth[:2]), 8) if depth.isdecimal() else 0
    if numbered is None:
        return at, None
    kind = numbered.get("type") or ""
    form = next((form for name, form in _NUMBERS.items() if kind.startswith(name)), "decimal")
    around = next((around for name, around in _AROUND.items() if kind.endswith(name)), "{}.")
    return at, Level(int(start[:6]) if start.isdecimal() else 1, form, around.format(chr(at)), " ")
