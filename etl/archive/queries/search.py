"""Search for records: one filter for the browser's list, for exports and for the command line.

Conditions apply to a record and its current version; the caller passes an alias of each table.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal, get_args
from urllib.parse import parse_qs, urlencode

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, literal, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import aliased

from etl.archive.queries.full_text import has_number, matching_entries, occurrence, words_ask_the_record
from etl.archive.queries.words import InvalidQuery, Query, parse_query
from etl.archive.records.collections import members
from etl.archive.storage.lookups import NO_TEXT, Records, Versions, is_current
from etl.archive.storage.models import Content, Record, RecordVersion, SearchEntry
from etl.clock import CHINA

MAX_TERMS = 8
"""Maximum number of words of a publisher's name that are used; each costs a comparison with every record."""
MAX_PARAMETERS = 60
"""Maximum number of parameters in a stored query: 20 facets of each kind, and the others."""
CONTENT_ID = re.compile("[0-9A-Fa-f]{16}|[0-9A-Fa-f]{64}")

FACETS = ("year", "agency", "source", "region", "category", "genre", "validity", "type", "state", "flag", "collection")
"""All facets, in the order in which they are shown."""
_FACET = re.compile(rf"({'|'.join(FACETS)}):[^\x00]{{1,200}}")
SOURCE_FACET = "source:"
STATE_FACET = "state:"
"""Prefix of facets for a record's state. They are not in its search entry, as a removal does not rewrite that."""
COLLECTION_FACET = "collection:"
"""Prefix of facets for collections, with their numbers. They are not in the entry either, so that adding thousands of
records to a collection rewrites no entries."""

State = Literal["", "current", "removed"]

# Created once: half of a page's time was spent on adapting the columns of new aliases.
_SEARCHED, _FACETED = aliased(SearchEntry), aliased(SearchEntry)
_EARLIER, _ITS_VERSION, _SAME = aliased(Record), aliased(RecordVersion), aliased(Record)


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """A filter for records; an empty value matches all.

    `q`: words, phrases and fields (see `etl.archive.queries.words`), or a content id. `publisher`: words of the
    publisher's name. `published_from`, `published_to`: dates of publication, both included; a document without a date
    is in no range. `changed_since`: records with a new version, a removal or a return at that time or later. Removed
    records match unless `state` is `current`. `only`, `without`: facets (`name:value`) that a record must have or must
    not have.
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
        """`q`, parsed. It is valid, as `parse_filter` has checked it."""
        return parse_query(self.q)

    @property
    def beside_words(self) -> tuple[object, ...]:
        """All values of the filter except the words."""
        return self.source, *self.beside_entries, self.only, self.without

    @property
    def beside_entries(self) -> tuple[object, ...]:
        """All values of the filter that are not answered by search entries, except facets, which are checked one by
        one."""
        return self.publisher, self.published_from, self.published_to, self.changed_since, self.state

    def to_query(self) -> dict[str, str | tuple[str, ...]]:
        """The filter as URL parameters for `parse_filter`, without empty values."""
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


@dataclass(frozen=True, slots=True)
class Shape(RecordFilter):
    """A filter in which all values are placeholders for parameters of a statement (`etl.archive.queries.shapes`).

    If a value of a shape is not empty, the statement has a parameter for it, whatever the value is.
    """

    query: Query = field(default_factory=Query)

    @property
    def words(self) -> Query:
        return self.query


class InvalidFilter(ValueError):
    """A parameter of a filter has an invalid value. `name`: the parameter; or what is wrong in `q`: `year`, `years`,
    `state_in_words`, `many_words`; or `range`, if the first day is after the last."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(f"{name}: {value!r}")
        self.name, self.value = name, value


def parse_filter(
    params: Mapping[str, str | None], only: Sequence[str] = (), without: Sequence[str] = ()
) -> RecordFilter:
    """Parses URL parameters, or the options of a command.

    A date is written 2025-01-31. `changed_since` may also have a time, which is China's unless it states a time zone.
    Raises `InvalidFilter`.
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
    """The filter as the query part of a URL, without `?`, in which form saved searches are stored."""
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
        # A time outside the calendar must fail here, not when it is displayed.
        return moment and (moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidFilter(name, texts[name]) from error


def matches(
    record_filter: RecordFilter, record: Records, version: Versions, *, few: bool = False
) -> ColumnElement[bool]:
    """SQL condition: true if the record, in its current version, matches the filter.

    `few`: only few records are checked, so their texts are compared one by one without the index.
    """
    conditions = record_conditions(record_filter, record, version)
    if query := record_filter.words:
        if few:
            condition: ColumnElement[bool] = occurrence(query, _SEARCHED, record)
            if query.number:
                condition = or_(condition, has_number(query, _SEARCHED))
            contained: ColumnElement[bool] = exists().where(_SEARCHED.record_id == record.id, condition)
        else:
            contained = record.id.in_(select(matching_entries(query).subquery()))
        if CONTENT_ID.fullmatch(record_filter.q):
            contained = or_(contained, has_content_id(record_filter.q, record))
        conditions.append(contained)
    if record_filter.only or record_filter.without:
        conditions.append(exists().where(_FACETED.record_id == record.id, has_facets(record_filter, _FACETED, record)))
    return and_(*conditions)


def has_content_id(typed: str, record: Records) -> ColumnElement[bool]:
    """SQL condition: the record has the text with that content id, short or complete."""
    texts = select(Content.hash).where(func.left(Content.hash, 16) == typed[:16].lower())
    return record.content_hash.in_(select(texts.subquery()))


def has_facets(record_filter: RecordFilter, entry: type[SearchEntry], record: Records) -> ColumnElement[bool]:
    """SQL condition: the record has the facets that the filter demands, and none that it excludes."""
    only, without = (
        [facet for facet in facets if not facet.startswith((STATE_FACET, COLLECTION_FACET))]
        for facets in (record_filter.only, record_filter.without)
    )
    wanted = [*only, *([f"{SOURCE_FACET}{record_filter.source}"] if record_filter.source else [])]
    return and_(
        true(),
        *([entry.facets.contains(_facets(record_filter, "wanted", wanted))] if wanted else []),
        *([~entry.facets.overlap(_facets(record_filter, "unwanted", without))] if without else []),
        *(_beside_the_entry(facet, entry, record) for facet in record_filter.only if facet not in only),
        *(~_beside_the_entry(facet, entry, record) for facet in record_filter.without if facet not in without),
    )


def _facets(record_filter: RecordFilter, name: str, facets: list[str]) -> ColumnElement[Any]:
    of = ARRAY(TEXT)
    return bindparam(name, type_=of) if isinstance(record_filter, Shape) else literal(facets, of)


def _beside_the_entry(facet: str, entry: type[SearchEntry], record: Records) -> ColumnElement[bool]:
    """SQL condition: the record has the facet, which is one of its state or of a collection."""
    if facet.startswith(COLLECTION_FACET):
        return entry.record_id.in_(select(members(int(facet.removeprefix(COLLECTION_FACET))).subquery()))
    return record.state == facet.removeprefix(STATE_FACET)


def asks_the_record(record_filter: RecordFilter) -> bool:
    """Whether the filter has conditions other than words and facets, which search entries cannot answer."""
    states = any(facet.startswith(STATE_FACET) for facet in (*record_filter.only, *record_filter.without))
    return states or any(record_filter.beside_entries) or words_ask_the_record(record_filter.words)


def with_version(selected: Select[Any], record_filter: RecordFilter, record: Records, version: Versions) -> Select[Any]:
    """The selection from records, joined with their current versions only if the filter has a condition on versions:
    finding the versions of thousands of records takes longer than the rest."""
    needs_version = record_filter.published_from or record_filter.published_to or record_filter.publisher
    return selected.join(version, is_current(record, version)) if needs_version else selected


def record_conditions(record_filter: RecordFilter, record: Records, version: Versions) -> list[ColumnElement[bool]]:
    """The filter's conditions on the record and its version, except words and facets."""
    conditions: list[ColumnElement[bool]] = [record.id > 0]
    if record_filter.source:
        is_shape = isinstance(record_filter, Shape)
        conditions.append(record.source_id == (bindparam("source") if is_shape else record_filter.source))
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


def is_duplicate_of_earlier(record_filter: RecordFilter, record: Records) -> ColumnElement[bool]:
    """SQL condition: true if another matching record with the same text is listed in its place (current before
    removed, then lowest id).

    The condition beside EXISTS keeps the planner from an anti join, which reads all records of a text for each of
    them: 190 ms instead of 2 for a page of the list, measured with 10,000 of 100,000 records having the same text.
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
