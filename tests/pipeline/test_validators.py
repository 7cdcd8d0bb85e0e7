"""Conditional requests: asked where a site's validators proved right, never believed where they lied."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from demo import demo_site, goldens
from demo.server import Site, serve
from etl.archive.crawls.reports import Report
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from tests.support.gongkai import SMALL, crawl_site, rows, small

FULL = CrawlOptions(full=True)


def crawl(archive: Archive, site: Site, options: CrawlOptions | None = None, **changes: Any) -> Report:
    """One crawl of the small site."""
    return crawl_site(archive, site, options, assertions=SMALL, **changes)


@pytest.fixture
def site() -> Iterator[Site]:
    demo = small(demo_site("gkmlpt"))
    with serve(demo):
        yield demo


def conditional(site: Site) -> int:
    """How many requests asked whether a page had changed."""
    return sum("if-none-match" in seen.headers or "if-modified-since" in seen.headers for seen in site.requests)


def test_validators_that_proved_right_are_used(archive: Archive, site: Site) -> None:
    crawl(archive, site)
    crawl(archive, site, FULL)
    assert conditional(site) == 0
    report = crawl(archive, site, FULL)
    assert report.outcomes["not_modified"] + report.files["not_modified"] == conditional(site)
    assert report.outcomes["not_modified"] > 0
    # Some are fetched whole all the same, to notice a site that begins to lie.
    assert report.outcomes["unchanged"] > 0
    assert report.outcomes["not_modified"] + report.outcomes["unchanged"] == len(goldens.records(site))


def test_a_changed_page_is_seen_through_a_conditional_request(archive: Archive, site: Site) -> None:
    for _ in range(2):
        crawl(archive, site, FULL)
    for key in list(goldens.records(site)):
        document = site.postings[key].document
        site.put(replace(document, title=document.title + "（修订）"), key=key)
    report = crawl(archive, site, FULL)
    assert report.updated == len(goldens.records(site))


def test_a_site_that_lies_is_never_asked_conditionally(archive: Archive, site: Site) -> None:
    site.validators = "lying"
    crawl(archive, site)
    for number in range(3):
        for key in list(goldens.records(site)):
            document = site.postings[key].document
            site.put(replace(document, title=f"{document.title}{number}"), key=key)
        assert crawl(archive, site, FULL).updated == len(goldens.records(site))
    assert conditional(site) == 0
    [host] = rows(archive, "SELECT validators_wrong FROM archive.host")
    assert host["validators_wrong"] > 0
