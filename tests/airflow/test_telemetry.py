"""Airflow's own metrics go to a receiver of OpenTelemetry, where its variables name one."""

import configparser
import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from etl.local import airflow
from etl.local.postgres import Postgres
from etl.local.state import State

# As the scheduler makes its sender when it starts: in each of these environments, for Airflow takes a second to load.
SEND = """
import json, os, sys
from airflow._shared.observability.metrics import stats
from airflow.observability.metrics import stats_utils
for variables in json.loads(sys.argv[1]):
    if not (child := os.fork()):
        os.environ.update(variables)
        stats.initialize(factory=stats_utils.get_stats_factory(), export_legacy_names=True)
        stats.incr("pages_of_the_test", 3)
        sys.exit()
    assert os.waitpid(child, 0)[1] == 0, variables
"""


@contextmanager
def receiver() -> Iterator[tuple[str, set[tuple[str, str]]]]:
    """The address of a receiver on loopback, and what it got: name of the service, and of the metric."""
    got: set[tuple[str, str]] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            sent = ExportMetricsServiceRequest.FromString(gzip.decompress(body) if packed else body)
            for resource in sent.resource_metrics:
                names = [each.value.string_value for each in resource.resource.attributes if each.key == "service.name"]
                got.update((names[0], metric.name) for scope in resource.scope_metrics for metric in scope.metrics)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_metrics_are_sent_where_a_receiver_is_named_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    with receiver() as (address, got):
        nowhere = {"OTEL_SERVICE_NAME": "another", "AIRFLOW__METRICS__OTEL_ON": configured(tmp_path)}
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        named = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": address,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_SERVICE_NAME": "gongkai-airflow",
            "AIRFLOW__METRICS__OTEL_ON": configured(tmp_path),
        }
        monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")}
        environment |= {"AIRFLOW_HOME": str(tmp_path), "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "sqlite://"}
        command = [sys.executable, "-c", SEND, json.dumps([nowhere, named])]
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)
    assert got == {("gongkai-airflow", "airflow.pages_of_the_test")}


def configured(folder: Path) -> str:
    """What the Airflow of a state folder is told of metrics, by the variables of now."""
    state = State.open(folder)
    login = airflow.Airflow("http://127.0.0.1:9", airflow.USER, "password")
    airflow._configure(state, Postgres(state, 9), login, 9, folder)
    written = configparser.ConfigParser(interpolation=None)
    written.read(folder / "airflow" / "airflow.cfg")
    return written["metrics"]["otel_on"]
