"""What kind of page it is: a document, a listing of documents, or neither (a stub, a shell, a block page)."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from etl.extract.page.blocks import Blocks
from etl.extract.page.trimming import Body
from etl.extract.types import Attachment, FieldValue, PageKind
from etl.web.page import WebPage

_CHALLENGE = re.compile(
    r"Virtual Container Shield|__jsl_clearance|_\$jsvmp|\$_ts\s*=|请开启JavaScript|安全验证|访问被拦截"
    r"|网站防火墙|Access Denied|"
    r"http-equiv=[\"']?refresh|(?:window|document|self|top)\.location(?:\.href)?\s*=|location\.replace\(",
    re.IGNORECASE,
)
_ERROR_NOTICE = re.compile(
    "(?:页面|网页|网址|地址|内容|文件|信息|资源|栏目).{0,8}(?:不存在|已删除|已被删除|已移除|找不到|无法找到)|(?:页面|网站).{0,6}(?:维护|升级)中?"
    "|(?:访问|请求).{0,8}(?:被阻断|被拦截|设置拦截|被拒绝|被禁止)|地区无法访问"
)
_MAX_NOTICE_CHARS = 200
"""Characters of the text that an error page has at most."""
_DATED = re.compile(r"(?<!\d)(?:(?:19|20)\d\d[-/.年]\s*)?\d{1,2}[-/.月]\s*\d{1,2}日?(?!\d)")
_SENTENCE = re.compile("[，。；！？]")
_DOCUMENT_PATH = re.compile(r"(?:\d{5,}|[0-9a-f]{32})(?:\.s?html?|\.jhtml)?$")
"""The last part of a document's address in every known family: a long number, or 32 hex digits."""
_LIST_PATH = re.compile(r"/(?:column|col|channel|list)/\w+/?$|/(?:node|list|col|column|channel)_?\d+\.\w+$")
MIN_TEXT_CHARS = 60
_PROSE_CHARS, _SENTENCE_CHARS = 80, 30
_MANY_LINKS = 8
_SEVERAL_ROWS = 5
_SUMMARY_CHARS = 80
"""Characters of the summary that a listing may print below a title."""
_MAX_OWN_NUMBERS = 2
"""Different numbers that the header of one document may state: its own, and one that it replaces."""


@dataclass(frozen=True, slots=True)
class PageVerdict:
    kind: PageKind
    reason: str


def classify_page(
    page: WebPage,
    blocks: Blocks,
    body: Body,
    text: str,
    fields: Mapping[str, FieldValue],
    files: tuple[Attachment, ...],
    evidence: Iterable[FieldValue],
) -> PageVerdict:
    """The kind of a page. Evidence in order: header fields, prose with a date, rows of links, the rest.

    A listing names many published dates and numbers where a document names its own.
    """
    visible = blocks.nodes[0].text_chars
    dated = "published_date" in fields or "written_date" in fields
    if not dated and min(len(text), visible) < _MAX_NOTICE_CHARS and _ERROR_NOTICE.search(_visible_text(blocks, text)):
        return PageVerdict("stub", "an error instead of a document")
    path = urlsplit(page.url).path
    detail = _DOCUMENT_PATH.search(path) is not None and not _LIST_PATH.search(path)
    if "<recordset>" in page.text and not detail and len(text) < MIN_TEXT_CHARS:
        return PageVerdict("listing", "rows in a script of data")
    if visible < MIN_TEXT_CHARS and len(text) < MIN_TEXT_CHARS and not files:
        if _CHALLENGE.search(page.text[:20_000]):
            return PageVerdict("stub", "redirect or challenge script instead of a document")
        return PageVerdict("stub", f"{visible} characters of visible text")
    named = Counter(name for name, _ in {(e.name, e.value) for e in evidence if e.origin in ("header", "subheading")})
    dates = named["published_date"]
    for name in ("index_number", "document_number"):
        if name in fields and fields[name].origin in ("header", "json") and named[name] <= _MAX_OWN_NUMBERS:
            return PageVerdict("document", "header fields")
    date = fields.get("published_date") or fields.get("written_date")
    labelled_date = dates <= 2 and bool(
        date and (date.label or date.origin == "json" or (detail and date.origin == "subheading"))
    )
    rows, links = _count_rows(blocks)
    prose = _count_prose(blocks, body, text)
    headline = "title" in fields and fields["title"].rule != "page title"
    cards = max(dates, named["index_number"], named["document_number"]) > _MAX_OWN_NUMBERS
    many = (rows >= _SEVERAL_ROWS and prose < rows * (30 if detail else _SUMMARY_CHARS)) or (
        rows + links >= 2 * _MANY_LINKS and prose < _PROSE_CHARS
    )
    many = many or (cards and not detail and rows + links >= _SEVERAL_ROWS and prose < (rows + links) * _SUMMARY_CHARS)
    if many and not (labelled_date and headline):
        if detail:
            return PageVerdict("stub", f"{rows + links} rows of links at the address of a document")
        return PageVerdict("listing", f"{rows + links} rows of links")
    if prose >= _PROSE_CHARS and date:
        return PageVerdict("document", "prose with a date")
    if labelled_date and "title" in fields:
        return PageVerdict("document", "title and date")
    if files and date:
        return PageVerdict("document", "attached files and a date")
    if prose >= _PROSE_CHARS and (detail or links < _MANY_LINKS or prose > links * _SUMMARY_CHARS):
        return PageVerdict("document", "prose")
    if date and "title" in fields:
        return PageVerdict("document", "title and date")
    if detail and headline and prose >= _SENTENCE_CHARS and links < _MANY_LINKS:
        return PageVerdict("document", "title and a sentence")
    menus = sum(1 for a in blocks.anchors if a.hidden_by < 0)
    if rows and not detail:
        return PageVerdict("listing", f"{rows} rows of links at the address of a list")
    if links >= _MANY_LINKS or rows >= _SEVERAL_ROWS or (menus >= 2 * _MANY_LINKS and not detail):
        return PageVerdict("listing", f"{rows + links} rows of links, {menus} links")
    return PageVerdict("stub", "no text, no fields, no list")


def _visible_text(blocks: Blocks, text: str) -> str:
    """What an error page can say at most: all that is seen of a short page, the text of one inside the site's frame."""
    if blocks.nodes[0].text_chars >= _MAX_NOTICE_CHARS:
        return text
    return " ".join(b.plain for _, b in blocks.visible_blocks(0, len(blocks.blocks)))


def _count_rows(blocks: Blocks) -> tuple[int, int]:
    """(rows of a link with a date, other long linked lines)."""
    dated = links = 0
    for block in blocks.blocks:
        if block.hidden_by >= 0 or block.link_chars < 8 or len(block.text) > 200:
            continue
        if _DATED.search(block.text):
            dated += 1
        elif block.link_chars * 2 > len(block.text) and block.link_chars > 14:
            links += 1
    return dated, links


def _count_prose(blocks: Blocks, body: Body, text: str) -> int:
    inside = [b for _, b in blocks.visible_blocks(body.first, body.last, body.revealed)]
    found = sum(len(b.text) for b in inside if b.link_chars * 3 < len(b.text) and _SENTENCE.search(b.text))
    return found or (len(text) if not inside else 0)
