"""Begins a session with sites that show their documents in one only: the visit of a list gives its cookies.

Lists and documents are fetched by different tasks, which share no cookies.
"""

import asyncio
from datetime import UTC, datetime

from etl.archive.crawls.run import ClassifiedAttempt
from etl.extract import Extraction
from etl.fetch.client import Fetcher
from etl.outcomes import Outcome
from etl.sources.schema import Source
from etl.web.urls import host_of

_REFUSED = {Outcome.BLOCKED, Outcome.SOFT_404, Outcome.NOT_A_FILE}


class Sessions:
    """The sessions of one fetcher. Each host is visited once, when it first refuses something."""

    def __init__(self, source: Source, fetch: Fetcher) -> None:
        self._source, self._fetch = source, fetch
        self._visits: dict[str, asyncio.Task[datetime | None]] = {}

    async def may_answer_now(self, last: ClassifiedAttempt, extraction: Extraction | None = None) -> bool:
        """Whether a page or file was refused, or led to a page that is no document, such as a login, before its host
        gave the cookies of a session."""
        answer = last.attempt
        is_elsewhere = answer.final_url != answer.url and extraction is not None and extraction.kind != "document"
        if answer.failure is not None or (last.outcome not in _REFUSED and not is_elsewhere):
            return False
        host = host_of(answer.url)
        if host not in self._visits:
            self._visits[host] = asyncio.create_task(self._visit(host))
        begun = await self._visits[host]
        # What refused may be the first of several redirects, requested without the cookies that the last one had.
        return begun is not None and (answer.begun_at or answer.fetched_at) < begun

    async def _visit(self, host: str) -> datetime | None:
        """When the visit of a list on the host began a session; None if there are no cookies."""
        column = next((each.url for each in self._source.columns if host_of(each.url) == host), None)
        return datetime.now(UTC) if column is not None and await self._fetch.visit(column) else None
