"""Pieces of HTML: parsing them, putting them into a tree, taking them out."""

import re

from lxml import etree, html
from lxml.html import HtmlElement as Element

Content = list[str | Element]
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """The text without the characters that a tree cannot hold."""
    return _UNPRINTABLE.sub("", text)


def clear(element: Element, text: str | None = None) -> None:
    """Takes all content out of the element, and puts the text into it."""
    for child in list(element):
        element.remove(child)
    element.text = text


def detach(element: Element) -> None:
    """Removes the element from its parent; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    tail, element.tail = element.tail, None
    if tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + tail
        else:
            before.tail = (before.tail or "") + tail
    parent.remove(element)


def insert_after(parent: Element, before: Element | None, content: Content, at_tail_end: bool = False) -> None:
    """Inserts the content into the parent after the child `before`, or at the parent's beginning if that is None.

    The text that follows there is moved after the content, with `at_tail_end` before it.
    """
    rest = ""
    if not at_tail_end:
        if before is None:
            rest, parent.text = parent.text or "", None
        else:
            rest, before.tail = before.tail or "", None
    for piece in [*content, rest]:
        if not isinstance(piece, str):
            parent.insert(0 if before is None else parent.index(before) + 1, piece)
            before = piece
        elif before is None:
            parent.text = (parent.text or "") + piece
        else:
            before.tail = (before.tail or "") + piece


def parse_fragments(text: str) -> Content:
    """The texts and elements of a piece of HTML, in order."""
    if "<" not in text and "&" not in text:
        return [printable(text)]
    try:
        pieces = html.fragments_fromstring(printable(text))
    except (etree.LxmlError, ValueError):
        return []
    content: Content = []
    for piece in pieces:
        if isinstance(piece, str):
            content.append(printable(piece))
            continue
        tail, piece.tail = piece.tail, None
        content.append(piece)
        if tail:
            content.append(tail)
    return content
