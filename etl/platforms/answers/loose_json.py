"""JSON as old scripts read it with `eval`, which accepts more than JSON: comments, trailing commas, quotes of any
kind, names without quotes; and JSON within something else: a call (JSONP), an assignment, a guard against hijacking,
a comment of a cache, a warning of PHP, an element.
"""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from etl.web.data import read_json, read_json_and_end
from etl.web.script.tokens import Token, tokens_of
from etl.web.script.values import unquote_literal

_ELEMENT = re.compile(r"<(pre|string|textarea|body)\b[^>]{0,200}+>\s*+(?=[{\[])", re.IGNORECASE)
_OPENS = re.compile(r"[{\[]")
_CHARS_BEFORE = 2_000
"""Maximum number of characters before the value, if an element surrounds it."""
_BEFORE = re.compile(
    r"\A(?:\s++|\ufeff|<!--(?:[^-]|-(?!->))*+-->|/\*(?:[^*]|\*(?!/))*+\*/|//[^\n]*+|\)\]\}'?,?"
    r"|while\s*\(\s*1\s*\)\s*;|for\s*\(;;\)\s*;|(?:<br\s*/?>\s*)?<b>(?:Notice|Warning|Deprecated)</b>:[^{}\[\]]{0,500}?<br\s*/?>"
    r"|(?:var|let|const)\s|try\s*\{|[\w$.]{1,80}+\s*(?:&&|=(?!=)|\()|[(;])*+"
)
_AFTER = re.compile(r"[\s;)\0]*+(?:\}\s*catch\s*\(\w*\)\s*\{[^{}]{0,200}\})?+(?:[\s;\0]++|<!--(?:[^-]|-(?!->))*+-->)*+")
_MAX_CHARS = 5_000_000
_AS_THEY_ARE = frozenset({"true", "false", "null", "NaN", "Infinity"})


def loose_json(text: str) -> Any:
    """The value of the text. Raises `ValueError` if it is not such JSON."""
    if len(text) > _MAX_CHARS:
        raise ValueError("too long")
    text = _inside_element(text)
    before = _BEFORE.match(text)
    start = before.end() if before else 0
    if text[start : start + 1] not in ("{", "["):
        raise ValueError("neither an object nor a list")
    try:
        value, end = read_json_and_end(text, start)
    except ValueError:
        source = text[start:].rstrip("\0 \r\n\t;)")
        return read_json("".join(_strict(tokens_of(source))), loose=True)
    if not _AFTER.fullmatch(text, end):
        raise ValueError(f"something stands behind it: {text[end : end + 40]!r}")
    return value


def _inside_element(text: str) -> str:
    """The content of an element that a service or browser puts around the response; else the text itself."""
    opens = _OPENS.search(text)
    element = _ELEMENT.search(text, 0, min(len(text), _CHARS_BEFORE))
    if opens is None or element is None or element.end() != opens.start():
        return text
    name, end = element[1].lower(), text.rfind("</")
    while end >= 0 and text[end + 2 : end + 2 + len(name)].lower() != name:
        end = text.rfind("</", 0, end)
    inside = text[element.end() : end].rstrip()
    return unescape(inside) if end >= 0 and inside.endswith(("}", "]")) else text


def _strict(tokens: list[Token]) -> Iterator[str]:
    """Converts an object or list of JavaScript to JSON."""
    for at, (kind, word, _) in enumerate(tokens):
        following = tokens[at + 1][1] if at + 1 < len(tokens) else ""
        if kind in ("str", "template"):
            yield json.dumps(unquote_literal(word), ensure_ascii=False)
        elif kind == "name" and (following == ":" or word not in _AS_THEY_ARE):
            yield "null" if word == "undefined" and following != ":" else json.dumps(word)
        elif word != "," or following not in ("}", "]"):
            yield word
