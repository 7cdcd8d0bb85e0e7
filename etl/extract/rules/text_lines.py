"""The fields of a document, read from whatever the page states them with.

Order in which disagreeing evidence is resolved (`ORDER`): the header table; the line under the title and the lines
below the text; JSON and hidden inputs that the page's scripts show; the text itself (red header, last lines,
signature); the title. `<meta>` tags are kept as evidence only, except for the title: their PubDate is often the day on
which the page was generated, and their keywords and source are not what the page shows.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from etl.extract.lexicon.document_number import number_in_title, whole_number
from etl.extract.lexicon.labels import labelled, squash, whole_label
from etl.extract.lexicon.values import make
from etl.extract.page.blocks import Block, Blocks
from etl.extract.page.trimming import asks
from etl.extract.rules.header import Scan
from etl.extract.types import FieldValue
from etl.fields import DATE_FIELDS

_DATE_LINE = re.compile(
    r"^[\s\[【(（]*((?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?)"
    r"\s*(?:[T ]?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?(?=$|[\s\]】)）|丨]|[\u4e00-\u9fff])"
)


def _among_cells(blocks: Blocks, block: Block) -> bool:
    return block.row >= 0 and blocks.nodes[block.row].last - blocks.nodes[block.row].first > 1


def read_lines(scan: Scan, title: str) -> list[FieldValue]:
    """What stands unlabelled between the title and the text: a date, a 文号 on a line of its own."""
    found: list[FieldValue] = []
    blocks = scan.blocks
    wanted = squash(title)
    near = [i for i, _ in blocks.seen(max(0, scan.body.first - 25), scan.body.first, scan.body.inside)]
    seen_title = False
    for index in near:
        block = blocks.blocks[index]
        text = block.plain.strip()
        key = squash(text)
        if wanted and len(key) > 5 and (key in wanted or wanted in key):
            seen_title = True
        before = blocks.blocks[index - 1].plain.rstrip(" ：:") if index else ""
        beside = whole_label(before) is not None or (len(before) < 10 and before.endswith(("时间", "日期")))
        number = None if beside or _among_cells(blocks, block) else whole_number(text)
        if number and block.linked * 2 <= len(text) and not asks(blocks, block.node, scan.body):
            value, _ = make("document_number", number, "", "header", "line of its own above the text")
            if value:
                found.append(replace(value, confidence=0.85))
            continue
        match = (
            (not _ADOPTED.search(text) and _DATE_LINE.match(text))
            or _timed(block.text, text)
            or _NAME_AND_DATE.match(text)
        )
        near_title = seen_title and not beside and len(text) < 100 and block.linked * 2 <= len(text)
        if match and near_title and not asks(blocks, block.node, scan.body):
            value, _ = make("published_date", match.group(1), "", "subheading", "date under the title", scan.not_after)
            if value:
                found.append(replace(value, confidence=0.7))
    return found


_NAME_AND_DATE = re.compile(
    r"^[\u4e00-\u9fff《》（）() ]{2,30}[ |]((?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2})(?=$|\s*[\[【|])"
)
_ADOPTED = re.compile("通过|公布|施行|修订|修正|批准|印发")
"""What the line below the headline of a rule says of its date, which is no day of publication on the site."""
_TIMED = re.compile(r"((?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?)\s+\d{1,2}[:：]\d{2}")


def _timed(line: str, text: str) -> re.Match[str] | None:
    """A date with its time of day inside a line whose labels name other things: `来源：甲 2023-05-09 08:30 浏览：5`."""
    found = _TIMED.search(text)
    if found and any(
        item.name in DATE_FIELDS or item.label in ("开始日期", "结束日期", "截止日期") for item in labelled(line)
    ):
        return None
    return found


_BODY_LABELS = {"公开方式": "disclosure_method", "公开形式": "disclosure_method", "公开属性": "disclosure_method"}
_SIGNATURE = re.compile(
    r"^(?:[\u4e00-\u9fff、（）() ]{2,40}\s)?((?:19|20)\d\d年\d{1,2}月\d{1,2}日"
    r"|[一二][〇○零O0一二三四五六七八九]{3}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十廿]{1,3}日)(?:印发)?$"
)


def read_body(scan: Scan) -> list[FieldValue]:
    """What the text itself says in the places where documents say it: red header, signature, labelled last lines."""
    found: list[FieldValue] = []
    inside = [b for _, b in scan.blocks.seen(scan.body.first, scan.body.last, scan.body.inside)]
    for block in inside[:8]:
        own = not (block.linked or _among_cells(scan.blocks, block))
        if number := whole_number(block.plain.strip()) if own else None:
            value, _ = make("document_number", number, "", "body", "red header")
            if value:
                found.append(value)
            break
    for block in inside[-3:]:
        if block.linked and (number := whole_number(block.plain.strip())):
            value, _ = make("document_number", number, "", "body", "name of the attached document")
            if value:
                found.append(replace(value, confidence=0.5))
        for item in labelled(block.text):
            if item.label in _BODY_LABELS and item.leads:
                value, _ = make(_BODY_LABELS[item.label], item.value, item.label, "body", "labelled last line")
                if value and len(value.value) <= 12:
                    found.append(value)
    for block in reversed(inside[-12:]):
        match = _SIGNATURE.match(re.sub(r"\s+", "", block.plain))
        if match:
            value, _ = make("written_date", match.group(1), "", "body", "date of the signature", scan.not_after)
            if value:
                found.append(value)
            break
    return found


def from_title(title: str) -> list[FieldValue]:
    number = number_in_title(title)
    if not number:
        return []
    value, _ = make("document_number", number, "", "title", "number in the title")
    return [value] if value else []


_META = {
    "articletitle": "title", "pubdate": "published_date", "contentsource": "source", "keywords": "keywords",
    "publishdate": "published_date", "author": "source",
}  # fmt: skip


def read_meta(metas: Iterable[tuple[str, str]], not_after: date | None = None) -> list[FieldValue]:
    found: list[FieldValue] = []
    for key, content in metas:
        name = _META.get(key.lower())
        if name and content.strip():
            value, _ = make(name, content, key, "meta", "meta tag", not_after)
            if value:
                found.append(value)
    return found


def read_embedded(fields: Mapping[str, tuple[str, str]], not_after: date | None = None) -> list[FieldValue]:
    found: list[FieldValue] = []
    for name, (raw, path) in fields.items():
        value, _ = make(name, raw, path, "json", "data in the page", not_after)
        if value:
            found.append(value)
    return found
