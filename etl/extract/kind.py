"""What kind of page it is: a document, a listing of documents, or neither (a stub, a shell, a block page)."""

import re
from dataclasses import dataclass

from etl.extract.blocks import Blocks
from etl.extract.text import Body
from etl.extract.types import Attachment, FieldValue, Kind
from etl.web.page import WebPage

_CHALLENGE = re.compile(
    r"Virtual Container Shield|__jsl_clearance|_\$jsvmp|\$_ts\s*=|请开启JavaScript|安全验证|访问被拦截|当前访问疑似|网站防火墙|Access Denied|"
    r"http-equiv=[\"']?refresh|(?:window|document|self|top)\.location(?:\.href)?\s*=|location\.replace\("
    , re.IGNORECASE,
)
_DATE = re.compile(r"(?:(?:19|20)\d\d[-/.年]\s*)?\d{1,2}[-/.月]\s*\d{1,2}")
_SHORT = 60


@dataclass(frozen=True, slots=True)
class Judged:
    kind: Kind
    reason: str


def judge(
    page: WebPage, blocks: Blocks, body: Body, text: str, fields: dict[str, FieldValue], files: tuple[Attachment, ...]
) -> Judged:
    """The kind of a page, with its reason."""
    root = blocks.nodes[0] if blocks.nodes else None
    visible = root.size if root else 0
    if visible < _SHORT and len(text) < _SHORT:
        if _CHALLENGE.search(page.text[:20_000]):
            return Judged("stub", "redirect or challenge script instead of a document")
        if not files:
            return Judged("stub", f"{visible} characters of visible text")
    linked = root.linked if root else 0
    strong = [n for n in ("index_number", "document_number", "written_date") if n in fields and fields[n].origin in ("header", "json")]
    dated = any(n in fields for n in ("published_date", "written_date"))
    items = sum(1 for _, b in blocks.seen(0, len(blocks.blocks)) if b.linked * 2 > len(b.text) and len(b.text) > 12)
    prose = root.prose if root else 0
    if len(text) >= 200 and (strong or dated):
        return Judged("document", "text with a date or header fields")
    if strong:
        return Judged("document", "header fields")
    if files and dated:
        return Judged("document", "date and attached files")
    if items >= 8 and linked * 2 > visible and prose * 4 < visible:
        return Judged("listing", f"{items} linked lines, little prose")
    if dated and "title" in fields:
        return Judged("document", "title and date")
    if len(text) >= 200 and prose * 3 > visible:
        return Judged("document", "mostly prose")
    if items >= 5:
        return Judged("listing", f"{items} linked lines")
    if len(text) >= 100:
        return Judged("document", "text")
    return Judged("stub", "neither text, fields nor lists")
