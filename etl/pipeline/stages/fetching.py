"""Stage two: fetch a batch of pages, and with each the further pages of its article and the files that it links."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Engine, select

from etl.archive.crawls.captures import ClassifiedAttempt, recover_unindexed_logs, store_attempts
from etl.archive.crawls.run import RunContext
from etl.archive.crawls.runs import upsert_article_pages, upsert_file_pages
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import sha256
from etl.archive.storage.models import Blob, Host, Page, PageFile, RunPage
from etl.fetch.classify import classify, classify_file
from etl.fetch.client import Attempt, Fetcher, Request, fetcher
from etl.outcomes import Outcome
from etl.pipeline.interpreting import find_linked_files
from etl.platforms.base import Platform
from etl.platforms.registry import family_of
from etl.web.page import read_page
from etl.web.urls import host_of

PAGES_PER_COMMIT = 25
"""Pages saved in one transaction: what is fetched again at most after a crash, against the cost of a commit."""
MAX_BUFFERED_BYTES = 64_000_000
"""Bytes that are held before they are saved, however few pages they belong to: files may be large."""
TRUSTED_AFTER = 3
"""Unchanged validators seen with unchanged bytes before a host's 304 is believed, provided it never lied."""
VERIFY_EVERY = 5
"""Of the pages of a believed host one in so many is fetched whole all the same, to catch a host that began to lie."""
MAX_ARTICLE_PAGES = 50
"""Pages of one article that are followed; a pager that counts further is broken."""
MAX_FILES = 200
"""Files of one document that are fetched; none of the saved pages links more than 40."""

Tell = Callable[[int], None]
"""Called with the number of pages done since the last call."""


@dataclass(frozen=True, slots=True)
class _Due:
    """A page to ask for; `parts` and `files` are what it was known to consist of when it was last read."""

    page_id: int
    url: str
    headers: Mapping[str, str]
    digest: str | None = None
    """SHA-256 of the bytes that it had when it was last read."""
    parts: tuple[str, ...] = ()
    files: tuple["_Due", ...] = ()


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A page with the further pages of its article: all their addresses in order (None where they were not looked
    for), and the attempts for those that were asked; and the attempts for its files."""

    page: _Due
    attempts: list[ClassifiedAttempt]
    further: tuple[str, ...] | None = None
    parts: dict[str, list[ClassifiedAttempt]] = field(default_factory=dict)
    files: dict[str, list[ClassifiedAttempt]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of all bodies."""
        each = (self.attempts, *self.parts.values(), *self.files.values())
        return sum(len(item.attempt.body or b"") for attempts in each for item in attempts)


async def fetch_batch(
    archive: Archive, run: RunContext, number: int, user_agent: str, tell: Tell = lambda done: None
) -> Counter[str]:
    """Fetches the batch's pages that have no capture yet; returns outcomes of the pages fetched now.

    Logs that an interrupted attempt left without rows are adopted first.
    """
    batch = run.batch(str(number))
    recover_unindexed_logs(archive, batch)
    due = _due(archive.engine, run, number)
    outcomes: Counter[str] = Counter()

    def keep(finished: list[_Fetched]) -> None:
        with archive.engine.begin() as connection:
            judged = [item for fetched in finished for item in _numbered(connection, run, fetched)]
        saved = store_attempts(archive, batch, judged)
        outcomes.update(saved[fetched.page.page_id] for fetched in finished)
        tell(len(finished))

    async with fetcher(run.source, archive.hosts, user_agent) as fetch:
        fetching = _Fetching(run, fetch)
        tasks = [asyncio.create_task(fetching.fetch(page)) for page in due]
        try:
            finished: list[_Fetched] = []
            for number_done, task in enumerate(asyncio.as_completed(tasks), 1):
                finished.append(await task)
                much = sum(fetched.size for fetched in finished) > MAX_BUFFERED_BYTES
                if len(finished) == PAGES_PER_COMMIT or much or number_done == len(tasks):
                    await asyncio.to_thread(keep, finished)
                    finished = []
        finally:
            for unfinished in tasks:
                unfinished.cancel()
    return outcomes


class _Fetching:
    """Fetches the pages of one batch; a file that several of them link is asked for once."""

    def __init__(self, run: RunContext, fetch: Fetcher) -> None:
        self._run, self._source, self._fetcher = run, run.source, fetch
        self._family: Platform | None = family_of(run.source)
        self._files: set[str] = set()

    async def fetch(self, page: _Due) -> _Fetched:
        attempts = [ClassifiedAttempt(page.page_id, attempt, *classify(attempt)) for attempt in await self._ask(page)]
        last = attempts[-1]
        as_before = last.outcome is None and sha256(last.attempt.body or b"") == page.digest
        if as_before or last.outcome is Outcome.NOT_MODIFIED:
            fetched = await self._parts(page, attempts, page.parts)
            return replace(fetched, files=await self._ask_files(page.files))
        if last.outcome is not None:
            return _Fetched(page, attempts)
        fetched = await self._parts(page, attempts, self._further(last.attempt))
        if fetched.attempts[-1].outcome is not None:
            return fetched
        bodies = [last.attempt, *(part[-1].attempt for part in fetched.parts.values())]
        known = {file.url: file for file in page.files}
        linked = dict.fromkeys(url for body in bodies for url in find_linked_files(self._source, self._family, body))
        files = [known.get(url) or _Due(0, url, {}) for url in list(linked)[:MAX_FILES]]
        return replace(fetched, files=await self._ask_files(files))

    def _further(self, answer: Attempt) -> Sequence[str]:
        if self._family is None:
            return ()
        read = read_page(answer.body or b"", answer.final_url, answer.header("content-type"))
        return self._family.article_pages(read)[:MAX_ARTICLE_PAGES]

    async def _parts(self, page: _Due, attempts: list[ClassifiedAttempt], further: Iterable[str]) -> _Fetched:
        parts: dict[str, list[ClassifiedAttempt]] = {}
        for url in further:
            answers = await self._ask(_Due(0, url, {}))
            parts[url] = [ClassifiedAttempt(0, attempt, *classify(attempt)) for attempt in answers]
            ended = parts[url][-1]
            if ended.outcome is not None:
                # An article that lacks a page is not the article: the whole fails, and is tried again.
                reason = f"page {len(parts) + 1} of the article, {url}: {ended.reason}"
                attempts[-1] = replace(attempts[-1], outcome=ended.outcome, reason=reason)
                break
        return _Fetched(page, attempts, tuple(further), parts)

    async def _ask_files(self, files: Iterable[_Due]) -> dict[str, list[ClassifiedAttempt]]:
        """A file that cannot be had fails alone: the document is what its page says."""
        asked: dict[str, list[ClassifiedAttempt]] = {}
        for file in files:
            if file.url not in self._files:
                self._files.add(file.url)
                asked[file.url] = [
                    ClassifiedAttempt(0, attempt, *classify_file(attempt)) for attempt in await self._ask(file)
                ]
        return asked

    async def _ask(self, page: _Due) -> list[Attempt]:
        return await self._fetcher.fetch(Request(page.url, headers=page.headers))


def _numbered(connection: Connection, run: RunContext, fetched: _Fetched) -> list[ClassifiedAttempt]:
    """All attempts with the numbers of their pages: the page's own first, then its parts', then its files'."""
    numbers: dict[str, int] = {}
    if fetched.further is not None:
        numbers = upsert_article_pages(connection, run.source.id, fetched.page.page_id, fetched.further)
    numbers |= upsert_file_pages(connection, run.source.id, fetched.files)
    return fetched.attempts + [
        replace(item, page_id=numbers[url])
        for url, attempts in (*fetched.parts.items(), *fetched.files.items())
        for item in attempts
    ]


def _due(engine: Engine, run: RunContext, number: int) -> list[_Due]:
    columns = (Page.id, Page.url, Page.etag, Page.last_modified, Page.blob_sha256, Page.unread_capture_id, Blob.damage)
    with engine.connect() as connection:
        trusted = set(
            connection.scalars(
                select(Host.name).where(Host.validators_right >= TRUSTED_AFTER, Host.validators_wrong == 0)
            )
        )
        rows = connection.execute(
            select(*columns)
            .join(RunPage, RunPage.page_id == Page.id)
            .outerjoin(Blob, Blob.sha256 == Page.blob_sha256)
            .where(RunPage.run_id == run.id, RunPage.batch == number, RunPage.outcome.is_(None))
            .order_by(Page.id)
        ).all()
        ids = [row.id for row in rows]
        parts: dict[int, list[str]] = {}
        articles = select(Page.part_of, Page.url).where(Page.part_of.in_(ids)).order_by(Page.part)
        for article, url in connection.execute(articles):
            parts.setdefault(article or 0, []).append(url)
        files: dict[int, list[_Due]] = {}
        linked = select(PageFile.page_id, *columns).join(Page, Page.id == PageFile.file_id)
        linked = linked.outerjoin(Blob, Blob.sha256 == Page.blob_sha256)
        for row in connection.execute(linked.where(PageFile.page_id.in_(ids)).order_by(Page.id)):
            headers = _conditional(row, run.id) if host_of(row.url) in trusted else {}
            files.setdefault(row.page_id, []).append(_Due(row.id, row.url, headers))
    return [
        _Due(
            row.id,
            row.url,
            _conditional(row, run.id) if host_of(row.url) in trusted else {},
            None if row.unread_capture_id else row.blob_sha256,
            tuple(parts.get(row.id, ())),
            tuple(files.get(row.id, ())),
        )
        for row in rows
    ]


def _conditional(row: Any, run_id: int) -> dict[str, str]:
    """Asks whether the page changed; not where its bytes are damaged, for a 304 would leave them so."""
    if not row.blob_sha256 or row.damage or (row.id + run_id) % VERIFY_EVERY == 0:
        return {}
    if row.etag:
        return {"If-None-Match": row.etag}
    return {"If-Modified-Since": row.last_modified} if row.last_modified else {}
