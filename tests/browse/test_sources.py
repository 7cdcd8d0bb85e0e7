"""Sources at a glance: which of them is dark, since when and why, and when each is crawled next."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from starlette.testclient import TestClient

from etl.archive.storage.archive import Archive
from etl.archive.storage.models import Record, Run
from etl.browse import create_app
from etl.browse.scheduler import NextCrawl, NoScheduler, RunLinks
from etl.clock import CHINA
from etl.reason_codes import Code
from etl.reasons import Reason
from tests.support.browser_pages import Page, keep, other_source

_TOMORROW = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)


class _Scheduler(NoScheduler):
    def next_crawls(self) -> Mapping[str, NextCrawl]:
        imported, copied = NextCrawl(False, _TOMORROW, "/dags/a"), NextCrawl(True, _TOMORROW, "/dags/b")
        return {"imported": imported, "lanchuan-copy": copied}

    def run_links(self, kind: str, source: str, key: str) -> RunLinks | None:
        return RunLinks(f"/dags/{source}", f"/dags/{source}/log") if kind == "crawl" else None


def _sources(client: TestClient) -> dict[str, dict[str, Any]]:
    return {source["id"]: source for source in client.get("/sources.json").json()["sources"]}


def _turn_red(archive: Archive, run: int, state: str = "red", kind: str = "crawl") -> datetime:
    """The run, in that state for a reason; when it began."""
    with archive.engine.begin() as connection:
        report, began = connection.execute(select(Run.report, Run.started_at).where(Run.id == run)).one()
        blocked = Reason.of(Code.FIELD_RAN_DRY, field="publisher", before=95, now=3)
        report |= {"state": state, "problems": [{"code": blocked.code, "params": blocked.params}], "failed": 7}
        connection.execute(update(Run).where(Run.id == run).values(state=state, report=report, kind=kind))
    assert isinstance(began, datetime)
    return began


def test_a_source_is_dark_since_its_first_red_run_after_a_good_one(archive: Archive, tmp_path: Path) -> None:
    for day in range(5):
        keep(archive, tmp_path, Page(1, after=timedelta(days=day)))
    keep(archive, tmp_path, Page(2), source=other_source())
    client = TestClient(create_app(archive))
    assert _sources(client)["imported"]["dark_since"] is None
    _turn_red(archive, 1)
    since = _turn_red(archive, 3)
    _turn_red(archive, 4)
    # A recheck that goes well does not list anything.
    _turn_red(archive, 5, "green", "recheck")
    source = _sources(client)["imported"]
    assert datetime.fromisoformat(source["dark_since"]) == since
    assert (source["run_id"], source["run_state"], source["listed"], source["failed"]) == (4, "red", 1, 7)
    assert source["reason"]["code"] == "field_ran_dry"
    assert list(_sources(client)) == ["imported", "lanchuan-copy"], "what is dark comes first"
    page = client.get("/sources").text
    for expected in ("起无正常采集", "本次只有 3%", 'href="/runs/4"', 'href="/runs?source=imported"'):
        assert expected in page, expected
    _turn_red(archive, 5, "green")
    assert _sources(client)["imported"]["dark_since"] is None


def test_coming_crawls_and_the_scheduler_s_pages_are_told(archive: Archive, tmp_path: Path) -> None:
    keep(archive, tmp_path, Page(1))
    keep(archive, tmp_path, Page(2), source=other_source())
    client = TestClient(create_app(archive, scheduler=_Scheduler()))
    page = client.get("/sources").text
    assert "2026年3月3日 02:30" in page
    assert page.count("已暂停") == 1
    assert _sources(client)["imported"]["next"] == {"paused": False, "at": "2026-03-02T18:30:00Z", "link": "/dags/a"}
    assert "/dags/" not in client.get("/runs/1").text, "an import is no run of the scheduler"
    _turn_red(archive, 1)
    page = client.get("/runs/1").text
    for path in ("/dags/imported", "/dags/imported/log"):
        assert f'href="{path}"' in page


class _Others(NoScheduler):
    def next_crawls(self) -> Mapping[str, NextCrawl]:
        return {"new-b": NextCrawl(True, _TOMORROW, "/dags/b"), "new-a": NextCrawl(False, None, "/dags/a")}


def test_what_was_never_crawled_and_what_is_crawled_no_more_is_told(archive: Archive, tmp_path: Path) -> None:
    client = TestClient(create_app(archive, scheduler=_Others()))
    assert "尚无来源" not in client.get("/sources").text
    keep(archive, tmp_path, Page(1))
    never = client.get("/sources.json").json()["never_crawled"]
    assert [(each["id"], each["next"]["paused"]) for each in never] == [("new-a", False), ("new-b", True)]
    page = client.get("/sources").text
    assert "没有来源文件，不再采集" in page
    assert page.index("从未采集") < page.index("new-a") < page.index("new-b")
    alone = TestClient(create_app(archive, scheduler=NoScheduler())).get("/sources").text
    assert ("没有来源文件" in alone, "从未采集" in alone) == (False, False)


def test_the_lag_is_of_what_was_published_since_the_source_is_crawled(archive: Archive, tmp_path: Path) -> None:
    keep(archive, tmp_path, Page(1, published="2020-01-01"), Page(2), Page(3, published="2024-03-07"))
    client = TestClient(create_app(archive))
    assert _sources(client)["imported"]["lag_days"] is None, "what was there before says nothing about the crawls"
    with archive.engine.begin() as connection:
        connection.execute(update(Run).values(started_at="2024-03-01T00:00+08"))
        connection.execute(update(Record).values(created_at="2024-03-08T00:30+08"))
    assert _sources(client)["imported"]["lag_days"] == 2.0
    assert "2 天" in client.get("/sources").text


def test_the_chart_of_a_source_tells_what_the_crawls_of_each_day_stored_and_where_they_failed(
    archive: Archive, tmp_path: Path
) -> None:
    for number in range(4):
        keep(archive, tmp_path, Page(number + 1))
    today = datetime.now(CHINA).replace(hour=0, minute=30)
    began = {1: today, 2: today - timedelta(days=2), 3: today - timedelta(days=2), 4: today - timedelta(days=40)}
    with archive.engine.begin() as connection:
        for run, at in began.items():
            connection.execute(update(Run).where(Run.id == run).values(started_at=at))
        connection.execute(update(Run).where(Run.id == 3).values(report=None, state="running", finished_at=None))
    _turn_red(archive, 2)
    client = TestClient(create_app(archive))
    days = _sources(client)["imported"]["days"]
    assert len(days) == 30
    assert [each for each in days if each["runs"]] == [
        {"day": str((today - timedelta(days=2)).date()), "runs": 2, "stored": 1, "failed": 7},
        {"day": str(today.date()), "runs": 1, "stored": 1, "failed": 0},
    ]
    page = client.get("/sources").text
    assert "30 天内：存入 2，失败 7" in page
    assert "：存入 1，失败 7" in page
    assert page.count('class="stored"') == 2
    assert page.count('class="failed"') == 1
