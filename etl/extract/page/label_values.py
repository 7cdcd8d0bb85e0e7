"""The value that a page shows for a label: beside it, in the cell or list beside it, below it, or hidden there."""

from etl.extract.lexicon.labels import ENGLISH_LABEL, find_labels, match_label
from etl.extract.lexicon.page_tools import is_page_tool
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Block, Blocks, Node
from etl.extract.page.pairs import (
    MAX_ROW_CELLS,
    is_column_header_row,
    is_gap_column,
    is_known_empty,
    label_in_lines,
    value_apart,
    widest_cell,
)

CONTAINER_TAGS = frozenset(("ul", "ol", "dl", "table"))
"""Lists and tables: a label and its value are in the same one."""
_PAIR_TAGS = frozenset(("li", "dd", "p", "div", "td", "th"))
"""Elements that contain a label with its value."""
_MAX_HIDDEN_BLOCKS = 4
"""Maximum number of blocks of an element beside a label that is searched for a hidden value."""
_MAX_BLOCKS_OF_PAIR = 60
"""Maximum number of blocks of an element that holds a label, its value, and little else."""


def value_after(blocks: Blocks, index: int, following: list[int]) -> str:
    """The value beside a label: the next cell, `<dd>` or block, or the one in the list beside the list of labels."""
    block = blocks.blocks[index]
    # If a row has only labels, the last one is followed by the value of the first.
    if (apart := value_apart(blocks, index)) is not None:
        return blocks.blocks[apart].text
    if block.cell >= 0:
        cell = widest_cell(blocks, index) or blocks.nodes[block.cell]
        rest = [i for i in following if i < cell.last and not ENGLISH_LABEL.fullmatch(blocks.blocks[i].text)]
        if not rest or label_in_lines(blocks, index):
            return _cell_beside(blocks, cell, block)
    if following and blocks.blocks[following[0]].plain.strip() in (":", "："):
        following = following[1:]
    if not following or is_known_empty(blocks, index):
        return ""
    after = following[0]
    other = blocks.blocks[after]
    if find_labels(other.text, coined=True) or _begins_with_label(other.text) or is_page_tool(other.plain):
        return ""
    own, next_one = blocks.nodes[block.node], blocks.nodes[other.node]
    if next_one.tag in ("h1", "h2", "h3") and own.tag not in ("h1", "h2", "h3", "dt"):
        return ""
    return other.text if _are_a_pair(blocks, index, after) else ""


def _begins_with_label(text: str) -> bool:
    """Whether a line is a label, or the first of its inline elements is one: the next pair of a header."""
    return match_label(text.strip(INLINE_BOUNDARY + " ").split(INLINE_BOUNDARY)[0]) is not None


def _are_a_pair(blocks: Blocks, index: int, after: int) -> bool:
    """Whether an element holds a label and the block after it, and hardly anything else, or the two are side by
    side."""
    block, other = blocks.blocks[index], blocks.blocks[after]
    own, next_one = blocks.nodes[block.node], blocks.nodes[other.node]
    for node in blocks.ancestors(own.index):
        if node.tag in CONTAINER_TAGS and after >= node.last:
            return False
        if node is own and after == node.last and _is_beside_label(blocks, node, after):
            return True
        if node.last > index + 1:
            if after >= node.last:
                return False
            shown = sum(1 for _ in blocks.visible_blocks(node.first, node.last))
            alike = own.tag == next_one.tag and own.element.get("class") == next_one.element.get("class")
            if alike and own.tag in ("li", "tr", "td") and shown > 2 and not block.plain.rstrip().endswith((":", "：")):
                return False
            return shown <= _MAX_BLOCKS_OF_PAIR
    return False


def _is_beside_label(blocks: Blocks, label: Node, after: int) -> bool:
    """Whether the element after a label's element, which hides a note on the label, has another class and contains only
    a value."""
    value = blocks.nodes[label.end] if label.end < len(blocks.nodes) else label
    return (
        (value.parent, value.first, value.last) == (label.parent, after, after + 1)
        and value.tag == label.tag
        and value.element.get("class") != label.element.get("class")
    )


def hidden_value(blocks: Blocks, index: int) -> str:
    """The only hidden text beside a label without a visible value: templates contain several forms of a value, and a
    script shows one. Empty if there are several texts, or a label among them."""
    label = blocks.blocks[index]
    around = next((n for n in blocks.ancestors(label.node) if n.tag in _PAIR_TAGS), None)
    if around is not None and around.tag in ("td", "th") and around.end < len(blocks.nodes):
        around = blocks.nodes[around.end]
    if around is None or around.last - around.first > _MAX_HIDDEN_BLOCKS:
        return ""
    beside = [block for block in blocks.blocks[around.first : around.last] if block is not label]
    if any(block.hidden_by < 0 for block in beside) or len(beside) != 1:
        return ""
    return "" if find_labels(beside[0].text) or match_label(beside[0].text) else beside[0].text


def _is_label(text: str) -> bool:
    """Whether the text beside a label is itself a label. Words that are not labels of fields (政策解读) may be
    values."""
    match = match_label(text)
    return bool(find_labels(text) or (match and (match.name or text.rstrip().endswith((":", "：")))))


def _cell_beside(blocks: Blocks, cell: Node, block: Block) -> str:
    sibling = cell.end
    parent = blocks.nodes[cell.parent]
    if sibling < parent.end and (
        _is_colon(blocks, blocks.nodes[sibling]) or is_gap_column(blocks, parent, blocks.nodes[sibling])
    ):
        sibling = blocks.nodes[sibling].end
    if sibling < parent.end and blocks.nodes[sibling].tag in ("td", "th"):
        node = blocks.nodes[sibling]
        texts = [b.text for _, b in blocks.visible_blocks(node.first, node.last) if not is_page_tool(b.plain)]
        if texts and not _is_label(texts[0]):
            below = cell_below(blocks, cell, parent) if names_field(texts[0]) else ""
            is_value = below and not _is_label(below)
            return below if is_value else " ".join(texts) if len(texts) < 4 else texts[0]
        if not texts:
            return ""
    return cell_below(blocks, cell, parent)


def names_field(text: str) -> bool:
    """Whether a text is the label of a field, listed or not."""
    match = match_label(text, coined=True)
    return match is not None and bool(match.name)


def _is_colon(blocks: Blocks, node: Node) -> bool:
    return [b.plain.strip() for _, b in blocks.visible_blocks(node.first, min(node.last, node.first + 2))] in (
        [":"],
        ["："],
    )


def cell_below(blocks: Blocks, cell: Node, row: Node) -> str:
    """The cell below a label, if the whole row consists of labels and the next row of equally many values."""
    following = row.end + (row.end < len(blocks.nodes) and blocks.nodes[row.end].tag == "tbody")
    if following >= len(blocks.nodes) or blocks.nodes[following].tag != "tr" or row.end - row.index > MAX_ROW_CELLS:
        return ""
    labels = [n for n in blocks.nodes[row.index + 1 : row.end] if n.tag in ("td", "th") and n.parent == row.index]
    if len(labels) < 2:
        return ""
    for label in labels:
        texts = [b.text for _, b in blocks.visible_blocks(label.first, label.last)]
        if len(texts) != 1 or not (match_label(texts[0]) or names_field(texts[0])):
            return ""
    below = blocks.nodes[following]
    cells = [n for n in blocks.nodes[below.index + 1 : below.end] if n.tag in ("td", "th") and n.parent == below.index]
    column = labels.index(cell)
    if len(cells) != len(labels) or is_column_header_row(blocks, row):
        return ""
    value = " ".join(b.text for _, b in blocks.visible_blocks(cells[column].first, cells[column].last))
    return "" if find_labels(value) else value
