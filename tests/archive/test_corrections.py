"""What an archivist sets stays: beside the extracted value, over changes of the page and of the rules."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from demo import demo_site, goldens
from demo.server import Site, serve
from etl.archive.crawls.run import CrawlOptions
from etl.archive.records.corrections import WITHDRAWN, CorrectionError, CorrectionResult, correct
from etl.archive.storage.archive import Archive
from etl.pipeline.stages.reextracting import ReextractionScope, plan_slices, reextract_slice
from tests.support.gongkai import crawl_site, rows

FULL = CrawlOptions(full=True)


@pytest.fixture
def site() -> Iterator[Site]:
    demo = demo_site("gkmlpt")
    for key in list(demo.postings)[4:]:
        demo.remove(key)
    with serve(demo):
        yield demo


@pytest.fixture
def key(archive: Archive, site: Site) -> str:
    crawl_site(archive, site, assertions={"min_records": 1, "max_age_days": 36500, "max_drop": 1})
    return next(key for key in site.postings if goldens.outcome(site, key) == "stored")


def number(archive: Archive, site: Site, key: str) -> int:
    query = "SELECT r.id FROM archive.record r JOIN archive.page p ON p.id = r.page_id WHERE p.url = :url"
    return int(rows(archive, query, url=site.url(key))[0]["id"])


def versions(archive: Archive, record: int) -> list[dict[str, Any]]:
    query = "SELECT version, kind, title, publisher, fields FROM archive.record_version WHERE record_id = :id"
    return rows(archive, f"{query} ORDER BY version", id=record)


def values(version: dict[str, Any], name: str) -> list[tuple[str, str, bool]]:
    return [(item["origin"], item["value"], item["chosen"]) for item in version["fields"] if item["name"] == name]


def test_a_correction_is_a_version_with_the_extracted_value_beside_it(archive: Archive, site: Site, key: str) -> None:
    record = number(archive, site, key)
    assert correct(archive, record, {"publisher": "某某局"}, "馆员", "印章为证") == CorrectionResult(2, changed=True)
    assert correct(archive, record, {"publisher": "某某局"}, "另一人", "再说一遍") == CorrectionResult(2, changed=False)
    before, after = versions(archive, record)
    assert (after["kind"], after["publisher"]) == ("corrected", "某某局")
    extracted = [value for _, value, chosen in values(before, "publisher") if chosen]
    assert ("correction", "某某局", True) in values(after, "publisher")
    assert {value for origin, value, chosen in values(after, "publisher") if not chosen} >= set(extracted)
    said = rows(archive, "SELECT kind, reason FROM archive.change ORDER BY change_seq DESC LIMIT 1")
    assert said == [{"kind": "corrected", "reason": "印章为证"}]
    kept = rows(archive, "SELECT field, value, corrected_by, reason, version FROM archive.correction")
    assert kept == [
        {"field": "publisher", "value": "某某局", "corrected_by": "馆员", "reason": "印章为证", "version": 2}
    ]


def test_a_correction_outlives_a_change_of_the_page_and_of_the_rules(archive: Archive, site: Site, key: str) -> None:
    record = number(archive, site, key)
    correct(archive, record, {"publisher": "某某局", "index_number": None}, "馆员", "印章为证")
    document = site.postings[key].document
    site.put(replace(document, title=document.title + "（修订）"), key=key)
    crawl_site(archive, site, FULL)
    last = versions(archive, record)[-1]
    assert (last["kind"], last["publisher"]) == ("updated", "某某局")
    assert last["title"].endswith("（修订）")
    assert not any(chosen for _, _, chosen in values(last, "index_number"))
    with archive.engine.connect() as connection:
        work = plan_slices(connection, everything := ReextractionScope(all=True))
    for part in work:
        assert reextract_slice(archive, everything, part).versions == 0
    assert versions(archive, record)[-1] == last


def test_a_withdrawn_correction_gives_the_extracted_value_back(archive: Archive, site: Site, key: str) -> None:
    record = number(archive, site, key)
    correct(archive, record, {"publisher": "某某局"}, "馆员", "印章为证")
    correct(archive, record, {"publisher": WITHDRAWN}, "馆员", "看错了")
    first, _, last = versions(archive, record)
    assert (last["kind"], last["publisher"]) == ("corrected", first["publisher"])
    assert last["fields"] == first["fields"]


def test_a_correction_that_says_too_little_is_refused(
    archive: Archive, site: Site, key: str, subtests: pytest.Subtests
) -> None:
    for given, by, why, said in [
        ({"publisher_name": "某某局"}, "馆员", "印章为证", "no field 'publisher_name'"),
        ({"written_date": "2025-02-30"}, "馆员", "印章为证", "is no date"),
        ({"publisher": "某某局"}, "馆员", " ", "the reason is missing"),
        ({"publisher": "某某局"}, "", "印章为证", "who corrects is missing"),
        ({"publisher": "局" * 2001}, "馆员", "印章为证", "longer than 2000"),
    ]:
        with subtests.test(given=given, by=by), pytest.raises(CorrectionError, match=said):
            correct(archive, number(archive, site, key), given, by, why)


def test_a_record_that_is_not_there_cannot_be_corrected(archive: Archive) -> None:
    with pytest.raises(CorrectionError, match="no record 7"):
        correct(archive, 7, {"publisher": "某某局"}, "馆员", "印章为证")
