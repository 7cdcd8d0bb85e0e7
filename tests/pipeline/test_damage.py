"""Bytes that were lost: what a site still gives comes back, and what is lost stops nothing else."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from demo import demo_site
from demo.server import Site, serve
from etl.archive.crawls.reports import Report
from etl.archive.crawls.run import CrawlOptions
from etl.archive.crawls.runs import open_run
from etl.archive.crawls.scheduling import plan_batches, plan_recheck_batches
from etl.archive.preservation.fixity import audit
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import DamagedBlob
from etl.archive.storage.layout import FIXITY, blob_key
from etl.errors import Damaged, Unavailable
from etl.files import READER, FileOutcome, FileReading
from etl.pipeline.stages import attachments
from etl.pipeline.stages.attachments import read_scans
from etl.pipeline.stages.extracting import extract_batch
from etl.pipeline.stages.fetching import fetch_batches
from etl.pipeline.stages.listing import list_catalog
from etl.pipeline.stages.reconciling import reconcile
from etl.reasons import english
from etl.settings import Settings
from tests.support.gongkai import SMALL, crawl_site, gongkai, rows, source_of
from tests.support.stored import age, keep

FULL = CrawlOptions(full=True)
EVENTS = "SELECT blob_sha256, kind, detail FROM archive.fixity_event ORDER BY id"
# A document, a further page of an article, and a file, each with bytes that no other page has.
RESTING = """
SELECT DISTINCT ON (p.kind) p.kind, p.id, p.blob_sha256 AS digest, p.url FROM archive.page p
WHERE p.kind IN ('document', 'part', 'file') AND p.verdict IS NULL
  AND 1 = (SELECT count(*) FROM archive.page o WHERE o.blob_sha256 = p.blob_sha256)
  AND (p.kind <> 'file' OR EXISTS (SELECT FROM archive.page_file f WHERE f.file_id = p.id))
ORDER BY p.kind, p.id
"""


def quiet(*_: Any) -> None:
    pass


def crawl(archive: Archive, site: Site, options: CrawlOptions = FULL, **changes: Any) -> Report:
    return crawl_site(archive, site, options, assertions=SMALL, **changes)


@pytest.fixture
def site() -> Iterator[Site]:
    demo = demo_site("trs_wcm")
    postings = demo.postings.items()
    with_files = [key for key, posting in postings if posting.document.attachments and not posting.document.breaks]
    for key in set(demo.postings) - {*list(demo.postings)[:8], *with_files[:3], "safety-points"}:
        demo.remove(key)
    with serve(demo):
        yield demo


def lose(archive: Archive, digests: list[str]) -> None:
    """Removes the objects behind the archive's back."""
    for digest in digests:
        archive.store.remove(blob_key(digest))


def test_a_crawl_puts_back_what_was_lost(archive: Archive, site: Site) -> None:
    for _ in range(3):
        crawl(archive, site)
    lost = {row["kind"]: row["digest"] for row in rows(archive, RESTING)}
    assert lost.keys() == {"document", "part", "file"}
    lose(archive, list(lost.values()))
    assert len(audit(archive, quiet).damaged) == 3
    logs = len(list(archive.store.list_keys(FIXITY)))

    captures = rows(archive, "SELECT max(id) AS last FROM archive.capture")[0]["last"]
    report = crawl(archive, site)
    assert report.outcomes["not_modified"] > 0, "the host is believed"
    assert {archive.store.blob(digest) is not None for digest in lost.values()} == {True}
    told = rows(archive, f"SELECT * FROM ({EVENTS}) AS e WHERE kind = 'restored'")
    assert {row["blob_sha256"] for row in told} == set(lost.values())
    assert {english(row["detail"]) for row in told} == {"was missing, was fetched again"}
    assert len(list(archive.store.list_keys(FIXITY))) > logs, "object storage was told"
    assert rows(archive, "SELECT sha256 FROM archive.blob WHERE damage IS NOT NULL") == []
    outcomes = "SELECT outcome FROM archive.capture WHERE id > :last AND blob_sha256 = ANY(:lost)"
    again = rows(archive, outcomes, last=captures, lost=list(lost.values()))
    assert {row["outcome"] for row in again} == {"unchanged"}
    assert audit(archive, quiet).damaged == ()


def test_what_rests_on_lost_bytes_is_due_at_once(archive: Archive, site: Site) -> None:
    crawl(archive, site)
    source = source_of(site, recheck_after_days=30)
    assert not any(
        plan_recheck_batches(archive.engine, open_run(archive, source, "1", CrawlOptions(), "recheck"), 10).values()
    )
    found = rows(archive, RESTING)
    lose(archive, [row["digest"] for row in found])
    audit(archive, quiet)
    planned = plan_recheck_batches(archive.engine, open_run(archive, source, "2", CrawlOptions(), "recheck"), 10)
    documents = """
    SELECT DISTINCT coalesce(f.page_id, p.part_of, p.id) AS id FROM archive.page p
    LEFT JOIN archive.page_file f ON f.file_id = p.id WHERE p.id = ANY(:pages)
    """
    assert sum(planned.values()) == len(rows(archive, documents, pages=[row["id"] for row in found]))


def cut(archive: Archive, site: Site, between: Callable[[], None]) -> tuple[Report, Callable[[], Report]]:
    """A crawl in which something happens between fetching and reading; its report, and what reads again."""
    run = open_run(archive, source_of(site, assertions=SMALL), "cut", FULL)
    asyncio.run(list_catalog(archive, run, "gongkai/test"))
    batches = plan_batches(archive.engine, run, 100)
    asyncio.run(fetch_batches(archive, run, list(batches), "gongkai/test"))
    between()

    def read() -> Report:
        for number in batches:
            extract_batch(archive, run, number)
        return reconcile(archive, run)

    return read(), read


def test_a_page_whose_bytes_are_lost_stays_unread_and_its_run_is_red_until_they_are_back(
    archive: Archive, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    bodies: dict[str, bytes] = {}
    document_of = "SELECT count(*) AS n FROM archive.page WHERE kind = 'document' AND unread_capture_id IS NOT NULL"

    def strike() -> None:
        unread = RESTING.replace("AND (p.kind <> 'file' OR EXISTS", "AND (true OR EXISTS")
        bodies.update({row["digest"]: archive.store.blob(row["digest"]) for row in rows(archive, unread)})
        lose(archive, list(bodies))

    report, read = cut(archive, site, strike)
    waiting = rows(archive, document_of)[0]["n"]
    assert 2 <= waiting <= 3, "a page, an article, and what links a file; the first may be one of the others"
    assert report.records > 5, "the others were read"
    assert report.state == "red"
    assert f"{waiting} fetched pages could not be read: stored bytes are damaged" in report.problems[0].english
    assert any(digest in report.problems[0].english for digest in bodies)
    named = "\n".join(caplog.messages)
    assert all(digest in named for digest in bodies)
    assert {row["sha256"] for row in rows(archive, "SELECT sha256 FROM archive.blob WHERE damage IS NOT NULL")} == set(
        bodies
    )

    for body in bodies.values():
        archive.store.put_blob(body)
    again = read()
    assert (again.state, again.records) == ("green", report.records + waiting)
    assert rows(archive, "SELECT unread_reason FROM archive.run_page WHERE unread_reason IS NOT NULL") == []


def test_the_next_crawl_reads_what_was_lost_before_it_was_read(archive: Archive, site: Site) -> None:
    def strike() -> None:
        lose(archive, [row["digest"] for row in rows(archive, RESTING) if row["kind"] == "document"])

    assert cut(archive, site, strike)[0].state == "red"
    report = crawl(archive, site, recheck_after_days=30)
    assert (report.state, report.created) == ("green", 1)
    assert audit(archive, quiet).damaged == ()


def test_a_lost_version_read_with_other_rules_keeps_its_page_unread_and_no_other(
    archive: Archive, owner_url: str, site: Site
) -> None:
    """Without it nobody can tell what the page changed from what the rules did."""
    crawl(archive, site)
    changed = [key for key, item in site.postings.items() if not item.document.breaks and item.document.body][:2]
    page = "SELECT blob_sha256 AS digest FROM archive.page WHERE url = :url"
    [lost] = rows(archive, page, url=site.url(changed[0]))
    for key in changed:
        document = site.postings[key].document
        site.put(replace(document, title=document.title + "（修订）"), key=key)
    age(owner_url, "UPDATE archive.record SET read_with = '0.1'")
    lose(archive, [lost["digest"]])
    report = crawl(archive, site)
    assert (report.state, report.updated) == ("red", 1)
    assert "1 fetched pages could not be read" in report.problems[0].english
    assert f"the previous version of {site.url(changed[0])}: blob {lost['digest']}" in report.problems[0].english


def test_reading_again_goes_on_past_lost_bytes_and_ends_red(
    archive: Archive, owner_url: str, local_settings: Settings, site: Site
) -> None:
    crawl(archive, site)
    [lost] = [row for row in rows(archive, RESTING) if row["kind"] == "document"]
    lose(archive, [lost["digest"]])
    number = len(rows(archive, "SELECT id FROM archive.record"))
    for words in (["--all", "--dry-run"], ["--all"]):
        code, _, said = gongkai(local_settings, "reextract", *words)
        assert code == 1
        assert f"{number - 1} records read, 0" in said
        assert f"record of {lost['url']}: blob {lost['digest']} is damaged (missing)" in said
        last = said.strip().splitlines()[-1]
        assert "1 records or files could not be read" in last
        assert "gongkai restore" in last
        # A dry run leaves no trace; the other says what it found.
        assert len(rows(archive, EVENTS)) == ("--dry-run" not in words)
    age(owner_url, "UPDATE archive.record SET read_with = '0.1'")
    assert gongkai(local_settings, "reextract")[0] == 1
    assert len(rows(archive, "SELECT id FROM archive.record WHERE read_with = '0.1'")) == 1, "it is owed"


def test_damage_is_not_tried_again_as_an_outage_is() -> None:
    assert not issubclass(Damaged, Unavailable)
    assert issubclass(DamagedBlob, Damaged)


def test_a_lost_scan_keeps_no_other_waiting(
    archive: Archive,
    owner_url: str,
    local_settings: Settings,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @contextmanager
    def pool() -> Iterator[Callable[[bytes, str], FileReading]]:
        yield lambda body, kind: FileReading(kind, FileOutcome.READ, text="盖章件", pages=1, method="ocr")

    monkeypatch.setattr(attachments, "scan_pool", pool)
    monkeypatch.setattr(attachments, "SCANS_PER_PROCESS", 2)
    digests = keep(archive, tmp_path, 5)
    file = """
    INSERT INTO archive.file (blob_sha256, media_type, outcome, reason, method, members, reader, read_at)
    VALUES (:digest, 'image/png', 'scan', '', '', '[]', '1', now() + make_interval(secs => :n))
    """
    for number, digest in enumerate(digests):
        age(owner_url, file, digest=digest, n=number)
    lose(archive, digests[:3])
    done = read_scans(archive)
    assert (done.read, [each.sha256 for each in done.damaged]) == (2, digests[:3])
    assert read_scans(archive, 2).read == 0
    code, out, said = gongkai(local_settings, "scans")
    assert (code, out.strip()) == (1, "0 scans read")
    assert all(f"scan {digest}: blob {digest} is damaged (missing)" in said for digest in digests[:3])
    assert "3 scans could not be read" in said.strip().splitlines()[-1]


def test_what_ocr_read_keeps_its_text_until_ocr_reads_it_anew(
    archive: Archive, owner_url: str, site: Site, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawl(archive, site)
    [file] = [row for row in rows(archive, RESTING) if row["kind"] == "file"]
    kept = (
        "SELECT outcome, method, reader, content_hash IS NOT NULL AS has_text FROM archive.file WHERE blob_sha256 = :d"
    )
    before = "UPDATE archive.file SET reader = '0', method = 'ocr', media_type = 'image/png' WHERE blob_sha256 = :d"
    age(owner_url, before, d=file["digest"])
    attachments.read_files(archive, site.name, [file["url"]])
    assert rows(archive, kept, d=file["digest"]) == [
        {"outcome": "read", "method": "ocr", "reader": "0", "has_text": True}
    ]

    @contextmanager
    def pool() -> Iterator[Callable[[bytes, str], FileReading]]:
        yield lambda body, kind: FileReading(kind, FileOutcome.READ, text="盖章件", pages=1, method="ocr")

    monkeypatch.setattr(attachments, "scan_pool", pool)
    assert read_scans(archive).read == 1
    assert rows(archive, kept, d=file["digest"]) == [
        {"outcome": "read", "method": "ocr", "reader": READER, "has_text": True}
    ]
    assert read_scans(archive).read == 0
