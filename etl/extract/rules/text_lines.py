"""Values without a label: lines around the title, the text's own first and last lines, meta tags, embedded data.

Each function yields readings in page order; `etl.extract.rules.choose` says which evidence wins.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from etl.dates import DATE, SIGNED_DATE, TIME_OF_DAY, YEAR
from etl.document_number import document_number_at_start, document_number_in_title, match_document_number
from etl.extract.codes import Rule
from etl.extract.counters import is_clock
from etl.extract.lexicon.aliases import FOOTER_LABELS
from etl.extract.lexicon.labels import find_labels, label_key, match_label
from etl.extract.lexicon.values import Reading, ValueRules, make_evidence
from etl.extract.lexicon.words import ADOPTION_WORDS, INLINE_BOUNDARY
from etl.extract.page.blocks import Block, Blocks
from etl.extract.page.pairs import value_apart
from etl.extract.page.trimming import ONLY_A_DATE, is_in_search_form, is_page_tool
from etl.extract.rules.header import PageContext
from etl.fields import DATE_FIELDS

_BLOCKS_ABOVE = 25
"""Blocks above the text among which the line under the title is looked for."""
_MAX_DATE_LINE_CHARS = 100
_DATE_LINE = re.compile(rf"^[\s\[【(（]*({DATE}\s*(?:[T ]?{TIME_OF_DAY})?)(?=$|[\s\]】)）|丨]|[\u4e00-\u9fff])")
_NAME_AND_DATE = re.compile(
    rf"^[\u4e00-\u9fff《》（）() ]{{2,30}}[ |]({YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}})(?=$|\s*[\[【|])"
)
_BARS = " \t\u3000|丨｜"
_IN_BRACKETS = re.compile(r"[（(\[【].*[)）\]】]")
_DAY, _MONTH = re.compile(r"\d{1,2}日?"), re.compile(rf"{YEAR}\s*[-/.年]\s*\d{{1,2}}\s*月?")
_NAME_OF_SOURCE = re.compile(
    r"[\u4e00-\u9fff（）()·]{2,24}(?:报|网|社|台|局|委|办|厅|政府|中心|办公室|委员会|公众号|发布|在线|客户端|融媒|杂志|集团|院|所|队|站|处|科|股)"
)
_ADOPTION = re.compile(ADOPTION_WORDS)
_DATE_AND_TIME = re.compile(rf"({DATE}(?:\s+|T){TIME_OF_DAY})")
_ANY_DATE = re.compile(DATE)
_DATE_APART = re.compile(
    rf"(?:(?<![\s:：{INLINE_BOUNDARY}至到于自从])(?<!时间|日期)|^)[\s{INLINE_BOUNDARY}|丨｜\[【(（\]】)）]++({DATE})"
    rf"(?=$|[\s{INLINE_BOUNDARY}|丨｜\]】)）])"
)
"""A date behind a gap, of which no label may be the one right before it."""


def read_unlabelled_lines(context: PageContext, title: str) -> Iterator[Reading]:
    """What stands unlabelled between the title and the text: dates, a source beside one, a 文号 on a line of its own.

    A date in brackets alone is part of the title ("when it was said"): it counts only where no other date follows.
    """
    blocks, body = context.blocks, context.body
    title_key = label_key(title)
    below_title = False
    bracketed: list[Reading] = []
    values: set[int] = set()
    for index, block in blocks.visible_blocks(max(0, body.first - _BLOCKS_ABOVE), body.first, body.revealed):
        text = block.plain.strip()
        key = label_key(text)
        is_title = bool(title_key) and len(key) > 5 and (key in title_key or title_key in key)
        below_title = below_title or is_title
        if block.link_chars * 2 > len(text) or is_in_search_form(blocks, block.node, body):
            continue
        if (value := value_apart(blocks, index)) is not None:
            values.add(value)
        is_value = (
            index in values
            or value_apart(blocks, min(index + 1, len(blocks.blocks) - 1)) == index
            or _follows_label(blocks, index)
        )
        number = day = ""
        if not is_value and not _is_beside_cells(blocks, block):
            number, day = _number_and_date(text) if below_title else (match_document_number(text) or "", "")
        if number and not find_labels(block.text, coined=True):
            yield make_evidence("document_number", number, "", "header", Rule.NUMBER_ABOVE_TEXT)
            if day:
                yield make_evidence("published_date", day, "", "subheading", Rule.DATE_UNDER_TITLE, context.values)
        elif below_title and not is_value and len(text) < _MAX_DATE_LINE_CHARS:
            for reading in _read_date_line(context, index, is_title=is_title):
                if reading.name == "published_date" and _IN_BRACKETS.fullmatch(text):
                    bracketed.append(reading)
                else:
                    bracketed.clear()
                    yield reading
    yield from bracketed


def _read_date_line(context: PageContext, index: int, *, is_title: bool) -> Iterator[Reading]:
    """The date of a line below the title, or of an inline element in the title's own line, and the source beside it."""
    block = context.blocks.blocks[index]
    text = block.plain.strip()
    if is_title:
        day = next((run for run in _runs(block) if ONLY_A_DATE.fullmatch(run)), None)
    else:
        day = _date_of_line(block, text) or _date_in_boxes(context.blocks, index)
    if not day:
        return
    yield make_evidence("published_date", day, "", "subheading", Rule.DATE_UNDER_TITLE, context.values)
    if source := _source_beside_date(context.blocks, index, is_title=is_title):
        yield make_evidence("source", source, "", "subheading", Rule.SOURCE_BESIDE_DATE)


def _number_and_date(text: str) -> tuple[str, str]:
    """The 文号 that a line consists of, alone or beside a date, and that date; empty strings for what it has not."""
    if number := match_document_number(text):
        return number, ""
    if (number := document_number_at_start(text)) and ONLY_A_DATE.fullmatch(text[len(number) :].strip(_BARS)):
        return number, text[len(number) :].strip(_BARS)
    if (day := _DATE_LINE.match(text)) and (number := match_document_number(text[day.end() :].strip(_BARS))):
        return number, day.group(1)
    return "", ""


def _runs(block: Block) -> list[str]:
    """The texts between the ends of inline elements."""
    return [words for run in block.text.split(INLINE_BOUNDARY) if (words := run.strip())]


def _date_in_boxes(blocks: Blocks, index: int) -> str | None:
    """A date whose day and month stand beside each other in two blocks, or in two inline elements that are all of one:
    `<div>13</div><div>2031年05月</div>`."""
    if len(runs := _runs(blocks.blocks[index])) == 2 and (day := _of_day_and_month(*runs)):
        return day
    if index + 1 >= len(blocks.blocks) or blocks.blocks[index].hidden_by != blocks.blocks[index + 1].hidden_by:
        return None
    return _of_day_and_month(*(blocks.blocks[at].plain.strip() for at in (index, index + 1)))


def _of_day_and_month(one: str, other: str) -> str | None:
    day, month = sorted((one, other), key=len)
    return f"{month.rstrip('月')}-{day}" if _DAY.fullmatch(day) and _MONTH.fullmatch(month) else None


def _source_beside_date(blocks: Blocks, index: int, *, is_title: bool) -> str | None:
    """The name beside a date without a label, where an inline element of its own holds it: an icon says what it is."""
    block = blocks.blocks[index]
    if is_title or find_labels(block.text):
        return None
    names = [run for run in _runs(block) if _NAME_OF_SOURCE.fullmatch(run) and not is_page_tool(run)]
    return names[0] if len(names) == 1 else None


def _follows_label(blocks: Blocks, index: int) -> bool:
    """Whether the block before is a label, or a short word that ends like one of a date. (Numbers, and names of people,
    end like labels of no field: 财税〔2021〕8号, 水利工程质量.)"""
    shown = blocks.blocks[index - 1].plain.rstrip() if index else ""
    before = shown.rstrip(" ：:")
    label = match_label(before, coined=True)
    if label and (label.name or before != shown or match_label(before)):
        return True
    return len(before) < 10 and before.endswith(("时间", "日期", "日"))


def _is_value_of_next(blocks: Blocks, index: int) -> bool:
    """Whether the label of a value stands behind it."""
    return index + 1 < len(blocks.blocks) and value_apart(blocks, index + 1) == index


def _is_beside_cells(blocks: Blocks, block: Block) -> bool:
    """Whether the block stands in a table row of several blocks."""
    return block.row >= 0 and blocks.nodes[block.row].last - blocks.nodes[block.row].first > 1


def _date_of_line(block: Block, text: str) -> str | None:
    if is_clock(text):
        return None
    match = (
        (not _ADOPTION.search(text) and _DATE_LINE.match(text))
        or _date_with_time(block.text, text)
        or _NAME_AND_DATE.match(text)
    )
    return match.group(1) if match else None


def _date_with_time(line: str, text: str) -> re.Match[str] | None:
    """A date with its time of day, or apart from the words before it, inside a line whose labels name other things:
    `来源：甲 2023-05-09 08:30 浏览：5`."""
    match = _DATE_AND_TIME.search(text) or _DATE_APART.search(line)
    items = find_labels(line) if match else ()
    if any(item.name in DATE_FIELDS or item.label in ("开始日期", "结束日期", "截止日期") for item in items):
        return None
    if match and match.re is _DATE_APART:
        names_others = any(item.name == "source" or item.label in FOOTER_LABELS for item in items)
        return match if names_others and len(_ANY_DATE.findall(text)) == 1 and not _ADOPTION.search(text) else None
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
        if match := _SIGNATURE.match("".join(block.plain.split())):
            yield make_evidence("written_date", match.group(1), "", "body", Rule.SIGNATURE_DATE, context.values)
            break


def _last_line(block: Block, rules: ValueRules) -> Iterator[Reading]:
    for run in _runs(block) if block.link_chars else ():
        if number := match_document_number(run) or document_number_at_start(run):
            yield make_evidence("document_number", number, "", "body", Rule.ATTACHMENT_NAME)
            break
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
