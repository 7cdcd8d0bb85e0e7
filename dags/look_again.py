"""Fetches one known document again at once, when somebody requests it on the record's page in the archive browser.

The document is fetched whether it is due or not, together with its files. The record's page shows the result.
"""

from typing import Any

from airflow.sdk import Param, get_current_context, task
from gongkai_airflow import (
    RECORDS,
    announce_records,
    archive_dag,
    archive_from_airflow,
    fail_if_red,
    gongkai_settings,
    plain_failure,
)

from etl.catalog.load import find_source


# Not paused at first, as it runs only on request.
@archive_dag(
    dag_display_name="重新抓取一页 · look_again",
    schedule=None,
    tags=["maintenance"],
    doc_md=__doc__,
    is_paused_upon_creation=False,
    max_active_runs=4,
    params={
        "source": Param("", type="string", title="来源 · source"),
        "url": Param("", type="string", title="网址 · url", description="记录上的网址。As the record shows it."),
    },
)
def look_again() -> None:
    @task(outlets=[RECORDS])
    def fetch_again(params: dict[str, Any], outlet_events: Any) -> dict[str, Any]:
        """Fetches and extracts the document; fails with the reason when the run is red."""
        from etl.archive.crawls.run import CrawlOptions
        from etl.pipeline import crawl
        from etl.progress import no_progress

        context, chosen = get_current_context(), gongkai_settings()
        options = CrawlOptions.of_document(params["url"], context["dag_run"].triggering_user_name or "")
        with plain_failure():
            archive, file = archive_from_airflow(chosen), find_source(params["source"], chosen.source_folders)
            report = crawl.recheck(archive, file, context["run_id"], options, chosen, no_progress)
        fail_if_red(archive, report)
        announce_records(outlet_events, file.id, report.change_seq_to)
        return {"outcomes": report.outcomes, "updated": report.updated, "removed": report.removed}

    fetch_again()


look_again()
