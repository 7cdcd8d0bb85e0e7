"""Reads a share of the stored blobs again each day and hashes them, so that all are read within `fixity_days`.

A flipped byte or a missing object is an event on its blob and fails the task, which names each with its pages; it stays
red, day after day, until the bytes are back. Database or object storage away: tried again, from where it stopped.
"""

import logging

from airflow.sdk import dag, task
from gongkai_airflow import RETRIES, at

log = logging.getLogger("gongkai")


@dag(
    dag_display_name="字节核验 · audit_fixity",
    schedule=at("30 2 * * *"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=True,
    tags=["maintenance"],
    doc_md=__doc__,
    default_args={"retries": 3, "retry_policy": RETRIES},
)
def audit_fixity() -> None:
    @task
    def audit_blobs() -> dict[str, int]:
        """Reads what is due; fails with the list when something is damaged."""
        from gongkai_airflow import archive_from_airflow, gongkai_settings

        from etl.archive.preservation.fixity import audit

        def tell(read: int, due: int) -> None:
            if read % 1000 == 0 or read == due:
                log.info("%s of %s blobs read", read, due)

        found = audit(archive_from_airflow(), tell, days=gongkai_settings().fixity_days)
        for damage in found.damaged:
            log.error("%s", damage)
        found.raise_if_damaged()
        return {"checked": found.checked, "bytes": found.bytes, "restored": found.restored}

    audit_blobs()


audit_fixity()
