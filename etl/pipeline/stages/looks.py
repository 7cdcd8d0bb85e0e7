"""The look of pages: fetches the style sheets and pictures that they are shown with.

Each is asked for once a run, whichever page names it, and one that is known not before `recheck_after_days`. None of
them makes or fails a document.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine

from etl.archive.crawls.due import count_resources, due_resources
from etl.archive.crawls.run import ClassifiedAttempt, RunContext
from etl.fetch.classify import classify_file
from etl.fetch.client import Attempt, Fetcher, Request
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.web.appearance import MAX_IMPORTS, MAX_NAMED, MAX_RESOURCE_BYTES, Appearance
from etl.web.charset import decode
from etl.web.styles import named_in_style
from etl.web.urls import Address

MAX_OF_PAGE = 60
"""Requests for one page."""

LookAttempts = dict[Address, list[ClassifiedAttempt]]
Flush = Callable[[LookAttempts], Awaitable[object]]
"""Stores and empties attempts that take much memory."""


class Looks:
    """Fetches what pages of a run are shown with. `requested`: addresses that need not be asked for again; grows."""

    def __init__(self, engine: Engine, run: RunContext, fetch: Fetcher, requested: set[str]) -> None:
        self._engine, self._run, self._fetcher, self._requested = engine, run, fetch, requested
        self._left: int | None = None

    async def fetch(self, look: Appearance, flush: Flush) -> LookAttempts:
        """Fetches style sheets, then pictures, then what the sheets name; returns the attempts."""
        attempts: LookAttempts = {}
        named = dict.fromkeys(look.styles, True) | {url: False for url in look.pictures if url not in look.styles}
        count = 0
        for _ in range(MAX_IMPORTS + 1):
            due = await self._due([url for url in named if url not in self._requested])
            following: dict[Address, bool] = {}
            for url, headers in due.items():
                if count == MAX_OF_PAGE or not self._left:
                    attempts[url] = [_over_limit(url, MAX_OF_PAGE if self._left else self._run.source.limits.resources)]
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
            self._left = self._run.source.limits.resources  # for whoever comes while it is counted
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


def _over_limit(url: Address, limit: int) -> ClassifiedAttempt:
    reason = encode_reason(Code.OVER_LOOK_LIMIT, limit=limit)
    attempt = Attempt(url, url, datetime.now(UTC), 0, (), failure=Outcome.LIMIT, reason=reason)
    return ClassifiedAttempt(attempt, Outcome.LIMIT, reason)
