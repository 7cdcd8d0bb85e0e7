"""The list of records: newest first, one line per text, paged by a cursor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select, tuple_
from sqlalchemy.orm import aliased

from etl.archive.queries.search import MatchCount, RecordFilter, copies, count_matches, is_duplicate_of_earlier, matches
from etl.archive.storage.lookups import among, is_current
from etl.archive.storage.models import Record, RecordVersion, Source

LINES_PER_PAGE = 50
"""Lines on one page of the list."""
MAX_COUNT_SECONDS = 0.03
"""Time limit for counting the matches, used at most twice: readers come for the lines, not for the number."""


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
        day, _, record = value.partition(".")
        return cls(date.fromisoformat(day), int(record))


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A text in the list, shown by its earliest record. `day`: the day of publication, or when it was first seen."""

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


@dataclass(frozen=True, slots=True)
class SourceChoice:
    """A choice of the filter for sources."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class RecordList:
    """One page of the list. `after` is the cursor of the next page, None on the last; `first`: this is the first page.

    `total` counts records, several of which may share a line.
    """

    filter: RecordFilter
    total: MatchCount
    lines: tuple[RecordLine, ...]
    after: str | None
    first: bool
    sources: tuple[SourceChoice, ...]


def record_list(
    connection: Connection, record_filter: RecordFilter, after: Cursor | None = None, lines: int = LINES_PER_PAGE
) -> RecordList:
    """The page of the list after the cursor. A text is listed if any of its records matches the filter."""
    record, version = aliased(Record), aliased(RecordVersion)
    query = (
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
        .where(matches(record_filter, record, version), ~is_duplicate_of_earlier(record_filter, record))
        .order_by(record.listed_on.desc(), record.id.desc())
        .limit(lines + 1)
    )
    if after:
        query = query.where(tuple_(record.listed_on, record.id) < tuple_(after.day, after.record))
    rows = [RecordLine(**row) for row in connection.execute(query).mappings()]
    shown = tuple(rows[:lines])
    return RecordList(
        filter=record_filter,
        total=_match_count(connection, record_filter, shown, complete=len(rows) <= lines and after is None),
        lines=shown,
        after=str(Cursor(shown[-1].day, shown[-1].id)) if len(rows) > lines else None,
        first=after is None,
        sources=tuple(
            SourceChoice(*row) for row in connection.execute(select(Source.id, Source.name).order_by(Source.id))
        ),
    )


def _match_count(
    connection: Connection, record_filter: RecordFilter, shown: Sequence[RecordLine], *, complete: bool
) -> MatchCount:
    """The number of matching records. A page that has all lines (`complete`) counts them without another search."""
    if complete:
        single = [line.id for line in shown if line.places == 1]
        return MatchCount(len(single) + _records_sharing_a_line(connection, record_filter, shown), exact=True)
    return count_matches(connection, record_filter, MAX_COUNT_SECONDS) or MatchCount(len(shown), exact=False)


def _records_sharing_a_line(connection: Connection, record_filter: RecordFilter, shown: Sequence[RecordLine]) -> int:
    """The number of matching records behind those lines that several records share."""
    record, version, first = aliased(Record), aliased(RecordVersion), aliased(Record)
    shared = [line.id for line in shown if line.places > 1]
    if not shared:
        return 0
    matching = select(func.count()).select_from(record).join(version, is_current(record, version))
    return connection.scalars(
        matching.where(
            record.content_hash.in_(select(first.content_hash).where(among(first.id, shared))),
            matches(record_filter, record, version),
        )
    ).one()
