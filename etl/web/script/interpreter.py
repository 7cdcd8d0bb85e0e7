"""The effects of inline scripts on a page, found without running JavaScript.

Government templates print fields with fragments such as
`var d='2022-04-06'; if(d!=''){document.write('发布日期：'+d)}`, and rewrite what a database put into the page:
`if($(".yx span").html()=="是"){$(".yx span").html("现行有效")}`. The reader follows such code: values that are literals
or stand in the page, conditions, loops, functions, and what jQuery and the DOM do with elements. Whatever it does not
understand ends that statement without effect, and the names that the statement would have changed are unknown from
then on: it never guesses. Event handlers, timers and answers of servers are not run.
"""

import re
from collections.abc import Callable

from etl.web.script import dom
from etl.web.script.calls import Caller
from etl.web.script.document import MAX_DEPTH, STEP, ExhaustedError
from etl.web.script.jquery import Elements, Style
from etl.web.script.scope import FORGOTTEN, Builtin, Function, Reference, Scope, as_object
from etl.web.script.tokens import ASSIGNING
from etl.web.script.values import UNDEFINED, UnknownError, Value, add, calculate, compare, get_item, is_truthy, to_text

__all__ = ["Reader", "condition_holds"]
# `createPageHTML(7, 0, "index", "html")` and similar calls write links to other pages, not text of the document.
_PAGER = re.compile("page", re.IGNORECASE)
_LOOPS = frozenset(("for", "while", "do", "switch"))


class _ReturnSignal(Exception):
    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class _BreakSignal(Exception):
    pass


class _ContinueSignal(Exception):
    pass


class _UndecidedError(Exception):
    """It is not known whether the rest of this function or loop runs."""


class Reader(Caller):
    """Executes a script: `run` the statements that run at once, `run_deferred` those that wait for the page to load."""

    _in_function = False
    _in_loop = False

    def run(self) -> None:
        """Runs the script to its end, or until the scripts of the page have used up their allowed work."""
        try:
            self._declare_functions(0, len(self.tokens) - 1)
            while not self.at_end():
                self._advance()
        except ExhaustedError:
            self.document.drop_changes()

    def run_deferred(self) -> None:
        """Runs the functions that wait for the page to load: `$(function(){…})`, `window.onload`."""
        try:
            while self.deferred:
                try:
                    self.run_function(self.deferred.pop(0), [])
                    self.document.commit()
                except UnknownError:
                    self.document.drop_changes()
        except ExhaustedError:
            self.document.drop_changes()

    # -- statements

    def _advance(self) -> None:
        before = self.position
        self.statement()
        if self.position == before:
            self.position += 1

    def statement(self) -> None:
        """Runs one statement. If it is not understood, it has no effect, and the names that it would change are
        forgotten."""
        self.document.charge(STEP)
        self.document.commit()
        start = self.position
        self.document.depth += 1
        try:
            if self.document.depth > MAX_DEPTH:
                raise UnknownError
            self._statement()
            self.document.commit()
        except UnknownError:
            self.document.drop_changes()
            self.position = start
            self.skip_statement()
            self.document.charge(3 * (self.position - start))
            self._forget(start, self.position)
            if self._may_leave(start, self.position):
                raise _UndecidedError from None
        finally:
            self.document.depth -= 1

    def _statement(self) -> None:
        word = self.words[self.position]
        handler = _STATEMENTS.get(word)
        if handler is not None:
            handler(self)
        elif word == "do":
            raise UnknownError
        else:
            self.expression_statement()
            while self.accept(","):
                self.expression_statement()
            self._end_of_statement()

    def _end_of_statement(self) -> None:
        """Raises `UnknownError` if the statement continues in an unsupported way."""
        if not self.accept(";") and not self.peek("}") and not self.peek("else") and not self.line_ends():
            raise UnknownError

    def _empty(self) -> None:
        self.position += 1

    def block(self) -> None:
        """Runs the statements between the braces that come next."""
        closing = self.closing.get(self.position, len(self.tokens) - 1)
        self.take("{")
        self._declare_functions(self.position, closing - 1)
        while not self.peek("}") and not self.at_end():
            self._advance()
        self.accept("}")

    def _declare_functions(self, start: int, end: int) -> None:
        """Functions can be called before the place where they are declared."""
        back = self.position
        for declared in self.functions_between(start, end):
            self.position = declared + 1
            name = self.take_name()
            try:
                self.scope.names[name] = FORGOTTEN if _PAGER.search(name) else self.function_here()
            except UnknownError:
                self.scope.names[name] = FORGOTTEN
        self.position = back

    def _if(self) -> None:
        self.position += 1
        condition = self._bracketed_condition()
        self.run_if(condition)
        if self.accept("else"):
            self.run_if(not condition)

    def _bracketed_condition(self) -> bool:
        self.take("(")
        condition = self.condition()
        self.take(")")
        return condition

    def condition(self) -> bool:
        return is_truthy(as_object(self.expression()))

    def run_if(self, active: bool) -> None:
        """Runs or skips the next statement."""
        if active:
            self.statement()
        else:
            start = self.position
            self.skip_statement()
            self.document.charge(self.position - start)

    def _switch(self) -> None:
        self.position += 1
        self.take("(")
        value = self.expression()
        self.take(")")
        end = self.closing.get(self.position, len(self.tokens) - 1)
        self.take("{")
        default = None
        matched = False
        while not matched and self.position < end - 1:
            if self.accept("case"):
                matched = compare("===", value, self.expression())
                self.take(":")
            elif self.accept("default"):
                self.take(":")
                default = self.position
            else:
                self.run_if(False)
        if not matched:
            self.position = end if default is None else default
        self._loop(lambda: self._run_cases(end))
        self.position = end

    def _run_cases(self, end: int) -> None:
        while self.position < end - 1:
            if self.accept("case"):
                self.skip_operand(":")
                self.take(":")
            elif self.accept("default"):
                self.take(":")
            else:
                self._advance()

    def _loop(self, body: Callable[[], None]) -> bool:
        """Runs the body once; whether the loop goes on."""
        outer, self._in_loop = self._in_loop, True
        try:
            body()
        except _ContinueSignal:
            return True
        except _BreakSignal:
            return False
        except _UndecidedError:
            if self._in_function:
                raise
            raise UnknownError from None
        finally:
            self._in_loop = outer
        return True

    def _for(self) -> None:
        self.position += 1
        opening = self.position
        body = self.closing.get(opening, len(self.tokens) - 1)
        self.take("(")
        declared = 1 if self.peek("var", "let", "const") else 0
        if self.words[min(self.position + declared + 1, len(self.words) - 1)] in ("in", "of"):
            self._for_each(self.position + declared, body)
            return
        if not self.accept(";"):
            if declared:
                self._declaration()
            else:
                self.expression_statement()
                self.take(";")
        condition = self.position
        self._while_condition(condition, ";", body)

    def _for_each(self, at: int, body: int) -> None:
        self.position = at
        name = self.take_name()
        values = self.accept("of")
        self.position += not values
        items = self.expression()
        self.take(")")
        if not isinstance(items, list):
            raise UnknownError
        for index, item in enumerate(list(items)):
            self.position = body
            self.scope.assign(name, item if values else to_text(float(index)))
            if not self._loop(self.statement):
                break
        self.position = body
        self.skip_statement()

    def _while(self) -> None:
        self.position += 1
        body = self.closing.get(self.position, len(self.tokens) - 1)
        self.take("(")
        self._while_condition(self.position, ")", body)

    def _while_condition(self, condition: int, end: str, body: int) -> None:
        """Runs a loop, given the positions of its condition and body; after `;` comes the expression that ends a
        round."""
        while True:
            self.position = condition
            goes_on = self.peek(end) or self.condition()
            self.take(end)
            after = self.position
            self.position = body
            if not goes_on:
                break
            self.document.commit()
            if not self._loop(self.statement):
                break
            self.position = after
            if end == ";" and not self.peek(")"):
                self.expression_statement()
                self.take(")")
        self.position = body
        self.run_if(False)

    def _try(self) -> None:
        self.position += 1
        self.block()
        while self.peek("catch", "finally"):
            runs = self.accept("finally")
            if not runs:
                self.position += 1
                if self.peek("("):
                    self.skip_brackets()
            self.run_if(runs)

    def _return(self) -> None:
        if not self._in_function:
            raise UnknownError
        self.position += 1
        nothing = self.peek(";", "}") or self.line_ends()
        value = UNDEFINED if nothing else self.expression()
        if not nothing:
            self._end_of_statement()
        self.document.commit()
        raise _ReturnSignal(value)

    def _break(self) -> None:
        if not self._in_loop:
            raise UnknownError
        word = self.words[self.position]
        self.position += 1
        self._end_of_statement()
        raise _BreakSignal if word == "break" else _ContinueSignal

    def _declaration(self) -> None:
        self.position += 1
        while True:
            name = self.take_name()
            if self.accept("="):
                self.scope.names[name] = self.expression()
            elif self.scope.outer is not None or self.scope.holder(name) is None:
                self.scope.names[name] = UNDEFINED
            if not self.accept(","):
                break
        self._end_of_statement()

    def expression_statement(self) -> None:
        """An assignment, an increment or decrement, or an expression that is run for its effects."""
        kind, name, _ = self.tokens[self.position]
        if self.peek("++", "--"):
            self.position += 1
            self._count(self.words[self.position - 1], self.take_name())
        elif kind == "name" and self.peek_after("++", "--"):
            self.position += 2
            self._count(self.words[self.position - 1], name)
        elif kind == "name" and self.peek_after("=", "+=", "-="):
            self.position += 2
            operator = self.words[self.position - 1]
            value = self.expression()
            self.scope.assign(name, value if operator == "=" else self._changed(operator, self.value_of(name), value))
        else:
            target = self.expression()
            if isinstance(target, Reference):
                self._assign_member(target)

    def _count(self, operator: str, name: str) -> None:
        self.scope.assign(name, calculate("-", self.value_of(name), -1.0 if operator == "++" else 1.0))

    def _changed(self, operator: str, old: Value, value: Value) -> Value:
        return self.bounded(add(old, value)) if operator == "+=" else calculate("-", old, value)

    def _assign_member(self, target: Reference) -> None:
        operator = self.words[self.position]
        self.position += 1
        value = self.expression()
        owner, name = target.owner, target.name
        if isinstance(owner, Builtin) and owner.name == "window" and operator == "=":
            self._set_on_window(to_text(name), value)
        elif isinstance(owner, Elements):
            name = to_text(name)
            if operator == "+=" and name == "innerHTML" and owner.dom:
                dom.DOM["insertAdjacentHTML"](self.document, owner, ["beforeend", to_text(value)])
                return
            if operator == "+=":
                value = self._changed(operator, dom.get_element_member(self.document, owner, name), value)
            dom.set_element_member(self.document, owner, name, value)
        elif isinstance(owner, Style) and operator == "=":
            dom.set_style_member(self.document, owner, to_text(name), value)
        elif isinstance(owner, dict):
            name = to_text(name)
            owner[name] = value if operator == "=" else self._changed(operator, get_item(owner, name), value)
        elif isinstance(owner, list) and isinstance(name, float) and 0 <= name <= len(owner) and operator == "=":
            owner[int(name) : int(name) + 1] = [value]
        else:
            raise UnknownError

    def _set_on_window(self, name: str, value: Value) -> None:
        if name != "onload":
            self.scope.assign(name, value)
        elif isinstance(value, Function):
            self.deferred.append(value)
        else:
            raise UnknownError

    # -- functions

    def run_function(self, function: Function, arguments: list[Value], this: Value = None) -> Value:
        reader = function.reader
        return reader.run_body(function, arguments, this) if isinstance(reader, Reader) else UNDEFINED

    def run_body(self, function: Function, arguments: list[Value], this: Value) -> Value:
        """Runs a function of this script with the arguments and returns its result."""
        self.document.commit()
        filled = [*arguments, *[UNDEFINED] * len(function.parameters)]
        names: dict[str, Value] = dict(zip(function.parameters, filled, strict=False))
        if not function.is_arrow:
            names["this"] = FORGOTTEN if this is None else this
        before = (self.position, self.scope, self._in_function, self._in_loop)
        self.position, self.scope, self._in_function, self._in_loop = (
            function.body,
            Scope(function.scope, names),
            True,
            False,
        )
        try:
            if not function.is_block:
                return self.expression()
            self.block()
            return UNDEFINED
        except _ReturnSignal as signal:
            return signal.value
        except _UndecidedError:
            self._forget(function.body, self.closing.get(function.body, function.body))
            raise UnknownError from None
        finally:
            self.position, self.scope, self._in_function, self._in_loop = before

    # -- unsupported code

    def _forget(self, start: int, end: int) -> None:
        """Forgets the names that the tokens assign, and the lists and objects that they might change."""
        for position in range(start, end):
            kind, name, _ = self.tokens[position]
            if kind != "name" or (position and self.words[position - 1] == "."):
                continue
            assigned = self.words[position + 1] in ASSIGNING or (position and self.words[position - 1] in ("++", "--"))
            holder = self.scope.holder(name)
            if assigned or (holder is not None and isinstance(holder.names[name], (list, dict))):
                self.scope.assign(name, FORGOTTEN)

    def _may_leave(self, start: int, end: int) -> bool:
        """Whether a statement that was not understood may leave the function or loop that it is in."""
        if self._in_function and self.leaves(start, end, ("return", "throw")):
            return True
        return self._in_loop and self.words[start] not in _LOOPS and self.leaves(start, end, ("break", "continue"))


_STATEMENTS: dict[str, Callable[[Reader], None]] = {
    ";": Reader._empty,
    "{": Reader.block,
    "if": Reader._if,
    "for": Reader._for,
    "while": Reader._while,
    "switch": Reader._switch,
    "try": Reader._try,
    "return": Reader._return,
    "break": Reader._break,
    "continue": Reader._break,
    "function": lambda reader: reader.skip_statement(),
    **dict.fromkeys(("var", "let", "const"), Reader._declaration),
}


def condition_holds(expression: str) -> bool | None:
    """Whether a condition of literals (`"02"=="02"`) holds; None if it depends on more than literals."""
    reader = Reader(expression[:200], lambda _: None)
    try:
        holds = reader.condition()
    except (UnknownError, ExhaustedError):
        return None
    return holds if reader.at_end() else None
