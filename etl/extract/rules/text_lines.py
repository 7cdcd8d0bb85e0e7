"""Values without a label: lines around the title, the text's own first and last lines, meta tags, embedded data.

Each function yields readings in page order; `etl.extract.rules.choose` says which evidence wins.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from etl.dates import DATE, SIGNED_DATE, TIME_OF_DAY, YEAR
from etl.document_number import document_number_in_title, match_document_number
from etl.extract.codes import Rule
from etl.extract.lexicon.labels import find_labels, label_key, match_label
from etl.extract.lexicon.values import Reading, ValueRules, make_evidence
from etl.extract.page.blocks import Block, Blocks
from etl.extract.page.trimming import is_in_search_form
from etl.extract.rules.header import PageContext
from etl.fields import DATE_FIELDS

_BLOCKS_ABOVE = 25
"""Blocks above the text among which the line under the title is looked for."""
_MAX_DATE_LINE_CHARS = 100
_DATE_LINE = re.compile(rf"^[\s\[【(（]*({DATE}\s*(?:[T ]?{TIME_OF_DAY})?)(?=$|[\s\]】)）|丨]|[\u4e00-\u9fff])")
_NAME_AND_DATE = re.compile(
    rf"^[\u4e00-\u9fff《》（）() ]{{2,30}}[ |]({YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}})(?=$|\s*[\[【|])"
)
_ADOPTION_WORDS = re.compile("通过|公布|施行|修订|修正|批准|印发")
"""What the line below the headline of a rule says of its date, which is no day of publication on the site."""
_DATE_AND_TIME = re.compile(rf"({DATE}(?:\s+|T){TIME_OF_DAY})")


def read_unlabelled_lines(context: PageContext, title: str) -> Iterator[Reading]:
    """What stands unlabelled between the title and the text: a date, a 文号 on a line of its own."""
    blocks, body = context.blocks, context.body
    title_key = label_key(title)
    below_title = False
    for index, block in blocks.visible_blocks(max(0, body.first - _BLOCKS_ABOVE), body.first, body.revealed):
        text = block.plain.strip()
        key = label_key(text)
        if title_key and len(key) > 5 and (key in title_key or title_key in key):
            below_title = True
        if block.link_chars * 2 > len(text):
            continue
        is_value = _follows_label(blocks, index)
        number = None if is_value or _is_beside_cells(blocks, block) else match_document_number(text)
        if number and not is_in_search_form(blocks, block.node, body):
            yield make_evidence("document_number", number, "", "header", Rule.NUMBER_ABOVE_TEXT)
            continue
        if is_value or not below_title or len(text) >= _MAX_DATE_LINE_CHARS:
            continue
        day = _date_of_line(block, text)
        if day and not is_in_search_form(blocks, block.node, body):
            yield make_evidence("published_date", day, "", "subheading", Rule.DATE_UNDER_TITLE, context.values)


def _follows_label(blocks: Blocks, index: int) -> bool:
    """Whether the block before is a label, or a short word that ends like one of a date."""
    before = blocks.blocks[index - 1].plain.rstrip(" ：:") if index else ""
    return match_label(before) is not None or (len(before) < 10 and before.endswith(("时间", "日期")))


def _is_beside_cells(blocks: Blocks, block: Block) -> bool:
    """Whether the block stands in a table row of several blocks."""
    return block.row >= 0 and blocks.nodes[block.row].last - blocks.nodes[block.row].first > 1


def _date_of_line(block: Block, text: str) -> str | None:
    match = (
        (not _ADOPTION_WORDS.search(text) and _DATE_LINE.match(text))
        or _date_with_time(block.text, text)
        or _NAME_AND_DATE.match(text)
    )
    return match.group(1) if match else None


def _date_with_time(line: str, text: str) -> re.Match[str] | None:
    """A date with its time of day inside a line whose labels name other things: `来源：甲 2023-05-09 08:30 浏览：5`."""
    match = _DATE_AND_TIME.search(text)
    if match and any(
        item.name in DATE_FIELDS or item.label in ("开始日期", "结束日期", "截止日期") for item in find_labels(line)
    ):
        return None
    return match


_FIELD_OF_LAST_LINE = {
    "公开方式": "disclosure_method",
    "公开形式": "disclosure_method",
    "公开属性": "disclosure_method",
}
_MAX_METHOD_CHARS = 12
"""主动公开, 依申请公开, 不予公开: what is longer is a sentence."""
_FIRST_BLOCKS, _LAST_BLOCKS, _SIGNATURE_BLOCKS = 8, 3, 12
"""Blocks of the text among which its number, its labelled last lines, and its signature are looked for."""
_SIGNATURE = re.compile(rf"^(?:[\u4e00-\u9fff、（）() ]{{2,40}}\s)?({SIGNED_DATE})(?:印发)?$")
"""A line without its white space that is a date, or a date of printing."""


def read_main_text(context: PageContext) -> Iterator[Reading]:
    """What the text itself says in the places where documents say it: red header, labelled last lines, signature."""
    body = context.body
    text = [b for _, b in context.blocks.visible_blocks(body.first, body.last, body.revealed)]
    for block in text[:_FIRST_BLOCKS]:
        if block.link_chars or _is_beside_cells(context.blocks, block):
            continue
        if number := match_document_number(block.plain.strip()):
            yield make_evidence("document_number", number, "", "body", Rule.RED_HEADER)
            break
    for block in text[-_LAST_BLOCKS:]:
        yield from _last_line(block, context.values)
    for block in reversed(text[-_SIGNATURE_BLOCKS:]):
        if match := _SIGNATURE.match(re.sub(r"\s+", "", block.plain)):
            yield make_evidence("written_date", match.group(1), "", "body", Rule.SIGNATURE_DATE, context.values)
            break


def _last_line(block: Block, rules: ValueRules) -> Iterator[Reading]:
    if block.link_chars and (number := match_document_number(block.plain.strip())):
        yield make_evidence("document_number", number, "", "body", Rule.ATTACHMENT_NAME)
    for item in find_labels(block.text):
        if item.label in _FIELD_OF_LAST_LINE and item.at_line_start:
            name = _FIELD_OF_LAST_LINE[item.label]
            reading = make_evidence(name, item.value, item.label, "body", Rule.LABELLED_LAST_LINE, rules)
            if reading.value and len(reading.value.value) <= _MAX_METHOD_CHARS:
                yield reading


def read_title(title: str) -> Iterator[Reading]:
    """The 文号 in the title."""
    if number := document_number_in_title(title):
        yield make_evidence("document_number", number, "", "title", Rule.NUMBER_IN_TITLE)


_FIELD_OF_META = {
    "articletitle": "title", "pubdate": "published_date", "contentsource": "source", "keywords": "keywords",
    "publishdate": "published_date", "author": "source",
}  # fmt: skip


def read_meta(tags: Iterable[tuple[str, str]], rules: ValueRules) -> Iterator[Reading]:
    """Values of `<meta>` tags, given as (name, content)."""
    for key, content in tags:
        name = _FIELD_OF_META.get(key.lower())
        if name and content.strip():
            yield make_evidence(name, content, key, "meta", Rule.META_TAG, rules)


def read_embedded(fields: Mapping[str, tuple[str, str]], rules: ValueRules) -> Iterator[Reading]:
    """Values of the data in the page: (raw value, path of its key) by field."""
    for name, (raw, path) in fields.items():
        yield make_evidence(name, raw, path, "json", Rule.PAGE_DATA, rules)
