"""Run reports: computed from the stored outcomes only, without counters of their own, and stored with the run."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on

from etl.archive.crawls.checks import SerialGap, missing_serials
from etl.archive.crawls.dead_links import DeadLink, reported_dead_links
from etl.archive.crawls.run import ListSummary, RunContext
from etl.archive.crawls.run_log import write_run_log
from etl.archive.storage.archive import Archive
from etl.archive.storage.log_registry import chain_logs
from etl.archive.storage.models import Run
from etl.extract import content_hash
from etl.outcomes import Group, Outcome, group
from etl.reasons import Reason


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a run, from its stored outcomes.

    `listed = stored + unchanged + failed + excluded + unfinished`.
    """

    source: str
    run: int
    kind: str
    key: str
    state: str
    started_at: str
    seconds: float
    listed: int
    stored: int
    unchanged: int
    failed: int
    excluded: int
    unfinished: int
    records: int
    duplicates: int
    created: int
    updated: int
    removed: int
    restored: int
    change_seq_to: int
    full: bool
    outcomes: dict[str, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    resources: dict[str, int] = field(default_factory=dict)
    told: tuple[ListSummary, ...] = ()
    problems: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()
    gaps: tuple[SerialGap, ...] = ()
    dead: tuple[DeadLink, ...] = ()


def read_report(
    connection: Connection, run: RunContext, problems: Sequence[Reason] = (), warnings: Sequence[Reason] = ()
) -> Report:
    """The report of a run, counted from what is stored: red with a problem, amber with a warning."""
    values = {"run": run.id, "source": run.source.id, "nothing": content_hash("").sha256}
    counted = connection.execute(
        text("SELECT outcome, count(*) AS n FROM archive.run_page WHERE run_id = :run GROUP BY 1"), values
    ).all()
    outcomes = {row.outcome: row.n for row in counted if row.outcome}
    sums = dict.fromkeys(Group, 0)
    for name, number in outcomes.items():
        sums[group(Outcome(name))] += number
    others = _others(connection, run.id)
    listing = connection.scalars(select(Run.listing).where(Run.id == run.id)).one()
    return Report(
        source=run.source.id,
        run=run.id,
        kind=run.kind,
        key=run.key,
        state="red" if problems else "amber" if warnings else "green",
        started_at=run.started_at.isoformat(),
        seconds=round((datetime.now(UTC) - run.started_at).total_seconds(), 1),
        listed=sum(row.n for row in counted),
        **{str(name): number for name, number in sums.items()},
        unfinished=sum(row.n for row in counted if not row.outcome),
        **connection.execute(_SUMS, values).mappings().one(),
        full=bool(listing.get("full")),
        outcomes=dict(sorted(outcomes.items())),
        files=others["file"],
        resources=others["resource"],
        told=tuple(ListSummary(**column) for column in listing.get("columns", ())),
        problems=tuple(problems),
        warnings=tuple(warnings),
        gaps=missing_serials(connection, run.source.id) if listing.get("full") else (),
        dead=reported_dead_links(connection, run),
    )


def _others(connection: Connection, run: int) -> dict[str, dict[str, int]]:
    """Outcomes of files and of looks, which are counted separately as they are not listed documents."""
    counts: dict[str, dict[str, int]] = {"file": {}, "resource": {}}
    for row in connection.execute(_OTHERS, {"run": run}):
        counts[row.kind][row.outcome] = row.n
    return counts


# Counts the last outcome of each page.
_OTHERS = text("""
SELECT kind, outcome, count(*) AS n FROM (
    SELECT DISTINCT ON (c.page_id) p.kind, c.outcome FROM archive.capture c JOIN archive.page p ON p.id = c.page_id
    WHERE c.run_id = :run AND p.kind IN ('file', 'resource') ORDER BY c.page_id, c.id DESC) AS ended
GROUP BY 1, 2 ORDER BY 1, 2
""")
# A record is a duplicate if an earlier record of any source has the same text. Records without text are no duplicates.
_SUMS = text("""
WITH mine AS (
    SELECT id, content_hash FROM archive.record
    WHERE source_id = :source AND state = 'current' AND content_hash <> :nothing
)
SELECT (SELECT count(*) FROM archive.record WHERE source_id = :source AND state = 'current') AS records,
       (SELECT count(*) FROM mine WHERE EXISTS (
           SELECT FROM archive.record o
           WHERE o.content_hash = mine.content_hash AND o.id < mine.id AND o.state = 'current')) AS duplicates,
       (SELECT count(*) FROM archive.change WHERE run_id = :run AND kind = 'created') AS created,
       (SELECT count(*) FROM archive.change WHERE run_id = :run AND kind = 'updated') AS updated,
       (SELECT count(*) FROM archive.change WHERE run_id = :run AND kind = 'removed') AS removed,
       (SELECT count(*) FROM archive.change WHERE run_id = :run AND kind = 'restored') AS restored,
       (SELECT coalesce(max(change_seq), 0) FROM archive.change) AS change_seq_to
""")


def close_run(
    archive: Archive, run: RunContext, problems: Sequence[Reason] = (), warnings: Sequence[Reason] = ()
) -> Report:
    """Computes the report, stores it with the run, and ends the run green, amber or red."""
    with archive.engine.begin() as connection:
        report = read_report(connection, run, problems, warnings)
        connection.execute(
            update(Run)
            .where(Run.id == run.id)
            .values(state=report.state, report=asdict(report), finished_at=func.now())
        )
        write_run_log(connection, archive.store, run)
    chain_logs(archive)
    return report


def report_of(engine: Engine, source_id: str, key: str) -> Report | None:
    """The stored report of one run; None before its end."""
    with engine.connect() as connection:
        report = connection.scalar(select(Run.report).where(Run.source_id == source_id, Run.key == key))
    if report is None:
        return None
    lists = tuple(ListSummary(**column) for column in report["told"])
    gaps = tuple(SerialGap(**{**gap, "first": tuple(gap["first"])}) for gap in report["gaps"])
    reasons = {name: tuple(map(Reason.from_stored, report[name])) for name in ("problems", "warnings")}
    dead = tuple(DeadLink(**link) for link in report.get("dead", ()))
    return Report(**{**report, **reasons, "told": lists, "gaps": gaps, "dead": dead})


def last_reports(engine: Engine, source_id: str | None = None) -> list[dict[str, Any]]:
    """The report of each source's last finished run of each kind (`explained`)."""
    query = (
        select(Run.report)
        .where(Run.report.is_not(None), *([Run.source_id == source_id] if source_id else []))
        .ext(distinct_on(Run.source_id, Run.kind))
        .order_by(Run.source_id, Run.kind, Run.id.desc())
    )
    with engine.connect() as connection:
        return [explained(report) for report in connection.scalars(query) if report is not None]


def past_reports(engine: Engine, source_id: str, most: int) -> list[dict[str, Any]]:
    """The reports of a source's last finished runs, the latest first (`explained`)."""
    query = select(Run.report).where(Run.report.is_not(None), Run.source_id == source_id)
    with engine.connect() as connection:
        reports = connection.scalars(query.order_by(Run.id.desc()).limit(most))
        return [explained(report) for report in reports if report is not None]


def explained(report: Mapping[str, Any]) -> dict[str, Any]:
    """A stored report, with the code and the sentences of each problem and warning."""
    reasons = {
        name: [Reason.from_stored(each).explained() for each in report[name]] for name in ("problems", "warnings")
    }
    return {**report, **reasons}
