"""Reads files whose pages are pictures: seconds a page, so in a queue of its own, never in the way of pages.

Looks every hour. A worker for it listens to the queue `ocr`.
"""

import logging
from typing import Any

from airflow.sdk import Asset, CronTriggerTimetable, dag, task
from airflow.sdk.exceptions import AirflowSkipException
from gongkai_airflow import CHINA, RETRIES

RECORDS = Asset("disclosure_records")
AT_ONCE = 50
"""Files that one look takes; the task goes on until none waits."""
log = logging.getLogger("gongkai")


@dag(
    dag_display_name="识别扫描件 · read_scans",
    schedule=CronTriggerTimetable("15 * * * *", timezone=CHINA),
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

        from etl.archive.feed import last_seq
        from etl.pipeline.files import read_scans

        archive, done = archive_from_airflow(), 0
        while more := read_scans(archive, AT_ONCE):
            done += more
            log.info("%s scans read", done)
        if not done:
            # Skipped, it wakes nobody who waits for records.
            raise AirflowSkipException("no scan waits")
        outlet_events[RECORDS].extra = {"source": None, "change_seq_to": last_seq(archive.engine)}
        return done

    read()


read_scans()
