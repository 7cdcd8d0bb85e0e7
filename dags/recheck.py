"""Looks again at documents that are known, on a cadence of their own: often while they are new, rarely when old.

What changed gets a new version, what is gone for good a tombstone, what came back is restored. A document that the last
complete walk did not list is looked at soon. One task a source; a retried task resumes its run.
"""

import logging
from typing import Any

from airflow.sdk import Asset, dag, get_current_context, task
from gongkai_airflow import RETRIES, at

from etl.catalog.load import load_sources, source_files
from etl.settings import settings

RECORDS = Asset("disclosure_records")
log = logging.getLogger("gongkai")


@dag(
    dag_display_name="复查 · recheck",
    schedule=at("30 5 * * *"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=True,
    tags=["maintenance"],
    doc_md=__doc__,
    default_args={"retries": 3, "retry_policy": RETRIES},
)
def recheck() -> None:
    @task
    def sources() -> list[str]:
        """The ids of the sources that have documents to look at again."""
        from gongkai_airflow import archive_from_airflow

        from etl.archive.crawls.scheduling import crawled_sources

        crawled = crawled_sources(archive_from_airflow().engine)
        return sorted(crawled & load_sources(source_files(settings().source_folders)).keys())

    @task(outlets=[RECORDS], map_index_template="{{ source }}", max_active_tis_per_dagrun=4)
    def recheck_source(source: str, outlet_events: Any) -> dict[str, Any]:
        """Fetches and reads what is due; fails with the reason when the run is red."""
        from gongkai_airflow import archive_from_airflow, gongkai_settings

        from etl.archive.crawls.run import CrawlOptions
        from etl.catalog.load import find_source
        from etl.pipeline.crawl import recheck
        from etl.pipeline.stages.reconciling import raise_if_red

        context, chosen = get_current_context(), gongkai_settings()
        context["source"] = source

        def tell(stage: str, done: int, due: int | None) -> None:
            log.info("%s: %s %s of %s", source, stage, done, due)

        key, found = context["run_id"], find_source(source, chosen.source_folders)
        report = recheck(archive_from_airflow(), found, key, CrawlOptions(), chosen, tell)
        for warning in report.warnings:
            log.warning("%s: %s", source, warning)
        raise_if_red(report)
        outlet_events[RECORDS].extra = {"source": source, "change_seq_to": report.change_seq_to}
        return {"looked_at": report.listed, "updated": report.updated, "removed": report.removed}

    recheck_source.expand(source=sources())


recheck()
