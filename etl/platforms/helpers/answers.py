"""Reads what sites answer as data: values in scripts, JSON, and the markup inside JSON values."""

import json
import re
from html import unescape
from typing import Any

from etl.platforms.base import NotAListing
from etl.web.page import WebPage

_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*+)'")


def script_value(text: str, key: str) -> Any:
    """The JSON value that a script assigns to `key` (`key: …` or `key = …`), or None."""
    for match in re.finditer(rf"""(?<![\w$])["']?{re.escape(key)}["']?\s*[:=]\s*""", text):
        if quoted := _QUOTED.match(text, match.end()):
            return quoted.group(1)
        try:
            return json.JSONDecoder().raw_decode(text, match.end())[0]
        except (ValueError, RecursionError):
            continue
    return None


def parse_json(page: WebPage) -> Any:
    """The page's content as JSON. Raises `NotAListing` for anything else."""
    text = page.text.strip()
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        content = "an HTML page" if text.startswith("<") else "something else"
        raise NotAListing(f"{content} instead of JSON: {' '.join(text[:60].split())!r}") from error


def strip_markup(text: Any) -> str:
    """The text of a JSON value without tags (searches mark matches by `<em>`), entities and runs of white space."""
    bare = re.sub(r"<[^>]*>", "", re.sub(r"<br\s*/?>", " ", str(text or ""), flags=re.IGNORECASE))
    return " ".join(unescape(bare).split())
