"""Articles of several pages: their further pages are captures of their own, their text is one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from demo import catalogue, faults
from demo.documents import Document, Paragraph
from demo.server import serve
from demo.trs_columns import BY_KEY
from demo.trs_wcm import TrsSite
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from etl.reasons import english
from tests.support.gongkai import crawl_site, days_pass, rows, squash, state

KEY = "safety-points"
PARTS = "SELECT p.url, p.part FROM archive.page p WHERE p.kind = 'part' AND p.part_of IS NOT NULL ORDER BY p.part"
CAPTURES = """
SELECT p.url, c.outcome FROM archive.capture c JOIN archive.page p ON p.id = c.page_id
WHERE p.kind = 'part' ORDER BY c.id
"""
WHOLE = CrawlOptions(full=True)


@pytest.fixture
def site() -> Iterator[TrsSite]:
    """A site of one column with three documents, one of them an article of three pages."""
    made = TrsSite("demo-trs")
    documents = {document.key: document for document in catalogue.documents("trs")}
    for key in (KEY, "flood-notice", "gas-notice"):
        made.put(documents[key], column="czxx")
    with serve(made):
        yield made


def crawl(archive: Archive, site: TrsSite) -> Any:
    column = {"url": site.base + BY_KEY["czxx"].path}
    asserted = {"min_records": 1, "max_age_days": 36500, "max_drop": 1}
    return crawl_site(archive, site, WHOLE, columns=[column], assertions=asserted, limits={"retries": 0})


def texts(archive: Archive, site: TrsSite) -> list[str]:
    """The texts of the article's versions."""
    return [squash(row["text"]) for row in state(archive) if row["url"] == site.url(KEY)]


def article(site: TrsSite) -> Document:
    return site.postings[KEY].document


def part(site: TrsSite, page: int) -> str:
    return site.url(KEY).replace(".html", f"_{page}.html")


def test_the_pages_of_an_article_are_captures_and_one_text_in_order(archive: Archive, site: TrsSite) -> None:
    report = crawl(archive, site)
    assert (report.state, report.listed, report.stored, report.records) == ("green", 3, 3, 3)
    assert rows(archive, PARTS) == [{"url": part(site, 1), "part": 2}, {"url": part(site, 2), "part": 3}]
    assert rows(archive, CAPTURES) == [{"url": part(site, page), "outcome": "stored"} for page in (1, 2)]
    assert texts(archive, site) == [squash(article(site).text)]


def test_a_second_crawl_finds_an_article_unchanged(archive: Archive, site: TrsSite) -> None:
    crawl(archive, site)
    before = state(archive)
    report = crawl(archive, site)
    assert (report.unchanged, report.created, report.updated) == (3, 0, 0)
    assert [row["outcome"] for row in rows(archive, CAPTURES)] == ["stored", "stored", "unchanged", "unchanged"]
    assert state(archive) == before


def test_a_further_page_that_changes_makes_a_version_of_the_article(archive: Archive, site: TrsSite) -> None:
    crawl(archive, site)
    old = article(site)
    site.put(replace(old, body=(*old.body, Paragraph("附：分工表以本件为准。"))), key=KEY)
    report = crawl(archive, site)
    assert (report.unchanged, report.updated) == (3, 1)
    assert texts(archive, site) == [squash(old.text), squash(article(site).text)]


@pytest.mark.parametrize("page", [1, 2])
def test_an_article_that_lacks_a_page_fails_and_is_completed_later(archive: Archive, site: TrsSite, page: int) -> None:
    site.faults[f"{KEY}/{page + 1}"] = faults.status(404)
    report = crawl(archive, site)
    assert (report.stored, report.failed, report.outcomes["gone"]) == (2, 1, 1)
    (ended,) = rows(archive, "SELECT reason FROM archive.run_page WHERE outcome = 'gone'")
    assert english(ended["reason"]) == f"page {page + 1} of the article, {part(site, page)}: status 404"
    assert texts(archive, site) == []

    site.faults.clear()
    report = crawl(archive, site)
    assert (report.failed, report.created) == (0, 1)
    assert texts(archive, site) == [squash(article(site).text)]


def test_an_article_that_loses_a_page_for_good_is_no_dead_link(archive: Archive, owner_url: str, site: TrsSite) -> None:
    crawl(archive, site)
    site.faults[f"{KEY}/2"] = faults.status(404)
    for _ in range(3):
        days_pass(owner_url, 1)
        report = crawl(archive, site)
    assert (report.outcomes["gone"], report.dead, report.records) == (1, (), 3)


def test_an_article_that_loses_a_page_for_a_while_keeps_its_text(archive: Archive, site: TrsSite) -> None:
    crawl(archive, site)
    site.faults[f"{KEY}/3"] = faults.status(500)
    report = crawl(archive, site)
    assert (report.failed, report.updated) == (1, 0)
    site.faults.clear()
    crawl(archive, site)
    assert texts(archive, site) == [squash(article(site).text)]


def test_an_article_that_shrinks_loses_the_text_of_its_last_page(archive: Archive, site: TrsSite) -> None:
    crawl(archive, site)
    old = article(site)
    site.put(replace(old, body=old.body[: old.breaks[1]], breaks=old.breaks[:1]), key=KEY)
    report = crawl(archive, site)
    assert report.updated == 1
    assert texts(archive, site) == [squash(old.text), squash(article(site).text)]
    assert rows(archive, PARTS) == [{"url": part(site, 1), "part": 2}]


def test_an_article_that_grows_a_page_gains_its_text(archive: Archive, site: TrsSite) -> None:
    old = article(site)
    site.put(replace(old, body=old.body[: old.breaks[1]], breaks=old.breaks[:1]), key=KEY)
    crawl(archive, site)
    site.put(old, key=KEY)
    assert crawl(archive, site).updated == 1
    assert texts(archive, site)[-1] == squash(old.text)


def test_a_page_that_changes_while_another_is_lost_waits_for_it(archive: Archive, site: TrsSite) -> None:
    """No version mixes pages of two days, and none lacks the pages behind the one that was lost."""
    old = article(site)
    site.put(replace(old, breaks=(6, 12, 18)), key=KEY)
    crawl(archive, site)
    new = replace(old, breaks=(6, 12, 18), body=(*old.body[:7], Paragraph("本段为新增内容。"), *old.body[8:]))
    site.put(new, key=KEY)
    site.faults[f"{KEY}/3"] = faults.status(404)
    report = crawl(archive, site)
    assert (report.state, report.failed, report.updated) == ("green", 1, 0)
    assert texts(archive, site) == [squash(old.text)]

    site.faults.clear()
    assert crawl(archive, site).updated == 1
    assert texts(archive, site) == [squash(old.text), squash(new.text)]
