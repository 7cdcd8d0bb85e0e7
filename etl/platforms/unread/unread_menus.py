"""Menus of a page that name lists and do not say where they are: a script knows it, or a service."""

import re
from collections.abc import Iterator
from itertools import groupby

from lxml.html import HtmlElement

from etl.platforms.elements.columns import names_disclosure
from etl.platforms.elements.element_words import words_of
from etl.platforms.elements.list_addresses import is_of_menu
from etl.platforms.elements.menus import MAX_NAME, MIN_ITEMS, named_links
from etl.web.markup import uncommented_script
from etl.web.page import WebPage

_ITEMS = ("li", "a", "div", "span", "p", "dd", "dt", "button")
_ADDRESS_IN_CODE = re.compile(r"""["'`]((?:https?:/)?/?[\w./-]{2,200}(?:\?[^"'`\s]{0,200})?)["'`]""")
_NO_SERVICE = re.compile(
    r"\.(?:js|css|png|gif|jpe?g|svg|ico|woff2?)(?:\?|$)|(?:^|/)_?(?:css|res|js)\w*/", re.IGNORECASE
)
_NO_ITEM = re.compile(r"[。；，:：]|\d年|(?:名称|标题|日期|时间|[文字]号|索引号|机构|类别|操作)$")
"""A line of a text, the heading of a column of a list, or a label of a document."""
_MAX_SHOWN = 3


def unread_menus(page: WebPage) -> Iterator[str]:
    """The first items of each menu that leads nowhere, and each address from which a script may load a menu."""
    linked = {link.name for link in named_links(page)}
    for parent in page.tree.iter("ul", "ol", "div", "dl", "td", "nav"):
        for _, group in groupby(parent, key=lambda element: element.tag):
            names = [words_of(item) for item in group if _is_item(item)]
            disclosing = sum(map(names_disclosure, names))
            if len(names) >= MIN_ITEMS and 2 * disclosing > len(names) and linked.isdisjoint(names):
                yield f"{parent.tag}: {', '.join(names[:_MAX_SHOWN])} …"
    for script in page.elements["script"]:
        code = script.text or ""
        for address in _ADDRESS_IN_CODE.findall(uncommented_script(code)) if "/" in code else ():
            if "/" in address and is_of_menu(address) and not _NO_SERVICE.search(address):
                yield address


def _is_item(element: HtmlElement) -> bool:
    words = words_of(element, MAX_NAME) if element.tag in _ITEMS else ""
    return 1 < len(words) <= MAX_NAME and not _NO_ITEM.search(words)
