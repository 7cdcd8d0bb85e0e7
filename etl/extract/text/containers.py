"""The known containers of the main text: the elements, and pairs of marks, that the layouts of platform families name.

Ids and classes are looked up in the indices of `Blocks`: a page has few of those that all families name.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import chain, islice
from typing import NamedTuple

from lxml.etree import XPath

from etl.extract.lexicon.page_tools import is_page_tool
from etl.extract.page.blocks import Blocks, Node
from etl.extract.text.body import Body
from etl.platforms.base import Layout, Platform
from etl.platforms.registry import all_platforms
from etl.web.page import WebPage
from etl.web.select import compile_selector

_MAX_CONTAINERS = 50
"""Maximum number of elements tried for one selector: if it matches more, it does not identify a container."""
_NAMED = re.compile(r"^\[(?:id|class)\^=([\w-]+)\]$")
"""A selector for elements by the beginning of their id or class."""
_SIMPLE_SELECTOR = re.compile(r"^([\w]*)(?:#([\w-]+))?((?:\.[\w-]+)*)$")


class _Simple(NamedTuple):
    """A selector that the indices of `Blocks` can evaluate."""

    tag: str
    id: str
    classes: tuple[str, ...]


class _General(NamedTuple):
    """Any other selector. `word` occurs in the source of every page in which it finds something; "" if unknown."""

    path: XPath
    word: str


@cache
def _compile(selector: str) -> _Simple | _General:
    match = _SIMPLE_SELECTOR.match(selector)
    if match and selector:
        tag, name, classes = match.groups()
        return _Simple(tag, name or "", tuple(c for c in classes.split(".") if c))
    named = _NAMED.match(selector)
    return _General(compile_selector(selector), named[1] if named else "")


@lru_cache(64)
def names_to_index(platform: Platform | None) -> frozenset[str]:
    """The ids and classes that selectors of the page's own family or any other need: what `Blocks` has to index."""
    names: set[str] = set()
    for _, layout in layouts_to_try(platform):
        for compiled in map(_compile, (*layout.body, *layout.header)):
            if isinstance(compiled, _Simple):
                names.update(n for n in (compiled.id, *compiled.classes) if n)
    return frozenset(names)


def select_nodes(page: WebPage, blocks: Blocks, selectors: Iterable[str]) -> Iterator[Node]:
    """Every element that one of the selectors matches."""
    for compiled in map(_compile, selectors):
        if isinstance(compiled, _General):
            matched = compiled.path(page.tree) if compiled.word in page.text else ()
            yield from filter(None, map(blocks.node_of, matched if isinstance(matched, list) else ()))
        elif compiled.id or compiled.classes:
            yield from _indexed(blocks, compiled)
        elif elements := set(page.tree.iter(compiled.tag)):
            yield from (node for node in blocks.nodes if node.element in elements)


def _indexed(blocks: Blocks, selector: _Simple) -> Iterator[Node]:
    by_class, (tag, name, classes) = blocks.by_class, selector
    indices = blocks.by_id.get(name, []) if name else by_class.get(classes[0], [])
    # Sets, as a hostile page may have each class a hundred thousand times.
    others = [set(by_class.get(one, ())) for one in (classes if name else classes[1:])] if indices else []
    for index in indices:
        node = blocks.nodes[index]
        if (not tag or node.tag == tag) and all(index in other for other in others):
            yield node


@lru_cache(64)
def markers_of(platform: Platform | None) -> re.Pattern[str]:
    """Matches every comment that marks the place of the text in a family's template."""
    pairs = (pair for _, layout in layouts_to_try(platform) for pair in layout.markers)
    return re.compile("|".join(f"(?:{marker})" for pair in pairs for marker in pair))


@lru_cache(64)
def layouts_to_try(platform: Platform | None) -> tuple[tuple[str, Layout], ...]:
    """(family, layout) to be tried: the page's own family first, then all others."""
    named = [(p.name, p.layout) for p in all_platforms() if platform is None or p.name != platform.name]
    return ((platform.name, platform.layout), *named) if platform else tuple(named)


def layout_bodies(page: WebPage, blocks: Blocks, platform: Platform | None) -> list[Body]:
    """The known containers of all families on the page, those of its own family first."""
    bodies: list[Body] = []
    by_name, unnamed = _ways_to_try(platform)
    named = (way for name in chain(blocks.by_id, blocks.by_class) for way in by_name.get(name, ()))
    for _, family, selector, (begin, end) in sorted({*unnamed, *named}):
        if not selector:
            if between := _between_markers(blocks, begin, end):
                bodies.append(Body(between[0], between[1], -1, f"{family} marks"))
            continue
        nodes = list(islice(select_nodes(page, blocks, (selector,)), _MAX_CONTAINERS))
        for node in nodes:
            bodies.append(Body(node.first, node.last, node.index, f"{family} {selector}", node.hidden_by))
        if len(nodes) > 1:
            bodies += (
                Body(run[0].first, run[-1].last, run[0].parent, f"{family} {selector}")
                for run in _runs_of(blocks, nodes)
            )
    return bodies


def _runs_of(blocks: Blocks, nodes: list[Node]) -> Iterator[list[Node]]:
    """The visible elements that follow each other with nothing but tools between: a text in several containers of a
    kind."""
    shown = sorted(
        (node for node in nodes if node.hidden_by < 0 and node.last > node.first), key=lambda node: node.index
    )
    run: list[Node] = []
    for node in shown:
        if run and not _follows(blocks, run[-1], node):
            if len(run) > 1:
                yield run
            run = []
        run.append(node)
    if len(run) > 1:
        yield run


def _follows(blocks: Blocks, before: Node, node: Node) -> bool:
    between = blocks.visible_blocks(before.last, node.first)
    return node.parent == before.parent and all(is_page_tool(block.plain.strip()) for _, block in between)


_Way = tuple[int, str, str, tuple[str, str]]
"""A way to find a container: its place among all, the family, and a selector or, where that is empty, marks."""


@lru_cache(64)
def _ways_to_try(platform: Platform | None) -> tuple[dict[str, list[_Way]], list[_Way]]:
    """The ways grouped by the id or class that they need, and the others. A page has few of the ids and classes."""
    by_name: dict[str, list[_Way]] = {}
    unnamed: list[_Way] = []
    ways = [
        (family, selector, markers)
        for family, layout in layouts_to_try(platform)
        for selector, markers in (*((s, ("", "")) for s in layout.body), *(("", pair) for pair in layout.markers))
    ]
    for place, (family, selector, markers) in enumerate(ways):
        compiled = _compile(selector) if selector else None
        name = (compiled.id or next(iter(compiled.classes), "")) if isinstance(compiled, _Simple) else ""
        (by_name.setdefault(name, []) if name else unnamed).append((place, family, selector, markers))
    return by_name, unnamed


def _between_markers(blocks: Blocks, begin: str, end: str) -> tuple[int, int] | None:
    start = next((at for text, at in blocks.template_markers if re.search(begin, text)), None)
    if start is None:
        return None
    stop = next((at for text, at in blocks.template_markers if at >= start and re.search(end, text)), None)
    return (start, stop) if stop is not None and stop > start else None
