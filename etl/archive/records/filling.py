"""Fills tables that are derived from records by versioned rules: from the first record to the last, in batches.

New and changed records write their own rows meanwhile. One row of state says up to which record the filling has come.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, TextClause, text

from etl.archive.storage.state_cache import cached

Keep = Callable[[Connection, Sequence[int]], None]
"""Writes the rows of these records in their current state in this transaction."""


@dataclass(frozen=True, slots=True)
class Filling:
    """The filling of one derived table. `table`: the table of its state, whose `column` has the version of the rules
    with which rows are made. `version`: that of the current rules. `none`: a version that no rules ever have."""

    table: str
    column: str
    version: int | str
    none: int | str

    def begin(self, engine: Engine) -> int:
        """Starts from the first record if the rules have changed; returns the number of records that are missing."""
        with engine.begin() as connection:
            connection.execute(self._sql(_BEGIN), {"version": self.version})
            return int(connection.scalars(self._sql(_MISSING)).one())

    def next_batch(self, engine: Engine, size: int, keep: Keep) -> int:
        """Writes the rows of the next records and the new state in one transaction; returns the number of records, 0 at
        the end.

        After an interruption, the next call continues there.
        """
        with engine.begin() as connection:
            numbers = list(connection.scalars(self._sql(_NEXT), {"size": size}))
            keep(connection, numbers)
            last = numbers[-1] if len(numbers) == size else None
            connection.execute(self._sql(_FILLED_TO), {"last": last})
        return len(numbers)

    def forget(self, connection: Connection) -> None:
        """Makes the next filling write all rows again; until then, every record counts as missing."""
        connection.execute(self._sql(_FORGET), {"none": self.none})

    def missing(self, connection: Connection) -> int:
        """The number of records that have no rows made with the current rules yet."""
        return cached(connection, self, lambda: self._missing(connection))

    def _missing(self, connection: Connection) -> int:
        state = connection.execute(self._sql(_STATE)).one()
        if state.version != self.version:
            return int(connection.scalars(text("SELECT count(*) FROM archive.record")).one())
        if state.filled_to >= state.until:
            return 0
        return int(connection.scalars(self._sql(_MISSING)).one())

    def _sql(self, statement: str) -> TextClause:
        return text(statement.format(table=f"archive.{self.table}", column=self.column))


_STATE = "SELECT {column} AS version, filled_to, until FROM {table}"
_BEGIN = """
UPDATE {table} SET {column} = :version, filled_to = 0, until = (SELECT coalesce(max(id), 0) FROM archive.record)
WHERE {column} <> :version
"""
_MISSING = "SELECT count(*) FROM archive.record r, {table} s WHERE r.id > s.filled_to AND r.id <= s.until"
_NEXT = """
SELECT r.id FROM archive.record r, (SELECT filled_to, until FROM {table} FOR UPDATE) AS s
WHERE r.id > s.filled_to AND r.id <= s.until ORDER BY r.id LIMIT :size
"""
_FILLED_TO = "UPDATE {table} SET filled_to = coalesce(CAST(:last AS bigint), until)"
_FORGET = "UPDATE {table} SET {column} = :none"
