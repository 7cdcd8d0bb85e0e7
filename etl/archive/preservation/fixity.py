"""Fixity: blobs are read again and hashed, those first that were not for longest, and what was found is written down.

A blob's event is told when its state changes, to object storage first (`fixity/<day>/<time>-<first id>.jsonl.gz`) and
then in its row. A blob that is damaged is looked at in every audit until it is whole again.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, text
from sqlalchemy.dialects import postgresql

from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import BlobCheck, check_blob, raise_if_storage_is_down, record_checks
from etl.archive.storage.bucket import Damaged, DamageKind
from etl.archive.storage.consistency import require_database_in_sync
from etl.archive.storage.layout import FIXITY
from etl.archive.storage.log_lines import FixityLine
from etl.archive.storage.models import FixityEvent
from etl.progress import Progress, ProgressCallback
from etl.reasons import english

READS_AT_ONCE = 8
"""Measured with bench/fixity.py on two cores: four read 5–25 % slower, sixteen hardly faster."""
BATCH = 500
"""Blobs between two commits: what an audit that is cut off reads once more at most."""
MAX_PAGES_NAMED = 5
"""Addresses that are named with a damaged blob."""


@dataclass(frozen=True, slots=True)
class PageOfBlob:
    """A page whose captures hold a blob, and the record that rests on it."""

    source: str
    url: str
    record: int | None


@dataclass(frozen=True, slots=True)
class Damage:
    """A blob that is not as it was stored, and some of the pages that it came from."""

    sha256: str
    kind: DamageKind
    detail: str
    places: tuple[PageOfBlob, ...]

    def __str__(self) -> str:
        where = ", ".join(
            f"{place.url} ({place.source}{f', record {place.record}' if place.record else ''})" for place in self.places
        )
        return (
            f"{self.kind} {self.sha256}: {english(self.detail)}; from {where or 'no capture'} — "
            f"gongkai restore BACKUP {self.sha256}"
        )


@dataclass(frozen=True, slots=True)
class Audit:
    """Blobs and bytes that were read, those that are damaged, and the number of those that are whole again."""

    checked: int
    bytes: int
    damaged: tuple[Damage, ...]
    restored: int

    def raise_if_damaged(self) -> None:
        """Raises `Damaged`."""
        if self.damaged:
            raise Damaged(
                f"{len(self.damaged)} of {self.checked} blobs are damaged, the first {self.damaged[0].sha256}",
                hint="each is named above; put them back from a backup (docs/backup.md)",
            )


def audit(archive: Archive, progress: ProgressCallback, *, days: int | None = None, source: str | None = None) -> Audit:
    """Reads today's share of the blobs, so that each is read within so many days; without `days` all, or a source's.

    What is damaged never stops the rest. Raises `StoreError` when the storage is away; what was read until then is
    marked, and the same audit goes on there.
    """
    require_database_in_sync(archive)
    _adopt(archive)
    with archive.engine.connect() as connection:
        now, due = connection.execute(_DUE, {"days": days or 1}).one()
        if days:
            scopes = [("b.damage IS NOT NULL", _count(connection, "b.damage IS NOT NULL")), ("b.damage IS NULL", due)]
        else:
            which = _OF_SOURCE if source else "true"
            scopes = [(which, _count(connection, which, source))]
    total = sum(most for _, most in scopes)
    checked = size = restored = 0
    damaged = dict[str, BlobCheck]()
    pool = ThreadPoolExecutor(READS_AT_ONCE)
    try:
        values = {"now": now, "source": source}
        batches = (batch for which, most in scopes for batch in _batches(archive, which, values, most))
        reads = (pool.map(lambda blob: check_blob(archive.store, blob), batch) for batch in batches)
        # In pairs: the next batch is being read while this one is written down.
        for batch, _ in pairwise(chain(reads, [iter(())])):
            found: list[BlobCheck] = []
            try:
                for each in batch:
                    raise_if_storage_is_down(archive, each)
                    found.append(each)
                    progress(Progress("reading blobs", checked + len(found), total))
            finally:
                restored += record_checks(archive, found)
            checked += len(found)
            size += sum(each.size for each in found)
            damaged |= {each.sha256: each for each in found if each.kind}
    finally:
        pool.shutdown(cancel_futures=True)
    return Audit(checked, size, _describe(archive, damaged), restored)


# Today's share is a part of all; what was read of it today counts, what was stored today does not. Whatever was read
# last so many days ago is due besides: days were missed, or more was stored in one than in others.
_DUE = text("""
SELECT now(), greatest(0,
    ceil(count(*)::numeric / :days) - count(*) FILTER (WHERE verified_at >= midnight AND verified_at > stored_at),
    count(*) FILTER (WHERE verified_at < midnight - make_interval(days => :days - 1)))::bigint
FROM archive.blob, (SELECT date_trunc('day', now(), 'Asia/Shanghai') AS midnight) AS today WHERE damage IS NULL
""")
_OF_SOURCE = """EXISTS (
    SELECT FROM archive.capture c JOIN archive.page p ON p.id = c.page_id
    WHERE c.blob_sha256 = b.sha256 AND p.source_id = :source)"""


def _count(connection: Connection, which: str, source: str | None = None) -> int:
    return connection.scalar(text(f"SELECT count(*) FROM archive.blob b WHERE {which}"), {"source": source}) or 0


def _batches(archive: Archive, which: str, values: dict[str, Any], most: int) -> Iterator[Sequence[RowMapping]]:
    """Blobs as they were when the audit began, the oldest check first."""
    query = text(f"""
        SELECT b.sha256, b.size, b.verified_at AS at FROM archive.blob b
        WHERE (b.verified_at, b.sha256) > (:at, :sha256) AND b.verified_at < :now AND {which}
        ORDER BY b.verified_at, b.sha256 LIMIT :most
    """)
    last: dict[str, Any] | RowMapping = {"at": "-infinity", "sha256": ""}
    while most > 0:
        with archive.engine.connect() as connection:
            given = values | {"at": last["at"], "sha256": last["sha256"], "most": min(most, BATCH)}
            batch = connection.execute(query, given).mappings().all()
        if not batch:
            return
        yield batch
        last = batch[-1]
        most -= len(batch)


def _adopt(archive: Archive) -> None:
    """Writes the rows of events that an audit told to object storage alone before it died."""
    for key in sorted(archive.store.list_keys(FIXITY), reverse=True):
        lines = archive.store.read_log(key, FixityLine)
        with archive.engine.begin() as connection:
            if connection.scalar(select(FixityEvent.id).where(FixityEvent.id == lines[0].id)) is not None:
                return
            replay_events(connection, lines)


def replay_events(connection: Connection, lines: Iterable[FixityLine]) -> None:
    """The rows of a log of events, and what they say of their blobs. Writing them again changes nothing."""
    for line in lines:
        connection.execute(postgresql.insert(FixityEvent).values(line.row()).on_conflict_do_nothing())
        connection.execute(_REPLAYED, line.row())


_REPLAYED = text("""
UPDATE archive.blob SET verified_at = :found_at, damage = nullif(:kind, 'restored')
WHERE sha256 = :blob_sha256 AND verified_at <= :found_at
""")


def _describe(archive: Archive, damaged: dict[str, BlobCheck]) -> tuple[Damage, ...]:
    with archive.engine.connect() as connection:
        rows = connection.execute(_PLACES, {"digests": list(damaged), "most": MAX_PAGES_NAMED})
        places: dict[str, list[PageOfBlob]] = {}
        for row in rows:
            places.setdefault(row.sha256, []).append(PageOfBlob(row.source_id, row.url, row.record))
    return tuple(
        Damage(digest, each.kind, each.detail, tuple(places.get(digest, ())))
        for digest, each in damaged.items()
        if each.kind
    )


_PLACES = text("""
SELECT d.sha256, place.source_id, place.url, place.record FROM unnest(:digests) AS d (sha256) CROSS JOIN LATERAL (
    SELECT DISTINCT p.source_id, p.url, r.id AS record
    FROM archive.capture c JOIN archive.page p ON p.id = c.page_id
    LEFT JOIN archive.page_file pf ON pf.file_id = p.id
    LEFT JOIN archive.record r ON r.page_id = coalesce(pf.page_id, p.part_of, p.id)
    WHERE c.blob_sha256 = d.sha256 ORDER BY p.source_id, p.url LIMIT :most) AS place
""").bindparams(bindparam("digests", type_=postgresql.ARRAY(postgresql.TEXT)))
