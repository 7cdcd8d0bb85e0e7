"""Faster replacements of httpcore's connections and connection pool.

httpcore's connections use anyio, and its pool examines every connection for every other one. Together this took half of
the CPU time of a page.
"""

import asyncio
import select
import ssl
from collections.abc import Iterable
from typing import Any, cast

import httpcore
from httpcore._async.interfaces import AsyncConnectionInterface

_MOST_UNREAD = 64 * 1024
"""Maximum bytes of a connection that are buffered, plus those of one read; the rest stays with the server."""


class AsyncioBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses. Raises httpcore's errors."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                _, stream = await loop.create_connection(_Stream, host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no connection within {timeout} s") from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return stream

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ConnectionPool(httpcore.AsyncConnectionPool):
    """httpcore's pool, which examines only the connection that a waiting request may get.

    At each request and each end of an answer, httpcore checks whether every connection is readable, and counts the idle
    ones once for each idle one. Here the number of idle connections is not limited. A connection is closed when a
    request would get it, if it has expired, or if it received more bytes than the last answer: httpcore would take
    these for the answer to the next request, and confuse two documents. `tests/fetch/test_network.py` checks that
    httpcore calls this method.
    """

    def _assign_requests_to_connections(self) -> list[AsyncConnectionInterface]:
        closing = []
        for waiting in [request for request in self._requests if request.is_queued()]:
            origin = waiting.request.url.origin
            self._connections = [connection for connection in self._connections if not connection.is_closed()]
            for connection in list(self._connections):
                if not connection.is_available() or not connection.can_handle_request(origin):
                    continue
                if not connection.has_expired() and not _has_unrequested_bytes(connection):
                    waiting.assign_to_connection(connection)
                    break
                self._connections.remove(connection)
                closing.append(connection)
            if not waiting.is_queued():
                continue
            if len(self._connections) >= self._max_connections:
                idle = next((connection for connection in self._connections if connection.is_idle()), None)
                if idle is None:
                    break
                self._connections.remove(idle)
                closing.append(idle)
            self._connections.append(connection := self.create_connection(origin))
            waiting.assign_to_connection(connection)
        return closing


def _has_unrequested_bytes(connection: AsyncConnectionInterface) -> bool:
    """Whether bytes other than empty lines came after the last answer (HTTP/1.1)."""
    state = getattr(getattr(connection, "_connection", None), "_h11_state", None)
    return state is not None and bool(state.trailing_data[0].strip())


class _Stream(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """A connection. One task reads at a time, and one writes."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._is_paused, self._is_full, self._ended = False, False, False
        self._error: Exception | None = None
        self._came: asyncio.Future[None] | None = None
        self._sent: asyncio.Future[None] | None = None

    # Methods that the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # those of uvloop do not have this base class
        self._poll = select.poll()
        self._poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) > _MOST_UNREAD and not self._is_paused:
            self._transport.pause_reading()
            self._is_paused = True
        _wake(self._came)

    def eof_received(self) -> bool:
        self._ended = True
        _wake(self._came)
        return self._transport.get_extra_info("ssl_object") is None  # the rest of a request may still be sent

    def connection_lost(self, error: Exception | None) -> None:
        self._ended, self._error = True, error or self._error
        _wake(self._came)
        _wake(self._sent)

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        _wake(self._sent)

    # Methods that httpcore calls

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if not self._received and not self._ended:
            self._came = asyncio.get_running_loop().create_future()
            await _within(timeout, self._came, httpcore.ReadTimeout(f"nothing came within {timeout} s"))
        if not self._received and self._error:
            raise httpcore.ReadError(str(self._error)) from self._error
        data = bytes(self._received[:max_bytes])
        del self._received[:max_bytes]
        if self._is_paused and len(self._received) <= _MOST_UNREAD:
            self._is_paused = False
            self._transport.resume_reading()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:
            return
        if self._transport.is_closing():
            raise httpcore.WriteError("the connection is closed")
        self._transport.write(buffer)
        if self._is_full:
            self._sent = asyncio.get_running_loop().create_future()
            await _within(timeout, self._sent, httpcore.WriteTimeout(f"nothing was taken within {timeout} s"))
            if self._transport.is_closing():
                raise httpcore.WriteError("the connection was closed")

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                transport = await loop.start_tls(self._transport, self, ssl_context, server_hostname=server_hostname)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no TLS within {timeout} s") from error
        except OSError as error:  # if the server closes the connection, asyncio's error has no message
            raise httpcore.ConnectError(str(error) or "the server hung up in the SSL handshake") from error
        assert transport is not None
        self._transport = transport
        return self

    async def aclose(self) -> None:
        self._transport.abort()

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return bool(self._received) or self._ended or bool(self._poll.poll(0))
        return self._transport.get_extra_info(info)


def _wake(waiting: asyncio.Future[None] | None) -> None:
    if waiting and not waiting.done():
        waiting.set_result(None)


async def _within(seconds: float | None, event: asyncio.Future[None], late: Exception) -> None:
    """Waits for the event; raises `late` after `seconds`. Takes a fifth of the time of `asyncio.timeout`."""
    timer = event.get_loop().call_later(seconds, _fail, event, late) if seconds else None
    try:
        await event
    finally:
        if timer:
            timer.cancel()


def _fail(event: asyncio.Future[None], error: Exception) -> None:
    if not event.done():
        event.set_exception(error)
