"""Attached files: the stored bytes and the text of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, text
from sqlalchemy.orm import aliased

from etl.archive.storage.lookups import among
from etl.archive.storage.models import Blob, Capture, Content, File, Page, PageFile
from etl.archive.storage.statements import Statement, built_once
from etl.browse.language.shown_reasons import ShownReason, shown_reason
from etl.browse.pages.fixity import BlobFixity, blob_fixity
from etl.browse.pages.replay import MAX_SHOWN_BYTES, SHOWABLE_TYPES, ArchivedBytes, file_extension
from etl.files import media_types
from etl.web.disposition import saved_name

EXCERPT_CHARS = 1500
"""Characters of a file's text shown on its record's page."""
PAGE_CHARS = 10_000
"""Characters of a file's text on one of its own pages, extended to the end of the last line."""
LINE_END_CHARS = 5_000
"""Number of characters in which this end of line is searched; a longer line is cut."""
MAX_RECORDS = 50
"""Maximum number of records that are listed with a file."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file linked by a version.

    Without stored bytes, `sha256` is None, and `attempt` is the outcome of the last attempt to fetch it, if any.
    `outcome`: that of reading it, None if it was not read. `characters`: the length of its text; `excerpt`: the
    beginning of the text. `picture`: whether it is an image that our pages may show.
    """

    url: str
    name: str
    role: str
    sha256: str | None
    attempt: str | None
    size: int | None
    damage: str | None
    media_type: str | None
    outcome: str | None
    reason: ShownReason | None
    pages: int | None
    method: str
    members: int
    characters: int
    excerpt: str
    picture: bool


@dataclass(frozen=True, slots=True)
class LinkingRecord:
    """A record whose current version links the file, and the name of the link."""

    id: int
    title: str
    source_name: str
    name: str


@dataclass(frozen=True, slots=True)
class FilePage:
    """A file with page `leaf` of the `leaves` pages of its text. `outcome`: None if it was not read yet.

    `q`: the search whose words are marked.
    """

    sha256: str
    size: int
    stored_at: datetime
    fixity: BlobFixity
    media_type: str | None
    outcome: str | None
    reason: ShownReason | None
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
    q: str = ""


_FILE_COLUMNS = (File.media_type, File.outcome, func.coalesce(File.reason, "").label("reason"), File.pages)
_TEXT_LENGTH = func.coalesce(func.char_length(Content.text), 0).label("characters")


def attached_files(
    connection: Connection, source: str, stored: Sequence[Mapping[str, Any]]
) -> tuple[AttachedFile, ...]:
    """The files of a version in their order. `stored`: its JSON column `attachments`."""
    digests = {file["sha256"] for file in stored if file.get("sha256")}
    blobs = {row.sha256: row for row in connection.execute(*_stored(digests=list(digests)))} if digests else {}
    attempts = _last_outcomes(connection, source, [file["url"] for file in stored if file.get("sha256") not in blobs])
    return tuple(_attached_file(file, blobs.get(file.get("sha256")), attempts.get(file["url"])) for file in stored)


@built_once
def _stored(digests: Any) -> Statement:
    return (
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
        .where(among(Blob.sha256, digests))
    )


def _attached_file(file: Mapping[str, Any], row: Row[Any] | None, attempt: str | None) -> AttachedFile:
    link = {"url": file["url"], "name": file["name"], "role": file.get("role", "file"), "attempt": attempt}
    if row is None:
        return AttachedFile(
            **link, sha256=None, size=None, damage=None, media_type=None, outcome=None, reason=None, pages=None,
            method="", members=0, characters=0, excerpt="", picture=False,
        )  # fmt: skip
    columns = {**row._mapping, "reason": shown_reason(row.reason)}
    return AttachedFile(**link, **columns, picture=_is_showable_picture(row.media_type, row.size))


def _last_outcomes(connection: Connection, source: str, urls: Sequence[str]) -> dict[str, str]:
    """The outcome of the last attempt to fetch each file, by address."""
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
    rows = connection.execute(select(Page.url, last).where(Page.source_id == source, among(Page.url, urls)))
    return {url: outcome for url, outcome in rows if outcome}


def _is_showable_picture(media_type: str | None, size: int) -> bool:
    return media_type in SHOWABLE_TYPES and str(media_type).startswith("image/") and size <= MAX_SHOWN_BYTES


def file_page(connection: Connection, digest: str, text_page: int = 1, q: str = "") -> FilePage | None:
    """The file with one page of its text; None if no file has this SHA-256, or its text has no such page."""
    start = (text_page - 1) * PAGE_CHARS
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
    if row is None or (text_page > 1 and start >= row.characters):
        return None
    documents = connection.execute(_LINKING_RECORDS, {"digest": digest, "limit": MAX_RECORDS + 1}).all()
    columns = {name: value for name, value in row._mapping.items() if name != "window"}
    columns["reason"] = shown_reason(row.reason)
    columns["members"] = tuple({**member, "reason": shown_reason(member["reason"])} for member in row.members)
    return FilePage(
        **columns,
        fixity=blob_fixity(connection, digest),
        text=_text_page(row.window or "", start, row.characters),
        leaf=text_page,
        leaves=-(-row.characters // PAGE_CHARS) or 1,
        picture=_is_showable_picture(row.media_type, row.size),
        documents=tuple(LinkingRecord(*row) for row in documents[:MAX_RECORDS]),
        more_documents=len(documents) > MAX_RECORDS,
        q=q,
    )


def file_bytes(connection: Connection, digest: str) -> ArchivedBytes | None:
    """A file's bytes with the media type, and a file name extension, detected from the bytes and not from the site."""
    headers = select(Capture.headers).where(Capture.blob_sha256 == Blob.sha256).order_by(Capture.id.desc()).limit(1)
    query = select(Blob.size, File.media_type, headers.scalar_subquery().label("headers"))
    query = query.outerjoin(File, File.blob_sha256 == Blob.sha256)
    row = connection.execute(query.where(Blob.sha256 == digest, _is_file())).one_or_none()
    if row is None:
        return None
    media_type = row.media_type or media_types.UNKNOWN
    file_name = f"{digest[:16]}{file_extension(media_type)}"
    return ArchivedBytes(digest, row.size, file_name, media_type, saved_name(row.headers or ()))


def _is_file() -> ColumnElement[bool]:
    """SQL condition: the blob belongs to a file. In imports, a file may be a page of another kind that a page links."""
    linked = select(PageFile.file_id).where(PageFile.file_id == Page.id).exists()
    captured = select(Capture.id).join(Page, Page.id == Capture.page_id).where(Capture.blob_sha256 == Blob.sha256)
    return File.blob_sha256.is_not(None) | captured.where((Page.kind == "file") | linked).exists()


def _text_page(window: str, start: int, characters: int) -> str:
    """One page of a text: from the line after the previous page to the end of the line at which the page is full.

    `window`: the characters from `start` on. `characters`: the length of the whole text.
    """
    first = _line_end(window, 0) if start else 0
    return window[first : _line_end(window, PAGE_CHARS) if start + PAGE_CHARS < characters else len(window)]


def leaf_of(text: str, place: int) -> int:
    """The page of a text on which the character at `place` is shown."""
    leaf = place // PAGE_CHARS
    return leaf if leaf and place < _line_end(text, leaf * PAGE_CHARS) else leaf + 1


def _line_end(window: str, position: int) -> int:
    """The position just after the line that contains `position`."""
    newline = window.find("\n", position, position + LINE_END_CHARS)
    return newline + 1 if newline >= 0 else position


_LINKING_RECORDS = text("""
SELECT DISTINCT r.id, v.title, s.name AS source_name, a->>'name' AS name
FROM archive.capture c
JOIN archive.page_file pf ON pf.file_id = c.page_id
JOIN archive.record r ON r.page_id = pf.page_id
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
JOIN archive.source s ON s.id = r.source_id
CROSS JOIN LATERAL jsonb_array_elements(v.attachments) AS a
WHERE c.blob_sha256 = :digest AND a->>'sha256' = :digest ORDER BY r.id, name LIMIT :limit
""")
