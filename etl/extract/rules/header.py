"""Labelled fields outside the text: header tables and lists in every layout, lines above and below the text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS
from etl.extract.lexicon.labels import LabelMatch, find_labels, match_label
from etl.extract.lexicon.values import make_evidence
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Block, Blocks, Node, is_boilerplate
from etl.extract.page.trimming import (
    ENUMERATED,
    MAX_ROW_CELLS,
    Body,
    enclosing_sidebar,
    is_column_header_row,
    is_in_search_form,
    is_page_tool,
)
from etl.extract.types import FieldValue, Origin
from etl.fields import DATE_FIELDS

_CONTAINER_TAGS = frozenset(("ul", "ol", "dl", "table"))
"""Lists and tables: a label's value does not stand outside the one that holds the label."""
_MAX_VALUES = 1000
"""Values that are read at most: a header has some twenty, a list of labelled cards some hundred."""
_BLOCKS_BELOW = 14
"""Blocks below the text in which sites put 来源 and 时间."""
_SIDEBAR_LINK_CHARS = 14
"""Linked characters of a column that names other documents."""
_VALUE_ENDS = re.compile(
    rf"{INLINE_BOUNDARY}[\s{INLINE_BOUNDARY}]*[【\[(（]?(?:大|中|小|打印|收藏|分享|字体|字号|浏览|阅读|点击|访问|纠错|我要纠错|下载|扫一扫|[|丨])"
    rf"|{INLINE_BOUNDARY}\s+{INLINE_BOUNDARY}|\s{{3,}}|[【\[]\s*(?:字|打印|大|我要)|[】\])）][\s{INLINE_BOUNDARY}]*[【\[(（]"
    rf"|[\s{INLINE_BOUNDARY}]+[\u4e00-\u9fff]{{2,6}}[\s{INLINE_BOUNDARY}]*[:：]"
)
"""Where a value in a line of several ends although no known label follows; an unknown one is a word with a colon."""
_OTHER_DOCUMENTS = re.compile(r"[\s【\[■◆>·]*(?:相关|关联|推荐|延伸|更多)[\u4e00-\u9fff]{2,4}[\s】\]:：]*$")
"""Heading of other documents, which have labels too."""
_DATE_BEHIND = re.compile(rf"[\s{INLINE_BOUNDARY}|]+(?:19|20)\d\d\s*[-/.年]\s*\d{{1,2}}")


@dataclass(frozen=True, slots=True)
class PageContext:
    """What the fields are read from: the page's blocks, where its text stands, its title as known so far."""

    blocks: Blocks
    body: Body
    not_after: date | None = None


def read_labels(context: PageContext, header: Sequence[Node] = ()) -> tuple[list[FieldValue], list[str], set[str]]:
    """(evidence, flags, fields named without a value) of all labelled cells and lines outside the text.

    Where the header's place is known, those elsewhere are not read: "related" boxes have labels too, and so have search
    forms, which count nowhere.
    """
    found: list[FieldValue] = []
    flags: list[str] = []
    named: set[str] = set()
    blocks = context.blocks
    end = min(len(blocks.blocks), context.body.last + _BLOCKS_BELOW)
    outside = [
        i
        for i, _ in blocks.visible_blocks(0, end, context.body.revealed)
        if not context.body.first <= i < context.body.last
    ]
    outside = [i for i in outside if not header or any(node.first <= i < node.last for node in header)]
    for position, index in enumerate(outside):
        if len(found) > _MAX_VALUES:
            break
        block = blocks.blocks[index]
        if len(block.text) > 700 or _is_breadcrumb(block) or ENUMERATED.match(block.text):
            continue
        below = index >= context.body.last
        if below and block.cell < 0 and not block.link_chars and _OTHER_DOCUMENTS.match(block.plain):
            break
        items = find_labels(block.text)
        # 主办单位 is the host of a site in its foot, and of a document in a header that has stated something before.
        if items and _is_site_footer(block.text) and (below or block.cell < 0 or not found):
            continue
        if not items:
            whole = match_label(block.text)
            if (
                whole
                and whole[0]
                and (whole[1] not in AMBIGUOUS_LABELS or block.cell >= 0 or _is_pair(blocks, index, whole[0]))
            ):
                items = (LabelMatch(whole[0], whole[1], block.plain.strip(), "", 0),)
        elif items[0].start > 40 and len(items) == 1:
            continue
        if (
            items
            and (beside := enclosing_sidebar(blocks, block.node, context.body))
            and beside.link_chars > _SIDEBAR_LINK_CHARS
        ):
            continue
        if items and not header and is_in_search_form(blocks, block.node, context.body):
            continue
        for item in items:
            if not item.name:
                continue
            raw, rule = _own_value(item.name, item), "label and value in one line"
            if not raw.replace(INLINE_BOUNDARY, "").strip():
                if item is not items[-1]:
                    named.add(item.name)
                    continue
                following = [i for i in outside[position + 1 : position + 4]]
                raw, rule = _value_after(blocks, index, following), "value beside its label"
            if not raw:
                named.add(item.name)
                continue
            origin: Origin = "header" if _is_header_label(item, items) and not below else "subheading"
            value, flag = make_evidence(
                item.name, raw, item.raw_label.replace(INLINE_BOUNDARY, ""), origin, rule, context.not_after
            )
            if flag:
                flags.append(flag)
            if value is None:
                named.add(item.name)
            elif not (item.label in AMBIGUOUS_LABELS and item.name == "title") or len(value.value) > 7:
                found.append(value)
    return found, flags, named


def _is_header_label(item: LabelMatch, items: tuple[LabelMatch, ...]) -> bool:
    if item.name in ("published_date", "source") and item.label != "公开日期":
        return False
    return item.label not in AMBIGUOUS_LABELS or len(items) == 1


def _is_breadcrumb(block: Block) -> bool:
    return block.link_chars * 10 > len(block.text) * 7 and len(block.text) > 8


def _is_site_footer(text: str) -> bool:
    return len(text) < 300 and is_boilerplate(text) and not re.search("索引号|文号|来源", text)


def _value_after(blocks: Blocks, index: int, following: list[int]) -> str:
    """The value beside a label: the next cell, `<dd>`, or the next block that is not itself a label."""
    block = blocks.blocks[index]
    if block.cell >= 0:
        cell = blocks.nodes[block.cell]
        rest = [i for i in following if i < cell.last]
        if not rest:
            return _cell_beside(blocks, cell, block)
    if not following:
        return ""
    after = following[0]
    other = blocks.blocks[after]
    if find_labels(other.text) or match_label(other.text) or is_page_tool(other.plain):
        return ""
    own, next_one = blocks.nodes[block.node], blocks.nodes[other.node]
    if next_one.tag in ("h1", "h2", "h3") and own.tag not in ("h1", "h2", "h3", "dt"):
        return ""
    for node in blocks.ancestors(own.index):
        if node.tag in _CONTAINER_TAGS and after >= node.last:
            return ""
        if node.last > index + 1:
            if after >= node.last:
                return ""
            pair = sum(1 for _ in blocks.visible_blocks(node.first, node.last))
            alike = own.tag == next_one.tag and own.element.get("class") == next_one.element.get("class")
            if alike and own.tag in ("li", "tr", "td") and pair > 2 and not block.plain.rstrip().endswith((":", "：")):
                return ""
            return other.text if pair <= 60 else ""
    return ""


def _is_pair(blocks: Blocks, index: int, name: str) -> bool:
    """Whether a source or a date stands alone with its value in one element."""
    around = next((n for n in blocks.ancestors(blocks.blocks[index].node) if n.last - n.first > 1), None)
    return bool(name in ("source", "published_date") and around and (around.first, around.last) == (index, index + 2))


def _is_label(text: str) -> bool:
    """Whether the cell beside a label is a label itself: words that name no field (政策解读, 解读) may be a value."""
    whole = match_label(text)
    return bool(find_labels(text) or (whole and (whole[0] or text.rstrip().endswith((":", "：")))))


def _cell_beside(blocks: Blocks, cell: Node, block: Block) -> str:
    sibling = cell.end
    parent = blocks.nodes[cell.parent]
    if sibling < parent.end and _is_colon(blocks, blocks.nodes[sibling]):
        sibling = blocks.nodes[sibling].end
    if sibling < parent.end and blocks.nodes[sibling].tag in ("td", "th"):
        node = blocks.nodes[sibling]
        texts = [b.text for _, b in blocks.visible_blocks(node.first, node.last) if not is_page_tool(b.plain)]
        if texts and not _is_label(texts[0]):
            return " ".join(texts) if len(texts) < 4 else texts[0]
        if not texts:
            return ""
    return _cell_below(blocks, cell, parent)


def _is_colon(blocks: Blocks, node: Node) -> bool:
    return [b.plain.strip() for _, b in blocks.visible_blocks(node.first, min(node.last, node.first + 2))] in (
        [":"],
        ["："],
    )


def _cell_below(blocks: Blocks, cell: Node, row: Node) -> str:
    """The value of a column whose head is a row of labels: the cell of the same place in the next row."""
    following = row.end + (row.end < len(blocks.nodes) and blocks.nodes[row.end].tag == "tbody")
    if following >= len(blocks.nodes) or blocks.nodes[following].tag != "tr" or row.end - row.index > MAX_ROW_CELLS:
        return ""
    heads = [n for n in blocks.nodes[row.index + 1 : row.end] if n.tag in ("td", "th") and n.parent == row.index]
    if len(heads) < 2:
        return ""
    for head in heads:
        texts = [b.text for _, b in blocks.visible_blocks(head.first, head.last)]
        if len(texts) != 1 or not match_label(texts[0]):
            return ""
    below = blocks.nodes[following]
    cells = [n for n in blocks.nodes[below.index + 1 : below.end] if n.tag in ("td", "th") and n.parent == below.index]
    at = heads.index(cell)
    if len(cells) != len(heads) or is_column_header_row(blocks, row):
        return ""
    return " ".join(b.text for _, b in blocks.visible_blocks(cells[at].first, cells[at].last))


def _own_value(name: str, item: LabelMatch) -> str:
    value = item.value
    lead = re.match(rf"[\s{INLINE_BOUNDARY}]*", value)
    start = lead.end() if lead else 0
    if name in ("source", "publisher", "document_number"):
        dated = _DATE_BEHIND.search(value, start + 1)
        value = value[: dated.start()] if dated else value
    cut = _VALUE_ENDS.search(value, start)
    if cut and name in ("source", "publisher", *DATE_FIELDS):
        value = value[: cut.start()]
    return value
