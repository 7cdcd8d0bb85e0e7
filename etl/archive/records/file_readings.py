"""What files hold: one reading for the same bytes, kept beside them in object storage."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from etl.archive.records.change_feed import ChangeEvent, publish
from etl.archive.records.recording import keep_contents, strip_unstorable
from etl.archive.storage.archive import Archive
from etl.archive.storage.layout import reading_key
from etl.archive.storage.models import Blob, File
from etl.extract import NORMALISER, content_hash
from etl.files import READER, FileReading
from etl.reason_codes import Code
from etl.reasons import encode_reason

WAITING = "scan"
"""The outcome of files that OCR has still to read."""
BY_OCR = "ocr"
"""The method of files that OCR read: where that was an earlier reader, they wait for it as well."""


def store_file_reading(archive: Archive, digest: str, reading: FileReading) -> None:
    """Keeps what was read in a blob. Where it was read before – a scan that waited for OCR, a file that an earlier
    reader read otherwise – an event tells of each document that links it. Raises `StoreError`."""
    with archive.engine.begin() as connection:
        before = connection.execute(select(File.outcome, File.content_hash).where(File.blob_sha256 == digest)).first()
        row = _keep(connection, archive, digest, reading)
        if before is None or before == (row["outcome"], row["content_hash"]):
            return
        reason = encode_reason(
            Code.FILE_READ_AGAIN,
            file=digest[:16],
            file_outcome=reading.outcome,
            file_outcome_before=before.outcome,
        )
        linked = connection.execute(_DOCUMENTS, {"digest": digest, "file": json.dumps([{"sha256": digest}])})
        events = [
            ChangeEvent(
                "re-extracted", document.id, document.version, document.page_id, document.source_id, reason=reason
            )
            for document in linked
        ]
        publish(connection, archive.store, events)


def pending_scans(connection: Connection, limit: int, besides: Collection[str] = ()) -> Sequence[tuple[str, str]]:
    """Blobs that OCR has still to read, with their media types, those that waited longest first.

    Those that have a text of an earlier reader come after those that have none, and damaged ones last.
    """
    waiting = or_(File.outcome == WAITING, and_(File.method == BY_OCR, File.reader != READER))
    query = (
        select(File.blob_sha256, File.media_type)
        .join(Blob, Blob.sha256 == File.blob_sha256)
        .where(waiting, File.blob_sha256.not_in(besides))
        .order_by(Blob.damage.is_not(None), File.outcome != WAITING, File.read_at)
    )
    return [(digest, media_type) for digest, media_type in connection.execute(query.limit(limit))]


def _keep(connection: Connection, archive: Archive, digest: str, reading: FileReading) -> dict[str, Any]:
    said = strip_unstorable(reading.text)
    now = connection.scalars(select(func.now())).one()
    row: dict[str, Any] = {
        "blob_sha256": digest,
        "media_type": reading.media_type,
        "outcome": reading.outcome,
        "reason": strip_unstorable(reading.reason),
        "content_hash": content_hash(said).sha256 if said else None,
        "pages": reading.pages,
        "method": reading.method,
        "members": [
            asdict(member) | {"path": strip_unstorable(member.path), "reason": strip_unstorable(member.reason)}
            for member in reading.members
        ],
        "reader": READER,
        "read_at": now,
    }
    line = row | {"read_at": now.isoformat(), "text": said, "normaliser": NORMALISER}
    archive.store.write_log(reading_key(digest), [line])
    if said:
        keep_contents(connection, {row["content_hash"]: said})
    connection.execute(insert(File).values(row).on_conflict_do_update(index_elements=["blob_sha256"], set_=row))
    return row


_DOCUMENTS = text("""
SELECT r.id, r.version, r.page_id, r.source_id FROM archive.page f
JOIN archive.page_file pf ON pf.file_id = f.id
JOIN archive.record r ON r.page_id = pf.page_id
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
WHERE f.blob_sha256 = :digest AND v.attachments @> CAST(:file AS jsonb) ORDER BY r.id
""")
