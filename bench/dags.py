"""`python -m bench.dags [--sources 1000] [--due 200] [--idle 120]`: Airflow with many source files and many due.

Starts separate services with that many invented source files, and prints
- how long the DAG processor takes until Airflow knows every source, and how much memory;
- how much of a core it uses while no file changes;
- how long it takes until a new, a changed and a removed file are noticed;
- how long a task takes to find its own source, among one source and among all;
- for sources that are due in the same minute, each with its own site that answers immediately: how long until all are
  done, how many tasks ran at once, and how many connections PostgreSQL had.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psutil
import psycopg
import yaml

from etl.local import process, services
from etl.local.airflow import PROCESSOR
from etl.local.postgres import NAME as POSTGRES
from etl.local.postgres import Postgres
from etl.local.state import State
from etl.settings import PROJECT, Settings

DOCUMENTS = 3
KNOWN = "SELECT count(*) FROM dag WHERE dag_id LIKE 'crawl\\_%' AND NOT is_stale"
_TASK = """
import statistics, time
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.execution_time.task_runner import _airflow_parsing_context_manager as parsing

took = []
for _ in range(6):
    began = time.process_time()
    with parsing(dag_id="crawl_site-0000", task_id="reconcile"):
        bag = DagBag("dags/crawl.py")
    took.append(time.process_time() - began)
assert "crawl_site-0000" in bag.dags, bag.import_errors
print(statistics.median(took[1:]) * 1000)
"""


def main() -> None:
    """Runs the bench on separate services."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--due", type=int, default=200)
    parser.add_argument("--idle", type=int, default=120, help="seconds for which the idle processor is watched")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as name, site() as port:
        folder = Path(name) / "sources"
        folder.mkdir()
        for number in range(given.sources):
            write(folder, number, port)
        settings = Settings(
            state_dir=Path(name) / "state", sources=str(folder), postgres_port=0, store_port=0, airflow_port=0
        )
        try:
            began = time.monotonic()
            with watched(settings) as peak:
                services.up(settings, report=lambda step: None)
                up = time.monotonic() - began
                with database(settings) as connection:
                    wait_for(lambda: count(connection) == given.sources)
            print(f"start {up:.0f} s; all {given.sources} sources known after {time.monotonic() - began:.0f} s")
            print(f"processor: {cpu(settings):.1f} s of CPU until then, at most {peak[0] / 1e6:.0f} MB")
            with database(settings) as connection:
                if given.idle:
                    at_rest(settings, given.idle)
                    files(settings, connection, folder, given.sources, port)
                    tasks(folder, Path(name))
                if given.due:
                    due(settings, connection, folder, given.due, port)
        finally:
            services.down(settings, report=lambda step: None)


def at_rest(settings: Settings, seconds: int) -> None:
    """Measures the processor while no file changes."""
    time.sleep(15)
    before = cpu(settings)
    time.sleep(seconds)
    print(f"idle: {(cpu(settings) - before) / seconds:.2%} of a core")


def files(settings: Settings, connection: psycopg.Connection, folder: Path, sources: int, port: int) -> None:
    """Measures the processor when a file is added, changed or removed."""
    new = f"crawl_site-{sources:04}"

    def one(query: str) -> Any:
        row = connection.execute(query).fetchone()
        return row and row[0]

    for what, change, seen in (
        ("new", lambda: write(folder, sources, port), lambda: one(f"SELECT 1 FROM dag WHERE dag_id = '{new}'")),
        (
            "changed",
            lambda: write(folder, sources, port, name="又名"),
            lambda: "又名" in (one(f"SELECT dag_display_name FROM dag WHERE dag_id = '{new}'") or ""),
        ),
        (
            "removed",
            lambda: (folder / f"site-{sources:04}.yaml").unlink(),
            lambda: one(f"SELECT is_stale FROM dag WHERE dag_id = '{new}'"),
        ),
    ):
        began, spent = time.monotonic(), cpu(settings)
        change()
        with watched(settings) as peak:
            wait_for(seen)
        took = time.monotonic() - began
        print(f"{what} file: {took:.0f} s, {cpu(settings) - spent:.1f} s of CPU, at most {peak[0] / 1e6:.0f} MB")


def tasks(folder: Path, home: Path) -> None:
    """Measures how long a task takes to read `crawl.py`."""
    alone = home / "alone"
    alone.mkdir()
    (alone / "site-0000.yaml").write_bytes((folder / "site-0000.yaml").read_bytes())
    for place in (alone, folder):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "GONGKAI"))}
        environment |= {
            "AIRFLOW_HOME": str(home / "airflow"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
            "GONGKAI_STATE_DIR": str(home / "none"),
            "GONGKAI_SOURCES": str(place),
        }
        command = [sys.executable, "-c", _TASK]
        done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)
        print(
            f"a task reads crawl.py in {float(done.stdout.splitlines()[-1]):.1f} ms beside {len(list(place.iterdir()))}"
        )


def due(settings: Settings, connection: psycopg.Connection, folder: Path, number: int, port: int) -> None:
    """Measures that many sources due in the same minute."""
    at = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(minutes=3)
    for each in range(number):
        write(folder, each, port, schedule=f"{at.minute} {at.hour} * * *")
    chosen = [f"crawl_site-{each:04}" for each in range(number)]
    line = f"%{at.minute} {at.hour} *%"
    wait_for(
        lambda: (
            (connection.execute("SELECT count(*) FROM dag WHERE timetable_summary LIKE %s", (line,)).fetchone() or [0])[
                0
            ]
            == number
        )
    )
    connection.execute("UPDATE dag SET is_paused = false WHERE dag_id = ANY(%s)", (chosen,))
    began: float | None = None
    most: dict[str, int] = {"running tasks": 0, "queued tasks": 0, "connections to Airflow's database": 0}
    most["connections to the archive's database"] = 0
    while True:
        states = dict(
            connection.execute("SELECT state, count(*) FROM dag_run WHERE dag_id LIKE 'crawl%' GROUP BY 1").fetchall()
        )
        began = began or (time.monotonic() if states else None)
        instances = dict(connection.execute("SELECT state, count(*) FROM task_instance GROUP BY 1").fetchall())
        sessions = dict(connection.execute("SELECT datname, count(*) FROM pg_stat_activity GROUP BY 1").fetchall())
        for name, value in (
            ("running tasks", instances.get("running", 0)),
            ("queued tasks", instances.get("queued", 0)),
            ("connections to Airflow's database", sessions.get("airflow", 0)),
            ("connections to the archive's database", sessions.get("archive", 0)),
        ):
            most[name] = max(most[name], value)
        if states.get("success", 0) + states.get("failed", 0) == number:
            break
        time.sleep(1)
    assert began
    tries = connection.execute("SELECT max(try_number), count(*) FROM task_instance").fetchone()
    print(f"{number} due at once: {time.monotonic() - began:.0f} s, runs {states}, tasks {instances}, tries {tries}")
    print(f"at most {most}")
    with Postgres(State.open(settings.state_dir), postgres_port(settings)).connect("archive") as archive:
        print("records", archive.execute("SELECT count(*) FROM archive.record").fetchone())


def write(folder: Path, number: int, port: int, *, name: str = "信息公开", schedule: str = "@daily") -> None:
    """Writes an invented source with its own address in the loopback network."""
    host = f"127.1.{number // 250}.{number % 250 + 1}"
    source = {
        "id": f"site-{number:04}",
        "name": f"第{number}号市{name}",
        "agency": f"第{number}号市人民政府",
        "region": "539100",
        "platform": "generic",
        "columns": [{"url": f"http://{host}:{port}/", "name": "政策文件"}],
        "hosts": [host],
        "schedule": schedule,
        "allow_private_addresses": True,
        "pace": {"delay": 0},
        "listing": {"rows": "li", "link": "a"},
        "assertions": {"min_records": 1, "max_age_days": 36500},
        "verified": "never",
    }
    new = folder / f".site-{number:04}"
    new.write_text(yaml.safe_dump(source, allow_unicode=True), encoding="utf-8")
    new.replace(folder / f"site-{number:04}.yaml")


def wait_for(done: Callable[[], object], patience: float = 600) -> None:
    """Waits until it is true."""
    deadline = time.monotonic() + patience
    while not done():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


def count(connection: psycopg.Connection) -> int:
    """How many sources Airflow knows."""
    row = connection.execute(KNOWN).fetchone()
    return int(row[0]) if row else 0


def postgres_port(settings: Settings) -> int:
    """The port on which the bench's own PostgreSQL answers."""
    running = process.find(State.open(settings.state_dir), POSTGRES)
    assert running
    return running.port


@contextmanager
def database(settings: Settings) -> Iterator[psycopg.Connection]:
    """A connection to Airflow's own database."""
    with Postgres(State.open(settings.state_dir), postgres_port(settings)).connect("airflow") as connection:
        yield connection


def processor(settings: Settings) -> psutil.Process | None:
    """The DAG processor, as soon as it runs."""
    running = process.find(State.open(settings.state_dir), PROCESSOR)
    return running.process() if running else None


def cpu(settings: Settings) -> float:
    """Seconds of CPU that the DAG processor and its children took since its start."""
    worker = processor(settings)
    assert worker
    times = worker.cpu_times()
    running = 0.0
    for child in worker.children(recursive=True):
        with suppress(psutil.Error):
            running += sum(child.cpu_times()[:2])
    return float(sum(times[:4]) + running)


@contextmanager
def watched(settings: Settings) -> Iterator[list[int]]:
    """Yields a list whose only element is the peak memory of the processor and its children, in bytes.

    Shared pages count once.
    """
    peak, done = [0], threading.Event()

    def look() -> None:
        while not done.wait(0.3):
            worker = processor(settings)
            sizes = []
            try:
                for each in [worker, *worker.children(recursive=True)] if worker else []:
                    sizes.append(each.memory_full_info().pss)
            except psutil.Error:
                continue
            peak[0] = max(peak[0], sum(sizes))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


@contextmanager
def site() -> Iterator[int]:
    """All sites, on one port; gives it."""
    server = ThreadingHTTPServer(("0.0.0.0", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


class Handler(BaseHTTPRequestHandler):
    """A list of a few documents, and the documents."""

    def do_GET(self) -> None:
        if self.path == "/":
            rows = (
                f'<li><a href="/{n}.html">关于第{n}号工作的通知</a> 2026-03-0{n + 1}</li>' for n in range(DOCUMENTS)
            )
            body = f"<ul>{''.join(rows)}</ul>"
        elif self.path.endswith(".html"):
            title = f"<title>关于第{self.path[1]}号工作的通知</title>"
            body = f"{title}<p>{'各单位要做好防汛工作。' * 30}</p>"
        else:
            body = ""
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *words: object) -> None:
        """Logs nothing: the archive records the requests."""


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
