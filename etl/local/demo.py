"""The demo: serves invented sites on loopback, writes their source files, and runs their DAGs in Airflow."""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, text

from etl.counting import counted
from etl.errors import GongkaiError
from etl.local import ports, process
from etl.local.airflow_client import AirflowClient
from etl.local.state import State
from etl.settings import PROJECT, Settings

SITES = "demo-sites"
MAINTENANCE_DAGS = ("read_scans", "audit_fixity", "export")
"""DAGs that a real archive runs on a schedule; the demo runs each once."""
PATIENCE = 300.0
"""Seconds without progress of a run after which the demo gives up."""
LOOK_EVERY = 1.0
"""Seconds between two queries of the runs' states; each takes the API server 20 ms of CPU."""
_TEMPLATES = PROJECT / "demo" / "sources"
_PROGRESS = text("""
SELECT r.source_id, count(rp.page_id) AS listed, count(rp.outcome) AS ended
FROM archive.run r LEFT JOIN archive.run_page rp ON rp.run_id = r.id
WHERE (r.source_id, r.key) IN (SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:keys AS text[])))
GROUP BY r.source_id
""")


_SUMMARY = text("""
SELECT (SELECT count(*) FROM archive.file) AS files,
       (SELECT count(*) FROM archive.file WHERE outcome = 'read' AND method <> 'ocr') AS read,
       (SELECT count(*) FROM archive.file WHERE method = 'ocr') AS scans,
       (SELECT count(*) FROM archive.change WHERE kind = 'updated') AS updated,
       (SELECT count(*) FROM archive.change WHERE kind = 'removed') AS removed,
       (SELECT count(*) FROM archive.change WHERE kind = 'restored') AS restored,
       (SELECT count(*) FROM archive.blob) AS blobs,
       (SELECT count(*) FROM archive.blob WHERE damage IS NOT NULL) AS damaged,
       (SELECT coalesce(max(change_seq), 0) FROM archive.change) AS change_seq
""")


@dataclass(frozen=True, slots=True)
class CrawlProgress:
    """The progress of one source's crawl: the run's state, the number of listed documents, and how many have an
    outcome."""

    source: str
    state: str
    listed: int
    ended: int


def start_sites(state: State, settings: Settings) -> dict[str, str]:
    """Start the demo sites unless they run; returns their addresses by name. Raises GongkaiError."""
    log = state.log(SITES)
    running = process.find(state, SITES)
    if running is None:
        count = len(list(_TEMPLATES.glob("*.yaml")))
        first = settings.demo_port or ports.pick_port(state, SITES, 0, "demo sites", "GONGKAI_DEMO_PORT", count)
        command = [sys.executable, "-m", "demo", "--port", first]
        running = process.start(state, SITES, command, port=first, folder=PROJECT, env=os.environ)

    def addresses() -> dict[str, str]:
        with log.open("rb") as file:
            file.seek(running.log_from)
            lines = [line for line in file.read().splitlines() if line.startswith(b"{")]
        return dict(json.loads(lines[0])) if lines else {}

    process.wait_until(state, SITES, running, lambda: bool(addresses()), patience=30)
    return addresses()


def write_sources(state: State, addresses: dict[str, str]) -> list[str]:
    """Write the source files of the demo sites; returns the sources' ids. Unchanged files are left alone."""
    folder = state.folder("demo-sources")
    for name, base in addresses.items():
        text = (_TEMPLATES / f"{name}.yaml").read_text(encoding="utf-8").replace("{base}", base)
        path = folder / f"{name}.yaml"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    return sorted(addresses)


def choose(sources: list[str], wanted: list[str] | None) -> list[str]:
    """The requested sources, by default all. Raises GongkaiError for one that no demo site has."""
    if unknown := sorted(set(wanted or ()) - set(sources)):
        raise GongkaiError(f"no demo site is {', '.join(unknown)}", hint=f"there are {', '.join(sources)}")
    return wanted or sources


def crawl(
    client: AirflowClient, engine: Engine, sources: Sequence[str], report: Callable[[CrawlProgress], None]
) -> dict[str, str]:
    """Run the sources' DAGs, all at once, to their end; returns the runs' ids by source.

    Raises GongkaiError when a run is red, or makes no progress for `PATIENCE` seconds.
    """
    runs = {source: _start(client, f"crawl_{source}", {"full": True}) for source in sources}

    def report_progress(states: Mapping[str, str]) -> object:
        with engine.connect() as connection:
            rows = connection.execute(_PROGRESS, {"sources": list(runs), "keys": list(runs.values())}).all()
        counts = {row.source_id: (row.listed, row.ended) for row in rows}
        for dag, state in states.items():
            source = dag.removeprefix("crawl_")
            report(CrawlProgress(source, state, *counts.get(source, (0, 0))))
        return counts

    _wait_for_runs(client, {f"crawl_{source}": run for source, run in runs.items()}, report_progress)
    return runs


def run_maintenance(client: AirflowClient, report: Callable[[str, str], None]) -> None:
    """Run each DAG of `MAINTENANCE_DAGS` once, all at once. `report` takes a DAG and the state of its run.

    Raises GongkaiError as `crawl` does.
    """
    runs = {dag: _start(client, dag, {}) for dag in MAINTENANCE_DAGS}

    def report_states(states: Mapping[str, str]) -> None:
        for dag, state in states.items():
            report(dag, state)

    _wait_for_runs(client, runs, report_states)


def _start(client: AirflowClient, dag: str, conf: dict[str, object]) -> str:
    client.wait_for_dag(dag, PATIENCE)
    client.unpause(dag)
    return client.trigger(dag, conf)


def _wait_for_runs(
    client: AirflowClient, runs: Mapping[str, str], report: Callable[[Mapping[str, str]], object]
) -> None:
    """Wait until the runs, given by DAG, have succeeded.

    `report` gets the states, by DAG, of the runs that had not ended before, and returns their progress.
    """
    waiting, progress, progress_at = dict(runs), None, time.monotonic()
    while waiting:
        states = client.run_states(waiting)
        before, progress = progress, (states, report(states))
        progress_at = time.monotonic() if progress != before else progress_at
        for dag, state in states.items():
            if state == "failed":
                failed = [item for item in client.task_instances(dag, runs[dag]) if item.state == "failed"]
                tasks = ", ".join(item.task_id for item in failed) or "no task"
                command = f"gongkai report {dag.removeprefix('crawl_')}, or " if dag.startswith("crawl_") else ""
                raise GongkaiError(
                    f"{dag}: the run failed in {tasks}", hint=f"{command}{client.base_url}/dags/{dag}/runs/{runs[dag]}"
                )
            if state == "success":
                del waiting[dag]
        if waiting and time.monotonic() - progress_at > PATIENCE:
            raise GongkaiError(
                f"{', '.join(waiting)}: no progress for {PATIENCE:.0f} s", hint="see log/airflow-scheduler.log"
            )
        time.sleep(LOOK_EVERY if waiting else 0)


def archive_summary(engine: Engine) -> str:
    """One line about the content of the archive other than records."""
    with engine.connect() as connection:
        row = connection.execute(_SUMMARY).one()
    return (
        f"{counted(row.files, 'file')}: {row.read} read, {counted(row.scans, 'scan')} read by OCR; "
        f"{counted(row.blobs, 'blob')}, {row.damaged} damaged; "
        f"records: {row.updated} updated, {row.removed} removed, {row.restored} restored; "
        f"feed up to {row.change_seq}, exported as Parquet"
    )
