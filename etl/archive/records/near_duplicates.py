"""Finds texts that are nearly the same. Candidates share bands of their signatures; the share of common shingles then
decides.

Such records are shown as similar and never merged (docs/similar.md).
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from itertools import islice
from multiprocessing import get_context
from typing import Any

from sqlalchemy import Connection, Engine, delete, exists, func, select, text

from etl.archive.storage.archive import Database
from etl.archive.storage.bulk_rows import insertion
from etl.archive.storage.lookups import among, require_valid_record_number
from etl.archive.storage.models import Content, Record, RecordVersion, Signature
from etl.archive.storage.statements import Statement, built_once
from etl.errors import GongkaiError
from etl.extract.similarity import MIN_CONTAINMENT, SCHEME, Shingles, bands, containment, shingles, signatures
from etl.progress import Progress, ProgressCallback, no_progress

LIMIT = 20
"""Maximum number of similar texts that are shown for a record."""
MAX_TEXTS_PER_BAND = 64
"""Maximum number of texts examined that share one band: of forms made from one template, thousands share a band."""
SPARE = 5
"""Candidates examined in addition to the limit, as some share bands but too little text."""
BATCH = 500
"""Texts signed in one transaction of a rebuild."""
PROCESSES = 2


@dataclass(frozen=True, slots=True)
class SimilarRecord:
    """The first record with a similar text. `share`: share of the shorter text that is also in the longer one (0–1)."""

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
    """Numbers of signatures written, and of those deleted because no version has their text."""

    signed: int
    dropped: int


def store_signatures(connection: Connection, texts: Mapping[str, str]) -> None:
    """Stores the signatures of texts by content hash; existing ones stay as they are."""
    keep_signatures(connection, signatures(texts))


@built_once
def _own_text(record: Any) -> Statement:
    query = select(Content.hash, Content.text).join(Record, Record.content_hash == Content.hash)
    return query.where(Record.id == record)


def similar_to(connection: Connection, record_id: int, limit: int = LIMIT) -> tuple[SimilarRecord, ...]:
    """The texts most similar to the record's, each with the first record that currently has it, the most similar first.

    Empty if the text is too short to be compared. Raises `GongkaiError` if there is no such record.
    """
    require_valid_record_number(record_id)
    own = connection.execute(*_own_text(record=record_id)).one_or_none()
    if own is None:
        raise GongkaiError(f"the archive has no record {record_id}", hint="`gongkai similar` takes a record's number")
    return similar_texts(connection, own.hash, own.text, limit)


def similar_texts(connection: Connection, content: str, text: str, limit: int = LIMIT) -> tuple[SimilarRecord, ...]:
    """As `similar_to`, for the text with that content hash."""
    own_shingles = shingles(text)
    if not own_shingles:
        return ()
    values = {
        "bands": bands(own_shingles),
        "scheme": SCHEME,
        "own": content,
        "most": MAX_TEXTS_PER_BAND,
        "candidates": limit + SPARE,
    }
    candidates = (dict(row) for row in connection.execute(_CANDIDATES, values).mappings())
    similar = islice(_confirmed(own_shingles, candidates), limit)
    return tuple(sorted(similar, key=lambda record: (-record.share, record.record_id)))


def _confirmed(own: Shingles, candidates: Iterable[dict[str, Any]]) -> Iterator[SimilarRecord]:
    for candidate in candidates:
        share = containment(own, shingles(candidate.pop("text")))
        if share >= MIN_CONTAINMENT:
            yield SimilarRecord(**candidate, share=share)


def rebuild_signatures(archive: Database, progress: ProgressCallback = no_progress) -> SignatureRebuild:
    """Computes the missing signatures of the current scheme for the texts of all versions; many, in several processes.

    Each batch is committed: after an interruption, the next call continues.
    """
    engine = archive.engine
    with engine.begin() as connection:
        unused = ~exists().where(RecordVersion.content_hash == Signature.content_hash)
        dropped = connection.execute(delete(Signature).where(unused)).rowcount
        total = connection.scalars(select(func.count()).select_from(Content).where(_OWED)).one()
    signed = 0
    progress(Progress("signing", signed, total))
    with _processes() if total > BATCH else nullcontext() as pool:
        for made in _ahead(pool, _owed(engine)) if pool else map(signatures, _owed(engine)):
            with engine.begin() as connection:
                other = Signature.scheme != SCHEME
                connection.execute(delete(Signature).where(among(Signature.content_hash, made), other))
                keep_signatures(connection, made)
            signed += len(made)
            progress(Progress("signing", signed, total))
    return SignatureRebuild(signed, dropped)


def _processes() -> ProcessPoolExecutor:
    """A pool of processes, each of which takes a second to start. They are not forked, as forked workers would share
    the archive's connections."""
    return ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn"))


def keep_signatures(connection: Connection, made: Mapping[str, Sequence[int]]) -> None:
    """Stores bands by content hash; existing ones stay. The order of the hashes keeps two writers from a deadlock."""
    rows = [
        {"content_hash": digest, "scheme": SCHEME, "bands": signature} for digest, signature in sorted(made.items())
    ]
    if rows:
        connection.execute(_SIGNATURES, {"rows": rows})


_SIGNATURES = insertion(Signature, ("content_hash", "scheme", "bands"), "ON CONFLICT DO NOTHING")


def _ahead(pool: ProcessPoolExecutor, batches: Iterator[dict[str, str]]) -> Iterator[dict[str, list[int]]]:
    """The signatures of the batches, in order; only a few batches are in progress at a time."""
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


# Of the texts that share a band, only the first `:most` are read. Nearly identical texts also share rare bands and are
# found by these; only texts that resemble thousands of others can be missed. Because of this limit, the number of
# shared bands is counted afterwards, on whole signatures.
# MATERIALIZED prevents the planner from scanning the whole table because it expects to find the first rows early.
_CANDIDATES = text("""
    WITH pool AS (
        SELECT near.content_hash, any_value(near.bands) AS bands
        FROM unnest(CAST(:bands AS bigint[])) AS asked (band)
        CROSS JOIN LATERAL (
            WITH of_band AS MATERIALIZED (
                SELECT s.content_hash, s.bands FROM archive.signature s
                WHERE s.bands @> ARRAY[asked.band] AND s.scheme = :scheme AND s.content_hash <> :own
            )
            SELECT * FROM of_band LIMIT :most
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
