"""Drop the database, rebuild it from object storage: every table as it was."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import create_engine

from demo import demo_site, goldens
from demo.server import Site, serve
from etl.archive.crawls.run import CrawlOptions
from etl.archive.crawls.runs import open_run
from etl.archive.preservation.fixity import audit
from etl.archive.records.corrections import WITHDRAWN, correct
from etl.archive.records.reviews import keep_review
from etl.archive.storage.archive import Archive
from etl.archive.storage.layout import CHAIN, CHANGES, blob_key
from etl.archive.storage.log_lines import JournalLine
from etl.errors import GongkaiError
from etl.pipeline.crawl import recheck
from etl.pipeline.rebuilding import rebuild_archive
from etl.pipeline.stages.listing import list_catalog
from etl.settings import Settings
from tests.support.gongkai import SMALL, crawl_site, rows, small, source_of
from tests.support.stored import write_log
from tests.support.whole_database import differing, dump, emptied, interrupted_at, quiet


@pytest.fixture
def sites() -> Iterator[list[Site]]:
    first, second = small(demo_site("gkmlpt"), 14), small(demo_site("gov_cn"), 6)
    with serve(first), serve(second):
        yield [first, second]


def a_life(archive: Archive, sites: list[Site]) -> None:
    """Crawls of two sites with a change and a removal, corrections, and a run that was cut off after its listing."""
    for site in sites:
        site.churn = True
        crawl_site(archive, site)
    first = rows(archive, "SELECT min(id) AS id FROM archive.record")[0]["id"]
    correct(archive, first, {"publisher": "更正的机关", "keywords": None}, "馆员", "与原件不符")
    assert keep_review(archive, first, 2, "disputed", "publisher:disputed", "馆员", "与封面一致")
    site = sites[0]
    changed, removed = [key for key in site.postings if goldens.outcome(site, key) == "stored"][:2]
    document = site.postings[changed].document
    site.put(replace(document, title=document.title + "（修订）"), key=changed)
    site.remove(removed)
    crawl_site(archive, site, CrawlOptions(full=True))
    recheck(archive, source_of(site), "again", CrawlOptions(), Settings(), quiet)
    correct(archive, first, {"publisher": WITHDRAWN}, "馆员", "原件无误")
    lost = rows(archive, "SELECT blob_sha256 FROM archive.page WHERE blob_sha256 IS NOT NULL LIMIT 1")[0]["blob_sha256"]
    body = archive.store.blob(lost)
    archive.store.remove(blob_key(lost))
    audit(archive, quiet)
    archive.store.put_blob(body)
    run = open_run(archive, source_of(sites[1]), "cut", CrawlOptions(limit=2))
    asyncio.run(list_catalog(archive, run, "gongkai/test"))


def test_an_empty_database_is_filled_again_from_the_bucket_alone(
    archive: Archive, owner_url: str, local_settings: Settings, sites: list[Site]
) -> None:
    a_life(archive, sites)
    before = dump(archive)
    assert all(before[name] for name in ("record", "capture", "change", "file", "page_file", "run_page", "review"))
    assert {row["kind"] for row in before["change"]} == {"created", "updated", "removed", "corrected"}
    again = emptied(archive, owner_url, local_settings)
    # What is not rebuilt yet must not be overwritten by a crawl that counts from 1 again.
    with pytest.raises(GongkaiError, match="gongkai rebuild"):
        crawl_site(again, sites[0])
    again = emptied(again, owner_url, local_settings)
    with pytest.raises(KeyboardInterrupt):
        rebuild_archive(again, create_engine(owner_url), interrupted_at("captures", 3))
    with pytest.raises(KeyboardInterrupt):
        rebuild_archive(again, create_engine(owner_url), interrupted_at("changes", 2))
    rebuild_archive(again, create_engine(owner_url), quiet)
    after = dump(again)
    assert {name: differing(before[name], after[name]) for name in before if before[name] != after[name]} == {}
    assert crawl_site(again, sites[0], CrawlOptions(full=True), id="another").created > 0
    rebuild_archive(again, create_engine(owner_url), quiet)


def test_a_rebuild_with_newer_rules_takes_no_difference_of_theirs_for_a_change_of_the_page(
    archive: Archive, owner_url: str, local_settings: Settings, sites: list[Site]
) -> None:
    site = small(sites[0], 4)
    site.churn = True
    for _ in range(2):
        crawl_site(archive, site, CrawlOptions(full=True), recheck_after_days=0, assertions=SMALL)
    # The second crawl stored other bytes and made no version: after a rebuild these captures are read again.
    for key in archive.store.list_keys(CHAIN):
        archive.store.remove(key)
    for key in archive.store.list_keys(CHANGES):
        write_log(archive, key, [with_other_rules(line) for line in archive.store.read_log(key, JournalLine)])
    again = emptied(archive, owner_url, local_settings)
    rebuild_archive(again, create_engine(owner_url), quiet)
    [last] = rows(again, "SELECT max(change_seq) AS seq FROM archive.change WHERE kind = 'created'")
    kinds = rows(again, "SELECT DISTINCT kind FROM archive.change WHERE change_seq > :seq", seq=last["seq"])
    assert kinds == [{"kind": "re-extracted"}]


def with_other_rules(line: JournalLine) -> JournalLine:
    """The event as other rules would have made it, which read another title."""
    assert line.values is not None
    fields = [
        item | {"value": "旧" + item["value"]} if item["name"] == "title" else item for item in line.values.fields
    ]
    return replace(line, read_with="0.1", values=replace(line.values, fields=fields))
