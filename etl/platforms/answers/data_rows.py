"""Rows of data that are documents: which of their values are the address, the title, the dates and the numbers.

Services name them as they like: `url`, `docpuburl`, `DOCPUBURL`, `doc_pub_url`, `linkurl`; `title`, `DOCTITLE`, `bt`.
So names are compared without case and signs and are ranked, and an address must be one: a value that is the same in
every row, or leads to a picture, is none of a document. Names as of some thirty services that other people's crawlers
of government sites ask, read in November 2026.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from typing import Any

from etl.dates import parse_china_date
from etl.platforms.answers.answers import read_data, strip_markup
from etl.platforms.base import Entry
from etl.web.urls import resolved

_NO_WORD = re.compile(r"[\W_]+")
_ADDRESS_NAME = re.compile(r"(?:url|href|link|uri|urls|path|redirect|address)$")
_OTHER_NAME = re.compile(
    r"im(?:a?ge?)|pic|photo|thumb|cover|logo|icon|avatar|video|audio|media|site|channel|column|category|parent|home|host"
    r"|domain|base|api|qr|author|dept|organ"
)
# The surest first; a file's address or that of the page that was copied only where a row has no other.
_ADDRESS_RANK = tuple(
    re.compile(name)
    for name in (
        r"(?:chnl)?doc(?:pub)?url$", r"pub(?:lish)?url$", r"url$", r"href$", r"urls$",
        r"(?:info|visit|page|post|art|article|news|detail|content|static|html|web)(?:page)?url$",
        r"link(?:url)?$", r"^(?!.*(?:source|src|file|attach|annex|wap|mobile|address))", r"",
    )
)  # fmt: skip
_ADDRESS = re.compile(
    r"\A(?:(?:(?:https?:)?//[^\s/]|\.{0,2}/)\S*+|[\w%-][\w%./-]*\.(?:s?html?|jsp|aspx?|php|do|pdf|docx?|ofd)(?:[?#]\S*+)?)\Z",
    re.IGNORECASE,
)
_LINKED = re.compile(r"""\A\s*+<a\b[^<>]{0,300}?\bhref\s{0,3}=\s{0,3}["']?([^"'\s<>]{1,500})""", re.IGNORECASE)
"""A value that is a link, as services write it for tables."""
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|bmp|ico|css|js)(?:$|[?#])", re.IGNORECASE)
_TITLES = tuple(
    re.compile(name)
    for name in (
        r"(?:doc|info|art|article|news|content|policy|file)?title$", r"(?:show|list|full|real)title$", r"bt$",
        r"headline$|subject$", r"(?:doc|file|info|policy|article|news|zc|wj)(?:name|mc)$", r"name$|mc$",
    )
)  # fmt: skip
_MOMENT = r"(?:date|time|day|rq|sj|at|on)(?:str|string|time)?s?$"
_DATES = {
    "published_date": (
        rf"(?:doc|info|art|article|news|first|content)*(?:pub|publish(?:ed)?|rel(?:ease)?d?|fb|issued?|posted?|online){_MOMENT}",
        rf"(?:show|display|info|dis|handle?s?)*{_MOMENT}", r"dates?time$|riqi$",
    ),
    "written_date": (rf"(?:written|write|generate|cw|chengwen|doc|file|sign){_MOMENT}",),
}  # fmt: skip
_FIELDS = {
    "index_number": r"ind(?:e?x)?(?:no|id|num|number|code)|syh|irn|identifier|idxno|zfidxno",
    "document_number": r"file(?:no|num|number|code)|wh|fwzh|fwwh|wenhao|fawenzihao|pcode|doc(?:ument)?(?:no|number)"
    r"|writtentext",
    "publisher": r"pub(?:lish)?(?:org|organ|dept|unit)(?:name)?|publisher|fbjg|fwjg|issuer|puborg",
}
_DATE_PATTERNS = {name: tuple(map(re.compile, patterns)) for name, patterns in _DATES.items()}
_FIELD_PATTERNS = {name: re.compile(pattern) for name, pattern in _FIELDS.items()}
_MOST_WITHOUT = 0.4
"""Share of the rows of a list that may lack an address."""
_WRAPS = ("source", "_source", "data", "doc", "fields", "record", "info")
"""Names under which a row may have what it says in an object of its own."""


def flat_rows(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """The objects among the rows by plain names, with the values of the objects in them; their own come first."""
    return [_flat(row) for row in rows if isinstance(row, dict)]


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in row.items():
        flat.setdefault(plain_name(name), value)
    wrapped = [row[name] for name in _WRAPS if isinstance(row.get(name), dict)]
    for inner in [*wrapped, *(value for value in row.values() if isinstance(value, dict))]:
        for name, value in inner.items():
            if not isinstance(value, (dict, list)):
                flat.setdefault(plain_name(name), value)
    return flat


def plain_name(name: Any) -> str:
    """A name without case and signs: `DOC_PUB_URL` is `docpuburl`."""
    return _NO_WORD.sub("", str(name)).lower()


def address_names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of values that are addresses of the rows' documents, the surest first; none if few rows have one."""
    names = dict.fromkeys(
        name for row in rows for name, value in row.items() if _is_of_address(name) or _is_link(value)
    )
    values = {name: [each for row in rows if (each := address_of(row.get(name)))] for name in names}
    # What leads from every row to one place is no document.
    values = {name: each for name, each in values.items() if len(set(each)) > 1 or len(rows) == 1 or len(each) == 1}
    ranked = sorted((name for name in names if values.get(name)), key=lambda name: _rank(name, _ADDRESS_RANK))
    covered = sum(any(address_of(row.get(name)) for name in ranked) for row in rows)
    return ranked if rows and covered >= len(rows) * (1 - _MOST_WITHOUT) else []


def _is_of_address(name: str) -> bool:
    return _ADDRESS_NAME.search(name) is not None and not _OTHER_NAME.search(name)


def _is_link(value: Any) -> bool:
    return isinstance(value, str) and _LINKED.match(value) is not None


def address_of(value: Any) -> str:
    """The address that a value is, or holds for browsers (`{"pc": "/a.html"}`, perhaps in a string); empty for none."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = read_data(value)
        except ValueError:
            return ""
    if isinstance(value, dict):
        value = value.get("pc") or next((each for each in value.values() if isinstance(each, str)), "")
    text = value.strip() if isinstance(value, str) else ""
    text = unescape(link[1]) if (link := _LINKED.match(text)) else text
    return text if _ADDRESS.match(text) and not _PICTURE.search(text) else ""


def has_titles(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the rows have titles, as documents have."""
    return any(_title(row) for row in rows)


def entries_of(rows: Sequence[Mapping[str, Any]], names: Sequence[str], base: str) -> tuple[Entry, ...]:
    """The rows' documents. A row without an address gets one that is no URL, and the run reports it."""
    return tuple(_entry(row, names, base) for row in rows)


def _entry(row: Mapping[str, Any], names: Sequence[str], base: str) -> Entry:
    address = next(filter(None, (address_of(row.get(name)) for name in names)), "")
    return Entry(resolved(base, address) if address else f"row:{row.get('id', '')}", _title(row), dict(_fields(row)))


def _title(row: Mapping[str, Any]) -> str:
    for pattern in _TITLES:
        for name, value in row.items():
            if pattern.match(name) and isinstance(value, str) and (title := strip_markup(value)):
                return title
    return next((strip_markup(value) for value in row.values() if _is_link(value)), "")


def _fields(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field, pattern in _FIELD_PATTERNS.items():
        values = (strip_markup(value) for name, value in row.items() if pattern.fullmatch(name))
        if value := next((each for each in values if each not in ("", "null")), ""):
            yield field, value
    for field, patterns in _DATE_PATTERNS.items():
        named = (value for pattern in patterns for name, value in row.items() if pattern.match(name))
        if day := next(filter(None, map(parse_china_date, named)), None):
            yield field, day


def _rank(name: str, patterns: Sequence[re.Pattern[str]]) -> int:
    return next((place for place, pattern in enumerate(patterns) if pattern.match(name)), len(patterns))
