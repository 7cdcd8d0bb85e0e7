"""Text outside the page's ordinary elements: in a frame's `srcdoc`, in a text field, in a template, or where
only a visitor without scripts sees it."""

import re
from html import escape

from lxml import html

from etl.extract.shown.data_text import text_of_data
from etl.web.page import WebPage, parse
from etl.web.script.fragments import clear

_TEMPLATE_TYPE = re.compile(r"text/(?:html|plain|template|x-[\w-]+)", re.IGNORECASE)
_TAG = re.compile(r"<(?:p|br|div|span|table|section|h\d)\b|</\w", re.IGNORECASE)
_CHINESE, _PUNCTUATION = re.compile("[\u4e00-\u9fff]"), re.compile("[，。；：]")
_ASKS_FOR_SCRIPTS = re.compile(r"javascript|浏览器|脚本", re.IGNORECASE)
_MIN_CHINESE = 20
"""Minimum number of Chinese characters of a text; placeholders of input fields have fewer."""
_MAX_REQUEST_CHARS = 200
"""Maximum length of a request to enable scripts."""
_MIN_PAGE_PROSE = 60
"""A page with less prose than this may be a shell that a script fills."""
_MAX_SOURCE_CHARS = 1_000_000
_CARRYING = ("iframe", "textarea", "noscript", "template", "xmp")
_HIDING_ATTRIBUTES = ("style", "hidden", "class", "type")


def show_carried_text(page: WebPage, prose_chars: int) -> tuple[str, ...]:
    """Inserts such text into the page's tree at its place; returns the tags that contained it.

    Text that a browser shows, in a `srcdoc` or a read-only field, is always used. Hidden text is used if it outweighs
    the page's visible prose (`prose_chars` characters).
    """
    shell = prose_chars < _MIN_PAGE_PROSE
    tags = (*_CARRYING, "script", "input") if shell else _CARRYING
    carriers = []
    for element in [element for tag in tags for element in page.elements[tag]]:
        content = _carried(element, shell=shell)
        if content is None:
            continue
        words = "".join(content.itertext())
        is_text = _chinese(words) >= _MIN_CHINESE and _PUNCTUATION.search(words) is not None
        if is_text and (_is_shown(element) or _chinese(words) > prose_chars):
            carriers.append(str(element.tag))
            _put(element, content)
            if (
                element.getparent() is page.tree.find("head") is not None
                and (body := page.tree.find("body")) is not None
            ):
                body.append(element)
    return tuple(dict.fromkeys(carriers))


def _carried(element: html.HtmlElement, *, shell: bool) -> html.HtmlElement | None:
    """The text that an element carries, in a `<div>`; None if there is none."""
    if element.tag in ("noscript", "template"):
        words = "".join(element.itertext())
        asks = len(words) < _MAX_REQUEST_CHARS and _ASKS_FOR_SCRIPTS.search(words)
        return None if asks or not words.strip() else element
    source = _source(element, shell=shell)
    if len(source) > _MAX_SOURCE_CHARS or len(source) < _MIN_CHINESE:
        return None
    if not _TAG.search(source):
        source = "".join(f"<p>{escape(line)}</p>" for line in source.splitlines() if line.strip())
    body: html.HtmlElement | None = parse(f"<html><body>{source}</body></html>").find("body")
    return body


def _source(element: html.HtmlElement, *, shell: bool) -> str:
    if element.tag == "iframe":
        return element.get("srcdoc") or ""
    if element.tag in ("textarea", "xmp"):
        return "".join(element.itertext())
    if not shell:
        return ""
    if element.tag == "input":
        return (element.get("value") or "") if element.get("type") == "hidden" else ""
    source = element.text or ""
    return source if _TEMPLATE_TYPE.fullmatch(element.get("type") or "") else text_of_data(source)


def _is_shown(element: html.HtmlElement) -> bool:
    """Whether a browser shows the carried text if it shows the element, and a visitor cannot change it."""
    if element.tag == "textarea":
        return element.get("readonly") is not None or element.get("disabled") is not None
    return element.tag in ("iframe", "xmp")


def _put(element: html.HtmlElement, content: html.HtmlElement) -> None:
    """Turns the element into a visible `<div>` with the content."""
    if not _is_shown(element):
        for name in _HIDING_ATTRIBUTES:
            element.attrib.pop(name, None)
    element.tag = "div"
    if content is not element:
        clear(element, content.text)
        element.extend(list(content))


def _chinese(words: str) -> int:
    return len(_CHINESE.findall(words))
