"""Labels and values that markup keeps apart: in tables of their own inside cells, in two lists beside each other."""

from etl.extract.lexicon.labels import match_label
from etl.extract.page.blocks import Blocks, Node

_MAX_PAIRS = 30


def widest_cell(blocks: Blocks, index: int) -> Node | None:
    """The outermost cell that holds nothing but the innermost one around a block: some templates put a table into each
    cell. None outside of cells."""
    cell = None
    for around in blocks.ancestors(blocks.blocks[index].cell):
        if cell and (around.first, around.last) != (cell.first, cell.last):
            break
        if around.tag in ("td", "th"):
            cell = around
    return cell


def value_in_parallel(blocks: Blocks, index: int) -> int | None:
    """The index of the block that is the value of a label in a list of labels alone, beside which stands a list of as
    many values; None for any other block."""
    if match_label(blocks.blocks[index].text) is None:
        return None
    for labels in blocks.ancestors(blocks.blocks[index].node):
        number = labels.last - labels.first
        if number == 1:
            continue
        values = blocks.nodes[labels.end] if labels.end < len(blocks.nodes) else labels
        if values.parent != labels.parent or values.first != labels.last or values.last - values.first != number:
            return None
        said = blocks.blocks[labels.first : values.last] if number <= _MAX_PAIRS else ()
        are_labels = [match_label(block.text) is not None for block in said]
        return index + number if are_labels == [True] * number + [False] * number else None
    return None
