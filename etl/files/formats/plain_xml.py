"""Text of files that are one XML document of another program than Office: drawings (SVG), and documents in UOF
(GB/T 20916-2007), whose elements have Chinese names."""

import re
from collections.abc import Iterator

from lxml import etree

from etl.files.formats.sheets import rows
from etl.files.formats.zip_packages import parse_xml, tag_of, with_plain_signs
from etl.files.types import Shown

_UOF = re.compile("<(?:uof|UOF):UOF\\b")


def is_uof(text: str) -> bool:
    """Whether a text begins as a document in UOF."""
    return _UOF.search(text[:2000]) is not None


def svg_text(body: bytes) -> Shown:
    """The lines of a drawing, in the order of its elements; `tspan` begins one if it has a place of its own."""
    lines: list[str] = []
    for text in parse_xml(with_plain_signs(body)).iter("{*}text"):
        pieces = [text.text or ""]
        for part in text.iterdescendants():
            moved = tag_of(part) == "tspan" and {"y", "dy"}.intersection(part.attrib)
            pieces += ["\n" if moved else "", part.text or "", part.tail or ""]
        lines += "".join(pieces).split("\n")
    return Shown("\n".join(rows([line] for line in lines)))


def uof_text(body: bytes) -> Shown:
    """The paragraphs and table rows of a document, the rows of a workbook, and the texts of slides."""
    return Shown("\n".join(_lines(parse_xml(with_plain_signs(body)))))


def _lines(parent: etree._Element) -> Iterator[str]:
    for child in parent:
        tag = tag_of(child)
        if tag == "行":
            yield from rows([[" ".join(_cell(cell)) for cell in child if tag_of(cell) == "单元格"]])
        elif tag == "段落":
            yield from rows([[_words(child)]])
        else:
            yield from _lines(child)


def _cell(cell: etree._Element) -> list[str]:
    return [*_lines(cell)] or [_words(cell)]


def _words(element: etree._Element) -> str:
    return "".join(words.text or "" for words in element.iter() if tag_of(words) == "文本串")
