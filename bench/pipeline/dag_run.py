"""The same crawl as a run of its DAG, in a separate Airflow."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.pipeline.runs import SERVERS, Ground
from bench.pipeline.usage import CommandFailed, Usage, Watch
from etl.local.airflow_client import AirflowClient

LOOK_EVERY = 1.0
"""Seconds between two looks at the run: each takes the API server 20 ms of CPU."""


@dataclass(frozen=True, slots=True)
class AirflowRun:
    """Number of tasks, seconds from the first one's start to the last one's end, and those in which none ran."""

    usage: Usage
    tasks: int
    seconds: float
    waiting: float


def run_dag(here: Ground) -> AirflowRun:
    """Crawls the site through Airflow. Raises CommandFailed when the run fails."""
    assert here.addresses.airflow
    login = here.addresses.airflow
    with AirflowClient(login.url, login.user, login.password) as client:
        client.wait_for_dag("crawl_bench", 120)
        client.unpause("crawl_bench")
        watch = Watch(here.servers, list(here.servers.keys() - SERVERS.values()))
        run = client.trigger("crawl_bench")
        while (state := client.run_state("crawl_bench", run)) not in ("success", "failed"):
            watch.look()
            time.sleep(LOOK_EVERY)
        took = watch.usage()
    if state == "failed":
        raise CommandFailed("the DAG run crawl_bench failed: see a crawl without Airflow")
    with here.postgres.connect("airflow") as connection:
        query = "SELECT task_id, start_date, end_date FROM task_instance WHERE run_id = %s AND end_date IS NOT NULL"
        rows = connection.execute(query, [run]).fetchall()
    spans = sorted((start.timestamp(), end.timestamp()) for _, start, end in rows)
    first, last = spans[0][0], max(end for _, end in spans)
    return AirflowRun(took, len(spans), last - first, last - first - covered(spans))


def covered(spans: Sequence[tuple[float, float]]) -> float:
    """The length of what the spans, sorted by their beginnings, cover together."""
    total, reached = 0.0, -math.inf
    for start, end in spans:
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total
