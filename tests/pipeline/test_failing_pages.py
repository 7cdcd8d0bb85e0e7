"""Pages that fail for good, and pages that ask for a long pause, keep no other page out of the archive."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from etl.archive.crawls.reports import Report
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from etl.fetch.client import FAILED_PAGES, MAX_CHECKS
from etl.outcomes import Outcome
from etl.pipeline.crawl import crawl, recheck
from etl.reasons import english
from etl.settings import Settings
from etl.sources.schema import Source
from tests.support.changing_site import a_day_passes
from tests.support.fetching import loopback_source
from tests.support.gongkai import SMALL, rows
from tests.support.raw_server import http, raw_server
from tests.support.warc import page

ENDED = """
SELECT p.url, rp.outcome, rp.reason FROM archive.run_page rp JOIN archive.page p ON p.id = rp.page_id
WHERE rp.run_id = (SELECT max(id) FROM archive.run) ORDER BY p.id"""
NO_ANSWERS = {
    "no answer": b"",
    "half an answer": http(page("关于供水的通知", "按期办结。"))[:-30],
    "500": http(b"<h1>error</h1>", "500 Internal Server Error"),
    "502": http(b"", "502 Bad Gateway"),
    "503": http(b"busy", "503 Service Unavailable"),
    "504": http(b"", "504 Gateway Time-out"),
}


@dataclass
class Listed:
    """A site with one list. `odd`: by number, what is answered for a document; the others are answered well.
    `notice`: what is answered for the list."""

    number: int
    odd: dict[int, bytes] = field(default_factory=dict)
    notice: bytes = b""
    robots: bytes = http(b"", "404 Not Found")
    base: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> bytes:
        if path == "/robots.txt":
            return self.robots
        if path == "/" and self.notice:
            return self.notice
        if path in ("/", "/index.html"):
            lines = "".join(f"<li><a href='/{n:02}.html'>{_title(n)}</a></li>" for n in range(self.number))
            return http(f"<html><body><ul>{lines}</ul></body></html>".encode())
        number = int(path[1:].removesuffix(".html"))
        return (
            self.odd[number]
            if number in self.odd
            else http(page(_title(number), f"第{number}号事项由经办科室按期办结并公开。\n" * 6))
        )

    def documents_asked(self) -> list[int]:
        """The documents that were requested since the last call."""
        numbers = [int(path[1:].removesuffix(".html")) for path in self.asked if path[1:2].isdigit()]
        self.asked.clear()
        return list(dict.fromkeys(numbers))


def _title(number: int) -> str:
    return f"关于第{number}号事项照常办理的通知"


@contextmanager
def served(site: Listed) -> Iterator[Listed]:
    with raw_server(site.answer) as (site.base, site.asked):
        yield site


def site_source(site: Listed, **changes: Any) -> Source:
    given: dict[str, Any] = {"listing": {"rows": "li", "link": "a"}, "assertions": SMALL, "recheck_after_days": 0}
    return loopback_source(site.base + "/", platform="generic", **given, **changes)


def crawl_listed(archive: Archive, site: Listed, **changes: Any) -> Report:
    source = site_source(site, **changes)
    key = f"run:{rows(archive, 'SELECT count(*) AS n FROM archive.run')[0]['n']}"
    return crawl(archive, source, key, CrawlOptions(full=True), Settings(), lambda *_: None)


def ended(archive: Archive) -> list[tuple[str, str]]:
    return [(row["outcome"], english(row["reason"] or "")) for row in rows(archive, ENDED)]


@pytest.mark.parametrize("failing", NO_ANSWERS.values(), ids=NO_ANSWERS)
@pytest.mark.parametrize("retries", [0, 1])
def test_pages_that_fail_side_by_side_stop_no_crawl(archive: Archive, failing: bytes, retries: int) -> None:
    limits = {"bytes": 100_000, "seconds": 5, "redirects": 3, "retries": retries}
    with served(Listed(13, dict.fromkeys(range(8), failing))) as site:
        report = crawl_listed(
            archive, site, limits=limits, pace={"delay": 0, "retry_delay": 2 if not retries else 0.001}
        )
    outcomes = [outcome for outcome, _ in ended(archive)]
    assert outcomes[:8].count(Outcome.HTTP_ERROR) + outcomes[:8].count(Outcome.NETWORK_ERROR) == 8
    assert outcomes[8:] == [Outcome.STORED] * 5
    assert report.stored == 5
    assert not any("another" in reason for _, reason in ended(archive))


LEAVE_ALONE = {"delay": 0, "retry_delay": 200, "concurrency": 1}
"""A host that fails gets no requests for longer than a page waits."""
ONCE = {"bytes": 100_000, "seconds": 5, "redirects": 3, "retries": 0}


def test_a_host_that_fails_altogether_is_left_alone_and_says_so(archive: Archive) -> None:
    failing = http(b"", "502 Bad Gateway")
    with served(Listed(12)) as site:
        crawl_listed(archive, site)
        site.documents_asked()
        # Its robots.txt is known, and its list comes from a cache.
        site.odd, site.robots = dict.fromkeys(range(12), failing), failing
        report = crawl_listed(archive, site, limits=ONCE, pace=LEAVE_ALONE)
        assert len(site.documents_asked()) == FAILED_PAGES
    assert report.state == "red"
    assert [outcome for outcome, _ in ended(archive)] == ["http_error"] * 3 + ["network_error"] * 9
    assert "kept failing and gets no requests for another" in ended(archive)[-1][1]


def test_where_no_page_is_answered_the_rest_is_left_for_the_next_run_which_begins_there(
    archive: Archive, owner_url: str
) -> None:
    failing = http(b"", "502 Bad Gateway")
    asked_a_run = FAILED_PAGES * (MAX_CHECKS + 1)
    with served(Listed(asked_a_run + 9, dict.fromkeys(range(asked_a_run + 4), failing))) as site:
        crawl_listed(archive, site, limits=ONCE, pace=LEAVE_ALONE)
        assert site.documents_asked() == list(range(asked_a_run))
        a_day_passes(owner_url)
        report = crawl_listed(archive, site, limits=ONCE, pace=LEAVE_ALONE)
        assert site.documents_asked()[:9] == list(range(asked_a_run, asked_a_run + 9))
        assert report.stored == 5


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_page_that_always_asks_for_a_pause_keeps_the_others_out_for_one_run_only(
    archive: Archive, owner_url: str, status: str
) -> None:
    with served(Listed(7, {2: http(b"busy", status, "Retry-After: 3600")})) as site:
        assert crawl_listed(archive, site).stored == 2
        assert "asked to wait another" in ended(archive)[-1][1]
        a_day_passes(owner_url)
        report = crawl_listed(archive, site)
    assert (report.stored, report.unchanged, report.failed) == (4, 2, 1)


MISSING = {
    "404": http(b"<h1>Not Found</h1>", "404 Not Found"),
    "410": http(b"<h1>Gone</h1>", "410 Gone"),
    "home page": http(b"", "302 Found", "Location: /index.html"),
    "words": http("<html><body><h1>您访问的页面不存在</h1></body></html>".encode()),
}


@pytest.mark.parametrize(("number", "how"), [*((12, how) for how in MISSING), (4, "404")])
def test_a_site_without_its_pages_stays_red_however_long_and_removes_nothing(
    archive: Archive, owner_url: str, number: int, how: str
) -> None:
    missing = MISSING[how]
    with served(Listed(number)) as site:
        crawl_listed(archive, site)
        site.odd = dict.fromkeys(range(number), missing)
        states = []
        for _ in range(5):
            a_day_passes(owner_url)
            states.append(crawl_listed(archive, site))
        assert [each.state for each in states[1:]] == ["red"] * 4
        assert all(f"the pages of {number} of {number} records were" in str(each.problems[0]) for each in states[1:])
        site.odd = {}
        a_day_passes(owner_url)
        healed = crawl_listed(archive, site)
    assert (healed.state, healed.unchanged, healed.restored) == ("green", number, 0)


def test_some_dead_links_among_records_are_no_news(archive: Archive, owner_url: str) -> None:
    with served(Listed(12)) as site:
        crawl_listed(archive, site)
        site.odd = dict.fromkeys(range(5), http(b"", "302 Found", "Location: /index.html"))
        for _ in range(3):
            a_day_passes(owner_url)
            report = crawl_listed(archive, site)
    assert (report.state, report.outcomes["soft_404"]) == ("green", 5)


def test_rechecks_of_a_few_pages_reach_those_behind_pages_that_fail(archive: Archive, owner_url: str) -> None:
    with served(Listed(6)) as site:
        crawl_listed(archive, site)
        home = http(b"", "302 Found", "Location: /index.html")
        site.odd = {0: home, 1: home, 2: http(b"", "500 Error"), 3: http(b"", "404 Not Found")}
        site.documents_asked()
        options = CrawlOptions(limit=2)
        for day in range(3):
            a_day_passes(owner_url)
            recheck(archive, site_source(site), f"look {day}", options, Settings(), lambda *_: None)
        assert sorted(site.documents_asked()) == [0, 1, 2, 3, 4, 5]


SHORT = (
    "区政府网站将于5月1日晚进行系统维护，届时无法访问。",
    "市民反映有人攻击网站，致其请求被拦截，现已查处。",
    "两户商铺已歇业，登记信息已删除。",
    "查分时系统繁忙，请稍后再试。",
)
"""What documents say of maintenance, of blocking, of what is missing and of what fails."""
DATED = "<h1>{}</h1><p>发布时间：2026-05-06　来源：云溪日报</p><div><p>{}</p></div>"


def outcomes_of(archive: Archive, *pages: str) -> list[str]:
    """The outcomes of a crawl of these pages, beside a document that is answered well."""
    odd = {n: http(f"<html><body>{each}</body></html>".encode()) for n, each in enumerate(pages, 1)}
    with served(Listed(len(pages) + 1, odd)) as site:
        crawl_listed(archive, site)
    first, *outcomes = [outcome for outcome, _ in ended(archive)]
    assert first == "stored"
    return outcomes


def test_a_short_dated_document_about_failing_sites_is_stored(archive: Archive) -> None:
    dated = [DATED.format(_title(n), words) for n, words in enumerate(SHORT, 1)]
    undated = f"<h1>{_title(9)}</h1><div><p>系统繁忙，请稍后再试。</p></div>"
    outcomes = outcomes_of(archive, *dated, undated, *(f"<p>{words}</p>" for words in SHORT))
    assert outcomes[: len(SHORT)] == ["stored"] * len(SHORT)
    assert "stored" not in outcomes[len(SHORT) :]


def test_a_page_that_refuses_its_text_below_title_and_day_is_no_document_unless_its_title_is_about_that(
    archive: Archive,
) -> None:
    refused = ("您的访问过于频繁，请稍后再试。", "网站正在升级改造，暂停访问。")
    titles = [_title(1), _title(2), *(f"{_title(n)}及网站升级维护公告" for n in (3, 4))]
    outcomes = outcomes_of(archive, *(DATED.format(*each) for each in zip(titles, refused * 2, strict=True)))
    assert [outcome == "stored" for outcome in outcomes] == [False, False, False, True]


def test_what_a_page_says_that_is_no_document_is_named(archive: Archive) -> None:
    notice = "<html><head><title>告示</title></head><body><p>本站已并入市网站群。</p></body></html>"
    with served(Listed(2, {1: http(notice.encode())})) as site:
        crawl_listed(archive, site)
    assert ended(archive)[1] == (
        "not_a_document",
        "stub: 10 characters of visible text; it says '本站已并入市网站群。'",
    )


def test_what_a_page_says_that_is_no_list_is_named(archive: Archive) -> None:
    notice = "<html><body><h3>告示</h3><p>本站已并入市网站群。</p></body></html>"
    with served(Listed(2, notice=http(notice.encode()))) as site:
        report = crawl_listed(archive, site)
    assert "not_a_listing" in report.problems[0].english
    assert "告示 本站已并入市网站群。" in report.problems[0].english
