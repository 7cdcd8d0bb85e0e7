"""How many of the records that a search finds have which value: agency, source, year and so on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.orm import aliased

from etl.archive.queries.ranking import ENTRY, candidates
from etl.archive.queries.search import COLLECTION_FACET, FACETS, STATE_FACET, RecordFilter
from etl.archive.queries.shapes import STATEMENTS, shaped
from etl.archive.storage.lookups import among
from etl.archive.storage.models import CollectionMember, Record, SearchEntry
from etl.archive.storage.statements import Statement, built_once

# Made once, as in `search`.
_ENTRY, _RECORD = aliased(SearchEntry), aliased(Record)
VALUES = 8
"""Values of a facet that are shown, those with most records."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet, as in `year:2024` without its name, and how many of the records have it."""

    value: str
    records: int


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a facet that most records have; `more`: there are others."""

    name: str
    values: tuple[FacetValue, ...]
    more: bool


def facets_of(connection: Connection, records: Collection[int]) -> tuple[Facet, ...]:
    """The facets of these records."""
    return _facets(connection, *_of_records(records=list(records)))


@built_once
def _of_records(records: Any) -> Statement:
    entry, record = _ENTRY, _RECORD
    # Each is looked up: a join reads all records there are, 50 ms of 100,000.
    state = select(record.state).where(record.id == entry.record_id).scalar_subquery()
    return _most(_values(entry.record_id, entry.facets, state).where(among(entry.record_id, records)))


def all_facets(connection: Connection, record_filter: RecordFilter) -> tuple[Facet, ...]:
    """The facets of all records that match; may take as long as comparing all their texts."""
    asked, values = shaped(record_filter)
    return _facets(connection, _of_all(asked), values)


@lru_cache(STATEMENTS)
def _of_all(record_filter: RecordFilter) -> Statement:
    entries = candidates(record_filter, ENTRY.record_id, ENTRY.facets, compared=True).subquery().c
    # Few are removed: to look each up takes three times as long.
    is_removed = entries.record_id.in_(select(_RECORD.id).where(_RECORD.state == "removed"))
    state = case((is_removed, "removed"), else_="current")
    return _most(_values(entries.record_id, entries.facets, state))


def _values(record_id: Any, facets: Any, state: Any) -> Statement:
    its_collections = select(literal(COLLECTION_FACET) + cast(CollectionMember.collection_id, TEXT)).where(
        CollectionMember.record_id == record_id, CollectionMember.removed.is_(None)
    )
    with_state = func.array_append(facets, literal(STATE_FACET) + state)
    its_own = func.array(its_collections.correlate_except(CollectionMember).scalar_subquery())
    return select(func.unnest(func.array_cat(with_state, its_own)).label("facet"))


def _most(values: Select[Any]) -> Statement:
    """Of each facet the values that most have, and one more."""
    each = values.subquery()
    name = func.split_part(each.c.facet, ":", 1).label("name")
    counted = select(name, each.c.facet, func.count().label("records")).group_by(each.c.facet).subquery()
    most = (counted.c.records.desc(), counted.c.facet.desc())
    rank = func.row_number().over(partition_by=counted.c.name, order_by=most).label("rank")
    ranked = select(counted, rank).subquery()
    return select(ranked).where(ranked.c.rank <= VALUES + 1).order_by(ranked.c.name, ranked.c.rank)


def _facets(connection: Connection, query: Select[Any], values: Mapping[str, Any]) -> tuple[Facet, ...]:
    rows = connection.execute(query, values)
    found: dict[str, list[FacetValue]] = {}
    for row in rows:
        found.setdefault(row.name, []).append(FacetValue(row.facet.partition(":")[2], row.records))
    return tuple(
        Facet(name, tuple(found[name][:VALUES]), len(found[name]) > VALUES) for name in FACETS if name in found
    )
