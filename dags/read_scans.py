"""Reads scanned files by OCR. This takes seconds for each page, so it has its own queue and does not delay crawls.

It looks for scans every hour; a worker must listen to the queue `ocr`. A scan whose bytes are damaged does not stop the
others: it is named, and the task fails after the others are read.
"""

import logging
from typing import Any

from airflow.sdk import task
from airflow.sdk.exceptions import AirflowSkipException
from gongkai_airflow import RECORDS, announce_records, archive_dag, archive_from_airflow, plain_failure
from gongkai_timetable import at

log = logging.getLogger("gongkai")


@archive_dag(
    dag_display_name="识别扫描件 · read_scans", schedule=at("15 * * * *"), tags=["maintenance"], doc_md=__doc__
)
def read_scans() -> None:
    @task(queue="ocr", outlets=[RECORDS])
    def read(outlet_events: Any) -> int:
        """Returns the number of files read. Their documents get events in the change feed."""
        from etl.archive.records.change_feed import last_seq
        from etl.archive.storage.blobs import raise_if_unreadable
        from etl.pipeline.stages import attachments

        archive = archive_from_airflow()
        result = attachments.read_scans(archive)
        log.info("%s scans read", result.read)
        for item in result.damaged:
            log.error("%s", item)
        if result.read:
            announce_records(outlet_events, None, last_seq(archive.engine))
        with plain_failure():
            raise_if_unreadable(result.damaged, "scans")
        if not result.read:
            # A skipped task does not trigger the consumers of RECORDS.
            raise AirflowSkipException("no scan is waiting")
        return result.read

    read()


read_scans()
