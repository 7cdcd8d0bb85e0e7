"""What scripts do with an element of a page through the DOM."""

import re
from collections.abc import Callable, Sequence

from lxml.html import HtmlElement as Element

from etl.web.script.document import Document
from etl.web.script.jquery import (
    JQUERY,
    Arguments,
    ClassList,
    Elements,
    Method,
    Style,
    elements_among,
    find,
    inner,
    set_attribute,
    set_display,
)
from etl.web.script.values import UNDEFINED, UnknownError, Value, to_text, trim


def dom_node(element: Element | None) -> Value:
    return None if element is None else Elements((element,), dom=True)


def dom_list(elements: Sequence[Element]) -> list[Value]:
    return [dom_node(element) for element in elements]


def _query(document: Document, target: Elements, arguments: Arguments) -> Value:
    elements = find(document, target, arguments).known()
    return dom_node(elements[0] if elements else None)


def _append_child(document: Document, target: Elements, arguments: Arguments) -> Value:
    JQUERY["append"](document, target, arguments)
    return arguments[0]


_ADJACENT = {
    "beforebegin": JQUERY["before"],
    "afterbegin": JQUERY["prepend"],
    "beforeend": JQUERY["append"],
    "afterend": JQUERY["after"],
}


def _insert_adjacent(document: Document, target: Elements, arguments: Arguments) -> Value:
    position, content = map(to_text, arguments) if len(arguments) == 2 else ("", "")
    if position.lower() not in _ADJACENT:
        raise UnknownError
    _ADJACENT[position.lower()](document, target, [content])
    return UNDEFINED


DOM: dict[str, Method] = {
    "querySelector": _query,
    "querySelectorAll": lambda document, target, arguments: dom_list(find(document, target, arguments).known()),
    "getElementsByTagName": lambda document, target, arguments: dom_list(find(document, target, arguments).known()),
    "getElementsByClassName": lambda document, target, arguments: dom_list(
        find(document, target, [class_selector(arguments)]).known()
    ),
    "getAttribute": JQUERY["attr"],
    "setAttribute": JQUERY["attr"],
    "removeAttribute": JQUERY["removeAttr"],
    "appendChild": _append_child,
    "insertAdjacentHTML": _insert_adjacent,
    "remove": JQUERY["remove"],
}


def class_selector(arguments: Arguments) -> str:
    """The selector of `getElementsByClassName(…)`."""
    names = to_text(arguments[0]).split() if len(arguments) == 1 else []
    if not names or not all(re.fullmatch(r"[\w-]+", name) for name in names):
        raise UnknownError
    return "".join(f".{name}" for name in names)


CLASS_LIST = {"add": JQUERY["addClass"], "remove": JQUERY["removeClass"], "toggle": JQUERY["toggleClass"]}

_NEIGHBOURS: dict[str, Callable[[Element], Value]] = {
    "parentNode": lambda e: dom_node(e.getparent()),
    "parentElement": lambda e: dom_node(e.getparent()),
    "children": lambda e: dom_list(elements_among(e)),
    "firstElementChild": lambda e: dom_node(next(iter(elements_among(e)), None)),
    "lastElementChild": lambda e: dom_node(next(reversed(elements_among(e)), None)),
    "nextElementSibling": lambda e: dom_node(next(e.itersiblings("*"), None)),
    "previousElementSibling": lambda e: dom_node(next(e.itersiblings("*", preceding=True), None)),
}
_ATTRIBUTES = {"id": "id", "className": "class", "title": "title"}
_SETTABLE = {**_ATTRIBUTES, "href": "href", "src": "src", "value": "value"}


def get_element_member(document: Document, target: Elements, name: str) -> Value:
    """`target.name`. Raises `UnknownError` if there is no such member, or if its value depends on more than the
    page."""
    if not target.dom:
        if name == "length":
            return float(len(target.known()))
        raise UnknownError
    if name == "style":
        return Style(target)
    if name == "classList":
        return ClassList(target)
    element = target.known()[0]
    document.charge(len(element))
    if name in _NEIGHBOURS:
        return _NEIGHBOURS[name](element)
    if name in _ATTRIBUTES:
        return element.get(_ATTRIBUTES[name], "")
    if name == "innerHTML":
        return inner(document, element)
    if name == "value":
        return document.form_value(element)
    # The rendered text of several elements depends on their styles; for a single text it is that text.
    if name == "textContent" or (name == "innerText" and not len(element)):
        text = document.text([element])
        return text if name == "textContent" else " ".join(trim(text).split())
    raise UnknownError


def set_element_member(document: Document, target: Elements, name: str, value: Value) -> None:
    """`target.name = value`. Raises `UnknownError` for members that are not supported."""
    if not target.dom or not isinstance(name, str):
        raise UnknownError
    if name == "innerHTML":
        JQUERY["html"](document, target, [to_text(value)])
    elif name in ("innerText", "textContent"):
        JQUERY["text"](document, target, [value])
    elif name == "hidden" and isinstance(value, bool):
        JQUERY["prop"](document, target, ["hidden", value])
    elif name in _SETTABLE:
        set_attribute(document, target, _SETTABLE[name], to_text(value))
    else:
        raise UnknownError


def set_style_member(document: Document, style: Style, name: str, value: Value) -> None:
    """`element.style.name = value`: `display` and `cssText`; others show and hide nothing."""
    if name == "display":
        set_display(document, style.elements, to_text(value))
    elif name == "cssText":
        set_attribute(document, style.elements, "style", to_text(value))
