"""Citations, as they stand in a footnote, and what their permalinks lead to."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from etl.archive.queries.citation import cite
from etl.archive.storage.archive import Archive
from etl.archive.storage.lookups import snapshot
from etl.browse import create_app
from etl.errors import GongkaiError
from etl.export.rows import record_row
from tests.support.browser_pages import Page, keep


@dataclass(frozen=True)
class Item:
    id: int = 12
    version: int = 3
    short_id: str = "0123456789abcdef"
    title: str = "关于河道清淤的通告"
    publisher: str | None = "岚川市水务局"
    document_number: str | None = "岚水〔2024〕7号"
    published_date: date | None = date(2024, 3, 5)
    url: str = "https://www.lanchuan.example/7.html"
    fetched_at: datetime = datetime(2024, 6, 1, 20, 0, tzinfo=UTC)


LINK = "https://archive.example/archive/records/12/versions/3?id=0123456789abcdef"


def test_a_citation_has_the_parts_of_the_standard_in_their_order() -> None:
    citation = cite(Item(), "https://archive.example/archive/")
    assert citation.permalink == LINK
    # Captured at 20:00 UTC, which is the next day in China.
    assert citation.text == (
        "岚川市水务局. 关于河道清淤的通告：岚水〔2024〕7号[EB/OL].（2024-03-05）[2024-06-02]. "
        f"https://www.lanchuan.example/7.html. {LINK}."
    )


@pytest.mark.parametrize(
    ("item", "begins"),
    [
        (replace(Item(), publisher=None), "关于河道清淤的通告：岚水〔2024〕7号[EB/OL].（2024-03-05）[2024-06-02]. "),
        (replace(Item(), document_number=None), "岚川市水务局. 关于河道清淤的通告[EB/OL].（2024-03-05）"),
        (replace(Item(), title="通告（岚水〔2024〕7号）"), "岚川市水务局. 通告（岚水〔2024〕7号）[EB/OL].（"),
        (
            replace(Item(), published_date=None, document_number=None),
            "岚川市水务局. 关于河道清淤的通告[EB/OL]. [2024-06-02]. ",
        ),
        (replace(Item(), title="", publisher=" "), "[无题名]：岚水〔2024〕7号[EB/OL].（"),
        (replace(Item(), title="关于\n河道 清淤."), "岚川市水务局. 关于 河道 清淤："),
    ],
)
def test_what_is_not_known_is_left_out(item: Item, begins: str) -> None:
    assert cite(item).text.startswith(begins)
    assert cite(item).permalink.startswith("/archive/records/12/")


def test_a_permalink_leads_to_its_version_and_to_no_other_text(archive: Archive, tmp_path: Path) -> None:
    keep(archive, tmp_path, Page(1, title="岚川市水务局关于清淤的第一号通告"))
    with snapshot(archive) as connection:
        item = record_row(connection, 1)
        with pytest.raises(GongkaiError, match="record 1 has no version 2"):
            record_row(connection, 1, 2)
        with pytest.raises(GongkaiError, match="no record 9"):
            record_row(connection, 9)
    link = cite(item, "").permalink
    reader = TestClient(create_app(archive))
    assert "关于清淤的第一号通告</h1>" in reader.get(link).text
    other = reader.get(link.replace(item.short_id, "0" * 16)).text
    assert f"<code>{'0' * 16}</code> ≠ <code>{item.short_id}</code>" in other
