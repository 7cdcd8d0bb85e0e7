"""The style sheets and pictures of a page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import cast

from lxml import etree, html

from etl.web.inline_styles import style_values
from etl.web.page import WebPage, base_url
from etl.web.site_cache import cached_for_site
from etl.web.styles import Named, named_in_style
from etl.web.urls import Address, canonical_url

MAX_NAMED = 200
"""Maximum number of style sheets, and of pictures, of a page; any further ones are ignored."""
MAX_RESOURCE_BYTES = 2_000_000
"""Maximum size of one style sheet or picture."""
MAX_IMPORTS = 3
"""How many levels of imported style sheets are followed."""
_LATE = ("data-src", "data-original", "data-lazy-src", "data-echo", "lazy-src", "original")
"""Attributes from which lazy-loading scripts take the address of a picture."""

_BACKGROUNDS = etree.XPath("//@background", smart_strings=False)
"""Takes a third of the time of a look for `ground=` in the source."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """Canonical addresses, each once, in the order of the page."""

    styles: tuple[Address, ...] = ()
    pictures: tuple[Address, ...] = ()


NO_APPEARANCE = Appearance()


def appearance_of(page: WebPage) -> Appearance:
    """The style sheets and pictures of a page, except inline ones."""
    base = base_url(page)
    styles: dict[Address, None] = {}
    pictures: dict[Address, None] = {}
    # A picture that is used many times is resolved once.
    for written, is_sheet in dict.fromkeys(_named(page)):
        named = styles if is_sheet else pictures
        if len(named) < MAX_NAMED and (address := canonical_or_none(base, written)):
            named[address] = None
    return Appearance(tuple(styles), tuple(pictures))


def named_in_sheets(sheets: Iterable[tuple[str, str]]) -> Appearance:
    """The style sheets and pictures named in style sheets; each sheet is a pair of address and text."""
    styles: dict[Address, None] = {}
    pictures: dict[Address, None] = {}
    for base, css in sheets:
        for named in islice(named_in_style(css), MAX_NAMED):
            if address := canonical_or_none(base, named.address):
                (styles if named.is_sheet else pictures)[address] = None
    return Appearance(tuple(styles), tuple(pictures))


def _named(page: WebPage) -> Iterator[tuple[str, bool]]:
    for element in page.tree.iter("link", "img", "input", "style"):
        if element.tag == "link":
            yield from [(element.get("href", ""), True)] if is_style_sheet(element) else []
        elif element.tag == "style":
            yield from _named_in(element.text or "")
        elif element.tag == "img" or element.get("type", "").lower() == "image":
            yield picture_source(element), False
    yield from ((value, False) for value in cast(list[str], _BACKGROUNDS(page.tree)))
    for style in style_values(page.tree) if "url(" in page.text else ():
        if "url(" in style:
            yield from named_in_style(style)


@cached_for_site
def _named_in(css: str) -> tuple[Named, ...]:
    return tuple(named_in_style(css))


def is_style_sheet(link: html.HtmlElement) -> bool:
    """Whether a `<link>` is a style sheet that applies to the page, not an alternate one."""
    relations = link.get("rel", "").lower().split()
    return "stylesheet" in relations and "alternate" not in relations


def picture_source(element: html.HtmlElement) -> str:
    """The address, as written, of the picture that a visitor finally sees; "" if there is none."""
    late = (element.get(name, "").strip() for name in _LATE)
    return next((value for value in late if "/" in value or "." in value), "") or element.get("src", "").strip()


def canonical_or_none(base: str, written: str) -> Address | None:
    """The canonical form of the address; None if it is not a web address."""
    try:
        return canonical_url(written, base) if written and not written.startswith("data:") else None
    except ValueError:
        return None
