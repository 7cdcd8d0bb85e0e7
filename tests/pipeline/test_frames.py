"""Documents whose page holds no text: it is fetched from the frame that shows it, or its absence is told."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.responses import Response

from demo import catalogue
from demo.server import Fault, serve
from demo.trs_columns import BY_KEY
from demo.trs_wcm import TrsSite
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from tests.support.gongkai import crawl_site, rows, state
from tests.support.pages import FOOT, NAV

KEY = "flood-notice"
TEXT = (
    "各村（社区）：",
    "为做好汛期巡查工作，现将有关事项通知如下，请认真执行。",
    "汛期巡查每日不少于两次，并作好记录。",
)


@pytest.fixture
def site() -> Iterator[TrsSite]:
    made = TrsSite("demo-trs")
    documents = {document.key: document for document in catalogue.documents("trs")}
    for key in (KEY, "gas-notice"):
        made.put(documents[key], column="czxx")
    with serve(made):
        yield made


def answer(markup: str) -> Fault:
    return lambda _: Response(f"<!DOCTYPE html><meta charset='utf-8'>{markup}", media_type="text/html")


def shell(inside: str) -> Fault:
    """A page with headline and date, and what stands in the place of its text."""
    head = "<h1>关于做好汛期巡查工作的通知</h1><div>发布时间：2023-05-09 来源：云溪区水务局</div>"
    return answer(f"<ul>{NAV}</ul>{head}<div class='box'>{inside}</div><div class='foot'>{FOOT}</div>")


def crawl(archive: Archive, site: TrsSite) -> Any:
    column = {"url": site.base + BY_KEY["czxx"].path}
    asserted = {"min_records": 1, "max_age_days": 36500, "max_drop": 1}
    return crawl_site(
        archive, site, CrawlOptions(full=True), columns=[column], assertions=asserted, limits={"retries": 0}
    )


def version(archive: Archive, site: TrsSite) -> dict[str, Any]:
    (latest,) = rows(
        archive,
        "SELECT v.flags, v.written_date::text AS written FROM archive.record_version v"
        " JOIN archive.record r ON r.id = v.record_id AND r.version = v.version"
        " JOIN archive.page p ON p.id = r.page_id WHERE p.url = :url",
        url=site.url(KEY),
    )
    text = next(row["text"] for row in reversed(state(archive)) if row["url"] == site.url(KEY))
    return {**latest, "text": text}


def test_a_text_in_a_frame_of_the_same_site_is_fetched_as_a_part(archive: Archive, site: TrsSite) -> None:
    site.faults[KEY] = shell("<iframe src='/frames/text.html' width='100%'></iframe>")
    signed = "".join(f"<p>{line}</p>" for line in (*TEXT, "云溪区水务局", "2023年5月8日"))
    site.path_faults["/frames/text.html"] = answer(signed)
    report = crawl(archive, site)
    latest = version(archive, site)
    assert (report.state, report.stored) == ("green", 2)
    assert latest["text"].startswith("\n".join(TEXT))
    assert latest["written"] == "2023-05-08"
    assert "pages:2" in latest["flags"]
    assert "no_text" not in latest["flags"]

    report = crawl(archive, site)
    assert (report.unchanged, report.created, report.updated) == (2, 0, 0)
    site.path_faults["/frames/text.html"] = answer(signed.replace("两次", "三次"))
    assert crawl(archive, site).updated == 1
    assert "不少于三次" in version(archive, site)["text"]


def test_a_frame_that_fails_is_no_document_without_text(archive: Archive, site: TrsSite) -> None:
    site.faults[KEY] = shell("<iframe src='/frames/text.html' width='100%'></iframe>")
    report = crawl(archive, site)
    assert (report.stored, report.outcomes["gone"]) == (1, 1)


def test_a_document_without_text_files_and_pictures_makes_the_run_amber(archive: Archive, site: TrsSite) -> None:
    site.faults[KEY] = shell("<iframe src='https://elsewhere.example/text.html'></iframe>")
    report = crawl(archive, site)
    assert (report.state, report.stored) == ("amber", 2)
    (warning,) = report.warnings
    assert warning.english == f"1 documents have neither text nor files nor pictures, such as {site.url(KEY)}"
    assert "no_text" in version(archive, site)["flags"]
