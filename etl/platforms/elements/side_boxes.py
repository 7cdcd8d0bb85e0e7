"""Boxes beside lists, recognised by their names (`side`, `hot-news`) and headlines (最新信息, 点击排行)."""

import re
from itertools import islice

from lxml.html import HtmlElement

from etl.platforms.elements.element_words import is_hidden, words_of
from etl.platforms.elements.surroundings import boxes_around

_NAMES = re.compile(
    r"(?:^|[\s_-])(?:side(?:bar)?|aside|hot\w{0,6}|recommend\w{0,6}|tuijian|relat\w{0,6}|rank\w{0,4}|phb|latest|newest)(?:$|[\s_-]|\d)",
    re.IGNORECASE,
)
_HEADLINE = re.compile(
    r"^\W*(?:最新(?:(?:公开)?信息|公开|动态|发布|公告|更新|消息|资讯|推荐)?|热[点门]\w{0,4}|(?:相关|推荐)\w{0,4}|猜你喜欢|(?:点击|阅读|信息|浏览|热文)排行榜?|"
    r"大家(?:都)?在[看搜])\W*(?:更多|more)?\W*$",
    re.IGNORECASE,
)
_LISTS = ("ul", "ol", "dl", "table", "tbody")
_MAX_ABOVE, _MAX_BEFORE, _MAX_HEADLINE = 12, 2, 14


def is_in_side_box(element: HtmlElement) -> bool:
    """Whether the element is in a box beside a list."""
    for above in boxes_around(element, _MAX_ABOVE):
        if _NAMES.search(f"{above.get('class') or ''} {above.get('id') or ''}"):
            return True
        before = (item for item in islice(above.itersiblings(preceding=True), _MAX_BEFORE) if isinstance(item.tag, str))
        if any(_HEADLINE.match(words_of(item, _MAX_HEADLINE)) and not _heads_own_list(item) for item in before):
            return True
    return False


def is_aside(element: HtmlElement) -> bool:
    """Whether rows are in a box beside the list, or in one that is not shown: a fold, or the panel of another tab."""
    return is_in_side_box(element) or any(map(is_hidden, boxes_around(element, _MAX_ABOVE)))


def _heads_own_list(block: HtmlElement) -> bool:
    """Whether a block is a whole box, whose own list is still empty: its headline is not that of what follows."""
    lists = (inner for inner in block.iter(*_LISTS, "div") if inner.tag in _LISTS or inner.get("id"))
    return any(not words_of(inner, _MAX_HEADLINE) for inner in lists)
