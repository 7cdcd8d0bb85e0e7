"""主办单位 is the organiser of an event in a text, and the operator of the site in the page footer: which one it is."""

import re

from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS
from etl.extract.lexicon.labels import COLON, LabelMatch, find_labels
from etl.extract.page.blocks import Blocks
from etl.extract.page.prose import is_prose

_HOST = re.compile(
    r"[\s（(【\[·●一二三四五六七八九十\d、.．]*+(?:主办|承办|协办|指导|支持|技术支持)(?:单位|方|部门|机构)?\s*[:：]"
)
_ONLY_LABEL = re.compile(
    "(?:主办|承办|协办)(?:单位|部门)|(?:政府)?网站标识码|(?:网站)?(?:ICP|公安机关|公安网?)备案编?号"
)
_ONLY_NUMBER = re.compile(r"[\u4e00-\u9fff]?(?:ICP[备证]|公网安备)\s*(?:第\s*)?\d{6,16}\s*号?(?:-\d{1,3})?")
_HEADING = re.compile(r"(?:组织|主办|承办|举办|活动|会议|比赛|竞赛)(?:机构|单位|架构|方|安排)?[:：]?\s*$")
_OF_FOOTER = re.compile(r"ICP备|ICP证|公安网?备|网站标识码|[Cc]opyright|版权所有")
_FOOT = re.compile(r"foot|copy|bottom|btm|dibu|banquan|bq\b|link", re.IGNORECASE)
_CONTACTS = re.compile(r"(?:联系)?(?:地址|电话|方式)|邮编|邮政编码|传真|邮箱|网站|技术|备案|建议|网址|访问|您是|站点")
_GOES_ON = re.compile(r"[（(]?[一二三四五六七八九十\d]{1,3}[、.．)）]|[\u4e00-\u9fff]{2,8}[:：]")
_MAX_LINE_CHARS, _LEVELS_UP, _MAX_LINES_BELOW, _MAX_HOSTS = 100, 8, 400, 12


def is_host_of_text(blocks: Blocks, index: int) -> bool:
    """Whether a line names the organiser of an event: a heading above it announces organisers, or the text continues
    below it and is followed by a page footer with marks of its own. Otherwise it names the operator of the site."""
    if _is_cell_of_host(blocks, index):
        return True
    if not _names_host(blocks, index) or _is_in_foot(blocks, index):
        return False
    first = index
    while first > index - _MAX_HOSTS and _names_host(blocks, first - 1):
        first -= 1
    if first and _HEADING.search(blocks.blocks[first - 1].plain):
        return True
    below = [block for _, block in blocks.visible_blocks(index + 1, index + _MAX_LINES_BELOW)]
    follows = next((at for at, block in enumerate(below) if not _HOST.match(block.plain)), len(below))
    if follows == len(below):
        return False
    line = below[follows]
    text = line.plain.strip()
    goes_on = is_prose(line) or _GOES_ON.match(text) is not None
    if not goes_on or _is_of_site(text) or any(map(_is_of_header, find_labels(line.text))):
        return False
    return any(_OF_FOOTER.search(block.plain) for block in below[follows + 1 :])


def _is_cell_of_host(blocks: Blocks, index: int) -> bool:
    """Whether a block is a cell with the label of an organiser or a registration alone, or the number beside that
    label, in a table above the footer of the page: agencies report each year on their sites (网站标识码, ICP备案号)."""
    block = blocks.blocks[index]
    if block.row < 0 or not _is_label_or_number(blocks, index) or _is_in_foot(blocks, index):
        return False
    table = blocks.nodes[max(blocks.nodes[block.row].parent, 0)]
    below = blocks.visible_blocks(table.last, table.last + _MAX_LINES_BELOW)
    return any(_OF_FOOTER.search(line.plain) for _, line in below)


def _is_label_or_number(blocks: Blocks, index: int) -> bool:
    block, before = blocks.blocks[index], blocks.blocks[index - 1]
    if _ONLY_LABEL.fullmatch(block.plain.strip()):
        return True
    is_beside_label = before.row == block.row and _ONLY_LABEL.fullmatch(before.plain.strip()) is not None
    return is_beside_label and _ONLY_NUMBER.fullmatch(block.plain.strip()) is not None


def _is_of_site(line: str) -> bool:
    return _CONTACTS.match(line) is not None or _OF_FOOTER.search(line) is not None


def _is_of_header(label: LabelMatch) -> bool:
    return label.name != "" and label.label not in AMBIGUOUS_LABELS


def _names_host(blocks: Blocks, index: int) -> bool:
    """Whether a line has the label of an organiser and no other."""
    line = blocks.blocks[index].plain if index >= 0 else ""
    return len(line) < _MAX_LINE_CHARS and _HOST.match(line) is not None and len(COLON.findall(line)) == 1


def _is_in_foot(blocks: Blocks, index: int) -> bool:
    """Whether the line is in an element with the name of a footer."""
    for level, around in enumerate(blocks.ancestors(blocks.blocks[index].node)):
        names = f"{around.element.get('class') or ''} {around.element.get('id') or ''}"
        if around.tag == "footer" or (level < _LEVELS_UP and _FOOT.search(names)):
            return True
    return False
