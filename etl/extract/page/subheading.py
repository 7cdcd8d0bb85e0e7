"""The line below a headline, with the date and the source of a page: how it is recognised, and its date.

If nothing else marks the headline, title and date are found by this line (`etl.extract.rules.title`). So it is
recognised by its contents: a date, names of agencies, labels with short values, counters and page tools, and no
sentence. Each function takes the text of a block, with its `INLINE_BOUNDARY`s.
"""

import re
from functools import lru_cache

from etl.dates import DATE, SIGNED_DATE, TIME_OF_DAY, YEAR, as_spelt, dates_in_digits
from etl.document_number import match_document_number
from etl.extract.counters import is_clock
from etl.extract.lexicon.aliases import CREDITS, FOOTER_LABELS
from etl.extract.lexicon.labels import COLON, find_labels, match_label
from etl.extract.lexicon.page_tools import is_page_tool
from etl.extract.lexicon.words import ADOPTION_WORDS, INLINE_BOUNDARY
from etl.fields import DATE_FIELDS

SUBHEADING_FIELDS = frozenset({"source", "published_date"})
"""The fields of the line."""
ONLY_A_DATE = re.compile(rf"[\s【\[（(]*{DATE}(?:\s+{TIME_OF_DAY})?[\s】\]）)]*")
NAME_OF_SOURCE = re.compile(
    r"[\u4e00-\u9fff（）()·]{1,24}(?:报|网|社|台|局|委|办|厅|室|政府|中心|委员会|海关|党校|协会|总会|公众号|发布|在线|客户端|融媒|杂志|集团|院|所|队|站|处|科|股|馆|大学|中学|小学|学校|幼儿园|街道|管委会|残联|妇联|文联|工商联|科协|工会|组织部|统战部|宣传部|武装部|社会工作部)"
)
"""The name of a body that publishes, without a label."""
NUMBERED = re.compile(r"\s*(?:[（(]?[一二三四五六七八九十]{1,3}[)）、.．]|第[一二三四五六七八九十]{1,3}[条章节])")
"""The beginning of a numbered section of a text, never of a line of a site: 二、无障碍环境."""
_CHECKS_OF_PAGE = ("审核", "登记", "归档")
"""Beginnings of labels of days on which a page was checked, right before it was published."""
_OF_WRITER = re.compile(
    r"\s*(?:网[友民]|用户|(?:来信|写信|留言|咨询|提问|反映|投诉|发帖|求助)(?:人|者)|昵称)(?:姓名|昵称)?\s*[:：]"
)
"""The beginning of a line that says who wrote a letter, and when."""
_LABEL_OF_DAY = re.compile(rf"\s*([\u4e00-\u9fff]{{2,10}})\s*[:：]\s*{DATE}")
_MAX_CHARS = 100
_MAX_DATE_LINE_CHARS, _MAX_PERSON_CHARS = 60, 4
_CREDITS = frozenset(CREDITS)
_ADOPTION = re.compile(ADOPTION_WORDS)
_BEGINS_WITH_DATE = re.compile(rf"[\s【\[（(]*+{DATE}(?!.*(?:{ADOPTION_WORDS}))")
_OPEN_BRACKET = re.compile(r"\s*+[（(〔\[【][^）)〕\]】]*+$")
"""The first line of a note of several lines: （2018年10月26日第十三届全国人民代表大会常务委员会 … 通过）."""
_BEGINS_WITH_LABEL = re.compile(r"[\W_]*+[\u4e00-\u9fff]{2,6}+[:：]")
DATE_LINE = re.compile(rf"^[\s\[【(（]*({DATE}\s*(?:[T ]?{TIME_OF_DAY})?)(?=$|[\s\]】)）|丨]|[\u4e00-\u9fff])")
"""A date at the beginning of a line, and what may follow it."""
_NAME_AND_DATE = re.compile(
    rf"^[\u4e00-\u9fff《》（）() ]{{2,30}}[ |]({YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}})(?=$|\s*[\[【|])"
)
_DATE_AND_TIME = re.compile(rf"({DATE}(?:\s+|T){TIME_OF_DAY})")
_DATE = re.compile(DATE)
_BETWEEN = rf"\s|｜丨·/／{INLINE_BOUNDARY}"
_DATE_APART = re.compile(
    rf"(?:^|[{_BETWEEN}【\[（(])(?:(?:发布|发表|更新|刊发)?于|(?i:time|date)[:：]?|(?:发布)?(?:时间|日期))?\s{{0,3}}"
    rf"({DATE}(?:[\sT]{{1,3}}{TIME_OF_DAY}|\s?\d{{1,2}}时\d{{1,2}}分)?)(?:\s?(?:发[布表]|更新|刊发))?(?=$|[{_BETWEEN}】\]）)\[【])"
)
_DATE_BEHIND_GAP = re.compile(
    rf"(?:(?<![\s:：{INLINE_BOUNDARY}至到于自从])(?<!时间|日期)|^)[\s{INLINE_BOUNDARY}|丨｜\[【(（\]】)）]++({DATE})"
    rf"(?=$|[\s{INLINE_BOUNDARY}|丨｜\]】)）])"
)
"""A date after a gap, with no other label right before it."""
_SOURCE_WITHOUT_COLON = re.compile(
    rf"(?:^|[{_BETWEEN}【\[（(]|(?<=日)|(?<=\d))(?:信息|文章|稿件|新闻|内容)?来源"
    rf"(?:[\s{INLINE_BOUNDARY}]*(?:[/／|｜丨│·•→>]|[-—–]{{1,2}})[\s{INLINE_BOUNDARY}]*|[\s{INLINE_BOUNDARY}]+)"
    rf"({NAME_OF_SOURCE.pattern})(?=$|[{_BETWEEN}／│•【\[（(]|发[布表]|时间|日期)"
)
"""`来源 / 云溪日报`, `来源 云溪日报 发布 2023-05-09`."""
_PARTED = re.compile(rf"[{INLINE_BOUNDARY}|丨｜]")
_PIECE = re.compile(rf"[^{_BETWEEN}【】\[\]（）()]++")
COLUMN = re.compile(
    r"[\u4e00-\u9fff]{0,4}(?:(?:文件|信息|政策|新闻|权威)发布|动态|新闻|要闻|资讯|快讯|头条|播报|聚焦|通知|公告|公示|信息|文件|政策|解读|专栏)"
)
"""The name of the column that a page is in."""
_SAYS_NO_MORE = re.compile(
    r"(?:[\u4e00-\u9fff]{2,6}|[A-Za-z]{2,10})[:：][^。；]{0,24}|[\d.,]{1,9}\s?[次万+]{0,2}(?:阅读|浏览)?|[\W_]+|(?:星期|周)[一二三四五六日天]"
    r"|https?[:：]|[A-Za-z\d-]+(?:\.[A-Za-z\d-]+){1,4}"
    r"|(?:信息|文章|稿件|新闻|内容)?来源(?:[—–→>-]{1,2}.{1,24})?|发布(?:时间|日期)?|时间|日期|[图文]{1,2}|原创|转载|(?:阅读|浏览|点击|访问)[量次数]{0,2}\d*"
)
"""A piece of the line that is a label with a short value (no sentence: 各单位：请于周五前报送。), a weekday, a visitor
count, an address of the site, or a label without a colon."""


@lru_cache(4096)  # pages of one site have the same menus and footers
def is_subheading(line: str) -> bool:
    """Whether a line is the one below a headline: it has labels of which one is 发布时间 or 来源, or a date."""
    shown, line = line, dates_in_digits(line)
    text = line.replace(INLINE_BOUNDARY, "").strip()
    if is_clock(text) or _OPEN_BRACKET.match(text) or NUMBERED.match(text):
        return False
    if _BEGINS_WITH_DATE.match(text) and len(text) < _MAX_DATE_LINE_CHARS:
        # The date of a signature is below a name.
        return not re.fullmatch(SIGNED_DATE, shown.replace(INLINE_BOUNDARY, "").strip())
    items = [item for item in find_labels(line[:_MAX_CHARS]) if item.name in ("published_date", "source")]
    if any(item.at_line_start for item in items) or (items and _BEGINS_WITH_LABEL.match(text)):
        return True
    if len(items) == 1 and items[0].name == "published_date":
        # The site's name before the label: 云溪区政府网 时间：2023-05-09 【字体：大 中 小】.
        line = line[: items[0].start] + INLINE_BOUNDARY + COLON.split(line[items[0].start :], maxsplit=1)[-1]
    return len(text) < _MAX_CHARS and (date_among_pieces(line) or source_of_subheading(line)) is not None


def date_of_subheading(line: str) -> str | None:
    """The unlabelled date in a line below the title: at its beginning, after a name, between labels and page tools, or
    with its time of day (`来源：甲 2023-05-09 08:30 浏览：5`)."""
    shown, line = line, dates_in_digits(line)
    text = line.replace(2 * INLINE_BOUNDARY, " ").replace(INLINE_BOUNDARY, "").strip()
    if is_clock(text) or _OPEN_BRACKET.match(text) or _is_day_of_matter(text):
        return None
    match = not _ADOPTION.search(text) and DATE_LINE.match(text)
    if not match and not _has_other_date(line):
        match = _NAME_AND_DATE.match(text) or _DATE_AND_TIME.search(text) or _date_behind_gap(line, text)
    day = match[1] if match else date_among_pieces(line)
    return day if day is None or line == shown else as_spelt(shown, day)


def source_of_subheading(line: str) -> str | None:
    """The name of an agency after 来源 without a colon, in a line without a source after a colon."""
    match = len(line) < _MAX_CHARS and "来源" in line and _SOURCE_WITHOUT_COLON.search(line)
    return match[1] if match and all(item.name != "source" for item in find_labels(line)) else None


def _date_behind_gap(line: str, text: str) -> re.Match[str] | None:
    """The only date of a line, separated from the words before it, if labels name the source or the author of the
    page."""
    match = _DATE_BEHIND_GAP.search(line)
    if match is None or len(_DATE.findall(text)) > 1 or _ADOPTION.search(text):
        return None
    return match if any(item.name == "source" or item.label in FOOTER_LABELS for item in find_labels(line)) else None


def _is_day_of_matter(text: str) -> bool:
    """Whether a line begins with the label of a day that is no date of the page (开标时间：, 会议时间：), or with who
    wrote a letter."""
    if _OF_WRITER.match(text):
        return True
    match = _LABEL_OF_DAY.match(text)
    label = match_label(match[1], coined=True) if match else None
    if label is None or label.name or label.label.startswith(_CHECKS_OF_PAGE):
        return False
    return match_label(label.label) is None


def _has_other_date(line: str) -> bool:
    """Whether labels of the line name a date of another kind, or the days of a period."""
    items = find_labels(line)
    return any(item.name in DATE_FIELDS or item.label in ("开始日期", "结束日期", "截止日期") for item in items)


def date_among_pieces(line: str) -> str | None:
    """The only date of a line whose other pieces are all names, labels with short values, counters or tools."""
    pieces = _date_and_names(line)
    return pieces[0] if pieces else None


def source_among_pieces(line: str) -> str | None:
    """The only name in such a line: `2023-05-09 云溪日报 【打印】`; not a name with only a day behind it, as in a
    signature, where days have no hyphens."""
    pieces = _date_and_names(line)
    if pieces is None or len(pieces[1]) != 1:
        return None
    name, day = pieces[1][0], pieces[0]
    is_signed = dates_in_digits(line).rstrip().endswith(day) and not re.search(f"-|{TIME_OF_DAY}", day)
    return None if is_signed and line.lstrip().startswith(name) else name


def number_among_pieces(line: str) -> str | None:
    """The document number in an inline element of its own, between bars, or before a gap, in the line below a
    headline."""
    rest = _without_number(line)
    if rest == line or not is_subheading(rest):
        return None
    return next(filter(None, map(_number_at_start, _PARTED.split(line))), None)


def _number_at_start(run: str) -> str | None:
    """The document number with which a run of words begins, if a gap or nothing is behind it."""
    text = run.strip()
    if "号" not in text:
        return None
    before, _, behind = text.partition("号 ")
    return match_document_number(f"{before}号" if behind else text)


def _without_number(line: str) -> str:
    """The line without a document number as `number_among_pieces` finds it."""
    if "号" not in line or len(line) >= _MAX_CHARS:
        return line
    rest = (run.partition("号 ")[2] if _number_at_start(run) else run for run in _PARTED.split(line))
    return INLINE_BOUNDARY.join(rest)


def _date_and_names(line: str) -> tuple[str, list[str]] | None:
    line = dates_in_digits(_without_number(line))
    match = _DATE_APART.search(line)
    if match is None or _DATE_APART.search(line, match.end()) or is_clock(line) or _has_other_date(line):
        return None
    if _is_day_of_matter(line.replace(INLINE_BOUNDARY, "")):
        return None
    rest = (*_PIECE.findall(line[: match.start()]), *_PIECE.findall(line[match.end() :]))
    if any(map(_DATE.search, rest)):
        return None
    others = [piece for before, piece in zip(("", *rest), rest, strict=False) if not _says_no_more(before, piece)]
    others = [piece for piece in others if not COLUMN.fullmatch(piece)]
    return (match[1], others) if all(map(NAME_OF_SOURCE.fullmatch, others)) else None


def _says_no_more(before: str, piece: str) -> bool:
    """Whether a piece of the line, after another one, contains neither date nor source."""
    is_value = (before in _CREDITS and len(piece) <= _MAX_PERSON_CHARS) or before.endswith(("栏目：", "栏目:"))
    return piece in _CREDITS or is_value or _SAYS_NO_MORE.fullmatch(piece) is not None or is_page_tool(piece)
