"""What kind of page it is: a document, a listing of documents, or neither (a stub, a shell, a block page)."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from etl.extract.page.blocks import Blocks
from etl.extract.page.trimming import Body
from etl.extract.types import Attachment, FieldValue, Kind
from etl.web.page import WebPage

_CHALLENGE = re.compile(
    r"Virtual Container Shield|__jsl_clearance|_\$jsvmp|\$_ts\s*=|请开启JavaScript|安全验证|访问被拦截"
    r"|网站防火墙|Access Denied|"
    r"http-equiv=[\"']?refresh|(?:window|document|self|top)\.location(?:\.href)?\s*=|location\.replace\(",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    "(?:页面|网页|网址|地址|内容|文件|信息|资源|栏目).{0,8}(?:不存在|已删除|已被删除|已移除|找不到|无法找到)|(?:页面|网站).{0,6}(?:维护|升级)中?"
    "|(?:访问|请求).{0,8}(?:被阻断|被拦截|设置拦截|被拒绝|被禁止)|地区无法访问"
)
_NOTICE = 200
"""Characters of the text that an error page has at most."""
_DATED = re.compile(r"(?<!\d)(?:(?:19|20)\d\d[-/.年]\s*)?\d{1,2}[-/.月]\s*\d{1,2}日?(?!\d)")
_SENTENCE = re.compile("[，。；！？]")
_DETAIL = re.compile(r"(?:\d{5,}|[0-9a-f]{32})(?:\.s?html?|\.jhtml)?$")
"""The last part of a document's address in every known family: a long number, or 32 hex digits."""
_COLUMN = re.compile(r"/(?:column|col|channel|list)/\w+/?$|/(?:node|list|col|column|channel)_?\d+\.\w+$")
_SHELL = 60
_SOME_PROSE, _FEW_WORDS = 80, 30
_MANY = 8
_SEVERAL = 5
_SUMMARY = 80
"""Characters of the summary that a listing may print below a title."""
_OWN_NUMBERS = 2
"""Different numbers that the header of one document may state: its own, and one that it replaces."""


@dataclass(frozen=True, slots=True)
class Judged:
    kind: Kind
    reason: str


def judge(
    page: WebPage,
    blocks: Blocks,
    body: Body,
    text: str,
    fields: Mapping[str, FieldValue],
    files: tuple[Attachment, ...],
    evidence: Iterable[FieldValue],
) -> Judged:
    """The kind of a page. Evidence in order: header fields, prose with a date, rows of links, the rest.

    A listing names many published dates and numbers where a document names its own.
    """
    visible = blocks.nodes[0].size
    dated = "published_date" in fields or "written_date" in fields
    if not dated and min(len(text), visible) < _NOTICE and _REFUSED.search(_shown(blocks, text)):
        return Judged("stub", "an error instead of a document")
    path = urlsplit(page.url).path
    detail = _DETAIL.search(path) is not None and not _COLUMN.search(path)
    if "<recordset>" in page.text and not detail and len(text) < _SHELL:
        return Judged("listing", "rows in a script of data")
    if visible < _SHELL and len(text) < _SHELL and not files:
        if _CHALLENGE.search(page.text[:20_000]):
            return Judged("stub", "redirect or challenge script instead of a document")
        return Judged("stub", f"{visible} characters of visible text")
    named = Counter(name for name, _ in {(e.name, e.value) for e in evidence if e.origin in ("header", "subheading")})
    dates = named["published_date"]
    for name in ("index_number", "document_number"):
        if name in fields and fields[name].origin in ("header", "json") and named[name] <= _OWN_NUMBERS:
            return Judged("document", "header fields")
    date = fields.get("published_date") or fields.get("written_date")
    labelled_date = dates <= 2 and bool(
        date and (date.label or date.origin == "json" or (detail and date.origin == "subheading"))
    )
    rows, links = _rows(blocks)
    prose = _prose(blocks, body, text)
    headline = "title" in fields and fields["title"].rule != "page title"
    cards = max(dates, named["index_number"], named["document_number"]) > _OWN_NUMBERS
    many = (rows >= _SEVERAL and prose < rows * (30 if detail else _SUMMARY)) or (
        rows + links >= 2 * _MANY and prose < _SOME_PROSE
    )
    many = many or (cards and not detail and rows + links >= _SEVERAL and prose < (rows + links) * _SUMMARY)
    if many and not (labelled_date and headline):
        if detail:
            return Judged("stub", f"{rows + links} rows of links at the address of a document")
        return Judged("listing", f"{rows + links} rows of links")
    if prose >= _SOME_PROSE and date:
        return Judged("document", "prose with a date")
    if labelled_date and "title" in fields:
        return Judged("document", "title and date")
    if files and date:
        return Judged("document", "attached files and a date")
    if prose >= _SOME_PROSE and (detail or links < _MANY or prose > links * _SUMMARY):
        return Judged("document", "prose")
    if date and "title" in fields:
        return Judged("document", "title and date")
    if detail and headline and prose >= _FEW_WORDS and links < _MANY:
        return Judged("document", "title and a sentence")
    menus = sum(1 for a in blocks.anchors if a.hidden < 0)
    if rows and not detail:
        return Judged("listing", f"{rows} rows of links at the address of a list")
    if links >= _MANY or rows >= _SEVERAL or (menus >= 2 * _MANY and not detail):
        return Judged("listing", f"{rows + links} rows of links, {menus} links")
    return Judged("stub", "no text, no fields, no list")


def _shown(blocks: Blocks, text: str) -> str:
    """What an error page can say at most: all that is seen of a short page, the text of one inside the site's frame."""
    if blocks.nodes[0].size >= _NOTICE:
        return text
    return " ".join(b.plain for _, b in blocks.seen(0, len(blocks.blocks)))


def _rows(blocks: Blocks) -> tuple[int, int]:
    """(rows of a link with a date, other long linked lines)."""
    dated = links = 0
    for block in blocks.blocks:
        if block.hidden >= 0 or block.linked < 8 or len(block.text) > 200:
            continue
        if _DATED.search(block.text):
            dated += 1
        elif block.linked * 2 > len(block.text) and block.linked > 14:
            links += 1
    return dated, links


def _prose(blocks: Blocks, body: Body, text: str) -> int:
    inside = [b for _, b in blocks.seen(body.first, body.last, body.inside)]
    found = sum(len(b.text) for b in inside if b.linked * 3 < len(b.text) and _SENTENCE.search(b.text))
    return found or (len(text) if not inside else 0)
