"""Runs that have not ended: they are in progress, or their process died."""

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, func, select

from etl.archive.crawls.reports import Report, close_run, explained, read_report
from etl.archive.crawls.run import CrawlOptions, RunContext
from etl.archive.crawls.unread import unread_problems
from etl.archive.storage.archive import Archive
from etl.archive.storage.consistency import require_database_in_sync
from etl.archive.storage.models import Capture, Run, Source
from etl.errors import GongkaiError
from etl.reason_codes import Code
from etl.reasons import Reason
from etl.sources.schema import archived_source


def unfinished_reports(engine: Engine, source_id: str | None) -> list[dict[str, Any]]:
    """Preliminary reports of all runs that have not ended, in order, with state `running` (`explained`).

    Each also has `moved_at`, the time of its last capture, or of its start if it has none.
    """
    with engine.connect() as connection:
        runs = _running(connection, *([Run.source_id == source_id] if source_id else []))
        return [_so_far(connection, run) for run in runs]


def _so_far(connection: Connection, run: RunContext) -> dict[str, Any]:
    last = connection.scalar(select(func.max(Capture.fetched_at)).where(Capture.run_id == run.id))
    report = explained(asdict(replace(read_report(connection, run), state="running")))
    return report | {"moved_at": (last or run.started_at).isoformat()}


def close_unfinished(archive: Archive, number: int, who: str) -> Report:
    """Ends a run as red whose process has died. Everything that it stored stays; the same work can be started again.

    Raises `GongkaiError` if the run has ended or does not exist, and `DatabaseBehindBucket`.
    """
    require_database_in_sync(archive)
    with archive.engine.connect() as connection:
        running = _running(connection, Run.id == number)
        if not running:
            raise GongkaiError(f"run {number} is not one that has not ended", hint="`gongkai report` names those")
        problems = [Reason.of(Code.RUN_CLOSED_BY_HAND, who=who), *unread_problems(connection, running[0])]
    return close_run(archive, running[0], problems)


def _running(connection: Connection, *conditions: ColumnElement[bool]) -> list[RunContext]:
    columns = (Run.id, Run.key, Run.kind, Run.options, Run.started_at, Source.definition)
    query = select(*columns).join(Source, Source.id == Run.source_id).where(Run.state == "running", *conditions)
    return [
        RunContext(
            row.id, row.key, row.kind, archived_source(row.definition), CrawlOptions(**row.options), row.started_at
        )
        for row in connection.execute(query.order_by(Run.id))
    ]
