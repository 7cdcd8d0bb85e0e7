"""Publishes events of the change feed: numbers them in the order of their commits, and writes their journal.

The journal object is written under the lock that orders commits, as the last step before the commit. A transaction
that fails in between leaves an object with events that never happened. The next transaction numbers its own events from
the same `change_seq` and replaces this object, so that at most one such object exists at any time. Each line names its
transaction; this distinguishes such objects from events that the database has lost (`etl.archive.storage.consistency`).
A writer whose connection was cut no longer holds the lock but may still be writing: `keep_replacing` prevents it from
replacing what the next writer wrote.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, Engine, bindparam, func, select
from sqlalchemy.dialects.postgresql import JSONB

from etl.archive.storage.bucket import Store
from etl.archive.storage.consistency import (
    CHANGE_LOG,
    current_transaction,
    replaceable,
    require_no_rebuild,
    require_replaceable,
)
from etl.archive.storage.layout import journal_key
from etl.archive.storage.log_lines import ChangeEvent, JournalLine, Transaction
from etl.archive.storage.log_object import log_bytes
from etl.archive.storage.log_registry import keep_replacing
from etl.archive.storage.models import Change


def publish(connection: Connection, store: Store, events: Sequence[ChangeEvent]) -> None:
    """Numbers the events and writes their journal.

    Must be the last step of a transaction: other transactions that publish wait until it ends. Raises `StoreError`, and
    `DatabaseBehindBucket` if the bucket already has events with these numbers.
    """
    if not events:
        return
    writer = current_transaction(connection)
    # The slow work is done before taking the lock, for the expected number. It is repeated if others publish meanwhile.
    expected, now = connection.execute(_EXPECTED).one()
    body = _journal(events, expected, now, writer)
    replaces = replaceable(connection, store, CHANGE_LOG, expected)
    rows = [{name: getattr(event, name) for name in _NUMBERED} for event in events]
    first = connection.scalars(_PUBLISH, {"events": rows}).one()
    require_no_rebuild(connection)
    if first != expected:
        body, replaces = _journal(events, first, now, writer), None
    look = partial(require_replaceable, connection, store, CHANGE_LOG, first)
    keep_replacing(connection, store, journal_key(first), body, look, replaces)


def _journal(events: Sequence[ChangeEvent], first: int, now: datetime, writer: Transaction) -> bytes:
    lines = (JournalLine(**event.row(), seq=seq, at=now, writer=writer) for seq, event in enumerate(events, first))
    return log_bytes(lines)


_NUMBERED = ("kind", "record", "version", "source", "run", "reason")
LAST_SEQ = select(func.coalesce(func.max(Change.change_seq), 0))
"""A query for the number of the last event; 0 where there is none."""
_EXPECTED = select(func.coalesce(func.max(Change.change_seq), 0) + 1, func.now())
_PUBLISH = select(func.archive.publish_all(bindparam("events", type_=JSONB)))


def last_seq(engine: Engine) -> int:
    """The number of the last event; 0 where there is none."""
    with engine.connect() as connection:
        return connection.scalars(LAST_SEQ).one()
