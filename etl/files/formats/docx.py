"""Text of Office Open XML documents (.docx, .wps): paragraphs, tables, text boxes, notes, other documents inside.

Not with kreuzberg 4.10: it drops the numbers of automatic lists (第一章, 一、), which are part of an order's text,
repeats merged cells, and separates cells by a space only.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from lxml import etree

from etl.files.formats import docx_math
from etl.files.formats.docx_numbering import Numbering, W, is_on, read_word, tag_of, value_of
from etl.files.formats.docx_run_formats import RunFormats, text_of
from etl.files.formats.drawings import drawn_lines, parts_drawn
from etl.files.formats.field_codes import TICKED, UNTICKED, equation_text
from etl.files.formats.symbol_fonts import in_font, symbol
from etl.files.formats.zip_packages import attribute, main_part, open_zip, read_xml, targets_of
from etl.files.types import Limits, Shown, Unreadable
from etl.raised_text import subscript, superscript

_MAIN = "wordprocessingml.document.main+xml"
# Elements that are not visible on the printed page, or are shown elsewhere on it.
_SKIPPED = {"del", "moveFrom", "delText", "Fallback", "rt", "pPr", "rPr", "sectPr", "tblPr", "tcPr"}
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "ptab": "\t", "noBreakHyphen": "-"}
_SHIFTS: dict[str, Callable[[str], str]] = {"superscript": superscript, "subscript": subscript}
_MIN_CHARACTERS = 30
"""Minimum number of characters of a document that is more than a scan; a title over a scan has fewer."""
_MIN_PICTURE = 0.2 * 7_560_000 * 10_692_000
"""Minimum area of a picture that may be a scanned page: a fifth of A4, in square EMU. Seals and letterheads are
smaller."""
_MAX_DEPTH = 3
"""Maximum depth of documents inside documents."""


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a document. `missing`: parts that it refers to but does not have, or that cannot be read;
    `damaged`: those that are not well-formed.
    `pictures`: if it has no other content and so is a scan, the parts of its pictures in order. `struck`: see
    `Shown`."""

    text: str
    missing: tuple[str, ...]
    pictures: tuple[str, ...]
    struck: bool = False
    damaged: tuple[str, ...] = ()


ReadChunk = Callable[[bytes], Shown]
"""Text of a document of any format inside a document. Raises `Unreadable`."""


def read_docx(body: bytes, limits: Limits, read_chunk: ReadChunk, depth: int = 0) -> Document:
    """Paragraphs and table rows as lines. `read_chunk` reads inner documents that are not Word documents. Raises
    `Unreadable`."""
    with open_zip(body, limits) as archive:
        names = set(archive.namelist())
        name = main_part(archive, _MAIN, "word/document.xml")
        folder = name.rpartition("/")[0]
        root = read_word(archive, name)
        relations = targets_of(archive, name, names)

        def chunk(relation: str) -> list[str]:
            content = archive.read(relations[relation])
            if content.startswith(b"PK"):
                if depth >= _MAX_DEPTH:
                    raise KeyError(relation)
                inner = read_docx(content, limits, read_chunk, depth + 1)
                reader.missing += inner.missing
                archive.damaged += inner.damaged
                reader.struck |= inner.struck
                return inner.text.split("\n")
            shown = read_chunk(content)
            reader.struck |= shown.struck
            return shown.text.split("\n")

        def drawn(element: etree._Element) -> list[str]:
            lines: list[str] = []
            for part in parts_drawn(element, relations):
                try:
                    lines += drawn_lines(read_xml(archive, part))
                except (Unreadable, etree.XMLSyntaxError):
                    reader.missing.append(part)
            return lines

        reader = _Reader(Numbering(archive, folder, names), RunFormats(archive, folder, names), chunk, drawn)
        lines = list(reader.blocks(root))
        for notes in ("footnotes", "endnotes"):
            if reader.noted and f"{folder}/{notes}.xml" in names:
                lines += reader.notes(read_word(archive, f"{folder}/{notes}.xml"))
        text = "\n".join(line for line in lines if line)
        scanned = len("".join(text.split())) < _MIN_CHARACTERS and not reader.missing
        pictures = tuple(_pictures(root, relations, names)) if scanned else ()
        damaged = tuple(archive.damaged)
    return Document(text, tuple(reader.missing), pictures, reader.struck, damaged)


def _pictures(root: etree._Element, relations: dict[str, str], names: set[str]) -> Iterator[str]:
    """The parts of pictures that may be scanned pages. Pictures in VML have no size in numbers, so all may be pages."""
    for element in root.iter("{*}blip", "{*}imagedata"):
        part = relations.get(attribute(element, "embed", "id"), "")
        around = next(element.iterancestors("{*}inline", "{*}anchor"), None)
        extent = next((child for child in around if tag_of(child) == "extent"), None) if around is not None else None
        small = extent is not None and _area(extent) < _MIN_PICTURE
        if part in names and not small and not any(True for _ in element.iterancestors("{*}Fallback")):
            yield part


def _area(extent: etree._Element) -> float:
    sides = extent.get("cx") or "", extent.get("cy") or ""
    return float(sides[0]) * float(sides[1]) if all(side.isdigit() for side in sides) else _MIN_PICTURE


class _Piece(NamedTuple):
    """Text of a paragraph; `shift` is the `w:vertAlign` of its run."""

    text: str
    shift: str = ""


class _Reader:
    def __init__(
        self,
        numbering: Numbering,
        run_formats: RunFormats,
        chunk: Callable[[str], list[str]],
        drawn: Callable[[etree._Element], list[str]],
    ) -> None:
        self.numbering, self.run_formats, self.chunk, self.drawn = numbering, run_formats, chunk, drawn
        self.noted, self.struck = False, False
        self.joined = ""
        """The text of paragraphs whose end mark was deleted; it is the beginning of the next paragraph."""
        self.missing: list[str] = []
        self.codes: list[str | None] = []
        """The codes of the fields that are open, the outermost first; None after the result of a field has begun."""

    def blocks(self, parent: etree._Element) -> Iterator[str]:
        """The lines of everything below the element."""
        for child in parent:
            tag = tag_of(child)
            if tag == "p":
                yield from self.paragraph(child)
            elif tag == "tbl":
                yield from self.table(child)
            elif tag == "altChunk":
                yield from self.inner_document(child)
            elif tag == "subDoc":  # a part of a master document, which is a file of its own
                self.missing.append(f"subDoc {attribute(child, 'id')}")
            elif tag not in _SKIPPED:
                yield from self.blocks(child)

    def inner_document(self, element: etree._Element) -> list[str]:
        relation = attribute(element, "id")
        try:
            return self.chunk(relation)
        except (KeyError, Unreadable):
            self.missing.append(f"altChunk {relation}")
            return []

    def paragraph(self, paragraph: etree._Element) -> Iterator[str]:
        boxes: list[etree._Element] = []
        pieces = self.runs(paragraph, boxes, "")
        text = "".join(
            _SHIFTS.get(shift, str)("".join(piece.text for piece in run))
            for shift, run in groupby((piece for piece in pieces if piece.text), key=lambda piece: piece.shift)
        )
        properties = next((child for child in paragraph if tag_of(child) == "pPr"), None)
        text, self.joined = self.joined + text, ""
        following = paragraph.getnext()
        if value_of(properties, "rPr", "del") is not None and following is not None and tag_of(following) == "p":
            self.joined = text
        elif (text := text.strip()) or not is_on(properties, "rPr", "vanish"):
            # A paragraph without text also has its number: columns of tables are numbered in this way.
            yield from (self.numbering.label(properties) + text).strip().split("\n")
        # A code never continues in another paragraph. If the end of a field is missing, the following text is not lost.
        while self.codes and self.codes[-1] is not None:
            self.codes.pop()
        for box in boxes:
            yield from self.blocks(box) if tag_of(box) == "txbxContent" else self.drawn(box)

    def runs(self, parent: Iterable[etree._Element], boxes: list[etree._Element], shift: str) -> Iterator[_Piece]:
        for child in parent:
            tag = tag_of(child)
            if tag == "fldChar":
                yield _Piece(self.field(child), shift)
            elif tag == "instrText":
                if self.codes and self.codes[-1] is not None:
                    self.codes[-1] += child.text or ""
            elif tag in ("txbxContent", "relIds", "chart"):
                boxes.append(child)
            elif tag in ("footnoteReference", "endnoteReference"):
                self.noted = True
            elif text := self.text(child, tag):
                yield _Piece(text, shift)
            elif tag not in _SKIPPED:
                yield from self.below(child, tag, boxes, shift)

    def text(self, element: etree._Element, tag: str) -> str:
        """The text of an element, unless it is within the code of a field."""
        if any(code is not None for code in self.codes):
            return ""
        if tag == "t":
            return text_of(element)
        if tag == "sym":
            code, font = int(element.get(f"{W}char") or "0", 16), element.get(f"{W}font") or ""
            # Word has the signs of other fonts too: ℃ of 宋体.
            return chr(code) if 0x100 <= code < 0xD800 and in_font("R", font) == "R" else symbol(code, font)
        if tag == "textpath":  # WordArt of VML, such as the head of a red-headed document
            return element.get("string") or ""
        return _BREAKS.get(tag, "")

    def below(self, element: etree._Element, tag: str, boxes: list[etree._Element], shift: str) -> Iterator[_Piece]:
        """The pieces of a run, or of a part of an equation: `m:f` is a fraction, `m:sup` is raised."""
        if tag == "r":
            run_format = self.run_formats.of(element)
            if not run_format.seen or run_format.struck:
                self.struck |= run_format.seen and any((text.text or "").strip() for text in element.iter("{*}t"))
                return
            shift = run_format.shift or shift
        shift = docx_math.shift_of(tag, shift)
        for part in docx_math.parts(element, tag):
            yield from [_Piece(part, shift)] if isinstance(part, str) else self.runs([part], boxes, shift)

    def field(self, mark: etree._Element) -> str:
        """The text that a field mark shows: the choice in a form, or that of a field whose result is not stored."""
        kind = mark.get(f"{W}fldCharType")
        if kind == "begin":
            self.codes.append("")
            return _choice(mark)
        if kind == "separate" and self.codes:
            self.codes[-1] = None
        elif kind == "end" and self.codes:
            code = self.codes.pop()
            if code and not any(other is not None for other in self.codes):
                return equation_text(code)
        return ""

    def table(self, table: etree._Element) -> Iterator[str]:
        """One line for each row. If a cell spans several columns, its text is in the first and the others are empty."""
        for row in _inside(table, "tr"):
            if value_of(row, "trPr", "del") is not None:
                continue
            before = value_of(row, "trPr", "gridBefore") or ""
            cells: list[list[str]] = [[]] * _span(before, 0)
            spans = [_span(value_of(cell, "tcPr", "gridSpan"), 1) for cell in _inside(row, "tc")]
            for cell, span in zip(_inside(row, "tc"), spans, strict=True):
                cells += [[line for line in self.blocks(cell) if line], *[[]] * (span - 1)]
            if len(cells) == 1:
                yield from next(filter(None, cells), [])
            elif any(cells):
                shown = cells[: len(cells) - spans[-1] + 1] if spans else cells
                yield " | ".join(" ".join(" ".join(cell).split()) for cell in shown)

    def notes(self, notes: etree._Element) -> Iterator[str]:
        for note in notes:
            if note.get(f"{W}type") is None:
                yield from self.blocks(note)


def _span(value: str | None, otherwise: int) -> int:
    """A number of columns; Word allows 63 in a table."""
    return min(int(value), 63) if value and value.isdecimal() else otherwise


def _choice(mark: etree._Element) -> str:
    """The tick box or the chosen entry of a form's field."""
    for box in mark.iter(f"{W}checkBox"):
        ticked = value_of(box, "checked") if value_of(box, "checked") is not None else value_of(box, "default")
        return UNTICKED if ticked in (None, "0", "false") else TICKED
    for choice in mark.iter(f"{W}ddList"):
        entries = [value_of(entry) or "" for entry in choice if tag_of(entry) == "listEntry"]
        at = value_of(choice, "result") or value_of(choice, "default") or "0"
        return entries[int(at)] if at.isdecimal() and int(at) < len(entries) else ""
    return ""


def _inside(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """Rows of a table or cells of a row, also inside content controls and revisions."""
    for child in parent:
        tag = tag_of(child)
        if tag == name:
            yield child
        elif tag in ("sdt", "sdtContent", "ins", "customXml", "smartTag"):
            yield from _inside(child, name)
