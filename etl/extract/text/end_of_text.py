"""Finds the end of the main text in its container: above the tools, the related links and the footer below it."""

import re
from collections.abc import Iterable

from etl.dates import SIGNED_DATE
from etl.extract.counters import without_counters
from etl.extract.lexicon.aliases import DISPLAY_TOOLS, FOOTER_LABELS, TEXT_LABELS
from etl.extract.lexicon.labels import COLON, LabelMatch, find_labels, label_key, match_label
from etl.extract.lexicon.page_tools import WORDLESS, asks_to_follow, instructs, is_page_tool, is_word_of_texts
from etl.extract.lexicon.values import names_body
from etl.extract.lexicon.words import INLINE_BOUNDARY, split_words
from etl.extract.page.blocks import Block, Blocks
from etl.extract.page.headlines import are_alike
from etl.extract.page.hosts import is_host_of_text
from etl.extract.page.pairs import heads_list, is_column_header_row, pairs_of_elements
from etl.extract.page.prose import is_boilerplate, is_prose
from etl.extract.page.subheading import NUMBERED, SUBHEADING_FIELDS
from etl.extract.text.body import Body, holds_text
from etl.extract.text.boxes import boxes_below, is_dated_link, is_of_site
from etl.extract.text.tool_lines import is_count, is_tool_line, says_with_row
from etl.file_names import has_file_name

_RELATED_WORDS = split_words("""
    相关解读 相关阅读 相关文档 相关链接 相关稿件 相关新闻 相关文章 相关信息 相关政策 相关文件 相关内容 相关报道
    相关附件 相关推荐 相关专题 相关资讯 政策解读 文字解读 图片解读 文件解读 视频解读 一图读懂 图解 图文解读
    部门解读 媒体解读 专家解读 关联解读 关联文件 关联问答 关联阅读 延伸阅读 推荐阅读 热点推荐 猜你喜欢 上一篇
    下一篇 上一条 下一条 网友评论 网友留言 我要评论 扫一扫 扫码 分享到 责任编辑 版权所有
    主办单位 点击下载 点击查看 文章纠错 友情链接 网站声明 您可能感兴趣 您可能还感兴趣 您可能喜欢 政策原文
    (?:温馨|友情)提示[:：].{0,40}(?:本页|本网|本站|正式文件)
    原文链接 文件链接 政策链接 关联稿件 关联信息 关联政策 相关文稿 相关公告 您对本 免责声明 特别声明
    凡本网注明 凡本网转载 凡本站注明 凡本站转载 凡注明
    往期推荐 往期回顾 往期精彩 精彩推荐 对此页面 .{0,12}对[您你]有(?:所)?帮助
    满意度评价 我要评价 评价本页 声明[:：] 版权声明 扫描二维码 您对此 您对该 您对当前 您觉得 请您对 您的评价
""")
_RELATED_ALONE = split_words("意见反馈 打印 关闭 结果反馈 满意度调查 留言 相关法规 相关规定")
"""Headings of related links that sentences of a text may also begin with: they must be alone in their line."""
_RELATED_LINKS = re.compile(
    rf"^[\s【\[■◆>·]*(?:查看|点击|阅读)?(?:{'|'.join(_RELATED_WORDS)}|(?:{'|'.join(_RELATED_ALONE)})(?![\u4e00-\u9fff])"
    r"|(?:解读(?:链接|文件|材料|回应)?|(?<=查看|阅读)原文)(?=[:：】]|$)|分享[:：]?$|附件下载[:：]?$|附件[:：]$|政策文件[:：]?$)"
)
_OF_REMEDIES = re.compile("不服|异议|不满意的|复议|诉讼|复查|申诉|可以?[向在自于依]")
_OF_SITES = re.compile("转载|版权|侵权|观点|来源|本[网站]|网站|仅供|稿件|作品|删除")
_OF_NOTICES = re.compile("声明|提示|您|版权|凡")
_OF_PAGE = re.compile("本?[网页文站]|手机|朋友|关注|分享|查看|原文|全文|更多")
_SENTENCES = re.compile("^(?:工作|由|应|要|负责|条?款|的|结果|如下|见|为)|[，；。]|如下$")
"""Continuations that make such words a sentence and not a heading: 政策解读工作要 …, 主办单位应当 …, 上一条款 …"""
_CHAPTER = re.compile(r"\s*(?:[一二三四五六七八九十]{1,3}\s?、|第[一二三四五六七八九十]{1,3}[条章节])")
_MIN_STATEMENT_CHARS, _MIN_VALUE_CHARS = 6, 3
# Possessive: otherwise a long number could be split in too many ways.
_PAGE_NUMBERS = re.compile(r"(?:[\[【(（<]?+第?+\d{1,3}+(?!\d)页?+[\]】)）>]?+[\s|…·.]*+)++")
_PAGE_COUNTER = re.compile(r"(?:第 ?\d{1,3} ?页? ?/ ?)?共 ?\d{1,3} ?页(?!面)|第 ?\d{1,3}(?:/\d{1,3})? ?页(?!面)")
_OF_READERS = re.compile(
    r"(?:网友|网民|读者|用户|全部|最新|发表|我要)?(?:评论|留言|跟帖)\s?(?:[（(]?\d{0,6}条?[）)]?)[:：]?|相关(?:文章|阅读|新闻|报道|链接)[:：]?"
)
_OF_ASIDES = re.compile(
    r"[\s【\[■◆>·]*+(?:(?:相关|延伸|关联)(?:链接|阅读|新闻|报道|政策|法规|规定|内容|信息|资料|知识)|(?:政策|文件)链接|政策解读|往期回顾)\s*[】\]]?\s*[:：]?"
)
"""What newspapers call a paragraph at the end of a text that explains something; sites call their links so."""
_ADVERTISES = re.compile(r"(?:关注|扫[描码]|长按|识别).{0,20}(?:公众号|二维码|小程序|客户端)")
_MAX_ADVERTISEMENT_CHARS = 60
_NOTICE_WORDS = re.compile("声明|提示|您|扫|版权|满意|凡本?[网站]?[注转]")
"""Words in lines below the text that are whole sentences: disclaimers, surveys."""
# The line of credits, whatever the site calls its editors.
_CREDIT = re.compile(
    r"(?:[【\[(（]?我要纠错[】\])）]?)?\s*[【\[(（]?[\u4e00-\u9fff]{0,4}(?:编辑|责编|审核|校对|审稿|录入|初审|复审|终审|撰稿|投稿|信息员)人?员?\s*[:：].{0,30}$"
    r"|[\s【\[(（]*+(?:来源(?!\s?[/／])|文字|图[片文]?|文案?|摄影|编[辑审]|责编|审核|校对|监制|统筹|出品|制作|供稿|[一二三初复终]审|值班[\u4e00-\u9fff]{2,4}|主编|作者|记者"
    r"|通讯员|排版|策划)\s?[｜|丨│/／]\s?\S.{0,60}$"
)
_PRINT_RUN = re.compile(r"印\s?数?[:：]?\s?\d{1,5}\s?份")
"""The number of copies, in the last line of a printed document: 校对：… 共印30份."""
_OF_DATA = re.compile(r"(?:资料|数据)来源[:：].{4,}(?:[，；]|来[自源]).{2,}。$")
"""A sentence on where the figures of a report are from; the source of a page is a name."""
_HOSTED = re.compile(
    r"[\u4e00-\u9fff]{2,30}(?:(?:办公室|政府|局|委员?会?|中心|厅|部)\s*(?:主办|承办)|(?:网|中心|公司|办公室)\s*(?!建设$)(?:设计|制作|维护|建设){1,4})"
)
"""The line that names the operator of a site: 云溪区人民政府办公室主办."""
_TAGS = re.compile(r"\s*+(?:(?:热门|相关|文章|本文)?(?:标签|关键[词字])|(?i:tags?))\s*+[:：]")
"""Words before links to other documents with the same tags; an article states its own tags without links."""
_LABELS_OF_TOOLS = frozenset(DISPLAY_TOOLS) - TEXT_LABELS
"""Labels behind the date of the page in one line with it: 字体."""
_HOSTS = frozenset(("主办", "承办"))
_CONTACTS = frozenset(("地址", "电话", "联系电话", "邮编", "邮政编码", "传真", "邮箱"))
"""Labels that mean a footer only if several are together: a text may end with the organiser of an event or an
address."""
_SIGNATURE = re.compile(rf"^(?:{SIGNED_DATE})$")
_BLOCKS_OF_SIGNATURE = 4
"""Blocks below the container, hidden ones included, among which a signature may stand."""
_MIN_ANNOUNCEMENT_CHARS = 10
_FOLLOWS = re.compile("(?:公[布开示告]|发布|汇总|目录|清单|名单|名录|情况|内容|列表)如下")
_NAMES_OTHERS = re.compile("(?:(?<!公开)目录|清单|名单|名录|(?:一览|汇总|明细|统计|情况)表)[:：]?\\s*$")
"""The heading of a list of other documents."""
_MAX_HEADING_CHARS, _PUNCTUATED = 8, re.compile("[，。；：！？、:]|日$")
"""The heading of a box: its maximum length, and punctuation that it does not have."""
_MAX_VALUES_IN_ROW, _MAX_HEADER_CHARS, _MIN_HEADER_FIELDS = 8, 200, 3
"""Of a header at the end of the text: maximum number of consecutive values without a label, maximum length of a line,
minimum number of fields."""


def before_boxes(blocks: Blocks, indices: list[int]) -> tuple[list[int], tuple[range, ...]]:
    """The blocks of a text that stand before the first box below it, without boxes of the site around which the text
    goes on; and these."""
    insets: list[range] = []
    for position, box in boxes_below(blocks, indices):
        if not _goes_on_behind(blocks, indices[:position], (index for index in indices if index >= box.last)):
            indices = indices[:position]
            break
        if starts_related_links(blocks.blocks[indices[position]]) or is_of_site(blocks, box):
            insets.append(range(box.first, box.last))
    if insets:
        indices = [index for index in indices if not any(index in inset for inset in insets)]
    return indices, tuple(insets)


def _goes_on_behind(blocks: Blocks, above: list[int], below: Iterable[int]) -> bool:
    """Whether a line of prose behind a box is written as the last one above it, in an element beside its own."""
    last = next((index for index in reversed(above) if _is_sentence(blocks.blocks[index])), -1)
    following = (index for index in below if are_alike(last, index, blocks)) if last >= 0 else iter(())
    return any(_is_sentence(blocks.blocks[index]) for index in following)


def _is_sentence(block: Block) -> bool:
    return is_prose(block) and not _is_footer_line(block)


def end_of_text(blocks: Blocks, indices: list[int]) -> int:
    """The index of the block after the last one of the text."""
    end = _before_related(blocks, indices)
    before_number, unlinked = False, end
    while end:
        last = blocks.blocks[indices[end - 1]]
        if end > 1 and is_count(blocks, indices[end - 1]) and not blocks.is_in_row(last):
            end -= len(("label", "count"))
            continue
        # In a pager, the current number is not a link.
        is_number = _PAGE_NUMBERS.fullmatch(last.plain.strip()) is not None
        is_footer = _is_footer_line(last) or (is_number and (last.link_chars or before_number))
        if not is_footer and not _advertises_below_signature(blocks, indices[:end]):
            break
        if is_footer and (_is_own_word(blocks, indices, end) or is_host_of_text(blocks, indices[end - 1])):
            break
        if last.link_chars:
            unlinked = unlinked if unlinked < end else _last_unlinked(blocks, indices, end)
            if unlinked >= 0 and _announces(blocks, indices[unlinked], indices[end - 1]):
                break
        before_number = is_number
        end -= 1
    end = _before_header(blocks, indices[:end])
    return indices[end - 1] + 1 if end else indices[0]


def _is_own_word(blocks: Blocks, indices: list[int], end: int) -> bool:
    """Whether the last line before an end looks like a tool but belongs to the text: a cell of data, or 无 below a
    heading."""
    last = indices[end - 1]
    text = blocks.blocks[last].plain.strip()
    if says_with_row(blocks, last, indices[0], is_tool=_is_footer_line):
        return True
    if not is_word_of_texts(text) or is_tool_line(blocks, last):
        return False
    return end < 2 or not starts_related_links(blocks.blocks[indices[end - 2]])


def _last_unlinked(blocks: Blocks, indices: list[int], end: int) -> int:
    """The place of the last line without links before place `end`; -1 if there is none."""
    return next((place for place in reversed(range(end)) if not blocks.blocks[indices[place]].link_chars), -1)


def _announces(blocks: Blocks, index: int, last: int) -> bool:
    """Whether a line announces the links below it, up to `last`, in the element around it: 现将目录公布如下："""
    block = blocks.blocks[index]
    around = blocks.nodes[block.node]
    if (around.first, around.last) == (index, index + 1):
        around = blocks.nodes[max(around.parent, 0)]
    is_announcement = len(block.plain.strip()) >= _MIN_ANNOUNCEMENT_CHARS and announces_more(block.plain)
    return last < around.last and is_announcement and not _is_footer_line(block)


def announces_more(line: str) -> bool:
    """Whether a line announces what stands below it: it ends with a colon, or says that it follows (公布如下，请…)."""
    text = line.strip()
    return text.endswith(("：", ":")) or _FOLLOWS.search(text) is not None


def behind_signature(blocks: Blocks, end: int, body: Body) -> int:
    """The end of the text after a signature right below its container: names of agencies, and a date."""
    if any(True for _ in blocks.visible_blocks(end, body.last, body.revealed)):
        return end
    signed = False
    for index, block in blocks.visible_blocks(body.last, body.last + _BLOCKS_OF_SIGNATURE):
        if block.link_chars or (block.row >= 0 and not holds_text(blocks.nodes[block.row], body)):
            break
        if signed and _SIGNATURE.match(label_key(block.plain)):
            return index + 1
        signed = names_body(block.plain) and not find_labels(block.text)
        if not signed:
            break
    return end


def _advertises_below_signature(blocks: Blocks, indices: list[int]) -> bool:
    """Whether the last line asks readers to follow the site's account and is below the signature. A text may ask this
    itself, but then the signature is below it."""
    *above, last = indices
    text = blocks.blocks[last].plain
    if len(text) > _MAX_ADVERTISEMENT_CHARS or not _ADVERTISES.search(text):
        return False
    return any(_SIGNATURE.match(label_key(blocks.blocks[index].plain)) for index in above[-3:])


def _before_header(blocks: Blocks, indices: list[int]) -> int:
    """Number of blocks before a header at the end of the text, with its heading: labels of several fields with their
    values and nothing else, among them the index number, or in an element of their own."""
    start, begun, fields = len(indices), len(indices), set[str]()
    while start and begun - start <= _MAX_VALUES_IN_ROW:
        start -= 1
        text = blocks.blocks[indices[start]].text
        label = match_label(text)
        if label is None and (len(text) > _MAX_HEADER_CHARS or text.rstrip().endswith(("。", "；", "，"))):
            break
        # Most texts end with short lines that are neither: looking for labels in lines costs most.
        items = () if label else _labels_in_line(text)
        names = [label.name] if label else [item.name for item in items if items[0].at_line_start]
        if not names and INLINE_BOUNDARY in text:
            pairs = pairs_of_elements(blocks, indices[start])
            names = [match.name for raw, _ in pairs if (match := match_label(raw))]
        if any(names):
            begun = start
            fields.update(filter(None, names))
    if len(fields) < _MIN_HEADER_FIELDS or heads_list(blocks, indices[begun]):
        return len(indices)
    if begun and _fill_an_element(blocks, indices[begun - 1 :]) and may_be_heading(blocks.blocks[indices[begun - 1]]):
        return begun - 1
    return begun if "index_number" in fields or _is_apart(blocks, indices, begun) else len(indices)


def _is_apart(blocks: Blocks, indices: list[int], begun: int) -> bool:
    """Whether labels from `begun` on are in an element of their own below a text. If the text announces them, or they
    are a section or a list in it, they are those of another document, such as one that is repealed."""
    if not begun or not _fill_an_element(blocks, indices[begun:]) or _names_columns(blocks, indices[begun]):
        return False
    line = blocks.blocks[indices[begun - 1]]
    above = line.plain
    names_others = not line.link_chars and _NAMES_OTHERS.search(above) is not None
    return not (names_others or announces_more(above) or NUMBERED.match(above))


def _fill_an_element(blocks: Blocks, indices: list[int]) -> bool:
    """Whether an element contains these blocks and those between them, and no others."""
    first, last = indices[0], indices[-1]
    around = (node for node in blocks.ancestors(blocks.blocks[first].node) if node.last > last)
    node = next(around, None)
    return node is not None and (node.first, node.last) == (first, last + 1)


def may_be_heading(line: Block) -> bool:
    """Whether a line may be the heading of a box or of rows of links: a few characters without punctuation."""
    text = line.plain.strip()
    return len(text) <= _MAX_HEADING_CHARS and not _PUNCTUATED.search(text)


def _names_columns(blocks: Blocks, index: int) -> bool:
    row = blocks.blocks[index].row
    return row >= 0 and is_column_header_row(blocks, blocks.nodes[row])


def _labels_in_line(text: str) -> tuple[LabelMatch, ...]:
    return find_labels(text) if COLON.search(text) or "】" in text or "]" in text else ()


def starts_related_links(block: Block) -> bool:
    """Whether a line begins the part after the text. `相关规定与本通知不一致的，以本通知为准。` does not."""
    text = block.plain.strip()
    match = _RELATED_LINKS.match(text)
    if not match or (not block.link_chars and _goes_on_as_sentence(match[0], text[match.end() :])):
        return False
    return (
        bool(block.link_chars) or not text.endswith(("。", "；", "，")) or _NOTICE_WORDS.search(text[:12]) is not None
    )


def _goes_on_with_chapter(blocks: Blocks, indices: list[int]) -> bool:
    """Whether a later line begins a chapter of the text: 三、有关要求."""
    lines = (blocks.blocks[index] for index in indices)
    return any(_CHAPTER.match(line.plain) for line in lines if not line.link_chars)


def _goes_on_as_sentence(begin: str, rest: str) -> bool:
    """Whether words that begin related links or similar lines continue as a sentence of the text:
    您对本答复不服的，可以 …, 扫描二维码进入报名系统, 结果反馈：已整改到位."""
    if "您" in begin:
        return _OF_REMEDIES.search(rest) is not None
    if begin.endswith(("声明：", "声明:")) or (begin.endswith("声明") and rest[:1] in "：:"):
        return len(rest) > _MIN_STATEMENT_CHARS and not _OF_SITES.search(rest)
    if begin.strip("【[◆■>· ") in _RELATED_ALONE and rest[:1] in "：:":
        return len(rest) > _MIN_VALUE_CHARS and not is_page_tool(rest)
    if _OF_NOTICES.search(begin) or not ("\u4e00" <= rest[:1] <= "\u9fff") or _OF_PAGE.search(rest):
        return False
    return _SENTENCES.search(rest) is not None or instructs(rest)


def _before_related(blocks: Blocks, indices: list[int]) -> int:
    """Number of blocks before a heading of related links that no text follows."""
    remaining = sum(len(blocks.blocks[i].text) for i in indices)
    linked = sum(blocks.blocks[i].link_chars for i in indices)
    total = max(remaining, 1)
    for position, index in enumerate(indices):
        block = blocks.blocks[index]
        remaining -= len(block.text)
        linked -= block.link_chars
        if not position or not starts_related_links(block):
            continue
        if says_with_row(blocks, index, indices[0], is_tool=_is_footer_line) or is_host_of_text(blocks, index):
            continue
        if _explains(blocks, indices, position):
            continue
        if heads_comments(block.plain):
            return position
        if len(block.text) >= 80 and block.link_chars * 2 <= len(block.text):
            continue
        of_links = linked * 2 > remaining
        ends = of_links or (
            remaining < 0.05 * total + 60 and not _goes_on_with_chapter(blocks, indices[position + 1 :])
        )
        after = indices[position + 1 : position + 7]
        if ends and not any(_SIGNATURE.match(label_key(blocks.blocks[i].plain)) for i in after):
            return position
    return len(indices)


def heads_comments(line: str) -> bool:
    """Whether a line is a heading that no text of a document ever follows: 网友评论, 相关阅读."""
    return _OF_READERS.fullmatch(line.strip()) is not None


def _explains(blocks: Blocks, indices: list[int], position: int) -> bool:
    """Whether a line without a link heads a paragraph that is written as the text above it."""
    heading = blocks.blocks[indices[position]]
    if heading.link_chars or not _OF_ASIDES.fullmatch(heading.plain.strip()):
        return False
    return _goes_on_behind(blocks, indices[:position], indices[position + 1 : position + 2])


def _serves_the_page(text: str) -> bool:
    """Whether a line consists of tools, counters and clocks: `【字体：大 中 小】 浏览量：101 次 【打印】`."""
    spaced = " ".join(text.replace("|", " ").split())
    rest = _PAGE_COUNTER.sub("", without_counters(spaced))
    return is_page_tool(rest or text) or (rest != spaced and WORDLESS.fullmatch(rest) is not None)


def _is_footer_line(block: Block) -> bool:
    text = block.plain.strip()
    if _serves_the_page(text) or (len(text) < 400 and is_boilerplate(text) and not text.endswith(("。", "；"))):
        return True
    if has_file_name(text) or _PRINT_RUN.search(text):
        return False
    if (
        _CREDIT.match(text)
        or asks_to_follow(text)
        or _HOSTED.fullmatch(text)
        or (block.link_chars and _TAGS.match(text))
    ):
        return True
    if (
        block.link_chars * 10 > len(text) * 8
        or is_dated_link(block)
        or (len(text) < 60 and starts_related_links(block))
    ):
        return True
    if len(text) > 120 or _OF_DATA.match(text):
        return False
    labels = find_labels(block.text)
    if not labels or not labels[0].at_line_start:
        return False
    beside = _HOSTS | _CONTACTS if len(labels) > 1 and labels[0].label in _HOSTS else frozenset[str]()
    if labels[0].name in SUBHEADING_FIELDS:
        beside |= _LABELS_OF_TOOLS
    return all(f.name in SUBHEADING_FIELDS or f.label in FOOTER_LABELS or f.label in beside for f in labels)
