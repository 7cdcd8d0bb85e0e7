"""Texts that are nearly the same: found by the bands that they share, confirmed by how much of them is the same.

They are shown beside each other and never merged.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import islice
from multiprocessing import get_context
from typing import Any

from sqlalchemy import Connection, Engine, delete, exists, func, select, text
from sqlalchemy.dialects.postgresql import insert

from etl.archive.storage.archive import Database
from etl.archive.storage.lookups import require_valid_record_number
from etl.archive.storage.models import Content, Record, RecordVersion, Signature
from etl.errors import GongkaiError
from etl.extract.similarity import MIN_CONTAINMENT, SCHEME, Shingles, bands, containment, shingles, signatures
from etl.progress import Progress, ProgressCallback, no_progress

LIMIT = 20
MAX_TEXTS_PER_BAND = 64
"""Texts looked at of those that share one band. A template that thousands fill in makes buckets without end."""
SPARE = 5
"""Candidates beyond the limit: some share bands and yet too little of the text."""
BATCH = 500
"""Texts signed in one transaction of a rebuild."""
PROCESSES = 2


@dataclass(frozen=True, slots=True)
class SimilarRecord:
    """The first record of a text that is nearly the same. `share` of the shorter text stands in the longer one."""

    record_id: int
    version: int
    title: str
    source_id: str
    state: str
    published_date: date | None
    content_hash: str
    share: float


@dataclass(frozen=True, slots=True)
class SignatureRebuild:
    """Texts that were signed, and signatures that were dropped because no version has their text."""

    signed: int
    dropped: int


def store_signatures(connection: Connection, texts: Mapping[str, str]) -> None:
    """Keeps the signatures of stored texts, by content hash; one that is there stays as it is."""
    _keep(connection, signatures(texts))


def similar_to(connection: Connection, record_id: int, limit: int = LIMIT) -> tuple[SimilarRecord, ...]:
    """The texts most like the record's, each by the first record that has it now; the record's own text is not one.

    A text too short to be compared has none. Raises `GongkaiError` when there is no such record.
    """
    require_valid_record_number(record_id)
    query = select(Content.hash, Content.text).join(Record, Record.content_hash == Content.hash)
    own = connection.execute(query.where(Record.id == record_id)).one_or_none()
    if own is None:
        raise GongkaiError(f"the archive has no record {record_id}", hint="`gongkai similar` takes a record's number")
    mine = shingles(own.text)
    if not mine:
        return ()
    asked = {
        "bands": bands(mine),
        "scheme": SCHEME,
        "own": own.hash,
        "bucket": MAX_TEXTS_PER_BAND,
        "candidates": limit + SPARE,
    }
    candidates = (dict(row) for row in connection.execute(_CANDIDATES, asked).mappings())
    found = list(islice(_confirmed(mine, candidates), limit))
    return tuple(sorted(found, key=lambda each: (-each.share, each.record_id)))


def _confirmed(mine: Shingles, candidates: Iterable[dict[str, Any]]) -> Iterator[SimilarRecord]:
    for candidate in candidates:
        part = containment(mine, shingles(candidate.pop("text")))
        if part >= MIN_CONTAINMENT:
            yield SimilarRecord(**candidate, share=part)


def rebuild_signatures(archive: Database, progress: ProgressCallback = no_progress) -> SignatureRebuild:
    """Signs every version's text that has no signature of this scheme, in several processes and batch by batch.

    Interrupted, the next call goes on where it stopped.
    """
    engine = archive.engine
    with engine.begin() as connection:
        unused = ~exists().where(RecordVersion.content_hash == Signature.content_hash)
        dropped = connection.execute(delete(Signature).where(unused)).rowcount
        total = connection.scalars(select(func.count()).select_from(Content).where(_OWED)).one()
    signed = 0
    progress(Progress("signing", signed, total))
    # Forked, a worker would share the archive's connections.
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for made in _ahead(pool, _owed(engine)):
            with engine.begin() as connection:
                other = Signature.scheme != SCHEME
                connection.execute(delete(Signature).where(Signature.content_hash.in_(made), other))
                _keep(connection, made)
            signed += len(made)
            progress(Progress("signing", signed, total))
    return SignatureRebuild(signed, dropped)


def _keep(connection: Connection, made: Mapping[str, list[int]]) -> None:
    """In the order of the hashes, so that two writers never wait for each other in a circle."""
    rows = [{"content_hash": digest, "scheme": SCHEME, "bands": found} for digest, found in sorted(made.items())]
    if rows:
        connection.execute(insert(Signature).on_conflict_do_nothing(), rows)


def _ahead(pool: ProcessPoolExecutor, batches: Iterator[dict[str, str]]) -> Iterator[dict[str, list[int]]]:
    """The batches' signatures in their order, with a few batches in work and no more in memory."""
    working: deque[Future[dict[str, list[int]]]] = deque()
    for batch in batches:
        working.append(pool.submit(signatures, batch))
        if len(working) > 2 * PROCESSES:
            yield working.popleft().result()
    while working:
        yield working.popleft().result()


_OWED = exists().where(RecordVersion.content_hash == Content.hash) & ~exists().where(
    Signature.content_hash == Content.hash, Signature.scheme == SCHEME
)


def _owed(engine: Engine) -> Iterator[dict[str, str]]:
    last = ""
    while True:
        query = select(Content.hash, Content.text).where(Content.hash > last, _OWED).order_by(Content.hash).limit(BATCH)
        with engine.connect() as connection:
            batch = {digest: words for digest, words in connection.execute(query)}
        if not batch:
            return
        yield batch
        last = max(batch)


# A bucket is read no further than its first texts. What is nearly identical to the text shares its rare bands too, and
# is found there; the buckets of a template lose only texts that are like thousands of others. How many bands are shared
# is counted on whole signatures afterwards, since a bucket that was cut short would not tell.
# MATERIALIZED keeps the planner from reading the whole table for the first few rows that it hopes to meet early.
_CANDIDATES = text("""
    WITH pool AS (
        SELECT near.content_hash, any_value(near.bands) AS bands
        FROM unnest(CAST(:bands AS bigint[])) AS asked (band)
        CROSS JOIN LATERAL (
            WITH bucket AS MATERIALIZED (
                SELECT s.content_hash, s.bands FROM archive.signature s
                WHERE s.bands @> ARRAY[asked.band] AND s.scheme = :scheme AND s.content_hash <> :own
            )
            SELECT * FROM bucket LIMIT :bucket
        ) AS near
        GROUP BY near.content_hash
    ), best AS (
        SELECT p.content_hash,
               (SELECT count(*) FROM unnest(p.bands, CAST(:bands AS bigint[])) AS t (a, b) WHERE a = b) AS shared
        FROM pool p
        WHERE EXISTS (SELECT FROM archive.record r WHERE r.content_hash = p.content_hash)
        ORDER BY shared DESC, p.content_hash LIMIT :candidates
    )
    SELECT r.id AS record_id, r.version, v.title, r.source_id, r.state, v.published_date, c.hash AS content_hash, c.text
    FROM best b JOIN archive.content c ON c.hash = b.content_hash
    CROSS JOIN LATERAL (
        SELECT id, version, source_id, state FROM archive.record
        WHERE content_hash = c.hash ORDER BY state = 'removed', id LIMIT 1
    ) AS r
    JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
    ORDER BY b.shared DESC, c.hash
""")
