"""One page is fetched again because somebody asked: who may ask, that it waits, and what came of it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from demo import demo_site, goldens
from demo.server import Site, serve
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from etl.browse import create_app
from etl.browse.http.session import Person
from etl.browse.scheduler import NoScheduler, RequestedFetch
from etl.pipeline.crawl import recheck
from etl.settings import Settings
from tests.support.admission import admitted
from tests.support.forms import form_token
from tests.support.gongkai import SMALL, crawl_site, rows, small, source_of


class _Scheduler(NoScheduler):
    """One that fetches when it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, str, str]] = []
        self.state: RequestedFetch | None = None

    def can_fetch(self, source: str) -> bool:
        return True

    def requested_fetch(self, page: int) -> RequestedFetch | None:
        return self.state

    def ask_fetch(self, request: Request, page: int, source: str, url: str) -> None:
        self.asked.append((page, source, url))
        self.state = RequestedFetch(f"page-{page}", "林馆员", datetime.now(UTC), "waiting", "/dags/look_again/runs/1")


@pytest.fixture
def site() -> Iterator[Site]:
    demo = small(demo_site("gov_cn"), 2)
    with serve(demo):
        yield demo


def _reader(archive: Archive, scheduler: NoScheduler, person: Person | None) -> TestClient:
    return TestClient(admitted(create_app(archive, scheduler=scheduler, form_key="key"), person))


def _ask(client: TestClient, path: str = "/archive/records/1") -> int:
    data = {"token": form_token(client, "/archive/records/1")}
    return client.post(f"{path}/look-again", data=data, follow_redirects=False).status_code


def test_a_page_is_asked_for_once_waits_and_tells_what_came_of_it(archive: Archive, site: Site) -> None:
    crawl_site(archive, site, assertions=SMALL)
    (page,) = rows(archive, "SELECT p.id, p.url FROM archive.page p JOIN archive.record r ON r.page_id = p.id LIMIT 1")
    scheduler = _Scheduler()
    client = _reader(archive, scheduler, Person("林馆员", True))
    assert "等待重新抓取" not in client.get("/archive/records/1").text
    answer = client.post("/archive/records/1/look-again", data={"token": "forged"}, headers={"accept": "text/html"})
    assert (answer.status_code, scheduler.asked) == (403, [])
    assert _ask(client) == 303
    ((number, source, url),) = scheduler.asked
    assert (number, source) == (page["id"], source_of(site).id)
    waiting = client.get("/archive/records/1").text
    assert "等待重新抓取" in waiting
    assert "look-again" not in waiting, "no second request while one waits"
    assert scheduler.state is not None
    scheduler.state = replace(scheduler.state, state="failed")
    assert "未能重新抓取" in client.get("/archive/records/1").text

    key = next(key for key in site.postings if site.url(key) == url)
    assert goldens.outcome(site, key) == "stored"
    site.put(replace(site.postings[key].document, title="修订后的通知"), key=key)
    options = CrawlOptions.of_document(url, "林馆员")
    recheck(archive, source_of(site, assertions=SMALL), scheduler.state.key, options, Settings(), lambda *_: None)
    told = client.get("/archive/records/1").text
    assert "未能重新抓取" not in told
    assert re.search(r"重新抓取于 <time.*? · 林馆员：<span class=\"outcome stored\">", told)
    assert '<a href="/archive/compare/1/1/1/2">变动</a>' in told
    last = client.get("/archive/records/1.json").json()["again"]["last"]
    assert (last["by"], last["outcome"], last["version"]) == ("林馆员", "stored", 2)


def test_readers_cannot_ask_and_without_airflow_the_command_is_told(archive: Archive, site: Site) -> None:
    crawl_site(archive, site, assertions=SMALL)
    scheduler = _Scheduler()
    visitor = _reader(archive, scheduler, Person("访客", False))
    assert "look-again" not in visitor.get("/archive/records/1").text
    assert _ask(visitor) == 403
    alone = _reader(archive, NoScheduler(), Person("林馆员", True))
    shown = alone.get("/archive/records/1")
    assert f"gongkai recheck {source_of(site).id} --url http" in shown.text
    assert alone.get("/archive/records/1.json").json()["again"]["possible"] is False
    assert _ask(alone) == 409  # the page has a token for its other forms
    token = form_token(alone, "/archive/records/1/correct?field=title")
    for number, status in ((1, 409), (99, 403)):
        answer = alone.post(f"/archive/records/{number}/look-again", data={"token": token})
        assert answer.status_code == status
