"""Pages of one site have the same scripts, sheets and menus: what was read in one is kept for the next page."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

MAX_KEPT_CHARS = 20_000
"""Of one script, sheet or address. Longer ones, mostly data of one page, would fill the memory of a process."""
MOST_KEPT = 256

Reading = TypeVar("Reading")


def cached_for_site(read: Callable[[str], Reading]) -> Callable[[str], Reading]:
    """A decorator of a pure function of a source, whose readings nobody changes."""
    short = lru_cache(MOST_KEPT)(read)

    @wraps(read)
    def cached(source: str) -> Reading:
        return short(source) if len(source) <= MAX_KEPT_CHARS else read(source)

    return cached
