"""Labels and values that markup separates: in nested tables, or in two lists side by side."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from etl.dates import DATE, TIME_OF_DAY
from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS
from etl.extract.lexicon.labels import COLON, Label, find_labels, match_label
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Blocks, Node

_MAX_PAIRS = 30
_MAX_VALUE_CHARS = 100
"""Maximum length of a value between two labels; longer texts are sections of the text."""
_MAX_GAP_NODES = 400
"""Maximum number of elements of a table with an empty column between labels and values."""
_MAX_LETTERS, _MAX_LINES = 5, 4
"""Maximum length, with colon, and number of lines of a label that is broken into lines."""
_ENDS_OF_PROSE = ("。", "：", ":", "；", "！", "？", "，")
_MAX_NODES = 400
"""Maximum number of elements of a header whose values come first."""
_NUMBERED = re.compile(r"[\s(（]*(?:[一二三四五六七八九十]{1,3}\s*[、.．)）]|\d{1,2}\s*[、.．)）](?!\d))")
_NUMBERED_NEAR, _MIN_NUMBERED_FIELDS = 40, 3
"""Number of blocks before and after a numbered line that may belong to the same list; minimum number of fields of a
header with numbered lines, because points of a text may begin with 名称 and 时间 too."""
_LINES_BEFORE = 6
"""Number of lines before an empty label of which one must show that values follow their labels."""
_VALUE_AROUND = frozenset(("li", "p", "span", "dd", "dt", "td", "th", "label"))
"""Elements whose words belong together."""
_LINES_OF_CELL = 4
"""Maximum number of lines of a cell whose words belong together; a cell with more is page layout."""
_VALUE_TAGS = frozenset(("div", "span", "p", "dd", "em", "b", "strong", "font", "label", "td"))
"""Elements that contain a value."""
_NO_VALUE = re.compile(r"[\s—–－_/-]*")
_INLINE_VALUES = frozenset(("span", "em", "b", "strong", "font", "label"))
"""Those of them that go on in the line of a label."""
_PAIRS_BESIDE = 8
"""Pairs of a header on each side that are searched for a sure label."""
_ONLY_A_DATE = re.compile(rf"{DATE}(?:\s+{TIME_OF_DAY})?")
MAX_ROW_CELLS = 100
"""Maximum number of cells of a table's header row."""
_GAP = f" \t{INLINE_BOUNDARY}"
_COLUMN_HEADS = ("tr", "thead", "tbody")
"""Table header rows: their labels name columns."""


def widest_cell(blocks: Blocks, index: int) -> Node | None:
    """The outermost cell that contains only the innermost cell around a block: some templates put a table into each
    cell. None outside of cells."""
    cell = None
    for around in blocks.ancestors(blocks.blocks[index].cell):
        if cell and (around.first, around.last) != (cell.first, cell.last):
            break
        if around.tag in ("td", "th"):
            cell = around
    return cell


def is_column_header_row(blocks: Blocks, row: Node) -> bool:
    """Whether two rows of values, below 序号 one, follow a row of labels: then the labels are column headings of a
    list, not fields of the document."""
    width = row.last - row.first
    if not 1 < width <= MAX_ROW_CELLS or row.tag != "tr":
        return False
    for _ in range(1 if blocks.blocks[row.first].plain.strip() == "序号" else 2):
        if row.end >= len(blocks.nodes) or blocks.nodes[row.end].tag != "tr":
            return False
        row = blocks.nodes[row.end]
        texts = [b.text for _, b in blocks.visible_blocks(row.first, min(row.last, row.first + MAX_ROW_CELLS))]
        if len(texts) < width or any(find_labels(text) or match_label(text) for text in texts):
            return False
    return True


def heads_list(blocks: Blocks, index: int) -> bool:
    """Whether a block is in such a row of three or more cells, or of two labels. (A pair of a header may be above
    others whose labels are unknown.)"""
    row = blocks.nodes[max(blocks.blocks[index].row, 0)]
    if not is_column_header_row(blocks, row):
        return False
    return row.last - row.first > 2 or all(match_label(b.text) for _, b in blocks.visible_blocks(row.first, row.last))


def is_gap_column(blocks: Blocks, row: Node, cell: Node) -> bool:
    """Whether an element of a row is a cell that only separates labels from values: in each row of its table with cells
    before and after it, it has no word and a label precedes it; in two or more rows a value follows it."""
    table, values = blocks.nodes[row.parent], 0
    if cell.tag not in ("td", "th") or _words_of(blocks, cell) or table.end - table.index > _MAX_GAP_NODES:
        return False
    column = _cells_of(blocks, row).index(cell)
    for each in (n for n in blocks.nodes[table.index + 1 : table.end] if n.tag == "tr" and n.parent == row.parent):
        cells = _cells_of(blocks, each)
        if not 0 < column < len(cells) - 1:
            continue
        before, within, behind = (_words_of(blocks, cells[at]) for at in (column - 1, column, column + 1))
        if within or match_label(behind) or (before and not match_label(before)) or (behind and not before):
            return False
        values += bool(behind)
    return values > 1


def _cells_of(blocks: Blocks, row: Node) -> list[Node]:
    return [n for n in blocks.nodes[row.index + 1 : row.end] if n.parent == row.index and n.tag in ("td", "th")]


def _words_of(blocks: Blocks, cell: Node) -> str:
    """The words of a cell; empty if it has only signs."""
    words = " ".join(b.plain for _, b in blocks.visible_blocks(cell.first, cell.last))
    return words if any(map(str.isalnum, words)) else ""


def label_in_lines(blocks: Blocks, index: int) -> Label | None:
    """The label of which a block is one line (发布<br>机构), if the cell contains nothing else."""
    block = blocks.blocks[index]
    cell = blocks.nodes[block.cell]
    if block.cell < 0 or len(block.text) > _MAX_LETTERS or not 1 < cell.last - cell.first <= _MAX_LINES:
        return None
    lines = [each.text for _, each in blocks.visible_blocks(cell.first, cell.last)]
    return match_label("".join(lines)) if all(len(line) <= _MAX_LETTERS for line in lines) else None


def value_apart(blocks: Blocks, index: int) -> int | None:
    """The index of the block that is the value of a label, by the order of several pairs: labels side by side with
    equally many values; pairs with the value first; or a list in which labels and values alternate. None for any other
    block."""
    # Most blocks are not labels.
    if match_label(blocks.blocks[index].text) is None:
        return None
    return _value_in_parallel(blocks, index) or _value_in_turn(blocks, index)


def _value_in_turn(blocks: Blocks, index: int) -> int | None:
    """The other half of a pair: in a list of two or more pairs, or if adjacent elements contain a value and its label
    each."""
    pair = next((n for n in blocks.ancestors(blocks.blocks[index].node) if n.last - n.first > 1), None)
    if pair is None or pair.parent < 0:
        return None
    turns = _which_are_labels(blocks, pair)
    if pair.tag in ("ul", "ol") and len(turns) > 2:
        return index + 1 if turns == [True, False] * (len(turns) // 2) else None
    around = blocks.nodes[pair.parent]
    if turns != [False, True] or around.end - around.index > _MAX_NODES:
        return None
    beside = [n for n in blocks.nodes[around.index + 1 : around.end] if n.parent == around.index and n.tag == pair.tag]
    labelled = [each for node in beside if True in (each := _which_are_labels(blocks, node))]
    if len(labelled) < 2 or any(each != turns for each in labelled) or find_labels(blocks.blocks[index - 1].text):
        return None
    return index - 1


def _which_are_labels(blocks: Blocks, node: Node) -> list[bool]:
    """For each visible block of an element, whether it is a label; empty if the element has more than a header."""
    if node.last - node.first > 2 * _MAX_PAIRS:
        return []
    return [match_label(block.text) is not None for _, block in blocks.visible_blocks(node.first, node.last)]


def pairs_of_elements(blocks: Blocks, index: int) -> list[tuple[str, str]]:
    """Labels and values in inline elements without colons: a line of labels above one of equally many values, a line
    with alternating labels and values, or adjacent lines of a label and its value, in either order."""
    runs = _runs(blocks, index)
    # Most lines with inline elements are prose, or have one label with its colon.
    if len(runs) < 2 or not (match_label(runs[0]) or match_label(runs[1])):
        return []
    are_labels = [match_label(run) is not None for run in runs]
    if all(are_labels):
        below = _runs(blocks, index + 1)
        alike = len(below) == len(runs) and not any(map(match_label, below))
        return list(zip(runs, below, strict=True)) if alike else []
    labels, values = runs[::2], runs[1::2]
    if are_labels == [False, True]:
        labels, values = values, labels
    elif are_labels != [True, False] * (len(runs) // 2) or any(map(find_labels, values)):
        return []
    beside = (_runs(blocks, at) for at in (index - 1, index + 1))
    if len(runs) < 4 and not any([match_label(run) is not None for run in each] == are_labels for each in beside):
        return []
    return [] if any(map(COLON.search, labels)) else list(zip(labels, values, strict=True))


def is_among_fields(blocks: Blocks, index: int) -> bool:
    """Whether a line of labels and values, or one that lines in elements of the same kind lead to, has a label that
    only headers have: then an ambiguous one (分类, 名称) is one of the header too."""
    pairs = list(pairs_of_elements(blocks, index))
    for step in (-1, 1):
        for at in range(index + step, index + step * _PAIRS_BESIDE, step):
            if not (0 <= at < len(blocks.blocks) and _is_same_kind(blocks, at, index)):
                break
            beside = pairs_of_elements(blocks, at)
            if not beside and match_label(blocks.blocks[at].text) is None:  # a label without a value
                break
            pairs += beside
    return any(_is_sure(raw, value) for raw, value in pairs)


def _is_sure(raw: str, value: str) -> bool:
    """Whether words are the label of a field: an ambiguous one is, if its value is the date that it names."""
    label = match_label(raw)
    if label is None or not label.name:
        return False
    is_date = label.name == "published_date" and _ONLY_A_DATE.fullmatch(value.strip(_GAP)) is not None
    return label.label not in AMBIGUOUS_LABELS or is_date


def is_in_turn(blocks: Blocks, index: int) -> bool:
    """Whether a block is one of two or more labels of fields with single values between them, or such a value. The last
    value must be in an element like that of the one before it."""
    if _names_field(blocks, index):
        beside = (at for at in (index - 2, index + 2) if _names_field(blocks, at))
        return any(_may_be_value(blocks, (at + index) // 2) for at in beside)
    if not _may_be_value(blocks, index) or not _names_field(blocks, index - 1):
        return False
    if _names_field(blocks, index + 1):
        return True
    is_alike = index > 1 and _element(blocks, index) == _element(blocks, index - 2)
    is_pair_above = _names_field(blocks, index - 3) and _may_be_value(blocks, index - 2)
    return is_alike and is_pair_above and value_apart(blocks, index - 1) is None


def is_beside_pair(blocks: Blocks, index: int, *, dated: bool = True) -> bool:
    """Whether pairs of a label and a short text lead from one to the label of a field and its value, in elements of the
    same kind: an ambiguous label (来源, 时间) is one there. Each two pairs have one parent, or each pair has its own.
    Headings of columns (序号, 名称, 文号, 日期) are no pairs.

    `dated`: 日期 before a date counts as the label of a field.
    """
    if not _may_be_value(blocks, index + 1) or heads_list(blocks, index):
        return False
    own = dated and _is_sure(blocks.blocks[index].text, blocks.blocks[index + 1].text)
    for step in (-2, 2):
        for other in _pairs_beside(blocks, index, step):
            is_date = dated and _is_sure(blocks.blocks[other].text, blocks.blocks[other + 1].text)
            if own or is_date or _names_field(blocks, other):
                return True
    return False


def _pairs_beside(blocks: Blocks, index: int, step: int) -> Iterator[int]:
    """The labels of the pairs like that at a block, from there on by two blocks each; above it, labels without a value
    may be between."""
    at = before = index
    for _ in range(_PAIRS_BESIDE - 1):
        while step < 0 < at and _is_same_kind(blocks, at - 1, index) and _is_empty_label(blocks, at - 1):
            at -= 1
        at += step
        if not _is_pair_like(blocks, before, at):
            return
        before = at
        yield at


def is_empty_beside_pairs(blocks: Blocks, index: int) -> bool:
    """Whether a block is a label without a value, below pairs of a header in elements of the same kind."""
    if not _is_empty_label(blocks, index):
        return False
    near = [at for at in range(index - 1, max(-1, index - _LINES_BEFORE), -1) if _is_same_kind(blocks, at, index)]
    pairs = (pair for at in near for pair in pairs_of_elements(blocks, at))
    return any(_names_field(blocks, at) for at in near) or any(_is_sure(*pair) for pair in pairs)


def _is_empty_label(blocks: Blocks, index: int) -> bool:
    return match_label(blocks.blocks[index].text) is not None and is_known_empty(blocks, index)


def _is_pair_like(blocks: Blocks, one: int, other: int) -> bool:
    """Whether a label and a short text begin at block `other`, before or behind the pair at block `one`, in elements of
    the same kind."""
    first, last = min(one, other), max(one, other)
    if first < 0 or last + 2 > len(blocks.blocks):
        return False
    if match_label(blocks.blocks[other].text) is None or not _may_be_value(blocks, other + 1):
        return False
    nodes = [blocks.nodes[blocks.blocks[at].node] for at in (first, first + 1, last, last + 1)]
    tags = [node.tag for node in nodes]
    if len({node.parent for node in nodes}) == 1:
        return tags[:2] == tags[2:]
    return is_half_of_pair(blocks, one) and is_half_of_pair(blocks, other) and _is_same_kind(blocks, one, other)


def is_half_of_pair(blocks: Blocks, index: int) -> bool:
    """Whether an element contains only the block and the one after it."""
    around = next((n for n in blocks.ancestors(blocks.blocks[index].node) if n.last - n.first > 1), None)
    return around is not None and (around.first, around.last) == (index, index + 2)


def is_known_empty(blocks: Blocks, index: int) -> bool:
    """Whether a label has no value although words follow it: labels before it have theirs in their own lines, or an
    empty element is its value. `主题词：` is the last label of many headers; a headline follows."""
    block = blocks.blocks[index]
    around = next((node for node in blocks.ancestors(block.node) if node.last > index + 1), None)
    is_layout = around is not None and around.tag in ("td", "th") and around.last - around.first > _LINES_OF_CELL
    if around is not None and (is_layout or around.tag not in _VALUE_AROUND):
        for at in range(index, max(-1, index - _LINES_BEFORE), -1):
            items = find_labels(blocks.blocks[at].text) if _is_same_kind(blocks, at, index) else ()
            if not items and at < index:
                break
            if any(item.name and item.value.strip(_GAP) for item in items):
                return True
    own = blocks.nodes[block.node].element
    has_pair = len(own) + bool((own.text or "").strip()) == len(("label", "value")) and own[-1].tag in _INLINE_VALUES
    if has_pair and (beside := own.getnext()) is not None:  # an empty element spreads the letters of many a label
        has_pair = (beside.tag, beside.get("class")) == (own.tag, own.get("class"))
    return _is_empty_value(own.getnext()) or (has_pair and _is_empty_value(own[-1]))


def _is_empty_value(element: HtmlElement | None) -> bool:
    if element is None or element.tag not in _VALUE_TAGS or not _NO_VALUE.fullmatch("".join(element.itertext())):
        return False
    return not (element.tail or "").strip() and element.find(".//img") is None and element.find(".//input") is None


def _may_be_value(blocks: Blocks, index: int) -> bool:
    """Whether a block is a short text that is not a label and does not end like prose."""
    text = blocks.blocks[index].text if index < len(blocks.blocks) else "："
    return len(text) <= _MAX_VALUE_CHARS and not text.endswith(_ENDS_OF_PROSE) and match_label(text) is None


def _is_same_kind(blocks: Blocks, one: int, other: int) -> bool:
    """Whether two blocks are in elements with the same tag and class."""
    return _element(blocks, one) == _element(blocks, other)


def _element(blocks: Blocks, index: int) -> tuple[str, str | None]:
    node = blocks.nodes[blocks.blocks[index].node]
    return node.tag, node.element.get("class")


def _names_field(blocks: Blocks, index: int) -> bool:
    """Whether a block is only the label of a field."""
    label = match_label(blocks.blocks[index].text) if 0 <= index < len(blocks.blocks) else None
    return label is not None and bool(label.name) and label.label not in AMBIGUOUS_LABELS


def is_line_of_values(blocks: Blocks, index: int) -> bool:
    """Whether a block contains the values of the labels in the block above it."""
    if not index or INLINE_BOUNDARY not in blocks.blocks[index - 1].text:
        return False
    return len(pairs_of_elements(blocks, index - 1)) == len(_runs(blocks, index)) > 1


def _runs(blocks: Blocks, index: int) -> list[str]:
    """The texts of a block between inline boundaries."""
    text = blocks.blocks[index].text if 0 <= index < len(blocks.blocks) else ""
    return [words for run in text.split(INLINE_BOUNDARY) if (words := run.strip())]


def _value_in_parallel(blocks: Blocks, index: int) -> int | None:
    """The value of a label in a series of labels that has equally many values beside it: in a list of their own,
    whatever the enclosing elements, or after all labels of one list."""
    if not any(
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
    """Whether so many labels begin there, followed by as many blocks that are not labels."""
    if number > _MAX_PAIRS:
        return False
    pair_blocks = blocks.blocks[first : first + 2 * number]
    return [match_label(block.text) is not None for block in pair_blocks] == [True] * number + [False] * number


def is_numbered_point(blocks: Blocks, index: int) -> bool:
    """Whether a line begins with a number like points of a text: `二、工作要求`, but not `2.文号：…` in a header whose
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
            items = find_labels(text)
            label = match_label(text) or next((item for item in items if item.at_line_start), None)
            if label is None or not label.name:
                return True
            gap = 0
            fields.update(each.name for each in (label, *items) if each.name and each.label not in AMBIGUOUS_LABELS)
    return len(fields) < _MIN_NUMBERED_FIELDS
