"""The addresses to which a page's scripts lead, found without running JavaScript: always (`location.href = "…"`), or
after a click (`window.open(…)`).

Only certain addresses count: not those in a condition that is not known, nor those built from anything but literals.
For redirects, an address in a function that is called elsewhere does not count either. A script that sets a cookie
belongs to a firewall and leads nowhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType

from lxml.html import HtmlElement

from etl.web.script.document import Document
from etl.web.script.dom import dom_node
from etl.web.script.interpreter import Reader
from etl.web.script.scope import Scope
from etl.web.script.tokens import program
from etl.web.script.values import UnknownError, Value, to_text, unquote_literal
from etl.web.site_cache import cached_for_site

_GO = re.compile(
    r"(?:(?:window|self|top|parent|document) \. ){0,2}location (?:\. href )?(?:= |\. (?P<call>replace|assign) \( )"
)
_OPEN = re.compile(r"(?:(?:window|self|top|parent) \. )?open \( ")
_LATER = re.compile(r"(?:window \. )?setTimeout \( (?P<function>function \( \) |\( \) => )?")
_GOES = re.compile(r"\blocation\s*(?:\.\s*(?:href|replace|assign)\b|=)")
_CALL = re.compile(r"([\w$]{1,60})\s*\(")
_LONGEST_WORDS = 10
"""Number of words in the longest beginning that either pattern matches."""
MAX_SCRIPT_CHARS = 20_000
"""Longest script that is read: scripts that redirect are short."""


def navigation_target(source: str) -> str | None:
    """The address, as it is written, to which the script takes every visitor; None if there is none, or several."""
    if len(source) > MAX_SCRIPT_CHARS or "location" not in source:
        return None
    reader = _NavigationReader(source, lambda _: None)
    if "cookie" in reader.words:
        return None
    reader.run()
    reader.run_deferred()
    uncertain = reader.undecided or reader.document.changes_content or len(reader.targets) != 1
    return None if uncertain else reader.targets.pop()


class _NavigationReader(Reader):
    """A `Reader` that also collects the addresses to which the script leads."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.targets: set[str] = set()
        self.undecided = False
        self._inactive = 0

    def run_if(self, active: bool) -> None:
        self._inactive += not active
        super().run_if(active)
        self._inactive -= not active

    def skip_statement(self) -> None:
        start = self.position
        super().skip_statement()
        if not self._inactive:
            self._note(start, self.position)

    def _forget(self, start: int, end: int) -> None:
        super()._forget(start, end)
        self._note(start, end)

    def _note(self, start: int, end: int) -> None:
        """Notes whether code that was not run may lead somewhere."""
        self.undecided = self.undecided or "location" in self.words[start:end]

    def expression_statement(self) -> None:
        ahead = _ahead(self)
        if match := _GO.match(ahead):
            self.position += match[0].count(" ")
            target = to_text(self.expression())
            if match["call"]:
                self.take(")")
            self.targets.add(target)
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
            nested = _NavigationReader(unquote_literal(text), self.look_up)
            nested.run()
            nested.run_deferred()
            self.position += 1
            self.targets |= nested.targets
            self.undecided = self.undecided or nested.undecided
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

    def call_value(self, value: Value) -> Value:
        reader = getattr(value, "reader", None)
        if not isinstance(reader, _ClickReader):
            return super().call_value(value)
        before, reader.opened = reader.opened, self.opened
        try:
            return super().call_value(value)
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
