"""Lists that are split by years or months: tabs and selections that show the documents of another one."""

import re
from collections.abc import Iterable

from lxml.html import HtmlElement

from etl.platforms.helpers.pager_links import is_answered, slides, words_of
from etl.web.page import WebPage, absolute, base_url

_YEAR = re.compile(r"^((?:19|20)\d\d)年?度?$")
_MONTH = re.compile(r"^(\d{1,2}|十[一二]?|[一二三四五六七八九])月份?$")
_IN_WORDS = {word: f"{number:02}" for number, word in enumerate("一 二 三 四 五 六 七 八 九 十 十一 十二".split(), 1)}
_ALL = re.compile(r"^(?:全部|所有|不限|全年|请选择|历年|年份|月份)\w{0,2}$")
_TAGS = ("a", "li", "span", "button", "option", "dd", "em", "div", "td")
_MIN_MONTHS = 3
_MAX_CHARS = 5


def other_period(page: WebPage, days: Iterable[str]) -> str | None:
    """The label of a year or month whose documents the page shows only on request, while all of the list's entries are
    of one other; None if there is none. `days`: the entries' dates, yyyy-mm-dd.

    Where 全部 stands beside the tabs, or the entries are of several years, the tabs only narrow the list.
    """
    dates = set(days)
    years, months = {day[:4] for day in dates}, {day[5:7] for day in dates}
    found: dict[str, HtmlElement] = {}
    for element in page.tree.iter(*_TAGS):
        words = words_of(element, _MAX_CHARS) if len(element) <= 1 else ""
        if words and len(words) <= _MAX_CHARS and (_YEAR.match(words) or _MONTH.match(words)):
            found.setdefault(words, element)
    for pattern, own, least in ((_YEAR, years, 1), (_MONTH, months, _MIN_MONTHS)):
        others = [words for words, element in found.items() if _is_other(words, pattern, own, element, page)]
        if len(own) <= 1 and len(others) >= least and not any(_narrows(found[words]) for words in others):
            return others[0]
    return None


def _is_other(words: str, pattern: re.Pattern[str], own: set[str], element: HtmlElement, page: WebPage) -> bool:
    match = pattern.match(words)
    if match is None or _IN_WORDS.get(match[1], match[1].zfill(2)) in own or slides(element):
        return False
    inner = element[0] if len(element) else element
    target = absolute(element.get("href") or "", base_url(page)) or ""
    # Another query shows another part of the same list; another folder is a list of its own.
    within = target.partition("?")[0] == page.url.partition("?")[0] and "?" in target and target != page.url
    return within or is_answered(element) or is_answered(inner)


def _narrows(element: HtmlElement) -> bool:
    """Whether a choice of all stands beside the element."""
    parent = element.getparent()
    around = [] if parent is None else [parent, *([] if parent.getparent() is None else [parent.getparent()])]
    return any(_ALL.match(words_of(item)) for block in around for item in block if isinstance(item.tag, str))
