"""Audits the logs: each must exist and have the bytes that were written, and there must be no others.

Every audit compares the bucket's listing with the rows of `archive.log_object`, and so finds at once every log that is
missing or was written since its last check. Of the other logs it reads today's share, because a listing does not show a
byte that changed on a disk.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from etl.archive.preservation.log_check import check_log
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import BlobCheck, raise_if_storage_is_down, write_events
from etl.archive.storage.bucket import READS_AT_ONCE, DamageKind, MissingObject, StoreError, sha256
from etl.archive.storage.layout import CHANGES, LOGS, REMOVALS, RUNS, chain_key, number_in, run_number
from etl.archive.storage.log_lines import ChainLine
from etl.archive.storage.log_object import DamagedLog
from etl.batches import batches
from etl.errors import Damaged, GongkaiError
from etl.progress import Progress, ProgressCallback
from etl.reason_codes import Code
from etl.reasons import encode_reason, english

_BATCH = 500
"""Logs between two commits: an interrupted audit reads at most these again."""
_LISTED_AT_ONCE = 1000
"""Objects of the listing that are looked up in one query."""


@dataclass(frozen=True, slots=True)
class LogDamage:
    """A log that is missing or does not have the bytes that were written. `detail`: a stored reason (`etl.reasons`)."""

    key: str
    kind: DamageKind
    detail: str

    def __str__(self) -> str:
        remedy = f"gongkai restore BACKUP {self.key}"
        if self.detail == encode_reason(Code.LOG_NOT_WRITTEN):
            remedy = "find out where it comes from, and move it out of the bucket"
        return f"{self.kind} {self.key}: {english(self.detail)} — {remedy}"


@dataclass(frozen=True, slots=True)
class LogAudit:
    """Numbers of logs in the bucket, of logs that were read, and of logs that are whole again; and the damaged logs.

    `chain_from`: when the chain began, or None. `before_chain`: number of older logs, which no link names yet.
    """

    logs: int
    read: int
    restored: int
    damaged: tuple[LogDamage, ...]
    chain_from: datetime | None
    before_chain: int


def audit_logs(archive: Archive, progress: ProgressCallback, days: int | None) -> LogAudit:
    """Reads new, changed and damaged logs, and of the others today's share, or all if `days` is None.

    Raises `StoreError` if the storage is down; the results so far are recorded.
    """
    with archive.engine.begin() as connection:
        connection.execute(_LISTING)
        logs = _list(archive, connection)
        connection.execute(_RUNS_WITHOUT_LOG)
        due = [_Due(*row) for row in connection.execute(_DUE, {"days": days or 1, "all": days is None})]
    damaged: list[LogDamage] = []
    restored = read = 0
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        for batch in batches(due, _BATCH):
            losses, again = _record(archive, list(pool.map(lambda item: _read(archive, item), batch)))
            damaged += losses
            restored += again
            read += len(batch)
            progress(Progress("reading logs", read, len(due)))
    with archive.engine.connect() as connection:
        before_chain = connection.scalars(_BEFORE_CHAIN).one()
    return LogAudit(logs, read, restored, tuple(damaged), _chain_from(archive), before_chain)


@dataclass(frozen=True, slots=True)
class _Due:
    """A log to be read, with its size and tag in the bucket's listing; None if it is not listed."""

    key: str
    size: int | None
    etag: str | None


@dataclass(frozen=True, slots=True)
class _Read:
    """The result of reading a log: its digest, or its damage."""

    due: _Due
    sha256: str = ""
    kind: DamageKind | None = None
    detail: str = ""


# The bucket's listing, by key. `number`: that of the run, in the key of a run's log.
_LISTING = text("""
CREATE TEMPORARY TABLE listed (key text PRIMARY KEY, size bigint, etag text, number bigint) ON COMMIT DROP
""")
_LISTED = text("""
INSERT INTO listed SELECT * FROM unnest(
    CAST(:keys AS text[]), CAST(:sizes AS bigint[]), CAST(:etags AS text[]), CAST(:numbers AS bigint[]))
ON CONFLICT DO NOTHING
""")
# Runs that should have a log but have none in the listing. A run that was interrupted before its first log does not
# count, as nothing of it can be lost. Logs that are older than `log_object` have no rows there; some have old keys.
_RUNS_WITHOUT_LOG = text("""
INSERT INTO archive.log_object (key)
SELECT 'runs/' || lpad(r.id::text, 12, '0') || '-' || r.source_id || '-'
    || to_char(r.started_at AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISSUS') || '.jsonl.gz'
FROM archive.run r
WHERE NOT EXISTS (SELECT FROM listed l WHERE l.number = r.id)
AND (r.finished_at IS NOT NULL OR EXISTS (SELECT FROM archive.capture c WHERE c.run_id = r.id))
ON CONFLICT DO NOTHING
""")
_DUE = text("""
WITH kept AS (
    SELECT * FROM archive.log_object WHERE sha256 IS NOT NULL OR pending IS NULL
), share AS (
    SELECT key FROM kept ORDER BY verified_at, key LIMIT (
        SELECT greatest(0, ceil(count(*)::numeric / :days) - count(*) FILTER (WHERE verified_at >= midnight),
                        count(*) FILTER (WHERE verified_at < midnight - make_interval(days => :days - 1)))
        FROM kept, (SELECT date_trunc('day', now(), 'Asia/Shanghai') AS midnight) AS today)
)
SELECT coalesce(k.key, l.key) AS key, l.size, l.etag FROM kept k FULL JOIN listed l ON l.key = k.key
WHERE k.key IS NULL OR l.key IS NULL OR k.damage IS NOT NULL OR :all
    OR k.size IS DISTINCT FROM l.size OR k.etag IS DISTINCT FROM l.etag
    OR k.key IN (SELECT key FROM share)
ORDER BY 1
""")
_BEFORE_CHAIN = text("SELECT count(*) FROM archive.log_object WHERE sha256 IS NULL AND pending IS NULL")


def _list(archive: Archive, connection: Connection) -> int:
    """Writes the listing of all logs (not of other objects) into the table `listed`; returns their number."""
    items = (
        item for form in LOGS for item in archive.store.list_objects(form.prefix) if form.pattern.fullmatch(item.key)
    )
    logs = 0
    for page in batches(items, _LISTED_AT_ONCE):
        columns = {
            "keys": [item.key for item in page],
            "sizes": [item.size for item in page],
            "etags": [item.etag for item in page],
            "numbers": [run_number(item.key) if item.key.startswith(RUNS) else None for item in page],
        }
        connection.execute(_LISTED, columns)
        logs += len(page)
    return logs


def _read(archive: Archive, due: _Due) -> _Read:
    try:
        body = archive.store.read_log_bytes(due.key)
        check_log(due.key, body)
    except MissingObject:
        return _Read(due, "", "missing", encode_reason(Code.NO_OBJECT))
    except StoreError as error:
        archive.store.check()  # raises if the whole bucket cannot be reached
        detail = encode_reason(Code.OBJECT_UNREADABLE, error=error.args[0])
        raise_if_storage_is_down(archive, BlobCheck("", 0, "mismatch", detail, error))
        return _Read(due, "", "mismatch", detail)
    except GongkaiError as error:
        what = error.what if isinstance(error, DamagedLog) else error.args[0]
        return _Read(due, "", "mismatch", encode_reason(Code.LOG_DAMAGED, error=what))
    return _Read(due, sha256(body))


def _record(archive: Archive, reads: Sequence[_Read]) -> tuple[list[LogDamage], int]:
    """Records the results; returns the damaged logs, and the number of logs that are whole again."""
    damaged: list[LogDamage] = []
    checked: list[dict[str, Any]] = []
    events: list[dict[str, str]] = []
    restored = 0
    with archive.engine.begin() as connection:
        keys = [item.due.key for item in reads]
        rows = {row.key: row for row in connection.execute(_ROWS, {"keys": keys})}
        for item in reads:
            row = rows.get(item.due.key)
            if row and row.sha256 is None and row.pending:
                row = None  # its writer crashed before it wrote the rows
            item = _compared(archive, item, row) if row else _unregistered(connection, item)
            if item.kind:
                damaged.append(LogDamage(item.due.key, item.kind, item.detail))
            if row is None:
                continue
            checked.append(asdict(item.due) | {"sha256": item.sha256 or None, "damage": item.kind})
            if item.kind != row.damage:
                detail = item.detail or encode_reason(Code.WHOLE_AGAIN, damage=row.damage)
                events.append({"log": row.key, "kind": item.kind or "restored", "detail": detail})
                restored += not item.kind
        if checked:
            connection.execute(_CHECKED, checked)
        if events:
            write_events(connection, archive.store, events)
    return damaged, restored


# Rows are locked in the order of their keys, so that two audits at once do not deadlock.
_ROWS = text("""
SELECT key, sha256, size, pending, damage FROM archive.log_object WHERE key = ANY(:keys) ORDER BY key FOR UPDATE
""")
_CHECKED = text("""
UPDATE archive.log_object SET damage = :damage, verified_at = now(), etag = :etag,
    sha256 = coalesce(sha256, :sha256), size = CASE WHEN CAST(:damage AS text) IS NULL THEN :size ELSE size END
WHERE key = :key
""")


def _compared(archive: Archive, item: _Read, row: Row[Any]) -> _Read:
    """Compares the log that was read with the digests in its row. The row is locked, so nobody rewrites the log
    meanwhile."""
    written = {digest for digest in (row.sha256, row.pending) if digest}
    if item.kind is None and written and item.sha256 not in written:
        item = _read(archive, item.due)  # it may have been rewritten after it was read
    if item.kind or not written or item.sha256 in written:
        return item
    detail = encode_reason(Code.LOG_CHANGED, sha256=item.sha256, stored_sha256=row.sha256 or row.pending)
    return _Read(item.due, "", "mismatch", detail)


def _unregistered(connection: Connection, item: _Read) -> _Read:
    """A log without a row: its step crashed before it wrote the row, or it is older than the table, or it is not a log
    of this archive."""
    key = item.due.key
    if item.kind == "missing":
        return _Read(item.due, "")  # it disappeared after it was listed, and nothing refers to it
    if item.kind is None and key.startswith(CHANGES) and connection.scalar(_HAS_CHANGE, {"seq": number_in(key)}):
        return _Read(item.due, "", "mismatch", encode_reason(Code.LOG_NOT_WRITTEN))
    if item.kind is None and (
        key.startswith(REMOVALS) or (key.startswith(RUNS) and connection.scalar(_RUN, {"run": run_number(key)}))
    ):
        connection.execute(_ADOPTED, asdict(item.due) | {"sha256": item.sha256})
    return item


_HAS_CHANGE = text("SELECT EXISTS (SELECT FROM archive.change WHERE change_seq = :seq)")
_RUN = text("SELECT EXISTS (SELECT FROM archive.run WHERE id = :run)")
_ADOPTED = text("""
INSERT INTO archive.log_object (key, sha256, size, etag) VALUES (:key, :sha256, :size, :etag)
ON CONFLICT DO NOTHING
""")


def _chain_from(archive: Archive) -> datetime | None:
    try:
        return archive.store.read_log(chain_key(1), ChainLine)[0].at
    except (MissingObject, Damaged):
        return None
