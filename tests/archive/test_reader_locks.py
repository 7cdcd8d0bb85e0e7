"""A downstream reader takes every lock that it can get and keeps it: the archive's work goes on."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from demo import demo_site
from demo.server import serve
from etl.archive.preservation.garbage import delete_unreferenced, find_unreferenced
from etl.archive.records.corrections import correct
from etl.archive.storage.archive import Archive, open_reader
from etl.archive.storage.layout import blob_key
from etl.archive.storage.models import SCHEMA, Base
from etl.export.changes import export_changes
from etl.settings import Settings
from tests.support.gongkai import SMALL, crawl_site, rows, small

TABLES = [str(table) for table in Base.metadata.sorted_tables]
MODES = ["ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE"]
STRENGTHS = ["UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"]
ADVISORY = ["7305808869231650145", "7305808869231650146", "5210664131", "hashtextextended('{source}', 0)"]
"""Numbers under which the archive once took its locks."""


@pytest.fixture
def views(owner_url: str) -> list[str]:
    with psycopg.connect(plain(owner_url)) as owner:
        found = owner.execute("SELECT viewname FROM pg_views WHERE schemaname = 'api_v1'").fetchall()
    return [f"api_v1.{name}" for (name,) in found]


@pytest.fixture
def reader(reader_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(plain(reader_url)) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute("SET statement_timeout = '5s'")
        connection.commit()
        yield connection


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def taken(connection: psycopg.Connection, statements: list[str]) -> list[str]:
    """Those of the statements that the connection may run; what they lock stays locked until its transaction ends."""
    able = []
    connection.execute("SELECT 1")  # begins the transaction, of which those below are savepoints
    for statement in statements:
        try:
            with connection.transaction():
                connection.execute(statement)  # type: ignore[call-overload]
            able.append(statement)
        except psycopg.Error:
            continue
    return able


def wanted(relations: list[str]) -> list[str]:
    """Every lock on a table or on rows that may stand in the way of one who writes."""
    return [
        *(f"LOCK TABLE {name} IN {mode} MODE" for name in relations for mode in [*MODES, "ACCESS EXCLUSIVE"]),
        *(f"SELECT FROM {name} FOR {strength}" for name in relations for strength in STRENGTHS),
    ]


def advisory(source: str) -> list[str]:
    return [f"SELECT pg_advisory_xact_lock({number.format(source=source)})" for number in ADVISORY]


def test_a_reader_that_locks_what_it_can_holds_up_nobody(
    archive: Archive, owner_url: str, reader_url: str, reader: psycopg.Connection, views: list[str]
) -> None:
    site = small(demo_site("gov_cn"), 6)
    with serve(site), psycopg.connect(plain(owner_url)) as other:
        crawl_site(archive, site, assertions=SMALL)
        first = rows(archive, "SELECT id, source_id FROM archive.record ORDER BY id LIMIT 1")[0]
        unnamed = blob_key(archive.store.put_blob(b"nothing names it"))
        assert taken(reader, wanted([*views, *TABLES]) + advisory(first["source_id"])) == []
        reads = [f"LOCK TABLE {view} IN ACCESS SHARE MODE" for view in views] + [f"TABLE {view}" for view in views]
        assert taken(reader, [*reads, "LISTEN archive_change"]) == [*reads, "LISTEN archive_change"]
        # Where the server's administrator leaves these functions to everybody, a reader has what the owner has here.
        assert taken(other, advisory(first["source_id"])) == advisory(first["source_id"])
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        assert other.execute(held).fetchone() == (len(ADVISORY),)
        # Whoever has to wait fails.
        with psycopg.connect(plain(owner_url), autocommit=True) as owner:
            database = sql.Identifier(make_url(owner_url).database or "")
            owner.execute(sql.SQL("ALTER DATABASE {} SET lock_timeout = '3s'").format(database))
        archive.engine.dispose()
        site.remove(next(iter(site.postings)))
        again = crawl_site(archive, site, assertions=SMALL)
        assert again.records > 0
        correct(archive, first["id"], {"publisher": "某局"}, "甲", "抄录有误")
        assert [each.key for each in delete_unreferenced(archive, find_unreferenced(archive), timedelta(0))] == [
            unnamed
        ]
        export = open_reader(Settings.model_validate({"database_reader_url": reader_url}))
        assert export_changes(archive, export).change_seq_to > 0
        export.dispose()


def test_a_reader_takes_no_advisory_locks(reader: psycopg.Connection) -> None:
    """The server has one table of locks; a reader could fill it."""
    names = reader.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE proname ~ '^pg_.*advisory.*lock' AND proname !~ 'unlock'"
        " AND has_function_privilege(oid, 'EXECUTE')"
    ).fetchall()
    assert names == []


def test_a_reader_connects_to_its_database_alone_and_not_without_end(reader_url: str) -> None:
    for database in ("postgres", "template1", "airflow"):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(plain(make_url(reader_url).set(database=database).render_as_string(hide_password=False)))
    with ExitStack() as open_ones:
        for _ in range(20):
            open_ones.enter_context(psycopg.connect(plain(reader_url)))
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            psycopg.connect(plain(reader_url))


def test_tables_that_are_only_locked_hold_nothing(owner_url: str) -> None:
    with psycopg.connect(plain(owner_url)) as owner:
        for name in ("numbering", "storing", "exporting"):
            assert owner.execute(f"SELECT count(*) FROM {SCHEMA}.{name}").fetchone() == (0,)  # type: ignore[call-overload]
