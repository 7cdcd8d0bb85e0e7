"""Days that a page states of an event or of a letter, which are not those of the page."""

import re

from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Blocks

_DAY = re.compile(rf"(?:^|[\s{INLINE_BOUNDARY}])(?:时\s*间|日\s*期)[\s{INLINE_BOUNDARY}]*(?:[:：]|$)")
_PLACE = re.compile(
    rf"(?:^|[\s{INLINE_BOUNDARY}、.．)）])[\u4e00-\u9fff]{{0,4}}(?:地\s*点|会\s*场|主持人|嘉\s*宾|主讲人)\s?(?:[:：]|$)"
)
_OF_RELEASE = re.compile(rf"[\s{INLINE_BOUNDARY}]*发布(?:时间|日期)")
_PLACE_OF_RELEASE = re.compile(rf"[\s{INLINE_BOUNDARY}]*发布地点[\s{INLINE_BOUNDARY}]*[:：]")
"""Of a press conference: 发布时间：… in the line above 发布地点：…."""
_BLOCKS_OF_EVENT = 3
"""Number of blocks from the day of an event on, one of which has the label of its place: two lines, or two rows of two
cells."""
_REPLY = re.compile(
    rf"[\s{INLINE_BOUNDARY}]*(?:回复|答复|办理)(?:单位|部门|机构|时间|日期|内容|结果|情况)[\s{INLINE_BOUNDARY}]*(?:[:：]|$)"
)
_LINES_OF_LETTER = 14
"""Number of lines from the day of a letter on, one of which has a label of the reply."""


def is_day_of_event(blocks: Blocks, index: int) -> bool:
    """Whether the day behind a label 时间 or 日期 is that of an event or a letter, and not that of the page: the line
    or cell, or one right below, names a place or people (地点：, 嘉宾：), or the reply to the letter is below it."""
    block = blocks.blocks[index]
    if _OF_RELEASE.match(block.text) and index + 1 < len(blocks.blocks):
        return _PLACE_OF_RELEASE.match(blocks.blocks[index + 1].text) is not None
    if not _DAY.search(block.text):
        return False
    near = blocks.blocks[index : index + (_BLOCKS_OF_EVENT if block.row >= 0 else 2)]
    return any(_PLACE.search(each.text) for each in near) or is_day_of_letter(blocks, index)


def is_day_of_letter(blocks: Blocks, index: int) -> bool:
    """Whether a line has the day of a letter: a label of the reply (回复时间) is below it, in an element of its
    kind."""
    if not _DAY.search(blocks.blocks[index].text):
        return False
    kind = _kind_of_line(blocks, index)
    below = range(index + 1, min(len(blocks.blocks), index + _LINES_OF_LETTER))
    return any(_REPLY.match(blocks.blocks[at].text) and _kind_of_line(blocks, at) == kind for at in below)


def _kind_of_line(blocks: Blocks, index: int) -> tuple[str, str | None, int]:
    """The tag and class of a line's element, and the index of the element around its row, or around itself."""
    block = blocks.blocks[index]
    node = blocks.nodes[block.node]
    around = blocks.nodes[block.row] if block.row >= 0 else node
    return node.tag, node.element.get("class"), around.parent
