"""Rows below a headline with their year or month: `<h3>2024年</h3>` above rows with 03-05, or
`<dt>2024年3月</dt>` above rows with 5日.
"""

import re
from collections.abc import Iterable

from lxml.html import HtmlElement

from etl.dates import first_iso_date
from etl.outside import digits
from etl.platforms.elements.element_words import words_of

_HEADLINE = re.compile(r"^\W*((?:19|20)\d\d)(?:年度?|[-./年](\d{1,2})月?)?\W*$")
_MONTH_AND_DAY = re.compile(r"^\W*(\d{1,2})[-./月](\d{1,2})日?\W*$")
_DAY = re.compile(r"^\W*(\d{1,2})日\W*$")
_IN_ADDRESS = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-/_](?=\d{1,2}[-/_])|(?=\d{2}(?:\d\d)?(?!\d)))(\d{1,2})")
_MAX_HEADLINE, _MAX_ABOVE, _MAX_BEFORE = 12, 2, 3


def months_above(container: HtmlElement, blocks: Iterable[HtmlElement]) -> dict[HtmlElement, str]:
    """Block → year, or year and month (2024-3), of the headline above it; blocks without one are left out."""
    headlines: dict[HtmlElement, str] = {}
    rows, above = set(blocks), headline_above(container)
    for child in container:
        if child in rows:
            if above:
                headlines[child] = above
        elif isinstance(child.tag, str):
            above = _headline(child) or above
    return headlines


def says_day(texts: Iterable[str]) -> bool:
    """Whether a text is a month and a day."""
    return any(map(_MONTH_AND_DAY.match, texts))


def day_below(above: str, texts: Iterable[str]) -> str | None:
    """The date, yyyy-mm-dd, of a row below such a headline, from its month and day, or only its day."""
    for text in texts:
        if match := _MONTH_AND_DAY.match(text):
            return first_iso_date(f"{above[:4]}-{match[1]}-{match[2]}")
        if (match := _DAY.match(text)) and "-" in above:
            return first_iso_date(f"{above}-{match[1]}")
    return None


def day_by_address(address: str, texts: Iterable[str]) -> str | None:
    """The date, yyyy-mm-dd, of a row that says month and day, by the year of its document's address, where the month in
    the address is the same: `/2024/3/5/`, `/202403/t20240305_1.html`."""
    dates = None
    for text in texts:
        if match := _MONTH_AND_DAY.match(text):
            dates = dates or {digits(month): year for year, month in _IN_ADDRESS.findall(address)}
            if year := dates.get(digits(match[1])):
                return first_iso_date(f"{year}-{match[1]}-{match[2]}")
    return None


def headline_above(container: HtmlElement) -> str:
    """The year, or the year and month (2024-3), of the headline in the elements before the container, or before what
    holds it; "" without one."""
    around = container
    for _ in range(_MAX_ABOVE):
        for number, element in enumerate(around.itersiblings(preceding=True)):
            if number >= _MAX_BEFORE:
                break
            if isinstance(element.tag, str) and (headline := _headline(element)):
                return headline
        parent = around.getparent()
        if parent is None:
            break
        around = parent
    return ""


def _headline(element: HtmlElement) -> str:
    words = words_of(element, _MAX_HEADLINE)
    match = _HEADLINE.match(words) if len(words) <= _MAX_HEADLINE else None
    return "-".join(filter(None, match.groups())) if match else ""
