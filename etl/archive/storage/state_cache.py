"""What was worked out in one state of the archive: each process keeps some of it as long as the archive stays so.

A state is told by PostgreSQL's snapshot: as long as no transaction that wrote anything ends, all snapshots are the
same. So what is kept is never older than what a query would give, whichever process or program writes.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection

STATE = "gongkai.state"
"""Key of a connection's `info`, as long as it sees one state (`etl.archive.storage.lookups.snapshot`)."""
SQL_STATE = "concat_ws(' ', current_database(), pg_postmaster_start_time(), pg_current_snapshot())"
"""Of two servers the snapshots may be the same, and a server may have been put back to an earlier state."""
MOST = 200
"""Things that are kept: some 10 MB of pages of a list."""

Thing = TypeVar("Thing")


class _Cache:
    """The things of the state that was seen last."""

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
    """What `make` gives in the state that the connection sees, which nobody may change.

    It must depend on nothing but that state and the key: neither on who asks, nor on the time. `is_certain`: whether
    what was made does so and may be kept, where that is known only then.
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
