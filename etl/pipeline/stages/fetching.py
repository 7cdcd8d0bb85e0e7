"""Stage two: fetch a batch of pages, each with the further pages of its article and the files that it links."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sqlalchemy import Connection

from etl.archive.crawls.captures import recover_unindexed_logs, store_attempts
from etl.archive.crawls.due import DueFile, DuePage, due_pages
from etl.archive.crawls.pages import upsert_article_pages, upsert_file_pages
from etl.archive.crawls.run import ClassifiedAttempt, PageAttempt, RunContext
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import sha256
from etl.archive.storage.log_registry import chain_logs
from etl.fetch.classify import classify, classify_file
from etl.fetch.client import Attempt, Fetcher, Request, fetcher
from etl.outcomes import Outcome
from etl.pipeline.interpreting import find_linked_files, find_text_frames
from etl.platforms.base import MAX_ARTICLE_PAGES, UNREADABLE, Platform
from etl.platforms.registry import family_of
from etl.progress import Counter as ProgressCounter
from etl.progress import ProgressCallback, no_progress
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.web.page import read_document
from etl.web.urls import Address

PAGES_PER_COMMIT = 25
"""Pages stored in one transaction: what is fetched again at most after a crash, against the cost of a commit."""
MAX_BUFFERED_BYTES = 32_000_000
"""Bytes held in memory before they are stored, however few pages they belong to: files may be large."""
MAX_ARTICLE_BYTES = 100_000_000
"""Bytes of all pages of an article, which are stored together; texts are far smaller."""
MAX_FILES = 200
"""Files of one document that are fetched; none of the saved pages links more than 40."""


Attempts = Mapping[Address, Sequence[ClassifiedAttempt]]
"""The attempts for each URL, in the order of the requests."""

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class _FetchedDocument:
    """The attempts for a document: for its page, for further pages of its article, and for its files.

    `part_urls` are the URLs of all further pages in order, whether they were fetched or not; None where they were not
    looked for.
    """

    page: DuePage
    attempts: Sequence[ClassifiedAttempt]
    part_urls: tuple[Address, ...] | None = None
    parts: Attempts = field(default_factory=dict)
    files: Attempts = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of all bodies."""
        return _size((self.attempts, *self.parts.values(), *self.files.values()))


async def fetch_batch(
    archive: Archive, run: RunContext, number: int, user_agent: str, progress: ProgressCallback = no_progress
) -> Counter[str]:
    """Fetches the pages of the run's batch that have no outcome yet; counts the outcomes of those fetched now.

    Logs that an interrupted attempt left without rows are indexed first, so their pages are not fetched again.
    """
    batch = run.batch(str(number))
    recover_unindexed_logs(archive, batch)
    due = due_pages(archive.engine, run, number)
    outcomes: Counter[str] = Counter()
    count = ProgressCounter("fetching", len(due), progress)

    def store(documents: Sequence[_FetchedDocument]) -> None:
        with archive.engine.begin() as connection:
            attempts = [item for document in documents for item in _page_attempts(connection, run, document)]
        stored = store_attempts(archive, batch, attempts)
        outcomes.update(stored[document.page.page_id] for document in documents)
        count.add(len(documents))

    def store_files(files: Attempts) -> None:
        with archive.engine.begin() as connection:
            page_ids = upsert_file_pages(connection, run.source.id, files)
        store_attempts(archive, batch, [PageAttempt(page_ids[url], item) for url in files for item in files[url]])

    buffer = _Buffer(store, store_files)
    async with fetcher(run.source, archive.hosts, user_agent) as fetch:
        fetching = _Fetching(run, fetch, buffer)
        tasks = [asyncio.create_task(fetching.fetch(page)) for page in due]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
    await buffer.flush()
    await asyncio.to_thread(chain_logs, archive)
    return outcomes


class _Buffer:
    """What is fetched and not yet stored: at most `PAGES_PER_COMMIT` documents, or about `MAX_BUFFERED_BYTES`.

    One transaction at a time; whoever brings more waits for it.
    """

    def __init__(
        self, store: Callable[[Sequence[_FetchedDocument]], None], store_files: Callable[[Attempts], None]
    ) -> None:
        self._store, self._store_files = store, store_files
        self._documents: list[_FetchedDocument] = []
        self._lock = asyncio.Lock()

    async def add(self, document: _FetchedDocument) -> None:
        """Takes a document, and stores all that it has when it is full."""
        async with self._lock:
            self._documents.append(document)
            full = sum(item.size for item in self._documents) > MAX_BUFFERED_BYTES
            if full or len(self._documents) == PAGES_PER_COMMIT:
                await self._flush()

    async def add_files(self, files: dict[Address, list[ClassifiedAttempt]]) -> None:
        """Stores files of a document that is not finished, and empties the mapping, when they take much memory."""
        if _size(files.values()) > MAX_BUFFERED_BYTES:
            async with self._lock:
                await asyncio.to_thread(self._store_files, files)
            files.clear()

    async def flush(self) -> None:
        """Stores all that is left."""
        async with self._lock:
            await self._flush()

    async def _flush(self) -> None:
        documents, self._documents = self._documents, []
        if documents:
            await asyncio.to_thread(self._store, documents)


def _size(attempts: Iterable[Sequence[ClassifiedAttempt]]) -> int:
    """Bytes of all bodies."""
    return sum(len(item.attempt.body or b"") for each in attempts for item in each)


class _Fetching:
    """Fetches the documents of one batch, as many at once as requests. A file that several link is fetched once.

    Pages are read in a thread, so that the answers to other requests do not wait; one at a time, for the memory.
    """

    def __init__(self, run: RunContext, fetch: Fetcher, buffer: _Buffer) -> None:
        self._source, self._fetcher, self._buffer = run.source, fetch, buffer
        self._family: Platform | None = family_of(run.source)
        self._requested_files: set[str] = set()
        self._documents = asyncio.Semaphore(run.source.pace.concurrency)
        self._reading = asyncio.Lock()

    async def fetch(self, page: DuePage) -> None:
        """Fetches a document and hands it to the buffer."""
        async with self._documents:
            await self._buffer.add(await self._document(page))

    async def _read(self, function: Callable[..., Found], *arguments: object) -> Found:
        async with self._reading:
            return await asyncio.to_thread(function, *arguments)

    async def _document(self, page: DuePage) -> _FetchedDocument:
        attempts = [
            ClassifiedAttempt(answer, *classify(answer)) for answer in await self._request(page.url, page.headers)
        ]
        last = attempts[-1]
        unchanged = last.outcome is None and sha256(last.attempt.body or b"") == page.digest
        if unchanged or last.outcome is Outcome.NOT_MODIFIED:
            # A page whose frames were not looked for yet is read again, though it did not change.
            parts: Sequence[Address] = page.parts
            if not parts and not page.files:
                parts = await self._read(find_text_frames, self._source, self._family, last.attempt)
            document = await self._with_parts(page, attempts, parts)
            return replace(document, files=await self._fetch_files(page.files))
        if last.outcome is not None:
            return _FetchedDocument(page, attempts)
        try:
            parts = await self._read(self._find_parts, last.attempt)
        except UNREADABLE as error:
            reason = encode_reason(Code.ARTICLE_PAGE_FAILED, page=2, url=page.url, reason=error)
            return _FetchedDocument(page, [*attempts[:-1], replace(last, outcome=Outcome.NETWORK_ERROR, reason=reason)])
        document = await self._with_parts(page, attempts, parts)
        if document.attempts[-1].outcome is not None:
            return document
        return replace(document, files=await self._fetch_files(await self._read(self._find_files, document)))

    def _find_parts(self, answer: Attempt) -> Sequence[Address]:
        """URLs of the further pages of the article that begins on this page, or of the frames that hold its text.

        Raises one of `UNREADABLE` where the pages cannot be known.
        """
        parts: list[Address] = []
        if self._family is not None:
            page = read_document(answer.body or b"", answer.final_url, answer.header("content-type"))
            parts = [self._source.canonical(url) for url in self._family.article_pages(page)[:MAX_ARTICLE_PAGES]]
        return parts or find_text_frames(self._source, self._family, answer)

    def _find_files(self, document: _FetchedDocument) -> Sequence[DueFile]:
        """The files that the document's pages link; conditional requests for those that it linked before."""
        answers = [attempts[-1].attempt for attempts in (document.attempts, *document.parts.values())]
        known = {file.url: file for file in document.page.files}
        urls = dict.fromkeys(url for answer in answers for url in find_linked_files(self._source, self._family, answer))
        return [known.get(url) or DueFile(url) for url in list(urls)[:MAX_FILES]]

    async def _with_parts(
        self, page: DuePage, attempts: list[ClassifiedAttempt], part_urls: Sequence[Address]
    ) -> _FetchedDocument:
        """Fetches the further pages of the article.

        If one of them fails, the document's last attempt gets its outcome: an article that lacks a page is not the
        article, and all of it is fetched again.
        """
        parts: dict[Address, list[ClassifiedAttempt]] = {}
        for url in part_urls:
            parts[url] = [ClassifiedAttempt(answer, *classify(answer)) for answer in await self._request(url)]
            last = parts[url][-1]
            if _size((attempts, *parts.values())) > MAX_ARTICLE_BYTES:
                reason = encode_reason(Code.BODY_OVER_LIMIT, limit=MAX_ARTICLE_BYTES)
                last = replace(last, outcome=Outcome.TOO_LARGE, reason=reason)
            if last.outcome is not None:
                number = len(parts) + 1
                reason = encode_reason(Code.ARTICLE_PAGE_FAILED, page=number, url=url, reason=last.reason)
                attempts = [*attempts[:-1], replace(attempts[-1], outcome=last.outcome, reason=reason)]
                break
        return _FetchedDocument(page, attempts, tuple(part_urls), parts)

    async def _fetch_files(self, files: Iterable[DueFile]) -> Attempts:
        """Fetches the files not requested before, and returns those that are not stored yet. A file that fails does not
        fail the document."""
        attempts: dict[Address, list[ClassifiedAttempt]] = {}
        for file in files:
            if file.url not in self._requested_files:
                self._requested_files.add(file.url)
                answers = await self._request(file.url, file.headers)
                attempts[file.url] = [ClassifiedAttempt(answer, *classify_file(answer)) for answer in answers]
                await self._buffer.add_files(attempts)
        return attempts

    async def _request(self, url: str, headers: Mapping[str, str] | None = None) -> list[Attempt]:
        return await self._fetcher.fetch(Request(url, headers=headers))


def _page_attempts(connection: Connection, run: RunContext, document: _FetchedDocument) -> Iterator[PageAttempt]:
    """All attempts with the ids of their pages: those for the document's page, for its parts, and for its files."""
    page_ids: dict[Address, int] = {}
    if document.part_urls is not None:
        page_ids |= upsert_article_pages(connection, run.source.id, document.page.page_id, document.part_urls)
    page_ids |= upsert_file_pages(connection, run.source.id, document.files)
    for item in document.attempts:
        yield PageAttempt(document.page.page_id, item)
    for url, attempts in (*document.parts.items(), *document.files.items()):
        for item in attempts:
            yield PageAttempt(page_ids[url], item)
