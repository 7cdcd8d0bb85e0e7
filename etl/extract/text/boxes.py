"""Boxes below a text that do not belong to it: excerpts of other documents, and columns with their own heading."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from etl.dates import DATE, SIGNED_DATE
from etl.extract.lexicon.words import split_words
from etl.extract.page.blocks import Block, Blocks, Node
from etl.extract.page.prose import is_prose, is_tip
from etl.extract.text.own_lines import is_of_contents
from etl.file_names import has_file_name

SIDEBAR_CLASSES = frozenset(split_words("left right side sidebar aside nav menu foot footer bottom friend"))
"""Class names of columns beside or below a document."""
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MAX_HEADING_CHARS = 12
_MIN_EXCERPTS, _MAX_LINES = 2, 60
_HEADINGS_OF_BOXES = re.compile(
    r"(?:最新|最近|热点|热门|推荐|重点|图片|视频)(?:公开|发布|信息|文章|动态|新闻|资讯|文件|政策|推荐|阅读|专题|公告)"
    r"|领导(?:信息|之窗|介绍|分工)|(?:公开|办事)指南|机构职能|(?:栏目|网站|快速)导航|(?:点击|阅读|新闻)?排行榜?|友情链接|快速链接|便民服务"
)
"""Headings of a site's boxes. (Not 通知公告 and the like, which may be the heading of a document.)"""
_DATE_OF_ROW, _MIN_ROW_CHARS = re.compile(rf"[\[【(（]?{DATE}[\]】)）]?$"), 8
"""What a row of a list has behind its link; the minimum length of that."""
_BY_PROGRAM = re.compile(
    r"\W*(?:AI|智能|人工智能|大模型|自动){1,2}(?:生成|提取)?(?:内容|全文|文章)?(?:摘要|提要|速读|导读|总结|概括|解读)(?:\W+|$)"
)
"""The heading of what a program wrote about a text."""
_GREETS = re.compile(
    r"我是(?:您的|本站|本网)?(?:智能|AI|在线|政务|虚拟){0,2}(?:客服|助手|助理|问答|机器人)|有什么可以(?:为[您你]|帮助?到?[您你])"
)
"""What a program says in the box in which readers talk to it."""
_LINES_OF_GREETING = 3
_OF_FILES = re.compile(r"[附目下][件录载]?")
_FOOT = re.compile(r"(?<![a-z])(?:foot(?:er)?|copyright)(?![a-z])|(?:^| )bottom(?= |$)", re.IGNORECASE)
_OWN_OF_TEXT = re.compile(rf"[。；]|附件|^\s*{SIGNED_DATE}\s*$")
_ENDS_OF_SENTENCES = ("。", "；", "，", "：", ":")


def boxes_below(blocks: Blocks, indices: list[int]) -> Iterator[tuple[int, Node]]:
    """Where a box begins among the visible blocks of a text (`indices` into `Blocks.blocks`), below its first prose,
    and the box."""
    begun, behind = False, 0
    for position, index in enumerate(indices):
        if index < behind:
            continue
        if begun and (box := _beginning_at(blocks, index, indices[0])) and _is_box(blocks, box):
            behind = box.last
            yield position, box
        block = blocks.blocks[index]
        begun = begun or is_prose(block)


def below_boxes(blocks: Blocks, indices: list[int], begin: int) -> list[int]:
    """The blocks of a text, whose container begins at block `begin`, without boxes above it: links or excerpts under a
    short heading, or a summary by a program (智能摘要), in an element of their own, with prose of the text behind it. A
    table of contents is no box."""
    while box := _box_above(blocks, indices, begin):
        indices = [index for index in indices if index >= box.last]
    return indices


def _box_above(blocks: Blocks, indices: list[int], begin: int) -> Node | None:
    """The box with the first of the blocks, which may be its first excerpt; None if there is none."""
    for box in blocks.ancestors(blocks.blocks[indices[0]].node):
        if box.first < begin or box.last > indices[-1] or box.last - box.first > _MAX_LINES:
            return None
        lines = _lines(blocks, box, indices[0])
        is_of_program = _is_by_program(lines)
        if is_of_program or (len(lines) > 1 and _is_short(lines[0]) and _is_of_links(lines)):
            is_own = not is_of_program and is_of_contents(blocks, box.first + 1, indices)
            behind = (blocks.blocks[index] for index in indices if index >= box.last)
            return box if not is_own and any(map(is_prose, behind)) else None
    return None


def _is_by_program(lines: list[Block]) -> bool:
    """Whether lines are what a program wrote about a text, under its heading or behind it."""
    match = _BY_PROGRAM.match(lines[0].plain) if lines else None
    return match is not None and (match.end() < len(lines[0].plain)) == (len(lines) == 1)


def is_of_site(blocks: Blocks, box: Node) -> bool:
    """Whether a box in the middle of a text is none of it: a column beside it, or what boxes of a site are called."""
    heading = next((block.plain for _, block in blocks.visible_blocks(box.first, box.last)), "")
    return _is_column(box) or is_heading_of_box(heading)


def _is_column(box: Node) -> bool:
    names = (box.element.get("class") or "").lower().split()
    return box.tag == "aside" or not SIDEBAR_CLASSES.isdisjoint(names)


def without_foot(blocks: Blocks, indices: list[int]) -> list[int]:
    """The visible blocks of a text without those of the elements at its end that are called a foot. One that signs a
    text, or has files or sentences, may be the text's own."""
    while indices:
        around = blocks.ancestors(blocks.blocks[indices[-1]].node)
        foot = next((node for node in around if node.first >= indices[0] and _is_foot(node)), None)
        if foot is None or not all(map(_may_be_of_foot, _lines(blocks, foot, indices[-1]))):
            break
        indices = indices[: bisect_left(indices, foot.first)]
    return indices


def _is_foot(node: Node) -> bool:
    if node.tag == "footer":
        return True
    names = f"{node.element.get('class') or ''} {node.element.get('id') or ''}"
    return len(names) > 1 and _FOOT.search(names) is not None


def _may_be_of_foot(block: Block) -> bool:
    text = block.plain.strip()
    return not (_OWN_OF_TEXT.search(text) or has_file_name(text))


def is_heading_of_box(line: str) -> bool:
    """Whether a line is a heading of a site's box."""
    return _HEADINGS_OF_BOXES.fullmatch(line.strip()) is not None


def _beginning_at(blocks: Blocks, index: int, text: int) -> Node | None:
    """The outermost element whose first block is this one; None if no element begins with it.
    `text` is the first block of the text."""
    box: Node | None = None
    for around in blocks.ancestors(blocks.blocks[index].node):
        if around.first != index or around.first <= text:
            break
        box = around
    return box if box and 1 < box.last - box.first <= _MAX_LINES else None


def _lines(blocks: Blocks, box: Node, at: int) -> list[Block]:
    """The lines of an element that are shown where a line of the text is: the whole text may be hidden until a script
    shows it."""
    return [block for _, block in blocks.visible_blocks(box.first, box.last, blocks.blocks[at].hidden_by)]


def _is_box(blocks: Blocks, box: Node) -> bool:
    lines = _lines(blocks, box, box.first)
    heading = blocks.nodes[lines[0].node].tag in HEADINGS and _is_short(lines[0])
    if (heading and _is_column(box)) or any(_GREETS.search(line.plain) for line in lines[:_LINES_OF_GREETING]):
        return True
    if is_heading_of_box(lines[0].plain) or (_is_short(lines[0]) and all(is_tip(line.plain) for line in lines[1:])):
        return True
    linked = [is_linked(line) for line in lines]
    if all(linked) and linked.count(True) >= _MIN_EXCERPTS and box.element.find(".//img") is not None:
        return True
    return (linked[0] or _is_short(lines[0])) and _is_of_links(lines)


def _is_of_links(lines: list[Block]) -> bool:
    """Whether lines are links under a short heading, or linked titles with their excerpts."""
    linked = [is_linked(line) for line in lines]
    if _is_short(lines[0]) and linked.count(True) >= _MIN_EXCERPTS and all(linked[1:]):
        return not _OF_FILES.match(lines[0].plain.strip())
    excerpts = [before for before, line in zip(linked, lines[1:], strict=False) if is_prose(line)]
    return len(excerpts) >= _MIN_EXCERPTS and all(excerpts)


def is_dated_link(line: Block) -> bool:
    """Whether a line is a row of a list: a link and a date."""
    text = line.plain.strip()
    match = _DATE_OF_ROW.search(text) if line.link_chars >= _MIN_ROW_CHARS else None
    return match is not None and line.link_chars + len(match[0]) >= len(text)


def is_linked(line: Block) -> bool:
    """Whether a line is mostly a link to another document, maybe with its date."""
    return (line.link_chars * 2 > len(line.text) or is_dated_link(line)) and not has_file_name(line.text)


def _is_short(line: Block) -> bool:
    text = line.plain.strip()
    return len(text) <= _MAX_HEADING_CHARS and not text.endswith(_ENDS_OF_SENTENCES) and not line.link_chars
