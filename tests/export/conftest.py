"""Archives that are filled once for all tests of a module, which only read them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from starlette.responses import RedirectResponse, Response

from demo import demo_site
from demo.server import Call, serve
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from etl.local.services import Addresses
from tests.support.gongkai import crawl_site, rows
from tests.support.services import own_archive

NAMED = 'inline; filename="岚川.html"'


@pytest.fixture(scope="module")
def crawled(services: Addresses, services_dir: Path) -> Iterator[Archive]:
    """One demo site: its first documents crawled, one of them changed, all crawled again."""
    with own_archive(services, services_dir, "test-crawled") as archive:
        _crawl(archive)
        yield archive


def _crawl(archive: Archive) -> None:
    site = demo_site("trs_wcm")
    site.validators = "none"
    with serve(site):
        crawl_site(archive, site, CrawlOptions(limit=24))
        urls = [row["url"] for row in rows(archive, _WITH_FILES)]
        key = next(key for key in site.postings if site.url(key) in urls)
        before = site.postings[key].document
        site.faults[key] = _moved_and_named
        site.put(replace(before, title=f"{before.title}（修订）"), key=key)
        crawl_site(archive, site, CrawlOptions(full=True, limit=24))


def _moved_and_named(call: Call) -> Response:
    """A redirect, then the page under a header that is not ASCII, as some servers send file names."""
    if not call.request.url.query:
        return RedirectResponse(f"{call.request.url.path}?v=2")
    answer = call.plain()
    answer.headers["content-disposition"] = NAMED.encode().decode("latin-1")
    return answer


_WITH_FILES = """
SELECT p.url FROM archive.record r JOIN archive.page p ON p.id = r.page_id
WHERE EXISTS (SELECT FROM archive.page_file f WHERE f.page_id = p.id)
"""


@pytest.fixture
def owner(owner_url: str) -> Iterator[Callable[[str], object]]:
    """Runs a statement as the database's owner."""
    engine = create_engine(owner_url)

    def run(statement: str) -> object:
        with engine.begin() as connection:
            return connection.exec_driver_sql(statement)

    yield run
    engine.dispose()
