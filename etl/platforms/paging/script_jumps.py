"""Pagers drawn by a library, whose handler builds the address of the chosen page:
`laypage({pages: 12, jump: function (o) { location.href = "index_" + o.curr + ".html" }})`.
"""

import re
from collections.abc import Iterator

from etl.outside import digits
from etl.platforms.paging.list_numbers import Counts
from etl.web.page import WebPage
from etl.web.urls import resolved

_LEADS = re.compile(
    r"\blocation(?:\.href)?\s*=(?!=)|\blocation\.(?:assign|replace)\s*\(|\bopen\s*\(|\b(?:(?:page)?[uU]rl|getLink)\b[^;\n]{0,40}\breturn\b"
)
# A number between two strings, or after one: `"index_" + o.curr + ".html"`, `"?page=" + n`, `"index_" + (p - 1) + …`.
_MADE = re.compile(
    r"""["']([^"'\s+]{0,200}?(?:[\w-]_|[?&]\w{0,12}[pP]ag\w{0,10}=|[?&](?:p|pn|pg|pno)=|/))["']\s*+\+\s*+(?:\(\s*+)?"""
    r"""([A-Za-z_$][\w$]*+(?:\.\w++|\[[\w.$]{1,40}\])*+(?:\(\s*+\))?)\s*+(-\s*+1\b\s*+)?(?:\)\s*+)?"""
    r"""(?:\+\s*+["']((?:\.\w{3,5}|[&#?/])[^"'\s]{0,100}|)["']|(?=[;)},\s"'>]|\Z))"""
)
_OWN = re.compile(r"\bthis\.(\w{1,40})\b(?!\s*\()")
_VALUE = re.compile(r"""\b(\w{1,40})\s?:\s?("[^"\n]{0,200}"|'[^'\n]{0,200}')""")
_JOINT = re.compile(r"""(["'])\s{0,20}\+\s{0,20}\1""")
"""Between two texts of which one address is made: `"index" + "_"`."""
_STATEMENT, _NUMBER = 200, r"(\d{1,5})"


def jump_ahead(page: WebPage, stated: Counts, seen: int, *, first: bool) -> str | None:
    """The absolute address of the next page, by the handler of the page's pager; None if no handler gives it, or if the
    page's numbers (`stated`) do not say that there is a next page. `seen`: entries of the list up to this page's
    end."""
    for before, less, after in _templates(page):
        place = 1 if first else _place(page.url, before, after, less)
        if place is None:
            continue
        more = place < stated.pages if stated.pages else bool(stated.documents and seen < stated.documents)
        return resolved(page.url, f"{before}{place + 1 - less}{after}") if more else None
    return None


def _templates(page: WebPage) -> Iterator[tuple[str, int, str]]:
    """(text before the number, amount subtracted from the page's number, text after it) of addresses built by
    handlers."""
    source = _JOINT.sub("", _with_own_values(page.live_source))
    for leads in _LEADS.finditer(source):
        end = min(len(source), leads.end() + _STATEMENT)
        if made := _MADE.search(source, leads.end(), end):
            yield made[1], 1 if made[3] else 0, made[4] or ""


def _with_own_values(source: str) -> str:
    """The scripts with the texts of an object in place of their names: `this.hrefFormer + n + this.hrefLatter`."""
    names = set(_OWN.findall(source))
    values = {name: literal for name, literal in _VALUE.findall(source) if name in names} if names else {}
    return _OWN.sub(lambda own: values.get(own[1], own[0]), source) if values else source


def _place(url: str, before: str, after: str, less: int) -> int | None:
    """The position in its list, from 1, of a page whose address has this form."""
    match = re.search(rf"{re.escape(before.removeprefix('./'))}{_NUMBER}{re.escape(after)}", url)
    return digits(match[1]) + less if match else None
