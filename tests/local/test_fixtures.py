"""The fixtures that every other test stands on."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import make_url

from etl.local.services import Addresses
from etl.settings import PROJECT, Settings

HANGING = """
import time

def test_hangs(services):
    print("up", flush=True)
    time.sleep(600)
"""


def connect(url: str) -> psycopg.Connection:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def test_a_fresh_database_is_migrated_and_the_application_may_read_it(database_url: str) -> None:
    with connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM archive.source").fetchone() == (0,)


def test_what_a_test_writes_is_in_its_own_database_alone(services: Addresses, owner_url: str) -> None:
    with connect(owner_url) as connection:
        connection.execute("CREATE TABLE archive.only_here (x int)")
    with connect(services.database_owner_url) as connection:
        assert connection.execute("SELECT to_regclass('archive.only_here')").fetchone() == (None,)


def test_a_fresh_bucket_is_there_and_empty(services: Addresses, bucket: str) -> None:
    client = services.store.client()

    assert client.bucket_exists(bucket)
    assert list(client.list_objects(bucket)) == []


def test_the_settings_name_the_fresh_database_and_bucket(
    local_settings: Settings, database_url: str, bucket: str
) -> None:
    assert local_settings.database_url is not None
    assert local_settings.database_url.get_secret_value() == database_url
    assert local_settings.store_bucket == bucket


@pytest.mark.usefixtures("starts_services")
def test_the_services_of_a_killed_session_end_too(tmp_path: Path, state_dir: Path) -> None:
    test = tmp_path / "test_hanging.py"
    test.write_text(HANGING)
    command = [sys.executable, "-m", "pytest", "-s", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    session = subprocess.Popen(
        [*command, f"--basetemp={tmp_path / 'session'}", str(test)],
        cwd=PROJECT,
        env=os.environ | {"TMPDIR": str(state_dir)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert session.stdout is not None
    while "up" not in (line := session.stdout.readline()):
        assert line, "the session ended"
    started = [process for process in psutil.process_iter() if str(state_dir) in " ".join(_command(process))]
    assert {"weed", "postgres"} <= {process.name() for process in started}

    session.kill()
    session.wait()

    assert psutil.wait_procs(started, timeout=30)[1] == []
    assert list(state_dir.glob("gongkai-tests-*")) == []


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return []
