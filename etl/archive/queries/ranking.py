"""The order of what a search finds: by relevance, or by a date, newest first; paged by a cursor."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import count
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    literal,
    null,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from etl.archive.queries.full_text import by_index, has_number, index_is_exact, occurrence, rank
from etl.archive.queries.search import (
    CONTENT_ID,
    RecordFilter,
    asks_the_record,
    has_content_id,
    has_facets,
    record_conditions,
    with_version,
)
from etl.archive.queries.shapes import STATEMENTS, shaped
from etl.archive.storage.models import Record, RecordVersion, SearchEntry
from etl.archive.storage.statements import Statement

Sort = Literal["relevance", "published", "written", "captured"]
# Made once, as in `search`.
ENTRY, _RECORD, _VERSION = aliased(SearchEntry), aliased(Record), aliased(RecordVersion)
_SAME = aliased(Record)
BATCH = 500
"""Candidates that are taken from the index at once, and counted in facets: to compare their texts takes 0.1 ms each."""
_WORDS = 2
"""Parts of a query for words: the index, and what waits for it."""
_COLUMNS = {
    "relevance": "listed_on",
    "published": "published_date",
    "written": "written_date",
    "captured": "captured_at",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands in the order: its rank, its moment (None: none is known) and its number."""

    rank: int
    moment: date | datetime | None
    record: int

    def __str__(self) -> str:
        return f"{self.rank}.{self.moment.isoformat() if self.moment else ''}.{self.record}"

    @classmethod
    def parse(cls, value: str) -> "Place":
        """Parses what `str` gives. Raises `ValueError`."""
        found = re.fullmatch(r"(\d)\.([0-9T:+.-]{0,40})\.(\d{1,18})", value)
        if found is None:
            raise ValueError(value)
        day = date.fromisoformat if len(found[2]) == 10 else datetime.fromisoformat
        return cls(int(found[1]), day(found[2]) if found[2] else None, int(found[3]))


def first_places(
    connection: Connection, record_filter: RecordFilter, *, count_all: bool
) -> tuple[Sequence[Place], int | None]:
    """The first candidates by relevance, `BATCH` at most; if `count_all`, how many there are: what is put in an order
    by its rank is read as a whole."""
    asked, values = shaped(record_filter)
    rows = connection.execute(_first(asked, count_all), {**values, "most": BATCH}).all()
    return [Place(*row[:-1]) for row in rows], rows[0][-1] if rows else None


@lru_cache(STATEMENTS)
def _first(record_filter: RecordFilter, count_all: bool) -> Statement:
    number = func.count().over() if count_all else null()
    return _candidates(record_filter, "relevance", None).add_columns(number)


def places(
    connection: Connection,
    record_filter: RecordFilter,
    sort: Sort,
    after: Place | None = None,
    first: Sequence[Place] = (),
    at_first: int | None = None,
) -> Iterator[Sequence[Place]]:
    """The candidates in their order, some at a time: all that the index has for the words. Of those that are shown the
    texts are still to be compared (`matches`, `few`). `first`: what an earlier call gave as the first ones;
    `at_first`: how many are taken at first, `BATCH` if it is not said."""
    if first:
        yield first
        if len(first) < BATCH:
            return
        after = first[-1]
    asked, values = shaped(record_filter)
    for size in count():
        batch = min(at_first or BATCH, BATCH) if size == 0 else BATCH * 4 ** min(size - 1, 3)
        rows = connection.execute(_candidates(asked, sort, after), {**values, "most": batch})
        found = [Place(*row) for row in rows]
        if found:
            yield found
        if len(found) < batch:
            return
        after = found[-1]


@lru_cache(STATEMENTS)
def _candidates(record_filter: RecordFilter, sort: Sort, after: Place | None) -> Statement:
    """The first `most` of them."""
    ranked = rank(record_filter.words, ENTRY) if sort == "relevance" else literal(0)
    moment = getattr(ENTRY, _COLUMNS[sort])
    rows = candidates(record_filter, ranked.label("rank"), moment.label("moment"), ENTRY.record_id).subquery()
    place = (rows.c.rank, rows.c.moment.desc().nulls_last(), rows.c.record_id.desc())
    selected = select(rows.c.rank, rows.c.moment, rows.c.record_id).order_by(*place).limit(bindparam("most"))
    return selected.where(_behind(rows.c, after)) if after else selected


def _behind(columns: Any, place: Place) -> ColumnElement[bool]:
    older = columns.record_id < place.record
    if place.moment is None:
        later = and_(columns.moment.is_(None), older)
    else:
        later = or_(
            columns.moment < place.moment, columns.moment.is_(None), and_(columns.moment == place.moment, older)
        )
    return or_(columns.rank > place.rank, and_(columns.rank == place.rank, later))


def candidates(record_filter: RecordFilter, *columns: Any, compared: bool = False) -> CompoundSelect[*tuple[Any, ...]]:
    """Columns of the entries, which are `ENTRY`: of all that the index has for the words, or, if `compared`, of those
    in which they really occur."""
    parts = _parts(record_filter, select(*columns), compared)
    # A record that is found by its number and by its words would come twice.
    return union(*parts) if len(parts) > _WORDS else union_all(*parts)


def _parts(record_filter: RecordFilter, selected: Select[Any], compared: bool) -> list[Select[Any]]:
    """The entries that the index finds, those that wait for it, and the one with the number."""
    query = record_filter.words
    entry, record, version = ENTRY, _RECORD, _VERSION
    if asks_the_record(record_filter):
        selected = selected.join(record, record.id == entry.record_id)
        selected = with_version(selected, record_filter, record, version)
        selected = selected.where(*record_conditions(record_filter, record, version))
    selected = selected.where(has_facets(record_filter, entry, record))
    if not query:
        return [selected]
    occurs, indexed = occurrence(query, entry, record), by_index(query, entry)
    parts = (
        [selected.where(occurs)]
        if indexed is None
        else [
            selected.where(entry.in_index, indexed, *([occurs] if compared and not index_is_exact(query) else [])),
            selected.where(~entry.in_index, occurs),
        ]
    )
    if query.number:
        parts.append(selected.where(has_number(query, entry)))
    if CONTENT_ID.fullmatch(record_filter.q):
        with_text = select(_SAME.id).where(has_content_id(record_filter.q, _SAME))
        parts.append(selected.where(entry.record_id.in_(select(with_text.subquery()))))
    return parts
