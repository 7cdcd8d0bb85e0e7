"""Stores the readings of files in object storage and the database. Files with the same bytes share one reading."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, and_, func, or_, select, text

from etl.archive.records.change_feed import publish
from etl.archive.records.recording import keep_contents
from etl.archive.records.search_index import keep_entries
from etl.archive.records.worse_pages import BAD_FILES
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import read_blob
from etl.archive.storage.bucket import DamagedBlob
from etl.archive.storage.bulk_rows import insertion
from etl.archive.storage.database import lock_against_garbage
from etl.archive.storage.layout import reading_key
from etl.archive.storage.log_lines import ArchiveMember, ChangeEvent, ReadingLine
from etl.archive.storage.log_registry import keep_log
from etl.archive.storage.lookups import among
from etl.archive.storage.models import Blob, Capture, File, Page
from etl.extract import NORMALISER, content_hash
from etl.extract.text.left_behind import is_left_behind
from etl.file_signatures import lacks_end
from etl.files import READER, FileOutcome, FileReading, file_reader
from etl.files.media_types import IMAGES, UNKNOWN
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.web.disposition import saved_name

_PICTURE_NAME = re.compile(r"\.(?:png|jpe?g|gif|bmp|tiff?|webp)$", re.IGNORECASE)
WAITING = "scan"
"""The outcome of files that OCR still has to read."""
BY_OCR = "ocr"
"""The method of files that OCR has read; those read by an earlier reader wait for OCR again."""


def store_file_reading(archive: Archive, digest: str, reading: FileReading) -> None:
    """Stores the reading of a blob. Raises `StoreError`.

    If the blob had another reading before (a scan that was waiting for OCR, a file read by an earlier reader),
    publishes an event for each document that links it.
    """
    with archive.engine.begin() as connection:
        before = connection.execute(select(File.outcome, File.content_hash).where(File.blob_sha256 == digest)).first()
        line = _store(connection, archive, digest, reading)
        if before is None or before == (line.outcome, line.content_hash):
            return
        reason = encode_reason(
            Code.FILE_READ_AGAIN, file=digest[:16], file_outcome=reading.outcome, file_outcome_before=before.outcome
        )
        linked = connection.execute(_DOCUMENTS, {"digest": digest, "file": json.dumps([{"sha256": digest}])})
        events = [
            ChangeEvent("re-extracted", row.id, row.version, row.page_id, row.source_id, reason=reason)
            for row in linked
        ]
        keep_entries(connection, [event.record for event in events])
        publish(connection, archive.store, events)


@dataclass(slots=True)
class UnreadFile:
    """A blob that the current reader has not read: the URLs of the files with these bytes, and the name of the
    first."""

    name: str
    urls: list[str]


def unread_files(connection: Connection, source_id: str, urls: Collection[str]) -> dict[str, UnreadFile]:
    """The source's stored files at the URLs that the current reader has not read, by SHA-256.

    A file that OCR read is not among them: it keeps its text until OCR reads it again (`pending_scans`).
    """
    is_read = and_(File.blob_sha256 == Page.blob_sha256, or_(File.reader == READER, File.method == BY_OCR))
    headers = (
        select(Capture.headers)
        .where(Capture.page_id == Page.id, Capture.blob_sha256 == Page.blob_sha256)
        .order_by(Capture.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(Page.blob_sha256, Page.url, headers.label("headers"))
        .outerjoin(File, is_read)
        .where(
            Page.source_id == source_id,
            among(Page.url, urls),
            Page.blob_sha256.is_not(None),
            File.blob_sha256.is_(None),
        )
    )
    files: dict[str, UnreadFile] = {}
    for row in connection.execute(query):
        name = saved_name(row.headers or ()) or row.url.rsplit("/", 1)[-1]
        files.setdefault(row.blob_sha256, UnreadFile(name, [])).urls.append(row.url)
    return files


@dataclass(frozen=True, slots=True)
class GoodFile:
    """A file in the archive that could be read: the SHA-256 of its bytes, their media type, and whether all its members
    could be read, if it is an archive."""

    digest: str
    media_type: str
    is_whole: bool


def good_files(engine: Engine, source_id: str, urls: Collection[str]) -> dict[str, GoodFile]:
    """The source's stored files at the URLs that were read, or wait for OCR."""
    query = (
        select(Page.url, File.blob_sha256, File.media_type, File.members)
        .join(File, File.blob_sha256 == Page.blob_sha256)
        .where(Page.source_id == source_id, among(Page.url, urls))
        .where(or_(File.outcome == FileOutcome.READ, File.outcome == WAITING))
    )
    with engine.connect() as connection:
        return {
            row.url: GoodFile(
                row.blob_sha256,
                row.media_type,
                all(member["outcome"] != FileOutcome.BROKEN for member in row.members or ()),
            )
            for row in connection.execute(query)
        }


def why_worse(archive: Archive, good: GoodFile, body: bytes, name: str) -> str:
    """The stored reason why other bytes at the address of a good file are no later state of it, or ''. `name`: under
    which the site sends them."""
    reading = file_reader()(body, name)
    if not (_is_broken(good, reading) or _stands_in(good, reading, name) or _is_cut(archive, good, body)):
        return ""
    return encode_reason(Code.GOOD_FILE_HELD, media_type=reading.media_type, bytes=len(body))


def _is_broken(good: GoodFile, reading: FileReading) -> bool:
    if reading.outcome is FileOutcome.UNSUPPORTED:
        return reading.media_type == UNKNOWN
    lost = any(member.outcome is FileOutcome.BROKEN for member in reading.members)
    return reading.outcome in BAD_FILES or (good.is_whole and lost)


def _stands_in(good: GoodFile, reading: FileReading, name: str) -> bool:
    """Whether a picture was sent in place of a document under no name of a picture, or a notice in place of any
    file."""
    is_picture = reading.media_type in IMAGES and not _PICTURE_NAME.search(name)
    return (is_picture and not good.media_type.startswith("image/")) or is_left_behind(reading.text)


def _is_cut(archive: Archive, good: GoodFile, body: bytes) -> bool:
    """Whether the file lacks its end, and the good one does not: sites may send so much behind each of their files."""
    try:
        return lacks_end(body) and not lacks_end(read_blob(archive, good.digest))
    except DamagedBlob:
        return False


@dataclass(frozen=True, slots=True)
class PendingScan:
    """A blob that OCR still has to read."""

    digest: str
    media_type: str


def pending_scans(connection: Connection, limit: int, besides: Collection[str]) -> list[PendingScan]:
    """Blobs that OCR still has to read, except `besides`; the longest waiting first.

    Blobs with a text from an earlier reader come after those without a text, damaged blobs last.
    """
    waiting = or_(File.outcome == WAITING, and_(File.method == BY_OCR, File.reader != READER))
    query = (
        select(File.blob_sha256, File.media_type)
        .join(Blob, Blob.sha256 == File.blob_sha256)
        .where(waiting, ~among(File.blob_sha256, besides))
        .order_by(Blob.damage.is_not(None), File.outcome != WAITING, File.read_at)
    )
    return [PendingScan(row.blob_sha256, row.media_type) for row in connection.execute(query.limit(limit))]


def _store(connection: Connection, archive: Archive, digest: str, reading: FileReading) -> ReadingLine:
    """Writes the reading to object storage first, then to the database."""
    lock_against_garbage(connection)
    line = ReadingLine(
        blob_sha256=digest,
        media_type=reading.media_type,
        outcome=reading.outcome,
        reason=reading.reason,
        content_hash=content_hash(reading.text).sha256 if reading.text else None,
        pages=reading.pages,
        method=reading.method,
        members=[
            ArchiveMember(
                path=member.path,
                media_type=member.media_type,
                outcome=member.outcome,
                reason=member.reason,
                size=member.size,
            )
            for member in reading.members
        ],
        reader=READER,
        read_at=connection.scalars(select(func.now())).one(),
        text=reading.text,
        normaliser=NORMALISER,
    )
    keep_log(connection, archive.store, reading_key(digest), [line])
    if line.content_hash:
        keep_contents(connection, {line.content_hash: reading.text})
    connection.execute(_READ, {"rows": [line.file_row()]})
    return line


_COLUMNS = File.__table__.columns.keys()
_READ = insertion(
    File,
    _COLUMNS,
    f"ON CONFLICT (blob_sha256) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}",
)
_DOCUMENTS = text("""
SELECT r.id, r.version, r.page_id, r.source_id FROM archive.page f
JOIN archive.page_file pf ON pf.file_id = f.id
JOIN archive.record r ON r.page_id = pf.page_id
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
WHERE f.blob_sha256 = :digest AND v.attachments @> CAST(:file AS jsonb) ORDER BY r.id
""")
