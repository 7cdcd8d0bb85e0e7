"""Fetches known documents again: often while they are new, rarely when they are old.

A document that changed gets a new version; one that is gone for good, a tombstone; one that came back is restored. A
document that the last complete walk did not list is fetched soon. There is one task for each source; a retried task
resumes its run.
"""

import logging
from typing import Any

from airflow.sdk import get_current_context, task
from gongkai_airflow import (
    RECORDS,
    announce_records,
    archive_dag,
    archive_from_airflow,
    fail_if_red,
    gongkai_settings,
)
from gongkai_timetable import at

from etl.catalog.load import find_source, readable_sources
from etl.progress import Progress
from etl.settings import settings

log = logging.getLogger("gongkai")


@archive_dag(dag_display_name="复查 · recheck", schedule=at("30 5 * * *"), tags=["maintenance"], doc_md=__doc__)
def recheck() -> None:
    @task
    def sources() -> list[str]:
        """The ids of the sources that have known documents."""
        from etl.archive.crawls.scheduling import crawled_sources

        crawled = crawled_sources(archive_from_airflow().engine)
        return sorted(crawled & readable_sources(settings().source_folders).keys())

    @task(outlets=[RECORDS], map_index_template="{{ source }}", max_active_tis_per_dagrun=4)
    def recheck_source(source: str, outlet_events: Any) -> dict[str, Any]:
        """Fetches and extracts the source's documents that are due; fails with the reason when the run is red."""
        from etl.archive.crawls.run import CrawlOptions
        from etl.pipeline import crawl

        context, chosen = get_current_context(), gongkai_settings()
        context["source"] = source

        def show(progress: Progress) -> None:
            log.info("%s: %s %s of %s", source, progress.stage, progress.done, progress.total)

        archive, file = archive_from_airflow(chosen), find_source(source, chosen.source_folders)
        report = crawl.recheck(archive, file, context["run_id"], CrawlOptions(), chosen, show)
        for warning in report.warnings:
            log.warning("%s: %s", source, warning)
        fail_if_red(archive, report)
        announce_records(outlet_events, source, report.change_seq_to)
        return {"looked_at": report.listed, "updated": report.updated, "removed": report.removed}

    recheck_source.expand(source=sources())


recheck()
