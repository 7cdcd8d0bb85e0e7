"""Detects a database that is behind its bucket: restored from an old dump, or with an interrupted rebuild.

Such a database would number new events and runs like events and runs that the bucket has, and overwrite the journal of
those that it lost. So writers call this first. Objects beyond the database's last numbers are harmless if PostgreSQL
itself says that the transaction which wrote them was aborted.
"""

from typing import Any

from sqlalchemy import Connection, text

from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import Store
from etl.archive.storage.layout import CHANGES, RUNS, journal_key, run_number
from etl.archive.storage.log_lines import JournalLine, Transaction
from etl.errors import GongkaiError

_REMEDY = "pause all DAGs, then `gongkai rebuild`"


class DatabaseBehindBucket(GongkaiError):
    """The bucket has runs or changes that the database does not know: nothing may be written before a rebuild."""


def current_transaction(connection: Connection) -> Transaction:
    """The current transaction: identity of the server, its timeline, and the transaction's number."""
    row = connection.execute(_CURRENT_TRANSACTION).one()
    return Transaction(cluster=row.cluster, timeline=row.timeline, transaction=row.transaction)


_CURRENT_TRANSACTION = text("""
SELECT system_identifier::text AS cluster, left(pg_walfile_name(pg_current_wal_lsn()), 8) AS timeline,
       pg_current_xact_id()::text AS transaction FROM pg_control_system()
""")


def require_unused_change_seq(connection: Connection, store: Store, first: int) -> None:
    """Called under the lock that orders events, after numbering new ones from `first`.

    Raises `DatabaseBehindBucket` where the bucket already holds other events under that number.
    """
    began = connection.scalar(text("SELECT began_at FROM archive.rebuild"))
    if began:
        raise _rebuilding(began)
    events = store.read_log_or_empty(journal_key(first), JournalLine)
    if events and not _was_aborted(connection, events[0].writer):
        raise _behind(store, f"change {first}, which the database is about to number")


def require_database_in_sync(archive: Archive) -> None:
    """Raises `DatabaseBehindBucket` where the bucket has runs or changes that the database does not know.

    Called before anything is written that has a number: runs, captures, fixity events.
    """
    with archive.engine.connect() as connection:
        reached = connection.execute(_LAST_NUMBERS).one()
    if reached.rebuild:
        raise _rebuilding(reached.rebuild)
    for key in archive.store.list_keys(CHANGES, after=journal_key(reached.change)):
        first = int(key.removeprefix(CHANGES).partition(".")[0])
        events = archive.store.read_log_or_empty(key, JournalLine)
        with archive.engine.connect() as connection:
            aborted = not events or _was_aborted(connection, events[0].writer)
        # Reads the last number again: the transaction that wrote the object may have committed meanwhile.
        if not aborted and first > _last_numbers(archive).change:
            raise _behind(archive.store, f"change {first}, the database ends at change {reached.change}")
    for key in archive.store.list_keys(RUNS, after=f"{RUNS}{reached.run:012}~"):
        number = run_number(key)
        if number > reached.run and number > _last_numbers(archive).run:
            raise _behind(archive.store, f"run {number}, the database ends at run {reached.run}")


def _last_numbers(archive: Archive) -> Any:
    with archive.engine.connect() as connection:
        return connection.execute(_LAST_NUMBERS).one()


_LAST_NUMBERS = text("""
SELECT (SELECT began_at FROM archive.rebuild) AS rebuild,
       (SELECT coalesce(max(change_seq), 0) FROM archive.change) AS change,
       (SELECT coalesce(max(id), 0) FROM archive.run) AS run
""")


def _was_aborted(connection: Connection, transaction: Transaction | None) -> bool:
    """Whether the transaction was aborted or is in progress. False where PostgreSQL does not remember it."""
    if transaction is None or not connection.scalar(_SAME_SERVER, transaction):
        return False
    return connection.scalar(_STATUS, transaction) in ("aborted", "in progress")


_SAME_SERVER = text("""
SELECT system_identifier::text = :cluster AND left(pg_walfile_name(pg_current_wal_lsn()), 8) = :timeline
   AND CAST(:transaction AS xid8) < pg_snapshot_xmax(pg_current_snapshot()) FROM pg_control_system()
""")
_STATUS = text("SELECT pg_xact_status(CAST(:transaction AS xid8))")


def _behind(store: Store, newer: str) -> DatabaseBehindBucket:
    bucket = store.address.bucket
    return DatabaseBehindBucket(
        f"the database is behind its bucket: bucket {bucket!r} has {newer}; nothing was written", hint=_REMEDY
    )


def _rebuilding(began: Any) -> DatabaseBehindBucket:
    return DatabaseBehindBucket(
        f"a rebuild that began at {began:%Y-%m-%d %H:%M:%S} UTC has not ended; nothing was written",
        hint="wait until it ends; if it was interrupted, `gongkai rebuild` continues it",
    )
