"""Reads data in responses: values in scripts, JSON, and the markup inside JSON values."""

import re
from html import unescape
from typing import Any

from etl.outside import count
from etl.platforms.answers.loose_json import loose_json
from etl.platforms.base import NotAListing
from etl.reason_codes import Code
from etl.web.data import read_json, read_json_at
from etl.web.page import WebPage

ENCODED = re.compile(r"[A-Za-z0-9+/_-]{80,}={0,2}")
"""Data that is encrypted or encoded (base64, hexadecimal)."""
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*+)'")


def script_value(text: str, key: str) -> Any:
    """The JSON value that a script assigns to `key` (`key: …` or `key = …`), or None."""
    for match in re.finditer(rf"""(?<![\w$])["']?{re.escape(key)}["']?\s*[:=]\s*""", text):
        if quoted := _QUOTED.match(text, match.end()):
            return quoted.group(1)
        try:
            return read_json_at(text, match.end())
        except ValueError:
            continue
    return None


def parse_json(page: WebPage) -> Any:
    """The page's content as JSON, however loosely it is written. Raises `NotAListing` for anything else."""
    text = page.text.strip()
    if ENCODED.fullmatch(text):
        raise NotAListing(Code.DATA_ENCODED)
    try:
        value = read_data(text)
        return read_data(value) if isinstance(value, str) and value.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") else value
    except ValueError as error:
        code = Code.PAGE_NOT_JSON if text.startswith("<") else Code.NOT_JSON
        raise NotAListing(code, begins=" ".join(text[:60].split())) from error


def read_data(text: str) -> Any:
    """The value of a JSON text, however loosely it is written. Raises `ValueError` for anything else."""
    try:
        return read_json(text)
    except ValueError:
        return _lines(text) or loose_json(text)


def _lines(text: str) -> list[Any]:
    """The values of JSON Lines: objects, each in a line of its own; none for anything else."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not all(line.lstrip().startswith("{") and line.rstrip().endswith("}") for line in lines):
        return []
    try:
        return [read_json(line) for line in lines]
    except ValueError:
        return []


def stated_total(value: Any, listed: int) -> int | None:
    """The number of documents that a response states. None if it states no number, or zero although it lists some: such
    a response does not say whether its list continues."""
    total = count(value)
    return None if listed and not total else total


def member(value: Any, *names: str) -> Any:
    """The value at these names in an object of JSON, each within the one before; None if there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a JSON list; empty if the value is not a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def strip_markup(text: Any) -> str:
    """The text of a JSON value without tags (searches mark matches by `<em>`), entities and runs of white space."""
    bare = re.sub(r"<[^>]*>", "", re.sub(r"<br\s*/?>", " ", str(text or ""), flags=re.IGNORECASE))
    return " ".join(unescape(bare).split())
