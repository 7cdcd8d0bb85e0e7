"""Every DAG file loads in Airflow without an error, and its DAGs have names that an archivist can read."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from etl.settings import PROJECT

# Parsing needs no metadata database. The demo's sources are left out: they are in the state folder.
_READ = """
import json
from datetime import timedelta
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.decoders import decode_timetable
from airflow.serialization.encoders import encode_timetable
from airflow.timetables import trigger
from airflow.timetables.base import TimeRestriction

def runs_at_once(dag):
    table = decode_timetable(encode_timetable(dag.timetable))
    table = getattr(table, "timetable", table)
    if not isinstance(table, trigger.CronTriggerTimetable):
        return None
    just_due = table._align_to_prev(trigger.coerce_datetime(trigger.utcnow())) + timedelta(seconds=1)
    real, trigger.utcnow = trigger.utcnow, lambda: just_due
    first = table.next_dagrun_info(last_automated_data_interval=None, restriction=TimeRestriction(None, None, False))
    trigger.utcnow = real
    return first.run_after <= just_due

bag = DagBag({folder!r})
dags = {{
    dag.dag_id: {{
        "name": dag.dag_display_name,
        "runs_at_once": runs_at_once(dag),
        "retry_delays": [task.retry_delay.total_seconds() for task in dag.tasks if task.retries],
        "mapped": {{task.task_id: task.map_index_template for task in dag.tasks if task.is_mapped}},
    }}
    for dag in bag.dags.values()
}}
print("\\n" + json.dumps({{"errors": bag.import_errors, "dags": dags}}))
"""


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("airflow")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW_", "GONGKAI_"))}
    variables = {
        "PYTHONPATH": os.pathsep.join(str(PROJECT / name) for name in ("", "plugins")),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "GONGKAI_STATE_DIR": str(home),
    }
    command = [sys.executable, "-c", _READ.format(folder=str(PROJECT / "dags"))]
    done = subprocess.run(command, cwd=home, env=inherited | variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_every_dag_file_is_read(bag: dict[str, Any]) -> None:
    assert bag["errors"] == {}
    files = {path.stem for path in Path(PROJECT / "dags").glob("*.py")} - {"crawl"}
    assert files | {"check_sources"} <= set(bag["dags"])


def test_a_dag_that_is_unpaused_waits_for_its_next_time(bag: dict[str, Any]) -> None:
    runs_at_once = {dag_id: dag["runs_at_once"] for dag_id, dag in bag["dags"].items()}
    assert [dag_id for dag_id, at_once in runs_at_once.items() if at_once] == []
    assert list(runs_at_once.values()).count(False) > 20, "sources and maintenance have cron schedules"


def test_a_task_that_was_killed_is_tried_again_within_a_minute(bag: dict[str, Any]) -> None:
    # Airflow notices a lost worker after half a minute (docker-compose.yml, `gongkai up`), and looks every ten seconds.
    delays = {dag_id: max(dag["retry_delays"]) for dag_id, dag in bag["dags"].items() if dag["retry_delays"]}
    assert len(delays) > 20
    assert {dag_id: delay for dag_id, delay in delays.items() if delay > 15} == {}


def test_every_dag_has_a_chinese_name_beside_its_id(bag: dict[str, Any]) -> None:
    for dag_id, dag in bag["dags"].items():
        assert re.search("[\u4e00-\u9fff]", dag["name"]), dag_id
        assert dag["name"].endswith(f" · {dag_id.removeprefix('crawl_')}"), dag_id


def test_mapped_tasks_of_the_maintenance_have_labels(bag: dict[str, Any]) -> None:
    mapped = {dag_id: dag["mapped"] for dag_id, dag in bag["dags"].items() if not dag_id.startswith("crawl_")}
    assert {dag_id: tasks for dag_id, tasks in mapped.items() if tasks} == {
        "re_extract": {"read_again": "{{ pages }}"},
        "recheck": {"recheck_source": "{{ source }}"},
    }
