"""Titles that stand beside the links of rows: cards whose picture is the link, links that only say 查看."""

import re
from collections.abc import Callable
from itertools import islice

from lxml.html import HtmlElement

from etl.platforms.elements.surroundings import boxes_around
from etl.platforms.rows.row_texts import CUT_BY, HEADINGS, is_value, link_title, may_be_title, text_in
from etl.web.page import WebPage

NO_TITLE = re.compile(r"^(?:查看|点击|阅读)?(?:详情|详细|全文|查看|下载|更多|进入|原文|more)?\W*$", re.IGNORECASE)
_VERB, _MAX_VERB = re.compile(r"^\W*+(?:点击)?(?:查看|阅读|浏览|进入)(?:详情|详细|全文|原文)?\W*+"), 20
MIN_TITLE_BESIDE, _MAX_ABOVE, _MAX_LINKS = 5, 2, 20
"""Minimum length of a title beside a link, or of a link to another site, as shorter link texts are 下一页 and 更多;
number of elements around a link that are searched for a title; maximum number of links in one of them: what has more
are many rows, which each of their links would search."""

IsDocument = Callable[[HtmlElement], bool]


def longest_title(block: HtmlElement, texts: list[str]) -> str:
    """The title among a block's texts: a heading, else the longest text that is neither a sentence nor a truncated
    summary; "" if there is none."""
    headings = [text for item in block.iter(*HEADINGS) if may_be_title(text := text_in(item))]
    named = [text for text in texts if not is_value(text)] or [text for text in texts if may_be_title(text)]
    plain = [text for text in named if not text.endswith(("。", *CUT_BY))]
    candidates = (text for some in (headings, plain, named) for text in sorted(some, key=len, reverse=True))
    return next((text for text in candidates if not NO_TITLE.match(text)), "")


def title_wordless(page: WebPage, is_document: IsDocument = lambda _: True, *, or_verbs: bool = False) -> None:
    """Gives document links without words the title beside them, as in cards whose picture or whole area is the link;
    with `or_verbs` also links that only say 查看. Rows with another link that has words are left alone."""
    names = _names if or_verbs else link_title
    for link in page.tree.iter("a"):
        # The expensive checks come last.
        if link.get("title") or len((link.text or "").strip()) > _MAX_VERB or not link.get("href"):
            continue
        if not is_document(link) or names(link):
            continue
        for row in boxes_around(link, _MAX_ABOVE):
            links = list(islice(row.iter("a"), _MAX_LINKS + 1))
            if len(links) > _MAX_LINKS or any(map(names, links)):
                break
            texts = [text for piece in row.itertext() if (text := " ".join(piece.split()))]
            title = (row.get("title") or "").strip() or longest_title(row, texts)
            if len(title) >= MIN_TITLE_BESIDE:
                link.set("title", title)
                break


def _names(link: HtmlElement) -> bool:
    """Whether a link's words may be a title: they are more than 查看."""
    words = link_title(link)
    return words != "" and _VERB.fullmatch(words) is None
