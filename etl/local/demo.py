"""The demo: invented sites on loopback, their source files, and their DAGs run by the real Airflow."""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, text

from etl.errors import GongkaiError
from etl.local import ports, process
from etl.local.airflow_client import AirflowClient
from etl.local.state import State
from etl.settings import PROJECT, Settings

SITES = "demo-sites"
MAINTENANCE_DAGS = ("read_scans", "audit_fixity", "export")
"""DAGs that a real archive runs by itself, and that the demo runs once."""
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
       (SELECT count(*) FROM archive.blob) AS blobs,
       (SELECT count(*) FROM archive.blob WHERE damage IS NOT NULL) AS damaged,
       (SELECT coalesce(max(change_seq), 0) FROM archive.change) AS change_seq
""")


@dataclass(frozen=True, slots=True)
class CrawlProgress:
    """How far the run of one source is: documents listed, and of those how many have their outcome."""

    source: str
    state: str
    listed: int
    ended: int


def start_sites(state: State, settings: Settings) -> dict[str, str]:
    """The demo sites by name with their addresses, started unless they run. Raises `GongkaiError`."""
    log = state.log(SITES)
    running = process.find(state, SITES)
    if running is None:
        first = settings.demo_port or ports.pick_port(state, SITES, 0, "demo sites", "GONGKAI_DEMO_PORT")
        command = [sys.executable, "-m", "demo", "--port", first]
        running = process.start(state, SITES, command, port=first, folder=PROJECT, env=os.environ)

    def addresses() -> dict[str, str]:
        with log.open("rb") as file:
            file.seek(running.log_from)
            lines = [line for line in file.read().splitlines() if line.startswith(b"{")]
        return dict(json.loads(lines[0])) if lines else {}

    process.wait_until(state, SITES, running, lambda: bool(addresses()), seconds=30)
    return addresses()


def write_sources(state: State, addresses: dict[str, str]) -> list[str]:
    """Source files for the demo sites; returns the sources' ids. A file that says the same is left alone."""
    folder = state.folder("demo-sources")
    for name, base in addresses.items():
        said = (_TEMPLATES / f"{name}.yaml").read_text(encoding="utf-8").replace("{base}", base)
        path = folder / f"{name}.yaml"
        if not path.exists() or path.read_text(encoding="utf-8") != said:
            path.write_text(said, encoding="utf-8")
    return sorted(addresses)


def crawl(
    client: AirflowClient,
    engine: Engine,
    sources: Sequence[str],
    tell: Callable[[CrawlProgress], None],
    *,
    seconds: float = 600,
) -> dict[str, str]:
    """Runs the sources' DAGs, all at once, to their end; returns the runs' ids by source.

    Raises `GongkaiError` when a run is red or does not end in time.
    """
    runs = {source: _start(client, f"crawl_{source}", {"full": True}) for source in sources}

    def look(waiting: Mapping[str, str]) -> None:
        with engine.connect() as connection:
            rows = connection.execute(_PROGRESS, {"sources": list(runs), "keys": list(runs.values())}).all()
        counts = {row.source_id: (row.listed, row.ended) for row in rows}
        for source, state in waiting.items():
            tell(
                CrawlProgress(source.removeprefix("crawl_"), state, *counts.get(source.removeprefix("crawl_"), (0, 0)))
            )

    _wait_for_runs(client, {f"crawl_{source}": run for source, run in runs.items()}, look, seconds)
    return runs


def run_maintenance(client: AirflowClient, tell: Callable[[str, str], None], *, seconds: float = 300) -> None:
    """Runs the DAGs of `MAINTENANCE_DAGS` once, all at once, telling each one's state; raises as `crawl` does."""
    runs = {dag: _start(client, dag, {}) for dag in MAINTENANCE_DAGS}

    def look(states: Mapping[str, str]) -> None:
        for dag, state in states.items():
            tell(dag, state)

    _wait_for_runs(client, runs, look, seconds)


def _start(client: AirflowClient, dag: str, conf: dict[str, object]) -> str:
    client.wait_for_dag(dag, 60)
    client.unpause(dag)
    return client.trigger(dag, conf)


def _wait_for_runs(
    client: AirflowClient, runs: Mapping[str, str], look: Callable[[Mapping[str, str]], None], seconds: float
) -> None:
    """Looks at the states of the runs, by DAG, until all have ended well."""
    deadline, waiting = time.monotonic() + seconds, dict(runs)
    while waiting:
        states = {dag: client.run_state(dag, run) for dag, run in waiting.items()}
        look(states)
        for dag, state in states.items():
            if state == "failed":
                failed = [item for item in client.task_instances(dag, runs[dag]) if item.state == "failed"]
                tasks = ", ".join(item.task_id for item in failed) or "no task"
                report = f"gongkai report {dag.removeprefix('crawl_')}, or " if dag.startswith("crawl_") else ""
                raise GongkaiError(
                    f"{dag}: the run failed in {tasks}", hint=f"{report}{client.base_url}/dags/{dag}/runs/{runs[dag]}"
                )
            if state == "success":
                del waiting[dag]
        if waiting and time.monotonic() > deadline:
            raise GongkaiError(
                f"{', '.join(waiting)}: not at an end after {seconds:.0f} s", hint="see log/scheduler.log"
            )
        time.sleep(0.5 if waiting else 0)


def archive_summary(engine: Engine) -> str:
    """What the archive holds besides its records, in a line."""
    with engine.connect() as connection:
        row = connection.execute(_SUMMARY).one()
    return (
        f"{row.files} files: {row.read} read, {row.scans} scans read by OCR; {row.blobs} blobs, {row.damaged} damaged; "
        f"feed up to {row.change_seq}, exported as Parquet"
    )
