"""The look of pages: fetches the style sheets and pictures with which pages are displayed.

Each is requested at most once in a run, even if several pages name it; one that is stored already is requested again
after `recheck_after_days`. They do not influence the outcome of a document.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

from sqlalchemy import Engine

from etl.archive.crawls.due import count_resources, due_resources
from etl.archive.crawls.run import ClassifiedAttempt, RunContext
from etl.fetch.classify import classify_file
from etl.fetch.client import Attempt, Fetcher, Request
from etl.reason_codes import Code
from etl.web.appearance import MAX_IMPORTS, MAX_NAMED, MAX_RESOURCE_BYTES, Appearance
from etl.web.charset import decode
from etl.web.styles import named_in_style
from etl.web.urls import Address

MAX_REQUESTS_PER_PAGE = 60
"""Maximum number of requests for the look of one page."""

LookAttempts = dict[Address, list[ClassifiedAttempt]]
Flush = Callable[[LookAttempts], Awaitable[object]]
"""If the attempts take much memory, stores them and empties the mapping."""


class Looks:
    """Fetches the looks of a run's pages. `requested`: addresses that were requested already; this class adds to it."""

    def __init__(self, engine: Engine, run: RunContext, fetch: Fetcher, requested: set[str]) -> None:
        self._engine, self._run, self._fetcher, self._requested = engine, run, fetch, requested
        self._left: int | None = None

    async def fetch(self, look: Appearance, flush: Flush) -> LookAttempts:
        """Fetches style sheets, then pictures, then what the style sheets name; returns the attempts."""
        attempts: LookAttempts = {}
        named = dict.fromkeys(look.styles, True) | {url: False for url in look.pictures if url not in look.styles}
        count = 0
        for _ in range(MAX_IMPORTS + 1):
            due = await self._due([url for url in named if url not in self._requested])
            following: dict[Address, bool] = {}
            for url, headers in due.items():
                if count == MAX_REQUESTS_PER_PAGE or not self._left:
                    limit = MAX_REQUESTS_PER_PAGE if self._left else self._run.source.limits.resources
                    attempts[url] = [ClassifiedAttempt.over_limit(url, Code.OVER_LOOK_LIMIT, limit)]
                    continue
                count += 1
                self._left -= 1
                answers = await self._fetcher.fetch(Request(url, headers=headers, limit=MAX_RESOURCE_BYTES))
                attempts[url] = [ClassifiedAttempt(answer, *classify_file(answer)) for answer in answers]
                if named[url] and attempts[url][-1].outcome is None:
                    following |= dict(self._named_in(answers[-1]))
                await flush(attempts)
            if not following:
                break
            named = following
        return attempts

    async def _due(self, urls: Sequence[Address]) -> Mapping[Address, Mapping[str, str]]:
        if not urls:
            return {}
        self._requested.update(urls)
        if self._left is None:
            self._left = self._run.source.limits.resources  # for other tasks, until the query below has returned
            requested = await asyncio.to_thread(count_resources, self._engine, self._run)
            self._left = max(0, self._left - requested)
        return await asyncio.to_thread(due_resources, self._engine, self._run, urls)

    def _named_in(self, answer: Attempt) -> Iterator[tuple[Address, bool]]:
        css, _ = decode(answer.body or b"", answer.header("content-type"))
        for _, named in zip(range(MAX_NAMED), named_in_style(css), strict=False):
            try:
                yield self._run.source.canonical(named.address, answer.final_url), named.is_sheet
            except ValueError:
                continue  # no http(s) address
