"""Silence is impossible: each way of listing too little has its reason, each way of listing much its price."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from demo import demo_site, faults
from demo.server import Site, serve
from etl.archive.crawls.advice import CAUSES, LOST_LISTS, PAGES, advice
from etl.archive.crawls.reports import Report, close_run
from etl.archive.crawls.run import CrawlOptions
from etl.archive.crawls.runs import open_run
from etl.archive.storage.archive import Archive
from etl.outcomes import Outcome
from etl.pipeline.stages.listing import list_catalog
from etl.reason_codes import Code
from etl.reasons import Reason
from tests.support import gongkai
from tests.support.gongkai import SMALL, rows, small, source_of

FULL = CrawlOptions(full=True)


@pytest.fixture
def site() -> Iterator[Site]:
    """A site with a list whose totals are told, and with as many documents as the rules on shares ask for."""
    demo = small(demo_site("gkmlpt"), 26)
    with serve(demo):
        yield demo


def crawl_site(archive: Archive, site: Site, options: CrawlOptions | None = None, **changes: Any) -> Report:
    return gongkai.crawl_site(archive, site, options, **{"assertions": SMALL} | changes)


def red(report: Report) -> str:
    assert report.state == "red"
    return report.problems[0].english


def test_the_told_totals_are_compared_with_what_was_listed(archive: Archive, site: Site) -> None:
    told = {column.column: (column.told_total, column.lines) for column in crawl_site(archive, site).told}
    assert told
    assert all(total == lines for total, lines in told.values())


def test_a_list_that_tells_of_more_than_it_shows_is_red(archive: Archive, site: Site) -> None:
    column = next(posting.column for posting in site.postings.values())
    lie = faults.changed(b'"total": ', b'"total": 9')
    site.faults |= {f"{column}/{page}": lie for page in range(1, 9)}
    report = crawl_site(archive, site)
    assert report.state == "red"
    assert Code.FEWER_DOCUMENTS in {problem.code for problem in report.problems}


def test_a_total_that_is_never_reached_is_a_warning_where_the_site_ends_the_list(archive: Archive) -> None:
    demo = demo_site("ucap")
    demo.overstated = 7  # type: ignore[attr-defined]
    with serve(demo):
        report = crawl_site(archive, demo)
        assert [problem.code for problem in report.problems if problem.code == Code.FEWER_DOCUMENTS] == []
        short = {warning.params["list"] for warning in report.warnings if warning.code == Code.TOTAL_NOT_REACHED}
        assert short == {"公示公告", "法定主动公开内容", "年度报告"}
        # A list that breaks off is no list that ends.
        demo.faults["nb/2"] = faults.status(500)
        assert crawl_site(archive, demo, FULL).state == "red"


LOST: tuple[tuple[int, faults.Fault, Outcome], ...] = (
    (2, faults.status(500), Outcome.HTTP_ERROR),
    (1, faults.status(404), Outcome.GONE),
    (2, faults.waf(403), Outcome.BLOCKED),
    (1, faults.offsite(), Outcome.OUT_OF_SCOPE),
    (2, faults.changed(b'"articles"', b'"others"'), Outcome.NOT_A_LISTING),
)
"""The first page of a list that is lost, with all behind it; what is wrong with them; their outcome."""


def test_a_list_page_that_is_lost_is_the_only_reason_for_what_is_missing(archive: Archive, site: Site) -> None:
    columns = [posting.column for posting in site.postings.values() if not posting.href]
    column, before = max(columns, key=columns.count), dict(site.faults)
    crawl_site(archive, site, limits={"retries": 0})
    for first_lost, fault, outcome in LOST:
        site.faults = before | {f"{column}/{number}": fault for number in range(first_lost, 9)}
        report = crawl_site(archive, site, FULL, limits={"retries": 0})
        assert [problem.code for problem in report.problems] == [Code.LISTING_PAGES_LOST], outcome
        assert advice(report.problems[0]) == LOST_LISTS[outcome]


LOGIN = "/login"


@pytest.mark.parametrize(
    ("fault", "outcome", "words"),
    [
        (faults.waf(403), Outcome.BLOCKED, "status 403"),
        (faults.offsite(LOGIN), Outcome.GONE, f"after a redirect to {{base}}{LOGIN}: status 404"),
        (faults.empty, Outcome.EMPTY, "empty body"),
    ],
)
def test_pages_that_fail_are_the_only_reason_and_one_of_them_is_named_with_its_own(
    archive: Archive, site: Site, fault: faults.Fault, outcome: Outcome, words: str
) -> None:
    site.faults |= dict.fromkeys(site.postings, fault)
    report = crawl_site(archive, site, limits={"retries": 0}, assertions={"min_records": 1000, "max_age_days": 36500})
    (reason,) = report.problems
    assert (reason.code, reason.params["outcome"]) == (Code.MOST_PAGES_FAILED, outcome)
    assert reason.params["url"] in {site.url(key) for key in site.postings}
    assert words.format(base=site.base) in reason.english
    assert advice(reason) == PAGES[outcome]


@pytest.mark.parametrize(
    ("fault", "share", "warned"),
    [
        (faults.status(503), 3, True),
        (faults.waf(403), 3, True),
        (faults.status(503), 8, False),
        (faults.status(404), 3, False),
    ],
)
def test_a_site_that_does_not_send_a_good_part_of_its_pages_makes_the_run_amber(
    archive: Archive, site: Site, fault: faults.Fault, share: int, warned: bool
) -> None:
    site.faults.clear()
    site.faults |= dict.fromkeys(list(site.postings)[::share], fault)
    report = crawl_site(archive, site, limits={"retries": 0})
    reasons = [reason for reason in report.warnings if reason.code == Code.PAGES_NOT_SENT]
    assert (bool(reasons), report.problems) == (warned, ())
    assert all(advice(reason) == PAGES[str(reason.params["outcome"])] for reason in reasons)


def test_a_list_that_leads_elsewhere_is_lost_there(archive: Archive, site: Site) -> None:
    column = next(posting.column for posting in site.postings.values())
    site.faults[f"{column}/1"] = faults.offsite(LOGIN)
    report = crawl_site(archive, site, limits={"retries": 0})
    assert f"(gone: after a redirect to {site.base}{LOGIN}: status 404)" in red(report)


@pytest.mark.parametrize(
    ("cause", "within", "told"),
    [
        (Reason.of(Code.NO_WHOLE_ANSWER, seconds=60), None, Code.NO_WHOLE_ANSWER),
        (Reason.of(Code.TLS_EXPIRED, host="a.example", error="x"), Code.ROBOTS_UNREACHABLE, Code.TLS_EXPIRED),
        (
            Reason.of(Code.HOST_NOT_RESOLVED, host="a.example", error="x"),
            Code.ROBOTS_UNREACHABLE,
            Code.HOST_NOT_RESOLVED,
        ),
        (Reason.of(Code.CONNECTION_FAILED, error="x"), Code.ROBOTS_UNREACHABLE, Code.ROBOTS_UNREACHABLE),
    ],
)
def test_the_advice_is_that_for_the_cause_however_deep_it_lies(cause: Reason, within: Code | None, told: Code) -> None:
    inner = Reason.of(within, host="a.example", error=cause) if within else cause
    led = Reason.of(Code.LED_TO, url="https://a.example/", reason=inner)
    ended = Reason.of(Code.ENDED_AS, outcome="network_error", reason=led)
    most = {"failed": 10, "fetched": 11, "outcome": "network_error"}
    for reason in (
        Reason.of(Code.LISTING_PAGES_LOST, pages=1, url="http://a.example/", reason=ended),
        Reason.of(Code.MOST_PAGES_FAILED, **most, url="http://a.example/1", reason=led),
    ):
        assert advice(Reason.from_stored(reason.to_text())) == CAUSES[told]


def test_a_list_that_drops_and_reports_more_is_compared_with_the_walk_before_it_dropped(
    archive: Archive, site: Site
) -> None:
    columns = [posting.column for posting in site.postings.values() if not posting.href]
    column = max(columns, key=columns.count)
    crawl_site(archive, site)
    site.unlisted |= {key for key, posting in site.postings.items() if posting.column == column}
    lies = {f"{column}/{page}": faults.changed(b'"total": ', b'"total": 9') for page in range(1, 9)}
    site.faults |= lies
    codes = [problem.code for problem in crawl_site(archive, site, FULL).problems]
    assert (Code.FEWER_DOCUMENTS in codes, Code.LIST_DROPPED in codes) == (True, True)
    for place in lies:
        del site.faults[place]
    assert Code.LIST_DROPPED in [problem.code for problem in crawl_site(archive, site, FULL).problems]


def test_nothing_listed_is_red(archive: Archive, site: Site) -> None:
    site.postings.clear()
    assert red(crawl_site(archive, site)) == "nothing was listed"


def test_fewer_records_than_asserted_is_red(archive: Archive, site: Site) -> None:
    report = crawl_site(archive, site, assertions={"min_records": 500, "max_age_days": 36500})
    assert red(report) == f"{report.records} records, fewer than the asserted 500"


def test_a_drop_against_the_last_good_walk_is_red(archive: Archive, site: Site) -> None:
    before = crawl_site(archive, site)
    for key in list(site.postings)[: before.listed // 2]:
        site.remove(key)
    assert "a drop beyond assertions.max_drop" in red(crawl_site(archive, site, FULL))
    assert crawl_site(archive, site, assertions=SMALL | {"max_drop": 0.9}).state == "green"


def test_a_list_that_is_empty_for_a_day_is_red_that_day(archive: Archive, site: Site) -> None:
    columns = [posting.column for posting in site.postings.values() if not posting.href]
    column = max(columns, key=columns.count)
    crawl_site(archive, site)
    site.unlisted |= {key for key, posting in site.postings.items() if posting.column == column}
    for options in (None, FULL):
        report = crawl_site(archive, site, options, assertions=SMALL | {"max_drop": 0.5})
        assert "has 0 documents and had" in red(report)
    site.unlisted.clear()
    assert crawl_site(archive, site).state == "green"


def test_only_old_documents_is_red(archive: Archive, site: Site) -> None:
    report = crawl_site(archive, site, assertions={"min_records": 1, "max_age_days": 30})
    assert "older than the asserted 30 days" in red(report)


def test_most_pages_failing_is_red(archive: Archive, site: Site) -> None:
    site.faults |= {key: faults.waf(403) for key in site.postings}
    assert "failed, most as blocked" in red(crawl_site(archive, site))


def test_fields_that_ran_dry_turn_the_run_amber(archive: Archive, site: Site) -> None:
    assert crawl_site(archive, site).state == "green"
    for key, posting in list(site.postings.items()):
        if not posting.href:
            site.put(replace(posting.document, index_number="", title=posting.document.title + "（更新）"), key=key)
    with archive.engine.begin() as connection:
        # What a listing once said is kept as evidence; here it never said it.
        connection.execute(text("UPDATE archive.page SET listing = listing - 'index_number'"))
    report = crawl_site(archive, site, FULL)
    assert report.state == "amber"
    [warning] = [words for words in map(str, report.warnings) if words.startswith("index_number")]
    assert "used to be in" in warning


def test_a_field_that_the_latest_records_lack_turns_the_run_red(archive: Archive, site: Site) -> None:
    expects = {"index_number": 0.6, "published_date": 0.5}
    first = crawl_site(archive, site, expects=expects)
    assert first.state == "green"
    plain = [(key, posting) for key, posting in site.postings.items() if not posting.href]
    for key, posting in plain:
        site.put(replace(posting.document, index_number="", title=posting.document.title + "（更新）"), key=key)
    with archive.engine.begin() as connection:
        connection.execute(text("UPDATE archive.page SET listing = listing - 'index_number'"))
    report = crawl_site(archive, site, FULL, expects=expects)
    assert [problem.code for problem in report.problems] == [Code.FIELD_BELOW_EXPECTED]
    words = f"index_number is in 0% of the latest {report.records} records, but expects requires 60%"
    assert str(report.problems[0]) == words


def test_a_few_records_without_a_field_are_held_against_those_written_before(archive: Archive, site: Site) -> None:
    crawl_site(archive, site)
    model = next(posting for posting in site.postings.values() if not posting.href)
    for number in range(3):
        new = replace(model.document, key=f"bare-{number}", index_number="", title=f"关于第{number}号事项的通知")
        site.put(new, key=new.key, column=model.column)
    report = crawl_site(archive, site, expects={"index_number": 0.6})
    assert (report.created, report.state) == (3, "green")


def test_missing_serials_are_told_and_harmless(archive: Archive, site: Site) -> None:
    site.remove("rental-case")
    report = crawl_site(archive, site)
    assert report.state == "green"
    # The second one is the site's own: of five documents of one office the third is of another year.
    assert {gap.year: (gap.missing, gap.first) for gap in report.gaps} == {"2023": (1, (412,)), "2022": (1, (932,))}
    assert crawl_site(archive, site).gaps == ()  # once a full walk: in between nothing is known anew
    dense = next(posting for posting in site.postings.values() if posting.document.index_number.endswith("/2023-00411"))
    number = dense.document.index_number.replace("00411", "09411")
    site.put(replace(dense.document, key="far", index_number=number, title="关于另行编号事项的通知"), key="far")
    assert {gap.year for gap in crawl_site(archive, site, FULL).gaps} == {"2022"}


def many(site: Site, number: int) -> None:
    """The site with one column of so many documents, the newest first, 100 a page."""
    model = next(posting for posting in site.postings.values() if not posting.href)
    site.postings.clear()
    site.faults.clear()
    site.page_size = 100  # type: ignore[attr-defined]
    last = date(2025, 6, 30)
    for place in range(number):
        document = replace(
            model.document, key=f"many-{place}", published_date=last - timedelta(hours=place), title=f"第{place}号通知"
        )
        site.put(document, key=document.key, column=model.column, number=20_000_000 - place)


def test_twenty_new_in_two_thousand_cost_three_listing_and_twenty_detail_requests(archive: Archive, site: Site) -> None:
    many(site, 2_000)
    run = open_run(archive, source_of(site), "first", CrawlOptions())
    listed = asyncio.run(list_catalog(archive, run, "gongkai/test"))
    assert sum(column.listed for column in listed.columns) == 2_000
    with archive.engine.begin() as connection:
        # As if every document had been fetched; that takes minutes and is not what is measured.
        connection.execute(text("UPDATE archive.run_page SET outcome = 'unchanged'"))
        connection.execute(text("UPDATE archive.page SET checked_at = now()"))
    close_run(archive, run)
    newest = max((posting.document for posting in site.postings.values()), key=lambda item: item.published_date)
    column = next(posting.column for posting in site.postings.values())
    for place in range(20):
        new = replace(newest, key=f"new-{place}", published_date=date(2025, 7, 1), title=f"新增第{place}号通知")
        site.put(new, key=new.key, column=column)
    site.requests.clear()
    report = crawl_site(archive, site, recheck_after_days=30)
    details = site.count("/gkmlpt/content/")
    listings = site.count("/gkmlpt/api/")
    assert (report.created, details) == (20, 20)
    filled = [item for item in report.told if item.listed]
    assert sum(item.pages for item in filled) <= 2
    assert listings - (len(report.told) - len(filled)) <= 2


def test_a_back_dated_document_is_found_by_the_next_crawl(archive: Archive, site: Site) -> None:
    site.page_size = 3  # type: ignore[attr-defined]
    crawl_site(archive, site, recheck_after_days=30)
    oldest = min(
        (posting for posting in site.postings.values() if len(site.entries(posting.column)) > 3),
        key=lambda posting: posting.day,
    )
    late = replace(oldest.document, key="late", title="关于补充公开事项的通知")
    site.put(late, key="late", column=oldest.column, number=oldest.number - 1)
    report = crawl_site(archive, site, recheck_after_days=30)
    assert (report.created, report.state) == (1, "green")
    assert sum(not column.whole for column in report.told if column.pages == 1) > 0


def test_a_document_in_two_columns_is_one_page_with_two_columns(archive: Archive, site: Site) -> None:
    columns = "SELECT columns FROM archive.run_page WHERE cardinality(columns) > 1"
    crawl_site(archive, site)
    key = next(key for key, posting in site.postings.items() if not posting.href)
    assert rows(archive, columns) == []
    site.also_listed[key] = next(
        item.column for item in site.postings.values() if item.column != site.postings[key].column
    )
    before = rows(archive, "SELECT count(*) AS n FROM archive.page WHERE kind = 'document'")
    crawl_site(archive, site, FULL)
    assert len(rows(archive, columns)) == 1
    assert rows(archive, "SELECT count(*) AS n FROM archive.page WHERE kind = 'document'") == before
