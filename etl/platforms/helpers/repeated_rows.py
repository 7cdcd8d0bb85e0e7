"""Finds the rows that a page repeats: a guess where a site of no known family lists its documents."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml.html import HtmlElement

from etl.dates import first_iso_date
from etl.platforms.helpers.columns import same_site
from etl.web.page import WebPage, absolute, base_url
from etl.web.select import elements, text_of

_ROWS = ("li", "tr", "dd", "dt", "p", "div", "article")
_MIN_TITLE = 8
"""Characters of a title; shorter link texts are names of columns or buttons."""
_MIN_ROWS = 3
"""Rows of a list; fewer may be anything."""
_NEXT = re.compile(r"^\W*(?:下一?页|下頁|后一页|next)\W*$|^(?:>|›|»)$", re.IGNORECASE)
_WORD = re.compile(r"^-?[A-Za-z_][\w-]*$")
# Classes for the state of a row or its place in a list, not for what it is.
_STATE_CLASS = re.compile(r"^(?:on|cur|current|active|hover|first|last|odd|even|clearfix|fl|fr|\w*\d+)$", re.IGNORECASE)


@dataclass
class _Group:
    rows: list[HtmlElement] = field(default_factory=list)
    dated: int = 0
    own: int = 0

    @property
    def weight(self) -> int:
        return len(self.rows) + 2 * self.dated


def repeated_rows(page: WebPage) -> Mapping[str, Any] | None:
    """A value for the key `listing`: selectors of the page's largest group of similar rows, each with a titled link.

    Rows with a date count three times. None if no group has three rows.
    """
    groups: dict[tuple[HtmlElement, str], _Group] = {}
    base = base_url(page)
    for link in page.tree.iter("a"):
        words = " ".join("".join(link.itertext()).split())
        url = absolute(link.get("href") or "", base)
        if url is None or len(link.get("title") or words) < _MIN_TITLE:
            continue
        row = next((item for item in link.iterancestors() if item.tag in _ROWS), None)
        parent = row.getparent() if row is not None else None
        if row is None or parent is None:
            continue
        group = groups.setdefault((parent, str(row.tag)), _Group())
        if row not in group.rows:
            group.rows.append(row)
            group.own += same_site(url, page)
            group.dated += first_iso_date("".join(row.itertext()).replace(words, " ")) is not None
    # A list of documents has some links to other sites; a list of mostly such links is not one.
    candidates = [group for group in groups.values() if group.own * 2 >= len(group.rows)]
    best = max(candidates, key=lambda group: group.weight, default=None)
    if best is None or len(best.rows) < _MIN_ROWS:
        return None
    selector = _selector(best.rows, page)
    guess: dict[str, Any] = {"rows": selector}
    if date := _date(best.rows):
        guess["fields"] = {"published_date": date}
    if next_link := _next(page):
        guess["next"] = next_link
    return guess


def _selector(rows: list[HtmlElement], page: WebPage) -> str:
    """The shortest selector, by ids and classes, that matches rows of this list only."""
    parent = rows[0].getparent()
    siblings = set(parent.iterchildren(str(rows[0].tag)))
    short = f"{_named(parent)} > {_tag(rows)}"
    names = [name for above in parent.iterancestors() if (name := _named(above)) != above.tag]
    # Prefixed with the nearest ancestor that makes it unique; with all ancestors if none does alone.
    selectors = [short, *(f"{name} {short}" for name in names), " ".join([*reversed(names), short])]
    return next((selector for selector in selectors if set(elements(selector, page.tree)) <= siblings), selectors[-1])


def _named(element: HtmlElement) -> str:
    """A selector of the element: its id, or its tag and classes."""
    if (name := element.get("id") or "") and _WORD.match(name):
        return f"#{name}"
    return str(element.tag) + "".join(f".{name}" for name in _classes(element))


def _classes(element: HtmlElement) -> Iterator[str]:
    return (name for name in (element.get("class") or "").split() if _WORD.match(name) and not _STATE_CLASS.match(name))


def _tag(rows: list[HtmlElement]) -> str:
    """A selector of the rows: their tag and the classes that all of them have."""
    shared = Counter(name for row in rows for name in set(_classes(row)))
    return str(rows[0].tag) + "".join(f".{name}" for name, count in shared.items() if count == len(rows))


def _date(rows: list[HtmlElement]) -> str | None:
    """A selector, relative to a row, of an element that is only a date in most of the rows."""
    selectors = Counter(_place(item) for row in rows for item in _dates(row))
    for selector, count in selectors.most_common(1):
        if count * 2 > len(rows) and _agrees(selector, rows):
            return selector
    return None


def _dates(row: HtmlElement) -> Iterable[HtmlElement]:
    return (item for item in row.iterdescendants("span", "td", "em", "i", "time", "b", "font", "div", "p", "label")
            if len(item) == 0 and len(text := text_of(".", item)) <= 14 and first_iso_date(text))  # fmt: skip


def _place(item: HtmlElement) -> str:
    name = _named(item)
    if name != item.tag:
        return name
    siblings = list(item.getparent().iterchildren(str(item.tag)))
    return name if len(siblings) == 1 else f"{name}:nth-of-type({siblings.index(item) + 1})"


def _agrees(selector: str, rows: list[HtmlElement]) -> bool:
    return sum(first_iso_date(text_of(selector, row)) is not None for row in rows) * 2 > len(rows)


def _next(page: WebPage) -> str | None:
    for link in page.tree.iter("a"):
        words = "".join("".join(link.itertext()).split())
        target = (link.get("href") or "").strip()
        if not _NEXT.match(words) or target in ("", "#") or target.lower().startswith("javascript"):
            continue
        selector = f"a{''.join(f'.{name}' for name in _classes(link))}"
        alike = elements(selector, page.tree) if selector != "a" else []
        return selector if alike[:1] == [link] else f"//a[normalize-space(.) = '{words}']"
    return None
