"""Rows of a list that the page does not contain as elements: data in scripts and attributes, templates for scripts,
frames, addresses that elements and scripts load, texts for readers without scripts.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from etl.platforms.elements.element_words import is_hidden
from etl.platforms.elements.list_addresses import is_of_list, is_of_other_box
from etl.web.data import read_json
from etl.web.markup import torn_comments, uncommented_script
from etl.web.page import WebPage, absolute, base_url

_DIGITS = re.compile(r"\d+|[0-9a-f]{16,}", re.IGNORECASE)
_ADDRESS = re.compile(
    r"""["'=]((?:https?:/)?[\w./-]{0,200}[\w-]\.(?:s?html?|jsp|php|aspx?|do|pdf|docx?)(?:\?[\w=&;.%-]{0,200})?)\\?["'>]"""
)
_HREF = re.compile(r"""<a\b[^<>]{0,200}?\bhref\s*=\s*["']?([^"'\s<>]{1,300})""", re.IGNORECASE)
_TITLE = re.compile(
    r"""\b(?:title|\w{0,8}[tT]itle|TITLE|bt|subject|name)\\?["']?\s*[:=]\s*\\?["']([^"'\\<>\n]{5,200})\\?["']"""
)
_DATED = re.compile(r"""\b\w{0,16}(?:[dD]ate|[tT]ime|DATE|TIME|rq)\w{0,8}\\?["']?\s*:\s*\\?["']?(?:19|20)?\d\d""")
_DATE_LIKE = re.compile(r"(?:19|20)\d\d(?:[01]\d(?:[0-3]\d)?)?")
_MIN_ID_DIGITS = 3
MIN_UNDRAWN = 5
_MAY_HOLD_ROWS = re.compile(r"""\.(?:s?html?|jsp|php|aspx?|do|pdf)\b|[tT]itle|TITLE|\bbt\b|name["']?\s*:""")
_MAY_BE_IN_VALUES = re.compile(r"""=\s*+["']?\s*+\[?\s*+\{\s*+(?:["']|&quot;|&#34;)""")
_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_LONG_VALUE = "//@*[string-length(.) > 150 and contains(., '{')]"
# The fields of a row template: a title, and a date near it.
_FILLED = r"(?:\{\{[#^]?\s*|\$\{\s*|\+\s*|<%=\s*)(?:\w+\.)*"
_TEMPLATE = re.compile(
    rf"{_FILLED}\w*(?:[tT]itle|TITLE|biaoti)\w*.{{0,300}}?{_FILLED}\w*(?:[dD]ate|[tT]ime|DATE|TIME|riqi)\w*", re.DOTALL
)
_OTHER_ROWS = re.compile(
    r"hot|recommend|relat|rank|video|pic|banner|slide|swiper|tuijian|comment|weather|\btj", re.IGNORECASE
)
_TEMPLATE_CHARS = re.compile(r"\{\{|\$\{|<%=|\+\s*\w+\.\w")
_AROUND = 100
_READERS = re.compile(r"列表|分页|翻页|页码|更多|全部|完整")
_INCLUDED = re.compile(r"""<!--#include\s+(?:virtual|file)\s*=\s*["']([^"'<>\n]{1,200})""", re.IGNORECASE)
"""A part that the server was to put into the page."""
_NEEDS_SCRIPTS = re.compile(r"without JavaScript enabled|enable JavaScript to run this app", re.IGNORECASE)
"""What the usual tools write into a page that their script is to fill."""
_FILLED_BY_SCRIPT = "//*[@id='app' or @id='root' or @id='__next' or @id='__nuxt'][not(normalize-space())]"
_SCRIPTS = re.compile(r"script|脚本", re.IGNORECASE)
_WRITTEN_FRAME = re.compile(
    r"""<iframe[^>]{0,200}?\bsrc=\\?["']?([^"'\\\s>]{3,200})|\bsrc(?:["']\s*,|\s*=(?!=))\s*["']([^"'\s]{3,200}\.(?:s?html?|jsp|aspx?|php|do)[^"'\s]{0,100})["']"""
)
_FRAMES = (("frame", "src"), ("iframe", "src"), ("iframe", "data-src"), ("object", "data"), ("embed", "src"))
_PAGE = re.compile(r"\.(?:s?html?|jsp|aspx?|php|do|action)$|/$|/[\w-]+$", re.IGNORECASE)
_DATA_SCRIPT = re.compile(r"(?:^|/)(?:data|list|news|page|more|docs?|rows)[\w-]{0,20}\.js(?:$|\?)", re.IGNORECASE)
"""A script that holds data."""
_MAY_INCLUDE = re.compile(r"<(?:turbo-frame|include-fragment)\b", re.IGNORECASE)
_LOADED = (
    "hx-get",
    "data-src",
    "data-remote",
    "data-load",
    "data-api",
    "data-ajax",
    "data-include",
    "include-html",
    "w3-include-html",
    "ic-get-from",
)
_LOADS = f"//*[{' or '.join(f'@{name}' for name in _LOADED)}]"


def undrawn_rows(page: WebPage, listed: Mapping[str, str]) -> int:
    """How many documents of this list are in the page's data but not among those `listed` (address → title)."""
    if not listed:
        return 0
    titles, shapes, base = set(listed.values()), Shapes(listed), base_url(page)
    return max(
        (
            _missing(data.replace("\\/", "/"), listed, titles, shapes, base)
            for data in data_of_rows(page, _MAY_HOLD_ROWS)
        ),
        default=0,
    )


def _missing(data: str, listed: Mapping[str, str], titles: set[str], shapes: "Shapes", base: str) -> int:
    addresses = set(filter(None, (absolute(match[1], base) for match in _ADDRESS.finditer(data))))
    named = {" ".join(match[1].split()) for match in _TITLE.finditer(data)}
    holds_the_list = not addresses.isdisjoint(listed) or len(named & titles) >= min(2, len(titles))
    missing = sum(url not in listed and shapes.fit(url) for url in addresses)
    if holds_the_list or missing >= max(MIN_UNDRAWN, len(listed) + 1):
        # Data with the listed titles and a date for each row belongs to this list, wherever its addresses are.
        dated = holds_the_list and len(_DATED.findall(data)) >= len(named)
        return missing or (len(named - titles) if dated else 0)
    return 0


def swallowed_rows(page: WebPage, listed: Mapping[str, str]) -> int:
    """How many documents of this list are in comments that are not closed where they should be."""
    base, shapes = base_url(page), Shapes(listed)
    hrefs = (match[1] for comment in torn_comments(page.text) for match in _HREF.finditer(comment))
    urls = {url for href in hrefs if (url := absolute(href, base))}
    return sum(url not in listed and shapes.fit(url) for url in urls)


class Shapes:
    """The forms of the listed documents' addresses: which parts differ between documents."""

    def __init__(self, listed: Mapping[str, str]) -> None:
        self._listed = listed

    @cached_property
    def _numbers(self) -> dict[tuple[str, str], list[set[str]]]:
        """For each form, the numbers at each place. Computed lazily, because most pages have no data."""
        places_of: dict[tuple[str, str], list[set[str]]] = {}
        for url in self._listed:
            shape, numbers = _split(url)
            places = places_of.setdefault(shape, [set() for _ in numbers])
            for place, number in zip(places, numbers, strict=True):
                place.add(number)
        return places_of

    def fit(self, url: str) -> bool:
        """Whether an address has such a form, with the column numbers that all documents share."""
        shape, numbers = _split(url)
        places = self._numbers.get(shape)
        return places is not None and all(
            number in place or not _is_of_column(place) for place, number in zip(places, numbers, strict=True)
        )

    def named(self, url: str) -> bool:
        """Whether an address of such a form contains a column number that all documents share."""
        shape, _ = _split(url)
        return any(map(_is_of_column, self._numbers.get(shape, ())))


def _is_of_column(place: set[str]) -> bool:
    number = next(iter(place))
    return len(place) == 1 and len(number) >= _MIN_ID_DIGITS and not _DATE_LIKE.fullmatch(number)


def _split(url: str) -> tuple[tuple[str, str], list[str]]:
    parts = urlsplit(url)
    return (parts.netloc, _DIGITS.sub("#", parts.path)), _DIGITS.findall(parts.path)


def data_of_rows(page: WebPage, may_hold: re.Pattern[str]) -> Iterator[str]:
    """The page's scripts that may contain rows, hidden texts, and long attribute values."""
    for script in page.elements["script"]:
        if script.text and may_hold.search(script.text):
            yield _decoded(uncommented_script(script.text))
    yield from (text.text or "" for text in page.elements["textarea"])
    if _MAY_BE_IN_VALUES.search(page.text):
        yield from (_decoded(str(value)) for value in page.tree.xpath(_LONG_VALUE))


def _decoded(code: str) -> str:
    """The code with escapes (`\\u6848`) replaced by their characters."""
    return _ESCAPED.sub(lambda letters: read_json(f'"{letters[0]}"'), code) if "\\u" in code else code


def rows_elsewhere(page: WebPage) -> Iterator[str]:
    """A sign in the page that rows of its list are loaded separately: a template, a frame, an address."""
    yield from _templates(page)
    yield from _frames(page)
    yield from (match[1] for match in _INCLUDED.finditer(page.text) if is_of_list(match[1].rpartition("/")[2]))
    for item in page.elements["noscript"]:
        words = "".join(map(str, item.itertext()))
        is_unfilled = _NEEDS_SCRIPTS.search(words) and page.tree.xpath(_FILLED_BY_SCRIPT)
        if is_unfilled or (_READERS.search(words) and _SCRIPTS.search(words)):
            yield " ".join(words.split())
    for script in page.elements["script"]:
        address = script.get("src") or ""
        if _DATA_SCRIPT.search(address) and _is_beside(address, page):
            yield f"script {address}"
        if "?" in address and not address.partition("?")[0].endswith(".js") and is_of_list(address):
            yield f"script {address}"
    for element in page.tree.iter("turbo-frame", "include-fragment") if _MAY_INCLUDE.search(page.text) else ():
        if _is_of_this_list(element.get("src") or "", page):
            yield f"{element.tag} {element.get('src')}"
    may_load = any(f"{name}=" in page.text for name in _LOADED)
    for element in page.tree.xpath(_LOADS) if may_load else ():
        for name in _LOADED:
            value = element.get(name) or ""
            loads = ("/" in value and is_of_list(value)) or (value and _is_of_this_list(value, page))
            if element.tag not in ("img", "iframe", "video") and loads:
                yield f'{name}="{value}"'


def _templates(page: WebPage) -> Iterator[str]:
    if not _TEMPLATE_CHARS.search(page.text):
        return
    for row in _TEMPLATE.finditer(page.live_source):
        if not _OTHER_ROWS.search(page.live_source, max(0, row.start() - _AROUND), row.end()):
            yield row[0]


def _frames(page: WebPage) -> Iterator[str]:
    """Frames of the page's site that have the name of a list, or are in the page's folder."""
    return (f"{tag} {address}" for tag, address in frames_of(page) if _is_of_this_list(address, page))


def frames_of(page: WebPage, *, with_boxes: bool = False) -> Iterator[tuple[str, str]]:
    """The tag and the address of each frame that the page shows of its own site, also of those that a script writes.

    `with_boxes`: also those beside lists, such as menus.
    """
    for tag, attribute in _FRAMES:
        for element in page.elements[tag]:
            address = element.get(attribute) or ""
            names = f"{element.get('id') or ''} {element.get('name') or ''}"
            is_box = is_of_other_box(names) and not with_boxes
            if address and not is_box and not _is_unseen(element) and _is_of_site(address, page, with_boxes):
                yield tag, address
    for script in page.elements["script"]:
        code = script.text or ""
        for written in _WRITTEN_FRAME.finditer(code) if "src" in code else ():
            address = written[1] or written[2]
            if _is_of_site(address, page, with_boxes):
                yield "iframe", address


def _is_of_site(address: str, page: WebPage, with_boxes: bool = False) -> bool:
    """Whether an address is that of a page of the site, and not that of a box beside lists (except `with_boxes`)."""
    url = urlsplit(absolute(address, base_url(page)) or "")
    is_page = _PAGE.search(url.path) is not None
    return url.netloc == urlsplit(page.url).netloc and is_page and (with_boxes or not is_of_other_box(url.path))


def _is_of_this_list(address: str, page: WebPage) -> bool:
    if not _is_of_site(address, page):
        return False
    url, own = urlsplit(absolute(address, base_url(page)) or ""), urlsplit(page.url)
    return is_of_list(url.path.rpartition("/")[2]) or url.path.rpartition("/")[0] == own.path.rpartition("/")[0]


def _is_beside(address: str, page: WebPage) -> bool:
    """Whether an address lies in the page's own folder."""
    url, own = urlsplit(absolute(address, base_url(page)) or ""), urlsplit(page.url)
    return (url.netloc, url.path.rpartition("/")[0]) == (own.netloc, own.path.rpartition("/")[0])


def _is_unseen(frame: HtmlElement) -> bool:
    sizes = (frame.get("width"), frame.get("height"))
    return any(size in ("0", "1", "0px") for size in sizes) or is_hidden(frame)
