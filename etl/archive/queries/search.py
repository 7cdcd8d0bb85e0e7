"""Finding records: one filter for the list, for exports, and for whoever else asks.

The conditions stand on a record and its current version, each under an alias of the caller's.
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
from etl.extract.lexicon.document_number import normalise_document_number

MAX_TERMS = 8
"""Words of a filter that are looked for; each costs a comparison with every record."""
MAX_COUNT = 1_000
"""Records up to which they are counted where counting all of them takes too long."""
_SHORT_ID = re.compile("[0-9A-Fa-f]{16}")

State = Literal["", "current", "removed"]


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What was asked for; what is left empty matches all.

    `q`: words that title, 文号 or 索引号 must hold, each of them, or a short id. `publisher`: words of the publisher's
    name. The dates are the document's own, both included; a document without a date is in no range. `changed_since`:
    records that got a version, went or came back then or later. Removed records match unless `state` says `current`.
    """

    q: str = ""
    source: str = ""
    publisher: str = ""
    published_from: date | None = None
    published_to: date | None = None
    changed_since: datetime | None = None
    state: State = ""

    def to_query(self) -> dict[str, str]:
        """What was asked for under the names that `parse_filter` reads: for addresses that ask the same again."""
        since = self.changed_since.astimezone(CHINA) if self.changed_since else None
        midnight = since is not None and not any((since.hour, since.minute, since.second, since.microsecond))
        said = {
            "q": self.q,
            "source": self.source,
            "publisher": self.publisher,
            "from": str(self.published_from or ""),
            "to": str(self.published_to or ""),
            "changed_since": "" if since is None else str(since.date()) if midnight else since.isoformat(),
            "state": self.state,
        }
        return {name: value for name, value in said.items() if value}


class InvalidFilter(ValueError):
    """A value that a filter cannot have; `name` is that of the filter."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(f"{name}: {value!r}")
        self.name = name


@dataclass(frozen=True, slots=True)
class MatchCount:
    """How many records match; where that would take too long to count, a number that there are more than."""

    number: int
    exact: bool


def parse_filter(given: Mapping[str, str | None]) -> RecordFilter:
    """The filter that these texts ask for, in the browser's addresses and on the command line alike.

    A day is written 2025-01-31; a moment may have a time of day, and is China's where it names no zone. Raises
    `InvalidFilter`.
    """
    said = {name: (value or "").strip() for name, value in given.items()}
    state = said.get("state", "")
    state = "" if state == "all" else state
    if state not in get_args(State):
        raise InvalidFilter("state", state)
    return RecordFilter(
        q=said.get("q", ""),
        source=said.get("source", ""),
        publisher=said.get("publisher", ""),
        published_from=_day(said, "from"),
        published_to=_day(said, "to"),
        changed_since=_moment(said, "changed_since"),
        state=state,  # type: ignore[arg-type]
    )


def _day(said: Mapping[str, str], name: str) -> date | None:
    value = said.get(name)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise InvalidFilter(name, said[name]) from error


def _moment(said: Mapping[str, str], name: str) -> datetime | None:
    value = said.get(name)
    try:
        moment = datetime.fromisoformat(value) if value else None
        # Out of what the calendar holds is told here, not by who shows it.
        return moment and (moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidFilter(name, said[name]) from error


def matches(asked: RecordFilter, record: Records, version: Versions) -> ColumnElement[bool]:
    """Whether the record, in its current version, is what was asked for."""
    conditions: list[ColumnElement[bool]] = [record.id > 0]
    if asked.source:
        conditions.append(record.source_id == asked.source)
    if asked.state:
        conditions.append(record.state == asked.state)
    if asked.changed_since:
        conditions.append(record.updated_at >= asked.changed_since)
    if asked.published_from:
        conditions.append(version.published_date >= asked.published_from)
    if asked.published_to:
        conditions.append(version.published_date <= asked.published_to)
    for word in asked.publisher.split()[:MAX_TERMS]:
        conditions.append(version.publisher.icontains(word, autoescape=True))
    for word in asked.q.split()[:MAX_TERMS]:
        number = normalise_document_number(word)
        found = [
            version.title.icontains(word, autoescape=True),
            version.document_number.icontains(number, autoescape=True),
            version.index_number.icontains(word, autoescape=True),
        ]
        if _SHORT_ID.fullmatch(word):
            found.append(func.left(version.content_hash, 16) == word.lower())
        conditions.append(or_(*found))
    return and_(*conditions)


def count_matches(connection: Connection, asked: RecordFilter, seconds: float) -> MatchCount | None:
    """How many records match: all where they are counted within that time, else whether they are more than `MAX_COUNT`.

    None when that takes as long again. Records are counted, not texts: as many as an export of them has.
    """
    record, version = aliased(Record), aliased(RecordVersion)
    matching = select(record.id)
    if asked != RecordFilter():
        matching = matching.join(version, is_current(record, version))
    matching = matching.where(matches(asked, record, version))
    number = _count_within(connection, select(func.count()).select_from(matching.subquery()), seconds)
    if number is not None:
        return MatchCount(number, exact=True)
    capped = select(func.count()).select_from(matching.limit(MAX_COUNT + 1).subquery())
    number = _count_within(connection, capped, seconds)
    return None if number is None else MatchCount(min(number, MAX_COUNT), exact=number <= MAX_COUNT)


def _count_within(connection: Connection, query: Select[int], seconds: float) -> int | None:
    """The number that the query gives; None when it takes longer."""
    mark = connection.begin_nested()
    try:
        connection.execute(text(f"SET LOCAL statement_timeout = {round(seconds * 1000)}"))
        return int(connection.scalars(query).one())
    except OperationalError as error:
        if not isinstance(error.orig, QueryCanceled):
            raise
        return None
    finally:
        # Nothing was written; what was set for this query alone goes with it.
        mark.rollback()


def is_duplicate_of_earlier(asked: RecordFilter, record: Records) -> ColumnElement[bool]:
    """Whether an earlier record stands for this one: same text, matching too; those still current come first.

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
            matches(asked, other, its),
        )
    )
    return and_(record.content_hash != NO_TEXT, earlier)


def copies(record: Records) -> ColumnElement[int]:
    """How many records have the record's text now, itself among them; 1 for a document without text."""
    other = aliased(Record)
    count = select(func.count()).where(other.content_hash == record.content_hash).correlate(record).scalar_subquery()
    return case((record.content_hash == NO_TEXT, 1), else_=count)
