"""Lists split over several boxes of the same form: one box for each year or kind, or for every five rows."""

import re
from collections.abc import Iterable, Mapping
from itertools import islice

from lxml.html import HtmlElement

from etl.platforms.elements.element_words import is_hidden, words_of
from etl.platforms.elements.side_boxes import is_in_side_box
from etl.platforms.rows.year_headlines import headline_above

Group = tuple[HtmlElement | None, str, str]
"""Containers of one parent with the same tag and class: some lists are broken into blocks of five rows."""
_STATE_CLASS = re.compile(
    r"^(?:on|cur|current|active|hover|first|last|odd|even|top|clearfix|fl|fr|\w{0,20}\d)$", re.IGNORECASE
)
"""Classes that mark the state or position of a row, not its kind."""
_NUMBERS = re.compile(r"\d+|[0-9a-f]{16,}", re.IGNORECASE)
_OF_PAGE = re.compile(r"#[A-Za-z]")
_MAX_BEFORE, _MAX_NAME = 2, 20
_MAX_LEVELS = 3
"""Maximum number of levels between rows' container and its box: `div.panel > div.collapse > div.panel-body > ul`."""


def stable_classes(element: HtmlElement) -> tuple[str, ...]:
    """The element's classes in order, without those that mark its state or position."""
    return tuple(name for name in (element.get("class") or "").split() if not _STATE_CLASS.match(name))


def parts_of_lists(
    groups: Mapping[Group, Mapping[HtmlElement, str]], paged: set[Group], title: str
) -> dict[Group, tuple[Group, ...]]:
    """For each group of rows (block → address of its document) the groups that form one list with it: they are in boxes
    of the same form beside each other. `paged`: groups to which the page's pager belongs; `title`: title of the page.

    Boxes that link anything other than their rows (更多, their column or a further page) are boxes with the newest
    documents of several lists, or a list beside such a box, and are not joined. A hidden box is another list, unless
    the boxes have years or months as headlines. If the page's title has the headline of one box, boxes with other
    headlines are other lists.
    """
    lists: dict[Group, tuple[Group, ...]] = {key: (key,) for key in groups}
    for level in range(_MAX_LEVELS):
        for alike in _alike(groups, level):
            is_new = len(alike) > 1 and all(lists[key] == (key,) for key in alike)
            in_one = is_new and len(paged.intersection(alike)) in (0, len(alike))
            if in_one and _are_parts(groups, alike, level) and not _is_one_named(groups, alike, title):
                lists |= dict.fromkeys(alike, alike)
    return lists


def _alike(groups: Iterable[Group], level: int) -> list[tuple[Group, ...]]:
    """The groups whose boxes have the same form and the same parent."""
    by_form: dict[tuple[HtmlElement | str | None, ...], list[Group]] = {}
    for key in groups:
        box = _box(key, level)
        if box is not None and box.tag not in ("body", "html"):
            form = (box.getparent(), str(box.tag), " ".join(stable_classes(box)), *key[1:])
            by_form.setdefault(form, []).append(key)
    return list(map(tuple, by_form.values()))


def _box(key: Group, level: int) -> HtmlElement | None:
    container = key[0]
    if container is None or level == 0:
        return container
    return next(islice(container.iterancestors(), level - 1, None), None)


def _are_parts(groups: Mapping[Group, Mapping[HtmlElement, str]], parts: tuple[Group, ...], level: int) -> bool:
    boxes = {key: _box(key, level) for key in parts}
    shapes = [{_NUMBERS.sub("#", address) for address in groups[key].values()} for key in parts]
    return bool(set.intersection(*shapes)) and not any(
        box is None
        or is_in_side_box(next(iter(groups[key])))
        or _links_others(box, groups[key])
        or (is_hidden(box) and not _headline(groups[key]))
        for key, box in boxes.items()
    )


def _is_one_named(groups: Mapping[Group, Iterable[HtmlElement]], parts: tuple[Group, ...], title: str) -> bool:
    """Whether the title has the headline of one of the boxes and not those of the others."""
    names = {name for key in parts if (name := _name_above(next(iter(groups[key])).getparent()))}
    named = {name for name in names if name in title}
    return bool(named) and named != names


def _name_above(container: HtmlElement | None) -> str:
    """The short text before a container of rows or before its box; "" if there is none, or if it is a year."""
    if container is None or headline_above(container):
        return ""
    for around in islice((container, *container.iterancestors()), _MAX_LEVELS):
        for item in islice(around.itersiblings(preceding=True), _MAX_BEFORE):
            words = words_of(item, _MAX_NAME) if isinstance(item.tag, str) else ""
            if 1 < len(words) <= _MAX_NAME:
                return words
    return ""


def _headline(blocks: Iterable[HtmlElement]) -> str:
    container = next(iter(blocks)).getparent()
    return "" if container is None else headline_above(container)


def _links_others(box: HtmlElement, blocks: Mapping[HtmlElement, str]) -> bool:
    """Whether the box has a link with words outside of its rows, except one that opens a part of the page itself."""
    return any(
        words_of(link, 1)
        and not _OF_PAGE.match(link.get("href") or "")
        and not any(above in blocks for above in (link, *link.iterancestors()))
        for link in box.iter("a")
    )
