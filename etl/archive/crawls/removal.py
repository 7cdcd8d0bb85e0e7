"""Tombstones, and pages that come back. Bytes and versions stay whatever happens here.

A record is removed on evidence alone: its page answered 404 or 410 on several different days with nothing good in
between, or it is off a complete walk of the whole catalog and its address fails too. A listing that failed, was cut
short or is doubted removes nothing, and neither does a day on which most documents of the host fail.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from etl.archive.crawls.dead_links import DAY, DAYS, GONE_SINCE
from etl.archive.crawls.run import RunContext
from etl.archive.crawls.walks import last_undoubted_walk
from etl.archive.records.change_feed import publish
from etl.archive.storage.archive import Archive
from etl.archive.storage.database import lock_source
from etl.archive.storage.log_lines import ChangeEvent
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason

_GONE = text(f"""
SELECT r.id, r.version, count(DISTINCT {DAY}) AS days
FROM archive.run_page rp
JOIN archive.record r ON r.page_id = rp.page_id AND r.state = 'current'
JOIN archive.capture c ON c.page_id = rp.page_id
WHERE rp.run_id = :run AND rp.outcome = 'gone' AND {GONE_SINCE}
GROUP BY r.id, r.version HAVING count(DISTINCT {DAY}) >= {DAYS}
""")
_SAID = """
CASE WHEN {0}.reason LIKE '{{"code":"as_before"%' THEN (
    SELECT b.reason FROM archive.run_page b WHERE b.page_id = {0}.page_id AND b.run_id < {0}.run_id
    AND b.capture_id IS NOT NULL AND b.reason NOT LIKE '{{"code":"as_before"%' ORDER BY b.run_id DESC LIMIT 1)
ELSE {0}.reason END"""
_MISSING = f"""
({{0}}.outcome = 'gone' AND {{1}}.status IN (404, 410)
 OR {{0}}.outcome = 'soft_404' AND {{0}}.reason NOT LIKE '{{{{"code":"article_page_failed"%'
 OR {{0}}.outcome = 'not_a_document' AND ({_SAID}) LIKE '%"code":"error_notice"%')"""
"""That a page of a run was missing by its capture, and not only a further page of its article."""
_HOST = "split_part({0}.url, '/', 3)"
# A server that answers 404, or leads to its home page, for all that it has, is a bad day of the server: one answer
# counts if within the hour more documents of the host had content than had none, else the answers of several days.
_OFF_THE_LIST = text(f"""
WITH answer AS MATERIALIZED (
    SELECT {_HOST.format("c")} AS host, o.page_id, c.fetched_at, o.outcome = ANY(:content) AS content
    FROM archive.run_page o JOIN archive.capture c ON c.id = o.capture_id
    WHERE o.run_id IN (SELECT id FROM archive.run WHERE source_id = :source AND (
        id = :run OR finished_at > CAST(:began AS timestamptz) - interval '1 hour')))
SELECT r.id, r.version, rp.outcome, {_SAID.format("rp")} AS reason
FROM archive.run_page rp
JOIN archive.record r ON r.page_id = rp.page_id AND r.state = 'current'
JOIN archive.page p ON p.id = rp.page_id AND p.listed_at < :walk
JOIN archive.capture c ON c.id = rp.capture_id AND c.fetched_at >= :walk
WHERE rp.run_id = :run AND {_MISSING.format("rp", "c")} AND (
    (SELECT count(DISTINCT page_id) FILTER (WHERE content) > count(DISTINCT page_id) FILTER (WHERE NOT content)
     FROM answer WHERE host = {_HOST.format("c")}
       AND fetched_at BETWEEN c.fetched_at - interval '1 hour' AND c.fetched_at + interval '1 hour')
    OR (SELECT count(DISTINCT {DAY.replace("c.", "m.")})
        FROM archive.run_page d JOIN archive.capture m ON m.id = d.capture_id
        WHERE d.page_id = p.id AND {_MISSING.format("d", "m")} AND d.run_id > coalesce((
            SELECT max(good.run_id) FROM archive.run_page good
            WHERE good.page_id = p.id AND good.outcome = ANY(:content)), 0)) >= {DAYS})
""")
_BACK = text("""
SELECT r.id, r.version FROM archive.run_page rp
JOIN archive.record r ON r.page_id = rp.page_id AND r.state = 'removed'
WHERE rp.run_id = :run AND rp.outcome IN ('stored', 'unchanged', 'not_modified')
""")
_CONTENT = [Outcome.STORED, Outcome.UNCHANGED, Outcome.NOT_MODIFIED]
_STATE = text("""
UPDATE archive.record SET state = :state, state_reason = :reason, state_at = now(), updated_at = now()
WHERE id = :record AND state <> :state RETURNING version, page_id
""")


@dataclass(frozen=True, slots=True)
class RemovalResult:
    """Numbers of the records that were removed, and restored."""

    removed: tuple[int, ...]
    restored: tuple[int, ...]


def apply_removals(archive: Archive, run: RunContext) -> RemovalResult:
    """Removes and restores records on the evidence of this run's outcomes; again changes nothing."""
    with archive.engine.begin() as connection:
        lock_source(connection, run.source.id)
        gone, back = _evidence(connection, run)
        events = [*_changes(connection, run, "removed", "removed", gone)]
        events += _changes(connection, run, "current", "restored", back)
        publish(connection, archive.store, events)
    numbers = {kind: tuple(event.record for event in events if event.kind == kind) for kind in ("removed", "restored")}
    return RemovalResult(numbers["removed"], numbers["restored"])


def _evidence(connection: Connection, run: RunContext) -> tuple[dict[int, str], dict[int, str]]:
    """Why records are to be removed, and restored, by their numbers."""
    evidence: dict[int, str] = {}
    walk = last_undoubted_walk(connection, run)
    if walk:
        values = {"run": run.id, "source": run.source.id, "began": run.started_at, "walk": walk.started_at}
        for row in connection.execute(_OFF_THE_LIST, values | {"content": _CONTENT}):
            day = f"{walk.started_at:%Y-%m-%d}"
            evidence[row.id] = encode_reason(Code.OFF_COMPLETE_LISTING, day=day, outcome=row.outcome, reason=row.reason)
    for row in connection.execute(_GONE, {"run": run.id}):
        evidence[row.id] = encode_reason(Code.GONE_ON_DAYS, days=row.days)
    back = {row.id: encode_reason(Code.ANSWERS_AGAIN) for row in connection.execute(_BACK, {"run": run.id})}
    return evidence, back


def _changes(
    connection: Connection, run: RunContext, state: str, kind: str, reasons: dict[int, str]
) -> Iterator[ChangeEvent]:
    for record, reason in sorted(reasons.items()):
        values = {"state": state, "reason": reason, "record": record}
        if row := connection.execute(_STATE, values).one_or_none():
            yield ChangeEvent(kind, record, row.version, row.page_id, run.source.id, run.id, reason)
