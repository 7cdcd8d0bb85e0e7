"""Whether the database knows all that the bucket tells.

One that was restored from an older dump, or whose rebuild was cut off, would give numbers away once more that the
bucket has given already, and overwrite the journal of what it forgot. So writers ask first. What lies in the bucket
beyond the database is harmless where PostgreSQL itself says that the transaction which wrote it never happened.
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
    """The bucket tells of what the database does not know: nothing may be written before a rebuild."""


def current_transaction(connection: Connection) -> Transaction:
    """The transaction that is under way, by the server's identity, its timeline and its own number."""
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
        raise _lost(store, f"changes from {first} on")


def require_database_in_sync(archive: Archive) -> None:
    """Raises `DatabaseBehindBucket` where the bucket tells of runs or changes that the database does not know.

    For whoever is about to write anything that has a number: runs, captures, events of fixity.
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
        # Asked once more: whoever wrote it may have committed meanwhile.
        if not aborted and first > _last_numbers(archive).change:
            raise _lost(archive.store, f"changes up to {first} and further, the database up to {reached.change}")
    for key in archive.store.list_keys(RUNS, after=f"{RUNS}{reached.run:012}~"):
        number = run_number(key)
        if number > reached.run and number > _last_numbers(archive).run:
            raise _lost(archive.store, f"runs up to {number} and further, the database up to {reached.run}")


def _last_numbers(archive: Archive) -> Any:
    with archive.engine.connect() as connection:
        return connection.execute(_LAST_NUMBERS).one()


_LAST_NUMBERS = text("""
SELECT (SELECT began_at FROM archive.rebuild) AS rebuild,
       (SELECT coalesce(max(change_seq), 0) FROM archive.change) AS change,
       (SELECT coalesce(max(id), 0) FROM archive.run) AS run
""")


def _was_aborted(connection: Connection, transaction: Transaction | None) -> bool:
    """Whether the transaction ended without effect, or has not ended; no, where PostgreSQL does not remember it."""
    if transaction is None or not connection.scalar(_SAME_SERVER, transaction):
        return False
    return connection.scalar(_STATUS, transaction) in ("aborted", "in progress")


_SAME_SERVER = text("""
SELECT system_identifier::text = :cluster AND left(pg_walfile_name(pg_current_wal_lsn()), 8) = :timeline
   AND CAST(:transaction AS xid8) < pg_snapshot_xmax(pg_current_snapshot()) FROM pg_control_system()
""")
_STATUS = text("SELECT pg_xact_status(CAST(:transaction AS xid8))")


def _lost(store: Store, what: str) -> DatabaseBehindBucket:
    return DatabaseBehindBucket(f"bucket {store.address.bucket!r} tells of {what}: nothing was written", hint=_REMEDY)


def _rebuilding(began: Any) -> DatabaseBehindBucket:
    return DatabaseBehindBucket(
        f"a rebuild that began at {began:%Y-%m-%d %H:%M:%S} UTC has not ended: nothing was written",
        hint="wait for it; where it was cut off, `gongkai rebuild` goes on with it",
    )
