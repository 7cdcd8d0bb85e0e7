"""How runs of a Word document look where that changes what is read: raised, hidden, struck, in a font of symbols."""

import re
import zipfile
from typing import NamedTuple

from lxml import etree

from etl.files.formats.docx_numbering import W, is_on, read_word, tag_of, value_of
from etl.files.formats.symbol_fonts import in_font, may_have_signs
from etl.raised_text import moved

MAX_UNSEEN_SIZE = 2
"""Half points: nobody can read a letter of one point, and some hide words so."""
_POSITION = re.compile(r"-?[0-9]{1,3}")
_MAX_STYLES = 20
"""Styles that a style is based on, one on the other."""


class Look(NamedTuple):
    """`shift` is a `w:vertAlign`; `seen` is false of hidden text and of such without a size."""

    shift: str = ""
    seen: bool = True
    struck: bool = False


class Looks:
    """The looks of runs, by their own properties and their styles of characters."""

    def __init__(self, archive: zipfile.ZipFile, folder: str, names: set[str]) -> None:
        self._styles: dict[str, etree._Element] = {}
        if f"{folder}/styles.xml" in names:
            for style in read_word(archive, f"{folder}/styles.xml"):
                if tag_of(style) == "style" and style.get(f"{W}type") == "character":
                    self._styles[style.get(f"{W}styleId") or ""] = style

    def of(self, run: etree._Element) -> Look:
        """The look of a run."""
        holders, style = [run], value_of(run, "rPr", "rStyle")
        while style in self._styles and len(holders) < _MAX_STYLES:
            holders.append(self._styles[style])
            style = value_of(holders[-1], "basedOn")
        shift = next((v for each in holders if (v := value_of(each, "rPr", "vertAlign")) is not None), "")
        if not shift and (position := next((v for each in holders if (v := value_of(each, "rPr", "position"))), "")):
            words = "".join(text.text or "" for text in run.iter("{*}t"))
            if _POSITION.fullmatch(position) and moved(words, int(position) / 2) != words:
                shift = "superscript" if int(position) > 0 else "subscript"
        size = next((v for each in holders if (v := value_of(each, "rPr", "sz")) is not None), "")
        is_seen = not _has(holders, "vanish") and not (size.isdecimal() and int(size) <= MAX_UNSEEN_SIZE)
        return Look(shift, is_seen, _has(holders, "strike") or _has(holders, "dstrike"))


def _has(holders: list[etree._Element], name: str) -> bool:
    """Whether the first of these that speaks of the property has it."""
    first = next((each for each in holders if value_of(each, "rPr", name) is not None), None)
    return first is not None and is_on(first, "rPr", name)


def text_of(element: etree._Element) -> str:
    """The text of a `w:t` as its font shows it."""
    text = element.text or ""
    if not may_have_signs(text):
        return text
    fonts = {
        str(key).rpartition("}")[2]: str(font)
        for holder in element.itersiblings("{*}rPr", preceding=True)
        for listed in holder.iter("{*}rFonts")
        for key, font in listed.attrib.items()
    }
    return in_font(text, fonts.get("ascii") or fonts.get("hAnsi") or "") if fonts else text
