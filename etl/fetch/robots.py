"""robots.txt as RFC 9309 asks: 4xx means all is allowed, an unreachable file that nothing is."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

import httpx
from protego import Protego

from etl.fetch.guard import ForbiddenAddress, describe_error
from etl.fetch.host_registry import CachedRobots
from etl.outcomes import Outcome

ROBOTS_LIFETIME = timedelta(hours=24)
"""RFC 9309, 2.4: a cached file should not be used for longer."""
MAX_BYTES = 500 * 1024
"""RFC 9309, 2.5: at least 500 KiB must be parsed; the rest is dropped."""
MAX_CRAWL_DELAY_SECONDS = 60.0


class RobotsRules:
    """What a host's robots.txt says to this crawler; `outcome` and `reason` are those of an address it refuses."""

    def __init__(self, host: str, kept: CachedRobots, user_agent: str) -> None:
        self._agent = user_agent.partition("/")[0]
        self._parsed: Protego | None = None
        self._all_refused = not kept.answered
        self.outcome = Outcome.NETWORK_ERROR if kept.status is None else Outcome.ROBOTS
        if self._all_refused:
            why = kept.text or "no answer" if kept.status is None else f"status {kept.status}"
            self.reason = f"robots.txt of {host} cannot be had ({why}), so nothing may be asked"
        else:
            self.reason = f"robots.txt of {host} disallows it"
        if kept.status is not None and kept.status < 300:
            self._parsed = Protego.parse(kept.text)

    def allow(self, url: str) -> bool:
        """Whether the address may be asked."""
        if self._parsed is None:
            return not self._all_refused
        return bool(self._parsed.can_fetch(url, self._agent))

    @property
    def crawl_delay(self) -> float:
        """Seconds between requests that the file asks for, at most a minute."""
        asked = self._parsed.crawl_delay(self._agent) if self._parsed else None
        return min(float(asked or 0), MAX_CRAWL_DELAY_SECONDS)


async def read_robots(client: httpx.AsyncClient, url: str, user_agent: str) -> CachedRobots:
    """Asks the address's host for its robots.txt; redirects within the host are followed.

    Raises `ForbiddenAddress`; every other failure is part of the answer.
    """
    target = urljoin(url, "/robots.txt")
    try:
        async with asyncio.timeout(30):
            for _ in range(5):
                async with client.stream("GET", target, headers={"User-Agent": user_agent}) as response:
                    body = b""
                    async for chunk in response.aiter_bytes(65536):
                        body += chunk
                        if len(body) > MAX_BYTES:
                            break
                location = urljoin(target, response.headers.get("location", ""))
                if response.status_code // 100 != 3 or urlsplit(location).netloc != urlsplit(url).netloc:
                    break
                target = location
    except ForbiddenAddress:
        raise
    except (httpx.HTTPError, TimeoutError) as error:
        return CachedRobots(None, describe_error(error), datetime.now(UTC))
    status = 404 if response.status_code // 100 == 3 else response.status_code
    # A site without the file that answers every address with its home page says nothing to crawlers.
    text = "" if "html" in response.headers.get("content-type", "") else body[:MAX_BYTES].decode("utf-8", "replace")
    return CachedRobots(status, text, datetime.now(UTC))
