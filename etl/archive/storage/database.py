"""The archive's database: engines, readable errors, and locks."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

from etl.archive.storage.models import REVISION
from etl.errors import GongkaiError, Unavailable


class DatabaseError(Unavailable):
    """The archive's database cannot be reached, or refuses."""


def connect(url: str, *, pool_size: int = 4) -> Engine:
    """An engine for the archive. Raises `DatabaseError` when the address is malformed; connects at first use."""
    try:
        return create_engine(
            make_url(url),
            pool_size=pool_size,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5, "options": "-c timezone=UTC", "application_name": "gongkai"},
        )
    except ArgumentError as error:
        raise DatabaseError(f"the database address cannot be read: {error}", hint="see GONGKAI_DATABASE_URL") from error


@contextmanager
def translate_database_errors(engine: Engine) -> Iterator[None]:
    """Turns a lost or refused connection into one line that names the server, never the password."""
    try:
        yield
    except OperationalError as error:
        where = engine.url.render_as_string(hide_password=True)
        raise DatabaseError(
            f"database {where}: {str(error.orig).strip().splitlines()[-1]}",
            hint="check GONGKAI_DATABASE_URL and that the server runs (`gongkai status`)",
        ) from error


def require_schema_revision(engine: Engine) -> None:
    """Raises `DatabaseError` unless the schema is the one that this code was written for."""
    with translate_database_errors(engine), engine.connect() as connection:
        try:
            current = connection.scalar(text("SELECT version_num FROM archive.alembic_version"))
        except ProgrammingError:
            current = None  # before the first migration the application has no right to look into the schema
    if current != REVISION:
        raise DatabaseError(
            f"the archive's schema is at revision {current or 'none'}, this version needs {REVISION}",
            hint="run `gongkai migrate`",
        )


def lock_source(connection: Connection, source_id: str) -> None:
    """Until the transaction ends, nobody else writes pages or records of the source.

    Listing, saving, recording and settling touch the same pages, each in an order of its own: two runs of one source at
    once would wait for each other in a circle.
    """
    # Not FOR UPDATE: rows that name the source may be written meanwhile.
    connection.execute(text("SELECT id FROM archive.source WHERE id = :id FOR NO KEY UPDATE"), {"id": source_id}).one()


def lock_against_garbage(connection: Connection) -> None:
    """Until the transaction ends, no garbage is removed: what is stored now has no row yet."""
    connection.execute(text("LOCK TABLE archive.storing IN ROW SHARE MODE"))


def lock_against_writers(connection: Connection) -> None:
    """Until the transaction ends, nobody stores bytes whose rows are still to come."""
    connection.execute(text("LOCK TABLE archive.storing IN EXCLUSIVE MODE"))


def lock_change_export(connection: Connection) -> None:
    """Until the transaction ends, nobody else exports the changes. Raises `GongkaiError` where somebody does."""
    try:
        connection.execute(text("LOCK TABLE archive.exporting IN EXCLUSIVE MODE NOWAIT"))
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        raise GongkaiError("another export of the changes is under way", hint="let it end") from error
