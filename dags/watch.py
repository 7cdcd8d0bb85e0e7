"""Sends alerts about problems: a run that turned red or stays amber, a source without a good run, a stuck run, damaged
bytes, a silence that ended. Each problem is reported once, and once more when it is over.

Each morning it also sends a message for each saved search with new matches.

Addresses are in `GONGKAI_ALERT_URLS`, or in the password of the Connection `archive_alerts`; without them the task is
skipped. The reported problems are stored in Airflow's Variable `gongkai_told`. If a message cannot be delivered to any
address, the task fails, and the message is sent again ten minutes later.
"""

from airflow.sdk import Variable, task
from airflow.sdk.exceptions import AirflowSkipException
from gongkai_airflow import ALERTS, archive_dag, archive_from_airflow, gongkai_settings, plain_failure
from gongkai_timetable import at

from etl.settings import Settings

VARIABLE = "gongkai_told"


@archive_dag(
    dag_display_name="告警 · watch",
    schedule=at("*/10 * * * *"),
    is_paused_upon_creation=False,
    tags=["maintenance"],
    doc_md=__doc__,
)
def watch() -> None:
    @task
    def look() -> int:
        """Returns the number of problems that were reported and are not over."""
        from etl.alerts import watch

        settings = _settings()
        reported = Variable.get(VARIABLE, default={}, deserialize_json=True)
        with plain_failure():
            reported = watch.watch(
                archive_from_airflow(settings),
                settings,
                reported,
                lambda now: Variable.set(VARIABLE, now, serialize_json=True),
            )
        return len(reported)

    @task
    def searches() -> int:
        """Returns the number of messages."""
        from etl.alerts.searches import tell_searches

        settings = _settings()
        with plain_failure():
            return tell_searches(archive_from_airflow(settings), settings)

    look()
    searches()


def _settings() -> Settings:
    settings = gongkai_settings(ALERTS)
    if not settings.alert_urls:
        raise AirflowSkipException("nobody to tell: GONGKAI_ALERT_URLS is not set (docs/alerts.md)")
    return settings


watch()
