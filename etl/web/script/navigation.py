"""The addresses to which a page's scripts lead, found without running JavaScript: always (`location.href = "…"`), or
after a click (`window.open(…)`).

Only certain addresses count: not those in a condition that is not known, nor those built from anything but literals.
For redirects, neither does an address in a function that the script itself does not call. A script that sets a cookie
belongs to a firewall and leads nowhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from etl.web.script.document import Document
from etl.web.script.dom import dom_node
from etl.web.script.interpreter import Reader
from etl.web.script.scope import Builtin, Function, Reference, Scope
from etl.web.script.tokens import program
from etl.web.script.values import UnknownError, Value, to_text, unquote_literal
from etl.web.site_cache import cached_for_site

_GO = re.compile(
    r"(?:(?:window|self|top|parent|document|this) \. ){0,2}location (?:\. href )?(?:= |\. (?P<call>replace|assign) \( )"
)
_OPEN = re.compile(r"(?:(?:window|self|top|parent) \. )?open \( ")
_LATER = re.compile(r"(?:window \. )?setTimeout \( (?P<function>function \( \) |\( \) => )?")
_GOES = re.compile(r"\blocation\s*(?:\.\s*(?:href|replace|assign)\b|=)")
_CALL = re.compile(r"([\w$]{1,60})\s*\(")
_SAME_WINDOW = ("_self", "_top", "_parent")
"""Names with which `window.open` shows an address in place of the page."""
_LONGEST_WORDS = 10
"""Number of words in the longest beginning that either pattern matches."""
MAX_SCRIPT_CHARS = 20_000
"""Longest script that is read: scripts that redirect are short."""


def navigation_target(source: str, url: str) -> str | None:
    """The address, as it is written, to which the script takes every visitor; None if there is none, or several.

    `url`: the address of the page, which scripts read as `location`.
    """
    if len(source) > MAX_SCRIPT_CHARS or not ("location" in source or "open" in source):
        return None
    reader = _NavigationReader(source, _location(url))
    if "cookie" in reader.words:
        return None
    reader.run()
    reader.run_deferred()
    uncertain = reader.undecided or reader.document.changes_content or len(reader.targets) != 1
    return None if uncertain else reader.targets.pop()


def _location(url: str) -> dict[str, Value]:
    """`window.location` of a page."""
    parts = urlsplit(url)
    return {
        "href": url,
        "protocol": f"{parts.scheme}:",
        "host": parts.netloc,
        "hostname": parts.hostname or "",
        "origin": f"{parts.scheme}://{parts.netloc}",
        "pathname": parts.path,
        "search": f"?{parts.query}" if parts.query else "",
    }


def _is_location(owner: Value, name: Value) -> bool:
    return isinstance(owner, Builtin) and owner.name in ("window", "document") and name == "location"


class _NavigationReader(Reader):
    """A `Reader` that also collects the addresses to which the script leads. `here`: `window.location`."""

    def __init__(
        self, source: str, here: dict[str, Value], document: Document | None = None, scope: Scope | None = None
    ) -> None:
        super().__init__(source, lambda _: None, document, scope)
        self.targets: set[str] = set()
        self._here = here
        self._undecided = False
        self._inactive = 0
        self._waiting: set[int] = set()
        """The places of functions that lead somewhere; `_called`: of functions that were run."""
        self._called: set[int] = set()

    @property
    def undecided(self) -> bool:
        """Whether code that was not run may lead somewhere."""
        return self._undecided or not self._waiting <= self._called

    def value_of(self, name: str) -> Value:
        return self._here if name == "location" and self.scope.holder(name) is None else super().value_of(name)

    def member(self, value: Value, name: str) -> Value:
        return self._here if _is_location(value, name) else super().member(value, name)

    def item(self, value: Value, index: Value) -> Value:
        return self._here if _is_location(value, index) else super().item(value, index)

    def _assign_member(self, target: Reference) -> None:
        is_here = target.owner is self._here
        if (_is_location(target.owner, target.name) or (is_here and target.name == "href")) and self.accept("="):
            self.targets.add(to_text(self.expression()))
        elif is_here:
            raise UnknownError
        else:
            super()._assign_member(target)

    def run_body(self, function: Function, arguments: list[Value], this: Value) -> Value:
        self._called.add(function.body)
        return super().run_body(function, arguments, this)

    def run_if(self, active: bool) -> None:
        self._inactive += not active
        super().run_if(active)
        self._inactive -= not active

    def skip_statement(self) -> None:
        start, is_part = self.position, self._skipping > 0
        super().skip_statement()
        if self._inactive or is_part:
            return
        if self.words[start] == "function":
            if "location" in self.words[start : self.position]:
                self._waiting.add(self.words.index("{", start))
        else:
            self._note(start, self.position)

    def _forget(self, start: int, end: int) -> None:
        super()._forget(start, end)
        self._note(start, end)

    def _note(self, start: int, end: int) -> None:
        """Notes whether code that was not run may lead somewhere."""
        self._undecided = self._undecided or "location" in self.words[start:end]

    def expression_statement(self) -> None:
        ahead = _ahead(self)
        if match := _GO.match(ahead):
            self.position += match[0].count(" ")
            target = to_text(self.expression())
            if match["call"]:
                self.take(")")
            self.targets.add(target)
        elif match := _OPEN.match(ahead):
            self.position += match[0].count(" ") - 1
            opened = self.items("(", ")")
            if len(opened) > 1 and opened[1] in _SAME_WINDOW:
                self.targets.add(to_text(opened[0]))
        elif match := _LATER.match(ahead):
            self.position += match[0].count(" ")
            self._later(bool(match["function"]))
        else:
            super().expression_statement()

    def _later(self, is_function: bool) -> None:
        """The first argument of `setTimeout`: a function, or a text that is a script."""
        kind, text, _ = self.tokens[self.position]
        if is_function:
            self.block()
        elif kind == "str":
            nested = _NavigationReader(unquote_literal(text), self._here, self.document, self.scope)
            nested.run()
            nested.run_deferred()
            self.position += 1
            self.targets |= nested.targets
            self._undecided = self._undecided or nested.undecided
        elif isinstance(function := self.expression(), Function):
            self.run_function(function, [])
        else:
            raise UnknownError
        while not self.peek(")"):
            if self.peek("") and self.tokens[self.position][0] == "end":
                raise UnknownError
            self.position += 1
        self.position += 1


@cached_for_site
def _calls_of_functions(source: str) -> Mapping[str, frozenset[str]]:
    """The calls in each function of a script; mentioning a location counts as calling `open`. Empty for a long
    script."""
    calls: dict[str, frozenset[str]] = {}
    has_functions = "function" in source or "=>" in source
    script = program(source if has_functions and len(source) <= MAX_SCRIPT_CHARS else "")
    for name, begin in _functions(script.words):
        brace = next((place for place in range(begin, len(script.words)) if script.words[place] == "{"), begin)
        inside = script.words[begin : script.closing.get(brace, len(script.words))]
        opened = ["open"] if "location" in inside else []
        calls[name] = frozenset(
            (*calls.get(name, ()), *opened, *(word for word, after in pairwise(inside) if after == "("))
        )
    return MappingProxyType(calls)


def _functions(words: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Name and beginning of what may be a function: `function a(`, `a = function`, `a: (`."""
    for place, (word, after) in enumerate(pairwise(words)):
        if word == "function" and after != "(":
            yield after, place
        elif word in ("=", ":") and after in ("function", "(", "async") and place:
            yield words[place - 1], place


class Clicks:
    """The targets of clicks, traced into the functions of the page's own scripts. No click changes the page."""

    def __init__(self, scripts: Iterable[str]) -> None:
        self._calls = {source: _calls_of_functions(source) for source in scripts}

    def opened(self, code: str, element: HtmlElement) -> str | None:
        """The one address, as it is written, that the handler of an element opens; None if it is not known."""
        if not _GOES.search(code) and self._opening.isdisjoint(_CALL.findall(code)):
            return None
        document, functions = self._read
        reader = _ClickReader(code, document, Scope(functions, {"this": dom_node(element)}))
        reader.run()
        return reader.opened.pop() if len(reader.opened) == 1 else None

    @cached_property
    def _opening(self) -> Set[str]:
        """The functions of browser and page that open an address, directly or through another function."""
        calls = [item for functions in self._calls.values() for item in functions.items()]
        opening = {"open"}
        while more := {name for name, called in calls if name not in opening and not opening.isdisjoint(called)}:
            opening |= more
        return opening

    @cached_property
    def _read(self) -> tuple[Document, Scope]:
        """The state of the scripts that have such functions, after they have run."""
        document, functions = Document(), Scope()
        for source, calls in self._calls.items():
            if not self._opening.isdisjoint(calls):
                _ClickReader(source, document, functions).run()
        return document, functions


class _ClickReader(Reader):
    """A `Reader` that also collects the addresses opened by the script or by functions of other scripts that it
    calls."""

    def __init__(self, source: str, document: Document, scope: Scope) -> None:
        super().__init__(source, lambda _: None, document, scope)
        self.opened: set[str] = set()

    def call_value(self, value: Value, this: Value = None) -> Value:
        reader = getattr(value, "reader", None)
        if not isinstance(reader, _ClickReader):
            return super().call_value(value, this)
        before, reader.opened = reader.opened, self.opened
        try:
            return super().call_value(value, this)
        finally:
            reader.opened = before

    def _call_of_browser(self, owner: str, name: str) -> Value:
        if owner == "window" and name == "open" and self.peek("("):
            return self._open()
        return super()._call_of_browser(owner, name)

    def _open(self) -> Value:
        """Notes the first argument of `window.open`; the others describe the window."""
        end = self.closing.get(self.position, len(self.tokens) - 1)
        self.position += 1
        self.opened.add(to_text(self.expression()))
        self.position = end
        return None

    def expression_statement(self) -> None:
        ahead = _ahead(self)
        if match := _GO.match(ahead):
            self.position += match[0].count(" ")
            self.opened.add(to_text(self.expression()))
            if match["call"]:
                self.take(")")
        elif match := _OPEN.match(ahead):
            self.position += match[0].count(" ") - 1
            self._open()
        else:
            super().expression_statement()


def _ahead(reader: Reader) -> str:
    return "".join(f"{word} " for word in reader.words[reader.position : reader.position + _LONGEST_WORDS])
