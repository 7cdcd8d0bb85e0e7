"""`make demo` as a newcomer runs it: real Airflow, PostgreSQL and object storage, from nothing to browsed records.

The tests run in this order, on one Airflow, which takes a minute of CPU to start: the demo, a crash, the demo again.
"""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import text

from demo import demo_sites, goldens
from demo.server import Site
from etl.archive.storage.archive import open_database, open_store
from etl.errors import GongkaiError
from etl.export.changes import read_manifest
from etl.local import airflow, process, services
from etl.local.airflow_client import AirflowClient
from etl.local.demo import SITES
from etl.local.living import LIVING
from etl.local.state import State
from etl.settings import PROJECT, Settings
from tests.support.gongkai import gongkai
from tests.support.reaper import end_at_once
from tests.support.receivers import webhook
from tests.support.services import state_folder

METRICS_TOKEN = "a token of the tests"
TIME_FOR_A_DEMO = 900
"""Seconds: one and a half minutes are usual, and a busy machine may take many times as long."""
CRAWLED = ("demo-jpaas", "demo-trs")
"""What is crawled here: two at once, with documents that both have, and a scan. Each task takes Airflow a second of
CPU, whatever the family; `pipeline/test_crawl.py` crawls each family."""
TWICE = ("demo-jpaas",)
EVENTS = """
SELECT v.title, array_agg(c.kind ORDER BY c.change_seq) AS kinds FROM archive.change c
JOIN archive.record r ON r.id = c.record_id JOIN archive.record_version v ON v.record_id = r.id AND v.version = 1
WHERE r.source_id = 'demo-plain' GROUP BY r.id, v.title HAVING count(*) > 1 ORDER BY r.id
"""
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


@pytest.fixture(scope="module")
def environment(starts_airflow: None) -> Iterator[dict[str, str]]:
    """A state folder and ports of its own; whatever is started is stopped."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("GONGKAI_")}
    ports = {f"GONGKAI_{name}_PORT": "0" for name in ("POSTGRES", "STORE", "AIRFLOW", "DEMO")}
    with state_folder() as folder:
        # Without the shipped sources; dags/test_dags.py reads them.
        (sources := folder / "sources").mkdir()
        yield (
            others
            | ports
            | {
                "GONGKAI_STATE_DIR": str(folder),
                "GONGKAI_SOURCES": str(sources),
                "GONGKAI_METRICS_TOKEN": METRICS_TOKEN,
            }
        )
        process.stop(State(folder), [SITES], seconds=5)
        end_at_once(folder)


@pytest.fixture(scope="module")
def settings(environment: dict[str, str]) -> Settings:
    """The same as settings of this process."""
    ports = dict.fromkeys(("postgres_port", "store_port", "airflow_port", "demo_port"), 0)
    return Settings.model_validate({"state_dir": environment["GONGKAI_STATE_DIR"], **ports})


def make(target: str, environment: dict[str, str], sites: Iterable[str] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--silent", target, f"SITES={' '.join(sites)}"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIME_FOR_A_DEMO,
    )


def reports(settings: Settings, kind: str = "crawl") -> dict[str, dict[str, Any]]:
    """The last reports of that kind, by source."""
    done = gongkai(settings, "report", "--json")
    assert done.code == 0, done
    return {report["source"]: report for report in json.loads(done.out) if report["kind"] == kind}


@pytest.fixture(scope="module")
def demo(environment: dict[str, str]) -> str:
    """What the first `make demo` printed."""
    done = make("demo", environment, (*CRAWLED, LIVING))
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout


@pytest.fixture(scope="module")
def first(demo: str, settings: Settings) -> dict[str, dict[str, Any]]:
    """Those of the sites that do not change."""
    return {name: report for name, report in reports(settings).items() if name != LIVING}


@pytest.fixture(scope="module")
def changes(first: dict[str, dict[str, Any]], settings: Settings) -> int:
    """Events after the first demo: after the crawls and the changes of the living site, the scan was read."""
    return max(report["change_seq_to"] for report in reports(settings).values()) + 1


def crawled_sites() -> list[Site]:
    return [site for site in demo_sites() if site.name in CRAWLED]


def login(printed: str) -> tuple[str, str, str]:
    """Airflow's address, user and password as the demo printed them."""
    found = re.search(r"Airflow\s+(\S+)\n.*\nLogin\s+(\S+) / (\S+)", printed)
    assert found, printed
    return found[1], found[2], found[3]


def test_every_document_ends_in_its_outcome(first: dict[str, dict[str, Any]]) -> None:
    sites = {site.name: site for site in crawled_sites()}
    assert first.keys() == sites.keys()
    for name, report in first.items():
        assert report["state"] == "green"
        assert report["listed"] == report["stored"] + report["unchanged"] + report["failed"] + report["excluded"]
        wanted: dict[str, int] = {}
        for key in sites[name].postings:
            outcome = goldens.outcome(sites[name], key)
            wanted[outcome] = wanted.get(outcome, 0) + 1
        assert report["outcomes"] == wanted
        assert (told := [column for column in report["told"] if column["told_total"] is not None])
        assert all(column["told_total"] == column["lines"] for column in told)


def test_one_site_changes_so_that_versions_tombstones_and_returns_can_be_seen(demo: str, settings: Settings) -> None:
    engine = open_database(Settings(state_dir=settings.state_dir)).engine
    with engine.connect() as connection:
        kinds = sorted(tuple(row.kinds) for row in connection.execute(text(EVENTS)))
    assert kinds == [("created", "removed"), ("created", "removed", "restored"), ("created", "updated")]
    assert re.search(r"records: 1 updated, 2 removed, 1 restored", demo)


def test_planted_duplicates_are_one_content_with_several_places(demo: str, settings: Settings) -> None:
    places = goldens.shared_texts(*(site for site in demo_sites() if site.name in (*CRAWLED, LIVING)))
    assert places
    assert sum(report["duplicates"] for report in reports(settings).values()) == sum(
        len(urls) - 1 for urls in places.values()
    )


def test_the_demo_prints_its_table_and_how_to_get_in(demo: str) -> None:
    for name in CRAWLED:
        assert re.search(rf"{name} +\d+", demo)
    assert re.search(r"(\d+) files: (\d+) read, 1 scan read by OCR; \d+ blobs, 0 damaged", demo)
    base, user, password = login(demo)
    with AirflowClient(base, user, password) as client:
        assert client.import_errors() == []
        for site in demo_sites():
            client.wait_for_dag(f"crawl_{site.name}", 120)


def test_a_doctor_finds_no_fault_in_it(demo: str, settings: Settings) -> None:
    done = gongkai(settings, "doctor")
    assert (done.code, [line for line in done.out.splitlines() if line.startswith("fault")]) == (0, [])
    for part in ("scheduler", "dag processor", "metadatabase"):
        assert f"good  Airflow's {part}: healthy" in done.out
    assert "good  pool default_pool: " in done.out


def test_metrics_are_for_whoever_has_the_token(demo: str) -> None:
    url = f"{login(demo)[0]}/gongkai/metrics"
    for headers in ({}, {"Authorization": "Bearer another token"}):
        answer = httpx.get(url, headers=headers, timeout=60)
        assert (answer.status_code, answer.text) == (401, "the token is missing or wrong")
    answer = httpx.get(url, headers={"Authorization": f"Bearer {METRICS_TOKEN}"}, timeout=60)
    assert answer.status_code == 200
    assert 'gongkai_records{state="current"}' in answer.text
    assert httpx.get(url.removesuffix("metrics"), timeout=60).status_code == 404


@pytest.mark.parametrize("path", ["/archive/", "/archive/records/1", "/archive/captures/1/bytes", "/archive/nowhere"])
def test_nobody_reads_without_login(demo: str, path: str) -> None:
    base, user, password = login(demo)
    with httpx.Client(base_url=base, timeout=120, trust_env=False) as client:
        assert client.get(path, headers={"Accept": "application/json"}).status_code == 401
        page = client.get(path, headers={"Accept": "text/html"})
        assert page.status_code in (302, 303, 307)
        assert "/auth/login" in page.headers["location"]
        token = client.post("/auth/token", json={"username": user, "password": password}).json()["access_token"]
        inside = client.get(path, headers={"Authorization": f"Bearer {token}", "Accept": "text/html"})
        assert inside.status_code == (404 if path.endswith("nowhere") else 200)


def family(state: State) -> list[psutil.Process]:
    """The processes of Airflow."""
    found = []
    for name in airflow.NAMES:
        leader = leader_of(state, name)
        found += [leader, *leader.children(recursive=True)]
    return found


def leader_of(state: State, name: str) -> psutil.Process:
    running = process.find(state, name)
    assert running is not None
    return psutil.Process(running.pid)


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


def test_airflow_is_open_to_nobody_but_its_user(demo: str, settings: Settings) -> None:
    base, user, _ = login(demo)
    # Commands that cite or export know the browser's address from here on, also after Airflow has ended.
    assert Settings(state_dir=settings.state_dir).public_url == f"{base}/archive"
    assert airflow.configured_url(State(settings.state_dir)) == base
    assert {host for one in family(State(settings.state_dir)) for host in listening(one)} == {"127.0.0.1"}
    assert httpx.get(f"{base}/api/v2/dags", timeout=120, trust_env=False).status_code == 401
    with pytest.raises(GongkaiError, match=f"refuses the login of {user}"):
        AirflowClient(base, user, "wrong").import_errors()


def ended(client: AirflowClient, dag: str, run: str) -> str:
    """The state in which the run ends."""
    while (state := client.run_state(dag, run)) not in ("success", "failed"):
        time.sleep(0.5)
    return state


def up(settings: Settings, dags: Path) -> None:
    services.up(settings, report=lambda step: None, dags=dags)


def kill(state: State, *names: str) -> None:
    """Kill these processes and leave their children alive."""
    leaders = [leader_of(state, name) for name in names]
    for leader in leaders:
        leader.kill()
    psutil.wait_procs(leaders, timeout=60)


@pytest.fixture(scope="module")
def dags(demo: str, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's DAGs that a test may change, as Airflow reads it from here on."""
    folder = tmp_path_factory.mktemp("airflow") / "dags"
    shutil.copytree(PROJECT / "dags", folder)
    kill(State(settings.state_dir), airflow.PROCESSOR)
    up(settings, folder)
    return folder


def test_a_new_dag_file_is_seen_and_a_broken_one_is_told(demo: str, settings: Settings, dags: Path) -> None:
    (dags / "added.py").write_text(DAG.format(name="added", state=str(settings.state_dir)))
    (dags / "broken.py").write_text("from airflow.sdk import dag\nraise ValueError('half a DAG')\n")
    with AirflowClient(*login(demo)) as client:
        client.wait_for_dag("added", 300)
        deadline = time.monotonic() + 300
        while not client.import_errors() and time.monotonic() < deadline:
            time.sleep(0.2)
        with pytest.raises(GongkaiError, match=r"does not know the DAG third .*broken\.py: ValueError: half a DAG"):
            client.wait_for_dag("third", 0)
    (dags / "broken.py").unlink()


def test_a_source_file_that_comes_and_goes_takes_its_dag_with_it(demo: str, settings: Settings, dags: Path) -> None:
    folder = settings.state_dir / "demo-sources"
    text = (folder / "demo-trs.yaml").read_text(encoding="utf-8").replace("id: demo-trs", "id: added")
    (folder / "added.yaml").write_text(text, encoding="utf-8")
    with AirflowClient(*login(demo)) as client:
        client.wait_for_dag("crawl_added", 300)
        (folder / "added.yaml").unlink()
        deadline = time.monotonic() + 300
        while client.has_dag("crawl_added"):
            assert time.monotonic() < deadline
            time.sleep(0.5)


def test_a_killed_airflow_starts_again_without_what_it_left(demo: str, settings: Settings, dags: Path) -> None:
    state = State(settings.state_dir)
    before = family(state)
    kill(state, airflow.SCHEDULER, airflow.API)

    up(settings, dags)

    assert set(filter(lives, before)) <= set(family(state))
    with AirflowClient(*login(demo)) as client:
        client.unpause("added")
        run = client.trigger("added", {"word": "公开"})
        assert ended(client, "added", run) == "success"
        assert [(task.task_id, task.state) for task in client.task_instances("added", run)] == [("tell", "success")]


def test_running_the_demo_again_changes_nothing(
    first: dict[str, dict[str, Any]], changes: int, environment: dict[str, str], settings: Settings
) -> None:
    done = make("demo", environment, TWICE)
    assert done.returncode == 0, (done.stdout, done.stderr)
    after = {name: report for name, report in reports(settings).items() if name != LIVING}
    assert all(after[name] == first[name] for name in set(CRAWLED) - set(TWICE))
    for name in TWICE:
        before, report = first[name], after[name]
        assert report["run"] > before["run"]
        assert (report["stored"], report["created"], report["updated"]) == (0, 0, 0)
        assert report["listed"] == before["listed"]
        assert report["records"] == before["records"]
        assert report["change_seq_to"] == changes


def test_a_demo_of_a_site_that_is_not_there_is_an_error(demo: str, settings: Settings) -> None:
    done = gongkai(settings, "demo", "nowhere")
    assert done.code == 1
    assert "no demo site is nowhere" in done.err


def test_a_wrong_source_file_turns_check_sources_red(demo: str, settings: Settings) -> None:
    base, user, password = login(demo)
    folder = settings.state_dir / "demo-sources"
    wrong = folder / "wrong.yaml"
    wrong.write_text("id: wrong\n", encoding="utf-8")
    with AirflowClient(base, user, password) as client:
        run = client.trigger("check_sources")
        assert ended(client, "check_sources", run) == "failed"
        # Why stands in the log, and no traceback hides it.
        path = f"/api/v2/dags/check_sources/dagRuns/{run}/taskInstances/check/logs/1"
        log = json.dumps(client._request("GET", path, params={"full_content": True}), ensure_ascii=False)
        assert f"{wrong}: agency: is missing" in log
        assert "error_detail" not in log
        assert [task.try_number for task in client.task_instances("check_sources", run)] == [1]
        client.wait_for_dag("crawl_demo-trs", 60)
    wrong.unlink()


def test_a_backfill_is_refused_and_the_home_page_says_that_no_triggerer_is_needed(demo: str) -> None:
    with AirflowClient(*login(demo)) as client:
        days = {"from_date": "2025-01-01T00:00:00Z", "to_date": "2025-01-03T00:00:00Z"}
        with pytest.raises(GongkaiError, match="does not allow backfill runs"):
            client._request("POST", "/api/v2/backfills", json={"dag_id": "crawl_demo-trs", **days})
        assert client._request("GET", "/api/v2/dags/crawl_demo-trs/details")["is_backfillable"] is False
        alerts = client._request("GET", "/ui/config")["dashboard_alert"]
        assert [alert["category"] for alert in alerts] == ["info"]
        assert "triggerer" in alerts[0]["text"]


def test_what_is_wrong_is_told_once_to_the_addresses_of_a_connection(demo: str, settings: Settings) -> None:
    file = settings.state_dir / "demo-sources" / "silent.yaml"
    silence = "silences: [{reason: dark, until: 2020-01-01, why: 改版}]\nschedule:"
    text = (settings.state_dir / "demo-sources" / "demo-trs.yaml").read_text(encoding="utf-8")
    with AirflowClient(*login(demo)) as client, webhook() as hook:

        def look() -> list[str]:
            assert ended(client, "watch", client.trigger("watch")) == "success"
            return hook.titles()

        assert look() == [], "nobody is to be told yet"
        connection = {"connection_id": "archive_alerts", "conn_type": "generic", "password": hook.url}
        client._request("POST", "/api/v2/connections", json=connection)
        assert look() == []
        file.write_text(text.replace("id: demo-trs", "id: silent").replace("schedule:", silence), encoding="utf-8")
        assert ["静默已到期" in title for title in look()] == [True]
        assert look() == []
        file.unlink()
        assert ["已恢复" in title for title in look()] == [True]


def test_known_documents_are_looked_at_again(demo: str, first: dict[str, dict[str, Any]], settings: Settings) -> None:
    base, user, password = login(demo)
    with AirflowClient(base, user, password) as client:
        for dag in ("recheck", "export"):  # the second is started by what the first tells
            client.wait_for_dag(dag, 120)
            client.unpause(dag)
        assert ended(client, "recheck", client.trigger("recheck")) == "success"
    rechecks = reports(settings, "recheck")
    assert rechecks.keys() == {*first, LIVING}
    for name in first:
        report = rechecks[name]
        assert report["listed"] == first[name]["records"]
        assert (report["updated"], report["removed"]) == (0, 0)


def test_a_run_starts_the_export_of_the_change_feed(demo: str, changes: int, settings: Settings) -> None:
    deadline = time.monotonic() + 120
    with AirflowClient(*login(demo)) as client:
        while not (started := [run for run in client.runs("export") if run.startswith("asset_triggered")]):
            assert time.monotonic() < deadline, client.runs("export")
            time.sleep(0.5)
        assert ended(client, "export", started[0]) == "success"
    manifest = read_manifest(open_store(Settings(state_dir=settings.state_dir)))
    assert manifest.change_seq_to == changes


def test_stop_ends_everything_that_was_started(demo: str, environment: dict[str, str]) -> None:
    state = environment["GONGKAI_STATE_DIR"]
    everything = family(State(Path(state)))
    assert make("stop", environment).returncode == 0
    left = [one.info for one in psutil.process_iter(["pid", "cmdline"]) if state in str(one.info["cmdline"])]
    assert left == []
    assert [one for one in everything if lives(one)] == []
    with pytest.raises(GongkaiError, match="does not answer"), AirflowClient(*login(demo)) as client:
        client.run_state("added", "any")
