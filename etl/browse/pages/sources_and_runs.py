"""The list of sources, and the list of their last runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from etl.archive.storage.lookups import is_current
from etl.archive.storage.models import Record, RecordVersion, Run, Source
from etl.browse.language.shown_reasons import ShownReason, shown_reasons
from etl.browse.pages.fixity import ArchiveFixity, archive_fixity


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source with its number of records and distinct texts, the newest day of publication, and its last run."""

    id: str
    name: str
    agency: str
    region: str
    platform: str
    records: int
    texts: int
    newest: date | None
    run_state: str | None
    run_at: datetime | None


@dataclass(frozen=True, slots=True)
class SourceList:
    """All sources, and the fixity of all blobs."""

    sources: tuple[SourceLine, ...]
    fixity: ArchiveFixity


@dataclass(frozen=True, slots=True)
class RunCounts:
    """The counts of a run report: listed = stored + unchanged + failed + excluded + unfinished."""

    listed: int
    stored: int
    unchanged: int
    failed: int
    excluded: int
    unfinished: int
    created: int
    updated: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class RunLine:
    """The last run of a source. `counts` is None until the report is written."""

    id: int
    source_id: str
    source_name: str
    key: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    seconds: float | None
    counts: RunCounts | None
    outcomes: dict[str, int]
    problems: tuple[ShownReason, ...]
    warnings: tuple[ShownReason, ...]


@dataclass(frozen=True, slots=True)
class RunList:
    """The last run of each source, latest first."""

    runs: tuple[RunLine, ...]


def source_list(connection: Connection) -> SourceList:
    """All sources, by id."""
    totals = (
        select(
            Record.source_id,
            func.count().label("records"),
            func.count(RecordVersion.content_hash.distinct()).label("texts"),
            func.max(RecordVersion.published_date).label("newest"),
        )
        .join(RecordVersion, is_current(Record, RecordVersion))
        .group_by(Record.source_id)
        .subquery()
    )
    last = (
        select(Run.source_id, Run.state, Run.started_at)
        .ext(distinct_on(Run.source_id))
        .order_by(Run.source_id, Run.id.desc())
        .subquery()
    )
    rows = connection.execute(
        select(
            Source.id,
            Source.name,
            Source.agency,
            Source.region,
            Source.platform,
            func.coalesce(totals.c.records, 0),
            func.coalesce(totals.c.texts, 0),
            totals.c.newest,
            last.c.state,
            last.c.started_at,
        )
        .outerjoin(totals, totals.c.source_id == Source.id)
        .outerjoin(last, last.c.source_id == Source.id)
        .order_by(Source.id)
    )
    return SourceList(tuple(SourceLine(*row) for row in rows), archive_fixity(connection))


def run_list(connection: Connection) -> RunList:
    """The last run of each source."""
    last = (
        select(
            Run.id,
            Run.source_id,
            Source.name.label("source_name"),
            Run.key,
            Run.state,
            Run.started_at,
            Run.finished_at,
            Run.report,
        )
        .join(Source, Source.id == Run.source_id)
        .ext(distinct_on(Run.source_id))
        .order_by(Run.source_id, Run.id.desc())
        .subquery()
    )
    rows = connection.execute(select(last).order_by(last.c.started_at.desc(), last.c.id.desc()))
    return RunList(tuple(_run_line(row._mapping) for row in rows))


def _run_line(row: Mapping[Any, Any]) -> RunLine:
    report = row["report"] or {}
    return RunLine(
        **{name: row[name] for name in ("id", "source_id", "source_name", "key", "state", "started_at", "finished_at")},
        seconds=report.get("seconds"),
        counts=RunCounts(**{name: report[name] for name in RunCounts.__slots__}) if report else None,
        outcomes=report.get("outcomes", {}),
        problems=shown_reasons(report.get("problems", ())),
        warnings=shown_reasons(report.get("warnings", ())),
    )
