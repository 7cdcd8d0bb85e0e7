"""A change of the rules is told as such: never as a change of the page."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from demo import demo_site, goldens
from demo.server import Site, serve
from etl.archive.crawls.run import CrawlOptions
from etl.archive.records.recording import RULES_VERSION
from etl.archive.storage.archive import Archive
from etl.pipeline.stages import reextracting
from etl.pipeline.stages.reextracting import ReextractionScope, plan_slices
from etl.settings import Settings
from tests.support.gongkai import crawl_site, gongkai, rows
from tests.support.stored import keep

FULL = CrawlOptions(full=True)
ASSERTED = {"min_records": 1, "max_age_days": 36500, "max_drop": 1}
# What rules of another version would have left: another title, and their number.
READ_OTHERWISE = (
    """UPDATE archive.record_version SET title = '旧规则读出的标题', extractor = '0', flags = '{numbers_change}',
       fields = (
         SELECT jsonb_agg(CASE WHEN f->>'name' = 'title' AND (f->>'chosen')::bool
                               THEN f || '{"value": "旧规则读出的标题"}' ELSE f END)
         FROM jsonb_array_elements(fields) AS f)
       WHERE record_id = :record""",
    "UPDATE archive.record SET read_with = '0.1'",
)


@pytest.fixture
def site() -> Iterator[Site]:
    demo = demo_site("gkmlpt")
    for key in list(demo.postings)[6:]:
        demo.remove(key)
    with serve(demo):
        yield demo


@pytest.fixture
def key(archive: Archive, owner_url: str, site: Site) -> str:
    """A document whose record was read with other rules, and differently."""
    crawl_site(archive, site, assertions=ASSERTED)
    found = next(key for key in site.postings if goldens.outcome(site, key) == "stored")
    record = rows(archive, _RECORD, url=site.url(found))[0]["id"]
    with create_engine(owner_url).begin() as owner:
        for statement in READ_OTHERWISE:
            owner.execute(text(statement), {"record": record})
    return found


_RECORD = "SELECT r.id FROM archive.record r JOIN archive.page p ON p.id = r.page_id WHERE p.url = :url"


def told(settings: Settings, *words: str) -> Any:
    """What the command says for programs."""
    done = gongkai(settings, "reextract", "--json", *words)
    assert done.code == 0, done.err
    return json.loads(done.out)


def kinds(archive: Archive) -> list[str]:
    found = rows(archive, "SELECT kind FROM archive.change WHERE kind <> 'created' ORDER BY change_seq")
    return [row["kind"] for row in found]


def titles(archive: Archive, site: Site, key: str) -> list[tuple[str, str]]:
    query = "SELECT v.kind, v.title FROM archive.record_version v JOIN archive.record r ON r.id = v.record_id"
    found = rows(
        archive, f"{query} JOIN archive.page p ON p.id = r.page_id WHERE p.url = :u ORDER BY 1, 2", u=site.url(key)
    )
    return [(row["kind"], row["title"]) for row in found]


def test_what_other_rules_read_is_told_before_what_the_page_changed(archive: Archive, site: Site, key: str) -> None:
    document = site.postings[key].document
    site.put(replace(document, title=document.title + "（修订）"), key=key)
    report = crawl_site(archive, site, FULL, assertions=ASSERTED)
    assert (report.created, report.updated) == (0, 1)
    assert kinds(archive) == ["re-extracted", "updated"]
    assert titles(archive, site, key) == [
        ("created", "旧规则读出的标题"),
        ("re-extracted", document.title),
        ("updated", document.title + "（修订）"),
    ]


def test_new_rules_never_mark_the_archive_as_changed(archive: Archive, site: Site, key: str) -> None:
    site.churn = True
    report = crawl_site(archive, site, FULL, assertions=ASSERTED)
    assert report.stored > 1
    assert report.updated == 0
    assert kinds(archive) == ["re-extracted"]
    [version] = rows(archive, "SELECT flags FROM archive.record_version WHERE kind = 're-extracted'")
    assert "numbers_change" in version["flags"]


def test_stored_pages_are_read_whatever_their_source_file_said_of_crawls(
    archive: Archive, owner_url: str, site: Site, key: str, local_settings: Settings
) -> None:
    today_refused = {"schedule": "0 */24 * * *", "full_walk_days": 1e6, "limits": {"pages": 10**9}}
    today_refused |= {"assertions": {"min_records": 1, "max_age_days": 10**6}}
    with create_engine(owner_url).begin() as owner:
        owner.execute(
            text("UPDATE archive.source SET definition = definition || CAST(:odd AS jsonb)"),
            {"odd": json.dumps(today_refused)},
        )
    told(local_settings)
    assert kinds(archive) == ["re-extracted"]


def test_a_dry_run_says_what_would_change_and_changes_nothing(
    archive: Archive, local_settings: Settings, site: Site, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    captures = rows(archive, "SELECT count(*) AS n FROM archive.capture")
    site.requests.clear()
    with monkeypatch.context() as patch:
        # Several slices are read in processes of their own, one is not.
        patch.setattr(reextracting, "RECORDS_PER_SLICE", 3)
        said = told(local_settings, "--dry-run")
    records = len(rows(archive, "SELECT id FROM archive.record"))
    assert (said["records"], said["versions"], said["fields"]) == (records, 1, {"title": 1})
    assert said["samples"]["title"][0][1:] == ["旧规则读出的标题", site.postings[key].document.title]
    assert kinds(archive) == []
    assert told(local_settings, "--where", "title=旧规则读出的标题")["records"] == 1
    assert kinds(archive) == ["re-extracted"]
    assert told(local_settings)["versions"] == 0
    assert told(local_settings)["records"] == 0
    assert rows(archive, "SELECT DISTINCT read_with FROM archive.record") == [{"read_with": RULES_VERSION}]
    assert site.requests == []
    assert rows(archive, "SELECT count(*) AS n FROM archive.capture") == captures


def test_there_are_never_more_slices_than_airflow_maps(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, source in ((30, "first"), (7, "second"), (1, "third")):
        keep(archive, tmp_path, number, source)
    monkeypatch.setattr(reextracting, "RECORDS_PER_SLICE", 2)
    for most, size in ((1000, 2), (9, 7)):
        monkeypatch.setattr(reextracting, "MAX_SLICES", most)
        with archive.engine.connect() as connection:
            found = plan_slices(connection, ReextractionScope(all=True))
        assert len(found) <= most
        assert max(part.records for part in found) == size
        assert sum(part.records for part in found) == 38
        ends = [(part.source, part.first, part.last) for part in found]
        assert ends == sorted(ends), "none overlaps"
        assert all(one[0] != other[0] or one[2] < other[1] for one, other in pairwise(ends))
    assert reextracting.MAX_SLICES < 1024
