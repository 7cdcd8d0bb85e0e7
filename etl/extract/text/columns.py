"""The columns of tables in the main text: empty cells, and cells over several columns or rows, do not move other cells
to another column."""

from collections.abc import Iterator

from lxml.html import HtmlElement

from etl.extract.page.blocks import Blocks, Node
from etl.extract.text.body import Body

_MAX_SPAN = 200


def cells_of(blocks: Blocks, row: Node) -> Iterator[Node]:
    """The cells of a row, without those of nested tables."""
    at = row.index + 1
    while at < row.end:
        child = blocks.nodes[at]
        if child.tag in ("td", "th"):
            yield child
            at = child.end
        else:
            at += 1


def columns_of_cells(blocks: Blocks, body: Body, row: int) -> dict[int, int]:
    """The column of each cell of the table around a row (an index into `Blocks.nodes`), by the index of the cell; the
    first column is 0. Columns without a word in the body only separate other columns, and do not count."""
    table = next((node for node in blocks.ancestors(row) if node.tag == "table"), None)
    if table is None:
        return {}
    places: dict[int, int] = {}
    saying: set[int] = set()
    below: dict[int, int] = {}  # column → number of further rows that a cell of an earlier row covers
    for each in _rows_of(blocks, table):
        below = {column: rows - 1 for column, rows in below.items() if rows > 1}
        reached, column = set(below), 0
        for cell in cells_of(blocks, each):
            while column in reached:
                column += 1
            places[cell.index] = column
            if any(True for _ in blocks.visible_blocks(max(cell.first, body.first), min(cell.last, body.last))):
                saying.add(column)
            wide, high = _span(cell.element, "colspan"), _span(cell.element, "rowspan")
            below.update(dict.fromkeys(range(column, column + wide), high) if high > 1 else {})
            column += wide
    rank = {column: at for at, column in enumerate(sorted(saying))}
    return {cell: rank[column] for cell, column in places.items() if column in rank}


def _rows_of(blocks: Blocks, table: Node) -> Iterator[Node]:
    at = table.index + 1
    while at < table.end:
        node = blocks.nodes[at]
        if node.tag == "tr":
            yield node
            at = node.end
        else:
            at = node.end if node.tag == "table" else at + 1


def _span(cell: HtmlElement, name: str) -> int:
    written = cell.get(name) or ""
    return min(max(int(written), 1), _MAX_SPAN) if written.isdecimal() and len(written) < 5 else 1
