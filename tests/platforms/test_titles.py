"""Dates that lists write into the link of a document."""

import pytest

from etl.platforms.base import Entry
from etl.platforms.helpers.titles import dated

TITLE = "关于2023年度河长制考核的通知"


@pytest.mark.parametrize(
    "written", ["2024-05-06", "2024/5/6", "2024.05.06", "2024年5月6日", "[2024-05-06]", "（2024-05-06）"]
)
@pytest.mark.parametrize("form", ["{title} {day}", "{title}{day}", "{day} {title}"])
def test_a_date_at_an_end_of_the_title_becomes_a_field(written: str, form: str) -> None:
    entry = dated(Entry("u", form.format(title=TITLE, day=written)))
    assert (entry.title, dict(entry.fields)) == (TITLE, {"published_date": "2024-05-06"})


@pytest.mark.parametrize(
    "title", [TITLE, "关于2024年5月6日停水的通知", "2024年5月6日起执行的水价", "2024-05-06", "9号 2024.13.45"]
)
def test_other_titles_stay_as_they_are(title: str) -> None:
    assert dated(Entry("u", title)) == Entry("u", title)


def test_a_date_beside_the_title_is_not_looked_for_inside_it() -> None:
    entry = Entry("u", f"{TITLE} 2024-05-06", {"published_date": "2024-05-07"})
    assert dated(entry) == entry


def test_a_calendar_sheet_has_its_day_first() -> None:
    assert dated(Entry("u", TITLE), f"06 2024.05 {TITLE}").fields == {"published_date": "2024-05-06"}
    assert dated(Entry("u", TITLE), f"第6 2024.05.06 {TITLE}").fields == {}
