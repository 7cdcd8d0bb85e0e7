"""Airflow, the real one: started, used through its API, killed, started again, stopped."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from etl.errors import GongkaiError
from etl.local import airflow, process, services
from etl.local.airflow_client import AirflowClient
from etl.local.services import Addresses
from etl.local.state import State
from etl.settings import Settings
from tests.support.reaper import end_at_once

DAG = """
import os
from airflow.sdk import dag, task

@dag(schedule=None)
def {name}():
    @task
    def tell(**context):
        assert context["params"]["word"] == "公开"
        assert os.environ["GONGKAI_STATE_DIR"] == {state!r}
    tell()

{name}()
"""


@pytest.fixture
def settings(starts_airflow: None, state_dir: Path) -> Iterator[Settings]:
    settings = Settings(state_dir=state_dir, postgres_port=0, store_port=0, airflow_port=0)
    yield settings
    end_at_once(settings.state_dir)


def up(settings: Settings, dags: Path) -> AirflowClient:
    addresses: Addresses = services.up(settings, report=lambda progress: None, fast=True, dags=dags)
    assert addresses.airflow is not None
    return AirflowClient(addresses.airflow.url, addresses.airflow.user, addresses.airflow.password)


def family(state: State) -> list[psutil.Process]:
    found = []
    for name in airflow.NAMES:
        running = process.find(state, name)
        assert running is not None
        leader = psutil.Process(running.pid)
        found += [leader, *leader.children(recursive=True)]
    return found


def lives(one: psutil.Process) -> bool:
    try:
        return one.is_running() and one.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def listening(one: psutil.Process) -> set[str]:
    try:
        return {c.laddr.ip for c in one.net_connections() if c.status == psutil.CONN_LISTEN}
    except psutil.NoSuchProcess:  # the processes that load DAG files come and go
        return set()


def run_to_its_end(client: AirflowClient, dag_id: str) -> str:
    run_id = client.trigger(dag_id, {"word": "公开"})
    deadline = time.monotonic() + 60
    while (state := client.run_state(dag_id, run_id)) not in {"success", "failed"}:
        assert time.monotonic() < deadline, client.task_instances(dag_id, run_id)
        time.sleep(0.2)
    assert [(task.task_id, task.state) for task in client.task_instances(dag_id, run_id)] == [("tell", state)]
    return state


def test_airflow_from_nothing_through_a_crash_to_its_end(settings: Settings, tmp_path: Path) -> None:
    state = State(settings.state_dir)
    dags = tmp_path / "dags"
    dags.mkdir()
    (dags / "first.py").write_text(DAG.format(name="first", state=str(settings.state_dir)))
    client = up(settings, dags)

    # Whoever cites or exports from here on knows where readers reach the browser, also after Airflow has ended.
    assert Settings(state_dir=settings.state_dir).public_url == f"{client.base_url}/archive"
    assert airflow.configured_url(state) == client.base_url
    client.wait_for_dag("first", 30)
    client.unpause("first")
    assert run_to_its_end(client, "first") == "success"

    # Nothing is open to others, nothing is open without a login.
    assert {host for one in family(state) for host in listening(one)} == {"127.0.0.1"}
    assert httpx.get(f"{client.base_url}/api/v2/dags", trust_env=False).status_code == 401
    with pytest.raises(GongkaiError, match="refuses the login of admin"):
        AirflowClient(client.base_url, "admin", "wrong").import_errors()

    # A new DAG file is seen by itself, a broken one is told.
    (dags / "second.py").write_text(DAG.format(name="second", state=str(settings.state_dir)))
    (dags / "broken.py").write_text("from airflow.sdk import dag\nraise ValueError('half a DAG')\n")
    client.wait_for_dag("second", 20)
    deadline = time.monotonic() + 20
    while not client.import_errors() and time.monotonic() < deadline:
        time.sleep(0.2)
    with pytest.raises(GongkaiError, match=r"does not know the DAG third .*broken\.py: ValueError: half a DAG"):
        client.wait_for_dag("third", 0)

    # Killed with its workers still there; after the next start nothing runs but what that one started.
    before = family(state)
    for name in (airflow.SCHEDULER, airflow.API):
        running = process.find(state, name)
        assert running is not None
        leader = psutil.Process(running.pid)
        leader.kill()
        psutil.wait_procs([leader], timeout=5)
    client = up(settings, dags)
    assert set(filter(lives, before)) <= set(family(state))
    client.unpause("second")
    assert run_to_its_end(client, "second") == "success"

    everything = family(state)
    services.down(settings, lambda progress: None)
    assert [one for one in everything if lives(one)] == []
    with pytest.raises(GongkaiError, match="does not answer"):
        client.run_state("first", "x")
