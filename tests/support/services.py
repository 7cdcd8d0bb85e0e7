"""The session's PostgreSQL and S3 server, and a database and a bucket in them for each test."""

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Generic, TypeVar

from psycopg import sql
from sqlalchemy import make_url

from etl.archive.storage.archive import Archive, open_archive
from etl.local import services as local_services
from etl.local.postgres import Postgres
from etl.local.services import Addresses
from etl.local.state import State
from etl.settings import PROJECT, Settings
from tests.support.reaper import end_at_once

MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 4 * 2**30
"""Bytes; the services of a session of three workers and of the demo take about 1 GB."""
T = TypeVar("T")


@contextmanager
def state_folder() -> Iterator[Path]:
    """A folder for the state of services, removed at the end of the block.

    It is not one of pytest's: whenever another session of pytest starts, it takes the right to pass through their
    common parent away from all but its own user, and a PostgreSQL that runs as another user dies
    ("could not open file pg_control: Permission denied").
    """
    # A process that was killed a moment ago may still write.
    with tempfile.TemporaryDirectory(prefix="gongkai-tests-", dir=_memory(), ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _memory() -> Path | None:
    """Where files are in memory, if there is much room: to copy a database takes 10 ms of CPU there, on ext4 150."""
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < MEMORY_NEEDED:
        return None
    return MEMORY


@contextmanager
def running_services(services_dir: Path) -> Iterator[Addresses]:
    """PostgreSQL and the S3 server with their state in that folder; ended with the tests, however these end."""
    settings = Settings(state_dir=services_dir, postgres_port=0, store_port=0)
    # The shell reads until this process ends, however it does; Python would load for a second first.
    waiting = ["sh", "-c", 'read -r line; exec "$@"', "reaper"]
    reaper = subprocess.Popen(
        [*waiting, sys.executable, "-m", "tests.support.reaper", str(services_dir)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield local_services.up(settings, airflow=False, report=lambda step: None, fast=True)
    finally:
        end_at_once(services_dir)
        reaper.kill()
        reaper.communicate()


@contextmanager
def own_database(
    services: Addresses, services_dir: Path, name: str, *, template: str = "archive", drop: bool = True
) -> Iterator[str]:
    """The owner's address of a fresh, migrated database of that name, dropped at the end of the block if `drop`.

    `archive` was migrated when the services came up.
    """
    url = make_url(services.database_owner_url)
    assert url.port is not None
    server = Postgres(State(services_dir), url.port)
    database = sql.Identifier(name)
    with server.connect() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER archive_owner STRATEGY FILE_COPY").format(
                database, sql.Identifier(template)
            )
        )
        # What migrations/roles.sql says of the database itself, which a template does not pass on.
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO archive_app").format(database))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO archive_reader").format(database))
    yield url.set(database=name).render_as_string(hide_password=False)
    if not drop:
        return
    # A connection of its own: a test may have restarted the server.
    with server.connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))


@contextmanager
def own_bucket(services: Addresses, name: str) -> Iterator[str]:
    """A fresh bucket of that name, dropped at the end of the block."""
    client = services.store.client(timeout=60)  # dropping a bucket on a busy machine takes its time
    client.make_bucket(name)
    # The first object of a bucket waits 0.2 s for a volume.
    client.put_object(name, "first", io.BytesIO(b"?"), 1)
    client.remove_object(name, "first")
    yield name
    client.remove_bucket(name)


class MadeAhead(Generic[T]):
    """Context managers that a thread enters before they are needed, and leaves after they were used.

    `make` takes a number, new each time. `take` raises what `make` raises; `close` raises what leaving them raises.
    """

    def __init__(self, make: Callable[[int], AbstractContextManager[T]], *, spare: int = 2) -> None:
        self._make = make
        self._numbers = count(1)
        self._thread = ThreadPoolExecutor(1)
        self._left: list[Future[bool | None]] = []
        self._ready = deque(self._thread.submit(self._enter) for _ in range(spare))

    def _enter(self) -> tuple[AbstractContextManager[T], T]:
        context = self._make(next(self._numbers))
        return context, context.__enter__()

    @contextmanager
    def take(self) -> Iterator[T]:
        """One of them, for the time of the block."""
        made = self._ready.popleft()
        self._ready.append(self._thread.submit(self._enter))  # first: that one may have failed
        context, value = made.result()
        yield value
        self._left.append(self._thread.submit(context.__exit__, None, None, None))

    def close(self) -> None:
        """Wait until those that were used are left; spare ones are abandoned."""
        for made in self._ready:
            made.cancel()
        for left in self._left:
            left.result()
        self._thread.shutdown()


@contextmanager
def own_archive(services: Addresses, services_dir: Path, name: str) -> Iterator[Archive]:
    """An empty archive under that name, for as long as a module's tests need it."""
    with own_database(services, services_dir, name) as owner_url, own_bucket(services, name) as bucket:
        archive = open_archive(settings_of(services, services_dir, owner_url, bucket))
        yield archive
        archive.engine.dispose()


def settings_of(services: Addresses, services_dir: Path, owner_url: str, bucket: str) -> Settings:
    """Settings that name these services, that database and that bucket."""
    return Settings.model_validate(
        {
            "state_dir": services_dir,
            "database_url": same_database(services.database_url, owner_url),
            "database_owner_url": owner_url,
            "database_reader_url": same_database(services.database_reader_url, owner_url),
            "store_endpoint": services.store.endpoint,
            "store_access_key": services.store.access_key,
            "store_secret_key": services.store.secret_key,
            "store_reader_access_key": services.store.reader_access_key,
            "store_reader_secret_key": services.store.reader_secret_key,
            "store_bucket": bucket,
            "store_secure": False,
            "workers": 1,
        }
    )


def same_database(url: str, other: str) -> str:
    """The address `url`, with the database of `other`."""
    return make_url(url).set(database=make_url(other).database).render_as_string(hide_password=False)
