"""Finds selectors that read a given number from a page: from the call of a pager's script, or from words (共47条).

A selector is proposed only if it finds exactly that number on this page, not an equal one or one in a comment.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lxml.html import HtmlElement

from etl.web.markup import uncommented_script
from etl.web.page import WebPage
from etl.web.select import elements

_CHANGING = re.compile(r"(?<!\w)\d++(?!\w)|\n")
"""The variable parts of the text before a number (other numbers, line ends); the text between them is constant."""
_NUMBER_OR_SPACE = re.compile(r"\d+|\s+")
_NUMBER = re.compile(r"\d+")
_HIDDEN = ("script", "style", "noscript", "select", "textarea", "title", "option")
_MAX_WORDS = 300
"""Maximum length of the smallest element with the words; a longer one is not a pager."""
_MAX_TRIED = 1000
"""Maximum number of elements searched: a number such as 1 occurs in thousands of elements of a long page."""
_NESTED = 3
"""Maximum number of elements that a selector names."""


def script_number(page: WebPage, before: str, number: int) -> str | None:
    """An XPath whose text begins with the number that follows the text `before` in a script; None if there is none."""
    call = f"{before}{number}"
    for script in page.tree.iter("script"):
        code = script.text or ""
        if call not in code or code.count(call) != uncommented_script(code).count(call):
            continue
        end = code.index(call) + len(before)
        parts = [part for text in _CHANGING.split(before) for part in _quotable(text.strip()) if part]
        # The function's definition, before the call, also has the name.
        parts = parts[:1] * code.count(parts[0], 0, end) + parts[1:] if parts else []
        if parts and _after(code, parts) == end and (selector := _from_script(page, script, parts)):
            return selector
    return None


def shown_number(page: WebPage, words: re.Pattern[str], number: int) -> str | None:
    """A selector of the number in words: `words` matches without white space, and its group 1 is the number."""
    texts = {element: _text(element) for element in islice(_with_number(page, number), _MAX_TRIED)}
    for element, text in sorted(texts.items(), key=lambda item: len(item[1])):
        if not text or (place := _place(text, words)) is None:
            continue
        first = _NUMBER.search(text)
        for selector in _selectors(element):
            if elements(selector, page.tree)[:1] != [element]:
                continue
            if first and first.start() == place:
                return selector
            if not selector.startswith("/"):
                continue
            parts = [part for part in _NUMBER_OR_SPACE.split(text[:place]) if part]
            for count in range(1, len(parts) + 1):
                if _after(text, parts[-count:]) == place:
                    return _substring(selector, parts[-count:])
    return None


def _with_number(page: WebPage, number: int) -> Iterator[HtmlElement]:
    """The four innermost elements around each text with the number, from the inside out."""
    alone = re.compile(rf"(?<!\d){number}(?!\d)")
    for element in page.tree.iter():
        if not isinstance(element.tag, str) or element.tag in _HIDDEN:
            continue
        if (element.text and alone.search(element.text)) or any(
            child.tail and alone.search(child.tail) for child in element
        ):
            yield from [element, *element.iterancestors()][:4]


def _text(element: HtmlElement) -> str:
    """The element's text with its white space; empty if it is too long for a pager."""
    text = ""
    for piece in element.itertext():
        text += str(piece)
        if len(text) > _MAX_WORDS:
            return ""
    return text


def _place(text: str, words: re.Pattern[str]) -> int | None:
    """The position of the number in a text with white space."""
    places = [place for place, character in enumerate(text) if not character.isspace()]
    match = words.search("".join(text.split()))
    return places[match.start(1)] if match else None


def _selectors(element: HtmlElement, depth: int = _NESTED) -> Iterator[str]:
    """Selectors of the element, CSS first; each may find another one too."""
    tag, name, classes = str(element.tag), element.get("id") or "", element.get("class") or ""
    if re.fullmatch(r"[A-Za-z_][\w-]*", name):
        yield f"#{name}"
        yield f"//*[@id='{name}']"
    if classes and re.fullmatch(r"[\w\s-]+", classes):
        yield "".join([tag, *(f".{part}" for part in classes.split() if re.match("[A-Za-z_]", part))])
        yield f"//{tag}[@class='{classes}']"
    parent = element.getparent()
    if depth > 1 and parent is not None and parent.tag not in ("body", "html"):
        for above in _selectors(parent, depth - 1):
            yield f"{above}/{tag}" if above.startswith("/") else f"{above} > {tag}"
    elif not name and not classes:
        yield f"//{tag}[contains(., '共')]"


def _from_script(page: WebPage, script: HtmlElement, parts: list[str]) -> str | None:
    scripts = f"//script[contains(., {_literal(parts[0])})]"
    matching = elements(scripts, page.tree)
    if script not in matching:
        return None
    scope = scripts if matching[0] is script else f"({scripts})[{matching.index(script) + 1}]"
    return _substring(scope, parts)


def _substring(scope: str, parts: Iterable[str]) -> str:
    for part in parts:
        scope = f"substring-after({scope}, {_literal(part)})"
    return scope


def _literal(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"


def _quotable(text: str) -> list[str]:
    """The text, or the pieces of one with both kinds of quotation marks, which XPath cannot write."""
    return [piece.strip() for piece in (text.split('"') if "'" in text and '"' in text else [text])]


def _after(text: str, parts: Iterable[str]) -> int:
    """The start of the text that `_substring` returns, not counting white space; -1 if a part is missing."""
    place = 0
    for part in parts:
        start = text.find(part, place)
        if start < 0:
            return -1
        place = start + len(part)
    return place + len(text[place:]) - len(text[place:].lstrip())
