"""What agencies had to publish, held against the titles in the archive."""

import csv
import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from etl.archive.queries.coverage import TitledRecord, items_of
from etl.archive.storage.archive import Archive
from etl.pipeline.warc.importing import import_source
from etl.sources.duties import Duty
from tests.support.browser_pages import Page, keep

DUTY = Duty(name="年度报告", title="法治政府建设.*报告(?!.*通知)", due="04-01", since=2021, basis="某规定第一条")
TODAY = date(2024, 3, 1)


def record(number: int, title: str, published: str | None, publisher: str | None = "岚川市水务局") -> TitledRecord:
    day = date.fromisoformat(published) if published else None
    return TitledRecord("a", number, title, publisher, None, day, date(2024, 2, 1), f"https://a.example/{number}")


def states(duty: Duty, *titles: TitledRecord, today: date = TODAY) -> dict[tuple[str, int], tuple[str, int | None]]:
    found = items_of(duty, "a", "岚川市人民政府", titles, today)
    return {(item.agency, item.year): (item.state, item.days_late) for item in found}


def test_in_time_late_not_here_and_not_yet_due() -> None:
    duty = DUTY.model_copy(update={"agencies": ("岚川市水务局",)})
    found = states(
        duty,
        record(1, "岚川市水务局2021年度法治政府建设情况报告", "2022-04-01"),
        record(2, "岚川市水务局2022年法治政府建设工作报告", "2023-04-03"),
        record(3, "关于报送2023年法治政府建设报告的通知", "2024-01-03"),
    )
    assert found == {
        ("岚川市水务局", 2021): ("there", None),
        ("岚川市水务局", 2022): ("late", 2),
        ("岚川市水务局", 2023): ("open", None),
    }
    later = states(duty, record(1, "岚川市水务局2021年度法治政府建设情况报告", "2022-04-01"), today=date(2024, 4, 2))
    assert later["岚川市水务局", 2023] == ("absent", None)


def test_the_first_that_was_published_counts_and_an_unknown_day_is_never_late() -> None:
    title = "岚川市人民政府2021年法治政府建设报告"
    assert (
        states(DUTY, record(1, title, "2022-05-01"), record(2, title, "2022-03-01"))["岚川市人民政府", 2021][0]
        == "there"
    )
    (item, *_) = items_of(DUTY, "a", "岚川市人民政府", [record(1, title, None)], TODAY)
    assert (item.state, item.first_seen, item.day) == ("there", True, date(2024, 2, 1))


def test_an_agency_that_reported_once_is_asked_for_the_other_years() -> None:
    found = states(DUTY, record(1, "2021年度法治政府建设报告", "2022-03-01"))
    assert found["岚川市水务局", 2021][0] == "there"
    assert found["岚川市水务局", 2022][0] == found["岚川市人民政府", 2022][0] == "absent"


def test_days_after_writing() -> None:
    budget = Duty(name="预算", title="预算", years_after=0, within_days=20, since=2023, basis="某法第十四条")
    title = TitledRecord("a", 1, "2023年部门预算", "岚川市水务局", date(2023, 2, 1), date(2023, 3, 1), TODAY, "u")
    assert states(budget, title)["岚川市水务局", 2023] == ("late", 8)
    assert states(budget, title)["岚川市水务局", 2024] == ("open", None)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": "("}, "not a regular expression"),
        ({"due": "02-29"}, "no day of every year"),
        ({"basis": ""}, "basis"),
    ],
)
def test_a_wrong_duty_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Duty.model_validate(DUTY.model_dump() | wrong)


@pytest.fixture
def reader(archive: Archive, reader: TestClient, tmp_path: Path) -> TestClient:
    source = import_source().model_copy(update={"agency": "岚川市水务局", "duties": (DUTY,)})
    years = {2021: "2022-03-31", 2022: "2023-04-11"}
    pages = [
        Page(year, title=f"岚川市水务局{year}年度法治政府建设情况报告", published=day) for year, day in years.items()
    ]
    keep(archive, tmp_path, *pages, Page(1), source=source)
    return reader


def test_the_matrix_leads_to_the_records(reader: TestClient) -> None:
    html = reader.get("/archive/coverage").text
    cells = re.findall(r'<a class="(there|late)" href="(/archive/records/\d+)"', html)
    assert sorted(state for state, _ in cells) == ["late", "there"]
    assert "逾期 10 天" in html
    assert "未见" in html
    assert "某规定第一条" in html
    for _, link in cells:
        assert "法治政府建设情况报告" in reader.get(link).text
    assert "not here" in reader.get("/archive/coverage", headers={"accept-language": "en"}).text


def test_json_and_csv_tell_the_same(reader: TestClient) -> None:
    items = reader.get("/archive/coverage.json").json()["items"]
    answer = reader.get("/archive/coverage.csv")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [(line["year"], line["state"], line["day"]) for line in lines] == [
        (str(item["year"]), item["state"], item["day"] or "") for item in items
    ]
    assert [item["state"] for item in items][:3] == ["there", "late", "absent"]


def test_without_duties_the_page_says_so(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    keep(archive, tmp_path, Page(2), source=import_source().model_copy(update={"id": "without"}))
    assert "没有来源文件" in reader.get("/archive/coverage", params={"source": "without"}).text
    assert reader.get("/archive/coverage.json", params={"source": "without"}).json()["items"] == []
