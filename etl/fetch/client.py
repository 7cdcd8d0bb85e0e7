"""The fetcher: a pooled HTTP/2 client that holds a source's hosts, robots.txt, pace, limits and retries."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin

import httpx

from etl.fetch.content_coding import BodyError, BodyReader
from etl.fetch.guard import ForbiddenAddress, describe_error, guarded_transport
from etl.fetch.host_registry import CachedRobots, HostRegistry
from etl.fetch.pace import HostPostponed, Pace, Trace, retry_after_seconds
from etl.fetch.refusals import is_markup, refusal_of
from etl.fetch.robots import ROBOTS_LIFETIME, RobotsRules, read_robots, redirect_target
from etl.fetch.tls import TlsFailed
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.sources.schema import Source
from etl.web.page import read_page
from etl.web.redirects import PageRedirect, page_redirect
from etl.web.urls import canonical_url, host_of

ACCEPT = "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8"
# What every site packs its pages with. Of the other codings that `etl.fetch.content_coding` unpacks none is asked for.
ACCEPT_ENCODING = "gzip, deflate"
_CONDITIONS = ("If-None-Match", "If-Modified-Since")
MAX_REDIRECTING_BYTES = 100_000
"""Largest page that is looked at for where it leads; one without content is far smaller."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request with its redirects, and its response. `body`: the bytes received, after content decoding.

    `failure`: the outcome if the request itself failed; None if `classify` has to decide. `reason` (stored form): why
    it failed, or that a page without content led to the response.
    """

    url: str
    final_url: str
    fetched_at: datetime
    elapsed_ms: int
    request_headers: tuple[tuple[str, str], ...]
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    failure: Outcome | None = None
    reason: str = ""

    def header(self, name: str) -> str:
        """The last value of a response header, or an empty string."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name), "")

    @property
    def is_transient(self) -> bool:
        """Whether a retry may succeed: network errors, 5xx, 429."""
        return self.failure is Outcome.NETWORK_ERROR or self.status == 429 or (self.status or 0) >= 500


@dataclass(frozen=True, slots=True)
class Request:
    """What to fetch; `headers` come on top of the fetcher's own."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] | None = None
    body: bytes | None = None


class _Refused(Exception):
    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome


class Fetcher:
    """Fetches for one source. Use `fetcher(...)`. A request that fails is an `Attempt` too, never an exception."""

    def __init__(self, source: Source, hosts: HostRegistry, client: httpx.AsyncClient, user_agent: str) -> None:
        self._source, self._hosts, self._client, self._user_agent = source, hosts, client, user_agent
        self._pace = Pace(source.id, source.pace.delay, hosts)
        self._rules: dict[str, RobotsRules] = {}
        self._slots = asyncio.Semaphore(source.pace.concurrency)
        self._robots_lock = asyncio.Lock()

    async def fetch(self, request: Request) -> list[Attempt]:
        """Fetch with retries for transient failures; return all attempts (at least one), the final one last.

        An address that must not be requested gives one attempt with its `failure`.
        """
        attempts: list[Attempt] = []
        async with self._slots:
            for number in range(self._source.limits.retries + 1):
                if number:
                    await asyncio.sleep(self._source.pace.retry_delay * 2 ** (number - 1))
                attempts.append(attempt := await self._attempt(request))
                host = host_of(attempt.final_url)
                if not attempt.is_transient or self._out_of_reach(host) or self._pace.is_postponed(host):
                    if attempt.status is not None:
                        await asyncio.to_thread(self._hosts.record_success, host)
                    break
                await self._hold_back(host, attempt)
        return attempts

    async def _hold_back(self, host: str, attempt: Attempt) -> None:
        asked = attempt.header("retry-after") if attempt.status in (429, 503) else ""
        if wait := retry_after_seconds(asked, datetime.now(UTC)):
            await asyncio.to_thread(self._hosts.postpone, host, wait, asked)
        else:
            await asyncio.to_thread(self._hosts.record_failure, host, self._source.pace.retry_delay)

    async def _attempt(self, request: Request) -> Attempt:
        # Some sites refuse a document without a Referer from the same site.
        referer = urljoin(request.url, "/")
        headers = {"User-Agent": self._user_agent, "Accept": ACCEPT, "Accept-Encoding": ACCEPT_ENCODING}
        headers |= {"Referer": referer, **(request.headers or {})}
        sent = tuple(headers.items())
        started, clock, url = datetime.now(UTC), time.monotonic(), request.url

        def ended(**values: object) -> Attempt:
            elapsed = int((time.monotonic() - clock) * 1000)
            return Attempt(request.url, url, started, elapsed, sent, **values)  # type: ignore[arg-type]

        redirected_to_itself, led_on = False, ""
        try:
            for _ in range(self._source.limits.redirects + 1):
                trace = await self._check_allowed(url)
                started, clock = datetime.now(UTC), time.monotonic()
                async with asyncio.timeout(self._source.limits.seconds):
                    method, body = (request.method, request.body) if url == request.url else ("GET", None)
                    async with self._client.stream(
                        method, url, headers=headers, content=body, extensions={"trace": trace}
                    ) as response:
                        answer = tuple((name, value) for name, value in response.headers.multi_items())
                        content = await self._body(response)
                target = redirect_target(response)
                if response.status_code not in (301, 302, 303, 307, 308) or not target:
                    onward = None if led_on or request.method != "GET" else _page_redirect(response, url, content)
                    if onward is None:
                        return ended(status=response.status_code, headers=answer, body=content, reason=led_on)
                    led_on = encode_reason(Code.PAGE_LED_ON, url=url, means=onward.means)
                    url = onward.url
                    # They are about the page that led here.
                    headers = {name: value for name, value in headers.items() if name not in _CONDITIONS}
                    sent = tuple(headers.items())
                    continue
                before, url = url, canonical_url(urljoin(url, target))
                if url == before:
                    # The first response sets a cookie; the client sends it with the second request.
                    if redirected_to_itself:
                        return ended(failure=Outcome.BLOCKED, reason=encode_reason(Code.REDIRECTED_TO_ITSELF))
                    redirected_to_itself = True
            limit = self._source.limits.redirects
            return ended(failure=Outcome.NETWORK_ERROR, reason=encode_reason(Code.TOO_MANY_REDIRECTS, limit=limit))
        except (_Refused, BodyError) as refusal:
            return ended(failure=refusal.outcome, reason=str(refusal))
        except HostPostponed as postponed:
            values = {"host": postponed.host, "seconds": round(postponed.seconds)}
            return ended(failure=Outcome.NETWORK_ERROR, reason=encode_reason(Code.HOST_ASKED_TO_WAIT, **values))
        except TimeoutError:
            seconds = self._source.limits.seconds
            return ended(failure=Outcome.NETWORK_ERROR, reason=encode_reason(Code.NO_WHOLE_ANSWER, seconds=seconds))
        except ForbiddenAddress as error:
            return ended(failure=Outcome.OUT_OF_SCOPE, reason=error.reason)
        except TlsFailed as error:
            return ended(failure=Outcome.NETWORK_ERROR, reason=error.reason)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return ended(
                failure=Outcome.NETWORK_ERROR, reason=encode_reason(Code.CONNECTION_FAILED, error=describe_error(error))
            )

    async def _body(self, response: httpx.Response) -> bytes:
        body = BodyReader(response.headers.get("content-encoding", ""), self._source.limits.bytes)
        async for chunk in response.aiter_raw():
            body.add(chunk)
        return body.complete()

    async def _check_allowed(self, url: str) -> Trace:
        if not self._source.allows(url):
            raise _Refused(Outcome.OUT_OF_SCOPE, encode_reason(Code.NOT_A_SOURCE_HOST, url=url))
        host = host_of(url)
        rules = await self._robots(host, url)
        if not rules.allow(url):
            raise _Refused(rules.outcome, rules.reason)
        return await self._pace.wait(host, rules.crawl_delay)

    def _out_of_reach(self, host: str) -> bool:
        """Whether robots.txt could not be fetched: this fetcher then requests nothing more from the host."""
        return host in self._rules and self._rules[host].outcome is Outcome.NETWORK_ERROR

    async def _robots(self, host: str, url: str) -> RobotsRules:
        if host in self._rules:
            return self._rules[host]
        async with self._robots_lock:
            if host not in self._rules:
                robots = await asyncio.to_thread(self._hosts.cached_robots, host)
                if robots is None or not robots.answered or datetime.now(UTC) - robots.fetched_at > ROBOTS_LIFETIME:
                    robots = await self._fetch_robots(host, url)
                    await asyncio.to_thread(self._hosts.cache_robots, host, robots)
                self._rules[host] = RobotsRules(host, robots, self._user_agent)
        return self._rules[host]

    async def _fetch_robots(self, host: str, url: str) -> CachedRobots:
        number = 0
        while True:
            trace = await self._pace.wait(host)
            robots = await read_robots(self._client, url, self._user_agent, trace)
            if robots.status is not None or number == self._source.limits.retries:
                return robots
            await asyncio.sleep(self._source.pace.retry_delay * 2**number)
            number += 1


def _page_redirect(response: httpx.Response, url: str, body: bytes) -> PageRedirect | None:
    """Where a response leads that is a page without content of its own, and no firewall's and no notice."""
    if response.status_code != 200 or len(body) > MAX_REDIRECTING_BYTES or not is_markup(body):
        return None
    page = read_page(body, url, response.headers.get("content-type", ""))
    return None if refusal_of(page, response.status_code) else page_redirect(page)


@asynccontextmanager
async def fetcher(source: Source, hosts: HostRegistry, user_agent: str) -> AsyncIterator[Fetcher]:
    """A fetcher for the source; leaving the block closes its connections."""
    transport = guarded_transport(
        allow_private=source.allow_private_addresses, connections=source.pace.concurrency, tls=source.tls
    )
    timeout = httpx.Timeout(min(30.0, source.limits.seconds), connect=min(10.0, source.limits.seconds))
    async with httpx.AsyncClient(transport=transport, timeout=timeout, trust_env=False) as client:
        yield Fetcher(source, hosts, client, user_agent)
