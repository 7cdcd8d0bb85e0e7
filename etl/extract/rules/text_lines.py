"""Values without a label: lines around the title, the text's own first and last lines, meta tags, embedded data.

Each function yields readings in page order; `etl.extract.rules.choose` says which evidence wins.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from etl.dates import SIGNED_DATE, YEAR, dates_in_digits
from etl.document_number import (
    announcement_in_title,
    document_number_at_start,
    document_number_in_title,
    match_document_number,
    number_below_headline,
    number_of_red_header,
    number_over_two_lines,
)
from etl.extract.codes import Rule
from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS, COUNTERS, DISPLAY_TOOLS, TOOLS
from etl.extract.lexicon.labels import begins_with_label, find_labels, label_key, match_label
from etl.extract.lexicon.page_tools import is_page_tool
from etl.extract.lexicon.values import Reading, ValueRules, is_state_alone, make_evidence
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Block, Blocks
from etl.extract.page.headlines import ENDS_LIKE_A_TITLE, are_alike, is_red_head
from etl.extract.page.items import line_of_items
from etl.extract.page.pairs import is_column_header_row, is_known_empty, value_apart
from etl.extract.page.subheading import (
    COLUMN,
    DATE_LINE,
    NAME_OF_SOURCE,
    ONLY_A_DATE,
    date_of_subheading,
    number_among_pieces,
    source_among_pieces,
    source_of_subheading,
)
from etl.extract.rules.header import PageContext
from etl.extract.text.body import is_beside_cells, is_in_search_form
from etl.extract.text.own_lines import begins_line, label_of_row
from etl.fields import DATE_FIELDS

_BLOCKS_ABOVE = 25
"""Number of visible blocks above the text that are searched for the line under the title."""
_MAX_DATE_LINE_CHARS = 100
_BARS = " \t\u3000|丨｜"
_IN_BRACKETS = re.compile(r"[（(\[【].*[)）\]】]")
_APART = re.compile(rf"[{INLINE_BOUNDARY}/／|｜丨·\[\]【】]")
_NUMBER_AND_DATE = re.compile(r"[（(]([^（）()]{8,60})[)）]")
"""（2018年3月6日 云政发〔2018〕6号）: the day of signing, which is not that of the page."""
_MAX_PARTS_OF_NOTE = 4
_MAX_SOURCE_CHARS = 12
_TOOLS = frozenset((*TOOLS, *COUNTERS, *DISPLAY_TOOLS)) - {"转载", "文字"}
_DAY, _MONTH = re.compile(r"\d{1,2}日?"), re.compile(rf"{YEAR}\s*[-/.年]\s*\d{{1,2}}\s*月?")
_YEAR, _DAY_OF_YEAR = re.compile(rf"{YEAR}年?"), re.compile(r"\d{1,2}\s*[-/.月]\s*\d{1,2}日?")


@dataclass(frozen=True, slots=True)
class LineAbove:
    """A line above the text, by its place: the title itself, below it, or a red header above it. `is_value`: the value
    of a label; `is_tool`: a link or a part of a search form."""

    index: int
    block: Block
    text: str
    is_title: bool
    below_title: bool
    is_red: bool
    is_value: bool
    is_tool: bool


def read_unlabelled_lines(context: PageContext, lines: Iterable[LineAbove]) -> Iterator[Reading]:
    """Unlabelled values between the title and the text: dates, a source beside one, a 文号 on a line of its own.

    A date in brackets alone is part of the title (the day of a speech), and one alone right above the title, or above a
    text that begins with it, or above its red header, may be anything: they count only if no other date follows.
    """
    above = line_above = ""
    bracketed: list[Reading] = []
    for line in lines:
        above = above if line.below_title or line.is_red else ""
        if line.is_tool:
            continue
        if not line.below_title and line.text[:1].isdigit() and not line.is_value:
            is_date = ONLY_A_DATE.fullmatch(line.text)
            above = line.text if is_date else _date_in_boxes(context.blocks, line.index) or above
        numbers = tuple(_read_number(context, line, line_above))
        line_above = line.text
        if numbers:
            yield from numbers
        elif line.below_title and not line.is_value and len(line.text) < _MAX_DATE_LINE_CHARS:
            for reading in _read_subheading(context, line.index, is_title=line.is_title):
                if reading.name != "published_date":
                    yield reading
                elif _IN_BRACKETS.fullmatch(line.text):
                    bracketed.append(reading)
                else:
                    bracketed, above = [], ""
                    yield reading
    if above:
        yield make_evidence("published_date", above, "", "subheading", Rule.DATE_UNDER_TITLE, context.values)
    yield from bracketed


def read_state_above_text(context: PageContext, lines: Iterable[LineAbove]) -> Iterator[Reading]:
    """Whether the document is in force, in an element of its own without a label, beside or below the title, or alone
    right above it. Above that are columns (规范性文件 > 已失效); beside the link of another document it is the state
    of that one."""
    states = {
        run
        for line in _from_badge(context.blocks, lines)
        if line.block.cell < 0 and not (line.is_value or _links_another(line.block))
        if not is_in_search_form(context.blocks, line.block.node, context.body)
        for run in _runs(line.block)
        if is_state_alone(run)
    }
    if len(states) == 1:  # several are the options of a search
        yield make_evidence("validity", states.pop(), "", "subheading", Rule.STATE_ABOVE_TEXT, context.values)


def _from_badge(blocks: Blocks, lines: Iterable[LineAbove]) -> Iterator[LineAbove]:
    """The lines from the title on, and a state right above it that is no item of a list such as a breadcrumb."""
    above: LineAbove | None = None
    for line in lines:
        if line.below_title:
            if above and above.index == line.index - 1 and _is_badge(blocks, above):
                yield above
            yield line
        above = None if line.below_title else line


def _is_badge(blocks: Blocks, line: LineAbove) -> bool:
    is_item = line.index > 0 and are_alike(line.index - 1, line.index, blocks)
    return is_state_alone(line.text) and not (line.is_tool or is_item)


def _links_another(block: Block) -> bool:
    """Whether a link in a line is another document, by its number or title; a source may be linked, too."""
    linked = block.link_chars - sum(len(run) for run in _runs(block) if is_page_tool(run))
    return linked > _MAX_SOURCE_CHARS or (linked > 0 and "号" in block.text)


def lines_above_text(context: PageContext, title: str, *, is_headline: bool) -> Iterator[LineAbove]:
    """The lines of the header and those above it. `is_headline`: the title is a line of the page, not words
    of `<title>`, which its menus may have too."""
    title_key = label_key(title)
    blocks, body = context.blocks, context.body
    below_title = False
    values: set[int] = set()
    above = blocks.visible_above(body.first, _BLOCKS_ABOVE, body.revealed)
    own = blocks.visible_blocks(body.header.start, body.header.stop, body.revealed)
    for index, block in chain(above, own):
        text = block.plain.strip()
        key = label_key(text)
        is_part = len(key) > 5 and (key in title_key or title_key in key)
        is_title = title_key != "" and (is_part or (is_headline and key == title_key))
        below_title = below_title or is_title
        is_red = not below_title and bool(number_of_red_header(text) or is_red_head(blocks, index))
        is_tool = block.link_chars * 2 > len(text) or is_in_search_form(blocks, block.node, body)
        if not is_tool and (value := value_apart(blocks, index)) is not None:
            values.add(value)
        is_value = not is_tool and (index in values or _is_value(blocks, index))
        yield LineAbove(index, block, text, is_title, below_title, is_red, is_value, is_tool)


def _read_number(context: PageContext, line: LineAbove, line_above: str) -> Iterator[Reading]:
    """The 文号 on a line without a label, and the date beside it."""
    blocks = context.blocks
    if "号" not in line.text or line.is_value:
        return
    if is_beside_cells(blocks, line.block, context.body) and not _is_beside_day(blocks, line.block):
        return
    number, day = _number_of_line(line.text, line_above, below_title=line.below_title)
    if line.below_title and not day and number_among_pieces(line_of_items(blocks, line.index)):
        return  # read with the date and the source beside it
    if number and not any(item.name for item in find_labels(line.block.text, coined=True)):
        yield make_evidence("document_number", number, "", "header", Rule.NUMBER_ABOVE_TEXT)
        if day:
            yield make_evidence("published_date", day, "", "subheading", Rule.DATE_UNDER_TITLE, context.values)


def _is_beside_day(blocks: Blocks, block: Block) -> bool:
    """Whether all other cells of a row are days: of the line below a headline, drawn as a table."""
    row = blocks.nodes[block.row]
    beside = [each.plain for _, each in blocks.visible_blocks(row.first, row.last) if each.cell != block.cell]
    return bool(beside) and all(map(ONLY_A_DATE.fullmatch, beside))


def _is_value(blocks: Blocks, index: int) -> bool:
    """Whether a line is the value of a label before it, or the one that the label behind it has apart."""
    return value_apart(blocks, min(index + 1, len(blocks.blocks) - 1)) == index or _follows_label(blocks, index)


def _number_of_line(text: str, above: str, *, below_title: bool) -> tuple[str, str]:
    """The 文号 of a line, alone or with the end of the line `above`, and the date beside it; empty strings if
    missing."""
    if not below_title:
        return number_of_red_header(text) or number_over_two_lines(above, text) or "", ""
    number, day = _number_and_date(text)
    return number or number_below_headline(above, text) or number_over_two_lines(above, text) or "", day


def _read_subheading(context: PageContext, index: int, *, is_title: bool) -> Iterator[Reading]:
    """The source that a line below the title names, and its date, or that of an inline element in the title's own line,
    with what is beside the date."""
    block = context.blocks.blocks[index]
    if source := source_of_subheading(block.text):
        yield make_evidence("source", source, "来源", "subheading", Rule.LABEL_IN_LINE)
    if is_title:
        day = next((run for run in _runs(block) if ONLY_A_DATE.fullmatch(dates_in_digits(run))), None)
    else:
        day = date_of_subheading(_without_column(block)) or _date_in_boxes(context.blocks, index)
    if (day or not is_title) and (number := number_among_pieces(line_of_items(context.blocks, index))):
        yield make_evidence("document_number", number, "", "header", Rule.NUMBER_ABOVE_TEXT)
    if not day:
        return
    yield make_evidence("published_date", day, "", "subheading", Rule.DATE_UNDER_TITLE, context.values)
    if source := _source_beside_date(context.blocks, index, is_title=is_title):
        yield make_evidence("source", source, "", "subheading", Rule.SOURCE_BESIDE_DATE)


def _number_and_date(text: str) -> tuple[str, str]:
    """The 文号 of a line that consists of it, alone or with a date, and that date; empty strings if missing."""
    if number := number_of_red_header(text):
        return number, ""
    if enclosed := _NUMBER_AND_DATE.fullmatch(text):
        return _number_of_note(enclosed[1]), ""
    if (number := document_number_at_start(text)) and ONLY_A_DATE.fullmatch(text[len(number) :].strip(_BARS)):
        return number, text[len(number) :].strip(_BARS)
    if (day := DATE_LINE.match(text)) and (number := match_document_number(text[day.end() :].strip(_BARS))):
        return number, day.group(1)
    return "", ""


def _number_of_note(text: str) -> str:
    """The one number of a note on the day, and the body, that issued a document; else an empty string."""
    parts = re.split(r"[\s，,；;]+", text.strip())
    numbers = [number for part in parts if (number := match_document_number(part))]
    days = sum(DATE_LINE.match(part) is not None for part in parts)
    return numbers[0] if (len(numbers), days) == (1, 1) and len(parts) <= _MAX_PARTS_OF_NOTE else ""


def _without_column(block: Block) -> str:
    """The line without the link that is its first or last inline element: the name of the column that the page is
    in."""
    runs = _runs(block)
    for column, rest in ((0, runs[1:]), (-1, runs[:-1])) if len(runs) > 1 else ():
        if len(runs[column]) == block.link_chars:
            return INLINE_BOUNDARY.join(rest)
    return block.text


def _runs(block: Block) -> list[str]:
    """The texts between inline boundaries."""
    return [words for run in block.text.split(INLINE_BOUNDARY) if (words := run.strip())]


def _date_in_boxes(blocks: Blocks, index: int) -> str | None:
    """A date in two parts side by side in two blocks, or in two inline elements that fill one block:
    `<div>13</div><div>2031年05月</div>`, `<p>2031</p><p>05/13</p>`."""
    if len(runs := _runs(blocks.blocks[index])) == 2 and (day := _of_two_parts(*runs)):
        return day
    if index + 1 >= len(blocks.blocks) or blocks.blocks[index].hidden_by != blocks.blocks[index + 1].hidden_by:
        return None
    return _of_two_parts(*(blocks.blocks[at].plain.strip() for at in (index, index + 1)))


def _of_two_parts(one: str, other: str) -> str | None:
    for first, last in ((one, other), (other, one)):
        if _MONTH.fullmatch(first) and _DAY.fullmatch(last):
            return f"{first.rstrip('月')}-{last}"
        if _YEAR.fullmatch(first) and _DAY_OF_YEAR.fullmatch(last):
            return f"{first.rstrip('年')}-{last.replace('月', '-')}"
    return None


def _source_beside_date(blocks: Blocks, index: int, *, is_title: bool) -> str | None:
    """The name beside an unlabelled date, if it has an inline element of its own (often with an icon) or is separated
    by slashes, bars or brackets (`云溪日报 / 2023-05-09 / 阅读 5`); or by gaps in a line that says nothing else."""
    line = line_of_items(blocks, index)
    labels = find_labels(line)
    # A label whose value may be in the next element (编辑：) says who that is.
    apart = any(
        item.name == "source" or (item.label not in _TOOLS and not item.value.split(INLINE_BOUNDARY)[0].strip())
        for item in labels
    )
    if is_title or apart or source_of_subheading(line):
        return None
    pieces = (piece.strip() for piece in _APART.split(line))
    names = [
        run for run in pieces if NAME_OF_SOURCE.fullmatch(run) and not (is_page_tool(run) or COLUMN.fullmatch(run))
    ]
    return names[0] if len(names) == 1 else source_among_pieces(line)


def _follows_label(blocks: Blocks, index: int) -> bool:
    """Whether the block before is a label, or a short word that ends like a label of a date. (Numbers, and names of
    people, end like labels that are not fields: 财税〔2021〕8号, 水利工程质量. A line with a date is no value of a
    label such as 公开范围：. No line is the value of a label that is known to be empty or whose table has ended.)"""
    shown = blocks.blocks[index - 1].plain.rstrip() if index else ""
    before = shown.rstrip(" ：:")
    label = match_label(before, coined=True)
    if label:
        is_of_date = not label.name or label.name in DATE_FIELDS
        is_other = not is_of_date and DATE_LINE.match(blocks.blocks[index].plain)
        if is_other or is_known_empty(blocks, index - 1) or _is_below_table(blocks, index):
            return False
        if label.name or before != shown or match_label(before):
            return True
    return len(before) < 10 and before.endswith(("时间", "日期", "日")) and not before[:1].isdigit()


def _is_below_table(blocks: Blocks, index: int) -> bool:
    """Whether the block before is the last one of a table, as the cell behind it is empty (废止日期), and no row of an
    outer table has that block and this one as a pair."""
    around = list(blocks.ancestors(blocks.blocks[index - 1].node))
    table = next((node for node in around if node.tag == "table"), None)
    if table is None or table.last > index:
        return False
    return not any(
        node.tag == "tr" and node.last > index and node.last - node.first <= _LINES_OF_PAIRS for node in around
    )


_MAX_METHOD_CHARS = 12
"""Maximum length of a value such as 主动公开, 依申请公开, 不予公开; a longer text is a sentence."""
_CELLS_OF_PAIR, _LINES_OF_PAIRS = 2, 8
"""Number of cells of a label with its value; maximum number of lines of a row of such pairs: one that is layout has
more."""
_NEXT_LABEL = re.compile(r"\s+[\u4e00-\u9fff]{2,16}[:：]")
_FIELDS_OF_FIRST_LINES, _FIRST_LABELS = frozenset(("document_number", "publisher")), 40
"""Fields that a notice states about itself; number of blocks of the labels with which it begins."""
_FIRST_BLOCKS, _LAST_BLOCKS, _SIGNATURE_BLOCKS = 8, 3, 12
"""Numbers of blocks of the text that are searched for its number, its labelled last lines, and its signature."""
_ENDS_OF_PROSE, _ENDS_OF_SIGNATURE = ("。", "：", ":", "；"), ("日", "印发")
_SIGNATURE = re.compile(rf"^(?:[\u4e00-\u9fff、（）() ]{{2,40}}\s)?({SIGNED_DATE})(?:印发)?$")
"""A line without its white space that is a date, or a date of printing."""
_FORWARDS = re.compile("转发|批转|转批|翻印")
_GOES_ON = re.compile(r"(?!\s*(?:[（(]|附件|抄送|抄报|主送)).*。\s*$")
"""A sentence below a day, which is then one of a plan and not that of a signature."""


def read_main_text(context: PageContext, title: str) -> Iterator[Reading]:
    """Values in the text itself, at the usual places of documents: red header, labelled last lines, signature."""
    body = context.body
    text = [b for _, b in context.blocks.visible_blocks(body.first, body.last, body.revealed)]
    number = _number_of_red_header(context, text[:_FIRST_BLOCKS], title)
    if number and not _is_one_of_several(text, number, label_key(title)):
        yield make_evidence("document_number", number, "", "body", Rule.RED_HEADER)
    yield from _labelled_first_lines(context)
    for block in text[-_LAST_BLOCKS:]:
        yield from _last_line(block, context.values)
    if signed := _day_of_signature([block.plain for block in text], title):
        yield make_evidence("written_date", signed, "", "body", Rule.SIGNATURE_DATE, context.values)


def _day_of_signature(lines: list[str], title: str) -> str | None:
    """The day in the last lines of a text; if it forwards another document, that above the other document."""
    if _FORWARDS.search(title):
        prose = next((at for at, line in enumerate(lines) if line.rstrip().endswith(_ENDS_OF_PROSE)), len(lines))
        below = [*lines[1:], ""][prose:]
        nearest = [line for line, each in zip(lines[prose:], below, strict=True) if not _GOES_ON.match(each)]
    else:
        nearest = lines[: -_SIGNATURE_BLOCKS - 1 : -1]
    return next((match[1] for line in nearest if (match := _SIGNATURE.match("".join(line.split())))), None)


def _number_of_red_header(context: PageContext, lines: list[Block], title: str) -> str | None:
    """The number in the first lines of a text, which one line holds or two. Below a signature they are those of another
    document, which the first one forwards."""
    above, prose = title, False
    for block in lines:
        line = "" if block.link_chars else _line_of(context, block)
        if "号" in line and not begins_with_label(block.text):
            number = _number_and_date(line)[0] or (
                number_below_headline(title, line) if above == title else number_over_two_lines(above, line)
            )
            if number:
                return number
        if prose and line.endswith(_ENDS_OF_SIGNATURE) and _SIGNATURE.match("".join(line.split())):
            return None
        above, prose = line, prose or line.endswith(_ENDS_OF_PROSE)
    return None


def _is_one_of_several(lines: list[Block], number: str, title_key: str) -> bool:
    """Whether a number belongs to one of several documents in the text (a gazette): a title other than the page's is
    above it, and another number below it."""
    texts = [block.plain.strip() for block in lines]
    at = next((at for at, text in enumerate(texts) if number_of_red_header(text) == number), 0)
    titles = (label_key(text) for text in texts[:at] if ENDS_LIKE_A_TITLE.search(text))
    if not any(key not in title_key and title_key not in key for key in titles):
        return False
    return any("号" in text and (number_of_red_header(text) or number) != number for text in texts[at + 1 :])


def _line_of(context: PageContext, block: Block) -> str:
    """The text of a block with its row, for a number and 签发人 in two cells of a row."""
    blocks = context.blocks
    if not is_beside_cells(blocks, block, context.body):
        return block.plain
    row = blocks.nodes[block.row]
    return "　".join(each.plain for _, each in blocks.visible_blocks(row.first, min(row.last, row.first + 3)))


def _labelled_first_lines(context: PageContext) -> Iterator[Reading]:
    """The number and publisher of a notice, among the labels with which it begins."""
    blocks, body = context.blocks, context.body
    stated: dict[str, list[Reading]] = {}
    for index, _ in blocks.visible_blocks(body.first, min(body.last, body.first + _FIRST_LABELS), body.revealed):
        if begins_line(blocks, index) and not label_of_row(blocks, index):
            break
        for name, key, value in _labels_and_values(blocks, index):
            if value.strip() and name in _FIELDS_OF_FIRST_LINES and key not in AMBIGUOUS_LABELS:
                stated.setdefault(name, []).append(make_evidence(name, value, key, "body", Rule.LABELLED_FIRST_LINE))
    yield from (readings[0] for readings in stated.values() if len(readings) == 1 and readings[0].value)


def _labels_and_values(blocks: Blocks, index: int) -> Iterator[tuple[str, str, str]]:
    """(field, key of the label, value) of each label of a line, or of a label that fills the cell beside its value."""
    block = blocks.blocks[index]
    row = blocks.nodes[block.row] if block.row >= 0 else None
    label = match_label(block.text) if row else None
    if row is None or label is None:
        yield from ((each.name, each.label, _NEXT_LABEL.split(each.value)[0]) for each in find_labels(block.text))
        return
    are_heads = row.last - row.first > _CELLS_OF_PAIR and is_column_header_row(blocks, row)
    is_behind = (index - row.first) % _CELLS_OF_PAIR or index + 1 == row.last
    if not (are_heads or is_behind or match_label(blocks.blocks[index + 1].text)):
        yield label.name, label.label, blocks.blocks[index + 1].text


def _last_line(block: Block, rules: ValueRules) -> Iterator[Reading]:
    for run in _runs(block) if block.link_chars else ():
        if number := match_document_number(run) or document_number_at_start(run):
            yield make_evidence("document_number", number, "", "body", Rule.ATTACHMENT_NAME)
            break
    for item in find_labels(block.text):
        if item.name == "disclosure_method" and item.at_line_start:
            reading = make_evidence(item.name, item.value, item.label, "body", Rule.LABELLED_LAST_LINE, rules)
            if reading.value and "公开" in reading.value.value and len(reading.value.value) <= _MAX_METHOD_CHARS:
                yield reading


def read_title(title: str) -> Iterator[Reading]:
    """The 文号 in the title."""
    if number := document_number_in_title(title) or announcement_in_title(title):
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
