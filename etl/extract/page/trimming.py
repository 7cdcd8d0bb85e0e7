"""Where the main text begins and ends in its container: header lines above it, tools and related links below it."""

import re
from dataclasses import dataclass, replace

from lxml.html import HtmlElement

from etl.dates import DATE, SIGNED_DATE, TIME_OF_DAY, YEAR_OF_DATE, dates_in_digits
from etl.extract.codes import BETWEEN, DENSEST
from etl.extract.counters import without_counters
from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS, FOOTER_LABELS, SUMMARIES, TEXT_LABELS
from etl.extract.lexicon.labels import COLON, Label, LabelMatch, find_labels, label_key, match_label
from etl.extract.lexicon.page_tools import WORDLESS, is_page_tool
from etl.extract.lexicon.values import names_body
from etl.extract.lexicon.words import INLINE_BOUNDARY, split_words
from etl.extract.page.blocks import Block, Blocks, Node, is_boilerplate, is_prose
from etl.extract.page.boxes import SIDEBAR_CLASSES, before_boxes
from etl.extract.page.own_lines import is_label_below_date, is_of_contents, is_of_notice
from etl.extract.page.pairs import (
    MAX_ROW_CELLS,
    is_column_header_row,
    is_in_turn,
    is_line_of_values,
    is_numbered_point,
    pairs_of_elements,
    value_apart,
    widest_cell,
)
from etl.extract.page.subheading import date_among_pieces, is_subheading, source_of_subheading
from etl.file_names import has_file_name

_TEXT_LINES = TEXT_LABELS | {"disclosure_method"}
"""Labels and fields with which a text's own lines begin."""
_RELATED_WORDS = split_words("""
    相关解读 相关阅读 相关文档 相关链接 相关稿件 相关新闻 相关文章 相关信息 相关政策 相关文件 相关内容 相关报道
    相关附件 相关推荐 相关专题 相关资讯 政策解读 文字解读 图片解读 文件解读 视频解读 一图读懂 图解 图文解读
    部门解读 媒体解读 专家解读 关联解读 关联文件 关联问答 关联阅读 延伸阅读 推荐阅读 热点推荐 猜你喜欢 上一篇
    下一篇 上一条 下一条 网友评论 网友留言 我要评论 扫一扫 扫码 分享到 责任编辑 版权所有
    主办单位 点击下载 点击查看 文章纠错 友情链接 网站声明 您可能感兴趣 您可能还感兴趣 您可能喜欢 政策原文
    (?:温馨|友情)提示[:：].{0,40}(?:本页|本网|本站|正式文件)
    原文链接 关联稿件 关联信息 关联政策 相关文稿 相关公告 您对本 免责声明 特别声明
    凡本网注明 凡本网转载 凡本站注明 凡本站转载 凡注明
    满意度评价 我要评价 评价本页 声明[:：] 版权声明 扫描二维码 您对此 您对该 您对当前 您觉得 请您对 您的评价
""")
_RELATED_ALONE = split_words("意见反馈 打印 关闭 结果反馈 留言 相关法规 相关规定")
"""Words with which sentences of the text begin too."""
RELATED_LINKS = re.compile(
    rf"^[\s【\[■◆>·]*(?:查看|点击|阅读)?(?:{'|'.join(_RELATED_WORDS)}|(?:{'|'.join(_RELATED_ALONE)})(?![\u4e00-\u9fff])"
    r"|解读(?:链接|文件|材料|回应)?(?=[:：]|$)|分享[:：]?$|附件下载[:：]?$|附件[:：]$|政策文件[:：]?$)"
)
# Possessive: a long number could be cut into short ones in more ways than there is time for.
_PAGE_NUMBERS = re.compile(r"(?:[\[【(（<]?+第?+\d{1,3}+(?!\d)页?+[\]】)）>]?+[\s|…·.]*+)++")
_PAGE_COUNTER = re.compile(r"(?:第 ?\d{1,3} ?页? ?/ ?)?共 ?\d{1,3} ?页(?!面)|第 ?\d{1,3}/\d{1,3} ?页")
_OF_READERS = re.compile(
    r"(?:网友|网民|读者|用户|全部|最新|发表|我要)?(?:评论|留言|跟帖)[:：]?|相关(?:文章|阅读|新闻|报道|链接)[:：]?"
)
"""A heading below which no text of a document stands."""
_ADVERTISES = re.compile(r"(?:关注|扫[描码]|长按|识别).{0,20}(?:公众号|二维码|小程序|客户端)")
_MAX_ADVERTISEMENT_CHARS = 60
_NOTICE_WORDS = re.compile("声明|提示|您|扫|版权|满意|凡本?[网站]?[注转]")
"""Words of lines below the text that are whole sentences: disclaimers, surveys."""
# The line of credits, whatever the site calls its editors.
_CREDIT = re.compile(
    r"(?:[【\[(（]?我要纠错[】\])）]?)?\s*[【\[(（]?[\u4e00-\u9fff]{0,4}(?:编辑|责编|审核|校对|审稿|录入|初审|复审|终审)人?员?\s*[:：].{0,30}$"
)
_HOSTS = frozenset(("主办", "承办"))
_CONTACTS = frozenset(("地址", "电话", "联系电话", "邮编", "邮政编码", "传真", "邮箱"))
"""Labels of a footer only beside each other: a text may end with the host of an event, or with an address."""
_FOOTER_FIELDS = frozenset({"source", "published_date"})
_TEXT_BEGUN_CHARS, _HEADER_WORD_CHARS = 80, 12
"""Characters of prose after which the text has begun; of a line that is more than a word of the header."""
_DATED = re.compile(YEAR_OF_DATE)
ONLY_A_DATE = re.compile(rf"[\s【\[（(]*{DATE}(?:\s+{TIME_OF_DAY})?[\s】\]）)]*")
_LINES_BEHIND_HEADER, _LINES_BEHIND_WHOLE_HEADER = 12, 60
"""Lines behind the last header line among which a further one is looked for; where the container may hold a whole
header."""
_DATE_AND_TIME, _MAX_SUBHEADING_CHARS = re.compile(rf"\s*{DATE}\s*{TIME_OF_DAY}"), 60
"""How the line below a headline begins, and its length; a text's first line gives no time of day."""
_TITLE_CLASS = re.compile(r"tit|bt\b|biaoti|headline|subject", re.IGNORECASE)
_SIGNATURE = re.compile(rf"^(?:{SIGNED_DATE})$")
_BLOCKS_OF_SIGNATURE = 4
"""Blocks below the container, hidden ones included, among which a signature may stand."""


_BELOW_OWN_LINE = {
    "published_date": re.compile(r"(?:^|[\s、.．)）])[\u4e00-\u9fff]{0,2}地点\s?[:：]"),
    "title": re.compile(r"(?:^|[\s、.．)）])[\u4e00-\u9fff]{0,2}(?:地址|电话|法定代表人)\s?[:：]"),
}
"""What a text says right behind or below the day of a meeting (时间：), and the name of a body (名称：)."""
_SUMMARY_OF, _MIN_SUMMARY_CHARS = ("内容", "信息"), 20
"""How labels of a summary begin that are no heading of a text, as 摘要 and 概述 may be; its length."""
_MIN_FIELDS_OF_TABLE = 2
"""Labels of fields, none of them ambiguous, of a table that is a header."""
_LINES_OF_HEADER = 6
"""Lines of a header below a slogan among which its index number is."""
_MAX_VALUES_IN_ROW, _MAX_HEADER_CHARS, _MIN_HEADER_FIELDS = 8, 200, 3
"""Of a header at the text's end: values behind each other without a label, characters of a line, fields."""


@dataclass(frozen=True, slots=True)
class Body:
    """The main text: `blocks[first:last]`, indices into `Blocks.blocks`.

    `node` is the index of its container in `Blocks.nodes`, -1 for none; `revealed` that of a hidden node that counts as
    shown, because its page shows nothing else, or -1. `rule` says how it was found (see `codes.BODY_NAMES`).
    """

    first: int
    last: int
    node: int
    rule: str
    revealed: int = -1

    @property
    def runs_to_footer(self) -> bool:
        """Whether it is in no element: it was taken from the headline to the foot of the page."""
        return self.rule == BETWEEN and self.node < 0


def enclosing_sidebar(blocks: Blocks, index: int, body: Body) -> Node | None:
    """The column beside the text that holds a node, or None. `index` points into `Blocks.nodes`."""
    for around in blocks.ancestors(index):
        if around.first <= body.first and around.last >= body.last:
            return None
        if not SIDEBAR_CLASSES.isdisjoint((around.element.get("class") or "").lower().split()):
            return around
    return None


def is_in_search_form(blocks: Blocks, index: int, body: Body) -> bool:
    """Whether a node (index into `Blocks.nodes`) stands in a form to be filled in that does not hold the text, as a
    search box does: a page of ASP.NET is one form as a whole, and some headers are forms that only show."""
    for around in blocks.ancestors(index):
        # A form that begins where the text would does not hold a text that is empty.
        holds = around.first < body.first or (around.first == body.first < body.last)
        if holds and around.last >= body.last:
            return False
        if around.tag == "form":
            return any(_takes_input(each) for each in around.element.iter("input", "select", "textarea", "button"))
    return False


def _takes_input(control: HtmlElement) -> bool:
    return control.get("type") != "hidden" and control.get("readonly") is None and control.get("disabled") is None


def trim(blocks: Blocks, body: Body, title: str) -> Body:
    """The body without header lines above the text, and without tools and related links below it."""
    indices = [i for i, _ in blocks.visible_blocks(body.first, body.last, body.revealed)]
    if not indices:
        return body
    first = _first_of_text(blocks, indices, title, body.rule)
    indices = [i for i in indices if i >= first]
    if not indices:
        return replace(body, first=first, last=first)
    return replace(body, first=first, last=_behind_signature(blocks, max(first, _end_of_text(blocks, indices)), body))


def _behind_signature(blocks: Blocks, end: int, body: Body) -> int:
    """The end of the text behind a signature that stands right below its container: names of bodies, and a date."""
    if any(True for _ in blocks.visible_blocks(end, body.last, body.revealed)):
        return end
    signed = False
    for index, block in blocks.visible_blocks(body.last, body.last + _BLOCKS_OF_SIGNATURE):
        if block.link_chars or block.row >= 0:
            break
        if signed and _SIGNATURE.match(label_key(block.plain)):
            return index + 1
        signed = names_body(block.plain) and not find_labels(block.text)
        if not signed:
            break
    return end


def _first_of_text(blocks: Blocks, indices: list[int], title: str, rule: str) -> int:
    """The index of the block after the last header line.

    The container of a family holds a few of these at most; what was found by density or between headline and footer may
    begin with the whole header, its title and its date included.
    """
    may_hold_header = _may_hold_header(rule)
    title_key = label_key(title)
    start = indices[0]
    prose = 0
    window = _LINES_BEHIND_WHOLE_HEADER if may_hold_header else _LINES_BEHIND_HEADER
    last = window
    for position, index in enumerate(indices):
        if position >= last:
            break
        block = blocks.blocks[index]
        text = block.plain.strip()
        if prose and is_boilerplate(text):
            break
        if value := value_apart(blocks, index):
            start, last = max(start, index + 1, value + 1), position + 1 + window
            continue
        if (
            index < start
            or _is_of_header_or_tools(blocks, index, text, indices)
            or (not prose and _is_above_first_prose(blocks, indices[position : position + window], rule, title_key))
        ):
            # Below the first sentence of a text labels are its own: 时间：, 文号：, 来源：.
            if index >= start and (prose or is_of_notice(blocks, start, index)):
                break
            start, last = max(start, index + 1), position + 1 + window
            continue
        prose += len(text) if len(text) > 30 or text.endswith(("：", ":", "。")) else 0
        # Below the headline any line that is none of the header's begins the text: a table of names has no prose.
        begun = prose > 0 or block.row >= 0 or len(text) > _HEADER_WORD_CHARS
        if prose > _TEXT_BEGUN_CHARS or (rule == BETWEEN and begun and not _DATED.search(text)):
            break
    return start


def _may_hold_header(rule: str) -> bool:
    return rule in (DENSEST, BETWEEN)


def _is_of_header_or_tools(blocks: Blocks, index: int, text: str, indices: list[int]) -> bool:
    """Whether a line, by itself, is one of a header, of the page's tools or of its menus."""
    return (
        _is_header_line(blocks, index)
        or _is_header_cell(blocks, index)
        or _is_definition(blocks, index)
        or is_in_turn(blocks, index)
        or is_page_tool(text)
        or (_is_menu_line(blocks.blocks[index]) and not is_of_contents(blocks, index, indices))
    )


def _is_above_first_prose(blocks: Blocks, indices: list[int], rule: str, title_key: str) -> bool:
    """Whether the first of the lines is above the text because no prose stands before it: in a table that is a header,
    or, where the container may hold a header, the date, the title, a subtitle or a summary."""
    index = indices[0]
    block = blocks.blocks[index]
    if _is_in_header_table(blocks, index):
        return True
    if not _may_hold_header(rule):
        return False
    return (
        _is_date_or_title(blocks, block, block.plain.strip(), title_key)
        or (rule == BETWEEN and _is_subtitle(blocks, indices))
        or _is_summary(blocks, indices)
    )


def _is_subtitle(blocks: Blocks, indices: list[int]) -> bool:
    """Whether the first of the lines stands above the line with date or source, with text below that."""
    first, *below = indices
    text = blocks.blocks[first].plain.strip()
    if len(text) > _MAX_SUBHEADING_CHARS or text.endswith(("。", "；", "：", ":")):
        return False
    dated = next((at for at, index in enumerate(below[:2]) if is_subheading(blocks.blocks[index].text)), -1)
    return dated >= 0 and _goes_on(blocks, below[dated + 1 :]) and not is_label_below_date(blocks, first)


def _is_summary(blocks: Blocks, indices: list[int]) -> bool:
    """Whether the first of the lines is a sentence above the line with date and source, or above the labels of a
    header, with text below that."""
    if len(indices) < 2 or not blocks.blocks[indices[0]].plain.rstrip().endswith("。"):
        return False
    names, *further = (
        {label.name for label in _labels_or_label(blocks, index)} for index in indices[1 : 1 + _LINES_OF_HEADER]
    )
    row = blocks.blocks[indices[1]].row
    is_header = any(names) and "index_number" in names.union(*further)
    is_header = is_header and not (row >= 0 and is_column_header_row(blocks, blocks.nodes[row]))
    return (names >= _FOOTER_FIELDS or is_header) and _goes_on(blocks, indices[2:])


def _labels_or_label(blocks: Blocks, index: int) -> tuple[Label | LabelMatch, ...]:
    """The labels of a line, or the one that it is."""
    text = blocks.blocks[index].text
    label = match_label(text)
    return (label,) if label else find_labels(text)


def _goes_on(blocks: Blocks, indices: list[int]) -> bool:
    """Whether a line of prose follows, which is no label with its value."""
    lines = (blocks.blocks[index] for index in indices)
    return any(is_prose(line.text, len(line.text), line.link_chars) and not find_labels(line.text) for line in lines)


def _is_date_or_title(blocks: Blocks, block: Block, text: str, title_key: str) -> bool:
    """Whether a line is a date and nothing else, or the title or a part of it."""
    dated = dates_in_digits(text)
    if ONLY_A_DATE.fullmatch(dated):
        return True
    if len(text) < _MAX_SUBHEADING_CHARS and (
        _DATE_AND_TIME.match(dated) or date_among_pieces(block.text) or source_of_subheading(block.text)
    ):
        return True
    if not title_key or not _may_be_headline(blocks, block):
        return False
    key = label_key(text)
    return len(key) > 5 and key in title_key


def _is_header_line(blocks: Blocks, index: int) -> bool:
    block = blocks.blocks[index]
    text = block.plain.strip()
    if INLINE_BOUNDARY in block.text and (pairs_of_elements(blocks, index) or is_line_of_values(blocks, index)):
        return True
    labels = find_labels(block.text)
    names = [f.name or f.label for f in labels]
    if len(labels) == 1 and labels[0].label in AMBIGUOUS_LABELS and _goes_with_below(blocks, index, names[0]):
        return False
    if not names or block.link_chars * 2 > len(text) or is_numbered_point(blocks, index):
        return False
    if len(names) == 1 and len(text) >= 60:
        return names[0] in SUMMARIES or (names[0] == "title" and not text.endswith("。"))
    return any(name not in _TEXT_LINES for name in names)


def _goes_with_below(blocks: Blocks, index: int, name: str) -> bool:
    """Whether a line with the label of a day or a name is one of a text: the place of the meeting, or the address of
    the body, stands right behind or below it."""
    pattern = _BELOW_OWN_LINE.get(name)
    lines = blocks.blocks[index : index + 2]
    return pattern is not None and any(pattern.search(line.plain) for line in lines)


def _is_header_cell(blocks: Blocks, index: int) -> bool:
    """Whether the block is a cell with a label, or the value beside one."""
    block = blocks.blocks[index]
    if block.cell < 0:
        return False
    match = match_label(block.text)
    if match and is_column_header_row(blocks, blocks.nodes[block.row]):
        return False
    if match is None and index and _are_in_one_row(blocks, index - 1, index):
        match = match_label(blocks.blocks[index - 1].text)
    return match is not None and _is_of_header(match) and match.label not in AMBIGUOUS_LABELS


def _is_of_header(match: Label) -> bool:
    return match.name != "" or match.label in SUMMARIES


def _is_in_header_table(blocks: Blocks, index: int) -> bool:
    """Whether the block is a cell of a table above prose, most rows of which have labels of fields: the others state
    what is no field (业务类型, 解释部门)."""
    row = blocks.nodes[max(blocks.blocks[index].row, 0)]
    table = blocks.nodes[max(row.parent, 0)]
    if row.tag != "tr" or table.last - table.first > MAX_ROW_CELLS:
        return False
    rows: dict[int, set[str]] = {}
    for _, block in blocks.visible_blocks(table.first, table.last):
        if block.plain.rstrip().endswith("。"):
            return False
        labels = (match_label(block.text), *find_labels(block.text))
        rows.setdefault(block.row, set()).update(label.label for label in labels if label and label.name)
    with_fields = sum(map(bool, rows.values()))
    below = [at for at, _ in blocks.visible_blocks(table.last, table.last + _LINES_BEHIND_HEADER)]
    return (
        with_fields * 2 >= len(rows)
        and len(set[str]().union(*rows.values()) - AMBIGUOUS_LABELS) >= _MIN_FIELDS_OF_TABLE
        and _goes_on(blocks, below)
    )


def _are_in_one_row(blocks: Blocks, one: int, other: int) -> bool:
    if blocks.blocks[one].row == blocks.blocks[other].row:
        return True
    cells = widest_cell(blocks, one), widest_cell(blocks, other)
    return cells[0] is not None and cells[1] is not None and cells[0].parent == cells[1].parent


def _is_definition(blocks: Blocks, index: int) -> bool:
    """Whether the block is the term of a definition list that is a label, or the value of one; elsewhere, whether it is
    a summary below its label."""
    at = {"dt": index, "dd": index - 1}.get(blocks.nodes[blocks.blocks[index].node].tag, -1)
    if at < 0 < index and len(blocks.blocks[index].text) >= _MIN_SUMMARY_CHARS:
        above = match_label(blocks.blocks[index - 1].text)
        return above is not None and above.label in SUMMARIES and above.label.startswith(_SUMMARY_OF)
    match = match_label(blocks.blocks[at].text) if at >= 0 else None
    return match is not None and _is_of_header(match)


def _is_menu_line(block: Block) -> bool:
    return block.link_chars * 10 > len(block.text) * 7 and not has_file_name(block.text)


def _may_be_headline(blocks: Blocks, block: Block) -> bool:
    node = blocks.nodes[block.node]
    return node.tag != "p" or bool(_TITLE_CLASS.search(node.element.get("class") or ""))


def _end_of_text(blocks: Blocks, indices: list[int]) -> int:
    """The index of the block after the last one of the text."""
    end = _before_related(blocks, indices[: before_boxes(blocks, indices)])
    before_number = False
    while end:
        last = blocks.blocks[indices[end - 1]]
        # Of a pager's numbers the present one is no link.
        is_number = _PAGE_NUMBERS.fullmatch(last.plain.strip()) is not None
        is_footer = _is_footer_line(last) or (is_number and (last.link_chars or before_number))
        if not is_footer and not _advertises_below_signature(blocks, indices[:end]):
            break
        before_number = is_number
        end -= 1
    end = _before_header(blocks, indices[:end])
    return indices[end - 1] + 1 if end else indices[0]


def _advertises_below_signature(blocks: Blocks, indices: list[int]) -> bool:
    """Whether the last line asks readers to follow the site's account, and the signature stands above it: a text may
    say so itself, but signs below it."""
    *above, last = indices
    text = blocks.blocks[last].plain
    if len(text) > _MAX_ADVERTISEMENT_CHARS or not _ADVERTISES.search(text):
        return False
    return any(_SIGNATURE.match(label_key(blocks.blocks[index].plain)) for index in above[-3:])


def _before_header(blocks: Blocks, indices: list[int]) -> int:
    """How many of the blocks stand before a header that ends the text: labels of several fields, the index number
    among them, with their values and nothing else."""
    start, begun, fields = len(indices), len(indices), set[str]()
    while start and begun - start <= _MAX_VALUES_IN_ROW:
        start -= 1
        text = blocks.blocks[indices[start]].text
        label = match_label(text)
        if label is None and (len(text) > _MAX_HEADER_CHARS or text.rstrip().endswith(("。", "；", "，"))):
            break
        # Most texts end with short lines that are neither: looking for labels in lines costs most.
        names = [label.name] if label else [item.name for item in _labels_in_line(text) if item.at_line_start]
        if not names and INLINE_BOUNDARY in text:
            pairs = pairs_of_elements(blocks, indices[start])
            names = [match.name for raw, _ in pairs if (match := match_label(raw))]
        if any(names):
            begun = start
            fields.update(filter(None, names))
    return begun if "index_number" in fields and len(fields) >= _MIN_HEADER_FIELDS else len(indices)


def _labels_in_line(text: str) -> tuple[LabelMatch, ...]:
    return find_labels(text) if COLON.search(text) or "】" in text or "]" in text else ()


def starts_related_links(block: Block) -> bool:
    """Whether a line begins what follows the text. `相关规定与本通知不一致的，以本通知为准。` does not."""
    text = block.plain.strip()
    if not RELATED_LINKS.match(text):
        return False
    return (
        bool(block.link_chars) or not text.endswith(("。", "；", "，")) or _NOTICE_WORDS.search(text[:12]) is not None
    )


def _before_related(blocks: Blocks, indices: list[int]) -> int:
    """How many of the blocks stand before a heading of related links below which no text follows."""
    remaining = sum(len(blocks.blocks[i].text) for i in indices)
    linked = sum(blocks.blocks[i].link_chars for i in indices)
    total = max(remaining, 1)
    for position, index in enumerate(indices):
        block = blocks.blocks[index]
        remaining -= len(block.text)
        linked -= block.link_chars
        if not position or not starts_related_links(block):
            continue
        if _OF_READERS.fullmatch(block.plain.strip()):
            return position
        if len(block.text) >= 80 and block.link_chars * 2 <= len(block.text):
            continue
        ends = remaining < 0.05 * total + 60 or linked * 2 > remaining
        after = indices[position + 1 : position + 7]
        if ends and not any(_SIGNATURE.match(label_key(blocks.blocks[i].plain)) for i in after):
            return position
    return len(indices)


def _serves_the_page(text: str) -> bool:
    """Whether a line consists of tools, counters and clocks: `【字体：大 中 小】 浏览量：101 次 【打印】`."""
    spaced = " ".join(text.replace("|", " ").split())
    rest = _PAGE_COUNTER.sub("", without_counters(spaced))
    return is_page_tool(rest or text) or (rest != spaced and WORDLESS.fullmatch(rest) is not None)


def _is_footer_line(block: Block) -> bool:
    text = block.plain.strip()
    if _serves_the_page(text) or (len(text) < 400 and is_boilerplate(text) and not text.endswith(("。", "；"))):
        return True
    if has_file_name(text):
        return False
    if _CREDIT.match(text):
        return True
    if block.link_chars * 10 > len(text) * 8 or (len(text) < 60 and starts_related_links(block)):
        return True
    if len(text) > 120:
        return False
    labels = find_labels(block.text)
    if not labels or not labels[0].at_line_start:
        return False
    beside = _HOSTS | _CONTACTS if len(labels) > 1 and labels[0].label in _HOSTS else frozenset()
    return all(f.name in _FOOTER_FIELDS or f.label in FOOTER_LABELS or f.label in beside for f in labels)
