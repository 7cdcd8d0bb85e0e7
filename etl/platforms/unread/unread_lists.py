"""Another list of a page with more rows than those that were read. If a list cannot be read, the rows of a box
beside it (最新信息, 热点推荐) look like the list.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from lxml.html import HtmlElement

from etl.dates import DATE
from etl.platforms.elements.element_words import is_hidden, words_of
from etl.platforms.elements.list_addresses import is_of_other_box
from etl.platforms.elements.script_links import leads_nowhere
from etl.platforms.elements.side_boxes import is_in_side_box
from etl.platforms.elements.surroundings import boxes_around
from etl.platforms.rows.row_texts import date_in
from etl.platforms.rows.undrawn_rows import data_of_rows, frames_of
from etl.platforms.unread.list_ends import outer_rows
from etl.web.page import WebPage, absolute, base_url

_MIN_ROWS, _READ, _MIN_TITLE, _MIN_DATE, _MAX_ROW_CHARS = 5, 3, 6, 4, 300
_MAX_DEPTH, _MAX_ABOVE, _OF_A_PAGE = 4, 12, 5
_MAY_BE_UNREAD = re.compile(r"click=|javascript:|data-|href=[\"']?[#\"']|<a(?:\s+class=\"[^\"]*\")?>", re.IGNORECASE)
_DATED = re.compile(rf"{DATE}|^\W*(?:0?[1-9]|1[0-2])[-/.月][0-3]?\d日?\W*$")
_MAY_LISTEN = re.compile(r"\s(?:@|(?:v-on|x-on):|ng-)click\s*=")
_MAY_HAVE_IDS = re.compile(r"\sdata-(?:\w{0,8}-?id|guid|key|code)\s*=", re.IGNORECASE)
_IDS = (
    "id",
    "docid",
    "doc-id",
    "infoid",
    "info-id",
    "articleid",
    "article-id",
    "newsid",
    "news-id",
    "guid",
    "key",
    "code",
)
_LISTENS = "//*[@onclick]"
_LISTENS_BY_TEMPLATE = "//*[@*[name()='@click' or name()='v-on:click' or name()='ng-click' or name()='x-on:click']]"
_BEARS_ID = f"//*[{' or '.join(f'@data-{name}' for name in _IDS)}]"
_ROWS = ("li", "tr", "dl", "dd", "div", "p", "article", "section")
# Data: texts of titles in quotes or between tags, and the dates beside them.
_TITLE = re.compile(r"""["'>]\s*+([^"'<>\n\\]{0,40}[\u4e00-\u9fff]{4}[^"'<>\n\\]{4,200}+)\s*+\\?["'<]""")
_DAY = re.compile(
    r"""["'>(\[]\s*+(?:19|20)\d\d[-./年]\d{1,2}[-./月]\d{1,2}(?!\d)|(?:date|time|rq)\w{0,8}\\?["']?\s*+[:=]\s*+\\?["']?(?:20\d\d|1[0-9]{9})|"""
    r"""year\w{0,4}\[\d{1,4}\]\s*+=\s*+["']?20\d\d""",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?:var|let|const)\s+([\w$]{1,40})\s*=|([\w$.]{1,40})\s*=\s*[\[{]")
_PLACE = re.compile(r"list|docs?(?![a-z])|document|news|articles?|content|data|result|gkml|xxgk", re.IGNORECASE)
_LOADING = re.compile(
    r"^\W*(?:(?:数据|内容|信息|页面)?(?:正在)?(?:努力)?(?:加载|载入|读取)中?|loading)(?:\W*请稍[候后等])?\W*$",
    re.IGNORECASE,
)
_MAX_LOADING = 20
_SHOWN = ("img", "iframe", "input", "svg", "canvas", "video")


def unread_list(page: WebPage, listed: Mapping[str, str], *, turns: bool) -> int:
    """How many rows an unread list of the page has, if it is not shorter than the `listed` rows (address → title):
    dated rows whose titles lead nowhere, or titles and dates in a script's data.

    If the listed rows are in a box beside the list, shorter lists count too: lists whose documents have other
    addresses, even a single row outside of such boxes, and lists in a hidden tab. `turns`: the next page or the total
    is known; then data in scripts belongs to another list.
    """
    first = first_listed(page, listed)
    beside = first is not None and is_in_side_box(first)
    least = _READ if beside else max(_MIN_ROWS, len(listed))
    twins = () if turns else tuple(_rows_of_twins(page, listed))
    if (unshown := max((rows for rows, is_shown in twins if not is_shown), default=0)) >= _MIN_ROWS:
        return unshown
    elsewhere = max(_rows_elsewhere(page, listed), default=0) if beside else 0
    rows = max(chain(_rows_without_address(page), (rows for rows, _ in twins)), default=0)
    if elsewhere >= max(rows, 1):
        return elsewhere
    if rows >= least or turns:
        return rows if rows >= least else 0
    held = max((_rows_of_data(data, listed) for data in data_of_rows(page, _DAY)), default=0)
    return held if held > max(least, _MIN_ROWS) - 1 else 0


def rows_without_link(page: WebPage, listed: Mapping[str, str]) -> int:
    """How many dated rows between the `listed` ones (address → title) have no link."""
    rows = outer_rows(page, listed)
    if len(rows) < _MIN_ROWS:
        return 0
    kinds, around = {(row.tag, row.get("class")) for row in rows}, rows[0].getparent()
    alike = () if around is None else (item for item in around if (item.tag, item.get("class")) in kinds)
    bare = (item for item in alike if item.tag in _ROWS and all(map(leads_nowhere, item.iter("a"))))
    return sum(1 for item in bare if _is_dated_title(item))


def empty_list(page: WebPage, listed: Mapping[str, str]) -> str | None:
    """The tag of an empty element with the name of a list, or of a frame, if the `listed` rows belong to a box beside
    it."""
    first = first_listed(page, listed)
    if first is None or not is_in_side_box(first):
        return None
    framed = (f"{tag} {address}" for tag, address in frames_of(page))
    return next(chain(_empty_lists(page.tree), framed), None)


def hidden_page(page: WebPage, listed: Mapping[str, str]) -> str | None:
    """The tag and names of an empty list beside a hidden box with the `listed` rows (address → title), if these fill a
    page: a script shows them in the empty list, and may load further ones."""
    rows = outer_rows(page, listed) if len(listed) % _OF_A_PAGE == 0 else []
    box = next(filter(is_hidden, rows[0].iterancestors()), None) if rows else None
    if box is None or box not in rows[-1].iterancestors():
        return None
    beside = chain(box.itersiblings(), box.itersiblings(preceding=True))
    return next((sign for block in beside if isinstance(block.tag, str) for sign in _empty_lists(block)), None)


def _empty_lists(around: HtmlElement) -> Iterator[str]:
    for element in around.iter("ul", "ol", "tbody", "table", "dl", "div", "section"):
        names = f"{element.get('id') or ''} {element.get('class') or ''}".strip()
        if not names or is_of_other_box(names) or not (_PLACE.search(names) or element.tag in ("ul", "ol", "tbody")):
            continue
        words = words_of(element, _MAX_LOADING)
        if (not words or _LOADING.match(words)) and next(
            element.iter("img", "iframe", "input", "svg", "canvas"), None
        ) is None:
            yield f"{element.tag} {names}"


def first_listed(page: WebPage, listed: Mapping[str, str]) -> HtmlElement | None:
    """The first link of the page to one of the `listed` rows (address → title)."""
    base = base_url(page)
    return next((link for link in page.tree.iter("a") if absolute(link.get("href") or "", base) in listed), None)


def _rows_without_address(page: WebPage) -> Iterator[int]:
    """The sizes of the page's groups of dated rows that have a title and no link to an address, if a script handles
    them or their links lead nowhere."""
    if not _MAY_BE_UNREAD.search(page.text):
        return iter(())
    items = [link for link in page.tree.iter("a") if leads_nowhere(link)]
    ways = (
        ("onclick" in page.text, _LISTENS),
        (_MAY_LISTEN.search(page.text), _LISTENS_BY_TEMPLATE),
        (_MAY_HAVE_IDS.search(page.text), _BEARS_ID),
    )
    for may_be, selector in ways:
        items += page.tree.xpath(selector) if may_be else ()
    rows = {row for item in items if (row := _row_of(item)) is not None}
    return _sizes(row for row in rows if all(map(leads_nowhere, row.iter("a"))))


def _row_of(item: HtmlElement) -> HtmlElement | None:
    """The smallest row around the element that has a date and a title."""
    for row in islice(chain((item,), item.iterancestors()), _MAX_DEPTH):
        if row.tag in _ROWS:
            if (pieces := _pieces(row)) is None:
                return None  # its ancestors are longer still
            if _are_dated_title(pieces):
                return row
    return None


def _rows_elsewhere(page: WebPage, listed: Mapping[str, str]) -> Iterator[int]:
    """The sizes of the page's groups of dated rows whose documents were not listed, except in boxes beside lists."""
    base, rows = base_url(page), set[HtmlElement]()
    for link in page.tree.iter("a"):
        is_other = not leads_nowhere(link) and absolute(link.get("href") or "", base) not in listed
        if is_other and (row := _row_of(link)) is not None:
            rows.add(row)
    return _sizes(row for row in rows if not is_in_side_box(row))


def _rows_of_twins(page: WebPage, listed: Mapping[str, str]) -> Iterator[tuple[int, bool]]:
    """The sizes of groups of dated rows in blocks like the one with the listed rows, beside it; and whether the block
    is visible before a click, unlike a tab."""
    first, base = first_listed(page, listed), base_url(page)
    for above in boxes_around(first, _MAX_ABOVE) if first is not None else ():
        alike = (item for item in above.itersiblings(above.tag) if item.get("class") == (above.get("class") or ""))
        for twin in alike:
            links = [link for link in twin.iter("a") if not leads_nowhere(link)]
            if len(links) >= _MIN_ROWS and not any(absolute(link.get("href") or "", base) in listed for link in links):
                for rows in _sizes({row for link in links if (row := _row_of(link)) is not None}):
                    yield rows, not is_hidden(twin)


def _sizes(rows: Iterable[HtmlElement]) -> Iterator[int]:
    yield from Counter((row.getparent(), row.tag, row.get("class") or "") for row in rows).values()


def _is_dated_title(row: HtmlElement) -> bool:
    pieces = _pieces(row)
    return pieces is not None and _are_dated_title(pieces)


def _pieces(row: HtmlElement) -> list[str] | None:
    """The texts of a row; None if they are too long for a row."""
    pieces, length = list[str](), 0
    for text in row.itertext():
        length += len(text.strip())
        if length > _MAX_ROW_CHARS:
            return None
        pieces += [words] if (words := " ".join(text.split())) else []
    return pieces


def _are_dated_title(pieces: Sequence[str]) -> bool:
    title = max((piece for piece in pieces if not _DATED.search(piece)), key=len, default="")
    if sum(map(len, pieces)) < _MIN_TITLE + _MIN_DATE or len(title) < _MIN_TITLE:
        return False
    return any(map(_DATED.search, pieces)) or date_in(piece for piece in pieces if piece != title) is not None


def _rows_of_data(data: str, listed: Mapping[str, str]) -> int:
    days = sum(1 for _ in _DAY.finditer(data))
    if days < _MIN_ROWS or any(is_of_other_box(name[1] or name[2]) for name in islice(_NAMED.finditer(data), 1)):
        return 0
    titles = {" ".join(title[1].split()) for title in _TITLE.finditer(data)} - set(listed.values())
    return min(len(titles), days)
