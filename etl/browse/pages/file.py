"""The files of a document: what the archive keeps of each, and what was read in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, text
from sqlalchemy.orm import aliased

from etl.archive.storage.models import Blob, Capture, Content, File, Page, PageFile
from etl.browse.pages.fixity import Fixity, fixity
from etl.browse.pages.replay import MAY_BE_SHOWN, SHOWN_SIZE, ArchivedBytes, ending
from etl.files import media_types

EXCERPT = 1500
"""Characters of a file's text on its document's page."""
LEAF = 10_000
"""Characters of a file's text on one page of its own, to the end of the line that they end in."""
SLACK = 5_000
"""Characters in which that end is looked for; a longer line is cut."""
DOCUMENTS = 50
"""Documents that are named with a file."""


@dataclass(frozen=True, slots=True)
class Attached:
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
class Document:
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
    fixity: Fixity
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
    documents: tuple[Document, ...]
    more_documents: bool


_OF_FILE = (File.media_type, File.outcome, func.coalesce(File.reason, "").label("reason"), File.pages)
_OF_TEXT = func.coalesce(func.char_length(Content.text), 0).label("characters")


def attached(connection: Connection, source: str, stored: Sequence[Mapping[str, Any]]) -> tuple[Attached, ...]:
    """The files of a version in their order."""
    digests = {file["sha256"] for file in stored if file.get("sha256")}
    rows = connection.execute(
        select(
            Blob.sha256,
            Blob.size,
            Blob.damage,
            *_OF_FILE,
            func.coalesce(File.method, "").label("method"),
            func.coalesce(func.jsonb_array_length(File.members), 0).label("members"),
            _OF_TEXT,
            func.coalesce(func.left(Content.text, EXCERPT), "").label("excerpt"),
        )
        .outerjoin(File, File.blob_sha256 == Blob.sha256)
        .outerjoin(Content, Content.hash == File.content_hash)
        .where(Blob.sha256.in_(digests))
    )
    found = {row.sha256: row for row in rows}
    attempts = _attempts(connection, source, [file["url"] for file in stored if file.get("sha256") not in found])
    return tuple(_attached(file, found.get(file.get("sha256")), attempts.get(file["url"])) for file in stored)


def _attached(file: Mapping[str, Any], row: Row[Any] | None, attempt: str | None) -> Attached:
    named = {"url": file["url"], "name": file["name"], "role": file.get("role", "file"), "attempt": attempt}
    if row is None:
        return Attached(
            **named, sha256=None, size=None, damage=None, media_type=None, outcome=None, reason="", pages=None,
            method="", members=0, characters=0, excerpt="", picture=False,
        )  # fmt: skip
    return Attached(**named, **row._mapping, picture=_picture(row.media_type, row.size))


def _attempts(connection: Connection, source: str, urls: Sequence[str]) -> dict[str, str]:
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


def _picture(media_type: str | None, size: int) -> bool:
    return media_type in MAY_BE_SHOWN and str(media_type).startswith("image/") and size <= SHOWN_SIZE


def file_page(connection: Connection, digest: str, leaf: int = 1) -> FilePage | None:
    """The file with that leaf of its text; None when no file has these bytes, or its text no such leaf."""
    start = (leaf - 1) * LEAF
    row = connection.execute(
        select(
            Blob.sha256,
            Blob.size,
            Blob.stored_at,
            *_OF_FILE,
            func.coalesce(File.method, "").label("method"),
            func.coalesce(File.members, text("'[]'::jsonb")).label("members"),
            File.reader,
            File.read_at,
            _OF_TEXT,
            func.substr(Content.text, start + 1, LEAF + SLACK).label("window"),
        )
        .outerjoin(File, File.blob_sha256 == Blob.sha256)
        .outerjoin(Content, Content.hash == File.content_hash)
        .where(Blob.sha256 == digest, _is_file())
    ).one_or_none()
    if row is None or (leaf > 1 and start >= row.characters):
        return None
    documents = connection.execute(_DOCUMENTS, {"digest": digest, "most": DOCUMENTS + 1}).all()
    shown = {name: value for name, value in row._mapping.items() if name != "window"}
    return FilePage(
        **shown | {"members": tuple(row.members)},
        fixity=fixity(connection, digest),
        text=_leaf(row.window or "", start, row.characters),
        leaf=leaf,
        leaves=-(-row.characters // LEAF) or 1,
        picture=_picture(row.media_type, row.size),
        documents=tuple(Document(*each) for each in documents[:DOCUMENTS]),
        more_documents=len(documents) > DOCUMENTS,
    )


def file_bytes(connection: Connection, digest: str) -> ArchivedBytes | None:
    """A file's bytes under the type, and with an ending, that they have themselves, whatever its site called it."""
    query = select(Blob.size, File.media_type).outerjoin(File, File.blob_sha256 == Blob.sha256)
    row = connection.execute(query.where(Blob.sha256 == digest, _is_file())).one_or_none()
    if row is None:
        return None
    media_type = row.media_type or media_types.UNKNOWN
    return ArchivedBytes(digest, row.size, f"{digest[:16]}{ending(media_type)}", media_type)


def _is_file() -> ColumnElement[bool]:
    """Imported pages became files of documents by being linked; their kind is another."""
    linked = select(PageFile.file_id).where(PageFile.file_id == Page.id).exists()
    held = select(Capture.id).join(Page, Page.id == Capture.page_id).where(Capture.blob_sha256 == Blob.sha256)
    return File.blob_sha256.is_not(None) | held.where((Page.kind == "file") | linked).exists()


def _leaf(window: str, start: int, characters: int) -> str:
    """Of the characters from `start`, those after the line that the leaf before ends in, to the end of the own last."""
    first = _end(window, 0) if start else 0
    return window[first : _end(window, LEAF) if start + LEAF < characters else len(window)]


def _end(window: str, at: int) -> int:
    """Just after the line that `at` stands in."""
    found = window.find("\n", at, at + SLACK)
    return found + 1 if found >= 0 else at


_DOCUMENTS = text("""
SELECT DISTINCT r.id, v.title, s.name AS source_name, a->>'name' AS name
FROM archive.capture c
JOIN archive.page_file pf ON pf.file_id = c.page_id
JOIN archive.record r ON r.page_id = pf.page_id
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
JOIN archive.source s ON s.id = r.source_id
CROSS JOIN LATERAL jsonb_array_elements(v.attachments) AS a
WHERE c.blob_sha256 = :digest AND a->>'sha256' = :digest ORDER BY r.id, name LIMIT :most
""")
