"""Reads files whose pages are pictures: seconds a page, so in a queue of its own, never in the way of pages.

Looks every hour. A worker for it listens to the queue `ocr`. A scan whose bytes are damaged keeps no other waiting: it
is named, and the task fails when it has read the rest.
"""

import logging
from typing import Any

from airflow.sdk import Asset, dag, task
from airflow.sdk.exceptions import AirflowSkipException
from gongkai_airflow import RETRIES, at

RECORDS = Asset("disclosure_records")
log = logging.getLogger("gongkai")


@dag(
    dag_display_name="识别扫描件 · read_scans",
    schedule=at("15 * * * *"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=True,
    tags=["maintenance"],
    doc_md=__doc__,
    default_args={"retries": 3, "retry_policy": RETRIES},
)
def read_scans() -> None:
    @task(queue="ocr", outlets=[RECORDS])
    def read(outlet_events: Any) -> int:
        """Returns the number of files read. Their documents' events tell readers of the texts."""
        from gongkai_airflow import archive_from_airflow

        from etl.archive.records.change_feed import last_seq
        from etl.archive.storage.blobs import raise_if_unreadable
        from etl.pipeline.stages.attachments import read_scans

        archive = archive_from_airflow()
        done = read_scans(archive)
        log.info("%s scans read", done.read)
        for each in done.damaged:
            log.error("%s", each)
        if done.read:
            outlet_events[RECORDS].extra = {"source": None, "change_seq_to": last_seq(archive.engine)}
        raise_if_unreadable(done.damaged, "scans")
        if not done.read:
            # Skipped, it wakes nobody who waits for records.
            raise AirflowSkipException("no scan waits")
        return done.read

    read()


read_scans()
