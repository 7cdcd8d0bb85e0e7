"""Finds the problems that are open now, from what runs and audits have stored in the archive.

Each problem has a subject, which stays the same until it is over, and a key, which is different if it begins again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from sqlalchemy import Connection, text

from etl.archive.crawls.advice import advice
from etl.archive.crawls.silences import StoredSilence, stored_silences
from etl.archive.queries.citation import MOUNT
from etl.clock import CHINA
from etl.reasons import Reason
from etl.sources.schedule import longest_interval
from etl.sources.schema import DARK, Silence, Source

STUCK_HOURS = 6
"""A run that has not ended is stuck after so many hours without a capture. With all its retries, a page takes
minutes."""
# The last finished run of each source and kind that is not green, how many in a row ended so, and the first of these.
_STREAKS = text("""
WITH last AS (
    SELECT DISTINCT ON (source_id, kind) id, source_id, kind, key, state, report FROM archive.run
    WHERE kind IN ('crawl', 'recheck') AND state <> 'running' AND source_id = ANY(:sources)
    ORDER BY source_id, kind, id DESC
)
SELECT l.*, streak.runs, streak.first FROM last l CROSS JOIN LATERAL (
    SELECT count(*) AS runs, min(r.id) AS first FROM archive.run r
    WHERE r.source_id = l.source_id AND r.kind = l.kind AND r.state = l.state AND r.id > coalesce((
        SELECT max(o.id) FROM archive.run o
        WHERE o.source_id = l.source_id AND o.kind = l.kind AND o.state NOT IN ('running', l.state)), 0)
) AS streak WHERE l.state <> 'green' ORDER BY l.source_id, l.kind
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
    """An open problem. `title`: one line; `lines`: the reasons and what to do; both in Chinese and English. `link`: a
    page with details. `key`: begins with the subject and a space. `silenced`: it is open, but no message is sent."""

    subject: str
    key: str
    title: str
    lines: tuple[str, ...] = ()
    link: str = ""
    silenced: bool = False


def open_problems(
    connection: Connection, sources: Mapping[str, Source], *, now: datetime, dark_days: int, address: str | None
) -> Iterator[Problem]:
    """The open problems of these sources and of the archive. `address`: the browser's public address."""
    silences: _Silences = {source.id: list(source.silences) for source in sources.values()}
    for silence in stored_silences(connection):
        if silence.source_id in silences:
            silences[silence.source_id].append(silence)
    yield from _runs(connection, sources, silences, now, address)
    yield from _dark(connection, sources, silences, now, dark_days, address)
    yield from _stuck(connection, now, address)
    yield from _damage(connection, address)
    yield from _expired(sources, silences, now, address)


_Silences = dict[str, list[Silence | StoredSilence]]
"""Silences by source: those in its file, and those that people set in the browser."""


def _runs(
    connection: Connection, sources: Mapping[str, Source], silences: _Silences, now: datetime, address: str | None
) -> Iterator[Problem]:
    """Sources whose last run is red, and those with several amber runs in a row; a single one may be an accident."""
    for row in connection.execute(_STREAKS, {"sources": list(sources)}):
        if row.state == "amber" and row.runs < 2:
            continue
        source, name = sources[row.source_id], "problems" if row.state == "red" else "warnings"
        reasons = [Reason.from_stored(each) for each in (row.report or {}).get(name, ())]
        unsilenced = [each for each in reasons if not _silenced(silences[source.id], each.code, now)]
        words = ("转红", "turned red") if row.state == "red" else ("持续异常（黄）", "stays amber")
        yield Problem(
            f"{row.source_id} {row.kind}",
            f"{row.source_id} {row.kind} {row.state} {row.first}",
            f"{source.name} · {row.source_id} {row.kind}：{words[0]} {words[1]}",
            tuple(_in_words(each) for each in unsilenced),
            _link(address, row.source_id, row.kind, row.key, row.id),
            silenced=bool(reasons) and not unsilenced,
        )


def _in_words(reason: Reason) -> str:
    chinese, english = advice(reason)
    return f"{reason.chinese} {reason.english}" + (f" → {chinese} {english}" if english else "")


def _silenced(silences: Sequence[Silence | StoredSilence], code: str, now: datetime) -> bool:
    return any(each.reason == code and now.astimezone(CHINA).date() <= each.until for each in silences)


def _dark(
    connection: Connection,
    sources: Mapping[str, Source],
    silences: _Silences,
    now: datetime,
    days: int,
    address: str | None,
) -> Iterator[Problem]:
    """Sources that were crawled before and have had no good run for `days` days, even if no run was started."""
    for row in connection.execute(_LAST_GOOD, {"sources": list(sources)}):
        source, since = sources[row.source_id], row.good or row.first
        interval = longest_interval(source.schedule)
        if interval is None or now - since <= max(timedelta(days=days), 2 * interval):
            continue
        past = (now - since).days
        yield Problem(
            f"{row.source_id} dark",
            f"{row.source_id} dark {since:%Y-%m-%d}",
            f"{source.name} · {row.source_id}：{past} 天没有成功采集 no good run for {past} days",
            ("DAG 是否暂停？调度器是否运行？gongkai doctor Is its DAG paused? Does the scheduler run?",),
            _link(address, row.source_id, "crawl", "", None),
            silenced=_silenced(silences[source.id], DARK, now),
        )


def _stuck(connection: Connection, now: datetime, address: str | None) -> Iterator[Problem]:
    for row in connection.execute(_STUCK, {"before": now - timedelta(hours=STUCK_HOURS)}):
        hours = int((now - row.moved).total_seconds() // 3600)
        yield Problem(
            f"run {row.id}",
            f"run {row.id} stuck",
            f"{row.source_id} {row.kind}：运行 {row.id} {hours} 小时没有进展 run {row.id} has not moved for {hours} h",
            (f"重新开始同一任务，或 start the same work again, or: gongkai runs close {row.id}",),
            _link(address, row.source_id, row.kind, row.key, row.id),
        )


def _damage(connection: Connection, address: str | None) -> Iterator[Problem]:
    counts = connection.execute(_DAMAGE).one()
    if counts.blobs or counts.logs:
        yield Problem(
            "damage",
            f"damage {counts.event}",
            f"存档损坏 stored bytes are damaged：{counts.blobs} blobs, {counts.logs} logs",
            ("清单与恢复办法 what and how to restore: gongkai fixity",),
            f"{address}/sources" if address else "",
        )


def _expired(
    sources: Mapping[str, Source], silences: _Silences, now: datetime, address: str | None
) -> Iterator[Problem]:
    today = now.astimezone(CHINA).date()
    for source in sources.values():
        for silence in silences[source.id]:
            if silence.until < today:
                by_person = isinstance(silence, StoredSilence)
                where = "it in the browser" if by_person else "it out of the source file"
                yield Problem(
                    f"{source.id} silence {silence.reason}",
                    f"{source.id} silence {silence.reason} {silence.until}",
                    f"{source.name} · {source.id}：静默已到期 the silence of {silence.reason} ended on {silence.until}",
                    (f"{silence.why} → 删除或延期 {'end' if by_person else 'take'} {where}, or prolong it",),
                    f"{address}/silences?source={source.id}" if by_person and address else "",
                )


def _link(address: str | None, source: str, kind: str, key: str, run: int | None) -> str:
    """The address of the run in Airflow, if the browser is mounted there and the run has a DAG; else of the run in the
    browser. Without a run, of the source's DAG, else of its runs."""
    if address is None:
        return ""
    if not address.endswith(MOUNT) or key.startswith("cli:"):
        return f"{address}/runs/{run}" if run else f"{address}/runs?source={source}"
    dag = f"{address.removesuffix(MOUNT)}/dags/{'recheck' if kind == 'recheck' else f'crawl_{source}'}"
    return f"{dag}/runs/{quote(key)}" if key else dag
