"""Raised and lowered text of a page, written in characters of its own: `10<sup>5</sup>` is 10⁵ and not 105."""

import re
from collections.abc import Callable, Iterator

from lxml.html import HtmlElement

from etl.raised_text import subscript, superscript
from etl.web.page import WebPage

_BY_STYLE = re.compile(r"vertical-align\s*:\s*(super|sub)\b", re.IGNORECASE)
_LOWER = re.compile(r"ertical-align\s*:\s*(?:super|sub)\b")
_LONGEST = 40
"""Characters of raised text; a longer one is a paragraph that an editor put into the wrong element."""


def spell_out_raised(page: WebPage) -> None:
    """Writes raised and lowered digits and letters of the tree as Unicode has them, else as `^(…)` and `_(…)`."""
    for element, spell in list(_shifted(page.tree, page.text)):
        words = "".join(map(str, element.itertext()))
        if 0 < len(words.strip()) <= _LONGEST and (spelled := spell(words)) != words:
            for child in list(element):
                element.remove(child)
            element.text = spelled


def _has_styles(source: str) -> bool:
    # Ignoring case costs thirty times as much, and only styles of old word processors are written in capitals.
    if "ertical-align" in source and _LOWER.search(source):
        return True
    return "ERTICAL-ALIGN" in source and _BY_STYLE.search(source) is not None


def _shifted(tree: HtmlElement, source: str) -> Iterator[tuple[HtmlElement, Callable[[str], str]]]:
    for element in tree.iter("sup", "sub"):
        yield element, superscript if element.tag == "sup" else subscript
    if not _has_styles(source):
        return
    for element in tree.iter("span", "font", "em", "i", "b"):
        if match := _BY_STYLE.search(element.get("style") or ""):
            yield element, superscript if match[1].lower() == "super" else subscript
