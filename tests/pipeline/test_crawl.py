"""A crawl from listing to report, against sites that behave like their families."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from demo import SOURCES, demo_platforms, demo_site, demo_sites, faults, goldens
from demo.server import Site, serve
from etl.archive.crawls.reports import Report
from etl.archive.crawls.run import CrawlOptions
from etl.archive.crawls.runs import open_run
from etl.archive.storage.archive import Archive
from etl.local.services import Addresses
from etl.pipeline.crawl import begin
from etl.pipeline.stages.listing import list_catalog
from etl.settings import Settings
from tests.support.gongkai import SMALL, crawl_site, rows, small, source_of, squash, state
from tests.support.services import own_archive

FAMILIES = sorted(demo_platforms().values())


@dataclass(frozen=True, slots=True)
class Crawled:
    """What the archive holds of a site after one crawl."""

    site: Site
    archive: Archive
    report: Report
    ended: dict[str, str]


@pytest.fixture(scope="module", params=FAMILIES)
def crawled(request: pytest.FixtureRequest, services: Addresses, services_dir: Path) -> Iterator[Crawled]:
    site = demo_site(request.param)
    with own_archive(services, services_dir, "test-families") as archive, serve(site):
        report = crawl_site(archive, site)
        yield Crawled(site, archive, report, {row["url"]: row["outcome"] for row in rows(archive, _ENDED)})


_ENDED = "SELECT p.url, rp.outcome FROM archive.run_page rp JOIN archive.page p ON p.id = rp.page_id"
_RECORDS = """
SELECT p.url, v.fields, v.attachments, c.text FROM archive.record r JOIN archive.page p ON p.id = r.page_id
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
JOIN archive.content c ON c.hash = v.content_hash
"""


@pytest.fixture
def one_site() -> Iterator[Site]:
    demo = small(demo_site("gkmlpt"), 12)
    with serve(demo):
        yield demo


def test_every_listed_page_ends_in_its_outcome(crawled: Crawled) -> None:
    site, report = crawled.site, crawled.report
    assert report.problems == ()
    assert report.listed == report.stored + report.unchanged + report.failed + report.excluded
    assert report.listed == len({site.url(key) for key in site.postings})
    assert crawled.ended == {site.url(key): goldens.outcome(site, key) for key in site.postings}


def test_records_are_the_golden_ones(crawled: Crawled) -> None:
    goldened = goldens.records(crawled.site).values()
    records = {row["url"]: row for row in rows(crawled.archive, _RECORDS)}
    assert {golden["url"] for golden in goldened} == records.keys()
    for golden in goldened:
        row = records[golden["url"]]
        fields = {item["name"]: item["value"] for item in row["fields"] if item["chosen"]}
        assert fields.items() >= golden["fields"].items(), golden["url"]
        extra = {name: value for name, value in fields.items() if name not in golden["fields"]}
        assert extra.items() <= golden["allowed"].items(), golden["url"]
        attachments = {item["url"] for item in row["attachments"]}
        assert attachments == {item["url"] for item in golden["attachments"]}, golden["url"]
        text, whole = squash(row["text"]), squash(golden["text"])
        assert text in (whole, whole + "".join(map(squash, golden["tail"]))), golden["url"]


def test_bytes_in_the_store_are_those_of_the_site(archive: Archive, one_site: Site) -> None:
    crawl_site(archive, one_site)
    blobs = rows(archive, "SELECT sha256, size FROM archive.blob")
    assert blobs
    for blob in blobs:
        assert len(archive.store.blob(blob["sha256"])) == blob["size"]


def test_a_second_walk_lists_the_same_documents(crawled: Crawled) -> None:
    """What is fetched and read again does not depend on the family: see the next test."""
    run = open_run(crawled.archive, source_of(crawled.site), "again", CrawlOptions(full=True))
    listed = asyncio.run(list_catalog(crawled.archive, run, "gongkai/test"))
    assert listed.lost == ()
    again = rows(crawled.archive, f"{_ENDED} WHERE rp.run_id = :run", run=run.id)
    assert {row["url"] for row in again} == crawled.ended.keys()


@pytest.mark.parametrize("platform", ["gkmlpt", "generic"], ids=["JSON", "HTML"])
def test_a_second_crawl_changes_nothing(archive: Archive, platform: str) -> None:
    site = small(demo_site(platform), 26)
    with serve(site):
        first = crawl_site(archive, site)
        before = state(archive)
        second = crawl_site(archive, site, CrawlOptions(full=True))
    assert (second.stored, second.created, second.updated) == (0, 0, 0)
    assert second.change_seq_to == first.change_seq_to
    assert second.listed == second.unchanged + second.failed + second.excluded
    assert before
    assert state(archive) == before
    assert {name: second.outcomes.get(name, 0) for name in first.outcomes if name != "stored"} == {
        name: number for name, number in first.outcomes.items() if name != "stored"
    }


@pytest.mark.parametrize(("batch_size", "left"), [(100, []), (5, [0, 1, 2])])
def test_the_first_task_of_a_run_crawls_what_fits_into_one_batch(
    archive: Archive, one_site: Site, batch_size: int, left: list[int]
) -> None:
    settings, source = Settings(batch_size=batch_size), source_of(one_site)
    assert begin(archive, source, "test", CrawlOptions(), settings, lambda *_: None) == left
    ended = rows(archive, f"{_ENDED} WHERE rp.outcome IS NOT NULL")
    if left:
        assert ended == []
    else:
        assert {row["url"]: row["outcome"] for row in ended} == {
            one_site.url(key): goldens.outcome(one_site, key) for key in one_site.postings
        }


def test_a_page_that_changes_and_changes_back_has_three_versions(archive: Archive, one_site: Site) -> None:
    key = next(key for key in one_site.postings if goldens.outcome(one_site, key) == "stored")
    posting = one_site.postings[key]
    crawl_site(archive, one_site)
    changed = replace(posting.document, title=posting.document.title + "（修订）")
    for document in (changed, posting.document):
        one_site.put(document, key=key)
        report = crawl_site(archive, one_site, CrawlOptions(full=True))
        assert (report.created, report.updated) == (0, 1)
    versions = [row for row in state(archive) if row["url"] == one_site.url(key)]
    assert [row["version"] for row in versions] == [1, 2, 3]
    assert versions[0]["title"] == versions[2]["title"] != versions[1]["title"]
    kinds = rows(archive, "SELECT kind FROM archive.change WHERE kind <> 'created'")
    assert [row["kind"] for row in kinds] == ["updated", "updated"]


def test_bytes_that_change_without_text_are_captures_not_versions(archive: Archive, one_site: Site) -> None:
    one_site.churn = True
    crawl_site(archive, one_site)
    before = rows(archive, "SELECT count(*) AS n FROM archive.record_version")
    report = crawl_site(archive, one_site, CrawlOptions(full=True))
    assert report.stored > 0
    assert (report.created, report.updated) == (0, 0)
    assert rows(archive, "SELECT count(*) AS n FROM archive.record_version") == before


def test_the_same_text_elsewhere_is_one_content_at_several_places(archive: Archive) -> None:
    sites = demo_site("hanweb_jcms"), demo_site("hanweb_jpaas")
    with serve(sites[0]), serve(sites[1]):
        reports = [crawl_site(archive, site) for site in sites]
        places = goldens.shared_texts(*sites)
    assert places
    found = rows(archive, _PLACES)
    assert sorted(map(sorted, places.values())) == sorted(sorted(row["urls"]) for row in found)
    assert sum(report.duplicates for report in reports) == sum(len(urls) - 1 for urls in places.values())


_PLACES = """
SELECT array_agg(p.url) AS urls FROM archive.record r JOIN archive.page p ON p.id = r.page_id
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
GROUP BY v.content_hash HAVING count(*) > 1
"""


def test_two_crawls_at_once_leave_the_state_of_one(archive: Archive, one_site: Site, local_settings: object) -> None:
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(crawl_site, archive, one_site, assertions=SMALL) for _ in range(2)]:
            assert done.result().problems == ()
    found = state(archive)
    assert {row["version"] for row in found} == {1}
    assert len(found) == len(goldens.records(one_site))
    seqs = [row["change_seq"] for row in rows(archive, "SELECT change_seq FROM archive.change ORDER BY 1")]
    assert seqs == list(range(1, len(found) + 1))


@pytest.mark.parametrize(("platform", "pages"), [("gkmlpt", 1), ("channels", 2)], ids=["total", "no total"])
def test_an_unchanged_catalog_costs_one_listing_page_a_column_and_two_without_a_total(
    archive: Archive, platform: str, pages: int
) -> None:
    site = small(demo_site(platform), 14)
    with serve(site):
        crawl_site(archive, site, recheck_after_days=30)
        report = crawl_site(archive, site, recheck_after_days=30)
    columns = {posting.column for posting in site.postings.values()}
    listed = [item.pages for item in report.told]
    assert max(listed) == pages
    assert len(listed) >= len(columns)
    assert report.outcomes.get("known", 0) + report.excluded + report.failed == report.listed


def test_a_new_document_is_found_by_the_incremental_crawl(archive: Archive, one_site: Site) -> None:
    crawl_site(archive, one_site, recheck_after_days=30)
    newest = max((posting.document for posting in one_site.postings.values()), key=lambda item: item.published_date)
    one_site.put(replace(newest, title="关于新增事项的通知", key="new"), key="new")
    report = crawl_site(archive, one_site, recheck_after_days=30)
    assert (report.stored, report.created) == (1, 1)


def test_a_limit_stops_the_crawl_and_the_next_one_completes_it(archive: Archive, one_site: Site) -> None:
    limited = crawl_site(archive, one_site, CrawlOptions(limit=5))
    assert limited.stored + limited.failed == 5
    whole = crawl_site(archive, one_site)
    assert whole.records == len(goldens.records(one_site))


def test_a_lost_listing_page_turns_the_run_red(archive: Archive, one_site: Site) -> None:
    column = next(posting.column for posting in one_site.postings.values())
    one_site.faults |= {f"{column}/{first}": faults.status(500) for first in (0, 1)}
    report = crawl_site(archive, one_site)
    assert report.state == "red"
    assert "listing pages that could not be read" in report.problems[0].english


def test_every_demo_site_has_a_source_file() -> None:
    assert {path.stem for path in SOURCES.glob("*.yaml")} == {site.name for site in demo_sites()}
