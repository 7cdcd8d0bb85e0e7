"""Writes the change feed as Parquet files, one a month, into the archive's bucket under `exports/changes/`.

It works like any downstream job: it reads only the schema `api_v1`, as role `archive_reader`. It uses the role
`archive_app` only to make sure that no other export is running. It runs when a run has changed records, and once a day
in case an event was missed. Running it again writes nothing twice: the manifest has the last exported change_seq.
"""

import logging

from airflow.sdk import AssetOrTimeSchedule, task
from gongkai_airflow import READER, RECORDS, archive_dag, gongkai_settings
from gongkai_timetable import at

log = logging.getLogger("gongkai")


@archive_dag(
    dag_display_name="导出变更 · export",
    schedule=AssetOrTimeSchedule(timetable=at("0 7 * * *"), assets=[RECORDS]),
    tags=["downstream"],
    doc_md=__doc__,
)
def export() -> None:
    @task
    def export_changes() -> int:
        """Returns the last change_seq that is exported."""
        from etl.archive.storage.archive import open_archive, open_reader
        from etl.export import changes

        settings = gongkai_settings(READER)
        manifest = changes.export_changes(open_archive(settings), open_reader(settings))
        log.info("%s files, up to change %s", len(manifest.files), manifest.change_seq_to)
        return manifest.change_seq_to

    export_changes()


export()
