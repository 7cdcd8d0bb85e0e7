"""What the expressions of a page's scripts stand for when the page is opened, as far as that is written somewhere.

Nothing is run. A name stands for the first value that any script of the page gives it, a parameter for the first
argument that is known; elements give their values, and functions that read the query of the page's address give its
parameters. The number of the page is that of the first one, plus `turn`. Everything else is `UNKNOWN`.

For the address of a row (`in_rows`), the members of what is unknown are places: `'/doc/' + item.id` is `/doc/{id}`.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from etl.platforms.drafting.script_code import ScriptCode, ScriptFunction, Spot
from etl.platforms.drafting.script_values import PAGE_NAME, SIZE_NAME, UNKNOWN, USUAL_SIZE, Element, Known
from etl.platforms.elements.element_words import words_of
from etl.platforms.paging.parts import are_parts, choices_of, is_whole, value_of_field
from etl.web.page import WebPage
from etl.web.select import elements
from etl.web.urls import parameters

_SHORT_PAGE_NAME = re.compile(r"n|p|i|no|num|index|cur", re.IGNORECASE)
"""Names of the number of the page where nothing else is known of them."""
_OF_PAGE = re.compile(r"num(?:ber)?|no|index|curr?(?:ent)?|page", re.IGNORECASE)
"""What the number of the page is called in an object with the name of a page: `page.num`."""
_OBJECTS = frozenset(
    ("this", "that", "self", "_this", "_self", "vm", "me", "_that", "$scope", "window", "app", "state")
)
"""Names of the object whose members the scripts set."""
_GIVES_FIRST = frozenset(
    ("encodeURIComponent", "encodeURI", "escape", "decodeURIComponent", "unescape", "decodeURI", "String", "trim",
     "parseInt", "Number", "parseFloat", "reactive", "ref", "toRaw", "unref", "require", "cloneDeep", "clone")
)  # fmt: skip
_SELECTOR = re.compile(r"\s*+(?:[#.]?\w|[\[*])(?:[^~:(]|:(?:checked|selected)\b|:not\([^()]*\))*")
"""Selectors that take a time in proportion to the page: those of siblings and places do not, nor XPath."""
_LONG_SELECTOR = 200
_MOST_STEPS, _MOST_OF_A_PAGE, _MOST_NESTED = 6_000, 50_000, 30
_MOST_DEPTH, _MOST_TRIED, _MOST_CALLS = 40, 12, 300


@dataclass(frozen=True, slots=True)
class Choice:
    """The value with this number among those of a selection in the page, or among those with which a function is
    called: what makes one list of several (`load("A01"); load("A02")`)."""

    where: object
    number: int


class KnownValues(ABC):
    """What names and calls in expressions of a page's scripts stand for; `Values` reads the expressions."""

    def __init__(
        self,
        code: ScriptCode,
        page: WebPage,
        *,
        turn: int = 0,
        in_rows: bool = False,
        choice: Choice | None = None,
    ) -> None:
        self.work = 0
        """The steps of reading all expressions; beyond a number of them nothing more is known."""
        self.code, self.page, self.turn, self.in_rows, self.choice = code, page, turn, in_rows, choice
        self.choices: dict[Choice, str] = {}
        """What else could have been chosen where one of several values was: the words of each choice."""
        self.attributes: dict[str, str] = {}
        """For the address of a row: the names of the values that the attributes of its element have."""
        self.objects_of_page: dict[int, Known] = {}
        """By the number of a script: what it sends where a request is given that from elsewhere."""
        self.own = parameters(page.url) | _of_fragment(page.url)
        self._bound: list[Mapping[str, Known]] = []
        self._resolving: set[object] = set()
        self._steps = self._depth = self._nested = 0

    def at(self, spot: Spot, names: Mapping[str, Known] | None = None) -> Known:
        """The value of the expression that begins there. `names`: what some names stand for."""
        self._steps = self._nested = 0
        self._bound = [names] if names else []
        return self.value_at(spot)

    @abstractmethod
    def value_at(self, spot: Spot) -> Known:
        """As `at`, within another expression."""

    def charge(self, steps: int = 1) -> bool:
        """Counts work; returns whether that for one value, or for all of them, is done."""
        self._steps += steps
        self.work += steps
        return self._steps > _MOST_STEPS or self.is_spent

    @property
    def is_spent(self) -> bool:
        """Whether no more is read."""
        return self.work > _MOST_OF_A_PAGE

    def enter(self) -> bool:
        """Whether an expression within those that are being read may be read."""
        self._nested += 1
        if self._nested > _MOST_NESTED:
            self._nested -= 1
            return False
        return True

    def leave(self) -> None:
        self._nested -= 1

    # -- names

    def named(self, name: str, spot: Spot) -> Known:
        """The value of a variable that is used at a place."""
        for names in reversed(self._bound):
            if name in names:
                return names[name]
        is_parameter, value = self._argument(name, spot)
        if value is UNKNOWN and not is_parameter:
            value = self._first(name, spot, self.code.assigned[name], self.code.owned["window"][name])
        if value is UNKNOWN and not is_parameter and (functions := self.code.functions_by_name.get(name)):
            return functions[0]
        if self.in_rows:
            return f"{{{name}}}" if value is UNKNOWN and is_parameter else value
        may_be_short = is_parameter or value is UNKNOWN or value in (0.0, 1.0, 2.0)
        may_be_short = may_be_short and not self.code.is_short_lived(name, spot.script)
        return self.as_page(name, value, spot, may_be_short=may_be_short)

    def member(self, name: str, owner: str, spot: Spot) -> Known:
        """The value of a member of an object that is not known, called `owner` in the script, at a place."""
        if owner == "window" or (owner in _OBJECTS and name not in self.code.members):
            return self.named(name, spot)
        if self.in_rows and owner not in _OBJECTS:
            return f"{{{name}}}"
        if PAGE_NAME.fullmatch(owner) and _OF_PAGE.fullmatch(name):
            return self._number_of_page(UNKNOWN)
        code = self.code
        value = self._first(name, spot, code.owned[owner][name], code.members[name], code.assigned[name])
        return value if self.in_rows else self.as_page(name, value, spot, may_be_short=False)

    def as_page(self, name: str, value: Known, spot: Spot, *, may_be_short: bool = False) -> Known:
        """The value of a name that is used at a place, or the number of the page if it is that."""
        is_number = value is UNKNOWN or isinstance(value, float) or (isinstance(value, str) and value.isdecimal())
        if is_number and (PAGE_NAME.fullmatch(name) or (may_be_short and _SHORT_PAGE_NAME.fullmatch(name))):
            return self._number_of_page(1.0 if self._is_raised_before(name, spot) else value)
        return value

    def _is_raised_before(self, name: str, spot: Spot) -> bool:
        """Whether the function around a place raises the number first: `page++; $.get("/list?page=" + page)`."""
        around = next(self.code.functions_around(spot), None)
        return around is not None and any(
            around.holds(raised) and raised.at < spot.at for raised in self.code.raised[name][:_MOST_CALLS]
        )

    def _number_of_page(self, value: Known) -> float:
        return (0.0 if value in (0.0, "0") else 1.0) + self.turn

    def usual(self, name: str) -> Known:
        """What is sent for a parameter of this name whose value is not known: the number of the first page, a usual
        number of rows, else nothing."""
        if PAGE_NAME.fullmatch(name) or name == "p":
            return self._number_of_page(UNKNOWN)
        return USUAL_SIZE if SIZE_NAME.fullmatch(name) else ""

    def _first(self, name: str, at: Spot, *places: list[Spot]) -> Known:
        """The first value that is known of those that a name gets at some places, and which is used at another."""
        own = self.code.in_scope(name, at, *places)[:_MOST_TRIED]
        values = self._values_of(name, [each for spot in own for each in (self._passed(spot) or [spot])])
        return self._one_of(("name", name), name, [value for value in values if value not in ("", None)])

    def _passed(self, spot: Spot) -> list[Spot]:
        """The arguments that a place gets if a parameter alone stands there: `code = c` in `function show(c)`."""
        source = self.code.programs[spot.script]
        name = source.words[spot.at]
        if source.tokens[spot.at][0] != "name" or source.words[spot.at + 1] not in (";", ",", ")", "}"):
            return []
        around = (each for each in self.code.functions_around(spot) if name in each.parameters)
        function = next(around, None)
        return self.code.given(function, name) if function else []

    def _values_of(self, key: object, spots: list[Spot]) -> list[Known]:
        """The known values of expressions, each once; none if `key`, for which they stand, leads to itself."""
        values = list[Known]()
        if key in self._resolving or len(self._resolving) > _MOST_DEPTH:
            return values
        self._resolving.add(key)
        for value in map(self.value_at, spots[:_MOST_CALLS]):
            if value is not UNKNOWN and value not in values:
                values.append(value)
        self._resolving.discard(key)
        return values

    def _one_of(self, where: object, name: str, values: list[Known]) -> Known:
        """One of the values that a name may have: each may be that of another part of the list."""
        is_part = not (PAGE_NAME.fullmatch(name) or SIZE_NAME.fullmatch(name) or self.in_rows)
        is_part = is_part and all(isinstance(value, (str, float)) for value in values)
        others = self.code.items_beside(values[0]) if is_part and len(values) == 1 else {}
        if are_parts(list(others.values())):
            ordered = [values[0], *(value for value in others if value != values[0])]
            return self._chosen(where, ordered, [others[value] for value in ordered])
        return self._chosen(where, values, [""] * len(values) if is_part else []) if values else UNKNOWN

    def _argument(self, name: str, spot: Spot) -> tuple[bool, Known]:
        """Whether a name is a parameter at this place, and the first argument for it that is known."""
        for function in self.code.functions_around(spot):
            if name in function.parameters:
                return True, self._given(function, name)
        return False, UNKNOWN

    def _given(self, function: ScriptFunction, name: str) -> Known:
        key = (function.script, function.body, name)
        return self._one_of(key, name, self._values_of(key, self.code.given(function, name)))

    def _chosen(self, where: object, values: list[Known], words: list[str]) -> Known:
        """The value that is chosen of several, the first of them if nothing else is said."""
        self.choices |= {Choice(where, number): each for number, each in enumerate(words) if number}
        is_here = self.choice is not None and self.choice.where == where and self.choice.number < len(values)
        return values[self.choice.number if self.choice and is_here else 0]

    def item(self, name: str, items: list[Known], place: Known) -> Known:
        """The item of a list that is taken by a number which a reader chooses, such as that of a tab."""
        number = next((at for at in range(len(items)) if at == place), 0)
        ordered = [items[number], *(item for item in items if item != items[number])]
        is_part = not self.in_rows and all(isinstance(item, (str, float)) for item in items)
        return self._chosen(("item", name), ordered, [""] * len(ordered) if is_part else [])

    def checked(self, field: HtmlElement) -> Known:
        """The value of a field of which a form has one for each choice."""
        name, inputs = field.get("name"), self.page.elements["input"]
        self.work += len(inputs)
        fields = [each for each in inputs if each.get("type") == "radio" and name and each.get("name") == name]
        words = {each.get("value") or "": words_of(each.getparent()) or each.get("value") or "" for each in fields}
        own = next((value for value, label in words.items() if is_whole(label)), field.get("value") or "")
        ordered = [own, *(value for value in words if value != own)]
        names = [words.get(each, "") for each in ordered]
        return self._chosen(("field", name), ordered, names if are_parts(names) else [])

    def attribute(self, element: HtmlElement, attribute: str, value: Known) -> Known:
        """The value of an attribute of an element: of one item of several that have it, such as the chosen tab."""
        parent = element.getparent()
        alike = [] if parent is None else [each for each in parent.iterchildren(element.tag) if each.get(attribute)]
        self.work += len(alike)
        if len(alike) < 2 or not isinstance(value, str) or element not in alike:
            return value
        first = next((each for each in alike if is_whole(words_of(each))), element)
        ordered = [first, *(each for each in alike if each is not first)]
        values = [each.get(attribute) or "" for each in ordered]
        words = ["" if is_whole(words_of(first)) else words_of(each) for each in ordered]
        return self._chosen((element, attribute), values, words if words[1] and len(set(values)) > 1 else [])

    def value_of(self, select: HtmlElement) -> Known:
        """The value of a selection in the page: the chosen one, or that of all parts together."""
        value, parts = value_of_field(select), choices_of(select)
        self.work += sum(1 for _ in select.iter("option"))
        others = [("", ""), *(part for part in parts if part[0] != value)]
        return self._chosen(select, [value, *(part[0] for part in others[1:])], [words for _, words in others])

    # -- calls

    def returned(self, function: ScriptFunction, arguments: list[Known]) -> Known:
        """What a function returns for arguments."""
        if function.returns is None or self._depth > _MOST_DEPTH:
            return UNKNOWN
        bound = {name: arguments[place] for name, place in function.parameters.items()
                 if place < len(arguments) and arguments[place] is not UNKNOWN}  # fmt: skip
        self._bound.append(bound)
        self._depth += 1
        value = self.value_at(Spot(function.script, function.returns))
        self._depth -= 1
        self._bound.pop()
        return value

    def called(self, name: str, arguments: list[Known]) -> Known:
        """What a function of this name returns."""
        if len(arguments) == 1 and isinstance(arguments[0], str) and arguments[0] in self.own:
            return self.own[arguments[0]]
        if name in _GIVES_FIRST and arguments:
            return arguments[0]
        for function in self.code.functions_by_name.get(name, ())[:_MOST_TRIED]:
            if (value := self.returned(function, arguments)) is not UNKNOWN:
                return value
        return UNKNOWN

    def built(self, kind: str, name: str, arguments: list[Known]) -> Known:
        """What `new` makes: of forms and queries what is put into them (`name.append("page", 1)`)."""
        if kind not in ("FormData", "URLSearchParams", "Map", "Object"):
            return UNKNOWN
        first = arguments[0] if arguments else None
        made = dict(first) if isinstance(first, dict) else {}
        if isinstance(first, str):
            made = parameters(f"?{first.removeprefix('?')}")
        for method in ("append", "set"):
            for call in self.code.calls_on[name][method][:_MOST_CALLS] if name else ():
                spots = self.code.arguments(call)
                if len(spots) == 2:
                    key, value = map(self.value_at, spots)
                    made |= {key: value} if isinstance(key, str) else {}
        return made

    def element_for(self, selector: Known) -> Known:
        """The element of the page for a selector."""
        is_plain = isinstance(selector, str) and len(selector) < _LONG_SELECTOR and _SELECTOR.fullmatch(selector)
        element = _first_element(selector, self.page.tree) if is_plain else None
        return element or UNKNOWN

    def of_location(self, name: str) -> Known:
        """A member of the page's own address."""
        parts = urlsplit(self.page.url)
        members = {
            "href": self.page.url, "origin": f"{parts.scheme}://{parts.netloc}", "host": parts.netloc,
            "hostname": parts.hostname or "", "pathname": parts.path, "protocol": f"{parts.scheme}:",
            "search": f"?{parts.query}" if parts.query else "", "port": str(parts.port or ""),
        }  # fmt: skip
        return members.get(name, UNKNOWN)


@lru_cache(maxsize=256)  # for each value of each choice of a page
def _first_element(selector: str, tree: HtmlElement) -> Element | None:
    try:
        return Element(next(iter(elements(selector, tree)), None))
    except ValueError:
        return None


def _of_fragment(url: str) -> dict[str, str]:
    """The parameters in the fragment of an address, as pages of one program have them: `#/list?id=3`."""
    fragment = urlsplit(url).fragment
    return parameters(f"?{fragment.partition('?')[2]}") if "?" in fragment else {}
