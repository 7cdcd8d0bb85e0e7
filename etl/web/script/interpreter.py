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
    """What a script does: `write` HTML where it stands; `html`, `text`, `reveal`, `hide`, `show` at a selector."""

    action: str
    value: str
    selector: str = ""


_Token = tuple[str, str]


def script_effects(source: str, look_up: Callable[[str], str | None]) -> list[Effect]:
    """What the script does, in order. `look_up` gives the literal that a name has elsewhere in the page, if any."""
    tokens: list[_Token] = [(kind, match.group()) for match in _TOKEN.finditer(source) if (kind := match.lastgroup)]
    reader = _Reader(tokens, look_up)
    reader.run()
    return reader.effects


class _Reader:
    def __init__(self, tokens: list[_Token], look_up: Callable[[str], str | None]) -> None:
        self.tokens = [*tokens, ("end", "")]
        self.words = [text if kind in ("op", "name") else "" for kind, text in self.tokens]
        self.closing = _closing_brackets(self.words)
        self.at = 0
        self.depth = 0
        self.names: dict[str, Value] = {}
        self.effects: list[Effect] = []
        self.look_up = look_up

    # -- statements

    def run(self) -> None:
        while self.tokens[self.at][0] != "end":
            before = self.at
            self.statement()
            if self.at == before:
                self.at += 1

    def peek(self, *texts: str) -> bool:
        return self.words[self.at] in texts

    def take(self, text: str) -> None:
        if not self.peek(text):
            raise UnknownError
        self.at += 1

    def statement(self) -> None:
        if self.depth > _MAX_DEPTH:
            self.at = len(self.tokens) - 1
            return
        self.depth += 1
        start = self.at
        try:
            self._statement()
        except UnknownError:
            self.at = start
            self.skip()
        finally:
            self.depth -= 1

    def _statement(self) -> None:
        if self.peek(";"):
            self.at += 1
        elif self.peek("{"):
            self.block()
        elif self.peek("if"):
            self.branch()
        elif self.peek("function", "for", "while", "do", "switch", "try", "return", "class"):
            self.skip()
        elif self.peek("var", "let", "const"):
            self.at += 1
            self.declaration()
        elif not self.on_load():
            self.expression_statement()
            if self.peek(";"):
                self.at += 1

    def block(self) -> None:
        self.take("{")
        while not self.peek("}"):
            if self.tokens[self.at][0] == "end":
                return
            before = self.at
            self.statement()
            if self.at == before:
                self.at += 1
        self.at += 1

    def branch(self) -> None:
        self.at += 1
        self.take("(")
        held = is_truthy(self.expression())
        self.take(")")
        self.either(held)
        if self.peek("else"):
            self.at += 1
            self.either(not held)

    def either(self, active: bool) -> None:
        if active:
            self.statement()
        else:
            self.skip()

    def declaration(self) -> None:
        while True:
            kind, name = self.tokens[self.at]
            if kind != "name":
                raise UnknownError
            self.at += 1
            if self.peek("="):
                self.at += 1
                self.names.pop(name, None)
                self.names[name] = self.expression()
            if not self.peek(","):
                break
            self.at += 1
        if self.peek(";"):
            self.at += 1

    def on_load(self) -> bool:
        """Enters the body of `$(function(){…})`, `$(document).ready(function(){…})`, `window.onload=function(){…}`."""
        if not self.peek("$", "jQuery", "window", "(", "!"):
            return False
        text = "".join(t for _, t in self.tokens[self.at : self.at + 12])
        match = re.match(r"(?:(?:\$|jQuery)\((?:document\)\.ready\()?|window\.onload=|\(|!)function\(\$?\)\{", text)
        if not match:
            return False
        while not self.peek("{"):
            self.at += 1
        self.block()
        while self.peek(")", "(", ";"):
            self.at += 1
        return True

    def skip(self) -> None:
        """Past one statement, without effect."""
        if self.peek("if", "for", "while", "switch", "function"):
            word = self.tokens[self.at][1]
            while not self.peek("("):
                if self.tokens[self.at][0] == "end" or self.peek("{", ";"):
                    break
                self.at += 1
            if self.peek("("):
                self.balanced()
            self.skip()
            while word == "if" and self.peek("else"):
                self.at += 1
                self.skip()
            return
        if self.peek("{"):
            self.balanced()
            return
        while self.tokens[self.at][0] != "end" and not self.peek("}"):
            if self.peek(";"):
                self.at += 1
                return
            if self.peek("(", "[", "{"):
                self.balanced()
            else:
                self.at += 1

    def balanced(self) -> None:
        self.at = self.closing.get(self.at, len(self.tokens) - 1)

    def expression_statement(self) -> None:
        kind, name = self.tokens[self.at]
        following = self.tokens[self.at + 1][1] if self.at + 1 < len(self.tokens) else ""
        if kind == "name" and following in ("=", "+="):
            self.at += 2
            old = self.names.get(name) if following == "+=" else None
            self.names.pop(name, None)
            value = self.expression()
            self.names[name] = value if following == "=" else add(old, value)
            return
        value = self.expression()
        if isinstance(value, Inner) and self.peek("="):
            self.at += 1
            self.effects.append(Effect("html", to_text(self.expression()), value.selector))

    # -- expressions, by precedence

    def expression(self) -> Value:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise UnknownError
        try:
            value = self.either_or()
            if self.peek("?"):
                self.at += 1
                yes = self.expression()
                self.take(":")
                no = self.expression()
                value = yes if is_truthy(value) else no
            return value
        finally:
            self.depth -= 1

    def either_or(self) -> Value:
        value = self.both()
        while self.peek("||"):
            self.at += 1
            other = self.both()
            value = value if is_truthy(value) else other
        return value

    def both(self) -> Value:
        value = self.compared()
        while self.peek("&&"):
            self.at += 1
            other = self.compared()
            value = other if is_truthy(value) else value
        return value

    def compared(self) -> Value:
        value = self.added()
        while self.peek("==", "===", "!=", "!==", ">", "<", ">=", "<="):
            operator = self.tokens[self.at][1]
            self.at += 1
            value = compare(operator, value, self.added())
        return value

    def added(self) -> Value:
        value = self.unary()
        while self.peek("+", "-"):
            operator = self.tokens[self.at][1]
            self.at += 1
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
            self.at += 1
            return not is_truthy(self.unary())
        return self.postfix()

    def postfix(self) -> Value:
        value = self.primary()
        while True:
            if self.peek("."):
                self.at += 1
                _, name = self.tokens[self.at]
                self.at += 1
                value = self.call(value, name) if self.peek("(") else get_member(value, name)
            elif self.peek("["):
                self.at += 1
                index = self.expression()
                self.take("]")
                if not (isinstance(value, list) and isinstance(index, float) and 0 <= index < len(value)):
                    raise UnknownError
                value = value[int(index)]
            else:
                return value

    def primary(self) -> Value:
        kind, text = self.tokens[self.at]
        self.at += 1
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
            self.at -= 1
            self.balanced()
            return Opaque()
        if kind != "name":
            raise UnknownError
        return self.named(text)

    def named(self, name: str) -> Value:
        if name in ("true", "false"):
            return name == "true"
        if name in ("null", "undefined"):
            return None
        if name == "function":
            while not self.peek("{"):
                if self.tokens[self.at][0] == "end":
                    raise UnknownError
                self.at += 1
            self.balanced()
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
            self.at += 1
        self.take(")")
        return found

    def call(self, value: Value, name: str) -> Value:
        arguments = self.arguments()
        if isinstance(value, Target):
            return self.called(value, name, arguments)
        if isinstance(value, Inner):
            return value
        if isinstance(value, str):
            return call_string_method(value, name, arguments)
        raise UnknownError

    def called(self, target: Target, name: str, arguments: list[Value]) -> Value:
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
    """For each opening bracket, the place after its closing one."""
    found: dict[int, int] = {}
    open_at: list[int] = []
    for at, word in enumerate(words):
        if word in ("(", "[", "{"):
            open_at.append(at)
        elif word in (")", "]", "}") and open_at:
            found[open_at.pop()] = at + 1
    return found


def condition_holds(expression: str) -> bool | None:
    """Whether a condition of literals (`"02"=="02"`) holds; None where the page alone does not tell."""
    tokens = [(m.lastgroup, m.group(m.lastgroup)) for m in _TOKEN.finditer(expression[:200]) if m.lastgroup]
    reader = _Reader(tokens, lambda _: None)
    try:
        value = is_truthy(reader.expression())
    except UnknownError:
        return None
    return value if reader.tokens[reader.at][0] == "end" else None


def as_html(effect: Effect) -> str:
    """The HTML that the effect puts into the page."""
    return escape(effect.value, quote=False) if effect.action == "text" else effect.value
