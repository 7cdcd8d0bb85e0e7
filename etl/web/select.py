"""Selectors as people write them: CSS, or XPath where it begins like one."""

import re
from functools import lru_cache

from cssselect import SelectorError
from lxml.cssselect import CSSSelector
from lxml.etree import XPath, XPathError
from lxml.html import HtmlElement

# No CSS selector begins with a path, an attribute, a bracket, or a function (`normalize-space(…)`).
_XPATH = re.compile(r"^(?:\.{0,2}/|@|\(|\.$|[a-z-]+\()")


@lru_cache(maxsize=2048)  # selectors from scripts of pages are compiled here too
def compile_selector(selector: str) -> XPath:
    """The compiled selector. Raises `ValueError` with the reason if it is neither CSS nor XPath."""
    try:
        return XPath(selector) if _XPATH.match(selector) else CSSSelector(selector, translator="html")
    except (SelectorError, XPathError) as error:
        kind = "XPath" if _XPATH.match(selector) else "CSS selector"
        raise ValueError(f"{selector!r} is no {kind}: {error}") from error


def elements(selector: str, root: HtmlElement) -> list[HtmlElement]:
    """The elements that the selector finds at or below the root, in document order; strings and numbers are left out.

    Raises `ValueError` for a selector that cannot be evaluated.
    """
    result = _evaluate(selector, root)
    return [item for item in result if isinstance(item, HtmlElement)] if isinstance(result, list) else []


def text_of(selector: str, root: HtmlElement) -> str:
    """The text of the first element, attribute or string that the selector finds, white space collapsed.

    Empty if it finds nothing. Raises `ValueError` for a selector that cannot be evaluated.
    """
    result = _evaluate(selector, root)
    first = (result[0] if result else "") if isinstance(result, list) else result
    text = "".join(map(str, first.itertext())) if isinstance(first, HtmlElement) else str(first)
    return " ".join(text.split())


def _evaluate(selector: str, root: HtmlElement) -> object:
    try:
        return compile_selector(selector)(root)
    except XPathError as error:
        # An XPath with unknown functions or prefixes compiles, and fails when it is evaluated.
        raise ValueError(f"{selector!r} cannot be evaluated: {error}") from error


def validate_selector(selector: str) -> str:
    """Returns the selector after trying it on an empty document. Raises `ValueError` if it cannot be evaluated."""
    _evaluate(selector, HtmlElement())
    return selector
