"""Every DAG file loads in Airflow without an error, and its DAGs have names that an archivist can read.

Source files come and go: one that is wrong harms no other, a task reads its own alone, and Airflow notices each change.
"""

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
        "parameters": sorted(dag.params),
        "runs_at_once": runs_at_once(dag),
        "retry_delays": [task.retry_delay.total_seconds() for task in dag.tasks if task.retries],
        "mapped": {{task.task_id: task.map_index_template for task in dag.tasks if task.is_mapped}},
    }}
    for dag in bag.dags.values()
}}
shipped = {{"errors": bag.import_errors, "dags": dags}}
"""


def in_airflow(code: str, home: Path) -> Any:
    """The JSON that the code prints last, in a process with Airflow and our plugins."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW_", "GONGKAI_"))}
    own = {
        "PYTHONPATH": os.pathsep.join(str(PROJECT / name) for name in ("", "plugins")),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "GONGKAI_STATE_DIR": str(home),
    }
    command = [sys.executable, "-c", code]
    environment = inherited | own
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def bag(told: dict[str, Any]) -> dict[str, Any]:
    return dict(told["shipped"])


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


def test_a_crawl_has_the_parameters_that_its_form_shows(bag: dict[str, Any]) -> None:
    assert bag["dags"]["crawl_csrc"]["parameters"] == ["dry_run", "full", "limit"]


_SOURCE = """
id: {id}
name: 好
agency: 某局
region: "539100"
platform: generic
columns: [{{url: "http://a.example/l/"}}]
hosts: [a.example]
listing: {{rows: "ul > li"}}
assertions: {{min_records: 1, max_age_days: 10}}
verified: never
"""
_CRAWLS = """
import os
from etl.settings import settings as read_settings
from airflow.sdk.execution_time.task_runner import _airflow_parsing_context_manager as parsing

def made(dag_id):
    with parsing(dag_id=dag_id, task_id=dag_id and "reconcile"):
        bag = DagBag({file!r})
    return {{"dags": sorted(bag.dags), "errors": " ".join(bag.import_errors.values())}}

os.environ["GONGKAI_SOURCES"] = {folder!r}
read_settings.cache_clear()
crawls = {{str(dag): made(dag) for dag in [None, "crawl_good", "crawl_wrong", "check_sources"]}}
"""


_BUNDLE = """
from pathlib import Path
from airflow import settings
from airflow.models.dagbag import DagPriorityParsingRequest
from gongkai_bundle import DagsAndSources
from sqlalchemy import delete, select

DagPriorityParsingRequest.__table__.create(settings.engine)
folder, bundle = Path({folder!r}), DagsAndSources(name="dags-folder", path={dags!r})

def asked():
    bundle.refresh()
    with settings.engine.begin() as connection:
        found = connection.execute(select(DagPriorityParsingRequest.relative_fileloc)).scalars().all()
        connection.execute(delete(DagPriorityParsingRequest))
    return found

file = folder / "a.yaml"
steps = [asked(), asked()]
for change in (lambda: file.write_text("a"), lambda: file.write_text("ab"), lambda: file.unlink()):
    change()
    steps += [asked(), asked()]
file.write_text("x")
bundle.refresh()
file.unlink()
steps.append(asked())
print("\\n" + json.dumps({{"shipped": shipped, "crawls": crawls, "steps": steps}}))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """In one process, for Airflow takes two seconds to load: the DAGs that are shipped, then those of two sources
    beside a wrong file, and then what is read again when files come, change and go."""
    folder = tmp_path_factory.mktemp("sources")
    for name in ("good", "second"):
        (folder / f"{name}.yaml").write_text(_SOURCE.format(id=name), encoding="utf-8")
    (folder / "wrong.yaml").write_text("id: wrong\nname: [", encoding="utf-8")
    code = _READ.format(folder=str(PROJECT / "dags"))
    code += _CRAWLS.format(file=str(PROJECT / "dags" / "crawl.py"), folder=str(folder))
    code += _BUNDLE.format(folder=str(folder), dags=str(PROJECT / "dags"))
    return in_airflow(code, folder)


def test_a_wrong_file_harms_no_other_source_and_a_task_makes_its_own_dag_alone(told: Any) -> None:
    made = told["crawls"]
    assert made["None"] == {"dags": ["check_sources", "crawl_good", "crawl_second"], "errors": ""}
    assert made["crawl_good"] == {"dags": ["check_sources", "crawl_good"], "errors": ""}
    assert made["check_sources"] == {"dags": ["check_sources"], "errors": ""}
    assert made["crawl_wrong"]["dags"] == []
    assert "wrong.yaml: line 3: not valid YAML" in made["crawl_wrong"]["errors"]


def test_a_source_file_that_is_new_or_changed_or_gone_has_its_dags_made_again(told: Any) -> None:
    # Nothing at first, when all DAG files are read anyway; then once for each change, and two changes at once are one.
    assert told["steps"] == [[], [], *[["crawl.py"], []] * 3, ["crawl.py"]]
