"""What a person looked at and found right: a note beside the version, which itself stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select

from etl.archive.records.corrections import MAX_CHARS
from etl.archive.storage.archive import Archive
from etl.archive.storage.lookups import is_current
from etl.archive.storage.models import Record, RecordVersion, Review

Issue = Literal["disputed", "flagged", "no_text", "similar"]


@dataclass(frozen=True, slots=True)
class ReviewNote:
    """That somebody looked. `subject`: the flag that was doubted, "" for other issues."""

    record: int
    version: int
    issue: Issue
    subject: str
    note: str
    by: str
    at: datetime


def keep_review(archive: Archive, record: int, version: int, issue: Issue, subject: str, by: str, note: str) -> bool:
    """Notes that a person looked at that version and found it right; whether it still is the current one. The note is
    cut to `MAX_CHARS`."""
    values = {"issue": issue, "subject": subject, "reviewed_by": by, "note": " ".join(note.split())[:MAX_CHARS]}
    current = (
        select(Record.id)
        .join(RecordVersion, is_current(Record, RecordVersion))
        .where(Record.id == record, Record.version == version)
    )
    with archive.engine.begin() as connection:
        if connection.scalar(current) is None:
            return False
        connection.execute(insert(Review).values(record_id=record, version=version, **values))
    return True


def reviews(connection: Connection, record: int | None = None, limit: int = 20) -> Sequence[ReviewNote]:
    """The latest notes, of one record or of all."""
    query = select(
        Review.record_id.label("record"),
        Review.version,
        Review.issue,
        Review.subject,
        Review.note,
        Review.reviewed_by.label("by"),
        Review.reviewed_at.label("at"),
    )
    of = [] if record is None else [Review.record_id == record]
    rows = connection.execute(query.where(*of).order_by(Review.id.desc()).limit(limit))
    return tuple(ReviewNote(**row._mapping) for row in rows)
