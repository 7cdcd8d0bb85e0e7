"""Detects a database that is behind its bucket: restored from an old dump, or with an interrupted rebuild.

Such a database would give new events and runs numbers that the bucket already has, and overwrite the journal of the
events that it lost. So writers call this first. Objects with numbers beyond the database's last ones are harmless if
PostgreSQL knows that the transaction that wrote them was aborted.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import MissingObject, Store
from etl.archive.storage.layout import (
    ACTS,
    CHAIN,
    CHANGES,
    RUNS,
    act_key,
    chain_key,
    journal_key,
    number_in,
    run_number,
)
from etl.archive.storage.log_lines import ActLine, ChainLine, JournalLine, Transaction
from etl.errors import GongkaiError

_Line = JournalLine | ActLine | ChainLine
_REMEDY = "pause all DAGs, then `gongkai rebuild`"


class NumberedLog(NamedTuple):
    """Logs whose lines are numbered without gaps: their prefix, the key of the one that begins with a number, the class
    of their lines, and what a line is called."""

    prefix: str
    key: Callable[[int], str]
    line: type[_Line]
    name: str


CHANGE_LOG = NumberedLog(CHANGES, journal_key, JournalLine, "change")
ACT_LOG = NumberedLog(ACTS, act_key, ActLine, "act")
LINK_LOG = NumberedLog(CHAIN, chain_key, ChainLine, "link")


class DatabaseBehindBucket(GongkaiError):
    """The bucket has runs or changes that the database does not know, so nothing may be written before a rebuild."""


def current_transaction(connection: Connection) -> Transaction:
    """The current transaction: identity of the server, its timeline, and the transaction's number."""
    row = connection.execute(_CURRENT_TRANSACTION).one()
    return Transaction(cluster=row.cluster, timeline=row.timeline, transaction=row.transaction)


_CURRENT_TRANSACTION = text("""
SELECT system_identifier::text AS cluster, left(pg_walfile_name(pg_current_wal_lsn()), 8) AS timeline,
       pg_current_xact_id()::text AS transaction FROM pg_control_system()
""")


def require_no_rebuild(connection: Connection) -> None:
    """Raises `DatabaseBehindBucket` during a rebuild. Call it under the lock that orders events: a rebuild takes it
    when it begins."""
    began = connection.scalar(text("SELECT began_at FROM archive.rebuild"))
    if began:
        raise _rebuilding(began)


def replaceable(connection: Connection, store: Store, kind: NumberedLog, number: int) -> str | None:
    """The tag of the log that one which begins with the number may replace, because its transaction was aborted or is
    in progress. Empty if there is no log, None if the bucket has other lines with that number.

    A tag stays valid until this database assigns the number. None may change: another writer may just have used the
    number.
    """
    return _replaceable(connection, store, kind.key(number), kind.line)


def require_replaceable(connection: Connection, store: Store, kind: NumberedLog, number: int) -> str:
    """As `replaceable`. Call it under the lock that orders numbers of this kind, after numbering new lines from
    `number`.

    Raises `DatabaseBehindBucket` if the bucket already has other lines with that number.
    """
    if (tag := replaceable(connection, store, kind, number)) is None:
        raise _behind(store, f"{kind.name} {number}, which the database is about to number")
    return tag


def _replaceable(connection: Connection, store: Store, key: str, line: type[_Line]) -> str | None:
    """The tag of the object if its transaction was aborted or is in progress; empty if there is no object; else
    None."""
    try:
        tag = store.stat(key).etag
        lines = store.read_log(key, line)
    except MissingObject:
        return ""
    return tag if _was_aborted(connection, lines[0].writer) else None


def require_database_in_sync(archive: Archive) -> None:
    """Raises `DatabaseBehindBucket` if the bucket has runs, changes, acts or links that the database does not know.

    Call it before anything is written that has a number: runs, captures, fixity events.
    """
    reached = _last_numbers(archive)
    if reached.rebuild:
        raise _rebuilding(reached.rebuild)
    _refuse_beyond(archive, CHANGE_LOG, reached.change)
    _refuse_beyond(archive, ACT_LOG, reached.act)
    for key in archive.store.list_logs(RUNS, after=f"{RUNS}{reached.run:012}~"):
        number = run_number(key)
        if number > reached.run and number > _last_numbers(archive).run:
            raise _behind(archive.store, f"run {number}, the database ends at run {reached.run}")
    _refuse_beyond(archive, LINK_LOG, reached.link)


def _refuse_beyond(archive: Archive, kind: NumberedLog, last: int) -> None:
    """Raises `DatabaseBehindBucket` if the bucket has an object with a number that the database does not know."""
    for key in archive.store.list_logs(kind.prefix, after=kind.key(last)):
        with archive.engine.connect() as connection:
            dead = _replaceable(connection, archive.store, key, kind.line) is not None
        # Reads the last number again: the transaction that wrote the object may have committed meanwhile.
        if not dead and number_in(key) > getattr(_last_numbers(archive), kind.name):
            raise _behind(archive.store, f"{kind.name} {number_in(key)}, the database ends at {kind.name} {last}")


def _last_numbers(archive: Archive) -> Any:
    with archive.engine.connect() as connection:
        return connection.execute(_LAST_NUMBERS).one()


_LAST_NUMBERS = text("""
SELECT (SELECT began_at FROM archive.rebuild) AS rebuild,
       (SELECT coalesce(max(change_seq), 0) FROM archive.change) AS change,
       (SELECT coalesce(max(seq), 0) FROM archive.act) AS act,
       (SELECT coalesce(max(id), 0) FROM archive.run) AS run,
       (SELECT coalesce(max(link), 0) FROM archive.log_object) AS link
""")


def _was_aborted(connection: Connection, transaction: Transaction | None) -> bool:
    """Whether the transaction was aborted or is in progress. False if PostgreSQL no longer knows it."""
    if transaction is None or not connection.scalar(_SAME_SERVER, transaction):
        return False
    return connection.scalar(_STATUS, transaction) in ("aborted", "in progress")


# Whether the transaction is of this server, and its number is known to be assigned: it is smaller than our own, or of a
# transaction that began later and has ended.
_SAME_SERVER = text("""
SELECT system_identifier::text = :cluster AND left(pg_walfile_name(pg_current_wal_lsn()), 8) = :timeline
   AND CAST(:transaction AS xid8) < greatest(pg_current_xact_id(), pg_snapshot_xmax(pg_current_snapshot()))
FROM pg_control_system()
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
