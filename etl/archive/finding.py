"""Finding records: one filter for the list, for exports, and for whoever else asks.

The conditions stand on a record and its current version, each under an alias of the caller's.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, or_, select, text, tuple_
from sqlalchemy.orm import aliased

from etl.archive import Database
from etl.archive.database import readable_errors
from etl.archive.models import Record, RecordVersion, Source
from etl.errors import GongkaiError
from etl.extract import content_hash
from etl.extract.document_number import normalise_number

NO_TEXT = content_hash("").sha256
"""The hash of a document without text, such as a scan in an attachment: it says nothing about being the same."""
NUMBERED = "its number stands in the record's address"
_LAST_NUMBER = 2**63 - 1
TERMS = 8
"""Words of a filter that are looked for; each costs a comparison with every record."""
_SHORT_ID = re.compile("[0-9A-Fa-f]{16}")

Records = type[Record]
Versions = type[RecordVersion]
State = Literal["", "current", "removed"]


@dataclass(frozen=True, slots=True)
class Filter:
    """What was asked for; what is left empty matches all.

    `q`: words that title, 文号 or 索引号 must hold, each of them, or a short id. `publisher`: words of the publisher's
    name. The dates are the document's own, both included; a document without a date is in no range. `changed_since`:
    records that got a version, went or came back then or later. Removed records match unless `state` says `current`.
    """

    q: str = ""
    source: str = ""
    publisher: str = ""
    published_from: date | None = None
    published_to: date | None = None
    changed_since: datetime | None = None
    state: State = ""


@contextmanager
def snapshot(archive: Database, seconds: float = 0) -> Iterator[Connection]:
    """A READ ONLY transaction that sees one state of the archive. A query may take that long; 0 sets no limit.

    Raises `DatabaseError`.
    """
    with readable_errors(archive.engine), archive.engine.connect() as fresh:
        connection = fresh.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            connection.execute(text(f"SET LOCAL statement_timeout = {round(seconds * 1000)}"))
            yield connection


def require_source(connection: Connection, source: str) -> None:
    """Raises `GongkaiError` for a source of which the archive has no run: what is asked of it would be of nothing."""
    known = connection.scalars(select(Source.id).order_by(Source.id)).all()
    if source not in known:
        raise GongkaiError(f"the archive has no source {source!r}", hint=f"known: {', '.join(known) or 'none'}")


def require_number(record: int) -> None:
    """Raises `GongkaiError` for a number that no record can have, as the database counts them."""
    if not 0 < record <= _LAST_NUMBER:
        raise GongkaiError(f"no record {record}", hint=NUMBERED)


def is_current(record: Records, version: Versions) -> ColumnElement[bool]:
    """The join of a record with its current version."""
    return and_(version.record_id == record.id, version.version == record.version)


def matches(asked: Filter, record: Records, version: Versions) -> ColumnElement[bool]:
    """Whether the record, in its current version, is what was asked for."""
    conditions: list[ColumnElement[bool]] = [record.id > 0]
    if asked.source:
        conditions.append(record.source_id == asked.source)
    if asked.state:
        conditions.append(record.state == asked.state)
    if asked.changed_since:
        conditions.append(record.updated_at >= asked.changed_since)
    if asked.published_from:
        conditions.append(version.published_date >= asked.published_from)
    if asked.published_to:
        conditions.append(version.published_date <= asked.published_to)
    for word in asked.publisher.split()[:TERMS]:
        conditions.append(version.publisher.icontains(word, autoescape=True))
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


def stood_for(asked: Filter, record: Records) -> ColumnElement[bool]:
    """Whether an earlier record stands for this one: same text, matching too; those still current come first.

    The condition beside EXISTS keeps the planner from an anti join, which reads all records of a text for each of
    them: 190 ms instead of 2 for a page of the list, where a tenth of 100,000 records had the same text.
    """
    other, its = aliased(Record), aliased(RecordVersion)
    rank = case((record.state == "removed", 1), else_=0)
    its_rank = case((other.state == "removed", 1), else_=0)
    earlier = exists(
        select(1)
        .select_from(other)
        .join(its, is_current(other, its))
        .where(
            other.content_hash == record.content_hash,
            tuple_(its_rank, other.id) < tuple_(rank, record.id),
            matches(asked, other, its),
        )
    )
    return and_(record.content_hash != NO_TEXT, earlier)


def places(record: Records) -> ColumnElement[int]:
    """How many records have the record's text now, itself among them; 1 for a document without text."""
    other = aliased(Record)
    count = select(func.count()).where(other.content_hash == record.content_hash).correlate(record).scalar_subquery()
    return case((record.content_hash == NO_TEXT, 1), else_=count)
