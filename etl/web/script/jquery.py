"""Operations on elements of a page through jQuery: moving to other elements, reading, changing.

Nothing here runs code: the interpreter handles functions as arguments (`each`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from lxml.html import HtmlElement as Element

from etl.web.script.document import ELEMENT, Document
from etl.web.script.values import UNDEFINED, UnknownError, Value, is_truthy, to_text


@dataclass(frozen=True, slots=True)
class Elements:
    """Elements that jQuery selected, or one element of the DOM (`dom`); `items` is None where no page is at hand."""

    items: tuple[Element, ...] | None
    dom: bool = False

    def known(self) -> tuple[Element, ...]:
        """The elements. Raises `UnknownError` where no page is at hand."""
        if self.items is None:
            raise UnknownError
        return self.items


@dataclass(frozen=True, slots=True)
class Inner:
    """The markup inside an element, too long to be read as a string; it can only be written unchanged somewhere
    else."""

    element: Element


class InnerMarkup(str):
    """The markup inside an element as a string. If a script changes it in an unsupported way and then
    writes it, the element is shown unchanged, so that its text is not lost."""

    __slots__ = ("element",)
    element: Element

    @classmethod
    def of(cls, element: Element, markup: str) -> "InnerMarkup":
        made = cls(markup)
        made.element = element
        return made


@dataclass(frozen=True, slots=True)
class Style:
    """`element.style`."""

    elements: Elements


@dataclass(frozen=True, slots=True)
class ClassList:
    """`element.classList`."""

    elements: Elements


Arguments = list[Value]
Method = Callable[[Document, Elements, Arguments], Value]


def wrap(document: Document, argument: Value, context: Value = None) -> Elements:
    """`$(argument, context)`: elements at a selector, new ones from markup, or those that are at hand already."""
    if isinstance(argument, Elements):
        return Elements(argument.items)
    if not isinstance(argument, str):
        raise UnknownError
    if document.tree is None:
        return Elements(None)
    if argument.lstrip().startswith("<"):
        return Elements(tuple(document.new_elements(argument)))
    if context is not None:
        return find(document, wrap(document, context), [argument])
    return Elements(tuple(document.select(argument)))


# -- going to other elements


def _unique(elements: Sequence[Element | None]) -> Elements:
    return Elements(tuple(dict.fromkeys(e for e in elements if e is not None and isinstance(e.tag, str))))


_AT = re.compile(r"^(.*):(?:eq\((\d+)\)|(first|last))$")


def _filtered(document: Document, elements: Elements, arguments: Arguments) -> Elements:
    """The elements that match the selector in the arguments, if there is one."""
    if not arguments:
        return elements
    if len(arguments) > 1 or not isinstance(arguments[0], str):
        raise UnknownError
    selector = arguments[0].strip()
    at = _AT.match(selector)
    if at and "," in selector:
        raise UnknownError
    matching = set(document.select((at[1] or "*") if at else selector))
    filtered = tuple(e for e in elements.known() if e in matching)
    if at:
        filtered = filtered[-1:] if at[3] == "last" else filtered[int(at[2] or 0) :][:1]
    return Elements(filtered)


def find(document: Document, target: Elements, arguments: Arguments) -> Elements:
    if len(arguments) != 1 or not isinstance(arguments[0], str):
        raise UnknownError
    return _unique([e for root in target.known() for e in document.select(arguments[0], root)])


def _step(step: Callable[[Element], Sequence[Element | None]]) -> Method:
    def method(document: Document, target: Elements, arguments: Arguments) -> Elements:
        reached: list[Element | None] = []
        for item in target.known():
            reached += step(item)
            document.charge(len(reached))
        return _filtered(document, _unique(reached), arguments)

    return method


def elements_among(candidates: Sequence[Element]) -> list[Element]:
    return [e for e in candidates if isinstance(e.tag, str)]


def _siblings(element: Element) -> list[Element]:
    return [*element.itersiblings("*", preceding=True), *element.itersiblings("*")]


def _closest(document: Document, target: Elements, arguments: Arguments) -> Elements:
    if len(arguments) != 1:
        raise UnknownError
    closest: list[Element] = []
    for item in target.known():
        line = Elements((item, *item.iterancestors()))
        closest += _filtered(document, line, arguments).known()[:1]
    return _unique(closest)


def _eq(document: Document, target: Elements, arguments: Arguments) -> Elements:
    match arguments:
        case [float(index)] if index.is_integer():
            items = target.known()
            return Elements(items[int(index) :][:1] if index >= -len(items) else ())
    raise UnknownError


def _get(document: Document, target: Elements, arguments: Arguments) -> Value:
    items = _eq(document, target, arguments).known()
    return Elements(items, dom=True) if items else UNDEFINED


def _without(document: Document, target: Elements, arguments: Arguments) -> Elements:
    out = set(_filtered(document, target, arguments or [None]).known())
    return Elements(tuple(e for e in target.known() if e not in out))


# -- reading


def _has_class(document: Document, target: Elements, arguments: Arguments) -> Value:
    name = to_text(*arguments[:1])
    return any(name in e.get("class", "").split() for e in target.known())


def inner(document: Document, element: Element) -> Value:
    markup = document.inner_html(element)
    return Inner(element) if markup is None else InnerMarkup.of(element, markup)


# -- changing


def _content(value: Value) -> str | tuple[Element, ...]:
    return value.known() if isinstance(value, Elements) else to_text(value)


def _change(document: Document, target: Elements, change: Callable[[], None]) -> Elements:
    if target.items:
        document.charge(ELEMENT * len(target.items))
        document.later(change)
    return target


def _html(document: Document, target: Elements, arguments: Arguments) -> Value:
    if not arguments:
        return inner(document, target.known()[0]) if target.known() else UNDEFINED
    changed = _insert_each(document, target, arguments, document.set_content)
    document.changes_content = True
    return changed


def _text(document: Document, target: Elements, arguments: Arguments) -> Value:
    if not arguments:
        return document.text(target.known())
    if len(arguments) > 1:
        raise UnknownError
    markup = to_text(arguments[0]).replace("&", "&amp;").replace("<", "&lt;")

    def change() -> None:
        for element in target.items or ():
            document.set_content(element, markup)

    document.changes_content = True
    return _change(document, target, change)


def _insert_each(
    document: Document,
    target: Elements,
    arguments: Arguments,
    insert: Callable[[Element, str | Sequence[Element]], None],
) -> Elements:
    contents = [_content(argument) for argument in arguments]
    if not contents or (len(target.items or ()) > 1 and any(not isinstance(c, str) for c in contents)):
        raise UnknownError  # the same elements in several places are copies

    def change() -> None:
        for element in target.items or ():
            for content in contents:
                insert(element, content)

    return _change(document, target, change)


def _inserting(position: str) -> Method:
    def method(document: Document, target: Elements, arguments: Arguments) -> Value:
        ordered = arguments if position in ("beforebegin", "beforeend") else arguments[::-1]
        return _insert_each(document, target, ordered, lambda e, content: document.insert(e, position, content))

    return method


def _inserting_into(position: str) -> Method:
    def method(document: Document, target: Elements, arguments: Arguments) -> Value:
        if len(arguments) != 1:
            raise UnknownError
        items = target.known()
        _insert_each(
            document,
            wrap(document, arguments[0]),
            [target],
            lambda element, _: document.insert(element, position, items),
        )
        return target

    return method


def _remove(document: Document, target: Elements, arguments: Arguments) -> Value:
    gone = _filtered(document, target, arguments)
    return _change(document, gone, partial(document.remove, gone.items or ()))


def _replace_with(document: Document, target: Elements, arguments: Arguments) -> Value:
    _inserting("beforebegin")(document, target, arguments)
    return _remove(document, target, [])


def set_display(document: Document, target: Elements, value: str) -> Elements:
    display = value.replace("!important", "").strip().lower()
    if not re.fullmatch(r"[a-z-]*", display):
        raise UnknownError
    return _change(document, target, partial(document.set_display, target.items or (), display))


def _displaying(value: str) -> Method:
    return lambda document, target, arguments: set_display(document, target, value)


def _toggle(document: Document, target: Elements, arguments: Arguments) -> Value:
    if len(arguments) != 1 or not isinstance(arguments[0], bool):
        raise UnknownError  # without an argument it depends on style sheets that are not at hand
    return set_display(document, target, "block" if arguments[0] else "none")


def _css(document: Document, target: Elements, arguments: Arguments) -> Value:
    match arguments:
        case [str(name), value]:
            styles: dict[str, Value] = {name: value}
        case [dict(styles)]:
            pass
        case _:
            raise UnknownError
    for name, value in styles.items():
        if name == "display":
            set_display(document, target, to_text(value))
    return target


def _attr(document: Document, target: Elements, arguments: Arguments) -> Value:
    match arguments:
        case [str(name)]:
            attribute = target.known()[0].get(name.lower()) if target.known() else None
            return UNDEFINED if attribute is None else attribute
        case [str(name), value]:
            return set_attribute(document, target, name, to_text(value))
        case [dict(values)]:
            for name, value in values.items():
                set_attribute(document, target, name, to_text(value))
            return target
    raise UnknownError


def set_attribute(document: Document, target: Elements, name: str, value: str | None) -> Elements:
    if name.lower() == "class":
        _change(document, target, partial(document.remove_class, target.items or (), None))
        return _change(document, target, partial(document.add_class, target.items or (), value or ""))
    return _change(document, target, partial(document.set_attribute, target.items or (), name, value))


def _remove_attr(document: Document, target: Elements, arguments: Arguments) -> Value:
    if len(arguments) != 1:
        raise UnknownError
    return set_attribute(document, target, to_text(arguments[0]), None)


def _prop(document: Document, target: Elements, arguments: Arguments) -> Value:
    match arguments:
        case ["hidden", bool(hidden)]:
            return set_attribute(document, target, "hidden", "" if hidden else None)
    raise UnknownError


def _data(document: Document, target: Elements, arguments: Arguments) -> Value:
    value = _attr(document, target, [f"data-{to_text(*arguments)}"]) if len(arguments) == 1 else None
    if isinstance(value, str) and (not value or re.match(r"[\d.\-+{\[]|(?:true|false|null)$", value)):
        raise UnknownError  # jQuery converts such values to numbers and objects
    return value


def _on_event(document: Document, target: Elements, arguments: Arguments) -> Value:
    """Registers a handler, which is not run. Without one the event happens: its handlers are not known."""
    if not arguments or isinstance(arguments[-1], (str, float, bool)):
        raise UnknownError
    return target


def _val(document: Document, target: Elements, arguments: Arguments) -> Value:
    if not arguments:
        return document.form_value(target.known()[0]) if target.known() else UNDEFINED
    return _attr(document, target, ["value", *arguments])


def _classes(change: str) -> Method:
    def method(document: Document, target: Elements, arguments: Arguments) -> Value:
        if change == "remove" and not arguments:
            return _change(document, target, partial(document.remove_class, target.items or (), None))
        if len(arguments) not in (1, 2):
            raise UnknownError
        names = to_text(arguments[0])
        for element in target.known():
            adds = change == "add" or (change == "toggle" and names not in element.get("class", "").split())
            if change == "toggle" and len(arguments) == 2:
                adds = is_truthy(arguments[1])
            _change(document, target, partial(document.add_class if adds else document.remove_class, [element], names))
        return target

    return method


READS = frozenset("html text val attr data size is hasClass get".split())
"""Methods that may return something other than elements."""
EVENTS = frozenset(
    "on bind click hover mouseover mouseout mouseenter mouseleave change focus blur keyup scroll resize".split()
)
JQUERY: dict[str, Method] = {
    "find": find,
    "parent": _step(lambda e: [e.getparent()]),
    "parents": _step(lambda e: list(e.iterancestors())),
    "next": _step(lambda e: list(islice(e.itersiblings("*"), 1))),
    "prev": _step(lambda e: list(islice(e.itersiblings("*", preceding=True), 1))),
    "nextAll": _step(lambda e: list(e.itersiblings())),
    "prevAll": _step(lambda e: list(e.itersiblings(preceding=True))),
    "siblings": _step(_siblings),
    "children": _step(list),
    "closest": _closest,
    "filter": lambda document, target, arguments: _filtered(document, target, arguments or [None]),
    "not": _without,
    "eq": _eq,
    "get": _get,
    "first": lambda document, target, arguments: Elements(target.known()[:1]),
    "last": lambda document, target, arguments: Elements(target.known()[-1:]),
    "size": lambda document, target, arguments: float(len(target.known())),
    "is": lambda document, target, arguments: bool(_filtered(document, target, arguments or [None]).known()),
    "hasClass": _has_class,
    "html": _html,
    "text": _text,
    "val": _val,
    "attr": _attr,
    "prop": _prop,
    "removeAttr": _remove_attr,
    "data": _data,
    "append": _inserting("beforeend"),
    "prepend": _inserting("afterbegin"),
    "after": _inserting("afterend"),
    "before": _inserting("beforebegin"),
    "appendTo": _inserting_into("beforeend"),
    "prependTo": _inserting_into("afterbegin"),
    "insertAfter": _inserting_into("afterend"),
    "insertBefore": _inserting_into("beforebegin"),
    "replaceWith": _replace_with,
    "remove": _remove,
    "detach": _remove,
    "empty": lambda document, target, arguments: _html(document, target, [""]),
    "show": _displaying("block"),
    "fadeIn": _displaying("block"),
    "slideDown": _displaying("block"),
    "hide": _displaying("none"),
    "fadeOut": _displaying("none"),
    "slideUp": _displaying("none"),
    "toggle": _toggle,
    "css": _css,
    "addClass": _classes("add"),
    "removeClass": _classes("remove"),
    "toggleClass": _classes("toggle"),
    **dict.fromkeys(EVENTS, _on_event),
}
