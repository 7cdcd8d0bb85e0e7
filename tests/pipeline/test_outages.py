"""Object storage or the database goes away in mid-crawl: one line says so, and the same work again completes it.

The parts that are struck are these tests' own: what fails here takes no other test with it.
"""

import signal
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from threading import Event

import psutil
import pytest
from sqlalchemy.exc import OperationalError
from starlette.responses import Response

from demo import demo_site
from demo.server import Call, Site, serve
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import StoreError
from etl.local import postgres, process, store
from etl.local import services as local_services
from etl.local.services import Addresses
from etl.local.state import State
from etl.pipeline.crawl import crawl
from etl.settings import Settings
from tests.support.gongkai import SMALL, crawl_site, rows, small, source_of, state
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
    demo = small(demo_site("gkmlpt"))
    with serve(demo):
        yield demo


def crawl_through(
    archive: Archive, settings: Settings, site: Site, strike: Callable[[], None], error: type[Exception], said: str
) -> Callable[[], None]:
    """A crawl that is struck in its middle and fails; returns what does the rest and compares with a calm crawl."""
    key = list(site.postings)[7]
    over = Event()

    def struck(call: Call) -> Response:
        site.faults.pop(key)
        strike()
        over.set()
        return call.plain()

    site.faults[key] = struck
    with pytest.raises(error, match=said):
        crawl(archive, source_of(site, assertions=SMALL), "struck", CrawlOptions(), settings, lambda *_: None)
    # The crawl may have failed at what was dying still.
    assert over.wait(120)

    def finish() -> None:
        report = crawl(archive, source_of(site, assertions=SMALL), "struck", CrawlOptions(), settings, lambda *_: None)
        assert (report.unfinished, report.problems) == (0, ())
        crawl_site(archive, site, id="calm", assertions=SMALL)
        found = [{name: row[name] for name in row if name != "source_id"} for row in state(archive)]
        half = len(found) // 2
        assert sorted(map(str, found[:half])) == sorted(map(str, found[half:]))
        seqs = [row["change_seq"] for row in rows(archive, "SELECT change_seq FROM archive.change ORDER BY 1")]
        assert seqs == list(range(1, len(found) + 1))

    return finish


def again(services_dir: Path) -> None:
    """What is down comes up where it was."""
    settings = Settings(state_dir=services_dir, postgres_port=0, store_port=0)
    local_services.up(settings, airflow=False, report=lambda progress: None, fast=True)


def server(services_dir: Path, part: str) -> psutil.Process:
    running = process.find(State(services_dir), part)
    assert running
    return psutil.Process(running.pid)


def end(part: psutil.Process, how: signal.Signals) -> None:
    """A signal is not an end: what is asked to start again at once may find the part that is dying."""
    part.send_signal(how)
    part.wait(timeout=30)


def test_object_storage_goes_away_and_comes_back(
    archive: Archive, local_settings: Settings, services_dir: Path, site: Site
) -> None:
    def strike() -> None:
        end(server(services_dir, store.NAME), signal.SIGKILL)

    finish = crawl_through(archive, local_settings, site, strike, StoreError, "gongkai status")
    named = {row["blob_sha256"] for row in rows(archive, "SELECT blob_sha256 FROM archive.capture")} - {None}
    again(services_dir)
    assert all(archive.store.blob(digest) for digest in named)
    finish()


def test_the_database_is_restarted_in_mid_run(
    archive: Archive, local_settings: Settings, services_dir: Path, site: Site
) -> None:
    def strike() -> None:
        # SIGQUIT: PostgreSQL's immediate shutdown, as after a crash.
        end(server(services_dir, postgres.NAME), signal.SIGQUIT)

    gone = "terminating|refused|reset|closed|shutting down"  # as a connection had it, or asks for one a moment later
    finish = crawl_through(archive, local_settings, site, strike, OperationalError, gone)
    again(services_dir)
    finish()


def test_a_full_disk_in_object_storage_is_one_line_and_no_loss(
    archive: Archive, local_settings: Settings, services_dir: Path, site: Site
) -> None:
    full = server(services_dir, store.NAME)

    def strike() -> None:
        # Not a byte more in any of its files: what a full disk does.
        full.rlimit(psutil.RLIMIT_FSIZE, (1, 1))

    finish = crawl_through(archive, local_settings, site, strike, StoreError, "free space|gongkai status")
    end(full, signal.SIGKILL)
    again(services_dir)
    finish()
