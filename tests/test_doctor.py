"""`gongkai doctor` finds no fault where there is none, and names each that is planted, with what to do."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
import yaml
from psycopg import sql
from sqlalchemy import make_url, text

from etl.archive.storage.archive import Archive, open_store
from etl.archive.storage.migrations import downgrade
from etl.doctor import database, packages
from etl.doctor.bucket import check_bucket
from etl.doctor.database import check_application, check_reader
from etl.doctor.findings import Finding
from etl.doctor.machine import check_disk, check_hosts, check_ports
from etl.local import airflow, process
from etl.local.postgres import Postgres
from etl.local.state import State
from etl.settings import Settings
from tests.support.gongkai import CommandResult, gongkai
from tests.support.storage_proxy import Answer, storage_proxy

HEALTHY: dict[str, Any] = {
    "metadatabase": {"status": "healthy"},
    "scheduler": {"status": "healthy", "latest_scheduler_heartbeat": "2026-01-01T00:00:00Z"},
    "triggerer": {"status": None, "latest_triggerer_heartbeat": None},
    "dag_processor": {"status": "healthy", "latest_dag_processor_heartbeat": "2026-01-01T00:00:00Z"},
}


@pytest.fixture
def examined(archive: Archive, local_settings: Settings, tmp_path: Path) -> Settings:
    """An installation without fault. Its state folder is its own: no service was started from it."""
    return local_settings.model_copy(update={"state_dir": tmp_path / "var"})


def doctor(settings: Settings, **changes: str) -> CommandResult:
    return gongkai(settings, "doctor", **changes)


def faults(said: CommandResult) -> list[str]:
    return [line for line in said.out.splitlines() if line.startswith("fault")]


def of_state(found: Iterator[Finding], state: str) -> dict[str, Finding]:
    return {finding.check: finding for finding in found if finding.state == state}


def test_an_installation_without_fault_is_said_to_be_good(examined: Settings) -> None:
    said = doctor(examined)
    assert (said.code, faults(said)) == (0, [])
    assert "good  schema: at revision" in said.out
    assert "good  conditional writes: the server keeps to If-None-Match and If-Match" in said.out
    assert "good  role of readers: archive_reader reads api_v1 alone, with limits" in said.out
    assert list(open_store(examined).list_keys("")) == [], "the probe is gone"

    found = json.loads(gongkai(examined, "doctor", "--json").out)
    assert found["good"] is True
    assert {finding["state"] for finding in found["findings"]} == {"good", "note"}


@pytest.mark.parametrize(
    ("changes", "check", "words"),
    [
        ({"GONGKAI_STORE_SECRET_KEY": "wrong"}, "bucket", "GONGKAI_STORE_"),
        ({"GONGKAI_STORE_BUCKET": "no-such-bucket"}, "bucket", "create it, or set GONGKAI_STORE_BUCKET"),
        ({"GONGKAI_STORE_ENDPOINT": "127.0.0.1:9"}, "bucket", "GONGKAI_STORE_ENDPOINT"),
        ({"GONGKAI_DATABASE_URL": "postgresql+psycopg://a:b@127.0.0.1:9/c"}, "database", "GONGKAI_DATABASE_URL"),
        ({"GONGKAI_BATCHSIZE": "100"}, "settings", "did you mean `GONGKAI_BATCH_SIZE`?"),
        ({"GONGKAI_PUBLIC_URL": "http://127.0.0.1:9/archive"}, "Airflow", "does not answer"),
    ],
)
def test_one_wrong_setting_is_one_fault(examined: Settings, changes: dict[str, str], check: str, words: str) -> None:
    said = doctor(examined, **changes)
    (line,) = faults(said)
    assert said.code == 1
    assert line.startswith(f"fault {check}: ")
    assert words in line
    assert " → " in line


def test_settings_of_a_wrong_form_are_a_fault_each_and_all_else_is_looked_at(examined: Settings) -> None:
    said = doctor(examined, GONGKAI_BATCH_SIZE="many", GONGKAI_PUBLIC_URL="nowhere")
    first, second = faults(said)
    assert first == (
        "fault settings: GONGKAI_PUBLIC_URL has a wrong form: it must match ^https?://[^\\s/?#]+[^\\s?#]*$; "
        "looked at with its default → see docs/settings.md"
    )
    assert second.startswith("fault settings: GONGKAI_BATCH_SIZE must be a whole number; ")
    assert said.code == 1
    assert "good  schema: at revision" in said.out
    assert said.out.endswith("2 faults\n")

    said = gongkai(examined, "report", GONGKAI_BATCH_SIZE="many")
    assert (said.code, said.err) == (1, "gongkai: GONGKAI_BATCH_SIZE must be a whole number — see docs/settings.md\n")


def test_a_missing_package_is_a_fault_and_all_else_is_looked_at(
    examined: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = packages.version

    def version(name: str) -> str:
        if name == "minio":
            raise PackageNotFoundError(name)
        return "0.1" if name == "rich" else real(name)

    monkeypatch.setattr(packages, "version", version)
    monkeypatch.setitem(sys.modules, "etl.doctor.bucket", None)
    said = doctor(examined)
    assert [line.partition(" → ")[0] for line in faults(said)] == [
        "fault package minio: is missing",
        "fault package rich: is 0.1, not >=14",
        "fault bucket: could not be looked at: package etl.doctor.bucket is missing",
    ]
    assert "good  schema: at revision" in said.out
    assert "database and bucket" not in said.out, "it needs what could not be looked at"


def test_an_old_schema_is_a_fault(examined: Settings, owner_url: str, archive: Archive) -> None:
    archive.engine.dispose()
    downgrade(owner_url, "-1")
    (line,) = faults(doctor(examined))
    assert "this version needs" in line
    assert "→ run `gongkai migrate`" in line


def test_a_wrong_source_file_is_a_fault(examined: Settings, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text("id: wrong\n", encoding="utf-8")
    lines = faults(doctor(examined, GONGKAI_SOURCES=str(tmp_path)))
    assert any("wrong.yaml: columns: is missing" in line for line in lines)


def test_a_reader_without_limits_is_a_fault(services_dir: Path, examined: Settings) -> None:
    assert examined.database_reader_url is not None
    reader = make_url(examined.database_reader_url.get_secret_value())
    assert reader.port is not None
    server = Postgres(State(services_dir), reader.port)
    with server.connect() as connection:
        connection.execute("CREATE ROLE unlimited LOGIN PASSWORD 'known' IN ROLE archive_reader")
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO unlimited").format(sql.Identifier(reader.database or ""))
        )
        try:
            url = reader.set(username="unlimited", password="known").render_as_string(hide_password=False)
            settings = examined.model_copy(update={"database_reader_url": type(examined.database_reader_url)(url)})
            found = of_state(check_reader(settings), "fault")["role of readers"]
        finally:
            connection.execute("DROP OWNED BY unlimited")
            connection.execute("DROP ROLE unlimited")
    assert "has no limit of connections, has no statement_timeout" in found.detail
    assert "migrations/roles.sql" in found.advice


def test_a_clock_that_is_wrong_is_a_fault(examined: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(UTC) - timedelta(minutes=10)

    monkeypatch.setattr(database, "datetime", Late)
    found = of_state(check_application(examined), "fault")["clock of the database"]
    assert found.detail == "is 600 s ahead of this machine's"
    assert "NTP" in found.advice


def test_a_disk_that_is_full_is_a_fault(examined: Settings) -> None:
    found = of_state(check_disk(examined, least=10**18), "fault")
    assert found.keys() == {"disk of the state folder", "disk of temporary files"}
    assert "are free" in found["disk of the state folder"].detail


def test_a_storage_that_ignores_conditions_is_a_fault(examined: Settings) -> None:
    assert examined.store_endpoint is not None

    def ignore(method: str, body: bytes, answer: Answer) -> Answer:
        return Answer(200, {"ETag": '"0"'}) if answer.status == 412 else answer

    with storage_proxy(examined.store_endpoint) as proxy:
        proxy.answers = ignore
        settings = examined.model_copy(update={"store_endpoint": proxy.endpoint})
        found = of_state(check_bucket(settings), "fault")
    assert found.keys() == {"conditional writes"}
    assert "ignores If-None-Match and If-Match" in found["conditional writes"].detail


@contextmanager
def health_of(health: dict[str, Any]) -> Iterator[str]:
    """An Airflow that answers so, until the block ends; gives the browser's address in it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(health).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/archive"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_dead_scheduler_is_a_fault_and_a_triggerer_that_never_ran_is_none(examined: Settings) -> None:
    with health_of(HEALTHY) as address:
        said = doctor(examined, GONGKAI_PUBLIC_URL=address)
        assert (said.code, faults(said)) == (0, [])
        assert "good  Airflow's triggerer: does not run, and nothing needs it" in said.out
    dead = HEALTHY["scheduler"] | {"status": "unhealthy"}
    with health_of(HEALTHY | {"scheduler": dead, "dag_processor": {"status": None}}) as address:
        lines = faults(doctor(examined, GONGKAI_PUBLIC_URL=address))
    assert [line.partition(": ")[0] for line in lines] == ["fault Airflow's scheduler", "fault Airflow's dag processor"]
    assert "last heartbeat 2026-01-01" in lines[0]
    assert "gongkai up" in lines[0]


def test_a_service_that_ended_by_itself_is_a_fault_and_a_taken_port_is_said(examined: Settings) -> None:
    state = State.open(examined.state_dir)
    gone = {"pid": 2**22 - 1, "started": 1.0, "port": 0, "log_from": 0}
    state.update(process.PROCESSES, lambda all_: all_.update({airflow.SCHEDULER: gone}))
    lines = faults(doctor(examined))
    assert any(line.startswith("fault airflow-scheduler: ended, and nobody saw how") for line in lines)

    assert examined.store_endpoint is not None
    taken = examined.model_copy(update={"store_port": int(examined.store_endpoint.rpartition(":")[2])})
    assert "is taken by" in of_state(check_ports(taken), "note")["ports"].detail


def test_a_host_that_nobody_asks_is_said_if_it_is_a_source_s(
    archive: Archive, examined: Settings, tmp_path: Path
) -> None:
    source = {
        "id": "asked",
        "name": "好",
        "agency": "某局",
        "region": "539100",
        "platform": "trs_wcm",
        "columns": [{"url": "http://www.asked.example/zwgk/"}],
        "hosts": ["www.asked.example"],
        "assertions": {"min_records": 1, "max_age_days": 10},
        "verified": "never",
    }
    (tmp_path / "asked.yaml").write_text(yaml.safe_dump(source, allow_unicode=True), encoding="utf-8")
    with archive.engine.begin() as connection:
        for name in ("www.asked.example", "www.other.example"):
            connection.execute(
                text("INSERT INTO archive.host (name, postponed_until, failures) VALUES (:name, :until, 5)"),
                {"name": name, "until": datetime.now(UTC) + timedelta(hours=1)},
            )
    notes = of_state(check_hosts(examined.model_copy(update={"sources": str(tmp_path)})), "note")
    assert notes["hosts of sources"].detail.startswith("nobody asks www.asked.example: until ")
    assert "5 failures in a row" in notes["hosts of sources"].detail
