"""Sources that share four hosts, crawled by the services of docker-compose.yml as processes.

A worker is killed, then the broker with its data. One crawl for all tests here, held against what an undisturbed crawl
of the same sources stores.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from threading import Condition
from typing import Any

import pytest
from psycopg import sql

from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive, open_archive
from etl.local.airflow_client import AirflowClient
from etl.local.state import State
from etl.pipeline.crawl import crawl
from etl.settings import Settings
from tests.support.attacks.invariants import check_archive
from tests.support.gongkai import rows, state
from tests.support.production import Production
from tests.support.services import own_archive, running_services, settings_of, state_folder
from tests.support.shared_hosts import (
    DOCUMENTS,
    OFFICES,
    SCANNED,
    SharedHost,
    shared_hosts,
    sources,
    write_sources,
)

HOSTS, CONCURRENCY = 4, 2
"""Hosts, and tasks that a worker runs at once: a task takes Airflow a second of CPU, and four times as many sources as
two workers crawl at once show what waits."""
PACE = 0.2
QUEUED_FOR = 60
"""Seconds after which a task that waits is queued anew. In production half an hour: here they wait for less."""
PATIENCE = 300.0
"""Seconds without any progress. With Airflow's own settings, a task that had not begun is missed after ten minutes."""
EVENTS = """
SELECT p.source_id, p.url, c.kind, c.version FROM archive.change c
JOIN archive.record r ON r.id = c.record_id JOIN archive.page p ON p.id = r.page_id ORDER BY 1, 2, c.change_seq"""
FILES = """
SELECT d.source_id, d.url, p.url AS file, f.blob_sha256, f.outcome, f.method, c.text FROM archive.page_file l
JOIN archive.page d ON d.id = l.page_id JOIN archive.page p ON p.id = l.file_id
JOIN archive.file f ON f.blob_sha256 = p.blob_sha256 LEFT JOIN archive.content c ON c.hash = f.content_hash
ORDER BY 1, 2, 3"""
CAPTURES = """
SELECT p.source_id, p.url, p.kind, count(*) AS n FROM archive.capture c JOIN archive.page p ON p.id = c.page_id
GROUP BY 1, 2, 3"""
TASKS = """
SELECT dag_id, task_id, state, hostname, try_number FROM {table} WHERE dag_id LIKE 'crawl_%' OR queue = 'ocr'
ORDER BY dag_id, task_id, map_index"""

AGAIN = "SELECT dag_id, task_id, map_index FROM log WHERE event = 'stuck in queued reschedule'"


@dataclass(frozen=True, slots=True)
class Stored:
    """What an archive holds, without numbers and times: versions with texts and bytes, change events, files."""

    versions: list[dict[str, Any]]
    events: list[dict[str, Any]]
    files: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Task:
    """One try of a task, and the worker that began it (empty if none did)."""

    dag: str
    task: str
    state: str | None
    worker: str
    number: int


@dataclass(frozen=True, slots=True)
class Crawled:
    """The hosts, the archive, and what became of runs and tasks. `lost` are the tries before each task's last; `waited`
    are tasks that were in the broker when it was lost, `again` those that Airflow queued anew."""

    hosts: list[SharedHost]
    archive: Archive
    undisturbed: Stored
    stored: Stored
    runs: dict[str, str]
    tasks: list[Task]
    lost: list[Task]
    waited: set[tuple[str, str, int]]
    again: set[tuple[str, str, int]]

    @property
    def disturbed(self) -> set[str]:
        """The sources of which a task was tried again."""
        return {task.dag.removeprefix("crawl_") for task in self.lost}


def stored(archive: Archive) -> Stored:
    return Stored(state(archive), rows(archive, EVENTS), rows(archive, FILES))


@pytest.fixture(scope="module")
def crawled(starts_airflow: None) -> Iterator[Crawled]:
    """The crawl of all sources, in which a worker is killed, and the broker lost with what waits in it, and another one
    takes the place of each; then a run for scans."""
    told = Condition()
    with ExitStack() as stack:
        folder = stack.enter_context(state_folder())
        hosts = stack.enter_context(shared_hosts(told, HOSTS))
        addresses = stack.enter_context(running_services(folder))
        beside = stack.enter_context(own_archive(addresses, folder, "undisturbed"))
        for source in sources(hosts, 0):
            crawl(beside, source, "undisturbed", CrawlOptions(), Settings(), lambda *_: None)
        for host in hosts:
            host.requests.clear()
        write_sources(hosts, PACE, folder / "sources")
        production = Production(
            State(folder), addresses, folder / "sources", concurrency=CONCURRENCY, queued_for=QUEUED_FOR
        )
        production.up("worker-1", "worker-2")
        client = stack.enter_context(production.client())
        runs = start(client, [f"crawl_{source.id}" for source in sources(hosts, PACE)])
        production.lose_a_message()  # its task has not begun: with no second delivery, its run would not end
        quarter = HOSTS * OFFICES * DOCUMENTS // 4
        with told:
            assert told.wait_for(lambda: sum(len(host.requests) for host in hosts) >= quarter, PATIENCE)
        await_task(production, "worker-1")
        production.kill("worker-1")
        production.start_worker("worker-3")
        with told:
            assert told.wait_for(lambda: sum(len(host.requests) for host in hosts) >= 2 * quarter, PATIENCE)
        waited = production.lose_the_broker()
        ended = end(production, client, runs)
        archive = open_archive(settings_of(addresses, folder, addresses.database_owner_url, addresses.bucket))
        before_scans = stored(archive)
        ended |= end(production, client, start(client, ["read_scans"]))
        lost = tries(production, "task_instance_history")
        with production.metadata() as connection:
            again = set(connection.execute(AGAIN).fetchall())
        yield Crawled(hosts, archive, stored(beside), before_scans, ended, tries(production), lost, waited, again)
        archive.engine.dispose()


def start(client: AirflowClient, dags: list[str]) -> dict[str, str]:
    """Start a run of each DAG, once all are known; the runs' ids by DAG."""
    for dag in dags:
        client.wait_for_dag(dag, PATIENCE)
    for dag in dags:
        client.unpause(dag)
    return {dag: client.trigger(dag) for dag in dags}


def await_task(production: Production, worker: str) -> None:
    """Wait until the worker runs a task."""
    until = time.monotonic() + PATIENCE
    while (worker, "running") not in {(each.worker, each.state) for each in tries(production)}:
        assert time.monotonic() < until, f"{worker} runs no task"
        time.sleep(0.1)


def end(production: Production, client: AirflowClient, runs: Mapping[str, str]) -> dict[str, str]:
    """The states of the runs once all have ended, or nothing happened for `PATIENCE`."""
    states, seen, seen_at = client.run_states(runs), [], time.monotonic()
    while {"queued", "running"} & set(states.values()) and time.monotonic() - seen_at < PATIENCE:
        time.sleep(1)
        states, before, seen = client.run_states(runs), seen, tries(production)
        seen_at = time.monotonic() if seen != before else seen_at
    return states


def tries(production: Production, table: str = "task_instance") -> list[Task]:
    """The last tries of all tasks; those before them are in `task_instance_history`."""
    with production.metadata() as connection:
        found = connection.execute(sql.SQL(TASKS).format(table=sql.Identifier(table))).fetchall()
    return [Task(*row) for row in found]


def test_every_run_ends_green_although_a_worker_was_killed_and_the_broker_lost(crawled: Crawled) -> None:
    assert Counter(crawled.runs.values()) == {"success": HOSTS * OFFICES + 1}
    # Where the hour of its schedule strikes meanwhile, a further run finds no scan left.
    states = {(task.task, task.state) for task in crawled.tasks if task.dag != "read_scans"}
    # The pages of each source fit into one batch, which its first task crawls.
    assert states == {("list_catalog", "success"), ("crawl_batch", "skipped"), ("reconcile", "success")}
    assert "success" in {task.state for task in crawled.tasks if task.dag == "read_scans"}
    assert "worker-1" in {task.worker for task in crawled.lost}, "it was killed between two tasks"
    assert {"worker-2", "worker-3"} <= {task.worker for task in crawled.tasks}


def test_the_archive_is_that_of_an_undisturbed_crawl(crawled: Crawled) -> None:
    assert len(crawled.undisturbed.versions) == HOSTS * OFFICES * DOCUMENTS
    assert crawled.stored.versions == crawled.undisturbed.versions
    assert crawled.stored.events == crawled.undisturbed.events
    assert crawled.stored.files == crawled.undisturbed.files
    check_archive(crawled.archive)


def test_nothing_is_stored_twice_and_asked_twice_only_where_a_task_was_lost(crawled: Crawled) -> None:
    twice = [row for row in rows(crawled.archive, CAPTURES) if row["n"] > 1]
    assert [row for row in twice if row["kind"] != "listing" or row["source_id"] not in crawled.disturbed] == []
    for host in crawled.hosts:
        asked = Counter(request.path for request in host.requests if request.path != "/robots.txt")
        again = {path for path, count in asked.items() if count > 1}
        assert {host.source_of(path) for path in again} <= crawled.disturbed
        assert {count for count in asked.values()} <= {1, 2}


def test_no_host_is_asked_faster_than_its_pace_by_all_workers_together(crawled: Crawled) -> None:
    all_gaps = []
    for host in crawled.hosts:
        at = sorted(request.at for request in host.requests)
        gaps = [later - earlier for earlier, later in pairwise(at)]
        assert sum(gaps) > PACE * 0.9 * len(gaps), host.name
        all_gaps += gaps
    # A busy machine delivers now and then one request late, close to the next: one of forty was seen. Of workers that
    # know nothing of each other it would be every second one.
    assert sum(gap < PACE * 0.8 for gap in all_gaps) <= len(all_gaps) / 20


def test_a_scan_is_read_by_the_worker_for_scans(crawled: Crawled) -> None:
    assert {task.worker for task in crawled.tasks if task.dag == "read_scans"} == {"ocr-worker"}
    [scan] = rows(crawled.archive, f"SELECT * FROM ({FILES}) AS all_files WHERE method = 'ocr'")
    assert SCANNED[0] in scan["text"]


def test_what_waited_in_a_lost_broker_is_queued_anew(crawled: Crawled) -> None:
    assert crawled.waited
    assert crawled.waited <= crawled.again
