"""Where elements stand that the walk over the page passes over: frames, buttons, text fields."""

from lxml import html

from etl.extract.page.blocks import Blocks, Node


def position_of(blocks: Blocks, element: html.HtmlElement) -> Node:
    """A node at the element's place: its own, else one without text in the innermost node around it.

    It costs a walk over the nodes, so it is only asked for the few elements that may be a file or hold the text.
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
                # A picture ends where it begins: the line after it is not its own.
                first = node.last if "".join(before.itertext()).strip() else node.first
            before = before.getprevious()
        parent = around.getparent()
        if parent is None:
            root = blocks.nodes[0]
            return Node(element, str(element.tag), root.index, root.index, max(first, 0), root.hidden_by)
        if (node := blocks.node_of(parent)) is not None:
            place = first if first >= 0 else node.first
            return Node(element, str(element.tag), node.index, node.index, place, node.hidden_by)
        around = parent
