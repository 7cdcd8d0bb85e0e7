"""Further pages of a list that hidden links of its first page name, each once, for a script that loads them:
`<div style="display:none"><a href="index_2420_2.html"></a><a href="index_2420_1.html"></a></div>`.

Published crawlers request such pages of two ministries, read in November 2026; they hold rows alone.
"""

import re

from lxml.html import HtmlElement

from etl.outside import digits
from etl.platforms.elements.element_words import is_hidden, words_of
from etl.platforms.paging.pager_elements import target_of
from etl.web.page import WebPage, base_url
from etl.web.urls import folder_of

_NUMBERED = re.compile(r"(.*)_(\d{1,4})(\.\w{2,5})")


def hidden_pages(page: WebPage) -> list[str]:
    """The absolute addresses of the further pages, in the page's order; empty if no hidden element has links to pages
    of one form in the page's folder, with all numbers from 1 on, and nothing else."""
    for link in page.tree.iter("a"):
        around = link.getparent()
        if around is not None and is_hidden(around) and around[0] is link and (pages := _pages_in(around, page)):
            return pages
    return []


def _pages_in(around: HtmlElement, page: WebPage) -> list[str]:
    urls = [target_of(link, base_url(page)) or "" for link in around.iter("a")]
    named = [_NUMBERED.fullmatch(url) for url in urls]
    numbers = sorted(digits(match[2]) for match in named if match)
    forms = {(match[1], match[3]) if match else None for match in named}
    is_numbered = numbers == list(range(1, len(urls) + 1)) and len(forms) == 1
    in_folder = all(folder_of(url) == folder_of(page.url) for url in urls)
    words = words_of(around)
    return urls if is_numbered and in_folder and (not words or re.fullmatch(r"[\d\W]*", words)) else []
