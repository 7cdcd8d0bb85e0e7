"""The list of records: newest first, or in the order of a search; one line per text, paged by a cursor."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, bindparam, func, select, tuple_
from sqlalchemy.orm import aliased

from etl.archive.queries import hits
from etl.archive.queries.counts import MatchCount, count_matches
from etl.archive.queries.facets import Facet
from etl.archive.queries.hits import Proposal
from etl.archive.queries.ranking import NO_FIRST_CANDIDATES, ResultPosition, Sort
from etl.archive.queries.search import RecordFilter, copies, is_duplicate_of_earlier, matches, with_version
from etl.archive.queries.shapes import STATEMENTS, shaped
from etl.archive.records.collections import CollectionName, collection_names
from etl.archive.records.search_index import missing_entries
from etl.archive.storage.lookups import among, is_current
from etl.archive.storage.models import Record, RecordVersion, Source
from etl.archive.storage.state_cache import cached
from etl.archive.storage.statements import Statement, built_once
from etl.browse.errors import InvalidParameter
from etl.browse.pages.marking import words_of_files, words_to_mark
from etl.browse.pages.snippets import Snippet, snippets
from etl.regions import region_names

_RECORD, _VERSION, _OTHER = aliased(Record), aliased(RecordVersion), aliased(Record)  # created once, as it is slow
LINES_PER_PAGE = 50
"""Lines on one page of the list."""
MAX_WALKED = 200
"""Number of search results in which readers can go from one record to the next."""
HITS_PER_PAGE = 20
"""Lines on one page of search results, each with a snippet of its text."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last line of a page: its day and record number."""

    day: date
    record: int

    def __str__(self) -> str:
        return f"{self.day}.{self.record}"

    @classmethod
    def parse(cls, value: str) -> "Cursor":
        """Parse `yyyy-mm-dd.record`. Raises `ValueError`."""
        match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})\.(\d{1,18})", value)
        if match is None:
            raise ValueError(value)
        return cls(date.fromisoformat(match[1]), int(match[2]))


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A text in the list, shown by its earliest record. `day`: the day of publication, or when it was first seen.

    `snippets`: parts of its text and of an attachment in which words of the search occur.
    """

    id: int
    short_id: str
    title: str
    publisher: str | None
    document_number: str | None
    index_number: str | None
    day: date
    published: bool
    source_id: str
    source_name: str
    state: str
    places: int
    snippets: tuple[Snippet, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceChoice:
    """A choice of the filter for sources."""

    id: str
    name: str
    region: str
    agency: str


@dataclass(frozen=True, slots=True)
class RecordList:
    """One page of the list. `after` is the cursor of the next page, None on the last; `first`: this is the first page.

    `total`: number of records, several of which may share a line. `facets`: counted in all of them, or in the first
    `counted`. `words`: the folded words to mark. `unsearched`: number of records that are not indexed yet. If nothing
    is found, `proposals` are searches that find something, and `unfiltered` is what the words alone find.
    """

    filter: RecordFilter
    sort: Sort
    words: tuple[str, ...]
    total: MatchCount
    facets: tuple[Facet, ...]
    counted: int | None
    unsearched: int
    proposals: tuple[Proposal, ...]
    unfiltered: MatchCount | None
    lines: tuple[RecordLine, ...]
    after: str | None
    first: bool
    sources: tuple[SourceChoice, ...]
    collections: tuple[CollectionName, ...]

    @property
    def source_names(self) -> dict[str, str]:
        return {source.id: source.name for source in self.sources}

    @property
    def collection_titles(self) -> dict[str, str]:
        return {str(each.id): each.title for each in self.collections}

    @property
    def region_names(self) -> dict[str, str]:
        return region_names((source.region, source.agency) for source in self.sources)


def is_search(record_filter: RecordFilter, sort: Sort) -> bool:
    """Whether the list comes from the search index, which also orders it."""
    return bool(record_filter.words or record_filter.only or record_filter.without or sort != "relevance")


Position = TypeVar("Position")


def parse_after(parse: Callable[[str], Position], after: str | None) -> Position | None:
    """The position at which a page of a list begins. Raises `InvalidParameter` if it is malformed."""
    try:
        return parse(after) if after else None
    except ValueError as error:
        raise InvalidParameter("after") from error


def listed_records(
    connection: Connection, record_filter: RecordFilter, sort: Sort, after: str | None, number: int
) -> tuple[list[int], str | None]:
    """The numbers of the next records of the list, and the position of the page after them. Raises `InvalidParameter`
    if `after` is not from a page of this list."""
    if is_search(record_filter, sort):
        page = hits.result_page(connection, record_filter, sort, parse_after(ResultPosition.parse, after), number)
        return list(page.records), str(page.after) if page.after else None
    record, version = _RECORD, _VERSION
    wanted: tuple[Any, ...] = (record.id, record.listed_on.label("day"))
    columns = select(*wanted).join(version, is_current(record, version))
    place = parse_after(Cursor.parse, after)
    query = _newest(columns, record_filter, record, version, place)
    rows = connection.execute(query, {"most": number + 1}).all()
    more = rows[number - 1] if len(rows) > number else None
    return [row.id for row in rows[:number]], str(Cursor(more.day, more.id)) if more else None


def _newest(
    columns: Select[Any],
    record_filter: RecordFilter,
    record: type[Record],
    version: type[RecordVersion],
    after: Cursor | None,
) -> Select[Any]:
    """The first `most` lines of the list, newest first."""
    shown = columns.where(matches(record_filter, record, version), ~is_duplicate_of_earlier(record_filter, record))
    if after:
        shown = shown.where(tuple_(record.listed_on, record.id) < tuple_(after.day, after.record))
    return shown.order_by(record.listed_on.desc(), record.id.desc()).limit(bindparam("most"))


def record_list(connection: Connection, record_filter: RecordFilter, after: Cursor | None) -> RecordList:
    """The page of the list after the cursor. A text is listed if any of its records matches the filter."""
    page = ("records", record_filter, after)
    # An inexact total is not cached, as the next count may finish in time.
    return cached(connection, page, lambda: _record_list(connection, *page[1:]), lambda listed: listed.total.exact)


def _record_list(connection: Connection, record_filter: RecordFilter, after: Cursor | None) -> RecordList:
    shape, values = shaped(record_filter)
    query = _newest_lines(shape, after)
    rows = [RecordLine(**row) for row in connection.execute(query, {**values, "most": LINES_PER_PAGE + 1}).mappings()]
    shown = tuple(rows[:LINES_PER_PAGE])
    overview, unsearched = hits.overview(connection, record_filter), missing_entries(connection)
    total: MatchCount | None = overview.total
    if unsearched:  # the list also has records that are not indexed yet
        total = count_matches(connection, record_filter, hits.COUNT_SECONDS)
    return RecordList(
        filter=record_filter,
        sort="relevance",
        words=(),
        total=total or MatchCount(len(shown), exact=False),
        facets=overview.facets,
        counted=overview.facets_over,
        unsearched=unsearched,
        proposals=(),
        unfiltered=None,
        lines=shown,
        after=str(Cursor(shown[-1].day, shown[-1].id)) if len(rows) > LINES_PER_PAGE else None,
        first=after is None,
        sources=source_choices(connection),
        collections=collection_names(connection),
    )


@lru_cache(STATEMENTS)
def _newest_lines(record_filter: RecordFilter, after: Cursor | None) -> Statement:
    return _newest(_lines(_RECORD, _VERSION), record_filter, _RECORD, _VERSION, after)


def search_list(
    connection: Connection,
    record_filter: RecordFilter,
    sort: Sort,
    after: ResultPosition | None,
    *,
    count_all: bool = False,
) -> RecordList:
    """A page of search results after `after`. `count_all`: counts facets in all matching records."""
    page = ("search", record_filter, sort, after, count_all)

    def is_certain(listed: RecordList) -> bool:
        # As above; proposals, which are shown if nothing is found, are also counted with a time limit.
        return bool(listed.lines) and (listed.total.exact or bool(record_filter.words))

    return cached(connection, page, lambda: _search_list(connection, *page[1:]), is_certain)


def _search_list(
    connection: Connection, record_filter: RecordFilter, sort: Sort, after: ResultPosition | None, count_all: bool
) -> RecordList:
    overview = hits.overview(connection, record_filter, count_all=count_all)
    first = overview.first if sort == "relevance" and after is None else NO_FIRST_CANDIDATES
    page = hits.result_page(connection, record_filter, sort, after, HITS_PER_PAGE, first)
    words = words_to_mark(record_filter.q)
    nothing = overview.total == MatchCount(0, exact=True)
    alone = RecordFilter(q=record_filter.q)
    return RecordList(
        filter=record_filter,
        sort=sort,
        words=words,
        total=overview.total,
        facets=overview.facets,
        counted=overview.facets_over,
        unsearched=missing_entries(connection),
        proposals=hits.proposals(connection, record_filter) if nothing else (),
        unfiltered=hits.overview(connection, alone).total if nothing and alone != record_filter else None,
        lines=_hit_lines(connection, page.records, record_filter.q),
        after=str(page.after) if page.after else None,
        first=after is None,
        sources=source_choices(connection),
        collections=collection_names(connection),
    )


def _hit_lines(connection: Connection, records: Sequence[int], typed: str) -> tuple[RecordLine, ...]:
    rows = connection.execute(*_those_lines(records=list(records))).mappings()
    by_number = {row["id"]: RecordLine(**row) for row in rows}
    shown = snippets(connection, records, words_to_mark(typed), words_of_files(typed))
    return tuple(replace(by_number[number], snippets=shown.get(number, ())) for number in records)


@built_once
def _those_lines(records: Any) -> Statement:
    return _lines(_RECORD, _VERSION).where(among(_RECORD.id, records))


def _lines(record: type[Record], version: type[RecordVersion]) -> Select[Any]:
    return (
        select(
            record.id,
            func.left(version.content_hash, 16).label("short_id"),
            version.title,
            version.publisher,
            version.document_number,
            version.index_number,
            record.listed_on.label("day"),
            version.published_date.is_not(None).label("published"),
            record.source_id,
            Source.name.label("source_name"),
            record.state,
            copies(record).label("places"),
        )
        .join(version, is_current(record, version))
        .join(Source, Source.id == record.source_id)
    )


def source_choices(connection: Connection) -> tuple[SourceChoice, ...]:
    """All sources, by id."""
    return cached(connection, "sources", lambda: tuple(SourceChoice(*row) for row in connection.execute(*_sources())))


@built_once
def _sources() -> Statement:
    return select(Source.id, Source.name, Source.region, Source.agency).order_by(Source.id)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The numbers of the records before and after a record in a list, None at its ends."""

    filter: RecordFilter
    sort: Sort
    previous: int | None
    next: int | None


def neighbours(connection: Connection, record_filter: RecordFilter, sort: Sort, number: int) -> Neighbours:
    """The records before and after the record in the list of that filter. In a search, only if it is among the first
    `MAX_WALKED` results."""
    if is_search(record_filter, sort):
        numbers = hits.neighbours(connection, record_filter, sort, number, page_size=HITS_PER_PAGE, limit=MAX_WALKED)
    else:
        numbers = _beside(connection, record_filter, number)
    return Neighbours(record_filter, sort, *numbers)


def _beside(connection: Connection, record_filter: RecordFilter, number: int) -> tuple[int | None, int | None]:
    shape, values = shaped(record_filter)
    values = {**values, "number": number}
    newer, older = (connection.scalar(_next(shape, older=older), values) for older in (False, True))
    return newer, older


@lru_cache(STATEMENTS)
def _next(record_filter: RecordFilter, *, older: bool) -> Select[int]:
    record, version, shown = _RECORD, _VERSION, _OTHER
    place = select(shown.listed_on, shown.id).where(shown.id == bindparam("number")).scalar_subquery()
    position = tuple_(record.listed_on, record.id)
    lines = with_version(select(record.id), record_filter, record, version).limit(1)
    lines = lines.where(matches(record_filter, record, version), ~is_duplicate_of_earlier(record_filter, record))
    if older:
        return lines.where(position < place).order_by(record.listed_on.desc(), record.id.desc())
    return lines.where(position > place).order_by(record.listed_on, record.id)
