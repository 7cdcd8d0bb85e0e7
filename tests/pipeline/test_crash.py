"""A process that dies at any moment leaves a state that the same work, done again, completes."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from starlette.responses import Response

from demo import demo_site, goldens
from demo.server import Call, Site, serve
from etl.archive.crawls.run import CrawlOptions
from etl.archive.crawls.runs import open_run
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import StoreError
from etl.archive.storage.layout import CHANGES
from etl.local.services import Addresses
from etl.pipeline.crawl import crawl
from etl.pipeline.rebuilding import rebuild_archive
from etl.pipeline.stages.fetching import fetch_batches
from etl.settings import Settings
from tests.support.attacks.base import Ground
from tests.support.attacks.invariants import check_archive
from tests.support.attacks.kills import crawls_to_kill, kill_at_each_step, two_documents
from tests.support.gongkai import SMALL, environment, gongkai, rows, small, source_of, state
from tests.support.whole_database import differing, dump, emptied, quiet


@pytest.fixture
def site() -> Iterator[Site]:
    demo = small(demo_site("gkmlpt"))
    with serve(demo):
        yield demo


def test_a_crawl_killed_at_any_step_is_completed_by_its_rerun(
    archive: Archive, owner_url: str, local_settings: Settings, tmp_path: Path
) -> None:
    ground = Ground(archive, local_settings, tmp_path)
    with serve(site := two_documents()), crawls_to_kill(local_settings) as crawl_until:
        rounds = list(kill_at_each_step(ground, site, crawl_until, "killed"))
    kinds = rows(archive, "SELECT kind, count(*) AS n FROM archive.change GROUP BY kind")
    assert kinds == [{"kind": "created", "n": len(rounds) * len(site.postings)}]
    check_archive(archive)
    # What a step logged that died is in the bucket, so it must be in the database.
    before = dump(archive)
    again = emptied(archive, owner_url, local_settings)
    rebuild_archive(again, create_engine(owner_url), quiet)
    assert {name: differing(before[name], after) for name, after in dump(again).items() if before[name] != after} == {}


def test_a_log_without_rows_is_adopted_without_asking_the_site(
    archive: Archive, owner_url: str, local_settings: Settings, site: Site
) -> None:
    first = crawl(archive, source_of(site, assertions=SMALL), "cut", CrawlOptions(), local_settings, lambda *_: None)
    captures = rows(archive, _CAPTURES)
    with create_engine(owner_url).begin() as owner:
        for statement in _AS_IF_THE_ROWS_WERE_NEVER_WRITTEN:
            owner.execute(text(statement))
    for key in list(archive.store.list_keys(CHANGES)):
        archive.store.remove(key)
    site.requests.clear()
    run = open_run(archive, source_of(site, assertions=SMALL), "cut", CrawlOptions())
    asyncio.run(fetch_batches(archive, run, [0], "gongkai/test"))
    assert site.requests == []
    assert rows(archive, _CAPTURES) == captures
    again = crawl(archive, source_of(site, assertions=SMALL), "cut", CrawlOptions(), local_settings, lambda *_: None)
    assert again.outcomes == first.outcomes
    assert again.records == first.records


_CAPTURES = "SELECT * FROM archive.capture ORDER BY id"
_AS_IF_THE_ROWS_WERE_NEVER_WRITTEN = (
    "TRUNCATE archive.change, archive.record_version, archive.record, archive.content CASCADE",
    "UPDATE archive.run_page SET capture_id = NULL, outcome = NULL WHERE batch = 0",
    "UPDATE archive.page SET checked_at = NULL, blob_sha256 = NULL, unread_capture_id = NULL WHERE kind = 'document'",
    "DELETE FROM archive.capture c USING archive.page p WHERE p.id = c.page_id AND p.kind = 'document'",
)


def test_nothing_is_visible_whose_bytes_are_not_stored(
    archive: Archive, local_settings: Settings, site: Site, services: Addresses, bucket: str
) -> None:
    """The bucket goes away in mid-crawl: no row names bytes that are not there, and the crawl says what happened."""
    client = services.store.client()
    key = list(site.postings)[7]

    def lose_the_bucket(call: Call) -> Response:
        client.remove_bucket(bucket)
        return call.plain()

    site.faults[key] = lose_the_bucket
    with pytest.raises(StoreError, match="NoSuchBucket"):
        crawl(archive, source_of(site, assertions=SMALL), "away", CrawlOptions(), local_settings, lambda *_: None)
    said = rows(archive, "SELECT count(*) AS n FROM archive.blob")
    client.make_bucket(bucket)
    site.faults.pop(key)
    report = crawl(archive, source_of(site, assertions=SMALL), "away", CrawlOptions(), local_settings, lambda *_: None)
    assert report.unfinished == 0
    assert rows(archive, "SELECT count(*) AS n FROM archive.blob") != said


def test_an_interrupted_crawl_says_so_and_the_next_one_completes_it(
    archive: Archive, local_settings: Settings, site: Site, tmp_path: Path
) -> None:
    file = tmp_path / "source.yaml"
    file.write_text(source_of(site, assertions=SMALL).model_dump_json(exclude_unset=True), encoding="utf-8")
    command = [Path(sys.executable).with_name("gongkai"), "crawl", file]
    started: list[subprocess.Popen[str]] = []
    key = list(site.postings)[7]

    def interrupt(call: Call) -> Response:
        started[0].send_signal(signal.SIGINT)
        return call.plain()

    site.faults[key] = interrupt
    interruptible = subprocess.Popen(
        command,
        env=environment(local_settings),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        # A shell lets its background jobs ignore the signal, and so their children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    started.append(interruptible)
    _, said = interruptible.communicate(timeout=300)
    assert started[0].returncode == 130
    assert "interrupted; run the same command again to continue" in said
    site.faults.pop(key)
    done = gongkai(local_settings, "crawl", file)
    assert done.code == 0, done.err
    assert len(state(archive)) == len(goldens.records(site))
