"""Where a text goes on below its headline, and where the site begins: prose, rows of data, footers, related links."""

from etl.extract.codes import BETWEEN
from etl.extract.lexicon.labels import find_labels, match_label
from etl.extract.lexicon.page_tools import asks_to_follow, is_page_tool
from etl.extract.page.blocks import Blocks, Node
from etl.extract.page.hosts import is_host_of_text
from etl.extract.page.prose import is_boilerplate, is_of_footer, is_prose, is_site_sentence
from etl.extract.text.body import Body
from etl.extract.text.end_of_text import starts_related_links

_MIN_SHARE = 0.8
"""Minimum share of the words outside links of its parent that a child must contain to be used instead of it."""
_BLOCKS_ABOVE_TABLE = 3
"""A table that is the text begins within this many lines below a headline."""
BLOCKS_BELOW_HEADLINE = 40
"""The text begins within this many lines below a headline, including header lines."""


def first_prose(blocks: Blocks, headline: int) -> int:
    """The index of the first line of prose below a headline that is neither label nor value; -1 if none is near."""
    is_value = False
    for index, block in blocks.visible_blocks(headline + 1, headline + 1 + BLOCKS_BELOW_HEADLINE):
        if is_tool_above_text(block.plain.strip()):
            continue
        if is_below_text(blocks, index):
            break
        if is_prose(block) and not is_value and not find_labels(block.text):
            return index
        is_value = match_label(block.text) is not None
    return -1


def is_tool_above_text(line: str) -> bool:
    """Whether a line between headline and text only serves the page: a tool, or a sentence of the site."""
    return is_page_tool(line) or asks_to_follow(line) or is_site_sentence(line)


def has_text_below(blocks: Blocks, headline: int) -> bool:
    """Whether prose is below a headline, or a table of data right below it."""
    if first_prose(blocks, headline) >= 0:
        return True
    below = (block for _, block in blocks.visible_blocks(headline + 1, headline + 1 + _BLOCKS_ABOVE_TABLE))
    rows = (blocks.nodes[block.row] for block in below if block.row >= 0 and not block.link_chars)
    return any(row.last - row.first > 1 and row.first > headline for row in rows)


def is_below_text(blocks: Blocks, index: int) -> bool:
    """Whether a line belongs to the site, or begins related links."""
    block = blocks.blocks[index]
    return (is_boilerplate(block.text) or starts_related_links(block)) and not is_host_of_text(blocks, index)


def around_text(blocks: Blocks, node: Node, headline: int, begins: int) -> Node:
    """The innermost element in `node` that contains the headline and the first prose below it, and behind which the
    text does not go on: prose of the site (about a place, on copyright) may be behind its footer."""
    for around in blocks.ancestors(blocks.blocks[headline].node):
        if around.index <= node.index:
            break
        if around.last > begins and not _goes_on(blocks, around.last, node.last):
            return around
    return node


def before_footer(blocks: Blocks, begins: int, last: int) -> int:
    """The end of the blocks from the first prose on that are above the element with the site's footer."""
    for index, block in blocks.visible_blocks(begins, last):
        if is_of_footer(block.text):
            around = (node.first for node in blocks.ancestors(block.node) if node.first > begins)
            return min((index, *around))
    return last


def _goes_on(blocks: Blocks, first: int, last: int) -> bool:
    """Whether prose is among these lines, above what belongs to the site and above related links."""
    for index, block in blocks.visible_blocks(first, last):
        if is_below_text(blocks, index):
            return False
        if is_prose(block):
            return True
    return False


def breaks_off(blocks: Blocks, body: Body) -> bool:
    """Whether bare prose is right behind a container, in no element of its own: an end tag too many may close it after
    its first lines."""
    index, block = next(blocks.visible_blocks(body.last, len(blocks.blocks)), (-1, None))
    if block is None or is_below_text(blocks, index) or find_labels(block.text):
        return False
    node = blocks.nodes[block.node]
    is_bare = not node.element.keys() and (body.node < 0 or node.parent == blocks.nodes[body.node].parent)
    return is_bare and block.row < 0 and is_prose(block)


def most_unlinked(blocks: Blocks) -> Body:
    """What is in the deepest element, tables as a whole, with most of the words outside links above the footer."""
    node = blocks.nodes[0]
    end = before_footer(blocks, node.first, node.last)
    while children := [child for child in blocks.children(node) if child.first < end]:
        best = max(children, key=_unlinked)
        if node.tag == "table" or _unlinked(best) < _MIN_SHARE * sum(map(_unlinked, children)):
            break
        node = best
    return Body(node.first, min(end, node.last), -1, BETWEEN)


def _unlinked(node: Node) -> int:
    return node.text_chars - node.link_chars
