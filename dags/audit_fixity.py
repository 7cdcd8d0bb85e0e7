"""Reads a share of the stored blobs and logs each day and hashes them, so that each is read within `fixity_days`.

A changed byte or a missing object is recorded and fails the task, which names each damaged blob with its pages, and
each damaged log. The task fails every day until the bytes are restored. If the database or object storage is
unavailable, the task is retried and continues where it stopped.

A second task makes the daily roots of days that have ended, and has the newest root stamped by the authority in
`GONGKAI_STAMP_URL` (docs/proofs.md). If the authority does not answer, that task fails; the next stamp covers the day.
"""

import logging
from datetime import datetime

from airflow.sdk import task
from gongkai_airflow import STAMPS, archive_dag, archive_from_airflow, gongkai_settings, plain_failure
from gongkai_timetable import at

from etl.clock import CHINA
from etl.progress import Progress, no_progress

log = logging.getLogger("gongkai")


@archive_dag(
    dag_display_name="完整性校验 · audit_fixity", schedule=at("30 2 * * *"), tags=["maintenance"], doc_md=__doc__
)
def audit_fixity() -> None:
    @task
    def audit_blobs() -> dict[str, int]:
        """Reads the blobs and logs that are due; fails with a list of damaged ones."""
        from etl.archive.preservation import fixity

        def show(progress: Progress) -> None:
            if progress.done % 1000 == 0 or progress.done == progress.total:
                log.info("%s: %s of %s", progress.stage, progress.done, progress.total)

        settings = gongkai_settings()
        result = fixity.audit(archive_from_airflow(settings), show, days=settings.fixity_days)
        for damage in result.all_damage:
            log.error("%s", damage)
        with plain_failure():
            result.raise_if_damaged()
        return {"checked": result.checked, "bytes": result.bytes, "restored": result.restored}

    @task
    def stamp_days() -> dict[str, str | int]:
        """Returns the days of the newest root and stamp, and how many roots no stamp covers."""
        from etl.archive.preservation import time_stamps

        with plain_failure():
            settings = gongkai_settings(STAMPS)
            authority = time_stamps.authority_of(settings)
            today = datetime.now(CHINA).date()
            state = time_stamps.stamp_days(archive_from_airflow(settings), authority, today, no_progress).state
        return {"root": str(state.root), "stamp": str(state.stamp), "unstamped": state.unstamped}

    audit_blobs()
    stamp_days()


audit_fixity()
