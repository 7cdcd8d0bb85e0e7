"""Labels and values that markup keeps apart: in tables of their own inside cells, in two lists beside each other."""

import re

from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS
from etl.extract.lexicon.labels import find_labels, match_label
from etl.extract.page.blocks import Blocks, Node

_MAX_PAIRS = 30
_NUMBERED = re.compile(r"[\s(（]*(?:[一二三四五六七八九十]{1,3}\s*[、.．)）]|\d{1,2}\s*[、.．)）](?!\d))")
_NUMBERED_NEAR, _MIN_NUMBERED_FIELDS = 40, 3
"""Blocks before and behind a numbered line that may be of the same list; fields of a header whose lines have numbers:
points of a text begin with 名称 and 时间 too."""
_COLUMN_HEADS = ("tr", "thead", "tbody")
"""Rows above others: their labels name columns."""


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
    """The index of the block that is the value of a label among labels alone, beside which stand as many values: in a
    list of their own, whatever wraps the two, or behind all labels of one list; None for any other block."""
    # Most blocks are no label, and most labels have none beside them.
    if match_label(blocks.blocks[index].text) is None or not any(
        match_label(block.text)
        for block in (*blocks.blocks[max(0, index - 1) : index], *blocks.blocks[index + 1 : index + 2])
    ):
        return None
    number = 0
    for labels in blocks.ancestors(blocks.blocks[index].node):
        held = labels.last - labels.first
        if held == 1:
            continue
        if number and held != number:
            return None
        number = held
        if labels.tag == "dl" and held % 2 == 0 and held > 2 and _are_parallel(blocks, labels.first, held // 2):
            return index + held // 2 if index < labels.first + held // 2 else None
        values = blocks.nodes[labels.end] if labels.end < len(blocks.nodes) else labels
        beside = values.parent == labels.parent and values.first == labels.last and labels.tag not in _COLUMN_HEADS
        if beside and values.last - values.first == held and _are_parallel(blocks, labels.first, held):
            return index + held
    return None


def _are_parallel(blocks: Blocks, first: int, number: int) -> bool:
    """Whether so many labels begin there, and as many blocks that are none follow."""
    if number > _MAX_PAIRS:
        return False
    said = blocks.blocks[first : first + 2 * number]
    return [match_label(block.text) is not None for block in said] == [True] * number + [False] * number


def is_numbered_point(blocks: Blocks, index: int) -> bool:
    """Whether a line begins with a number as points of a text do: `二、工作要求`, but not `2.文号：…` in a header whose
    labels all have numbers."""
    if not _NUMBERED.match(blocks.blocks[index].text):
        return False
    fields = set[str]()
    for step in (-1, 1):
        gap = 0
        for at in range(index, index + step * _NUMBERED_NEAR, step):
            if not 0 <= at < len(blocks.blocks) or gap > 1:
                break
            text = blocks.blocks[at].text
            if not _NUMBERED.match(text):
                gap += 1
                continue
            label = match_label(text) or next((item for item in find_labels(text) if item.at_line_start), None)
            if label is None or not label.name:
                return True
            gap = 0
            if label.label not in AMBIGUOUS_LABELS:
                fields.add(label.name)
    return len(fields) < _MIN_NUMBERED_FIELDS
