"""Counts the records that match a filter, within the time that a page may take."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from psycopg.errors import QueryCanceled
from sqlalchemy import Connection, Select, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import aliased

from etl.archive.queries.full_text import matching_entries
from etl.archive.queries.search import CONTENT_ID, RecordFilter, matches, with_version
from etl.archive.queries.shapes import STATEMENTS, shaped
from etl.archive.storage.models import Record, RecordVersion

MAX_ROLLBACKS = 50
"""Maximum number of retries of a rollback to which the time limit of the counting statement still applied."""
MAX_COUNT = 1_000
"""If counting all matches takes too long, they are counted up to this number."""
# Created once, for the reason given in `search`.
_RECORD, _VERSION = aliased(Record), aliased(RecordVersion)


@dataclass(frozen=True, slots=True)
class MatchCount:
    """The number of matching records; if not `exact`, a lower bound."""

    number: int
    exact: bool


def count_matches(connection: Connection, record_filter: RecordFilter, seconds: float) -> MatchCount | None:
    """Counts matching records. If the exact count takes longer than `seconds`, counts up to `MAX_COUNT`, not `exact`.

    None if that takes longer than `seconds` too. Counts every record, also those with the same text, like an export.
    """
    shape, values = shaped(record_filter)
    number = _count_within(connection, _count(shape), values, seconds)
    if number is not None:
        return MatchCount(number, exact=True)
    number = _count_within(connection, _count(shape, MAX_COUNT + 1), values, seconds)
    return None if number is None else MatchCount(min(number, MAX_COUNT), exact=number <= MAX_COUNT)


def count_at_most(connection: Connection, record_filter: RecordFilter, most: int) -> int:
    """The number of matching records, counted up to `most`."""
    return int(connection.scalars(_count(record_filter, most)).one())


def matching_numbers(connection: Connection, record_filter: RecordFilter, most: int) -> list[int]:
    """The numbers of the first records that match, in their order."""
    matching = _matching(record_filter).subquery()
    numbers = matching.c[0]
    return list(connection.scalars(select(numbers).order_by(numbers).limit(most)))


@lru_cache(STATEMENTS)
def _count(record_filter: RecordFilter, most: int | None = None) -> Select[int]:
    return select(func.count()).select_from(_matching(record_filter).limit(most).subquery())


def _matching(record_filter: RecordFilter) -> Select[int]:
    """The numbers of the matching records, from as few tables as the filter needs."""
    record, version = _RECORD, _VERSION
    if not any(record_filter.beside_words):
        if not record_filter.words:
            return select(record.id)
        if not CONTENT_ID.fullmatch(record_filter.q):
            return select(matching_entries(record_filter.words).subquery())
    selected = with_version(select(record.id), record_filter, record, version)
    return selected.where(matches(record_filter, record, version))


def _count_within(connection: Connection, query: Select[int], values: Mapping[str, Any], seconds: float) -> int | None:
    """The number that the query returns; None if it takes longer than `seconds`."""
    _at_once(connection, f"{_LIMITED} SET LOCAL statement_timeout = {round(seconds * 1000)}")
    try:
        number = int(connection.scalars(query, values).one())
    except OperationalError as error:
        if not isinstance(error.orig, QueryCanceled):
            raise
        _roll_back(connection)
        return None
    try:
        _at_once(connection, _UNLIMITED)
    except QueryCanceled:
        _roll_back(connection)
    return number


# The driver forgets its prepared statements when it rolls back to a savepoint, so that is done only if necessary.
_LIMITED = "SAVEPOINT counting; SELECT set_config('gongkai.page', current_setting('statement_timeout'), true);"
_UNLIMITED = "SELECT set_config('statement_timeout', current_setting('gongkai.page'), true); RELEASE SAVEPOINT counting"


def _roll_back(connection: Connection) -> None:
    """Rolls back to the savepoint before the limited statement, which also removes the limit; nothing was written.

    The limit applies to the rollback itself too. On a busy machine the rollback may exceed it; then it is sent again.
    """
    for tries_left in reversed(range(MAX_ROLLBACKS)):
        try:
            return _at_once(connection, "ROLLBACK TO SAVEPOINT counting")
        except QueryCanceled:
            if not tries_left:
                raise


def _at_once(connection: Connection, statements: str) -> None:
    """Runs several statements without parameters in one message, which prepared statements cannot do."""
    driver: Any = connection.connection.driver_connection
    driver.execute(statements, prepare=False)
