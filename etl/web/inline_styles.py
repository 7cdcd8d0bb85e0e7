"""What the attribute `style` of an element does to its words: it hides them, shows them again, or strikes
them.

Word, page editors and copiers hide words in more ways than `display: none`: no size, no opacity, far off the page.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

from lxml import etree
from lxml.html import HtmlElement

Sight = Literal["gone", "unseen", "seen", ""]
"""Visibility of an element's words. `gone`: hidden with all descendants; `unseen`: hidden except descendants that are
`seen`."""
_GONE = re.compile(
    r"display\s*:\s*none|mso-hide\s*:\s*(?:all|screen)|content-visibility\s*:\s*hidden"
    r"|(?<![\w-])opacity\s*:\s*(?:0?\.)?0+%?\s*(?:;|!|$)"
    r"|(?<![\w-])(?:text-indent|margin-left|left|top)\s*:\s*-(?:[5-9]\d\d|\d{4,})(?:\.\d+)?(?:px|pt)"
)
_FLAT = re.compile(r"(?<![\w-])(?:max-)?height\s*:\s*0(?:px|pt)?\s*(?:;|!|$)")
_CUT = re.compile(r"overflow\s*:\s*(?:hidden|clip)")
_VISIBILITY = re.compile(r"(?<![\w-])visibility\s*:\s*(visible|hidden|collapse)")
_SIZE = re.compile(
    r"(?<![\w-])font(?:-size\s*:\s*|\s*:(?:[^;\d]{0,60}\s)?)(\d{1,4}+(?:\.\d{1,4}+)?|\.\d{1,4}+)"
    r"(px|pt|em|rem|%|(?=\s*(?:;|!|/|$)))"
)
_STRUCK = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through")
_SHIFT = re.compile(r"vertical-align\s*:\s*(super|sub)\b")
_SIZED_SHIFT = re.compile(r"vertical-align\s*:\s*(-?\d{1,2}(?:\.\d{1,2})?)(pt|px)")
_RAISE = re.compile(r"mso-text-raise\s*:\s*(-?\d{1,2}(?:\.\d{1,2})?)(pt)")
"""Word's own property for raised text in a web page, beside the one for browsers."""
_FONT = re.compile(r"(?<![\w-])font-family\s*:\s*[\"']?([^;\"',]{1,60})")
_LEGIBLE = {"px": 1.0, "pt": 1.0}
"""Font sizes up to which words are a layout trick: nobody can read characters of one pixel."""
_STYLES = etree.XPath("//@style", smart_strings=False)


@dataclass(frozen=True, slots=True)
class InlineStyles:
    """The different values of `style` in a page, and all of them together in lower case: a page repeats a few, so a
    word is looked for there before elements are examined one by one."""

    values: frozenset[str]
    together: str

    @classmethod
    def of(cls, tree: HtmlElement) -> "InlineStyles":
        values = frozenset(style_values(tree))
        return cls(values, "\n".join(values).lower())


def style_values(tree: HtmlElement) -> list[str]:
    """The value of each attribute `style` in a tree, in document order."""
    return cast(list[str], _STYLES(tree))


@lru_cache(2048)  # pages repeat their styles
def sight_of(style: str) -> Sight:
    """Whether words in an element with this `style` are visible; "" if the style does not say."""
    style = style.lower()
    if _GONE.search(style) or (_FLAT.search(style) and _CUT.search(style)):
        return "gone"
    visibility, size = _VISIBILITY.search(style), _SIZE.search(style)
    tiny = size is not None and float(size[1]) <= _LEGIBLE.get(size[2], 0.0)
    if tiny or (visibility and visibility[1] != "visible"):
        return "unseen"
    relative = size is not None and size[2] in ("em", "%")  # zero times any size is zero
    return "seen" if visibility or (size and not relative) else ""


@lru_cache(2048)
def shift_of(style: str) -> str | float:
    """How words in an element with this `style` are raised or lowered: `super`, `sub`, or a number of points."""
    style = style.lower()
    if match := _SHIFT.search(style):
        return match[1]
    match = _RAISE.search(style) or (_SIZED_SHIFT.search(style) if "font-size" in style else None)
    return float(match[1]) * (0.75 if match[2] == "px" else 1) if match else 0.0


@lru_cache(2048)
def font_of(style: str) -> str:
    """The first font of an element with this `style`; "" if the style names none."""
    match = _FONT.search(style.lower())
    return match[1].strip() if match else ""


def is_struck(style: str) -> bool:
    """Whether words in an element with that `style` are struck."""
    return _STRUCK.search(style.lower()) is not None
