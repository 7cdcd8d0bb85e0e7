"""A whole database as rows, emptied, and compared with another."""

from typing import Any

from etl.archive.storage.archive import Archive, open_archive
from etl.archive.storage.migrations import downgrade, migrate
from etl.archive.storage.models import LOCKS, SCHEMA, Base
from etl.progress import Progress, ProgressCallback
from etl.settings import Settings
from tests.support.gongkai import rows

# What hosts allow just now is no part of the archive; it is asked again.
# What logs are is told by the logs themselves; an audit compares the two.
# Saved searches and silences are in no log.
# Nor is how far search and citations are filled: what is searched and cited is compared.
_BESIDES = ("host", "log_object", "saved_search", "source_silence", "search_state", "citation_state")
_COLUMNS_BESIDES = ("verified_at", "in_index")
TABLES = [table for table in Base.metadata.sorted_tables if table.name not in _BESIDES and table not in LOCKS]


def dump(archive: Archive) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, in the order of its key."""
    tables = {}
    for table in TABLES:
        # When bytes were last found whole is not told: they are read again in their turn.
        names = [column.name for column in table.columns if column.name not in _COLUMNS_BESIDES]
        order = ", ".join(column.name for column in table.primary_key)
        tables[table.name] = rows(archive, f"SELECT {', '.join(names)} FROM {SCHEMA}.{table.name} ORDER BY {order}")
    return tables


def emptied(archive: Archive, owner_url: str, settings: Settings) -> Archive:
    """The archive with a database that was dropped and made anew."""
    archive.engine.dispose()
    downgrade(owner_url)
    migrate(owner_url)
    return open_archive(settings)


def quiet(*_: Any) -> None:
    pass


def differing(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[Any]:
    """The values that differ, or how many rows there are, and those that only one of both has."""
    if len(before) != len(after):
        return [len(before), len(after), [row for row in (*before, *after) if (row in before) != (row in after)]]
    return [
        {name: (one[name], other[name]) for name in one if one[name] != other[name]}
        for one, other in zip(before, after, strict=True)
        if one != other
    ]


def interrupted_at(step: str, number: int) -> ProgressCallback:
    def interrupt(progress: Progress) -> None:
        if (progress.stage, progress.done) == (step, number):
            raise KeyboardInterrupt

    return interrupt
