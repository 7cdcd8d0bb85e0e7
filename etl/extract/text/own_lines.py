"""First lines of a text that look like a header or a menu: labels of a notice, a table of contents."""

import re

from etl.document_number import number_of_red_header
from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS
from etl.extract.lexicon.labels import LabelMatch, find_labels, label_key, match_label
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Blocks
from etl.extract.page.label_values import names_field
from etl.extract.page.pairs import MAX_ROW_CELLS
from etl.extract.page.subheading import is_subheading

_LABEL = re.compile(r"\s*([\u4e00-\u9fff（）()、]{2,16})[:：]\s*\S")
_MIN_LABELS, _LINES_ABOVE, _LINES_OF_HEADER = 2, 12, 6
"""Minimum number of labels that are not fields at the beginning of a notice; number of lines above it that may have the
page's date; number of header lines below the first label of a field, one of which has a label that no notice has."""
_MAX_CONTENTS = 100
"""Maximum number of lines of a table of contents."""
FIELDS_OF_NOTICES = frozenset(("title", "source", "published_date", ""))
"""Fields that labels of a notice may also name (项目名称, 案件来源, 公告时间); labels of others occur only in
headers."""
FIELDS_AMONG_MATTERS = FIELDS_OF_NOTICES | {
    "document_number", "publisher", "effective_date", "expiry_date", "validity",
}  # fmt: skip
OF_MATTER = re.compile(
    "项目|工程|[采招中投]标|采购|标段|供应商|当事人|案[件由]|违法|处罚|法定代表人|许可|行政相对人|申请人|被申请|建设单位|施工"
    "|企业|公司|法人|姓名|岗位|职位|地块|宗地|产品|批号|纳税人|信用代码|成交|预算|招聘|应聘|报名|竞买|出让|转让|抽检|事故|征集|征求"
)
"""Labels of the subject of a notice: if it has two of them, 文号 and 发布单位 beside them belong to the notice."""
_MAX_LINES_OF_NOTICE, _MAX_LINE_CHARS = 16, 200
_TAB_NAME = re.compile(
    "(?:政策|文件|公文)?(?:原文|正文)|(?:政策|文件|文字|图文|图片|图表|视频|动漫|媒体|部门|专家|相关|官方)*解读|(?:政策)?(?:图解|问答)|一图读懂"
    "|(?:政策|相关)文件|新闻发布会"
)
_OF_ORGANISATION = re.compile(r"(?:^|[\s、.．)）])[\u4e00-\u9fff]{0,2}(?:地址|电话|法定代表人)\s?[:：]")
_SIGNERS = frozenset(("签发", "签发人"))
_LINES_ABOVE_DEPUTY = 4
"""Number of lines with the address of a reply: class of the proposal, signer, number, heading."""
_CLASS = re.compile(rf"[\s{INLINE_BOUNDARY}]*[A-Da-d]\d?类?[\s{INLINE_BOUNDARY}]*")
"""The class of a proposal or of its result; what a report to deputies is about (类别：报告) is none."""
_TO_DEPUTY = re.compile(r"(?:代表|委员)们?[:：]\s*$")


def is_of_notice(blocks: Blocks, start: int, index: int) -> bool:
    """Whether a line with labels continues a notice that begins at block `start` with labels that no header has, each
    in its own line or row (项目名称：, 采购人：), below the line with the page's date."""
    date = _date_above(blocks, start)
    begins = date >= 0 and begins_line(blocks, start) and not is_subheading(blocks.blocks[start].text)
    if begins and _is_about_matter(blocks, date + 1, start):
        return True
    own = [label_of_row(blocks, at) for at, _ in blocks.visible_blocks(start, index) if begins_line(blocks, at)]
    if len(own) < _MIN_LABELS or not all(own) or any(map(names_field, own)):
        return False
    block = blocks.blocks[index]
    last = index + _LINES_OF_HEADER
    if blocks.is_in_row(block):
        last = min(blocks.nodes[blocks.nodes[block.row].parent].last, index + MAX_ROW_CELLS)
    near = (name for at, _ in blocks.visible_blocks(start, last) for name in _fields(blocks, at))
    if any(name not in FIELDS_OF_NOTICES for name in near):
        return False
    return date >= 0


def _is_about_matter(blocks: Blocks, first: int, start: int) -> bool:
    """Whether lines or rows at block `start` begin with labels, two of them labels of the subject of a notice, and no
    label from block `first` on occurs only in headers."""
    matters = 0
    above = (name for at, _ in blocks.visible_blocks(first, start) for name in _fields(blocks, at))
    if any(name not in FIELDS_AMONG_MATTERS for name in above):
        return False
    for at, _ in blocks.visible_blocks(start, start + _MAX_LINES_OF_NOTICE):
        label = label_of_row(blocks, at) if begins_line(blocks, at) else "-"
        if not label:
            break
        if any(name not in FIELDS_AMONG_MATTERS for name in _fields(blocks, at)):
            return False
        matters += sum(OF_MATTER.search(each) is not None for each in _labels_of(blocks, at))
    return matters >= _MIN_LABELS


def _labels_of(blocks: Blocks, index: int) -> list[str]:
    """The labels of a line, listed or not, or the label in a cell: in a row, every other cell is a label."""
    block = blocks.blocks[index]
    if not blocks.is_in_row(block) or "：" in block.plain:
        return _LABEL.findall(block.plain[:_MAX_LINE_CHARS])
    return [block.plain] if (index - blocks.nodes[block.row].first) % 2 == 0 else []


def is_of_red_header(blocks: Blocks, index: int, labels: tuple[LabelMatch, ...]) -> bool:
    """Whether a line with labels belongs to a red header: the signer, beside or right next to the document's number
    (GB/T 9704-2012, 7.2.6: 签发人); in a reply also the class of the proposal (类别：A), beside the deputy's address.
    Below a headline the first label names the person who approved publication online."""
    names = {item.label for item in labels if item.name != "subject_category" or not _CLASS.fullmatch(item.value)}
    if not names <= _SIGNERS:
        return False
    around = blocks.visible_blocks(max(0, index - 2), index + 3)
    if len(names) == len(labels) and any(number_of_red_header(block.plain) for _, block in around):
        return True
    parent = blocks.nodes[blocks.blocks[index].node].parent
    below = (block for _, block in blocks.visible_blocks(index + 1, index + 1 + _LINES_ABOVE_DEPUTY))
    return any(_TO_DEPUTY.search(block.plain) and blocks.nodes[block.node].parent == parent for block in below)


def is_tab(blocks: Blocks, index: int) -> bool:
    """Whether a line has the names of tabs between which the reader switches (政策原文, 政策解读, 图解): several of
    them, or one beside the line of another."""
    block = blocks.blocks[index]
    runs = [run for part in block.text.split(INLINE_BOUNDARY) if (run := part.strip())]
    if not runs or not all(map(_TAB_NAME.fullmatch, runs)):
        return False
    parent = blocks.nodes[block.node].parent
    beside = (blocks.blocks[at] for at in (index - 1, index + 1) if 0 <= at < len(blocks.blocks))
    return len(runs) > 1 or any(
        blocks.nodes[each.node].parent == parent and _TAB_NAME.fullmatch(each.plain.strip()) for each in beside
    )


def is_name_of_organisation(blocks: Blocks, index: int) -> bool:
    """Whether the address of an organisation (地址：) comes right after or below the line with its name."""
    return any(_OF_ORGANISATION.search(each.plain) for each in blocks.blocks[index : index + 2])


def is_label_below_date(blocks: Blocks, index: int) -> bool:
    """Whether a line that begins with a label is below the line with the page's date."""
    return _LABEL.match(blocks.blocks[index].plain) is not None and _date_above(blocks, index) >= 0


def _date_above(blocks: Blocks, index: int) -> int:
    """The index of the first line with the page's date shortly above block `index`; -1 if there is none."""
    above = blocks.visible_blocks(max(0, index - _LINES_ABOVE), index)
    return next((at for at, block in above if is_subheading(block.text)), -1)


def is_of_contents(blocks: Blocks, index: int, indices: list[int]) -> bool:
    """Whether a linked line leads to a later heading of the text with the same words. `indices`: the blocks of the
    text."""
    if index - indices[0] > _MAX_CONTENTS:
        return False
    block = blocks.blocks[index]
    links = (link.get("href", "") for link in blocks.nodes[block.node].element.iter("a"))
    if not any(len(link) > 1 and link.startswith("#") for link in links):
        return False
    key = label_key(block.plain)
    below = (blocks.blocks[at] for at in indices if at > index)
    return any(not line.link_chars and label_key(line.plain) == key for line in below)


def _fields(blocks: Blocks, index: int) -> list[str]:
    text = blocks.blocks[index].text
    label = match_label(text)
    items = (label,) if label else find_labels(text)
    return [item.name for item in items if item.label not in AMBIGUOUS_LABELS]


def begins_line(blocks: Blocks, index: int) -> bool:
    """Whether a block is a line by itself, or the first block of a row."""
    block = blocks.blocks[index]
    return not blocks.is_in_row(block) or blocks.nodes[block.row].first == index


def label_of_row(blocks: Blocks, index: int) -> str:
    """The label with which a line or a row begins, listed or not; "" if it begins with none."""
    block = blocks.blocks[index]
    is_line = not blocks.is_in_row(block)
    match = _LABEL.match(block.plain if is_line else f"{block.plain.strip().rstrip('：:')}：-")
    return match[1] if match else ""
