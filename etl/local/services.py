"""Starts and stops the local services (PostgreSQL, the S3 server and Airflow), and reports their status."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from etl.archive.queries.citation import MOUNT
from etl.archive.storage.migrations import migrate
from etl.local import airflow as airflow_service
from etl.local import demo, ports, postgres, process, store
from etl.local.airflow import Airflow
from etl.local.state import State, write_private
from etl.local.store import S3Server
from etl.settings import LOCAL_ENV, PROJECT, Settings

NAMES = (postgres.NAME, store.NAME, *airflow_service.NAMES)


@dataclass(frozen=True, slots=True)
class ServiceStep:
    """A step of `up` or `down`. `seconds`: how long it took, 0 when it begins. `detail`: what a wait is waiting for."""

    service: str
    step: Literal["waiting", "starting", "ready", "stopping", "stopped"]
    seconds: float = 0.0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of the services, with their generated keys. `airflow`: None if it was not started."""

    database_url: str
    database_owner_url: str
    database_reader_url: str
    store: S3Server
    bucket: str
    airflow: Airflow | None


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """Status of a service. `running`: whether its process exists. `detail`: whether it answers, or how it ended."""

    name: str
    running: bool
    pid: int | None
    address: str
    log: Path
    detail: str


_WAITING = ServiceStep("services", "waiting", detail="for another command that starts or stops them")
ReportStep = Callable[[ServiceStep], None]
T = TypeVar("T")


def up(
    settings: Settings, *, airflow: bool = True, report: ReportStep, fast: bool = False, dags: Path = PROJECT / "dags"
) -> Addresses:
    """Start the services that are not running, migrate the archive's schema, and write the addresses to `local.env`.

    Safe to call at any time, also twice at once. `fast`: without durability, for tests. Raises GongkaiError, which
    names the service, why it did not start, and its log; services that did start keep running.
    """
    state = State.open(settings.state_dir)
    report = _serialised(report)
    with state.locked(lambda: report(_WAITING)), ThreadPoolExecutor(3) as pool:
        starting_store = pool.submit(
            _timed,
            report,
            "SeaweedFS",
            lambda notice: store.up(state, settings.store_port, settings.store_bucket, fast=fast, notice=notice),
        )
        server = _timed(
            report, "PostgreSQL", lambda notice: postgres.up(state, settings.postgres_port, fast=fast, notice=notice)
        )
        urls = {role: server.url(role, "archive") for role in ("archive_app", "archive_owner", "archive_reader")}
        s3 = starting_store.result()
        # Before Airflow: its tasks and its plugin read the file.
        _write_local_env(state, urls, s3, settings.store_bucket, airflow_service.configured_url(state))
        starting_airflow = (
            pool.submit(
                _timed,
                report,
                "Airflow",
                lambda notice: airflow_service.up(state, settings, server, dags=dags, notice=notice),
            )
            if airflow
            else None
        )
        _timed(report, "archive schema", lambda _: migrate(urls["archive_owner"]))
        started = starting_airflow.result() if starting_airflow else None
        if started:
            _write_local_env(state, urls, s3, settings.store_bucket, started.url)
        return Addresses(
            database_url=urls["archive_app"],
            database_owner_url=urls["archive_owner"],
            database_reader_url=urls["archive_reader"],
            store=s3,
            bucket=settings.store_bucket,
            airflow=started,
        )


def down(settings: Settings, report: ReportStep) -> list[str]:
    """Stop exactly what `up` started, Airflow first; returns the names of the processes that were running."""
    state = State.open(settings.state_dir)
    with state.locked(lambda: report(_WAITING)):
        ended = []
        for service, stop, names in (
            ("Airflow", lambda: airflow_service.down(state), airflow_service.NAMES),
            ("SeaweedFS", lambda: store.down(state), (store.NAME,)),
            ("PostgreSQL", lambda: postgres.down(state), (postgres.NAME,)),
        ):
            running = [name for name in names if process.find(state, name)]
            began = time.monotonic()
            if running:
                report(ServiceStep(service, "stopping"))
            stop()
            if running:
                report(ServiceStep(service, "stopped", time.monotonic() - began))
            ended += running
        return ended


def status(settings: Settings) -> list[ServiceStatus]:
    """The state of each process, without starting or stopping anything."""
    state = State.open(settings.state_dir)
    recorded = state.read(process.PROCESSES)
    shown = (*NAMES, demo.SITES) if demo.SITES in recorded else NAMES
    return [_status(state, name, name in recorded) for name in shown]


def _status(state: State, name: str, recorded: bool) -> ServiceStatus:
    log = state.log(name)
    running = process.find(state, name)
    if running is None:
        detail = process.how_it_ended(state, name) if recorded else "not started"
        return ServiceStatus(name, False, None, "", log, detail)
    if not running.port:
        return ServiceStatus(name, True, running.pid, "", log, "runs")
    detail = "answers" if ports.accepts_connections(running.port) else "does not answer"
    scheme = "http://" if name == airflow_service.API else ""
    return ServiceStatus(name, True, running.pid, f"{scheme}{ports.HOST}:{running.port}", log, detail)


def _timed(report: ReportStep, service: str, start: Callable[[process.Notice], T]) -> T:
    began = time.monotonic()
    report(ServiceStep(service, "starting"))
    value = start(lambda text: report(ServiceStep(service, "waiting", detail=text)))
    report(ServiceStep(service, "ready", time.monotonic() - began))
    return value


def _serialised(report: ReportStep) -> ReportStep:
    """The callback, called by one thread at a time."""
    lock = threading.Lock()

    def report_alone(step: ServiceStep) -> None:
        with lock:
            report(step)

    return report_alone


def _write_local_env(state: State, urls: dict[str, str], s3: S3Server, bucket: str, airflow: str | None) -> None:
    values = {
        "DATABASE_URL": urls["archive_app"],
        "DATABASE_OWNER_URL": urls["archive_owner"],
        "DATABASE_READER_URL": urls["archive_reader"],
        "STORE_ENDPOINT": s3.endpoint,
        "STORE_ACCESS_KEY": s3.access_key,
        "STORE_SECRET_KEY": s3.secret_key,
        "STORE_READER_ACCESS_KEY": s3.reader_access_key,
        "STORE_READER_SECRET_KEY": s3.reader_secret_key,
        "STORE_BUCKET": bucket,
        "STORE_SECURE": "false",
        # The address of the browser in Airflow, which stays the same after a restart.
        **({"PUBLIC_URL": f"{airflow}{MOUNT}"} if airflow else {}),
    }
    text = "".join(f"GONGKAI_{name}={value}\n" for name, value in values.items())
    write_private(state.root / LOCAL_ENV, text)
