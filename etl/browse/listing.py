"""The list of records: newest first, one line a text, found again by where the last page ended."""

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, Date, and_, case, cast, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from etl.archive.models import Record, RecordVersion, Source
from etl.browse.reading import NO_TEXT
from etl.extract.document_number import normalise_number

LINES = 50
"""Records on one page of the list."""
TERMS = 8
"""Words of a filter that are looked for; each costs a comparison with every record."""
_SHORT_ID = re.compile("[0-9A-Fa-f]{16}")


@dataclass(frozen=True, slots=True)
class Filter:
    """What a reader asked for: words that title, 文号 or 索引号 must hold, and a source."""

    q: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last line that was shown: its day and its record."""

    day: date
    record: int

    def __str__(self) -> str:
        return f"{self.day}.{self.record}"

    @classmethod
    def read(cls, value: str) -> "Cursor":
        """From `yyyy-mm-dd.record`. Raises `ValueError`."""
        day, _, record = value.partition(".")
        return cls(date.fromisoformat(day), int(record))


@dataclass(frozen=True, slots=True)
class Line:
    """A text as the list shows it, by the earliest of its records. `day` is when it was published, or first seen."""

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
class SourceName:
    """A source to choose."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class RecordList:
    """One page of the list; `after` finds the next one, and is None on the last."""

    filter: Filter
    lines: tuple[Line, ...]
    after: str | None
    first: bool
    sources: tuple[SourceName, ...]


def record_list(connection: Connection, asked: Filter, after: Cursor | None = None, lines: int = LINES) -> RecordList:
    """The page of the list that follows the cursor. A text is on the list if any of its records matches the filter."""
    record, version = aliased(Record), aliased(RecordVersion)
    published = version.published_date
    day = func.coalesce(published, cast(func.timezone("Asia/Shanghai", record.created_at), Date))
    query = (
        select(
            record.id,
            func.left(version.content_hash, 16).label("short_id"),
            version.title,
            version.publisher,
            version.document_number,
            version.index_number,
            day.label("day"),
            published.is_not(None).label("published"),
            record.source_id,
            Source.name.label("source_name"),
            record.state,
            _places(version).label("places"),
        )
        .join(version, _current(record, version))
        .join(Source, Source.id == record.source_id)
        .where(_matches(asked, record, version), ~_stood_for(asked, record, version))
        .order_by(day.desc(), record.id.desc())
        .limit(lines + 1)
    )
    if after:
        query = query.where(tuple_(day, record.id) < tuple_(after.day, after.record))
    rows = [Line(**row) for row in connection.execute(query).mappings()]
    shown = tuple(rows[:lines])
    return RecordList(
        filter=asked,
        lines=shown,
        after=str(Cursor(shown[-1].day, shown[-1].id)) if len(rows) > lines else None,
        first=after is None,
        sources=tuple(
            SourceName(*row) for row in connection.execute(select(Source.id, Source.name).order_by(Source.id))
        ),
    )


_Records = type[Record]
_Versions = type[RecordVersion]


def _current(record: _Records, version: _Versions) -> ColumnElement[bool]:
    return and_(version.record_id == record.id, version.version == record.version)


def _matches(asked: Filter, record: _Records, version: _Versions) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [record.id > 0]
    if asked.source:
        conditions.append(record.source_id == asked.source)
    for word in asked.q.split()[:TERMS]:
        number = normalise_number(word)
        found = [
            version.title.icontains(word, autoescape=True),
            version.document_number.icontains(number, autoescape=True),
            version.index_number.icontains(word, autoescape=True),
        ]
        if _SHORT_ID.fullmatch(word):
            found.append(func.left(version.content_hash, 16) == word.lower())
        conditions.append(or_(*found))
    return and_(*conditions)


def _stood_for(asked: Filter, record: _Records, version: _Versions) -> ColumnElement[bool]:
    """Whether an earlier record stands for this one: same text, matching too; those still current come first."""
    other, its = aliased(Record), aliased(RecordVersion)
    rank = case((record.state == "removed", 1), else_=0)
    its_rank = case((other.state == "removed", 1), else_=0)
    return exists(
        select(1)
        .select_from(other)
        .join(its, _current(other, its))
        .where(
            its.content_hash == version.content_hash,
            version.content_hash != NO_TEXT,
            tuple_(its_rank, other.id) < tuple_(rank, record.id),
            _matches(asked, other, its),
        )
    )


def _places(version: _Versions) -> ColumnElement[int]:
    other, its = aliased(Record), aliased(RecordVersion)
    count = (
        select(func.count())
        .select_from(other)
        .join(its, _current(other, its))
        .where(its.content_hash == version.content_hash)
        .correlate(version)
        .scalar_subquery()
    )
    return case((version.content_hash == NO_TEXT, 1), else_=count)
