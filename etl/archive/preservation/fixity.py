"""Fixity audits: reads and hashes blobs, those with the oldest check first, and records the results; then audits the
logs (`etl.archive.preservation.log_audit`).

When the state of a blob changes, an event is written, first to object storage
(`fixity/<day>/<time>-<first id>.jsonl.gz`), then to the database. Every audit reads damaged blobs again until they are
whole.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, text
from sqlalchemy.dialects import postgresql

from etl.archive.preservation.log_audit import LogAudit, LogDamage, audit_logs
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import BlobCheck, check_blob, raise_if_storage_is_down, record_checks
from etl.archive.storage.bucket import READS_AT_ONCE, DamageKind, StoreError
from etl.archive.storage.consistency import require_database_in_sync
from etl.archive.storage.layout import FIXITY
from etl.archive.storage.log_lines import FixityLine
from etl.archive.storage.log_object import parse_log
from etl.archive.storage.log_registry import chain_logs, register_log
from etl.archive.storage.models import FixityEvent
from etl.errors import Damaged
from etl.progress import Progress, ProgressCallback
from etl.reasons import english

BATCH = 500
"""Blobs between two commits: an interrupted audit reads at most these again."""
MAX_PAGES_NAMED = 5
"""Maximum number of pages that are named with a damaged blob."""


@dataclass(frozen=True, slots=True)
class PageOfBlob:
    """A page with a capture of the blob, and the number of the record made from it, or None."""

    source: str
    url: str
    record: int | None


@dataclass(frozen=True, slots=True)
class Damage:
    """A damaged blob, and up to `MAX_PAGES_NAMED` of the pages that it came from."""

    sha256: str
    kind: DamageKind
    detail: str
    pages: tuple[PageOfBlob, ...]

    def __str__(self) -> str:
        where = ", ".join(
            f"{page.url} ({page.source}{f', record {page.record}' if page.record else ''})" for page in self.pages
        )
        return (
            f"{self.kind} {self.sha256}: {english(self.detail)}; from {where or 'no capture'} — "
            f"gongkai restore BACKUP {self.sha256}"
        )


@dataclass(frozen=True, slots=True)
class Audit:
    """Result of an audit: numbers of blobs and bytes read, damaged blobs, and number of blobs that are whole again.

    `logs`: the audit of the logs, or None if only the blobs of one source were read.
    """

    checked: int
    bytes: int
    damaged: tuple[Damage, ...]
    restored: int
    logs: LogAudit | None = None

    @property
    def all_damage(self) -> tuple[Damage | LogDamage, ...]:
        """Damaged blobs and logs."""
        return (*self.damaged, *(self.logs.damaged if self.logs else ()))

    def raise_if_damaged(self) -> None:
        """Raises `Damaged` where there is damage."""
        losses = []
        if self.damaged:
            losses.append(
                f"{len(self.damaged)} of {self.checked} blobs are damaged, the first {self.damaged[0].sha256}"
            )
        if self.logs and self.logs.damaged:
            first = self.logs.damaged[0].key
            losses.append(f"{len(self.logs.damaged)} of {self.logs.logs} logs are damaged, the first {first}")
        if losses:
            raise Damaged("; ".join(losses), hint="each is named above; put them back from a backup (docs/backup.md)")


def audit(archive: Archive, progress: ProgressCallback, *, days: int | None = None, source: str | None = None) -> Audit:
    """Audits blobs and logs: all of them, or with `days` today's share, so that each is read once in so many days. With
    `source`, audits only the blobs of this source.

    Damage does not stop the audit. Raises `StoreError` if the storage is down; the results so far are recorded, and
    the next audit continues from there.
    """
    require_database_in_sync(archive)
    _recover_events(archive)
    with archive.engine.connect() as connection:
        now, due = connection.execute(_DUE, {"days": days or 1}).one()
        if days:
            damaged_ones = _count(connection, "b.damage IS NOT NULL")
            scopes = [_Scope("b.damage IS NOT NULL", damaged_ones), _Scope("b.damage IS NULL", due)]
        else:
            condition = _OF_SOURCE if source else "true"
            scopes = [_Scope(condition, _count(connection, condition, source))]
    total = sum(scope.blobs for scope in scopes)
    checked = size = restored = 0
    damaged = dict[str, BlobCheck]()
    pool = ThreadPoolExecutor(READS_AT_ONCE)
    try:
        values = {"now": now, "source": source}
        batches = (batch for scope in scopes for batch in _batches(archive, scope, values))
        reads = (pool.map(lambda blob: check_blob(archive.store, blob), batch) for batch in batches)
        # `pairwise` has already started to read the next batch when this one is recorded.
        for batch, _ in pairwise(chain(reads, [iter(())])):
            checks: list[BlobCheck] = []
            try:
                for check in batch:
                    raise_if_storage_is_down(archive, check)
                    checks.append(check)
                    progress(Progress("reading blobs", checked + len(checks), total))
            finally:
                restored += record_checks(archive, checks)
            checked += len(checks)
            size += sum(check.size for check in checks)
            damaged |= {check.sha256: check for check in checks if check.kind}
    finally:
        pool.shutdown(cancel_futures=True)
    logs = None if source else audit_logs(archive, progress, days)
    chain_logs(archive)
    return Audit(checked, size, _describe(archive, damaged), restored, logs)


# Today's share is the number of blobs divided by `days`. Blobs read today count towards it, blobs stored today do not.
# Blobs whose last check is more than `days` days ago are due in addition: audits were missed, or more blobs were stored
# on one day than on others.
_DUE = text("""
SELECT now(), greatest(0,
    ceil(count(*)::numeric / :days) - count(*) FILTER (WHERE verified_at >= midnight AND verified_at > stored_at),
    count(*) FILTER (WHERE verified_at < midnight - make_interval(days => :days - 1)))::bigint
FROM archive.blob, (SELECT date_trunc('day', now(), 'Asia/Shanghai') AS midnight) AS today WHERE damage IS NULL
""")
_OF_SOURCE = """EXISTS (
    SELECT FROM archive.capture c JOIN archive.page p ON p.id = c.page_id
    WHERE c.blob_sha256 = b.sha256 AND p.source_id = :source)"""


@dataclass(frozen=True, slots=True)
class _Scope:
    """An SQL condition on `archive.blob b`, and how many of the blobs that meet it are read."""

    condition: str
    blobs: int


def _count(connection: Connection, condition: str, source: str | None = None) -> int:
    return connection.scalar(text(f"SELECT count(*) FROM archive.blob b WHERE {condition}"), {"source": source}) or 0


def _batches(archive: Archive, scope: _Scope, values: dict[str, Any]) -> Iterator[Sequence[RowMapping]]:
    """Batches of blobs ordered by last check; excludes blobs checked after the audit started (`values["now"]`)."""
    query = text(f"""
        SELECT b.sha256, b.size, b.verified_at AS at FROM archive.blob b
        WHERE (b.verified_at, b.sha256) > (:at, :sha256) AND b.verified_at < :now AND {scope.condition}
        ORDER BY b.verified_at, b.sha256 LIMIT :most
    """)
    last: dict[str, Any] | RowMapping = {"at": "-infinity", "sha256": ""}
    remaining = scope.blobs
    while remaining > 0:
        with archive.engine.connect() as connection:
            page = {"at": last["at"], "sha256": last["sha256"], "most": min(remaining, BATCH)}
            batch = connection.execute(query, values | page).mappings().all()
        if not batch:
            return
        yield batch
        last = batch[-1]
        remaining -= len(batch)


def _recover_events(archive: Archive) -> None:
    """Writes the rows of events that a crashed audit wrote to object storage only."""
    for key in sorted(archive.store.list_logs(FIXITY), reverse=True):
        try:
            body = archive.store.read_log_bytes(key)
            lines = parse_log(key, body, FixityLine)
        except Damaged:
            continue  # the audit of the logs names it
        except StoreError:
            archive.store.check()  # raises if not only this object cannot be read
            continue
        with archive.engine.begin() as connection:
            if connection.scalar(select(FixityEvent.id).where(FixityEvent.id == lines[0].id)) is not None:
                return
            replay_events(connection, lines)
            register_log(connection, key, body)


def replay_events(connection: Connection, lines: Iterable[FixityLine]) -> None:
    """Writes the rows of events, and the state of their blobs and logs. Idempotent."""
    for line in lines:
        connection.execute(postgresql.insert(FixityEvent).values(line.row()).on_conflict_do_nothing())
        connection.execute(_REPLAYED if line.blob_sha256 else _REPLAYED_OF_LOG, line.row())


_REPLAYED = text("""
UPDATE archive.blob SET verified_at = :found_at, damage = nullif(:kind, 'restored')
WHERE sha256 = :blob_sha256 AND verified_at <= :found_at
""")
_REPLAYED_OF_LOG = text("""
UPDATE archive.log_object SET verified_at = :found_at, damage = nullif(:kind, 'restored')
WHERE key = :log AND verified_at <= :found_at
""")


def _describe(archive: Archive, damaged: dict[str, BlobCheck]) -> tuple[Damage, ...]:
    """The damaged blobs with their pages."""
    with archive.engine.connect() as connection:
        rows = connection.execute(_PLACES, {"digests": list(damaged), "most": MAX_PAGES_NAMED})
        pages: dict[str, list[PageOfBlob]] = {}
        for row in rows:
            pages.setdefault(row.sha256, []).append(PageOfBlob(row.source_id, row.url, row.record))
    return tuple(
        Damage(digest, check.kind, check.detail, tuple(pages.get(digest, ())))
        for digest, check in damaged.items()
        if check.kind
    )


_PLACES = text("""
SELECT d.sha256, place.source_id, place.url, place.record FROM unnest(:digests) AS d (sha256) CROSS JOIN LATERAL (
    SELECT DISTINCT p.source_id, p.url, r.id AS record
    FROM archive.capture c JOIN archive.page p ON p.id = c.page_id
    LEFT JOIN archive.page_file pf ON pf.file_id = p.id
    LEFT JOIN archive.record r ON r.page_id = coalesce(pf.page_id, p.part_of, p.id)
    WHERE c.blob_sha256 = d.sha256 ORDER BY p.source_id, p.url LIMIT :most) AS place
""").bindparams(bindparam("digests", type_=postgresql.ARRAY(postgresql.TEXT)))
