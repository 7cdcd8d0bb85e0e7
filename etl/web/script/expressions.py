"""Expressions of a script, evaluated while they are read: literals, names, operators.

Unsupported code raises `UnknownError`, which ends its statement.
"""

import re
from collections.abc import Callable

from etl.web.script.document import MAX_DEPTH, STEP, Document
from etl.web.script.scope import BUILTINS, FORGOTTEN, Builtin, Function, Reference, Scope, as_object
from etl.web.script.tokens import Cursor
from etl.web.script.values import (
    UNDEFINED,
    Pattern,
    UnknownError,
    Value,
    add,
    calculate,
    compare,
    is_truthy,
    to_number,
    to_text,
    type_name,
    unquote_literal,
)

BROWSER_NAMES = frozenset(("this", "navigator", "location", "screen", "history", "Date", "Math", "arguments"))
_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None, "undefined": UNDEFINED}
_RANKS = {
    operator: rank
    for rank, operators in enumerate(("||", "&&", "== != === !==", "< > <= >=", "+ -", "* / %"), 1)
    for operator in operators.split()
}
_UNARY = frozenset(("!", "-", "+", "typeof"))
_POSTFIX = frozenset((".", "[", "("))
_HOLE = re.compile(r"\$\{([^{}`]*)\}")


class Evaluator(Cursor):
    """Evaluates expressions at the current position."""

    def __init__(
        self,
        source: str,
        look_up: Callable[[str], str | None],
        document: Document | None = None,
        scope: Scope | None = None,
    ) -> None:
        super().__init__(source)
        self.look_up = look_up
        self.document = document or Document()
        self.scope = scope or Scope()
        self.deferred: list[Function] = []

    # -- implemented by subclasses

    def member(self, value: Value, name: str) -> Value:
        """`value.name`."""
        raise NotImplementedError

    def item(self, value: Value, index: Value) -> Value:
        """`value[index]`."""
        raise NotImplementedError

    def call(self, value: Value, name: str) -> Value:
        """`value.name(…)`: the arguments come next."""
        raise NotImplementedError

    def call_value(self, value: Value, this: Value = None) -> Value:
        """`value(…)`, or a method of the object `this`: the arguments come next."""
        raise NotImplementedError

    # -- operators, by precedence

    def expression(self) -> Value:
        document = self.document
        document.depth += 1
        try:
            if document.depth > MAX_DEPTH:
                raise UnknownError
            value = self._binary(0)
            return self._chosen(value) if self.words[self.position] == "?" else value
        finally:
            document.depth -= 1

    def _deeper(self, read: Callable[[], Value]) -> Value:
        self.document.depth += 1
        try:
            if self.document.depth > MAX_DEPTH:
                raise UnknownError
            return read()
        finally:
            self.document.depth -= 1

    def _chosen(self, value: Value) -> Value:
        """The operand before or after `:`, depending on the condition; `?` comes next."""
        self.take("?")
        if is_truthy(as_object(value)):
            value = self.expression()
            self.take(":")
            self._pass_over()
            return value
        self._pass_over(":")
        self.take(":")
        return self.expression()

    def _binary(self, least: int) -> Value:
        """Operands joined by operators with a precedence above `least`."""
        value = self._unary() if self.words[self.position] in _UNARY else self._postfix()
        while (rank := _RANKS.get(self.words[self.position], 0)) > least:
            operator = self.words[self.position]
            self.position += 1
            if operator not in ("&&", "||"):
                value = self._operate(operator, value, self._binary(rank))
            elif is_truthy(as_object(value)) == (operator == "&&"):
                value = self._binary(rank)
            else:
                self._pass_over("||", "?", ":", *(("&&",) if operator == "&&" else ()))
        return value

    def _pass_over(self, *ends: str) -> None:
        start = self.position
        self.skip_operand(*ends)
        self.document.charge(self.position - start)

    def _operate(self, operator: str, left: Value, right: Value) -> Value:
        if operator == "+":
            return self.bounded(add(left, right))
        if operator in "-*/%":
            return calculate(operator, left, right)
        return compare(operator, as_object(left), as_object(right))

    def _unary(self) -> Value:
        """The next operand, with the operators before it."""
        operator = self.words[self.position]
        if operator not in _UNARY:
            return self._postfix()
        self.position += 1
        value = self._deeper(self._unary)
        if operator == "!":
            return not is_truthy(as_object(value))
        if operator == "typeof":
            return "function" if isinstance(value, Function) else type_name(value)
        return to_number(value) if operator == "+" else -to_number(value)

    def _postfix(self) -> Value:
        value = self._primary()
        while (word := self.words[self.position]) in _POSTFIX:
            if word == ".":
                self.position += 1
                name = self.take_name()
                if self.peek("("):
                    value = self.call(value, name)
                elif self.peek("=", "+="):
                    return Reference(value, name)
                else:
                    value = self.member(value, name)
            elif word == "[":
                self.position += 1
                index = self.expression()
                self.take("]")
                if self.peek("=", "+="):
                    return Reference(value, index)
                value = self.item(value, index)
            else:
                value = self.call_value(value)
        return value

    def bounded(self, value: Value) -> Value:
        return self.document.bounded(value) if isinstance(value, str) else value

    # -- operands

    def _primary(self) -> Value:
        self.document.charge(STEP)
        kind, text, _ = self.tokens[self.position]
        if kind == "str":
            self.position += 1
            return unquote_literal(text)
        if kind == "num":
            self.position += 1
            return float(text)
        if kind == "re":
            self.position += 1
            return Pattern(text)
        if kind == "template":
            self.position += 1
            return self._template(text)
        if kind == "name":
            self.position += 1
            return self._name(text)
        if text == "(":
            return self._bracketed()
        if text == "[":
            return self.items("[", "]")
        if text == "{":
            return self._object()
        raise UnknownError

    def _template(self, literal: str) -> str:
        """A template between backticks; the content of `${}` is an expression."""
        inside = literal[1:-1]
        parts: list[str] = []
        end = 0
        for hole in _HOLE.finditer(inside):
            parts.append(unquote_literal(f"`{inside[end : hole.start()]}`"))
            parts.append(to_text(self._nested(hole[1])))
            end = hole.end()
        if "${" in inside[end:] or any("${" in part for part in parts[::2]):
            raise UnknownError
        return self.document.bounded("".join([*parts, unquote_literal(f"`{inside[end:]}`")]))

    def _nested(self, source: str) -> Value:
        evaluator = type(self)(source, self.look_up, self.document, self.scope)
        value = evaluator.expression()
        if not evaluator.at_end():
            raise UnknownError
        return value

    def _bracketed(self) -> Value:
        closing = self.closing.get(self.position)
        if closing is not None and self.words[closing] == "=>":
            parameters = self._parameters()
            self.take("=>")
            return self._arrow(parameters)
        self.take("(")
        value = self.expression()
        self.take(")")
        return value

    def items(self, opening: str, closing: str) -> list[Value]:
        self.take(opening)
        items: list[Value] = []
        while not self.peek(closing):
            items.append(self.expression())
            if not self.accept(","):
                break
        self.take(closing)
        return items

    def _object(self) -> dict[str, Value]:
        self.take("{")
        members: dict[str, Value] = {}
        while not self.peek("}"):
            kind, text, _ = self.tokens[self.position]
            if kind not in ("str", "name", "num"):
                raise UnknownError
            self.position += 1
            self.take(":")
            members[unquote_literal(text) if kind == "str" else text] = self.expression()
            if not self.accept(","):
                break
        self.take("}")
        return members

    def _parameters(self) -> tuple[str, ...]:
        self.take("(")
        names = []
        while not self.peek(")"):
            names.append(self.take_name())
            if not self.accept(","):
                break
        self.take(")")
        return tuple(names)

    def _arrow(self, parameters: tuple[str, ...]) -> Function:
        start = self.position
        if self.peek("{"):
            self.skip_brackets()
            return Function(self, parameters, start, True, self.scope, is_arrow=True)
        self._pass_over()
        return Function(self, parameters, start, False, self.scope, is_arrow=True)

    def function_here(self) -> Function:
        """The function whose parameters come next, after `function` and its name."""
        parameters = self._parameters()
        start = self.position
        if not self.peek("{"):
            raise UnknownError
        self.skip_brackets()
        return Function(self, parameters, start, True, self.scope)

    def _name(self, name: str) -> Value:
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        if name == "function":
            if self.tokens[self.position][0] == "name":
                self.position += 1
            return self.function_here()
        if name == "new":
            if self.take_name() != "Array":
                raise UnknownError
            items = self.items("(", ")")
            if len(items) == 1:
                raise UnknownError
            return items
        if self.accept("=>"):
            return self._arrow((name,))
        return self.value_of(name)

    def value_of(self, name: str) -> Value:
        """The value of a name. Raises `UnknownError` if it is not known."""
        holder = self.scope.holder(name)
        if holder is not None:
            value = holder.names[name]
            if value is FORGOTTEN:
                raise UnknownError
            return value
        if name in BUILTINS:
            return Builtin(name)
        if name in BROWSER_NAMES or self.peek("("):
            raise UnknownError
        known = self.look_up(name)
        if known is None:
            raise UnknownError
        return known
