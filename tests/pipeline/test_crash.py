"""A process that dies at any moment leaves a state that the same work, done again, completes."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import yaml
from sqlalchemy import create_engine, text
from starlette.responses import Response

from demo import catalogue, demo_site, goldens, source_text
from demo.documents import Paragraph
from demo.server import Call, Site, serve
from demo.trs_columns import BY_KEY
from demo.trs_wcm import TrsSite
from etl.archive.crawls.run import CrawlOptions
from etl.archive.crawls.runs import open_run
from etl.archive.preservation.bucket_check import check_bucket
from etl.archive.preservation.fixity import audit
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import StoreError
from etl.archive.storage.layout import CHANGES
from etl.catalog.load import load_source
from etl.local.services import Addresses
from etl.pipeline.crawl import crawl
from etl.pipeline.stages.fetching import fetch_batch
from etl.settings import PROJECT, Settings
from tests.support.gongkai import SMALL, environment, gongkai, rows, small, source_of, state


@pytest.fixture
def site() -> Iterator[Site]:
    demo = small(demo_site("gkmlpt"))
    with serve(demo):
        yield demo


@pytest.fixture
def small_site() -> Iterator[TrsSite]:
    """A site of one list with two documents, one of them with a file."""
    made = TrsSite("demo-trs")
    documents = catalogue.documents("trs")
    for has_file in (True, False):
        document = next(each for each in documents if bool(each.attachments) is has_file and not each.breaks)
        made.put(document, column="czxx")
    with serve(made):
        yield made


def anonymous(found: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{name: value for name, value in row.items() if name != "source_id"} for row in found]


def test_a_crawl_killed_at_any_step_is_completed_by_its_rerun(
    archive: Archive, local_settings: Settings, small_site: TrsSite, tmp_path: Path
) -> None:
    """Every object written and every transaction committed is a step; the crawl is killed before each of them once.

    Each time the site says something new, so that texts and bytes are new to the archive every time.
    """
    documents = [posting.document for posting in small_site.postings.values()]
    column = {"url": small_site.base + BY_KEY["czxx"].path}
    command = [sys.executable, "-m", "tests.support.worker"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=PROJECT, env=environment(local_settings), **pipes) as worker:
        assert worker.stdin
        assert worker.stdout
        status, undisturbed = 1, []
        for step in count(1):
            name, mark = f"killed-{step}", f"第{step}次公开的内容。"
            for document in documents:
                small_site.put(replace(document, body=(*document.body, Paragraph(mark))), column="czxx")
            changes = {"id": name, "columns": [column], "assertions": SMALL}
            file = tmp_path / f"{name}.yaml"
            file.write_text(json.dumps(yaml.safe_load(source_text(small_site)) | changes), encoding="utf-8")
            worker.stdin.write(f"{file} disturbed {step}\n")
            worker.stdin.flush()
            status, taken = map(int, worker.stdout.readline().split())
            report = crawl(archive, load_source(file), "disturbed", CrawlOptions(), local_settings, lambda *_: None)
            assert (report.unfinished, report.problems) == (0, ()), step
            found = [row for row in state(archive) if row["source_id"] == name]
            seen = [[str(row[part]).replace(mark, "") for part in ("url", "state", "version", "text")] for row in found]
            undisturbed = undisturbed or seen
            assert seen == undisturbed, step
            assert all(archive.store.blob(row["sha256"]) for row in found)
            if status == 0:
                break
            assert status == -signal.SIGKILL
            assert taken == step - 1
        worker.stdin.close()
    assert step > 12, "a crawl of a listing, two documents and a file takes more steps than that"
    assert len(undisturbed) == len(documents)
    events = rows(archive, "SELECT change_seq, kind FROM archive.change ORDER BY 1")
    assert [row["change_seq"] for row in events] == list(range(1, step * len(documents) + 1))
    assert {row["kind"] for row in events} == {"created"}
    # Whatever step the logs were killed at, none of them is damage, and their chain is sound.
    assert audit(archive, lambda *_: None).all_damage == ()
    check_bucket(archive.store, lambda *_: None)


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
    asyncio.run(fetch_batch(archive, run, 0, "gongkai/test"))
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
