"""Rows whose documents a script opens: their addresses become `href`; rows that stay without one are counted.

`onclick="window.open('./t1.html')"`, `<li data-url="/a/1.html">` and `<tr onclick="location.href='…'">` lead to a
document as a link does; `openDetail('1003')` does not say where.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from lxml import html
from lxml.html import HtmlElement

from etl.platforms.elements.address_makers import Maker, address_makers, made_address
from etl.platforms.elements.element_words import click_code, words_of
from etl.web.page import WebPage, absolute, base_url

_MAY_LEAD_ROWS = ("onclick", "data-href", "data-url", "data-link")
_MAY_LEAD = (*_MAY_LEAD_ROWS, "javascript:", ":href=", "_href=", "href=#", 'href="#', "href='#")
"""Signs in lower case: in a page without any of them no script opens a row."""
_MAY_CALL = tuple(
    re.compile(rf"{before}(?:return\s++)?[\w$]++\(")
    for before in (r"""onclick\s*+=\s*+(?:["']\s*+)?""", r"javascript:\s*+")
)
_NO_ADDRESSES = ("href", "class", "id", "style", "title", "target", "onclick", "onmouseover")
_OPENS = re.compile(
    r"""(?:\bopen\s*\(|\blocation(?:\.href)?\s*=|\.href\s*=|\blocation\.(?:assign|replace)\s*\()\s*"""
    r"""(?:(?:encodeURI|escape)\s*\(\s*)?["']([^"'\s]{1,500})["'](?!\s*\+)"""
)
_ESCAPE = re.compile(r"\\u00(2[5-6d-f]|3[adf]|5f)", re.IGNORECASE)
"""A sign of an address as scripts may write it: `\\u002f`."""
_STRING = re.compile(r"""["']([^"'\s]{2,500})["'](?!\s*\+)""")
_PAGE = re.compile(
    r"^(?:https?://|/|\.{1,2}/)[^\s<>]+$|^[\w./-]+\.(?:[a-z]?html?|jspx?|do|action|aspx?|php|pdf|docx?)(?:\?|$)",
    re.IGNORECASE,
)
_IN_SITE = re.compile(r"^(?!javascript:)(?=[^?/]*+[?/][\x21-\x7e])[\x21-\x7e]++$", re.IGNORECASE)
"""An address if a script opens it, even without the ending of a file: `?page=2`, `list/2`."""
_ADDRESSES = ("data-href", "data-url", "data-link")
_ROWS = ("li", "tr", "button", "div", "p", "td", "dd", "dt", "span", "h3", "h4", "dl")
_SCRIPTED = "//*[@onclick or @data-href or @data-url or @data-link]"
_SCHEME = r"\s*+(?!https?:|javascript:|mailto:|tel:|data:)[a-z]{1,12}:"
_OTHER_SCHEME, _HAS_OTHER_SCHEME = re.compile(_SCHEME, re.IGNORECASE), re.compile(rf"""href=["']?{_SCHEME}""")
"""An address outside the web (`htttp://…`, `file:///C:/…`), which nobody can open."""
_NOWHERE = re.compile(r"^\s*(?:$|#|javascript:)", re.IGNORECASE)
_MIN_TITLE, _MAX_TITLE = 5, 200
"""Length of the words of a document's link."""
_LISTS = ("ul", "ol", "table", "tbody", "dl", "body")


def address_in_code(element: HtmlElement) -> str:
    """The address that a click on the element opens, if the element's own code contains it; "" otherwise."""
    match = _OPENS.search(click_code(element))
    return match[1] if match else ""


def leads_nowhere(link: HtmlElement) -> bool:
    """Whether a link has no address of its own: a script decides what it opens."""
    return _NOWHERE.match(link.get("href") or "") is not None


def read_script_links(page: WebPage) -> None:
    """Sets `href` in the page's tree for everything that a script opens: on the link, or on the words of a row."""
    if not _holds(page, _MAY_LEAD):
        return
    makers = address_makers(page) if any(call.search(page.lower) for call in _MAY_CALL) else {}
    for link in page.tree.iter("a"):
        if leads_nowhere(link) and (address := _opened(link, makers) or _borne(link)):
            link.set("href", address)
    if not _holds(page, _MAY_LEAD_ROWS):
        return
    _read_buttons(page, makers)
    for row in page.tree.xpath(_SCRIPTED):
        if row.tag in _ROWS and (address := _opened(row, makers)):
            links = list(row.iter("a"))
            if all(map(leads_nowhere, links)):
                _lead(row, links, address)


def _read_buttons(page: WebPage, makers: Mapping[str, Maker]) -> None:
    """Makes links of the buttons that open a page: `<input type="button" onclick="location.href='…'">`."""
    for button in page.elements["input"]:
        if button.get("type") == "button" and button.get("onclick") and (address := _opened(button, makers)):
            button.tag, button.text = "a", button.get("value")
            button.set("href", address)


def _holds(page: WebPage, signs: Iterable[str]) -> bool:
    return any(sign in page.lower for sign in signs)


def unread_rows(page: WebPage, listed: Iterable[str]) -> int:
    """How many rows besides the `listed` addresses have a document's link whose address only a script knows, or that
    leads to no web page. A link without any target is not counted: some sites list documents that no longer have a
    page."""
    may_be = _holds(page, _MAY_LEAD) or _HAS_OTHER_SCHEME.search(page.lower)
    unread = [link for link in page.tree.iter("a") if _is_scripted(link)] if may_be else []
    if not unread:
        return 0
    urls, base = set(listed), base_url(page)
    read = {link: None for link in page.tree.iter("a") if absolute(link.get("href") or "", base) in urls}
    held = Counter(element for link in read for element in link.iterancestors())
    rows = {_row_in_list(link, held) for link in read}
    lists = {(row.getparent(), row.tag) for row in rows}
    return sum(
        any((row.getparent(), row.tag) in lists and not held[row] for row in (link, *link.iterancestors()))
        for link in unread
    )


def _row_in_list(link: HtmlElement, held: Mapping[HtmlElement, int]) -> HtmlElement:
    """The link's row: below the lowest element that holds another document, or below a list that holds only this."""
    row = link
    for element in link.iterancestors():
        if held[element] > 1 or element.tag in _LISTS:
            break
        row = element
    return row


def _opened(element: HtmlElement, makers: Mapping[str, Maker]) -> str:
    """The address of the page that a click on the element opens; "" if neither the element nor a script gives it."""
    code = _ESCAPE.sub(lambda escape: bytes.fromhex(escape[1]).decode(), click_code(element))
    if made := made_address(code, makers) if makers else "":
        return made
    if (opened := _OPENS.search(code)) and _IN_SITE.match(opened[1]):
        return opened[1]
    strings = [opened[1]] if opened else _STRING.findall(code)
    stated = [value for name in _ADDRESSES if (value := (element.get(name) or "").strip())]
    return next((text for text in (*strings, *stated) if _PAGE.match(text)), "")


def _borne(link: HtmlElement) -> str:
    """The address of a page, in any attribute of a link: `data-src`, `_href`, `rel`, `:href="'…'"`."""
    values = (value.strip().strip("'") for name, value in link.items() if name not in _NO_ADDRESSES)
    return next((value for value in values if _PAGE.match(value) and "." in value), "")


def _lead(row: HtmlElement, links: list[HtmlElement], address: str) -> None:
    plain = [link for link in links if not _is_scripted(link) and len(words_of(link)) >= _MIN_TITLE]
    if plain:
        plain[0].set("href", address)
        return
    parts = [part for part in row if isinstance(part.tag, str) and next(part.iter("a"), None) is None]
    cell = max((row, *parts) if not links else parts, key=_own_chars, default=row)
    if not words_of(cell):
        return
    link = html.Element("a", href=address)
    link.text, cell.text = cell.text, None
    link.extend(list(cell))
    cell.append(link)


def _own_chars(element: HtmlElement) -> int:
    """Length of an element's text as a title, including the text of a row's parts and the row's own text."""
    return len((element.text or "").strip()) if element.tag in ("li", "tr", "div", "dl") else len(words_of(element))


def _is_scripted(link: HtmlElement) -> bool:
    href = (link.get("href") or "").strip().lower()
    scripted = (
        href.startswith("javascript:") or (href in ("", "#") and link.get("onclick")) or _OTHER_SCHEME.match(href)
    )
    return bool(scripted) and _MIN_TITLE <= len(words_of(link)) <= _MAX_TITLE
