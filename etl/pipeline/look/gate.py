"""The only way out of a browser that looks at a page: the fetcher of a crawl, with its address guard, robots.txt, pace
and limits, for requests that a survey may make."""

from collections.abc import Callable, MutableMapping

from etl.fetch.classify import classify
from etl.fetch.client import Attempt, Fetcher, Request
from etl.pipeline.look.exchanges import Sent
from etl.platforms.elements.list_addresses import changes_something
from etl.reasons import english
from etl.sources.schema import Source

MAX_REQUESTS = 90
"""Requests of a page that are made; pages of frameworks load some forty files."""
MAX_ANSWER_BYTES, MAX_BYTES = 8_000_000, 60_000_000
"""Maximum size of an answer, and of all answers together."""
_LIBRARIES = ("script", "stylesheet")


class AnyHost(Source):
    """A source for the libraries of a page, which may be on any host; private addresses stay forbidden."""

    def allows(self, url: str) -> bool:
        return url.startswith(("http://", "https://"))


class Gate:
    """Makes the requests of a page. `own`: for the site that is surveyed; `others`: for libraries of other hosts;
    `attempts`: what the survey has fetched already, by address; `report`: gets the address of each request."""

    def __init__(
        self,
        source: Source,
        own: Fetcher,
        others: Fetcher,
        attempts: MutableMapping[str, Attempt],
        report: Callable[[str], None],
    ) -> None:
        self.source, self._own, self._others, self._attempts, self._report = source, own, others, attempts, report
        self._requests = self._bytes = 0
        self.site_cookies: set[str] = set()
        """The names of the cookies that the site itself has set."""

    async def send(self, sent: Sent) -> tuple[Attempt | None, str]:
        """The answer to a request, or None and the reason why there is none."""
        if reason := self._refusal(sent):
            return None, f"not requested: {reason}"
        is_plain = sent.method == "GET" and sent.kind != "xhr" and sent.kind != "fetch"
        attempt = self._attempts.get(sent.url) if is_plain else None
        if attempt is None:
            attempt = await self._attempt(sent)
            self._requests += 1
            self._bytes += len(attempt.body or b"")
            if is_plain and attempt.status == 200:
                self._attempts[sent.url] = attempt
        cookies = (value for name, value in attempt.headers if name.lower() == "set-cookie")
        self.site_cookies |= {cookie.partition("=")[0].strip() for cookie in cookies}
        if attempt.failure is not None or attempt.status is None:
            return None, english(classify(attempt)[1])
        return attempt, ""

    async def _attempt(self, sent: Sent) -> Attempt:
        self._report(sent.url)
        fetch = self._own if self.source.allows(sent.url) else self._others
        headers = dict(sent.headers)
        if sent.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in sent.cookies.items())
        body = sent.body.encode() if sent.method == "POST" else None
        return (await fetch.fetch(Request(sent.url, sent.method, headers, body, MAX_ANSWER_BYTES)))[-1]

    def _refusal(self, sent: Sent) -> str:
        """Why a request is not made; empty if it is."""
        if sent.method not in ("GET", "POST"):
            return f"it is a {sent.method}"
        is_library = sent.method == "GET" and sent.kind in _LIBRARIES
        if not self.source.allows(sent.url) and not is_library:
            return "it is on another host"
        if changes_something(sent.url) and not sent.is_script_file and sent.kind != "stylesheet":
            return "its name says that it writes"
        if self._requests >= MAX_REQUESTS:
            return f"the page makes more than {MAX_REQUESTS} requests"
        if self._bytes >= MAX_BYTES:
            return f"the answers to the page have more than {MAX_BYTES // 1_000_000} MB"
        return ""
