"""The order of search results: by relevance, or by a date with the newest first; pages continue after a position."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import count
from typing import Any, Literal

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from etl.archive.queries.counts import MatchCount
from etl.archive.queries.full_text import (
    LAST_RANK,
    by_index,
    has_number,
    index_is_exact,
    leading_by_index,
    occurrence,
    rank,
)
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
# Created once, for the reason given in `search`.
ENTRY, _RECORD, _VERSION = aliased(SearchEntry), aliased(Record), aliased(RecordVersion)
_SAME = aliased(Record)
MANY = 10_000
"""Up to so many candidates are ranked and counted. If there are more, only the leading ones are ranked, and the count
stops here."""
MIN_LEADING = 100
"""Minimum number of leading candidates with which a page and its facets can be made: a page shows 20."""
BATCH = 500
"""Candidates that are taken from the index in one query, and in which facets are counted."""
COMPARED = 200
"""As `BATCH`, if the texts of candidates must be compared, which takes 0.1 ms each."""
_WORDS = 2
"""Parts of a query for words: entries in the index, and entries that are not in it yet."""
_COLUMNS = {
    "relevance": "listed_on",
    "published": "published_date",
    "written": "written_date",
    "captured": "captured_at",
}


@dataclass(frozen=True, slots=True)
class ResultPosition:
    """A record's position in the order of results: its rank, its date or time (None if unknown), and its number."""

    rank: int
    moment: date | datetime | None
    record: int

    def __str__(self) -> str:
        return f"{self.rank}.{self.moment.isoformat() if self.moment else ''}.{self.record}"

    @classmethod
    def parse(cls, value: str) -> "ResultPosition":
        """Parses what `str` gives. Raises `ValueError`."""
        match = re.fullmatch(r"(\d)\.([0-9T:+.-]{0,40})\.(\d{1,18})", value)
        if match is None:
            raise ValueError(value)
        day = date.fromisoformat if len(match[2]) == 10 else datetime.fromisoformat
        return cls(int(match[1]), day(match[2]) if match[2] else None, int(match[3]))


@dataclass(frozen=True, slots=True)
class FirstCandidates:
    """The first candidates by relevance. `total`: the number of all candidates, None if not counted. `more`: whether
    there are others after these."""

    positions: tuple[ResultPosition, ...] = ()
    total: MatchCount | None = None
    more: bool = False


NO_FIRST_CANDIDATES = FirstCandidates()


def are_certain(record_filter: RecordFilter) -> bool:
    """Whether all candidates are certain to match, so that their texts need not be compared."""
    return not record_filter.words or index_is_exact(record_filter.words)


def first_candidates(connection: Connection, record_filter: RecordFilter, *, count_all: bool) -> FirstCandidates:
    """The first `BATCH` or `COMPARED` candidates; `count_all`: also counts all candidates.

    If there are more than `MANY` candidates, only those that indexes name as leading ones are ranked, provided that
    there are at least `MIN_LEADING` of these: ranking 90,000 takes half of the time that a page may take.
    """
    shape, values = shaped(record_filter)
    most = BATCH if are_certain(record_filter) else COMPARED
    rows = connection.execute(_first(shape, count_all), {**values, "most": most}).all()
    if not rows:
        return FirstCandidates()
    leading = tuple(ResultPosition(row.rank, row.moment, row.record_id) for row in rows)
    number, are_many = rows[0].number, rows[0].are_many
    total = None if number is None else MatchCount(number, exact=not are_many)
    return FirstCandidates(leading, total, are_many or len(leading) == most)


@lru_cache(STATEMENTS)
def _first(record_filter: RecordFilter, count_all: bool) -> Statement:
    leading = leading_by_index(record_filter.words, ENTRY)
    if leading is None or CONTENT_ID.fullmatch(record_filter.q):
        rows, are_many = _placed(record_filter, "relevance"), false()
    else:
        rows, are_many = _leading_or_all(record_filter, leading)
    all_read = select(func.count()).select_from(rows).scalar_subquery()
    number = case((are_many, MANY), else_=all_read) if count_all else null()
    return _in_order(rows, None).add_columns(number.label("number"), are_many.label("are_many"))


def _leading_or_all(record_filter: RecordFilter, leading: Any) -> tuple[CTE, Any]:
    """The leading candidates if there are more than `MANY`, else all; and an expression for whether there are more,
    which is computed once."""
    filtered = _beside_words(record_filter, select(*_place(record_filter, "relevance")))
    waiting = filtered.where(~ENTRY.in_index, occurrence(record_filter.words, ENTRY, _RECORD))
    # Materialized, as otherwise the rank is computed twice.
    named = union_all(filtered.where(ENTRY.in_index, leading), waiting).cte("named").prefix_with("MATERIALIZED")
    first = _in_order(select(named).where(named.c.rank < LAST_RANK).cte("ranked"), None).cte("leading")
    some = select(func.count()).select_from(first).scalar_subquery() >= MIN_LEADING
    counted = candidates(record_filter, ENTRY.record_id).limit(MANY + 1).subquery()
    many = select(func.count()).select_from(counted).scalar_subquery() > MANY
    # CASE: nothing is counted if there are too few leading candidates.
    counted_once = select(case((some, many), else_=False).label("are_many")).cte("counted")
    are_many = select(counted_once.c.are_many).scalar_subquery()
    rest = candidates(record_filter, *_place(record_filter, "relevance"), only_if=~are_many).subquery()
    return union_all(select(first).where(are_many), select(rest)).cte("placed"), are_many


def ranked_positions(
    connection: Connection,
    record_filter: RecordFilter,
    sort: Sort,
    after: ResultPosition | None = None,
    first: FirstCandidates = NO_FIRST_CANDIDATES,
    at_first: int | None = None,
) -> Iterator[Sequence[ResultPosition]]:
    """The positions of all candidates in order, in batches. Candidates are what the index finds for the words; the
    caller must still compare the texts of those that it shows (`matches` with `few`). `first`: the first candidates, if
    they are known; `at_first`: size of the first batch, default `BATCH`."""
    if first.positions:
        yield first.positions
        if not first.more:
            return
        after = first.positions[-1]
    shape, values = shaped(record_filter)
    for number in count():
        size = min(at_first or BATCH, BATCH) if number == 0 else BATCH * 4 ** min(number - 1, 3)
        rows = connection.execute(_candidates(shape, sort, after), {**values, "most": size})
        batch = [ResultPosition(*row) for row in rows]
        if batch:
            yield batch
        if len(batch) < size:
            return
        after = batch[-1]


@lru_cache(STATEMENTS)
def _candidates(record_filter: RecordFilter, sort: Sort, after: ResultPosition | None) -> Statement:
    """The first `most` of them."""
    return _in_order(_placed(record_filter, sort), after)


def _placed(record_filter: RecordFilter, sort: Sort) -> CTE:
    return candidates(record_filter, *_place(record_filter, sort)).cte("placed")


def _place(record_filter: RecordFilter, sort: Sort) -> tuple[Any, ...]:
    """The columns of a `ResultPosition`."""
    ranked = rank(record_filter.words, ENTRY) if sort == "relevance" else literal(0)
    return ranked.label("rank"), getattr(ENTRY, _COLUMNS[sort]).label("moment"), ENTRY.record_id


def _in_order(rows: CTE, after: ResultPosition | None) -> Statement:
    place = (rows.c.rank, rows.c.moment.desc().nulls_last(), rows.c.record_id.desc())
    selected = select(rows.c.rank, rows.c.moment, rows.c.record_id).order_by(*place).limit(bindparam("most"))
    return selected.where(_behind(rows.c, after)) if after else selected


def _behind(columns: Any, place: ResultPosition) -> ColumnElement[bool]:
    older = columns.record_id < place.record
    if place.moment is None:
        later = and_(columns.moment.is_(None), older)
    else:
        later = or_(
            columns.moment < place.moment, columns.moment.is_(None), and_(columns.moment == place.moment, older)
        )
    return or_(columns.rank > place.rank, and_(columns.rank == place.rank, later))


def candidates(
    record_filter: RecordFilter, *columns: Any, compared: bool = False, only_if: ColumnElement[bool] | None = None
) -> CompoundSelect[*tuple[Any, ...]]:
    """A query for columns of entries (`ENTRY`): of all that the index finds for the words, or if `compared`, of those
    that really contain them. `only_if`: a condition on which the whole query depends."""
    selected = select(*columns) if only_if is None else select(*columns).where(only_if)
    parts = _parts(record_filter, selected, compared)
    # `union`, because a record may be found both by its number and by its words.
    return union(*parts) if len(parts) > _WORDS else union_all(*parts)


def _beside_words(record_filter: RecordFilter, selected: Select[Any]) -> Select[Any]:
    """The selection from entries, with all conditions of the filter except the words."""
    if asks_the_record(record_filter):
        selected = selected.join(_RECORD, _RECORD.id == ENTRY.record_id)
        selected = with_version(selected, record_filter, _RECORD, _VERSION)
        selected = selected.where(*record_conditions(record_filter, _RECORD, _VERSION))
    return selected.where(has_facets(record_filter, ENTRY, _RECORD))


def _parts(record_filter: RecordFilter, selected: Select[Any], compared: bool) -> list[Select[Any]]:
    """Queries for the entries that the index finds, for those that are not in the index yet, and for those with the
    number."""
    query = record_filter.words
    entry, record = ENTRY, _RECORD
    selected = _beside_words(record_filter, selected)
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
