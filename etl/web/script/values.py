"""Values and operations of the part of JavaScript that the interpreter knows: strings, numbers, selected elements."""

import re
from dataclasses import dataclass

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


class UnknownError(Exception):
    """The code does something that the interpreter does not know, or that depends on more than the page."""


@dataclass(frozen=True, slots=True)
class Target:
    """The element at a selector, or `document` or `window`."""

    selector: str


@dataclass(frozen=True, slots=True)
class Inner:
    """The HTML inside the element at `selector`."""

    selector: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression literal, with its slashes and flags."""

    source: str


class Opaque:
    """A value whose content is never read: a function, an object, an array."""


Value = object


def unquote_literal(literal: str) -> str:
    """The string that a JavaScript literal stands for."""

    def plain(match: re.Match[str]) -> str:
        code = match.group(1)
        if code[0] in "ux" and len(code) > 1:
            return chr(int(code[1:], 16))
        return _ESCAPES.get(code, code)

    inside = literal[1:-1]
    return _ESCAPE.sub(plain, inside) if "\\" in inside else inside


def is_truthy(value: Value) -> bool:
    """Whether JavaScript takes the value for true. Raises `UnknownError` for what is no plain value."""
    if value is None or isinstance(value, (str, float, bool)):
        return bool(value)
    raise UnknownError


def to_text(value: Value) -> str:
    """A string or number as a string. Raises `UnknownError` for any other value."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:g}"
    raise UnknownError


def add(left: Value, right: Value) -> Value:
    """`left + right`: a sum of numbers, else the strings together. Raises `UnknownError` as `to_text` does."""
    if isinstance(left, float) and isinstance(right, float):
        return left + right
    return to_text(left) + to_text(right)


def compare(operator: str, left: Value, right: Value) -> bool:
    """A comparison of plain values. Raises `UnknownError` for others, and for `<` or `>` between strings."""
    plain = (str, float, bool, type(None))
    if not isinstance(left, plain) or not isinstance(right, plain):
        raise UnknownError
    if operator in ("==", "==="):
        return left == right
    if operator in ("!=", "!=="):
        return left != right
    if isinstance(left, float) and isinstance(right, float):
        return {">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}[operator]
    raise UnknownError


def get_member(value: Value, name: str) -> Value:
    """`value.name`: the length of a string, the content of an element. Raises `UnknownError` for any other."""
    if isinstance(value, str) and name == "length":
        return float(len(value))
    if isinstance(value, Target) and name in ("innerHTML", "innerText", "textContent"):
        return Inner(value.selector)
    raise UnknownError


def call_string_method(value: str, name: str, arguments: list[Value]) -> Value:
    """`value.name(…)` of a string. Raises `UnknownError` for an unknown method or unexpected arguments."""
    if name == "indexOf" and len(arguments) == 1:
        return float(value.find(to_text(arguments[0])))
    if name == "trim":
        return value.strip()
    if name in ("substring", "slice", "substr") and arguments:
        if not all(isinstance(a, float) and a >= 0 for a in arguments):
            raise UnknownError
        first, *rest = (int(a) for a in arguments if isinstance(a, float))
        if not rest:
            return value[first:]
        return value[first : first + rest[0]] if name == "substr" else value[first : rest[0]]
    if name == "split" and len(arguments) == 1 and isinstance(arguments[0], str) and arguments[0]:
        return list(value.split(arguments[0]))
    if name == "replace" and len(arguments) == 2 and isinstance(arguments[1], str):
        if isinstance(arguments[0], str):
            return value.replace(arguments[0], arguments[1], 1)
        if isinstance(arguments[0], Pattern):
            return _replace(value, arguments[0], arguments[1])
    raise UnknownError


_SIMPLE_PATTERN = re.compile(r"^/((?:[^\\/\[\](){}*+?|.^$]|\\[-/.\[\](){}|]|\\s)+)/([gi]*)$")


def _replace(value: str, pattern: Pattern, by: str) -> str:
    """Only literal patterns: the two regular expression languages differ, and a costly pattern is no field."""
    match = _SIMPLE_PATTERN.match(pattern.source)
    if not match or "$" in by:
        raise UnknownError
    flags = re.IGNORECASE if "i" in match.group(2) else 0
    return re.sub(match.group(1), lambda _: by, value, count=0 if "g" in match.group(2) else 1, flags=flags)
