"""The lines of a page that may be its headline: which blocks form one line, and how they are displayed."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from etl.dates import SIGNED_DATE, YEAR_OF_DATE
from etl.document_number import match_document_number
from etl.extract.lexicon.labels import begins_with_label, find_labels, label_key, match_label
from etl.extract.lexicon.page_tools import is_page_tool
from etl.extract.lexicon.words import ADOPTION_WORDS, INLINE_BOUNDARY
from etl.extract.page.blocks import Block, Blocks, Node
from etl.extract.page.breadcrumbs import end_of_breadcrumb
from etl.extract.page.events import is_day_of_letter
from etl.extract.page.items import line_of_items
from etl.extract.page.pairs import is_half_of_pair
from etl.extract.page.prose import is_boilerplate, is_prose
from etl.extract.page.subheading import ONLY_A_DATE, date_among_pieces, is_subheading

_TITLE_CLASS = re.compile(
    r"tit|(?:^|[\s_-])bt(?:$|[\s_-])|biaoti|headline|doctitle|subject|ucaptitle|htbt", re.IGNORECASE
)
_HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "ucaptitle"))
_GENRES = (
    "通知|公告|公示|通告|通报|意见|办法|方案|决定|报告|批复|规定|细则|解读|计划|规划|名单|纪要|答复|条例|预案"
    "|公报|决议|复函|要点|章程|简章|年报|预算|决算|目录|清单|指南|须知|决定书|倡议书"
)
ENDS_LIKE_A_TITLE = re.compile(f"(?:{_GENRES})[)）】]?$")
DOCUMENT_GENRE = re.compile(f"关于.{{4,}}的|{ENDS_LIKE_A_TITLE.pattern}")
_LINES_BELOW_SUBTITLE = 3
_BLOCKS_ABOVE = 150
"""Blocks above the text that are searched for the headline."""
_AGENCY_NAME = re.compile(r"(?:网站?|门户|平台|政府|首页|局|委|委员会|中心|厅|办公室|办|署|院)$|^首页")
"""Endings of lines that name a site or an agency."""
_NO_AGENCY = re.compile(
    "(?:[部签联]署|[开布格大结破变僵棋残危困战]局|为中心|[住出入]院|[举承快严好难停即次近帮]办|[网省城域]通办|[掌网]上办)$"
    "|(?:打造|搭建|织[密牢]|筑牢|构建|成立|启用|走进|走访|慰问|视察|创建|建成|入驻|参观|调研|入选)(?!(?:.{0,30}[组部会])?办公室$).{3,}$|[,;:!?“”]"
)
"""Other words with these endings (部署, 开局, 通办), acts whose object may have one (打造服务平台; not offices for an
act: 创建办公室, 创建文明城市指挥部办公室), and punctuation in the form of a `label_key`."""
_BLOCKS_OF_LAYOUT_CELL = 4
"""From this many blocks on, a table cell is part of the page's layout, not of a table of data."""
_LARGE = re.compile(r"size\s*[:=]\s*\+?(?:[4-7]\b|1[89]|[2-9]\d)|font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_CENTRED = re.compile(rf"align\s*[:=]\s*center|{_LARGE.pattern}", re.IGNORECASE)
_BRACKETED_NUMBER = re.compile(r"[（(].{4,40}号[)）]$")
_LABEL_OF_TITLE = re.compile(rf"^[\s{INLINE_BOUNDARY}]*+[\u4e00-\u9fff]{{0,4}}标题[\s{INLINE_BOUNDARY}]*+[:：]")
_STATES = (
    "(?:文件获取|报名|投标|公示|公告|征集|竞价|进行|受理|评审|办理)中|已(?:结束|截止|终止|成交|完成|办结|逾期|过期)"
    "|未开始"
)
_STATE = re.compile(rf"[\[【(（]\s*(?:{_STATES})\s*[\]】)）]")
"""In brackets after a headline: the state of a tender or consultation on the day of the visit."""
_STATE_APART = re.compile(
    rf"^\s*{INLINE_BOUNDARY}\s*(?:{_STATES})\s*{INLINE_BOUNDARY}|{INLINE_BOUNDARY}\s*(?:{_STATES})\s*{INLINE_BOUNDARY}\s*$"
)
"""The same in an element of its own at an end of a headline."""
_ENDS_OF_TEXT = ("。", "；", "，", "、", "：", ":")
"""Ends of lines that are none of a headline."""
_BEFORE_SUBTITLE = ("——", "--", "──", "――")
RED_HEAD = re.compile(r"[\u4e00-\u9fff（）()、\s]{2,40}(?:政府|[局委办厅部署院会府室]|中心)\s*文\s*件")
"""The line above the number of a document that its paper has in red: 云溪区水务局文件."""
_PUNCTUATED = re.compile("[，。；：]")
_BEGINS_WITH_LABEL = re.compile(r"\s*[\u4e00-\u9fff]{2,6}[:：]")
_NUMBERED_TITLE = re.compile("[\u4e00-\u9fff]{8,}(?:公告|通告|公示|通报)[（(〔].{1,12}号[)）〕]$")
"""The title of an announcement with its number: 云溪市燃气价格听证会公告（第1号）. Any other line
with a document number is no title."""
_NOTE_OR_ISSUE = re.compile(
    rf"[（(〔\[](?=.*{YEAR_OF_DATE})(?=.*(?:{ADOPTION_WORDS}))[^（）()]*[)）〕\]]"
    r"|(?:(?:19|20)\d\d年)?\s*第?\d{1,4}[号期]\s*(?:[（(]总第?\d{1,5}[号期][)）])?"
)
"""A note on the day of adoption, or the issue of a series: 2023年第3号（总第12号）."""
_LABEL_OF_DAY = re.compile("[\u4e00-\u9fff（）()]{2,12}(?:日期|时间|之日)[:：]?")
"""The label of a day beside it (作出处罚的日期). Such a line is not a headline, though lines above a date often are."""
_ONLY_SIGNED_DATE, _MAX_SPELT_DATE_CHARS = re.compile(SIGNED_DATE), 20
_MAX_CHARS_OF_LETTER = 40
"""Maximum length of a sentence that may be the title of a letter."""
MIN_PARTIAL_CHARS = 10
"""Minimum length of a line that counts only because `<title>` starts or ends with it."""
_MIN_SHORT_CHARS = 6
"""Minimum length of a line that counts only because it is right above the date/source line."""
GENRE_ALONE = frozenset(("公告", "通告", "公示", "通知", "声明", "启事", "决定", "布告", "命令"))
"""Titles of two characters that may also be column names: they count only right above the line with date or source."""
MAX_COLUMN_CHARS = 6
"""Maximum length of a column name."""


@dataclass(frozen=True, slots=True)
class Line:
    """A visible line that may be the headline: its last block (an index into `Blocks.blocks`) and its text.

    `marked`: its markup is that of a headline. `above_date`: the line with date or source follows.
    """

    block: int
    text: str
    marked: bool
    above_date: bool = False


def headline_text(text: str) -> str:
    """A line without the label that says it is a title (信件标题：), and without inline elements at its ends that are
    only a date or a tool: `<h2>T <small>(date)</small></h2>`."""
    if "标题" in text:
        text = _LABEL_OF_TITLE.sub("", text)
    if INLINE_BOUNDARY not in text:
        return text.strip()
    runs = _STATE_APART.sub(INLINE_BOUNDARY, text).split(INLINE_BOUNDARY)
    while len(runs) > 1 and _is_no_title(runs[-1].strip()):
        runs.pop()
    while len(runs) > 1 and _is_no_title(runs[0].strip()):
        runs.pop(0)
    return "".join(runs).strip()


def _is_no_title(run: str) -> bool:
    return (
        not run
        or (run[-1] in "]】)）" and _STATE.fullmatch(run) is not None)
        or ONLY_A_DATE.fullmatch(run) is not None
        or is_page_tool(run)
    )


def headline_lines(blocks: Blocks, first: int, limit: int, *, with_numbers: bool = False) -> list[Line]:
    """The lines in blocks[first:limit] that may be a headline; lines of one marked element are joined.

    `with_numbers`: a bracketed 文号 may be between a line and the one with date or source; if it is in the line's own
    element, it is part of the line.
    """
    lines: list[Line] = []
    last_node = subtitle = -1
    for index, block in blocks.visible_blocks(max(0, first), limit):
        if block.link_chars * 2 > len(block.text) and not _is_headline_in_dead_link(blocks, index):
            continue
        if (tail := end_of_breadcrumb(blocks, index)) is not None:
            lines += [Line(index, tail, False)] if len(tail) > MIN_PARTIAL_CHARS else []
            continue
        text = headline_text(block.text)
        node = blocks.nodes[block.node]
        marked = _is_marked(blocks, node, INLINE_BOUNDARY in block.text) and not _is_sentence(text)
        follows_line = bool(lines) and lines[-1].block == index - 1
        in_one, last_node = block.node == last_node, block.node
        if marked and in_one and follows_line and node.last - node.first < 6 and not _is_beside_title(block, text):
            lines[-1] = Line(index, lines[-1].text + text, True, _is_above_subheading(blocks, index))
            continue
        if with_numbers and follows_line and _BRACKETED_NUMBER.match(text):
            whole = lines[-1].text + text
            above_date = _is_above_subheading(blocks, index, len(whole))
            lines[-1] = replace(lines[-1], block=index, text=whole if in_one else lines[-1].text, above_date=above_date)
            continue
        if _says_another_thing(blocks, index, text, marked=marked):
            continue
        if text.startswith(_BEFORE_SUBTITLE):
            subtitle = index if follows_line and lines[-1].marked else subtitle
            continue
        if subtitle >= 0 and _is_below_subtitle(blocks, index, subtitle):
            continue
        upper = _upper_lines(lines, blocks, index) if in_one else []
        whole = "".join(line.text for line in upper) + text
        above_date = _is_above_subheading(blocks, index, len(whole) if upper else 0)
        if above_date or _is_open(whole[: -len(text)]):
            del lines[len(lines) - len(upper) :]
            text = whole
        lines.append(Line(index, text, marked or (above_date and stands_out(blocks, block)), above_date))
    return lines


def _says_another_thing(blocks: Blocks, index: int, text: str, *, marked: bool) -> bool:
    """Whether a line is a label or its value, a date, a tool, a number, a note or an issue, the site's own, or the head
    of a document's paper, and no headline."""
    block = blocks.blocks[index]
    if (len(text) < 200 and is_boilerplate(text)) or begins_with_label(block.text):
        return True
    if find_labels(block.text) or match_label(block.text) or _is_no_title(text):
        return True
    if match_document_number(text) and not (marked and _NUMBERED_TITLE.search(text)):
        return True
    if _NOTE_OR_ISSUE.fullmatch(text):
        return True
    if _LABEL_OF_DAY.fullmatch(text) and is_half_of_pair(blocks, index):
        return True
    return text.endswith("件") and is_red_head(blocks, index)


def _is_beside_title(block: Block, text: str) -> bool:
    """Whether a line in the headline's element is not part of the headline: a date, a label with its value, a tool, a
    number without brackets."""
    if begins_with_label(block.text) or find_labels(block.text) or date_among_pieces(block.text) or _is_no_title(text):
        return True
    return match_document_number(text) is not None and not _BRACKETED_NUMBER.match(text)


def _is_sentence(text: str) -> bool:
    """Whether a line is a sentence of the text, even in an element that is named like a headline (`bt_content`). A
    short sentence may be the title of a letter."""
    return len(text) > _MAX_CHARS_OF_LETTER and text.endswith("。")


def _is_below_subtitle(blocks: Blocks, index: int, subtitle: int) -> bool:
    """Whether a line goes on behind a headline and its subtitle (a block), drawn as that: who speaks."""
    return index - subtitle <= _LINES_BELOW_SUBTITLE and are_alike(subtitle, index, blocks)


def is_red_head(blocks: Blocks, index: int) -> bool:
    """Whether the line is the head of a document's paper: its number stands below it."""
    if not RED_HEAD.fullmatch(blocks.blocks[index].plain.strip()):
        return False
    below = blocks.visible_blocks(index + 1, index + 2)
    return any(match_document_number(line.plain.strip()) for _, line in below)


def _is_headline_in_dead_link(blocks: Blocks, index: int) -> bool:
    """Whether the line's links lead nowhere and it is right above the line with date or source: some templates write
    the headline like an entry of a list (`<p class="tit"><a href="javascript:void(0);">`)."""
    is_long = len(blocks.blocks[index].text) >= _MIN_SHORT_CHARS  # most such lines are menu entries
    return is_long and index not in blocks.leading and _is_above_subheading(blocks, index)


def _upper_lines(lines: list[Line], blocks: Blocks, index: int) -> list[Line]:
    """The lines right above block `index` that form one headline with it: one element contains only them, and they look
    like a headline or break off after 关于 (`关于加强水<br>利工程管理的通知`). A title, column name or agency is not
    included."""
    node = blocks.nodes[blocks.blocks[index].node]
    is_last_of_few = node.first < index < node.first + 4 and node.last == index + 1
    upper = lines[-(index - node.first) :] if is_last_of_few else []
    if not upper or [line.block for line in upper] != list(
        range(node.first, index)
    ):  # some of these are not headline lines
        return []
    first = label_key(upper[0].text)
    is_name = len(first) <= MAX_COLUMN_CHARS or names_agency(first)
    if is_name or any(ENDS_LIKE_A_TITLE.search(line.text) for line in upper):
        return []
    is_own = node.tag == "div" and bool(node.element.get("class")) and not _PUNCTUATED.search(first)
    is_one = "关于" in first or is_own or _is_open(first) or stands_out(blocks, blocks.blocks[index])
    return upper if is_one else []


def _is_open(text: str) -> bool:
    """Whether words in brackets go on in the next line: `《云溪区物业` / `管理办法》政策解读`."""
    return any(text.count(begin) > text.count(end) for begin, end in ("《》", "（）", "()"))


def _is_marked(blocks: Blocks, node: Node, has_inline: bool) -> bool:
    """Whether the line's element, one of the two around it, or an inline element in it is marked as a headline."""
    for around in islice(blocks.ancestors(node.index), 3):
        if around.tag in _HEADING_TAGS or (around.last - around.first < 5 and _has_title_class(around)):
            return True
    return has_inline and any(
        child.tag in ("span", "strong", "b", "font", "ucaptitle") and _has_title_class(child)
        for child in blocks.nodes[node.index + 1 : min(node.end, node.index + 6)]
    )


def stands_out(blocks: Blocks, block: Block) -> bool:
    """Whether the line is marked as a headline, or its element, the parent, or an element in it is displayed larger,
    centred or bold."""
    node = blocks.nodes[block.node]
    if _is_marked(blocks, node, INLINE_BOUNDARY in block.text):
        return True
    around = islice(blocks.ancestors(node.index), 2)
    inside = node.element.iterchildren("font", "span", "strong", "b")
    return any(each.tag == "center" or _CENTRED.search(_drawn(each.element)) for each in around) or any(
        child.tag in ("strong", "b") or _LARGE.search(_drawn(child)) for child in islice(inside, 3)
    )


def _drawn(element: HtmlElement) -> str:
    return f"{element.get('style') or ''} align={element.get('align')} size={element.get('size')}"


def _is_in_data_cell(blocks: Blocks, block: Block) -> bool:
    """Whether the line is in a cell of data, not in a layout cell, which is large or alone in its row."""
    if block.cell < 0:
        return False
    cell = blocks.nodes[block.cell]
    row = blocks.nodes[cell.parent]
    is_alone = (row.first, row.last) == (cell.first, cell.last)
    return cell.last - cell.first < _BLOCKS_OF_LAYOUT_CELL and not is_alone


def _is_above_subheading(blocks: Blocks, index: int, chars: int = 0) -> bool:
    """Whether the next line has 发布时间 or 来源: then the line above it is a headline even without markup, but a line
    of a few characters must stand out. `chars`: length of the text that the line continues."""
    below = _line_below(blocks, index)
    above_subheading = is_subheading(below)
    above_date = below.endswith("日") and len(below) <= _MAX_SPELT_DATE_CHARS
    if not (above_subheading or above_date) or is_day_of_letter(blocks, index + 1):
        return False
    if not above_subheading:
        return _is_above_spelt_date(blocks, index)
    block = blocks.blocks[index]
    if _is_in_data_cell(blocks, block) or block.plain.rstrip().endswith(_ENDS_OF_TEXT):
        return False
    key = label_key(block.text)
    is_short = max(len(key), chars) < MIN_PARTIAL_CHARS and key not in GENRE_ALONE
    # Several short lines of the same form, such as the values of a header, are not headlines.
    is_value = len(key) < _MIN_SHORT_CHARS or (index > 0 and are_alike(index - 1, index, blocks))
    if _BEGINS_WITH_LABEL.match(block.plain) and _is_among_labels(blocks, index):
        return False
    if is_short and is_value and not stands_out(blocks, block):
        return False
    return not (index and match_label(blocks.blocks[index - 1].text))


def _is_among_labels(blocks: Blocks, index: int) -> bool:
    """Whether a line above that with date or source is an unlisted label (标准号：) with its value: an item of the same
    list, or one of three lines of a kind with labels."""
    if not are_alike(index, index + 1, blocks):
        return False
    is_item = blocks.nodes[blocks.blocks[index].node].tag == "li"
    more = index + 2 < len(blocks.blocks) and are_alike(index, index + 2, blocks)
    return is_item or (more and bool(find_labels(blocks.blocks[index + 2].text)))


def _line_below(blocks: Blocks, index: int) -> str:
    """The text of the next block, if it is visible; of the one behind it, if the next is only a document number. (One
    in brackets may be part of the headline.)"""
    below = [line_of_items(blocks, at) for at, _ in blocks.visible_blocks(index + 1, index + 2)]
    number = below[0].replace(INLINE_BOUNDARY, "").strip() if below and "号" in below[0] else ""
    if match_document_number(number) and not _BRACKETED_NUMBER.match(number):
        below = [line_of_items(blocks, at) for at, _ in blocks.visible_blocks(index + 2, index + 3)]
    return below[0] if below else ""


def _is_above_spelt_date(blocks: Blocks, index: int) -> bool:
    """Whether the next line is a date as signatures have it (2023年5月9日), with prose below it and no name above: that
    of a page."""
    below = [line for _, line in islice(blocks.visible_blocks(index + 1, len(blocks.blocks)), 2)]
    if len(below) < 2 or not _ONLY_SIGNED_DATE.fullmatch(below[0].plain.strip()):
        return False
    line = blocks.blocks[index]
    key = label_key(line.plain)
    is_title = len(key) >= MIN_PARTIAL_CHARS and not names_agency(key) and not _PUNCTUATED.search(line.plain)
    return is_title and is_prose(below[1])


def names_agency(key: str) -> bool:
    """Whether a line (its `label_key`) ends like the name of a site or an agency, and is not the title of a 通知."""
    if _AGENCY_NAME.search(key) is None or _NO_AGENCY.search(key):
        return False
    return re.search("关于|通知|公告", key) is None


def are_alike(one: int, other: int, blocks: Blocks) -> bool:
    """Whether two blocks are in one element, or in adjacent elements of the same kind."""
    nodes = [blocks.nodes[blocks.blocks[each].node] for each in (one, other)]
    kinds = {(node.tag, node.parent, node.element.get("class"), node.element.get("style")) for node in nodes}
    return len(kinds) == 1


def _has_title_class(node: Node) -> bool:
    return _names_a_title(f"{node.element.get('class') or ''} {node.element.get('id') or ''}")


@lru_cache(4096)
def _names_a_title(names: str) -> bool:
    return len(names) > 1 and _TITLE_CLASS.search(names) is not None


def lines_above(blocks: Blocks, limit: int) -> list[Line]:
    """The lines above block `limit` that can be a headline."""
    return headline_lines(blocks, limit - _BLOCKS_ABOVE, limit)


def breadcrumb_lines(blocks: Blocks, limit: int) -> list[str]:
    """The lines above block `limit` that are read as a breadcrumb, without lines of links: only their end may be a
    headline."""
    lines = blocks.visible_blocks(max(0, limit - _BLOCKS_ABOVE), limit)
    texts = [(index, block.plain.strip()) for index, block in lines if block.link_chars * 2 <= len(block.text)]
    return [text for index, text in texts if end_of_breadcrumb(blocks, index) is not None]
