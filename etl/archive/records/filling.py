"""Filling of tables that are derived from records: from the first to the last one, in batches, by rules of a version.

What is recorded meanwhile writes its own rows; one row of state says how far the records from before have come.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, TextClause, text

from etl.archive.storage.state_cache import cached

Keep = Callable[[Connection, Sequence[int]], None]
"""Writes the rows of these records as they now are in this transaction."""


@dataclass(frozen=True, slots=True)
class Filling:
    """`table`: that of the state, whose `column` has the version of the rules by which it is filled; `version`: of the
    present rules; `none`: a version that no rules ever have."""

    table: str
    column: str
    version: int | str
    none: int | str

    def begin(self, engine: Engine) -> int:
        """Begins anew where the rules are others; returns how many records are missing."""
        with engine.begin() as connection:
            connection.execute(self._sql(_BEGIN), {"version": self.version})
            return int(connection.scalars(self._sql(_MISSING)).one())

    def next_batch(self, engine: Engine, size: int, keep: Keep) -> int:
        """Writes the next rows and how far that came, in one transaction; returns of how many records, 0 at the end.

        After an interruption, the next call goes on there.
        """
        with engine.begin() as connection:
            numbers = list(connection.scalars(self._sql(_NEXT), {"size": size}))
            keep(connection, numbers)
            last = numbers[-1] if len(numbers) == size else None
            connection.execute(self._sql(_FILLED_TO), {"last": last})
        return len(numbers)

    def forget(self, connection: Connection) -> None:
        """Has all be written anew; until it is, every record counts as missing."""
        connection.execute(self._sql(_FORGET), {"none": self.none})

    def missing(self, connection: Connection) -> int:
        """How many records have no rows by the present rules yet."""
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
