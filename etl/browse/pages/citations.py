"""Citations of and by a record, with the titles of the other records; and gaps (documents cited but missing)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, RowMapping, select

from etl.archive.queries.cited import (
    CitationPosition,
    Gap,
    citations,
    cited_by,
    count_citations,
    count_cited_by,
    gaps,
    linked_gaps,
)
from etl.archive.records.citations import records_without_citations
from etl.archive.storage.lookups import among, is_current
from etl.archive.storage.models import Record, RecordVersion
from etl.browse.pages.record_list import SourceChoice, source_choices

ON_RECORD = 12
"""Maximum number of citations of each kind on a record's page; another page has them all."""
PLACES = 100
"""Maximum number of cited documents that are marked in a record's text."""
PER_PAGE = 50
CANDIDATES = 5
"""Maximum number of candidate records that a line names; it always says how many there are."""


@dataclass(frozen=True, slots=True)
class RelatedRecord:
    """A record at the other end of a citation."""

    id: int
    title: str
    document_number: str | None
    published_date: date | None
    state: str


@dataclass(frozen=True, slots=True)
class CitationLine:
    """A citation. `record`: the citing record; `cited`: the cited one. If several documents may be meant, `candidates`
    has the first of them, and `candidates_total` is their number."""

    record: RelatedRecord
    ordinal: int
    relation: str
    part: str
    place: int
    length: int
    mentions: int
    title: str | None
    number: str | None
    cited: RelatedRecord | None
    candidates: tuple[RelatedRecord, ...]
    candidates_total: int
    matched_by: str | None


@dataclass(frozen=True, slots=True)
class RecordCitations:
    """The first citations of a record, and the first ones that may mean it, with the totals of both. `unread`: its
    citations were not determined yet."""

    cites: tuple[CitationLine, ...]
    cites_total: int
    cited_by: tuple[CitationLine, ...]
    cited_by_total: int
    unread: bool

    @property
    def shown(self) -> tuple[CitationLine, ...]:
        return self.cites[:ON_RECORD]


@dataclass(frozen=True, slots=True)
class CitationsPage:
    """All citations of a record (`direction` is `cites`), or all that may mean it (`cited-by`). `after`: the position
    of the next page, None on the last one."""

    record: RelatedRecord
    direction: str
    total: int
    lines: tuple[CitationLine, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class CountedGaps:
    """Documents that are cited but not in the archive, the most cited first, at a certain time."""

    at: datetime
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class GapsPage:
    """Documents that are cited but not in the archive, the most cited first, counted at `counted_at`. `total`: their
    number, up to the limit of counting. `after`: offset of the next page, None on the last one. `unread`: number of
    records whose citations were not determined yet. `linked`: number of documents that an archivist linked to a
    record."""

    source: str
    sources: tuple[SourceChoice, ...]
    gaps: tuple[Gap, ...]
    total: int
    counted_at: datetime
    first: bool
    after: int | None
    unread: int
    linked: int


def record_citations(connection: Connection, record: int) -> RecordCitations:
    """The citations on the page of a record's current version."""
    cites = citations(connection, record, 0, PLACES)
    citing = cited_by(connection, record, None, ON_RECORD)
    records = _records(connection, [*cites, *citing])
    return RecordCitations(
        cites=tuple(_line(row, records) for row in cites),
        cites_total=count_citations(connection, record) if len(cites) == PLACES else len(cites),
        cited_by=tuple(_line(row, records) for row in citing),
        cited_by_total=count_cited_by(connection, record) if len(citing) == ON_RECORD else len(citing),
        unread=not cites and records_without_citations(connection) > 0,
    )


def citations_page(
    connection: Connection, record: int, direction: str, after: CitationPosition | None
) -> CitationsPage | None:
    """One page of all citations in that direction; None if there is no such record."""
    if direction == "cites":
        rows = citations(connection, record, after.ordinal if after else 0, PER_PAGE + 1)
        total = count_citations(connection, record)
    else:
        rows = cited_by(connection, record, after, PER_PAGE + 1)
        total = count_cited_by(connection, record)
    records = _records(connection, rows[:PER_PAGE], record)
    if record not in records:
        return None
    lines = tuple(_line(row, records) for row in rows[:PER_PAGE])
    following = str(CitationPosition(lines[-1].record.id, lines[-1].ordinal)) if len(rows) > PER_PAGE else None
    return CitationsPage(records[record], direction, total, lines, following)


def counted_gaps(connection: Connection, source: str) -> CountedGaps:
    """All gaps, for the cache."""
    return CountedGaps(datetime.now(UTC), gaps(connection, source))


def gaps_page(connection: Connection, counted: CountedGaps, source: str, after: int) -> GapsPage:
    """A page of gaps, after the first `after`."""
    linked = linked_gaps(connection)
    missing = tuple(gap for gap in counted.gaps if gap.name not in linked)
    return GapsPage(
        source=source,
        sources=source_choices(connection),
        gaps=missing[after : after + PER_PAGE],
        total=len(missing),
        counted_at=counted.at,
        first=after == 0,
        after=after + PER_PAGE if len(missing) > after + PER_PAGE else None,
        unread=records_without_citations(connection),
        linked=len(linked),
    )


def _records(connection: Connection, rows: Sequence[RowMapping], *more: int) -> dict[int, RelatedRecord]:
    wanted = {*more}
    for row in rows:
        wanted |= {row["record_id"], *row["candidates"][:CANDIDATES]}
        if row["cited_record_id"]:
            wanted.add(row["cited_record_id"])
    return related_records(connection, wanted)


def related_records(connection: Connection, wanted: Collection[int]) -> dict[int, RelatedRecord]:
    """The records of those numbers, by number."""
    query = (
        select(
            Record.id, RecordVersion.title, RecordVersion.document_number, RecordVersion.published_date, Record.state
        )
        .join(RecordVersion, is_current(Record, RecordVersion))
        .where(among(Record.id, wanted))
    )
    return {row.id: RelatedRecord(*row) for row in connection.execute(query)} if wanted else {}


def _line(row: RowMapping, records: Mapping[int, RelatedRecord]) -> CitationLine:
    cited = row["cited_record_id"]
    return CitationLine(
        record=records[row["record_id"]],
        ordinal=row["ordinal"],
        relation=row["relation"],
        part=row["part"],
        place=row["place"],
        length=row["length"],
        mentions=row["mentions"],
        title=row["title"],
        number=row["number"],
        cited=records[cited] if cited else None,
        candidates=() if cited else tuple(records[each] for each in row["candidates"][:CANDIDATES]),
        candidates_total=0 if cited else len(row["candidates"]),
        matched_by=row["matched_by"],
    )
