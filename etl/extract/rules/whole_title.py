"""Completes titles of which one line shows only a part: the title continues in the lines around it, or a template cut
it off elsewhere."""

import re
from collections.abc import Iterable
from dataclasses import replace
from difflib import SequenceMatcher

from etl.extract.lexicon.labels import find_labels, label_key, match_label
from etl.extract.page.blocks import Blocks
from etl.extract.page.headlines import (
    ENDS_LIKE_A_TITLE,
    MAX_COLUMN_CHARS,
    MIN_PARTIAL_CHARS,
    Line,
    are_alike,
    names_agency,
    stands_out,
)
from etl.extract.page.subheading import is_subheading

_CONTINUES = re.compile(r"(?:关于|印发|转发|批转|(?:19|20)\d\d(?!\d))")
"""Beginnings of the second line of a title whose first line is the name of the agency."""
NAMES_SITE = re.compile("(?:网站?|门户|平台|首页)$|^首页")
_ENDS_SENTENCE = re.compile("[。；！？：:，,;.…]$")
"""The end of a sentence, or of a title that a template cut off."""
_MAX_LINES_AROUND = 3
_CUT_OFF = re.compile(r"(?:\.{2,}|…+)$")
_LABEL_OR_NOTE = re.compile(r"\s*(?:[\u4e00-\u9fff]{2,6}[:：]|[（(\[【])")
_LIFE = re.compile(r"\s*([\u4e00-\u9fff·]{2,12})[，,]\s*[男女][，,]")
LINES_OF_LIFE = 15
"""Number of lines above the beginning of a life one of which is the name; of first lines of a text that may be it."""
_BLOCKS_RIGHT_ABOVE, _MAX_TITLE_CHARS = 3, 80
"""Number of blocks above a text, tools among them, one of which may be a title without any sign of one; its maximum
length."""
_BLOCKS_OF_LABELS = 40
"""Maximum number of blocks of a header between a title and its text."""
_MIN_LIKENESS, _NUMBERS = 0.75, re.compile(r"\d+")
_MIN_BEGINNING = 8
"""Minimum length of a truncated title."""


def with_lines_around(line: Line, lines: Iterable[Line], blocks: Blocks, stated: list[str]) -> Line:
    """The headline joined with the lines right above and below it that are one title with it (关于加强 /
    水利工作的意见) and have the same form, unless the page states the line alone as its title."""
    if label_key(line.text) in stated:
        return line
    by_block = {each.block: each for each in lines}
    first = last = line.block
    text = line.text
    for _ in range(_MAX_LINES_AROUND):
        above, below = by_block.get(first - 1), by_block.get(last + 1)
        if above and _are_alike(blocks, first - 1) and _goes_on(above.text, text, by_block[first].text):
            text, first = above.text + text, first - 1
        elif below and _are_alike(blocks, last) and _goes_on(text, below.text, below.text):
            text, last = text + below.text, last + 1
        else:
            break
    return replace(line, block=last, text=text)


def _are_alike(blocks: Blocks, index: int) -> bool:
    """Whether a line and the one below it have the same form: in one element, or as rows of one cell each."""
    if are_alike(index, index + 1, blocks):
        return True
    rows = [blocks.nodes[max(block.row, 0)] for block in blocks.blocks[index : index + 2]]
    return all(row.tag == "tr" and row.last - row.first == 1 for row in rows) and rows[0].parent == rows[1].parent


def _goes_on(upper: str, lower: str, line: str) -> bool:
    """Whether a line and the text below it, which begins with another `line`, are one title: the name of one or several
    agencies and the document that they issue, or a line that breaks off after 关于 and one that ends like a title."""
    key, whole = label_key(upper), label_key(upper + lower)
    if names_agency(key) and (_CONTINUES.match(lower) or (line != lower and names_agency(label_key(line)))):
        return NAMES_SITE.search(key) is None
    breaks_off = "关于" in key and not ENDS_LIKE_A_TITLE.search(key) and not _ENDS_SENTENCE.search(key)
    return breaks_off and ENDS_LIKE_A_TITLE.search(whole) is not None


def completed(lines: Iterable[Line], cut: Iterable[str]) -> Line | None:
    """The first line that begins with a truncated title (关于…面试成绩的...) and continues it."""
    beginnings = [key[: match.start()] for each in cut if (match := _CUT_OFF.search(key := label_key(each)))]
    for line in lines if beginnings else ():
        key = label_key(line.text)
        for beginning in beginnings:
            goes_on = key.startswith(beginning) and len(key) > len(beginning) >= _MIN_BEGINNING
            if goes_on and not _CUT_OFF.search(key):
                return line
    return None


def stated_whole(line: str, stated: Iterable[str]) -> str | None:
    """The first stated title that begins with a headline which a template cut off, and is whole."""
    key = label_key(line)
    match = _CUT_OFF.search(key)
    if match is None or match.start() < _MIN_BEGINNING:
        return None
    wholes = (title for title in stated if not _CUT_OFF.search(label_key(title)))
    return next((title for title in wholes if label_key(title).startswith(key[: match.start()])), None)


def names_column_or_site(parts: Iterable[str]) -> bool:
    """Whether `<title>` (its `parts`) names only a column and a site."""
    return all(len(key := label_key(part)) <= MAX_COLUMN_CHARS or names_agency(key) for part in parts)


def line_right_above(blocks: Blocks, lines: list[Line], first: int) -> Line | None:
    """The line right above a text that begins at block `first`, or above the labels of its header, if it may be a title
    without any sign of one: it is no value of a label, no name of a column or an agency, no note, and no sentence."""
    first = _top_of_labels(blocks, first)
    above = (line for line in reversed(lines) if line.block < first)
    line = next((line for line in above if not is_subheading(blocks.blocks[line.block].text)), None)
    if line is None or not first - _BLOCKS_RIGHT_ABOVE <= line.block or blocks.blocks[line.block].link_chars:
        return None
    key = label_key(line.text)
    is_value = line.block > 0 and match_label(blocks.blocks[line.block - 1].text) is not None
    if is_value or not MIN_PARTIAL_CHARS <= len(key) <= _MAX_TITLE_CHARS or names_agency(key):
        return None
    return None if _ENDS_SENTENCE.search(line.text) or _LABEL_OR_NOTE.match(line.text) else line


def _top_of_labels(blocks: Blocks, first: int) -> int:
    """The first of the lines with labels, and of the labels and values in elements of their own, right above block
    `first`; `first` if there are none."""
    top = first
    while top > 1 and first - top < _BLOCKS_OF_LABELS:
        label, line = blocks.blocks[top - 2 : top]
        if [blocks.nodes[each.node].tag for each in (label, line)] == ["dt", "dd"] or match_label(label.text):
            top -= 2
        elif find_labels(line.text):
            top -= 1
        else:
            break
    return top


def name_of_life(blocks: Blocks, last: int) -> str | None:
    """The name of the person whose life begins above block `last` (王一，男，…), if it is a line or a value of its own
    above that, and the page tells no other life."""
    matches = ((index, _LIFE.match(block.plain)) for index, block in blocks.visible_blocks(0, len(blocks.blocks)))
    lives = [(index, life[1]) for index, life in matches if life]
    if not lives or lives[0][0] >= last or len({name for _, name in lives}) > 1:
        return None
    index, name = lives[0]
    above = blocks.visible_blocks(max(0, index - LINES_OF_LIFE), index)
    lines = (re.split("[:：]", line.plain)[-1] for _, line in above)
    return name if any("".join(line.split()) == name for line in lines) else None


def like_stated_title(blocks: Blocks, lines: list[Line], parts: Iterable[str]) -> Line | None:
    """The first line that looks like a headline and has nearly the words of a part of `<title>`: the same title, typed
    twice."""
    keys = [key for part in parts if len(key := label_key(part)) > MAX_COLUMN_CHARS and not names_agency(key)]
    for line in lines if keys else ():
        key = label_key(line.text)
        if (
            any(_are_near(key, other) for other in keys)
            and not _ENDS_SENTENCE.search(line.text)
            and stands_out(blocks, blocks.blocks[line.block])
        ):
            return line
    return None


def _are_near(key: str, other: str) -> bool:
    """Whether two titles end alike, have the same numbers, and differ in a few characters."""
    is_same_kind = key[-2:] == other[-2:] and _NUMBERS.findall(key) == _NUMBERS.findall(other)
    return is_same_kind and SequenceMatcher(None, key, other).ratio() >= _MIN_LIKENESS


def title_at_top(blocks: Blocks, lines: list[Line], parts: Iterable[str], stated: list[str]) -> Line | None:
    """The first of the text's first lines that looks like a headline and ends like a title, if `<title>` (its `parts`)
    names only a column and a site."""
    if not names_column_or_site(parts):
        return None
    for line in lines:
        if ENDS_LIKE_A_TITLE.search(line.text) and stands_out(blocks, blocks.blocks[line.block]):
            whole = with_lines_around(line, lines, blocks, stated)
            return whole if len(whole.text) >= MIN_PARTIAL_CHARS else None
    return None
