"""Object storage or the database goes away in mid-crawl: one line says so, and the same work again completes it.

The parts that are struck are these tests' own: what fails here takes no other test with it.
"""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from demo import demo_site
from demo.server import Site, serve
from etl.archive.storage.archive import Archive
from etl.local.services import Addresses
from etl.settings import Settings
from tests.support.attacks.base import Ground
from tests.support.attacks.invariants import check_archive
from tests.support.attacks.outages import OUTAGES, crawl_through
from tests.support.gongkai import small
from tests.support.services import own_bucket, own_database, running_services, state_folder

_numbers = count(1)


@pytest.fixture(scope="module")
def services_dir() -> Iterator[Path]:
    with state_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def services(services_dir: Path) -> Iterator[Addresses]:
    with running_services(services_dir) as addresses:
        yield addresses


@pytest.fixture
def owner_url(services: Addresses, services_dir: Path) -> Iterator[str]:
    with own_database(services, services_dir, f"struck_{next(_numbers)}") as url:
        yield url


@pytest.fixture
def bucket(services: Addresses) -> Iterator[str]:
    with own_bucket(services, f"struck-{next(_numbers)}") as name:
        yield name


@pytest.fixture
def site() -> Iterator[Site]:
    demo = small(demo_site("gov_cn"))
    with serve(demo):
        yield demo


@pytest.mark.parametrize("name", OUTAGES)
def test_a_crawl_that_is_struck_is_completed_by_its_rerun(
    archive: Archive, local_settings: Settings, site: Site, tmp_path: Path, name: str
) -> None:
    crawl_through(Ground(archive, local_settings, tmp_path), site, OUTAGES[name], list(site.postings)[7])
    check_archive(archive)
