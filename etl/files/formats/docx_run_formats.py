"""Formats of runs in a Word document that change its text: raised, lowered, hidden, struck, in a symbol font."""

import re
from typing import NamedTuple

from lxml import etree

from etl.files.formats.docx_numbering import W, is_on, read_word, tag_of, value_of
from etl.files.formats.symbol_fonts import in_font, may_have_signs
from etl.files.formats.zip_packages import Package
from etl.raised_text import moved

MAX_UNSEEN_SIZE = 2
"""Maximum size, in half points, of text that counts as hidden: nobody can read letters of one point, and some documents
hide words in this way."""
_POSITION = re.compile(r"-?[0-9]{1,3}")
_MAX_STYLES = 20
"""Maximum length of the chain of styles that are based on each other."""


class RunFormat(NamedTuple):
    """The format of a run. `shift`: a value of `w:vertAlign`. `seen`: false for hidden text and text that is too small
    to read."""

    shift: str = ""
    seen: bool = True
    struck: bool = False


class RunFormats:
    """Finds the formats of runs by their own properties and their character styles."""

    def __init__(self, archive: Package, folder: str, names: set[str]) -> None:
        self._styles: dict[str, etree._Element] = {}
        if f"{folder}/styles.xml" in names:
            for style in read_word(archive, f"{folder}/styles.xml"):
                if tag_of(style) == "style" and style.get(f"{W}type") == "character":
                    self._styles[style.get(f"{W}styleId") or ""] = style

    def of(self, run: etree._Element) -> RunFormat:
        """The format of a run."""
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
        return RunFormat(shift, is_seen, _has(holders, "strike") or _has(holders, "dstrike"))


def _has(holders: list[etree._Element], name: str) -> bool:
    """Whether the property is on in the first of these elements that states it."""
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
