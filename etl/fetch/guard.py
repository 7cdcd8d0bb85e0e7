"""The address guard: checks the resolved IP address of every connection, including those for redirects.

The check is part of connecting: the address that is checked is the one that is used. So a name that resolves to another
address a moment later (DNS rebinding) cannot bypass it.
"""

import asyncio
import socket
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from etl.fetch.addresses import why_not_public
from etl.fetch.national_tls import national_tls
from etl.fetch.network import AsyncioBackend, ConnectionPool
from etl.fetch.response_heads import MendingBackend
from etl.fetch.tls import HandshakeStream, tls_context
from etl.reason_codes import Code
from etl.reasons import encode_reason, english
from etl.sources.schema import Tls

IDLE_SECONDS = 5.0
"""A connection that was idle for longer is not used again; servers close connections after this time or later."""


class ForbiddenAddress(httpx.TransportError):
    """A host resolves to an address that the source must not access; `reason`: a stored reason (`etl.reasons`)."""

    def __init__(self, reason: str) -> None:
        super().__init__(english(reason))
        self.reason = reason


def describe_error(error: BaseException) -> str:
    """The error's type and message; if it has no message (as when TLS ends early), that of the error that caused it."""
    source: BaseException | None = error
    while source is not None and not str(source):
        source = source.__cause__ or source.__context__
    return f"{type(error).__name__}: {source or ''}".rstrip(": ")


class NotResolved(httpx.TransportError):
    """A host has no address, or the name servers do not answer; `reason`: a stored reason (`etl.reasons`)."""

    def __init__(self, host: str, error: str) -> None:
        super().__init__(f"{host}: {error}")
        self.reason = encode_reason(Code.HOST_NOT_RESOLVED, host=host, error=error)


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    def __init__(self, inner: httpcore.AsyncNetworkBackend, allow_private: bool, tls: Tls) -> None:
        self._inner, self._allow_private, self._tls = inner, allow_private, tls
        self._national: dict[tuple[str, int], str] = {}

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                resolved = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except TimeoutError as error:
            raise NotResolved(host, f"no answer within {timeout} s") from error
        except OSError as error:
            raise NotResolved(host, error.strerror or str(error)) from error
        addresses = list(dict.fromkeys(str(item[4][0]) for item in resolved))
        refused = {} if self._allow_private else {item: why for item in addresses if (why := why_not_public(item))}
        if refused:
            refusals = ", ".join(f"{address} ({why})" for address, why in refused.items())
            raise ForbiddenAddress(encode_reason(Code.PRIVATE_ADDRESS, host=host, addresses=refusals))
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                stream = await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
                return HandshakeStream(stream, host, self._tls, lambda: self._national_tls(host, port))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _national_tls(self, host: str, port: int) -> str:
        """The result is cached, so that a site that is down does not get twice as many requests."""
        if (host, port) not in self._national:
            self._national[host, port] = await national_tls(self, host, port)
        return self._national[host, port]

    async def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        raise ForbiddenAddress(encode_reason(Code.UNIX_SOCKET))

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def guarded_transport(*, allow_private: bool, connections: int, tls: Tls) -> httpx.AsyncHTTPTransport:
    """httpx's pooled HTTP/2 transport, which connects through the guard and repairs the heads of answers."""
    context = tls_context(tls)
    transport = httpx.AsyncHTTPTransport(verify=context)
    # httpx has no public way to set the pool; tests/fetch/test_guard.py checks that this still works.
    transport._pool = ConnectionPool(
        ssl_context=context,
        max_connections=connections,
        keepalive_expiry=IDLE_SECONDS,
        http2=True,
        network_backend=_GuardedBackend(MendingBackend(AsyncioBackend()), allow_private, tls),
    )
    return transport
