"""Figures that take long are kept for a while: many readers of a page ask the database once."""

from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

KEEP_SECONDS = 300
T = TypeVar("T")


class TimedCache(Generic[T]):
    """Values by key, made anew after `KEEP_SECONDS`; of each process its own."""

    def __init__(self, most: int = 100) -> None:
        self._most, self._lock = most, Lock()
        self._values: dict[Hashable, tuple[float, T]] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of the key; `make` makes it where there is none, or an old one. Others wait meanwhile."""
        with self._lock:
            made, value = self._values.get(key, (0.0, None))
            if value is None or monotonic() - made > KEEP_SECONDS:
                value = make()
                if len(self._values) >= self._most:
                    self._values.clear()
                self._values[key] = (monotonic(), value)
            return value
