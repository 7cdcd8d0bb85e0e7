"""How the browser reads the database: one snapshot a page, through which nothing can be written."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from etl.archive import Archive
from etl.archive.database import readable_errors
from etl.extract import content_hash

NO_TEXT = content_hash("").sha256
"""The hash of a document without text, such as a scan in an attachment: it says nothing about being the same."""


@contextmanager
def reading(archive: Archive) -> Iterator[Connection]:
    """A READ ONLY transaction with one snapshot for all of a page's queries. Raises `DatabaseError`."""
    with readable_errors(archive.engine), archive.engine.connect() as fresh:
        connection = fresh.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            # A page that takes longer is of no use to its reader, and must not hold the server.
            connection.execute(text("SET LOCAL statement_timeout = '10s'"))
            yield connection
