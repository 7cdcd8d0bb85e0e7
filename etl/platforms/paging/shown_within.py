"""Scripts that only show and hide what the page holds: 2 of `showPage(2)` leads to no further page where the function
does nothing but `rows.hide().slice(20, 40).show()`.
"""

import re
from functools import lru_cache

from lxml.html import HtmlElement

from etl.web.page import WebPage

_SHOWS = re.compile(
    r"\.(?:hide|show|toggle|slide(?:Up|Down|Toggle)|fade(?:In|Out|Toggle))\s*\(|\.style\.display\s*=|\.hidden\s*=|"
    r"""\.css\s*\(\s*["']display["']|\b(?:toggle|add|remove)Class\s*\(|\.classList\."""
)
_CALLED = re.compile(r"(?<![\w$])([\w$]+)\s*\(")
_HARMLESS = re.compile(
    r"\$|jQuery|if|for|while|switch|function|return|hide|show|toggle|slide(?:Up|Down|Toggle)|fade(?:In|Out|Toggle)|slice|eq|gt|lt|"
    r"first|last|find|filter|not|is|children|siblings|parents?|closest|next(?:All)?|prev(?:All)?|index|each|forEach|map|css|"
    r"(?:add|remove|has|toggle)Class|add|remove|contains|attr|prop|removeAttr|setAttribute|stop|end|text|get|item|"
    r"getElementById|getElementsBy\w+|querySelector(?:All)?|parseInt|Number|String|Math|min|max|ceil|floor|round|from"
)
_LEAVES = re.compile(
    r"\blocation\b|\$\.(?:get|post|ajax)|\bhref\b|\bsrc\b|https?:|\burl\b|\.load\b|innerHTML", re.IGNORECASE
)
_CALL = re.compile(r"^\s*+(?:javascript\s*+:)?+\s*+(?:return\s++)?+([\w$]++)\s*+\([^()]{0,80}\)", re.IGNORECASE)
_MAX_BODY = 1500
_BRACKETS = re.compile(r"[(){}]")


def only_shows(code: str) -> bool:
    """Whether a piece of script shows and hides parts of the page, and does nothing else that could bring others."""
    if not _SHOWS.search(code) or _LEAVES.search(code):
        return False
    return all(map(_HARMLESS.fullmatch, _CALLED.findall(code)))


def shows_within(page: WebPage, handler: str) -> bool:
    """Whether the handler of a click only shows and hides parts of the page, by itself or by the function it calls."""
    if not handler:
        return False
    called = _CALL.match(handler)
    body = function_of(page.live_source, called[1])[1] if called else ""
    return only_shows(body) if body else only_shows(handler)


def handler_of(element: HtmlElement) -> str:
    """What a click on an element runs, as far as the element says it."""
    return element.get("onclick") or element.get("href") or ""


def enclosed(code: str, start: int) -> str:
    """What stands in the brackets that are open at `start`, as far as the nearest lines hold it; "" if they do not."""
    depth = 1
    for bracket in _BRACKETS.finditer(code, start, start + _MAX_BODY):
        depth += 1 if bracket[0] in "({" else -1
        if depth == 0:
            return code[start : bracket.start()]
    return ""


@lru_cache(maxsize=16)  # for each step of a page; by its source, as a page holds a tree of megabytes
def function_of(source: str, name: str) -> tuple[str, str]:
    """The parameters and the body of the one function of a page's scripts that has the name; "" where there is none, or
    several."""
    if name not in source:
        return "", ""
    own = re.escape(name)
    heads = [
        *re.finditer(rf"\bfunction\s+{own}\s*\(([^()]{{0,80}})\)\s*\{{", source),
        *re.finditer(rf"(?<![\w$.]){own}\s*=\s*function\s*\(([^()]{{0,80}})\)\s*\{{", source),
    ]
    return (heads[0][1], enclosed(source, heads[0].end())) if len(heads) == 1 else ("", "")
