"""What inline scripts write into a page from literals, read without running JavaScript.

Government templates print fields with fragments such as
`var d='2022-04-06'; if(d!=''){document.write('发布日期：'+d)}`. The reader below follows such straight-line code:
strings, `+`, comparisons, `if`, a few string methods, `document.write`, `$("#x").html(…)`, `.hide()`. Whatever it does
not understand ends that statement without effect: it never guesses.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import unquote

from etl.web.script.values import (
    Inner,
    Opaque,
    Pattern,
    Target,
    UnknownError,
    Value,
    add,
    call_string_method,
    compare,
    get_member,
    is_truthy,
    to_text,
    unquote_literal,
)

_TOKEN = re.compile(
    r"""\s+|//[^\n]*|/\*.*?\*/|<!--[^\n]*"""
    r"""|(?P<str>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`$]*`)"""
    r"""|(?P<num>\d+(?:\.\d+)?)"""
    r"""|(?P<name>[A-Za-z_$][\w$]*)"""
    r"""|(?P<re>(?<=[(,=:!&|?])\s*/(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[gimsuy]*)"""
    r"""|(?P<op>===|!==|==|!=|>=|<=|&&|\|\||\+=|\+\+|--|=>|[-+*/%=<>!?:;,.(){}\[\]&|^~])""",
    re.DOTALL,
)
_BROWSER_NAMES = frozenset(("new", "this", "typeof", "navigator", "location", "Date", "Math"))
_MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that a script does to the page.

    `action` is `write` (HTML `value` where the script stands), or at `selector`: `html` and `text` (sets the content),
    `reveal` (its content is written elsewhere), `hide`, `show`.
    """

    action: str
    value: str
    selector: str = ""


Token = tuple[str, str]


def script_effects(source: str, look_up: Callable[[str], str | None]) -> list[Effect]:
    """What the script does, in order. `look_up(name)` returns the string that another script of the page assigns to a
    name, or None."""
    reader = Reader(tokens_of(source), look_up)
    reader.run()
    return reader.effects


def tokens_of(source: str) -> list[Token]:
    """The words of a script without its comments: (kind, text)."""
    return [(kind, match.group()) for match in _TOKEN.finditer(source) if (kind := match.lastgroup)]


class Reader:
    """Follows the statements of a script from its first token on; `effects` is what they do."""

    def __init__(self, tokens: list[Token], look_up: Callable[[str], str | None]) -> None:
        self.tokens = [*tokens, ("end", "")]
        self.words = [text if kind in ("op", "name") else "" for kind, text in self.tokens]
        self.closing = _closing_brackets(self.words)
        self.position = 0
        self.depth = 0
        self.names: dict[str, Value] = {}
        self.effects: list[Effect] = []
        self.look_up = look_up

    # -- statements

    def run(self) -> None:
        while self.tokens[self.position][0] != "end":
            before = self.position
            self.statement()
            if self.position == before:
                self.position += 1

    def peek(self, *texts: str) -> bool:
        return self.words[self.position] in texts

    def take(self, text: str) -> None:
        if not self.peek(text):
            raise UnknownError
        self.position += 1

    def statement(self) -> None:
        if self.depth > _MAX_DEPTH:
            self.position = len(self.tokens) - 1
            return
        self.depth += 1
        start = self.position
        try:
            self._statement()
        except UnknownError:
            self.position = start
            self.skip_statement()
        finally:
            self.depth -= 1

    def _statement(self) -> None:
        if self.peek(";"):
            self.position += 1
        elif self.peek("{"):
            self.block()
        elif self.peek("if"):
            self.if_statement()
        elif self.peek("function", "for", "while", "do", "switch", "try", "return", "class"):
            self.skip_statement()
        elif self.peek("var", "let", "const"):
            self.position += 1
            self.declaration()
        elif not self.enter_load_handler():
            self.expression_statement()
            if self.peek(";"):
                self.position += 1

    def block(self) -> None:
        self.take("{")
        while not self.peek("}"):
            if self.tokens[self.position][0] == "end":
                return
            before = self.position
            self.statement()
            if self.position == before:
                self.position += 1
        self.position += 1

    def if_statement(self) -> None:
        self.position += 1
        self.take("(")
        condition = is_truthy(self.expression())
        self.take(")")
        self.run_if(condition)
        if self.peek("else"):
            self.position += 1
            self.run_if(not condition)

    def run_if(self, active: bool) -> None:
        if active:
            self.statement()
        else:
            self.skip_statement()

    def declaration(self) -> None:
        while True:
            kind, name = self.tokens[self.position]
            if kind != "name":
                raise UnknownError
            self.position += 1
            if self.peek("="):
                self.position += 1
                self.names.pop(name, None)
                self.names[name] = self.expression()
            if not self.peek(","):
                break
            self.position += 1
        if self.peek(";"):
            self.position += 1

    def enter_load_handler(self) -> bool:
        """Enters the body of `$(function(){…})`, `$(document).ready(function(){…})`, `window.onload=function(){…}`."""
        if not self.peek("$", "jQuery", "window", "(", "!"):
            return False
        text = "".join(t for _, t in self.tokens[self.position : self.position + 12])
        match = re.match(r"(?:(?:\$|jQuery)\((?:document\)\.ready\()?|window\.onload=|\(|!)function\(\$?\)\{", text)
        if not match:
            return False
        while not self.peek("{"):
            self.position += 1
        self.block()
        while self.peek(")", "(", ";"):
            self.position += 1
        return True

    def skip_statement(self) -> None:
        """Skips one statement without running it."""
        if self.peek("if", "for", "while", "switch", "function"):
            word = self.tokens[self.position][1]
            while not self.peek("("):
                if self.tokens[self.position][0] == "end" or self.peek("{", ";"):
                    break
                self.position += 1
            if self.peek("("):
                self.skip_brackets()
            self.skip_statement()
            while word == "if" and self.peek("else"):
                self.position += 1
                self.skip_statement()
            return
        if self.peek("{"):
            self.skip_brackets()
            return
        while self.tokens[self.position][0] != "end" and not self.peek("}"):
            if self.peek(";"):
                self.position += 1
                return
            if self.peek("(", "[", "{"):
                self.skip_brackets()
            else:
                self.position += 1

    def skip_brackets(self) -> None:
        self.position = self.closing.get(self.position, len(self.tokens) - 1)

    def expression_statement(self) -> None:
        kind, name = self.tokens[self.position]
        following = self.tokens[self.position + 1][1] if self.position + 1 < len(self.tokens) else ""
        if kind == "name" and following in ("=", "+="):
            self.position += 2
            old = self.names.get(name) if following == "+=" else None
            self.names.pop(name, None)
            value = self.expression()
            self.names[name] = value if following == "=" else add(old, value)
            return
        value = self.expression()
        if isinstance(value, Inner) and self.peek("="):
            self.position += 1
            self.effects.append(Effect("html", to_text(self.expression()), value.selector))

    # -- expressions, by precedence

    def expression(self) -> Value:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise UnknownError
        try:
            value = self.or_expression()
            if self.peek("?"):
                self.position += 1
                yes = self.expression()
                self.take(":")
                no = self.expression()
                value = yes if is_truthy(value) else no
            return value
        finally:
            self.depth -= 1

    def or_expression(self) -> Value:
        value = self.and_expression()
        while self.peek("||"):
            self.position += 1
            other = self.and_expression()
            value = value if is_truthy(value) else other
        return value

    def and_expression(self) -> Value:
        value = self.comparison()
        while self.peek("&&"):
            self.position += 1
            other = self.comparison()
            value = other if is_truthy(value) else value
        return value

    def comparison(self) -> Value:
        value = self.sum()
        while self.peek("==", "===", "!=", "!==", ">", "<", ">=", "<="):
            operator = self.tokens[self.position][1]
            self.position += 1
            value = compare(operator, value, self.sum())
        return value

    def sum(self) -> Value:
        value = self.unary()
        while self.peek("+", "-"):
            operator = self.tokens[self.position][1]
            self.position += 1
            other = self.unary()
            if operator == "+":
                value = add(value, other)
            elif isinstance(value, float) and isinstance(other, float):
                value = value - other
            else:
                raise UnknownError
        return value

    def unary(self) -> Value:
        if self.peek("!"):
            self.position += 1
            return not is_truthy(self.unary())
        return self.postfix()

    def postfix(self) -> Value:
        value = self.primary()
        while True:
            if self.peek("."):
                self.position += 1
                _, name = self.tokens[self.position]
                self.position += 1
                value = self.call(value, name) if self.peek("(") else get_member(value, name)
            elif self.peek("["):
                self.position += 1
                index = self.expression()
                self.take("]")
                if not (isinstance(value, list) and isinstance(index, float) and 0 <= index < len(value)):
                    raise UnknownError
                value = value[int(index)]
            else:
                return value

    def primary(self) -> Value:
        kind, text = self.tokens[self.position]
        self.position += 1
        if kind == "str":
            return unquote_literal(text)
        if kind == "num":
            return float(text)
        if kind == "re":
            return Pattern(text.strip())
        if kind == "op" and text == "(":
            value = self.expression()
            self.take(")")
            return value
        if kind == "op" and text in "{[":
            self.position -= 1
            self.skip_brackets()
            return Opaque()
        if kind != "name":
            raise UnknownError
        return self.identifier(text)

    def identifier(self, name: str) -> Value:
        if name in ("true", "false"):
            return name == "true"
        if name in ("null", "undefined"):
            return None
        if name == "function":
            while not self.peek("{"):
                if self.tokens[self.position][0] == "end":
                    raise UnknownError
                self.position += 1
            self.skip_brackets()
            return Opaque()
        if name in ("$", "jQuery", "unescape", "decodeURIComponent", "String", "trim") and self.peek("("):
            arguments = self.arguments()
            if len(arguments) != 1 or not isinstance(arguments[0], str):
                raise UnknownError
            if name in ("$", "jQuery"):
                return Target(arguments[0])
            return unquote(arguments[0]) if name in ("unescape", "decodeURIComponent") else arguments[0].strip()
        if name in ("document", "window"):
            return Target(name)
        if name in self.names:
            return self.names[name]
        if name in _BROWSER_NAMES:
            raise UnknownError
        found = self.look_up(name)
        if found is None:
            raise UnknownError
        return found

    def arguments(self) -> list[Value]:
        self.take("(")
        found: list[Value] = []
        while not self.peek(")"):
            found.append(self.expression())
            if not self.peek(","):
                break
            self.position += 1
        self.take(")")
        return found

    def call(self, value: Value, name: str) -> Value:
        arguments = self.arguments()
        if isinstance(value, Target):
            return self.call_on_target(value, name, arguments)
        if isinstance(value, Inner):
            return value
        if isinstance(value, str):
            return call_string_method(value, name, arguments)
        raise UnknownError

    def call_on_target(self, target: Target, name: str, arguments: list[Value]) -> Value:
        if target.selector == "document":
            if name in ("write", "writeln"):
                for argument in arguments:
                    if isinstance(argument, Inner):
                        self.effects.append(Effect("reveal", "", argument.selector))
                    else:
                        self.effects.append(Effect("write", to_text(argument)))
                return None
            if name == "getElementById" and len(arguments) == 1:
                return Target("#" + to_text(arguments[0]))
        elif name in ("html", "text"):
            if not arguments:
                return Inner(target.selector)
            self.effects.append(Effect(name, to_text(arguments[0]), target.selector))
            return target
        elif name in ("hide", "show") or (name == "css" and arguments and arguments[0] == "display"):
            hidden = name == "hide" or (name == "css" and arguments[1:] == ["none"])
            self.effects.append(Effect("hide" if hidden else "show", "", target.selector))
            return target
        raise UnknownError


def _closing_brackets(words: list[str]) -> dict[int, int]:
    """For each opening bracket, the position after its closing one."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    for position, word in enumerate(words):
        if word in ("(", "[", "{"):
            opened.append(position)
        elif word in (")", "]", "}") and opened:
            closing[opened.pop()] = position + 1
    return closing


def condition_holds(expression: str) -> bool | None:
    """Whether a condition of literals (`"02"=="02"`) holds; None if it depends on more than literals."""
    tokens = [(m.lastgroup, m.group(m.lastgroup)) for m in _TOKEN.finditer(expression[:200]) if m.lastgroup]
    reader = Reader(tokens, lambda _: None)
    try:
        value = is_truthy(reader.expression())
    except UnknownError:
        return None
    return value if reader.tokens[reader.position][0] == "end" else None


def as_html(effect: Effect) -> str:
    """The HTML that the effect puts into the page."""
    return escape(effect.value, quote=False) if effect.action == "text" else effect.value
