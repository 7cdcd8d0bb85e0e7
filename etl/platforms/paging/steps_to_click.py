"""What a reader would click on a first page of a list to see more of it, the likeliest first: 下一页, the number 2,
加载更多, an arrow."""

from collections.abc import Iterator

from lxml.html import HtmlElement

from etl.platforms.elements.element_words import is_hidden, label_of
from etl.platforms.paging.pager_elements import is_current, is_disabled, is_in_pager, is_of_videos, slides
from etl.platforms.paging.pager_links import hints_next, says_more, says_next
from etl.platforms.paging.pager_numbers import following_number
from etl.web.page import WebPage

_TAGS = ("a", "button", "input", "span", "li", "img", "em", "i", "div", "p", "td", "font", "area", "b", "svg", "strong")
_MOST = 6


def steps_to_click(page: WebPage) -> list[HtmlElement]:
    """The elements that may lead to the second page of a list, innermost, the likeliest first."""
    steps = dict.fromkeys(element for element in _steps(page) if _may_be_clicked(element))
    return list(steps)[:_MOST]


def _steps(page: WebPage) -> Iterator[HtmlElement]:
    elements = list(page.tree.iter(*_TAGS))
    following = [element for element in elements if says_next(element)]
    yield from _innermost([element for element in following if is_in_pager(element)])
    if (number := following_number(page, first=True)) is not None:
        yield number.element
    yield from _innermost(following)
    yield from _innermost([element for element in elements if says_more(element)])
    yield from _innermost([element for element in elements if hints_next(element)])


def _innermost(elements: list[HtmlElement]) -> Iterator[HtmlElement]:
    """The elements that hold no other of them: a click there is one on all around it."""
    around = {above for element in elements for above in element.iterancestors()}
    yield from (element for element in elements if element not in around)


def _may_be_clicked(element: HtmlElement) -> bool:
    if is_disabled(element) or is_current(element) or slides(element) or is_of_videos(element):
        return False
    return bool(label_of(element) or element.get("class") or element.get("src")) and not any(
        map(is_hidden, (element, *element.iterancestors()))
    )
