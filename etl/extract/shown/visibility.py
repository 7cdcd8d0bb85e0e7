"""Visibility on a page: writes the output of scripts into the tree, and decides which elements are hidden."""

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from lxml.html import HtmlElement

from etl.web.page import WebPage
from etl.web.script.document import SHOWN_BY_SCRIPT
from etl.web.script.interpreter import condition_holds
from etl.web.script.page_scripts import is_inline_code, run_scripts
from etl.web.script.scope import Function, Scope
from etl.web.script.values import unquote_literal

# `unescape("%3Cscript…` and `unescape("%3Cspan…` are how statistics and 党政机关 badges load their scripts: no text.
# Every alternative begins with a different character, so that the search looks only for these.
_OUTPUT_CALL = re.compile(
    r"document\.write(?:ln)?\((?!\s*unescape\(\s*[\"'](?:%3[Cc]|<)s)|\.(?:html|text|append|prepend|after|before)\(\s*[^\s)]"
    r"|\)\.(?:appendTo|prependTo|insertAfter|insertBefore|replaceWith)\(|innerHTML|innerText|textContent"
    r"|\.attr\(\s*[\"'](?:style|class|href|src|hidden)|setAttribute\(|insertAdjacentHTML"
    r"|\.(?:hide|show|toggle|remove|empty)\(|className\b|classList\b|display\b"
)
_CLASS_CALL = re.compile(r"Class\(\s*[\"']([\w -]+)")
# Matches from the equals sign on; the name before it is checked afterwards. A pattern that begins with a name would be
# tried at every character.
_ASSIGNMENT = re.compile(r"""=\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')\s*(?=[;,\n])""")
_NAME_BEFORE = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$]*)\s*$")
_MAX_NAME_CHARS = 60
_MAX_LITERALS_CHARS = 20_000
_MAX_WRITING_CHARS, _MAX_SETTING_CHARS = 6000, 2500
_MAX_TOTAL_CHARS = 100_000
"""Maximum length of a script that writes, of a script that only assigns, and of all scripts together: fragments that
print fields are short, code of widgets is not."""
_MAX_CSS_CHARS = 100_000
_NO_DISPLAY = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_CSS_COMMENT = re.compile(r"/\*(?:[^*]|\*(?!/))*+\*/")
_MEDIA = re.compile(r"@[\w-]+[^{};@]*+\{(?:[^{}]*+\{[^{}]*+\})*+[^{}]*+\}")
_DISPLAY = re.compile(r"\bdisplay\s*:\s*([a-z-]+)\s*(!\s*important)?", re.IGNORECASE)
_SIMPLE = re.compile(r"^[\w]*([.#])([\w-]+)$")
_TOGETHER = re.compile(r"(?:^|[\s>+~])\w*((?:\.[\w-]+){2,})$")
"""A selector that ends with several classes of one element: `.tabs .pane.active`."""
_CONDITION_ATTRIBUTES = frozenset({"ms-visible", "ms-if", "v-show", "v-if", "ng-show", "ng-if"})
VISIBILITY_ATTRIBUTES = frozenset({"style", "hidden", SHOWN_BY_SCRIPT, *_CONDITION_ATTRIBUTES})
"""Attributes that may hide or show an element."""
_TAB_CLASS = "tab-pane"
# Class names by which the common CSS frameworks hide an element at every width.
HIDDEN_CLASSES = frozenset(
    {"hide", "hidden", "d-none", "layui-hide", "ng-hide", "visually-hidden", "displaynone", "dn", "none", _TAB_CLASS}
)


def apply_script_output(page: WebPage) -> None:
    """Writes into the page's tree the output that its scripts make from literals."""
    names: dict[str, str] | None = None

    def look_up(name: str) -> str | None:
        nonlocal names
        if names is None:
            names = _string_variables(page)
        return names.get(name)

    styles, scope = ClassStyles(page), Scope()
    scripts = _scripts_that_show(page, styles, scope)
    run_scripts(page, scripts, scope, look_up=look_up, display_rules=styles.rules_of)


def _scripts_that_show(page: WebPage, styles: "ClassStyles", scope: Scope) -> Iterator[HtmlElement]:
    """The scripts that may show something by themselves or by what is in `scope`, as long as they are not too long
    together."""
    budget = _MAX_TOTAL_CHARS
    for script in page.elements["script"]:
        source = script.text or ""
        if not (_may_show_something(source, styles) or _calls(source, scope)) or not is_inline_code(script):
            continue
        budget -= len(source)
        if budget < 0:
            return
        yield script


def _calls(source: str, scope: Scope) -> bool:
    """Whether a short script calls a function of one that was read before it."""
    return len(source) <= _MAX_SETTING_CHARS and any(
        isinstance(value, Function) and f"{name}(" in source for name, value in scope.names.items()
    )


def _may_show_something(source: str, styles: "ClassStyles") -> bool:
    if len(source) > _MAX_WRITING_CHARS or (len(source) > _MAX_SETTING_CHARS and "document.write" not in source):
        return False
    writes, names = _calls_in(source)
    return writes or not HIDDEN_CLASSES.isdisjoint(names) or any(map(styles.rules_of, names))


@lru_cache(1024)  # pages of one site have the same scripts
def _calls_in(source: str) -> tuple[bool, frozenset[str]]:
    """Whether a script calls functions that write into a page; if not, the classes that it adds or removes."""
    if _OUTPUT_CALL.search(source):
        return True, frozenset()
    return False, frozenset(name for names in _CLASS_CALL.findall(source) for name in names.split())


def _string_variables(page: WebPage) -> dict[str, str]:
    """Strings that short scripts of the page assign, by variable; the first assignment counts."""
    strings: dict[str, str] = {}
    for script in page.elements["script"]:
        source = script.text or ""
        if len(source) <= _MAX_LITERALS_CHARS:
            for match in _ASSIGNMENT.finditer(source):
                equals = match.start()
                if name := _NAME_BEFORE.search(source[max(0, equals - _MAX_NAME_CHARS) : equals]):
                    strings.setdefault(name.group(1), unquote_literal(match.group(1)))
    return strings


@lru_cache(256)  # pages of one site have the same styles
def _display_rules(css: str) -> tuple[tuple[str, str, bool], ...]:
    """Selectors, value and importance of each rule of a style sheet that sets `display`; of a long one, none."""
    return tuple(_read_display_rules(css)) if _names_display(css) and len(css) <= _MAX_CSS_CHARS else ()


def _names_display(css: str) -> bool:
    return "isplay" in css or "ISPLAY" in css


def _read_display_rules(css: str) -> Iterator[tuple[str, str, bool]]:
    if "/*" in css:
        css = _CSS_COMMENT.sub(" ", css)
    if "@" in css:
        css = _MEDIA.sub("", css)
    for rule in css.split("}"):
        selectors, _, body = rule.rpartition("{")
        displays = _DISPLAY.findall(body) if _names_display(body) else None
        if displays:
            yield selectors, displays[-1][0].lower(), bool(displays[-1][1])


class ClassStyles:
    """The values of `display` in the page's style sheets for classes that scripts give to elements."""

    def __init__(self, page: WebPage) -> None:
        self._page = page

    @cached_property
    def _rules(self) -> list[tuple[str, str]]:
        """Selectors and their value of `display`; `!important` ones come last, because they override the others."""
        sheets = [style.text or "" for style in self._page.elements["style"]]
        rules = [rule for css in sheets for rule in _display_rules(css)]
        return [
            (selector.strip(), value)
            for selectors, value, _ in sorted(rules, key=lambda rule: rule[2])
            for selector in selectors.split(",")
        ]

    def rules_of(self, name: str) -> list[tuple[str, str]]:
        """The selectors with this class and the `display` that they set; those that take precedence come last."""
        near = (rule for rule in self._rules if f".{name}" in rule[0])
        return [rule for rule in near if re.search(rf"\.{re.escape(name)}(?![\w-])", rule[0])]


class Visibility:
    """Recognises hidden elements by their attributes, by the page's own style sheets and, with `by_names`, by classes
    that frameworks call what they hide.

    `hidden` and `shown` are the selectors (`.name`, `#name`) that these hide or show, `classes` and `ids` their names;
    `together` are the classes that show what one of them alone hides (`.pane.active`).
    """

    def __init__(self, page: WebPage, *, by_names: bool = True) -> None:
        self._names = HIDDEN_CLASSES if by_names else frozenset()
        self.hidden: set[str] = set()
        self.shown: set[str] = set()
        self.together: set[frozenset[str]] = set()
        for style in page.elements["style"]:
            self._read(style.text or "")
        names = self.hidden | self.shown
        self.classes = frozenset(name[1:] for name in names if name[0] == ".")
        self.ids = frozenset(name[1:] for name in names if name[0] == "#")

    def _read(self, css: str) -> None:
        for selectors, kind, important in _display_rules(css):
            for selector in selectors.split(","):
                match = _SIMPLE.match(selector.strip())
                if kind != "none" and selector.count(".") > 1 and (classes := _TOGETHER.search(selector.strip())):
                    self.together.add(frozenset(f".{name}" for name in classes[1].split(".") if name))
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
                hiding = self._names.intersection(classes)
                # Bootstrap shows only the active pane of its tabs.
                style = style or (bool(hiding) and not (hiding == {_TAB_CLASS} and "active" in classes))
                names += [f".{c}" for c in classes]
            elif name == "style":
                style = style or _NO_DISPLAY.search(value) is not None
            elif name == "id":
                names.append(f"#{value}")
            elif name == "hidden":
                hidden = True
            elif name == SHOWN_BY_SCRIPT:
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
            hidden = not self.hidden.isdisjoint(names)
            style = style or (hidden and not any(group.issubset(names) for group in self.together))
        return style
