"""Runs: all of them, which pages each listed and how these ended, and one address over time."""

from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from demo import demo_site
from demo.server import serve
from etl.archive.crawls.advice import advice
from etl.archive.storage.archive import Archive
from etl.browse import create_app
from etl.browse.pages import address, runs
from etl.local.services import Addresses
from etl.reasons import Reason
from tests.support.browser_pages import Page, keep
from tests.support.gongkai import crawl_site, rows
from tests.support.services import own_archive


@pytest.fixture(scope="module")
def archive(services: Addresses, services_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Three runs of a site, in the last of which it is down, then an import of another source."""
    with own_archive(services, services_dir, "runs") as opened:
        site = demo_site("gov_cn")
        with serve(site):
            crawl_site(opened, site)
            crawl_site(opened, site)
        crawl_site(opened, site, limits={"retries": 0})
        keep(opened, tmp_path_factory.mktemp("runs"), Page(1))
        yield opened


@pytest.fixture(scope="module")
def reader(archive: Archive) -> Iterator[TestClient]:
    with TestClient(create_app(archive)) as client:
        yield client


def _json(reader: TestClient, path: str, **params: Any) -> dict[str, Any]:
    answer = reader.get(f"{path}.json", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _hrefs(reader: TestClient, path: str) -> list[str]:
    return [str(link) for link in html.fromstring(reader.get(path).text).xpath("//main//@href")]


def test_all_runs_are_listed_latest_first_and_by_source_or_state(reader: TestClient) -> None:
    listed = _json(reader, "/runs")["runs"]
    assert [run["id"] for run in listed] == [4, 3, 2, 1]
    assert [run["kind"] for run in listed] == ["import", "crawl", "crawl", "crawl"]
    assert [run["id"] for run in _json(reader, "/runs", source="demo-gov-cn")["runs"]] == [3, 2, 1]
    assert [run["id"] for run in _json(reader, "/runs", source="demo-gov-cn", state="red")["runs"]] == [3]
    assert "没有符合条件的任务" in reader.get("/runs", params={"source": "demo-gov-cn", "state": "running"}).text
    # Why a run is red stands in the list, in the language of the page.
    reason = listed[1]["problems"][0]
    assert html.fromstring(reader.get("/runs").text).xpath(f"//li[.='{reason['chinese']}']")
    english = reader.get("/runs", headers={"accept-language": "en"}).text
    assert html.fromstring(english).xpath(f'//li[.="{reason["english"]}"]')


def test_a_long_history_is_paged_without_gaps(reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "RUNS_PER_PAGE", 2)
    first = _json(reader, "/runs", source="demo-gov-cn")
    assert [run["id"] for run in first["runs"]] == [3, 2]
    assert f"/runs?source=demo-gov-cn&before={first['before']}" in _hrefs(reader, "/runs?source=demo-gov-cn")
    assert [run["id"] for run in _json(reader, "/runs", source="demo-gov-cn", before=first["before"])["runs"]] == [1]


def test_the_counts_of_a_run_lead_to_the_pages_that_they_count(archive: Archive, reader: TestClient) -> None:
    run = _json(reader, "/runs/1")
    counts, outcomes = run["run"]["counts"], run["run"]["outcomes"]
    assert len(run["pages"]) == counts["listed"]
    for group in ("stored", "unchanged", "failed", "excluded", "unfinished"):
        pages = _json(reader, "/runs/1", group=group)["pages"]
        assert len(pages) == counts[group], group
        assert (f"/runs/1?group={group}#pages" in _hrefs(reader, "/runs/1")) == bool(pages), group
    for outcome, number in outcomes.items():
        pages = _json(reader, "/runs/1", outcome=outcome)["pages"]
        assert [page["outcome"] for page in pages] == [outcome] * number
        assert f"/runs/1?outcome={outcome}#pages" in _hrefs(reader, "/runs/1")
    stored = rows(
        archive, "SELECT p.url FROM archive.run_page r JOIN archive.page p ON p.id = r.page_id WHERE run_id = 1"
    )
    assert {page["url"] for page in run["pages"]} == {row["url"] for row in stored}


def test_a_page_that_failed_says_its_address_why_and_what_was_received(reader: TestClient) -> None:
    (gone,) = _json(reader, "/runs/1", outcome="gone")["pages"]
    shown = html.fromstring(reader.get("/runs/1?outcome=gone").text)
    text = " ".join(shown.xpath("//ol[@class='ended']/li")[0].text_content().split())
    for expected in ("已不存在", f"HTTP {gone['status']}", gone["url"], gone["reason"]["chinese"], "网页存档"):
        assert expected in text, expected
    assert f"/pages/{gone['page']}" in _hrefs(reader, "/runs/1?outcome=gone")
    assert f"/captures/{gone['capture']}" in _hrefs(reader, "/runs/1?outcome=gone")


def test_a_run_that_could_not_list_shows_the_requests_that_failed(reader: TestClient) -> None:
    run = _json(reader, "/runs/3")
    assert (run["pages"], run["run"]["state"]) == ([], "red")
    assert {(page["kind"], page["outcome"]) for page in run["others"]} == {("listing", "network_error")}
    shown = reader.get("/runs/3").text
    assert run["others"][0]["url"] in unescape(shown)
    assert "失败的目录页与附件请求" in shown


@pytest.mark.parametrize(("language", "place"), [("zh-CN", 0), ("en-GB", 1)])
def test_the_page_of_a_red_run_says_what_to_do_about_each_reason(reader: TestClient, language: str, place: int) -> None:
    problems = _json(reader, "/runs/3")["run"]["problems"]
    page = html.fromstring(reader.get("/runs/3", headers={"accept-language": language}).text)
    shown = page.xpath("//*[@class='problems']//*[@class='advice']/text()")
    assert shown == [f"→ {advice(Reason(each['code'], each['params']))[place]}" for each in problems]


def test_the_pages_of_a_run_are_paged_by_key(reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = [page["page"] for page in _json(reader, "/runs/1")["pages"]]
    monkeypatch.setattr(runs, "PAGES_PER_PAGE", 7)
    seen, after = [], None
    while after or not seen:
        page = _json(reader, "/runs/1", **({"after": after} if after else {}))
        seen += [line["page"] for line in page["pages"]]
        after = page["after"]
    assert seen == everything
    assert "/runs/1?outcome=stored&after=" in " ".join(_hrefs(reader, "/runs/1?outcome=stored"))


def test_an_address_tells_how_it_ended_in_each_run(reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    page = next(page for page in _json(reader, "/runs/2")["pages"] if page["outcome"] == "unchanged")
    record = page["record"]
    history = _json(reader, f"/pages/{page['page']}")
    assert (history["url"], history["record"]) == (page["url"], record)
    assert [line["run"] for line in history["lines"]] == [2, 1]
    assert history["lines"][1]["outcome"] == "stored"
    assert f"/pages/{page['page']}" in _hrefs(reader, f"/records/{record}")
    monkeypatch.setattr(address, "LINES_PER_PAGE", 1)
    first = _json(reader, f"/pages/{page['page']}")
    earlier = _json(reader, f"/pages/{page['page']}", before=first["before"])
    assert [line["run"] for line in (*first["lines"], *earlier["lines"])] == [2, 1]
    assert earlier["before"] is None


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/runs/99", 404),
        ("/runs/0", 404),
        ("/pages/9999", 404),
        ("/runs/1?outcome=lost", 400),
        ("/runs/1?group=all", 400),
        ("/runs/1?after=x", 400),
        ("/runs?state=current", 400),
        ("/runs?before=0", 400),
        ("/pages/1?before=1", 400),
    ],
)
def test_what_no_run_has_is_refused(reader: TestClient, path: str, status: int) -> None:
    assert reader.get(path).status_code == status


@pytest.mark.parametrize("path", ["/runs", "/runs/1", "/runs/3", "/pages/1"])
def test_nothing_in_english_stands_on_a_chinese_page_of_a_run(reader: TestClient, path: str) -> None:
    words = {"failed", "stored", "Run", "gone", "crawl", "listing", "page"}
    shown = html.fromstring(reader.get(path).text)
    assert not words & set(" ".join(shown.xpath("//main//text()[not(ancestor::code)]")).split())


def test_a_page_of_a_run_is_named_as_its_list_names_it(reader: TestClient) -> None:
    (gone,) = _json(reader, "/runs/1", outcome="gone")["pages"]
    link = html.fromstring(reader.get("/runs/1?outcome=gone").text).xpath(f"//a[@href='/pages/{gone['page']}']")[0]
    assert gone["title"]
    assert link.text_content() == gone["title"]
