"""Labels and values of a header that stand in attributes, put into the tree as a reader sees them.

A table that folds on narrow screens has `<td data-label="索引号">X</td>`, and its style sheet shows the attribute; a
form that only shows has its values in `<input readonly value="X">`.
"""

from lxml.html import HtmlElement, fromstring

from etl.extract.lexicon.labels import match_label
from etl.web.page import WebPage

_NAMES = ("data-label", "data-title", "data-th", "data-name")
_CELLS = ("td", "div", "span", "li", "p", "dd")
_MAX_VALUE_CHARS = 300
_LEVELS_UP = 3
"""Elements around a value beside which its label may stand."""


def show_stated_labels(page: WebPage) -> None:
    """Writes `索引号：X` for a cell whose label is an attribute that no text of the page repeats, and the value of an
    input that cannot be changed beside its label."""
    if any(f"{name}=" in page.text for name in _NAMES):
        _show_labels(page.tree)
    for field in (*page.elements["input"], *page.elements["textarea"]):
        if (field.get("readonly") is not None or field.get("disabled") is not None) and _has_label(field):
            _show_value(field)


def _show_labels(tree: HtmlElement) -> None:
    labelled = [
        (cell, label)
        for cell in tree.iter(*_CELLS)
        for label in [next((cell.get(name) or "" for name in _NAMES if cell.get(name)), "").strip()]
        if label and match_label(label)
    ]
    said = "".join(map(str, tree.itertext())) if labelled else ""
    for cell, label in labelled:
        if label not in said:
            cell.text = f"{label.rstrip(':：')}：{(cell.text or '').lstrip()}"


def _has_label(element: HtmlElement) -> bool:
    """Whether the words right before an element, in its own parent or beside what holds it, are a label."""
    around: HtmlElement | None = element
    for _ in range(_LEVELS_UP):
        before = around.getprevious() if around is not None else None
        while before is not None:
            if words := " ".join((before.tail or "").split()) or _words(before):
                return match_label(words) is not None
            before = before.getprevious()
        around = around.getparent() if around is not None else None
        if around is not None and (words := " ".join((around.text or "").split())):
            return match_label(words) is not None
    return False


def _show_value(field: HtmlElement) -> None:
    value = " ".join((field.get("value") or field.text or "").split())
    if value and len(value) <= _MAX_VALUE_CHARS and field.get("type", "text").lower() == "text":
        shown = fromstring("<div></div>")
        shown.text = f"：{value}"
        field.addprevious(shown)


def _words(element: HtmlElement) -> str:
    """What an element says; a comment says nothing."""
    if not isinstance(element.tag, str):
        return ""
    return " ".join("".join(map(str, element.itertext())).split())
