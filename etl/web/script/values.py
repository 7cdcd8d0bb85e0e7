"""Values and operations of the part of JavaScript that the interpreter knows: strings, numbers, lists."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_SPACE = "\t\n\v\f\r \xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
"""The characters that JavaScript trims; `str.strip` trims others too."""
_NUMBER = re.compile(r"[+-]?(?:\d++\.?\d*|\.\d+)")


class UnknownError(Exception):
    """The code does something that the interpreter does not support, or that depends on more than the page."""


class Undefined:
    """The type of `UNDEFINED`, JavaScript's undefined; its null is None."""


UNDEFINED = Undefined()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression literal, with its slashes and flags."""

    source: str


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
    """Whether JavaScript treats the value as true. Raises `UnknownError` if it is not a value of a script."""
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    if value is None or isinstance(value, (str, bool)):
        return bool(value)
    if isinstance(value, Undefined):
        return False
    if isinstance(value, (list, dict)):
        return True
    raise UnknownError


def to_text(value: Value) -> str:
    """A string or number as a string. Raises `UnknownError` for any other value."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        text = str(int(value)) if value.is_integer() else repr(value)
        if len(text) < 20 and "e" not in text:
            return text
    raise UnknownError


def to_number(value: Value) -> float:
    """`Number(value)`; NaN if it is not a number. Raises `UnknownError` if it is not a plain value."""
    if isinstance(value, bool) or value is None:
        return float(bool(value))
    if isinstance(value, float):
        return value
    if isinstance(value, Undefined):
        return math.nan
    if isinstance(value, str):
        text = trim(value)
        if not text or _NUMBER.fullmatch(text):
            return float(text or 0)
        if text[:2].lower() not in ("0x", "0b", "0o") and "e" not in text.lower() and "Infinity" not in text:
            return math.nan
    raise UnknownError


def parse_number(arguments: list[Value], whole: bool) -> float:
    """`parseInt` (`whole`) or `parseFloat` of the arguments: the number that the text begins with, else NaN."""
    if len(arguments) not in (1, 2) or arguments[1:] not in ([], [10.0]):
        raise UnknownError
    text = trim(to_text(arguments[0]))
    match = _NUMBER.match(text)
    if text[:2].lower() == "0x" or (match and text[match.end() : match.end() + 1] in ("e", "E")):
        raise UnknownError
    if not match:
        return math.nan
    number = float(match[0])
    return float(math.trunc(number)) if whole and math.isfinite(number) else number


def trim(text: str) -> str:
    return text.strip(_SPACE)


def add(left: Value, right: Value) -> Value:
    """`left + right`: the sum of numbers, else the joined strings. Raises `UnknownError` like `to_text`."""
    if isinstance(left, float) and isinstance(right, float):
        return left + right
    return to_text(left) + to_text(right)


def calculate(operator: str, left: Value, right: Value) -> float:
    """`-`, `*`, `/` or `%` of two numbers or texts of numbers."""
    first, second = to_number(left), to_number(right)
    if operator == "-":
        return first - second
    if operator == "*":
        return first * second
    if second == 0 or not math.isfinite(first) or not math.isfinite(second):
        raise UnknownError
    return first / second if operator == "/" else math.fmod(first, second)


def _are_of_one_type(left: Value, right: Value) -> bool:
    """A string that remembers where it comes from is a string."""
    return isinstance(left, type(right)) or isinstance(right, type(left))


def compare(operator: str, left: Value, right: Value) -> bool:
    """A comparison of plain values. Raises `UnknownError` for others."""
    plain = (str, float, bool, type(None), Undefined)
    for value, other in ((left, right), (right, left)):
        if isinstance(value, (list, dict)) and (other is None or isinstance(other, Undefined)):
            return operator in ("!=", "!==")
    if not isinstance(left, plain) or not isinstance(right, plain):
        raise UnknownError
    if operator in ("===", "!=="):
        return (_are_of_one_type(left, right) and left == right) == (operator == "===")
    if operator in ("==", "!="):
        return _equals(left, right) == (operator == "==")
    if not (isinstance(left, str) and isinstance(right, str)):
        left, right = to_number(left), to_number(right)
    # For two strings JavaScript and Python order by code units and code points: the same but for rare signs.
    return {">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}[operator]  # type: ignore[operator]


def _equals(left: Value, right: Value) -> bool:
    nothing = [value is None or isinstance(value, Undefined) for value in (left, right)]
    if any(nothing):
        return all(nothing)
    return left == right if _are_of_one_type(left, right) else to_number(left) == to_number(right)


def type_name(value: Value) -> str:
    """`typeof value`. Raises `UnknownError` if it is not a value of a script."""
    for kind, name in ((bool, "boolean"), (str, "string"), (float, "number"), (Undefined, "undefined")):
        if isinstance(value, kind):
            return name
    if value is None or isinstance(value, (list, dict)):
        return "object"
    raise UnknownError


def get_member(value: Value, name: str) -> Value:
    """`value.name` of a string, list or object. Raises `UnknownError` for any other."""
    if isinstance(value, dict):
        return value.get(name, UNDEFINED)
    if name == "length" and isinstance(value, (str, list)):
        return float(len(_indexed(value) if isinstance(value, str) else value))
    raise UnknownError


def get_item(value: Value, index: Value) -> Value:
    """`value[index]`. Raises `UnknownError` for what has no items."""
    if isinstance(value, dict):
        return value.get(to_text(index), UNDEFINED)
    if not isinstance(value, (list, str)):
        raise UnknownError
    if index == "length":
        return get_member(value, "length")
    number = to_number(index)
    if not number.is_integer():
        raise UnknownError
    items = _indexed(value) if isinstance(value, str) else value
    return items[int(number)] if 0 <= number < len(items) else UNDEFINED


def _indexed(text: str) -> str:
    """The text, if Python and JavaScript count its characters alike. Raises `UnknownError` if not."""
    if not text.isascii() and max(text) > "\uffff":
        raise UnknownError
    return text


def _whole(arguments: list[Value]) -> list[int]:
    numbers = [to_number(argument) for argument in arguments]
    if not all(map(math.isfinite, numbers)):
        raise UnknownError
    return [math.trunc(number) for number in numbers]


Replacement = Callable[[str], str]


def call_string_method(value: str, name: str, arguments: list[Value]) -> Value:
    """`value.name(…)` of a string. Raises `UnknownError` for an unknown method or unexpected arguments."""
    if name in _CUTS:
        return _CUTS[name](_indexed(value), _whole(arguments))
    if name in _SEARCHES and len(arguments) == 1:
        return _SEARCHES[name](_indexed(value), to_text(arguments[0]))
    if name in _PLAIN and (not arguments or name == "toString"):
        return _PLAIN[name](value)
    if name == "concat":
        return value + "".join(map(to_text, arguments))
    if name == "split" and len(arguments) == 1 and isinstance(arguments[0], str):
        return list(value.split(arguments[0]) if arguments[0] else _indexed(value))
    if name in ("replace", "replaceAll") and len(arguments) == 2:
        return _replace(value, name, *arguments)
    raise UnknownError


def _substring(value: str, bounds: list[int]) -> str:
    first, last = sorted(min(max(bound, 0), len(value)) for bound in (*bounds, *[len(value)] * (2 - len(bounds))))
    return value[first:last]


def _substr(value: str, bounds: list[int]) -> str:
    first = max(bounds[0] + len(value), 0) if bounds[0] < 0 else bounds[0]
    return value[first:] if len(bounds) == 1 else value[first : first + max(bounds[1], 0)]


def _cut(least: int, most: int, cut: Callable[[str, list[int]], str]) -> Callable[[str, list[int]], str]:
    def checked(value: str, bounds: list[int]) -> str:
        if not least <= len(bounds) <= most:
            raise UnknownError
        return cut(value, bounds)

    return checked


_CUTS = {
    "substring": _cut(1, 2, _substring),
    "substr": _cut(1, 2, _substr),
    "slice": _cut(1, 2, lambda value, bounds: value[bounds[0] : bounds[1] if len(bounds) > 1 else None]),
    "charAt": _cut(1, 1, lambda value, bounds: value[bounds[0] : bounds[0] + 1] if bounds[0] >= 0 else ""),
}
_SEARCHES: dict[str, Callable[[str, str], Value]] = {
    "indexOf": lambda value, part: float(value.find(part)),
    "lastIndexOf": lambda value, part: float(value.rfind(part)),
    "includes": lambda value, part: part in value,
    "startsWith": lambda value, part: value.startswith(part),
    "endsWith": lambda value, part: value.endswith(part),
}
_PLAIN: dict[str, Callable[[str], str]] = {
    "trim": trim,
    "toLowerCase": str.lower,
    "toUpperCase": str.upper,
    "toString": str,
    "valueOf": str,
}
_SIMPLE_PATTERN = re.compile(r"^/((?:[^\\/\[\](){}*+?|.^$]|\\[-/.\[\](){}|]|\\s[+*]?|\\[nrt])+)/([gi]*)$")
# Further methods that sites use, with their Python equivalents.
_KNOWN_PATTERNS = {
    **dict.fromkeys(
        (
            rf"/{form}/g"
            for form in (r"(^\s*)|(\s*$)", r"^\s*|\s*$", r"^\s+|\s+$", r"(^\s+)|(\s+$)", r"^(\s|\xA0)+|(\s|\xA0)+$")
        ),
        r"^\s+|\s+$",
    ),
    "/<[^>]+>/g": "<[^>]+>",
    "/<[^>]*>/g": "<[^>]*>",
    "/<.*?>/g": "<[^>\n]*>",
    "/<[^<>]+>/g": "<[^<>]+>",
}


def _replace(value: str, name: str, old: Value, by: Value) -> str:
    """Replaces literal and well-known patterns only: pattern syntax differs between the languages, and may be slow."""
    if isinstance(by, str) and "$" not in by:
        text = by
        replacement: Replacement = lambda _: text  # noqa: E731
    elif callable(by):
        replacement = by
    else:
        raise UnknownError
    if isinstance(old, str):
        return re.sub(
            re.escape(old), lambda match: replacement(match[0]), value, count=0 if name == "replaceAll" else 1
        )
    if not isinstance(old, Pattern):
        raise UnknownError
    if known := _KNOWN_PATTERNS.get(old.source):
        return re.sub(known, lambda match: replacement(match[0]), value)
    match = _SIMPLE_PATTERN.match(old.source)
    if not match:
        raise UnknownError
    flags = re.IGNORECASE if "i" in match[2] else 0
    count = 0 if "g" in match[2] else 1
    return re.sub(match[1], lambda part: replacement(part[0]), value, count=count, flags=flags)


def call_list_method(value: list[Value], name: str, arguments: list[Value]) -> Value:
    """`value.name(…)` of a list. Raises `UnknownError` for an unknown method or unexpected arguments."""
    if name == "join" and len(arguments) <= 1:
        return to_text(arguments[0] if arguments else ",").join(map(to_text, value))
    if name == "push":
        value += arguments
        return float(len(value))
    if name == "indexOf" and len(arguments) == 1:
        return float(next((i for i, item in enumerate(value) if compare("===", item, arguments[0])), -1))
    if name == "includes" and len(arguments) == 1:
        return any(compare("===", item, arguments[0]) for item in value)
    if name == "slice" and 1 <= len(arguments) <= 2:
        bounds = _whole(arguments)
        return value[bounds[0] : bounds[1] if len(bounds) > 1 else None]
    if name == "concat" and all(isinstance(argument, list) for argument in arguments):
        return [*value, *(item for argument in arguments if isinstance(argument, list) for item in argument)]
    if name in ("pop", "shift") and value and not arguments:
        return value.pop(-1 if name == "pop" else 0)
    if name == "reverse" and not arguments:
        value.reverse()
        return value
    raise UnknownError
