"""Headers that are hidden until a reader opens them: in a tab, in a box, below the visible rows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from etl.extract.codes import Flag
from etl.extract.lexicon.labels import COLON, find_labels, match_label
from etl.extract.lexicon.values import Reading
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Blocks, Node
from etl.extract.page.prose import is_prose
from etl.extract.rules.header import PageContext, read_labels
from etl.extract.text.body import Body

_MIN_FIELDS = 3
"""Minimum number of fields of a hidden header."""
_MAX_LABEL_CHARS, _MAX_BLOCKS, _FIRST_BLOCKS = 120, 100, 3
"""Maximum length of a header line; maximum number of blocks of a header; number of its first blocks, one of which is a
label."""
_BLOCKS_NEAR, _LINES_NEAR = 40, 2
"""Number of blocks before a hidden part that are searched for visible ones; how many of these may have the label."""
_UNFOLDS = re.compile(r"\W*(?:点击|查看|显示)?(?:展开|收起|更多|全部|完整|详细|详情)[\u4e00-\u9fff]{0,6}\W*")
"""Words of controls that unfold the rest of a header."""


def read_hidden_header(context: PageContext) -> Iterator[Reading]:
    """The header in a part of the page that a tab hides, with flags; for pages without a visible header.

    A part is a header if it has values for `_MIN_FIELDS` fields; if there are several, none is read.
    """
    blocks, headers = context.blocks, list[list[Reading]]()
    for index in sorted({block.hidden_by for block in blocks.blocks} - {-1}):
        readings = _read_part(context, blocks.nodes[index])
        if len({reading.name for reading in readings}) >= _MIN_FIELDS:
            headers.append(readings)
    if len(headers) == 1:
        yield from map(_flagged, headers[0])


def read_folded_rest(context: PageContext, shown: Sequence[Reading]) -> Iterator[Reading]:
    """The hidden rest of a header of which the page shows a part, with flags.

    The rest follows lines of that header, or repeats their values, and contradicts none of them. It has
    `_MIN_FIELDS` fields, or a tool of the page unfolds it: a template may hide one row that does not apply.
    """
    blocks = context.blocks
    values = {reading.name: reading.value.value if reading.value else "" for reading in shown}
    rest, fields, unfolds = list[Reading](), set[str](), False
    for index in sorted({block.hidden_by for block in blocks.blocks} - {-1}):
        node = blocks.nodes[index]
        if not _may_be_header(blocks, node):
            continue
        readings = _read_part(context, node)
        same = {reading.name for reading in readings if _says_the_same(reading, values)}
        if any(reading.name in values and reading.name not in same for reading in readings):
            continue
        if same or _is_behind_header(blocks, node):
            rest += [reading for reading in readings if reading.name not in values]
            fields.update(reading.name for reading in readings)
            unfolds = unfolds or _is_unfolded(blocks, node)
    if len(fields) >= _MIN_FIELDS or unfolds:
        yield from map(_flagged, rest)


def _flagged(reading: Reading) -> Reading:
    return replace(reading, flag=reading.flag or Flag.HIDDEN_VALUE.of(reading.name))


def _read_part(context: PageContext, hidden: Node) -> list[Reading]:
    """The values that a hidden part states."""
    part = replace(context, body=_below_hidden(context, hidden))
    return [reading for reading in read_labels(part, [hidden]) if reading.value]


def _below_hidden(context: PageContext, hidden: Node) -> Body:
    """The text with a hidden part shown. A part above the first prose that a click unfolds is not text."""
    blocks, body = context.blocks, replace(context.body, revealed=hidden.index)
    if not body.first <= hidden.first < body.last:
        return body
    above = (block for _, block in blocks.visible_blocks(body.first, hidden.first))
    begun = any(is_prose(block) for block in above)
    return body if begun else replace(body, first=min(hidden.last, body.last))


def _may_be_header(blocks: Blocks, node: Node) -> bool:
    """Whether a hidden part begins with lines of which one has a label of a field."""
    first = blocks.blocks[node.first : min(node.last, node.first + _FIRST_BLOCKS)]
    if node.last - node.first > _MAX_BLOCKS or not first or first[0].link_chars * 2 > len(first[0].text):
        return False
    return any(
        _has_label(block.text) for block in first if len(block.text) <= _MAX_LABEL_CHARS and not block.link_chars
    )


def _has_label(text: str) -> bool:
    label = match_label(text)
    if label or not (INLINE_BOUNDARY in text or COLON.search(text)):
        return label is not None and label.name != ""
    return any(item.name for item in find_labels(text))


def _says_the_same(reading: Reading, values: dict[str, str]) -> bool:
    return reading.value is not None and values.get(reading.name) == reading.value.value


def _is_behind_header(blocks: Blocks, node: Node) -> bool:
    """Whether the visible lines right before a hidden part, in the same parent, have a label."""
    around = blocks.nodes[max(blocks.nodes[max(node.parent, 0)].parent, 0)]
    before = [
        block.text for _, block in blocks.visible_blocks(max(around.first, node.first - _BLOCKS_NEAR), node.first)
    ]
    return any(map(_has_label, before[-_LINES_NEAR:]))


def _is_unfolded(blocks: Blocks, node: Node) -> bool:
    """Whether the line after a hidden part, or the one before it, is a control that unfolds it."""
    behind = [block for _, block in blocks.visible_blocks(node.last, node.last + _BLOCKS_NEAR)][:1]
    before = [block for _, block in blocks.visible_blocks(max(0, node.first - _BLOCKS_NEAR), node.first)][-1:]
    return any(_UNFOLDS.fullmatch(block.plain) for block in (*behind, *before))
