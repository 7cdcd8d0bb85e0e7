"""Writes logs, registers the digest of each in a row, and chains them (docs/bucket.md, "The chain of logs").

The row of a log is written in the same transaction as the rows that the log describes. Afterwards `chain_logs` writes
the digests of all logs that are in no link yet into the next link, which also has the digest of the link before it. So
a log that is lost or has other bytes is detected with the database (`etl.archive.preservation.log_audit`) and without
it (`rebuild`).
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, func, select, text

from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import MissingObject, ObjectReplaced, Store, StoreError, sha256
from etl.archive.storage.consistency import LINK_LOG, current_transaction, require_replaceable
from etl.archive.storage.database import lock_chain
from etl.archive.storage.layout import REWRITTEN, chain_key
from etl.archive.storage.log_format import LogLine
from etl.archive.storage.log_lines import ChainLine
from etl.archive.storage.log_object import log_bytes

MOST_REPLACED = 10
"""Maximum number of attempts to write a log while writers that have lost their locks write the same one."""
LINK_LINES = 10_000
"""Maximum number of logs in one link: an archive that is older than the chain has many at once."""


def keep_log(connection: Connection, store: Store, key: str, lines: Iterable[LogLine]) -> None:
    """Writes a log and its row, in the transaction that writes the rows which the log describes. Raises `StoreError`.

    If it replaces a log, the new digest is announced first, in a transaction of its own. If this transaction then
    fails, both digests count as right.
    """
    body = log_bytes(lines)
    if not key.startswith(REWRITTEN):
        store.put(key, body)
        register_log(connection, key, body)
        return
    with connection.engine.begin() as apart:
        is_known = _announce(apart, store, key, sha256(body))
    keep_replacing(connection, store, key, body, partial(_tag, store, key), None if is_known else "")


def keep_replacing(
    connection: Connection, store: Store, key: str, body: bytes, look: Callable[[], str], replaces: str | None = None
) -> None:
    """Writes a log and its row; replaces only the object whose tag `look` returned (empty if there is none).

    A writer holds the lock of the log's row, or the one under which its number was assigned. A writer that is killed,
    or whose connection is cut, loses the lock while its object may still be on the way to the bucket. So an object is
    replaced only if it has not changed since `look` was called. `replaces`: what an earlier call of `look` returned.
    Raises `StoreError`, and whatever `look` raises.
    """
    register_log(connection, key, body)
    for _ in range(MOST_REPLACED):
        with suppress(ObjectReplaced, MissingObject):
            store.put(key, body, look() if replaces is None else replaces)
            return
        replaces = None
    raise StoreError(f"{key} is written again and again by others", hint="does another program write to this bucket?")


def _tag(store: Store, key: str) -> str:
    try:
        return store.stat(key).etag
    except MissingObject:
        return ""


def register_log(connection: Connection, key: str, body: bytes) -> None:
    """Writes the row of a log that is already in the bucket."""
    connection.execute(_REGISTER, {"key": key, "sha256": sha256(body), "size": len(body)})


def _announce(connection: Connection, store: Store, key: str, digest: str) -> bool:
    """Announces a new digest; returns whether the log has one already. If not, there is no object to be replaced, but
    for one of a writer that failed."""
    announced = connection.execute(_ANNOUNCE, {"key": key, "pending": digest}).one()
    if announced.link is not None:
        lock_chain(connection)
        _write_link(connection, store, [_Named(key, digest, pending=True)])
    return announced.sha256 is not None


_ANNOUNCE = text("""
INSERT INTO archive.log_object (key, pending) VALUES (:key, :pending)
ON CONFLICT (key) DO UPDATE SET pending = excluded.pending RETURNING link, sha256
""")
# `damage` stays until an audit has read the new bytes.
_REGISTER = text("""
INSERT INTO archive.log_object (key, sha256, size) VALUES (:key, :sha256, :size)
ON CONFLICT (key) DO UPDATE
SET sha256 = excluded.sha256, size = excluded.size, pending = NULL, link = NULL, etag = NULL, verified_at = now()
""")


def chain_logs(archive: Archive) -> int:
    """Writes the logs that no link names into new links; returns their number. Raises `DatabaseBehindBucket`.

    Leaves out logs that are just being rewritten: their writers will chain them.
    """
    chained = 0
    while chained % LINK_LINES == 0:
        with archive.engine.begin() as connection:
            lock_chain(connection)
            rows = connection.execute(_UNCHAINED, {"most": LINK_LINES}).all()
            if not rows:
                break
            named = [_Named(row.key, row.sha256) for row in rows]
            named += [_Named(row.key, row.pending, pending=True) for row in rows if row.pending]
            link = _write_link(connection, archive.store, named)
            connection.execute(_CHAINED, {"link": link, "keys": [row.key for row in rows]})
        chained += len(rows)
    return chained


class _Named(NamedTuple):
    """A log in a link."""

    key: str
    sha256: str
    pending: bool = False


def _write_link(connection: Connection, store: Store, logs: Iterable[_Named]) -> int:
    """Writes the next link, under the lock of the chain; returns its number."""
    before = connection.execute(_LAST_LINK).one_or_none()
    link = before.link + 1 if before else 1
    at, writer = connection.scalars(select(func.now())).one(), current_transaction(connection)
    digest = before.sha256 if before else None
    lines = [ChainLine(link, digest, at, writer, log.key, log.sha256, log.pending) for log in logs]
    look = partial(require_replaceable, connection, store, LINK_LOG, link)
    keep_replacing(connection, store, chain_key(link), log_bytes(lines), look)
    connection.execute(_CHAINED, {"link": link, "keys": [chain_key(link)]})
    return link


_UNCHAINED = text("""
SELECT key, sha256, pending FROM archive.log_object WHERE link IS NULL AND sha256 IS NOT NULL
ORDER BY key LIMIT :most FOR UPDATE SKIP LOCKED
""")
_LAST_LINK = text("""
SELECT link, sha256 FROM archive.log_object WHERE link = (SELECT max(link) FROM archive.log_object)
AND key LIKE 'chain/%'
""")
_CHAINED = text("UPDATE archive.log_object SET link = :link WHERE key = ANY(:keys)")
