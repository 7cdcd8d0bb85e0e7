"""Labelled fields outside the text: header tables and lists in every layout, lines above and below the text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from etl.dates import YEAR_OF_DATE
from etl.extract.codes import Flag, Rule
from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS, PUBLISHING_PEOPLE
from etl.extract.lexicon.labels import COLON, LabelMatch, find_labels, match_label
from etl.extract.lexicon.tools import without_tools
from etl.extract.lexicon.values import Reading, ValueRules, make_evidence, names_body
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Block, Blocks, Node
from etl.extract.page.events import is_day_of_event
from etl.extract.page.label_values import CONTAINER_TAGS, cell_below, hidden_value, value_after
from etl.extract.page.pairs import (
    is_among_fields,
    is_beside_pair,
    is_half_of_pair,
    is_numbered_point,
    label_in_lines,
    pairs_of_elements,
)
from etl.extract.page.prose import is_boilerplate
from etl.extract.shown.stated_labels import whole_words
from etl.extract.text.body import Body, enclosing_sidebar, holds_text, is_in_search_form
from etl.extract.types import Origin
from etl.fields import DATE_FIELDS
from etl.file_names import has_file_name

_MAX_VALUES = 1000
"""Maximum number of values: a header has some twenty, a list of labelled cards some hundred."""
_BLOCKS_BELOW = 14
"""Number of blocks below the text, not counting file names, that are searched: some sites put 来源 and 时间 there."""
_MAX_BLOCKS_BELOW = 60
"""Maximum number of blocks below the text for a table or list that begins among these and is read to its end."""
_SIDEBAR_LINK_CHARS = 14
"""A side column with more link text than this is a list of other documents."""
_BLOCKS_AFTER_LABEL = 3
"""Number of blocks after a label that are searched for its value."""
_BLOCKS_NEAR_LABEL = 6
"""Maximum distance in blocks of an unlisted label before a listed one, or after a listed one or one with a value."""
_MAX_LINE_CHARS, _MAX_LEAD_CHARS = 700, 40
"""Maximum length of a line searched for labels, and of the text before a line's only label: longer texts are prose."""
_MIN_AMBIGUOUS_TITLE_CHARS = 8
"""Minimum length of a title after 名称 or 标题; a shorter text is the name of something else."""
_ACT = "发布"
"""A label of the day or of the agency: what is behind it decides."""
_HEADER_LABEL = re.compile("索引号|文号|来源")
"""Labels that always belong to a header, whatever else is in their line."""
_UNKNOWN_LABEL = re.compile(rf"[\s{INLINE_BOUNDARY}|丨｜\]】]+[\u4e00-\u9fff]{{2,6}}[\s{INLINE_BOUNDARY}]*[:：]")
_LISTS_WITH_BARS = ("keywords", "subject_category", "group_category", "genre_category")
"""Fields of several words, which bars may separate."""
_VALUE_ENDS = re.compile(
    rf"{INLINE_BOUNDARY}[\s{INLINE_BOUNDARY}]*[【\[(（]?(?:大|中|小|打印|收藏|分享|字体|字号|浏览|阅读|点击|访问|纠错|我要纠错|下载|扫一扫|[|丨])"
    rf"|{INLINE_BOUNDARY}\s+{INLINE_BOUNDARY}|\s{{3,}}|[【\[]\s*(?:字|打印|大|我要|语音|朗读|收藏|分享|浏览|阅读|点击|复制|关闭)|[】\])）][\s{INLINE_BOUNDARY}]*[【\[(（]"
    rf"|{_UNKNOWN_LABEL.pattern}"
)
"""The end of a value in a line of several values although no known label follows; an unknown label is a word with a
colon (`_UNKNOWN_LABEL`)."""
_OTHER_DOCUMENTS = re.compile(r"[\s【\[■◆>·]*(?:相关|关联|推荐|延伸|更多)[\u4e00-\u9fff]{2,4}[\s】\]:：]*$")
_OTHER_DOCUMENTS_BELOW = re.compile(
    r"[\s【\[■◆>·]*(?:(?:政策|文件|解读)?原(?:文件?|政策)|(?:政策|文件)?解读(?:文件|材料)?)[\s】\]:：]*$"
)
"""Heading of a list of other documents, whose labels do not describe this one."""
_MAX_HEADING_CHARS = 24
_ENDS_OF_CHOICE = 6
_CHOICE = re.compile(
    rf"[^:：]{{2,20}}[:：][\s{INLINE_BOUNDARY}]*?"
    rf"(?:{INLINE_BOUNDARY}\s*+[^\s{INLINE_BOUNDARY}、，,;；/>＞»›|-]{{1,20}}+{INLINE_BOUNDARY}\s*+){{3,}}+"
)
"""Alternative links separated only by gaps: `发布机构：市政府 市财政局 市水务局`."""
_PAGER = re.compile(r"\W*[上下前后](?:一[篇条页个则]|篇)(?:文章|新闻|信息)?[^\w:：>»】\]]*+[:：>»】\]]")
"""What leads to the next document, with its date."""
_AROUND = f" \t{INLINE_BOUNDARY}"
_LEAD = re.compile(rf"[\s{INLINE_BOUNDARY}]*")
_DATE_BEHIND = re.compile(rf"[\s{INLINE_BOUNDARY}|]+{YEAR_OF_DATE}\s*\d{{1,2}}")


@dataclass(frozen=True, slots=True)
class PageContext:
    """The input of rules: the page's blocks, the position of its main text, and the rules for its values."""

    blocks: Blocks
    body: Body
    values: ValueRules


def read_labels(context: PageContext, header: Sequence[Node]) -> Iterator[Reading]:
    """All labelled cells and lines outside the text, in page order; without a value if the label has none.

    With `header`, the elements that contain the header, labels elsewhere are not read, because boxes of related
    documents have labels too. Without it, labels in search forms are skipped; inside a known header they count.
    """
    blocks, body = context.blocks, context.body
    end = _end_of_labels(blocks, body)
    parts = [(node.first, min(node.last, end)) for node in header] or [(0, end)]
    shown = sorted({i for first, last in parts for i, _ in blocks.visible_blocks(first, last, body.revealed)})
    outside = [i for i in shown if body.is_outside(i)]
    values, last_label, next_unread = 0, -_BLOCKS_NEAR_LABEL - 1, 0
    beside = 0
    for position, index in enumerate(outside):
        if values > _MAX_VALUES:
            break
        if _begins_other_documents(context, index):
            beside = _end_of_box(context, index)
            if index >= body.last and beside == index + 1:
                break
        if index < beside:
            continue
        items = _labels_of(context, index, first=not values)
        if items and any(item.name for item in items):
            last_label = position
            # Unlisted labels may also be above the first listed one.
            above = range(max(next_unread, position - _BLOCKS_NEAR_LABEL), position)
            lines = [(at, _with_coined_labels(context, outside[at], (), first=not values)) for at in above]
        elif not items and position - last_label > _BLOCKS_NEAR_LABEL:
            continue
        else:
            lines = []
        if position - last_label <= _BLOCKS_NEAR_LABEL:
            items = _with_coined_labels(context, index, items, first=not values)
        next_unread = position + 1
        for at, labels in (*lines, (position, items)):
            for reading in _read_line(context, outside, at, labels, in_header=bool(header)):
                values += reading.value is not None
                last_label = max(last_label, at if reading.value is not None else -1)
                yield reading


def _end_of_labels(blocks: Blocks, body: Body) -> int:
    """The end of the searched blocks: a list or table below the text is read as a whole."""
    below = blocks.blocks[body.last : body.last + _MAX_BLOCKS_BELOW]
    files = sum(1 for block in below if block.link_chars and "." in block.text and has_file_name(block.text))
    end = min(len(blocks.blocks), body.last + _BLOCKS_BELOW + files)
    if end < len(blocks.blocks):
        for around in blocks.ancestors(blocks.blocks[end - 1].node):
            if around.first < body.last:
                break
            if around.tag in CONTAINER_TAGS and around.last - body.last <= _MAX_BLOCKS_BELOW:
                end = max(end, around.last)
    while end < min(len(blocks.blocks), body.last + _MAX_BLOCKS_BELOW) and _is_pair_across(blocks, end):
        end += 2
    return end


def _is_pair_across(blocks: Blocks, end: int) -> bool:
    """Whether a label of a field is right before a block or is the block, in a header of alternating labels and
    values."""
    labels = (match_label(block.text) for block in blocks.blocks[end - 1 : end + 1])
    return any(label is not None and label.name and label.label not in AMBIGUOUS_LABELS for label in labels)


def _with_coined_labels(
    context: PageContext, index: int, items: tuple[LabelMatch, ...], *, first: bool
) -> tuple[LabelMatch, ...]:
    """The labels of a block, including unlisted ones above the text; `items`: the listed ones.

    If every colon has its listed label, there are no unlisted ones, unless a listed label may be the end of one (颁 发
    时 间).
    """
    text = context.blocks.blocks[index].text
    if index >= context.body.first or (
        len(items) >= max(1, len(COLON.findall(text))) and all(item.label not in AMBIGUOUS_LABELS for item in items)
    ):
        return items
    return _labels_of(context, index, first=first, coined=True)


def _read_line(
    context: PageContext, outside: list[int], position: int, items: tuple[LabelMatch, ...], *, in_header: bool
) -> Iterator[Reading]:
    """The readings of the labels in one block."""
    index = outside[position]
    if items and not _is_beside_the_document(context, context.blocks.blocks[index], in_header=in_header):
        following = outside[position + 1 : position + 1 + _BLOCKS_AFTER_LABEL]
        for item in items:
            reading = _read_label(context, index, item, items, following)
            if reading:
                yield reading


def _begins_other_documents(context: PageContext, index: int) -> bool:
    """Whether a line is the heading of a list of other documents, whose labels are ignored."""
    blocks = context.blocks
    block = blocks.blocks[index]
    if block.link_chars or len(block.text) > _MAX_HEADING_CHARS:
        return False
    if block.cell >= 0 and not holds_text(blocks.nodes[block.cell], context.body):
        return False
    is_below = index >= context.body.last and _OTHER_DOCUMENTS_BELOW.match(block.plain)
    if not is_below and not _OTHER_DOCUMENTS.match(block.plain):
        return False
    return _may_have_labels(blocks, index)


def _end_of_box(context: PageContext, index: int) -> int:
    """The end of the box beside the text that begins with a heading; the block after the heading if there is no box."""
    for node in context.blocks.ancestors(context.blocks.blocks[index].node):
        if node.first < index or node.last > context.body.first > index or node.tag in CONTAINER_TAGS:
            break
        if node.last > index + 1:
            return node.last
    return index + 1


def _may_have_labels(blocks: Blocks, index: int) -> bool:
    block = blocks.blocks[index]
    if len(block.text) > _MAX_LINE_CHARS or (_is_breadcrumb(block) and not _has_linked_value(block)):
        return False
    if block.link_chars and _PAGER.match(block.text):
        return False
    if block.link_chars and block.text.count(INLINE_BOUNDARY) >= _ENDS_OF_CHOICE and _CHOICE.fullmatch(block.text):
        return False
    return not is_numbered_point(blocks, index)


def _labels_of(context: PageContext, index: int, *, first: bool, coined: bool = False) -> tuple[LabelMatch, ...]:
    """The labels in a line, or the label that is the whole line. `first`: no value has been read before it.

    `coined`: also unlisted labels with a colon, in brackets, or alone in an inline element or cell.
    """
    blocks = context.blocks
    block = blocks.blocks[index]
    if not _may_have_labels(blocks, index):
        return ()
    if INLINE_BOUNDARY in block.text and not block.link_chars and (pairs := pairs_of_elements(blocks, index)):
        labels = tuple(
            LabelMatch(match.name, match.label, raw, value, at)
            for at, (raw, value) in enumerate(pairs)
            if (match := match_label(raw)) and (match.label not in AMBIGUOUS_LABELS or is_among_fields(blocks, index))
        )
        if any(match.name for match in labels) or not find_labels(block.text):
            return labels
    if block.cell >= 0 and (lines := label_in_lines(blocks, index)):
        return (LabelMatch(*lines, lines.label, "", 0),) if blocks.nodes[block.cell].first == index else ()
    items = find_labels(block.text, coined=coined)
    if not items:
        name, label = match_label(block.text) or ("", "")
        if not label and coined:
            return _coined_label(blocks, index)
        is_sure = label not in AMBIGUOUS_LABELS or block.cell >= 0 or _is_pair(blocks, index, name)
        is_sure = is_sure or is_beside_pair(blocks, index)
        if label in PUBLISHING_PEOPLE or (name and is_sure):
            return (LabelMatch(name, label, block.plain.strip(), "", 0),)
        return ()
    # In a footer, 主办单位 is the operator of the site; it is a field only in a header cell after another value.
    if (index >= context.body.last or block.cell < 0 or first) and _is_site_footer(block.text):
        return ()
    lead = block.text[: items[0].start].replace(INLINE_BOUNDARY, "").strip() if len(items) == 1 else ""
    return () if len(lead) > _MAX_LEAD_CHARS else items


def _coined_label(blocks: Blocks, index: int) -> tuple[LabelMatch, ...]:
    """The unlisted label that fills a cell or half of a pair, unless it is the value of the label before it."""
    block = blocks.blocks[index]
    name, label = match_label(block.text, coined=True) or ("", "")
    if not name or not (block.cell >= 0 or is_half_of_pair(blocks, index)):
        return ()
    if index and _awaits_value(blocks.blocks[index - 1].text):
        cell = blocks.nodes[block.cell] if block.cell >= 0 else None
        if cell is None or not cell_below(blocks, cell, blocks.nodes[cell.parent]):
            return ()
    return (LabelMatch(name, label, block.plain.strip(), "", 0, coined=True),)


def _awaits_value(text: str) -> bool:
    items = find_labels(text, coined=True)
    return not items[-1].value.strip() if items else match_label(text, coined=True) is not None


def _is_beside_the_document(context: PageContext, block: Block, *, in_header: bool) -> bool:
    """Whether the block is in a column of links to other documents or, outside a known header, in a search form."""
    sidebar = enclosing_sidebar(context.blocks, block.node, context.body)
    if sidebar and sidebar.link_chars > _SIDEBAR_LINK_CHARS:
        return True
    return not in_header and is_in_search_form(context.blocks, block.node, context.body)


def _read_label(
    context: PageContext, index: int, item: LabelMatch, items: tuple[LabelMatch, ...], following: list[int]
) -> Reading | None:
    """The reading of a label of the line: the text after it or, for the last label, the text beside or below it.

    None for a label that is not a field's, except a label of people with the name of an agency; and None if 名称 or
    标题 is followed by fewer than `_MIN_AMBIGUOUS_TITLE_CHARS` characters.
    """
    name = item.name or ("publisher" if item.label in PUBLISHING_PEOPLE else "")
    if not name or (name == "published_date" and is_day_of_event(context.blocks, index)):
        return None
    raw, rule = _raw_value(context, index, item, name, following if item is items[-1] else None)
    if not raw:
        return Reading(name, None) if item.name else None
    around = context.blocks.nodes[context.blocks.blocks[index].node].element.getparent()
    raw = whole_words(around, raw.strip(_AROUND)) if around is not None else raw
    in_header = index < context.body.last and _is_header_label(item, items)
    origin: Origin = "header" if in_header else "subheading"
    label = item.raw_label.replace(INLINE_BOUNDARY, "")
    reading = make_evidence(name, raw, label, origin, rule, context.values)
    if item.label == _ACT and reading.value is None and names_body(raw):
        return make_evidence("publisher", raw, label, origin, Rule.PERSON_LABEL, context.values)
    if not item.name and not (reading.value and names_body(reading.value.value)):
        return None
    if reading.value and rule == Rule.HIDDEN_BESIDE_LABEL:
        return replace(reading, flag=Flag.HIDDEN_VALUE.of(name))
    if reading.value and name == "title" and item.label in AMBIGUOUS_LABELS:
        return reading if len(reading.value.value) >= _MIN_AMBIGUOUS_TITLE_CHARS else None
    return reading


def _raw_value(
    context: PageContext, index: int, item: LabelMatch, name: str, following: list[int] | None
) -> tuple[str, Rule]:
    """The value of a label, and how it was read. `following`: for the last label, the blocks after the line; else
    None."""
    raw, rule = _without_tools(name, _own_value(name, item)), Rule.LABEL_IN_LINE
    if not raw.replace(INLINE_BOUNDARY, "").strip(" \t:："):
        raw = "" if following is None else _without_tools(name, value_after(context.blocks, index, following))
        rule = Rule.VALUE_BESIDE_LABEL
    if not raw and following is not None:
        return hidden_value(context.blocks, index), Rule.HIDDEN_BESIDE_LABEL
    if not item.name:
        return raw, Rule.PERSON_LABEL
    return raw, Rule.COINED_LABEL if item.coined else rule


def _is_header_label(item: LabelMatch, items: tuple[LabelMatch, ...]) -> bool:
    if item.name in ("published_date", "source") and item.label != "公开日期":
        return False
    return item.label not in AMBIGUOUS_LABELS or len(items) == 1


def _is_breadcrumb(block: Block) -> bool:
    return block.link_chars * 10 > len(block.text) * 7 and len(block.text) > 8


def _has_linked_value(block: Block) -> bool:
    """Whether a line is the label of a field and a linked value."""
    items = find_labels(block.text) if COLON.search(block.text) else ()
    return len(items) == 1 and items[0].at_line_start and items[0].label not in AMBIGUOUS_LABELS and items[0].name != ""


def _is_site_footer(text: str) -> bool:
    return len(text) < 300 and is_boilerplate(text) and not _HEADER_LABEL.search(text)


def _is_pair(blocks: Blocks, index: int, name: str) -> bool:
    """Whether an element contains only the label of a source or date and its value."""
    return name in ("source", "published_date") and is_half_of_pair(blocks, index)


def _without_tools(name: str, value: str) -> str:
    return without_tools(value, bars=name not in _LISTS_WITH_BARS)


def _own_value(name: str, item: LabelMatch) -> str:
    value = item.value
    start = lead.end() if (lead := _LEAD.match(value)) else 0
    if name in ("source", "publisher", "document_number"):
        dated = _DATE_BEHIND.search(value, start + 1)
        value = value[: dated.start()] if dated else value
    pattern = _VALUE_ENDS if name in ("source", "publisher", *DATE_FIELDS) else _UNKNOWN_LABEL
    cut = pattern.search(value, start) if name != "title" else None
    return value[: cut.start()] if cut else value
