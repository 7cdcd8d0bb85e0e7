"""Text of Office Open XML documents (.docx, .wps): paragraphs, tables, text boxes, notes.

Not with kreuzberg 4.10: it drops the numbers of automatic lists (第一章, 一、), which are part of an order's text,
repeats merged cells, and separates cells by a space only.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping

from lxml import etree

from etl.files.formats.list_numbering import Level, ListCounter, symbol
from etl.files.formats.zip_packages import open_zip, read_xml
from etl.files.types import Limits

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_MAIN = "wordprocessingml.document.main+xml"
# Elements that a reader of the printed page does not see, or sees elsewhere.
_SKIPPED = {"del", "moveFrom", "instrText", "delText", "Fallback", "rt", "pPr", "rPr", "sectPr", "tblPr", "tcPr"}
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "ptab": "\t", "noBreakHyphen": "-"}
_PLACE = re.compile(r"%([1-9])")


def docx_text(body: bytes, limits: Limits) -> str:
    """Paragraphs and table rows as lines. Raises `Unreadable`."""
    with open_zip(body, limits) as archive:
        names = set(archive.namelist())
        name = _main_part(archive)
        folder = name.rpartition("/")[0]
        reader = _Reader(_Numbering(archive, folder, names))
        lines = list(reader.blocks(read_xml(archive, name)))
        for notes in ("footnotes", "endnotes"):
            if reader.noted and f"{folder}/{notes}.xml" in names:
                lines += reader.notes(read_xml(archive, f"{folder}/{notes}.xml"))
    return "\n".join(line for line in lines if line)


def _main_part(archive: zipfile.ZipFile) -> str:
    for part in read_xml(archive, "[Content_Types].xml"):
        if (part.get("ContentType") or "").endswith(_MAIN) and part.get("PartName"):
            return str(part.get("PartName")).lstrip("/")
    return "word/document.xml"


def _tag(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _value(element: etree._Element | None, *path: str) -> str | None:
    """The `w:val` of the descendant at the path; None if there is no such element, "" if it has no value."""
    for name in path:
        if element is None:
            return None
        element = next((child for child in element if _tag(child) == name), None)
    if element is None:
        return None
    return element.get(f"{_W}val", element.get(f"{_STRICT}val", ""))


class _Reader:
    def __init__(self, numbering: "_Numbering") -> None:
        self.numbering = numbering
        self.noted = False

    def blocks(self, parent: etree._Element) -> Iterator[str]:
        """The lines of everything below the element."""
        for child in parent:
            tag = _tag(child)
            if tag == "p":
                yield from self.paragraph(child)
            elif tag == "tbl":
                yield from self.table(child)
            elif tag not in _SKIPPED:
                yield from self.blocks(child)

    def paragraph(self, paragraph: etree._Element) -> Iterator[str]:
        boxes: list[etree._Element] = []
        text = "".join(self.runs(paragraph, boxes)).strip()
        if text:
            properties = next((child for child in paragraph if _tag(child) == "pPr"), None)
            yield from (self.numbering.label(properties) + text).split("\n")
        for box in boxes:
            yield from self.blocks(box)

    def runs(self, parent: etree._Element, boxes: list[etree._Element]) -> Iterator[str]:
        for child in parent:
            tag = _tag(child)
            if tag == "t":
                yield child.text or ""
            elif tag in _BREAKS:
                yield _BREAKS[tag]
            elif tag == "txbxContent":
                boxes.append(child)
            elif tag == "sym":
                yield symbol(int(child.get(f"{_W}char") or "0", 16))
            elif tag in ("footnoteReference", "endnoteReference"):
                self.noted = True
            elif tag not in _SKIPPED and not (tag == "r" and _value(child, "rPr", "vanish") in ("", "1", "true")):
                yield from self.runs(child, boxes)

    def table(self, table: etree._Element) -> Iterator[str]:
        for row in _inside(table, "tr"):
            cells = [[line for line in self.blocks(cell) if line] for cell in _inside(row, "tc")]
            if len(cells) == 1:
                yield from cells[0]
            elif any(cells):
                yield " | ".join(" ".join(" ".join(cell).split()) for cell in cells)

    def notes(self, notes: etree._Element) -> Iterator[str]:
        for note in notes:
            if note.get(f"{_W}type") is None:
                yield from self.blocks(note)


def _inside(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """Rows of a table or cells of a row, also inside content controls and revisions."""
    for child in parent:
        tag = _tag(child)
        if tag == name:
            yield child
        elif tag in ("sdt", "sdtContent", "ins", "customXml", "smartTag"):
            yield from _inside(child, name)


class _Numbering:
    """The numbers that Word shows before paragraphs of lists, counted as Word does."""

    def __init__(self, archive: zipfile.ZipFile, folder: str, names: set[str]) -> None:
        self.lists: dict[str, tuple[str, Mapping[int, Level]]] = {}
        self.styles: dict[str, tuple[str | None, str | None, str | None]] = {}
        self.counts = ListCounter()
        if f"{folder}/numbering.xml" in names:
            self.read_lists(read_xml(archive, f"{folder}/numbering.xml"))
            if f"{folder}/styles.xml" in names:
                self.read_styles(read_xml(archive, f"{folder}/styles.xml"))

    def read_lists(self, root: etree._Element) -> None:
        kinds: dict[str, dict[int, Level]] = {}
        for child in root:
            if _tag(child) == "abstractNum":
                kinds[child.get(f"{_W}abstractNumId") or ""] = dict(_level(lvl) for lvl in child if _tag(lvl) == "lvl")
        for child in root:
            if _tag(child) == "num":
                number, kind = child.get(f"{_W}numId") or "", _value(child, "abstractNumId") or ""
                levels = dict(kinds.get(kind, {}))
                own = [c for c in child if _tag(c) == "lvlOverride"]
                for change in own:
                    at = int(change.get(f"{_W}ilvl") or 0)
                    start = _value(change, "startOverride")
                    levels |= dict(_level(level) for level in change if _tag(level) == "lvl")
                    if start and start.isdigit() and at in levels:
                        old = levels[at]
                        levels[at] = Level(int(start), old.form, old.text, old.gap)
                # A list with its own start is counted separately; the others share the count of their definition.
                self.lists[number] = (f"{kind}/{number}" if own else kind, levels)

    def read_styles(self, root: etree._Element) -> None:
        for child in root:
            if _tag(child) == "style":
                self.styles[child.get(f"{_W}styleId") or ""] = (
                    _value(child, "pPr", "numPr", "numId"),
                    _value(child, "pPr", "numPr", "ilvl"),
                    _value(child, "basedOn"),
                )

    def label(self, properties: etree._Element | None) -> str:
        """The number before the next paragraph, "" if it is in no list. Counts the paragraph."""
        number, depth = _value(properties, "numPr", "numId"), _value(properties, "numPr", "ilvl")
        style, seen = _value(properties, "pStyle"), set[str]()
        while number is None and style and style in self.styles and style not in seen:
            seen.add(style)
            number, own, style = self.styles[style]
            depth = depth or own
        if number not in self.lists:
            return ""
        key, levels = self.lists[number]
        return self.counts.label(key, levels, int(depth) if depth and depth.isdigit() else 0)


def _level(element: etree._Element) -> tuple[int, Level]:
    start = _value(element, "start") or "1"
    return int(element.get(f"{_W}ilvl") or 0), Level(
        start=int(start) if start.isdigit() else 1,
        form=_value(element, "numFmt") or "decimal",
        text=_PLACE.sub(lambda match: chr(int(match[1]) - 1), _value(element, "lvlText") or ""),
        gap="" if _value(element, "suff") == "nothing" else " ",
    )
