"""Stage two: fetch and store documents. Each consists of its page, its parts (further pages of the article, or frames
that hold its text), the files that it links, and its look (style sheets and pictures).

Each page is read once, in a separate process; the reading is passed on with the stored document.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice

from sqlalchemy import Connection

from etl.archive.crawls.captures import recover_unindexed_logs, store_attempts
from etl.archive.crawls.due import DueFile, DuePage, due_pages
from etl.archive.crawls.pages import upsert_pages, upsert_parts
from etl.archive.crawls.run import ClassifiedAttempt, PageAttempt, RunContext
from etl.archive.records.file_readings import GoodFile, good_files, why_worse
from etl.archive.records.lasting import MISSING, is_lasting, never_came
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import sha256
from etl.archive.storage.log_registry import chain_logs
from etl.fetch.classify import classify_file, classify_read_page, ends_by_status
from etl.fetch.client import Attempt, Fetcher, Request, fetcher
from etl.outcomes import Outcome
from etl.pipeline.documents import ReadPage
from etl.pipeline.reading.page_reading import PageReading, PageToRead
from etl.pipeline.reading.pool import PageReaders, page_readers
from etl.pipeline.stages.looks import LookAttempts, Looks
from etl.pipeline.stages.one_by_one import Put, one_by_one
from etl.pipeline.stages.refused_pages import RefusedPages
from etl.pipeline.stages.sessions import Sessions
from etl.platforms.base import MAX_ARTICLE_PAGES
from etl.platforms.paging.article_pager import may_have_pages
from etl.progress import Counter as ProgressCounter
from etl.progress import ProgressCallback, no_progress
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.web.appearance import Appearance
from etl.web.disposition import saved_name
from etl.web.urls import Address

PAGES_PER_COMMIT = 25
"""Pages stored in one transaction. More would save commits, but after a crash so many may be fetched again."""
MAX_BUFFERED_BYTES = 32_000_000
"""Bytes held in memory before they are stored, even if they belong to fewer pages: files may be large."""
MAX_ARTICLE_BYTES = 100_000_000
"""Maximum bytes of all pages of an article together, as they are stored together. Real articles are far smaller."""
MAX_FILES = 200
"""Maximum number of files fetched for one document; further ones end as `limit`. No page seen links more than 40."""


Attempts = Mapping[Address, Sequence[ClassifiedAttempt]]
"""The attempts for each URL, in the order of the requests."""


@dataclass(frozen=True, slots=True)
class _FetchedDocument:
    """The attempts for a document: for its page, its parts, its files and its look.

    `part_urls`: URLs of all parts in order, fetched or not; None if the page was not searched for parts. `readings`:
    those of the page and its parts, in this order; empty if the document is not to be recorded from them.
    """

    page: DuePage
    attempts: Sequence[ClassifiedAttempt]
    part_urls: tuple[Address, ...] | None = None
    parts: Attempts = field(default_factory=dict)
    files: Attempts = field(default_factory=dict)
    look: Attempts = field(default_factory=dict)
    readings: tuple[PageReading, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all bodies."""
        return _size((self.attempts, *self.parts.values(), *self.files.values(), *self.look.values()))


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document that is stored but not yet recorded: the id of its capture, its pages with their readings, and the
    bytes of its files by SHA-256."""

    page: DuePage
    capture: int
    pages: Sequence[ReadPage]
    files: Mapping[str, bytes]


async def _record_later(documents: Sequence[StoredDocument]) -> None:
    """Drops the readings: the documents are recorded later, from the bucket."""


async def fetch_batches(
    archive: Archive,
    run: RunContext,
    numbers: Sequence[int],
    user_agent: str,
    progress: ProgressCallback = no_progress,
    readers: PageReaders | None = None,
    hand_on: Put[Sequence[StoredDocument]] = _record_later,
) -> Counter[str]:
    """Fetches the pages of the run's batches that have no outcome yet; counts the outcomes of those fetched now.

    Logs that an interrupted attempt left without rows are indexed first, so their pages are not fetched again.
    """
    store = _Store(archive, run, progress)

    async def store_documents(documents: Sequence[_FetchedDocument]) -> None:
        if stored := await asyncio.to_thread(store.documents, documents):
            await hand_on(stored)

    async with fetcher(run.source, archive.hosts, user_agent) as fetch, one_by_one(store_documents) as put:
        buffer = _Buffer(put, store.files)
        fetching = _Fetching(archive, run, fetch, buffer, readers or page_readers())
        due = _DuePages(archive, run, numbers)
        workers = [asyncio.create_task(fetching.fetch_all(due)) for _ in range(run.source.pace.concurrency)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
        await buffer.flush()
    await asyncio.to_thread(chain_logs, archive)
    return store.outcomes


class _DuePages:
    """The pages of batches, as one iterator for several consumers. A batch is loaded when the one before is used up."""

    def __init__(self, archive: Archive, run: RunContext, numbers: Sequence[int]) -> None:
        self._archive, self._run = archive, run
        self._numbers = iter(numbers)
        self._pages: Iterator[DuePage] = iter(())
        self._lock = asyncio.Lock()

    def __aiter__(self) -> "_DuePages":
        return self

    async def __anext__(self) -> DuePage:
        async with self._lock:
            while (page := next(self._pages, None)) is None:
                number = next(self._numbers, None)
                if number is None:
                    raise StopAsyncIteration
                self._pages = iter(await asyncio.to_thread(self._load, number))
        return page

    def _load(self, number: int) -> Sequence[DuePage]:
        recover_unindexed_logs(self._archive, self._run.batch(str(number)))
        return due_pages(self._archive.engine, self._run, number)


class _Store:
    """Stores what was fetched; its methods run in threads. `outcomes` counts the outcomes of documents."""

    def __init__(self, archive: Archive, run: RunContext, progress: ProgressCallback) -> None:
        self._archive, self._run = archive, run
        self._count = ProgressCounter("fetching", None, progress)
        self.outcomes: Counter[str] = Counter()

    def documents(self, documents: Sequence[_FetchedDocument]) -> list[StoredDocument]:
        """Stores documents; returns those that are to be recorded."""
        stored: list[StoredDocument] = []
        for number in dict.fromkeys(document.page.batch for document in documents):
            stored += self._batch(number, [document for document in documents if document.page.batch == number])
        self._count.add(len(documents))
        return stored

    def _batch(self, number: int, documents: Sequence[_FetchedDocument]) -> Iterator[StoredDocument]:
        with self._archive.engine.begin() as connection:
            attempts = list(_page_attempts(connection, self._run, documents))
        ends = store_attempts(self._archive, self._run.batch(str(number)), attempts)
        for document in documents:
            end = ends[document.page.page_id]
            self.outcomes[end.outcome] += 1
            if end.outcome is Outcome.STORED and document.readings:
                yield _stored(document, end.capture)

    def files(self, files: Attempts, number: int, kind: str) -> None:
        """Stores files or the look of a document of which not all is fetched yet."""
        with self._archive.engine.begin() as connection:
            page_ids = upsert_pages(connection, self._run.source.id, kind, files)
        attempts = [PageAttempt(page_ids[url], item) for url in files for item in files[url]]
        store_attempts(self._archive, self._run.batch(str(number)), attempts)


def _stored(document: _FetchedDocument, capture: int) -> StoredDocument:
    last = (attempts[-1] for attempts in (document.attempts, *document.parts.values()))
    read = zip((each.attempt for each in last if each.outcome is None), document.readings, strict=True)
    pages = [ReadPage(answer.url, answer.headers, reading) for answer, reading in read]
    bodies = [attempts[-1].attempt.body for attempts in document.files.values()]
    return StoredDocument(document.page, capture, pages, {sha256(body): body for body in bodies if body})


class _Buffer:
    """Collects fetched documents into groups of `PAGES_PER_COMMIT`, or of about `MAX_BUFFERED_BYTES`.

    One group is stored while the next is collected. If that is full too, all callers wait.
    """

    def __init__(self, put: Put[Sequence[_FetchedDocument]], store_files: Callable[[Attempts, int, str], None]) -> None:
        self._put, self._store_files = put, store_files
        self._documents: list[_FetchedDocument] = []
        self._lock = asyncio.Lock()

    async def add(self, document: _FetchedDocument) -> None:
        """Adds a document; stores the group if it is full."""
        async with self._lock:
            self._documents.append(document)
            full = sum(item.size for item in self._documents) > MAX_BUFFERED_BYTES
            if full or len(self._documents) == PAGES_PER_COMMIT:
                await self._flush()

    async def add_files(self, files: dict[Address, list[ClassifiedAttempt]], batch: int, kind: str = "file") -> bool:
        """If the files take much memory, stores them before their document is finished and empties the mapping.
        Returns whether it did."""
        if _size(files.values()) <= MAX_BUFFERED_BYTES:
            return False
        async with self._lock:
            await asyncio.to_thread(self._store_files, files, batch, kind)
        files.clear()
        return True

    async def flush(self) -> None:
        """Stores what is left."""
        async with self._lock:
            await self._flush()

    async def _flush(self) -> None:
        # In the order of the list, not of the answers: records of one group then get their numbers in that order.
        documents, self._documents = sorted(self._documents, key=lambda item: item.page.page_id), []
        if documents:
            await self._put(documents)


def _size(attempts: Iterable[Sequence[ClassifiedAttempt]]) -> int:
    """Bytes of all bodies."""
    return sum(len(item.attempt.body or b"") for each in attempts for item in each)


_NOT_READ = PageReading()
"""The reading of a page that was not read, because its bytes are unchanged or its status is enough."""


class _Fetching:
    """Fetches documents. A file that several documents link is fetched once."""

    def __init__(
        self, archive: Archive, run: RunContext, fetch: Fetcher, buffer: _Buffer, readers: PageReaders
    ) -> None:
        self._source, self._fetcher, self._buffer, self._readers = run.source, fetch, buffer, readers
        self._requested_files: set[str] = set()
        self._sessions, self._refused = Sessions(run.source, fetch), RefusedPages(archive.engine, run, readers)
        self._good_files = partial(good_files, archive.engine, run.source.id)
        self._is_lasting = partial(is_lasting, archive.engine, run.source.id)
        self._never_came = partial(never_came, archive.engine, run.source.id)
        self._why_worse = partial(why_worse, archive)
        self._looks = Looks(archive.engine, run, fetch, self._requested_files)

    async def fetch_all(self, pages: _DuePages) -> None:
        """Fetches documents one after the other and adds them to the buffer."""
        async for page in pages:
            # In its own task, because the permission to hold a large body ends with the task (`etl.fetch.in_flight`).
            task = asyncio.create_task(self._fetch(page))
            try:
                await task
            finally:
                task.cancel()

    async def _fetch(self, page: DuePage) -> None:
        await self._buffer.add(await self._document(page))

    async def _document(self, page: DuePage) -> _FetchedDocument:
        attempts, reading = await self._page(page)
        outcome = attempts[-1].outcome
        if outcome is Outcome.NOT_MODIFIED or (outcome is None and reading is _NOT_READ):
            return await self._unchanged(page, attempts)
        if outcome is not None:
            return _FetchedDocument(page, attempts)
        document = await self._with_parts(page, attempts, reading.parts)
        if document.attempts[-1].outcome is not None:
            return document
        return await self._with_files(replace(document, readings=(reading, *document.readings)), reading.look)

    async def _page(self, page: DuePage) -> tuple[list[ClassifiedAttempt], PageReading]:
        """The attempts for the document's page, and the reading of the last answer."""
        answers = await self._request(page.url, page.headers)
        classified = [await self._classify(answer, page.digest) for answer in answers]
        last, reading = classified[-1]
        if await self._sessions.may_answer_now(last, reading.extraction):
            again = await self._request(page.url, page.headers)
            classified += [await self._classify(answer, page.digest) for answer in again]
        last, reading = await self._refused.judge(page, *classified[-1])
        if last.outcome is None and reading.pager_error:
            reason = encode_reason(Code.ARTICLE_PAGE_FAILED, page=2, url=page.url, reason=reading.pager_error)
            last = replace(last, outcome=Outcome.NETWORK_ERROR, reason=reason)
        return [*(attempt for attempt, _ in classified[:-1]), last], reading

    async def _with_files(self, document: _FetchedDocument, look: Appearance) -> _FetchedDocument:
        """Fetches the files that the document links, and its look."""
        files, all_here = await self._fetch_files(document.page, _files(document))
        look_attempts = await self._looks.fetch(look, partial(self._store_look, document.page.batch))
        return replace(document, files=files, look=look_attempts, readings=document.readings if all_here else ())

    async def _store_look(self, batch: int, attempts: LookAttempts) -> None:
        await self._buffer.add_files(attempts, batch, "resource")

    async def _unchanged(self, page: DuePage, attempts: list[ClassifiedAttempt]) -> _FetchedDocument:
        """Fetches the known parts and files of a page that did not change. If it has no known parts but may have some
        (its record is not known to be whole), it is read again to find them."""
        parts: Sequence[Address] = page.parts
        if not (parts or page.is_whole) and _may_have_parts(page, attempts[-1].attempt.body or b""):
            parts = (await self._classify(attempts[-1].attempt))[1].parts
        document = await self._with_parts(page, attempts, parts)
        files, _ = await self._fetch_files(page, page.files)
        return replace(document, files=files, readings=())

    async def _classify(self, answer: Attempt, digest: str | None = None) -> tuple[ClassifiedAttempt, PageReading]:
        """The attempt with its outcome, and the reading of its page.

        `digest`: SHA-256 of the bytes that were read before; a body with these bytes is not read again.
        """
        reading = _NOT_READ
        if not ends_by_status(answer) and (digest is None or sha256(answer.body or b"") != digest):
            to_read = PageToRead.of(answer.final_url, answer.headers, answer.fetched_at, answer.status)
            reading = await asyncio.wrap_future(self._readers.submit(self._source, to_read, answer.body or b""))
        outcome, reason = classify_read_page(answer, reading.refusal, readable=reading.readable)
        return ClassifiedAttempt(answer, outcome, reason), reading

    async def _with_parts(
        self, page: DuePage, attempts: list[ClassifiedAttempt], part_urls: Sequence[Address]
    ) -> _FetchedDocument:
        """Fetches the document's parts; `readings` of the result has those of the parts only.

        If a part fails, the document's last attempt gets the outcome of that part: an incomplete article is not stored
        as the document, and all its pages are fetched again. One that has been missing ever since is left out.
        """
        parts: dict[Address, list[ClassifiedAttempt]] = {}
        readings: list[PageReading] = []
        urls = list(part_urls)
        for url in urls:  # `urls` grows in the loop: some pagers link the next page only
            classified = [await self._classify(answer) for answer in await self._request(url)]
            parts[url] = [attempt for attempt, _ in classified]
            last, reading = classified[-1]
            if last.outcome in MISSING and await asyncio.to_thread(self._never_came, last.attempt):
                continue
            readings.append(reading)
            if _size((attempts, *parts.values())) > MAX_ARTICLE_BYTES:
                reason = encode_reason(Code.BODY_OVER_LIMIT, limit=MAX_ARTICLE_BYTES)
                last = replace(last, outcome=Outcome.TOO_LARGE, reason=reason)
            if last.outcome is not None:
                number = len(parts) + 1
                reason = encode_reason(Code.ARTICLE_PAGE_FAILED, page=number, url=url, reason=last.reason)
                attempts = [*attempts[:-1], replace(attempts[-1], outcome=last.outcome, reason=reason)]
                break
            further = (part for part in reading.further_pages if part not in urls and part != page.url)
            urls += islice(further, MAX_ARTICLE_PAGES - len(urls))
        return _FetchedDocument(page, attempts, tuple(urls), parts, readings=tuple(readings))

    async def _fetch_files(self, page: DuePage, files: Iterable[DueFile]) -> tuple[Attempts, bool]:
        """Fetches the files that this run has not requested yet. Returns the attempts that still have to be stored, and
        whether they are of all files of the document.

        If not, some files were too large to hold in memory, or are being fetched for another document: this document is
        then recorded at the end, from the bucket. A file that fails does not fail the document.
        """
        attempts: dict[Address, list[ClassifiedAttempt]] = {}
        all_here = True
        files = list(files)
        good = await asyncio.to_thread(self._good_files, [file.url for file in files]) if files else {}
        for number, file in enumerate(files):
            if file.url in self._requested_files:
                all_here = False
                continue
            if number >= MAX_FILES:
                attempts[file.url] = [ClassifiedAttempt.over_limit(file.url, Code.FILES_OVER_LIMIT, MAX_FILES)]
                continue
            self._requested_files.add(file.url)
            attempts[file.url] = await self._fetch_file(file, good.get(file.url))
            if await self._sessions.may_answer_now(attempts[file.url][-1]):
                attempts[file.url] += await self._fetch_file(file, good.get(file.url))
            if await self._buffer.add_files(attempts, page.batch):
                all_here = False
        return attempts, all_here

    async def _fetch_file(self, file: DueFile, good: GoodFile | None) -> list[ClassifiedAttempt]:
        answers = await self._request(file.url, file.headers)
        return [await self._classify_file(answer, good) for answer in answers]

    async def _classify_file(self, answer: Attempt, good: GoodFile | None) -> ClassifiedAttempt:
        """The attempt with its outcome. `good`: the file that the archive holds, which nothing worse replaces that the
        site has not sent for long."""
        outcome, reason = classify_file(answer)
        body = answer.body or b""
        if outcome is None and good and sha256(body) != good.digest:
            name = saved_name(answer.headers) or answer.url.rsplit("/", 1)[-1]
            worse = await asyncio.to_thread(self._why_worse, good, body, name)
            if worse and not await asyncio.to_thread(self._is_lasting, answer):
                outcome, reason = Outcome.NOT_A_FILE, worse
        return ClassifiedAttempt(answer, outcome, reason)

    async def _request(self, url: str, headers: Mapping[str, str] | None = None) -> list[Attempt]:
        return await self._fetcher.fetch(Request(url, headers=headers))


def _may_have_parts(page: DuePage, body: bytes) -> bool:
    """Whether the page may have a frame or a pager: a quick check that avoids reading most pages."""
    return (not page.files and b"<iframe" in body.lower()) or may_have_pages(page.url, body)


def _files(document: _FetchedDocument) -> list[DueFile]:
    """The files that the document's pages link. For files that it linked before, with headers for a conditional
    request."""
    known = {file.url: file for file in document.page.files}
    urls = dict.fromkeys(url for reading in document.readings for url in reading.files)
    return [known.get(url) or DueFile(url) for url in urls]


def _page_attempts(
    connection: Connection, run: RunContext, documents: Sequence[_FetchedDocument]
) -> Iterator[PageAttempt]:
    """All attempts with the ids of their pages; for each document those of its page, parts, files and look, in this
    order."""
    articles = {document.page.page_id: document.part_urls for document in documents if document.part_urls is not None}
    page_ids = upsert_parts(connection, run.source.id, articles)
    page_ids |= upsert_pages(
        connection, run.source.id, "file", (url for document in documents for url in document.files)
    )
    page_ids |= upsert_pages(
        connection, run.source.id, "resource", (url for document in documents for url in document.look)
    )
    for document in documents:
        for item in document.attempts:
            yield PageAttempt(document.page.page_id, item)
        for url, attempts in chain(document.parts.items(), document.files.items(), document.look.items()):
            for item in attempts:
                yield PageAttempt(page_ids[url], item)
