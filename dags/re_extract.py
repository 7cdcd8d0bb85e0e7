"""Reads stored captures again after a change of the rules: no network, and no document is told as changed.

Versions that differ are marked `re-extracted`, and so are their events. Parameters choose a source, or everything
whatever it was read with. `gongkai reextract --dry-run` says before what would change. Records whose bytes are damaged
keep the versions that they have: they are named, and their slice fails when it has read the rest.
"""

import logging
from dataclasses import asdict
from typing import Any

from airflow.sdk import Asset, Param, dag, get_current_context, task
from gongkai_airflow import RETRIES

RECORDS = Asset("disclosure_records")
log = logging.getLogger("gongkai")


@dag(
    dag_display_name="重新提取 · re_extract",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["maintenance"],
    doc_md=__doc__,
    default_args={"retries": 3, "retry_policy": RETRIES},
    params={
        "source": Param(None, type=["null", "string"], description="only records of this source"),
        "all": Param(False, type="boolean", description="also what was read with today's rules"),
    },
)
def re_extract() -> None:
    @task
    def plan(params: dict[str, Any]) -> list[dict[str, Any]]:
        """Returns the slices of the archive that are to be read again."""
        from gongkai_airflow import archive_from_airflow

        from etl.pipeline.stages.reextracting import ReextractionScope, plan_slices

        with archive_from_airflow().engine.connect() as connection:
            return [
                asdict(part) for part in plan_slices(connection, ReextractionScope(params["source"], all=params["all"]))
            ]

    @task(outlets=[RECORDS], map_index_template="{{ pages }}", max_active_tis_per_dagrun=4)
    def read_again(part: dict[str, Any], params: dict[str, Any], outlet_events: Any) -> dict[str, int]:
        """Reads one slice; returns how many records it read and versions it made."""
        from gongkai_airflow import archive_from_airflow

        from etl.archive.records.change_feed import last_seq
        from etl.archive.storage.blobs import raise_if_unreadable
        from etl.pipeline.stages.reextracting import ReextractionScope, Slice, reextract_slice

        get_current_context()["pages"] = f"{part['source']} {part['first']}–{part['last']}"
        archive = archive_from_airflow()
        done = reextract_slice(archive, ReextractionScope(all=params["all"]), Slice(**part))
        for name, values in done.fields.items():
            log.info("%s: %s values of %s read otherwise", part["source"], values, name)
        outlet_events[RECORDS].extra = {"source": part["source"], "change_seq_to": last_seq(archive.engine)}
        for each in done.damaged:
            log.error("%s: %s", part["source"], each)
        raise_if_unreadable(done.damaged, "records or files")
        return {"records": done.records, "versions": done.versions}

    read_again.expand(part=plan())


re_extract()
