"""Stores what was fetched: bodies first, then the log in the bucket, then the rows.

A step that dies between writing the log and committing the rows leaves a log whose captures the database does not
know. The next attempt of the same step writes those rows (`recover_unindexed_logs`), so nothing is fetched twice and
no capture is lost.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from sqlalchemy import select, text

from etl.archive.crawls.capture_log import log_entry, page_states
from etl.archive.crawls.capture_rows import index_log_entries
from etl.archive.crawls.run import CaptureBatch, PageAttempt
from etl.archive.crawls.validators import ValidatorCounts
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import BlobCheck, record_checks
from etl.archive.storage.bucket import sha256
from etl.archive.storage.database import lock_against_garbage, lock_source
from etl.archive.storage.log_lines import CaptureLine
from etl.archive.storage.log_object import parse_log
from etl.archive.storage.log_registry import keep_log, register_log
from etl.archive.storage.lookups import among
from etl.archive.storage.models import Blob, Capture
from etl.fetch.client import Attempt
from etl.outcomes import Group, Outcome, group
from etl.reason_codes import Code
from etl.reasons import Reason
from etl.web.urls import without_tokens

log = logging.getLogger("gongkai")
_FAILED_ATTEMPT = "source=%s run=%s capture=%s outcome=%s status=%s reason=%s url=%s"
_PARALLEL_PUTS = 8
"""Measured on two cores against a local server: 374 PUT/s with one thread, 900/s with eight."""


class LastCapture(NamedTuple):
    """The outcome and the number of a page's last capture."""

    outcome: Outcome
    capture: int


def store_attempts(archive: Archive, batch: CaptureBatch, attempts: Sequence[PageAttempt]) -> dict[int, LastCapture]:
    """Stores the attempts as captures, in their order; returns the last one of each page, by page id.

    The attempts of one source are stored one batch at a time (`lock_source`), so that if two runs fetch the same new
    body, only one of them treats it as new.
    """
    with archive.engine.begin() as connection:
        lock_against_garbage(connection)
        digests = _store_bodies(archive, [item.classified.attempt for item in attempts])
        lock_source(connection, batch.source_id)
        pages = page_states(connection, {item.page_id for item in attempts})
        numbers = connection.scalars(
            text("SELECT nextval('archive.capture_number') FROM generate_series(1, :n)"), {"n": len(attempts)}
        ).all()
        key = f"{batch.prefix}{numbers[0]}.jsonl.gz"
        entries, validators = [], ValidatorCounts()
        for number, (page_id, item), digest in zip(numbers, attempts, digests, strict=True):
            page = pages[page_id]
            entries.append(log_entry(number, key, batch.run_id, page, item, digest))
            if item.outcome is None and digest:
                validators.add(item.attempt, page, digest)
                page.apply(item.attempt, digest)
        keep_log(connection, archive.store, key, entries)
        index_log_entries(connection, batch.run_id, entries)
        validators.save(connection)
    for entry in entries:
        _log_failure(batch, entry)
    return {entry.page: LastCapture(Outcome(entry.outcome), entry.capture) for entry in entries}


def _log_failure(batch: CaptureBatch, entry: CaptureLine) -> None:
    """If the attempt failed, writes one line to the task's log.

    The line contains nothing confidential: only the code of the reason, as its sentence may quote the page, and the
    address without parameters that are keys or tokens.
    """
    if group(Outcome(entry.outcome)) is Group.FAILED:
        reason = Reason.from_stored(entry.reason).code if entry.reason else "-"
        values = (batch.source_id, batch.run_id, entry.capture, entry.outcome, entry.status or "-", reason)
        # Level info, so that commands do not show it: they show their progress, and the report names failed pages.
        log.info(_FAILED_ATTEMPT, *values, without_tokens(entry.url))


def recover_unindexed_logs(archive: Archive, batch: CaptureBatch) -> int:
    """Writes the rows of logs that an earlier attempt of this batch left without rows; returns their number."""
    recovered = 0
    for key in archive.store.list_keys(batch.prefix):
        first = int(key.removeprefix(batch.prefix).partition(".")[0])
        with archive.engine.begin() as connection:
            lock_source(connection, batch.source_id)
            if connection.scalar(select(Capture.id).where(Capture.id == first)) is None:
                body = archive.store.read_log_bytes(key)
                entries = parse_log(key, body, CaptureLine)
                register_log(connection, key, body)
                index_log_entries(connection, batch.run_id, entries)
                recovered += len(entries)
    return recovered


def _store_bodies(archive: Archive, attempts: Sequence[Attempt]) -> list[str | None]:
    """Uploads each body that the database does not know as undamaged, once; returns each attempt's SHA-256.

    The SHA-256 is None for an attempt without a body. The upload repairs a blob that was damaged: the repair is
    recorded as a check of the blob.
    """
    digests = [sha256(attempt.body) if attempt.body else None for attempt in attempts]
    bodies = {digest: item.body for digest, item in zip(digests, attempts, strict=True) if digest and item.body}
    with archive.engine.begin() as connection:
        known = select(Blob.sha256, Blob.damage).where(among(Blob.sha256, bodies))
        damage: dict[str, str | None] = {digest: kind for digest, kind in connection.execute(known)}
    missing = [body for digest, body in bodies.items() if damage.get(digest, "unknown")]
    with ThreadPoolExecutor(_PARALLEL_PUTS) as pool:
        list(pool.map(archive.store.put_blob, missing))
    if repaired := [digest for digest, kind in damage.items() if kind]:
        checks = [BlobCheck(digest, len(bodies[digest])) for digest in repaired]
        record_checks(archive, checks, Code.FETCHED_AGAIN)
    return digests
