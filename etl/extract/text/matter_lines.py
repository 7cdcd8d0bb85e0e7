"""What a notice states about its matter between the headline and the text: 项目编号, 开标时间, 访谈嘉宾, 地点.

Such lines look like a header, but their labels describe the matter and not the document. The part of the page with most
of the prose begins below them, so they would be lost.
"""

import re
from dataclasses import dataclass, field, replace

from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS
from etl.extract.lexicon.labels import label_key, match_label
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Blocks, Node
from etl.extract.page.events import is_day_of_event
from etl.extract.page.pairs import MAX_ROW_CELLS, is_half_of_pair
from etl.extract.page.subheading import date_among_pieces, is_subheading
from etl.extract.text.body import Body
from etl.extract.text.boxes import is_linked
from etl.extract.text.own_lines import FIELDS_AMONG_MATTERS, FIELDS_OF_NOTICES, OF_MATTER

_GAP = rf"[\s{INLINE_BOUNDARY}]"
_WORDS = r"[\u4e00-\u9fff（）()、]{2,16}"
_BEFORE_COLONS = re.compile(rf"(?:^|{_GAP}){_GAP}*+({_WORDS}){_GAP}*+[:：](?={_GAP}*+\w)")
_SPACED = re.compile(
    rf"(?:^|{INLINE_BOUNDARY})\s*+([\u4e00-\u9fff](?:\s+[\u4e00-\u9fff]){{1,5}})\s*[:：](?={_GAP}*+\w)"
)
"""A label with gaps between its characters (地　点), at the beginning of a line or an element."""
_ONLY_A_LABEL = re.compile(rf"({_WORDS})[:：]?")
_OF_PEOPLE = re.compile("(?:人|者|员|编辑)$")
_OF_PAGE = re.compile(
    "朗读|播[放报]|语音|分享|扫码|阅读|浏览|点[击赞]|收藏|访问|打印|字数|评论|转发|供稿|撰稿|审核|校对|录入|编辑"
)
"""Labels of the page: its tools, its counters, and who wrote and checked it."""
_MIN_LABELS = 2
"""Minimum number of labels of the matter; a single one may be a tool of the page (语速：正常)."""
_MAX_LINES, _MAX_LINE_CHARS, _MAX_LINES_OF_LABEL = 120, 300, 4
"""Maximum number of lines between headline and text that are searched; maximum length of a line with labels; maximum
number of lines of a label in a cell."""


@dataclass(slots=True)
class _Group:
    """Lines in one element, or in elements of one kind side by side, with the labels that they begin with.

    `first`: index of its first block; `top`: its last element; `is_dated`: the line with the page's date or source is
    above the labels; `events`: number of lines with the day of an event.
    """

    first: int
    top: Node
    is_dated: bool
    labels: list[str] = field(default_factory=list)
    events: int = 0


def with_matter_above(blocks: Blocks, body: Body, headline: int) -> Body:
    """The text extended upwards to what the notice states about its matter, below the headline (the index of its block)
    and below the header."""
    if not 0 <= headline < body.first - 1 or body.revealed >= 0:
        return body
    first = body.first
    for group in _groups(blocks, headline + 1, body.first):
        if _is_of_matter(group):
            first = min(first, group.first)
        elif group.is_dated or any(map(_field_of, group.labels)):
            first = body.first
    if first == body.first:
        return body
    around = (node.index for node in blocks.ancestors(body.node) if node.first <= first)
    return replace(body, first=first, node=next(around, -1))


def _groups(blocks: Blocks, first: int, last: int) -> list[_Group]:
    """The groups of lines in `blocks[first:last]` that begin with labels, or with the page's date or source."""
    groups: list[_Group] = []
    for index, block in blocks.visible_blocks(max(first, last - _MAX_LINES), last):
        labels = _labels_at(blocks, index)
        is_event = is_day_of_event(blocks, index)
        is_dated = is_subheading(block.text) and not is_event
        # A date behind an unlisted label alone is not that of the page: 开标时间：2023-06-08.
        is_dated = is_dated and (
            not labels or any(map(match_label, labels)) or date_among_pieces(block.text) is not None
        )
        if not labels and not is_dated:
            continue
        top = _outermost(blocks, index, first, last)
        group = groups[-1] if groups else None
        is_same = group is not None and (top is group.top or _follows(group.top, top))
        if group is not None and is_same and group.labels:
            group.labels += labels
            group.events += is_event
            group.top = top
        elif is_dated:
            groups.append(_Group(index + 1, top, True))
        else:
            start = index if is_same or not first <= top.first <= top.last <= last else top.first
            groups.append(_Group(start, top, False, labels, int(is_event)))
    return groups


def _labels_at(blocks: Blocks, index: int) -> list[str]:
    """The labels of a line, or the label that is a cell, a term or the first half of a pair. In a row, every other cell
    is a label."""
    block = blocks.blocks[index]
    if is_linked(block) or len(block.text) > _MAX_LINE_CHARS:
        return []
    if blocks.is_in_row(block):
        return _only_label(_words_of_label_cell(blocks, index))
    if blocks.nodes[block.node].tag == "dt":
        return _only_label(block.plain)
    if labels := [*_BEFORE_COLONS.findall(block.text), *_SPACED.findall(block.text)]:
        return [label_key(label) for label in labels]
    runs = [run for run in block.text.split(INLINE_BOUNDARY) if run.strip()]
    if len(runs) == 1:
        return _only_label(block.plain) if is_half_of_pair(blocks, index) else []
    return [label for run in runs[::2] for label in _only_label(run)] if len(runs) % 2 == 0 else []


def _only_label(text: str) -> list[str]:
    match = _ONLY_A_LABEL.fullmatch(label_key(text))
    return [match[1]] if match else []


def _words_of_label_cell(blocks: Blocks, index: int) -> str:
    """The words of the cell that begins with a block, if it is the first, third … cell of its row; labels in narrow
    cells are broken into lines."""
    row, cell = blocks.nodes[blocks.blocks[index].row], blocks.nodes[max(blocks.blocks[index].cell, 0)]
    if cell.first != index or cell.last - index > _MAX_LINES_OF_LABEL or row.last - row.first > MAX_ROW_CELLS:
        return ""
    before = {block.cell for _, block in blocks.visible_blocks(row.first, index)}
    if len(before) % 2:
        return ""
    return "".join(block.plain.strip() for _, block in blocks.visible_blocks(cell.first, cell.last))


def _outermost(blocks: Blocks, index: int, first: int, last: int) -> Node:
    """The outermost element around a block that is within `blocks[first:last]`; if there is none, the innermost."""
    inner, *around = blocks.ancestors(blocks.blocks[index].node)
    for node in around:
        if node.first < first or node.last > last:
            break
        inner = node
    return inner


def _follows(before: Node, node: Node) -> bool:
    """Whether an element is right behind another one of its kind."""
    kinds = [(each.parent, each.tag, each.element.get("class")) for each in (before, node)]
    return kinds[0] == kinds[1] and before.last == node.first


def _field_of(label: str) -> str:
    """The field that a label names, listed or by its words; "" for an ambiguous label, and for one of no field."""
    match = match_label(label, coined=True)
    return match.name if match and match.label not in AMBIGUOUS_LABELS else ""


def _is_of_matter(group: _Group) -> bool:
    """Whether a group is about the matter: no label occurs only in headers, and at least two are unlisted or of the day
    of an event, not all of them of people (审核员 may be a label of the page)."""
    fields = set(map(_field_of, group.labels)) - {""}
    matters = sum(OF_MATTER.search(label) is not None for label in group.labels)
    if not fields <= (FIELDS_AMONG_MATTERS if matters >= _MIN_LABELS else FIELDS_OF_NOTICES):
        return False
    own = (label for label in group.labels if match_label(label) is None or OF_MATTER.search(label))
    unlisted = [label for label in own if not (_field_of(label) or _OF_PAGE.search(label))]
    return len(unlisted) + group.events >= _MIN_LABELS and not all(map(_OF_PEOPLE.search, unlisted))
