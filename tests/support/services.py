"""The session's PostgreSQL and S3 server, and databases and buckets of their own in them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import sql
from sqlalchemy import make_url

from etl.archive.storage.archive import Archive, open_archive
from etl.local import services as local_services
from etl.local.postgres import Postgres
from etl.local.services import Addresses
from etl.local.state import State
from etl.settings import PROJECT, Settings
from tests.support.reaper import end_at_once


@contextmanager
def running_services(services_dir: Path) -> Iterator[Addresses]:
    """PostgreSQL and the S3 server with their state in that folder; ended with the tests, however these end."""
    settings = Settings(state_dir=services_dir, postgres_port=0, store_port=0)
    reaper = subprocess.Popen(
        [sys.executable, "-m", "tests.support.reaper", str(services_dir), str(os.getpid())],
        cwd=PROJECT,
        start_new_session=True,
    )
    try:
        yield local_services.up(settings, airflow=False, report=lambda progress: None, fast=True)
    finally:
        end_at_once(services_dir)
        reaper.kill()
        reaper.wait()


@contextmanager
def own_database(services: Addresses, services_dir: Path, name: str) -> Iterator[str]:
    """The owner's address of a fresh, migrated database of that name, which goes with the block."""
    url = make_url(services.database_owner_url)
    assert url.port is not None
    server = Postgres(State(services_dir), url.port)
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
def own_bucket(services: Addresses, name: str) -> Iterator[str]:
    """A fresh bucket of that name, which goes with the block."""
    client = services.store.client(timeout=60)  # dropping a bucket on a busy machine takes its time
    client.make_bucket(name)
    yield name
    client.remove_bucket(name)


@contextmanager
def own_archive(services: Addresses, services_dir: Path, name: str) -> Iterator[Archive]:
    """An empty archive under that name, for as long as a module's tests need it."""
    with own_database(services, services_dir, name) as owner_url, own_bucket(services, name) as bucket:
        archive = open_archive(settings_of(services, services_dir, owner_url, bucket))
        yield archive
        archive.engine.dispose()


def settings_of(services: Addresses, services_dir: Path, owner_url: str, bucket: str) -> Settings:
    return Settings.model_validate(
        {
            "state_dir": services_dir,
            "database_url": same_database(services.database_url, owner_url),
            "database_owner_url": owner_url,
            "store_endpoint": services.store.endpoint,
            "store_access_key": services.store.access_key,
            "store_secret_key": services.store.secret_key,
            "store_bucket": bucket,
            "store_secure": False,
        }
    )


def same_database(url: str, other: str) -> str:
    return make_url(url).set(database=make_url(other).database).render_as_string(hide_password=False)
