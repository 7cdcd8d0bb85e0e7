"""Stage two: fetch a batch of pages, the further pages of their articles with them."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Engine, select

from etl.archive import Archive
from etl.archive.captures import Judged, adopt, save
from etl.archive.models import Host, Page, RunPage
from etl.archive.runs import OpenRun, keep_parts
from etl.fetch.client import Fetcher, Request, fetcher
from etl.fetch.judge import judge
from etl.outcomes import Outcome
from etl.platforms import family_of
from etl.platforms.base import Platform
from etl.web.page import read_page
from etl.web.urls import host_of

CHUNK = 25
"""Pages saved in one transaction: what is fetched again at most after a crash, against the cost of a commit."""
TRUSTED_AFTER = 3
"""Unchanged validators seen with unchanged bytes before a host's 304 is believed, provided it never lied."""
VERIFY_EVERY = 5
"""Of the pages of a believed host one in so many is fetched whole all the same, to catch a host that began to lie."""
LONGEST_ARTICLE = 50
"""Pages of one article that are followed; a pager that counts further is broken."""

Tell = Callable[[int], None]
"""Called with the number of pages done since the last call."""


@dataclass(frozen=True, slots=True)
class _Due:
    page_id: int
    url: str
    headers: dict[str, str]
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A page with the further pages of its article: all their addresses in order (None where they were not looked
    for), and the attempts for those that were asked."""

    page: _Due
    attempts: list[Judged]
    further: tuple[str, ...] | None = None
    parts: dict[str, list[Judged]] = field(default_factory=dict)


async def fetch_batch(
    archive: Archive, run: OpenRun, number: int, user_agent: str, tell: Tell = lambda done: None
) -> Counter[str]:
    """Fetches the batch's pages that have no capture yet; returns outcomes of the pages fetched now.

    Logs that an interrupted attempt left without rows are adopted first.
    """
    batch = run.batch(str(number))
    adopt(archive, batch)
    due, family = _due(archive.engine, run, number), family_of(run.source)
    outcomes: Counter[str] = Counter()

    def keep(finished: list[_Fetched]) -> None:
        with archive.engine.begin() as connection:
            judged = [item for fetched in finished for item in _numbered(connection, run, fetched)]
        saved = save(archive, batch, judged)
        outcomes.update(saved[fetched.page.page_id] for fetched in finished)
        tell(len(finished))

    async with fetcher(run.source, archive.hosts, user_agent) as fetch:
        tasks = [asyncio.create_task(_fetch(fetch, family, page)) for page in due]
        try:
            finished: list[_Fetched] = []
            for number_done, task in enumerate(asyncio.as_completed(tasks), 1):
                finished.append(await task)
                if len(finished) == CHUNK or number_done == len(tasks):
                    await asyncio.to_thread(keep, finished)
                    finished = []
        finally:
            for unfinished in tasks:
                unfinished.cancel()
    return outcomes


async def _fetch(fetch: Fetcher, family: Platform | None, page: _Due) -> _Fetched:
    attempts = await _ask(fetch, page.page_id, page.url, page.headers)
    last = attempts[-1]
    if last.outcome is None and family is not None:
        answer = last.attempt
        read = read_page(answer.body or b"", answer.final_url, answer.header("content-type"))
        further = family.further_pages(read)[:LONGEST_ARTICLE]
    elif last.outcome is Outcome.NOT_MODIFIED:
        further = page.parts
    else:
        return _Fetched(page, attempts)
    parts: dict[str, list[Judged]] = {}
    for url in further:
        parts[url] = await _ask(fetch, 0, url, {})
        ended = parts[url][-1]
        if ended.outcome is not None:
            # An article that lacks a page is not the article: the whole fails, and is tried again.
            attempts[-1] = replace(
                last, outcome=ended.outcome, reason=f"page {len(parts) + 1} of the article, {url}: {ended.reason}"
            )
            break
    return _Fetched(page, attempts, further, parts)


async def _ask(fetch: Fetcher, page_id: int, url: str, headers: dict[str, str]) -> list[Judged]:
    attempts = await fetch.fetch(Request(url, headers=headers))
    return [Judged(page_id, attempt, *judge(attempt)) for attempt in attempts]


def _numbered(connection: Connection, run: OpenRun, fetched: _Fetched) -> list[Judged]:
    """All attempts with the numbers of their pages."""
    if fetched.further is None:
        return fetched.attempts
    numbers = keep_parts(connection, run.source.id, fetched.page.page_id, fetched.further)
    return fetched.attempts + [
        replace(item, page_id=numbers[url]) for url, attempts in fetched.parts.items() for item in attempts
    ]


def _due(engine: Engine, run: OpenRun, number: int) -> list[_Due]:
    with engine.connect() as connection:
        trusted = set(
            connection.scalars(
                select(Host.name).where(Host.validators_right >= TRUSTED_AFTER, Host.validators_wrong == 0)
            )
        )
        rows = connection.execute(
            select(Page.id, Page.url, Page.etag, Page.last_modified, Page.blob_sha256)
            .join(RunPage, RunPage.page_id == Page.id)
            .where(RunPage.run_id == run.id, RunPage.batch == number, RunPage.outcome.is_(None))
            .order_by(Page.id)
        ).all()
        parts: dict[int, list[str]] = {}
        articles = select(Page.part_of, Page.url).where(Page.part_of.in_([row.id for row in rows])).order_by(Page.part)
        for article, url in connection.execute(articles):
            parts.setdefault(article or 0, []).append(url)
    due = []
    for row in rows:
        headers = {}
        if row.blob_sha256 and host_of(row.url) in trusted and (row.id + run.id) % VERIFY_EVERY:
            if row.etag:
                headers["If-None-Match"] = row.etag
            elif row.last_modified:
                headers["If-Modified-Since"] = row.last_modified
        due.append(_Due(row.id, row.url, headers, tuple(parts.get(row.id, ()))))
    return due
