"""The words that an element shows to readers, without white space, and whether it is shown at all."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lxml.html import HtmlElement

from etl.web.page import WebPage

BUTTONS = ("button", "submit", "image")
"""Types of `<input>` that a reader clicks."""
MAX_LABEL, _MAX_PARTS, _MAX_IN_STEP = 24, 12, 50
_MARK = "\x1f"
_BETWEEN_NUMBERS = re.compile(rf"(?<=\d){_MARK}(?=\d)")
_SPLIT_NUMBER = re.compile(
    r"(?:(?<=[总共合][有计数]|[数量][：:为]|累计|收录)|(?<=[总共计数量到]))\d(?: \d){1,7}(?![\d ])|"
    r"(?<![\d ])\d(?: \d){1,7}(?=[条條篇件则]|个(?!页))"
)
"""A number whose digits are in separate elements, beside a counting word."""
_UNITS = tuple("条條篇件则个")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_ODD_SIGNS = re.compile("[／\u200b-\u200d\ufeff]")


def is_hidden(element: HtmlElement) -> bool:
    """Whether the element's own style or attribute hides it until something is clicked."""
    return _HIDDEN.search(element.get("style") or "") is not None or element.get("hidden") is not None


def click_code(element: HtmlElement) -> str:
    """All code that a click on the element may run, with its address: a script may be written in either."""
    return f"{element.get('onclick') or ''} {element.get('href') or ''}"


def label_of(element: HtmlElement) -> str:
    """The words of the element, else its label or that of a picture in it, if it is no larger than a step."""
    if element.tag == "input":
        labels = ("".join((element.get(name) or "").split()) for name in ("value", "alt", "title"))
        return next(filter(None, labels), "") if element.get("type") in BUTTONS else ""
    if words := words_of(element, MAX_LABEL):
        return words
    label = (item.get(name) for item in islice(element.iter(), _MAX_IN_STEP) for name in ("alt", "title", "aria-label"))
    return "".join(next(filter(None, label), "").split())


def plain_signs(words: str) -> str:
    """The words with half-width slashes, and without signs that mean nothing."""
    return _ODD_SIGNS.sub(lambda sign: "/" if sign[0] == "／" else "", words) if _ODD_SIGNS.search(words) else words


def words_of(element: HtmlElement, at_most: int | None = None) -> str:
    """The element's text without white space; if longer, a beginning of at least `at_most` characters."""
    if len(element) == 0:
        pieces = (element.text or "").split()
    else:
        pieces, length = [], 0
        for text in element.itertext():
            pieces += text.split()
            length += len(text)
            if at_most is not None and length > at_most and sum(map(len, pieces)) > at_most:
                break
    return joined(pieces) if len(pieces) > 1 else "".join(pieces)


def joined(pieces: Iterable[str]) -> str:
    """Joins pieces of text, with a space between two numbers, so that a total is not joined with the page numbers after
    it.

    Single digits beside a counting word form one number: 共<i>6</i><i>0</i>条.
    """
    marked = _BETWEEN_NUMBERS.sub(" ", _MARK.join(filter(None, pieces)))
    words = marked.replace(_MARK, "")
    return _SPLIT_NUMBER.sub(_as_one, words) if " " in marked else words


def _as_one(number: re.Match[str]) -> str:
    """The number formed by single digits, unless they are page numbers after a total: 总数9 1 2 3."""
    counted = number.string[number.end() : number.end() + 1] in _UNITS
    return number[0].replace(" ", "") if counted or "1 2" not in number[0] else number[0]


def short_words(page: WebPage, at_most: int) -> Iterator[tuple[HtmlElement, str]]:
    """The elements with few words: element → words without white space."""
    for element in page.tree.iter(
        "div", "span", "p", "td", "li", "b", "strong", "em", "i", "font", "a", "label", "small", "option"
    ):
        if len(element) <= _MAX_PARTS and (words := words_of(element, at_most)) and len(words) <= at_most:
            yield element, words


def title_of(page: WebPage) -> str:
    """The text of the first `<title>`; "" without one."""
    return next(((item.text or "") for item in page.elements["title"]), "")
