"""The values for Airflow's chart say what docker-compose.yml says. No package brings the chart, to render them."""

import re
from typing import Any

import pytest
import yaml

from etl.settings import PROJECT
from tests.support.production import compose

VALUES: dict[str, Any] = yaml.safe_load((PROJECT / "deploy" / "helm-values.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
ROLES = {"apiServer": "api-server", "scheduler": "scheduler", "dagProcessor": "dag-processor", "workers": "worker"}
OF_THE_CHART = {
    "AIRFLOW__CORE__EXECUTOR",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
    "AIRFLOW__CORE__HOSTNAME_CALLABLE",
    "AIRFLOW__LOGGING__BASE_LOG_FOLDER",
    "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "AIRFLOW__CORE__FERNET_KEY",
    "AIRFLOW__API__SECRET_KEY",
    "AIRFLOW__API_AUTH__JWT_SECRET",
    "AIRFLOW__CELERY__BROKER_URL",
    "AIRFLOW__CELERY__RESULT_BACKEND",
    "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK",
}
"""What the chart sets by itself, or from a secret that the values name, or does not need."""
OF_EACH_PLACE = {"GONGKAI_PUBLIC_URL", "GONGKAI_USER_AGENT", "AIRFLOW__API__BASE_URL", "AIRFLOW__FAB__COOKIE_SECURE"}
OF_EACH_PLACE |= {"AIRFLOW__CELERY__WORKER_CONCURRENCY"}


def named(entries: list[dict[str, str]]) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in entries}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_the_settings_that_it_has_in_compose(role: str) -> None:
    ours = named(VALUES["env"]) | named(VALUES[role]["env"])
    secret = {entry["envName"] for entry in VALUES["secret"]}
    theirs = compose()["services"][ROLES[role]]["environment"]
    assert theirs.keys() - OF_THE_CHART <= ours.keys() | secret
    differing = {name for name in theirs.keys() & ours.keys() if " ".join(theirs[name].split()) != ours[name]}
    assert differing <= OF_EACH_PLACE
    image = dict(re.findall(r"\b(AIRFLOW__\w+)=(\S+)", DOCKERFILE))
    known = set().union(*(service.get("environment", {}) for service in compose()["services"].values()))
    assert ours.keys() - image.keys() <= known, "a setting that Compose does not have"
    assert image.items() <= ours.items(), "the chart's own airflow.cfg says otherwise"


def test_image_and_user_are_those_of_the_dockerfile() -> None:
    image = compose()["services"]["worker"]["image"]
    assert VALUES["images"]["airflow"]["tag"] == image.partition(":")[2]
    assert f"--uid {VALUES['uid']} " in DOCKERFILE
    pins = (PROJECT / "requirements-production.txt").read_text(encoding="utf-8")
    assert f"apache-airflow-core=={VALUES['airflowVersion']} " in pins


def test_every_queue_of_compose_has_a_worker_and_what_compose_does_not_run_is_off() -> None:
    services = compose()["services"]
    commands = (" ".join(services[name]["command"]) for name in ("worker", "ocr-worker"))
    queues = {queue for command in commands for queue in re.findall(r"--queues (\S+)", command)}
    assert set(re.findall(r"--queues (\S+)", VALUES["workers"]["args"][-1])[0].split(",")) == queues
    for part in ("triggerer", "statsd", "flower", "postgresql", "redis", "createUserJob"):
        assert VALUES[part] == {"enabled": False}


def test_no_probe_or_command_calls_a_script_of_airflows_own_image() -> None:
    text = (PROJECT / "deploy" / "helm-values.yaml").read_text(encoding="utf-8")
    assert "/entrypoint" not in text
    assert "/clean-logs" not in text
    for role in ("scheduler", "dagProcessor", "workers"):
        assert VALUES[role]["logGroomerSidecar"] == {"enabled": False}
        assert VALUES[role]["livenessProbe"]["command"][0] in {"airflow", "sh"}
    assert VALUES["scheduler"]["startupProbe"] == VALUES["scheduler"]["livenessProbe"]
    said = VALUES["workers"]["livenessProbe"]["command"][-1]
    assert said == compose()["services"]["worker"]["healthcheck"]["test"][-1].replace("$$", "$")


def test_no_secret_stands_in_the_values() -> None:
    for entry in [*VALUES["env"], *(each for role in ROLES for each in VALUES[role]["env"])]:
        assert not re.search(r"PASSWORD|SECRET|_KEY$|_CONN", entry["name"]), entry
