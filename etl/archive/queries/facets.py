"""Facets: for each agency, source, year and so on, the number of found records that have it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, SelectBase, case, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.orm import aliased

from etl.archive.queries.ranking import ENTRY, candidates
from etl.archive.queries.search import COLLECTION_FACET, FACETS, STATE_FACET, RecordFilter
from etl.archive.queries.shapes import STATEMENTS, shaped
from etl.archive.storage.lookups import among
from etl.archive.storage.models import CollectionMember, Record, SearchEntry
from etl.archive.storage.statements import Statement, built_once

# Created once, for the reason given in `search`.
_ENTRY, _RECORD = aliased(SearchEntry), aliased(Record)
VALUES = 8
"""Maximum number of values of a facet that are shown, those with most records."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet (`2024` of `year:2024`), and the number of records that have it."""

    value: str
    records: int


@dataclass(frozen=True, slots=True)
class Facet:
    """The most frequent values of a facet; `more`: whether there are others."""

    name: str
    values: tuple[FacetValue, ...]
    more: bool


def facets_of(connection: Connection, records: Collection[int]) -> tuple[Facet, ...]:
    """The facets of these records."""
    return _facets(connection, *_of_records(records=list(records)))


@built_once
def _of_records(records: Any) -> Statement:
    entry = _ENTRY
    return _most(select(entry.record_id, entry.facets).where(among(entry.record_id, records)))


def all_facets(connection: Connection, record_filter: RecordFilter) -> tuple[Facet, ...]:
    """The facets of all matching records. Slow if the words must be compared with all texts."""
    shape, values = shaped(record_filter)
    return _facets(connection, _of_all(shape), values)


@lru_cache(STATEMENTS)
def _of_all(record_filter: RecordFilter) -> Statement:
    return _most(candidates(record_filter, ENTRY.record_id, ENTRY.facets, compared=True))


def _most(entries: SelectBase) -> Statement:
    """The most frequent values of each facet, and one more.

    The entries are a CTE, so that the planner does not include the cost of finding them. Otherwise it sorts 270,000
    values that it could count in a hash table of 200.
    """
    entry = entries.cte("entry")
    counted = union_all(*_counted(entry.c)).subquery()
    name = func.split_part(counted.c.facet, ":", 1).label("name")
    most = (counted.c.records.desc(), counted.c.facet.desc())
    place = func.row_number().over(partition_by=name, order_by=most).label("place")
    ranked = select(name, counted, place).subquery()
    return select(ranked).where(ranked.c.place <= VALUES + 1).order_by(ranked.c.name, ranked.c.place)


def _counted(entry: Any) -> Iterator[Select[Any, int]]:
    """Queries that count the entries with each facet, each state and each collection."""
    values = select(func.unnest(entry.facets).label("facet")).subquery().c
    yield select(values.facet, func.count().label("records")).group_by(values.facet)
    is_removed = entry.record_id.in_(select(_RECORD.id).where(_RECORD.state == "removed"))
    state = case((is_removed, "removed"), else_="current")
    states = select(state.label("state")).subquery().c
    yield select(literal(STATE_FACET) + states.state, func.count()).group_by(states.state)
    member = CollectionMember
    of = select(member.collection_id).join(entry.record_id.table, entry.record_id == member.record_id)
    collections = of.where(member.removed.is_(None)).subquery().c
    number = cast(collections.collection_id, TEXT)
    yield select(literal(COLLECTION_FACET) + number, func.count()).group_by(collections.collection_id)


def _facets(connection: Connection, query: Select[Any], values: Mapping[str, Any]) -> tuple[Facet, ...]:
    rows = connection.execute(query, values)
    values_by_name: dict[str, list[FacetValue]] = {}
    for row in rows:
        values_by_name.setdefault(row.name, []).append(FacetValue(row.facet.partition(":")[2], row.records))
    return tuple(
        Facet(name, tuple(values_by_name[name][:VALUES]), len(values_by_name[name]) > VALUES)
        for name in FACETS
        if name in values_by_name
    )
