"""`make demo` as a newcomer runs it: real Airflow, PostgreSQL and object storage, from nothing to browsed records."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from demo import demo_sites, goldens
from etl.archive.storage.archive import open_store
from etl.export.changes import read_manifest
from etl.local.airflow_client import AirflowClient
from etl.settings import PROJECT, Settings
from tests.support.services import state_folder

TIME_FOR_A_DEMO = 300


@pytest.fixture(scope="module")
def environment(starts_airflow: None) -> Iterator[dict[str, str]]:
    """A state folder and ports of its own; whatever is started is stopped."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GONGKAI_")}
    ports = {f"GONGKAI_{name}_PORT": "0" for name in ("POSTGRES", "STORE", "AIRFLOW", "DEMO")}
    with state_folder() as folder:
        given = kept | ports | {"GONGKAI_STATE_DIR": str(folder)}
        yield given
        make("stop", given)


def make(target: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--silent", target],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIME_FOR_A_DEMO,
    )


def reports(environment: dict[str, str]) -> dict[str, dict[str, Any]]:
    command = [PROJECT / ".venv" / "bin" / "gongkai", "report", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return {report["source"]: report for report in json.loads(done.stdout) if report["kind"] == "crawl"}


@pytest.fixture(scope="module")
def demo(environment: dict[str, str]) -> str:
    """What the first `make demo` printed."""
    done = make("demo", environment)
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout


@pytest.fixture(scope="module")
def first(demo: str, environment: dict[str, str]) -> dict[str, dict[str, Any]]:
    return reports(environment)


def login(printed: str) -> tuple[str, str, str]:
    """Airflow's address, user and password as the demo printed them."""
    found = re.search(r"Airflow\s+(\S+)\n.*\nLogin\s+(\S+) / (\S+)", printed)
    assert found, printed
    return found[1], found[2], found[3]


def test_every_document_ends_in_its_outcome(first: dict[str, dict[str, Any]]) -> None:
    sites = {site.name: site for site in demo_sites()}
    assert first.keys() == sites.keys()
    for name, report in first.items():
        assert report["state"] == "green"
        assert report["listed"] == report["stored"] + report["unchanged"] + report["failed"] + report["excluded"]
        wanted: dict[str, int] = {}
        for key in sites[name].postings:
            outcome = goldens.outcome(sites[name], key)
            wanted[outcome] = wanted.get(outcome, 0) + 1
        assert report["outcomes"] == wanted
        told = [column for column in report["told"] if column["told_total"] is not None]
        assert all(column["told_total"] == column["lines"] for column in told)


def test_planted_duplicates_are_one_content_with_several_places(first: dict[str, dict[str, Any]]) -> None:
    places = goldens.shared_texts(*demo_sites())
    assert sum(report["duplicates"] for report in first.values()) == sum(len(urls) - 1 for urls in places.values())


def test_the_demo_prints_its_table_and_how_to_get_in(demo: str) -> None:
    for site in demo_sites():
        assert re.search(rf"{site.name} +\d+", demo)
    assert re.search(r"(\d+) files: (\d+) read, 1 scans read by OCR; \d+ blobs, 0 damaged", demo)
    base, user, password = login(demo)
    with AirflowClient(base, user, password) as client:
        assert client.import_errors() == []


@pytest.mark.parametrize("path", ["/archive/", "/archive/records/1", "/archive/captures/1/bytes", "/archive/nowhere"])
def test_nobody_reads_without_login(demo: str, path: str) -> None:
    base, user, password = login(demo)
    with httpx.Client(base_url=base, trust_env=False) as client:
        assert client.get(path, headers={"Accept": "application/json"}).status_code == 401
        page = client.get(path, headers={"Accept": "text/html"})
        assert page.status_code in (302, 303, 307)
        assert "/auth/login" in page.headers["location"]
        token = client.post("/auth/token", json={"username": user, "password": password}).json()["access_token"]
        inside = client.get(path, headers={"Authorization": f"Bearer {token}", "Accept": "text/html"})
        assert inside.status_code == (404 if path.endswith("nowhere") else 200)


def test_running_the_demo_again_changes_nothing(first: dict[str, dict[str, Any]], environment: dict[str, str]) -> None:
    done = make("demo", environment)
    assert done.returncode == 0, (done.stdout, done.stderr)
    for name, report in reports(environment).items():
        before = first[name]
        assert report["run"] > before["run"]
        assert (report["stored"], report["created"], report["updated"]) == (0, 0, 0)
        assert report["listed"] == before["listed"]
        assert report["records"] == before["records"]
        # One event more: after the crawls, the scan was read.
        assert report["change_seq_to"] == max(each["change_seq_to"] for each in first.values()) + 1


def test_a_wrong_source_file_turns_check_sources_red(demo: str, environment: dict[str, str]) -> None:
    base, user, password = login(demo)
    folder = Path(environment["GONGKAI_STATE_DIR"]) / "demo-sources"
    wrong = folder / "wrong.yaml"
    wrong.write_text("id: wrong\n", encoding="utf-8")
    with AirflowClient(base, user, password) as client:
        assert ended(client, "check_sources", client.trigger("check_sources")) == "failed"
        client.wait_for_dag("crawl_demo-trs", 5)
    wrong.unlink()


def test_known_documents_are_looked_at_again(
    demo: str, first: dict[str, dict[str, Any]], environment: dict[str, str]
) -> None:
    base, user, password = login(demo)
    with AirflowClient(base, user, password) as client:
        for dag in ("recheck", "export"):  # the second is started by what the first tells
            client.wait_for_dag(dag, 30)
            client.unpause(dag)
        assert ended(client, "recheck", client.trigger("recheck")) == "success"
    command = [PROJECT / ".venv" / "bin" / "gongkai", "report", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    rechecks = {report["source"]: report for report in json.loads(done.stdout) if report["kind"] == "recheck"}
    assert rechecks.keys() == first.keys()
    for name, report in rechecks.items():
        assert report["listed"] == first[name]["records"]
        assert (report["updated"], report["removed"]) == (0, 0)


def test_a_run_starts_the_export_of_the_change_feed(
    demo: str, first: dict[str, dict[str, Any]], environment: dict[str, str]
) -> None:
    deadline = time.monotonic() + 30
    with AirflowClient(*login(demo)) as client:
        while not (started := [run for run in client.runs("export") if run.startswith("asset_triggered")]):
            assert time.monotonic() < deadline, client.runs("export")
            time.sleep(0.5)
        assert ended(client, "export", started[0]) == "success"
    manifest = read_manifest(open_store(Settings(state_dir=Path(environment["GONGKAI_STATE_DIR"]))))
    assert manifest.change_seq_to == max(report["change_seq_to"] for report in first.values()) + 1


def ended(client: AirflowClient, dag: str, run: str) -> str:
    """The state in which the run ends."""
    while (state := client.run_state(dag, run)) not in ("success", "failed"):
        time.sleep(0.5)
    return state


def test_stop_ends_everything_that_was_started(demo: str, environment: dict[str, str]) -> None:
    state = environment["GONGKAI_STATE_DIR"]
    assert make("stop", environment).returncode == 0
    left = [
        process.info for process in psutil.process_iter(["pid", "cmdline"]) if state in str(process.info["cmdline"])
    ]
    assert left == []
