"""One DAG for each source, made from the YAML files in `dags/sources/`.

`list_catalog → crawl_batch for each batch → reconcile`. A file that is added there
appears as `crawl_<source id>`, paused. A run is green when every listed document has an outcome and the source's
assertions hold; else `reconcile` fails with the reason. Clearing a failed task resumes the same run: what is done is
not done again. A file that is wrong has no DAG; `check_sources` names it.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, get_current_context, get_parsing_context, task
from airflow.sdk.exceptions import AirflowSkipException
from gongkai_airflow import CHINA, RECORDS, announce_records, archive_dag, archive_from_airflow, at, gongkai_settings

from etl.catalog.load import SourceError, load_source, load_sources, source_files
from etl.progress import Progress
from etl.settings import settings
from etl.sources.schema import SCHEDULE_PRESETS, Source

log = logging.getLogger("gongkai")


def crawl_dag(source: Source) -> None:
    """Makes the DAG of one source."""

    def resume() -> tuple[Any, Any]:
        """The archive and the run that `list_catalog` started."""
        from etl.archive.crawls.runs import resume_run

        archive = archive_from_airflow()
        return archive, resume_run(archive, source, get_current_context()["run_id"])

    def show(progress: Progress) -> None:
        log.info("%s: %s %s of %s", source.id, progress.stage, progress.done, progress.total or "?")

    @task
    def list_catalog(params: dict[str, Any], run_id: str) -> list[int]:
        """Walks the source's lists and divides the pages to fetch into batches; returns the batches' numbers."""
        from etl.archive.crawls import scheduling
        from etl.archive.crawls.run import CrawlOptions
        from etl.archive.crawls.runs import open_run
        from etl.pipeline.stages import listing

        archive, user_agent = archive_from_airflow(), gongkai_settings().user_agent
        options = CrawlOptions(params["full"], params["limit"], params["dry_run"])
        if options.dry_run:
            _, known = asyncio.run(listing.preview(archive, source, options, user_agent, show))
            new = sum(not is_known for is_known in known.values())
            raise AirflowSkipException(f"dry run: {len(known)} documents listed, {new} of them new; nothing stored")
        run = open_run(archive, source, run_id, options)
        asyncio.run(listing.list_catalog(archive, run, user_agent, show))
        return list(scheduling.plan_batches(archive.engine, run, gongkai_settings().batch_size))

    @task
    def crawl_batch(number: int) -> dict[str, int]:
        """Fetches the pages of a batch and records what they say; returns the number of pages by outcome."""
        from etl.pipeline.stages import crawling

        archive, run = resume()
        settings = gongkai_settings()
        # Batches run side by side: one process each that reads pages.
        workers = settings.workers or 1
        batch = crawling.crawl_batches(archive, run, [number], settings.user_agent, workers, show, show)
        return {**batch.outcomes, "created": batch.created, "updated": batch.updated}

    @task(trigger_rule="all_done", outlets=[RECORDS])
    def reconcile(params: dict[str, Any], outlet_events: Any) -> dict[str, Any]:
        """Stores the run's report; fails with the reason when the run is red."""
        from etl.pipeline.stages import reconciling

        if params["dry_run"]:
            raise AirflowSkipException("dry run: nothing to reconcile")
        archive, run = resume()
        report = reconciling.reconcile(archive, run)
        for warning in report.warnings:
            log.warning("%s: %s", source.id, warning)
        reconciling.raise_if_red(report)
        announce_records(outlet_events, source.id, report.change_seq_to)
        return {"listed": report.listed, "stored": report.stored, "failed": report.failed}

    @archive_dag(
        dag_id=f"crawl_{source.id}",
        dag_display_name=f"{source.name} · {source.id}",
        doc_md=f"**{source.name}** · {source.agency} · {source.platform}\n\n{__doc__}",
        schedule=at(SCHEDULE_PRESETS.get(source.schedule, source.schedule)),
        tags=["crawl", source.platform, source.region],
        params={
            "limit": Param(None, type=["null", "integer"], minimum=1, description="stop after so many documents"),
            "full": Param(False, type="boolean", description="walk every list to its end"),
            "dry_run": Param(False, type="boolean", description="list only; store nothing"),
        },
    )
    def crawl() -> None:
        crawl_batch.expand(number=list_catalog()) >> reconcile()

    crawl()


@dag(
    dag_display_name="检查来源文件 · check_sources",
    schedule=timedelta(hours=1),
    start_date=datetime(2026, 1, 1, tzinfo=CHINA),
    catchup=False,
    is_paused_upon_creation=False,
    tags=["maintenance"],
    default_args={"retries": 0},
)
def check_sources() -> None:
    """Fails with every mistake in every source file: a wrong file has no DAG of its own that could fail."""

    @task
    def check() -> int:
        """Returns the number of correct files."""
        return len(load_sources(source_files(settings().source_folders)))

    check()


def readable_sources() -> list[Source]:
    """The sources whose files are correct; `check_sources` names the others.

    A task needs its own DAG only: with some thirty sources, reading the rest would cost it a fifth of a second.
    """
    source_id = (get_parsing_context().dag_id or "").removeprefix("crawl_")
    paths = list(source_files(settings().source_folders))
    sources: dict[str, Source] = {}
    for path in [path for path in paths if path.stem == source_id] or paths:
        try:
            source = load_source(path)
        except SourceError:
            continue
        sources.setdefault(source.id, source)
    return list(sources.values())


for readable_source in readable_sources():
    crawl_dag(readable_source)
check_sources()
