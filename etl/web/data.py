"""JSON in responses of sites and in the scripts of their pages."""

import json
import re
from collections.abc import Callable
from typing import Any

from etl.outside import clean

# NUL, half a surrogate pair, or NaN in the source: only then do the parsed values need cleaning.
_TO_CLEAN = re.compile("[\x00\ud800-\udfff]|\\\\u(?:0000|[dD][89a-fA-F])|NaN|Infinity|\\d[eE]\\+?\\d{3}|\\d{19}")


def read_json(text: str | bytes, *, loose: bool = False) -> Any:
    """The value of a JSON text, with texts and numbers as `etl.outside.clean` makes them. If `loose`, its strings may
    hold line ends and tabs.

    Raises `ValueError` for anything else, for nesting that is too deep, and for a number of more than 4,300 digits.
    """
    if isinstance(text, bytes):
        text = text.decode()
    return _read(text, lambda: (json.JSONDecoder(strict=not loose).decode(text), len(text)))[0]


def read_json_at(text: str, start: int) -> Any:
    """The JSON value that begins at `start`, whatever follows it. Raises `ValueError` as `read_json` does."""
    return _read(text, lambda: json.JSONDecoder().raw_decode(text, start), start)[0]


def read_json_and_end(text: str, start: int) -> tuple[Any, int]:
    """The JSON value that begins at `start`, read loosely, and its end. Raises `ValueError` as `read_json` does."""
    return _read(text, lambda: json.JSONDecoder(strict=False).raw_decode(text, start), start)


def _read(text: str, decode: Callable[[], tuple[Any, int]], start: int = 0) -> tuple[Any, int]:
    try:
        value, end = decode()
        return (clean(value) if _TO_CLEAN.search(text, start, end) else value), end
    except RecursionError as error:  # raised by the decoder for a hundred thousand brackets
        raise ValueError("nested too deep") from error


def json_object_after(text: str, name: str) -> dict[str, Any] | None:
    """The JSON object after the first `name: ` in the text; None if there is none, or it cannot be parsed."""
    if name not in text:  # a hundred times as fast as the search for the pattern
        return None
    # The name comes first: a pattern that begins with a look-behind would be tried at every character.
    match = re.search(rf"{name}(?<![\w$]{name})\s*:\s*(?=\{{)", text)
    if match is None:
        return None
    try:
        data = read_json_at(text, match.end())
    except ValueError:
        return None
    return data if isinstance(data, dict) else None
