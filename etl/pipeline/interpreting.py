"""From stored captures to what they say: pages, articles of several pages, and the files that they link."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from etl.archive.crawls.unread import captures_to_read
from etl.archive.records.recording import ExtractedPage, fill_from_listing
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import UnreadableItem, read_blob, unreadable
from etl.archive.storage.bucket import DamagedBlob
from etl.clock import CHINA
from etl.extract import Attachment, Extraction, Flag, extract, unique_attachments
from etl.fetch.client import Attempt
from etl.platforms.base import Platform
from etl.platforms.registry import family_of
from etl.sources.schema import Source


def extract_capture(
    source: Source,
    family: Platform | None,
    url: str,
    headers: Iterable[Sequence[str]],
    body: bytes,
    fetched_at: datetime,
) -> Extraction:
    """What a page said when it was fetched from that address; its files stand under their canonical addresses."""
    content_type = next((value for name, value in headers if name.lower() == "content-type"), "")
    read = extract(body, url, content_type, family, fetched_at.astimezone(CHINA).date())
    return replace(read, attachments=unique_attachments(_canonical(source, file) for file in read.attachments))


def find_linked_files(source: Source, family: Platform | None, answer: Attempt) -> tuple[str, ...]:
    """The canonical addresses of the files that a page links, each once."""
    read = extract_capture(source, family, answer.final_url, answer.headers, answer.body or b"", answer.fetched_at)
    return tuple(dict.fromkeys(file.url for file in read.attachments if file.url.startswith("http")))


def extract_pages(
    archive: Archive, pool: Executor, source: Source, pages: Sequence[Any]
) -> tuple[list[ExtractedPage], dict[int, UnreadableItem]]:
    """What captures say; `pages` are rows of page_id, capture_id and listing. By page, those whose bytes are damaged.

    An article is read as it was then: each further page in its last capture before the first page was asked again.
    """
    family = family_of(source)
    with archive.engine.connect() as connection:
        found = captures_to_read(connection, pages)
    bodies = pool.map(lambda row: _body(archive, row.blob_sha256), found)
    read: dict[int, list[Extraction]] = {}
    addresses = {row.of: row.url for row in found if row.part == 1}
    damaged: dict[int, UnreadableItem] = {}
    for row, body in zip(found, bodies, strict=True):
        if isinstance(body, DamagedBlob):
            damaged.setdefault(row.of, unreadable(addresses[row.of], body))
            continue
        said = extract_capture(source, family, row.final_url, row.headers, body, row.fetched_at)
        read.setdefault(row.of, []).append(said)
    whole = [row for row in pages if row.page_id not in damaged]
    return [
        ExtractedPage(
            row.page_id,
            row.capture_id,
            as_listed_file(fill_from_listing(join_article_pages(first, rest), row.listing), addresses[row.page_id]),
        )
        for row in whole
        for first, *rest in [read[row.page_id]]
    ], damaged


def _body(archive: Archive, digest: str) -> bytes | DamagedBlob:
    try:
        return read_blob(archive, digest)
    except DamagedBlob as error:
        return error


def as_listed_file(read: Extraction, url: str) -> Extraction:
    """A catalog may list a file where others list its page: a document without text, as the listing tells it."""
    if Flag.FILE not in read.flags or "title" not in read.fields:
        return read
    file = Attachment(url, unquote(url.rsplit("/", 1)[-1]))
    return replace(read, kind="document", reason="a listed file", attachments=(file,))


def join_article_pages(first: Extraction, rest: Sequence[Extraction]) -> Extraction:
    """An article of several pages as one: the fields of its first page, the texts and files of all."""
    if not rest:
        return first
    files = unique_attachments(file for extraction in (first, *rest) for file in extraction.attachments)
    text = "\n".join(extraction.text for extraction in (first, *rest) if extraction.text)
    return replace(first, text=text, attachments=files, flags=(*first.flags, Flag.PAGES.of(str(len(rest) + 1))))


def _canonical(source: Source, file: Attachment) -> Attachment:
    try:
        return replace(file, url=source.canonical(file.url))
    except ValueError:
        return file  # no address that could be asked, such as `data:`; the version names it as the page does
