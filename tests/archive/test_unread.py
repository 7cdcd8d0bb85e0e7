"""Why a page stays unread had no column of its own before: databases and run logs of then are read as those of now."""

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import create_engine, text

from etl.archive.crawls.unread import with_unread_reason
from etl.archive.storage.log_lines import ListedPage, RunPageLine
from etl.archive.storage.migrations import downgrade, migrate
from tests.support.filled import fill

_ROWS = "INSERT INTO archive.run_page (run_id, page_id, columns, reason)"
_DAMAGED = "https://a.example/1.html: blob 00ff is damaged (missing): no object of this name"


def test_a_line_of_a_run_log_of_before_has_the_reason_in_its_column() -> None:
    page = ListedPage(1, "a", "https://a.example/1.html", "document", {}, datetime.now(UTC), None)
    line = RunPageLine(7, 1, [], 0, 3, "stored", f"not read: {_DAMAGED}", page)
    assert with_unread_reason(line) == replace(line, reason="", unread_reason=_DAMAGED)
    for now in (replace(line, reason="status 404"), replace(line, unread_reason="a reason")):
        assert with_unread_reason(now) == now


def test_migrating_moves_the_reason_into_its_column_and_back(owner_url: str) -> None:
    fill(owner_url, 2)
    engine = create_engine(owner_url)
    downgrade(owner_url, "0006")
    with engine.begin() as connection:
        connection.execute(
            text(f"{_ROWS} VALUES (1, 1, '{{}}', :a), (1, 2, '{{}}', :b)"),
            {"a": f"not read: {_DAMAGED}", "b": "status 404"},
        )
    migrate(owner_url)
    query = text("SELECT * FROM archive.run_page ORDER BY page_id")
    with engine.connect() as connection:
        rows = [(row.reason, row.unread_reason) for row in connection.execute(query)]
    assert rows == [("", _DAMAGED), ("status 404", None)]
    downgrade(owner_url, "0006")
    with engine.connect() as connection:
        assert [row.reason for row in connection.execute(query)] == [f"not read: {_DAMAGED}", "status 404"]
    engine.dispose()
    migrate(owner_url)
