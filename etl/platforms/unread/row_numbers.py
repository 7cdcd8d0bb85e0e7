"""The numbers of rows before their titles (序号): if there is a gap, rows are missing."""

import re
from collections.abc import Container
from itertools import pairwise

from lxml.html import HtmlElement

from etl.outside import digits
from etl.platforms.unread.list_ends import outer_rows
from etl.web.page import WebPage

_NUMBER = re.compile(r"^[\[【（(]?(\d{1,6})[\]】）)]?[.、．,，:：]?$")
_MAY_BE_NUMBERED = re.compile(r">\s*[\[【（(]?\d{1,6}[\]】）)]?[.、．,，:：]?\s*<")
_MIN_ROWS = 3


def row_numbers(page: WebPage, listed: Container[str]) -> tuple[int, int] | None:
    """The numbers of the first and the last `listed` row (addresses), if the numbers rise or fall by one."""
    if not _MAY_BE_NUMBERED.search(page.text):
        return None
    numbers = [_number(row) for row in outer_rows(page, listed)]
    known = [number for number in numbers if number is not None]
    if len(known) < max(_MIN_ROWS, len(numbers)):
        return None
    steps = {after - before for before, after in pairwise(known)}
    return (known[0], known[-1]) if steps in ({1}, {-1}) else None


def _number(row: HtmlElement) -> int | None:
    first = next((text for text in map(str.strip, map(str, row.itertext())) if text), "")
    match = _NUMBER.match(first)
    return digits(match[1]) if match else None
