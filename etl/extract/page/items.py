"""The line below a headline that a template writes as several blocks: `<li>2023-05-09</li><li>云溪日报</li>`."""

import re

from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Blocks
from etl.extract.page.subheading import date_among_pieces

_MAX_ITEMS, _MAX_ITEM_CHARS = 6, 30
_DIGIT = re.compile(r"\d")


def items_of_line(blocks: Blocks, index: int) -> range:
    """The blocks that form one line with a block: each fills an element of one kind, all of these fill the element
    around them, and together they are one date, names, counters and tools. The block alone if there is no such line."""
    alone = range(index, index + 1)
    block = blocks.blocks[index]
    if len(block.text) > _MAX_ITEM_CHARS:
        return alone
    node = blocks.nodes[block.node]
    around = blocks.nodes[max(node.parent, 0)]
    items = blocks.blocks[around.first : around.last] if around.last - around.first <= _MAX_ITEMS else []
    if len(items) < 2 or not any(map(_DIGIT.search, (item.text for item in items))):
        return alone
    nodes = [blocks.nodes[item.node] for item in items]
    kinds = {(each.tag, each.parent, each.hidden_by, each.last - each.first) for each in nodes}
    longest = max(len(item.text) for item in items)
    if kinds != {(node.tag, around.index, node.hidden_by, 1)} or longest > _MAX_ITEM_CHARS:
        return alone
    line = range(around.first, around.last)
    return line if date_among_pieces(_text_of(blocks, line)) else alone


def line_of_items(blocks: Blocks, index: int) -> str:
    """The text of the line that a block belongs to (`items_of_line`), with an `INLINE_BOUNDARY` between its items."""
    return _text_of(blocks, items_of_line(blocks, index))


def _text_of(blocks: Blocks, line: range) -> str:
    return INLINE_BOUNDARY.join(blocks.blocks[index].text for index in line)
