"""The tokens of a script, and skipping parts of it without running them."""

import re
from dataclasses import dataclass
from functools import lru_cache

from etl.web.script.values import UnknownError

Token = tuple[str, str, bool]
"""Kind, text, and whether it is the first on its line: there a statement may end without a semicolon."""

_TOKEN = re.compile(
    r"""[ \t\r]*+(?:\s+|//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)|<!--[^\n]*|\Z"""
    # None begins behind a backslash: one that never ends would be searched for again at each quote in it.
    r"""|(?<!\\)(?:(?P<str>"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+')"""
    r"""|(?P<template>`(?:[^`\\]|\\.)*+`))"""
    r"""|(?P<num>\d+(?:\.\d+)?)"""
    r"""|(?P<name>[A-Za-z_$][\w$]*)"""
    r"""|(?P<re>(?:(?<=[(,=:!&|?])|(?<=[(,=:!&|?]\s))/(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.){0,300}\])+/[gimsuy]*)"""
    r"""|(?P<close>-->[^\n]*)"""
    r"""|(?P<op>===|!==|==|!=|>=|<=|&&|\|\||\+=|-=|\*=|/=|\+\+|--|=>|[-+*/%=<>!?:;,.(){}\[\]&|^~])"""
    r"""|(?P<bad>.))""",
    re.DOTALL,
)
_ENDS_VALUE = frozenset(("str", "num", "template", "re", "name"))
_BEGINS_STATEMENT = frozenset(("str", "num", "template", "name"))
_INFIX_NAMES = frozenset(("in", "of", "instanceof"))
_BEFORE_VALUE = _INFIX_NAMES | {"typeof", "new", "return", "case", "else", "void", "delete"}
_WITH_CONDITION = frozenset(("if", "for", "while", "switch", "with", "function", "catch"))
_MAX_NESTED = 60
ASSIGNING = frozenset(("=", "+=", "-=", "*=", "/=", "++", "--"))


@dataclass(frozen=True, slots=True)
class Program:
    """A script: its tokens with an end, the texts of operators and names ("" for literals), matching brackets."""

    tokens: list[Token]
    words: list[str]
    closing: dict[int, int]
    declares_functions: bool


@lru_cache(maxsize=512)  # pages of one site have the same scripts
def program(source: str) -> Program:
    """The script, ready to be read."""
    tokens = [*tokens_of(source), ("end", "", True)]
    words = [text if kind in ("op", "name") else "" for kind, text, _ in tokens]
    return Program(tokens, words, _closing_brackets(words), "function" in words)


def tokens_of(source: str) -> list[Token]:
    """The tokens of a script without its comments."""
    tokens: list[Token] = []
    first = True
    for match in _TOKEN.finditer(source):
        kind = match.lastgroup
        if kind is None:
            first = first or "\n" in match[0]
        elif kind != "close":
            tokens.append((kind, match[kind], first))
            first = False
        elif not first:  # `-->` is a comment only at the beginning of a line
            tokens.append(("bad", match[kind], False))
    return tokens


class Cursor:
    """A position in a script."""

    def __init__(self, source: str) -> None:
        script = program(source)
        self.tokens, self.words, self.closing = script.tokens, script.words, script.closing
        self.position = 0
        self._skipping = 0
        self._declares = script.declares_functions

    def at_end(self) -> bool:
        return self.position >= len(self.tokens) - 1

    def peek(self, *texts: str) -> bool:
        return self.words[self.position] in texts

    def peek_after(self, *texts: str) -> bool:
        """Whether the word after the next one is one of the texts."""
        return self.words[min(self.position + 1, len(self.words) - 1)] in texts

    def accept(self, text: str) -> bool:
        """Skips the text if it comes next; returns whether it did."""
        is_next = self.words[self.position] == text
        self.position += is_next
        return is_next

    def take(self, text: str) -> None:
        if not self.accept(text):
            raise UnknownError

    def take_name(self) -> str:
        kind, text, _ = self.tokens[self.position]
        if kind != "name":
            raise UnknownError
        self.position += 1
        return text

    def line_ends(self) -> bool:
        """Whether the next token begins a line and cannot continue the text before it."""
        kind, text, first = self.tokens[self.position]
        if not first or self.position == 0 or kind not in _BEGINS_STATEMENT or text in _INFIX_NAMES:
            return kind == "end"
        kind, text, _ = self.tokens[self.position - 1]
        return (kind in _ENDS_VALUE and text not in _BEFORE_VALUE) or text in (")", "]", "}", "++", "--")

    def skip_brackets(self) -> None:
        self.position = self.closing.get(self.position, len(self.tokens) - 1)

    def skip_operand(self, *ends: str) -> None:
        """Skips an operand without evaluating it, up to one of the texts or the end of the expression."""
        conditions = 0
        while not self.at_end() and not self.peek(",", ";", ")", "]", "}") and not self.line_ends():
            if self.peek("(", "[", "{"):
                self.skip_brackets()
                continue
            if not conditions and self.peek(*ends):
                return
            conditions += self.peek("?") - self.peek(":")
            self.position += 1

    def skip_statement(self) -> None:
        """Skips one statement without running it; skips the rest of the script if statements are nested too deeply."""
        if self._skipping >= _MAX_NESTED:
            self.position = len(self.tokens) - 1
            return
        self._skipping += 1
        self._skip_one()
        self._skipping -= 1

    def _skip_one(self) -> None:
        if self.peek("do"):
            self.position += 1
            self.skip_statement()
            if self.accept("while"):
                self.skip_brackets()
                self.accept(";")
        elif self.peek("try"):
            self.position += 1
            self.skip_statement()
            while self.peek("catch", "finally"):
                self._skip_head()
                self.skip_statement()
        elif self.peek(*_WITH_CONDITION):
            is_if = self.peek("if")
            self._skip_head()
            self.skip_statement()
            while is_if and self.accept("else"):
                self.skip_statement()
        elif self.peek("{"):
            self.skip_brackets()
        else:
            self._skip_simple_statement()

    def _skip_head(self) -> None:
        self.position += 1
        while not self.at_end() and not self.peek("(", "{", ";"):
            self.position += 1
        if self.peek("("):
            self.skip_brackets()

    def _skip_simple_statement(self) -> None:
        start = self.position
        while not self.at_end() and not self.peek("}"):
            if self.position > start and (self.line_ends() or self.peek("else")):
                return
            if self.accept(";"):
                return
            if self.peek("(", "[", "{"):
                self.skip_brackets()
            else:
                self.position += 1

    def functions_between(self, start: int, end: int) -> list[int]:
        """Positions of the functions that are declared there, outside of any brackets."""
        starts: list[int] = []
        while self._declares and start < end:
            if self.words[start] == "function" and self.tokens[start + 1][0] == "name":
                starts.append(start)
            start = self.closing.get(start, start + 1) if self.words[start] in ("(", "[", "{") else start + 1
        return starts

    def leaves(self, start: int, end: int, words: tuple[str, ...]) -> bool:
        """Whether one of the words (`return` …) is there, outside of the functions that begin there."""
        while start < end:
            if self.words[start] in words:
                return True
            if self.words[start] == "function" or (self.words[start] == "{" and self.words[start - 1] == "=>"):
                while start < end and self.words[start] != "{":
                    start += 1
                start = self.closing.get(start, end)
            else:
                start += 1
        return False


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
