"""The schedule of our DAGs: a cron line in China's time."""

from datetime import timedelta
from functools import cache
from typing import Any, ClassVar

import pendulum
from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction
from airflow.timetables.trigger import CronTriggerTimetable

CHINA = pendulum.timezone("Asia/Shanghai")


class ChinaCron(CronTriggerTimetable):
    """Airflow's own timetable, made once a process for each cron line; a DAG that is unpaused waits for the next time.

    The DAG processor asks sixteen times for the timetable of each DAG that it stores, and Airflow makes it anew each
    time, with a description for which it reads a file of translations: half of the time that it takes to store a DAG.

    Without the zero, Airflow 3.3 runs at once what was due within the last tenth of the interval, although its docs say
    otherwise of `run_immediately=False`: a daily DAG unpaused at five would run for three o'clock (`_calc_first_run`).
    """

    def __init__(self, cron: str) -> None:
        super().__init__(cron, timezone=CHINA, run_immediately=timedelta())

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """As Airflow's own, which reads the cron line six times for the next time of a DAG that has not run yet."""
        if last_automated_data_interval is None and restriction == TimeRestriction(None, None, catchup=False):
            return DagRunInfo.exact(self._get_next(pendulum.now("UTC")))
        return super().next_dagrun_info(
            last_automated_data_interval=last_automated_data_interval, restriction=restriction
        )

    def serialize(self) -> dict[str, Any]:
        """The cron line; the rest is the same for all."""
        return {"expression": self._expression}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> "ChinaCron":
        """The timetable of the cron line."""
        timetable = at(data["expression"])
        assert timetable is not None
        return timetable


@cache
def at(cron: str | None) -> ChinaCron | None:
    """A schedule in China's time; Airflow's own for DAGs that are started by hand only."""
    return ChinaCron(cron) if cron else None


class Timetables(AirflowPlugin):
    """Tells scheduler, API server and DAG processor of the timetable."""

    name = "gongkai_timetable"
    timetables: ClassVar = [ChinaCron]
