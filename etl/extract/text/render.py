"""Renders the main text as lines: paragraphs, list items, table rows."""

from etl.extract.lexicon.page_tools import is_page_tool
from etl.extract.page.blocks import Block, Blocks
from etl.extract.page.prose import is_prose
from etl.extract.text.body import Body
from etl.extract.text.columns import cells_of, columns_of_cells
from etl.extract.text.tool_lines import is_tool_line


def render(blocks: Blocks, body: Body) -> str:
    """Paragraphs as lines; a table row as one line, with its cells separated by ` | ` and an empty place for an empty
    cell."""
    lines: list[str] = []
    row = cell = -1
    low, column = body.node, 0
    columns: dict[int, int] = {}
    last = -1
    for index, block in blocks.visible_blocks(body.first, body.last, body.revealed):
        text = block.plain.strip()
        if not text or (block.row < 0 and is_page_tool(text) and is_tool_line(blocks, index)):
            continue
        if not body.is_text(index):
            continue
        inside = block.row > low and _is_data(blocks, block.row)
        goes_on, last = lines and blocks.resumed.get(index, -2) == last, index
        if goes_on:
            lines[-1] += (" " if lines[-1][-1:].isascii() and text[:1].isascii() else "") + text
        elif inside and block.row == row and block.cell == cell and lines:
            lines[-1] += " " + text
        elif inside:
            if block.cell not in columns:
                columns = columns_of_cells(blocks, body, block.row)
            begins = block.row != row or not lines
            before = 0 if begins else column + 1
            column = columns.get(block.cell, before)
            empty = max(column - before, 0) if lines and not _lays_out(blocks, block) else 0
            if begins:
                lines.append(" | " * empty + text)
            else:
                lines[-1] += " | " * (empty + 1) + text
        else:
            lines.append(text)
        row, cell = (block.row if inside else -1), block.cell
    return "\n".join(lines)


def _lays_out(blocks: Blocks, block: Block) -> bool:
    """Whether a block is prose in the only non-empty cell of its row: the row is layout."""
    if not is_prose(block):
        return False
    row = blocks.nodes[block.row]
    return all(each.cell == block.cell for _, each in blocks.visible_blocks(row.first, row.last))


def _is_data(blocks: Blocks, row: int) -> bool:
    """Whether a row belongs to a table of data and not to page layout: it has several cells, none of them long."""
    node = blocks.nodes[row]
    return node.last - node.first <= 40 and sum(1 for _ in cells_of(blocks, node)) > 1
