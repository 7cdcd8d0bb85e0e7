"""The addresses and sizes of a list's pages: which of them lie too far apart, or show too few entries."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_MIN_ALIKE = 3
"""Pages that have the same number of entries, from which on another number is an exception."""
_NUMBERS = re.compile(r"([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class PageSize:
    """A page of a list and how many entries it shows."""

    url: str
    entries: int


@dataclass(frozen=True, slots=True)
class Leap:
    """Two pages of a list that follow each other, and how many lie between them by the numbers of their addresses."""

    before: str
    url: str
    pages: int


def short_pages(pages: Sequence[PageSize], is_counted: Callable[[int], bool]) -> Iterator[tuple[PageSize, int]]:
    """Pages with too few entries, and the usual number; not the last one with entries. Further pages have less than
    half of that number; if all others have the same number, three quarters of it are too few, and the first page has
    half of it at most. Empty ones only if `is_counted`, asked with the page's place, says that the site counts them."""
    usual = median([page.entries for page in pages if page.entries] or [0])
    last = max((place for place, page in enumerate(pages, 1) if page.entries), default=0)
    before_last = [page.entries for page in pages[: last - 1] if page.entries]
    same = before_last.count(int(usual))
    alike = same >= _MIN_ALIKE and same == len(before_last) - 1
    for place, page in enumerate(pages, 1):
        few = page.entries * 2 < usual or (alike and page.entries * 4 <= usual * 3)
        if place == 1:
            few = alike and page.entries * 2 <= usual
        if few and (is_counted(place) if not page.entries else place != last):
            yield page, int(usual)


def first_leap(pages: Sequence[PageSize]) -> Leap | None:
    """Where the number in the addresses of a list's pages leaps over some. Numbers rise by one, or by the entries of a
    page; the first page has none."""
    numbers: list[tuple[str, int]] = []
    for before, page in pairwise(pages):
        if number := _other_number(before.url, page.url):
            numbers += [(page.url, number[1])] if numbers else [(before.url, number[0]), (page.url, number[1])]
        elif numbers:
            return None
    if not numbers:
        return None
    first, is_first = numbers[0][1], numbers[0][0] == pages[0].url
    steps = [after - before for (_, before), (_, after) in pairwise(numbers)]
    usual = pages[0].entries
    if not is_first and first in (1, 2, usual):
        steps.append(usual if first == usual else 1)
    unit = min(steps)
    if unit not in (1, usual) or any(step % unit for step in steps):
        return None
    leaps = (
        Leap(before, url, step // unit - 1)
        for ((before, _), (url, _)), step in zip(pairwise(numbers), steps, strict=False)
    )
    return next((leap for leap in leaps if leap.pages > 0), None)


def _other_number(before: str, url: str) -> tuple[int, int] | None:
    """The numbers by which alone two addresses differ."""
    parts, others = (_NUMBERS.split(each) for each in (before, url))
    places = [at for at, (one, other) in enumerate(zip(parts, others, strict=False)) if one != other]
    if len(parts) != len(others) or len(places) != 1 or places[0] % 2 == 0:
        return None
    return int(parts[places[0]]), int(others[places[0]])
