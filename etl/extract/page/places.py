"""The positions of elements that the walk over the page skips: frames, buttons, text fields."""

from dataclasses import replace

from lxml import html

from etl.extract.page.blocks import Blocks, Node


def position_of(blocks: Blocks, element: html.HtmlElement) -> Node:
    """A node at the element's place: its own, or one without text in the innermost enclosing node.

    This takes a walk over the nodes, so it is called only for the few elements that may be a file or contain the text.
    """
    own = blocks.node_of(element)
    if own is not None:
        return own
    first = -1
    around = element
    while True:
        before = around.getprevious()
        while first < 0 and before is not None:
            if (node := blocks.node_of(before)) is not None:
                # A picture has no length: the line after it does not belong to it.
                first = node.last if "".join(before.itertext()).strip() else node.first
            before = before.getprevious()
        parent = around.getparent()
        if parent is None:
            root = blocks.nodes[0]
            return _without_text(element, root, max(first, 0))
        if (node := blocks.node_of(parent)) is not None:
            place = first if first >= 0 else node.first
            return _without_text(element, node, place)
        around = parent


def _without_text(element: html.HtmlElement, around: Node, place: int) -> Node:
    return replace(
        around,
        element=element,
        tag=str(element.tag),
        parent=around.index,
        first=place,
        last=place,
        end=around.index,
        text_chars=0,
        link_chars=0,
        prose_chars=0,
    )
