"""Words that an element's own style keeps out of sight otherwise than by `display: none`."""

from collections.abc import Iterator
from itertools import chain
from typing import cast

from lxml import etree, html
from lxml.html import HtmlElement

from etl.web.inline_styles import sight_of
from etl.web.page import WebPage, all_text

_SIGNS = tuple(
    "isibility|ISIBILITY|ize:0|ize: 0|IZE:0|IZE: 0|font:0|font: 0|ize:1px|ize: 1px|ize:1pt|ize: 1pt|ize:1.0pt|mso-hide"
    "|pacity|height:0|height: 0|indent:-|indent: -|left:-|left: -|top:-|top: -".split("|")
)
"""The quick question: a page repeats a few styles, and hardly any has one of these."""
_STYLES = etree.XPath("/html/body//@style", smart_strings=False)
_SPACES = " \t\r\n\xa0\u3000"
_UNSHOWN = ("script", "style", "noscript", "title")
_MOST = 3
"""The part of a page's words, one in so many, that may be hidden so: more is what a script shows by and by."""


def hide_unseen(page: WebPage) -> None:
    """Gives what nobody sees the attribute `hidden`."""
    styles = set(cast(list[str], _STYLES(page.tree)))
    joined = "\n".join(styles)
    if not any(sign in joined for sign in _SIGNS):
        return
    hiding = {style: sight for style in styles if (sight := sight_of(style)) in ("gone", "unseen")}
    most: int | None = None
    for element in page.tree.iterfind("body//*[@style]") if hiding else ():
        how = hiding.get(element.get("style") or "")
        if how is None or element.get("hidden") is not None:
            continue
        most = _words_of(page) // _MOST if most is None else most
        if not 0 < _letters(all_text(element)) <= most:
            continue
        for each in [element] if how == "gone" else _out_of_sight(element):
            each.set("hidden", "")


def _words_of(page: WebPage) -> int:
    """Characters of the page's text, without white space."""
    unshown = chain.from_iterable(page.elements[tag] for tag in _UNSHOWN)
    return _letters(all_text(page.tree)) - sum(_letters(all_text(each)) for each in unshown)


def _letters(text: str) -> int:
    return len(text) - sum(map(text.count, _SPACES))


def _out_of_sight(element: HtmlElement) -> Iterator[HtmlElement]:
    """The parts of an unseen element that hold nothing that is seen again."""
    seen = [each for each in element.xpath(".//*[@style]") if sight_of(each.get("style") or "") == "seen"]
    around = {each for some in seen for each in (some, *some.iterancestors())}
    if element not in around:
        yield element
        return
    for each in [each for each in around if element in (each, *each.iterancestors()) and each not in seen]:
        yield from [child for child in each if isinstance(child.tag, str) and child not in around]
        yield from list(_loose_words(each))


def _loose_words(element: HtmlElement) -> Iterator[HtmlElement]:
    """The words that stand in an element itself, each put into a `<span>`."""
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
