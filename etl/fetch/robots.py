"""robots.txt as in RFC 9309: 4xx means that everything is allowed, an unreachable file that nothing is."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

import httpx
from protego import Protego

from etl.fetch.guard import ForbiddenAddress, describe_error
from etl.fetch.host_registry import CachedRobots
from etl.fetch.pace import Trace
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.web.urls import address_of_bytes

ROBOTS_LIFETIME = timedelta(hours=24)
"""RFC 9309, 2.4: a cached file should not be used for longer."""
MAX_BYTES = 500 * 1024
"""RFC 9309, 2.5: at least 500 KiB must be parsed; the rest is ignored."""
MAX_CRAWL_DELAY_SECONDS = 60.0
"""Longer values of Crawl-delay are cut to this."""


class RobotsRules:
    """A host's robots.txt, read for this crawler. `outcome` and `reason` are those of a forbidden address."""

    def __init__(self, host: str, robots: CachedRobots, user_agent: str) -> None:
        self._agent = user_agent.partition("/")[0]
        self._parsed: Protego | None = None
        self._all_refused = not robots.answered
        self.outcome = Outcome.NETWORK_ERROR if robots.status is None else Outcome.ROBOTS
        if self._all_refused:
            self.reason = (
                encode_reason(Code.ROBOTS_UNREACHABLE, host=host, error=robots.text or "no answer")
                if robots.status is None
                else encode_reason(Code.ROBOTS_STATUS, host=host, status=robots.status)
            )
        else:
            self.reason = encode_reason(Code.ROBOTS_DISALLOWS, host=host)
        if robots.status is not None and robots.status < 300:
            self._parsed = Protego.parse(robots.text)

    def allow(self, url: str) -> bool:
        """Whether the address may be requested."""
        if self._parsed is None:
            return not self._all_refused
        return bool(self._parsed.can_fetch(url, self._agent))

    @property
    def crawl_delay(self) -> float:
        """Seconds between requests as set by the file, at most `MAX_CRAWL_DELAY_SECONDS`."""
        delay = self._parsed.crawl_delay(self._agent) if self._parsed else None
        return min(float(delay or 0), MAX_CRAWL_DELAY_SECONDS)


def redirect_target(response: httpx.Response) -> str:
    """The header `Location`, or an empty string. httpx reads what is no UTF-8 as Latin-1, which is another address."""
    return address_of_bytes(next((raw for name, raw in response.headers.raw if name.lower() == b"location"), b""))


async def read_robots(client: httpx.AsyncClient, url: str, user_agent: str, trace: Trace) -> CachedRobots:
    """Fetch the robots.txt of the address's host; redirects within the host are followed.

    Raises `ForbiddenAddress`. Any other failure gives a result without `status`.
    """
    target = urljoin(url, "/robots.txt")
    try:
        async with asyncio.timeout(30):
            for _ in range(5):
                async with client.stream(
                    "GET", target, headers={"User-Agent": user_agent}, extensions={"trace": trace}
                ) as response:
                    body = b""
                    async for chunk in response.aiter_bytes(65536):
                        body += chunk
                        if len(body) > MAX_BYTES:
                            break
                location = urljoin(target, redirect_target(response))
                if response.status_code // 100 != 3 or urlsplit(location).netloc != urlsplit(url).netloc:
                    break
                target = location
    except ForbiddenAddress:
        raise
    except (httpx.HTTPError, TimeoutError) as error:
        return CachedRobots(None, describe_error(error), datetime.now(UTC))
    status = 404 if response.status_code // 100 == 3 else response.status_code
    # Sites without the file may answer any address with their home page: HTML sets no rules.
    text = "" if "html" in response.headers.get("content-type", "") else body[:MAX_BYTES].decode("utf-8", "replace")
    return CachedRobots(status, text, datetime.now(UTC))
