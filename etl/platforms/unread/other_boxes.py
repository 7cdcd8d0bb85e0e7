"""Boxes of other lists on a page: 热点新闻, the newest entries of 部门动态. If their addresses have the same form as
those of the list, only the position of their links distinguishes them.
"""

import re
from collections.abc import Container, Iterator, Set
from itertools import islice, takewhile

from lxml.html import HtmlElement

from etl.platforms.elements.element_words import title_of, words_of
from etl.platforms.elements.script_links import leads_nowhere
from etl.platforms.elements.side_boxes import is_in_side_box
from etl.platforms.elements.surroundings import boxes_around
from etl.platforms.rows.list_parts import stable_classes
from etl.platforms.rows.row_texts import HEADINGS
from etl.web.page import WebPage, absolute, base_url

_MORE = re.compile(r"更多|more|>>|»", re.IGNORECASE)
_NAME = re.compile(r"[\u4e00-\u9fff]{2}")
_NO_NAME = re.compile(
    r"(?:序号|标题|名称|文件名?|信息名称|文号|发文字号|索引号|日期|时间|来源|发布|成文|生成|公开|机构|单位|部门|操作|状态|\W|\d)+|"
    r"\W*(?:(?:19|20)\d\d年?度?\W*)?(?:\d{1,2}月份?)?\W*"
)
"""Column headings and years: boxes with such headlines are parts of one list."""
_WORDS = re.compile(r"[\u4e00-\u9fff\w]+")
_PARTS = re.compile(r"[>＞»›/|_—–-]+")
_MIN_NAME, _MAX_MORE, _MAX_HEADLINE, _MAX_ABOVE, _MAX_BEFORE = 2, 4, 24, 8, 4


def only_in_other_boxes(page: WebPage, listed: Container[str]) -> set[str]:
    """The addresses linked only by boxes of other lists, provided that the `listed` entries are not in such a box.

    These are boxes with the name of a side box, boxes whose headline leads elsewhere (更多), and, if the page's title
    has the headline of the entries, boxes with a different headline.
    """
    base, links = base_url(page), list[tuple[HtmlElement, str]]()
    for link in page.tree.iter("a"):
        if not leads_nowhere(link) and (address := absolute(link.get("href") or "", base)):
            links.append((link, address))
    own = [link for link, address in links if address in listed]
    if not own or is_in_side_box(own[0]):
        return set()
    holders = {above for link in own for above in link.iterancestors()}
    title = "".join(_WORDS.findall(title_of(page)))
    is_named = any(_is_in_title(name, title) for name in _names_above(own[0]))
    boxes: dict[HtmlElement, bool] = {}
    elsewhere, here = set[str](), set[str]()
    for link, address in links:
        box = _box_of(link, holders)
        if box is None:
            here.add(address)
            continue
        if box not in boxes:
            boxes[box] = is_in_side_box(link) or _is_of_another(box, holders, title if is_named else None)
        (elsewhere if boxes[box] else here).add(address)
    return elsewhere - here


def _box_of(link: HtmlElement, holders: Container[HtmlElement]) -> HtmlElement | None:
    """The largest element around a link that contains no entry; None for a link beside an entry."""
    box = None
    for above in link.iterancestors():
        if above in holders:
            return box
        box = above
    return box


def _is_of_another(box: HtmlElement, holders: Set[HtmlElement], title: str | None) -> bool:
    """Whether a box has a headline with 更多, or one that is not in the page's title although the title names the list.

    Boxes of the same form as that of the list may be parts of it, and so are those of years.
    """
    headline = _headline(box, holders)
    if _MORE.search(headline):
        return True
    form = (box.tag, stable_classes(box))
    alike = any(form == (each.tag, stable_classes(each)) for each in holders if each.getparent() is box.getparent())
    names_a_list = _NAME.search(headline) and not _NO_NAME.fullmatch(headline)
    return bool(title is not None and names_a_list and not alike and not _is_in_title(headline, title))


def _headline(box: HtmlElement, holders: Container[HtmlElement]) -> str:
    """The words before the element with all titles of a box: inside the box, or right before it."""
    titles = [link for link in box.iter("a") if len(words_of(link)) > _MAX_MORE]
    if not titles:
        return ""
    inner = next(above for above in titles[0].iterancestors() if all(above in link.iterancestors() for link in titles))
    words = ""
    for above in (inner, *inner.iterancestors()):
        before = islice(above.itersiblings("*", preceding=True), _MAX_BEFORE)
        items = list(takewhile(lambda item: item not in holders, before))
        words = "".join(words_of(item, _MAX_HEADLINE) for item in reversed(items)) + words
        if above is not box and (parent := above.getparent()) is not None:
            words = "".join((parent.text or "").split()) + words
        if words or above is box:
            break
    if not words and (first := next((item for item in inner if item.tag in (*HEADINGS, "dt")), None)) is not None:
        words = words_of(first, _MAX_HEADLINE)
    return words if len(words) <= _MAX_HEADLINE else ""


def _names_above(link: HtmlElement) -> Iterator[str]:
    """The short texts above an entry, and the last part of a breadcrumb: 当前位置：首页 > 政务公开 > 通知公告."""
    for above in boxes_around(link, _MAX_ABOVE):
        for item in islice(above.itersiblings("*", preceding=True), _MAX_BEFORE):
            words = words_of(item, 4 * _MAX_HEADLINE)
            if len(words) <= 4 * _MAX_HEADLINE:
                yield _PARTS.split(words)[-1]


def _is_in_title(name: str, title: str) -> bool:
    words = "".join(_WORDS.findall(name))
    return len(words) >= _MIN_NAME and words in title
