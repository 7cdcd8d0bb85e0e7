"""This machine: settings, source files, disk, the local services and their ports, and the models for scans."""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from etl.archive.crawls.hosts import HostState, known_hosts
from etl.archive.storage.archive import open_database
from etl.catalog.load import SourceError, load_sources, readable_sources
from etl.clock import in_beijing
from etl.counting import counted
from etl.doctor.findings import Finding, fault, good, note
from etl.input_words import did_you_mean
from etl.local import airflow, ports, postgres, process, services, store
from etl.local.state import State
from etl.settings import Settings
from etl.web.urls import in_scope

LEAST_FREE_BYTES = 2 * 10**9
"""A day's crawl of a thousand sources, with the temporary files of readers, stays below."""
_PREFIX = "GONGKAI_"
_MODELS = ("*_det_*.onnx", "*_rec_*.onnx")


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Settings that nobody reads, since their names are mistyped, and those that a site or a reader will miss."""
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(_PREFIX) and name not in known)
    for name in unknown:
        yield fault("settings", f"{name} is no setting{did_you_mean(name, known)}", "docs/settings.md lists all")
    if not unknown:
        yield good("settings", "every GONGKAI_ variable of the environment is a setting")
    if settings.user_agent == Settings.model_fields["user_agent"].default:
        yield note("contact", "GONGKAI_USER_AGENT names nobody", "add an address, so that sites can write to you")
    if settings.public_url is None:
        yield note("public address", "GONGKAI_PUBLIC_URL is not set", "set it before anything is cited")


def check_sources(settings: Settings) -> Iterator[Finding]:
    """Source files that are wrong have no DAG."""
    try:
        yield good("source files", f"right: {counted(len(load_sources(settings.source_folders)), 'file')}")
    except SourceError as error:
        for problem in error.problems:
            yield fault("source files", problem, "docs/sources.md lists the keys")


def check_hosts(settings: Settings) -> Iterator[Finding]:
    """Hosts of the sources that nobody asks just now: postponed, or without a robots.txt that could be had."""
    own = tuple(host for source in readable_sources(settings.source_folders).values() for host in source.hosts)
    silent = {host.name: why for host in known_hosts(open_database(settings)) if (why := _silence(host))}
    ours = {name: why for name, why in silent.items() if in_scope(f"http://{name}/", own)}
    for name, why in ours.items():
        yield note(
            "hosts of sources", f"nobody asks {name}: {why}", "see `gongkai hosts`; `--lift` ends a postponement"
        )
    if not ours:
        yield good("hosts of sources", "none is postponed, and the robots.txt of each that was asked is known")


def _silence(host: HostState) -> str:
    """Why nobody asks the host; empty if it is asked."""
    if host.postponed_until:
        return f"until {in_beijing(host.postponed_until)}, for {host.why}"
    unknown = host.robots_at and (host.robots_status is None or host.robots_status >= 500)
    return "its robots.txt could not be fetched" if unknown else ""


def check_disk(settings: Settings, least: int = LEAST_FREE_BYTES) -> Iterator[Finding]:
    """Room for the local services and for temporary files."""
    for name, folder in (("disk of the state folder", settings.state_dir), ("disk of temporary files", Path("/tmp"))):
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        usage = shutil.disk_usage(there)
        share = f"{usage.free / 1e9:.1f} of {usage.total / 1e9:.1f} GB are free"
        if usage.free < least:
            yield fault(name, f"{there}: {share}", f"free at least {least / 1e9:.0f} GB, or move it")
        else:
            yield good(name, share)


def check_services(settings: Settings) -> Iterator[Finding]:
    """The processes that `gongkai up` started, where it did, and the ports of those that do not run."""
    state = State.open(settings.state_dir)
    if not state.read(process.PROCESSES):
        yield note("services of this machine", "none was started here", "`gongkai up` starts them, if they are wanted")
        return
    for service in services.status(settings):
        if not service.running:
            yield fault(service.name, service.detail, f"run `gongkai up`; log: {service.log}")
        elif service.detail not in ("runs", "answers"):
            yield fault(service.name, service.detail, f"log: {service.log}")
        else:
            yield good(service.name, f"{service.detail} {service.address}".strip())


def check_ports(settings: Settings) -> Iterator[Finding]:
    """Ports that a service which does not run would find taken."""
    state, values = State.open(settings.state_dir), _ports(settings)
    taken = [
        f"{setting} {port} is taken by {ports.listening_process(port) or 'another process'}"
        for setting, (name, port) in values.items()
        if port and process.find(state, name) is None and not ports.is_free(port)
    ]
    for each in taken:
        yield note("ports", each, "stop that before `gongkai up`, or set another port; 0 takes any free one")
    if not taken:
        yield good("ports", "those of services that do not run are free")


def _ports(settings: Settings) -> dict[str, tuple[str, int]]:
    """Setting, and the process and port that it is for."""
    return {
        f"{_PREFIX}POSTGRES_PORT": (postgres.NAME, settings.postgres_port),
        f"{_PREFIX}STORE_PORT": (store.NAME, settings.store_port),
        f"{_PREFIX}AIRFLOW_PORT": (airflow.API, settings.airflow_port),
    }


def check_models(_: Settings) -> Iterator[Finding]:
    """The models with which scans are read; they come with the package."""
    spec = find_spec("rapidocr")
    folders = [Path(place) / "models" for place in (spec.submodule_search_locations or ())] if spec else []
    missing = [form for form in _MODELS if not any(path.stat().st_size for at in folders for path in at.glob(form))]
    if missing:
        yield fault("models for scans", f"{', '.join(missing)} is missing", "install rapidocr again (`make`)")
    else:
        yield good("models for scans", "are installed")
