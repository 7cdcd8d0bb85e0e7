"""The look of pages: style sheets and pictures are fetched once for all pages, and make no version of a record."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine
from starlette.responses import HTMLResponse, Response

from demo import catalogue
from demo.server import Call, serve
from demo.trs_columns import BY_KEY
from demo.trs_wcm import TrsSite
from etl.archive.crawls.reports import Report
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from etl.pipeline.rebuilding import rebuild_archive
from etl.settings import Settings
from tests.support.gongkai import crawl_site, days_pass, rows
from tests.support.pages import page, paragraphs
from tests.support.whole_database import differing, dump, emptied, quiet

GIF = bytes.fromhex("47494638396101000100800000ff0000ffffff2c00000000010001000002024401003b")
HEAD = '<link rel="stylesheet" href="/css/site.css"><link rel="stylesheet" href="https://cdn.example/other.css">'
BODY = '<img src="/img/logo.gif"><img src="/img/gone.gif">'
CSS = '@import "base.css"; .nav{background:url(../img/nav.gif)}'
ENDED = """
SELECT p.url, c.outcome FROM archive.capture c JOIN archive.page p ON p.id = c.page_id
WHERE p.kind = 'resource' ORDER BY c.id
"""


@pytest.fixture
def site() -> Iterator[TrsSite]:
    """A site of three documents with one look."""
    made = TrsSite("demo-trs")
    for document in [each for each in catalogue.documents("trs") if not each.breaks and not each.attachments][:3]:
        made.put(document, column="czxx")
        made.faults[document.key] = dressed(document.title)
    made.path_faults["^/css/site.css$"] = sheet(CSS)
    made.path_faults["^/css/base.css$"] = sheet("@import 'site.css'; body{color:#123}")
    made.path_faults["^/img/(logo|nav).gif$"] = lambda _: Response(GIF, media_type="image/gif")
    made.path_faults["^/img/gone.gif$"] = lambda _: Response("-", 404)
    with serve(made):
        yield made


def dressed(title: str) -> Any:
    body = f"{paragraphs()}<p>{title}自即日起施行。</p>"
    return lambda _: HTMLResponse(page(title=title, body=body, head=HEAD, below=BODY))


def sheet(css: str) -> Any:
    def answer(call: Call) -> Response:
        if call.request.headers.get("if-none-match") == '"one"':
            return Response(status_code=304, headers={"etag": '"one"'})
        return Response(css, media_type="text/css", headers={"etag": '"one"'})

    return answer


def crawl(archive: Archive, site: TrsSite, **changes: Any) -> Report:
    given = {"columns": [{"url": site.base + BY_KEY["czxx"].path}], "limits": {"retries": 0}}
    given["assertions"] = {"min_records": 1, "max_age_days": 36500, "max_drop": 1}
    return crawl_site(archive, site, CrawlOptions(full=True), **given | changes)


def test_each_is_asked_for_once_a_run_and_ends_in_one_outcome(archive: Archive, site: TrsSite) -> None:
    report = crawl(archive, site)
    assert (report.state, report.stored) == ("green", 3), report.problems
    ended = {row["url"].removeprefix(site.base): row["outcome"] for row in rows(archive, ENDED)}
    assert ended == {
        "/css/site.css": "stored",
        "https://cdn.example/other.css": "out_of_scope",
        "/img/logo.gif": "stored",
        "/img/gone.gif": "gone",
        "/css/base.css": "stored",
        "/img/nav.gif": "stored",
    }
    assert len(rows(archive, ENDED)) == len(ended)
    assert report.resources == {"gone": 1, "out_of_scope": 1, "stored": 4}
    assert report.files == {}
    assert [site.count(path) for path in ("/css/site.css", "/img/logo.gif", "/img/gone.gif")] == [1, 1, 1]
    assert rows(archive, "SELECT count(*) AS n FROM archive.file")[0]["n"] == 0
    assert rows(archive, "SELECT count(*) AS n FROM archive.page_file")[0]["n"] == 0


def test_what_is_known_rests_and_a_changed_look_makes_no_version(
    archive: Archive, site: TrsSite, owner_url: str
) -> None:
    crawl(archive, site)
    title = next(iter(site.postings.values())).document.title
    changed = next(iter(site.postings))
    site.faults[changed] = dressed(f"{title}（修订）")
    soon = crawl(archive, site, recheck_after_days=30)
    assert (soon.updated, soon.resources) == (0, {}), "no document is due"
    soon = crawl(archive, site, recheck_after_days=0)
    assert soon.updated == 1
    site.path_faults["^/css/site.css$"] = sheet(CSS + "b{color:red}")
    site.faults[changed] = dressed(f"{title}（再次修订）")
    site.requests.clear()
    days_pass(owner_url, 31)
    later = crawl(archive, site, recheck_after_days=0)
    assert later.updated == 1, "by its own text; the others are shown with the sheet too"
    assert later.resources["stored"] == 1
    assert site.count("/css/site.css") == 1


def test_limits_are_outcomes_and_no_limit_at_all_asks_for_nothing(archive: Archive, site: TrsSite) -> None:
    report = crawl(archive, site, limits={"resources": 2, "retries": 0})
    assert report.resources == {"limit": 2, "out_of_scope": 1, "stored": 1} | {"limit": report.resources["limit"]}
    assert report.state == "green"
    assert sum(report.resources.values()) == 6
    asked = [call.path for call in site.requests if call.path.startswith(("/css", "/img"))]
    assert asked == ["/css/site.css"]


def test_a_source_may_keep_no_looks(archive: Archive, site: TrsSite) -> None:
    report = crawl(archive, site, limits={"resources": 0, "retries": 0})
    assert (report.stored, report.resources) == (3, {})
    assert not [call.path for call in site.requests if call.path.startswith(("/css", "/img"))]


def test_looks_come_back_with_a_rebuild(
    archive: Archive, site: TrsSite, owner_url: str, local_settings: Settings
) -> None:
    crawl(archive, site)
    before = dump(archive)
    again = emptied(archive, owner_url, local_settings)
    rebuild_archive(again, create_engine(owner_url), quiet)
    after = dump(again)
    assert {name: differing(before[name], after[name]) for name in before if before[name] != after[name]} == {}
