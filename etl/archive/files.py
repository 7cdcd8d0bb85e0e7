"""What files hold: one reading for the same bytes, kept beside them in object storage."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from etl.archive import Archive
from etl.archive.feed import Event, publish
from etl.archive.models import File
from etl.archive.records import clean, keep_contents
from etl.extract import NORMALISER, content_hash
from etl.files import READER, FileReading

READINGS = "files/"
WAITING = "scan"
"""The outcome of files that OCR has still to read."""


def keep_reading(archive: Archive, digest: str, reading: FileReading) -> None:
    """Keeps what was read in a blob; what an earlier reader read gives way. Raises `StoreError`."""
    with archive.engine.begin() as connection:
        _keep(connection, archive, digest, reading)


def keep_scan(archive: Archive, digest: str, reading: FileReading) -> None:
    """The same for a scan, long after its documents were recorded: an event tells each of them."""
    with archive.engine.begin() as connection:
        _keep(connection, archive, digest, reading)
        told = connection.execute(_DOCUMENTS, {"digest": digest, "file": f'[{{"sha256": "{digest}"}}]'})
        publish(
            connection,
            archive.store,
            [
                Event("re-extracted", row.id, row.version, row.page_id, row.source_id, reason=f"scan {digest} read")
                for row in told
            ],
        )


def scans(connection: Connection, limit: int) -> Sequence[tuple[str, str]]:
    """Blobs that OCR has still to read, with their media types, those that waited longest first."""
    query = select(File.blob_sha256, File.media_type).where(File.outcome == WAITING).order_by(File.read_at).limit(limit)
    return [(digest, media_type) for digest, media_type in connection.execute(query)]


def reading_key(digest: str) -> str:
    """`files/ab/cd/<sha256>.jsonl.gz`."""
    return f"{READINGS}{digest[:2]}/{digest[2:4]}/{digest}.jsonl.gz"


def _keep(connection: Connection, archive: Archive, digest: str, reading: FileReading) -> None:
    said = clean(reading.text)
    now = connection.scalars(select(func.now())).one()
    row: dict[str, Any] = {
        "blob_sha256": digest,
        "media_type": reading.media_type,
        "outcome": reading.outcome,
        "reason": clean(reading.reason),
        "content_hash": content_hash(said).sha256 if said else None,
        "pages": reading.pages,
        "method": reading.method,
        "members": [asdict(member) | {"path": clean(member.path)} for member in reading.members],
        "reader": READER,
        "read_at": now,
    }
    line = row | {"read_at": now.isoformat(), "text": said, "normaliser": NORMALISER}
    archive.store.put_log(reading_key(digest), [line])
    put_row(connection, row, said)


def put_row(connection: Connection, row: dict[str, Any], said: str) -> None:
    """The row of a reading, and its text."""
    if said:
        keep_contents(connection, {row["content_hash"]: said})
    connection.execute(insert(File).values(row).on_conflict_do_update(index_elements=["blob_sha256"], set_=row))


_DOCUMENTS = text("""
SELECT r.id, r.version, r.page_id, r.source_id FROM archive.page f
JOIN archive.page_file pf ON pf.file_id = f.id
JOIN archive.record r ON r.page_id = pf.page_id
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
WHERE f.blob_sha256 = :digest AND v.attachments @> CAST(:file AS jsonb) ORDER BY r.id
""")
