"""The registry of platform families: every module in families/ with a subclass of `Platform` is one."""

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from etl.errors import GongkaiError
from etl.platforms import families
from etl.platforms.base import Platform

if TYPE_CHECKING:
    from etl.sources.schema import Source


@cache
def _registry() -> dict[str, Platform]:
    registry: dict[str, Platform] = {}
    for info in pkgutil.iter_modules(families.__path__):
        module = importlib.import_module(f"{families.__name__}.{info.name}")
        for item in vars(module).values():
            own = isinstance(item, type) and issubclass(item, Platform) and item.__module__ == module.__name__
            if own and item is not Platform and item.name:
                registry[item.name] = item()
    return registry


@cache
def all_platforms() -> tuple[Platform, ...]:
    """All families, sorted by name."""
    return tuple(platform for _, platform in sorted(_registry().items()))


def platform(name: str) -> Platform:
    """The family of that name. Raises `GongkaiError` if there is none."""
    try:
        return _registry()[name]
    except KeyError:
        names = ", ".join(sorted(_registry()))
        raise GongkaiError(f"no platform is called {name!r}", hint=f"use one of: {names}") from None


def family_of(source: "Source") -> Platform | None:
    """The source's family, configured by its file; None for imported pages, whose source names no family."""
    return platform(source.platform).for_source(source) if source.platform else None
