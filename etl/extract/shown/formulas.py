"""Formulas of a page (MathML) in characters: 1/2 and not 12, 10⁵ and not 105, √2 and not 2."""

from collections.abc import Callable

from lxml.html import HtmlElement

from etl.raised_text import is_single, subscript, superscript
from etl.web.page import WebPage
from etl.web.script.fragments import clear

_UNSEEN = ("annotation", "annotation-xml", "mphantom", "none", "mprescripts")
_MAX_DEPTH = 40
"""Maximum nesting depth of a formula."""


def spell_out_formulas(page: WebPage) -> None:
    """Writes each `<math>` of the tree in one line, as a reader would say it."""
    for formula in list(page.tree.iter("math")):
        if next(formula.iter("p", "div", "table"), None) is not None:
            continue  # unclosed: it contains the text after it
        words = " ".join(_line(formula, 0).split())
        clear(formula, words)


def _line(element: HtmlElement, depth: int) -> str:
    if not isinstance(element.tag, str) or element.tag in _UNSEEN or depth > _MAX_DEPTH:
        return ""
    parts = [_line(child, depth + 1) for child in element if isinstance(child.tag, str)]
    form = _FORMS.get(element.tag)
    if form is not None and len(parts) >= _PARTS[element.tag]:
        return form(parts)
    if element.tag == "mfenced":
        inside = (element.get("separators") or ",")[:1].join(parts)
        return f"{element.get('open', '(')}{inside}{element.get('close', ')')}"
    if element.tag in ("msqrt", "mroot"):
        return "√" + _grouped("".join(parts))
    gap = {"mtr": " ", "mtable": "; "}.get(element.tag, "")
    return (element.text or "").strip() + gap.join(parts)


def _grouped(words: str) -> str:
    """Puts the text in brackets if it is more than a number or a name: (a+b)/2."""
    return words if is_single(words) else f"({words})"


_FORMS: dict[str, Callable[[list[str]], str]] = {
    "mfrac": lambda parts: f"{_grouped(parts[0])}/{_grouped(parts[1])}",
    "msup": lambda parts: parts[0] + superscript(parts[1]),
    "msub": lambda parts: parts[0] + subscript(parts[1]),
    "msubsup": lambda parts: parts[0] + subscript(parts[1]) + superscript(parts[2]),
    "mover": lambda parts: parts[0] + superscript(parts[1]),
    "munder": lambda parts: parts[0] + subscript(parts[1]),
    "munderover": lambda parts: parts[0] + subscript(parts[1]) + superscript(parts[2]),
    "mroot": lambda parts: f"{superscript(parts[1])}√{_grouped(parts[0])}",
}
_PARTS = {tag: 3 if tag in ("msubsup", "munderover") else 2 for tag in _FORMS}
