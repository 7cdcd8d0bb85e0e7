"""Opens and resumes runs, and stores the result of their listing."""

from dataclasses import asdict

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from etl.archive.crawls.run import CrawlOptions, ListingSummary, RunContext, RunKind
from etl.archive.crawls.run_log import write_run_log
from etl.archive.storage.archive import Archive
from etl.archive.storage.consistency import require_database_in_sync
from etl.archive.storage.models import Run, Source
from etl.errors import GongkaiError
from etl.sources.schema import Source as SourceFile


def upsert_source(connection: Connection, source: SourceFile) -> None:
    """Stores the source file as it is at the start of a run."""
    values = {
        "id": source.id,
        "name": source.name,
        "agency": source.agency,
        "region": source.region,
        "platform": source.platform,
        "definition": source.model_dump(mode="json"),
        "updated_at": func.now(),
    }
    connection.execute(insert(Source).values(values).on_conflict_do_update(index_elements=["id"], set_=values))


def open_run(
    archive: Archive, source: SourceFile, key: str, options: CrawlOptions, kind: RunKind = "crawl"
) -> RunContext:
    """Starts the run with that key, or resumes it with the options that it was started with.

    Raises `DatabaseBehindBucket`.
    """
    require_database_in_sync(archive)
    with archive.engine.begin() as connection:
        upsert_source(connection, source)
        values = {"source_id": source.id, "key": key, "kind": kind, "options": asdict(options)}
        connection.execute(insert(Run).values(values).on_conflict_do_nothing(index_elements=["source_id", "key"]))
        row = connection.execute(_RUN_BY_KEY, {"source": source.id, "key": key}).one()
        connection.execute(update(Run).where(Run.id == row.id).values(state="running", finished_at=None))
    run = RunContext(row.id, key, row.kind, source, CrawlOptions(**row.options), row.started_at)
    with archive.engine.begin() as connection:
        # After the run's row is committed, so that no log names a run that does not exist; and before any capture, so
        # that every capture has the log of its run.
        write_run_log(connection, archive.store, run)
    return run


def resume_run(archive: Archive, source: SourceFile, key: str) -> RunContext:
    """The run with that key. Raises `GongkaiError` if it was never started, and `DatabaseBehindBucket`."""
    require_database_in_sync(archive)
    with archive.engine.connect() as connection:
        row = connection.execute(_RUN_BY_KEY, {"source": source.id, "key": key}).one_or_none()
    if row is None:
        raise GongkaiError(f"{source.id}: run {key!r} was never started", hint="see the log of its first task")
    return RunContext(row.id, key, row.kind, source, CrawlOptions(**row.options), row.started_at)


_RUN_BY_KEY = select(Run.id, Run.kind, Run.options, Run.started_at).where(
    Run.source_id == bindparam("source"), Run.key == bindparam("key")
)


def save_listing_summary(archive: Archive, run: RunContext, summary: ListingSummary) -> None:
    """Stores the result of the walk with the run, and the run's log with the pages that it listed."""
    with archive.engine.begin() as connection:
        connection.execute(update(Run).where(Run.id == run.id).values(listing=asdict(summary)))
        write_run_log(connection, archive.store, run)
