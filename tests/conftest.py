"""Real parts for every test that asks: PostgreSQL and the S3 server, once a session; databases and buckets, fresh.

parts            addresses of the session's PostgreSQL and S3 server (`etl.local.parts.Addresses`)
owner_url        a fresh, migrated database as its owner; dropped after the test
database_url     the same database as the application's role
reader_url       the same database as the downstream readers' role
bucket           the name of a fresh bucket; dropped after the test
archive          both of them, open
local_settings   settings that name that database and that bucket
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from psycopg import sql
from sqlalchemy import make_url

from etl.archive.archive import Archive, open_archive
from etl.local import parts as local_parts
from etl.local.parts import Addresses
from etl.local.postgres import Postgres
from etl.local.state import State
from etl.settings import PROJECT, Settings
from tests.reaper import end_at_once

_numbers = count(1)
LONGEST = ("test_demo.py", "local/test_airflow.py", "pipeline/test_crash.py", "pipeline/test_outages.py")
"""Files that take minutes, most of them waiting: begun last, they would run alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    first = {PROJECT / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(item.path, len(first)))


@pytest.fixture(scope="session")
def parts_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of the session's parts."""
    return tmp_path_factory.mktemp("parts")


@pytest.fixture(scope="session")
def parts(parts_dir: Path) -> Iterator[Addresses]:
    with running_parts(parts_dir) as addresses:
        yield addresses


@contextmanager
def running_parts(parts_dir: Path) -> Iterator[Addresses]:
    """PostgreSQL and the S3 server with their state in that folder; ended with the tests, however these end."""
    settings = Settings(state_dir=parts_dir, postgres_port=0, store_port=0)
    reaper = subprocess.Popen(
        [sys.executable, "-m", "tests.reaper", str(parts_dir), str(os.getpid())],
        cwd=PROJECT,
        start_new_session=True,
    )
    try:
        yield local_parts.up(settings, airflow=False, report=lambda progress: None, fast=True)
    finally:
        end_at_once(parts_dir)
        reaper.kill()
        reaper.wait()


@contextmanager
def own_database(parts: Addresses, parts_dir: Path, name: str) -> Iterator[str]:
    """The owner's address of a fresh, migrated database of that name, which goes with the block."""
    url = make_url(parts.database_owner_url)
    assert url.port is not None
    server = Postgres(State(parts_dir), url.port)
    database = sql.Identifier(name)
    with server.connect() as connection:
        # `archive` itself, migrated once when the parts came up, is the template.
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE archive OWNER archive_owner STRATEGY FILE_COPY").format(database)
        )
        # What migrations/roles.sql says of the database itself, which a template does not pass on.
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO archive_app").format(database))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO archive_reader").format(database))
    yield url.set(database=name).render_as_string(hide_password=False)
    # A connection of its own: a test may have restarted the server.
    with server.connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))


@contextmanager
def own_bucket(parts: Addresses, name: str) -> Iterator[str]:
    """A fresh bucket of that name, which goes with the block."""
    client = parts.store.client(timeout=60)  # dropping a bucket on a busy machine takes its time
    client.make_bucket(name)
    yield name
    client.remove_bucket(name)


@contextmanager
def own_archive(parts: Addresses, parts_dir: Path, name: str) -> Iterator[Archive]:
    """An empty archive under that name, for as long as a module's tests need it."""
    with own_database(parts, parts_dir, name) as owner_url, own_bucket(parts, name) as bucket:
        archive = open_archive(_settings(parts, parts_dir, owner_url, bucket))
        yield archive
        archive.engine.dispose()


def _settings(parts: Addresses, parts_dir: Path, owner_url: str, bucket: str) -> Settings:
    return Settings.model_validate(
        {
            "state_dir": parts_dir,
            "database_url": same_database(parts.database_url, owner_url),
            "database_owner_url": owner_url,
            "store_endpoint": parts.store.endpoint,
            "store_access_key": parts.store.access_key,
            "store_secret_key": parts.store.secret_key,
            "store_bucket": bucket,
            "store_secure": False,
        }
    )


@pytest.fixture
def owner_url(parts: Addresses, parts_dir: Path) -> Iterator[str]:
    with own_database(parts, parts_dir, f"test_{next(_numbers)}") as url:
        yield url


@pytest.fixture
def database_url(parts: Addresses, owner_url: str) -> str:
    return same_database(parts.database_url, owner_url)


@pytest.fixture
def reader_url(parts: Addresses, owner_url: str) -> str:
    return same_database(parts.database_reader_url, owner_url)


@pytest.fixture
def bucket(parts: Addresses) -> Iterator[str]:
    with own_bucket(parts, f"test-{next(_numbers)}") as name:
        yield name


@pytest.fixture
def local_settings(parts: Addresses, parts_dir: Path, owner_url: str, bucket: str) -> Settings:
    return _settings(parts, parts_dir, owner_url, bucket)


def same_database(url: str, other: str) -> str:
    return make_url(url).set(database=make_url(other).database).render_as_string(hide_password=False)


@pytest.fixture
def archive(local_settings: Settings) -> Iterator[Archive]:
    """An empty archive of its own."""
    opened = open_archive(local_settings)
    yield opened
    opened.engine.dispose()
