"""The columns of tables in the main text: empty cells, and cells over several columns or rows, do not move other cells
to another column."""

from collections.abc import Iterator

from lxml.html import HtmlElement

from etl.extract.page.blocks import Blocks, Node
from etl.extract.text.body import Body

_MAX_SPAN = 200


def cells_of(blocks: Blocks, row: Node) -> Iterator[Node]:
    """The cells of a row, without those of nested tables."""
    return _outermost(blocks, row, ("td", "th"))


def _outermost(blocks: Blocks, around: Node, tags: tuple[str, ...], passed_over: str = "") -> Iterator[Node]:
    """The elements with one of these tags that are neither in each other nor in one that is passed over."""
    at = around.index + 1
    while at < around.end:
        node = blocks.nodes[at]
        if node.tag in tags:
            yield node
        at = node.end if node.tag in tags or node.tag == passed_over else at + 1


def columns_of_cells(blocks: Blocks, body: Body, row: int) -> dict[int, int]:
    """The column of each cell of the table around a row (an index into `Blocks.nodes`), by the index of the cell; the
    first column is 0. Columns without a word in the body only separate other columns, and do not count."""
    table = next((node for node in blocks.ancestors(row) if node.tag == "table"), None)
    if table is None:
        return {}
    places: dict[int, int] = {}
    saying: set[int] = set()
    below: dict[int, int] = {}  # column → number of further rows that a cell of an earlier row covers
    for each in _outermost(blocks, table, ("tr",), passed_over="table"):
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


def _span(cell: HtmlElement, name: str) -> int:
    written = cell.get(name) or ""
    return min(max(int(written), 1), _MAX_SPAN) if written.isdecimal() and len(written) < 5 else 1
