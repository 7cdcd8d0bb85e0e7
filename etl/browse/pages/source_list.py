"""The list of sources, with the state of each."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Subquery, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from etl.archive.storage.lookups import is_current
from etl.archive.storage.models import Record, RecordVersion, Run, Source
from etl.archive.storage.state_cache import cached
from etl.archive.storage.statements import Statement, built_once
from etl.browse.language.shown_reasons import ShownReason, shown_reasons
from etl.browse.pages.fixity import ArchiveFixity, archive_fixity
from etl.browse.pages.silences import SilenceLine, silence_lines
from etl.browse.scheduler import NextCrawl, Scheduler
from etl.clock import CHINA
from etl.regions import region_names

CHART_DAYS = 30
"""Number of days in the chart of a source, which ends today."""
GOOD = ("green", "amber")
"""States of a run that counts as good."""


@dataclass(frozen=True, slots=True)
class CrawlDay:
    """The number of crawls and imports that began on a day in China, and of documents that they stored and that failed.
    Runs without a report (in progress, or killed) are counted without documents."""

    day: date
    runs: int = 0
    stored: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source with its number of records and distinct texts, the newest day of publication, and its last run.

    The run is the last crawl or import; rechecks do not count, as they list nothing. `listed`, `stored` and `failed`:
    its counts, None until it ends. `reason`: its first problem or warning. `silences`: those that have not ended.
    `dark_since`: if all runs since the last good one are red, the start of the first of them. `lag_days`: median of the
    days from publication to capture, for documents published since the first run. `next`: None if no scheduler crawls
    it. `days`: the last `CHART_DAYS` days, the earliest first.
    """

    id: str
    name: str
    agency: str
    region: str
    platform: str
    records: int
    texts: int
    newest: date | None
    lag_days: float | None
    run_id: int | None
    run_state: str | None
    run_at: datetime | None
    listed: int | None
    stored: int | None
    failed: int | None
    reason: ShownReason | None
    silences: tuple[SilenceLine, ...]
    dark_since: datetime | None
    next: NextCrawl | None
    days: tuple[CrawlDay, ...]

    @property
    def most_a_day(self) -> int:
        """The largest number in the chart, at least 1."""
        return max(1, *(max(each.stored, each.failed) for each in self.days))


@dataclass(frozen=True, slots=True)
class NeverCrawled:
    """A source that the scheduler could crawl, and of which the archive has nothing yet."""

    id: str
    next: NextCrawl


@dataclass(frozen=True, slots=True)
class SourceList:
    """All sources, and the fixity of all blobs. `scheduled`: whether there is a scheduler that crawls sources."""

    sources: tuple[SourceLine, ...]
    fixity: ArchiveFixity
    never_crawled: tuple[NeverCrawled, ...]
    scheduled: bool

    @property
    def region_names(self) -> dict[str, str]:
        return region_names((source.region, source.agency) for source in self.sources)


def source_list(connection: Connection, scheduler: Scheduler) -> SourceList:
    """All sources: those that are dark first, then by id."""
    rows = cached(connection, "source list", lambda: connection.execute(*_source_list()).all())
    coming = scheduler.next_crawls()
    today = datetime.now(CHINA).date()
    silences: dict[str, list[SilenceLine]] = {}
    for each in silence_lines(connection):
        if not each.over:
            silences.setdefault(each.source_id, []).append(each)
    shown = [today - timedelta(days=ago) for ago in reversed(range(CHART_DAYS))]
    crawled = cached(connection, ("crawl days", today), lambda: _crawl_days(connection, shown[0]))
    lines = (
        _line(
            dict(row._mapping),
            tuple(silences.get(row.id, ())),
            coming.get(row.id),
            tuple(crawled.get((row.id, day), CrawlDay(day)) for day in shown),
        )
        for row in rows
    )
    known = {row.id for row in rows}
    never = (NeverCrawled(source, each) for source, each in sorted(coming.items()) if source not in known)
    return SourceList(tuple(lines), archive_fixity(connection), tuple(never), bool(coming))


def _crawl_days(connection: Connection, first: date) -> dict[tuple[str, date], CrawlDay]:
    rows = connection.execute(*_days_of_runs(first=first))
    return {(row.source_id, row.day): CrawlDay(row.day, row.runs, row.stored, row.failed) for row in rows}


@built_once
def _days_of_runs(first: Any) -> Statement:
    day = func.date(func.timezone("Asia/Shanghai", Run.started_at)).label("day")
    stored, failed = (
        func.coalesce(func.sum(Run.report[name].as_integer()), 0).label(name) for name in ("stored", "failed")
    )
    query = select(Run.source_id, day, func.count().label("runs"), stored, failed)
    return query.where(Run.kind != "recheck", day >= first).group_by(Run.source_id, day)


@built_once
def _source_list() -> Statement:
    totals, last, dark = _totals(), _last_runs(), _dark()
    return (
        select(
            Source.id,
            Source.name,
            Source.agency,
            Source.region,
            Source.platform,
            func.coalesce(totals.c.records, 0).label("records"),
            func.coalesce(totals.c.texts, 0).label("texts"),
            totals.c.newest,
            totals.c.lag_days,
            last.c.id.label("run_id"),
            last.c.state.label("run_state"),
            last.c.started_at.label("run_at"),
            last.c.report,
            dark.c.since.label("dark_since"),
        )
        .outerjoin(totals, totals.c.source_id == Source.id)
        .outerjoin(last, last.c.source_id == Source.id)
        .outerjoin(dark, dark.c.source_id == Source.id)
        .order_by(dark.c.since.is_(None), Source.id)
    )


def _line(
    row: dict[str, Any], silences: tuple[SilenceLine, ...], coming: NextCrawl | None, days: tuple[CrawlDay, ...]
) -> SourceLine:
    report = row.pop("report") or {}
    counts: dict[str, Any] = {name: report.get(name) for name in ("listed", "stored", "failed")}
    reasons = shown_reasons([*report.get("problems", ()), *report.get("warnings", ())])
    reason = reasons[0] if reasons else None
    return SourceLine(**row, **counts, reason=reason, silences=silences, next=coming, days=days)


def _totals() -> Subquery:
    begun = select(Run.source_id, func.min(Run.started_at).label("at")).group_by(Run.source_id).subquery("begun")
    seen = func.date(func.timezone("Asia/Shanghai", Record.created_at))
    lag = func.percentile_cont(0.5).within_group(seen - RecordVersion.published_date)
    return (
        select(
            Record.source_id,
            func.count().label("records"),
            func.count(RecordVersion.content_hash.distinct()).label("texts"),
            func.max(RecordVersion.published_date).label("newest"),
            lag.filter(RecordVersion.published_date >= func.date(begun.c.at)).label("lag_days"),
        )
        .join(RecordVersion, is_current(Record, RecordVersion))
        .join(begun, begun.c.source_id == Record.source_id)
        .group_by(Record.source_id)
        .subquery()
    )


def _last_runs() -> Subquery:
    return (
        select(Run.source_id, Run.id, Run.state, Run.started_at, Run.report)
        .where(Run.kind != "recheck")
        .ext(distinct_on(Run.source_id))
        .order_by(Run.source_id, Run.id.desc())
        .subquery()
    )


def _dark() -> Subquery:
    good = aliased(Run)
    later_good = (
        select(good.id)
        .where(good.source_id == Run.source_id, good.kind != "recheck", good.state.in_(GOOD), good.id > Run.id)
        .exists()
    )
    return (
        select(Run.source_id, func.min(Run.started_at).label("since"))
        .where(Run.kind != "recheck", Run.state == "red", ~later_good)
        .group_by(Run.source_id)
        .subquery()
    )
