"""The changes by name: those that stay, and those that are undone the next day."""

from collections.abc import Callable
from random import Random

from tests.support.changing_site import ChangingSite, Column, Document

Undo = Callable[[], None]
LASTING: dict[str, Callable[[ChangingSite, Random], None]] = {}
FOR_A_DAY: dict[str, Callable[[ChangingSite, Random], Undo]] = {}


def lasting(change: Callable[[ChangingSite, Random], None]) -> Callable[[ChangingSite, Random], None]:
    """Registers a change that stays."""
    LASTING[change.__name__] = change
    return change


def for_a_day(change: Callable[[ChangingSite, Random], Undo]) -> Callable[[ChangingSite, Random], Undo]:
    """Registers a change that returns how it is undone."""
    FOR_A_DAY[change.__name__] = change
    return change


def some(site: ChangingSite, chance: Random, most: int = 3) -> list[Document]:
    """One to `most` documents whose pages answer."""
    live = [each for each in site.live() if not each.answers]
    return chance.sample(live, min(len(live), chance.randint(1, most)))


def any_list(site: ChangingSite, chance: Random) -> tuple[str, Column]:
    """A list by its name."""
    return chance.choice(list(site.columns.items()))
