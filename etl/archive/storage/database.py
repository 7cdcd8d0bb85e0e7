"""The archive's database: engines, readable errors, and locks."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

from etl.archive.storage.models import REVISION
from etl.archive.storage.stored_json import json_bytes
from etl.errors import GongkaiError, Unavailable


class DatabaseError(Unavailable):
    """The archive's database cannot be reached, or refuses."""


def connect(url: str) -> Engine:
    """An engine for the archive. Raises `DatabaseError` when the address is malformed; connects at first use."""
    try:
        return create_engine(
            make_url(url),
            pool_size=4,
            pool_pre_ping=True,
            # Reuses the connection that was used last, as each keeps a buffer of the size of the largest text it sent.
            pool_use_lifo=True,
            json_serializer=json_bytes,
            connect_args={"connect_timeout": 5, "options": "-c timezone=UTC", "application_name": "gongkai"},
        )
    except ArgumentError as error:
        raise DatabaseError(f"the database address cannot be read: {error}", hint="see GONGKAI_DATABASE_URL") from error


@contextmanager
def translate_database_errors(engine: Engine) -> Iterator[None]:
    """Turns a lost or refused connection into a `DatabaseError` that names the server, never the password."""
    try:
        yield
    except OperationalError as error:
        where = engine.url.render_as_string(hide_password=True)
        # The driver ends with a question: is the server running?
        message = " ".join(line.strip() for line in str(error.orig).splitlines() if not line.endswith("?"))
        raise DatabaseError(
            f"database {where}: {message.strip()}",
            hint="check GONGKAI_DATABASE_URL and that the server runs (`gongkai status`)",
        ) from error


def require_schema_revision(engine: Engine) -> None:
    """Raises `DatabaseError` unless the schema is at the revision of this code."""
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
    """Until the transaction ends, no other transaction writes pages or records of the source.

    Stages write the same pages in different orders: without the lock, two runs of one source would deadlock.
    """
    # Not FOR UPDATE: rows that refer to the source may still be written.
    connection.execute(text("SELECT id FROM archive.source WHERE id = :id FOR NO KEY UPDATE"), {"id": source_id}).one()


def lock_against_garbage(connection: Connection) -> None:
    """Until the transaction ends, no garbage is removed: objects that it stores have no rows yet."""
    connection.execute(text("LOCK TABLE archive.storing IN ROW SHARE MODE"))


def lock_against_writers(connection: Connection) -> None:
    """Until the transaction ends, no other one stores blobs or readings, whose rows would not be visible yet."""
    connection.execute(text("LOCK TABLE archive.storing IN EXCLUSIVE MODE"))


def lock_chain(connection: Connection) -> None:
    """Until the transaction ends, no other one writes a link of the chain of logs."""
    connection.execute(text("LOCK TABLE archive.chaining IN EXCLUSIVE MODE"))


def lock_acts(connection: Connection) -> None:
    """Until the transaction ends, no other one numbers acts of archivists."""
    connection.execute(text("LOCK TABLE archive.noting IN EXCLUSIVE MODE"))


def lock_change_export(connection: Connection) -> None:
    """Until the transaction ends, no other process exports the changes. Raises `GongkaiError` if one already does."""
    try:
        connection.execute(text("LOCK TABLE archive.exporting IN EXCLUSIVE MODE NOWAIT"))
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        raise GongkaiError("another export of the changes is running", hint="wait until it ends") from error
