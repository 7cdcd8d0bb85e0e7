"""Lines of a page that are only tools, judged by their position."""

import re
from collections.abc import Callable

from etl.extract.lexicon.aliases import COUNTERS, TOOLS
from etl.extract.lexicon.labels import find_labels, match_label
from etl.extract.lexicon.page_tools import is_page_tool, is_word_of_texts
from etl.extract.page.blocks import Block, Blocks
from etl.extract.page.prose import is_prose
from etl.extract.page.subheading import SUBHEADING_FIELDS

ANNEX = re.compile(r"附件\s?\d{1,2}[:：]?")
"""The line above an annex within a text; 附件 alone may be a tool."""
_COUNTED, _COUNT = frozenset((*TOOLS, *COUNTERS)), re.compile(r"\d{1,9}\s?[人次]{0,2}")
"""Labels of counters of the page, and what they count."""
_MAX_TOOLS_ABOVE = 12
"""Maximum number of one-word lines after the tool that they belong to."""
_MAX_CELLS = 40
"""With more lines than this beside a cell, its row is page layout."""


def is_tool_line(blocks: Blocks, index: int) -> bool:
    """Whether a line is only a page tool. A word that texts also have as a line (无, 中, 附件1) is a tool if it is a
    link, or, unless it heads an annex, follows another tool (字号： / 大 / 中 / 小)."""
    own = blocks.blocks[index]
    if not own.link_chars and ANNEX.fullmatch(own.plain.strip()):
        return False
    for at in range(index, max(-1, index - _MAX_TOOLS_ABOVE), -1):
        block = blocks.blocks[at]
        text = block.plain.strip()
        if not is_page_tool(text):
            return False
        if block.link_chars or not is_word_of_texts(text):
            return True
    return False


def is_count(blocks: Blocks, index: int) -> bool:
    """Whether a line is the number behind the label of a counter in the line before: `点击数：` / `101`."""
    if index == 0 or _COUNT.fullmatch(blocks.blocks[index].plain.strip()) is None:
        return False
    above = blocks.blocks[index - 1].text.rstrip()
    label = match_label(above) if above.endswith(("：", ":")) else None
    return label is not None and label.label in _COUNTED


def says_with_row(blocks: Blocks, index: int, begin: int, *, is_tool: Callable[[Block], bool]) -> bool:
    """Whether a line is a cell of data: another cell of its row, from block `begin` on, is not a tool, and is neither
    prose nor the day or source of the page, which may have a tool beside them."""
    block = blocks.blocks[index]
    if block.row < 0 or block.cell < 0:
        return False
    row = blocks.nodes[block.row]
    if row.last - row.first > _MAX_CELLS:
        return False
    own = range(block.cell, blocks.nodes[block.cell].end)  # a table within its cell is not beside it
    beside = [each for _, each in blocks.visible_blocks(max(row.first, begin), row.last) if each.cell not in own]
    if all(map(is_tool, beside)):
        return False
    return is_word_of_texts(block.plain.strip()) or not any(is_prose(each) or _says_whence(each) for each in beside)


def _says_whence(block: Block) -> bool:
    items = find_labels(block.text)
    first = items[0] if items else None
    return first is not None and first.at_line_start and first.name in SUBHEADING_FIELDS and first.value.strip() != ""
