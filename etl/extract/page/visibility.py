"""What is visible on the page: puts into the tree what scripts write, and tells which elements are hidden."""

import re

from lxml import etree, html

from etl.web.page import WebPage
from etl.web.script.interpreter import Effect, as_html, condition_holds, script_effects
from etl.web.script.values import unquote_literal

# `unescape("%3C…` is how statistics and 党政机关 badges load their scripts: no text of the page.
_OUTPUT_CALL = re.compile(
    r"document\.write(?:ln)?\((?!\s*unescape)|\.html\(['\"\w]|\.text\(['\"\w]|innerHTML|\.(?:hide|show)\(\)|\.css\(['\"]display"
)
_OUTPUT_WORDS = ("document.write", ".html(", ".text(", "innerHTML", ".hide()", ".show()", ".css(")
# Matches from the equals sign on; the name before it is looked up afterwards. A pattern that begins with a name is
# tried at every letter.
_ASSIGNMENT = re.compile(r"""=\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')\s*(?=[;,\n])""")
_NAME_BEFORE = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$]*)\s*$")
_MAX_NAME_CHARS = 60
_MAX_LITERALS_CHARS = 20_000
_MAX_WRITING_CHARS, _MAX_SETTING_CHARS = 6000, 2500
_MAX_TOTAL_CHARS = 100_000
"""Longest script that is read if it writes, if it only sets, and of all scripts together, in characters: fragments that
print fields are short, code of widgets is not."""
_MAX_TAGS_WALKED = 400_000
"""Most tags that are walked to find the elements that scripts name: 500 times a page of usual size."""
_NO_DISPLAY = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_MEDIA = re.compile(r"@[\w-]+[^{};@]*+\{(?:[^{}]*+\{[^{}]*+\})*+[^{}]*+\}")
_DISPLAY = re.compile(r"\bdisplay\s*:\s*([a-z-]+)\s*(!\s*important)?", re.IGNORECASE)
_SIMPLE = re.compile(r"^[\w]*([.#])([\w-]+)$")
_SHOWN_BY_SCRIPT = "data-gk-shown"
_CONDITION_ATTRIBUTES = frozenset({"ms-visible", "ms-if", "v-show", "v-if", "ng-show", "ng-if"})
VISIBILITY_ATTRIBUTES = frozenset({"style", "hidden", _SHOWN_BY_SCRIPT, *_CONDITION_ATTRIBUTES})
"""Attributes that can tell whether an element is shown."""
_TAB_CLASS = "tab-pane"
# Class names by which the common CSS frameworks hide an element at every width.
HIDDEN_CLASSES = frozenset(
    {"hide", "hidden", "d-none", "layui-hide", "ng-hide", "visually-hidden", "displaynone", "dn", "none", _TAB_CLASS}
)


def apply_script_output(page: WebPage) -> None:
    """Puts into the page's tree what its scripts write from literals."""
    names: dict[str, str] | None = None

    def look_up(name: str) -> str | None:
        nonlocal names
        if names is None:
            names = _string_variables(page)
        return names.get(name)

    budget = _MAX_TOTAL_CHARS
    steps = _MAX_TAGS_WALKED
    for script in page.elements["script"]:
        source = script.text or ""
        if len(source) > _MAX_WRITING_CHARS or not any(word in source for word in _OUTPUT_WORDS):
            continue
        if (len(source) > _MAX_SETTING_CHARS and "document.write" not in source) or not _OUTPUT_CALL.search(source):
            continue
        budget -= len(source)
        if budget < 0:
            return
        written: list[str] = []
        for effect in script_effects(source, look_up):
            if effect.action == "write":
                written.append(effect.value)
            elif steps > 0:
                steps -= page.text.count("<")
                _apply_effect(page.tree, effect)
        text = "".join(written)
        if text.strip() and "<script" not in text:
            _insert_after(script, text)


def _string_variables(page: WebPage) -> dict[str, str]:
    """Strings that short scripts of the page assign, by variable; the first assignment counts."""
    strings: dict[str, str] = {}
    for script in page.elements["script"]:
        if script.text and len(script.text) <= _MAX_LITERALS_CHARS:
            for match in _ASSIGNMENT.finditer(script.text):
                equals = match.start()
                if name := _NAME_BEFORE.search(script.text[max(0, equals - _MAX_NAME_CHARS) : equals]):
                    strings.setdefault(name.group(1), unquote_literal(match.group(1)))
    return strings


_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _parse_fragments(text: str) -> list[str | html.HtmlElement]:
    try:
        pieces = html.fragments_fromstring(_UNPRINTABLE.sub("", text))
    except (etree.LxmlError, ValueError):
        return []
    return [_UNPRINTABLE.sub("", piece) if isinstance(piece, str) else piece for piece in pieces]


def _insert_after(script: html.HtmlElement, text: str) -> None:
    parent = script.getparent()
    if parent is None:
        return
    tail, script.tail = script.tail, None
    holder = script
    for piece in _parse_fragments(text):
        if isinstance(piece, str):
            holder.tail = (holder.tail or "") + piece
        else:
            parent.insert(parent.index(holder) + 1, piece)
            holder = piece
    holder.tail = (holder.tail or "") + (tail or "")


def _apply_effect(tree: html.HtmlElement, effect: Effect) -> None:
    for element in _select(tree, effect.selector):
        if effect.action in ("reveal", "show"):
            element.set(_SHOWN_BY_SCRIPT, "1")
        elif effect.action == "hide":
            element.set("hidden", "")
        else:
            for child in list(element):
                element.remove(child)
            element.text = None
            for piece in _parse_fragments(as_html(effect)):
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
    """Tells hidden elements by their attributes and by the page's own style sheets.

    `hidden` and `shown` are the selectors (`.name`, `#name`) that these hide or show, `classes` and `ids` their names.
    """

    def __init__(self, page: WebPage) -> None:
        self.hidden: set[str] = set()
        self.shown: set[str] = set()
        if "display" in page.text:
            for style in page.elements["style"]:
                self._read(style.text or "")
        names = self.hidden | self.shown
        self.classes = frozenset(name[1:] for name in names if name[0] == ".")
        self.ids = frozenset(name[1:] for name in names if name[0] == "#")

    def _read(self, css: str) -> None:
        if "display" not in css or len(css) > 100_000 or not ("none" in css or "important" in css):
            return
        if "@" in css:
            css = _MEDIA.sub("", css)
        for rule in css.split("}"):
            selectors, _, body = rule.rpartition("{")
            displays = _DISPLAY.findall(body) if "display" in body else None
            if not displays:
                continue
            kind, important = displays[-1]
            for selector in selectors.split(","):
                match = _SIMPLE.match(selector.strip())
                if match and kind == "none":
                    self.hidden.add("".join(match.groups()))
                elif match and important:
                    self.shown.add("".join(match.groups()))

    def hides(self, attributes: list[tuple[str, str]]) -> bool:
        """Whether an element with these attributes is not shown."""
        names: list[str] = []
        style = hidden = False
        for name, value in attributes:
            if name == "class":
                classes = value.split()
                hiding = HIDDEN_CLASSES.intersection(classes)
                # Bootstrap shows the one pane of its tabs that is active.
                style = style or (bool(hiding) and not (hiding == {_TAB_CLASS} and "active" in classes))
                names += [f".{c}" for c in classes]
            elif name == "style":
                style = style or ("none" in value and _NO_DISPLAY.search(value) is not None)
            elif name == "id":
                names.append(f"#{value}")
            elif name == "hidden":
                hidden = True
            elif name == _SHOWN_BY_SCRIPT:
                return False
            elif name in _CONDITION_ATTRIBUTES:
                shown = condition_holds(value)
                if shown is not None:
                    return not shown
        if hidden:
            return True
        if names:
            if not self.shown.isdisjoint(names):
                return False
            style = style or not self.hidden.isdisjoint(names)
        return style
