"""Reads a fetched page once: whether it refuses the document, on which pages the document continues, which files it
links, and its extraction."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

from etl import extract as rules  # loaded when a page is read: the parent of reading processes needs only types
from etl.clock import CHINA
from etl.extract import Attachment, Extraction, unique_attachments
from etl.extract.content_id import normalise
from etl.extract.similarity import bands_of_normalised
from etl.fetch.refusals import Refusal, may_refuse, refusal_of
from etl.file_signatures import is_document_file
from etl.outside import Outside
from etl.platforms.base import MAX_ARTICLE_PAGES, UNREADABLE, Platform
from etl.sources.schema import Source
from etl.web.appearance import NO_APPEARANCE, Appearance, appearance_of
from etl.web.page import is_readable, read_document
from etl.web.urls import Address


@dataclass(frozen=True, slots=True)
class PageToRead:
    """What is needed to read a body: its address, its `Content-Type`, the day of the capture in China, and the HTTP
    status. The status is None for a stored page, which was classified when it was fetched."""

    url: str
    content_type: str
    captured_on: date
    status: int | None

    @classmethod
    def of(
        cls, url: str, headers: Iterable[Sequence[str]], fetched_at: datetime, status: int | None = None
    ) -> "PageToRead":
        """Made from an answer; `headers` are (name, value) pairs."""
        content_type = next((value for name, value in headers if name.lower() == "content-type"), "")
        return cls(url, content_type, fetched_at.astimezone(CHINA).date(), status)


@dataclass(frozen=True, slots=True)
class PageReading(Outside):
    """The result of reading one page.

    `refusal`: why the page refuses the document, if it does. `readable`: whether the body is of a type that can be
    read. A page that refuses or is not readable is not extracted.

    `further_pages` of its article, `frames` that hold its text, `files` that it links and the style sheets and pictures
    of its `look` are canonical addresses. `pager_error`: why the further pages could not be determined. `bands`: for
    finding near duplicates of a document's text (`etl.extract.similarity`). `extraction`: None if the page was not
    extracted, or if that failed; `failure`, a stored reason, then says why.
    """

    TEXTS = frozenset({"pager_error", "failure"})
    refusal: Refusal | None = None
    readable: bool = True
    further_pages: tuple[Address, ...] = ()
    frames: tuple[Address, ...] = ()
    files: tuple[Address, ...] = ()
    look: Appearance = NO_APPEARANCE
    pager_error: str = ""
    bands: tuple[int, ...] = ()
    extraction: Extraction | None = None
    failure: str = ""

    @property
    def parts(self) -> tuple[Address, ...]:
        """The other pages of the document."""
        return self.further_pages or self.frames


def read_fetched_page(source: Source, family: Platform | None, to_read: PageToRead, body: bytes) -> PageReading:
    """Reads a page. Pure; raises nothing, whatever the bytes."""
    if is_document_file(body):
        return PageReading(extraction=extract_page(source, family, to_read, body))
    page = read_document(body, to_read.url, to_read.content_type)
    if to_read.status is not None:
        if may_refuse(body) and (refusal := refusal_of(page, to_read.status)):
            return PageReading(refusal)
        if to_read.status >= 300 or not is_readable(body, to_read.content_type):
            return PageReading(readable=False)
    # Must come before extraction, which changes the tree.
    look = (
        _look(source, appearance_of(page)) if source.limits.resources and to_read.status is not None else NO_APPEARANCE
    )
    further: list[Address] = []
    pager_error = ""
    try:
        if family is not None:
            further = [source.canonical(url) for url in family.article_pages(page)[:MAX_ARTICLE_PAGES]]
    except UNREADABLE as error:
        pager_error = str(error) or type(error).__name__
    extraction = _as_source(source, rules.read_stages(page, family, to_read.captured_on, source.lookups).extraction)
    further = further or list(_addresses(source, filter(source.allows, extraction.further_pages)))
    frames = _addresses(source, filter(source.allows, extraction.frames))
    files = _addresses(source, (file.url for file in extraction.attachments))
    bands = tuple(bands_of_normalised(normalise(extraction.text))) if extraction.kind == "document" else ()
    return PageReading(None, True, tuple(further), frames, files, look, pager_error, bands, extraction)


def extract_page(source: Source, family: Platform | None, to_read: PageToRead, body: bytes) -> Extraction:
    """Extracts a page that does not refuse the document. The files that it links get their canonical URLs."""
    extraction = rules.extract(body, to_read.url, to_read.content_type, family, to_read.captured_on, source.lookups)
    return _as_source(source, extraction)


def _as_source(source: Source, extraction: Extraction) -> Extraction:
    files = unique_attachments(_canonical(source, file) for file in extraction.attachments)
    return extraction if files == extraction.attachments else replace(extraction, attachments=files)


def _canonical(source: Source, file: Attachment) -> Attachment:
    try:
        url = source.canonical(file.url)
    except ValueError:
        return file  # not an http(s) address, such as `data:`; the version names it as the page does
    return file if url == file.url else replace(file, url=url)


def _look(source: Source, look: Appearance) -> Appearance:
    return Appearance(_addresses(source, look.styles), _addresses(source, look.pictures))


def _addresses(source: Source, urls: Iterable[str]) -> tuple[Address, ...]:
    """The canonical URLs, each once. Leaves out what cannot be fetched: not http(s), or too long."""
    addresses: dict[Address, None] = {}
    for url in urls:
        with suppress(ValueError):
            addresses[source.canonical(url)] = None
    return tuple(addresses)
