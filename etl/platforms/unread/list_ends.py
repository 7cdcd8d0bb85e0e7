"""Signs right before and after the rows of a list: a number, an arrow or a clickable element there that
no other rule understands belongs to the list.

Elsewhere in a page such elements may belong to anything, so `paging.py` and similar modules check their words. Here the
position is enough: the blocks right after the last row, up to the next headline, box, or page footer.
"""

import re
from collections import Counter
from collections.abc import Container, Iterator
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from etl.numerals import read_chinese
from etl.outside import digits
from etl.platforms.elements.element_words import is_hidden, label_of, plain_signs, words_of
from etl.platforms.elements.list_addresses import OF_OTHER_THINGS
from etl.platforms.elements.script_links import leads_nowhere
from etl.platforms.elements.side_boxes import is_in_side_box
from etl.platforms.elements.surroundings import boxes_around
from etl.platforms.paging.dead_steps import is_dead
from etl.platforms.paging.list_scripts import is_whole
from etl.platforms.paging.pager_elements import (
    is_current,
    is_disabled,
    is_of_videos,
    is_pager_name,
    is_scripted,
    moves,
    names_of,
    slides,
)
from etl.platforms.paging.short_counts import is_of_statistics
from etl.platforms.paging.spoken_counts import counts_in_digits
from etl.platforms.unread.calls_behind import unknown_call
from etl.web.markup import uncommented_script
from etl.web.page import WebPage, absolute, base_url
from etl.web.urls import folder_of

_MAX_ABOVE, _MAX_BEHIND, _MAX_BEFORE, _MAX_PARTS = 7, 6, 2, 60
_LAST_DAY, _YEARS = 31, (1900, 2100)
_NAME = re.compile(r"^\W*[\u4e00-\u9fff]{2,12}\W*$")
MAX_BLOCK, _MAX_LINKS, _MAX_TEXT, _MAX_NOTE = 160, 12, 24, 60
_FOOT = re.compile(
    r"(?<!news[_-])(?<!list[_-])(?<!panel[_-])(?<!card[_-])(?<!table[_-])foot|copyright|friend|yqlj|bottom-?(?:nav|link)|banquan|dibu",
    re.IGNORECASE,
)
_SHARES = re.compile(r"share|jiathis|fenxiang", re.IGNORECASE)
_FOOT_WORDS = re.compile(r"主办|承办|版权|备案|标识码|地址[:：]|邮编|ICP|友情链接|技术支持|Copyright", re.IGNORECASE)
_HEADS = ("h1", "h2", "h3", "h4", "h5", "h6", "header", "footer", "aside")
NUMERAL = "[〇零一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰]"
_NUMBER = rf"(?:\d{{1,7}}|{NUMERAL}{{1,6}})"
_COUNTS = re.compile(
    rf"(?:[总共有合计全部约的从至第每为项个：:，,。.、|/～~–—｜∣()（）\[\]【】-]|{_NUMBER}|[条條篇件则則筆笔頁页]|还有|剩余|尚有|另有|其余|余下|未显示|已显示|已加载|"
    r"当前|显示|公文|文件|信息|记录|数据|内容|结果|条目|文章|公告|符合条件的?|数量|总数|[本该此类现已]|栏目|目录|列表|收录|公开|发布|累计|"
    r"主动|截至|目前|规范性|政策|其中|现行|有效|失效|废止)+"
)
"""Texts that consist only of counter words; in other texts the same numbers may count anything."""
_OF_DOCUMENTS = re.compile(rf"(?<![\d.第/:-])({_NUMBER})(?:[条條篇件项項则則筆笔]|个(?!页))(?![/每]页)")
_OF_PAGES = re.compile(rf"(?<![\d.第/:-])({_NUMBER})[页頁]")
_LEFT = re.compile(
    r"(?:还有|剩余|尚有|另有|其余|余下|未显示)\D{0,4}[1-9]\d{0,6}+(?![天日周月年小时分秒人位元名])|[1-9]\d{0,6}\D{0,4}未显示"
)
_OUT_OF = re.compile(r"^\D{0,12}(\d{1,5})(?:outof|of)(\d{1,7})\D{0,10}$", re.IGNORECASE)
_NEWEST = re.compile(r"(?:前|最新|最近)\D{0,3}(\d{1,4})[条篇件则]")
_SHARE = re.compile(r"^\D{0,8}?(\d{1,5})([/|｜∣])共?(\d{1,7})\D{0,4}$")
_IN_BRACKETS = re.compile(r"^[\u4e00-\u9fff]{2,12}[(（\[【](\d{1,7})[条條篇件项項则則个個]?[)）\]】]$")
_BARE = re.compile(
    r"^(?:符合条件的?)?(?:记录|文件|信息|结果|条目|公告)(?:总?数|数量)?[:：]?(\d{1,7})[条篇件]?\W?(?:每页\d{1,3}[条篇件]?)?$"
)
_NAMED = re.compile(r"^\W*[\u4e00-\u9fff]{2,12}\W{0,3}(?:[总共合]?[有计]?)(\d{1,7})[条條篇件项則则]\W*$")
_ALL = re.compile(r"^\W*(?:全部|所有)\W{0,3}(\d{1,7})(?!\d)")
_OF_SEARCH = re.compile(r"(?:得到|命中|匹配|筛选出|检索出|查出|搜到)\D{0,6}(\d{1,7})[条條篇件项个]")
_OF_TODAY = re.compile(r"[今昨本当]\W?[日天周月年季]|新增|更新|浏览|访问|阅读|点击|下载|评论|留言|来信|办[件结理]")
_TURNS = re.compile(
    r"^(?:请?点[我此击]?|继续|再)?(?:看|查看|浏览|显示|加载|获取|展开)\w{0,2}更多\w{0,4}$|^更多(?:期次|文件|公告|信息|内容|历史|往期|记录|数据|通知|政策)$|翻页|[上下左右][拉滑]|滑动|滚动(?:加载|查看)|展开(?:全部|更多|其余)|换一[批组换]|(?:正在|努力|拼命)(?:加载|载入)|^(?:数据)?(?:加载|载入)中|继续(?:阅读|浏览)|往下看|未完|待续|^\W*续\W*$"
)
_ENDED = re.compile(r"没有|已经|已全|全部(?:加载|显示)完|到底|无更多|完毕|底线|nomore|no-more|收起", re.IGNORECASE)
_EARLIER = re.compile(
    r"(?:更早|以前|之前|历史|往期|往年|以往|旧版|原版|早期|归档|存档|更多历史)\w{0,3}(?:的|年份)?(?:信息|数据|文件|公告|公示|内容|记录|网站|资料|目录|列表|通知|政策)?"
    r"\W{0,2}(?:请|见|可|查|点击|移步|通过|到|登录|访问|转|已(?:归档|移至|下线|迁移))"
    r"|其[余他]\w{0,6}(?:文件|信息|公告|公示|内容|目录|通知)\w{0,4}(?:请|见|可|点击|下载)|(?:仅|只)(?:为|是|列出?|显示|公布)?部分(?:内容|文件|信息|公告|数据)?"
    r"|更多\w{0,4}(?:文件|信息|公告|公示|内容|政策|通知|记录|数据)\W{0,2}请(?:使用|通过|到|见|点击|访问|进入|查阅|查询|检索|登录)"
)
_ELSEWHERE = re.compile(r"档案馆|图书馆|微信|公众号|APP|客户端|热线|电话|服务网|窗口|申请|指南", re.IGNORECASE)
_LEADS_ON = re.compile(
    r"^\W*(?:[点查浏]?[看击览]?更多\w{0,6}|(?:[查浏]?[看览]?全部|所有)\w{0,6}|(?:历史|往期|往年|历年|以往|旧版|原|早期)\w{2,6}|归档\w{0,4}|存档\w{0,4}|进入栏目|完整\w{2,4}|列表页?|"
    r"more|(?:view|see|show)?all|archives?|更早\w{0,4}|older\w{0,6})\W*(?:\d{1,7}\W?)?$",
    re.IGNORECASE,
)
_MORE = re.compile(r"^\W*(?:更多|more)\W*$", re.IGNORECASE)
_MORE_OR_ALL = re.compile(r"^\W*(?:更多|more|全部|所有|all)\W*$", re.IGNORECASE)
_OF_ALL = re.compile(r"(?:list|more|all|lm|gd|qb|index)\w{0,6}(?:\.\w+|/)?(?:$|\?)", re.IGNORECASE)
_SAYS_NOTHING = re.compile(
    r"^(?:[^\w+★☆●·|]{1,3}|往[后下]|旧的?|[下后次]|次页|续页?|其余|余下|older|rest)$", re.IGNORECASE
)
"""Words of a link that do not describe its target, or only say that it is the next one."""
_ARROW = re.compile(r"^(?:[>›»▶►▷→❯〉》⇒⇨∨⌄⇩↓﹥＞⟩⋯…]{1,2}|\.{3})$")
_STEP = re.compile(
    r"[下后末尾]\w{0,2}[页頁]|翻页|(?:展开|加载)(?:更多|剩余|其余|余下)|往后|^(?:next|load\w{0,8}|forward)$",
    re.IGNORECASE,
)
_GOES = re.compile(r"^(?:go|跳转?至?|转[到至]|前往)[>!！→]{0,2}$", re.IGNORECASE)
_OF_JUMPS = re.compile(r"(?:[第到至页頁跳转]|page|\W)*+", re.IGNORECASE)
"""What else stands beside the field of a pager: not the name of what is written there."""
_OF_SEARCHES = re.compile(
    r"(?:^|[\s_-])(?:q|k|s|wd|kw|so)(?:$|\s)|key|word|search|title|text|搜|检索|关键|请输入[^页]", re.IGNORECASE
)
_STEP_NAME = re.compile(r"(?:^|[\s_/.-])(?:next|nxt|xiaye|xiayiye|xyy|fanye)(?:$|[\s_.-]|\d)", re.IGNORECASE)
_STEP_ICON = re.compile(
    r"(?:angle|chevron|arrow|caret|icon|jiantou)[\w-]{0,16}(?:right|next)|icon-?(?:xiang)?you|icon-?xiayi",
    re.IGNORECASE,
)
_NUMBERS_OF_CLICKS = ("data-page", "data-p", "data-pn", "data-no")
_PAGES_ON = re.compile(r"pag|next|turn|more|\bgo\w*\(", re.IGNORECASE)
_NEXT_PAGE = re.compile(r"\b(?:next_?page|(?:go|to|turn|show|page|do)_?next(?:_?page)?)\s*\(", re.IGNORECASE)
_NUMBER_OF_PAGE = re.compile(r"^(?:(?:go)?(?:to)?page|第)?(\d{1,6})页?$", re.IGNORECASE)
_ASCENDING = re.compile(r"^[^\w]*1(?:[^\w]+\d{1,3})+[^\w]*$")
_NUMBERS = re.compile(r"\d+")
_UNRENDERED = re.compile(
    r"\{\$?[\w.:-]{0,20}(?:pag|fenye|next)[\w.:-]{0,12}[^{}\w]?\}|<%=?[^<>%]{1,60}%>|\[!--[\w.]{1,30}--\]|\{(?:pboot|dede|stl):[^{}]{1,60}\}",
    re.IGNORECASE,
)
"""A pager of a template that nothing filled in: {$pages}, [!--show.page--]."""
_SHOWS_MORE = re.compile(r"(?:^|[\s_-])more(?:$|[\s_-])", re.IGNORECASE)
_OPTIONS = re.compile(r"^(?:data-|:)(?!.*(?:id|size|limit|delay|duration|time|src|url)$)(?!aos|wow)")
"""An attribute for a script that is not about the look, the name or the length of a pager."""
_PICTURE_NUMBERS = re.compile(r"num|dot|pic|focus|(?:^|[\s_-])[hb]d(?:$|[\s_-])", re.IGNORECASE)


def sign_around(page: WebPage, listed: Container[str], seen: int) -> str | None:
    """A sign around the rows that the list has more than the `seen` ones; None if there is none. `listed`: the
    addresses of the entries."""
    if (rows := first_and_last(page, listed)) is None:
        return None
    first, last = rows
    for block in blocks_behind(last):
        if sign := _in_block(block, page, listed, seen):
            return sign
    for block in blocks_before(first):
        if sign := _counts(block, seen) or _headed(block, seen) or _run(block, words_of(block, _MAX_TEXT)):
            return sign
    return None


def first_and_last(page: WebPage, listed: Container[str]) -> tuple[HtmlElement, HtmlElement] | None:
    """The first and the last row of the list, outermost."""
    rows = outer_rows(page, listed)
    return (rows[0], rows[-1]) if rows else None


def outer_rows(page: WebPage, listed: Container[str]) -> list[HtmlElement]:
    """The rows of the list, outermost: the children of the element that contains most of the entries."""
    base = base_url(page)
    links = [link for link in page.tree.iter("a") if absolute(link.get("href") or "", base) in listed]
    held = Counter(above for link in links for above in link.iterancestors())
    most = [above for above, number in held.items() if number * 2 > len(links)]
    if not most:
        return []
    around = max(most, key=lambda above: sum(1 for _ in above.iterancestors()))
    return list(dict.fromkeys(row for link in links if (row := _child_of(around, link)) is not None))


def _child_of(around: HtmlElement, link: HtmlElement) -> HtmlElement | None:
    line = (link, *link.iterancestors())
    return next((child for child in line if child.getparent() is around), None)


def blocks_behind(last: HtmlElement) -> Iterator[HtmlElement]:
    """The blocks after the last row that still belong to the list."""
    passed = 0
    for row in (last, *boxes_around(last, _MAX_ABOVE)):
        for block in row.itersiblings():
            if not isinstance(block.tag, str) or _is_nothing(block):
                continue
            if block.tag == "script":
                yield block
                continue
            if _SHARES.search(names_of(block)):
                continue
            if _is_another(block) or passed >= _MAX_BEHIND:
                return
            passed += 1
            yield block


def _is_nothing(block: HtmlElement) -> bool:
    """Whether a block shows nothing: messages for browsers without scripts (请开启后继续浏览) are never seen."""
    if block.tag == "noscript":
        return next(block.iter("a"), None) is None
    is_hidden_field = block.tag == "input" and block.get("type") != "image"
    return is_hidden_field or block.tag in ("style", "br", "hr", "link")


def blocks_before(first: HtmlElement) -> Iterator[HtmlElement]:
    """The short blocks before the first row that hold no links."""
    for row in (first, *boxes_around(first, 2)):
        for block in islice(row.itersiblings(preceding=True), _MAX_BEFORE):
            if not isinstance(block.tag, str) or next(block.iter("a"), None) is not None or is_in_side_box(block):
                return
            if not is_hidden(block):
                yield block


def _is_another(block: HtmlElement) -> bool:
    """Whether a block after the rows does not belong to their list: a box with a headline, the footer, a longer
    text."""
    names, words = names_of(block), words_of(block, MAX_BLOCK)
    if _FOOT.search(names) or block.tag in _HEADS or len(words) > MAX_BLOCK or _FOOT_WORDS.search(words):
        return True
    links = sum(1 for link in block.iter("a") if len(words_of(link)) > 4)
    return links > _MAX_LINKS or next(block.iter(*_HEADS), None) is not None


def _in_block(block: HtmlElement, page: WebPage, listed: Container[str], seen: int) -> str | None:
    if is_hidden(block) or slides(block):
        return None
    words = plain_signs(words_of(block, MAX_BLOCK))
    if _EARLIER.search(words) and len(words) <= _MAX_NOTE and not _ELSEWHERE.search(words):
        return words
    for part in islice(block.iter(), _MAX_PARTS):
        if not isinstance(part.tag, str) or part.tag in ("select", "option", "textarea"):
            continue
        if any(map(is_hidden, (part, *islice(part.iterancestors(), 3)))):
            continue
        if part.tag == "script":
            if call := unknown_call(uncommented_script(part.text or ""), page.live_source, seen, own=None):
                return call
            continue
        short = words_of(part, _MAX_TEXT)
        sign = (
            _counts(part, seen)
            or _clicked(part, short, page, seen)
            or _linked(part, page, listed)
            or _run(part, short)
            or _unfilled(part, short, seen)
            or _labelled(part, short)
        )
        if sign and not is_dead(part, page, seen):
            return sign
    return None


def _run(part: HtmlElement, words: str) -> str | None:
    """Page numbers, in elements or in one text: `1 2 3`, `[1] [2] [3]`. Numbers of picture slides look the same."""
    if len(words) > _MAX_TEXT or not _ASCENDING.match(words) or not all(map(_may_turn, part.iter("a"))):
        return None
    if len(list(part.iter("td", "th"))) > 1:
        return None  # a calendar, or a table of numbers
    numbers = [digits(number) for number in _NUMBERS.findall(words)]
    ascending = numbers == list(range(1, len(numbers) + 1))
    of_pictures = any(_PICTURE_NUMBERS.search(names_of(item)) or slides(item) for item in part.iter()) or moves(part)
    return words if ascending and len(numbers) <= _MAX_LINKS and not of_pictures else None


def _unfilled(part: HtmlElement, words: str, seen: int) -> str | None:
    """An attribute with numbers, of an empty element with the name of a pager, which a script fills; the name of a
    pager whose steps have neither words nor an address, or of something without words that shows more."""
    if words or slides(part) or moves(part) or any(item.tag in ("img", "input") for item in part.iter()):
        return None
    steps = sum(1 for step in part.iter("a", "li", "span") if not len(step) and leads_nowhere(step))
    if (is_pager_name(part) and steps > 1) or _shows_more(part):
        return names_of(part).strip()
    if len(part) or not is_pager_name(part):
        return None
    data = ((name, value) for name, value in part.items() if _OPTIONS.match(name))
    numbered = ((name, value) for name, value in data if max(map(digits, _NUMBERS.findall(value)), default=0) > 1)
    return next((f"{name}='{value}'" for name, value in numbered if not is_whole(value, seen)), None)


def _labelled(part: HtmlElement, words: str) -> str | None:
    """What a label or an attribute of an element says or opens: how many are left, the address of a step drawn as a
    picture, or that to which a button sends; or the mark of a template for its pager."""
    if next(part.iter("script", "style"), None) is None and (unrendered := _UNRENDERED.search(words)):
        return unrendered[0]
    left, opens = _LEFT.search(part.get("title") or ""), part.get("xlink:href") or ""
    return (
        (left and left[0])
        or (None if _asks_for_words(part) else part.get("formaction"))
        or (opens if part.tag == "a" and opens[:1] != "#" else None)  # that of <use> and <image> is a picture
    )


def _shows_more(part: HtmlElement) -> bool:
    """Whether something without words has the name of what shows more, and an icon or a value for a script: templates
    leave empty elements where a link 更多 was."""
    named = part.tag in ("div", "p", "button") and _SHOWS_MORE.search(names_of(part))
    return bool(named) and (len(part) > 0 or any(map(_OPTIONS.match, part.keys())))


def _may_turn(link: HtmlElement) -> bool:
    """Whether a script decides what a link opens; one to a named place of the page (`#b`) leads there."""
    href = (link.get("href") or "").strip()
    return leads_nowhere(link) and (href[:1] != "#" or len(href) == 1 or any(map(str.isdigit, href)))


def _counts(part: HtmlElement, seen: int) -> str | None:
    """The short text of an element with a number greater than the number of entries seen."""
    words = counts_in_digits(plain_signs(words_of(part, _MAX_TEXT)))
    if not words or len(words) > _MAX_TEXT or _ENDED.search(words) or slides(part) or moves(part):
        return None
    linked = part.tag == "a" or next(part.iter("a"), None) is not None
    if linked or next(part.iter("select"), None) is not None or is_of_statistics(part):
        return None
    documents, pages = _counted(words, seen)
    newest = _NEWEST.search(words)
    more = max(documents, default=0) > seen or max(pages, default=0) > 1 or (newest and digits(newest[1]) == seen)
    return words if more or _LEFT.search(words) or _TURNS.search(words) else None


def _counted(words: str, seen: int) -> tuple[list[int], list[int]]:
    """(numbers of documents, numbers of pages) that a short text states, if it says nothing else."""
    documents, pages = [*numbers_in(_IN_BRACKETS, words), *numbers_in(_BARE, words)], list[int]()
    if _COUNTS.fullmatch(words):
        documents, pages = [*documents, *numbers_in(_OF_DOCUMENTS, words)], numbers_in(_OF_PAGES, words)
        if share := _SHARE.match(words):
            at, of = digits(share[1]), digits(share[3])
            documents += [of] if at == seen and of > _LAST_DAY else []
            pages += [of] if at == 1 and share[2] != "/" else []
    if (out_of := _OUT_OF.match(words)) and digits(out_of[1]) == seen:
        documents.append(digits(out_of[2]))
    return documents, pages


def _headed(block: HtmlElement, seen: int) -> str | None:
    """The words above the rows that give their name and number: 通知公告 60条, 全部(60), 公告<small>60</small>."""
    words = plain_signs(words_of(block, _MAX_NOTE))
    if len(words) > _MAX_NOTE or slides(block) or moves(block) or next(block.iter("select"), None) is not None:
        return None
    parts = [plain_signs(words_of(part, _MAX_TEXT)) for part in islice(block.iter(), _MAX_PARTS)]
    counted = [] if _OF_TODAY.search(words) else [*numbers_in(_NAMED, words), *numbers_in(_OF_SEARCH, words)]
    counted += [number for part in parts for number in numbers_in(_ALL, part)]
    # A number in a separate element after the name; years look like that too.
    last = parts[-1] if len(parts) > 1 else ""
    if last.isdecimal() and words.endswith(last) and _NAME.match(words.removesuffix(last)):
        counted += [digits(last)] if not _YEARS[0] <= digits(last) <= _YEARS[1] else []
    return words if max(counted, default=0) > seen else None


def numbers_in(pattern: re.Pattern[str], words: str) -> list[int]:
    numerals = (match[1] for match in pattern.finditer(words))
    return [digits(text) if text.isdecimal() else read_chinese(text) or 0 for text in numerals]


def _clicked(part: HtmlElement, words: str, page: WebPage, seen: int) -> str | None:
    """A clickable element: an arrow, a pager link, a number, or an element whose name suggests one."""
    if len(part) > 2 or is_disabled(part) or is_current(part) or _ENDED.search(f"{words} {names_of(part)}"):
        return None
    if slides(part) or moves(part) or is_of_videos(part):
        return None
    if part.tag == "img":
        return _clicked_picture(part)
    if part.tag == "input":
        is_step = part.get("type") == "image" and not _asks_for_words(part)
        return label_of(part) or _name_of(part) or "input" if is_step else None
    if part.tag != "a" and _ARROW.match(words):
        beside = () if (around := part.getparent()) is None else around.iterchildren("a")
        return words if all(map(leads_nowhere, beside)) else None  # otherwise it belongs to a breadcrumb
    clicks = _handler(part) or any(map(part.get, _NUMBERS_OF_CLICKS)) or part.get("role") == "button"
    if not (is_scripted(part) or clicks or (part.tag == "a" and not part.get("href"))):
        return None
    if label := label_of(part):
        return label if _says_step(part, label, seen) or _goes_to_number(part, label) else None
    return _named_step(part) or _called_step(part, page, seen)


def _name_of(part: HtmlElement) -> str:
    return f"{names_of(part)} {part.get('src') or ''}".strip()


def _clicked_picture(picture: HtmlElement) -> str | None:
    """A picture whose name or script is that of a step, and that no link leads elsewhere."""
    around, name = picture.getparent(), _name_of(picture)
    if around is not None and around.tag == "a" and not leads_nowhere(around):
        return None
    return name if _STEP_NAME.search(name) or _PAGES_ON.search(picture.get("onclick") or "") else None


def _says_step(part: HtmlElement, label: str, seen: int) -> bool:
    """Whether a clickable element means the next page, or the number of a page after the first. (The number of all rows
    is not that of a page.)"""
    number = _NUMBER_OF_PAGE.match(label)
    if number and digits(number[1]) > 1 and digits(number[1]) != seen:
        return True
    leads_on = _LEADS_ON.match(label) and not (_MORE_OR_ALL.match(label) or OF_OTHER_THINGS.search(label))
    says_more = _ARROW.match(label) or _STEP.search(label) or leads_on or (part.tag == "button" and _MORE.match(label))
    return bool(says_more or _NEXT_PAGE.search(f"{_handler(part)}("))


def _handler(part: HtmlElement) -> str:
    """What a click on the element calls, whatever library listens: `onclick`, `@click`, `ng-click`, `wire:click`."""
    return " ".join(value for name, value in part.items() if name.endswith("click"))


def _goes_to_number(part: HtmlElement, label: str) -> bool:
    """Whether a button beside a text field goes to the page whose number is written there. Where a number of pages is
    beside them, that says whether there are others."""
    around = part.getparent()
    if around is None or not _GOES.match(label) or any(map(str.isdigit, words_of(around))):
        return False
    if not _OF_JUMPS.fullmatch(words_of(around).replace(label, "")):
        return False
    fields = [field for field in around.iter("input") if field.get("type", "text") in ("text", "number", "tel")]
    names = " ".join(
        f"{field.get('name') or ''} {field.get('placeholder') or ''} {names_of(field)}" for field in fields
    )
    return bool(fields) and not _OF_SEARCHES.search(names) and not is_in_side_box(part)


def _named_step(part: HtmlElement) -> str | None:
    """The names of an element without words, of its parts, and of what holds nothing else, if one is that of a step."""
    around = part.getparent()
    alone = part if around is None or len(around) > 1 or words_of(around) else around
    names = " ".join(map(names_of, (alone, part, *part)))
    # A link that is an arrow itself may scroll a box.
    icons = [
        *map(names_of, part if part.tag == "a" else (part, *part)),
        *(use.get("href") or "" for use in part.iter("use")),
    ]
    is_step = _STEP_NAME.search(f"{_name_of(part)} {names}") or any(map(_STEP_ICON.search, icons))
    return (names.strip() or str(part.tag)) if is_step else None


def _called_step(part: HtmlElement, page: WebPage, seen: int) -> str | None:
    """The call of an element without words, if it turns to the next page or may lead to further rows."""
    handler = f"{_handler(part)} {part.get('href') or ''}"
    turns = _NEXT_PAGE.search(f"{handler}(")
    return turns[0] if turns else unknown_call(handler, page.live_source, seen, own=_names_of_tool(part))


def _names_of_tool(part: HtmlElement) -> str:
    """The names of an element without words, its picture and what is around it, which say what it is for, unless one is
    a pager's."""
    around = [part, *part.iterchildren("i", "span", "em", "b"), *islice(part.iterancestors(), 1)]
    return "" if any(map(is_pager_name, around)) else " ".join(map(names_of, around))


def _asks_for_words(field: HtmlElement) -> bool:
    form = next(field.iterancestors("form"), None)
    texts = () if form is None else form.iter("input", "select", "textarea")
    return any(item.tag != "input" or item.get("type", "text") in ("text", "search", "date") for item in texts)


def _linked(part: HtmlElement, page: WebPage, listed: Container[str]) -> str | None:
    """更多, 全部 or 归档 after the rows that leads to a page in the list's folder, or an arrow to a page of its
    column."""
    if part.tag != "a" or leads_nowhere(part):
        return None
    label, url = label_of(part), absolute(part.get("href") or "", base_url(page))
    if url and url != page.url and (picture := _next_picture(part)):
        return f"{picture} → {url}"
    if (
        not url
        or url in listed
        or OF_OTHER_THINGS.search(label)
        or not (_LEADS_ON.match(label) or _SAYS_NOTHING.match(label))
    ):
        return None
    if _SAYS_NOTHING.match(label):
        return f"{label} → {url}" if is_of_column(url, page.url) else None
    folder = folder_of(page.url)
    if not url.startswith(folder) or url in (folder, page.url):
        return None
    # A bare 更多 is also found below the newest rows of another column.
    says_what = not _MORE.match(label) or _OF_ALL.match(url.removeprefix(folder))
    return f"{label} → {url}" if says_what else None


def _next_picture(link: HtmlElement) -> str:
    """The file of a picture that is all that a link shows, if its name is that of a step to the next page."""
    sources = [picture.get("src") or "" for picture in link.iter("img")]
    named = len(sources) == 1 and not words_of(link) and _STEP_NAME.search(sources[0])
    return sources[0] if named and not (slides(link) or moves(link)) else ""


def is_of_column(url: str, own: str) -> bool:
    """Whether an address is a different one whose path begins with the same word as the page's own path."""
    here, there = urlsplit(own), urlsplit(url)
    words = (parts.path.split("/")[1:2] for parts in (here, there))
    first, other = (word[0].partition(".")[0].partition(";")[0] if word else "" for word in words)
    return url != own and here.netloc == there.netloc and first == other
