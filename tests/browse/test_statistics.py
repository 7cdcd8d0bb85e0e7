"""Statistics, as a reader of the archive sees them."""

import re
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from etl.archive.records.corrections import correct
from etl.archive.storage.archive import Archive
from etl.archive.storage.models import Record
from etl.browse.pages import timed_cache
from etl.regions import region_names
from tests.support.browser_pages import Page, keep, other_source


@pytest.fixture
def reader(archive: Archive, reader: TestClient, tmp_path: Path) -> TestClient:
    pages = [Page(number, published=day) for number, day in enumerate(("2023-12-31", "2024-03-05", "2024-03-31"), 1)]
    keep(archive, tmp_path, *pages, Page(4, title="无日期的名录", published=""))
    keep(archive, tmp_path, Page(5, document_number="岚水〔2024〕7号"), source=other_source())
    with archive.engine.connect() as connection:
        last = connection.scalars(select(func.max(Record.id))).one()
    correct(archive, last, {"written_date": "2024-03-01"}, "林馆员", "以落款为准")
    return reader


def test_every_number_leads_to_the_records_that_it_counts(reader: TestClient) -> None:
    page = reader.get("/archive/statistics.json").json()
    assert (page["records"], page["undated"]) == (5, 1)
    assert page["months"] == [
        {"year": 2023, "month": 12, "records": 1},
        {"year": 2024, "month": 3, "records": 3},
    ]
    html = reader.get("/archive/statistics").text
    counted = re.findall(r'<td><a href="(/archive/\?[^"]+)">([\d,]+)</a>', html)
    counted += [
        (link, number)
        for link, number in re.findall(
            r'<li><span><a href="(/archive/\?[^"]+)".*?<span class="count">([\d,]+)</span>', html, re.DOTALL
        )
    ]
    assert len(counted) > 2
    for link, number in counted:
        found = reader.get(unescape(link), headers={"accept": "application/json"}).json()
        assert found["total"] == {"number": int(number), "exact": True}, link


def test_a_source_tells_how_complete_its_fields_are(reader: TestClient) -> None:
    everything = reader.get("/archive/statistics.json").json()["sources"]
    shares = {source["source_id"]: source["with_field"] for source in everything}
    assert (shares["imported"]["published_date"], shares["imported"]["document_number"]) == (3, 0)
    assert shares["lanchuan-copy"]["document_number"] == 1
    (alone,) = reader.get("/archive/statistics.json", params={"source": "imported"}).json()["sources"]
    assert alone["with_field"].items() >= shares["imported"].items()
    assert "keywords" in alone["with_field"]
    missing = reader.get("/archive/statistics.json", params={"source": "nowhere"})
    assert (missing.status_code, missing.json()["code"]) == (404, "no_source")


def test_the_days_from_writing_to_publication(reader: TestClient) -> None:
    (source,) = reader.get("/archive/statistics.json", params={"source": "lanchuan-copy"}).json()["sources"]
    assert (source["lag_records"], source["lag_days"], source["before_written"]) == (1, 4.0, 0)
    assert "中位数" in reader.get("/archive/statistics").text


def test_many_readers_ask_the_database_once_for_a_while(
    archive: Archive, reader: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = reader.get("/archive/statistics.json").json()
    keep(archive, tmp_path, Page(30))
    assert reader.get("/archive/statistics.json").json() == first
    monkeypatch.setattr(timed_cache, "KEEP_SECONDS", 0)
    assert reader.get("/archive/statistics.json").json()["records"] == first["records"] + 1


def test_a_region_is_named_as_its_own_government_is_called_or_by_its_province() -> None:
    agencies = [
        ("539100", "岚川市人民政府"),
        ("539100", "岚川市水利局"),
        ("441900", "东莞市人力资源和社会保障局"),
        ("539951", "禾渚县人民政府办公室"),
        ("000000", "—"),
    ]
    assert region_names(agencies) == {"539100": "岚川市", "441900": "广东省", "539951": "禾渚县"}
