"""Real parts for every test that asks: PostgreSQL and the S3 server, once a session; databases and buckets, fresh.

parts            addresses of the session's PostgreSQL and S3 server (`etl.local.services.Addresses`)
owner_url        a fresh, migrated database as its owner; dropped after the test
database_url     the same database as the application's role
reader_url       the same database as the downstream readers' role
bucket           the name of a fresh bucket; dropped after the test
archive          both of them, open
local_settings   settings that name that database and that bucket
"""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from etl.archive.storage.archive import Archive, open_archive
from etl.local.services import Addresses
from etl.settings import PROJECT, Settings
from tests.support.services import own_bucket, own_database, running_services, same_database, settings_of

_numbers = count(1)
LONGEST = ("test_demo.py", "local/test_airflow.py", "pipeline/test_crash.py", "pipeline/test_outages.py")
"""Files that take minutes, most of them waiting: begun last, they would run alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    first = {PROJECT / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(item.path, len(first)))


@pytest.fixture(scope="session")
def services_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of the session's parts."""
    return tmp_path_factory.mktemp("parts")


@pytest.fixture(scope="session")
def services(services_dir: Path) -> Iterator[Addresses]:
    with running_services(services_dir) as addresses:
        yield addresses


@pytest.fixture
def owner_url(services: Addresses, services_dir: Path) -> Iterator[str]:
    with own_database(services, services_dir, f"test_{next(_numbers)}") as url:
        yield url


@pytest.fixture
def database_url(services: Addresses, owner_url: str) -> str:
    return same_database(services.database_url, owner_url)


@pytest.fixture
def reader_url(services: Addresses, owner_url: str) -> str:
    return same_database(services.database_reader_url, owner_url)


@pytest.fixture
def bucket(services: Addresses) -> Iterator[str]:
    with own_bucket(services, f"test-{next(_numbers)}") as name:
        yield name


@pytest.fixture
def local_settings(services: Addresses, services_dir: Path, owner_url: str, bucket: str) -> Settings:
    return settings_of(services, services_dir, owner_url, bucket)


@pytest.fixture
def archive(local_settings: Settings) -> Iterator[Archive]:
    """An empty archive of its own."""
    opened = open_archive(local_settings)
    yield opened
    opened.engine.dispose()
