"""The tree of a page as its scripts see it: finding elements, reading their content, changing them.

The changes of a statement are collected, and applied only if the whole statement was understood.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from html import escape
from typing import cast

from lxml import etree
from lxml.etree import XPath
from lxml.html import HtmlElement as Element

from etl.web.script.fragments import Content, clear, detach, insert_after, parse_fragments, printable
from etl.web.script.values import UNDEFINED, Undefined, UnknownError
from etl.web.select import elements as select_elements

SHOWN_BY_SCRIPT = "data-gk-shown"
"""Attribute of an element that a script makes visible, whatever its classes and style say."""
MAX_TEXT_CHARS = 50_000
"""Longest string that a script may make."""
MAX_HTML_CHARS = 4_000
"""Maximum content of an element that is read as a string: fields are short, and scripts do not parse main text."""
_MAX_WORK = 600_000
"""Maximum work of all scripts of a page, in visited tags: 500 times a page of usual size, about 0.1 s."""
STEP = 20
"""Work charged for a statement or an operand."""
ELEMENT = 5
"""Work charged for returning or changing one element."""
_RAW_TEXT = ("script", "style", "xmp", "iframe", "noembed", "noframes")
"""Elements whose content is text, not markup, for a browser; it is returned unchanged."""
_CHARS_OF_WORK = 50
MAX_DEPTH = 40

DisplayRules = Callable[[str], list[tuple[str, str]]]

_ID = re.compile(r"#([\w-]+)$")
_CLASS = re.compile(r"^([a-z][a-z0-9]*)?\.([\w-]+)$")
_PATH = re.compile(
    r"^(?:[a-z][a-z0-9]*+)?[.#][\w-]++(?:(?:\s*+>\s*+|\s++)(?:[a-z][\w-]*+(?:[.#][\w-]++)*+|(?:[.#][\w-]++)++))++$"
)
_PART = re.compile(r"(>?)\s*([^\s>]+)")
_POSITIONAL = re.compile(r":(?:(eq)\((\d+)\)|(first|last)(?![\w-]))")
_COUNT = XPath("count(descendant::*)")
# From the attributes to their elements: a third of the time of a condition for each element.
_TAG = re.compile(r"^[a-z][a-z0-9]*$")
_BY_ID = XPath("//@id[.=$name]/..")
_OF_PARSER = XPath("id($name)")
"""The element that had this id when the page was parsed: libxml2 keeps a table of them."""
_BY_CLASS = XPath("//@class[contains(.,$name)]/..")
_DISPLAY = re.compile(r"(?:^|;)\s*display\s*:\s*([\w-]*)[^;]*", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"^[A-Za-z_][\w.-]*$")


class ExhaustedError(Exception):
    """The scripts of the page have used up their allowed work."""


class Document:
    """One page, shared by all its scripts. Without a tree its content is unknown: every read raises `UnknownError`.

    `tags` is about how many it has. `display_rules(name)` returns the rules of the page's style sheets that name a
    class and set `display`: pairs of a selector and the value, those that win last.
    """

    def __init__(self, tree: Element | None = None, tags: int = 0, display_rules: DisplayRules = lambda _: []) -> None:
        self.tree = tree
        self._display_rules = display_rules
        self.written: list[str] = []
        self.changes_content = False
        self.depth = 0
        self._work = _MAX_WORK
        self._changes: list[Callable[[], None]] = []
        self._tags = tags
        self._has_new_ids = False
        self._matching: dict[str, list[Element]] = {}

    # -- limits and order

    def charge(self, work: int) -> None:
        """Counts work. Raises `ExhaustedError` when the scripts of the page have used up their allowed work."""
        self._work -= work
        if self._work < 0:
            raise ExhaustedError

    def bounded(self, text: str) -> str:
        """Returns the text. Raises `UnknownError` if it is longer than `MAX_TEXT_CHARS`."""
        self.charge(len(text) // _CHARS_OF_WORK)
        if len(text) > MAX_TEXT_CHARS:
            raise UnknownError
        return text

    def later(self, change: Callable[[], None]) -> None:
        self._changes.append(change)

    def drop_changes(self) -> None:
        self._changes.clear()

    def commit(self) -> None:
        """Applies the changes of the statement that ends here."""
        if self._changes:
            changes, self._changes = self._changes, []
            for change in changes:
                change()
            self._matching.clear()

    def insert_written(self, script: Element) -> None:
        """Inserts the output of `document.write` after the script, unless the work for that is no longer allowed."""
        text = "".join(self.written)
        self.written.clear()
        parent = script.getparent()
        if parent is None or not text.strip() or "<script" in text:
            return
        with suppress(ExhaustedError):
            insert_after(parent, script, self.content_of(text))
            self._matching.clear()

    # -- finding

    def select(self, selector: str, root: Element | None = None) -> list[Element]:
        """The elements that a selector of jQuery finds, in document order; below `root`, if there is one.

        Raises `UnknownError` for a selector that is not understood.
        """
        if self.tree is None or not selector.strip():
            raise UnknownError
        if _POSITIONAL.search(selector):
            parts = selector.split(",")
            return (
                self._positional(selector, root)
                if len(parts) == 1
                else _joined([self.select(part, root) for part in parts])
            )
        selector = selector.strip()
        if root is not None and selector.startswith(">"):
            self._charge_walk(root)
            children = set(root)
            return [element for element in self.select(selector[1:]) if element in children]
        if root is None or re.search(r"[\s>+~]", selector):
            matching = self._everywhere(selector)
            return matching if root is None else [element for element in matching if root in element.iterancestors()]
        self._charge_walk(root)
        return [element for element in _css(selector, root) if element is not root]

    def _root(self) -> Element:
        if self.tree is None:
            raise UnknownError
        return self.tree

    def _everywhere(self, selector: str) -> list[Element]:
        if selector not in self._matching:
            self._matching[selector] = self._search(selector)
            self.charge(ELEMENT * len(self._matching[selector]))
        self.charge(len(self._matching[selector]))
        return list(self._matching[selector])

    def _by_id(self, name: str) -> list[Element]:
        """The first element with the id, as in a browser."""
        elements = _evaluate(_OF_PARSER, self._root(), name)
        if not self._has_new_ids and all(self.tree in element.iterancestors() for element in elements):
            return elements
        self.charge(self._tags)
        return _evaluate(_BY_ID, self._root(), name)[:1]

    def _search(self, selector: str) -> list[Element]:
        if match := _ID.match(selector):
            return self._by_id(match[1])
        self.charge(self._tags)
        if _TAG.match(selector):
            return list(self._root().iter(selector))
        if match := _CLASS.match(selector):
            tag, name = match.groups()
            matching = _evaluate(_BY_CLASS, self._root(), name)
            return [e for e in matching if name in e.get("class", "").split() and tag in (None, e.tag)]
        if not _PATH.match(selector):
            return _css(selector, self._root())
        # Search only below the few elements that the first part finds: searching the whole page takes ten times as
        # long.
        (_, first), *below = _PART.findall(selector)
        matching = self._everywhere(first)
        for child, part in below:
            matching = _joined(
                [[e for e in self.select(part, root) if not child or e.getparent() is root] for root in matching]
            )
        return matching

    def _positional(self, selector: str, root: Element | None) -> list[Element]:
        """jQuery's `:eq(n)`, `:first` and `:last` choose among all elements that the selector before them finds."""
        match = _POSITIONAL.search(selector)
        if not match:
            return self.select(selector, root)
        before, after = selector[: match.start()].strip(), selector[match.end() :]
        if (after and after[0] not in " >") or not before or before[-1] in ">+~":
            raise UnknownError
        matching = self.select(before, root)
        at = -1 if match[3] == "last" else int(match[2] or 0)
        chosen = matching[at:][:1]
        return [below for element in chosen for below in self.select(after, element)] if after.strip() else chosen

    def _charge_walk(self, root: Element) -> None:
        self.charge(int(cast(float, _COUNT(root))))

    # -- reading

    def text(self, elements: Sequence[Element]) -> str:
        """What jQuery's `.text()` returns: the text of all the elements together."""
        for element in elements:
            self._charge_walk(element)
        return self.bounded("".join(element.text_content() for element in elements))

    def inner_html(self, element: Element) -> str | None:
        """The markup inside the element; None if it is longer than `MAX_HTML_CHARS`."""
        self._charge_walk(element)
        words = element.text or ""
        parts = [words if element.tag in _RAW_TEXT else escape(words, quote=False)]
        length = len(parts[0])
        for child in element:
            parts.append(etree.tostring(child, encoding="unicode", method="html"))
            length += len(parts[-1])
            if length > MAX_HTML_CHARS:
                break
        self.charge(length // _CHARS_OF_WORK)
        return None if length > MAX_HTML_CHARS else "".join(parts).replace("\xa0", "&nbsp;")

    def form_value(self, element: Element) -> str | Undefined:
        """What `.val()` returns. Raises `UnknownError` for a list of choices."""
        if element.tag == "input":
            return str(element.get("value", ""))
        if element.tag == "textarea":
            return self.text([element])
        if element.tag in ("select", "option", "button"):
            raise UnknownError
        return UNDEFINED

    # -- changes, each at once

    def new_elements(self, markup: str) -> list[Element]:
        return [piece for piece in self.content_of(markup) if not isinstance(piece, str)]

    def content_of(self, value: str | Sequence[Element]) -> Content:
        """The content to insert: markup is parsed, existing elements are removed from their old place."""
        if isinstance(value, str):
            self.charge(2 * len(value))
            self._has_new_ids = self._has_new_ids or "id" in value
            return parse_fragments(value)
        for element in value:
            detach(element)
        return list(value)

    def insert(self, element: Element, position: str, value: str | Sequence[Element]) -> None:
        """Inserts at the `position` of insertAdjacentHTML: `beforebegin`, `afterbegin`, `beforeend`, `afterend`."""
        if not isinstance(value, str) and any(item is element or item in element.iterancestors() for item in value):
            return
        content = self.content_of(value)
        outside = position in ("beforebegin", "afterend")
        parent = element.getparent() if outside else element
        if parent is None:
            return
        if position == "beforebegin":
            before = element.getprevious()
        elif position == "afterend":
            before = element
        else:
            before = element[-1] if position == "beforeend" and len(element) else None
        insert_after(parent, before, content, at_tail_end=position in ("beforebegin", "beforeend"))

    def remove(self, elements: Sequence[Element]) -> None:
        for element in elements:
            detach(element)

    def set_content(self, element: Element, value: str | Sequence[Element]) -> None:
        content = self.content_of(value)
        clear(element)
        insert_after(element, None, content)

    def set_display(self, elements: Sequence[Element], value: str) -> None:
        """`style.display = value`; "" takes the style away, so that classes decide again."""
        for element in elements:
            _forget_display(element)
            if value == "none":
                element.set("hidden", "")
            elif value:
                element.set(SHOWN_BY_SCRIPT, "1")
            elif "display" in element.get("style", ""):
                element.set("style", _DISPLAY.sub("", element.get("style")))

    def set_attribute(self, elements: Sequence[Element], name: str, value: str | None) -> None:
        """Sets an attribute, or removes it with None. Raises `UnknownError` if the name is not valid."""
        if not _ATTRIBUTE.match(name) or name.lower().startswith("data-gk-"):
            raise UnknownError
        name = name.lower()
        for element in elements:
            if name in ("style", "hidden"):
                _forget_display(element)
            if name == "style" and (display := _DISPLAY.search(value or "")) and display[1].lower() != "none":
                element.set(SHOWN_BY_SCRIPT, "1")
            if value is None:
                element.attrib.pop(name, None)
            else:
                self._has_new_ids = self._has_new_ids or name == "id"
                element.set(name, printable(value))

    def add_class(self, elements: Sequence[Element], names: str) -> None:
        for element in elements:
            present = element.get("class", "").split()
            new = [name for name in names.split() if name not in present]
            element.set("class", printable(" ".join([*present, *new])))
            for name in new:
                for styled, display in self._styled(element, name):
                    if display == "none":
                        styled.attrib.pop(SHOWN_BY_SCRIPT, None)
                        styled.set("hidden", name)
                    else:
                        styled.attrib.pop("hidden", None)
                        styled.set(SHOWN_BY_SCRIPT, name)

    def remove_class(self, elements: Sequence[Element], names: str | None) -> None:
        """Removes the given classes or all classes, and undoes the effect of each on `display`."""
        for element in elements:
            present = element.get("class", "").split()
            for name in present if names is None else names.split():
                if name in present:
                    for styled, _ in self._styled(element, name):
                        for attribute in (SHOWN_BY_SCRIPT, "hidden"):
                            if styled.get(attribute) == name:
                                del styled.attrib[attribute]
            remaining = [] if names is None else [name for name in present if name not in names.split()]
            element.set("class", " ".join(remaining))

    def _styled(self, element: Element, name: str) -> list[tuple[Element, str]]:
        """The `display` values that the class sets: pairs of an element (this one or a descendant) and the value."""
        styled: dict[Element, str] = {}
        for selector, value in self._display_rules(name):
            if selector == f".{name}":
                styled[element] = value
                continue
            try:
                matching = self.select(selector)
            except UnknownError:
                continue
            styled |= {e: value for e in matching if e is element or element in e.iterancestors()}
        self.charge(STEP * (1 + len(styled)))
        return list(styled.items())


def _evaluate(path: XPath, root: Element, name: str) -> list[Element]:
    return cast(list[Element], path(root, name=name))


def _joined(lists: list[list[Element]]) -> list[Element]:
    return list(dict.fromkeys(element for elements in lists for element in elements))


def _css(selector: str, root: Element) -> list[Element]:
    try:
        elements = select_elements(selector, root)
    except ValueError:
        raise UnknownError from None
    if not elements and "tbody" in selector:  # a browser adds it where the page leaves it out
        raise UnknownError
    return elements


def _forget_display(element: Element) -> None:
    element.attrib.pop("hidden", None)
    element.attrib.pop(SHOWN_BY_SCRIPT, None)
