"""How the browser reads the database: one snapshot a page, through which nothing can be written."""

from contextlib import AbstractContextManager

from sqlalchemy import Connection

from etl.archive.storage.archive import Archive
from etl.archive.storage.lookups import snapshot

SECONDS = 10
"""A page that takes longer is of no use to its reader, and must not hold the server."""


def reading(archive: Archive) -> AbstractContextManager[Connection]:
    """A READ ONLY transaction with one snapshot for all of a page's queries. Raises `DatabaseError`."""
    return snapshot(archive, SECONDS)
