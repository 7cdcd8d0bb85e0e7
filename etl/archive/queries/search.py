"""Search for records: one filter for the browser's list, for exports and for the command line.

Conditions apply to a record and its current version, each under an alias of the caller.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, get_args

from psycopg.errors import QueryCanceled
from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, or_, select, text, tuple_
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import aliased

from etl.archive.storage.lookups import NO_TEXT, Records, Versions, is_current
from etl.archive.storage.models import Record, RecordVersion
from etl.clock import CHINA
from etl.document_number import normalise_document_number

MAX_TERMS = 8
"""Words of a filter that are used; each costs a comparison with every record."""
MAX_COUNT = 1_000
"""Where counting all matches takes too long, they are counted up to this number."""
_SHORT_ID = re.compile("[0-9A-Fa-f]{16}")

State = Literal["", "current", "removed"]


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """A filter for records; an empty value matches all.

    `q`: words of which each must be in the title, the 文号 or the 索引号, or be the record's short id. `publisher`:
    words of the publisher's name. `published_from`, `published_to`: dates of publication, both included; a document
    without a date is in no range. `changed_since`: records with a new version, a removal or a return at that moment or
    later. Removed records match unless `state` is `current`.
    """

    q: str = ""
    source: str = ""
    publisher: str = ""
    published_from: date | None = None
    published_to: date | None = None
    changed_since: datetime | None = None
    state: State = ""

    def to_query(self) -> dict[str, str]:
        """The filter as parameters of an address, as `parse_filter` reads them; empty values are left out."""
        since = self.changed_since.astimezone(CHINA) if self.changed_since else None
        midnight = since is not None and not any((since.hour, since.minute, since.second, since.microsecond))
        params = {
            "q": self.q,
            "source": self.source,
            "publisher": self.publisher,
            "from": str(self.published_from or ""),
            "to": str(self.published_to or ""),
            "changed_since": "" if since is None else str(since.date()) if midnight else since.isoformat(),
            "state": self.state,
        }
        return {name: value for name, value in params.items() if value}


class InvalidFilter(ValueError):
    """A parameter of a filter has a value that it cannot have; `name` names the parameter."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(f"{name}: {value!r}")
        self.name = name


@dataclass(frozen=True, slots=True)
class MatchCount:
    """Number of matching records; if not `exact`, there are more than that."""

    number: int
    exact: bool


def parse_filter(params: Mapping[str, str | None]) -> RecordFilter:
    """Parses the parameters of an address, or the options of a command.

    A day is written 2025-01-31; a moment may have a time, in China's time zone where it names none. Raises
    `InvalidFilter`.
    """
    texts = {name: (value or "").strip() for name, value in params.items()}
    state = texts.get("state", "")
    state = "" if state == "all" else state
    if state not in get_args(State):
        raise InvalidFilter("state", state)
    return RecordFilter(
        q=texts.get("q", ""),
        source=texts.get("source", ""),
        publisher=texts.get("publisher", ""),
        published_from=_day(texts, "from"),
        published_to=_day(texts, "to"),
        changed_since=_moment(texts, "changed_since"),
        state=state,  # type: ignore[arg-type]
    )


def _day(texts: Mapping[str, str], name: str) -> date | None:
    value = texts.get(name)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise InvalidFilter(name, texts[name]) from error


def _moment(texts: Mapping[str, str], name: str) -> datetime | None:
    value = texts.get(name)
    try:
        moment = datetime.fromisoformat(value) if value else None
        # A moment outside the calendar must fail here, not where it is shown.
        return moment and (moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidFilter(name, texts[name]) from error


def matches(record_filter: RecordFilter, record: Records, version: Versions) -> ColumnElement[bool]:
    """SQL condition: true if the record, in its current version, matches the filter."""
    conditions: list[ColumnElement[bool]] = [record.id > 0]
    if record_filter.source:
        conditions.append(record.source_id == record_filter.source)
    if record_filter.state:
        conditions.append(record.state == record_filter.state)
    if record_filter.changed_since:
        conditions.append(record.updated_at >= record_filter.changed_since)
    if record_filter.published_from:
        conditions.append(version.published_date >= record_filter.published_from)
    if record_filter.published_to:
        conditions.append(version.published_date <= record_filter.published_to)
    for word in record_filter.publisher.split()[:MAX_TERMS]:
        conditions.append(version.publisher.icontains(word, autoescape=True))
    for word in record_filter.q.split()[:MAX_TERMS]:
        number = normalise_document_number(word)
        alternatives = [
            version.title.icontains(word, autoescape=True),
            version.document_number.icontains(number, autoescape=True),
            version.index_number.icontains(word, autoescape=True),
        ]
        if _SHORT_ID.fullmatch(word):
            alternatives.append(func.left(version.content_hash, 16) == word.lower())
        conditions.append(or_(*alternatives))
    return and_(*conditions)


def count_matches(connection: Connection, record_filter: RecordFilter, seconds: float) -> MatchCount | None:
    """Counts matching records. If the exact count takes longer than `seconds`, counts up to `MAX_COUNT`, not `exact`.

    None if that takes longer than `seconds` too. Counts records, not texts: an export of them has as many.
    """
    record, version = aliased(Record), aliased(RecordVersion)
    matching = select(record.id)
    if record_filter != RecordFilter():
        matching = matching.join(version, is_current(record, version))
    matching = matching.where(matches(record_filter, record, version))
    number = _count_within(connection, select(func.count()).select_from(matching.subquery()), seconds)
    if number is not None:
        return MatchCount(number, exact=True)
    capped = select(func.count()).select_from(matching.limit(MAX_COUNT + 1).subquery())
    number = _count_within(connection, capped, seconds)
    return None if number is None else MatchCount(min(number, MAX_COUNT), exact=number <= MAX_COUNT)


def _count_within(connection: Connection, query: Select[int], seconds: float) -> int | None:
    """The number that the query returns; None if it takes longer than `seconds`."""
    savepoint = connection.begin_nested()
    try:
        connection.execute(text(f"SET LOCAL statement_timeout = {round(seconds * 1000)}"))
        return int(connection.scalars(query).one())
    except OperationalError as error:
        if not isinstance(error.orig, QueryCanceled):
            raise
        return None
    finally:
        # Nothing was written; the rollback resets the timeout.
        savepoint.rollback()


def is_duplicate_of_earlier(record_filter: RecordFilter, record: Records) -> ColumnElement[bool]:
    """SQL condition: true if another matching record with the same text is listed in its place (current before
    removed, then lowest id).

    The condition beside EXISTS keeps the planner from an anti join, which reads all records of a text for each of
    them: 190 ms instead of 2 for a page of the list, where a tenth of 100,000 records had the same text.
    """
    other, its = aliased(Record), aliased(RecordVersion)
    rank = case((record.state == "removed", 1), else_=0)
    its_rank = case((other.state == "removed", 1), else_=0)
    earlier = exists(
        select(1)
        .select_from(other)
        .join(its, is_current(other, its))
        .where(
            other.content_hash == record.content_hash,
            tuple_(its_rank, other.id) < tuple_(rank, record.id),
            matches(record_filter, other, its),
        )
    )
    return and_(record.content_hash != NO_TEXT, earlier)


def copies(record: Records) -> ColumnElement[int]:
    """SQL expression: the number of records that currently have the record's text, itself included; 1 without text."""
    other = aliased(Record)
    count = select(func.count()).where(other.content_hash == record.content_hash).correlate(record).scalar_subquery()
    return case((record.content_hash == NO_TEXT, 1), else_=count)
