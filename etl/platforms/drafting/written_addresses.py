"""The addresses that a page's scripts and templates make of the values of a row: `'/detail?id=' + item.id`."""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import html
from lxml.etree import LxmlError
from lxml.html import HtmlElement

from etl.platforms.drafting.script_code import ScriptCode, ScriptFunction, Spot
from etl.platforms.drafting.script_expressions import Values
from etl.platforms.drafting.script_files import is_code
from etl.platforms.drafting.scripted_requests import code_of
from etl.platforms.elements.list_addresses import changes_something
from etl.sources.typed import typed_address
from etl.web.page import WebPage, base_url
from etl.web.urls import MAX_ADDRESS_CHARS, PLACE, from_root, resolved

_HREF = re.compile(r"""(?<![\w-])(?:data-)?href\s*=\s*\\?["']?([^\s"'\\<>]{1,300})""")
_LEADS = re.compile(
    r"""\b(?:location(?:\.href)?\s*=|window\.open\(|location\.(?:assign|replace)\()\s*\\?["'`]?([^\s"'\\<>)]{1,300})"""
)
_CALLS = re.compile(r"""\b([A-Za-z_$][\w$]{1,40})\(\s*([^()]{1,200})\)""")
_MAY_LEAD = re.compile(r"""href|location|open\(|click|\bid=\\?["']|data-""", re.IGNORECASE)
_ARGUMENT = re.compile(r"""\\?["'`]?\{?(?:[A-Za-z_$][\w$]*\.)*([A-Za-z_$]\w*)\}?\\?["'`]?""")
_BOUND, _CLICKED = re.compile(r"^(?:v-bind)?:(?:href|to)$"), re.compile(r"click$")
_MUSTACHE = re.compile(
    r"\{\{[#=&]?([^{}\n]{1,80})\}\}|<%[=-]([^%\n]{1,80})%>|\$\{([^{}\n]{1,80})\}|#[=:]([^#\n]{1,80})#"
)
_LAST_NAME = re.compile(r"""(?:^|[.\[])\s*["']?(\w+)["']?\]?\s*\)?$""")
_TITLE = re.compile(r"\{\w{0,20}(?:title|name|subject|bt|mc)\}", re.IGNORECASE)
_SETS = frozenset(("attr", "prop", "setAttribute"))
_OPENS = frozenset(("open", "assign", "push", "replace"))
_ATTRIBUTE = re.compile(r"""\b(id|data-[\w-]{1,30})=\\?["']?\{(\w+)\}""")
_MAX_TEXTS = 300


def written_addresses(page: WebPage, service: str) -> list[str]:
    """The forms of addresses (`/detail?id={id}`), as `listing.address` has them for rows that the address `service`
    answers: each once, those of links with a title first."""
    writer = _Writer(page, code_of(page))
    forms: dict[str, bool] = {}
    for address, is_titled in writer.addresses():
        form = _absolute(address, page, service) if PLACE.search(address) and "{}" not in address else None
        if form and _is_address(form) and not changes_something(form):
            forms[form] = forms.get(form, False) or is_titled
    return sorted(forms, key=lambda form: not forms[form])


class _Writer:
    """Finds the addresses, each with whether a title stands behind it."""

    def __init__(self, page: WebPage, code: ScriptCode) -> None:
        self.page, self.code = page, code
        self.values = Values(code, page, in_rows=True)
        self.calls: dict[str, list[str]] = {}
        """What functions are called with in texts and attributes (`onclick="openDetail({id})"`), by their names."""

    def addresses(self) -> Iterator[tuple[str, bool]]:
        yield from self._of_elements(self.page.tree)
        for script in self.page.elements["script"]:
            if script.text and not is_code(script.get("type") or ""):
                self._note_attributes(_places(script.text))
                yield from self._of_markup(script.text)
        for text in islice(self._texts(), _MAX_TEXTS):
            yield from self._of_text(text)
            if "{{" in text or ':href="' in text or "@click" in text:
                yield from self._of_markup(text)
        yield from self._of_code()

    def _texts(self) -> Iterator[str]:
        """The texts of the scripts that begin with a link or a handler, with what is added to them."""
        # Bundles hold thousands of texts; the page's own scripts are shorter.
        for script, source in sorted(enumerate(self.code.programs), key=lambda each: len(each[1].tokens)):
            for at, (kind, text, _) in enumerate(source.tokens):
                if kind in ("str", "template") and _MAY_LEAD.search(text):
                    value = self.values.at(Spot(script, at))
                    if isinstance(value, str):
                        yield value

    def _of_text(self, text: str) -> Iterator[tuple[str, bool]]:
        if "{{" in text or "#=" in text or "<%" in text:
            text = _places(text)
        for pattern in (_HREF, _LEADS):
            for link in pattern.finditer(text):
                yield link[1], _TITLE.search(text, link.end(), link.end() + 200) is not None
        self._note_attributes(text)
        for call in _CALLS.finditer(text):
            self.calls.setdefault(call[1], []).append(call[2])

    def _note_attributes(self, text: str) -> None:
        """The values of a row that its element bears, by attribute (`<li data-id="{id}">`)."""
        self.values.attributes |= {each[1]: each[2] for each in _ATTRIBUTE.finditer(text)}

    def _of_markup(self, markup: str) -> Iterator[tuple[str, bool]]:
        try:
            yield from self._of_elements(html.fragment_fromstring(markup, create_parent="div"))
        except (LxmlError, ValueError):
            return

    def _of_elements(self, tree: HtmlElement) -> Iterator[tuple[str, bool]]:
        for element in tree.iter("*"):
            for name, value in element.items():
                if _CLICKED.search(name):
                    yield from self._of_text(_places(value))
                elif _BOUND.search(name):
                    made = self.values.written(value)
                    title = _places(f"{''.join(element.itertext())}")
                    yield (made if isinstance(made, str) else ""), _TITLE.search(title) is not None
                elif name.endswith("href") and _MUSTACHE.search(value):
                    yield _places(value), _TITLE.search(_places("".join(element.itertext()))) is not None

    def _of_code(self) -> Iterator[tuple[str, bool]]:
        """What the code itself opens, and what it sets as the address of a link."""
        for name in _SETS:
            for spots in map(self.code.arguments, self.code.calls[name]):
                if len(spots) == 2 and self.values.at(spots[0]) == "href":
                    yield self._made(spots[1]), False
        for spot in self._opened():
            functions = self.code.functions_around(spot)
            given = [(function, each) for function in functions for each in self.calls.get(function.name, ())[:5]]
            yield from ((self._made(spot, function, each), True) for function, each in given)
            if not given:
                yield self._made(spot), False

    def _opened(self) -> Iterator[Spot]:
        yield from (
            spot for name in ("href", "location") for spot in (*self.code.members[name], *self.code.assigned[name])
        )
        for name in _OPENS:
            for bracket in self.code.calls[name]:
                yield from self.code.arguments(bracket)[:1]

    def _made(self, spot: Spot, function: ScriptFunction | None = None, given: str = "") -> str:
        names = [argument[1] if (argument := _ARGUMENT.fullmatch(each.strip())) else "" for each in given.split(",")]
        places = function.parameters.items() if function else ()
        bound = {name: f"{{{names[at]}}}" for name, at in places if at < len(names) and names[at]}
        value = self.values.at(spot, bound)
        if isinstance(value, dict):  # of a router
            path, query = value.get("path"), value.get("query")
            pairs = query.items() if isinstance(query, dict) else ()
            value = path + "?" + "&".join(f"{name}={each}" for name, each in pairs) if isinstance(path, str) else ""
        return value if isinstance(value, str) else ""


def _places(text: str) -> str:
    """A text of a template with the places for the values of a row: `{{item.id}}` is `{id}`."""
    return _MUSTACHE.sub(lambda value: f"{{{_last_name(next(filter(None, value.groups())))}}}", text)


def _last_name(expression: str) -> str:
    named = _LAST_NAME.search(expression.strip())
    return named[1] if named else ""


def _is_address(form: str) -> bool:
    """Whether a source file may have the form."""
    try:
        return len(typed_address(form)) <= MAX_ADDRESS_CHARS
    except ValueError:
        return False


def _absolute(form: str, page: WebPage, service: str) -> str | None:
    """The form for a service that may be on another host or in another folder than the page."""
    if form.startswith(("{", "http://", "https://")):
        return form
    if form.startswith(("//", "#", "javascript:")) or "#" in form.partition("?")[0]:
        return None
    return from_root(resolved(base_url(page), form), service)
