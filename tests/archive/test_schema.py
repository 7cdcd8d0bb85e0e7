"""The schema: migrations both ways, the models in step with them, and what the application may not do."""

from itertools import product

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import ProgrammingError

from demo import demo_site
from demo.server import serve
from etl.archive.records.citations import records_without_citations
from etl.archive.records.search_index import missing_entries
from etl.archive.storage.archive import Archive, open_archive
from etl.archive.storage.database import DatabaseError, connect, require_schema_revision
from etl.archive.storage.migrations import check_migrations, downgrade, migrate
from etl.archive.storage.models import SCHEMA, Base
from etl.pipeline.rebuilding import rebuild_archive
from etl.settings import Settings
from tests.support.gongkai import crawl_site, small
from tests.support.searched import Document, write


def test_the_models_say_what_the_migrations_do(owner_url: str) -> None:
    check_migrations(owner_url)


def test_migrations_go_down_and_up_again(owner_url: str, database_url: str) -> None:
    downgrade(owner_url)
    assert inspect(create_engine(owner_url)).get_table_names(schema=SCHEMA) == ["alembic_version"]
    with pytest.raises(DatabaseError, match="gongkai migrate"):
        require_schema_revision(connect(database_url))
    migrate(owner_url)
    require_schema_revision(connect(database_url))


def test_migrations_go_down_and_up_on_a_filled_database(
    archive: Archive, owner_url: str, local_settings: Settings
) -> None:
    site = small(demo_site("gov_cn"))
    with serve(site):
        crawl_site(archive, site)
        archive.engine.dispose()
        downgrade(owner_url)
        migrate(owner_url)
        again = open_archive(local_settings)
        rebuild_archive(again, create_engine(owner_url), lambda *_: None)
        report = crawl_site(again, site)
    assert (report.created, report.updated) == (0, 0)
    assert report.records > 0


@pytest.mark.parametrize(("table", "rules"), [("search_state", "folding"), ("citation_state", "rules")])
def test_a_new_archive_has_nothing_of_older_rules_and_one_with_records_keeps_what_it_had(
    owner_url: str, table: str, rules: str
) -> None:
    engine = create_engine(owner_url)
    set_rules = text(f"UPDATE archive.{table} SET {rules} = '0'")
    state = text(f"SELECT {rules}::text FROM archive.{table}")
    with engine.begin() as connection:
        current = connection.scalar(state)
        connection.execute(set_rules)
    migrate(owner_url)
    with engine.connect() as connection:
        assert connection.scalar(state) == current != "0"
        assert (missing_entries(connection), records_without_citations(connection)) == (0, 0)
    write(owner_url, [Document("第一号公告", "请知悉。")])
    with engine.connect() as connection:
        assert (missing_entries(connection), records_without_citations(connection)) == (0, 0)
    with engine.begin() as connection:
        connection.execute(set_rules)
    migrate(owner_url)
    with engine.connect() as connection:
        assert connection.scalar(state) == "0"


def test_the_application_cannot_change_what_is_written_once(archive: Archive, subtests: pytest.Subtests) -> None:
    statements = "UPDATE archive.{} SET {} = {}", "DELETE FROM archive.{}", "TRUNCATE archive.{}"
    for table, statement in product(("capture", "blob", "content", "record_version", "change"), statements):
        column = next(iter(Base.metadata.tables[f"{SCHEMA}.{table}"].columns)).name
        with (
            subtests.test(table=table, statement=statement),
            archive.engine.connect() as connection,
            pytest.raises(ProgrammingError, match="permission denied"),
        ):
            connection.execute(text(statement.format(table, column, column)))


def test_changes_come_through_their_function_only(archive: Archive) -> None:
    insert = (
        "INSERT INTO archive.change (change_seq, kind, record_id, version, source_id) VALUES (1, 'created', 1, 1, 'a')"
    )
    with archive.engine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text(insert))


def test_every_table_and_column_of_the_schema_has_a_name_of_the_field(owner_url: str) -> None:
    tables = {name.removeprefix(f"{SCHEMA}.") for name in Base.metadata.tables}
    assert tables >= {
        "source",
        "page",
        "capture",
        "blob",
        "record",
        "record_version",
        "content",
        "run",
        "change",
        "host",
    }
