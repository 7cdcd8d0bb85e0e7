"""The links of a list's rows: which of them lead to documents, and which of a row's links is that of its document."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from lxml.html import HtmlElement

from etl.file_names import FILE_ENDING
from etl.platforms.rows.row_texts import link_title, text_in
from etl.platforms.rows.titles_beside import IsDocument, title_wordless
from etl.web.page import WebPage, absolute

_EXPLAINS = re.compile(r"解读|图解|问答|一图读懂|一图看懂")
COMPANION = re.compile(
    r"^\W*(?:(?:相关|政策|文字|图文|图片|视频|专家|媒体|部门|新闻)?(?:解读|图解|问答)(?:材料|文件)?|一[图张]\w{0,2}[读看]懂)\W*$"
)
"""Words of links to explanations of a row's document: they are in its row, and are not rows themselves."""
_IN_BRACKETS = re.compile(r"^[\[【(（〔][^\[\]【】()（）〔〕]*[\]】)）〕]$")
_AGENCY = re.compile(
    r"^(?!.*(?:关于|成立|设立))[\u4e00-\u9fff]{2,20}(?:[局委办厅院署乡镇]|委员会|办公室|政府|街道|中心)$"
)
_PAGE, _FILE = re.compile(r"\d[^/?]*\.s?html?$"), re.compile(rf"\.{FILE_ENDING}(?:$|[?#])", re.IGNORECASE)
_MIN_COMPANION_TITLE, _MAX_ABOVE, _MAX_BESIDE = 8, 2, 8


def links_by_address(page: WebPage, base: str, is_document: IsDocument) -> dict[str, list[HtmlElement]]:
    """Links with words to documents, by the document's address: icons beside a title are left out."""
    links: dict[str, list[HtmlElement]] = {}
    title_wordless(page, is_document)
    for link in links_with_words(page.tree):
        if is_document(link) and not COMPANION.match(text_in(link)) and (address := address_of(link, base)):
            links.setdefault(address, []).append(link)
    # 《关于…的通知》政策解读 beside the document itself is not a separate row.
    documents = {link for some in links.values() for link in some} if _EXPLAINS.search(page.text) else set()
    for address, of_one in list(links.items()) if documents else ():
        if all(_EXPLAINS.search(text_in(link)) and _is_beside_its_document(link, documents) for link in of_one):
            del links[address]
    return links


def _is_beside_its_document(link: HtmlElement, documents: set[HtmlElement]) -> bool:
    """Whether a link to another document is near, with a title that the link's own words contain."""
    words = text_in(link)
    near = (
        other for above in islice(link.iterancestors(), _MAX_ABOVE) for other in islice(above.iter("a"), _MAX_BESIDE)
    )
    titles = (link_title(other) for other in near if other is not link and other in documents)
    return any(len(title) >= _MIN_COMPANION_TITLE and title != words and title in words for title in titles)


def main_link(links: Sequence[HtmlElement]) -> HtmlElement | None:
    """The link of a row's document: the first one with half as many words as the longest. Links of the row's column or
    agency may stand before it ([部门文件]), longer names of explanations behind it (《…》政策解读). Neither agencies
    count nor files behind the link to a page, however long their names are."""
    hrefs = [link.get("href") or "" for link in links]
    page = next((place for place, href in enumerate(hrefs) if _PAGE.search(href)), len(links))
    words = [0 if _is_beside(title) else len(title) for title in map(link_title, links)]
    words = [0 if place > page and _FILE.search(hrefs[place]) else count for place, count in enumerate(words)]
    most = max(words, default=0)
    return next((link for link, count in zip(links, words, strict=True) if 2 * count >= most), None)


def _is_beside(title: str) -> bool:
    """Whether a link is one to a column or an agency, by its title."""
    return bool(_IN_BRACKETS.match(title) or _AGENCY.match(title))


def links_with_words(element: HtmlElement) -> Iterator[HtmlElement]:
    """The links in an element that have a title."""
    return (link for link in element.iter("a") if link_title(link))


def address_of(link: HtmlElement, base: str) -> str | None:
    """The absolute address to which a link leads; None if it leads nowhere."""
    href = (link.get("href") or "").strip()
    return absolute(href, base) if href not in ("", "#") else None
