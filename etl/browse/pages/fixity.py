"""Fixity: whether stored bytes were intact at their last check."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from etl.archive.storage.models import Blob, FixityEvent, LogObject
from etl.archive.storage.statements import Statement, built_once
from etl.browse.language.shown_reasons import ShownReason, shown_reason


@dataclass(frozen=True, slots=True)
class BlobFixity:
    """A blob's last check. `damage`: `missing`, `mismatch` or None; `detail`: what the check found at `found_at`."""

    sha256: str
    size: int
    verified_at: datetime
    damage: str | None
    detail: ShownReason | None
    found_at: datetime | None


@dataclass(frozen=True, slots=True)
class ArchiveFixity:
    """The oldest of the blobs' last checks (None in an empty archive), and the number of damaged blobs and logs."""

    oldest: datetime | None
    damaged: int


def blob_fixity(connection: Connection, digest: str) -> BlobFixity:
    """The state of a blob, which must exist in the database."""
    sha256, size, verified_at, damage = connection.execute(*_last_check(digest=digest)).one()
    event = None
    if damage:
        events = select(FixityEvent.detail, FixityEvent.found_at).where(FixityEvent.blob_sha256 == digest)
        event = connection.execute(events.order_by(FixityEvent.id.desc()).limit(1)).one_or_none()
    detail, found_at = event if event else ("", None)
    return BlobFixity(sha256, size, verified_at, damage, shown_reason(detail), found_at)


@built_once
def _last_check(digest: Any) -> Statement:
    return select(Blob.sha256, Blob.size, Blob.verified_at, Blob.damage).where(Blob.sha256 == digest)


def archive_fixity(connection: Connection) -> ArchiveFixity:
    """The state of all blobs and logs."""
    blobs, logs = (
        select(func.count()).select_from(kind).where(kind.damage.is_not(None)).scalar_subquery()
        for kind in (Blob, LogObject)
    )
    return ArchiveFixity(*connection.execute(select(func.min(Blob.verified_at), blobs + logs)).one())
