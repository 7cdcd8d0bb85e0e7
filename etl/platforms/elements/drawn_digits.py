"""Numbers whose digits are pictures, 共<img src="6.gif"><img src="0.gif">条, or drawn by a style in empty elements."""

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from etl.web.page import WebPage

_NAME = r"(?:n|no|num|number|digit|shu|sz|icon)?[_-]?"
_FILE = re.compile(rf"(?:^|[/_-]){_NAME}(\d)\.(?:gif|png|jpe?g|svg|webp|bmp)(?:\?|$)", re.IGNORECASE)
_CLASS = re.compile(rf"(?:^|\s){_NAME}(\d)(?:$|\s)", re.IGNORECASE)
_MAY_BE_DRAWN = (
    re.compile(r"\.(?<=\d\.)(?:gif|png|jpe?g|svg|webp|bmp)"),
    re.compile(r"""alt=["']?\d["'\s>]"""),
    re.compile(rf"""class=["']?(?:[\w-]+ )?{_NAME}\d["'\s>]"""),
)
"""Patterns of small letters."""
_COUNTS_BEFORE = re.compile(r"(?:[总共合][有计数]?|[数量]|累计|收录)[:：为]?\s*$")
_COUNTS_BEHIND = re.compile(r"^\s*(?:[条條篇件则页頁]|个(?!月))")
_DRAWN = "//img | //i[not(node())] | //span[not(node())] | //em[not(node())] | //b[not(node())] | //s[not(node())]"


def write_drawn_digits(page: WebPage) -> None:
    """Writes such digits into the page's tree as text if the words around them are those of a count."""
    if not any(sign.search(page.lower) for sign in _MAY_BE_DRAWN):
        return
    drawn = {item: digit for item in page.tree.xpath(_DRAWN) if (digit := _digit(item))}
    while drawn:
        run = list(_run(next(iter(drawn)), drawn))
        digits = [drawn.pop(item) for item in run]
        if _COUNTS_BEFORE.search(_text_before(run[0])) or _COUNTS_BEHIND.match(_text_behind(run[-1])):
            for item, digit in zip(run, digits, strict=True):
                if item.tag == "img":
                    item.tail = digit + (item.tail or "")
                else:
                    item.text = digit


def _digit(item: HtmlElement) -> str:
    if item.tag != "img":
        return match[1] if (match := _CLASS.search(item.get("class") or "")) else ""
    alt = (item.get("alt") or "").strip()
    if len(alt) == 1 and alt.isdecimal():
        return alt
    return match[1] if (match := _FILE.search(item.get("src") or "")) else ""


def _run(first: HtmlElement, drawn: dict[HtmlElement, str]) -> Iterator[HtmlElement]:
    """The run of adjacent drawn digits that begins with this one."""
    item: HtmlElement | None = first
    while item is not None and item in drawn:
        yield item
        item = item.getnext() if not (item.tail or "").strip() else None


def _text_before(item: HtmlElement) -> str:
    before, around = item.getprevious(), item.getparent()
    if before is not None:
        return "".join(map(str, before.itertext())) + (before.tail or "") if isinstance(before.tag, str) else ""
    return "" if around is None else around.text or ""


def _text_behind(item: HtmlElement) -> str:
    """The text after the element; if the element is the last in its parent, the text after the parent."""
    for last in (item, *islice(item.iterancestors(), 1)):
        behind = last.getnext()
        if (last.tail or "").strip() or behind is not None:
            is_text = (last.tail or "").strip() or behind is None or not isinstance(behind.tag, str)
            return last.tail or "" if is_text else "".join(map(str, behind.itertext()))
    return ""
