"""Rewrites an archived page for display: its links lead to archived captures, archived style sheets and pictures are
inserted, and a place in it is marked. The stored bytes themselves are served at another address, unchanged."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lxml import etree, html

from etl.browse.pages.look import Look
from etl.web.appearance import canonical_or_none, is_style_sheet, picture_source
from etl.web.page import WebPage, base_url, visible_text

EVIDENCE = "evidence"
"""Id of the marked place."""
_READ_OTHERWISE = ("svg", "math", "template", "xmp", "plaintext", "noembed")
"""Elements (in addition to comments) whose content web browsers and libxml2 parse differently: text for one may be a
live element for the other."""
_LEFT_OUT = ("script", "link", "base", "meta", "object", "embed", "applet", "noframes", *_READ_OTHERWISE)
_FRAMES = ("iframe", "frame")
_LINKS = ("href", "{http://www.w3.org/1999/xlink}href", "xlink:href")
_OTHER_ADDRESSES = {
    "action", "background", "data", "formaction", "longdesc", "manifest", "ping", "poster", "src", "srcdoc", "srcset",
    "target",
}  # fmt: skip
"""Attributes that have no use in a sandboxed page."""
_UNSEEN = ("style", "title", "textarea", "template", "noscript")
_NEVER_SHOWN = frozenset(("style", "title"))
_MARK = "background:#ffe38a;color:#000;outline:2px solid #a3312a;outline-offset:1px;scroll-margin:20vh 0"
_LABEL_BEFORE = 40
"""The label of a value must be within so many characters before it, not counting white space."""


def rewrite(page: WebPage, link: Callable[[str], str], look: Look, words: str, label: str, says_nothing: str) -> bytes:
    """The page in UTF-8, with its look. `link` returns the new address for each link.

    `words`: the text to mark, if possible after `label`. `says_nothing`: shown in a page that has neither words nor
    pictures, such as one that scripts draw. Changes the tree of `page`.
    """
    base = base_url(page)
    _mark(page.tree, words, label)
    for element in list(page.tree.iter("link", "style")):
        _put_style(element, base, look)
    for element in list(page.tree.iter(etree.Comment, etree.ProcessingInstruction, *_LEFT_OUT)):
        if element.getparent() is not None:
            html.HtmlElement.drop_tree(element)
    for element in list(page.tree.iter(*_FRAMES)):
        _replace_frame(element, base, link)
    for element in page.tree.iter(etree.Element):
        picture = _picture(element, base, look)
        _put_styled(element, base, look)
        _rewrite_attributes(element, base, link)
        if picture:
            element.set("src", picture)
    if says_nothing and not page.tree.xpath("//img[@src]") and not visible_text(page, _NEVER_SHOWN, 0):
        notice = html.Element("p", style="margin:1em;font:1em sans-serif")
        notice.text = says_nothing
        (page.tree if (body := page.tree.find("body")) is None else body).insert(0, notice)
    head = page.tree.find("head")
    top = page.tree if head is None else head
    top.insert(0, html.Element("meta", charset="utf-8"))
    if properties := look.properties():
        top.insert(1, _style_element(properties))
    return html.tostring(page.tree, encoding="utf-8", doctype="<!doctype html>")  # type: ignore[no-any-return]


def _put_style(element: html.HtmlElement, base: str, look: Look) -> None:
    """Replaces a link to a style sheet by the sheet; inserts imports and pictures into style of the page itself."""
    if element.tag == "style":
        element.text = look.style(element.text or "", base)
    elif is_style_sheet(element) and (css := look.sheet(canonical_or_none(base, element.get("href", "")) or "")):
        sheet = _style_element(css, **({"media": element.get("media")} if element.get("media") else {}))
        sheet.tail, element.tail = element.tail, None
        element.addprevious(sheet)


def _style_element(css: str, **attributes: str) -> html.HtmlElement:
    element = html.Element("style", **attributes)
    element.text = css
    return element


def _picture(element: html.HtmlElement, base: str, look: Look) -> str:
    """The `data:` address of a picture; "" if the archive does not have it, and for other elements."""
    if element.tag != "img" and not (element.tag == "input" and element.get("type", "").lower() == "image"):
        return ""
    source = picture_source(element)
    return source if source.startswith("data:image/") else look.picture(canonical_or_none(base, source) or "")


def _put_styled(element: html.HtmlElement, base: str, look: Look) -> None:
    """Inserts pictures that attributes name: in `style`, and as backgrounds of tables in older pages."""
    style = element.get("style", "")
    if "url(" in style.lower():
        style = look.style(style, base)
        element.set("style", style)
    if behind := element.get("background"):
        address = "".join(f"\\{character}" if character in "\\'" else character for character in behind)
        element.set("style", look.style(f"background-image:url('{address}');{style}", base))


def _rewrite_attributes(element: html.HtmlElement, base: str, link: Callable[[str], str]) -> None:
    for name in [name for name in element.attrib if name.startswith("on") or name in _OTHER_ADDRESSES]:
        element.attrib.pop(name)
    for name in [name for name in _LINKS if name in element.attrib and not element.get(name).startswith("#")]:
        address = canonical_or_none(base, element.attrib.pop(name))
        if address:
            element.set("href", link(address))
            element.set("target", "_top")


def _replace_frame(element: html.HtmlElement, base: str, link: Callable[[str], str]) -> None:
    """Replaces a frame by a link, as its content is a separate page."""
    address, parent = canonical_or_none(base, element.get("src", "")), element.getparent()
    if parent is None:
        return
    shown = html.Element("a", href=element.get("src", "")) if address else html.Element("span")
    shown.text, shown.tail = address, element.tail
    parent.replace(element, shown)


class _Slot(NamedTuple):
    """A piece of text in the tree: the text of an element, or the text after it (tail)."""

    element: html.HtmlElement
    is_tail: bool
    text: str


def _mark(tree: html.HtmlElement, words: str, label: str) -> None:
    """Marks an occurrence of the words, if possible one after their label. Ignores white space."""
    slots = list(_slots(tree))
    places = [(at, index) for at, slot in enumerate(slots) for index, c in enumerate(slot.text) if not c.isspace()]
    squeezed = "".join(slots[at].text[index] for at, index in places)
    sought, before = "".join(words.split()), "".join(label.split())
    start = _best_place(squeezed, sought, before)
    if start < 0 or not sought:
        return
    spans: dict[int, list[int]] = {}
    for at, index in places[start : start + len(sought)]:
        spans.setdefault(at, []).append(index)
    # From the last one backwards, so that earlier positions stay valid.
    for at, indices in sorted(spans.items(), reverse=True):
        _wrap(slots[at], indices[0], indices[-1] + 1, first=at == min(spans))


def _best_place(text: str, sought: str, label: str) -> int:
    first = start = text.find(sought)
    while label and start >= 0:
        if label in text[max(0, start - _LABEL_BEFORE) : start]:
            return start
        start = text.find(sought, start + 1)
    return first


def _slots(element: html.HtmlElement) -> Iterator[_Slot]:
    """The visible text of a page, in order."""
    stack: list[tuple[html.HtmlElement, bool]] = [(element, False)]
    while stack:
        node, left = stack.pop()
        if left:
            if node.tail and node is not element:
                yield _Slot(node, True, node.tail)
            continue
        stack.append((node, True))
        if isinstance(node.tag, str) and node.tag not in _UNSEEN and node.tag not in _LEFT_OUT:
            if node.text:
                yield _Slot(node, False, node.text)
            stack += [(child, False) for child in reversed(node)]


def _wrap(slot: _Slot, start: int, stop: int, *, first: bool) -> None:
    mark = html.Element("mark", style=_MARK, **({"id": EVIDENCE} if first else {}))
    mark.text, mark.tail = slot.text[start:stop], slot.text[stop:]
    if slot.is_tail:
        parent = slot.element.getparent()
        slot.element.tail = slot.text[:start]
        parent.insert(parent.index(slot.element) + 1, mark)
    else:
        slot.element.text = slot.text[:start]
        slot.element.insert(0, mark)
