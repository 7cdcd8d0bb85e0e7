"""Writes the change feed as Parquet by month into the archive's bucket, under `exports/changes/`.

A downstream job like any other: it reads schema `api_v1` alone, as role `archive_reader`; as `archive_app` it
only sees to it that no other export is under way. Runs when a run has changed records, and once a day for what was
missed. Running it again writes nothing twice: the manifest says which change_seq is reached.
"""

import logging

from airflow.sdk import Asset, AssetOrTimeSchedule, dag, task
from gongkai_airflow import RETRIES, at

RECORDS = Asset("disclosure_records")
log = logging.getLogger("gongkai")


@dag(
    dag_display_name="导出变更 · export",
    schedule=AssetOrTimeSchedule(timetable=at("0 7 * * *"), assets=[RECORDS]),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=True,
    tags=["downstream"],
    doc_md=__doc__,
    default_args={"retries": 3, "retry_policy": RETRIES},
)
def export() -> None:
    @task
    def export_changes() -> int:
        """Returns the change_seq that the export reaches."""
        from gongkai_airflow import gongkai_settings

        from etl.archive.storage.archive import open_archive, open_reader
        from etl.export.changes import export_changes

        settings = gongkai_settings()
        manifest = export_changes(open_archive(settings), open_reader(settings))
        log.info("%s files, up to change %s", len(manifest.files), manifest.change_seq_to)
        return manifest.change_seq_to

    export_changes()


export()
