"""The position of a page's main text, and the parts beside it: side columns, search forms."""

from dataclasses import dataclass

from lxml.html import HtmlElement

from etl.extract.codes import BETWEEN
from etl.extract.page.blocks import Block, Blocks, Node
from etl.extract.text.boxes import SIDEBAR_CLASSES, is_of_site

WHOLE_PAGE_TAGS = frozenset(("html", "body"))
"""A container with one of these tags is the whole page: the markup does not tell the text from the rest."""
_BUTTONS = frozenset(("hidden", "button", "submit", "reset", "image"))
"""Types of inputs that are not filled in: a header may be a form with a print button."""


@dataclass(frozen=True, slots=True)
class Body:
    """The main text: `blocks[first:last]`, indices into `Blocks.blocks`.

    `node` is the index of its container in `Blocks.nodes`, -1 for none; `revealed` is the index of a hidden node that
    counts as shown because the page shows nothing else, or -1. `rule` says how it was found (see `codes.BODY_NAMES`).
    `insets` are ranges of blocks in its middle that are boxes of the site, `header` one of lines of the page's header
    below its first line: none of these blocks is text.
    """

    first: int
    last: int
    node: int
    rule: str
    revealed: int = -1
    insets: tuple[range, ...] = ()
    header: range = range(0)

    def is_text(self, index: int) -> bool:
        """Whether a block from `first` to `last` is text."""
        return index not in self.header and not any(index in inset for inset in self.insets)

    def is_outside(self, index: int) -> bool:
        """Whether a block may have labels of the page's header."""
        return not self.first <= index < self.last or index in self.header

    @property
    def runs_to_footer(self) -> bool:
        """Whether the text has no container element: it reaches from the headline to the page footer."""
        return self.rule == BETWEEN and self.node < 0


def enclosing_sidebar(blocks: Blocks, index: int, body: Body) -> Node | None:
    """The column beside the text that contains a node, or None. `index` points into `Blocks.nodes`."""
    for around in blocks.ancestors(index):
        if holds_text(around, body):
            return None
        if not SIDEBAR_CLASSES.isdisjoint((around.element.get("class") or "").lower().split()):
            return around
    return None


def is_in_box_beside(blocks: Blocks, index: int, body: Body) -> bool:
    """Whether a node is in a box of the site that does not contain the text: a side column, or a box with a heading
    such as 热点推荐."""
    for around in blocks.ancestors(index):
        if holds_text(around, body):
            return False
        if around.last > around.first and is_of_site(blocks, around):
            return True
    return False


def holds_text(node: Node, body: Body) -> bool:
    """Whether an element contains the whole text. A cell that does is page layout, and its lines have no cells beside
    them."""
    return node.first <= body.first and node.last >= body.last


def is_beside_cells(blocks: Blocks, block: Block, body: Body) -> bool:
    """Whether a block is in a row of several cells with words, and not in the cell that contains the text."""
    if block.row < 0 or block.cell < 0:
        return False
    row, cell = blocks.nodes[block.row], blocks.nodes[block.cell]
    return row.last - row.first > cell.last - cell.first and not holds_text(cell, body)


def is_in_search_form(blocks: Blocks, index: int, body: Body) -> bool:
    """Whether a node (index into `Blocks.nodes`) is in a form for input that does not contain the text, such as a
    search box. An ASP.NET page is one form as a whole, and some headers are read-only forms."""
    for around in blocks.ancestors(index):
        # If the text is empty, a form that begins at its place does not contain it.
        holds = around.first < body.first or (around.first == body.first < body.last)
        if holds and around.last >= body.last:
            return False
        if around.tag == "form":
            return takes_input(around)
    return False


def takes_input(form: Node) -> bool:
    """Whether a form has anything to fill in."""
    return any(map(_is_filled_in, form.element.iter("input", "select", "textarea")))


def _is_filled_in(control: HtmlElement) -> bool:
    return (
        control.get("type", "").lower() not in _BUTTONS
        and control.get("readonly") is None
        and control.get("disabled") is None
    )
