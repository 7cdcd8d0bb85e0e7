"""Articles of several pages on sites of no known family: their pagers are followed, or their records flagged."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text as sql
from starlette.requests import Request

from demo.server import Resource, Site, serve
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from etl.extract.codes import Flag
from etl.pipeline.crawl import crawl, recheck
from etl.pipeline.reading.page_reading import PageReading, PageToRead
from etl.pipeline.reading.pool import PageReaders
from etl.settings import Settings
from etl.sources.schema import Source
from etl.web.urls import Address
from tests.support.gongkai import rows
from tests.support.pages import PARAGRAPHS, TITLE, page

PATH = "/gk/58012.html"
RECORDS = """
SELECT c.text, v.flags, (SELECT count(*) FROM archive.page p WHERE p.kind = 'part' AND p.part_of IS NOT NULL) AS parts
FROM archive.record r JOIN archive.record_version v ON v.record_id = r.id
JOIN archive.content c ON c.hash = v.content_hash
"""
WHOLE = [text for number in range(1, 5) for text in (f"第{number}部分", *PARAGRAPHS)]


SOURCE = {
    "id": "paged",
    "name": "云溪区",
    "agency": "云溪区人民政府",
    "region": "330000",
    "platform": "generic",
    "listing": {"rows": "ul.lb > li"},
    "hosts": ["127.0.0.1"],
    "allow_private_addresses": True,
    "verified": "never",
    "pace": {"delay": 0},
    "limits": {"retries": 0},
    "assertions": {"min_records": 1, "max_age_days": 36500, "max_drop": 1},
}


@dataclass
class PagedSite(Site):
    """A list of one article, of four pages; `pagers`: what stands below the text of each."""

    pagers: dict[str, str] = field(default_factory=dict)

    def resource_at(self, request: Request, body: bytes) -> Resource | None:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if path == "/gk/":
            text = f"<ul class=lb><li><a href='{PATH}'>{TITLE}</a><i>2023-05-08</i></li></ul>"
        elif found := next((each for each in (path, request.url.path) if each in self.pagers), None):
            number = 1 + list(self.pagers).index(found)
            lines = "".join(f"<p>{line}</p>" for line in (f"第{number}部分", *PARAGRAPHS))
            text = page(body=lines, below=self.pagers[found])
        else:
            return None
        return Resource(path, text.encode())


def crawled(archive: Archive, pagers: dict[str, str]) -> tuple[Any, dict[str, Any]]:
    """(report, the article's record) of a crawl of the site with these pagers."""
    site = PagedSite("paged", pagers=pagers)
    with serve(site) as base:
        source = Source.model_validate(SOURCE | {"columns": [{"url": f"{base}/gk/"}]})
        report = crawl(archive, source, "test:1", CrawlOptions(full=True), Settings(), lambda *_: None)
    (record,) = rows(archive, RECORDS)
    return report, record


def addresses(form: str) -> list[str]:
    return [PATH, *(form.format(number) for number in range(2, 5))]


@pytest.mark.parametrize("form", ["/gk/58012_{}.html", "/gk/58012.html?page={}"])
def test_a_pager_that_names_the_next_page_only_is_followed_to_its_end(archive: Archive, form: str) -> None:
    pages = addresses(form)
    pagers = {
        path: f"<p><a href='{PATH}'>首页</a> <a href='{pages[max(at - 1, 0)]}'>上一页</a>"
        + (f" <a href='{pages[at + 1]}'>下一页</a></p>" if at < 3 else "</p>")
        for at, path in enumerate(pages)
    }
    report, record = crawled(archive, pagers)
    assert report.state == "green"
    assert record["text"].splitlines() == WHOLE
    assert record["parts"] == 3
    assert Flag.PAGES.of("4") in record["flags"]


def test_a_page_that_the_server_gives_again_is_taken_once(archive: Archive) -> None:
    pager = f"<p><b>1</b> <a href='{PATH}?page=2'>2</a></p>"
    _, record = crawled(archive, {PATH: pager})
    assert record["text"].splitlines() == WHOLE[: len(PARAGRAPHS) + 1]


def test_a_pager_that_a_script_answers_is_a_flag_of_the_record(archive: Archive) -> None:
    pager = "<p>共4页 <a href='#' onclick='turn(2)'>下一页</a></p>"
    _, record = crawled(archive, {PATH: pager})
    assert Flag.GOES_ON.of("共4页下一页") in record["flags"]


def test_a_page_that_is_missing_fails_the_article(archive: Archive) -> None:
    pager = "<p><b>1</b> <a href='/gk/58012_2.html'>2</a></p>"
    with pytest.raises(ValueError, match="not enough values"):
        crawled(archive, {PATH: pager})
    assert rows(archive, "SELECT outcome FROM archive.run_page WHERE outcome <> 'stored'") == [{"outcome": "gone"}]


def test_a_page_that_did_not_change_is_read_again_only_if_it_may_go_on(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    submit = PageReaders.submit

    def noted(readers: PageReaders, source: Source, asked: PageToRead, body: bytes) -> Future[PageReading]:
        read.append(asked.url)
        return submit(readers, source, asked, body)

    monkeypatch.setattr(PageReaders, "submit", noted)
    site = PagedSite("paged", pagers={PATH: "<script>function createPageHTML(){}</script>"})
    with serve(site) as base:
        source = Source.model_validate(SOURCE | {"columns": [{"url": f"{base}/gk/"}]})

        def read_by_recheck(key: str) -> int:
            read.clear()
            options = CrawlOptions(url=Address(f"{base}{PATH}"))
            recheck(archive, source, key, options, Settings(), lambda *_: None)
            return len(read)

        crawl(archive, source, "test:1", CrawlOptions(full=True), Settings(), lambda *_: None)
        assert read_by_recheck("again") == 0
        with archive.engine.begin() as connection:
            connection.execute(sql("UPDATE archive.record SET read_with = '1.1'"))
        assert read_by_recheck("with other rules") > 0
