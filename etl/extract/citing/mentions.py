"""Mentions of documents in a text: titles in 《》, 文号, or both side by side; each place once, in order."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from etl.document_number import match_document_number, normalise_document_number
from etl.extract.citing.names import MAX_TITLE

_OPEN, _CLOSE = r"[〔\[【(（〈﹝［<{「]", r"[〕\]】)）〉﹞］>}」]"
_DIGIT = "[0-9０-９]"
# The unmistakable part of a 文号: year in brackets, serial, 号. The code before it is read backwards.
_YEAR_AND_SERIAL = re.compile(
    rf"{_OPEN}\s{{0,3}}(?:[1１]\s?[9９]|[2２]\s?[0０])\s?{_DIGIT}\s?{_DIGIT}\s{{0,3}}{_CLOSE}\s{{0,3}}"
    rf"(?:第\s{{0,3}})?{_DIGIT}{{1,5}}(?:[-—]{_DIGIT}{{1,3}})?\s{{0,3}}号"
)
_CODE = re.compile(r"[\u4e00-\u9fffA-Za-zＡ-Ｚａ-ｚ]{2,40}\s{0,3}$")
_LOOK_BACK = 40
# Words before a code in running text: the code begins after the last of them. No code contains any of these words.
_BEFORE_CODE = re.compile(
    r".*(?:根据|按照|依据|依照|遵照|参照|执行|贯彻|落实|印发|转发|发布|下发|制定|出台|关于|以及|废止|文号|依法|符合|通过|附件|"
    r"其中|号文|国务院|人民政府|办公厅|办公室|委员会|管理局|总局|教育部|财政部|文件|[的按经对将由以原见即与及是为至该])"
)
_AND, _SINCE = re.compile(r"[和据照](?=.{2})"), re.compile(r"自(?=.{2})")
_CODE_CHARS = 14
"""Maximum length of a code. The longest on saved pages has nine characters; anything longer contains words of the
sentence."""
_TITLE_MARK = re.compile("[《》]")
_BRACKETS = re.compile(r"\s{0,3}[（(〔\[【][^（）()《》\n]{0,25}|\s{0,3}")
# Brackets after a title may contain an order's number, or a short name.
_ORDER = re.compile(r"\s{0,3}[（(〔\[【]([^（(《》；。\n]{3,40}?)(?:[）)〕\]】，,；;、]|以下|自\d)")
_ORDER_WITHOUT_ORGAN = re.compile(r"^[\u4e00-\u9fff、 ]{2,30}第\s*\d{1,4}\s*号\s*(?:令|公告)$")
_SHORT_NAME = re.compile(
    r"\s{0,2}[（(]?[^（()）《》。；\n]{0,60}(?:以下|下文|下|并)?(?:统一)?(?:简称|称)(?:为)?[:：“\"'‘]{0,2}"
)
_BREAK = re.compile(r"\s*\n\s*")


@dataclass(slots=True)
class Mention:
    """A place that names a document: characters from `start` to `end` (not included). `full`: for a short name, the
    mention with the full name."""

    start: int
    end: int
    title: str | None
    number: str | None
    full: "Mention | None" = None


def mentions(text: str) -> list[Mention]:
    """All places in the order of the text, whatever they name."""
    titles = [Mention(start, end, _one_line(text[start + 1 : end - 1]), None) for start, end in _titles(text)]
    numbers = list(_numbers(text))
    _name_short_ones(text, titles)
    return _joined(text, titles, numbers)


def _titles(text: str) -> Iterator[tuple[int, int]]:
    """Positions of 《…》, including the brackets; of nested titles only the outer one."""
    if "《" not in text:
        return
    opened: deque[int] = deque()
    pairs: list[tuple[int, int]] = []
    for mark in _TITLE_MARK.finditer(text):
        while opened and mark.start() - opened[0] > MAX_TITLE:
            opened.popleft()  # never closed: the following text does not belong to it
        if mark.group() == "《":
            opened.append(mark.start())
        elif opened:
            pairs.append((opened.pop(), mark.end()))
    ended = 0
    for start, end in sorted(pairs, key=lambda pair: (pair[0], -pair[1])):
        if start >= ended and "。" not in text[start:end]:
            ended = end
            yield start, end


def _one_line(title: str) -> str:
    return " ".join(_BREAK.sub("", title).split())


def _numbers(text: str) -> Iterator[Mention]:
    if "号" not in text:
        return
    ended = 0
    for match in _YEAR_AND_SERIAL.finditer(text):
        start = _start_of_code(text, max(ended, match.start() - _LOOK_BACK), match.start())
        ended = match.end()
        if start is not None:
            yield Mention(start, ended, None, normalise_document_number(text[start:ended]))


def _start_of_code(text: str, first: int, end: int) -> int | None:
    """The start of the 机关代字 that ends before the year; None if none is recognised."""
    match = _CODE.search(text, first, end)
    if match is None:
        return None
    start = match.start()
    code = match.group()
    whole = start > 0 and text[start - 1] in "（(〔[【《\n"
    cut = _BEFORE_CODE.match(code)
    if cut and len(code[cut.end() :].rstrip()) >= 2:
        start += cut.end()
        code = code[cut.end() :]
    if not whole and (lead := _AND.match(code) or (_SINCE.match(code) if "起" in text[end : end + 50] else None)):
        start += lead.end()
        code = code[lead.end() :]
    return start if len(code) <= _CODE_CHARS else None


def _name_short_ones(text: str, titles: Sequence[Mention]) -> None:
    """Finds titles that are short names, 《…条例》（以下简称《条例》）, and the documents that these words mean
    later."""
    short: dict[str, Mention] = {}
    before: Mention | None = None
    for title in titles:
        name = title.title or ""
        if before and title.start - before.end <= 80 and _SHORT_NAME.fullmatch(text, before.end, title.start):
            short[name] = before.full or before
        title.full = short.get(name)
        before = title


def _joined(text: str, titles: Sequence[Mention], numbers: Sequence[Mention]) -> list[Mention]:
    """Titles and numbers in order; those side by side are one mention. Numbers in titles are parts of them."""
    joined: list[Mention] = []
    waiting = list(reversed(numbers))
    for title in titles:
        while waiting and waiting[-1].start < title.start:
            number = waiting.pop()
            joined.append(number)
        while waiting and waiting[-1].start < title.end:
            waiting.pop()
        before = joined[-1] if joined else None
        if before and before.title is None and before.end == title.start:
            # 财税〔2016〕36号《关于…的通知》
            joined.pop()
            title.start, title.number = before.start, before.number
        elif (
            waiting and waiting[-1].start - title.end <= 30 and _BRACKETS.fullmatch(text, title.end, waiting[-1].start)
        ):
            number = waiting.pop()
            closed = text[title.end : number.start].strip() and text[number.end : number.end + 1] in tuple("）)〕]】")
            title.number, title.end = number.number, number.end + bool(closed)
        elif order := _ORDER.match(text, title.end):
            words = order.group(1).strip()
            if match_document_number(words) or _ORDER_WITHOUT_ORGAN.match(words):
                title.number = normalise_document_number(words)
                title.end = order.end() if order.group().endswith(tuple("）)〕]】")) else order.end(1)
        joined.append(title)
    joined += reversed(waiting)
    return joined
