"""Stages two and three: fetch a batch of pages, extract what came."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Any

from sqlalchemy import Engine, select

from etl.archive import Archive
from etl.archive.captures import Judged, adopt, save
from etl.archive.models import Capture, Host, Page, RunPage
from etl.archive.records import Read, Recorded, record, with_listing
from etl.archive.runs import OpenRun
from etl.extract import extract
from etl.fetch.client import Fetcher, Request, fetcher
from etl.fetch.judge import judge
from etl.platforms import platform
from etl.platforms.base import Platform
from etl.web.urls import host_of

CHINA = timezone(timedelta(hours=8))
CHUNK = 25
"""Pages saved in one transaction: what is fetched again at most after a crash, against the cost of a commit."""
TRUSTED_AFTER = 3
"""Unchanged validators seen with unchanged bytes before a host's 304 is believed, provided it never lied."""
VERIFY_EVERY = 5
"""Of the pages of a believed host one in so many is fetched whole all the same, to catch a host that began to lie."""

Tell = Callable[[int], None]
"""Called with the number of pages done since the last call."""


@dataclass(frozen=True, slots=True)
class _Due:
    page_id: int
    url: str
    headers: dict[str, str]


async def fetch_batch(
    archive: Archive, run: OpenRun, number: int, user_agent: str, tell: Tell = lambda done: None
) -> Counter[str]:
    """Fetches the batch's pages that have no capture yet; returns outcomes of the pages fetched now.

    Logs that an interrupted attempt left without rows are adopted first.
    """
    batch = run.batch(str(number))
    adopt(archive, batch)
    due = _due(archive.engine, run, number)
    outcomes: Counter[str] = Counter()
    async with fetcher(run.source, archive.hosts, user_agent) as fetch:
        tasks = [asyncio.create_task(_fetch(fetch, page)) for page in due]
        try:
            finished: list[Judged] = []
            for number_done, task in enumerate(asyncio.as_completed(tasks), 1):
                finished += await task
                if number_done % CHUNK == 0 or number_done == len(tasks):
                    saved = await asyncio.to_thread(save, archive, batch, finished)
                    outcomes.update(saved.values())
                    tell(len(saved))
                    finished = []
        finally:
            for unfinished in tasks:
                unfinished.cancel()
    return outcomes


async def _fetch(fetch: Fetcher, page: _Due) -> list[Judged]:
    return [
        Judged(page.page_id, attempt, *judge(attempt))
        for attempt in await fetch.fetch(Request(page.url, headers=page.headers))
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
    due = []
    for row in rows:
        headers = {}
        if row.blob_sha256 and host_of(row.url) in trusted and (row.id + run.id) % VERIFY_EVERY:
            if row.etag:
                headers["If-None-Match"] = row.etag
            elif row.last_modified:
                headers["If-Modified-Since"] = row.last_modified
        due.append(_Due(row.id, row.url, headers))
    return due


def extract_batch(archive: Archive, run: OpenRun, number: int, tell: Tell = lambda done: None) -> Recorded:
    """Reads the stored captures of the batch's pages that nobody read yet, and records what they say."""
    created: list[int] = []
    updated: list[int] = []
    family = platform(run.source.platform) if run.source.platform else None
    unread = _unread(archive.engine, run, number)
    with ThreadPoolExecutor(8) as pool:
        for start in range(0, len(unread), CHUNK):
            chunk = unread[start : start + CHUNK]
            bodies = list(pool.map(archive.store.blob, [row.blob_sha256 for row in chunk]))
            read = [_read(row, body, family) for row, body in zip(chunk, bodies, strict=True)]
            with archive.engine.begin() as connection:
                recorded = record(connection, run.id, read)
            created += recorded.created
            updated += recorded.updated
            tell(len(chunk))
    return Recorded(tuple(created), tuple(updated))


def _unread(engine: Engine, run: OpenRun, number: int) -> Sequence[Any]:
    with engine.connect() as connection:
        return connection.execute(
            select(Page.id, Page.listing, Capture.id.label("capture_id"))
            .add_columns(Capture.final_url, Capture.headers, Capture.blob_sha256, Capture.fetched_at)
            .join(RunPage, RunPage.page_id == Page.id)
            .join(Capture, Capture.id == Page.unread_capture_id)
            .where(RunPage.run_id == run.id, RunPage.batch == number)
            .order_by(Page.id)
        ).all()


def _read(row: Any, body: bytes, family: Platform | None) -> Read:
    content_type = next((value for name, value in row.headers if name.lower() == "content-type"), "")
    extraction = extract(body, row.final_url, content_type, family, row.fetched_at.astimezone(CHINA).date())
    return Read(row.id, row.capture_id, with_listing(extraction, row.listing))
