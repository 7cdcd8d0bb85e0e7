"""Cells of Office Open XML workbooks (.xlsx, .et) as they are displayed.

kreuzberg 4.10 is not used, as it returns numbers without their formats: 0.125 for 12.5 %, 1234 for the code 001234.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from lxml import etree

from etl.files.formats.drawings import controls_of, drawn_lines, parts_drawn
from etl.files.formats.number_formats import BUILT_IN, format_number, format_text
from etl.files.formats.sheets import Sheet
from etl.files.formats.symbol_fonts import in_font
from etl.files.formats.zip_packages import (
    Package,
    Relation,
    attribute,
    check_entities,
    main_part,
    named,
    note_damage,
    open_zip,
    read_xml,
    relations_of,
    targets_of,
    with_plain_signs,
)
from etl.files.types import FileOutcome, Limits, Unreadable
from etl.raised_text import subscript, superscript
from etl.reason_codes import Code
from etl.reasons import encode_reason

_DRAWING = re.compile(r"/drawings/[^/]+\.xml$")
_PLACE = re.compile(r"([A-Z]{1,3})(\d+)")
_REFERENCE = re.compile(
    r"(?P<other>\"[^\"]*\"|'[^']*'|[A-Za-z_][\w.]*\()"
    r"|(?P<fixed>\$?)(?<![A-Za-z0-9_])(?P<column>[A-Z]{1,3})(?P<fixed_row>\$?)(?P<row>[1-9]\d{0,6})(?![\w(])"
)
_RAISED = {"superscript": superscript, "subscript": subscript}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_STRINGS = "xl/sharedStrings.xml"
"""The usual name of the part with the texts of cells."""
_ISO_MIDNIGHT = re.compile(r"T00:00:00(?:\.0+)?Z?$")


def xlsx_sheets(body: bytes, limits: Limits) -> list[Sheet]:
    """The sheets of a workbook. Raises `Unreadable`."""
    with open_zip(body, limits) as archive:
        check_entities(archive, "xl/")
        names = set(archive.namelist())
        main = main_part(archive, "main+xml", "xl/workbook.xml")
        book = read_xml(archive, main)
        relations = relations_of(archive, main, names)
        parts = {relation.id: relation.part for relation in relations}
        properties = next(iter(named(book, "workbookPr")), None)
        workbook = _Workbook(
            strings=_shared_strings(archive, relations, names),
            styles=_styles(archive, relations, names),
            from_1904=properties is not None and properties.get("date1904") in ("1", "true"),
        )
        sheets = []
        for listed in named(book, "sheet"):
            part = parts.get(attribute(listed, "id"), "")
            name = listed.get("name") or ""
            if part in names:
                workbook.struck = workbook.lost = False
                cells = list(_rows(archive, part, workbook))
                drawn, lost = _drawn(archive, part, names)
                cells += (dict(enumerate(line.split(" | "))) for line in drawn)
                lost = _STRINGS if workbook.lost else lost
                sheets.append(Sheet(name, cells, missing=lost, struck=workbook.struck))
            else:
                sheets.append(Sheet(name, (), missing=part or name))
        damaged = ", ".join(archive.damaged)
    if sheets and all(sheet.missing and not sheet.rows for sheet in sheets):
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.PART_MISSING, part=sheets[0].missing))
    return [replace(sheet, damaged=damaged) for sheet in sheets]


class _Text(NamedTuple):
    """Text of a cell as `Shown`; `rich`: its words have fonts of their own, not that of the cell."""

    text: str
    struck: bool
    rich: bool


def _drawn(archive: Package, sheet: str, names: set[str]) -> tuple[list[str], str]:
    """The lines of the shapes, diagrams and charts of a sheet, and a part that is missing or broken."""
    lines: list[str] = []
    related = [relation.part for relation in relations_of(archive, sheet, names)]
    waiting = [part for part in related if _DRAWING.search(part)]
    while waiting:
        part = waiting.pop(0)
        try:
            root = read_xml(archive, part)
        except (Unreadable, etree.XMLSyntaxError):
            return lines, part
        lines += drawn_lines(root)
        if _DRAWING.search(part):
            waiting += parts_drawn(root, targets_of(archive, part, names))
    controls: list[tuple[str, str]] = []
    for part in (part for part in related if part.endswith(".vml") and part in names):
        try:
            controls += controls_of(archive, part)
        except (Unreadable, etree.XMLSyntaxError):
            return lines, part
    # Later versions of Excel write the words of a control in the drawing too.
    named = {words for _, words in controls}
    return [line for line in lines if line not in named] + [sign + words for sign, words in controls], ""


@dataclass(slots=True)
class _Workbook:
    """What the cells of all sheets refer to: texts, with whether struck words were left out of each, and styles.
    `struck`: whether words were left out of what was read."""

    strings: list[_Text]
    styles: "_Styles"
    from_1904: bool
    struck: bool = False
    lost: bool = False

    def seen(self, shown: _Text) -> str:
        self.struck |= shown.struck
        return shown.text

    def code(self, style: str | None) -> str:
        at = int(style) if style and style.isdecimal() else 0
        return self.styles.codes[at] if at < len(self.styles.codes) else BUILT_IN[0]


def _part(relations: Sequence[Relation], kind: str, names: set[str]) -> str | None:
    return next((each.part for each in relations if each.kind == kind and each.part in names), None)


def _shared_strings(archive: Package, relations: Sequence[Relation], names: set[str]) -> list[_Text]:
    part = _part(relations, "sharedStrings", names)
    return [_rich_text(item) for item in _items(archive, part, "si")] if part else []


class _Styles(NamedTuple):
    """By the number of a style: the code of its number format, whether its font strikes, the name of its font."""

    codes: list[str]
    striking: frozenset[str]
    fonts: dict[str, str]


def _styles(archive: Package, relations: Sequence[Relation], names: set[str]) -> _Styles:
    part = _part(relations, "styles", names)
    if part is None:
        return _Styles([], frozenset(), {})
    root = read_xml(archive, part)
    own = {item.get("numFmtId"): item.get("formatCode") or "" for item in named(root, "numFmt")}
    styles, fonts = (
        [item for group in named(root, name) for item in group if isinstance(item.tag, str)]
        for name in ("cellXfs", "fonts")
    )
    numbers = (style.get("numFmtId") or "0" for style in styles)
    codes = [
        own.get(number) or BUILT_IN.get(int(number) if number.isdecimal() else 0, BUILT_IN[0]) for number in numbers
    ]
    strikes = [_strikes(font) for font in fonts]
    called = [next((name.get("val") or "" for name in font.iter("{*}name")), "") for font in fonts]
    places = {str(number): style.get("fontId") or "" for number, style in enumerate(styles)}
    font_of = {number: int(at) for number, at in places.items() if at.isdecimal() and int(at) < len(fonts)}
    return _Styles(
        codes,
        frozenset(number for number, at in font_of.items() if strikes[at]),
        {number: called[at] for number, at in font_of.items()},
    )


def _strikes(properties: etree._Element | None) -> bool:
    strike = None if properties is None else properties.find("{*}strike")
    return strike is not None and strike.get("val") not in ("0", "false")


def _items(archive: Package, part: str, name: str) -> Iterator[etree._Element]:
    """The elements with that name, one at a time: a tree of a whole sheet takes ten times its size in memory."""
    content = io.BytesIO(with_plain_signs(archive.read(part)))
    parsed = etree.iterparse(
        content, tag=f"{{*}}{name}", recover=True, resolve_entities=False, no_network=True, load_dtd=False
    )
    for _, element in parsed:
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    note_damage(archive, part, parsed.error_log)


def _rich_text(item: etree._Element) -> _Text:
    """The text of an item without its phonetic hints; raised and lowered runs as superscripts and subscripts."""
    parts: list[str] = []
    struck = False
    for text in item.iter("{*}t"):
        run = text.getparent()
        tag = etree.QName(run).localname if run is not None else ""
        if run is None or tag == "rPh":
            continue
        if tag == "r" and _strikes(run.find("{*}rPr")):
            struck = True
            continue
        align = next(iter(run.iter("{*}vertAlign")), None) if tag == "r" else None
        shift = _RAISED.get(align.get("val") or "") if align is not None else None
        font = next(iter(run.iter("{*}rFont")), None) if tag == "r" else None
        shown = in_font(text.text or "", "" if font is None else font.get("val") or "")
        parts.append(shift(shown) if shift else shown)
    whole = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), "".join(parts))
    return _Text(whole, struck, rich=next(item.iter("{*}r"), None) is not None)


def _in_font(text: _Text, font: str) -> _Text:
    return text if text.rich else text._replace(text=in_font(text.text, font))


def _rows(archive: Package, part: str, workbook: _Workbook) -> Iterator[dict[int, str]]:
    shared: dict[str, tuple[int, int, str]] = {}
    for number, row in enumerate(_items(archive, part, "row"), 1):
        cells: dict[int, str] = {}
        at = -1
        for cell in row.iter("{*}c"):
            place = _PLACE.match(cell.get("r") or "")
            at = _column(place[1]) if place else at + 1
            _spell_out_shared(cell, at, int(place[2]) if place else number, shared)
            cells[at] = _cell_text(cell, workbook)
        yield cells


def _spell_out_shared(cell: etree._Element, column: int, row: int, shared: dict[str, tuple[int, int, str]]) -> None:
    """If a cell shares the formula of another one, writes the formula into it, with references moved to its
    position."""
    formula = cell.find("{*}f")
    if formula is None or formula.get("t") != "shared":
        return
    group = formula.get("si") or ""
    if formula.text:
        shared[group] = column, row, formula.text
    elif group in shared:
        first_column, first_row, text = shared[group]
        formula.text = _moved(text, column - first_column, row - first_row)


def _moved(formula: str, columns: int, rows: int) -> str:
    """The formula with its relative references moved; `$` keeps a column or row, and texts are left alone."""

    def moved(match: re.Match[str]) -> str:
        if match["other"]:
            return match[0]
        column, row = _column(match["column"]), int(match["row"])
        letters = match["column"] if match["fixed"] else _letters(max(column + columns, 0))
        number = row if match["fixed_row"] else max(row + rows, 1)
        return f"{match['fixed']}{letters}{match['fixed_row']}{number}"

    return _REFERENCE.sub(moved, formula)


def _letters(column: int) -> str:
    letters, rest = "", column + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        letters = chr(65 + last) + letters
    return letters


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _cell_text(cell: etree._Element, workbook: _Workbook) -> str:
    kind, code = cell.get("t") or "n", workbook.code(cell.get("s"))
    font = workbook.styles.fonts.get(cell.get("s") or "0", "")
    if cell.get("s") in workbook.styles.striking:
        workbook.struck |= bool("".join(map(str, cell.itertext())).strip())
        return ""
    if kind == "inlineStr":
        return format_text(workbook.seen(_in_font(_rich_text(cell), font)), code)
    text = cell.findtext("{*}v") or ""
    if not text and kind != "str":
        # The file has the formula but no result; a spreadsheet program would compute it.
        formula = cell.findtext("{*}f")
        return f"={formula}" if formula else ""
    if kind == "s":
        known = text.isdecimal() and int(text) < len(workbook.strings)
        workbook.lost |= not known
        return format_text(workbook.seen(_in_font(workbook.strings[int(text)], font)), code) if known else ""
    if kind == "str":
        return format_text(in_font(_ESCAPED.sub(lambda match: chr(int(match[1], 16)), text), font), code)
    if kind == "b":
        return {"1": "TRUE", "0": "FALSE"}.get(text, text)
    if kind == "d":
        return _ISO_MIDNIGHT.sub("", text).replace("T", " ")
    return text if kind == "e" else format_number(text, code, from_1904=workbook.from_1904)
