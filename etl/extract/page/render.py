"""Renders the main text as lines: paragraphs, list items, table rows."""

from collections.abc import Iterable

from etl.extract.lexicon.page_tools import is_page_tool
from etl.extract.page.blocks import Blocks, Node
from etl.extract.page.body import Body


def render(blocks: Blocks, body: Body) -> str:
    """Paragraphs as lines; a table's row is one line, its cells separated by ` | `."""
    lines: list[str] = []
    row = cell = -1
    low = body.node
    for _, block in blocks.visible_blocks(body.first, body.last, body.revealed):
        text = block.plain.strip()
        if not text or (block.row < 0 and text != "附件" and is_page_tool(text)):
            continue
        inside = block.row > low and _is_data(blocks, block.row)
        if inside and block.row == row and lines:
            lines[-1] += (" " if block.cell == cell else " | ") + text
        else:
            lines.append(text)
        row, cell = (block.row if inside else -1), block.cell
    return "\n".join(lines)


def _is_data(blocks: Blocks, row: int) -> bool:
    """Whether a row belongs to a table of data, not to a page laid out as a table: several cells, none of them long."""
    node = blocks.nodes[row]
    return node.last - node.first <= 40 and sum(1 for _ in _cells(blocks, node)) > 1


def _cells(blocks: Blocks, node: Node) -> Iterable[Node]:
    at = node.index + 1
    while at < node.end:
        child = blocks.nodes[at]
        if child.tag in ("td", "th"):
            yield child
            at = child.end
        else:
            at += 1
