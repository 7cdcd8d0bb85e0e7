"""The problems that are open now, read from the archive: nothing is counted beside what runs and audits stored.

Each has a subject, which stays the same until it is over, and a key, which is another one when it begins anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from sqlalchemy import Connection, text

from etl.archive.crawls.advice import advice
from etl.archive.queries.citation import MOUNT
from etl.clock import CHINA
from etl.reasons import Reason
from etl.sources.schedule import longest_interval
from etl.sources.schema import DARK, Silence, Source

STUCK_HOURS = 6
"""Hours without a capture after which a run that has not ended is stuck: a page takes minutes, with all its retries."""
REMEMBERED = timedelta(days=90)
"""Runs that ended before are not looked at: whoever was told of a red one three months ago knows."""
# Of each source and kind the finished runs since the state was last another one: how many, the first and the last.
_STREAKS = text("""
WITH ended AS (
    SELECT id, source_id, kind, state, first_value(state) OVER (PARTITION BY source_id, kind ORDER BY id DESC) AS latest
    FROM archive.run WHERE kind IN ('crawl', 'recheck') AND state <> 'running' AND finished_at > :since
        AND source_id = ANY(:sources)
), streak AS (
    SELECT source_id, kind, count(*) AS runs, min(id) AS first, max(id) AS last FROM ended e
    WHERE id > coalesce((SELECT max(id) FROM ended o
        WHERE o.source_id = e.source_id AND o.kind = e.kind AND o.state <> o.latest), 0)
    GROUP BY 1, 2
)
SELECT s.*, r.state, r.key, r.report FROM streak s JOIN archive.run r ON r.id = s.last
WHERE r.state <> 'green' ORDER BY s.source_id, s.kind
""")
_LAST_GOOD = text("""
SELECT source_id, max(finished_at) FILTER (WHERE state IN ('green', 'amber')) AS good, min(started_at) AS first
FROM archive.run WHERE kind = 'crawl' AND source_id = ANY(:sources) GROUP BY 1 ORDER BY 1
""")
_STUCK = text("""
SELECT r.id, r.source_id, r.kind, r.key, greatest(r.started_at, max(c.fetched_at)) AS moved
FROM archive.run r LEFT JOIN archive.capture c ON c.run_id = r.id
WHERE r.state = 'running' GROUP BY r.id HAVING greatest(r.started_at, max(c.fetched_at)) < :before ORDER BY r.id
""")
_DAMAGE = text("""
SELECT (SELECT count(*) FROM archive.blob WHERE damage IS NOT NULL) AS blobs,
    (SELECT count(*) FROM archive.log_object WHERE damage IS NOT NULL) AS logs,
    (SELECT max(id) FROM archive.fixity_event WHERE kind <> 'restored') AS event
""")


@dataclass(frozen=True, slots=True)
class Problem:
    """`title` in one line, `lines` why and what to do, both in Chinese and English; `link` where to look. A key begins
    with its subject and a space. One that is `silenced` is open and not told."""

    subject: str
    key: str
    title: str
    lines: tuple[str, ...] = ()
    link: str = ""
    silenced: bool = False


def open_problems(
    connection: Connection, sources: Mapping[str, Source], *, now: datetime, dark_days: int, address: str | None
) -> Iterator[Problem]:
    """What is wrong at the moment with these sources and with the archive. `address` is the browser's public one."""
    yield from _runs(connection, sources, now, address)
    yield from _dark(connection, sources, now, dark_days, address)
    yield from _stuck(connection, now, address)
    yield from _damage(connection, address)
    yield from _expired(sources, now)


def _runs(
    connection: Connection, sources: Mapping[str, Source], now: datetime, address: str | None
) -> Iterator[Problem]:
    """Sources whose last run is red, and those that stay amber: one amber run may be a day's accident."""
    for row in connection.execute(_STREAKS, {"sources": list(sources), "since": now - REMEMBERED}):
        if row.state == "amber" and row.runs < 2:
            continue
        source, name = sources[row.source_id], "problems" if row.state == "red" else "warnings"
        reasons = [Reason.from_stored(each) for each in (row.report or {}).get(name, ())]
        told = [each for each in reasons if not _silenced(source.silences, each.code, now)]
        words = ("转红", "turned red") if row.state == "red" else ("持续异常（黄）", "stays amber")
        yield Problem(
            f"{row.source_id} {row.kind}",
            f"{row.source_id} {row.kind} {row.state} {row.first}",
            f"{source.name} · {row.source_id} {row.kind}：{words[0]} {words[1]}",
            tuple(_said(each) for each in told),
            _link(address, row.source_id, row.kind, row.key),
            silenced=bool(reasons) and not told,
        )


def _said(reason: Reason) -> str:
    chinese, english = advice(reason)
    return f"{reason.chinese} {reason.english}" + (f" → {chinese} {english}" if english else "")


def _silenced(silences: Sequence[Silence], code: str, now: datetime) -> bool:
    return any(each.reason == code and now.astimezone(CHINA).date() <= each.until for each in silences)


def _dark(
    connection: Connection, sources: Mapping[str, Source], now: datetime, days: int, address: str | None
) -> Iterator[Problem]:
    """Sources that were crawled once and have had no good run for so long, also if none was started."""
    for row in connection.execute(_LAST_GOOD, {"sources": list(sources)}):
        source, since = sources[row.source_id], row.good or row.first
        allowed = max(timedelta(days=days), 2 * longest_interval(source.schedule))
        if now - since <= allowed:
            continue
        past = (now - since).days
        yield Problem(
            f"{row.source_id} dark",
            f"{row.source_id} dark {since:%Y-%m-%d}",
            f"{source.name} · {row.source_id}：{past} 天没有成功采集 no good run for {past} days",
            ("DAG 是否暂停？调度器是否运行？gongkai doctor Is its DAG paused? Does the scheduler run?",),
            _link(address, row.source_id, "crawl", ""),
            silenced=_silenced(source.silences, DARK, now),
        )


def _stuck(connection: Connection, now: datetime, address: str | None) -> Iterator[Problem]:
    for row in connection.execute(_STUCK, {"before": now - timedelta(hours=STUCK_HOURS)}):
        hours = int((now - row.moved).total_seconds() // 3600)
        yield Problem(
            f"run {row.id}",
            f"run {row.id} stuck",
            f"{row.source_id} {row.kind}：运行 {row.id} {hours} 小时没有进展 run {row.id} has not moved for {hours} h",
            (f"重新开始同一任务，或 start the same work again, or: gongkai runs close {row.id}",),
            _link(address, row.source_id, row.kind, row.key),
        )


def _damage(connection: Connection, address: str | None) -> Iterator[Problem]:
    found = connection.execute(_DAMAGE).one()
    if found.blobs or found.logs:
        yield Problem(
            "damage",
            f"damage {found.event}",
            f"存档损坏 stored bytes are damaged：{found.blobs} blobs, {found.logs} logs",
            ("清单与恢复办法 what and how to restore: gongkai fixity",),
            f"{address}/sources" if address else "",
        )


def _expired(sources: Mapping[str, Source], now: datetime) -> Iterator[Problem]:
    today = now.astimezone(CHINA).date()
    for source in sources.values():
        for silence in source.silences:
            if silence.until < today:
                yield Problem(
                    f"{source.id} silence {silence.reason}",
                    f"{source.id} silence {silence.reason} {silence.until}",
                    f"{source.name} · {source.id}：静默已到期 the silence of {silence.reason} ended on {silence.until}",
                    (f"{silence.why} → 删除或延期 take it out of the source file, or prolong it",),
                )


def _link(address: str | None, source: str, kind: str, key: str) -> str:
    """The run in Airflow, where the browser is mounted in one and it has a DAG; else the browser's page of runs."""
    if address is None:
        return ""
    if not address.endswith(MOUNT) or key.startswith("cli:"):
        return f"{address}/runs"
    dag = f"{address.removesuffix(MOUNT)}/dags/{'recheck' if kind == 'recheck' else f'crawl_{source}'}"
    return f"{dag}/runs/{quote(key)}" if key else dag
