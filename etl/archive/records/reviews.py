"""Reviews: a person checked something doubtful in a version and found it correct. The version itself does not
change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from etl.archive.records.acts import keep_act
from etl.archive.records.corrections import MAX_CHARS
from etl.archive.storage.archive import Archive
from etl.archive.storage.log_lines import ReviewedIssue, ReviewRow
from etl.archive.storage.models import Record, Review
from etl.archive.storage.statements import Statement, built_once

Issue = ReviewedIssue
_MOST_SHOWN = 20
"""Maximum number of reviews that are shown, the latest first."""


@dataclass(frozen=True, slots=True)
class ReviewNote:
    """A review. `subject`: the flag that was checked, "" for other issues."""

    record: int
    version: int
    issue: Issue
    subject: str
    note: str
    by: str
    at: datetime


def keep_review(archive: Archive, record: int, version: int, issue: Issue, subject: str, by: str, note: str) -> bool:
    """Stores that a person found that version correct, if it is still the current one; returns whether it is. The note
    is cut to `MAX_CHARS`. Raises as `keep_act` does."""
    text = " ".join(note.split())[:MAX_CHARS]

    def decide(connection: Connection, _: int) -> ReviewRow | None:
        current = connection.scalar(select(Record.version).where(Record.id == record))
        number = (connection.scalar(select(func.max(Review.id))) or 0) + 1
        return ReviewRow(number, record, version, issue, subject, text) if current == version else None

    return keep_act(archive, by, decide) is not None


def reviews(connection: Connection, record: int | None = None) -> Sequence[ReviewNote]:
    """The latest reviews, of one record or of all."""
    rows = connection.execute(*(_latest() if record is None else _of_record(record=record)))
    return tuple(ReviewNote(**row._mapping) for row in rows)


@built_once
def _of_record(record: Any) -> Statement:
    return _notes().where(Review.record_id == record)


@built_once
def _latest() -> Statement:
    return _notes()


def _notes() -> Statement:
    query = select(
        Review.record_id.label("record"),
        Review.version,
        Review.issue,
        Review.subject,
        Review.note,
        Review.reviewed_by.label("by"),
        Review.reviewed_at.label("at"),
    )
    return query.order_by(Review.id.desc()).limit(_MOST_SHOWN)
