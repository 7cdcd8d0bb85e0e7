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

from etl.extract.lexicon.document_number import document_number_in_title, match_document_number
from etl.extract.lexicon.labels import find_labels, label_key, match_label
from etl.extract.lexicon.values import make_evidence
from etl.extract.page.blocks import Block, Blocks
from etl.extract.page.trimming import is_in_search_form
from etl.extract.rules.header import PageContext
from etl.extract.types import FieldValue
from etl.fields import DATE_FIELDS

_DATE_LINE = re.compile(
    r"^[\s\[【(（]*((?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?)"
    r"\s*(?:[T ]?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?(?=$|[\s\]】)）|丨]|[\u4e00-\u9fff])"
)


def _is_beside_cells(blocks: Blocks, block: Block) -> bool:
    return block.row >= 0 and blocks.nodes[block.row].last - blocks.nodes[block.row].first > 1


def read_unlabelled_lines(context: PageContext, title: str) -> list[FieldValue]:
    """What stands unlabelled between the title and the text: a date, a 文号 on a line of its own."""
    found: list[FieldValue] = []
    blocks = context.blocks
    wanted = label_key(title)
    near = [
        i for i, _ in blocks.visible_blocks(max(0, context.body.first - 25), context.body.first, context.body.revealed)
    ]
    seen_title = False
    for index in near:
        block = blocks.blocks[index]
        text = block.plain.strip()
        key = label_key(text)
        if wanted and len(key) > 5 and (key in wanted or wanted in key):
            seen_title = True
        before = blocks.blocks[index - 1].plain.rstrip(" ：:") if index else ""
        beside = match_label(before) is not None or (len(before) < 10 and before.endswith(("时间", "日期")))
        number = None if beside or _is_beside_cells(blocks, block) else match_document_number(text)
        if number and block.link_chars * 2 <= len(text) and not is_in_search_form(blocks, block.node, context.body):
            value, _ = make_evidence("document_number", number, "", "header", "line of its own above the text")
            if value:
                found.append(replace(value, confidence=0.85))
            continue
        match = (
            (not _ADOPTION_WORDS.search(text) and _DATE_LINE.match(text))
            or _date_with_time(block.text, text)
            or _NAME_AND_DATE.match(text)
        )
        near_title = seen_title and not beside and len(text) < 100 and block.link_chars * 2 <= len(text)
        if match and near_title and not is_in_search_form(blocks, block.node, context.body):
            value, _ = make_evidence(
                "published_date", match.group(1), "", "subheading", "date under the title", context.not_after
            )
            if value:
                found.append(replace(value, confidence=0.7))
    return found


_NAME_AND_DATE = re.compile(
    r"^[\u4e00-\u9fff《》（）() ]{2,30}[ |]((?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2})(?=$|\s*[\[【|])"
)
_ADOPTION_WORDS = re.compile("通过|公布|施行|修订|修正|批准|印发")
"""What the line below the headline of a rule says of its date, which is no day of publication on the site."""
_DATE_AND_TIME = re.compile(r"((?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?)\s+\d{1,2}[:：]\d{2}")


def _date_with_time(line: str, text: str) -> re.Match[str] | None:
    """A date with its time of day inside a line whose labels name other things: `来源：甲 2023-05-09 08:30 浏览：5`."""
    found = _DATE_AND_TIME.search(text)
    if found and any(
        item.name in DATE_FIELDS or item.label in ("开始日期", "结束日期", "截止日期") for item in find_labels(line)
    ):
        return None
    return found


_FIELD_OF_LAST_LINE = {
    "公开方式": "disclosure_method",
    "公开形式": "disclosure_method",
    "公开属性": "disclosure_method",
}
_SIGNATURE = re.compile(
    r"^(?:[\u4e00-\u9fff、（）() ]{2,40}\s)?((?:19|20)\d\d年\d{1,2}月\d{1,2}日"
    r"|[一二][〇○零O0一二三四五六七八九]{3}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十廿]{1,3}日)(?:印发)?$"
)


def read_main_text(context: PageContext) -> list[FieldValue]:
    """What the text itself says in the places where documents say it: red header, signature, labelled last lines."""
    found: list[FieldValue] = []
    inside = [b for _, b in context.blocks.visible_blocks(context.body.first, context.body.last, context.body.revealed)]
    for block in inside[:8]:
        own = not (block.link_chars or _is_beside_cells(context.blocks, block))
        if number := match_document_number(block.plain.strip()) if own else None:
            value, _ = make_evidence("document_number", number, "", "body", "red header")
            if value:
                found.append(value)
            break
    for block in inside[-3:]:
        if block.link_chars and (number := match_document_number(block.plain.strip())):
            value, _ = make_evidence("document_number", number, "", "body", "name of the attached document")
            if value:
                found.append(replace(value, confidence=0.5))
        for item in find_labels(block.text):
            if item.label in _FIELD_OF_LAST_LINE and item.at_line_start:
                value, _ = make_evidence(
                    _FIELD_OF_LAST_LINE[item.label], item.value, item.label, "body", "labelled last line"
                )
                if value and len(value.value) <= 12:
                    found.append(value)
    for block in reversed(inside[-12:]):
        match = _SIGNATURE.match(re.sub(r"\s+", "", block.plain))
        if match:
            value, _ = make_evidence(
                "written_date", match.group(1), "", "body", "date of the signature", context.not_after
            )
            if value:
                found.append(value)
            break
    return found


def read_title(title: str) -> list[FieldValue]:
    number = document_number_in_title(title)
    if not number:
        return []
    value, _ = make_evidence("document_number", number, "", "title", "number in the title")
    return [value] if value else []


_FIELD_OF_META = {
    "articletitle": "title", "pubdate": "published_date", "contentsource": "source", "keywords": "keywords",
    "publishdate": "published_date", "author": "source",
}  # fmt: skip


def read_meta(metas: Iterable[tuple[str, str]], not_after: date | None = None) -> list[FieldValue]:
    found: list[FieldValue] = []
    for key, content in metas:
        name = _FIELD_OF_META.get(key.lower())
        if name and content.strip():
            value, _ = make_evidence(name, content, key, "meta", "meta tag", not_after)
            if value:
                found.append(value)
    return found


def read_embedded(fields: Mapping[str, tuple[str, str]], not_after: date | None = None) -> list[FieldValue]:
    found: list[FieldValue] = []
    for name, (raw, path) in fields.items():
        value, _ = make_evidence(name, raw, path, "json", "data in the page", not_after)
        if value:
            found.append(value)
    return found
