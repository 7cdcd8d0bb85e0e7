"""Tombstones need evidence; what comes back is restored; bytes and versions stay."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from demo import demo_site, faults, goldens
from demo.server import Fault, Site, serve
from etl.archive.crawls.reports import Report
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from etl.errors import GongkaiError
from etl.pipeline.crawl import recheck
from etl.reason_codes import Code
from etl.reasons import encode_reason, english
from etl.settings import Settings
from tests.support.gongkai import SMALL, crawl_site, days_pass, gongkai, rows, small, source_of

FULL = CrawlOptions(full=True)


def crawl(archive: Archive, site: Site, options: CrawlOptions | None = None, **changes: Any) -> Report:
    """One crawl of the small site."""
    return crawl_site(archive, site, options, assertions=SMALL, **changes)


@pytest.fixture
def site() -> Iterator[Site]:
    demo = small(demo_site("gov_cn"))
    with serve(demo):
        yield demo


@pytest.fixture
def key(site: Site) -> str:
    return next(key for key in site.postings if goldens.outcome(site, key) == "stored")


def look_again(archive: Archive, site: Site, name: str, **changes: Any) -> Report:
    return recheck(
        archive, source_of(site, assertions=SMALL, **changes), name, CrawlOptions(), Settings(), lambda *_: None
    )


def states(archive: Archive, url: str) -> list[dict[str, Any]]:
    query = "SELECT state, state_reason FROM archive.record r JOIN archive.page p ON p.id = page_id WHERE p.url = :url"
    return rows(archive, query, url=url)


def changes(archive: Archive) -> list[str]:
    found = rows(archive, "SELECT kind FROM archive.change WHERE kind <> 'created' ORDER BY change_seq")
    return [row["kind"] for row in found]


def test_a_404_on_three_days_is_a_tombstone_and_on_two_is_not(
    archive: Archive, owner_url: str, site: Site, key: str
) -> None:
    url = site.url(key)
    crawl(archive, site)
    site.faults[key] = faults.status(404)
    for day in (1, 2, 3):
        days_pass(owner_url, 1)
        report = crawl(archive, site, FULL)
        assert report.removed == (day == 3)
        # The same day again adds no evidence.
        assert crawl(archive, site, FULL).removed == 0
    assert states(archive, url) == [{"state": "removed", "state_reason": encode_reason(Code.GONE_ON_DAYS, days=3)}]
    assert changes(archive) == ["removed"]


def test_dead_links_fail_no_run_are_named_and_tried_ever_more_rarely(
    archive: Archive, owner_url: str, local_settings: Settings
) -> None:
    site = small(demo_site("gkmlpt"), 30)
    with serve(site):
        lost = [key for key in site.postings if goldens.outcome(site, key) == "stored"][:10]
        site.faults |= dict.fromkeys(lost, faults.status(404))
        missing = {site.url(key) for key in site.postings if key in lost or goldens.outcome(site, key) == "gone"}

        def asked() -> int:
            return sum(seen.path == site.path(site.postings[lost[0]]) for seen in site.requests)

        for day, ended in ((1, "gone"), (2, "gone"), (3, "dead")):
            report = crawl(archive, site, FULL, recheck_after_days=30)
            assert (report.outcomes[ended], report.state) == (len(missing), "green")
            assert asked() == day
            days_pass(owner_url, 1)
        assert {link.url for link in report.dead} == missing
        assert {link.days for link in report.dead} == {3}
        said = gongkai(local_settings, "report", site.name).out
        assert f"{len(missing)} dead links (404 or 410 on 3 days), the first {report.dead[0].url}" in said
        tries = []
        for day in range(4, 10):
            report = crawl(archive, site, FULL, recheck_after_days=30)
            assert (report.outcomes["dead"], report.state) == (len(missing), "green")
            tries += [day] * (asked() - 3 - len(tries))
            days_pass(owner_url, 1)
        assert tries == [5, 9]
        for key in lost:
            del site.faults[key]
        days_pass(owner_url, 8)
        report = crawl(archive, site, FULL, recheck_after_days=30)
        assert (report.stored, len(report.dead), report.state) == (10, len(missing) - 10, "green")


def test_more_dead_links_than_records_are_red(archive: Archive, site: Site) -> None:
    site.faults |= dict.fromkeys(site.postings, faults.status(404))
    assert crawl(archive, site, FULL).state == "red"
    report = crawl(archive, site, FULL)
    assert report.problems[0].code == Code.MOST_LINKS_DEAD


def test_a_good_answer_in_between_starts_the_count_again(
    archive: Archive, owner_url: str, site: Site, key: str
) -> None:
    crawl(archive, site)
    for answer in (faults.status(404), faults.status(410), None, faults.status(404), faults.status(404)):
        days_pass(owner_url, 1)
        if answer:
            site.faults[key] = answer
        else:
            del site.faults[key]
        crawl(archive, site, FULL)
    assert states(archive, site.url(key))[0]["state"] == "current"


@pytest.mark.parametrize("gone", [faults.status(410), faults.home])
def test_off_a_complete_listing_and_failing_is_a_tombstone(archive: Archive, site: Site, key: str, gone: Fault) -> None:
    url = site.url(key)
    crawl(archive, site)
    site.unlisted.add(key)
    site.faults[key] = gone
    crawl(archive, site, FULL)
    assert states(archive, url)[0]["state"] == "current"
    report = look_again(archive, site, "look", recheck_after_days=30)
    assert (report.listed, report.removed, report.state) == (1, 1, "green")
    assert "not in the complete listing of" in english(states(archive, url)[0]["state_reason"])
    assert look_again(archive, site, "again", recheck_after_days=30).removed == 0


def test_off_the_listing_but_still_answering_stays(archive: Archive, site: Site, key: str) -> None:
    crawl(archive, site)
    url = site.url(key)
    site.unlisted.add(key)
    crawl(archive, site, FULL)
    report = look_again(archive, site, "look", recheck_after_days=30)
    assert (report.listed, report.unchanged, report.removed) == (1, 1, 0)
    assert states(archive, url)[0]["state"] == "current"


def test_a_partial_listing_removes_nothing(archive: Archive, site: Site, key: str) -> None:
    url = site.url(key)
    crawl(archive, site)
    other = next(posting.column for posting in site.postings.values() if posting.column != site.postings[key].column)
    site.remove(key)
    site.faults |= {f"{other}/{first}": faults.status(500) for first in (0, 1)}
    assert crawl(archive, site, FULL).state == "red"
    report = look_again(archive, site, "look", recheck_after_days=0)
    assert report.outcomes["gone"] >= 1
    assert report.removed == 0
    assert states(archive, url)[0]["state"] == "current"


def test_a_walk_that_found_less_than_the_total_says_nothing_of_what_it_did_not_list(archive: Archive) -> None:
    with serve(site := small(demo_site("gkmlpt"))):
        crawl(archive, site)
        lost = next(key for key in site.postings if goldens.outcome(site, key) == "stored")
        site.unlisted.add(lost)
        lies = {f"{site.postings[lost].column}/{page}" for page in range(1, 9)}
        site.faults |= dict.fromkeys(lies, faults.changed(b'"total": ', b'"total": 9'))
        assert Code.FEWER_DOCUMENTS in [problem.code for problem in crawl(archive, site, FULL).problems]
        for place in lies:
            del site.faults[place]
        site.faults[lost] = faults.status(404)
        assert look_again(archive, site, "look").removed == 0


def test_a_page_that_comes_back_is_restored_with_its_history(
    archive: Archive, owner_url: str, site: Site, key: str
) -> None:
    url = site.url(key)
    crawl(archive, site)
    posting = site.postings[key]
    site.remove(key)
    crawl(archive, site, FULL)
    look_again(archive, site, "look", recheck_after_days=30)
    site.postings[key] = posting
    report = crawl(archive, site, FULL)
    assert (report.restored, report.updated) == (1, 0)
    assert states(archive, url) == [{"state": "current", "state_reason": encode_reason(Code.ANSWERS_AGAIN)}]
    assert changes(archive) == ["removed", "restored"]
    assert len(rows(archive, "SELECT FROM archive.record_version v JOIN archive.record r ON r.id = v.record_id "
                    "JOIN archive.page p ON p.id = r.page_id WHERE p.url = :url", url=url)) == 1  # fmt: skip


def test_old_pages_are_looked_at_more_rarely_than_new_ones(archive: Archive, owner_url: str, site: Site) -> None:
    crawl(archive, site, recheck_after_days=10)
    documents = "SELECT count(*) AS n FROM archive.page WHERE kind = 'document' AND checked_at IS NOT NULL"
    [count] = rows(archive, documents)
    days_pass(owner_url, 11)
    with create_engine(owner_url).begin() as owner:
        older = "UPDATE archive.page SET first_seen_at = checked_at - interval '90 days' WHERE checked_at IS NOT NULL"
        owner.execute(text(older + " AND kind = 'document' AND id % 2 = 0"))
    [old] = rows(archive, documents + " AND id % 2 = 0")
    report = look_again(archive, site, "look", recheck_after_days=10)
    assert report.listed == count["n"] - old["n"]


def test_one_document_is_fetched_again_at_once_due_or_not(archive: Archive, site: Site, key: str) -> None:
    crawl(archive, site)
    url = site.url(key)
    site.put(replace(site.postings[key].document, title="修订后的通知"), key=key)
    before = len(site.requests)
    source = source_of(site, assertions=SMALL, recheck_after_days=30)
    report = recheck(archive, source, "one", CrawlOptions.of_document(url, "林馆员"), Settings(), lambda *_: None)
    assert (report.listed, report.updated, report.problems) == (1, 1, ())
    assert len(site.requests) <= before + 2, "the page, and robots.txt"
    with pytest.raises(GongkaiError, match="no document at"):
        recheck(archive, source, "none", CrawlOptions.of_document(f"{url}x"), Settings(), lambda *_: None)
    assert rows(archive, "SELECT count(*) AS n FROM archive.run WHERE key = 'none'") == [{"n": 0}]
