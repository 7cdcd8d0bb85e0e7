"""Airflow's API server, scheduler and DAG processor as detached processes, on loopback, with generated secrets.

There is no triggerer, as no task defers. All configuration is in `airflow.cfg` in the state folder, so that
`AIRFLOW_HOME=var/airflow airflow …` uses the same Airflow.
"""

import configparser
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx

from etl.errors import GongkaiError
from etl.local import ports, process
from etl.local.postgres import Postgres
from etl.local.state import State, write_private
from etl.settings import PROJECT, Settings

API, SCHEDULER, PROCESSOR = NAMES = ("airflow-api-server", "airflow-scheduler", "airflow-dag-processor")
USER = "admin"
PROGRAM = [sys.executable, "-m", "etl.local.airflow_process"]
COMMANDS = {
    API: ["api-server"],
    # Task logs are read from the disk; its log server would listen on all addresses.
    SCHEDULER: ["scheduler", "--skip-serve-logs"],
    PROCESSOR: ["dag-processor"],
}
_TELEMETRY = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")
HEALTH = {SCHEDULER: "scheduler", PROCESSOR: "dag_processor"}


PROCESSOR_SETTINGS: dict[str, dict[str, object]] = {
    "dag_processor": {
        "dag_bundle_config_list": json.dumps(
            [{"name": "dags-folder", "classpath": "gongkai_bundle.DagsAndSources", "kwargs": {}}]
        ),
        # A new, changed or removed file is noticed within ten seconds; unchanged files need not be read again.
        "refresh_interval": 10,
        "min_file_process_interval": 1800,
        # One process: a second one would drop the request to read a file that the first is just reading.
        "parsing_processes": 1,
        # A DAG that was not stored again after the last reading of its file is removed at the next check. With the
        # default, 50 s, it stays until another reading, perhaps half an hour later, if it was stored less than 50 s
        # before the reading that does not define it any more.
        "stale_dag_threshold": 0,
        # With the defaults, 50 and 30 s, a busy machine never finishes reading a thousand sources.
        "dag_file_processor_timeout": 600,
    },
    "core": {
        "dagbag_import_timeout": 600,
        # By default, a second change within 30 s is ignored until the file is read again.
        "min_serialized_dag_update_interval": 0,
    },
    # How often to check for DAGs that no file defines any more. The default is 60 s.
    "scheduler": {"parsing_cleanup_interval": 10},
}
"""Settings of the DAG processor, here and in docker-compose.yml, by section and key. It is idle while no file
changes."""

QUIET = (
    # These log something every few seconds, which would bury everything else.
    "http.access",
    "airflow.dag_processing.manager",
    "airflow.serialization.definitions.dag",
    "airflow.models.dag",
    # It logs the address of each request, and that of a receiver of alerts may contain a password.
    "httpx",
)
"""Loggers that log only warnings and errors, here and in docker-compose.yml."""
_CROSSED = '.chakra-stack > [data-testid="state-badge"]:nth-child(3):nth-last-child(2):has(line)'
THEME = json.dumps({"globalCss": {_CROSSED: {"background": "#4b5563 !important"}}})
"""Airflow's home page marks every component without a heartbeat in red, even one that was never started. This style
makes the mark of the triggerer, the third of four, grey as long as it is crossed, since none is meant to run; the page
says why. Here and in docker-compose.yml."""


@dataclass(frozen=True, slots=True)
class Airflow:
    """A running Airflow and its one user."""

    url: str
    user: str
    password: str


def up(
    state: State,
    settings: Settings,
    server: Postgres,
    *,
    dags: Path = PROJECT / "dags",
    notice: process.Notice = process.no_notice,
) -> Airflow:
    """Start the components of Airflow that are not running, and wait until all three are healthy.

    If one is just shutting down, waits and starts it again. `notice` is called during a long wait. Raises GongkaiError
    if the port is taken or a component does not start.
    """
    while True:
        running = {name: process.find(state, name) for name in NAMES}
        try:
            return _start_and_wait(state, settings, server, running, dags, notice)
        except process.EndedWhileStarting:
            # Only if a component that was already running has ended; one that was started here failed for another
            # reason.
            if all(adopted is None or adopted.process() for adopted in running.values()):
                raise


def _start_and_wait(
    state: State,
    settings: Settings,
    server: Postgres,
    running: dict[str, process.RunningProcess | None],
    dags: Path,
    notice: process.Notice,
) -> Airflow:
    missing = [name for name, adopted in running.items() if adopted is None]
    for name in missing:
        process.kill_leftovers(state, name)
    api = running[API]
    if api:
        ports.require_same_port(api.port, settings.airflow_port, "Airflow", "GONGKAI_AIRFLOW_PORT")
    port = api.port if api else ports.pick_port(state, API, settings.airflow_port, "Airflow", "GONGKAI_AIRFLOW_PORT")
    airflow = Airflow(f"http://{ports.HOST}:{port}", USER, state.secret("airflow:admin"))
    # A component that is shutting down still has a recent heartbeat, so only heartbeats from now on count.
    since = datetime.now(UTC)
    processes = {name: adopted for name, adopted in running.items() if adopted}
    if missing:
        _configure(state, server, airflow, port, dags)
        processes |= _start_missing(state, settings, server, missing, port)
    for name in NAMES:
        healthy = _health_check(airflow.url, name, since)
        process.wait_until(state, name, processes[name], healthy, patience=120, notice=notice)
    if API in missing:
        _warm_up(airflow.url)
    return airflow


def configured_url(state: State) -> str | None:
    """Airflow's address as last configured, running or not; None before its first start."""
    written = configparser.ConfigParser(interpolation=None)
    written.read(state.folder("airflow") / "airflow.cfg", encoding="utf-8")
    return written.get("api", "base_url", fallback=None)


def down(state: State) -> list[str]:
    """Stop Airflow's components and their running tasks; returns the names of those that were running."""
    return process.stop(state, NAMES, seconds=15)


def _start_missing(
    state: State, settings: Settings, server: Postgres, missing: list[str], port: int
) -> dict[str, process.RunningProcess]:
    environment = _environment(state, settings)

    def start(name: str) -> process.RunningProcess:
        return process.start(
            state,
            name,
            [*PROGRAM, *COMMANDS[name]],
            port=port if name == API else 0,
            folder=state.folder("airflow"),
            env=environment,
        )

    # The API server does not use the database while it loads, and loads longest: it starts before the migration.
    started = {API: start(API)} if API in missing else {}
    _migrate(state, server, environment)
    return started | {name: start(name) for name in missing if name != API}


def _environment(state: State, settings: Settings) -> dict[str, str]:
    """The caller's environment without the settings of another Airflow, and with loopback exempt from proxies.

    Bytecode is always cached: compiling Airflow takes each of its processes 4.4 s (measured).
    """
    unwanted = ("AIRFLOW_", "_AIRFLOW_", "PYTHONDONTWRITEBYTECODE")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    around = ",".join(filter(None, [inherited.get("NO_PROXY", inherited.get("no_proxy", "")), ports.HOST, "localhost"]))
    return inherited | {
        "AIRFLOW_HOME": str(state.root / "airflow"),
        "GONGKAI_STATE_DIR": str(state.root),
        "GONGKAI_SOURCES": settings.sources,
        "NO_PROXY": around,
        "no_proxy": around,
    }


def _configure(state: State, server: Postgres, airflow: Airflow, port: int, dags: Path) -> None:
    home = state.folder("airflow")
    passwords = home / "passwords.json"
    write_private(passwords, json.dumps({airflow.user: airflow.password}))
    database = server.url("airflow", "airflow")
    sections: dict[str, dict[str, object]] = {
        "core": PROCESSOR_SETTINGS["core"]
        | {
            "dags_folder": dags,
            "plugins_folder": PROJECT / "plugins",
            "load_examples": False,
            "executor": "LocalExecutor",
            # Most of a crawl waits for its hosts' pace, so more tasks than cores.
            "parallelism": max(8, 2 * (os.cpu_count() or 1)),
            # `recheck` has a task for each source; the default is 1,024.
            "max_map_length": 10_000,
            # The default asks the resolver, which on some networks takes seconds without an answer.
            "hostname_callable": "socket.gethostname",
            "simple_auth_manager_users": f"{airflow.user}:admin",
            "simple_auth_manager_passwords_file": passwords,
            "fernet_key": state.secret("airflow:fernet_key", 32) + "=",
            "execution_api_server_url": f"{airflow.url}/execution/",
        },
        "database": {
            "sql_alchemy_conn": database,
            # If it were derived from the one above, it would need asyncpg; psycopg supports both.
            "sql_alchemy_conn_async": database,
            # Migrated here instead, once for each version, while the API server loads.
            "check_migrations": False,
        },
        "api": {
            "host": ports.HOST,
            "port": port,
            "base_url": airflow.url,
            "workers": 1,
            "theme": THEME,
            "secret_key": state.secret("airflow:secret_key", 32),
        },
        # If OpenTelemetry's own variables name a receiver, Airflow's metrics go there.
        "metrics": {"otel_on": any(os.environ.get(name) for name in _TELEMETRY)},
        # Tokens are signed with SHA-512, which requires a key of 64 bytes (RFC 7518, 3.2).
        "api_auth": {"jwt_secret": state.secret("airflow:jwt_secret", 64)},
        "dag_processor": PROCESSOR_SETTINGS["dag_processor"]
        | {"bundle_refresh_check_interval": 2, "print_stats_interval": 0},
        # With 0.5 s it takes 7 % of a core when idle, with 1 s half of that.
        # A task whose supervisor was killed is noticed after half a minute, not after five (its retry: DAGs).
        "scheduler": PROCESSOR_SETTINGS["scheduler"]
        | {"scheduler_idle_sleep_time": 1, "task_instance_heartbeat_timeout": 30},
        # If a task's supervisor misses the end of its task, it notices it only after this time (3.3.2 waits on closed
        # sockets), and occupies a slot of the parallel tasks until then. The default is 5.
        "workers": {"min_heartbeat_interval": 2},
        "logging": {"namespace_levels": " ".join(f"{name}=WARNING" for name in QUIET), "colored_console_log": False},
    }
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_dict(
        {name: {key: str(value).replace("%", "%%") for key, value in s.items()} for name, s in sections.items()}
    )
    text = io.StringIO()
    parser.write(text)
    write_private(home / "airflow.cfg", text.getvalue())


def _migrate(state: State, server: Postgres, environment: dict[str, str]) -> None:
    """Migrate Airflow's schema to the installed version. Skips `airflow db migrate`, which takes seven seconds, if the
    state folder records that it was done for this version."""
    installed = version("apache-airflow-core")
    with server.connect("airflow") as connection:
        there = connection.execute("SELECT to_regclass('alembic_version')").fetchone() != (None,)
    if there and state.read("airflow.json").get("migrated") == installed:
        return
    name = "airflow-migration"
    log = state.log(name)
    with log.open("ab") as output:
        result = subprocess.run(
            [*PROGRAM, "db", "migrate"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    if result.returncode:
        raise GongkaiError(f"{name} failed: {process.last_line(log)}", hint=f"log: {log}")
    state.update("airflow.json", lambda stored: stored.update(migrated=installed))


def _health_check(url: str, name: str, since: datetime) -> Callable[[], bool]:
    """A check that is true once a component is healthy with a heartbeat not older than `since`."""

    def check() -> bool:
        try:
            answer = httpx.get(f"{url}/api/v2/monitor/health", timeout=10, trust_env=False)
        except httpx.TransportError:
            return False
        if answer.status_code != httpx.codes.OK:
            return False
        if name == API:
            return True
        part = answer.json()[HEALTH[name]]
        beat = part[f"latest_{HEALTH[name]}_heartbeat"]
        return part["status"] == "healthy" and datetime.fromisoformat(beat) >= since

    return check


def health(url: str) -> dict[str, Any]:
    """The health report of the Airflow at this address. Raises GongkaiError if it does not answer."""
    try:
        # The timeout is long because on a busy machine the API server is slow.
        answer = httpx.get(f"{url}/api/v2/monitor/health", timeout=30, trust_env=False).raise_for_status()
        states: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise GongkaiError(
            f"{url} does not answer: {error or type(error).__name__}", hint="see `gongkai status`"
        ) from error
    return states


def _warm_up(url: str) -> None:
    """Make the API server build the application that tasks call, so that the first task need not wait for it (3.7
    s)."""
    try:
        httpx.get(f"{url}/execution/health", timeout=0.1, trust_env=False)
    except httpx.TransportError:
        return  # the request alone starts the work; `wait_until` reports a server that is down
