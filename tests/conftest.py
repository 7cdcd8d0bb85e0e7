"""Real services for every test that asks: PostgreSQL and the S3 server, once a session; databases and buckets, fresh.

services         addresses of the session's PostgreSQL and S3 server (`etl.local.services.Addresses`)
services_dir     their state folder
owner_url        a fresh, migrated database as its owner
database_url     the same database as the application's role
reader_url       the same database as the downstream readers' role
bucket           the name of a fresh bucket
archive          both of them, open
local_settings   settings that name that database and that bucket
authority        a time-stamping authority that answers on loopback

Markers follow from the fixtures that a test uses (`MARKERS`).
"""

import atexit
import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

from etl import cycle_collector
from etl.archive.storage.archive import Archive, open_archive
from etl.local.services import Addresses
from etl.settings import PROJECT, Settings
from tests.support.parallel import FileScheduling, packed, unpacked
from tests.support.services import (
    MadeAhead,
    own_bucket,
    own_database,
    running_services,
    same_database,
    settings_of,
    state_folder,
)
from tests.support.share import examples
from tests.support.statements import share_statements
from tests.support.time_authority import TimeAuthority, time_authority

# `make test` draws the same inputs each time: a change is not red for an old fault that a new draw happens to find.
# `make check` draws the first of them (`tests/support/share.py`).
# `make explore` draws others, ten times as many; what it finds becomes an example.
# On a busy machine drawing is slow, too: no profile goes by the clock.
_ANY_TIME = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("gate", _ANY_TIME, derandomize=True, database=None)
settings.register_profile("check", settings.get_profile("gate"), max_examples=examples(100))
settings.register_profile("explore", _ANY_TIME, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))

share_statements()

MARKERS = {
    "service": {"services", "starts_services", "airflow", "starts_airflow"},
    "airflow": {"airflow", "starts_airflow"},
}
"""What a test is marked with when it uses one of these fixtures, by itself or through another one."""
LONGEST = (
    "test_demo.py",
    "airflow/test_many_workers.py",
    "pipeline/test_crawl.py",
    "pipeline/test_over_time.py",
    "archive/test_logs.py",
    "browse/test_guard.py",
    "pipeline/test_accounting.py",
    "browse/test_accessible.py",
    "pipeline/test_looks_at_lists.py",
    "pipeline/test_removal.py",
    "browse/test_record.py",
    "pipeline/test_hostile.py",
    "pipeline/test_failing_pages.py",
    "platforms/test_renamed.py",
    "pipeline/test_attacks.py",
    "local/test_services.py",
    "browse/test_in_chromium.py",
    "pipeline/test_crash.py",
    "pipeline/test_files.py",
    "pipeline/test_lists_over_time.py",
    "extract/test_never_raises.py",
    "archive/test_fixity.py",
    "platforms/test_outside.py",
    "cli/test_commands.py",
    "browse/test_guide.py",
    "archive/test_search.py",
    "pipeline/test_survey.py",
    "platforms/test_forms_of_paging.py",
    "pipeline/test_outages.py",
    "export/test_bytes.py",
    "pipeline/test_reextracting.py",
    "browse/test_collections.py",
    "archive/test_behind.py",
    "alerts/test_alerts.py",
    "archive/test_time_stamps.py",
    "pipeline/test_warc.py",
    "pipeline/test_rebuild.py",
    "test_operations.py",
    "web/test_urls.py",
    "platforms/test_data_lists.py",
    "platforms/test_refusals.py",
    "dags/test_dags.py",
    "airflow/test_telemetry.py",
    "cli/test_extracting.py",
    "test_patterns.py",
)
"""Files that take long, longest first: begun last, they would run alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    first = {PROJECT / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(item.path, len(first)))
    for item in items:
        assert isinstance(item, pytest.Function)
        if is_hypothesis_test(item.function):
            item.add_marker("generated")
        for marker, fixtures in MARKERS.items():
            if fixtures.intersection(item.fixturenames):
                item.add_marker(marker)


def pytest_collection_finish() -> None:
    # As commands do: what is imported and collected is not looked through again until the end, and the rest seldom.
    cycle_collector.resume()
    atexit.register(gc.unfreeze)  # or else libraries tell of their classes, which were never let go


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FileScheduling | None:
    return FileScheduling(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_report_to_serializable(report: object) -> dict[str, Any] | None:
    return packed(report)


def pytest_report_from_serializable(data: dict[str, Any]) -> pytest.TestReport | None:
    return unpacked(data)


@pytest.fixture(scope="session")
def services_dir() -> Iterator[Path]:
    """The state folder of the session's services."""
    with state_folder() as folder:
        yield folder


@pytest.fixture
def state_dir() -> Iterator[Path]:
    """A state folder for tests that start services of their own."""
    with state_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def services(services_dir: Path) -> Iterator[Addresses]:
    with running_services(services_dir) as addresses:
        yield addresses


@pytest.fixture(scope="session")
def starts_services() -> None:
    """For tests that start services of their own."""


@pytest.fixture(scope="session")
def starts_airflow() -> None:
    """For tests that start an Airflow of their own."""


@pytest.fixture(scope="session")
def spare_databases(services: Addresses, services_dir: Path) -> Iterator[MadeAhead[str]]:
    # Not `archive` itself: tests connect to it, and PostgreSQL copies no database that somebody is connected to.
    with own_database(services, services_dir, "template_of_tests"):
        # Not dropped, which takes 40 ms: they end with the server.
        made = MadeAhead(
            lambda number: own_database(
                services, services_dir, f"test_{number}", template="template_of_tests", drop=False
            )
        )
        yield made
        made.close()


@pytest.fixture(scope="session")
def spare_buckets(services: Addresses) -> Iterator[MadeAhead[str]]:
    made = MadeAhead(lambda number: own_bucket(services, f"test-{number}"))
    yield made
    made.close()


@pytest.fixture
def owner_url(spare_databases: MadeAhead[str]) -> Iterator[str]:
    with spare_databases.take() as url:
        yield url


@pytest.fixture
def database_url(services: Addresses, owner_url: str) -> str:
    return same_database(services.database_url, owner_url)


@pytest.fixture
def reader_url(services: Addresses, owner_url: str) -> str:
    return same_database(services.database_reader_url, owner_url)


@pytest.fixture
def bucket(spare_buckets: MadeAhead[str]) -> Iterator[str]:
    with spare_buckets.take() as name:
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


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[TimeAuthority]:
    with time_authority(tmp_path / "authority") as answering:
        yield answering
