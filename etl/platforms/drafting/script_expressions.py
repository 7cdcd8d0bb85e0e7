"""Reads an expression of a page's scripts, for what it stands for as far as that is known."""

import re
from collections.abc import Iterator

from etl.platforms.drafting.known_values import KnownValues
from etl.platforms.drafting.script_code import ScriptFunction, Spot, name_of, text_of_literal
from etl.platforms.drafting.script_values import (
    MOST_PARTS,
    PAGE_NAME,
    UNKNOWN,
    Element,
    Known,
    Sent,
    attribute_of,
    calculated,
    data_of,
    method_of_element,
    method_of_text,
    parts_in,
)
from etl.web.script.values import to_number

_MERGES = frozenset(("assign", "extend", "merge"))
_STARTS_NUMBER = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2}
_HOLE = re.compile(r"\$\{([^{}`]*)\}")
_PARAMETER_BEFORE = re.compile(r"[?&]([\w.-]{1,40})=$")
_MOST_TRIED, _PARTS_OF_STEP = 12, 20


class Values(KnownValues):
    """Evaluates expressions of the scripts of one page."""

    def written(self, source: str) -> Known:
        """The value of an expression that stands in an attribute of the page."""
        self._steps = 0
        return Reading(self, Spot(0, 0)).inner(source) if self.code.programs else UNKNOWN

    def value_at(self, spot: Spot) -> Known:
        return Reading(self, spot).value()


class Reading:
    """Reads one expression, from its first token to its end."""

    def __init__(self, values: Values, spot: Spot) -> None:
        source = values.code.programs[spot.script]
        self.values, self.script, self.position = values, spot.script, spot.at
        self.words, self.tokens, self.closing = source.words, source.tokens, source.closing

    def value(self) -> Known:
        """The value of the expression; what is nested too deeply is not known."""
        if not self.values.enter():
            return UNKNOWN
        value = self._chosen(self._alternatives())
        self.values.leave()
        return value

    def _chosen(self, value: Known) -> Known:
        """The operand before or after `:` if a condition comes first."""
        if self.words[self.position] == "?" and self.words[self.position + 1] != ".":
            self.position += 1
            first = self.value()
            if self.words[self.position] != ":":
                return UNKNOWN
            self.position += 1
            second = self.value()
            if isinstance(value, (bool, float, str)):
                return first if value else second
            return second if first is UNKNOWN or first in ("", None) else first
        return value

    def _alternatives(self) -> Known:
        value = self._compared()
        while (word := self.words[self.position]) in ("||", "&&") or (
            word == "?" and self.words[self.position + 1] == "?"
        ):
            self.position += 1 if word != "?" else 2
            other = self._compared()
            is_nothing = value is UNKNOWN or value in ("", None, False, 0.0)
            value = (other if is_nothing else value) if word != "&&" else other
        return value

    def _compared(self) -> Known:
        value = self._sum(0)
        while self.words[self.position] in ("==", "===", "!=", "!==", "<", ">", "<=", ">=", "in", "instanceof"):
            self.position += 1
            self._sum(0)
            value = UNKNOWN
        return value

    def _sum(self, least: int) -> Known:
        value = self._operand()
        while (rank := _STARTS_NUMBER.get(self.words[self.position], 0)) > least:
            operator = self.words[self.position]
            self.position += 1
            value = self._calculated(operator, value, self._sum(rank))
        return value

    def _calculated(self, operator: str, left: Known, right: Known) -> Known:
        if self.values.in_rows and operator == "+" and (isinstance(left, str) or isinstance(right, str)):
            # What is not known of a link's text does not matter.
            left, right = (each if isinstance(each, (str, float)) else "{}" for each in (left, right))
        elif operator == "+":
            left, right = self._joined(left, right)
        return calculated(operator, left, right)

    def _joined(self, left: Known, right: Known) -> tuple[Known, Known]:
        """Two parts of a text, of which one may be the value of a parameter in an address, or the path of the program
        before one (`ctx + "/list"`), that is not known."""
        if right is UNKNOWN and isinstance(left, str) and (named := _PARAMETER_BEFORE.search(left)):
            return left, self.values.usual(named[1])
        if left is UNKNOWN and isinstance(right, str) and right.startswith("/"):
            return "", right
        return left, right

    def _operand(self) -> Known:
        word = self.words[self.position]
        if self.values.charge():
            self.position = len(self.words) - 1
            return UNKNOWN
        if word in ("!", "-", "+", "typeof", "void", "await", "delete", "++", "--", "yield"):
            self.position += 1
            if not self.values.enter():
                return UNKNOWN
            value = self._operand()
            self.values.leave()
            if word == "-" and isinstance(value, float):
                return -value
            if word == "!" and isinstance(value, float):  # `!0` and `!1` of machine-written scripts
                return not value
            return value if word in ("+", "await", "++") else UNKNOWN
        value = self._followed(self._first())
        parts = parts_in(value)  # What a function puts twice into an object doubles it with each call.
        return UNKNOWN if self.values.charge(parts // _PARTS_OF_STEP) or parts >= MOST_PARTS else value

    # -- what stands alone

    def _first(self) -> tuple[Known, str]:
        """(value, name) of what stands alone; `name`: as the script calls it, empty for what has no name."""
        kind, text, _ = self.tokens[self.position]
        start = Spot(self.script, self.position)
        self.position += 1
        if kind == "str":
            return text_of_literal(text), ""
        if kind == "num":
            return to_number(text), ""
        if kind == "template":
            return self._template(text), ""
        if kind == "name":
            return self._name(text, start)
        if text == "(":
            return self._bracketed(start), ""
        if text == "[":
            self.position = self.closing.get(start.at, start.at + 1)
            items = self.values.code.arguments(start)
            is_plain = all(self.tokens[item.at][0] in ("str", "num") for item in items)
            return [self.values.value_at(item) for item in (items if is_plain else items[:_MOST_TRIED])], ""
        if text == "{":
            self.position = self.closing.get(start.at, start.at + 1)
            return dict(self._object(start)), ""
        if kind != "re":
            self.position -= 1
        return UNKNOWN, ""

    def _template(self, literal: str) -> Known:
        parts, end, inside = list[Known](), 0, literal[1:-1]
        for hole in _HOLE.finditer(inside):
            parts += [text_of_literal(f"`{inside[end : hole.start()]}`"), self.inner(hole[1])]
            end = hole.end()
        value: Known = ""
        for part in (*parts, text_of_literal(f"`{inside[end:]}`")):
            value = self._calculated("+", value, part)
        return value

    def inner(self, source: str) -> Known:
        """The value of code within a text, seen from this place."""
        reading = Reading(self.values, self.values.code.within(source, Spot(self.script, self.position)))
        return reading.value()

    def _name(self, name: str, start: Spot) -> tuple[Known, str]:
        constants: dict[str, Known] = {"true": True, "false": False, "null": None, "undefined": None}
        if name in constants:
            return constants[name], ""
        if name in ("function", "async") or self.words[self.position] == "=>":
            return self._function(start), ""
        if name == "new":
            return self._built(start), ""
        if name in ("this", "window", "location", "document", "Math", "JSON", "$", "jQuery", "Object"):
            return UNKNOWN, name
        if self.words[self.position] == "(":
            return UNKNOWN, name
        return self.values.named(name, start), name

    def _function(self, start: Spot) -> Known:
        function = self.values.code.function_from(Spot(self.script, start.at))
        if function is None:
            return UNKNOWN
        self.position = function.end
        return function

    def _built(self, start: Spot) -> Known:
        kind = self.words[self.position]
        self.position = min(self.position + 1, len(self.words) - 1)
        arguments: list[Known] = []
        if self.words[self.position] == "(":
            arguments = self._arguments()
        words = self.words
        name = words[start.at - 2] if start.at > 1 and words[start.at - 1] == "=" else ""
        return self.values.built(kind, name, arguments)

    def _bracketed(self, start: Spot) -> Known:
        closing = self.closing.get(start.at, start.at + 1)
        if self.words[min(closing, len(self.words) - 1)] == "=>":
            return self._function(start)
        value = self.value()
        self.position = closing
        return value

    def _object(self, start: Spot) -> Iterator[tuple[str, Known]]:
        code = self.values.code
        for spot in code.arguments(start):
            kind, text, _ = self.tokens[spot.at]
            after = self.words[spot.at + 1]
            if text == "." and self.words[spot.at + 2] == ".":
                spread = self.values.value_at(Spot(self.script, spot.at + 3))
                yield from spread.items() if isinstance(spread, dict) else ()
            elif kind not in ("str", "name", "num"):
                continue
            elif after == ":":
                yield name_of(self.tokens[spot.at]), self.values.value_at(Spot(self.script, spot.at + 2))
            elif after == "(" and kind == "name":
                body = self.closing.get(spot.at + 1)
                yield text, next((each for each in code.functions_by_name.get(text, ()) if each.body == body), UNKNOWN)
            elif kind == "name" and after in (",", "}"):
                yield text, self.values.named(text, spot)

    # -- what follows it

    def _followed(self, first: tuple[Known, str]) -> Known:
        value, name = first
        while (word := self.words[self.position]) in (".", "[", "(") or (
            word == "?" and self.words[self.position + 1] == "." and self.tokens[self.position + 2][0] == "name"
        ):
            if word in (".", "?"):
                self.position = min(self.position + (2 if word == "." else 3), len(self.words) - 1)
                value, name = self._member(value, name, self.tokens[self.position - 1][1])
            elif word == "[":
                bracket = self.position
                self.position += 1
                key, is_number = self.value(), self.tokens[bracket + 1][0] == "num"
                self.position = self.closing.get(bracket, bracket + 1)
                is_chosen = isinstance(value, list) and value and name and not is_number
                value, name = self.values.item(name, value, key) if is_chosen else self._item(value, key), ""
            else:
                arguments = self._arguments()
                value, name = self._called(value, name, arguments), ""
        if self.words[self.position] in ("++", "--"):
            self.position += 1
        return value

    def _arguments(self) -> list[Known]:
        bracket = Spot(self.script, self.position)
        self.position = self.closing.get(bracket.at, bracket.at + 1)
        return [self.values.value_at(argument) for argument in self.values.code.arguments(bracket)[:_MOST_TRIED]]

    def _member(self, value: Known, owner: str, name: str) -> tuple[Known, str]:
        values = self.values
        if self.words[self.position] == "(":
            return self._method(value, owner, name), ""
        if owner == "location" or (owner in ("window", "document", "top", "self") and name == "location"):
            return (UNKNOWN, "location") if name == "location" else (values.of_location(name), "")
        if name in ("$route", "currentRoute", "params") and value is UNKNOWN:
            return (UNKNOWN, "$route") if name != "params" else (dict(values.own), "")
        if name == "query" and owner in ("$route", "route"):
            return dict(values.own), ""
        if isinstance(value, dict):
            member = value.get(name, UNKNOWN)
            is_number = isinstance(member, float) and not values.in_rows
            return (values.as_page(name, member, Spot(self.script, self.position)) if is_number else member), name
        if isinstance(value, Element):
            if name == "value" and value.element is not None and value.element.tag == "select":
                return values.value_of(value.element), ""
            return (data_of(value) if name == "dataset" else attribute_of(value, name)), ""
        if value is UNKNOWN or (isinstance(value, float) and PAGE_NAME.fullmatch(owner)):  # `page.num` of a parameter
            return values.member(name, owner, Spot(self.script, self.position)), name
        if isinstance(value, str) and values.in_rows and value.startswith("{"):
            return f"{{{name}}}", name
        return (value, name) if name == "value" else (UNKNOWN, name)

    def _item(self, value: Known, key: Known) -> Known:
        if isinstance(value, dict) and isinstance(key, str):
            return value.get(key, UNKNOWN)
        if isinstance(value, list) and isinstance(key, float):
            return next((item for place, item in enumerate(value) if place == key), UNKNOWN)
        if self.values.in_rows and isinstance(key, str) and not key.startswith("{"):
            return f"{{{key}}}"
        return value if isinstance(value, Element) else UNKNOWN

    def _called(self, value: Known, name: str, arguments: list[Known]) -> Known:
        if isinstance(value, ScriptFunction):
            return self.values.returned(value, arguments)
        if name in ("$", "jQuery") and arguments:
            return arguments[0] if isinstance(arguments[0], Element) else self.values.element_for(arguments[0])
        return self.values.called(name, arguments) if name else UNKNOWN

    def _method(self, value: Known, owner: str, name: str) -> Known:
        arguments = self._arguments()
        values = self.values
        if owner == "document" and name in ("getElementById", "querySelector") and arguments:
            mark = "#" if name == "getElementById" else ""
            return values.element_for(f"{mark}{arguments[0]}") if isinstance(arguments[0], str) else UNKNOWN
        if isinstance(value, Element):
            return self._of_element(value, name, arguments)
        if name in ("stringify", "param") and arguments:
            return Sent(arguments[0], is_json=owner == "JSON")
        if name in _MERGES:
            return {key: each for part in arguments if isinstance(part, dict) for key, each in part.items()}
        if owner == "Math" and name in ("ceil", "floor", "round", "max", "min") and arguments:
            return arguments[0]
        if isinstance(value, dict) and isinstance(value.get(name), ScriptFunction):
            return values.returned(value[name], arguments)
        if name in ("toString", "valueOf", "toFixed") and isinstance(value, float):
            return value
        if name == "concat" and isinstance(value, str):
            for part in arguments:
                value = self._calculated("+", value, part)
            return value
        if values.in_rows and name in ("attr", "data", "getAttribute") and arguments and isinstance(arguments[0], str):
            attribute = f"data-{arguments[0]}" if name == "data" else arguments[0]
            return f"{{{values.attributes[attribute]}}}" if attribute in values.attributes else UNKNOWN
        if isinstance(value, str):
            return method_of_text(value, name, arguments)
        if isinstance(value, dict) and name == "get" and arguments:
            return value.get(arguments[0], UNKNOWN) if isinstance(arguments[0], str) else UNKNOWN
        return values.called(name, arguments)

    def _of_element(self, node: Element, name: str, arguments: list[Known]) -> Known:
        """What a method of an element returns."""
        key = arguments[0] if arguments and isinstance(arguments[0], str) else ""
        if node.element is not None and name == "val" and node.element.tag == "select":
            return self.values.value_of(node.element)
        if node.element is not None and name == "val" and node.element.get("type") == "radio":
            return self.values.checked(node.element)
        value = method_of_element(node, name, arguments)
        if node.element is None or self.values.in_rows or name not in ("attr", "data", "getAttribute"):
            return value
        return self.values.attribute(node.element, f"data-{key}" if name == "data" else key, value)
