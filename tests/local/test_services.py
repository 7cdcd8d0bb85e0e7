"""Real PostgreSQL and S3 servers: started, stopped, killed, and closed to everybody without their keys."""

import io
import re
import signal
import socket
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest
from minio.error import S3Error
from sqlalchemy import make_url

from etl.errors import GongkaiError
from etl.local import airflow, postgres, process, store
from etl.local import services as local_services
from etl.local.services import Addresses, ServiceStep
from etl.local.state import State
from etl.settings import Settings
from tests.support.reaper import end_at_once
from tests.support.services import state_folder


def ignore(step: ServiceStep) -> None:
    pass


@pytest.fixture(scope="module")
def started(starts_services: None) -> Iterator[tuple[Settings, list[Addresses]]]:
    """Services started from nothing, beside an initdb that was cut short, by two callers at once; what they were given.
    They are shared, as to make their data takes longer than to start them: a test may leave them running or not."""
    with state_folder() as folder:
        settings = Settings(state_dir=folder, postgres_port=0, store_port=0)
        State.open(folder)
        (cut := folder / "postgres.new").mkdir()
        (cut / "PG_VERSION").write_text("18\n")
        with ThreadPoolExecutor(2) as pool:
            yield settings, [one.result() for one in [pool.submit(up, settings) for _ in range(2)]]
        end_at_once(folder)


@pytest.fixture
def settings(started: tuple[Settings, list[Addresses]]) -> Settings:
    return started[0]


@pytest.fixture
def state(settings: Settings) -> State:
    return State(settings.state_dir)


def up(settings: Settings, *, fast: bool = True) -> Addresses:
    return local_services.up(settings, airflow=False, report=ignore, fast=fast)


def connect(url: str, **changes: str) -> psycopg.Connection:
    plain = make_url(url).set(drivername="postgresql", **changes).render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def write(addresses: Addresses) -> None:
    with connect(addresses.database_owner_url) as connection:
        connection.execute("DROP TABLE IF EXISTS archive.kept")
        connection.execute("CREATE TABLE archive.kept AS SELECT '留下' AS word")
    addresses.store.client().put_object(addresses.bucket, "kept", io.BytesIO(b"\x00kept"), 5)


def read(addresses: Addresses) -> tuple[object, bytes]:
    with connect(addresses.database_owner_url) as connection:
        row = connection.execute("SELECT word FROM archive.kept").fetchone()
    answer = addresses.store.client().get_object(addresses.bucket, "kept")
    try:
        return row, answer.data
    finally:
        answer.release_conn()


KEPT = (("留下",), b"\x00kept")


def test_data_and_addresses_outlive_down_and_up(settings: Settings, state: State) -> None:
    first = up(settings)
    write(first)

    assert local_services.down(settings, ignore) == [store.NAME, postgres.NAME]
    assert [item.running for item in local_services.status(settings)[:2]] == [False, False]
    assert up(settings) == first

    assert read(first) == KEPT


def test_up_again_starts_nothing(settings: Settings) -> None:
    up(settings)
    before = local_services.status(settings)

    up(settings)

    assert local_services.status(settings) == before


def test_two_at_once_start_one_of_each(started: tuple[Settings, list[Addresses]]) -> None:
    one, other = started[1]
    assert one == other


def test_up_starts_a_store_anew_that_writes_no_more_since_its_disk_was_full(settings: Settings, state: State) -> None:
    addresses = up(settings)
    write(addresses)
    full = process.find(state, store.NAME)
    assert full is not None
    psutil.Process(full.pid).rlimit(psutil.RLIMIT_FSIZE, (1, 1))  # not a byte more in any of its files
    with pytest.raises(S3Error):
        addresses.store.client().put_object(addresses.bucket, "lost", io.BytesIO(b"?"), 1)

    assert up(settings) == addresses

    again = process.find(state, store.NAME)
    assert again is not None
    assert again.pid != full.pid
    assert read(addresses) == KEPT
    addresses.store.client().put_object(addresses.bucket, "kept", io.BytesIO(b"\x00kept"), 5)


@pytest.mark.parametrize("name", [postgres.NAME, store.NAME])
def test_up_recovers_from_a_killed_service(settings: Settings, state: State, name: str) -> None:
    # With full durability: the store had acknowledged the bytes, the database the row.
    local_services.down(settings, ignore)
    addresses = up(settings, fast=False)
    write(addresses)
    with connect(addresses.database_url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
    running = process.find(state, name)
    assert running is not None
    killed = psutil.Process(running.pid)
    killed.kill()
    psutil.wait_procs([killed], timeout=60)
    detail = next(item.detail for item in local_services.status(settings) if item.name == name)
    assert re.match(r"killed by SIGKILL at \d{4}-\d\d-\d\d \d\d:\d\d; its log ends: ", detail)

    assert up(settings, fast=False) == addresses

    assert read(addresses) == KEPT


def test_a_postgres_that_is_shutting_down_is_started_anew(settings: Settings, state: State) -> None:
    addresses = up(settings)
    dying = process.find(state, postgres.NAME)
    assert dying is not None
    # SIGTERM: PostgreSQL's smart shutdown, which takes no other session and waits for this one, for ever.
    with connect(addresses.database_url):
        psutil.Process(dying.pid).terminate()

        assert up(settings) == addresses

    assert process.find(state, postgres.NAME) not in (None, dying)
    with connect(addresses.database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_pid_file_with_the_id_of_another_process_does_not_keep_postgres_down(
    settings: Settings, state: State
) -> None:
    up(settings)
    file = state.root / "postgres" / "postmaster.pid"
    text = file.read_text()
    process.stop(state, [postgres.NAME], how=signal.SIGKILL, seconds=5)
    file.write_text(text.replace(text.partition("\n")[0], str(psutil.Process().pid), 1))

    addresses = up(settings)

    with connect(addresses.database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_initdb_that_was_cut_short_is_done_again(settings: Settings) -> None:
    with connect(up(settings).database_url) as connection:
        assert connection.execute("SHOW server_version_num").fetchone() > ("180000",)


@pytest.mark.parametrize(
    ("service", "setting"), [("PostgreSQL", "GONGKAI_POSTGRES_PORT"), ("S3 server", "GONGKAI_STORE_PORT")]
)
@pytest.mark.usefixtures("starts_services")
def test_the_error_about_a_taken_port_names_its_holder_and_the_setting(
    state_dir: Path, service: str, setting: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        key = setting.removeprefix("GONGKAI_").lower()
        settings = Settings.model_validate({"state_dir": state_dir, "postgres_port": 0, "store_port": 0, key: port})
        with pytest.raises(GongkaiError) as caught:
            up(settings)
    end_at_once(state_dir)

    message = str(caught.value)
    assert f"{service}: port {port} is taken by" in message
    assert f"(pid {psutil.Process().pid})" in message
    assert setting in message


def test_another_port_than_the_running_one_is_an_error(services: Addresses, services_dir: Path) -> None:
    with pytest.raises(GongkaiError, match=r"GONGKAI_STORE_PORT says 1 .*gongkai down"):
        store.up(State(services_dir), 1, "any")


def test_nothing_listens_but_on_loopback(services: Addresses, services_dir: Path) -> None:
    found = set()
    for name in (postgres.NAME, store.NAME):
        running = process.find(State(services_dir), name)
        assert running is not None
        leader = psutil.Process(running.pid)
        for one in [leader, *leader.children(recursive=True)]:
            found |= {c.laddr.ip for c in one.net_connections() if c.status == psutil.CONN_LISTEN}

    assert found == {"127.0.0.1"}


def test_postgres_asks_every_role_for_its_password(services: Addresses) -> None:
    for role in ("postgres", "archive_owner", "archive_app", "archive_reader", "airflow"):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            connect(services.database_url, username=role, password="wrong")


def test_the_archive_and_airflow_do_not_read_each_other(services: Addresses, services_dir: Path) -> None:
    port = make_url(services.database_url).port
    assert port is not None
    url = postgres.Postgres(State(services_dir), port).url("airflow", "airflow")

    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        connect(url, database="archive")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        connect(services.database_url, database="airflow")


def test_roles_and_database_may_be_prepared_again(services: Addresses, services_dir: Path) -> None:
    port = make_url(services.database_url).port
    assert port is not None

    postgres.psql(postgres.Postgres(State(services_dir), port), postgres.ROLES)

    with connect(services.database_url) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("archive_app",)


def test_what_the_reader_changed_of_its_own_role_is_set_back(services: Addresses, services_dir: Path) -> None:
    port = make_url(services.database_reader_url).port
    assert port is not None
    settings = "SELECT setdatabase, setconfig FROM pg_db_role_setting WHERE setrole = 'archive_reader'::regrole"
    server = postgres.Postgres(State(services_dir), port)
    with server.connect() as connection:
        before = connection.execute(settings).fetchall()
    with connect(services.database_reader_url) as reader:
        reader.execute("SET default_transaction_read_only = off")
        reader.execute("ALTER ROLE CURRENT_USER SET statement_timeout = 0")
        reader.execute("ALTER ROLE CURRENT_USER SET search_path = pg_temp")
        reader.execute("ALTER ROLE CURRENT_USER IN DATABASE archive SET default_transaction_read_only = off")
        reader.execute("ALTER ROLE CURRENT_USER PASSWORD 'others are locked out'")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(services.database_reader_url)

    postgres.set_up_roles(server)

    with server.connect() as connection:
        assert connection.execute(settings).fetchall() == before
    with connect(services.database_reader_url) as reader:
        assert reader.execute("SHOW statement_timeout").fetchone() == ("1min",)


def test_a_part_of_airflow_that_is_ending_is_waited_for_and_started_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = State.open(tmp_path)
    ending = process.start(state, airflow.SCHEDULER, ["sleep", "60"], folder=tmp_path, env={"PATH": "/usr/bin:/bin"})
    found: list[process.RunningProcess | None] = []
    started = airflow.Airflow("http://127.0.0.1:1", "admin", "password")

    def start_and_wait(*given: Any) -> airflow.Airflow:
        found.append(given[3][airflow.SCHEDULER])
        if running := found[-1]:
            psutil.Process(running.pid).terminate()
            process.wait_until(state, airflow.SCHEDULER, running, lambda: False, patience=5)
        return started

    monkeypatch.setattr(airflow, "_start_and_wait", start_and_wait)
    server = postgres.Postgres(state, 1)
    assert airflow.up(state, Settings(state_dir=tmp_path), server) == started
    assert found == [ending, None]


def test_without_keys_nothing_of_the_store_is_readable(services: Addresses, services_dir: Path, bucket: str) -> None:
    services.store.client().put_object(bucket, "kept", io.BytesIO(b"kept"), 4)
    filer = f"http://127.0.0.1:{State(services_dir).read('ports.json')['store:filer.port']}/buckets"
    s3 = f"http://{services.store.endpoint}"

    with httpx.Client(trust_env=False) as http:
        assert http.get(f"{s3}/{bucket}/kept").status_code == 403
        assert http.put(f"{s3}/{bucket}/kept", content=b"x").status_code == 403
        assert http.get(f"{filer}/{bucket}/kept").status_code == 401
        assert http.put(f"{filer}/{bucket}/kept", content=b"x").status_code == 401


def test_a_wrong_key_and_a_missing_bucket_are_refused(services: Addresses, bucket: str) -> None:
    wrong = replace(services.store, secret_key="wrong")

    with pytest.raises(S3Error, match="SignatureDoesNotMatch"):
        wrong.client().put_object(bucket, "x", io.BytesIO(b"x"), 1)
    with pytest.raises(S3Error, match="NoSuchBucket"):
        services.store.client().put_object("missing", "x", io.BytesIO(b"x"), 1)


def test_generated_secrets_are_for_their_owner_alone(services: Addresses, services_dir: Path) -> None:
    for name in ("secrets.json", "local.env", "store.json"):
        assert stat.S_IMODE((services_dir / name).stat().st_mode) == 0o600
    read_back = Settings(state_dir=services_dir)
    assert read_back.database_url is not None
    assert read_back.store_secret_key is not None
    assert read_back.database_url.get_secret_value() == services.database_url
    assert read_back.store_secret_key.get_secret_value() == services.store.secret_key
    assert read_back.store_secure is False


def test_lost_passwords_are_an_error(settings: Settings, state: State) -> None:
    up(settings)
    local_services.down(settings, ignore)
    secrets = (state.root / "secrets.json").rename(state.root / "secrets.elsewhere")

    with pytest.raises(GongkaiError, match=r"refuses the password in .*secrets\.json"):
        up(settings)
    end_at_once(state.root)
    secrets.replace(state.root / "secrets.json")


def test_a_state_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(GongkaiError, match="GONGKAI_STATE_DIR"):
        local_services.status(Settings(state_dir=tmp_path / "file" / "state"))
