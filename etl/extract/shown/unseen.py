"""Words that an element's own style keeps out of sight otherwise than by `display: none`."""

import re
from collections.abc import Iterator
from itertools import chain

from lxml import html
from lxml.html import HtmlElement

from etl.extract.lexicon.labels import COLON, match_label
from etl.web.inline_styles import InlineStyles, sight_of
from etl.web.page import WebPage, all_text

_SIGNS = tuple(
    "visibility|size:0|size: 0|font:0|font: 0|size:1px|size: 1px|size:1pt|size: 1pt|size:1.0pt|mso-hide"
    "|opacity|height:0|height: 0|indent:-|indent: -|left:-|left: -|top:-|top: -".split("|")
)
"""For a quick check: hardly any style contains one of these."""
_SPACES = " \t\r\n\xa0\u3000"
_UNSHOWN = ("script", "style", "noscript", "title")
_WHITE = re.compile(r"\s*color\s*:\s*(?:#fff(?:fff)?|white|transparent)\s*;?\s*", re.IGNORECASE)
_MAX_WHITE_CHARS = 24
_MAX_FILLING, _MAX_LETTERS = 4, 8
"""Maximum number of invisible characters that pad a label, and of its visible characters on either side."""
_MOST = 3
"""At most one in so many of a page's words may be hidden like this; more are words that a script shows later."""


def hide_unseen(page: WebPage, styles: InlineStyles) -> None:
    """Sets the attribute `hidden` on everything that nobody sees."""
    if any(len(style) <= _MAX_WHITE_CHARS and _WHITE.fullmatch(style) for style in styles.values):
        for element in page.tree.iterfind("body//span[@style]"):
            if _WHITE.fullmatch(element.get("style") or "") and _fills_label(element):
                element.text = None
    if not any(sign in styles.together for sign in _SIGNS):
        return
    hiding = {style: sight for style in styles.values if (sight := sight_of(style)) in ("gone", "unseen")}
    most: int | None = None
    for element in page.tree.iterfind("body//*[@style]") if hiding else ():
        how = hiding.get(element.get("style") or "")
        if how is None or element.get("hidden") is not None:
            continue
        if _fills_label(element):
            element.text = None
            continue
        most = _words_of(page) // _MOST if most is None else most
        if not 0 < _letters(all_text(element)) <= most:
            continue
        for each in [element] if how == "gone" else _out_of_sight(element):
            each.set("hidden", "")


def _fills_label(element: HtmlElement) -> bool:
    """Whether invisible characters only pad a label: 文<span style="color: #fff">一一</span>号：."""
    if element.tag != "span" or len(element) or not 0 < len(element.text or "") <= _MAX_FILLING:
        return False
    around, before, behind = element.getparent(), element.getprevious(), element.getnext()
    first = ((around.text if before is None else before.tail or all_text(before)) or "").strip()
    second = (element.tail or "").strip() or ("" if behind is None else all_text(behind).strip())
    second = COLON.split(second, 1)[0]
    is_apart = 0 < len(first) <= _MAX_LETTERS and 0 < len(second) <= _MAX_LETTERS
    return is_apart and match_label(first + second) is not None


def _words_of(page: WebPage) -> int:
    """Characters of the page's text, without white space."""
    unshown = chain.from_iterable(page.elements[tag] for tag in _UNSHOWN)
    return _letters(all_text(page.tree)) - sum(_letters(all_text(each)) for each in unshown)


def _letters(text: str) -> int:
    return len(text) - sum(map(text.count, _SPACES))


def _out_of_sight(element: HtmlElement) -> Iterator[HtmlElement]:
    """The parts of an invisible element that contain nothing that is made visible again."""
    seen = [each for each in element.xpath(".//*[@style]") if sight_of(each.get("style") or "") == "seen"]
    around = {each for some in seen for each in (some, *some.iterancestors())}
    if element not in around:
        yield element
        return
    for each in [each for each in around if element in (each, *each.iterancestors()) and each not in seen]:
        yield from [child for child in each if isinstance(child.tag, str) and child not in around]
        yield from list(_loose_words(each))


def _loose_words(element: HtmlElement) -> Iterator[HtmlElement]:
    """Wraps each text directly inside an element in a `<span>`, and returns these."""
    for at, child in reversed([(0, None), *enumerate(element, 1)]):
        words = (element.text if child is None else child.tail) or ""
        if words.strip():
            span = html.Element("span")
            span.text = words
            if child is None:
                element.text = None
            else:
                child.tail = None
            element.insert(at, span)
            yield span
