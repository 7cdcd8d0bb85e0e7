"""Rows of data that are documents: which of their values are the address, the title, the dates and the numbers.

Services name them as they like: `url`, `docpuburl`, `DOCPUBURL`, `doc_pub_url`, `linkurl`; `title`, `DOCTITLE`, `bt`.
So names are compared without case and signs and are ranked, and an address must be one: a value that is the same in
every row, or leads to a picture, is none of a document. Names as of some thirty services that other people's crawlers
of government sites ask, read in November 2026.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from html import unescape
from typing import Any
from urllib.parse import quote, urlsplit

from etl.dates import parse_china_date
from etl.platforms.answers.answers import read_data, strip_markup
from etl.platforms.base import Entry
from etl.web.urls import PLACE, resolved

_NO_WORD = re.compile(r"[\W_]+")
_ADDRESS_NAME = re.compile(r"(?:url|href|link|uri|urls|path|redirect|address)$")
_OTHER_NAME = re.compile(
    r"im(?:a?ge?)|pic|photo|thumb|cover|logo|icon|avatar|video|audio|media|site|channel|column|category|parent|home|host"
    r"|domain|base|api|qr|author|dept|organ|comment|share|feedback|survey|login"
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
    r"\A(?:(?:(?:https?:)?//[^\s/]|\.{0,2}/)\S*+|[\w%-][\w%./-]*\.(?:s?html?|jsp|aspx?|php|do|pdf|docx?|ofd)(?:[?#]\S*+)?"
    r"|[\w%-][\w%./-]*\?[\w.-]+=\S*+)\Z",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"\A(?:(?:https?:)?//[^\s/]+/\S|\.{0,2}/\S*\w\.(?:s?html?|jsp|aspx?|php|do)\b|[\w./-]+\.s?html?\Z)", re.IGNORECASE
)
_LINKED = re.compile(r"""\A\s*+<a\b[^<>]{0,300}?\bhref\s{0,3}=\s{0,3}["']?([^"'\s<>]{1,500})""", re.IGNORECASE)
"""A value that is a link, as services write it for tables."""
_TITLE_TEXT = re.compile(r"\A(?=(?:[^\u4e00-\u9fff]*[\u4e00-\u9fff]){4})[^。；\n]{6,150}")
_WORDS, _DAY = re.compile(r"[\u4e00-\u9fff]{4}"), re.compile(r"\A\s*(?:19|20)\d\d[-./年]\d{1,2}[-./月]\d{1,2}")
"""A title, and a date, among values that have a place in their row and no name."""
_SITE_NAME = re.compile(r"(?:web|site|doc|info)?(?:domain|host|base|site)(?:url|name|host)?")
_SITE = re.compile(r"(?:https?:)?//[\w.-]+(?::\d+)?/?\Z")
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|bmp|ico|css|js)(?:$|[?#])", re.IGNORECASE)
_TITLES = tuple(
    re.compile(name)
    for name in (
        r"(?:doc|info|art|article|news|content|policy|file)?title$", r"(?:show|list|full|real)title$", r"bt$",
        r"headline$|subject$|\w{1,24}(?<!sub)(?<!short)(?<!column)(?<!channel)(?<!chnl)(?<!site)(?<!author)title$",
        r"\w{1,4}bt$", r"(?:doc|file|info|policy|article|news|zc|wj)(?:name|mc)$", r"name$|mc$",
        r"(?:doc|info|article|news)?(?:sub|short)title$",
    )
)  # fmt: skip
_MOMENT = r"(?:date|time|day|rq|sj|at|on)(?:str|string|time)?s?$"
_DATES = {
    "published_date": (
        rf"(?:doc|info(?:rmation)?|art(?:icle)?|news|first|content|rel|xx|wj|gk|zc)*"
        rf"(?:pub|publish(?:ed)?|rel(?:ease)?d?|fb|gb|issued?|post(?:ed)?|online){_MOMENT}",
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
_PATTERNS = {
    "title": _TITLES,
    **{name: (re.compile(rf"(?:{pattern})\Z"),) for name, pattern in _FIELDS.items()},
    **{name: tuple(map(re.compile, patterns)) for name, patterns in _DATES.items()},
}
_MAX_NAME = 100
_MADE = "address made of values"
"""Name of the address that a source file makes of a row's values; no plain name equals it, as it has spaces."""
_MOST_WITHOUT = 0.4
"""Share of the rows of a list that may lack an address."""
BESIDE = re.compile(
    r"file|attach|annex|^fj|append|pic|im(?:a?ge?)|photo|video|tag|keyword|channel|colum|nav|menu|crumb|relat|recommend"
    r"|hot|similar|banner|slide|focus|top(?!s?$|list|data)|link"
)
"""Names of lists that are none of the documents that an answer is about."""
_WRAPS = ("source", "_source", "data", "doc", "fields", "record", "info")
"""Names under which a row may have what it says in an object of its own."""


def flat_rows(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """The objects among the rows by plain names, with the values of the objects in them; their own come first."""
    return [_flat(row) for row in rows if isinstance(row, dict)]


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in row.items():
        flat.setdefault(plain_name(name), value)
    if isinstance(cells := row.get("cell"), list):  # a row of jqGrid
        for place, value in enumerate(cells):
            flat.setdefault(str(place), value)
    wrapped = [row[name] for name in _WRAPS if isinstance(row.get(name), dict)]
    for inner in [*wrapped, *(value for value in row.values() if isinstance(value, dict))]:
        for name, value in inner.items():
            if not isinstance(_single(value), (dict, list)):
                flat.setdefault(plain_name(name), value)
    return flat


def plain_name(name: Any) -> str:
    """A name without case and signs: `DOC_PUB_URL` is `docpuburl`."""
    return _NO_WORD.sub("", str(name)).lower()


def addressed(rows: Sequence[dict[str, Any]], template: str) -> list[str]:
    """As `address_names`, for a source file that says how addresses are made of the rows' values
    (`/detail?id={docId}`). Adds its address to each row."""
    for row in rows:
        row[_MADE] = _made(row, template)
    return [_MADE] if sum(bool(row[_MADE]) for row in rows) > len(rows) * _MOST_WITHOUT else []


def _made(row: Mapping[str, Any], template: str) -> str:
    """The address that the template makes of the row; empty where the row lacks a value."""
    single = {name: _single(row.get(plain_name(name))) for name in PLACE.findall(template)}
    values = {name: "" if value is None or value is False else str(value).strip() for name, value in single.items()}
    if not all(values.values()):
        return ""
    # A value at the beginning is an address, or the beginning of one.
    return PLACE.sub(lambda place: quote(values[place[1]], "") if place.start() else values[place[1]], template)


def address_names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of values that are addresses of the rows' documents, the surest first; none if few rows have one."""
    named = {name for row in rows for name, value in row.items() if _is_of_address(name) or _is_link(value)}
    if names := _leading(rows, named):
        return names
    # Under any other name (`wjlj`), a value is one if nothing else but pages has such values.
    others = {name for row in rows for name in row if not (_ADDRESS_NAME.search(name) or _OTHER_NAME.search(name))}
    return _leading(rows, {name for name in others if all(_is_page(row.get(name)) for row in rows if row.get(name))})


def _leading(rows: Sequence[Mapping[str, Any]], names: Collection[str]) -> list[str]:
    """Those of the names whose values lead to documents, the surest first; none if few rows have such a value."""
    values = {name: [each for row in rows if (each := address_of(row.get(name)))] for name in names}
    # What leads from every row to one place is no document.
    values = {name: each for name, each in values.items() if len(set(each)) > 1 or len(rows) == 1 or len(each) == 1}
    shared = {name for name, each in values.items() if len(set(each)) * 2 < len(each)}  # addresses of columns
    named = (name for name in names if values.get(name))
    ranked = sorted(named, key=lambda name: (name in shared, _rank(name, _ADDRESS_RANK), name))
    covered = sum(any(address_of(row.get(name)) for name in ranked) for row in rows)
    return ranked if rows and covered >= len(rows) * (1 - _MOST_WITHOUT) else []


def _is_of_address(name: str) -> bool:
    return _ADDRESS_NAME.search(name) is not None and not _OTHER_NAME.search(name)


def _is_page(value: Any) -> bool:
    """Whether a value cannot be anything else than the address of a page."""
    return _PAGE.match(address_of(value)) is not None


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
    text = value.strip() if isinstance(value := _single(value), str) else ""
    text = unescape(link[1]) if (link := _LINKED.match(text)) else text.replace("&amp;", "&")
    return text if _ADDRESS.match(text) and not _PICTURE.search(text) else ""


def _single(value: Any) -> Any:
    """The only value of a list of one, as search engines write all values; any other value as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def has_titles(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the rows have titles, as documents have."""
    return any(_title(row) for row in rows)


def has_date(row: Mapping[str, Any]) -> bool:
    """Whether a row has a date, as documents have."""
    return "published_date" in dict(_fields(row))


def entries_of(rows: Sequence[Mapping[str, Any]], names: Sequence[str], base: str) -> tuple[Entry, ...]:
    """The rows' documents. A row without an address gets one that is no URL, and the run reports it."""
    unnamed = _unnamed_title(rows) if rows and not has_titles(rows) else None
    titles = (_title(row) if unnamed is None else strip_markup(row.get(unnamed)) for row in rows)
    # An address that a source file makes of a row's values is one of its own site.
    sites = (base if _MADE in names else site_of(row, base) for row in rows)
    return tuple(_entry(row, title, names, site) for row, title, site in zip(rows, titles, sites, strict=True))


def _unnamed_title(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """The name of the values that are titles by what they are, the longest if there are several: Chinese, each row's
    own, and no sentences. Search engines may number what they hold (`f_2023419`)."""
    texts = {name: [value for row in rows if isinstance(value := row.get(name), str)] for name in rows[0]}
    likely = [name for name, values in texts.items() if len(set(filter(_TITLE_TEXT.fullmatch, values))) == len(rows)]
    return max(likely, key=lambda name: sum(map(len, texts[name])), default=None)


def site_of(values: Mapping[str, Any], base: str) -> str:
    """The address to which the addresses beside these values are relative: that of another site than that of `base`,
    where one is named (`"domain": "http://zwgk.yunxi.example", "path": "/a.html"`), else `base`."""
    named = (str(value).strip() for name, value in values.items() if _SITE_NAME.fullmatch(plain_name(name)))
    sites = {resolved(base, site.rstrip("/") + "/") for site in named if _SITE.match(site)}
    others = [site for site in sites if urlsplit(site).netloc != urlsplit(base).netloc]
    return others[0] if len(others) == len(sites) == 1 else base


def _entry(row: Mapping[str, Any], title: str, names: Sequence[str], base: str) -> Entry:
    address = str(row.get(_MADE) or "") if _MADE in names else _first_address(row, names)
    if not address:
        return Entry(f"row:{row.get('id', '')}", title, dict(_fields(row)))
    host = address.partition("/")[0]
    is_host = host.startswith("www.") or host == urlsplit(base).netloc
    return Entry(resolved(base, f"//{address}" if is_host and host else address), title, dict(_fields(row)))


def _first_address(row: Mapping[str, Any], names: Sequence[str]) -> str:
    return next(filter(None, (address_of(row.get(name)) for name in names)), "")


def _title(row: Mapping[str, Any]) -> str:
    for name in _named(row, "title"):
        if isinstance(value := _single(row[name]), str) and (title := strip_markup(value)):
            return _in_full(title, row)
    if link := next((strip_markup(value) for value in row.values() if _is_link(value)), ""):
        return link
    texts = (value for name, value in row.items() if name.isdecimal() and isinstance(value, str))
    return max((strip_markup(text) for text in texts if _WORDS.search(text)), key=len, default="")


def _in_full(title: str, row: Mapping[str, Any]) -> str:
    """The whole title, from another value of the row, if a title is cut off with dots."""
    begins = title.rstrip(".…")
    if begins == title:
        return title
    others = (value for name, value in row.items() if "title" in name or name.endswith(("bt", "name", "mc")))
    texts = (strip_markup(value) for value in others if isinstance(value, str))
    return next((text for text in texts if text.startswith(begins) and not text.endswith((".", "…"))), title)


def _fields(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field in _FIELDS:
        values = (strip_markup(row[name]) for name in _named(row, field))
        if value := next((each for each in values if each not in ("", "null")), ""):
            yield field, value
    # Services in PHP may give each value twice, by its name and by its place.
    yield from list(_named_dates(row)) or _date_by_place(row)


def _named_dates(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field in _DATES:
        named = (_single(row[name]) for name in _named(row, field))
        if day := next(filter(None, map(parse_china_date, named)), None):
            yield field, day


def _named(row: Mapping[str, Any], field: str) -> Iterable[str]:
    """The names of the row's values that are called as the field is, the surest first."""
    ranks = {name: rank for name in row if (rank := _ranks(name).get(field)) is not None}
    return sorted(ranks, key=ranks.__getitem__) if len(ranks) > 1 else ranks


def _ranks(name: str) -> Mapping[str, int]:
    """The fields whose values have this name, with the place of the first pattern that says so."""
    # The same few names are in each row of a list. What is no name but as long as a text is not remembered.
    return _known_ranks(name) if len(name) <= _MAX_NAME else _known_ranks.__wrapped__(name)


@lru_cache(maxsize=4096)
def _known_ranks(name: str) -> Mapping[str, int]:
    ranks = {field: _rank(name, patterns) for field, patterns in _PATTERNS.items()}
    return {field: rank for field, rank in ranks.items() if rank < len(_PATTERNS[field])}


def _date_by_place(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    cells = (value for name, value in row.items() if name.isdecimal() and isinstance(value, str) and _DAY.match(value))
    if day := next(filter(None, map(parse_china_date, cells)), None):
        yield "published_date", day


def _rank(name: str, patterns: Sequence[re.Pattern[str]]) -> int:
    return next((place for place, pattern in enumerate(patterns) if pattern.match(name)), len(patterns))
