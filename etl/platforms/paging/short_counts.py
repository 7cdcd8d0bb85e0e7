"""Numbers of pages and documents in short elements with no other words: `1/12`, `Page 1 of 12`, 本栏目共有230条信息.

Within longer texts such words count anything. So every word of the element must be one of those that counters of lists
are made of: 访问总数 and 共3个附件 have another one.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lxml.html import HtmlElement

from etl.outside import digits
from etl.platforms.elements.element_words import plain_signs, short_words, words_of
from etl.platforms.paging.list_numbers import Counts
from etl.platforms.paging.pager_elements import moves, slides
from etl.platforms.paging.spoken_counts import counts_in_digits, may_count
from etl.web.page import WebPage

_CHINESE = re.compile(
    r"(?:[本该此第总共 有合计全部量数到约的从至为您页頁条件篇项个则查找搜每：:（）()\[\]【】,，。.;；/|、~～–—-]|当前|"
    r"[已逾超余另其以上今近分]|截至|目前|还有|主动|制发|印发|入库|栏目|列表|目录|条目|文件|信息|记录|数据|内容|公文|政策|文章|结果|查询|检索|搜索|累计|发布|收录|公开|相关|显示|页次|页码|分页|\d{1,8})+"
)
_ENGLISH = re.compile(
    r"(?:pages?|of|totals?|results?|records?|items?|entries|rows|documents?|files|articles?|showing|displaying|viewing|"
    r"about|found|to|all|the|in|[ :.,()/|\[\]–-]|\d{1,8})+",
    re.IGNORECASE,
)
_PAGE_SIZE = re.compile(r"每页(?:显示)?\d++[条篇件项个]?|(?<!\d)\d{1,4}+[条篇件项个]?/每?页")
# Pager links and numbers around them: 首页 上一页 1 2 3 下一页 1/3.
_STEPS = re.compile(
    r"(?:首|第一|最前|前一|上一?|下一?|后一|[尾末未]|最后一?|最末)[页頁]|跳?转(?:至|到)?|确定|GO\b|[\[\]<>«»‹›|]+",
    re.IGNORECASE,
)
_OF_PAGES = re.compile(
    r"^(?: *\d{1,3} )*+\D*(\d{1,5})页?(?:/|of)共?(\d{1,5})(?:页|頁|pages?)?(?: \d{1,3})*\W*$", re.IGNORECASE
)
_NUMBERS = re.compile(r"(?<!\d)1 2(?: \d{1,3})*+(?=\D*$)")
"""Page numbers without links."""
_PAGES = re.compile(
    r"(?:[总共有计全部：:（(]|^)(\d{1,5})[页頁](?!/)|页数[:：]?(\d{1,5})|(\d{1,5})pages|pages[:：]?(\d{1,5})|page\D{0,2}1\D(\d{1,5})total",
    re.IGNORECASE,
)
_DOCUMENTS = re.compile(
    r"(?:[总共合][有计数量]{0,2}|全部|累计|结果数?|[查找搜索]到|[数量][：:]|[条件]数)[^\d页]{0,8}(\d{1,8})(?![\d页頁])|"
    r"(\d{1,8})[条篇件](?:记录|信息|数据|结果|文章|文件|以上)|(?:[已逾超余]|发布|公开|收录|入库|[制印]发|目前|文件|信息)(\d{1,8})[条篇件]|"
    r"\d(?:-|–|到|至|~|～|to)\d{1,8}[条篇]?(?:of|/)(?:about)?(\d{1,8})|total\w{0,20}?[:：]?(\d{1,8})|"
    r"(\d{1,8})(?:total|results?|records?|items?|entries|rows|documents?|files|articles?)",
    re.IGNORECASE,
)
_MAY_COUNT = re.compile(
    r"[页頁条篇件项量数共计到果总合][^\u4e00-\u9fff]{0,3}\d|\d[^\u4e00-\u9fff]{0,3}[页頁条篇件项]|\d/\d|\d(?i:[a-z])|(?i:[a-z])\W?\d"
)
_DISCLOSED = re.compile(r"^\W*(?:累计|已)?(?:主动|政府信息|信息)?公开")
_STATISTICS = re.compile(
    r"^\W*(?:累计|已)?(?:依申请|收到|受理|办[结理件]|答复|回复|来信|咨询|留言|投诉|注册)\D{0,12}[1-9]\d*\D{0,4}$"
)
_OF_TIME = re.compile(
    r"^\W*(?:今年|本年度?|当年|去年|上年度?|本月|上月|本周|今日|昨日)(?:主动|政府信息|信息)?公开\D{0,6}\d"
)
_KIND = re.compile(r"^([\u4e00-\u9fff]{2,10})[:：]?\d{1,7}[条篇件项份个]$")
_OF_ALL = re.compile(r"[总共合][有计数量]|全部|记录|结果|当前|页")
_CHOICE = re.compile(r"^\W*(?:全部|所有)\W*(?:(?:19|20)\d\d年?度?\W*){2,}$")
"""The choices of a year, without what stands between them: 全部 2024 2023."""
_MAX_CHARS, _MAX_BESIDE, _MAX_ABOVE = 30, 12, 3


def short_counts(page: WebPage, words: str, *, first: bool) -> Counts | None:
    """The greatest numbers in short elements of the page; None if there are none. `words`: the page's `shown_words`.

    A bare `1/12` may be a date: it counts only if all such texts of the page are equal and, on the list's first page,
    begin with 1; or, on the first page, if they are the pages of a selection.
    """
    if not _MAY_COUNT.search(words) and not may_count(words) and "<option" not in page.text:
        return None
    pages, bare, documents = dict[int, str](), dict[tuple[int, int], str](), dict[int, str]()
    for element, short in _counters(page):
        of_pages, of_documents = _PAGES.search(short), None if _CHOICE.match(short) else _DOCUMENTS.search(short)
        if "页" in short and (numbers := _NUMBERS.search(short)) and not slides(element):
            pages[digits(numbers[0].rpartition(" ")[2])] = short
        if match := _OF_PAGES.match(short):
            if not slides(element) and not moves(element):
                bare[digits(match[1]), digits(match[2])] = match[0]
        elif (of_pages or of_documents) and not slides(element):
            if of_pages:
                pages[digits(of_pages[of_pages.lastindex or 1])] = of_pages[0]
            if of_documents:
                documents[digits(of_documents[of_documents.lastindex or 1])] = of_documents[0]
    current = None
    if len(bare) == 1 or (first and _are_choices(bare)):
        (current, last), sign = next(iter(bare.items()))
        if not first or current == 1:
            pages[last] = sign
    most_pages, most_documents = max(pages, default=None), max(documents, default=None)
    if most_pages is not None and (most_pages > 1 or most_documents is None):
        sign = pages[most_pages]
    elif most_documents is not None:
        sign = documents[most_documents]
    else:
        return None
    return Counts(sign, False, most_pages, current if most_pages is not None else None, most_documents)


def _are_choices(bare: Iterable[tuple[int, int]]) -> bool:
    """Whether fractions are the pages that a selection offers: 1/5, 2/5 … 5/5."""
    fractions = list(bare)
    last = fractions[0][1] if fractions else 0
    return last > 0 and fractions == [(number, last) for number in range(1, last + 1)]


def _counters(page: WebPage) -> Iterator[tuple[HtmlElement, str]]:
    for element, shown in short_words(page, _MAX_CHARS):
        plain = " ".join(_STEPS.sub(" ", plain_signs(shown)).split())
        words = counts_in_digits(plain)
        counts = any(map(str.isdigit, words)) and (_CHINESE.fullmatch(words) or _ENGLISH.fullmatch(words))
        if counts and (words == plain or not _is_below_a_headline(element)) and not is_of_statistics(element):
            yield element, _PAGE_SIZE.sub("", words)


def is_of_statistics(element: HtmlElement) -> bool:
    """Whether the element counts what an agency disclosed beside other counts of its work: 主动公开信息 12876 条,
    依申请公开 23 件, 今年公开 345 条; or stands in a table or list with a number for each of several kinds."""
    around = element.getparent()
    if any(map(_counts_kinds, (element, *islice(element.iterancestors(), _MAX_ABOVE)))):
        return True
    if around is None or len(around) > _MAX_BESIDE or not _DISCLOSED.match(words_of(element, _MAX_CHARS)):
        return False
    others = [words_of(item, _MAX_CHARS) for item in around if item is not element]
    return any(map(_STATISTICS.match, others)) or any(map(_OF_TIME.match, others))


def _counts_kinds(around: HtmlElement) -> bool:
    """Whether each item of a table or list counts documents of a kind of its own."""
    if around.tag not in ("table", "tbody", "ul", "dl") or not 2 <= len(around) <= _MAX_BESIDE:
        return False
    items = [words_of(item, _MAX_CHARS) for item in around if isinstance(item.tag, str)]
    kinds = {kind[1] for item in items if (kind := _KIND.match(item))}
    return len(kinds) == len(items) > 1 and not any(map(_OF_ALL.search, kinds))


def _is_below_a_headline(element: HtmlElement) -> bool:
    """Whether the element belongs to a box with a headline and without links: 政策文件库 合计六十条."""
    around = element.getparent()
    has = around is not None and next(around.iter("h1", "h2", "h3", "h4", "h5", "h6"), None) is not None
    return has and around is not None and next(around.iter("a"), None) is None
