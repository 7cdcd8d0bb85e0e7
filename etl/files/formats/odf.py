"""Texts, workbooks and presentations of OpenDocument (.odt, .ods, .odp), according to OASIS OpenDocument 1.3.

kreuzberg 4.10 is not used: it returns the stored numbers of cells instead of what they show, drops the numbers of lists
and all but the first words of table rows, does not read presentations, and fails on spaces between cells.
"""

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from etl.files.formats.odf_lists import OdfLists
from etl.files.formats.sheets import Sheet, rows
from etl.files.formats.zip_packages import Package, attribute, open_zip, read_xml, tag_of
from etl.files.types import FileOutcome, Limits, Shown, Unreadable
from etl.raised_text import subscript, superscript
from etl.reason_codes import Code
from etl.reasons import encode_reason

_UNSEEN = frozenset("annotation tracked-changes hidden-text hidden-paragraph ruby-text title desc forms".split())
"""Elements whose text a reader does not see; titles and descriptions are those of pictures."""
_LINES = frozenset(("p", "h"))
_MAX_SPACES, _MAX_COLUMNS, _MAX_ROWS = 100, 16_384, 65_534
_MAX_LOOKS = 10
"""Styles that a style may inherit from, one after the other."""


@dataclass(frozen=True, slots=True)
class _Look:
    """How a style shows its words. `shift`: it raises (1) or lowers (-1) them."""

    hidden: bool = False
    struck: bool = False
    shift: int = 0


def odf_text(body: bytes, limits: Limits) -> Shown:
    """The lines of a text or a presentation. Raises `Unreadable`."""
    with open_zip(body, limits) as archive:
        reader, content = _opened(archive)
        lines = [line for part in content for line in reader.blocks(part)]
    return Shown("\n".join(line for line in lines + reader.notes if line), reader.struck)


def odf_sheets(body: bytes, limits: Limits) -> list[Sheet]:
    """The sheets of a workbook, with what is drawn on each below its cells. Raises `Unreadable`."""
    sheets = []
    with open_zip(body, limits) as archive:
        reader, content = _opened(archive)
        for table in (table for part in content for table in part if tag_of(table) == "table"):
            reader.struck, reader.boxes = False, []
            cells = list(reader.rows_of(table))
            drawn = [
                *reader.boxes,
                *(line for part in table if tag_of(part) == "shapes" for line in reader.blocks(part)),
            ]
            sheets.append(Sheet(attribute(table, "name"), cells + [{0: line} for line in drawn], struck=reader.struck))
    return sheets


def _opened(archive: Package) -> tuple["_Reader", list[etree._Element]]:
    names = set(archive.namelist())
    if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise Unreadable(FileOutcome.ENCRYPTED, encode_reason(Code.PASSWORD))
    root = read_xml(archive, "content.xml")
    styles = [read_xml(archive, "styles.xml")] if "styles.xml" in names else []

    def titles(link: str) -> list[str]:
        part = posixpath.normpath(f"{link}/content.xml")
        chart = read_xml(archive, part) if part in names else None
        titled = () if chart is None else chart.iter("{*}title", "{*}subtitle")
        return [line for title in titled if (line := " ".join("".join(map(str, title.itertext())).split()))]

    content = [part for body in root if tag_of(body) == "body" for part in body]
    return _Reader([root, *styles], titles), content


class _Reader:
    """Reads the elements of a document. `titles`: the words of the chart at a link. `boxes`: lines of frames that
    belong to the paragraph that is being read; `notes`: those of footnotes; `struck`: see `Shown`."""

    def __init__(self, roots: list[etree._Element], titles: Callable[[str], list[str]]) -> None:
        self.styles = {attribute(style, "name"): style for root in roots for style in root.iter("{*}style")}
        self.lists, self.titles = OdfLists(*roots), titles
        self.boxes: list[str] = []
        self.notes: list[str] = []
        self.struck = False

    def blocks(self, element: etree._Element) -> Iterator[str]:
        """The lines of what an element contains."""
        for child in element:
            tag = tag_of(child)
            if tag in _UNSEEN or attribute(child, "placeholder") == "true":
                continue
            if tag in _LINES:
                yield from self.paragraph(child, self.lists.of_heading(child) if tag == "h" else "")
            elif tag == "list":
                yield from self.items(child, attribute(child, "style-name"), 0, "")
            elif tag == "table":
                cells = (row for row in self.rows_of(child) if row)
                yield from rows([row.get(at, "") for at in range(max(row) + 1)] for row in cells)
            elif tag == "object":
                yield from self.titles(attribute(child, "href"))
            else:
                yield from self.blocks(child)

    def items(self, element: etree._Element, style: str, depth: int, key: str) -> Iterator[str]:
        key = key or self.lists.key(element, style)
        for item in element:
            numbered = tag_of(item) == "list-item"
            for block in item:
                if tag_of(block) == "list":
                    own = attribute(block, "style-name")
                    same = own in ("", style)
                    yield from self.items(block, own or style, depth + 1, key if same else "")
                elif tag_of(block) in _LINES:
                    start = attribute(item, "start-value")
                    yield from self.paragraph(block, self.lists.label(key, style, depth, start) if numbered else "")
                    numbered = False

    def paragraph(self, element: etree._Element, label: str = "") -> Iterator[str]:
        around, self.boxes = self.boxes, []
        text = "" if self.look(element).hidden else "".join(self.inline(element))
        lines = [" ".join(line.split()) for line in text.split("\n")]
        yield from [label + lines[0], *lines[1:]] if any(lines) or label else []
        yield from self.boxes
        self.boxes = around

    def inline(self, element: etree._Element) -> Iterator[str]:
        yield element.text or ""
        for child in element:
            yield from self.piece(child)
            yield child.tail or ""

    def piece(self, child: etree._Element) -> Iterator[str]:
        tag = tag_of(child)
        if tag == "s":
            count = attribute(child, "c")
            yield " " * min(int(count[:4]) if count.isdecimal() else 1, _MAX_SPACES)
        elif tag in ("tab", "line-break"):
            yield "\n" if tag == "line-break" else " "
        elif tag == "note":
            for part in child:
                if tag_of(part) == "note-body":
                    self.notes += self.blocks(part)
                else:
                    yield from self.inline(part)
        elif tag and ":drawing:" in (etree.QName(child).namespace or ""):
            self.boxes += self.blocks(child)
        elif tag not in _UNSEEN:
            look = self.look(child)
            text = "" if look.hidden else "".join(self.inline(child))
            self.struck |= look.struck and bool(text.strip())
            if not look.struck:
                yield superscript(text) if look.shift > 0 else subscript(text) if look.shift < 0 else text

    def look(self, element: etree._Element) -> _Look:
        """How the style of a paragraph or of a part of it shows its words."""
        name, look = attribute(element, "style-name"), _Look()
        for _ in range(_MAX_LOOKS):
            style = self.styles.get(name)
            if style is None:
                break
            for properties in style.iterchildren("{*}text-properties"):
                line, position = (
                    attribute(properties, "text-line-through-style"),
                    attribute(properties, "text-position"),
                )
                raised = position.startswith(("super", *"123456789")) and not position.startswith("100")
                look = _Look(
                    look.hidden or attribute(properties, "display") == "none",
                    look.struck or line not in ("", "none"),
                    look.shift or (1 if raised else -1 if position.startswith(("sub", "-")) else 0),
                )
            name = attribute(style, "parent-style-name")
        return look

    def rows_of(self, table: etree._Element) -> Iterator[dict[int, str]]:
        """The cells of each row by their columns. A merged cell has its text in its first place."""
        for part in table:
            if tag_of(part) in ("table-header-rows", "table-rows", "table-row-group"):
                yield from self.rows_of(part)
            elif tag_of(part) == "table-row":
                cells = self.cells(part)
                yield from [cells] * (_count(part, "number-rows-repeated", _MAX_ROWS) if cells else 1)

    def cells(self, row: etree._Element) -> dict[int, str]:
        texts: dict[int, str] = {}
        column = 0
        for cell in row:
            if tag_of(cell) in ("table-cell", "covered-table-cell"):
                count = _count(cell, "number-columns-repeated", _MAX_COLUMNS)
                text = " ".join(filter(None, self.blocks(cell))) if tag_of(cell) == "table-cell" else ""
                if text:
                    texts |= dict.fromkeys(range(column, min(column + count, _MAX_COLUMNS)), text)
                column += count
        return texts


def _count(element: etree._Element, name: str, limit: int) -> int:
    value = attribute(element, name)
    return min(int(value[:9]), limit) if value.isdecimal() else 1
