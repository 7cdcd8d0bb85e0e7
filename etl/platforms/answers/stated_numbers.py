"""What data says of the length of its list: the documents and pages that it counts, and signs that there are more.

A total stands beside the rows or around them, as a number or in words (`"total": "共93条"`), in an object or a list of
its own, or in each row. A sign is less sure, and counts only for a list that cannot be turned: a name that may count
anything, `hasMore`, the number of the next page, a cursor.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from etl.outside import MAX_COUNT, count
from etl.platforms.answers.answers import stated_total
from etl.platforms.answers.data_rows import BESIDE, plain_name
from etl.platforms.base import fills_page
from etl.platforms.paging.list_numbers import counted_by

_MORE_DOCUMENTS = frozenset(
    {"total", "totals", "totalhits", "hits", "count", "num", "recordsfiltered", "itotalrecords"}
)
"""Names that count documents beside a list, and other things elsewhere."""
_OF_PAGE = frozenset({"count", "num"})
"""Those that count the rows of the page on many sites."""
_PAGES = frozenset({"pages"})
_IN_WORDS = re.compile(r"共?\s?(\d{1,9})\s?[条篇件个项]")
_COUNTS = re.compile(
    r"^(?!.*(?:size|limit|visit|view|read|click|browse|down|hits?num|pv|uv|page|time|code|id$|m(?:ax|in)num|org|dept|user"
    r"|order|word|att|pic|img|colum|chan|site|comment|me?ss?a?ge?))"
    r"(?:.*(?:total|totle|count|amount)|zs$|zongshu|.*(?:nums?|sum|all|cnt|tot|found|matche[sd])$)"
)
"""Names beside a list that may count its documents, though no rule is sure of it."""
_MORE = re.compile(r"(?:has|is|load)?_?(?:more|next|nextpage)|nextpage(?:no|num|number)?")
_LAST = re.compile(r"(?:is)?(?:last|end|lastpage|finish|finished)|nomore")
_CURSOR = re.compile(r"next\w{0,6}(?:cursor|token|id|key)|searchafter")
_NUMBERS_OF_PAGES = re.compile(r"\w{0,12}(?:page_?num(?:ber)?s|pages|page_?list)")
_PAGER_WORDS = re.compile(
    r"下一?页|共\s{0,9}(?:[2-9]|[1-9]\d{1,4})\s{0,9}页|\A\s{0,9}1\s?/\s?(?:[2-9]|[1-9]\d{1,4})\s{0,9}\Z"
)
_COUNTED_IN_WORDS = re.compile(r"共[^\d<>]{0,12}(\d{1,9})\s{0,9}(?:[条篇]|个?记录|个?结果)")
_MAX_ITEMS, _MAX_DEPTH = 3, 4
"""Maximum length of the lists, and maximum depth in an answer, in which objects far from the rows are searched."""


def stated(objects: Sequence[Mapping[str, Any]], rows: int) -> tuple[int | None, int | None]:
    """(documents, pages) that the objects around a list of so many rows state."""
    documents: list[int] = []
    pages: list[int] = []
    for name, value in ((plain_name(name), value) for each in objects for name, value in each.items()):
        number = _number(value)
        if number is None or (name in _OF_PAGE and number <= rows):
            continue
        kind = "documents" if name in _MORE_DOCUMENTS else "pages" if name in _PAGES else counted_by(name)
        if kind == "pages" and number == rows and fills_page(rows):  # It may be the size of the page.
            continue
        if kind:
            (documents if kind == "documents" else pages).append(number)
    return stated_total(max(documents, default=None), rows), max(pages, default=None) or None


def _number(value: Any) -> int | None:
    """The number that a value states: alone, in words, in a list of one, or as the `value` of an object."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("value") if value.get("relation") != "gte" else None
    if isinstance(value, str) and (words := _IN_WORDS.fullmatch(value.strip())):
        value = words[1]
    return count(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else None


def sign_of_more(
    content: Any, around: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], seen: int
) -> str:
    """What in an answer says that there are more documents than were seen with these rows; empty where nothing does."""
    near = (each for outer in around for each in (outer, *objects_in(outer)))
    signs = (_sign(name, value, seen) for each in near for name, value in each.items())
    if sign := next(filter(None, signs), ""):
        return sign
    counted = [stated([each], len(rows)) for each in _far(content, len(rows), 0)]
    total = max((documents or 0 for documents, _ in counted), default=0)
    pages = max((pages or 0 for _, pages in counted), default=0) if seen == len(rows) else 0
    if total > seen or (total := _in_each(rows, seen) or 0):
        return f"total: {total}"
    return f"pages: {pages}" if pages > 1 else ""


def says_end(around: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a value beside the rows says that no more follow: `hasMore: false`, `last: true`, no next page."""
    near = (pair for outer in around for each in (outer, *objects_in(outer)) for pair in each.items())
    for name, text in ((plain_name(name), str(value).strip().lower()) for name, value in near):
        if _LAST.fullmatch(name) and text in ("true", "y", "1"):
            return True
        if _MORE.fullmatch(name) or _CURSOR.fullmatch(name):
            # There may be no next page; an empty `more` says nothing, or is where 更多 leads.
            is_empty = text in ("", "null", "none") and not name.endswith("more")
            if is_empty or text in ("false", "n", "0", "-1"):
                return True
    return False


def objects_in(outer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The objects in an object that may say something of the list in it."""
    return (each for name, each in outer.items() if isinstance(each, dict) and not BESIDE.search(plain_name(name)))


def _sign(name: str, value: Any, seen: int) -> str:
    """What a value near the rows says of more documents than were seen, with its name or as words; empty for none."""
    if _is_sign(plain_name(name), value, seen):
        return f"{name}: {str(value).lower()[:40]}"
    return _words_of_more(value, seen) if isinstance(value, str) else ""


def _is_sign(name: str, value: Any, seen: int) -> bool:
    """Whether a value of this name says that there are more documents than were seen."""
    text = str(value).strip().lower()
    if _LAST.fullmatch(name):
        return text in ("false", "n") or (text == "0" and name.startswith("is"))
    if _MORE.fullmatch(name):
        # Some services state page 1 as the next page of a list of one page.
        least = 2 if name.startswith("next") else 1
        return text in ("true", "y") or least <= (count(value) or 0) < MAX_COUNT
    if _CURSOR.fullmatch(name):
        return isinstance(value, (int, str)) and text not in ("", "0", "-1", "null", "none", "false")
    if isinstance(value, list):
        return _NUMBERS_OF_PAGES.fullmatch(name) is not None and any((count(each) or 0) > 1 for each in value)
    return _COUNTS.search(name) is not None and seen < (_number(value) or 0) < MAX_COUNT


def _words_of_more(text: str, seen: int) -> str:
    """The words of a pager or a message that say that there are more documents than were seen; empty for none."""
    if pager := _PAGER_WORDS.search(text):
        return pager[0].strip()
    counted = _COUNTED_IN_WORDS.search(text)
    return counted[0] if counted and (count(counted[1]) or 0) > seen else ""


def _far(value: Any, rows: int, depth: int) -> Iterator[Mapping[str, Any]]:
    """The objects of an answer that are no rows."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        inner = {name: each for name, each in value.items() if not BESIDE.search(plain_name(name))}
        yield {name: each for name, each in inner.items() if plain_name(name) not in _OF_PAGE}
        for each in inner.values():
            yield from _far(each, rows, depth + 1)
    elif isinstance(value, list) and len(value) <= _MAX_ITEMS and len(value) != rows:
        for each in value:
            yield from _far(each, rows, depth + 1)


def _in_each(rows: Sequence[Mapping[str, Any]], seen: int) -> int | None:
    """The total that every row states."""
    for name in rows[0] if len(rows) > 1 else ():
        values = {str(row.get(name)) for row in rows}
        counts = name == "total" or counted_by(name) == "documents"
        if counts and len(values) == 1 and seen < (number := count(values.pop()) or 0) < MAX_COUNT:
            return number
    return None
