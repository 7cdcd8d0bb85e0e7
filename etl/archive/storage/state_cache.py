"""A cache in each process of results that were computed in one state of the archive; it lasts until the archive
changes.

PostgreSQL's snapshot identifies a state: all snapshots are the same until a transaction that has written something
ends. So a cached result is never older than what a query would return, no matter which process or program writes.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection

STATE = "gongkai.state"
"""Key in a connection's `info`, set while it sees a single state (`etl.archive.storage.lookups.snapshot`)."""
SQL_STATE = "concat_ws(' ', current_database(), pg_postmaster_start_time(), pg_current_snapshot())"
"""Includes database and start time, as snapshots of two servers may be the same, and a server may be reset to an
earlier state."""
MOST = 200
"""Maximum number of cached results; if they are pages of a list, some 10 MB."""

Thing = TypeVar("Thing")


class _Cache:
    """The results of the last state that was seen."""

    def __init__(self) -> None:
        self._state, self._things, self._lock = "", OrderedDict[Hashable, Any](), Lock()

    def get(self, state: str, key: Hashable) -> Any:
        with self._lock:
            if state != self._state or key not in self._things:
                return None
            self._things.move_to_end(key)
            return self._things[key]

    def keep(self, state: str, key: Hashable, thing: Any) -> None:
        with self._lock:
            if state != self._state:
                self._state = state
                self._things.clear()
            self._things[key] = thing
            if len(self._things) > MOST:
                self._things.popitem(last=False)


_CACHE = _Cache()


def cached(
    connection: Connection,
    key: Hashable,
    make: Callable[[], Thing],
    is_certain: Callable[[Thing], bool] = lambda thing: True,
) -> Thing:
    """The result of `make` in the state that the connection sees. Callers must not change it.

    It must depend only on that state and the key, not on the user or the time. `is_certain`: called with the result, if
    only the result shows whether this is so and it may be cached.
    """
    state = connection.info.get(STATE)
    if state is None:
        return make()
    thing: Thing | None = _CACHE.get(state, key)
    if thing is None:
        thing = make()
        if is_certain(thing):
            _CACHE.keep(state, key, thing)
    return thing
