"""Proposes the key `listing` for a page of no known family: selectors of the rows that it repeats, and of its pager.

The rows are those that every family finds (`rows.py`). The selectors are applied to the page before they are
proposed: rows, links and dates must come out as they were found.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from etl.dates import first_iso_date
from etl.platforms.drafting.number_selectors import script_number, shown_number
from etl.platforms.elements.columns import column_key, same_site
from etl.platforms.elements.script_links import read_script_links
from etl.platforms.elements.side_boxes import is_in_side_box
from etl.platforms.paging.page_steps import is_view_of
from etl.platforms.paging.pager_links import next_link
from etl.platforms.paging.paging import counts, script_pager
from etl.platforms.rows.list_parts import stable_classes
from etl.platforms.rows.row_texts import link_title, text_in
from etl.platforms.rows.rows import Row, block_entries, entry_of_row, ranked_lists
from etl.platforms.rows.titles_beside import title_wordless
from etl.platforms.rows.written_rows import write_scripted_rows
from etl.web.page import WebPage, absolute, base_url
from etl.web.select import elements, text_of

_TITLE_CHARS, _SHORT_TITLE_CHARS = 8, 4
"""Minimum length of a title; shorter link texts are column names or buttons. Lists of short titles must have dates."""
_MIN_ROWS = 3
"""Minimum number of rows of a list; fewer may be anything."""
_UNDATED_TITLE_CHARS = 12
"""Minimum average length of titles without dates; names in a menu are shorter."""
_YEAR_IN_ADDRESS = re.compile(r"/\w{0,20}(?<!\d)(?:19|20)\d\d")
_TRIED_ROWS = 300
_DATE_CHARS = 14
_NUMBER_ALONE = re.compile(r"^\W*\d{1,4}\W*$")
_WORD = re.compile(r"^-?[A-Za-z_][\w-]*$")
_DATED_TAGS = ("span", "td", "em", "i", "time", "b", "font", "div", "p", "label", "dd", "small")


def repeated_rows(page: WebPage) -> Mapping[str, Any] | None:
    """A value for the key `listing`; None if the page repeats no rows that are documents.

    Boxes beside lists (阅读排行) come last: they may have more rows than the list.
    """
    read_script_links(page)
    title_wordless(page, or_verbs=True)
    base = base_url(page)
    for beside, chars in product((False, True), (_TITLE_CHARS, _SHORT_TITLE_CHARS)):
        for rows in ranked_lists(
            page,
            lambda link, least=chars: (  # type: ignore[misc]
                len(link_title(link)) >= least and not (_names_a_column(link, base) or _turns(link, base, page.url))
            ),
        ):
            if is_in_side_box(rows[0].block) is not beside:
                continue
            if _are_documents(rows, page, chars) and (guess := _guess(rows, page)):
                return guess | _paging(page)
    return repeated_rows(page) if write_scripted_rows(page) else None


def _are_documents(rows: Sequence[Row], page: WebPage, chars: int) -> bool:
    """Whether the rows are a list of documents, and neither a menu nor a box of links to other sites."""
    base = base_url(page)
    urls = [absolute(row.links[0].get("href") or "", base) or "" for row in rows]
    if len(rows) < _MIN_ROWS or sum(same_site(url, page) for url in urls) * 2 < len(rows):
        return False
    if sum(row.dated for row in rows) * 2 >= len(rows):
        return True
    columns = sum(map(_leads_to_a_column, urls))
    length = sum(len(row.title) for row in rows) / len(rows)
    of_a_year = sum(map(bool, map(_YEAR_IN_ADDRESS.search, urls))) * 2 > len(rows)
    return chars >= _TITLE_CHARS and columns * 2 < len(rows) and (of_a_year or length >= _UNDATED_TITLE_CHARS)


def _names_a_column(link: HtmlElement, base: str) -> bool:
    """Whether a link to a column is right before the link of a document: [人事局] 关于…的通知."""
    if not _leads_to_a_column(absolute(link.get("href") or "", base) or ""):
        return False
    beside = next(link.itersiblings("a"), None)
    return (
        beside is not None
        and len(link_title(beside)) > len(link_title(link))
        and not _leads_to_a_column(absolute(beside.get("href") or "", base) or "")
    )


def _turns(link: HtmlElement, base: str, own: str) -> bool:
    """Whether a link leads to another page or view of the list itself, and to no document."""
    return _NUMBER_ALONE.match(text_in(link)) is not None or is_view_of(
        absolute(link.get("href") or "", base) or "", own
    )


def _leads_to_a_column(url: str) -> bool:
    """Whether an address is that of a folder, or has no number that could identify a document."""
    parts = urlsplit(column_key(url))
    return parts.path.endswith("/") or not re.search(r"\d", parts.path + parts.query)


# -- rows


def _guess(rows: Sequence[Row], page: WebPage) -> dict[str, Any] | None:
    """Selectors of the rows, and where needed of their links and dates; None if none finds these rows."""
    by_block = {row.block: entry for row in rows if (entry := entry_of_row(row, page))}
    base, wanted = base_url(page), {block: entry.url for block, entry in by_block.items()}
    within = {child for container in {block.getparent() for block in wanted} for child in container}
    # On a page with thousands of rows, some of them are enough, plus everything else that a selector finds.
    links = {row.block: row.links[0] for row in rows[:_TRIED_ROWS]}
    wider: dict[str, Any] | None = None
    for selector in _row_selectors(list(wanted)):
        matched = elements(selector, page.tree)
        if not wanted.keys() <= set(matched):
            continue
        tried = [*links, *(block for block in matched if block not in wanted)]
        for link in ("", *_link_selectors(links)):
            link_in = (lambda row, link=link: next(iter(elements(link, row)), None)) if link else None
            entries = block_entries(tried, base, link_in)
            if any(block not in entries or entries[block].url != wanted[block] for block in links if block in wanted):
                continue
            guess: dict[str, Any] = {"rows": selector} | ({"link": link} if link else {})
            if date := _date(rows, {block: entry.fields.get("published_date") for block, entry in by_block.items()}):
                guess |= {"fields": {"published_date": date}}
            if entries.keys() <= wanted.keys():
                return guess
            if entries.keys() <= within:
                wider = wider or guess
    return wider


def _row_selectors(blocks: Sequence[HtmlElement]) -> Iterator[str]:
    """Selectors of the rows by ids and classes, the shortest first; then by tags, and by their place in the page."""
    containers = dict.fromkeys(block.getparent() for block in blocks)
    first = blocks[0].getparent()
    container = _named(first, with_id=len(containers) == 1)
    tags = [
        f"{tag}{_shared_classes([block for block in blocks if block.tag == tag])}"
        for tag in dict.fromkeys(str(block.tag) for block in blocks)
    ]
    names = [name for above in first.iterancestors() if (name := _named(above)) != above.tag]
    # Prefixed with the nearest ancestor that makes it unique; with all ancestors if none does alone. Bare tags
    # (`ul > li`) come last: on other pages of the site they are those of a menu too.
    prefixes = ["", *(f"{name} " for name in names), "".join(f"{name} " for name in reversed(names))]
    if container == first.tag and all(tag.isalnum() for tag in tags):
        prefixes.append(prefixes.pop(0))
    for prefix in dict.fromkeys(prefixes):
        yield ", ".join(f"{prefix}{container} > {tag}" for tag in tags)
    above = [first, *first.iterancestors()]
    path = "/".join(_step(element, numbered=element is not first or len(containers) == 1) for element in above[::-1])
    for tag in dict.fromkeys(str(block.tag) for block in blocks):
        yield f"/{path}/{tag}"
        yield f"/{path}/{tag}[.//a]"


def _named(element: HtmlElement, *, with_id: bool = True) -> str:
    """A selector of the element: its id, or its tag and classes."""
    if with_id and (name := element.get("id") or "") and _WORD.match(name):
        return f"#{name}"
    return str(element.tag) + "".join(f".{name}" for name in stable_classes(element) if _WORD.match(name))


def _shared_classes(elements_of_tag: Sequence[HtmlElement]) -> str:
    shared = Counter(name for item in elements_of_tag for name in set(stable_classes(item)) if _WORD.match(name))
    return "".join(f".{name}" for name, count in shared.items() if count == len(elements_of_tag))


def _step(element: HtmlElement, *, numbered: bool) -> str:
    parent = element.getparent()
    alike = [element] if parent is None else list(parent.iterchildren(str(element.tag)))
    return f"{element.tag}[{alike.index(element) + 1}]" if numbered and len(alike) > 1 else str(element.tag)


def _link_selectors(links: Mapping[HtmlElement, HtmlElement]) -> Iterator[str]:
    """Selectors, relative to a row, of links like the first row's; needed where its first link is another one."""
    block, link = next(iter(links.items()))
    if link is block:
        return
    yield "a[title]"
    if classes := _shared_classes([link]):
        yield f"a{classes}"
    parent = link.getparent()
    if parent is not None and parent is not block:
        yield f"{_named(parent, with_id=False)} > a"
    place = [item for item in block.iterdescendants("a")].index(link) + 1
    yield f"(.//a)[{place}]"
    yield f"(.//a)[last() - {sum(1 for _ in block.iterdescendants('a')) - place}]"


def _date(rows: Sequence[Row], dates: Mapping[HtmlElement, str | None]) -> str | None:
    """A selector, relative to a row, of the date in or beside it: for most rows it gives the date that was found, and
    never another one."""
    places = Counter(place for row in rows[:_TRIED_ROWS] for place in _date_places(row.block))
    for selector, count in places.most_common(3):
        if count * 2 <= len(rows[:_TRIED_ROWS]):
            break
        read = {block: first_iso_date(text_of(selector, block)) for block in dates}
        if all(day == dates[block] for block, day in read.items() if day) and sum(map(bool, read.values())) >= count:
            return selector
    return None


def _date_places(block: HtmlElement) -> Iterator[str]:
    inside = [item for item in block.iterdescendants(*_DATED_TAGS) if len(item) == 0 and _is_date(text_of(".", item))]
    yield from (_place(item) for item in inside)
    if not inside:
        for way, siblings in (("following", block.itersiblings()), ("preceding", block.itersiblings(preceding=True))):
            yield from _places_beside(block, way, siblings)


def _places_beside(block: HtmlElement, way: str, siblings: Iterator[HtmlElement]) -> Iterator[str]:
    """XPaths of dates between a block and the next one of its tag: in `<dd>`, say, or in bare text."""
    text = (block.tail if way == "following" else None) or ""
    texts, tags = 0, Counter[str]()
    while True:
        if text.strip():
            texts += 1
            if _is_date(" ".join(text.split())):
                yield f"./{way}-sibling::text()[normalize-space()][{texts}]"
        item = next(siblings, None)
        if item is None or item.tag == block.tag or sum(tags.values()) > _MIN_ROWS:
            return
        tags[str(item.tag)] += 1
        if isinstance(item.tag, str) and first_iso_date(text_of(".", item)):
            yield f"./{way}-sibling::{item.tag}[{tags[item.tag]}]"
        text = item.tail or ""


def _is_date(text: str) -> bool:
    return len(text) <= _DATE_CHARS and first_iso_date(text) is not None


def _place(item: HtmlElement) -> str:
    name = _named(item)
    if name != item.tag:
        return name
    siblings = list(item.getparent().iterchildren(str(item.tag)))
    return name if len(siblings) == 1 else f"{name}:nth-of-type({siblings.index(item) + 1})"


# -- paging


def _paging(page: WebPage) -> dict[str, Any]:
    """The keys for the next page and for the numbers that the page gives, as far as they can be read again."""
    paging: dict[str, Any] = {}
    pager, stated = script_pager(page, first=True), counts(page)
    pages = pager and pager.before_pages and script_number(page, pager.before_pages, pager.pages)
    if pager and pager.before_pages:
        total = pager.before_total and script_number(page, pager.before_total, pager.total or 0)
    else:
        # A link without words, such as a picture, is found again on each page without a selector.
        if (link := next_link(page)) is not None and link.tag == "a" and text_of(".", link):
            paging["next"] = _link_selector(link, page)
        total = None
    if not pages and pager and stated and stated.pages == pager.pages:
        pages = shown_number(page, re.compile(rf"(?:共|/|总页数[:：]?)({stated.pages})(?=页|\D|$)"), stated.pages)
    # Without the number of pages, the addresses would end at the first one that is missing. The pager itself, which is
    # read again on each page, says where they end.
    if pages and pager and pager.before_pages:
        paging |= {"pages": pager.address} | ({"second": pager.second} if pager.second != 2 else {})
    if not total and stated and stated.documents is not None:
        words = re.compile(rf"(?:共(?:有|计)?|总(?:记录|条)数[:：]?)({stated.documents})(?!\d|页)")
        total = shown_number(page, words, stated.documents)
    return paging | ({"page_count": pages} if pages else {}) | ({"total": total} if total else {})


def _link_selector(link: HtmlElement, page: WebPage) -> str:
    """A selector whose first element is the link: by its words, else by its classes.

    Classes alone are not enough: on further pages 首页 and 上一页 are links too, stand before 下一页, and often have
    its classes.
    """
    words = " ".join("".join(link.itertext()).split())
    if "'" in words:
        by_words = f"//a[contains(., '{max(words.split(chr(39)), key=len)}')]"
    else:
        by_words = f"//a[normalize-space(.) = '{words}']"
    by_classes = f"a{_shared_classes([link])}"
    is_first = elements(by_words, page.tree)[:1] == [link]
    return by_words if is_first or elements(by_classes, page.tree) != [link] else by_classes
