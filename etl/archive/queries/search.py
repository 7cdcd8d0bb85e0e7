"""Search for records: one filter for the browser's list, for exports and for the command line.

Conditions apply to a record and its current version, each under an alias of the caller.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Literal, get_args
from urllib.parse import parse_qs, urlencode

from psycopg.errors import QueryCanceled
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import aliased

from etl.archive.queries.full_text import found, has_number, occurrence, words_ask_the_record
from etl.archive.queries.words import InvalidQuery, Query, parse_query
from etl.archive.records.collections import members
from etl.archive.storage.lookups import NO_TEXT, Records, Versions, is_current
from etl.archive.storage.models import Content, Record, RecordVersion, SearchEntry
from etl.clock import CHINA

MAX_TERMS = 8
"""Words of a publisher's name that are used; each costs a comparison with every record."""
MAX_ROLLBACKS = 50
"""How often a rollback is sent that the limit of the statement before it ended, too."""
MAX_COUNT = 1_000
"""Where counting all matches takes too long, they are counted up to this number."""
MAX_PARAMETERS = 60
"""Parameters in the query of an address that is kept: 20 facets of each kind, and the rest."""
CONTENT_ID = re.compile("[0-9A-Fa-f]{16}|[0-9A-Fa-f]{64}")

FACETS = ("year", "agency", "source", "region", "category", "genre", "validity", "type", "state", "flag", "collection")
"""All facets, in the order in which they are shown."""
_FACET = re.compile(rf"({'|'.join(FACETS)}):[^\x00]{{1,200}}")
SOURCE_FACET = "source:"
STATE_FACET = "state:"
"""Facets of a record's state are no part of its entry, which a removal leaves as it is."""
COLLECTION_FACET = "collection:"
"""Nor are those of collections, with their numbers: who puts thousands of records into one writes no entry anew."""

State = Literal["", "current", "removed"]

# Made once: half of the time of a page was spent on adapting the columns of new aliases.
_SAID, _FACETED = aliased(SearchEntry), aliased(SearchEntry)
_RECORD, _VERSION = aliased(Record), aliased(RecordVersion)
_EARLIER, _ITS_VERSION, _SAME = aliased(Record), aliased(RecordVersion), aliased(Record)


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """A filter for records; an empty value matches all.

    `q`: words, phrases and fields as `etl.archive.queries.words` reads them, or a content id. `publisher`: words of the
    publisher's name. `published_from`, `published_to`: dates of publication, both included; a document without a date
    is in no range. `changed_since`: records with a new version, a removal or a return at that moment or later. Removed
    records match unless `state` is `current`. `only` and `without`: facets, `name:value`, that a record must have, and
    must not have.
    """

    q: str = ""
    source: str = ""
    publisher: str = ""
    published_from: date | None = None
    published_to: date | None = None
    changed_since: datetime | None = None
    state: State = ""
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def words(self) -> Query:
        """`q`, parsed. `parse_filter` has refused what cannot be."""
        return parse_query(self.q)

    def to_query(self) -> dict[str, str | tuple[str, ...]]:
        """The filter as parameters of an address, as `parse_filter` reads them; empty values are left out."""
        since = self.changed_since.astimezone(CHINA) if self.changed_since else None
        midnight = since is not None and not any((since.hour, since.minute, since.second, since.microsecond))
        params: dict[str, str | tuple[str, ...]] = {
            "q": self.q,
            "source": self.source,
            "publisher": self.publisher,
            "from": str(self.published_from or ""),
            "to": str(self.published_to or ""),
            "changed_since": "" if since is None else str(since.date()) if midnight else since.isoformat(),
            "state": self.state,
            "only": self.only,
            "without": self.without,
        }
        return {name: value for name, value in params.items() if value}


class InvalidFilter(ValueError):
    """A parameter of a filter has a value that it cannot have; `name` names the parameter, or what of `q` is wrong:
    `year`, `years`, `state_in_words`, `many_words`. `range`: the first day comes after the last."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(f"{name}: {value!r}")
        self.name, self.value = name, value


@dataclass(frozen=True, slots=True)
class MatchCount:
    """Number of matching records; if not `exact`, there are more than that."""

    number: int
    exact: bool


def parse_filter(
    params: Mapping[str, str | None], only: Sequence[str] = (), without: Sequence[str] = ()
) -> RecordFilter:
    """Parses the parameters of an address, or the options of a command.

    A day is written 2025-01-31; a moment may have a time, in China's time zone where it names none. Raises
    `InvalidFilter`.
    """
    texts = {name: (value or "").strip() for name, value in params.items()}
    state = texts.get("state", "")
    state = "" if state == "all" else state
    if state not in get_args(State):
        raise InvalidFilter("state", state)
    for facet in (*only, *without):
        number = facet.removeprefix(COLLECTION_FACET)
        if not _FACET.fullmatch(facet) or (number != facet and not re.fullmatch("[0-9]{1,18}", number)):
            raise InvalidFilter("only", facet)
    parsed = RecordFilter(
        q=texts.get("q", ""),
        source=texts.get("source", ""),
        publisher=texts.get("publisher", ""),
        published_from=_day(texts, "from"),
        published_to=_day(texts, "to"),
        changed_since=_moment(texts, "changed_since"),
        state=state,  # type: ignore[arg-type]
        only=tuple(dict.fromkeys(only)),
        without=tuple(dict.fromkeys(without)),
    )
    if parsed.published_from and parsed.published_to and parsed.published_from > parsed.published_to:
        raise InvalidFilter("range", f"{parsed.published_from}–{parsed.published_to}")
    try:
        parse_query(parsed.q)
    except InvalidQuery as error:
        raise InvalidFilter(error.code, error.value) from error
    return parsed


def query_of(record_filter: RecordFilter) -> str:
    """The filter as the query of an address, without its `?`: what is kept of a saved search, and in a form."""
    return urlencode(record_filter.to_query(), doseq=True)


def filter_of(query: str) -> RecordFilter:
    """The filter that `query_of` wrote. Raises `InvalidFilter` for what this version cannot read."""
    try:
        params = parse_qs(query, max_num_fields=MAX_PARAMETERS)
    except ValueError as error:
        raise InvalidFilter("query", query) from error
    single = {name: values[-1] for name, values in params.items() if name not in ("only", "without")}
    return parse_filter(single, params.get("only", ()), params.get("without", ()))


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


def matches(
    record_filter: RecordFilter, record: Records, version: Versions, *, few: bool = False
) -> ColumnElement[bool]:
    """SQL condition: true if the record, in its current version, matches the filter.

    `few`: it is asked of few records, whose texts are compared one by one instead of looking all up in the index.
    """
    conditions = record_conditions(record_filter, record, version)
    if query := record_filter.words:
        if few:
            condition: ColumnElement[bool] = occurrence(query, _SAID, record)
            if query.number:
                condition = or_(condition, has_number(query.number, _SAID))
            contained: ColumnElement[bool] = exists().where(_SAID.record_id == record.id, condition)
        else:
            contained = record.id.in_(select(found(query).subquery()))
        if CONTENT_ID.fullmatch(record_filter.q):
            contained = or_(contained, has_content_id(record_filter.q, record))
        conditions.append(contained)
    if record_filter.only or record_filter.without:
        conditions.append(exists().where(_FACETED.record_id == record.id, has_facets(record_filter, _FACETED, record)))
    return and_(*conditions)


def has_content_id(typed: str, record: Records) -> ColumnElement[bool]:
    """SQL condition: the record has the text of that content id, short or whole."""
    texts = select(Content.hash).where(func.left(Content.hash, 16) == typed[:16].lower())
    return record.content_hash.in_(select(texts.subquery()))


def has_facets(record_filter: RecordFilter, entry: type[SearchEntry], record: Records) -> ColumnElement[bool]:
    """SQL condition: the record has the facets that the filter wants, and none that it excludes."""
    only, without = (
        [facet for facet in facets if not facet.startswith((STATE_FACET, COLLECTION_FACET))]
        for facets in (record_filter.only, record_filter.without)
    )
    wanted = [*only, *([f"{SOURCE_FACET}{record_filter.source}"] if record_filter.source else [])]
    return and_(
        true(),
        *([entry.facets.contains(literal(wanted, ARRAY(TEXT)))] if wanted else []),
        *([~entry.facets.overlap(literal(without, ARRAY(TEXT)))] if without else []),
        *(_beside_the_entry(facet, entry, record) for facet in record_filter.only if facet not in only),
        *(~_beside_the_entry(facet, entry, record) for facet in record_filter.without if facet not in without),
    )


def _beside_the_entry(facet: str, entry: type[SearchEntry], record: Records) -> ColumnElement[bool]:
    """SQL condition: the record has the facet, of its state or of a collection."""
    if facet.startswith(COLLECTION_FACET):
        return entry.record_id.in_(select(members(int(facet.removeprefix(COLLECTION_FACET))).subquery()))
    return record.state == facet.removeprefix(STATE_FACET)


def asks_the_record(record_filter: RecordFilter) -> bool:
    """Whether the filter asks for more than entries of the search know: they know words and facets."""
    entries = replace(record_filter, q="", source="", only=(), without=())
    states = any(facet.startswith(STATE_FACET) for facet in (*record_filter.only, *record_filter.without))
    return states or entries != RecordFilter() or words_ask_the_record(record_filter.words)


def with_version(selected: Select[Any], record_filter: RecordFilter, record: Records, version: Versions) -> Select[Any]:
    """The selection from records, joined with their current versions if the filter asks these for anything: each
    record has one, and to look up those of thousands takes longer than the rest."""
    asked = record_filter.published_from or record_filter.published_to or record_filter.publisher
    return selected.join(version, is_current(record, version)) if asked else selected


def record_conditions(record_filter: RecordFilter, record: Records, version: Versions) -> list[ColumnElement[bool]]:
    """What the filter asks of the record and its version, besides words and facets."""
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
    return conditions


def count_matches(connection: Connection, record_filter: RecordFilter, seconds: float) -> MatchCount | None:
    """Counts matching records. If the exact count takes longer than `seconds`, counts up to `MAX_COUNT`, not `exact`.

    None if that takes longer than `seconds` too. Counts records, not texts: an export of them has as many.
    """
    matching = _matching(record_filter)
    number = _count_within(connection, select(func.count()).select_from(matching.subquery()), seconds)
    if number is not None:
        return MatchCount(number, exact=True)
    capped = select(func.count()).select_from(matching.limit(MAX_COUNT + 1).subquery())
    number = _count_within(connection, capped, seconds)
    return None if number is None else MatchCount(min(number, MAX_COUNT), exact=number <= MAX_COUNT)


def count_at_most(connection: Connection, record_filter: RecordFilter, most: int) -> int:
    """The number of matching records, counted up to `most`."""
    matching = _matching(record_filter).limit(most)
    return int(connection.scalars(select(func.count()).select_from(matching.subquery())).one())


def matching_numbers(connection: Connection, record_filter: RecordFilter, most: int) -> list[int]:
    """The numbers of the first records that match, in their order."""
    matching = _matching(record_filter).subquery()
    numbers = matching.c[0]
    return list(connection.scalars(select(numbers).order_by(numbers).limit(most)))


def _matching(record_filter: RecordFilter) -> Select[int]:
    """The numbers of the records that match, from as few tables as can tell."""
    record, version = _RECORD, _VERSION
    if record_filter == RecordFilter():
        return select(record.id)
    words_alone = record_filter == RecordFilter(q=record_filter.q) and bool(record_filter.words)
    if words_alone and not CONTENT_ID.fullmatch(record_filter.q):
        return select(found(record_filter.words).subquery())
    selected = with_version(select(record.id), record_filter, record, version)
    return selected.where(matches(record_filter, record, version))


def _count_within(connection: Connection, query: Select[int], seconds: float) -> int | None:
    """The number that the query returns; None if it takes longer than `seconds`."""
    _at_once(connection, f"{_LIMITED} SET LOCAL statement_timeout = {round(seconds * 1000)}")
    try:
        number = int(connection.scalars(query).one())
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


# The driver forgets all that it has prepared when it goes back to a savepoint, so that is done only where it must be.
_LIMITED = "SAVEPOINT counting; SELECT set_config('gongkai.page', current_setting('statement_timeout'), true);"
_UNLIMITED = "SELECT set_config('statement_timeout', current_setting('gongkai.page'), true); RELEASE SAVEPOINT counting"


def _roll_back(connection: Connection) -> None:
    """Goes back to before the limited statement: nothing was written, and the limit is gone with it.

    It holds for this message too, which takes that long where the machine is busy: then it is sent again.
    """
    for tries_left in reversed(range(MAX_ROLLBACKS)):
        try:
            return _at_once(connection, "ROLLBACK TO SAVEPOINT counting")
        except QueryCanceled:
            if not tries_left:
                raise


def _at_once(connection: Connection, statements: str) -> None:
    """Runs statements without values by one message; what is prepared can be a single statement only."""
    driver: Any = connection.connection.driver_connection
    driver.execute(statements, prepare=False)


def is_duplicate_of_earlier(record_filter: RecordFilter, record: Records) -> ColumnElement[bool]:
    """SQL condition: true if another matching record with the same text is listed in its place (current before
    removed, then lowest id).

    The condition beside EXISTS keeps the planner from an anti join, which reads all records of a text for each of
    them: 190 ms instead of 2 for a page of the list, where a tenth of 100,000 records had the same text.
    """
    other, its = _EARLIER, _ITS_VERSION
    rank = case((record.state == "removed", 1), else_=0)
    its_rank = case((other.state == "removed", 1), else_=0)
    earlier = exists(
        with_version(select(1).select_from(other), record_filter, other, its).where(
            other.content_hash == record.content_hash,
            tuple_(its_rank, other.id) < tuple_(rank, record.id),
            matches(record_filter, other, its, few=True),
        )
    )
    return and_(record.content_hash != NO_TEXT, earlier)


def copies(record: Records) -> ColumnElement[int]:
    """SQL expression: the number of records that currently have the record's text, itself included; 1 without text."""
    other = _SAME
    count = select(func.count()).where(other.content_hash == record.content_hash).correlate(record).scalar_subquery()
    return case((record.content_hash == NO_TEXT, 1), else_=count)
