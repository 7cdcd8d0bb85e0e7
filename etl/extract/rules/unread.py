"""Headers whose labels have words beside them although hardly any label gave a value."""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS
from etl.extract.lexicon.labels import FIELD_OF_LABEL, label_key, match_label
from etl.extract.lexicon.page_tools import is_page_tool
from etl.extract.lexicon.traditional import simplified
from etl.extract.lexicon.values import clean_value
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Block
from etl.extract.page.pairs import is_column_header_row
from etl.extract.rules.header import PageContext
from etl.extract.text.body import enclosing_sidebar, is_in_search_form
from etl.extract.types import FieldValue

_READ_FIELDS = 3
"""From this many fields with values on, the form of a header is understood, and labels without a value are empty."""
_MIN_LABELS, _MIN_LABELS_IN_TEXT = 2, 3
"""Minimum number of fields whose labels are near each other, in a header and in the first lines of the text."""
_FIRST_BLOCKS = 15
"""Number of first blocks of the text that are searched for a header that was not recognised."""
_MAX_GAP, _MAX_LABEL_LINE_CHARS = 4, 200
"""Maximum number of blocks between two labels of one header; maximum length of a line that is a label."""
_FIELDS = {label: name for label, name in FIELD_OF_LABEL.items() if name and label not in AMBIGUOUS_LABELS}
_WORD = re.compile("[\u4e00-\u9fff]{2,12}")
_BESIDE_A_HEADER = frozenset(("title", "source", "published_date"))
"""Fields that may also be in the line below a headline."""


def unread_fields(context: PageContext, fields: Mapping[str, FieldValue]) -> tuple[str, ...]:
    """The fields whose labels are in a header of which less than half gave a value, in page order; none if nothing is
    beside the labels, because an empty header is understood."""
    read = {name for name, value in fields.items() if value.origin in ("header", "subheading", "json")}
    if len(read - _BESIDE_A_HEADER) >= _READ_FIELDS:
        return ()
    blocks, body = context.blocks, context.body
    last = min(body.last, body.first + _FIRST_BLOCKS)
    labels: list[tuple[int, str]] = []
    for index, block in blocks.visible_blocks(0, len(blocks.blocks), body.revealed):
        if not last <= index < body.last and not block.link_chars and len(block.text) <= _MAX_LABEL_LINE_CHARS:
            # A sentence of the text may begin with a label (公开范围：… in a guide).
            names = [] if body.first <= index and block.text.endswith("。") else _labels_of(block)
            if names and not _is_of_other_things(context, block):
                labels += ((index, name) for name in names)
    unread: dict[str, None] = {}
    for group in _near_each_other(labels):
        shown = {name for _, name in group}
        in_text = body.first <= group[0][0] < body.last
        enough = len(shown) >= (_MIN_LABELS_IN_TEXT if in_text else _MIN_LABELS)
        lacking = [(index, name) for index, name in group if name not in fields]
        if enough and lacking and len(shown & read) * 2 < len(shown) and _has_words_beside(context, lacking, fields):
            unread |= dict.fromkeys(name for _, name in lacking)
    return tuple(unread)


def _labels_of(block: Block) -> list[str]:
    """The fields of the labels that are whole lines or inline elements of a line."""
    text = simplified(block.text)
    words = _WORD.findall(text)
    if INLINE_BOUNDARY in text:
        words += _WORD.findall(text.replace(INLINE_BOUNDARY, ""))
    if " " in text:
        words += ["".join(_WORD.findall(run)) for run in (*text.split(INLINE_BOUNDARY), text) if " " in run]
    return [_FIELDS[word] for word in words if word in _FIELDS]


def _is_of_other_things(context: PageContext, block: Block) -> bool:
    """Whether a line is in a search form, in a column beside the text, or among the column headings of a table."""
    blocks, body = context.blocks, context.body
    return (
        is_in_search_form(blocks, block.node, body)
        or enclosing_sidebar(blocks, block.node, body) is not None
        or (block.row >= 0 and is_column_header_row(blocks, blocks.nodes[block.row]))
    )


def _near_each_other(labels: list[tuple[int, str]]) -> Iterable[list[tuple[int, str]]]:
    group: list[tuple[int, str]] = labels[:1]
    for before, label in pairwise(labels):
        if label[0] - before[0] > _MAX_GAP:
            yield group
            group = []
        group.append(label)
    if group:
        yield group


def _has_words_beside(context: PageContext, labels: list[tuple[int, str]], read: Mapping[str, FieldValue]) -> bool:
    """Whether the part of the page with the labels has words beside them that were not read."""
    blocks = context.blocks
    first, last = labels[0][0], labels[-1][0] + 1
    around = next((n for n in blocks.ancestors(blocks.blocks[first].node) if n.last - n.first > last - first), None)
    # Values in a separate element are before or after the element of the labels.
    if around and around.last - around.first == 2 * (last - first) and last <= around.last:
        first, last = around.first, around.last
    known = {label_key(words) for value in read.values() for words in (value.raw, value.value)}
    beside = (block for _, block in blocks.visible_blocks(first, last, context.body.revealed))
    return any(_says_more(block, known) for block in beside if read.keys().isdisjoint(_labels_of(block)))


def _says_more(block: Block, known: set[str]) -> bool:
    if block.link_chars or is_page_tool(block.plain) or match_label(block.text):
        return False
    for run in block.text.split(INLINE_BOUNDARY):
        words = "" if match_label(run) else _WORD.sub(lambda word: "" if word.group() in _FIELDS else word.group(), run)
        if (value := clean_value("", words)) and label_key(value) not in known:
            return True
    return False
