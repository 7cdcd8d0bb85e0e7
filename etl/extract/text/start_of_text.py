"""Finds the start of the main text in its container: below the header lines, the tools and the menus above it."""

import re
from dataclasses import replace

from etl.dates import DATE, SIGNED_DATE, TIME_OF_DAY, YEAR_OF_DATE, dates_in_digits
from etl.document_number import match_document_number
from etl.extract.codes import BETWEEN, DENSEST
from etl.extract.counters import is_clock
from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS, FOOTER_LABELS, SUMMARIES, TEXT_LABELS
from etl.extract.lexicon.labels import Label, LabelMatch, find_labels, label_key, match_label
from etl.extract.lexicon.page_tools import asks_to_follow, is_page_tool
from etl.extract.lexicon.values import SENTENCE_GOES_ON
from etl.extract.lexicon.words import ADOPTION_WORDS, INLINE_BOUNDARY
from etl.extract.page.blocks import Block, Blocks
from etl.extract.page.events import is_day_of_event
from etl.extract.page.hosts import is_host_of_text
from etl.extract.page.items import items_of_line, line_of_items
from etl.extract.page.pairs import (
    is_beside_pair,
    is_column_header_row,
    is_empty_beside_pairs,
    is_in_turn,
    is_line_of_values,
    is_numbered_point,
    pairs_of_elements,
    value_apart,
)
from etl.extract.page.prose import is_boilerplate, is_prose, is_site_sentence
from etl.extract.page.subheading import (
    ONLY_A_DATE,
    SUBHEADING_FIELDS,
    date_among_pieces,
    date_of_subheading,
    is_subheading,
    source_of_subheading,
)
from etl.extract.text.body import Body
from etl.extract.text.end_of_text import starts_related_links
from etl.extract.text.header_cells import LINES_OF_CELL, goes_on, is_definition, is_header_cell, is_in_header_table
from etl.extract.text.own_lines import (
    is_label_below_date,
    is_name_of_organisation,
    is_of_contents,
    is_of_notice,
    is_of_red_header,
    is_tab,
)
from etl.extract.text.tool_lines import ANNEX, is_count, says_with_row
from etl.file_names import has_file_name

_TEXT_LINES = TEXT_LABELS | {"disclosure_method"}
"""Labels and fields with which lines of a text may begin."""
_TEXT_BEGUN_CHARS, _HEADER_WORD_CHARS = 80, 12
"""Number of prose characters after which the text has begun; minimum length of a line that is more than a word of the
header."""
_DATED = re.compile(YEAR_OF_DATE)
_ADOPTED = re.compile(ADOPTION_WORDS)
_NOTE = re.compile(r"\s*[（(\[【〔][^\n]{12,}[）)\]】〕]\s*")
_MIN_TITLE_CHARS = 5
"""A line with more characters than this may be a part of the title."""
_LINES_BEHIND_HEADER, _LINES_BEHIND_WHOLE_HEADER = 12, 60
"""Number of lines after the last header line that are searched for a further one; the same if the container may include
a whole header."""
_DATE_AND_TIME, _MAX_SUBHEADING_CHARS = re.compile(rf"\s*{DATE}\s*{TIME_OF_DAY}"), 60
"""The beginning of the line below a headline, and its maximum length; the first line of a text gives no time of day."""
_ENDS_WITH_DAY, _LINES_BELOW_DAY = re.compile(rf"{SIGNED_DATE}[）)]?$"), 8
"""A day as signatures write it at the end of a line; number of lines above it that may state the day of the page."""
_TITLE_CLASS = re.compile(r"tit|bt\b|biaoti|headline|subject", re.IGNORECASE)
_HEADLINES, _LINES_ABOVE_TITLE = ("h1", "h2", "h3"), 60
"""Tags of headlines of a page; number of lines above one that may state the title too."""
_SAYS_SUMMARY = re.compile(
    r"\s*+(?:[【\[〔（(]\s*+(?:内容)?(?:摘要|提要|导读|核心提示)\s*+[】\]〕）)]|(?:内容)?(?:摘要|提要|导读|核心提示)\s*+[:：])"
)
_LABELLED = re.compile(r"\s*+(?:[【\[][\u4e00-\u9fff\s]{2,12}[】\]]|[\u4e00-\u9fff]{2,8}\s?[:：])")
"""The beginning of a line that may be one of a header."""
_HOSTS = frozenset(("主办", "承办"))
"""Labels of footers and events, never of a header."""
_LINES_OF_ENTRIES = 40
"""Number of lines around a label that are searched for another entry with the same label."""
_MAX_LAST_CHARS = 24
"""Maximum length of the last line of a header, which has a short value."""
_END_OF_HEADING = re.compile("[:：】]")
"""Ends a heading that stands in one line with the links below it."""
_LINES_OF_HEADER = 6
"""Number of header lines below a slogan that are searched for the index number."""


def start_of_text(blocks: Blocks, indices: list[int], title: str, rule: str) -> int:
    """The index of the block after the last header line.

    The container of a family has at most a few of these; a container found by density, or between headline and footer,
    may begin with the whole header, including title and date.
    """
    may_hold_header = _may_hold_header(rule)
    title_key = label_key(title)
    start = indices[0]
    prose = 0
    window = _LINES_BEHIND_WHOLE_HEADER if may_hold_header else _LINES_BEHIND_HEADER
    last = window
    for position, index in enumerate(indices):
        if position >= last:
            break
        block = blocks.blocks[index]
        text = block.plain.strip()
        if prose and is_boilerplate(text):
            break
        if value := value_apart(blocks, index):
            start, last = max(start, index + 1, value + 1), position + 1 + window
            continue
        if (
            index < start
            or _is_of_header_or_tools(blocks, index, text, indices)
            or (not prose and _is_above_first_prose(blocks, indices[position : position + window], rule, title_key))
            or (index == start and _is_last_of_header(block, follows=start > indices[0]))
            or (indices[0] < start == index and not prose and _is_day_beside_name(blocks, index, text))
        ):
            # Labels below the first sentence belong to the text: 时间：, 文号：, 来源：.
            if index >= start and (prose or is_of_notice(blocks, start, index)):
                break
            start, last = max(start, index + 1), position + 1 + window
            continue
        prose += len(text) if len(text) > 30 or text.endswith(("：", ":", "。")) else 0
        # Below the headline, any line that does not belong to the header begins the text: a table of names has no
        # prose.
        begun = prose > 0 or _is_in_row(blocks, block, indices) or len(text) > _HEADER_WORD_CHARS
        begun = begun and (prose > 0 or not _is_above_fields(blocks, text, indices[position + 1 : position + 3]))
        if prose > _TEXT_BEGUN_CHARS or (rule == BETWEEN and begun and not _DATED.search(text)):
            break
    return start


def _is_above_fields(blocks: Blocks, text: str, below: list[int]) -> bool:
    """Whether a line with a label of no field is one of the header as the next ones are: 【法规类型】规范性文件 above
    【文号】…"""
    return _LABELLED.match(text) is not None and any(
        _is_header_line(blocks, index)
        and any(item.name and item.label not in AMBIGUOUS_LABELS for item in find_labels(blocks.blocks[index].text))
        for index in below
    )


def _is_in_row(blocks: Blocks, block: Block, indices: list[int]) -> bool:
    """Whether a line is in a row of a table of the text, and not in a cell that contains the whole text."""
    cell = blocks.nodes[block.cell] if block.cell >= 0 else None
    return block.row >= 0 and not (cell and cell.first <= indices[0] and indices[-1] < cell.last)


def _is_last_of_header(block: Block, *, follows: bool) -> bool:
    """Whether a line above all text states the disclosure method, which the text itself states below it; or, if it
    `follows` lines of a header, has an unlisted label whose words name a field: 法律类别."""
    if len(block.text) > _MAX_LAST_CHARS:
        return False
    items = find_labels(block.text, coined=follows)
    name = items[0].name if len(items) == 1 and items[0].at_line_start else ""
    return name == "disclosure_method" or (name != "" and items[0].coined)


def _may_hold_header(rule: str) -> bool:
    return rule in (DENSEST, BETWEEN)


def _is_of_header_or_tools(blocks: Blocks, index: int, text: str, indices: list[int]) -> bool:
    """Whether a line, judged by itself, belongs to a header, to the page's tools or to its menus."""
    return (
        _is_header_line(blocks, index)
        or is_header_cell(blocks, index)
        or is_definition(blocks, index)
        or is_in_turn(blocks, index)
        or _is_value_beside_pair(blocks, index)
        or is_count(blocks, index)
        or (is_page_tool(text) and not ANNEX.fullmatch(text) and not _is_cell_of_data(blocks, index, indices[0]))
        or asks_to_follow(text)
        or is_site_sentence(text)
        or is_clock(text)
        or is_tab(blocks, index)
        or (_is_menu_line(blocks.blocks[index]) and not is_of_contents(blocks, index, indices))
    )


def _is_value_beside_pair(blocks: Blocks, index: int) -> bool:
    """Whether a line is the value of a label, also of no field (来源, 责任处室), that is written as the labels of
    fields beside it, or such a label."""
    label = match_label(blocks.blocks[index - 1].text) if index else None
    if label is not None:
        return is_beside_pair(blocks, index - 1, dated=False)
    if match_label(blocks.blocks[index].text) is None:
        return False
    return is_beside_pair(blocks, index, dated=False) or is_empty_beside_pairs(blocks, index)


def header_below_note(blocks: Blocks, indices: list[int]) -> range:
    """The lines with date, source and tools of the page that stand below the first line of a text, if that is a note in
    brackets (（2022年10月26日 … 通过）) and the text goes on behind them. An empty range if there are none."""
    if len(indices) < 2 or not _NOTE.fullmatch(blocks.blocks[indices[0]].plain):
        return range(0)
    end = 1
    while end < len(indices) and (
        _is_subheading(blocks, indices[end]) or (end > 1 and is_page_tool(blocks.blocks[indices[end]].plain.strip()))
    ):
        end += 1
    return range(indices[1], indices[end - 1] + 1) if 1 < end < len(indices) else range(0)


def with_note_above(blocks: Blocks, body: Body, headline: int) -> Body:
    """The text with the note on its adoption that stands right below the headline (the index of its block), outside the
    container: （2022年10月26日 … 通过）. The lines between the note and the text remain the page's header."""
    below = next(blocks.visible_blocks(headline + 1, body.first), None)
    if below is None or body.header or body.revealed >= 0:
        return body
    index, block = below
    text = block.plain.strip()
    if block.link_chars or not (_NOTE.fullmatch(text) and _DATED.search(text) and _ADOPTED.search(text)):
        return body
    around = (node.index for node in blocks.ancestors(body.node) if node.first <= index)
    return replace(body, first=index, node=next(around, -1), header=range(index + 1, body.first))


def _is_above_first_prose(blocks: Blocks, indices: list[int], rule: str, title_key: str) -> bool:
    """Whether the first of the lines is above the text because no prose precedes it: it is in a table that is a header,
    or, if the container may include a header, it is the date, the title, a subtitle or a summary."""
    index = indices[0]
    block = blocks.blocks[index]
    if is_in_header_table(blocks, index):
        return True
    if is_day_of_event(blocks, index):
        return False
    if _is_title_of_page(blocks, indices, title_key):
        return True
    if not _may_hold_header(rule):
        return _is_first_date(blocks, index, title_key)
    return (
        _is_date_or_title(blocks, index, block.plain.strip(), title_key)
        or (rule == BETWEEN and (_is_subtitle(blocks, indices) or _is_number_apart(blocks, indices)))
        or _is_summary(blocks, indices)
    )


def _is_title_of_page(blocks: Blocks, indices: list[int], title_key: str) -> bool:
    """Whether the first of the lines is the title as pages state it and texts do not: as the value of its label, right
    above the line with date or source or above labels of a header, or as the only headline of the page."""
    index, *below = indices
    if not title_key or label_key(blocks.blocks[index].plain) != title_key:
        return False
    label = match_label(blocks.blocks[index - 1].text) if index else None
    if label is not None and label.name == "title":
        return True
    if not below:
        return False
    if blocks.nodes[blocks.blocks[index].node].tag in _HEADLINES:
        above = blocks.visible_blocks(max(0, index - _LINES_ABOVE_TITLE), index)
        if not any(title_key in label_key(line.plain) for _, line in above):
            return True
    if any(label.name and label.label not in AMBIGUOUS_LABELS for label in _labels_or_label(blocks, below[0])):
        return True
    if not _is_subheading(blocks, below[0]):
        return False
    labels = find_labels(blocks.blocks[below[0]].text)
    is_marked = _TITLE_CLASS.search(blocks.nodes[blocks.blocks[index].node].element.get("class") or "") is not None
    is_above_day = _is_day_beside_name(blocks, below[0], blocks.blocks[below[0]].plain.strip())
    return is_marked or is_above_day or any(item.name in SUBHEADING_FIELDS for item in labels)


def _is_number_apart(blocks: Blocks, indices: list[int]) -> bool:
    """Whether the first of the lines is the document's number beside the element of the text, not a line in it."""
    index, *below = indices
    if not below or match_document_number(blocks.blocks[index].plain.strip()) is None:
        return False
    own, text = (blocks.nodes[blocks.blocks[at].node] for at in (index, below[0]))
    return text.parent not in (own.parent, own.index) and text.index != own.parent


def _is_subtitle(blocks: Blocks, indices: list[int]) -> bool:
    """Whether the first of the lines is above the line with date or source, and is the document's number, or text
    follows that line."""
    first, *below = indices
    text = blocks.blocks[first].plain.strip()
    if len(text) > _MAX_SUBHEADING_CHARS or text.endswith(("。", "；", "：", ":")):
        return False
    dated = next((at for at, index in enumerate(below[:2]) if _is_subheading(blocks, index)), -1)
    if dated < 0 or is_label_below_date(blocks, first):
        return False
    return match_document_number(text) is not None or goes_on(blocks, below[dated + 1 :])


def _is_subheading(blocks: Blocks, index: int) -> bool:
    line = blocks.blocks[index]
    return is_subheading(line.text) and not _is_own_date(blocks, index, line.plain)


def _is_summary(blocks: Blocks, indices: list[int]) -> bool:
    """Whether the first of the lines is a sentence above the line with date and source, or above the labels of a
    header, with text below that."""
    if len(indices) < 2 or not blocks.blocks[indices[0]].plain.rstrip().endswith("。"):
        return False
    names, *further = (
        {label.name for label in _labels_or_label(blocks, index)} for index in indices[1 : 1 + _LINES_OF_HEADER]
    )
    row = blocks.blocks[indices[1]].row
    is_header = any(names) and "index_number" in names.union(*further)
    is_header = is_header and not (row >= 0 and is_column_header_row(blocks, blocks.nodes[row]))
    is_named = _SAYS_SUMMARY.match(blocks.blocks[indices[0]].plain) is not None
    is_named = is_named and is_subheading(blocks.blocks[indices[1]].text)
    return (names >= SUBHEADING_FIELDS or is_header or is_named) and goes_on(blocks, indices[2:])


def _labels_or_label(blocks: Blocks, index: int) -> tuple[Label | LabelMatch, ...]:
    """The labels in a line, or the label that is the whole line."""
    text = blocks.blocks[index].text
    label = match_label(text)
    return (label,) if label else find_labels(text)


def _is_date_or_title(blocks: Blocks, index: int, text: str, title_key: str) -> bool:
    """Whether a line is only a date, or is the title or a part of it."""
    block = blocks.blocks[index]
    if _is_own_date(blocks, index, text):
        return False
    if _is_cell_beside_others(blocks, block) and not _is_beside_field(blocks, index):
        return False
    if ONLY_A_DATE.fullmatch(dates_in_digits(text)) or _says_date_or_source(blocks, index, text):
        return True
    if not title_key:
        return False
    if index and label_key(blocks.blocks[index - 1].plain) == title_key and len(text) < _MAX_SUBHEADING_CHARS:
        return date_of_subheading(block.text) is not None and not text.endswith(("。", "；", "，", "：", ":"))
    key = label_key(text)
    if len(key) <= _MIN_TITLE_CHARS or key not in title_key or not _may_be_headline(blocks, block):
        return False
    return not _repeats_title(blocks, index, title_key)


def _repeats_title(blocks: Blocks, index: int, title_key: str) -> bool:
    """Whether a line of the title is one of the text: the headline is above it in another element, and the next lines
    of the text are in the same one."""
    node = blocks.nodes[blocks.blocks[index].node]
    if node.tag in _HEADLINES or _TITLE_CLASS.search(node.element.get("class") or ""):
        return False
    above = blocks.visible_blocks(max(0, index - _LINES_ABOVE_TITLE), index)
    has_headline = any(
        label_key(line.plain) == title_key
        and blocks.nodes[line.node].parent != node.parent
        and not (at and match_label(blocks.blocks[at - 1].text))  # 名称 in a header
        for at, line in above
    )
    below = blocks.visible_blocks(index + 1, index + 1 + LINES_OF_CELL)
    return has_headline and any(
        blocks.nodes[line.node].parent == node.parent and (is_prose(line) or line.plain.rstrip().endswith(("：", ":")))
        for _, line in below
    )


def _says_date_or_source(blocks: Blocks, index: int, text: str) -> bool:
    """Whether a short line begins with a date and the time of day, consists of a date and names, or says 来源."""
    line = line_of_items(blocks, index)
    return len(text) < _MAX_SUBHEADING_CHARS and bool(
        _DATE_AND_TIME.match(dates_in_digits(text)) or date_among_pieces(line) or source_of_subheading(line)
    )


def _is_first_date(blocks: Blocks, index: int, title_key: str) -> bool:
    """Whether a line right below the title, in a container that a template marks, has the day of the page: written as
    templates write it (2023-05-09) and stated nowhere above."""
    text = blocks.blocks[index].plain.strip()
    is_date = ONLY_A_DATE.fullmatch(text) or _says_date_or_source(blocks, index, text)
    if not title_key or not is_date or _ENDS_WITH_DAY.search(text):
        return False
    first = items_of_line(blocks, index).start
    above = [line for _, line in blocks.visible_blocks(max(0, first - _LINES_BELOW_DAY), first)]
    return bool(above) and label_key(above[-1].plain) == title_key and not any(_states_day(line.text) for line in above)


def _is_day_beside_name(blocks: Blocks, index: int, text: str) -> bool:
    """Whether a line behind those of a header has a day as templates write it, beside a name or the time of day."""
    is_day = ONLY_A_DATE.fullmatch(text) is None and _says_date_or_source(blocks, index, text)
    return is_day and INLINE_BOUNDARY in blocks.blocks[index].text and not _ENDS_WITH_DAY.search(text)


def _is_own_date(blocks: Blocks, index: int, text: str) -> bool:
    """Whether a line ends with a day in words that belongs to the text, because a line above states the day of the
    page: a text may begin with its speaker or publisher, and the day (云溪市市长 王一 / （2023年5月9日）)."""
    if not _ENDS_WITH_DAY.search("".join(text.split())):
        return False
    above = [line for _, line in blocks.visible_blocks(max(0, index - _LINES_BELOW_DAY), index)]
    is_copy = bool(above) and _numbers(text)[:3] == _numbers(above[-1].plain)[:3]  # shown on phones
    return not is_copy and any(_states_day(line.text) for line in above)


def _numbers(line: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d{1,4}", dates_in_digits(line))]


def _states_day(line: str) -> bool:
    """Whether a line below a headline states the day of the page."""
    labelled = any(item.name == "published_date" and item.value for item in find_labels(line))
    return is_subheading(line) and (labelled or date_of_subheading(line) is not None)


def _is_header_line(blocks: Blocks, index: int) -> bool:
    block = blocks.blocks[index]
    text = block.plain.strip()
    if INLINE_BOUNDARY in block.text and (pairs_of_elements(blocks, index) or is_line_of_values(blocks, index)):
        return True
    labels = find_labels(block.text)
    names = [f.name or f.label for f in labels]
    if len(labels) == 1 and labels[0].label in AMBIGUOUS_LABELS and _goes_with_below(blocks, index, names[0]):
        return False
    if not names or block.link_chars * 2 > len(text) or is_numbered_point(blocks, index):
        return False
    if names == ["published_date"] and is_day_of_event(blocks, index):
        return False
    if is_of_red_header(blocks, index, labels) or _is_said_again(blocks, index, labels):
        return False
    if names == ["document_number"] and SENTENCE_GOES_ON.search(labels[0].value):
        return False
    if _HOSTS.issuperset(names) or is_host_of_text(blocks, index):
        return False
    if len(names) == 1 and len(text) >= 60:
        return names[0] in SUMMARIES or (names[0] == "title" and not text.endswith("。"))
    return any(name not in _TEXT_LINES for name in names)


def _is_said_again(blocks: Blocks, index: int, labels: tuple[LabelMatch, ...]) -> bool:
    """Whether a line begins with a label that is not a field and that a line near it has with another value: a header
    has each label once, but a list of tasks has 责任单位： below every item."""
    first, *more = labels
    if more or first.name or first.label in FOOTER_LABELS or not first.at_line_start:
        return False
    near = blocks.visible_blocks(max(0, index - _LINES_OF_ENTRIES), index + _LINES_OF_ENTRIES)
    again = (each for _, block in near if first.raw_label in block.text for each in find_labels(block.text))
    return any(each.label == first.label and each.value.strip() != first.value.strip() for each in again)


def _is_cell_of_data(blocks: Blocks, index: int, begin: int) -> bool:
    return says_with_row(blocks, index, begin, is_tool=lambda block: is_page_tool(block.plain.strip()))


def _goes_with_below(blocks: Blocks, index: int, name: str) -> bool:
    """Whether a line with the label of a day or a name belongs to a text: the place of the meeting, or the address of
    the organisation, comes right after or below it."""
    return (name == "published_date" and is_day_of_event(blocks, index)) or (
        name == "title" and is_name_of_organisation(blocks, index)
    )


def _is_menu_line(block: Block) -> bool:
    """Whether a line is mostly links, or has nothing but links behind a heading of related links: 关联文件：…."""
    behind = _END_OF_HEADING.split(block.plain.strip(), maxsplit=1)[1:]
    is_related = any(0 < len(links.strip()) <= block.link_chars for links in behind) and starts_related_links(block)
    return (is_related or block.link_chars * 10 > len(block.text) * 7) and not has_file_name(block.text)


def _is_cell_beside_others(blocks: Blocks, block: Block) -> bool:
    """Whether a line is in a small cell of a row that has others: a table of data, or a header."""
    if block.row < 0 or block.cell < 0:
        return False
    row, cell = blocks.nodes[block.row], blocks.nodes[block.cell]
    return cell.last - cell.first <= LINES_OF_CELL and row.last - row.first > cell.last - cell.first


def _is_beside_field(blocks: Blocks, index: int) -> bool:
    """Whether the line before is the label of a field: the other cells of a header."""
    label = match_label(blocks.blocks[index - 1].text, coined=True) if index else None
    return label is not None and label.name != ""


def _may_be_headline(blocks: Blocks, block: Block) -> bool:
    """Whether a line may be a headline by its element: no plain paragraph, and no cell beside others or value of a
    term, such as the name of the matter in a guide."""
    node = blocks.nodes[block.node]
    if node.tag == "dd" or _is_cell_beside_others(blocks, block):
        return False
    return node.tag != "p" or bool(_TITLE_CLASS.search(node.element.get("class") or ""))
