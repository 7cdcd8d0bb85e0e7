"""Silences that people set in the browser. They apply in addition to those in source files, and are in no log.

Every silence has an end: without alerts for good, a source could break without anybody noticing.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from etl.archive.storage.archive import Archive
from etl.archive.storage.models import SourceSilence
from etl.clock import CHINA
from etl.reason_codes import Code
from etl.sources.schema import DARK

MAX_WHY = 2000
"""Maximum length of the explanation of a silence."""
SilenceProblem = Literal["no_reason", "reason_missing", "too_long", "no_date", "day_over"]


@dataclass(frozen=True, slots=True)
class StoredSilence:
    """No alert of `reason` (a code, or `DARK`) of the source up to and including the day `until`, in China."""

    id: int
    source_id: str
    reason: str
    until: date
    why: str
    set_by: str
    set_at: datetime


_COLUMNS = tuple(getattr(SourceSilence, name) for name in StoredSilence.__slots__)


def stored_silences(connection: Connection, source: str = "") -> list[StoredSilence]:
    """The silences of one source, or of all, ordered by source and reason; including those that have ended."""
    query = select(*_COLUMNS).order_by(SourceSilence.source_id, SourceSilence.reason)
    rows = connection.execute(query.where(SourceSilence.source_id == source) if source else query)
    return [StoredSilence(**row._mapping) for row in rows]


def set_silence(
    archive: Archive, source: str, reason: str, until: str, why: str, person: str
) -> StoredSilence | SilenceProblem:
    """Silences a reason of a source; replaces an earlier silence of it. `until` is written 2025-01-31.

    Returns the silence, or why it cannot be set. Raises `IntegrityError` for a source that the archive does not know.
    """
    if reason != DARK and reason not in list(Code):
        return "no_reason"
    try:
        day = date.fromisoformat(until)
    except ValueError:
        return "no_date"
    if day < datetime.now(CHINA).date():
        return "day_over"
    if not (why := why.strip()):
        return "reason_missing"
    if len(why) > MAX_WHY:
        return "too_long"
    values = {"until": day, "why": why, "set_by": person, "set_at": func.now()}
    inserted = insert(SourceSilence).values(source_id=source, reason=reason, **values)
    setting = inserted.on_conflict_do_update(index_elements=["source_id", "reason"], set_=values).returning(*_COLUMNS)
    with archive.engine.begin() as connection:
        return StoredSilence(**connection.execute(setting).one()._mapping)


def end_silence(archive: Archive, silence: int) -> str | None:
    """Ends a silence now; returns the id of its source, or None if there is no such silence."""
    with archive.engine.begin() as connection:
        ending = delete(SourceSilence).where(SourceSilence.id == silence).returning(SourceSilence.source_id)
        return connection.scalar(ending)
