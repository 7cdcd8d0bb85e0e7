"""What strangers put in place of a title or a number, in each place of a page; and whether a value can be stored."""

import copy
import json
import math
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

HOSTILE: tuple[Any, ...] = (
    *("政\x00府", "公告\ud83d", "x" * 60_000, "²", "", "{", "9" * 400, "0000-00-00"),
    *("http://[", "//\x00/x", "http://a.example:99999999/", "/" + "a" * 9_000),
    *(0, -1, 10**18, 10**400, math.inf, math.nan, True, None, [], [[[["x"]]]], {"a": {"b": 1}}),
)
"""Values in place of a value of JSON."""
NUMBERS = ("9" * 400, "²")
"""Digits in place of a number in a page or a script."""
TEXTS = ("\x00", "&#0;&#xD83D;", "\\ud83d", "\\u0000", "\\")
"""Texts put behind a tag, or in front of a quotation mark."""
_NUMBER = re.compile(r"(?<![\w.#])\d+(?![\w.])")


def in_json(value: Any) -> Iterator[tuple[bool, Any]]:
    """The value with each of `HOSTILE` in place of each part of it, the first row of a list alone; and whether that
    part belongs to a row."""
    for path in _paths(value):
        in_row = any(isinstance(step, int) for step in path[:-1])
        for hostile in HOSTILE:
            changed = copy.deepcopy(value)
            parent = changed
            for step in path[:-1]:
                parent = parent[step]
            parent[path[-1]] = hostile
            yield in_row, changed


def _paths(value: Any) -> Iterator[tuple[Any, ...]]:
    parts: Any = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for step, inner in parts:
        yield (step,)
        for path in _paths(inner):
            yield (step, *path)


def in_text(text: str) -> Iterator[str]:
    """The text of a page or a script with other numbers, each kind of place once, and with texts that break it."""
    seen: set[str] = set()
    for match in _NUMBER.finditer(text):
        place = re.sub(r"\d+", "#", text[max(0, match.start() - 12) : match.start()])
        if place not in seen and len(seen) < 12:
            seen.add(place)
            for number in NUMBERS:
                yield text[: match.start()] + number + text[match.end() :]
    for broken in TEXTS:
        for place in (r"(?<=>)(?=[^<\s])", r"(?=[\"'])"):
            yield re.sub(place, broken.replace("\\", r"\\"), text)


def mutations(body: bytes) -> Iterator[tuple[bool, bytes]]:
    """Bodies like this one in which one thing is hostile, and whether that is in a row of JSON."""
    text = body.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except ValueError:
        for changed in in_text(text):
            yield False, changed.encode("utf-8", "surrogatepass")
        return
    for in_row, changed_value in in_json(value):
        yield in_row, json.dumps(changed_value).encode()
    yield False, b'{"a":' * 100_000


def unstorable(value: Any) -> str | None:
    """What of a value PostgreSQL or JSON could not hold; None where all can be stored."""
    match value:
        case str():
            return repr(value[:40]) if re.search("[\x00\ud800-\udfff]", value) else None
        case bool() | None | bytes():
            return None
        case int():
            return None if abs(value) < 2**63 else "a number beyond bigint"
        case float():
            return None if math.isfinite(value) else str(value)
        case dict():
            return next(filter(None, (unstorable(each) for pair in value.items() for each in pair)), None)
        case tuple() | list() | set() | frozenset():
            return next(filter(None, map(unstorable, value)), None)
    if is_dataclass(value):
        inside = ((field.name, unstorable(getattr(value, field.name))) for field in fields(value))
        return next((f"{type(value).__name__}.{name}: {fault}" for name, fault in inside if fault), None)
    return None
