"""A cache of parsed scripts, style sheets and menus, because the pages of one site share them."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

MAX_KEPT_CHARS = 20_000
"""Maximum length of a cached source. Longer ones are mostly data of one page and would fill the memory."""
MOST_KEPT = 256

Reading = TypeVar("Reading")


def cached_for_site(read: Callable[[str], Reading]) -> Callable[[str], Reading]:
    """A decorator that caches a pure function of a source; callers must not change its results."""
    short = lru_cache(MOST_KEPT)(read)

    @wraps(read)
    def cached(source: str) -> Reading:
        return short(source) if len(source) <= MAX_KEPT_CHARS else read(source)

    return cached
