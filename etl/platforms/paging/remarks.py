"""Counts of a list outside the text of its page: in comments, in `<title>` and description, in attributes of any
element that describe it, and in the only variable of a script."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from etl.outside import digits
from etl.platforms.base import fills_page
from etl.platforms.elements.element_words import plain_signs, title_of
from etl.platforms.elements.list_addresses import is_of_other_box
from etl.platforms.elements.side_boxes import is_in_side_box
from etl.platforms.paging.list_numbers import counted_by
from etl.platforms.paging.pager_elements import is_pager_name, moves, names_of, slides
from etl.platforms.paging.spoken_counts import counts_in_digits
from etl.web.page import WebPage

_COMMENT = re.compile(r"<!--([^<>]{3,100})-->")
_NAMED = re.compile(r"""["']?([A-Za-z][\w-]{1,30})["']?\s*[:=]\s*["']?(\d{1,8})["']?(?=[\s,;&]|$)""")
_ONLY_NAMED = re.compile(r"""\A(?:["']?[A-Za-z][\w-]{1,30}+["']?+ ?[:=] ?["']?+\d{1,8}+["']?+(?:[ ,;&]{1,3}+|$))+""")
_BARE = {"total": "documents", "count": "documents", "pages": "pages"}
_COUNT = re.compile(
    r"(?:共有?|共计|总共)(?P<of>\d{1,7})(?P<unit>[条篇件页]|[个份]文件)|"
    r"(?:总(?:记录|条)?数|(?:记录|文件|信息)总数)[:：]?(?P<total>\d{1,7})|第1页/共?(?P<pages>\d{1,5})页?"
)
_IN_TITLE = re.compile(r"(?:^|[_|-])\s*[\u4e00-\u9fff]{2,12}[(（](?!(?:19|20)\d\d[)）])(\d{2,7})[)）]")
_MORE = re.compile(r"data-(?:(?:has|is|load)-?)?(?:more|next)(?:-?(?:pages?|url|href|src))?")
_MAY_LEAD_ON = re.compile(r"data-(?:has|is|load)?-?(?:more|next)", re.IGNORECASE)
_FURTHER = re.compile(
    r"""\bdata-[\w-]{1,30}=["'][^"'<>\s]{0,200}[?&]\w{0,8}(?:page\w{0,8}|offset|start)=(?!0|1(?!\d))\d{1,6}(?!\d)""",
    re.IGNORECASE,
)
"""An attribute with the address of a page after the first."""
_LEADS = re.compile(r"\A(?:(?:true|yes|1)$|/|\?|[\w-]+\.(?:s?html?|json|php|do|aspx?))", re.IGNORECASE)
_LAST = re.compile(r"(?:data-)?(?:max|last|end)(?:-?(?:page|no|index))?")
_VARIABLE = re.compile(r"""\b(?:var|let|const)\s+total\s*=\s*["']?(\d{1,7})["']?\s*(?:;|$)""", re.MULTILINE)
_VISITS = re.compile(r"visit|hits?\b|\bpv\b|\buv\b|fangwen|view|price|amount|seconds?|score|访问|浏览", re.IGNORECASE)
_AROUND = 200


def remarks(page: WebPage, seen: int) -> Iterator[str]:
    """Texts outside the page's text by which the first page of a list states more than the `seen` entries."""
    yield from _in_comments(page, seen)
    yield from _in_heads(page, seen)
    yield from _in_attributes(page)
    yield from _in_a_variable(page, seen)


def _in_comments(page: WebPage, seen: int) -> Iterator[str]:
    """Comments with nothing but a count; numbers in commented-out markup are outdated."""
    for comment in _COMMENT.finditer(page.text):
        text = " ".join(comment[1].split())
        if _ONLY_NAMED.fullmatch(text):
            for name, number in _NAMED.findall(text):
                kind = _BARE.get(name.lower()) or counted_by(name)
                if kind and digits(number) > (1 if kind == "pages" else seen):
                    yield text
        elif sign := _count_in(text, seen, whole=True):
            yield sign


def _in_heads(page: WebPage, seen: int) -> Iterator[str]:
    title = title_of(page)
    about = ((item.get("content") or "") for item in page.elements["meta"] if item.get("name") == "description")
    for text in (title, *about):
        if sign := _count_in(text, seen):
            yield sign
    if (number := _IN_TITLE.search(title)) and digits(number[1]) > seen:
        yield number[0]


def _count_in(text: str, seen: int, *, whole: bool = False) -> str | None:
    words = counts_in_digits(plain_signs("".join(text.split())))
    for match in filter(None, (_COUNT.fullmatch(words),)) if whole else _COUNT.finditer(words):
        of_pages = match["pages"] or (match["of"] if match["unit"] == "页" else None)
        if digits(of_pages) > 1 if of_pages else digits(match["of"] or match["total"]) > seen:
            return match[0]
    return None


def _in_attributes(page: WebPage) -> Iterator[str]:
    for further in _FURTHER.finditer(page.text):
        yield further[0]
    for element in (
        page.tree.xpath("//body//*[@*[starts-with(name(), 'data-')]]") if _MAY_LEAD_ON.search(page.text) else ()
    ):
        for name, value in element.items():
            if _MORE.fullmatch(name) and _LEADS.match(value.strip()) and not _is_of_another(element):
                yield f'{name}="{value}"'
    for element in page.tree.xpath("//*[@data-max or @data-last or @data-last-page or @data-end or @max]"):
        for name, value in element.items() if is_pager_name(element) else ():
            if _LAST.fullmatch(name) and value.isdecimal() and digits(value) > 1:
                yield f'{name}="{value}"'


def _is_of_another(element: HtmlElement) -> bool:
    return slides(element) or moves(element) or is_in_side_box(element) or is_of_other_box(names_of(element))


def _in_a_variable(page: WebPage, seen: int) -> Iterator[str]:
    """`var total = 60;`, if the rows fill a page; otherwise the variable may count anything."""
    if not fills_page(seen):
        return
    hidden = (item for item in page.elements["input"] if item.get("type") == "hidden")
    for item in (*hidden, *page.elements["meta"]):
        value = (item.get("value") or item.get("content") or "").strip()
        if "total" in (item.get("id"), item.get("name")) and value.isdecimal() and digits(value) > seen:
            yield f"total {value}"
    for script in page.elements["script"]:
        code = script.text or ""
        for match in _VARIABLE.finditer(code) if "total" in code else ():
            around = code[max(0, match.start() - _AROUND) : match.end() + _AROUND]
            if digits(match[1]) > seen and not _VISITS.search(around):
                yield match[0]
