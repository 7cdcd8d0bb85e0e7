"""The numbers that Word shows before paragraphs of lists (第一章, 一、), from numbering.xml and styles.xml."""

import re
from collections.abc import Mapping
from dataclasses import replace

from lxml import etree

from etl.files.formats.list_numbering import Level, ListCounter
from etl.files.formats.zip_packages import Package, parse_xml, read_xml

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_PLACE = re.compile(r"%([1-9])")


def read_word(archive: Package, name: str) -> etree._Element:
    """The root of a part, with the names of the transitional schema, even if it is written in the strict one. Raises as
    `read_xml` does."""
    root = read_xml(archive, name)
    if _STRICT not in (root.nsmap or {}).values():
        return root
    return parse_xml(etree.tostring(root).replace(_STRICT.encode(), W.strip("{}").encode()))


def tag_of(element: etree._Element) -> str:
    """The name without its namespace; "" for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def value_of(element: etree._Element | None, *path: str) -> str | None:
    """The `w:val` of the descendant at the path; None if there is no such element, "" if it has no value."""
    for name in path:
        if element is None:
            return None
        element = next((child for child in element if tag_of(child) == name), None)
    if element is None:
        return None
    return element.get(f"{W}val", "")


def is_on(element: etree._Element | None, *path: str) -> bool:
    """Whether the property at the path exists and is not switched off."""
    return value_of(element, *path) in ("", "1", "true", "on")


class Numbering:
    """The numbers that Word shows before paragraphs of lists, counted as Word does."""

    def __init__(self, archive: Package, folder: str, names: set[str]) -> None:
        self.lists: dict[str, tuple[str, Mapping[int, Level]]] = {}
        self.styles: dict[str, tuple[str | None, str | None, str | None]] = {}
        self.counts = ListCounter()
        if f"{folder}/numbering.xml" in names:
            self.read_lists(read_word(archive, f"{folder}/numbering.xml"))
            if f"{folder}/styles.xml" in names:
                self.read_styles(read_word(archive, f"{folder}/styles.xml"))

    def read_lists(self, root: etree._Element) -> None:
        kinds: dict[str, dict[int, Level]] = {}
        for child in root:
            if tag_of(child) == "abstractNum":
                kinds[child.get(f"{W}abstractNumId") or ""] = dict(_level(lvl) for lvl in child if tag_of(lvl) == "lvl")
        for child in root:
            if tag_of(child) == "num":
                number, kind = child.get(f"{W}numId") or "", value_of(child, "abstractNumId") or ""
                levels = dict(kinds.get(kind, {}))
                own = [c for c in child if tag_of(c) == "lvlOverride"]
                for change in own:
                    at = int(change.get(f"{W}ilvl") or 0)
                    start = value_of(change, "startOverride")
                    levels |= dict(_level(level) for level in change if tag_of(level) == "lvl")
                    if start and start.isdecimal() and at in levels:
                        levels[at] = replace(levels[at], start=int(start))
                # A list with its own start is counted separately; the others share the count of their definition.
                self.lists[number] = (f"{kind}/{number}" if own else kind, levels)

    def read_styles(self, root: etree._Element) -> None:
        for child in root:
            if tag_of(child) == "style":
                self.styles[child.get(f"{W}styleId") or ""] = (
                    value_of(child, "pPr", "numPr", "numId"),
                    value_of(child, "pPr", "numPr", "ilvl"),
                    value_of(child, "basedOn"),
                )

    def label(self, properties: etree._Element | None) -> str:
        """The number before the next paragraph, "" if it is in no list. Counts the paragraph."""
        number, depth = value_of(properties, "numPr", "numId"), value_of(properties, "numPr", "ilvl")
        style, seen = value_of(properties, "pStyle"), set[str]()
        while number is None and style and style in self.styles and style not in seen:
            seen.add(style)
            number, own, style = self.styles[style]
            depth = depth or own
        if number not in self.lists:
            return ""
        key, levels = self.lists[number]
        return self.counts.label(key, levels, int(depth) if depth and depth.isdecimal() else 0)


def _level(element: etree._Element) -> tuple[int, Level]:
    start, restart = value_of(element, "start") or "1", value_of(element, "lvlRestart") or ""
    return int(element.get(f"{W}ilvl") or 0), Level(
        start=int(start) if start.isdecimal() else 1,
        form=value_of(element, "numFmt") or "decimal",
        text=_PLACE.sub(lambda match: chr(int(match[1]) - 1), value_of(element, "lvlText") or ""),
        gap="" if value_of(element, "suff") == "nothing" else " ",
        legal=is_on(element, "isLgl"),
        restart=int(restart) if restart.isdecimal() else None,
    )
