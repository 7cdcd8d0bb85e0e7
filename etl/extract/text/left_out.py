"""Prose right above the text or below it, and rows and items below it, that no rule took for the text's or for the
site's own: the text may begin too late or end too early."""

import re
from collections.abc import Iterator
from itertools import chain

from etl.extract.lexicon.labels import find_labels, match_label
from etl.extract.lexicon.page_tools import asks_to_follow, is_page_tool
from etl.extract.page.blocks import Block, Blocks, Node
from etl.extract.page.prose import OF_SITE, is_of_footer, is_prose
from etl.extract.page.subheading import is_subheading
from etl.extract.text.body import Body, holds_text, is_in_box_beside, is_in_search_form
from etl.extract.text.boxes import HEADINGS
from etl.extract.text.end_of_text import heads_comments, starts_related_links
from etl.extract.text.tool_lines import is_tool_line

_MIN_CHARS = 20
"""Minimum length of a line that counts; shorter ones are messages of the page."""
_MAX_LINES_ABOVE, _MAX_LINES = 20, 400
"""Maximum number of lines above the text, and below it, that are examined."""
_MIN_LINES_OF_DATA, _MAX_LINES_OF_DATA = 3, 60
"""Minimum number of lines of a table or list that counts; number of its lines that are examined."""
_ENDS = ("。", "；")
_OF_PAGE = re.compile(f"{OF_SITE.pattern}|本网?页|网页纠错")
_SUMMARY = re.compile(r"\W*.{0,6}(?:摘要|导读|提要|概要|要点|速读)\W*")
"""The heading of what a site says about a text."""


def left_out_chars(blocks: Blocks, body: Body) -> int:
    """Number of characters of sentences between the header and the text, and of sentences, rows of tables and items of
    lists below the text and above the site's footer that are in no box, related links, excerpts or form, and do not
    repeat the text as a summary does."""
    lines = list(chain(_sentences_above(blocks, body), _sentences_below(blocks, body)))
    text = "\n".join(line.plain for _, line in blocks.visible_blocks(body.first, body.last)) if lines else ""
    return sum(len(line) for line in lines if line not in text)


def _sentences_above(blocks: Blocks, body: Body) -> Iterator[str]:
    lines = [block for _, block in blocks.visible_blocks(max(0, body.first - _MAX_LINES_ABOVE), body.first)]
    for place, block in reversed([*enumerate(lines)]):
        if block.link_chars or is_subheading(block.text) or find_labels(block.text) or match_label(block.text):
            return
        heading = lines[place - 1].plain.strip() if place else ""
        if not _SUMMARY.fullmatch(heading) and _is_sentence(blocks, block, body):
            yield block.plain.strip()


def _is_sentence(blocks: Blocks, block: Block, body: Body) -> bool:
    """Whether a line is a sentence that may be the document's."""
    text = block.plain.strip()
    if len(text) < _MIN_CHARS or not text.endswith(_ENDS) or block.link_chars or not is_prose(block):
        return False
    is_own = _OF_PAGE.search(text) or asks_to_follow(text) or is_in_box_beside(blocks, block.node, body)
    return not (is_own or is_in_search_form(blocks, block.node, body))


def _sentences_below(blocks: Blocks, body: Body) -> Iterator[str]:
    behind, above_linked = body.last, False
    tables: dict[int, bool] = {}
    for index, block in blocks.visible_blocks(body.last, body.last + _MAX_LINES):
        if is_of_footer(block.text) or heads_comments(block.plain):
            return
        if index >= behind and _begins_box(blocks, index):
            behind = _end_of_box(blocks, index, body.last)
        is_own = index >= behind and not above_linked
        if is_own and (_is_sentence(blocks, block, body) or _is_of_data(blocks, block, body, tables)):
            yield block.plain.strip()
        above_linked = block.link_chars > 0 and not is_tool_line(blocks, index)


def _is_of_data(blocks: Blocks, block: Block, body: Body, tables: dict[int, bool]) -> bool:
    """Whether a line is in a row of several cells, or a numbered item, of a table or list without links that is not one
    of labels with their values. `tables`: what is known of these, by node."""
    around = blocks.nodes[block.row if block.row >= 0 else max(blocks.nodes[block.node].parent, 0)]
    is_row = block.row >= 0 and around.last - around.first > 1
    if not is_row and around.tag != "ol":
        return False
    table = blocks.nodes[max(around.parent, 0)] if is_row else around
    if table.index not in tables:
        tables[table.index] = _has_data(blocks, table, body)
    return tables[table.index]


def _has_data(blocks: Blocks, table: Node, body: Body) -> bool:
    last = min(table.last, table.first + _MAX_LINES_OF_DATA)
    lines = [line for _, line in blocks.visible_blocks(table.first, last)]
    if len(lines) < _MIN_LINES_OF_DATA or any(line.link_chars for line in lines):
        return False
    if 2 * sum(map(_is_label, lines)) >= len(lines):
        return False  # of fields; a row of heads may name some too
    is_beside = is_in_box_beside(blocks, table.index, body) or is_in_search_form(blocks, table.index, body)
    return not (is_beside or holds_text(table, body))


def _is_label(line: Block) -> bool:
    return match_label(line.text) is not None or bool(find_labels(line.text)) or is_page_tool(line.plain.strip())


def _begins_box(blocks: Blocks, index: int) -> bool:
    """Whether a line is the heading of a box, or begins related links, and is no tool."""
    block = blocks.blocks[index]
    is_heading = blocks.nodes[block.node].tag in HEADINGS
    return is_heading or (starts_related_links(block) and not is_tool_line(blocks, index))


def _end_of_box(blocks: Blocks, index: int, first: int) -> int:
    """The end of the outermost element around a line that begins with it, below the text."""
    around = blocks.ancestors(blocks.blocks[index].node)
    return max(
        (node.last for node in around if index >= node.first >= first and index - node.first <= 1), default=index
    )
