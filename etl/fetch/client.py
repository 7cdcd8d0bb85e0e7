"""The fetcher: a pooled HTTP/2 client that observes a source's hosts, robots.txt, pace, limits and retries."""

import asyncio
import re
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urljoin

from etl.fetch.exchange import Answer, RequestFailed, SiteClient, redirected
from etl.fetch.guard import guarded_transport
from etl.fetch.host_registry import CachedRobots, HostRegistry
from etl.fetch.pace import HostPostponed, Pace, Trace, http_date, retry_after_seconds
from etl.fetch.refusals import is_markup, refusal_of
from etl.fetch.robots import MAX_ROBOTS_BYTES, MAX_ROBOTS_REDIRECTS, ROBOTS_LIFETIME, RobotsRules, robots_of
from etl.file_signatures import lacks_end
from etl.outcomes import Outcome
from etl.outside import Outside
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.sources.schema import Source
from etl.web.markup import ends_early
from etl.web.page import WebPage, read_page
from etl.web.redirects import asks_again, may_lead_on, page_redirect
from etl.web.urls import host_of

ACCEPT = "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8"
# The codings that every site supports. `etl.fetch.content_coding` unpacks others too, but they are not requested.
ACCEPT_ENCODING = "gzip, deflate"
_SENDABLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
CONDITIONS = ("If-None-Match", "If-Modified-Since")
"""Headers of a conditional request."""
FAILED_PAGES = 3
"""So many pages of a host that fail one after the other may be faults of their own, or of the host: it is checked."""
MAX_CHECKS = 5
"""Checks in a row that find the host up although no page was answered in between. Then its pages are left for another
run: what produces them may be down."""
MAX_REDIRECTING_BYTES = 100_000
"""Larger pages are not checked for a redirect in the page; a page that only redirects is far smaller."""


@dataclass(frozen=True, slots=True)
class Attempt(Outside):
    """One request with its redirects, and its response. `body`: the bytes received, after content decoding.

    `length_known`: see `Answer`. `failure`: the outcome if the request itself failed; None if `classify` must decide.
    `reason` (in stored form): why it failed, or that a page without content redirected to this response.
    `fetched_at`: when the last of its addresses was requested; `begun_at`: the first, for redirects; None if the same.
    """

    TEXTS = frozenset({"url", "final_url", "request_headers", "headers", "reason"})
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
    length_known: bool = True
    begun_at: datetime | None = None

    def header(self, name: str) -> str:
        """The last value of a response header, or an empty string."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name), "")

    def page(self) -> WebPage:
        """The response as a page, decoded."""
        return read_page(self.body or b"", self.final_url, self.header("content-type"), self.headers)

    @property
    def is_transient(self) -> bool:
        """Whether a retry may succeed: network errors, 5xx, 429."""
        return self.failure is Outcome.NETWORK_ERROR or self.status == 429 or (self.status or 0) >= 500


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `headers`: in addition to the fetcher's own. `limit`: maximum bytes of the answer, if lower than the
    source's limit."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] | None = None
    body: bytes | None = None
    limit: int | None = None


@dataclass(slots=True)
class _Way:
    """A request on its way through redirects, with the headers and the address of the last one. `led_on`: the reason
    if a page led on; `repeated`: whether an address was requested again with a new cookie."""

    request: Request
    headers: dict[str, str]
    url: str
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock: float = field(default_factory=time.monotonic)
    begun: datetime | None = None
    led_on: str = ""
    repeated: bool = False
    cookies: frozenset[str] = frozenset()

    def begin(self) -> None:
        """Notes the time, right before a request is sent."""
        self.started, self.clock = datetime.now(UTC), time.monotonic()
        self.begun = self.begun or self.started

    def open(self, answer: Answer) -> Attempt | None:
        """The attempt that ends with this answer; None if its page asks to be requested again, or leads to another."""
        page = _page_without_content(answer, self.url) if self.request.method == "GET" else None
        if page and not self.repeated and answer.header("set-cookie") and asks_again(page):
            self.repeated = True
            return None
        onward = page_redirect(page, answer.header("refresh")) if page and not self.led_on else None
        if onward is None:
            return self.ended(
                status=answer.status,
                headers=answer.headers,
                body=answer.body,
                reason=self.led_on,
                length_known=answer.length_known,
            )
        self.led_on = encode_reason(Code.PAGE_LED_ON, url=self.url, means=onward.means)
        self.url = onward.url
        # The validators are those of the page that redirected here.
        self.headers = {name: value for name, value in self.headers.items() if name not in CONDITIONS}
        return None

    def redirect(self, answer: Answer) -> Attempt | None:
        """Goes where the answer redirects to; returns an attempt if that leads nowhere."""
        before, self.url = self.url, redirected(self.url, answer.location)
        if self.url == before:
            # A redirect to itself with a cookie, which the client sends with the next request. Some firewalls set
            # several cookies, one after the other; a new value of the same one leads nowhere.
            if self.repeated and self.cookies >= answer.cookies:
                return self.ended(failure=Outcome.BLOCKED, reason=encode_reason(Code.REDIRECTED_TO_ITSELF))
            self.repeated, self.cookies = True, self.cookies | answer.cookies
        return None

    def ended(self, **values: object) -> Attempt:
        """The attempt that ends here."""
        elapsed = int((time.monotonic() - self.clock) * 1000)
        sent = tuple(self.headers.items())
        return Attempt(self.request.url, self.url, self.started, elapsed, sent, begun_at=self.begun, **values)  # type: ignore[arg-type]


class Fetcher:
    """Fetches for one source. Create it with `fetcher(...)`. A failed request returns an `Attempt` and never raises."""

    def __init__(self, source: Source, hosts: HostRegistry, client: SiteClient, user_agent: str) -> None:
        self._source, self._hosts, self._client, self._user_agent = source, hosts, client, user_agent
        self._pace = Pace(source.id, source.pace.delay, hosts)
        self._rules: dict[str, RobotsRules] = {}
        self._slots = asyncio.Semaphore(source.pace.concurrency)
        self._robots_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._failed_pages: Counter[str] = Counter()
        self._checks: Counter[str] = Counter()

    async def fetch(self, request: Request) -> list[Attempt]:
        """Fetch with retries for transient failures; return all attempts (at least one), the final one last.

        An address that must not be requested gives one attempt with its `failure`.
        """
        attempts: list[Attempt] = []
        cut_off: bytes | None = None
        async with self._slots:
            for number in range(self._source.limits.retries + 1):
                if number:
                    await asyncio.sleep(self._source.pace.retry_delay * 2 ** (number - 1))
                attempt = await self._attempt(request)
                if number < self._source.limits.retries and attempt.body != cut_off and _may_be_cut_off(attempt):
                    cut_off = attempt.body
                    reason = encode_reason(Code.PAGE_CUT_OFF)
                    attempt = replace(attempt, body=None, failure=Outcome.NETWORK_ERROR, reason=reason)
                attempts.append(attempt)
                host = host_of(attempt.final_url)
                if not attempt.is_transient or self._out_of_reach(host) or self._pace.is_postponed(host):
                    if attempt.status is not None:
                        await self._answered(host)
                    break
                await self._hold_back(host, attempt, is_last=number == self._source.limits.retries)
        return attempts

    async def visit(self, url: str) -> bool:
        """Requests a page for its cookies alone; returns whether there are any, which later requests send."""
        await self.fetch(Request(url))
        return self._client.has_cookies

    async def _answered(self, host: str) -> None:
        del self._failed_pages[host], self._checks[host]
        await self._pace.answered(host)

    async def _hold_back(self, host: str, attempt: Attempt, *, is_last: bool) -> None:
        """Postpones the host if it asks for that, or if it fails. A page that fails, however often it was tried, is one
        failure; but 429 is about all requests."""
        if await self._postpone_as_asked(host, attempt):
            return
        if is_last and attempt.status != 429 and await self._only_its_pages_fail(host, attempt.final_url):
            await self._pace.answered(host)
        elif is_last or attempt.status == 429:
            await self._pace.failed(host, self._source.pace.retry_delay)

    async def _only_its_pages_fail(self, host: str, url: str) -> bool:
        """Whether the host is up although pages of it fail one after the other. Sites have many pages that fail for
        good, often side by side in a list; the pages behind them must not wait for them."""
        self._failed_pages[host] += 1
        if self._failed_pages[host] < FAILED_PAGES or self._checks[host] == MAX_CHECKS:
            return False
        try:
            answer = await self._request_robots(urljoin(url, "/robots.txt"))
        except (RequestFailed, HostPostponed):
            return False
        if answer.status == 429 or answer.status >= 500:
            return False
        del self._failed_pages[host]
        self._checks[host] += 1
        return True

    async def _postpone_as_asked(self, host: str, answer: Attempt | Answer) -> bool:
        """Postpones the host if the answer asks for it with `Retry-After`; returns whether it does."""
        retry_after = answer.header("retry-after") if answer.status in (429, 503) else ""
        # A date is by the server's clock, which may be hours off, or show China's time as GMT.
        wait = retry_after_seconds(retry_after, http_date(answer.header("date")) or datetime.now(UTC))
        if wait:
            await self._pace.postpone(host, wait, retry_after)
        return bool(wait)

    def _headers(self, request: Request) -> dict[str, str]:
        # Some sites refuse a document without a Referer from the same site.
        referer = urljoin(request.url, "/")
        headers = {"User-Agent": self._user_agent, "Accept": ACCEPT, "Accept-Encoding": ACCEPT_ENCODING}
        headers |= {"Referer": referer, **(request.headers or {})}
        # A validator with characters that no header may have is left out; the request is then unconditional.
        return {name: each for name, each in headers.items() if name not in CONDITIONS or _SENDABLE.fullmatch(each)}

    async def _attempt(self, request: Request) -> Attempt:
        limits = self._source.limits
        way = _Way(request, self._headers(request), request.url)
        limit = min(limits.bytes, request.limit or limits.bytes)
        try:
            for _ in range(limits.redirects + 1):
                trace = await self._check_allowed(way.url)
                way.begin()
                method, body = (request.method, request.body) if way.url == request.url else ("GET", None)
                answer = await self._client.send(way.url, way.headers, limit, trace, method=method, content=body)
                if attempt := way.redirect(answer) if answer.leads_on else way.open(answer):
                    return attempt
            reason = encode_reason(Code.TOO_MANY_REDIRECTS, limit=limits.redirects)
            return way.ended(failure=Outcome.NETWORK_ERROR, reason=reason)
        except RequestFailed as failed:
            return way.ended(failure=failed.outcome, reason=failed.reason)
        except HostPostponed as postponed:
            code = Code.HOST_ASKED_TO_WAIT if postponed.by_request else Code.HOST_KEEPS_FAILING
            reason = encode_reason(code, host=postponed.host, seconds=round(postponed.seconds))
            return way.ended(failure=Outcome.NETWORK_ERROR, reason=reason)

    async def _check_allowed(self, url: str) -> Trace | None:
        if not self._source.allows(url):
            raise RequestFailed(Outcome.OUT_OF_SCOPE, encode_reason(Code.NOT_A_SOURCE_HOST, url=url))
        host = host_of(url)
        rules = await self._robots(host, url)
        if not rules.allow(url):
            raise RequestFailed(rules.outcome, rules.reason)
        return await self._pace.wait(host, rules.crawl_delay)

    def _out_of_reach(self, host: str) -> bool:
        """Whether the host's robots.txt could not be fetched. Then this fetcher requests nothing more from the host."""
        return host in self._rules and self._rules[host].outcome is Outcome.NETWORK_ERROR

    async def _robots(self, host: str, url: str) -> RobotsRules:
        if host in self._rules:
            return self._rules[host]
        async with self._robots_locks[host]:
            if host not in self._rules:
                robots = await asyncio.to_thread(self._hosts.cached_robots, host)
                if robots is None or not robots.answered or datetime.now(UTC) - robots.fetched_at > ROBOTS_LIFETIME:
                    robots = await self._fetch_robots(url)
                    await asyncio.to_thread(self._hosts.cache_robots, host, robots)
                self._rules[host] = RobotsRules(host, robots, self._user_agent)
        return self._rules[host]

    async def _fetch_robots(self, url: str) -> CachedRobots:
        """Fetches the robots.txt of the URL's host. Raises `RequestFailed` if the host has a forbidden address."""
        number = 0
        while True:
            target, hops = urljoin(url, "/robots.txt"), 0
            try:
                answer = await self._request_robots(target)
                while answer.leads_on and hops < MAX_ROBOTS_REDIRECTS:
                    target, hops = redirected(target, answer.location), hops + 1
                    answer = await self._request_robots(target)
                if (
                    answer.status < 500
                    or number == self._source.limits.retries
                    or self._pace.is_postponed(host_of(target))
                ):
                    return robots_of(answer)
            except RequestFailed as failed:
                if failed.outcome is Outcome.OUT_OF_SCOPE and not hops:
                    raise
                if failed.outcome is not Outcome.NETWORK_ERROR or number == self._source.limits.retries:
                    return CachedRobots(None, failed.reason, datetime.now(UTC))
            await asyncio.sleep(self._source.pace.retry_delay * 2**number)
            number += 1

    async def _request_robots(self, url: str) -> Answer:
        if not self._source.allows(url):
            raise RequestFailed(Outcome.OUT_OF_SCOPE, encode_reason(Code.NOT_A_SOURCE_HOST, url=url))
        trace = await self._pace.wait(host_of(url))
        headers = {"User-Agent": self._user_agent, "Accept-Encoding": ACCEPT_ENCODING}
        answer = await self._client.send(url, headers, MAX_ROBOTS_BYTES, trace, cut=True)
        await self._postpone_as_asked(host_of(url), answer)
        return answer


def _may_be_cut_off(attempt: Attempt) -> bool:
    """Whether a lost connection may have cut off the page or file: its length was not announced, and it ends in the
    middle. If a second attempt gives the same bytes, it is like that."""
    if attempt.length_known or attempt.status != 200 or not attempt.body:
        return False
    if not is_markup(attempt.body):
        return lacks_end(attempt.body)
    return ends_early(attempt.page().text)


def _page_without_content(answer: Answer, url: str) -> WebPage | None:
    """The page, if it is so small that it may only redirect to another one, and is no page of a firewall and no notice
    of an error; else None."""
    if answer.status != 200 or len(answer.body) > MAX_REDIRECTING_BYTES:
        return None
    leads_by_header = bool(answer.header("refresh")) and not answer.body.strip()
    if not leads_by_header and not (is_markup(answer.body) and may_lead_on(answer.body)):
        return None
    page = read_page(answer.body, url, answer.header("content-type"))
    return None if refusal_of(page, answer.status) else page


@asynccontextmanager
async def fetcher(source: Source, hosts: HostRegistry, user_agent: str) -> AsyncIterator[Fetcher]:
    """A fetcher for the source; leaving the block closes its connections."""
    transport = guarded_transport(
        allow_private=source.allow_private_addresses, connections=source.pace.concurrency, tls=source.tls
    )
    async with SiteClient(transport, source.limits.seconds) as client:
        yield Fetcher(source, hosts, client, user_agent)
