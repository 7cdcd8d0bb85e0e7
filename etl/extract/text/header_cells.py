"""Cells of a header's tables and lists: labels, and the values beside them."""

from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS, SUMMARIES
from etl.extract.lexicon.labels import Label, find_labels, match_label
from etl.extract.page.blocks import Blocks
from etl.extract.page.pairs import (
    MAX_ROW_CELLS,
    heads_list,
    is_beside_pair,
    is_column_header_row,
    is_known_empty,
    widest_cell,
)
from etl.extract.page.prose import is_prose

_SUMMARY_OF, _MIN_SUMMARY_CHARS = ("内容", "信息"), 20
"""Beginnings of summary labels that are never headings of a text (摘要 and 概述 may be); minimum length of a
summary."""
LINES_OF_CELL = 4
"""Maximum number of lines of a cell that is one field of a header."""
_MIN_FIELDS_OF_TABLE = 2
"""Minimum number of unambiguous labels of fields in a table that is a header."""
_MIN_LINES_OF_DECISION = 5
"""Minimum number of cells of a table of pairs about a decision."""
_LINES_BEHIND_TABLE = 12
"""Number of lines behind a table that is a header among which the text begins."""


def is_header_cell(blocks: Blocks, index: int) -> bool:
    """Whether the block is a cell with a label, or the value beside one."""
    block = blocks.blocks[index]
    if block.cell < 0:
        return False
    match, at = match_label(block.text), index
    if match and is_column_header_row(blocks, blocks.nodes[block.row]):
        return False
    if match is None and index and _are_in_one_row(blocks, index - 1, index) and not _is_page_in_cell(blocks, index):
        match, at = match_label(blocks.blocks[index - 1].text), index - 1
    if match is None or not _is_of_header(match) or _is_only_field(blocks, at, match):
        return False
    return match.label not in AMBIGUOUS_LABELS or is_beside_pair(blocks, at, dated=False)


def _is_only_field(blocks: Blocks, index: int, label: Label) -> bool:
    """Whether the label of a number is the only one of a field in its table of several pairs: of a decision that the
    text tells of (行政处罚决定书文号, 当事人, 违法事实, 处罚内容)."""
    table = blocks.nodes[max(blocks.nodes[blocks.blocks[index].row].parent, 0)]
    if label.name != "document_number" or not _MIN_LINES_OF_DECISION < table.last - table.first <= MAX_ROW_CELLS:
        return False
    others = (match_label(block.text) for at, block in blocks.visible_blocks(table.first, table.last) if at != index)
    return not any(other and other.name and other.label not in AMBIGUOUS_LABELS for other in others)


def _is_page_in_cell(blocks: Blocks, index: int) -> bool:
    """Whether a line and the one before it are in a cell that holds more than a label with its value: page layout."""
    cell = blocks.nodes[blocks.blocks[index].cell]
    return cell.first < index and cell.last - cell.first > LINES_OF_CELL


def _is_of_header(match: Label) -> bool:
    return match.name != "" or match.label in SUMMARIES


def is_in_header_table(blocks: Blocks, index: int) -> bool:
    """Whether the block is a cell of a table most rows of which have labels of fields; its other rows are not fields
    (业务类型, 解释部门). The table is above prose, or has an index number, which no table of a text has."""
    row = blocks.nodes[max(blocks.blocks[index].row, 0)]
    table = blocks.nodes[max(row.parent, 0)]
    if row.tag != "tr" or table.last - table.first > MAX_ROW_CELLS:
        return False
    if heads_list(blocks, table.first):
        return False
    rows: dict[int, set[str]] = {}
    has_index_number = False
    for _, block in blocks.visible_blocks(table.first, table.last):
        if block.plain.rstrip().endswith("。"):
            return False
        labels = [label for label in (match_label(block.text), *find_labels(block.text)) if label and label.name]
        rows.setdefault(block.row, set()).update(label.label for label in labels)
        has_index_number |= any(label.name == "index_number" for label in labels)
    with_fields = sum(map(bool, rows.values()))
    below = [at for at, _ in blocks.visible_blocks(table.last, table.last + _LINES_BEHIND_TABLE)]
    return (
        with_fields * 2 >= len(rows)
        and len(set[str]().union(*rows.values()) - AMBIGUOUS_LABELS) >= _MIN_FIELDS_OF_TABLE
        and (has_index_number or goes_on(blocks, below))
    )


def _are_in_one_row(blocks: Blocks, one: int, other: int) -> bool:
    if blocks.blocks[one].row == blocks.blocks[other].row:
        return True
    cells = widest_cell(blocks, one), widest_cell(blocks, other)
    return cells[0] is not None and cells[1] is not None and cells[0].parent == cells[1].parent


def is_definition(blocks: Blocks, index: int) -> bool:
    """Whether the block is a term of a definition list that is a label, or its value; or a summary below its label."""
    at = {"dt": index, "dd": index - 1}.get(blocks.nodes[blocks.blocks[index].node].tag, -1)
    if at < 0 < index and len(blocks.blocks[index].text) >= _MIN_SUMMARY_CHARS:
        above = match_label(blocks.blocks[index - 1].text)
        is_summary = above is not None and above.label in SUMMARIES and above.label.startswith(_SUMMARY_OF)
        return is_summary and not is_known_empty(blocks, index - 1)
    match = match_label(blocks.blocks[at].text) if at >= 0 else None
    return match is not None and _is_of_header(match)


def goes_on(blocks: Blocks, indices: list[int]) -> bool:
    """Whether a line of prose follows that is not a label with its value."""
    lines = (blocks.blocks[index] for index in indices)
    return any(is_prose(line) and not find_labels(line.text) for line in lines)
