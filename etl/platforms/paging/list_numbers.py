"""Numbers of pages and documents in scripts, data, attributes and hidden inputs of a page, recognised by their names.

Templates use too many names to list them. So a name is understood by its words: `intTotalPage`,
`page_count`, `maxPageNum` and `zongYeShu` count pages, `recordCount`, `listTotal` and `zts` documents. `visiblePages`,
`pageWidth` and `visitCount` contain other words and count neither.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from etl.outside import digits
from etl.platforms.elements.list_addresses import is_of_other_box
from etl.web.page import WebPage

Kind = Literal["pages", "documents"]

_ALL = "total|totle|counts?|cnt|all|sum"
_LAST = f"{_ALL}|max|last|end"
_PAGES = "pages?|pg"
_DOCUMENTS = "records?|recs?|rows?|items?|articles?|infos?|docs?|news|elements?|results?|list|datas?"
_NEUTRAL = "nums?|number|no|size|of|the|my|int|str|js|hid(?:den)?|hdn|hf|lbl"
_WORDS = re.compile(rf"[mgniosp]{{0,2}}(?:{_LAST}|{_PAGES}|{_DOCUMENTS}|{_NEUTRAL})+")
_SIZE_OF_PAGE = re.compile(rf"(?:{_PAGES}).{{0,40}}(?:size|{_DOCUMENTS})")
_TOTAL_OF_PAGES = re.compile(rf"(?:{_LAST}).{{0,40}}(?:{_PAGES})|(?:{_PAGES}).{{0,40}}(?:{_LAST})|nums?(?:of)?pages")
_TOTAL_OF_DOCUMENTS = re.compile(
    rf"(?:{_ALL}).{{0,40}}(?:{_DOCUMENTS})|(?:{_DOCUMENTS}).{{0,40}}(?:{_ALL})|"
    r"(?:total|totle|all|sum)(?:counts?|nums?|number|size|sum)|(?:count|num)total"
)
_IN_PINYIN: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("pages", re.compile(r"z(?:ong)?y(?:e)?s(?:hu)?|zongye|yeshu")),
    ("documents", re.compile(r"zts|zjls?|zongshu|zong(?:tiao|jilu)(?:shu)?")),
)
"""总页数 and 总条数, 总记录数, 总数."""
_NO_WORD = re.compile(r"[^a-z]")

_NUMBER = re.compile(
    r"""[:=]\s*+(?:(?:parseInt|parseFloat|Number|eval)\s*+\(\s*+)?["']?(\d{1,8})(?![\w.%]|\s?[,|/]\s?\d)"""
)
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$-"
_MAX_NAME = 40
# A bare `total` or `count` may count anything; beside a list or a page size it counts the documents of the list.
_OF_A_LIST = re.compile(
    r"page[_-]?(?:size|num|no|index|count)|current_?page|\b(?:page|size|limit|curr|rows|records|items|list|articles|data)\b"
    r"""["']?\s*[:=]""",
    re.IGNORECASE,
)
_OF_PAGES, _SIZE = re.compile(r"\bpno\s?:"), re.compile(r"size\s?:", re.IGNORECASE)
"""The number of the page beside which kkpager has that of all pages: `{pno: 1, total: 5}`; with the number of rows on a
page, others have that of all rows."""
_BEHIND_A_LIST = re.compile(r"""\]\s*,\s*["']?\w+["']?\Z""")
_OWNER = re.compile(r"""([\w$.]{2,60})["']?\s*[=(:]\s*\{[^{}]*\Z""")
"""The variable or function that receives an object: `hotList = {total: 9`, `new VideoList({total: 9`."""
_VISITS = r"""["'][#.]?\w{0,12}(?:visit|hits?|pv|uv|fangwen|fwl|views?)"""
_AROUND = 120


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of pages and documents that a page states; None for a number that it does not state.

    `sign`: the text with the number. `in_words`: the text is shown, not only a variable of a script.
    """

    sign: str
    in_words: bool
    pages: int | None = None
    current: int | None = None
    documents: int | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """A number that a page states. `sign`: the text that contains it."""

    kind: Kind
    value: int
    sign: str


@lru_cache(maxsize=4096)
def counted_by(name: str) -> Kind | None:
    """What a variable, attribute or key with this name counts: pages, documents, or neither."""
    plain = _NO_WORD.sub("", name.lower().removeprefix("data-"))
    for kind, pattern in _IN_PINYIN:
        if pattern.fullmatch(plain):
            return kind
    if plain in ("numfound", "numberofitems"):  # of Solr and of schema.org
        return "documents"
    if not _WORDS.fullmatch(plain) or _SIZE_OF_PAGE.search(plain):
        return None
    if _TOTAL_OF_PAGES.search(plain):
        return "pages"
    return "documents" if _TOTAL_OF_DOCUMENTS.search(plain) else None


def numbers_in_code(source: str) -> Iterator[Stated]:
    """The numbers of pages and documents in variables, objects and attributes.

    A variable that is assigned again later (`var pageCount = 1; … pageCount = data.pages`) is ignored.
    """
    for match in _NUMBER.finditer(source):
        start, value = match.start(), digits(match[1])
        before = source[max(0, start - _MAX_NAME) : start].rstrip("\"'\\ \t\n")
        name = before[len(before.rstrip(_LETTERS)) :]
        kind = _counted(name, source, start, match.end()) if name else None
        if not kind or before[: -len(name)].rstrip()[-1:] == "?" or _is_shown_as_visits(name, source, match.end()):
            continue
        if value > 1 or not _is_set_later(name, source):
            yield Stated(kind, value, f"{name}{match[0]}")


def _counted(name: str, source: str, start: int, end: int) -> Kind | None:
    if name in ("pages", "data-pages"):
        return "pages"
    if name not in ("total", "count", "data-total", "data-count"):
        return counted_by(name)
    before, after = source[max(0, start - _AROUND) : start], source[end : end + _AROUND]
    if (owner := _OWNER.search(before)) and is_of_other_box(owner[1]):
        return None
    if name == "total" and _OF_PAGES.search(beside := f"{before} {after}"):
        return "documents" if _SIZE.search(beside) else "pages"
    of_a_list = _BEHIND_A_LIST.search(before) or _OF_A_LIST.search(before) or _OF_A_LIST.search(after)
    return "documents" if of_a_list else None


def _is_shown_as_visits(name: str, source: str, end: int) -> bool:
    """Whether the script writes the number into an element that counts visits."""
    return (
        re.search(rf"{_VISITS}\w*[\"'][^;]{{0,20}}[(=]\s*{re.escape(name)}\b", source[end : end + _AROUND]) is not None
    )


def _is_set_later(name: str, source: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}\s*=(?!=)\s*(?![\d\"'])\S", source) is not None


def numbers_in_inputs(page: WebPage) -> Iterator[Stated]:
    """The numbers in hidden inputs and `<meta>` elements whose names or ids mean such a number."""
    for item in (*page.elements["input"], *page.elements["meta"]):
        value = (item.get("value") or item.get("content") or "").strip()
        name = next((name for name in (item.get("id"), item.get("name")) if name and counted_by(name)), None)
        if name and value.isdigit() and (kind := counted_by(name)):
            yield Stated(kind, digits(value), f"{name} {value}")
