"""Numbers of pages and documents outside the visible text of a page: in strings of its scripts, in
lists of page numbers, in attributes, and as bare numbers in elements whose names say what is counted.
"""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from etl.outside import digits
from etl.platforms.base import fills_page
from etl.platforms.elements.element_words import words_of
from etl.platforms.elements.list_addresses import is_of_other_box
from etl.platforms.elements.menus import PAGE_STEP
from etl.platforms.elements.script_trees import nodes_of
from etl.platforms.paging.list_numbers import counted_by
from etl.platforms.paging.pager_elements import is_pager_name, pager_elements, slides
from etl.platforms.paging.pager_links import own_number
from etl.web.page import WebPage

# Whole quoted strings: `"1/12"`, `'第1页/共12页'`, `"共230条"`, `title="共12页"`. Their ends are searched first.
_END_OF_TOLD = re.compile(r"""[页条篇]\w{0,4}\s{0,2}["']|/\s?共?\s?\d{1,5}\s{0,2}["']""")
_STATED = re.compile(
    r"""(["'])\s{0,2}(?:第?\s{0,2}(?P<at>\d{1,4})\s{0,2}页?\s{0,2}(?:[/,，、]\s{0,2}共?|共)\s{0,2}(?P<of>\d{1,5})\s{0,2}页?|"""
    r"""(?:总?共有?\s{0,2})?(?P<pages>\d{1,5})\s{0,2}页|共有?\s{0,2}(?P<documents>\d{1,7})\s{0,2}[条篇]\w{0,4})\s{0,2}\1"""
)
_NO_COUNT = re.compile(r"date|day|time|temp|ratio|scale|aspect|weather|score|month|riqi|class=", re.IGNORECASE)
_BEFORE = 40
# Lists of page numbers: `pageArr = [1,2,3]`, `"navigatepageNums":[1,2]`, `pages = "1,2,3"`.
_NUMBERED = re.compile(r"""[\["'(]\s*["']?1["']?\s*[,|]\s*["']?2\b[\d\s,|"']{0,60}""")
_NAME_BEFORE = re.compile(r"""([\w-]{2,40})["']?\s*[:=]\s*\Z""")
_OF_PAGES = re.compile(r"pag|ye_?ma|navigat", re.IGNORECASE)
_SIZES = re.compile(r"size|limit|per|rows", re.IGNORECASE)
_MAY_BE_NUMBERED = re.compile(r"[_-]\d{1,4}\.s?html?[\"']|page(?:no|num|index)?=\d", re.IGNORECASE)
_ADDRESS = re.compile(
    r"""["']((?:[\w./-]{0,80}/)?(?:index|list|default|page)[_-](\d{1,4})\.s?html?|"""
    r"""[\w./-]{0,80}\?(?:[\w=&]{0,80}&)?page(?:no|num|index)?=(\d{1,4}))["']""",
    re.IGNORECASE,
)
_SEPARATOR = r"[\s|\[\]【】()（）·,，、.。…⋯_-]"
_IN_PAGER = re.compile(rf"(?<!\d)1{_SEPARATOR}{{1,5}}2(?:{_SEPARATOR}{{1,5}}3)?(?!\d)")
_BARE_TOTAL = re.compile(r"共(\d{1,7})(?![\d条篇个件项页頁])")
_JUMPS = re.compile(r"^\W*(?:[到转跳至第前往页码 ]|GO|go|Go|确定|确认)*\W*$")
_OUT_OF = re.compile(r"页?[/／]共?(\d{1,5})(?!\d)")
_MAY_BE_CUT = re.compile(r"1\W{0,3}2\W{0,3}3[\d\W]{0,40}?(?:…|⋯|\.\.\.|。。。)\W{0,4}\d")
_CUT_RUN = re.compile(
    rf"^\D{{0,6}}1{_SEPARATOR}{{1,4}}2{_SEPARATOR}{{1,4}}3[\d\s|\[\]【】]{{0,60}}(?:…|⋯|\.{{3}}|。。。)\D{{0,6}}\d{{1,5}}\D{{0,8}}$"
)
_PAGER_SCRIPT = re.compile(
    r"(?:^|[/_.-])(?:create)?_?(?:page[rs]?|pag(?:ing|inat\w{1,5})|fenye|fy)[\w.-]{0,20}\.js", re.IGNORECASE
)
_SHARED_SCRIPT = re.compile(
    r"jquery|bootstrap|vue|react|layui|swiper|slide|common|base|public|global|share|stat|hm\.js|tongji|count|gray|wza|html5|respond|"
    r"polyfill|font|lang|tran|jianfan|qrcode|search|nav|menu|head|foot|top|banner|weather|(?:^|/)ta\.js|^(?:https?:)?//",
    re.IGNORECASE,
)
"""Scripts shared by all pages of a site, or by other sites."""
_MAX_NUMBERS, _MAX_RUN_CHARS = 30, 120
_COUNTING_NAMES = ("data-total", "data-count", "data-all", "data-sum", "total", "count")
_COUNTING = f"//*[{' or '.join(f'@{name}' for name in _COUNTING_NAMES)}]"
_MAY_COUNT = re.compile(r"""[\s-](?:total|count|all|sum)\s*=\s*["']?\d""")
_MEDIA = ("video", "audio", "img", "i", "button", "a", "input", "option", "html", "body")
_BARE = re.compile(r">\s*(\d{1,8})\s*</")
_ID_OR_CLASS = re.compile(r"""\b(?:id|class)\s*=\s*["']?([\w -]{1,80})""")
_TAG = re.compile(r"<[^<>]{0,300}>")
_VISITS = re.compile(r"访问|浏览|点击|在线|流量|人次|访客|位|阅读|粉丝|下载")
_MAX_VALUE_CHARS, _MAX_AROUND, _MAX_TAG = 8, 40, 500


def unshown_counts(page: WebPage, words: str, seen: int) -> Iterator[str]:
    """Texts that are not shown and by which the first page of a list states more than the `seen` entries.

    `words`: its `shown_words`.
    """
    yield from _in_strings(page, seen)
    yield from _in_sequences(page)
    yield from _in_pagers(page, seen)
    yield from _beside_fields(page)
    yield from _in_cut_runs(page, words)
    yield from _in_attributes(page, seen)
    yield from _in_named_elements(page, seen)


def _in_strings(page: WebPage, seen: int) -> Iterator[str]:
    source, bare = page.live_source, dict[str, str]()
    for end in _END_OF_TOLD.finditer(source):
        match = _STATED.search(source, max(0, end.start() - _BEFORE), end.end())
        if not match:
            continue
        pages = match["of"] or match["pages"]
        if pages and match["at"] and "页" not in match[0]:
            before = source[max(0, match.start() - _BEFORE) : match.start()]
            if digits(match["at"]) == 1 and not _NO_COUNT.search(before):
                bare[match[0]] = pages
        elif (pages and digits(pages) > 1) or (match["documents"] and digits(match["documents"]) > seen):
            yield match[0]
    # Several fractions are not those of a pager: dates, widths in a grid.
    if len(bare) == 1:
        yield from (sign for sign, pages in bare.items() if digits(pages) > 1)


def _in_sequences(page: WebPage) -> Iterator[str]:
    source = page.live_source
    for numbers in _NUMBERED.finditer(source):
        name = _NAME_BEFORE.search(source, max(0, numbers.start() - _BEFORE), numbers.start())
        if name and _OF_PAGES.search(name[1]) and not _SIZES.search(name[1]):
            yield f"{name[1]} {numbers[0]}"
    own = own_number(page.url)
    for script in page.elements["script"]:
        code = script.text or ""
        may_be = _MAY_BE_NUMBERED.search(code) is not None
        nodes = nodes_of(code) if may_be else ()
        named = {address for name, address in nodes if not PAGE_STEP.match(name)}
        for address in _ADDRESS.finditer(code) if may_be else ():
            if address[1] in named:  # the node of a tree, or the item of a menu
                continue
            # The second page of an index is mostly index_1.html.
            least = 0 if address[1].rpartition("/")[2].startswith("index") else 1
            if digits(address[2] or address[3]) > (own if own is not None else least):
                yield address[0]


def _in_pagers(page: WebPage, seen: int) -> Iterator[str]:
    """Bare numbers in an element with the name of a pager or of a place for one."""
    for element in pager_elements(page):
        words = " ".join(" ".join(element.itertext()).split())
        if (run := _IN_PAGER.search(words)) and not slides(element):
            yield run[0]
        total = _BARE_TOTAL.search("".join(words.split()))
        if total and digits(total[1]) > 1 and digits(total[1]) != seen:
            yield total[0]
        if not words and (drawn := _drawn_elsewhere(page, element, seen)):
            yield drawn
        if (not words or _JUMPS.search(words)) and any(map(_takes_a_number, element.iter("input"))):
            yield words or "到第 … 页"


def _drawn_elsewhere(page: WebPage, element: HtmlElement, seen: int) -> str | None:
    """The script for which an empty pager element waits, if no script in the page mentions the element: a pager script,
    or, if the rows fill a page, one of the page's own."""
    place, scripts = element.get("id") or "", page.elements["script"]
    spoken_of = place and any(place in (script.text or "") for script in scripts)
    if len(element) or spoken_of:
        return None
    name = f"#{place}" if place else _names(element).strip()
    fills = fills_page(seen)
    for source in (script.get("src") or "" for script in scripts):
        if (place and _PAGER_SCRIPT.search(source)) or (fills and source and not _SHARED_SCRIPT.search(source)):
            return f"{name} … {source}"
    return None


def _in_cut_runs(page: WebPage, words: str) -> Iterator[str]:
    """An abbreviated run of numbers, in any element: `1 2 3 … 12`."""
    if _MAY_BE_CUT.search(words):
        for element in page.tree.iter("div", "p", "td", "span", "li", "nav", "center"):
            text = " ".join(" ".join(element.itertext()).split()) if len(element) < _MAX_NUMBERS else ""
            if len(text) <= _MAX_RUN_CHARS and _CUT_RUN.match(text):
                yield text


def _beside_fields(page: WebPage) -> Iterator[str]:
    """The number of pages right after a field for the number of a page: `<input value="1"> / <span>12</span>`."""
    for field in filter(_takes_a_number, page.elements["input"]):
        behind = next(field.itersiblings("span", "em", "b", "i", "font", "strong", "label"), None)
        text = (field.tail or "") + ("" if behind is None else words_of(behind, _MAX_VALUE_CHARS))
        pages = _OUT_OF.match("".join(text.split()))
        if pages and digits(pages[1]) > 1:
            yield pages[0]


def _takes_a_number(field: HtmlElement) -> bool:
    return field.get("type", "text") in ("text", "number") and field.get("disabled") is None


def _in_attributes(page: WebPage, seen: int) -> Iterator[str]:
    """`data-total` and similar on an element that is not a side box, picture, video or badge. A pager counts pages if
    the number is lower than that of the entries."""
    for element in page.tree.xpath(_COUNTING) if _MAY_COUNT.search(page.text) else ():
        for name in _COUNTING_NAMES:
            value = (element.get(name) or "").strip()
            least = 1 if is_pager_name(element) else max(seen, 1)
            if name == "count" and least > 1:
                continue
            if value.isdecimal() and len(value) <= _MAX_VALUE_CHARS and least < digits(value) != seen:
                named = f"{_names(element)} {' '.join(map(_names, list(element.iterancestors())[:2]))}"
                if element.tag not in _MEDIA and not is_of_other_box(named):
                    yield f'{name}="{value}"'


def _in_named_elements(page: WebPage, seen: int) -> Iterator[str]:
    """Bare numbers in elements whose id or class says what is counted: `<b id="totalPage">12</b>`."""
    source = page.live_source
    for number in _BARE.finditer(source):
        opening = source.rfind("<", max(0, number.start() - _MAX_TAG), number.start())
        tag = source[opening : number.start()] if opening >= 0 else ""
        for name in " ".join(names[1] for names in _ID_OR_CLASS.finditer(tag)).split():
            kind = counted_by(name)
            if kind and digits(number[1]) > (1 if kind == "pages" else seen) and not _counts_visits(source, number):
                yield f"{name} {number[1]}"


def _counts_visits(source: str, number: re.Match[str]) -> bool:
    """Whether the words around the number count readers."""
    start = max(0, number.start() - _MAX_AROUND * 2)
    source = source[start : number.end() + _MAX_AROUND]
    around = _TAG.sub("", source.partition(">")[2] if start else source)
    return _VISITS.search(around) is not None


def _names(element: HtmlElement) -> str:
    return f"{element.get('id') or ''} {element.get('class') or ''}"
