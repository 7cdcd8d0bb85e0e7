"""Documents and workbooks that are one XML document: Word and Excel 2003, and Flat OPC.

A document is converted to a package as current Word versions write it, and read by the reader for these, which handles
tables, notes, and hidden and struck words.
"""

import base64
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime

from lxml import etree

from etl.files.formats.docx import ReadChunk, read_docx
from etl.files.formats.docx_numbering import W
from etl.files.formats.number_formats import format_number, format_text
from etl.files.formats.sheets import Sheet, sheets_text
from etl.files.formats.symbol_fonts import is_of_symbols
from etl.files.formats.zip_packages import attribute, tag_of
from etl.files.types import FileOutcome, Limits, Shown, Unreadable
from etl.reason_codes import Code
from etl.reasons import encode_reason

_ROOT = re.compile(rb"<(?:w:wordDocument|pkg:package|(?:ss:)?Workbook)\b")
_WORD_2003 = b"http://schemas.microsoft.com/office/word/2003/wordml"
_MAIN = "word/document.xml"
_NO_TYPES = b"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"
_NAMED_FORMATS = {
    "Percent": "0.00%", "Fixed": "0.00", "Standard": "#,##0.00", "Scientific": "0.00E+00", "Short Date": "yyyy/m/d",
    "Long Date": 'yyyy"年"m"月"d"日"', "Medium Date": "d-mmm-yy", "General Date": "yyyy/m/d h:mm", "Short Time": "h:mm",
    "Long Time": "h:mm:ss", "General": "",
}  # fmt: skip
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - of a calendar without zones
_MAX_COLUMN = 16_384


def is_office_xml(body: bytes) -> bool:
    """Whether the bytes begin like such a document."""
    return _ROOT.search(body[:2000]) is not None


def office_xml_text(body: bytes, limits: Limits, read_chunk: ReadChunk) -> Shown:
    """Paragraphs and rows of the document or workbook. Raises `Unreadable`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    tree = etree.fromstring(body.replace(_WORD_2003, W.strip("{}").encode()), parser)
    if tree is None:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.NOT_WHOLE, format="XML", error="no element"))
    if etree.QName(tree).localname == "Workbook":
        return Shown(sheets_text([*_sheets(tree)], limits))
    _write_numbers(tree)
    parts = dict(_parts(tree))
    if _MAIN not in parts:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.PART_MISSING, part=_MAIN))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in {"[Content_Types].xml": _NO_TYPES, **parts}.items():
            archive.writestr(name, content)
    document = read_docx(packed.getvalue(), limits, read_chunk)
    return Shown(document.text, document.struck)


def _write_numbers(tree: etree._Element) -> None:
    """Word 2003 keeps the number that each item of a list shows: it is put before the item."""
    for listed in tree.iter("{*}listPr"):
        shown = {tag_of(child): attribute(child, "val") for child in listed}
        properties = listed.getparent()
        if shown.get("t") and properties is not None and not is_of_symbols(shown.get("font", "")):
            run = etree.Element(f"{W}r")
            etree.SubElement(run, f"{W}t").text = f"{shown['t']} "
            properties.addnext(run)


def _parts(tree: etree._Element) -> Iterator[tuple[str, bytes]]:
    """The parts of a document by their names in a package."""
    for part in tree.iter("{*}part"):
        name = next((str(value) for key, value in part.attrib.items() if str(key).endswith("}name")), "").lstrip("/")
        for content in part:
            if etree.QName(content).localname == "xmlData" and len(content):
                yield name, etree.tostring(content[0])
            elif etree.QName(content).localname == "binaryData":
                yield name, base64.b64decode("".join((content.text or "").split()) + "==")
    for name, tag in ((_MAIN, "body"), ("word/styles.xml", "styles")):
        root = tree.find(f"{{*}}{tag}")
        if root is not None:
            yield name, etree.tostring(root)


def _sheets(tree: etree._Element) -> Iterator[Sheet]:
    formats = {
        attribute(style, "ID"): _NAMED_FORMATS.get(code, code)
        for style in tree.iter("{*}Style")
        for each in style.iter("{*}NumberFormat")
        if (code := attribute(each, "Format"))
    }
    for sheet in tree.iter("{*}Worksheet"):
        yield Sheet(attribute(sheet, "Name"), [_cells(row, formats) for row in sheet.iter("{*}Row")])


def _cells(row: etree._Element, formats: Mapping[str, str]) -> dict[int, str]:
    """The texts of a row, by column from 0. A cell may state its column, and how many further columns it spans."""
    cells: dict[int, str] = {}
    at = 0
    for cell in row.iterchildren("{*}Cell"):
        stated, covered = attribute(cell, "Index"), attribute(cell, "MergeAcross")
        at = min(int(stated), _MAX_COLUMN) - 1 if stated.isdecimal() and stated != "0" else at
        data = cell.find("{*}Data")
        if data is not None:
            cells[at] = _text(data, formats.get(attribute(cell, "StyleID"), ""))
        at += 1 + (min(int(covered), _MAX_COLUMN) if covered.isdecimal() else 0)
    return cells


def _text(data: etree._Element, code: str) -> str:
    text, kind = "".join(map(str, data.itertext())), attribute(data, "Type")
    if kind == "Number":
        return format_number(text, code or "General")
    if kind == "DateTime":
        return _moment(text, code)
    if kind == "Boolean":
        return {"1": "TRUE", "0": "FALSE"}.get(text, text)
    return text if kind == "Error" else format_text(text, code)


def _moment(text: str, code: str) -> str:
    try:
        since = datetime.fromisoformat(text) - _FIRST_DAY
    except (ValueError, TypeError):
        return text
    if code:
        return format_number(str(since.days + since.seconds / 86_400), code)
    return text.partition(".")[0].removesuffix("T00:00:00").replace("T", " ")
