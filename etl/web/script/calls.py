"""Members and calls: the results and effects of methods and functions of the browser, of jQuery and of the script."""

import re
from collections.abc import Callable
from functools import partial
from urllib.parse import unquote

from etl.web.script import dom
from etl.web.script.expressions import BROWSER_NAMES, Evaluator
from etl.web.script.jquery import EVENTS, JQUERY, READS, ClassList, Elements, Inner, InnerMarkup, set_display, wrap
from etl.web.script.scope import Builtin, Function
from etl.web.script.values import (
    UNDEFINED,
    UnknownError,
    Value,
    call_list_method,
    call_string_method,
    get_item,
    get_member,
    parse_number,
    to_number,
    to_text,
    trim,
)

_VALUE_METHODS = frozenset(
    "indexOf lastIndexOf includes startsWith endsWith trim toLowerCase toUpperCase toString valueOf concat split "
    "replace replaceAll substring substr slice charAt join push pop shift reverse map forEach".split()
)
_UNICODE = re.compile("%u([0-9a-fA-F]{4})|%([0-9a-fA-F]{2})")
"""What `unescape` knows besides: `%u4E00`."""
_CHANGES = frozenset(("replace", "replaceAll"))
_MAX_ITEMS = 10_000
_DOCUMENT_METHODS = frozenset(
    "write writeln getElementById getElementsByClassName getElementsByTagName querySelector querySelectorAll "
    "createElement".split()
)
_LISTENERS = frozenset(("ready", "load", "on", "addEventListener"))
_LOADED = frozenset(("ready", "load", "DOMContentLoaded"))


class Caller(Evaluator):
    """Evaluates expressions with the calls in them."""

    def run_function(self, function: Function, arguments: list[Value], this: Value = None) -> Value:
        """Runs the function and returns its result. Raises `UnknownError` if that is not known."""
        raise NotImplementedError

    def member(self, value: Value, name: str) -> Value:
        if isinstance(value, Elements):
            return dom.get_element_member(self.document, value, name)
        if value == Builtin("document") and name == "body":
            return dom.dom_node(next(iter(self.document.select("body")), None))
        if value == Builtin("window") and name not in BROWSER_NAMES:
            return self.value_of(name)
        return get_member(value, name)

    def item(self, value: Value, index: Value) -> Value:
        if isinstance(value, Elements):
            return JQUERY["get"](self.document, value, [index])
        return get_item(value, index)

    def call(self, value: Value, name: str) -> Value:
        """`value.name(…)`. A method that is not known is no reason to evaluate its arguments."""
        if isinstance(value, Elements):
            return self._call_on_elements(value, name)
        if isinstance(value, ClassList) and name in dom.CLASS_LIST:
            dom.CLASS_LIST[name](self.document, value.elements, self.items("(", ")"))
            return UNDEFINED
        if isinstance(value, Builtin):
            return self._call_of_browser(value.name, name)
        if isinstance(value, dict) and isinstance(value.get(name), Function):
            return self.call_value(value[name], value)
        if name not in _VALUE_METHODS:
            raise UnknownError
        arguments = self.items("(", ")")
        if isinstance(value, Inner):
            return value
        if isinstance(value, list) and name in ("forEach", "map"):
            return self._each_item(value, arguments, name)
        if isinstance(value, list):
            self.document.charge(len(value))
            if len(value) > _MAX_ITEMS:
                raise UnknownError
            return call_list_method(value, name, arguments)
        if isinstance(value, float) and name == "toString" and not arguments:
            return to_text(value)
        if not isinstance(value, str):
            raise UnknownError
        self.document.bounded(value)
        if name == "replace" and isinstance(arguments[-1], Function):
            arguments[-1] = partial(self._replacement, arguments[-1])
        if name in _CHANGES and isinstance(value, InnerMarkup):
            return self._changed_markup(value, name, arguments)
        return self.bounded(call_string_method(value, name, arguments))

    def _changed_markup(self, markup: InnerMarkup, name: str, arguments: list[Value]) -> Value:
        """The element itself, if the change of its markup is not understood."""
        try:
            changed = self.bounded(call_string_method(markup, name, arguments))
        except UnknownError:
            return Inner(markup.element)
        return InnerMarkup.of(markup.element, changed) if isinstance(changed, str) else changed

    def _replacement(self, function: Function, text: str) -> str:
        return to_text(self.run_function(function, [text]))

    def _call_on_elements(self, target: Elements, name: str) -> Value:
        if name == "each" and not target.dom:
            function = self._one_function()
            for index, item in enumerate(target.known()):
                element = Elements((item,), dom=True)
                if self.run_function(function, [float(index), element], element) is False:
                    break
            return target
        method = (dom.DOM if target.dom else JQUERY).get(name)
        if method is None:
            raise UnknownError
        return method(self.document, target, self.items("(", ")"))

    def _one_function(self) -> Function:
        match self.items("(", ")"):
            case [Function() as function]:
                return function
        raise UnknownError

    def _each_item(self, items: Value, arguments: list[Value], name: str) -> Value:
        match items, arguments:
            case list(), [Function() as function]:
                pass
            case _:
                raise UnknownError
        results = []
        for index, item in enumerate(list(items)):
            order = [float(index), item] if name == "each" else [item, float(index)]
            results.append(self.run_function(function, order, item))
            if name == "each" and results[-1] is False:
                break
        return results if name == "map" else UNDEFINED

    def _call_of_browser(self, owner: str, name: str) -> Value:
        if owner in ("$", "jQuery"):
            if name == "trim":
                return _trimmed(self.items("(", ")"))
            if name == "each":
                items, *rest = self.items("(", ")") or [None]
                if isinstance(items, Elements):
                    items = dom.dom_list(items.known())
                return self._each_item(items, rest, "each")
        elif owner == "document" and name in _DOCUMENT_METHODS:
            return self._call_on_document(name, self.items("(", ")"))
        elif owner in ("document", "window", "$(document)") and name in _LISTENERS:
            return self._listen(name, self.items("(", ")"))
        elif owner == "$(document)" and name == "find":
            return wrap(self.document, *self.items("(", ")"))
        elif owner == "window":
            return self.call_value(self.value_of(name))
        raise UnknownError

    def _listen(self, name: str, arguments: list[Value]) -> Value:
        """Functions that run when the page is loaded run at the end; handlers of other events never run."""
        match name, arguments:
            case "ready" | "load", [Function() as function]:
                self.deferred.append(function)
            case "on" | "addEventListener", [str(event), Function() as function, *_] if event in _LOADED:
                self.deferred.append(function)
            case _:
                raise UnknownError
        return UNDEFINED

    def _call_on_document(self, name: str, arguments: list[Value]) -> Value:
        if name in ("write", "writeln"):
            for argument in arguments:
                if isinstance(argument, Inner):
                    set_display(self.document, Elements((argument.element,)), "block")
                else:
                    self.document.later(partial(self.document.written.append, to_text(argument)))
            self.document.changes_content = True
            return UNDEFINED
        match name, arguments:
            case "createElement", [str(tag)] if tag.isalnum() and tag.isascii():
                new = self.document.new_elements(f"<{tag}></{tag}>")
                if len(new) != 1:
                    raise UnknownError
                return Elements(tuple(new), dom=True)
            case "getElementById", [identifier]:
                selector = f'[id="{to_text(identifier)}"]' if not _plain(identifier) else f"#{identifier}"
            case "getElementsByClassName", _:
                selector = dom.class_selector(arguments)
            case _, [str(selector)]:
                pass
            case _:
                raise UnknownError
        if self.document.tree is None:
            return Elements(None, dom=True)
        elements = dom.dom_list(self.document.select(selector))
        return elements if name.startswith("getElementsBy") or name.endswith("All") else (elements or [None])[0]

    def call_value(self, value: Value, this: Value = None) -> Value:
        arguments = self.items("(", ")")
        if isinstance(value, Function):
            return self.run_function(value, arguments, this)
        if not isinstance(value, Builtin):
            raise UnknownError
        if value.name in ("$", "jQuery"):
            return self._jquery(arguments)
        if value.name in _FUNCTIONS:
            return _FUNCTIONS[value.name](arguments)
        raise UnknownError

    def _jquery(self, arguments: list[Value]) -> Value:
        match arguments:
            case [Function() as function]:
                self.deferred.append(function)
                return UNDEFINED
            case [Builtin(name="document" | "window")]:
                return Builtin("$(document)")
            case [first] | [first, _]:
                if not self._chain_matters():
                    return Elements(())
                return wrap(self.document, first, *arguments[1:])
        raise UnknownError

    def _chain_matters(self) -> bool:
        """Whether the methods that are called on the elements do more than to register handlers.

        Raises `UnknownError` for an unknown method. Looking ahead avoids searching the page for most widgets.
        """
        position, names = self.position, []
        while self.words[position] == ".":
            name = self.tokens[position + 1][1]
            if self.words[position + 2] != "(":
                names.append("")
                break
            if name not in JQUERY and name != "each":
                raise UnknownError
            names.append(name)
            if name in READS:
                break
            position = self.closing.get(position + 2, len(self.tokens) - 1)
        return not names or not EVENTS.issuperset(names)


def _plain(identifier: Value) -> bool:
    return isinstance(identifier, str) and re.fullmatch(r"[\w-]+", identifier) is not None


def _trimmed(arguments: list[Value]) -> str:
    """`$.trim(x)`: of nothing it is an empty text."""
    match arguments:
        case [value]:
            return "" if value is None or value is UNDEFINED else trim(to_text(value))
    raise UnknownError


def _unescaped(arguments: list[Value]) -> str:
    match arguments:
        case [str(text)]:
            if "%u" not in text:
                return unquote(text)
            halves = _UNICODE.sub(lambda match: chr(int(match[1] or match[2], 16)), text)
            return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    raise UnknownError


def _one(function: Callable[[Value], Value]) -> Callable[[list[Value]], Value]:
    def call(arguments: list[Value]) -> Value:
        if len(arguments) != 1:
            raise UnknownError
        return function(arguments[0])

    return call


_FUNCTIONS: dict[str, Callable[[list[Value]], Value]] = {
    "parseInt": partial(parse_number, whole=True),
    "parseFloat": partial(parse_number, whole=False),
    "Number": _one(to_number),
    "isNaN": _one(lambda value: to_number(value) != to_number(value)),
    "String": _one(to_text),
    "trim": _trimmed,
    "unescape": _unescaped,
    "decodeURI": _unescaped,
    "decodeURIComponent": _unescaped,
}
