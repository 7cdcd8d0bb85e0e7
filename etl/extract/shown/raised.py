"""Writes raised and lowered text of a page as superscripts and subscripts: `10<sup>5</sup>` is 10⁵ and not 105."""

from collections.abc import Callable, Iterator
from functools import partial

from lxml.html import HtmlElement

from etl.raised_text import moved, subscript, superscript
from etl.web.inline_styles import InlineStyles, shift_of
from etl.web.page import WebPage
from etl.web.script.fragments import clear

_SHIFTS = {"super": superscript, "sub": subscript}
_LONGEST = 40
"""Maximum length of raised text; a longer one is a paragraph that an editor put into the wrong element."""


def spell_out_raised(page: WebPage, styles: InlineStyles) -> None:
    """Writes raised and lowered digits and letters of the tree as Unicode superscripts and subscripts, else as `^(…)`
    and `_(…)`."""
    for element, spell in list(_shifted(page.tree, styles)):
        words = "".join(map(str, element.itertext()))
        if 0 < len(words.strip()) <= _LONGEST and (spelled := spell(words)) != words:
            clear(element, spelled)


def _shifted(tree: HtmlElement, styles: InlineStyles) -> Iterator[tuple[HtmlElement, Callable[[str], str]]]:
    for element in tree.iter("sup", "sub"):
        yield element, superscript if element.tag == "sup" else subscript
    if "vertical-align" not in styles.together and "mso-text-raise" not in styles.together:
        return
    for element in tree.iter("span", "font", "em", "i", "b"):
        shift = shift_of(element.get("style") or "")
        if isinstance(shift, str):
            yield element, _SHIFTS[shift]
        elif shift:
            yield element, partial(moved, points=shift)
