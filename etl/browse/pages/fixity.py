"""Whether bytes are still those that were stored, as the last check found."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from etl.archive.storage.models import Blob, FixityEvent


@dataclass(frozen=True, slots=True)
class BlobFixity:
    """When bytes were last read back. `damage` is `missing`, `mismatch` or None; `detail` what was found, and when."""

    sha256: str
    size: int
    verified_at: datetime
    damage: str | None
    detail: str
    found_at: datetime | None


@dataclass(frozen=True, slots=True)
class ArchiveFixity:
    """The state of all bytes: the oldest check, None in an empty archive, and how many blobs are damaged."""

    oldest: datetime | None
    damaged: int


def blob_fixity(connection: Connection, digest: str) -> BlobFixity:
    """The state of a blob that is there."""
    sha256, size, verified_at, damage = connection.execute(
        select(Blob.sha256, Blob.size, Blob.verified_at, Blob.damage).where(Blob.sha256 == digest)
    ).one()
    event = None
    if damage:
        events = select(FixityEvent.detail, FixityEvent.found_at).where(FixityEvent.blob_sha256 == digest)
        event = connection.execute(events.order_by(FixityEvent.id.desc()).limit(1)).one_or_none()
    detail, found_at = event if event else ("", None)
    return BlobFixity(sha256, size, verified_at, damage, detail, found_at)


def archive_fixity(connection: Connection) -> ArchiveFixity:
    """The state of all blobs."""
    damaged = select(func.count()).select_from(Blob).where(Blob.damage.is_not(None)).scalar_subquery()
    return ArchiveFixity(*connection.execute(select(func.min(Blob.verified_at), damaged)).one())
