"""A survey of a site: its family and lists are found, and the file that is written crawls it."""

import asyncio
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path

import httpx
import pytest
import yaml

from demo import demo_sites, faults, generic, goldens, source_text
from demo.generic import PlainSite
from demo.server import Site, serve
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from etl.catalog.load import load_source
from etl.errors import GongkaiError
from etl.pipeline.crawl import crawl
from etl.pipeline.survey.draft import draft
from etl.pipeline.survey.survey import Survey, survey_page, survey_site
from etl.platforms.registry import platform
from etl.settings import Settings

FAMILIES = sorted(site.platform for site in demo_sites())
TODAY = date(2026, 5, 1)


@pytest.fixture(params=FAMILIES)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    demo: Site = import_module(f"demo.{request.param}").demo()
    with serve(demo):
        yield demo


@pytest.fixture
def plain() -> Iterator[PlainSite]:
    demo = generic.demo()
    with serve(demo):
        yield demo


def survey(url: str, most: int = 40) -> Survey:
    return asyncio.run(survey_site(url, "test", True, 0, most, lambda url: None))


def first_column(site: Site) -> str:
    return str(yaml.safe_load(source_text(site))["columns"][0]["url"])


def test_a_demo_site_is_known_for_what_it_is_and_crawled_by_the_file(
    archive: Archive, site: Site, tmp_path: Path
) -> None:
    found = survey(first_column(site))
    accepts_selectors = platform(site.platform).accepts_selectors
    assert (found.family.name if found.family else None) == (None if accepts_selectors else site.platform)
    file = tmp_path / "drafted.yaml"
    file.write_text(draft(found, TODAY, allow_private=True, delay=0), encoding="utf-8")
    source = load_source(file)
    assert source.platform == site.platform
    source = source.model_copy(update={"pace": source.pace.model_copy(update={"retry_delay": 0.1})})
    report = crawl(archive, source, "test", CrawlOptions(), Settings(), lambda *_: None)
    assert not [problem for problem in report.problems if "old" not in problem.english]
    assert report.records >= source.assertions.min_records - len(site.outcomes)
    # Whatever list was found was walked to its end.
    assert report.listed > len([entry for looked in found.columns for entry in looked.entries]) / 2
    urls = {site.url(key) for key in site.postings}
    assert report.listed <= len(urls)


def test_every_list_that_pages_link_is_found(plain: PlainSite) -> None:
    found = survey(f"{plain.base}/gk/list.php?cid=11")
    names = [looked.column.name for looked in found.columns if looked.entries]
    assert names == ["政策文件", "公示公告", "政策解读"]
    assert found.listing == {
        "rows": "table.wj-list > tr",
        "fields": {"published_date": "td.rq"},
        "next": "//a[normalize-space(.) = '下一页']",
    }
    assert [entry.title for entry in found.columns[0].entries] == [
        line["title"] for line in goldens.entries(plain)["zcwj"][:3]
    ]


def test_a_feed_is_a_list_of_its_own(plain: PlainSite) -> None:
    found = survey(f"{plain.base}/rss/jd.xml")
    assert found.family is platform("generic")
    assert [len(looked.entries) for looked in found.columns] == [len(plain.entries("jd"))]


def test_a_page_without_rows_is_not_made_into_a_file(plain: PlainSite) -> None:
    page = b"<html><body><p>some words</p></body></html>"
    with pytest.raises(GongkaiError, match="no list was found"):
        draft(survey_page(page, "https://www.a.example/"), TODAY)


def test_a_refusal_is_said_with_the_way_out(plain: PlainSite) -> None:
    plain.faults["zcwj/1"] = faults.waf(403)
    with pytest.raises(GongkaiError, match=r"blocked: status 403.*--file PAGE --url URL"):
        survey(f"{plain.base}/gk/list.php?cid=11")


def test_a_private_address_is_not_asked_unless_it_is_said(plain: PlainSite) -> None:
    with pytest.raises(GongkaiError, match="no address of the public internet"):
        asyncio.run(survey_site(plain.base, "test", False, 0, 5, lambda url: None))
    assert plain.requests == []


def test_no_more_lists_are_asked_than_is_said(plain: PlainSite) -> None:
    survey(f"{plain.base}/gk/list.php?cid=11", most=1)
    assert plain.count("/gk/") == 2


def test_a_saved_page_is_read_without_a_request(plain: PlainSite) -> None:
    url = f"{plain.base}/gk/list.php?cid=11"
    page = httpx.get(url).content
    plain.requests.clear()
    found = survey_page(page, url)
    assert plain.requests == []
    assert [bool(looked.entries) for looked in found.columns] == [True, False, False]
    text = draft(found, TODAY)
    assert [column["url"] for column in yaml.safe_load(text)["columns"]] == [url]
    assert "not fetched: the page is a saved one" in text


def test_a_draft_says_what_it_does_not_know(plain: PlainSite) -> None:
    plain.link("away", "云岭省林业局关于转载的通知", "https://lyj.yunling.example/1.html", "zcwj", date(2024, 1, 1))
    text = draft(survey(f"{plain.base}/gk/list.php?cid=11"), TODAY, allow_private=True)
    drafted = yaml.safe_load(text)
    assert (drafted["name"], drafted["agency"], drafted["region"]) == ("桐溪县人民政府", "桐溪县人民政府", "539926")
    assert drafted["verified"] == "never"
    assert "of no known family" in text
    assert "The lists lead also to lyj.yunling.example" in text
    assert "the newest is of 2024-01-01" in text
