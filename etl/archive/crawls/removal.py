"""Tombstones for pages that are gone, and restoring records whose pages come back. Bytes and versions always stay.

A record is removed only on evidence. Either its page answered 404 or 410 on several different days and never with
content in between; or a complete walk of the whole catalog did not list it, and its address fails too. Nothing is
removed on the evidence of a listing that failed, was cut short or is doubted, or of a host on which everything fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from etl.archive.crawls.dead_links import DAY, DAYS, GONE_SINCE
from etl.archive.crawls.run import RunContext
from etl.archive.crawls.walks import last_undoubted_walk
from etl.archive.records.change_feed import publish
from etl.archive.records.lasting import EMPTIED
from etl.archive.storage.archive import Archive
from etl.archive.storage.database import lock_source
from etl.archive.storage.log_lines import ChangeEvent
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason

_HOST = "split_part(c.url, '/', 3)"
_GONE = text(f"""
SELECT r.id, count(DISTINCT {DAY}) AS days, min(c.run_id) AS since, min({_HOST}) AS host
FROM archive.run_page rp
JOIN archive.record r ON r.page_id = rp.page_id AND r.state = 'current'
JOIN archive.capture c ON c.page_id = rp.page_id
WHERE rp.run_id = :run AND rp.outcome = 'gone' AND {GONE_SINCE}
GROUP BY r.id HAVING count(DISTINCT {DAY}) >= {DAYS}
""")
# A page that says that its document was taken down has outcome not_a_document. If its bytes are unchanged in a later
# run, the reason is stored with the earlier run only.
_MISSING = f"""
SELECT e.run_id, e.page_id, e.outcome, {_HOST} AS host, c.fetched_at, said.reason
FROM archive.run_page e JOIN archive.capture c ON c.id = e.capture_id
CROSS JOIN LATERAL (
    SELECT b.reason FROM archive.run_page b
    WHERE b.page_id = e.page_id AND b.run_id <= e.run_id AND b.capture_id IS NOT NULL
      AND b.reason NOT LIKE '%"code":"as_before"%' ORDER BY b.run_id DESC LIMIT 1) AS said
WHERE (e.outcome = 'gone' AND c.status IN (404, 410)
    OR e.outcome = 'soft_404' AND e.reason NOT LIKE '%"code":"article_page_failed"%'
    OR e.outcome = 'not_a_document' AND said.reason LIKE '%"code":"error_notice"%')
"""
"""Pages of runs that were missing according to their own capture, not only to that of a further page of the article."""
# A page that has shown nothing of its document for so long that this is a version of it is no content either.
_OFF_THE_LIST = text(f"""
SELECT r.id, m.outcome, m.reason, m.host, m.fetched_at, streak.days, streak.since
FROM ({_MISSING} AND e.run_id = :run) AS m
JOIN archive.record r ON r.page_id = m.page_id AND r.state = 'current'
JOIN archive.page p ON p.id = m.page_id AND p.listed_at < :walk AND m.fetched_at >= :walk
CROSS JOIN LATERAL (
    SELECT count(DISTINCT {DAY}) AS days, min(c.run_id) AS since
    FROM ({_MISSING}) AS c WHERE c.page_id = m.page_id AND c.run_id > coalesce((
        SELECT max(good.run_id) FROM archive.run_page good
        WHERE good.page_id = m.page_id AND good.outcome = ANY(:content)), 0)) AS streak
UNION ALL
SELECT r.id, 'not_a_document', less.reason, {_HOST}, c.fetched_at, 0, e.run_id
FROM archive.run_page e JOIN archive.capture c ON c.id = e.capture_id
JOIN archive.record r ON r.page_id = e.page_id AND r.state = 'current'
JOIN archive.page p ON p.id = e.page_id AND p.listed_at < :walk AND c.fetched_at >= :walk
CROSS JOIN LATERAL (
    SELECT b.reason FROM archive.run_page b
    WHERE b.page_id = e.page_id AND b.reason LIKE '%"code":"less_for_long"%' ORDER BY b.run_id DESC LIMIT 1) AS less
WHERE e.run_id = :run AND e.outcome = ANY(:content) AND {EMPTIED}
""")
_ANSWERS = text(f"""
SELECT {_HOST} AS host, c.fetched_at, e.outcome = ANY(:content) AS content
FROM archive.run_page e JOIN archive.capture c ON c.id = e.capture_id
WHERE e.run_id IN (SELECT id FROM archive.run WHERE source_id = :source AND (
    id = :run OR finished_at > CAST(:began AS timestamptz) - interval '1 hour'))
""")
_ANSWERED_SINCE = text(f"""
SELECT DISTINCT {_HOST} FROM archive.capture c JOIN archive.page p ON p.id = c.page_id
WHERE c.run_id IN (SELECT id FROM archive.run WHERE source_id = :source AND id > :since)
  AND p.kind = ANY(:kinds) AND c.outcome = ANY(:content)
""")
_BACK = text(f"""
SELECT r.id, r.version FROM archive.run_page rp
JOIN archive.record r ON r.page_id = rp.page_id AND r.state = 'removed'
WHERE rp.run_id = :run AND rp.outcome IN ('stored', 'unchanged', 'not_modified') AND NOT {EMPTIED}
""")
_CONTENT = [Outcome.STORED, Outcome.UNCHANGED, Outcome.NOT_MODIFIED]
_STATE = text("""
UPDATE archive.record SET state = :state, state_reason = :reason, state_at = now(), updated_at = now()
WHERE id = :record AND state <> :state RETURNING version, page_id
""")


@dataclass(frozen=True, slots=True)
class RemovalResult:
    """The record numbers of the records that were removed and restored."""

    removed: tuple[int, ...]
    restored: tuple[int, ...]


def apply_removals(archive: Archive, run: RunContext) -> RemovalResult:
    """Removes and restores records on the evidence of this run's outcomes. Idempotent."""
    with archive.engine.begin() as connection:
        lock_source(connection, run.source.id)
        gone, back = _evidence(connection, run)
        events = [*_changes(connection, run, "removed", "removed", gone)]
        events += _changes(connection, run, "current", "restored", back)
        publish(connection, archive.store, events)
    numbers = {kind: tuple(event.record for event in events if event.kind == kind) for kind in ("removed", "restored")}
    return RemovalResult(numbers["removed"], numbers["restored"])


def _evidence(connection: Connection, run: RunContext) -> tuple[dict[int, str], dict[int, str]]:
    """The reasons for removing records, and for restoring records, each by record number."""
    evidence: dict[int, str] = {}
    hosts = _Hosts(connection, run)
    if walk := last_undoubted_walk(connection, run):
        values = {"run": run.id, "walk": walk.started_at, "content": _CONTENT}
        for row in connection.execute(_OFF_THE_LIST, values).all():
            if hosts.answered_around(row.host, row.fetched_at) or (
                row.days >= DAYS and hosts.answered_since(row.host, row.since, ("document", "listing"))
            ):
                day, reason = f"{walk.started_at:%Y-%m-%d}", row.reason
                evidence[row.id] = encode_reason(Code.OFF_COMPLETE_LISTING, day=day, outcome=row.outcome, reason=reason)
    for row in connection.execute(_GONE, {"run": run.id}).all():
        # Lists prove nothing here: they may show the page still, and be made by another program than the documents.
        if hosts.answered_since(row.host, row.since, ("document",)):
            evidence[row.id] = encode_reason(Code.GONE_ON_DAYS, days=row.days)
    back = {row.id: encode_reason(Code.ANSWERS_AGAIN) for row in connection.execute(_BACK, {"run": run.id})}
    return evidence, back


class _Hosts:
    """What the hosts of a source answered for other pages when a page was missing. If a server answers 404, or
    redirects to its home page, for all its pages, the server is at fault and the page may not be gone."""

    def __init__(self, connection: Connection, run: RunContext) -> None:
        self._connection, self._run = connection, run
        self._around: dict[str, list[tuple[datetime, bool]]] | None = None
        self._since: dict[tuple[int, tuple[str, ...]], set[str]] = {}

    def answered_around(self, host: str, moment: datetime) -> bool:
        """Whether within an hour of the moment, more of the host's documents had content than had none."""
        if self._around is None:
            self._around = {}
            values = {"run": self._run.id, "source": self._run.source.id, "began": self._run.started_at}
            for row in self._connection.execute(_ANSWERS, values | {"content": _CONTENT}):
                self._around.setdefault(row.host, []).append((row.fetched_at, row.content))
        near = [content for at, content in self._around.get(host, ()) if abs(at - moment) <= timedelta(hours=1)]
        return sum(near) * 2 > len(near)

    def answered_since(self, host: str, run: int, kinds: tuple[str, ...]) -> bool:
        """Whether any page of the host, of these kinds, had content in a run later than `run`, the first in which the
        page was missing."""
        if (run, kinds) not in self._since:
            values = {"source": self._run.source.id, "since": run, "content": _CONTENT, "kinds": list(kinds)}
            self._since[run, kinds] = set(self._connection.scalars(_ANSWERED_SINCE, values))
        return host in self._since[run, kinds]


def _changes(
    connection: Connection, run: RunContext, state: str, kind: str, reasons: dict[int, str]
) -> Iterator[ChangeEvent]:
    for record, reason in sorted(reasons.items()):
        values = {"state": state, "reason": reason, "record": record}
        if row := connection.execute(_STATE, values).one_or_none():
            yield ChangeEvent(kind, record, row.version, row.page_id, run.source.id, run.id, reason)
