"""Extracts stored captures again after a change of the rules, without the network.

If the result differs, the record gets a version of kind `re-extracted`, which shows that the site did not change; the
event in the change feed has the same kind. Parameters select a source, or all records, even those that were extracted
with the current rules. `gongkai reextract --dry-run` shows beforehand what would change. Records whose bytes are
damaged keep their versions: they are named, and the task of their slice fails after the rest of the slice is done.
"""

import logging
from dataclasses import asdict
from typing import Any

from airflow.sdk import Param, get_current_context, task
from gongkai_airflow import RECORDS, announce_records, archive_dag, archive_from_airflow, plain_failure

log = logging.getLogger("gongkai")


@archive_dag(
    dag_display_name="重新提取 · re_extract",
    schedule=None,
    is_paused_upon_creation=False,
    tags=["maintenance"],
    doc_md=__doc__,
    params={
        "source": Param(None, type=["null", "string"], description="only records of this source"),
        "all": Param(False, type="boolean", description="also records extracted with the current rules"),
    },
)
def re_extract() -> None:
    @task
    def plan(params: dict[str, Any]) -> list[dict[str, Any]]:
        """Returns the slices of the archive to extract again."""
        from etl.pipeline.stages.reextracting import ReextractionScope, plan_slices

        scope = ReextractionScope(params["source"], all=params["all"])
        with archive_from_airflow().engine.connect() as connection:
            return [asdict(part) for part in plan_slices(connection, scope)]

    @task(outlets=[RECORDS], map_index_template="{{ pages }}", max_active_tis_per_dagrun=4)
    def read_again(part: dict[str, Any], params: dict[str, Any], outlet_events: Any) -> dict[str, int]:
        """Extracts one slice again; returns the numbers of records extracted and of versions made."""
        from etl.archive.records.change_feed import last_seq
        from etl.archive.storage.blobs import raise_if_unreadable
        from etl.pipeline.stages.reextracting import ReextractionScope, Slice, reextract_slice

        get_current_context()["pages"] = f"{part['source']} {part['first']}–{part['last']}"
        archive = archive_from_airflow()
        result = reextract_slice(archive, ReextractionScope(all=params["all"]), Slice(**part))
        for field, differences in result.fields.items():
            log.info("%s: %s values of %s differ", part["source"], differences, field)
        announce_records(outlet_events, part["source"], last_seq(archive.engine))
        for item in result.damaged:
            log.error("%s: %s", part["source"], item)
        with plain_failure():
            raise_if_unreadable(result.damaged, "records or files")
        return {"records": result.records, "versions": result.versions}

    read_again.expand(part=plan())


re_extract()
