"""The files of a document: what the archive keeps of each, and what was read in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, text
from sqlalchemy.orm import aliased

from etl.archive.storage.models import Blob, Capture, Content, File, Page, PageFile
from etl.browse.pages.fixity import BlobFixity, blob_fixity
from etl.browse.pages.replay import MAX_SHOWN_BYTES, SHOWABLE_TYPES, ArchivedBytes, file_extension
from etl.files import media_types

EXCERPT_CHARS = 1500
"""Characters of a file's text on its document's page."""
PAGE_CHARS = 10_000
"""Characters of a file's text on one page of its own, to the end of the line that they end in."""
LINE_END_CHARS = 5_000
"""Characters in which that end is looked for; a longer line is cut."""
MAX_RECORDS = 50
"""Documents that are named with a file."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that a version links. Without bytes, `sha256` is None and `attempt` the outcome of the last try, if any;
    while the bytes were not read yet, `outcome` is None. `characters` is the length of the text, of which `excerpt` is
    the beginning; `picture` tells whether it is a picture that a page of ours may show."""

    url: str
    name: str
    role: str
    sha256: str | None
    attempt: str | None
    size: int | None
    damage: str | None
    media_type: str | None
    outcome: str | None
    reason: str
    pages: int | None
    method: str
    members: int
    characters: int
    excerpt: str
    picture: bool


@dataclass(frozen=True, slots=True)
class LinkingRecord:
    """A record whose current version links the file, and under which name."""

    id: int
    title: str
    source_name: str
    name: str


@dataclass(frozen=True, slots=True)
class FilePage:
    """A file and one leaf of its text. Without a reading, `outcome` is None."""

    sha256: str
    size: int
    stored_at: datetime
    fixity: BlobFixity
    media_type: str | None
    outcome: str | None
    reason: str
    pages: int | None
    method: str
    members: tuple[Mapping[str, Any], ...]
    reader: str | None
    read_at: datetime | None
    characters: int
    text: str
    leaf: int
    leaves: int
    picture: bool
    documents: tuple[LinkingRecord, ...]
    more_documents: bool


_FILE_COLUMNS = (File.media_type, File.outcome, func.coalesce(File.reason, "").label("reason"), File.pages)
_TEXT_LENGTH = func.coalesce(func.char_length(Content.text), 0).label("characters")


def attached_files(
    connection: Connection, source: str, stored: Sequence[Mapping[str, Any]]
) -> tuple[AttachedFile, ...]:
    """The files of a version in their order."""
    digests = {file["sha256"] for file in stored if file.get("sha256")}
    rows = connection.execute(
        select(
            Blob.sha256,
            Blob.size,
            Blob.damage,
            *_FILE_COLUMNS,
            func.coalesce(File.method, "").label("method"),
            func.coalesce(func.jsonb_array_length(File.members), 0).label("members"),
            _TEXT_LENGTH,
            func.coalesce(func.left(Content.text, EXCERPT_CHARS), "").label("excerpt"),
        )
        .outerjoin(File, File.blob_sha256 == Blob.sha256)
        .outerjoin(Content, Content.hash == File.content_hash)
        .where(Blob.sha256.in_(digests))
    )
    found = {row.sha256: row for row in rows}
    attempts = _last_outcomes(connection, source, [file["url"] for file in stored if file.get("sha256") not in found])
    return tuple(_attached_file(file, found.get(file.get("sha256")), attempts.get(file["url"])) for file in stored)


def _attached_file(file: Mapping[str, Any], row: Row[Any] | None, attempt: str | None) -> AttachedFile:
    named = {"url": file["url"], "name": file["name"], "role": file.get("role", "file"), "attempt": attempt}
    if row is None:
        return AttachedFile(
            **named, sha256=None, size=None, damage=None, media_type=None, outcome=None, reason="", pages=None,
            method="", members=0, characters=0, excerpt="", picture=False,
        )  # fmt: skip
    return AttachedFile(**named, **row._mapping, picture=_is_showable_picture(row.media_type, row.size))


def _last_outcomes(connection: Connection, source: str, urls: Sequence[str]) -> dict[str, str]:
    """By address, how the last try to fetch the file ended."""
    if not urls:
        return {}
    capture = aliased(Capture)
    last = (
        select(capture.outcome)
        .where(capture.page_id == Page.id)
        .order_by(capture.fetched_at.desc(), capture.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = connection.execute(select(Page.url, last).where(Page.source_id == source, Page.url.in_(urls)))
    return {url: outcome for url, outcome in rows if outcome}


def _is_showable_picture(media_type: str | None, size: int) -> bool:
    return media_type in SHOWABLE_TYPES and str(media_type).startswith("image/") and size <= MAX_SHOWN_BYTES


def file_page(connection: Connection, digest: str, leaf: int = 1) -> FilePage | None:
    """The file with that leaf of its text; None when no file has these bytes, or its text no such leaf."""
    start = (leaf - 1) * PAGE_CHARS
    row = connection.execute(
        select(
            Blob.sha256,
            Blob.size,
            Blob.stored_at,
            *_FILE_COLUMNS,
            func.coalesce(File.method, "").label("method"),
            func.coalesce(File.members, text("'[]'::jsonb")).label("members"),
            File.reader,
            File.read_at,
            _TEXT_LENGTH,
            func.substr(Content.text, start + 1, PAGE_CHARS + LINE_END_CHARS).label("window"),
        )
        .outerjoin(File, File.blob_sha256 == Blob.sha256)
        .outerjoin(Content, Content.hash == File.content_hash)
        .where(Blob.sha256 == digest, _is_file())
    ).one_or_none()
    if row is None or (leaf > 1 and start >= row.characters):
        return None
    documents = connection.execute(_LINKING_RECORDS, {"digest": digest, "most": MAX_RECORDS + 1}).all()
    shown = {name: value for name, value in row._mapping.items() if name != "window"}
    return FilePage(
        **shown | {"members": tuple(row.members)},
        fixity=blob_fixity(connection, digest),
        text=_text_page(row.window or "", start, row.characters),
        leaf=leaf,
        leaves=-(-row.characters // PAGE_CHARS) or 1,
        picture=_is_showable_picture(row.media_type, row.size),
        documents=tuple(LinkingRecord(*each) for each in documents[:MAX_RECORDS]),
        more_documents=len(documents) > MAX_RECORDS,
    )


def file_bytes(connection: Connection, digest: str) -> ArchivedBytes | None:
    """A file's bytes under the type, and with an ending, that they have themselves, whatever its site called it."""
    query = select(Blob.size, File.media_type).outerjoin(File, File.blob_sha256 == Blob.sha256)
    row = connection.execute(query.where(Blob.sha256 == digest, _is_file())).one_or_none()
    if row is None:
        return None
    media_type = row.media_type or media_types.UNKNOWN
    return ArchivedBytes(digest, row.size, f"{digest[:16]}{file_extension(media_type)}", media_type)


def _is_file() -> ColumnElement[bool]:
    """Imported pages became files of documents by being linked; their kind is another."""
    linked = select(PageFile.file_id).where(PageFile.file_id == Page.id).exists()
    held = select(Capture.id).join(Page, Page.id == Capture.page_id).where(Capture.blob_sha256 == Blob.sha256)
    return File.blob_sha256.is_not(None) | held.where((Page.kind == "file") | linked).exists()


def _text_page(window: str, start: int, characters: int) -> str:
    """Of the characters from `start`, those after the line that the leaf before ends in, to the end of the own last."""
    first = _line_end(window, 0) if start else 0
    return window[first : _line_end(window, PAGE_CHARS) if start + PAGE_CHARS < characters else len(window)]


def _line_end(window: str, at: int) -> int:
    """Just after the line that `at` stands in."""
    found = window.find("\n", at, at + LINE_END_CHARS)
    return found + 1 if found >= 0 else at


_LINKING_RECORDS = text("""
SELECT DISTINCT r.id, v.title, s.name AS source_name, a->>'name' AS name
FROM archive.capture c
JOIN archive.page_file pf ON pf.file_id = c.page_id
JOIN archive.record r ON r.page_id = pf.page_id
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
JOIN archive.source s ON s.id = r.source_id
CROSS JOIN LATERAL jsonb_array_elements(v.attachments) AS a
WHERE c.blob_sha256 = :digest AND a->>'sha256' = :digest ORDER BY r.id, name LIMIT :most
""")
