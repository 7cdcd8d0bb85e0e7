"""A cache for slow figures: for some time, all readers of a page get the result of one query."""

from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

KEEP_SECONDS = 300
T = TypeVar("T")


class TimedCache(Generic[T]):
    """Values by key, computed again after `KEEP_SECONDS`. Each process has its own cache."""

    def __init__(self, most: int = 100) -> None:
        self._most, self._lock = most, Lock()
        self._values: dict[Hashable, tuple[float, T]] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of the key; calls `make` if there is none, or if it is too old. Other callers wait meanwhile."""
        with self._lock:
            made, value = self._values.get(key, (0.0, None))
            if value is None or monotonic() - made > KEEP_SECONDS:
                value = make()
                if len(self._values) >= self._most:
                    self._values.clear()
                self._values[key] = (monotonic(), value)
            return value
