"""The list of sources, with how each of them does."""

from dataclasses import dataclass
from datetime import date, datetime
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
from etl.browse.scheduler import NextCrawl, Scheduler
from etl.regions import region_names

GOOD = ("green", "amber")
"""States of a run that listed and stored what it was to."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source with its number of records and distinct texts, the newest day of publication, and its last run.

    The run is the last crawl or import; rechecks do not count, as they list nothing. `listed`, `stored` and `failed`
    are its counts, None until it ends, and `reason` is its first problem or warning. `dark_since` is when the first of
    the runs started that have all been red since the last good one. `lag_days`: median of the days from publication to
    the archive, of documents published since the first run. `next`: None where nothing crawls it.
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
    dark_since: datetime | None
    next: NextCrawl | None


@dataclass(frozen=True, slots=True)
class SourceList:
    """All sources, and the fixity of all blobs."""

    sources: tuple[SourceLine, ...]
    fixity: ArchiveFixity

    @property
    def region_names(self) -> dict[str, str]:
        return region_names((source.region, source.agency) for source in self.sources)


def source_list(connection: Connection, scheduler: Scheduler) -> SourceList:
    """All sources: those that are dark first, then by id."""
    rows = cached(connection, "source list", lambda: connection.execute(*_source_list()).all())
    coming = scheduler.next_crawls()
    return SourceList(tuple(_line(dict(row._mapping), coming.get(row.id)) for row in rows), archive_fixity(connection))


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


def _line(row: dict[str, Any], coming: NextCrawl | None) -> SourceLine:
    report = row.pop("report") or {}
    counts: dict[str, Any] = {name: report.get(name) for name in ("listed", "stored", "failed")}
    reasons = shown_reasons([*report.get("problems", ()), *report.get("warnings", ())])
    return SourceLine(**row, **counts, reason=reasons[0] if reasons else None, next=coming)


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
        .where(
            good.source_id == Run.source_id,
            good.kind != "recheck",
            good.state.in_(GOOD),
            good.id > Run.id,
        )
        .exists()
    )
    return (
        select(Run.source_id, func.min(Run.started_at).label("since"))
        .where(Run.kind != "recheck", Run.state == "red", ~later_good)
        .group_by(Run.source_id)
        .subquery()
    )
