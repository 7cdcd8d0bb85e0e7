"""The demo: invented sites on loopback, their source files, and their DAGs run by the real Airflow."""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, text

from etl.errors import GongkaiError
from etl.local import ports, process
from etl.local.airflow_client import AirflowClient
from etl.local.state import State
from etl.settings import PROJECT, Settings

SITES = "demo-sites"
_TEMPLATES = PROJECT / "tests" / "sites" / "sources"
_PROGRESS = text("""
SELECT r.source_id, count(rp.page_id) AS listed, count(rp.outcome) AS ended
FROM archive.run r LEFT JOIN archive.run_page rp ON rp.run_id = r.id
WHERE (r.source_id, r.key) IN (SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:keys AS text[])))
GROUP BY r.source_id
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
        first = settings.demo_port or ports.choose(state, SITES, 0, "demo sites", "GONGKAI_DEMO_PORT")
        command = [sys.executable, "-m", "tests.sites", "--port", first]
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
    runs: dict[str, str] = {}
    for source in sources:
        client.wait_for_dag(f"crawl_{source}", 60)
        client.unpause(f"crawl_{source}")
        runs[source] = client.trigger(f"crawl_{source}", {"full": True})
    deadline = time.monotonic() + seconds
    waiting = dict(runs)
    while waiting:
        with engine.connect() as connection:
            rows = connection.execute(_PROGRESS, {"sources": list(runs), "keys": list(runs.values())}).all()
        counts = {row.source_id: (row.listed, row.ended) for row in rows}
        for source, run in list(waiting.items()):
            state = client.run_state(f"crawl_{source}", run)
            tell(CrawlProgress(source, state, *counts.get(source, (0, 0))))
            if state == "success":
                del waiting[source]
            elif state == "failed":
                failed = [item for item in client.task_instances(f"crawl_{source}", run) if item.state == "failed"]
                tasks = ", ".join(item.task_id for item in failed) or "no task"
                raise GongkaiError(
                    f"crawl_{source}: the run failed in {tasks}",
                    hint=f"gongkai report {source}, or {client.base_url}/dags/crawl_{source}/runs/{run}",
                )
        if waiting and time.monotonic() > deadline:
            raise GongkaiError(
                f"{', '.join(waiting)}: not at an end after {seconds:.0f} s", hint="see log/scheduler.log"
            )
        time.sleep(0.5)
    return runs
