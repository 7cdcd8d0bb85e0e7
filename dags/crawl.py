"""One DAG for each source, made from the YAML files in `dags/sources/`.

`list_catalog → crawl_batch for each batch → reconcile`; a single batch is crawled by `list_catalog`. A new file there
appears as DAG `crawl_<source id>`, paused. A run is green if every listed document has an outcome and the source's
assertions hold; otherwise `reconcile` fails with the reason. Clearing a failed task resumes the same run; finished work
is not repeated. An invalid file has no DAG; `check_sources` names it.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, get_current_context, get_parsing_context, task
from airflow.sdk.exceptions import AirflowSkipException
from gongkai_airflow import (
    RECORDS,
    announce_records,
    archive_dag,
    archive_from_airflow,
    fail_if_red,
    gongkai_settings,
    plain_failure,
)
from gongkai_timetable import CHINA, at

from etl import event_loop
from etl.catalog.load import find_source, load_sources, readable_sources
from etl.progress import Progress
from etl.settings import Settings, settings
from etl.sources.schema import Source

log = logging.getLogger("gongkai")
PARAMETERS = {
    "limit": Param(
        None,
        type=["null", "integer"],
        minimum=1,
        title="最多件数 · limit",
        description="采集这么多件后停止。Stop after N documents.",
    ),
    "full": Param(
        False,
        type="boolean",
        title="完整遍历 · full",
        description="把每个目录读到最后一页。Walk every list to its end.",
    ),
    "dry_run": Param(
        False,
        type="boolean",
        title="试运行 · dry_run",
        description="只列出，不存储。List only; store nothing.",
    ),
}


def crawl_dag(source: Source) -> None:
    """Makes the DAG of one source."""

    def resume(settings: Settings | None = None) -> tuple[Any, Any]:
        """The archive and the run that `list_catalog` started."""
        from etl.archive.crawls.runs import resume_run

        archive = archive_from_airflow(settings)
        return archive, resume_run(archive, source, get_current_context()["run_id"])

    def show(progress: Progress) -> None:
        log.info("%s: %s %s of %s", source.id, progress.stage, progress.done, progress.total or "?")

    @task
    def list_catalog(params: dict[str, Any], run_id: str) -> list[int]:
        """Walks the source's lists and divides the pages to fetch into batches; returns the batches' numbers. A single
        batch is crawled at once, and not returned."""
        from etl.archive.crawls.run import CrawlOptions
        from etl.pipeline.crawl import begin
        from etl.pipeline.stages import listing

        settings = gongkai_settings()
        archive = archive_from_airflow(settings)
        options = CrawlOptions(params["full"], params["limit"], params["dry_run"])
        if options.dry_run:
            _, known = event_loop.run(listing.preview(archive, source, options, settings.user_agent, show))
            new = sum(not is_known for is_known in known.values())
            raise AirflowSkipException(f"dry run: {len(known)} documents listed, {new} of them new; nothing stored")
        return begin(archive, source, run_id, options, settings, show)

    @task
    def crawl_batch(number: int) -> dict[str, int]:
        """Fetches the pages of a batch and records the documents; returns the number of pages by outcome."""
        from etl.pipeline.stages import crawling

        settings = gongkai_settings()
        archive, run = resume(settings)
        # Batches run at the same time, so each has only one process that reads pages.
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
        fail_if_red(archive, report)
        announce_records(outlet_events, source.id, report.change_seq_to)
        return {"listed": report.listed, "stored": report.stored, "failed": report.failed}

    @archive_dag(
        dag_id=f"crawl_{source.id}",
        dag_display_name=f"{source.name} · {source.id}",
        doc_md=f"**{source.name}** · {source.agency} · {source.platform}\n\n{__doc__}",
        schedule=at(source.cron),
        tags=["crawl", source.platform, source.region],
    )
    def crawl() -> None:
        crawl_batch.expand(number=list_catalog()) >> reconcile()

    # If they were passed to `dag`, each task would get a copy, and each copy would be validated several times, which
    # takes 20 ms for each source.
    crawl().params.update(PARAMETERS)


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
    """Fails with every mistake in every source file, because an invalid file has no DAG that could fail."""

    @task
    def check() -> int:
        """Returns the number of correct files."""
        with plain_failure():
            return len(load_sources(settings().source_folders))

    check()


def sources_to_make() -> Iterable[Source]:
    """The sources whose DAGs must be made: all valid ones, or in a task only the one that it belongs to.

    Raises `SourceError` in a task if its source file has become invalid.
    """
    folders, dag_id = settings().source_folders, get_parsing_context().dag_id
    if dag_id is None:
        return readable_sources(folders).values()
    return [find_source(dag_id.removeprefix("crawl_"), folders)] if dag_id.startswith("crawl_") else []


for each in sources_to_make():
    crawl_dag(each)
check_sources()
