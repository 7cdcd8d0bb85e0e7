"""One request and its answer: the only module that sends requests to sites. It applies limits to all answers.

Every request returns an `Answer` or raises `RequestFailed`, although every layer below (TLS, HTTP/1.1, HTTP/2, cookies,
codings) raises errors of its own for malformed answers.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin
from urllib.request import Request as CookieRequest

import h2.exceptions
import httpcore
import httpx

from etl.fetch.content_coding import BodyError, BodyReader
from etl.fetch.guard import ForbiddenAddress, NotResolved, describe_error
from etl.fetch.in_flight import AT_ONCE_BYTES, FREE_BYTES, LargeBodies
from etl.fetch.pace import Trace
from etl.fetch.tls import TlsFailed
from etl.outcomes import Outcome
from etl.outside import Outside, clean_text
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.web.urls import address_of_bytes, canonical_url, with_slashes

MAX_COOKIE_BYTES = 4096
"""Longer cookies are ignored, as in browsers (RFC 6265bis, 5.6)."""
MAX_COOKIES = 50
"""Maximum number of cookies in one client; if there are more, it deletes all (RFC 6265, 6.1, wants 50 for a site)."""
MAX_COOKIES_BYTES = 6000
"""Maximum for all cookies of a client together; if there are more, it deletes all. Servers refuse requests with more
than 8 KB of headers (nginx, Tomcat), and some pages set a cookie each."""
_ALWAYS = {"Accept": "*/*", "Connection": "keep-alive"}
"""Headers of every request that does not set them."""
_MAX_ERROR_CHARS = 300


@dataclass(frozen=True, slots=True)
class Answer(Outside):
    """A complete answer. `headers`: cleaned, so that they can be stored. `location`: the header `Location`, or ''.

    `length_known`: whether the site announced where the body ends, and did not just close the connection (RFC 9112,
    6.3).
    """

    TEXTS = frozenset({"headers", "location"})
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    location: str
    length_known: bool = True

    def header(self, name: str) -> str:
        """The last value of a header, or an empty string."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name), "")

    @property
    def cookies(self) -> frozenset[str]:
        """The names of the cookies that it sets."""
        values = (value for key, value in self.headers if key.lower() == "set-cookie")
        return frozenset(value.partition("=")[0].strip() for value in values)

    @property
    def leads_on(self) -> bool:
        """Whether it is a redirect (RFC 9110, 15.4)."""
        return self.status in (301, 302, 303, 307, 308) and bool(self.location)


class RequestFailed(Exception):
    """There is no complete answer. `outcome`, `reason`: those of the attempt; the reason in stored form
    (`etl.reasons`)."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome, self.reason = outcome, reason


class SiteClient:
    """Sends requests; a request takes at most `seconds`. Use `async with`: leaving it closes the connections."""

    def __init__(self, transport: httpx.AsyncHTTPTransport, seconds: float) -> None:
        # Only httpx's transport, not its client: the client also handles redirects, which the fetcher does itself, and
        # cookies, and takes time for both even if there are none.
        self._seconds, self._transport, self._pool = seconds, transport, transport._pool
        self._large_bodies = LargeBodies()
        self._timeout = httpx.Timeout(min(30.0, seconds), connect=min(10.0, seconds)).as_dict()
        self._cookies = httpx.Cookies(_Cookies().jar)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.aclose()

    @property
    def has_cookies(self) -> bool:
        """Whether it holds cookies."""
        return len(self._cookies.jar) > 0

    async def send(
        self,
        url: str,
        headers: Mapping[str, str],
        limit: int,
        trace: Trace | None,
        *,
        method: str = "GET",
        content: bytes | None = None,
        cut: bool = False,
    ) -> Answer:
        """Sends one request and returns its answer; does not follow redirects.

        If the unpacked body has more than `limit` bytes, the request fails, or with `cut` the rest is left out.
        `trace`: httpcore's extension. Raises `RequestFailed`, and whatever `trace` raises.
        """
        address, whole, ours = None, False, None

        async def traced(event: str, values: Mapping[str, Any]) -> None:
            nonlocal ours
            assert trace is not None
            try:
                await trace(event, values)
            except Exception as error:
                ours = error
                raise

        extensions = {"timeout": self._timeout} | ({"trace": traced} if trace else {})
        try:
            address = httpx.URL(url)
            request = httpx.Request(
                method, address, headers=_ALWAYS | dict(headers), content=content, extensions=extensions
            )
            async with asyncio.timeout(self._seconds) as deadline, self._sent(request) as response:
                try:
                    body = await self._read_body(response, limit, deadline)
                    whole = True
                except BodyError as error:
                    if not cut or error.outcome is not Outcome.TOO_LARGE:
                        raise
                    body = error.partial
                return _answer(response, body)
        except TimeoutError as error:
            reason = encode_reason(Code.NO_WHOLE_ANSWER, seconds=self._seconds)
            raise RequestFailed(Outcome.NETWORK_ERROR, reason) from error
        except ForbiddenAddress as error:
            raise RequestFailed(Outcome.OUT_OF_SCOPE, error.reason) from error
        except BodyError as error:
            raise RequestFailed(error.outcome, error.reason) from error
        except (TlsFailed, NotResolved) as error:
            raise RequestFailed(Outcome.NETWORK_ERROR, error.reason) from error
        except Exception as error:
            if ours is not None:
                raise ours from None
            text = clean_text(describe_error(error))[:_MAX_ERROR_CHARS]
            raise RequestFailed(Outcome.NETWORK_ERROR, encode_reason(Code.CONNECTION_FAILED, error=text)) from error
        finally:
            if address and not whole:
                await self._drop_http2(address)

    @asynccontextmanager
    async def _sent(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        """The head of the answer. Sends the cookies of earlier answers, and stores those of this one."""
        if self._cookies.jar:
            self._cookies.set_cookie_header(request)
        response = await self._transport.handle_async_request(request)
        try:
            if "set-cookie" in response.headers:
                response.request = request
                self._cookies.extract_cookies(response)
            yield response
        finally:
            await response.aclose()

    async def _read_body(self, response: httpx.Response, limit: int, deadline: asyncio.Timeout) -> bytes:
        assert isinstance(response.stream, httpx.AsyncByteStream)
        reader = BodyReader(response.headers.get("content-encoding", ""), limit)
        try:
            async for chunk in response.stream:
                for start in range(0, len(chunk), AT_ONCE_BYTES):
                    if reader.bursts or reader.size > FREE_BYTES:
                        await self._large_bodies.take(deadline)
                    reader.add(chunk[start : start + AT_ONCE_BYTES])
        except httpx.RemoteProtocolError:
            # Some servers announce the length of the unpacked body, and close the connection after the packed one.
            if not reader.proves_whole:
                raise
        return reader.complete()

    async def _drop_http2(self, address: httpx.URL) -> None:
        """Closes HTTP/2 connections to the address's host after an answer that was not read to its end.

        httpcore neither reads nor acknowledges the rest of such an answer, so that the connection soon hangs.
        """
        origin = httpcore.Origin(address.raw_scheme, address.raw_host, address.port or 443)
        for connection in self._pool.connections:
            if connection.can_handle_request(origin) and "HTTP/2" in connection.info():
                try:
                    await connection.aclose()
                except (h2.exceptions.ProtocolError, OSError):
                    continue  # it is closed already


def redirected(url: str, location: str) -> str:
    """The canonical address to which an answer of `url` redirects. Raises `RequestFailed` if `location` is invalid."""
    try:
        return canonical_url(urljoin(url, with_slashes(location.strip())))
    except ValueError as error:
        reason = encode_reason(Code.REDIRECT_NO_ADDRESS, address=location[:200])
        raise RequestFailed(Outcome.NETWORK_ERROR, reason) from error


def _answer(response: httpx.Response, body: bytes) -> Answer:
    headers = tuple(response.headers.multi_items())
    # Read from the raw header: httpx decodes bytes that are not UTF-8 as Latin-1, which gives another address.
    location = next((raw for name, raw in response.headers.raw if name.lower() == b"location"), b"")
    announced = response.headers.keys() & {"content-length", "transfer-encoding"}
    length_known = bool(announced) or response.http_version == "HTTP/2"
    return Answer(response.status_code, headers, body, address_of_bytes(location), length_known)


class _Cookies(DefaultCookiePolicy):
    """Decides which cookies a client stores: none that cannot be sent, as it would break all later requests to its
    host."""

    def __init__(self) -> None:
        super().__init__()
        self.jar = CookieJar(policy=self)

    def set_ok(self, cookie: Cookie, request: CookieRequest) -> bool:
        sent = f"{cookie.name}={cookie.value or ''}"
        if not (sent.isascii() and sent.isprintable()) or len(sent) > MAX_COOKIE_BYTES:
            return False
        size = sum(len(each.name) + len(each.value or "") for each in self.jar)
        if len(self.jar) >= MAX_COOKIES or size + len(sent) > MAX_COOKIES_BYTES:
            self.jar.clear()
        return super().set_ok(cookie, request)
