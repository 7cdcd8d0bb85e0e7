"""Extracts captures: pages, articles of several pages, and the files that they link."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from etl.archive.crawls.unread import captures_to_read
from etl.archive.records.extracted_pages import ExtractedPage, fill_from_listing
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import UnreadableItem, read_blob, unreadable
from etl.archive.storage.bucket import DamagedBlob
from etl.clock import CHINA
from etl.extract import Attachment, Belief, Extraction, Flag, extract, file_flags, unique_attachments
from etl.fetch.client import Attempt
from etl.platforms.base import Platform
from etl.platforms.registry import family_of
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.sources.schema import Source
from etl.web.disposition import saved_name
from etl.web.urls import Address

MAX_READ_AHEAD_BYTES = 32_000_000
"""Bytes of pages that are read before their turn to be extracted."""


def extract_capture(
    source: Source,
    family: Platform | None,
    url: str,
    headers: Iterable[Sequence[str]],
    body: bytes,
    fetched_at: datetime,
) -> Extraction:
    """Extracts a page that was fetched at that time from `url`, with those response headers (name, value).

    The files that it links get their canonical URLs.
    """
    content_type = next((value for name, value in headers if name.lower() == "content-type"), "")
    extraction = extract(body, url, content_type, family, fetched_at.astimezone(CHINA).date(), source.lookups)
    files = unique_attachments(_canonical(source, file) for file in extraction.attachments)
    return replace(extraction, attachments=files)


def find_linked_files(source: Source, family: Platform | None, answer: Attempt) -> tuple[Address, ...]:
    """The canonical URLs of the files that a fetched page links, each once."""
    page = extract_capture(source, family, answer.final_url, answer.headers, answer.body or b"", answer.fetched_at)
    return _addresses(source, (file.url for file in page.attachments))


def find_text_frames(source: Source, family: Platform | None, answer: Attempt) -> tuple[Address, ...]:
    """The canonical URLs of the frames that hold the text of a fetched page, on hosts of the source."""
    if b"<iframe" not in (answer.body or b"").lower():
        return ()
    page = extract_capture(source, family, answer.final_url, answer.headers, answer.body or b"", answer.fetched_at)
    return _addresses(source, filter(source.allows, page.frames))


def _addresses(source: Source, urls: Iterable[str]) -> tuple[Address, ...]:
    """The canonical URLs, each once. What is no http(s) address, or is too long for one, cannot be fetched."""
    found: dict[Address, None] = {}
    for url in urls:
        with suppress(ValueError):
            found[source.canonical(url)] = None
    return tuple(found)


def extract_pages(
    archive: Archive, pool: Executor, source: Source, pages: Sequence[Any]
) -> tuple[list[ExtractedPage], dict[int, UnreadableItem]]:
    """Extracts captures of documents; `pages` are rows with `page_id`, `capture_id` and `listing` (listed fields).

    Returns the extractions, and by page id the documents of which some bytes are damaged. An article is extracted as
    it was at the time of the capture: each further page in its last capture before the first page was fetched again.
    Bodies are read in the threads of `pool`.
    """
    family = family_of(source)
    with archive.engine.connect() as connection:
        captures = captures_to_read(connection, pages)
    first_pages = {capture.of: (capture.url, capture.headers) for capture in captures if capture.part == 1}
    articles: dict[int, list[Extraction]] = {}
    damaged: dict[int, UnreadableItem] = {}
    for capture, body in _with_bodies(archive, pool, captures):
        if isinstance(body, DamagedBlob):
            damaged.setdefault(capture.of, unreadable(first_pages[capture.of][0], body))
            continue
        page = extract_capture(source, family, capture.final_url, capture.headers, body, capture.fetched_at)
        if capture.part > 1 and Flag.FILE in page.flags:
            page = replace(page, attachments=(_file_at(capture.url, capture.headers),))
        articles.setdefault(capture.of, []).append(page)
    extracted = []
    for row in pages:
        if row.page_id not in damaged:
            article = fill_from_listing(join_article_pages(articles[row.page_id]), row.listing, source.lookups)
            document = _as_listed_file(article, *first_pages[row.page_id])
            extracted.append(ExtractedPage(row.page_id, row.capture_id, document))
    return extracted, damaged


def _with_bodies(
    archive: Archive, pool: Executor, captures: Sequence[Any]
) -> Iterator[tuple[Any, bytes | DamagedBlob]]:
    """Each capture with its bytes, read ahead as far as `MAX_READ_AHEAD_BYTES` allow."""
    waiting: deque[tuple[Any, Future[bytes | DamagedBlob]]] = deque()
    ahead = 0
    for capture in captures:
        while waiting and ahead + capture.size > MAX_READ_AHEAD_BYTES:
            before, body = waiting.popleft()
            yield before, body.result()
            ahead -= before.size
        waiting.append((capture, pool.submit(_body, archive, capture.blob_sha256)))
        ahead += capture.size
    while waiting:
        before, body = waiting.popleft()
        yield before, body.result()


def _body(archive: Archive, digest: str) -> bytes | DamagedBlob:
    try:
        return read_blob(archive, digest)
    except DamagedBlob as error:
        return error


_OF_ITS_OWN = frozenset((Flag.NO_TEXT, Flag.ATTACHMENTS_ONLY, Flag.IMAGES_ONLY))
"""Flags that say what a single page consists of."""


def join_article_pages(pages: Sequence[Extraction]) -> Extraction:
    """One extraction of an article of several pages: the fields of its first page, the texts and files of all.

    Where the first page shows the others as frames, fields that it lacks are those that their texts state.
    """
    first = pages[0]
    if len(pages) == 1:
        return first
    files = unique_attachments(file for page in pages for file in page.attachments)
    text = "\n".join(page.text for page in pages if page.text)
    flags = (*(flag for flag in first.flags if flag not in _OF_ITS_OWN), *file_flags(text, files))
    joined = replace(first, text=text, attachments=files, flags=(*flags, Flag.PAGES.of(str(len(pages)))))
    if not first.frames:
        return joined
    stated = {
        name: (value, page.beliefs[name])
        for page in reversed(pages[1:])
        for name, value in page.fields.items()
        if name not in first.fields and value.origin in ("header", "body")
    }
    values = {name: value for name, (value, _) in stated.items()}
    disputed = (Flag.DISPUTED_VALUE.of(name) for name, (_, belief) in stated.items() if belief == Belief.DISPUTED)
    return replace(
        joined,
        fields={**first.fields, **values},
        evidence=(*first.evidence, *values.values()),
        flags=(*joined.flags, *disputed),
        beliefs={**first.beliefs, **{name: belief for name, (_, belief) in stated.items()}},
    )


def _as_listed_file(extraction: Extraction, url: str, headers: Iterable[Sequence[str]]) -> Extraction:
    """A catalog may list a file instead of a page. It becomes a document with the listed fields, and without text."""
    if Flag.FILE not in extraction.flags or "title" not in extraction.fields:
        return extraction
    return replace(
        extraction, kind="document", reason=encode_reason(Code.LISTED_FILE), attachments=(_file_at(url, headers),)
    )


def _file_at(url: str, headers: Iterable[Sequence[str]]) -> Attachment:
    return Attachment(url, saved_name(headers) or unquote(url.rsplit("/", 1)[-1]))


def _canonical(source: Source, file: Attachment) -> Attachment:
    try:
        return replace(file, url=source.canonical(file.url))
    except ValueError:
        return file  # not an http(s) address, such as `data:`; the version names it as the page does
