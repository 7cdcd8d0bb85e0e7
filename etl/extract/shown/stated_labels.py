"""Writes labels and values of a header from attributes and form fields into the tree, as a reader sees them.

A table that folds on narrow screens has `<td data-label="索引号">X</td>`, and its style sheet shows the attribute; a
form that only shows has its values in `<input readonly value="X">`; `<time datetime="2023-05-09">3天前</time>` has the
day that its words only count from.
"""

import re
from itertools import islice

from lxml.html import HtmlElement, fromstring

from etl.dates import first_iso_date
from etl.extract.lexicon.labels import match_label
from etl.file_names import has_file_name
from etl.web.page import WebPage
from etl.web.script.fragments import clear

_NAMES = ("data-label", "data-title", "data-th", "data-name")
_IS_LABELLED = re.compile(rf"data-(?:{'|'.join(name.removeprefix('data-') for name in _NAMES)})=")
_CELLS = ("td", "div", "span", "li", "p", "dd")
_MAX_VALUE_CHARS = 300
_DOTS, _MIN_BEGINNING, _MAX_ELEMENTS = ".… \u3000", 5, 30
"""Endings of truncated words, their minimum length, and how many elements are searched for the whole words."""
_MAX_LINE_CHARS = 40
"""Maximum length of the line around the day of a page."""
_PARTLY_A_DAY = re.compile(
    r"\W*(?:(?:\d{1,2}:\d\d(?::\d\d)?|\d{1,3}\s?(?:minutes?|hours?|days?|weeks?|months?)\sago|刚刚|[今昨前][天日]"
    r"|(?:\d{1,4}|[一二两三四五六七八九十几半]{1,3})\s?个?(?:秒钟?|分钟?|小时|天|日|周|星期|月|年)[之以]?前|\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?"
    r"|\d{1,2} \d{1,2}月 (?:19|20)\d\d)\W*){0,2}",
    re.IGNORECASE,
)
"""Words that only count from the day of the visit, or lack the year; 六一儿童节 and 6月1日上午9时 say more."""
_LEVELS_UP = 3
"""Number of ancestors of a value that are searched for a label beside them."""


def show_stated_labels(page: WebPage) -> None:
    """Writes `索引号：X` for a cell with the label in an attribute, unless a text of the page repeats the label; and
    writes, beside its label, the value of a disabled input or choice and the alternative text of a picture that shows a
    value; and the day of the first `<time>`, if its words are none."""
    _show_day(next(page.tree.iter("time"), None))
    if _IS_LABELLED.search(page.text):
        _show_labels(page.tree)
    for field in (*page.elements["input"], *page.elements["textarea"]):
        if (field.get("readonly") is not None or field.get("disabled") is not None) and _has_label(field):
            _show_value(field)
    for field in page.elements["select"]:
        if (field.get("readonly") is not None or field.get("disabled") is not None) and _has_label(field):
            _show(field, next((_words(each) for each in field.iter("option") if each.get("selected") is not None), ""))
    for picture in page.elements["img"]:
        if (value := picture.get("alt")) and not has_file_name(value) and _is_alone(picture) and _has_label(picture):
            _show(picture, value)


def _show_labels(tree: HtmlElement) -> None:
    labelled = [
        (cell, label)
        for cell in tree.iter(*_CELLS)
        for label in [next((cell.get(name) or "" for name in _NAMES if cell.get(name)), "").strip()]
        if label and match_label(label)
    ]
    text = "".join(map(str, tree.itertext())) if labelled else ""
    for cell, label in labelled:
        if label not in text:
            cell.text = f"{label.rstrip(':：')}：{(cell.text or '').lstrip()}"


def _show_day(time: HtmlElement | None) -> None:
    """Writes the day of an element in a short line that is neither a link nor a sentence: other pages' days are in
    links, and a text keeps its words."""
    line = time.getparent() if time is not None else None
    if time is None or line is None or any(each.tag == "a" for each in time.iterancestors()):
        return
    day, words = first_iso_date(time.get("datetime") or ""), _words(line)
    if day and len(words) <= _MAX_LINE_CHARS and "。" not in words and _PARTLY_A_DAY.fullmatch(_words(time)):
        clear(time, day)


def whole_words(element: HtmlElement, shown: str) -> str:
    """The words of an element; if they end with dots, the `title` of an element around them that continues them."""
    beginning = shown.rstrip(_DOTS)
    if not shown.endswith(("...", "…")) or len(beginning) < _MIN_BEGINNING:
        return shown
    cut = (each for each in islice(element.iter(), _MAX_ELEMENTS) if (each.text or "").strip() == shown)
    titles = ((each.get("title") or "").strip() for each in cut)
    return next((title for title in titles if title.startswith(beginning)), shown)


def _has_label(element: HtmlElement) -> bool:
    """Whether the words right before an element, in its parent or before its parent, are a label. A picture
    among words belongs to those words."""
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
        if element.tag == "img" and around is not None and any(str(text).strip() for text in around.itertext()):
            return False
    return False


def _show_value(field: HtmlElement) -> None:
    if field.get("type", "text").lower() == "text":
        _show(field, field.get("value") or field.text or "")


def _show(element: HtmlElement, words: str) -> None:
    """Writes a value before the element that states it."""
    value = " ".join(words.split())
    if value and len(value) <= _MAX_VALUE_CHARS:
        shown = fromstring("<span></span>")
        shown.text = f"：{value}"
        element.addprevious(shown)


def _is_alone(picture: HtmlElement) -> bool:
    """Whether nothing follows a picture in its parent; otherwise it is an icon before a value."""
    return not (picture.tail or "").strip() and not any(map(_words, picture.itersiblings()))


def _words(element: HtmlElement) -> str:
    """The words of an element; none for a comment."""
    if not isinstance(element.tag, str):
        return ""
    return " ".join("".join(map(str, element.itertext())).split())
