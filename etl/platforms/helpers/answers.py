"""Reads what sites answer as data: values in scripts, JSON, and the markup inside JSON values."""

import re
from html import unescape
from typing import Any

from etl.platforms.base import NotAListing
from etl.web.data import read_json, read_json_at
from etl.web.page import WebPage

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
    """The page's content as JSON. Raises `NotAListing` for anything else."""
    text = page.text.strip()
    try:
        return read_json(text)
    except ValueError as error:
        content = "an HTML page" if text.startswith("<") else "something else"
        raise NotAListing(f"{content} instead of JSON: {' '.join(text[:60].split())!r}") from error


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a list of JSON; none where it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def strip_markup(text: Any) -> str:
    """The text of a JSON value without tags (searches mark matches by `<em>`), entities and runs of white space."""
    bare = re.sub(r"<[^>]*>", "", re.sub(r"<br\s*/?>", " ", str(text or ""), flags=re.IGNORECASE))
    return " ".join(unescape(bare).split())
