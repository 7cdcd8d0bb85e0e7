"""Values of the scripts of a page as a draft knows them, and what scripts do with elements, texts and numbers."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from lxml.html import HtmlElement

from etl.outside import digits
from etl.platforms.paging.parts import value_of_field
from etl.web.script.values import UNDEFINED, UnknownError, add, calculate, call_string_method, to_text


class Unknown:
    """The type of `UNKNOWN`: what is not written anywhere, or depends on what happens."""


UNKNOWN: Final = Unknown()
Known = Any
"""A text, number, truth, list, object, element, function, or `UNKNOWN`."""
PAGE_NAME = re.compile(
    r"page_?(?:no|num|number|index|idx|now|current|i)?|(?:now|this|c|which|go|to)_?page|curr?(?:ent)?_?page_?(?:no|num|number|index)?"
    r"|curr(?:ent)?|pn|p_?no|pg",
    re.IGNORECASE,
)
SIZE_NAME = re.compile(r"(?:page|list)?_?(?:size|limit|rows)|per_?page", re.IGNORECASE)
USUAL_SIZE = 10.0
MOST_PARTS, _MAX_TEXT, _CHARS_OF_PART, _MAX_NUMBER = 5_000, 20_000, 100, 2.0**53
"""Maximum number of parts of an object, in all of its depth, of characters of a text, and the greatest number that
scripts count exactly."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An object written as text to be sent: JSON, or a form."""

    value: Known
    is_json: bool


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the page, found by a selector; None if it has none."""

    element: HtmlElement | None


def parts_in(value: Known) -> int:
    """How many parts a value has, in all of its depth, up to `MOST_PARTS`; a long text counts as several."""
    parts, waiting = 0, [value]
    while waiting and parts < MOST_PARTS:
        each = waiting.pop()
        parts += 1 + (len(each) // _CHARS_OF_PART if isinstance(each, str) else 0)
        waiting += each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
    return parts


def calculated(operator: str, left: Known, right: Known) -> Known:
    if not all(isinstance(each, (str, float)) for each in (left, right)):
        return UNKNOWN
    try:
        value = add(left, right) if operator == "+" else calculate(operator, left, right)
    except UnknownError:
        return UNKNOWN
    return UNKNOWN if isinstance(value, str) and len(value) > _MAX_TEXT else value


def method_of_text(text: str, name: str, arguments: list[Known]) -> Known:
    if UNKNOWN in arguments:
        return UNKNOWN
    try:
        value = call_string_method(text, name, arguments)
    except (UnknownError, TypeError, ValueError):
        return UNKNOWN
    return UNKNOWN if value is UNDEFINED else value


def attribute_of(node: Element, name: str) -> Known:
    if node.element is None:
        return UNKNOWN
    if name in ("value", "val"):
        return value_of_field(node.element)
    if name in ("innerHTML", "innerText", "textContent"):
        return "".join(node.element.itertext()).strip()
    value = node.element.get(name)
    return UNKNOWN if value is None else value


def data_of(node: Element) -> dict[str, Known]:
    """The values of an element's attributes `data-…`, by the names in scripts (`data-page-size` is `pageSize`)."""
    attributes = {} if node.element is None else dict(node.element.items())
    data = {name[5:]: value for name, value in attributes.items() if name.startswith("data-")}
    return data | {re.sub(r"-(\w)", lambda letter: letter[1].upper(), name): value for name, value in data.items()}


def method_of_element(node: Element, name: str, arguments: list[Known]) -> Known:
    key = arguments[0] if arguments and isinstance(arguments[0], str) else ""
    if name in ("val", "text", "html") and not arguments:
        return attribute_of(node, "value" if name == "val" else "innerText")
    if name in ("attr", "prop", "getAttribute") and key:
        return attribute_of(node, key)
    if name == "data" and key:
        return data_of(node).get(key, UNKNOWN)
    if name.startswith("serialize") and node.element is not None:
        return dict(_fields(node.element))
    return node if name in ("first", "eq", "get") else UNKNOWN


def _fields(form: HtmlElement) -> Iterator[tuple[str, str]]:
    """(name, value) of the fields of a form, with the number of the first page."""
    for field in form.iter("input", "select"):
        name, kind = field.get("name") or "", (field.get("type") or "text").lower()
        if name and (field.tag == "select" or kind in ("hidden", "text")):
            yield name, "1" if PAGE_NAME.fullmatch(name) else value_of_field(field)


def form_of(value: Known) -> str:
    """An object as a form or a query, as jQuery writes it; values that are not known are left out."""
    return urlencode([(name, _written(each)) for name, each in _pairs(plain(value))])


def _pairs(value: Mapping[str, Known]) -> Iterator[tuple[str, Known]]:
    for name, each in value.items():
        if isinstance(each, dict):
            yield from _pairs({f"{name}[{key}]": inner for key, inner in plain(each).items()})
        elif isinstance(each, list):
            yield from ((f"{name}[]", item) for item in each if _is_plain(item) and not isinstance(item, (dict, list)))
        else:
            yield name, each


def json_of(value: Known) -> str:
    """An object as JSON."""
    return json.dumps(_for_json(plain(value)), ensure_ascii=False)


def plain(value: Known) -> dict[str, Known]:
    """An object without the values that are not known; none for what is no object."""
    if isinstance(value, Sent):
        return plain(value.value)
    return {str(name): each for name, each in value.items() if _is_plain(each)} if isinstance(value, dict) else {}


def _is_plain(value: Known) -> bool:
    if isinstance(value, float):  # Scripts write others with an exponent.
        return value == 0 or 0.0001 <= abs(value) < _MAX_NUMBER
    return value is None or isinstance(value, (str, bool, dict, list))


def _written(value: Known) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else to_text(value)


def _for_json(value: Known) -> Known:
    if isinstance(value, dict):
        return {name: _for_json(each) for name, each in value.items() if _is_plain(each)}
    if isinstance(value, list):
        return [_for_json(each) for each in value if _is_plain(each)]
    return digits(to_text(value)) if isinstance(value, float) and value.is_integer() and value >= 0 else value
