"""Numbers of the lists of OpenDocument texts: `text:list-style`, and `text:outline-style` for headings."""

import re
from dataclasses import replace

from lxml import etree

from etl.files.formats.list_numbering import Level, ListCounter
from etl.files.formats.zip_packages import attribute

_FORMS = {
    "1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "": "none",
    "一": "chineseCounting", "壹": "chineseLegalSimplified", "①": "decimalEnclosedCircle",
    "甲": "ideographTraditional", "子": "ideographZodiac", "１": "decimalFullWidth",
}  # fmt: skip
"""By the first character of `style:num-format`, which lists the first numbers: `一, 二, 三, ...`."""
_PLACE = re.compile(r"%([1-9])%")
_OUTLINE = "\0outline"


class OdfLists:
    """Counts the items of the lists of a document. `ids`: by its id, the key of a list that another may continue."""

    def __init__(self, *roots: etree._Element) -> None:
        self.levels = {
            style.get(_name(style, "name")) or _OUTLINE: dict(_level(level) for level in style if _is_numbered(level))
            for root in roots
            for style in root.iter("{*}list-style", "{*}outline-style")
        }
        self.counter = ListCounter()
        self.ids: dict[str, str] = {}
        self.last: dict[str, str] = {}
        self.lists = 0

    def key(self, element: etree._Element, style: str) -> str:
        """The key under which the items of a list are counted: that of another list if it continues one."""
        self.lists += 1
        continued = self.ids.get(attribute(element, "continue-list"))
        if continued is None and attribute(element, "continue-numbering") == "true":
            continued = self.last.get(style)
        key = continued or f"{style}\0{self.lists}"
        self.last[style] = key
        if own := attribute(element, "id"):
            self.ids[own] = key
        return key

    def label(self, key: str, style: str, depth: int, start: str) -> str:
        """The number of the next item of a list, `depth` from 0; `start` if the item begins anew."""
        levels = self.levels.get(style, {})
        if start.isdecimal() and depth in levels:
            levels = levels | {depth: replace(levels[depth], start=int(start[:6]))}
            key = f"{key}\0{start}"
        return self.counter.label(key, levels, depth)

    def of_heading(self, heading: etree._Element) -> str:
        depth = attribute(heading, "outline-level")
        return self.label(_OUTLINE, _OUTLINE, int(depth) - 1, "") if depth.isdecimal() else ""


def _is_numbered(level: etree._Element) -> bool:
    return isinstance(level.tag, str) and level.tag.endswith(("}list-level-style-number", "}outline-level-style"))


def _level(element: etree._Element) -> tuple[int, Level]:
    """A level and its number from 0."""
    value = attribute(element, "level")
    depth = min(int(value), 9) - 1 if value.isdecimal() and value != "0" else 0
    form = _FORMS.get(attribute(element, "num-format")[:1], "decimal")
    shown, start = attribute(element, "display-levels"), attribute(element, "start-value")
    count = min(int(shown), depth + 1) if shown.isdecimal() else 1
    text = _PLACE.sub(lambda match: chr(int(match[1]) - 1), attribute(element, "num-list-format"))
    if not text:
        numbers = ".".join(chr(at) for at in range(depth + 1 - count, depth + 1))
        text = attribute(element, "num-prefix") + numbers + attribute(element, "num-suffix")
    return depth, Level(int(start[:6]) if start.isdecimal() else 1, form, text, " ")


def _name(element: etree._Element, name: str) -> str:
    return next((str(key) for key in element.attrib if str(key).endswith(f"}}{name}")), name)
