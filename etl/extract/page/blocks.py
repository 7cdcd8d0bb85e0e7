"""A page in reading order: blocks of text and, for every element, its range of blocks.

A container's text is a slice of blocks, so choosing a container, reading header cells and rendering tables all work on
the same lists and the tree is walked once (`etl.extract.page.walk`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from lxml import html

_LEADS_NOWHERE = re.compile(r"\s*(?:$|#|javascript:|about:)", re.IGNORECASE)
_LINES_OF_CELL = 4
"""Maximum number of lines of a cell of data."""


@dataclass(slots=True, eq=False)
class Node:
    """An element of the page: `blocks[first:last]` is its text, `nodes[index:end]` is the element with its descendants.

    Indices point into `Blocks.blocks` and `Blocks.nodes`; ranges are half-open; -1 means none. `parent` is the
    enclosing node. `line`, `hidden_by`, `row` and `cell` describe its text, as in `Block`; `in_link`: whether its text
    is in a link. `text_chars` counts all characters of its visible text, `link_chars` those in links, `prose_chars`
    those in lines of prose outside links.
    """

    element: html.HtmlElement
    tag: str
    index: int
    parent: int
    first: int
    last: int
    end: int
    line: int
    hidden_by: int
    row: int
    cell: int
    in_link: bool
    text_chars: int = 0
    link_chars: int = 0
    prose_chars: int = 0


@dataclass(slots=True)
class Block:
    """A line of text between two elements that end a line, with collapsed white space.

    `text` has an `INLINE_BOUNDARY` where an inline element begins or ends; `plain` is what a person reads. `node`,
    `hidden_by`, `row` and `cell` are indices into `Blocks.nodes`, -1 for none: the innermost element that ends a line,
    the innermost hidden element, tr, and td or th around it. `link_chars` counts its characters inside links.
    """

    text: str
    plain: str
    node: int
    hidden_by: int
    row: int
    cell: int
    link_chars: int


@dataclass(eq=False)
class Blocks:
    """All blocks and nodes of a page, in document order; `nodes[0]` is the root.

    `template_markers` are (name of a `<meta>`, index of the block that follows), `anchors` and
    `images` the nodes of `<a>` and `<img>`, `addresses` the `href` of an `<a>` by the index of its node, `clickable`
    the indices of other nodes with `onclick` or `pdfsrc`, `by_id` and `by_class` those of nodes by wanted id and class.
    `resumed`: by the index of a block, that of the block before a hidden inline element, if both are of one line.
    """

    blocks: list[Block] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    template_markers: list[tuple[str, int]] = field(default_factory=list)
    anchors: list[Node] = field(default_factory=list)
    images: list[Node] = field(default_factory=list)
    addresses: dict[int, str] = field(default_factory=dict)
    clickable: list[int] = field(default_factory=list)
    by_id: dict[str, list[int]] = field(default_factory=dict)
    by_class: dict[str, list[int]] = field(default_factory=dict)
    resumed: dict[int, int] = field(default_factory=dict)

    @cached_property
    def leading(self) -> frozenset[int]:
        """The blocks in which a link begins that leads to an address."""
        leading = (index for index, address in self.addresses.items() if not _LEADS_NOWHERE.match(address))
        return frozenset(self.nodes[index].first for index in leading)

    def is_in_row(self, block: Block) -> bool:
        """Whether a block is in a row of data: its cell has a few lines. A cell with more is page layout."""
        if block.row < 0:
            return False
        cell = self.nodes[block.cell]
        return block.cell < 0 or cell.last - cell.first <= _LINES_OF_CELL

    def node_of(self, element: html.HtmlElement) -> Node | None:
        """The node of an element; None if the walk skips the element or gives it no node."""
        for node in self.nodes:
            if node.element is element:
                return node
        return None

    def visible_blocks(self, first: int, last: int, revealed: int = -1) -> Iterator[tuple[int, Block]]:
        """(index, block) of the visible blocks in blocks[first:last]; `revealed` is a hidden node that counts as
        shown."""
        for index, block in enumerate(self.blocks[first : max(0, last)], first):
            if block.hidden_by <= revealed:
                yield index, block

    def visible_above(self, limit: int, count: int, revealed: int = -1) -> list[tuple[int, Block]]:
        """The last `count` visible blocks above block `limit`, in order: a hidden copy of the text may be between."""
        above = ((index, self.blocks[index]) for index in reversed(range(min(limit, len(self.blocks)))))
        shown = ((index, block) for index, block in above if block.hidden_by <= revealed)
        return [*islice(shown, count)][::-1]

    def children(self, node: Node) -> Iterator[Node]:
        """The nodes right inside a node, in order."""
        index = node.index + 1
        while index < node.end:
            child = self.nodes[index]
            yield child
            index = child.end

    def ancestors(self, index: int) -> Iterator[Node]:
        """The node and the nodes around it, innermost first."""
        while index >= 0:
            node = self.nodes[index]
            yield node
            index = node.parent
