"""The scripts of a page as text that is searched, not run: their functions, calls, and what their names stand for."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice

from etl.outside import clean_text
from etl.web.script.tokens import Program, Token, program
from etl.web.script.values import to_number, unquote_literal

_NO_FUNCTION = frozenset(("if", "for", "while", "switch", "catch", "function", "with", "return"))
_LINE_CHARS = 500
"""Average length of a line above which a script is machine-written: its short names mean something else everywhere."""
_MOST_CALLS, _MOST_OF_A_NAME, _MOST_PLACES, _MOST_ARGUMENTS = 300, 2_000, 20_000, 500
_CHINESE = re.compile("[\u4e00-\u9fff]")
_MANGLED = re.compile(r"[A-Za-z_$]\w?")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the scripts: the number of the script, and that of the token."""

    script: int
    at: int


@dataclass(frozen=True, slots=True)
class ScriptFunction:
    """A function of the scripts. `parameters`: the place of each among the arguments, also of those that are taken out
    of an object; `body`: its first token; `end`: the token behind it."""

    name: str
    script: int
    parameters: dict[str, int]
    body: int
    end: int
    returns: int | None
    """The expression that it returns, if there is one."""

    def holds(self, spot: Spot) -> bool:
        """Whether a place is in its body."""
        return spot.script == self.script and self.body <= spot.at < self.end


class Places(dict[str, list[Spot]]):
    """The places of names in the scripts, in their order. To look for a name that has none adds nothing."""

    def __missing__(self, name: str) -> list[Spot]:
        return []

    def add(self, name: str, spot: Spot) -> None:
        places = self.setdefault(name, [])
        if len(places) < _MOST_PLACES:
            places.append(spot)


class Owners(dict[str, Places]):
    """Places by the name of an object, and by that of its member."""

    def __missing__(self, owner: str) -> Places:
        return Places()

    def add(self, owner: str, name: str, spot: Spot) -> None:
        self.setdefault(owner, Places()).add(name, spot)


class ScriptCode:
    """The scripts of a page."""

    def __init__(self, sources: Sequence[str]) -> None:
        self.programs: list[Program] = [program(source) for source in sources or ("",)]
        self.is_mangled = [len(source) > _LINE_CHARS * (source.count("\n") + 1) for source in sources or ("",)]
        self.around = [_brackets_around(each.words) for each in self.programs]
        self.calls = Places()
        """By the name that is called: the brackets with the arguments."""
        self.calls_on = Owners()
        """The same by the name of the object on which it is called, and its own (`form.append("page", 1)`)."""
        self.assigned = Places()
        """By name: the expressions that are assigned to a variable of this name."""
        self.members = Places()
        """By name: the expressions that a member of this name has in an object, or gets."""
        self.owned = Owners()
        """By names of an object and a member: the expressions that it gets (`data.page = 1`)."""
        self.raised = Places()
        """By name: where it is raised by one (`page++`)."""
        self._ends: dict[tuple[int, int], int] = {}
        """Where what an arrow function returns ends, by its script and first token."""
        self._outer_function: dict[int, int] = {}
        """For each function, by its number, the one around it, or -1."""
        self._scopes: dict[tuple[str, int, Spot], dict[int, list[Spot]]] = {}
        """The places of a name in a script, by the numbers of the functions around them."""
        self._outer: dict[int, Spot] = {}
        """Where the code within a text stands, by its number."""
        self._within: dict[tuple[str, Spot], Spot] = {}
        self._given: dict[tuple[int, int, str], list[Spot]] = {}
        for script in range(len(self.programs)):
            self._index(script)

    def within(self, source: str, outer: Spot) -> Spot:
        """The beginning of code that stands within a text of a script (`${item.id}`)."""
        if (source, outer) not in self._within:
            self._within[source, outer] = Spot(len(self.programs), 0)
            self._outer[len(self.programs)] = outer
            self.programs.append(program(source))
            self.around.append(_brackets_around(self.programs[-1].words))
            self.is_mangled.append(self.is_mangled[outer.script])
        return self._within[source, outer]

    def _index(self, script: int) -> None:
        words, tokens = self.programs[script].words, self.programs[script].tokens
        for at, (kind, text, _) in enumerate(tokens[:-2]):
            if kind not in ("name", "str"):
                continue
            after, before = words[at + 1], words[at - 1] if at else ""
            owner = words[at - 2] if before == "." and at > 1 else ""
            if after == ":" and before in ("{", ","):
                self.members.add(name_of(tokens[at]), Spot(script, at + 2))
            elif kind == "str":
                continue
            elif after == "(" and before != "function":
                self.calls.add(text, Spot(script, at + 1))
                self.calls_on.add(owner, text, Spot(script, at + 1))
            elif after == "=" and words[at + 2] != "=":
                (self.members if before == "." else self.assigned).add(text, Spot(script, at + 2))
                if owner:
                    self.owned.add(owner, text, Spot(script, at + 2))
            elif "++" in (before, after):
                self.raised.add(text, Spot(script, at))

    def is_short_lived(self, name: str, script: int) -> bool:
        """Whether a name is one that a machine gave, so that it means something else in another function."""
        return self.is_mangled[script] and _MANGLED.fullmatch(name) is not None

    @cached_property
    def functions(self) -> list[ScriptFunction]:
        scripts = range(len(self.programs) - len(self._outer))
        return [each for script in scripts for each in reversed(list(self._functions(script)))]

    @cached_property
    def functions_by_name(self) -> dict[str, list[ScriptFunction]]:
        named: dict[str, list[ScriptFunction]] = defaultdict(list)
        for each in self.functions:
            named[each.name].append(each)
        return named

    def items_beside(self, value: object) -> dict[object, str]:
        """The values beside one in a list of choices, with their names: `[{label: "通知公告", value: "11"}, …]`."""
        return self._choices.get(value, {})

    @cached_property
    def _choices(self) -> dict[object, dict[object, str]]:
        choices: dict[object, dict[object, str]] = {}
        for script, source in enumerate(self.programs):
            for at, word in enumerate(source.words):
                if word == "[" and source.words[at + 1] == "{":
                    for values in self._values_of_items(Spot(script, at)):
                        choices.update(dict.fromkeys(values, values))
        return choices

    def _values_of_items(self, bracket: Spot) -> Iterator[dict[object, str]]:
        """For each member that all objects of a list have as a text or number, its values with the names of the items;
        none where these have no Chinese name."""
        tokens, words = self.programs[bracket.script].tokens, self.programs[bracket.script].words
        items: list[dict[str, object]] = []
        for item in self.arguments(bracket):
            if words[item.at] != "{":
                return
            places = [spot.at for spot in self.arguments(item) if words[spot.at + 1] == ":"]
            items.append({name_of(tokens[at]): _literal(tokens[at + 2]) for at in places})
        texts = ([value for value in each.values() if isinstance(value, str)] for each in items)
        names = [next(filter(_CHINESE.search, each), "") for each in texts]
        if len(items) < 2 or not all(names):
            return
        for key in items[0]:
            values = [each.get(key) for each in items]
            if None not in values and len(set(values)) == len(values) and not _CHINESE.search(str(values[0])):
                yield dict(zip(values, names, strict=True))

    def in_scope(self, name: str, at: Spot, *places: Sequence[Spot]) -> list[Spot]:
        """Those of the places where a name gets a value that mean the name as it is used at a place: all of them,
        unless a machine gave the name; then those in the innermost function around that has some."""
        spots = list(islice(chain(*places), _MOST_OF_A_NAME))
        if not self.is_short_lived(name, at.script):
            return [spot for spot in spots if not self.is_short_lived(name, spot.script)]
        key = (name, at.script, spots[0] if spots else at)
        if (by_function := self._scopes.get(key)) is None:
            by_function = self._scopes[key] = defaultdict(list)
            for spot in (spot for spot in spots if spot.script == at.script):
                by_function[self._innermost(spot)].append(spot)
        around = self._innermost(at)
        while around >= 0 and around not in by_function:
            around = self._outer_function[around]
        return by_function.get(around, [])

    def given(self, function: ScriptFunction, name: str) -> list[Spot]:
        """The arguments with which a function is called for one of its parameters."""
        key = (function.script, function.body, name)
        if key not in self._given:
            self._given[key] = self._arguments_for(function, function.parameters[name])
        return self._given[key]

    def _arguments_for(self, function: ScriptFunction, place: int) -> list[Spot]:
        calls = self.calls[function.name] if function.name else self._called_at_once(function)
        if self.is_short_lived(function.name, function.script):
            around = next(self.functions_around(Spot(function.script, function.body - 1)), None)
            own = (call for call in calls if call.script == function.script)
            calls = [call for call in own if around is None or around.holds(call)]
        arguments: list[Spot] = []
        for call in calls[:_MOST_CALLS]:
            is_definition = self.programs[call.script].closing.get(call.at) == function.body
            spots = [] if function.holds(call) or is_definition else self.arguments(call)
            arguments += spots[place : place + 1]
        return arguments

    def _called_at_once(self, function: ScriptFunction) -> list[Spot]:
        """The arguments behind a function without a name: `(function ($, config) {…})(jQuery, CONFIG)`."""
        words = self.programs[function.script].words
        bracket = function.end + (words[function.end] == ")")
        is_called = bracket < len(words) and words[bracket] == "("
        return [Spot(function.script, bracket)] if is_called else []

    def functions_around(self, spot: Spot) -> Iterator[ScriptFunction]:
        """The functions in which a place is, the innermost first."""
        around = self._innermost(spot)
        while around >= 0:
            yield self.functions[around]
            around = self._outer_function[around]

    def function_from(self, spot: Spot) -> ScriptFunction | None:
        """The first function whose body begins at a place or behind it."""
        bodies = self._bodies[spot.script] if spot.script < len(self._bodies) else []
        place = bisect_left(bodies, (spot.at, -1))
        return self.functions[bodies[place][1]] if place < len(bodies) else None

    def _innermost(self, spot: Spot) -> int:
        """The number of the innermost function in which a place is, or -1."""
        while spot.script in self._outer:
            spot = self._outer[spot.script]
        return self._function_of_token[spot.script][spot.at]

    @cached_property
    def _bodies(self) -> list[list[tuple[int, int]]]:
        """For each script, where the bodies of its functions begin, and their numbers."""
        bodies: list[list[tuple[int, int]]] = [[] for _ in range(len(self.programs) - len(self._outer))]
        for number, each in enumerate(self.functions):
            bodies[each.script].append((each.body, number))
        return [sorted(each) for each in bodies]

    @cached_property
    def _function_of_token(self) -> list[list[int]]:
        """For each token of each script, the number of the innermost function around it, or -1."""
        return [self._innermost_functions(script) for script in range(len(self._bodies))]

    def _innermost_functions(self, script: int) -> list[int]:
        numbers, around = list[int](), [-1]
        waiting = sorted(self._bodies[script], key=lambda each: (-each[0], self.functions[each[1]].end))
        for at in range(len(self.programs[script].words)):
            while around[-1] >= 0 and self.functions[around[-1]].end <= at:
                around.pop()
            while waiting and waiting[-1][0] == at:
                self._outer_function[waiting[-1][1]] = around[-1]
                around.append(waiting.pop()[1])
            numbers.append(around[-1])
        return numbers

    def _functions(self, script: int) -> Iterator[ScriptFunction]:
        """The functions of a script, the last one first: what `a => b => c` returns ends where `b => c` does."""
        source = self.programs[script]
        words, tokens, closing = source.words, source.tokens, source.closing
        for at in range(len(words) - 1, -1, -1):
            word = words[at]
            if word == "function":
                named = tokens[at + 1][0] == "name"
                opening = at + 1 + named
                name = words[at + 1] if named else _name_before(source, at)
            elif word == "=>":
                opening = self._opening(script, at - 1) if words[at - 1] == ")" else at - 1
                name = _name_before(source, opening - (words[opening - 1] == "async"))
                yield self._function(script, name, opening, at + 1)
                continue
            elif tokens[at][0] == "name" and word not in _NO_FUNCTION and words[at + 1 : at + 2] == ["("]:
                if words[at - 1] == "function":
                    continue
                opening, name = at + 1, word
            else:
                continue
            body = closing.get(opening, len(words) - 1)
            if words[body] == "{" and words[opening - 1] != "." and words[opening] == "(":
                yield self._function(script, name, opening, body)

    def _opening(self, script: int, closing: int) -> int:
        """The bracket that the one at this place closes."""
        at = self.around[script][closing]
        return closing if at is None else at

    def _function(self, script: int, name: str, opening: int, body: int) -> ScriptFunction:
        source = self.programs[script]
        if source.words[body] == "{":
            end = source.closing.get(body, len(source.words) - 1)
            returns = self._returned(script, body, end)
        else:
            end, returns = self.end_of(Spot(script, body)), body
            self._ends[script, body] = end
        return ScriptFunction(name, script, dict(_parameters(source, opening)), body, end, returns)

    def _returned(self, script: int, body: int, end: int) -> int | None:
        """The first expression that is returned in a body, outside of the functions in it."""
        words, closing = self.programs[script].words, self.programs[script].closing
        at = body + 1
        while at < end:
            if words[at] == "return":
                return at + 1
            is_inner = words[at] == "{" and (words[at - 1] == "=>" or self._is_function(script, at))
            at = closing.get(at, at + 1) if is_inner else at + 1
        return None

    def _is_function(self, script: int, body: int) -> bool:
        """Whether the braces after these brackets are the body of a function, and not those of `if (…) {`."""
        words = self.programs[script].words
        before = self._opening(script, body - 1) - 1 if words[body - 1] == ")" else 0
        is_method = words[before] not in _NO_FUNCTION and words[before - 1] in ("{", ",", "function")
        return before > 0 and (words[before] == "function" or is_method)

    def end_of(self, spot: Spot) -> int:
        """The token behind the expression that begins there."""
        source = self.programs[spot.script]
        at, last = spot.at, len(source.words) - 1
        while at < last and source.words[at] not in (",", ";", ")", "]", "}"):
            at = self._ends.get((spot.script, at)) or source.closing.get(at, at + 1)
        return min(at, last)

    def arguments(self, bracket: Spot) -> list[Spot]:
        """The arguments of a call, or the items of a list, by its opening bracket; of very many the first."""
        source = self.programs[bracket.script]
        end, at = source.closing.get(bracket.at, bracket.at + 1) - 1, bracket.at + 1
        arguments: list[Spot] = []
        while at < end and len(arguments) < _MOST_ARGUMENTS:
            arguments.append(Spot(bracket.script, at))
            at = max(self.end_of(arguments[-1]), at + 1)
            while at < end and source.words[at] != ",":  # the statements of a body that was not understood
                at = source.closing.get(at, at + 1)
            at += 1
        return arguments

    def callee(self, bracket: Spot) -> tuple[str, str]:
        """(what it is called on, the name that is called) of the call with this bracket; empty for neither."""
        words = self.programs[bracket.script].words
        name = words[bracket.at - 1] if bracket.at else ""
        owner = words[bracket.at - 3] if bracket.at > 2 and words[bracket.at - 2] == "." else ""
        return owner, name


def text_of_literal(literal: str) -> str:
    """The text that a literal of a script stands for, as it can be sent."""
    return clean_text(unquote_literal(literal))


def name_of(token: Token) -> str:
    """The name of a member, with or without quotes."""
    kind, text, _ = token
    return text_of_literal(text) if kind == "str" else text


def _literal(token: Token) -> object:
    """The text or number that a token is; None for any other."""
    kind, text, _ = token
    return text_of_literal(text) if kind == "str" else to_number(text) if kind == "num" else None


def _brackets_around(words: Sequence[str]) -> list[int | None]:
    """For each token, the innermost opening bracket before it; for a closing bracket, the one that it closes."""
    around: list[int | None] = []
    opened: list[int] = []
    for at, word in enumerate(words):
        around.append(opened[-1] if opened else None)
        if word in ("(", "[", "{"):
            opened.append(at)
        elif word in (")", "]", "}") and opened:
            opened.pop()
    return around


def _name_before(source: Program, at: int) -> str:
    """The name to which the function at this place is assigned; empty for none."""
    before = at - 1 - (source.words[at - 1] == "async")
    if source.words[before] not in ("=", ":"):
        return ""
    token = source.tokens[before - 1]
    return name_of(token) if token[0] in ("name", "str") else ""


def _parameters(source: Program, opening: int) -> Iterator[tuple[str, int]]:
    """(name, place) of the parameters in a pair of brackets, or of the one that stands without them."""
    if source.words[opening] != "(":
        yield source.words[opening], 0
        return
    place, at, end = 0, opening + 1, source.closing.get(opening, opening + 1) - 1
    depth, is_name = 0, True
    while at < end:
        word = source.words[at]
        if word in ("{", "["):
            depth += 1
        elif word in ("}", "]"):
            depth -= 1
        elif word == "," and not depth:
            place += 1
        elif source.tokens[at][0] == "name" and is_name:
            yield word, place
        is_name = word in (",", "{", "[") or (is_name and word == ".")
        at += 1
