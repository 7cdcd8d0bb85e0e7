"""Helpers of queries: a read-only snapshot, checks of record numbers and sources, the current version of a record."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ARRAY, BindParameter, ColumnElement, Connection, and_, any_, bindparam, literal, select, text
from sqlalchemy.orm import InstrumentedAttribute

from etl.archive.storage.archive import Database
from etl.archive.storage.database import translate_database_errors
from etl.archive.storage.models import Content, Record, RecordVersion, Source
from etl.archive.storage.state_cache import SQL_STATE, STATE
from etl.errors import GongkaiError
from etl.extract import content_hash

NO_TEXT = content_hash("").sha256
"""The content hash of all documents without text, for example scanned ones. They are not duplicates of each other."""
RECORD_NUMBER_HINT = "the number of a record is in its address in the archive browser"
_LAST_NUMBER = 2**63 - 1
Records = type[Record]
Versions = type[RecordVersion]


@contextmanager
def snapshot(archive: Database, seconds: float = 0) -> Iterator[Connection]:
    """A read-only transaction that sees one state of the archive. Each query may take `seconds`; 0 sets no limit.

    Raises `DatabaseError`.
    """
    with translate_database_errors(archive.engine), archive.engine.connect() as fresh:
        connection = fresh.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            limits = {"timeout": str(round(seconds * 1000)), "short": seconds > 0}
            known = connection.info
            known[STATE] = connection.scalars(_BEGIN, limits).one()
            try:
                yield connection
            finally:
                known.pop(STATE)


# No parallel workers: a page's queries are short and many run at once, so starting workers costs more than they save.
# More memory for sorting: 90,000 rows of a frequent word do not fit into 4 MB and would be sorted on disk.
_BEGIN = text(f"""
SELECT {SQL_STATE}, set_config('statement_timeout', :timeout, true),
       CASE WHEN :short THEN set_config('max_parallel_workers_per_gather', '0', true) END,
       CASE WHEN :short THEN set_config('work_mem', '16MB', true) END
""")


def require_source(connection: Connection, source: str) -> None:
    """Raises `GongkaiError` if the archive has no run of the source."""
    known = connection.scalars(select(Source.id).order_by(Source.id)).all()
    if source not in known:
        raise GongkaiError(f"the archive has no source {source!r}", hint=f"known: {', '.join(known) or 'none'}")


def require_valid_record_number(record: int) -> None:
    """Raises `GongkaiError` for a number that no record can have: not positive, or beyond PostgreSQL's bigint."""
    if not 0 < record <= _LAST_NUMBER:
        raise GongkaiError(f"no record {record}", hint=RECORD_NUMBER_HINT)


def is_current(record: Records, version: Versions) -> ColumnElement[bool]:
    """SQL condition that joins a record with its current version."""
    return and_(version.record_id == record.id, version.version == record.version)


def among(
    column: ColumnElement[Any] | InstrumentedAttribute[Any], values: Iterable[Any] | BindParameter[Any]
) -> ColumnElement[bool]:
    """SQL condition: the column is one of the values, of which there may be any number.

    The values are one parameter, an array. `in_` makes a parameter for each value, and PostgreSQL allows only 65,535.
    """
    of = ARRAY(column.type)
    parameter = bindparam(values.key, type_=of) if isinstance(values, BindParameter) else literal(list(values), of)
    return column == any_(parameter)


def texts_of(connection: Connection, hashes: Iterable[str]) -> dict[str, str]:
    """Texts by their content hashes."""
    query = select(Content.hash, Content.text).where(among(Content.hash, hashes))
    return {row.hash: row.text for row in connection.execute(query)}
