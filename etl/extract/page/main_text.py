"""Which part of the page its main text is.

Order of evidence: (1) a container or a pair of marks that a platform family is known by, when it holds most of the
page's prose; (2) the deepest element that holds most of the prose; (3) where the page has no prose (a file or a
picture only), the family's container, else what stands between the sub-heading line and the foot of the page.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from itertools import chain, islice
from typing import NamedTuple

from lxml.etree import XPath

from etl.extract.codes import BETWEEN, DENSEST
from etl.extract.lexicon.labels import find_labels, label_key, match_label
from etl.extract.page.blocks import Blocks, Node
from etl.extract.page.body import Body, is_in_search_form
from etl.extract.page.end_of_text import starts_related_links
from etl.extract.page.hosts import is_host_of_text
from etl.extract.page.prose import is_boilerplate, is_prose
from etl.file_names import has_file_name
from etl.platforms.base import Layout, Platform
from etl.platforms.registry import all_platforms
from etl.web.page import WebPage
from etl.web.select import compile_selector

MIN_LAYOUT_SHARE = 0.5
"""Share of the page's prose that a family's container must hold to be taken as the main text."""
SAME_TEXT_SHARE = 0.9
"""Share of the best container's prose that another one must hold to count as holding the same text."""
_MIN_CHILD_SHARE = 0.8
"""Share of its parent's prose that a child must hold to be taken instead of the parent."""
_MIN_CELL_LINES = 3
"""Lines that a table cell must have to be the body; with fewer it belongs to a table of data."""
_MIN_HIDDEN_LINE = 20
"""Characters of a hidden line of prose that is worth a word; shorter ones are messages of the page."""
_HEADING_CHARS, _PUNCTUATED = 8, re.compile("[，。；：！？、:]|日$")
"""The heading of rows of links: its length, and what it has not."""
_MIN_COPY_CHARS = 80
"""Characters of prose of an element that stands twice on the page; less may be said twice in a text."""
_MIN_PROSE_CHARS = 40
"""Characters of prose below which the density of prose says nothing."""

_MAX_CONTAINERS = 50
"""Most elements that are tried of one selector: one that matches more names no container."""
_MAX_FURNITURE_CHARS = 400
"""Characters of prose of a page below which headers and footers may outweigh a short notice."""
_LIST_LINE_LINK_CHARS = 14
"""Linked characters from which on a line belongs to a list of other documents."""
_MIN_NOTICE_CHARS = 20
"""Characters of prose of the shortest notice; footers may hold as much, so such a notice holds no majority of it."""

_MIN_TITLE_CHARS, _MIN_SHARE_OF_TITLE = 6, 0.4
"""Letters of a headline, and its share of `<title>`, which names the site too. The name of an agency, which begins most
titles and signs the text, is less of one."""
_BLOCKS_BELOW_HEADLINE = 40
"""Lines below a headline, those of a header among them, in which its text begins."""

_SHARES = re.compile(r"\s*+分享")
"""Tools right below a headline; what is called so behind a text ends it."""
_NAMED = re.compile(r"^\[(?:id|class)\^=([\w-]+)\]$")
"""An element by the beginning of its id or class."""
_SIMPLE_SELECTOR = re.compile(r"^([\w]*)(?:#([\w-]+))?((?:\.[\w-]+)*)$")


class _Simple(NamedTuple):
    """A selector that the indices of `Blocks` answer."""

    tag: str
    id: str
    classes: tuple[str, ...]


class _General(NamedTuple):
    """Any other selector. `word` stands in the source of each page that it finds something in; "" if unknown."""

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
def names_to_index(platform: Platform | None = None) -> frozenset[str]:
    """The ids and classes that selectors of the page's own family or any other need: what `Blocks` has to index."""
    names: set[str] = set()
    for _, layout in layouts_to_try(platform):
        for compiled in map(_compile, (*layout.body, *layout.header)):
            if isinstance(compiled, _Simple):
                names.update(n for n in (compiled.id, *compiled.classes) if n)
    return frozenset(names)


def select_nodes(page: WebPage, blocks: Blocks, selectors: Iterable[str]) -> Iterator[tuple[str, Node]]:
    """(selector, node) of every element that one of the selectors matches."""
    for selector in selectors:
        compiled = _compile(selector)
        if isinstance(compiled, _General):
            matched = compiled.path(page.tree) if compiled.word in page.text else ()
            matches = matched if isinstance(matched, list) else []
        elif not (compiled.id or compiled.classes):
            yield from ((selector, node) for node in blocks.nodes if node.tag == compiled.tag)
            continue
        else:
            yield from ((selector, node) for node in _indexed(blocks, compiled))
            continue
        yield from ((selector, node) for node in map(blocks.node_of, matches) if node is not None)


def _indexed(blocks: Blocks, selector: _Simple) -> Iterator[Node]:
    by_class, (tag, name, classes) = blocks.by_class, selector
    for index in blocks.by_id.get(name, ()) if name else by_class.get(classes[0], ()):
        node = blocks.nodes[index]
        if (not tag or node.tag == tag) and all(index in by_class.get(one, ()) for one in classes):
            yield node


@lru_cache(64)
def layouts_to_try(platform: Platform | None) -> tuple[tuple[str, Layout], ...]:
    """(family, layout) to be tried: the page's own family first, then all others."""
    named = [(p.name, p.layout) for p in all_platforms() if platform is None or p.name != platform.name]
    return ((platform.name, platform.layout), *named) if platform else tuple(named)


def find_body(page: WebPage, blocks: Blocks, platform: Platform | None, title: str) -> Body:
    """The part of the page that holds the main text, its edges not yet trimmed (see `trim`)."""
    total = blocks.nodes[0].prose_chars
    known = layout_bodies(page, blocks, platform)
    if total >= _MIN_PROSE_CHARS:
        held = [(prose_chars(blocks, b), b) for b in known]
        most = max((prose for prose, _ in held), default=0)
        if most >= MIN_LAYOUT_SHARE * total or (most >= _MIN_NOTICE_CHARS and total < _MAX_FURNITURE_CHARS):
            # Of containers inside each other, the tightest that still holds the prose.
            tight = [b for prose, b in held if prose >= SAME_TEXT_SHARE * most]
            return min(tight, key=lambda b: visible_chars(blocks, b))
        headline = _headline_of(blocks, title, _MIN_SHARE_OF_TITLE)
        holds_most = densest(blocks, headline)
        if total < _MAX_FURNITURE_CHARS and (beside := _beside_prose(blocks, known, title, headline, holds_most)):
            return beside
        return holds_most
    revealed = _largest_hidden(blocks, known)
    if revealed is not None:
        return revealed
    visible = [b for b in known if b.revealed < 0]
    if visible:
        return max(visible, key=lambda b: visible_chars(blocks, b))
    return _between_headline_and_footer(blocks, title)


def layout_bodies(page: WebPage, blocks: Blocks, platform: Platform | None) -> list[Body]:
    """The containers on the page that any family is known by, its own family's first."""
    bodies: list[Body] = []
    by_name, unnamed = _ways_to_try(platform)
    named = (way for name in chain(blocks.by_id, blocks.by_class) for way in by_name.get(name, ()))
    for _, family, selector, (begin, end) in sorted({*unnamed, *named}):
        if not selector:
            if between := _between_markers(blocks, begin, end):
                bodies.append(Body(between[0], between[1], -1, f"{family} marks"))
            continue
        for _, node in islice(select_nodes(page, blocks, (selector,)), _MAX_CONTAINERS):
            bodies.append(Body(node.first, node.last, node.index, f"{family} {selector}", node.hidden_by))
    return bodies


_Way = tuple[int, str, str, tuple[str, str]]
"""A way to find a container: its place among all, the family, and a selector or, where that is empty, marks."""


@lru_cache(64)
def _ways_to_try(platform: Platform | None) -> tuple[dict[str, list[_Way]], list[_Way]]:
    """Those that need an id or class, by it, and the others. A page has few of the ids and classes of all families."""
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


def prose_chars(blocks: Blocks, body: Body) -> int:
    """Characters of prose that it holds: no linked lines, no boilerplate."""
    if body.node >= 0:
        return blocks.nodes[body.node].prose_chars
    return sum(
        len(b.text) - b.link_chars
        for _, b in blocks.visible_blocks(body.first, body.last)
        if b.link_chars * 2 < len(b.text) and not is_boilerplate(b.text[:400])
    )


def visible_chars(blocks: Blocks, body: Body) -> int:
    """Characters of text that it shows."""
    return sum(len(b.text) for _, b in blocks.visible_blocks(body.first, body.last, body.revealed))


def hidden_prose(blocks: Blocks, body: Body, text: str) -> int:
    """Characters of lines of prose that stand in the body's range, are hidden, and are none of its text."""
    lines = (b for b in blocks.blocks[body.first : body.last] if b.hidden_by > body.revealed)
    prose = [b.plain.strip() for b in lines if is_prose(b.text, len(b.text), b.link_chars)]
    return sum(len(line) for line in dict.fromkeys(prose) if len(line) >= _MIN_HIDDEN_LINE and line not in text)


def _beside_prose(blocks: Blocks, known: list[Body], title: str, headline: int, holds_most: Body) -> Body | None:
    """The document of a page whose prose stands elsewhere (a tip about browsers, a box that asks before it leads to
    another site): what a script would reveal, if it says more than all of that, or the files or what else stands below
    the headline, where all prose stands above it or behind the foot of the page."""
    revealed = _largest_hidden(blocks, known)
    if revealed is not None and visible_chars(blocks, revealed) > blocks.nodes[0].prose_chars:
        return revealed
    files = (b for b in known if b.revealed < 0 and not prose_chars(blocks, b) and _names_a_file(blocks, b))
    of_files = max(files, key=lambda b: visible_chars(blocks, b), default=None)
    end = headline if of_files is None else of_files.last - 1
    if headline < 0 or not _is_whole_title(blocks.blocks[headline].plain, title):
        return None
    if of_files is None and blocks.blocks[headline].link_chars:
        return None
    prose = next((index for index in _sentences(blocks, holds_most) if index > headline), -1)
    if prose > headline and not any(is_boilerplate(b.text) for _, b in blocks.visible_blocks(end + 1, prose)):
        return None
    below = of_files or below_headline(blocks, headline + 1)
    return below if below.last > below.first else None


def _is_whole_title(line: str, title: str) -> bool:
    """Whether a line is all that the page states for its title, but for what signs divide from it: the site's name."""
    before, key, behind = label_key(title).partition(label_key(line))
    return bool(key) and not (before[-1:].isalnum() or behind[:1].isalnum())


def _sentences(blocks: Blocks, body: Body) -> Iterator[int]:
    """The indices of its lines of prose that are no heading."""
    for index, block in blocks.visible_blocks(body.first, body.last):
        if len(block.plain.strip()) >= _MIN_NOTICE_CHARS and is_prose(block.text, len(block.text), block.link_chars):
            yield index


def _names_a_file(blocks: Blocks, body: Body) -> bool:
    lines = blocks.visible_blocks(body.first, body.last)
    return any(block.link_chars and has_file_name(block.plain) for _, block in lines)


def _largest_hidden(blocks: Blocks, known: list[Body]) -> Body | None:
    """The largest hidden container of a family: on a page that shows nothing else, a script would reveal it."""
    hidden = [b for b in known if b.revealed >= 0 and visible_chars(blocks, b) > 3 * _MIN_PROSE_CHARS]
    return max(hidden, key=lambda b: visible_chars(blocks, b), default=None)


def densest(blocks: Blocks, headline: int = -1) -> Body:
    """The deepest element that holds most of the prose, and the first prose below the headline (the index of its block;
    -1 if it is not known): boxes beside a short text say more than it."""
    node = inner = blocks.nodes[0]
    begins = first_prose(blocks, headline) if headline >= 0 else -1
    while True:
        best = _child_with_most_prose(blocks, inner)
        if best is not None and best.prose_chars < _MIN_CHILD_SHARE * node.prose_chars and _has_copy(blocks, best):
            node = inner = best
            continue
        if (
            best is None
            or best.prose_chars < _MIN_CHILD_SHARE * node.prose_chars
            or best.tag in ("p", "span", "strong")
            or (begins >= 0 and not best.first <= begins < best.last)
        ):
            if begins >= 0 and node.first <= headline < node.last:
                return Body(headline + 1, node.last, node.index, BETWEEN)
            return Body(node.first, node.last, node.index, DENSEST)
        inner = best
        # A row is no body, and a cell is one only if it holds paragraphs: else the table is the text.
        if best.tag not in ("tr", "tbody") and (
            best.tag not in ("td", "th") or best.last - best.first >= _MIN_CELL_LINES
        ):
            node = best


def _headline_of(blocks: Blocks, title: str, share: float = 0) -> int:
    """The index of the line that says most of what the page states for its title, or the one below it that ends
    the title; -1 if there is none. Of several the last, or, of those that say at least a `share` of it, the first: a
    text may begin with its title."""
    title_key = label_key(title)
    best, longest, rest = -1, max(_MIN_TITLE_CHARS + 1, len(title_key) * share), ""
    for index, block in blocks.visible_blocks(0, len(blocks.blocks)):
        key = label_key(block.plain)
        if len(key) >= longest + (best >= 0 and share > 0) and key in title_key:
            best, longest = index, len(key)
            rest = title_key.partition(key)[2].rstrip(".")
        elif best == index - 1 >= 0 and rest and key.startswith(rest):
            best = index
    return best


def first_prose(blocks: Blocks, headline: int) -> int:
    """The index of the first line of prose below a headline, neither label nor value; -1 if none stands near."""
    is_value = False
    for index, block in blocks.visible_blocks(headline + 1, headline + 1 + _BLOCKS_BELOW_HEADLINE):
        if _is_below_text(blocks, index):
            break
        if is_prose(block.text, len(block.text), block.link_chars) and not is_value and not find_labels(block.text):
            return index
        is_value = match_label(block.text) is not None
    return -1


def _is_below_text(blocks: Blocks, index: int) -> bool:
    """Whether a line is one of the site's, or begins related links."""
    block = blocks.blocks[index]
    return (is_boilerplate(block.text) or starts_related_links(block)) and not is_host_of_text(blocks, index)


def _has_copy(blocks: Blocks, node: Node) -> bool:
    """Whether an element behind it says the same: the page for phones, which a style sheet of the site hides."""
    index, end = node.end, blocks.nodes[node.parent].end
    while index < end:
        other = blocks.nodes[index]
        if other.prose_chars == node.prose_chars >= _MIN_COPY_CHARS and _prose(blocks, other) == _prose(blocks, node):
            return True
        index = other.end
    return False


def _prose(blocks: Blocks, node: Node) -> list[str]:
    lines = (block for _, block in blocks.visible_blocks(node.first, node.last))
    return [block.plain.strip() for block in lines if is_prose(block.text, len(block.text), block.link_chars)]


def _child_with_most_prose(blocks: Blocks, node: Node) -> Node | None:
    best: Node | None = None
    index = node.index + 1
    while index < node.end:
        child = blocks.nodes[index]
        if best is None or child.prose_chars > best.prose_chars:
            best = child
        index = child.end
    return best


def _below_subheading(blocks: Blocks) -> int:
    """The index of the block after the last line with a source or date above the footer; used where no headline is
    known."""
    start = 0
    for index, block in blocks.visible_blocks(0, len(blocks.blocks)):
        if is_boilerplate(block.text):
            if start:
                break
        elif any(item.name in ("published_date", "source") and item.value for item in find_labels(block.text)):
            start = index + 1
    return start


def _between_headline_and_footer(blocks: Blocks, title: str) -> Body:
    """From the block after the title, or after the line with source and date, to the footer of the page."""
    headline = _headline_of(blocks, title)
    return below_headline(blocks, headline + 1 if headline >= 0 else _below_subheading(blocks))


def below_headline(blocks: Blocks, start: int) -> Body:
    """From block `start` to the footer of the page, to related links, or to rows of links."""
    end = before_heading = start
    rows = 0
    for index, block in blocks.visible_blocks(start, len(blocks.blocks)):
        rows = rows + 1 if block.link_chars > _LIST_LINE_LINK_CHARS and not has_file_name(block.text) else 0
        if rows > 1:
            end = before_heading
        if rows <= 1 and end == start and _SHARES.match(block.plain):
            continue
        if _is_below_text(blocks, index) or rows > 1:
            break
        if end > start and is_in_search_form(blocks, block.node, Body(start, start, -1, BETWEEN)):
            break
        if not rows:
            is_heading = len(block.text) <= _HEADING_CHARS and not _PUNCTUATED.search(block.text)
            before_heading, end = end if is_heading else index + 1, index + 1
    return Body(start, end, -1, BETWEEN)


def with_prose_above(blocks: Blocks, container: Body, headline: int) -> Body:
    """The container from the headline (the index of its block) on, if text of the document stands between the two.

    A long table below the text holds most of a page's prose, and would leave the text outside.
    """
    if container.rule != DENSEST or headline < 0 or headline >= container.first:
        return container
    between = [block for _, block in blocks.visible_blocks(headline + 1, container.first)]
    linked = sum(block.link_chars for block in between)
    prose = sum(
        len(block.text)
        for block in between
        if is_prose(block.text, len(block.text), block.link_chars) and not find_labels(block.text)
    )
    if prose < _MIN_PROSE_CHARS or linked * 3 > prose:
        return container
    return replace(container, first=headline + 1, node=-1)
