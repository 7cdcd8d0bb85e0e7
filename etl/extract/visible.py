"""What a person sees of the page: text written by scripts put in its place, hidden elements known as hidden."""

import re
from collections.abc import Iterable

from lxml import etree, html

from etl.web.page import WebPage
from etl.web.script import Effect, as_html, effects, holds, unquoted

_TELLING = re.compile(r"document\.write(?:ln)?\(|\.html\(|\.text\(|innerHTML|\.hide\(|\.css\(")
_NO_DISPLAY = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_MEDIA = re.compile(r"@[\w-]+[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_RULE = re.compile(r"([^{}]{1,400})\{([^{}]*\bdisplay\s*:[^{}]*)\}")
_DISPLAY = re.compile(r"\bdisplay\s*:\s*([a-z-]+)\s*(!\s*important)?", re.IGNORECASE)
_SIMPLE = re.compile(r"^[\w]*([.#])([\w-]+)$")
_SHOWN = "data-gk-shown"
_CONDITIONS = ("ms-visible", "ms-if", "v-show", "v-if", "ng-show", "ng-if")
# Class names by which the common CSS frameworks hide an element at every width.
_HIDING = frozenset(
    {"hide", "hidden", "d-none", "layui-hide", "ng-hide", "visually-hidden", "displaynone", "dn", "none"}
)


def write_scripts(page: WebPage) -> None:
    """Puts into the tree what its scripts write from literals."""
    if not _TELLING.search(page.text):
        return
    for script in list(page.tree.iter("script")):
        source = script.text or ""
        if not _TELLING.search(source):
            continue
        written: list[str] = []
        for effect in effects(source, lambda name: _literal(page.text, name)):
            if effect.action == "write":
                written.append(effect.value)
            else:
                _apply(page.tree, effect)
        text = "".join(written)
        if text.strip() and "<script" not in text:
            _insert_after(script, text)


def _literal(text: str, name: str) -> str | None:
    match = re.search(
        rf"""(?<![\w$.]){re.escape(name)}\s*=\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')\s*(?=[;,\n])""", text
    )
    return unquoted(match.group(1)) if match else None


def _fragments(text: str) -> list[str | html.HtmlElement]:
    try:
        return list(html.fragments_fromstring(text))
    except (etree.LxmlError, ValueError):
        return []


def _insert_after(script: html.HtmlElement, text: str) -> None:
    parent = script.getparent()
    if parent is None:
        return
    tail, script.tail = script.tail, None
    holder = script
    for piece in _fragments(text):
        if isinstance(piece, str):
            holder.tail = (holder.tail or "") + piece
        else:
            parent.insert(parent.index(holder) + 1, piece)
            holder = piece
    holder.tail = (holder.tail or "") + (tail or "")


def _apply(tree: html.HtmlElement, effect: Effect) -> None:
    for element in _select(tree, effect.selector):
        if effect.action in ("reveal", "show"):
            element.set(_SHOWN, "1")
        elif effect.action == "hide":
            element.set("hidden", "")
        else:
            for child in list(element):
                element.remove(child)
            element.text = None
            for piece in _fragments(as_html(effect)):
                if isinstance(piece, str):
                    element.text = (element.text or "") + piece
                else:
                    element.append(piece)


def _select(tree: html.HtmlElement, selector: str) -> list[html.HtmlElement]:
    match = _SIMPLE.match(selector.strip())
    if not match:
        return []
    if match.group(1) == "#":
        return list(tree.xpath("//*[@id=$name]", name=match.group(2)))
    return list(tree.xpath("//*[contains(concat(' ',@class,' '),$name)]", name=f" {match.group(2)} "))


class Visibility:
    """Tells hidden elements by their own attributes and by the style sheets inside the page."""

    def __init__(self, page: WebPage) -> None:
        self.hidden: set[str] = set()
        self.shown: set[str] = set()
        if "display" in page.text:
            for style in page.tree.iter("style"):
                self._read(style.text or "")

    def _read(self, css: str) -> None:
        if "display" not in css or len(css) > 100_000:
            return
        for selectors, body in _RULE.findall(_MEDIA.sub("", css)):
            kind, important = _DISPLAY.findall(body)[-1]
            for selector in selectors.split(","):
                match = _SIMPLE.match(selector.strip())
                if match and kind == "none":
                    self.hidden.add("".join(match.groups()))
                elif match and important:
                    self.shown.add("".join(match.groups()))

    def hides(self, element: html.HtmlElement) -> bool:
        attributes = element.attrib
        if not attributes:
            return False
        if _SHOWN in attributes:
            return False
        for name in _CONDITIONS:
            if name in attributes:
                held = holds(attributes[name])
                if held is not None:
                    return not held
        if "hidden" in attributes:
            return True
        classes = attributes.get("class", "").split()
        name = attributes.get("id")
        if self.shown and any(key in self.shown for key in _keys(name, classes)):
            return False
        style = attributes.get("style")
        if style and "none" in style and _NO_DISPLAY.search(style):
            return True
        if classes and not _HIDING.isdisjoint(classes):
            return True
        return bool(self.hidden) and any(key in self.hidden for key in _keys(name, classes))


def _keys(name: str | None, classes: Iterable[str]) -> list[str]:
    return ([f"#{name}"] if name else []) + [f".{c}" for c in classes]
