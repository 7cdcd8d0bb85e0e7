"""Connections and their pool: what httpcore would do, whichever event loop carries them."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import httpcore
import httpx
import pytest

from etl.event_loop import run
from etl.fetch.guard import guarded_transport
from etl.fetch.network import AsyncioBackend
from etl.sources.schema import Tls
from tests.support.fetching import PAGE
from tests.support.raw_server import listening

RUNS = pytest.mark.parametrize("start", [asyncio.run, run], ids=["asyncio", "uvloop"])
Start = Callable[[Awaitable[None]], None]
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(PAGE) + PAGE


@contextmanager
def keeping_server() -> Iterator[tuple[int, list[list[str]]]]:
    """A server that keeps its connections; gives its port, and for each connection the paths asked."""
    asked: list[list[str]] = []

    def serve(connection: socket.socket) -> None:
        asked.append(paths := [])
        while request := connection.recv(65536):
            paths.append(request.split(b" ", 2)[1].decode())
            connection.sendall(ANSWER)

    with listening(serve) as port:
        yield port, asked


async def ask(transport: httpx.AsyncHTTPTransport, url: str) -> None:
    response = await transport.handle_async_request(httpx.Request("GET", url))
    assert await response.aread() == PAGE
    await response.aclose()


@RUNS
def test_connections_are_kept_and_no_more_than_allowed(start: Start) -> None:
    async def all_at_once(port: int) -> None:
        async with guarded_transport(allow_private=True, connections=2, tls=Tls()) as transport:
            await ask(transport, f"http://127.0.0.1:{port}/first")
            await ask(transport, f"http://127.0.0.1:{port}/second")
            await asyncio.gather(*(ask(transport, f"http://127.0.0.1:{port}/{number}") for number in range(8)))

    with keeping_server() as (port, asked):
        start(all_at_once(port))
    assert len(asked) == 2
    assert asked[0][:2] == ["/first", "/second"]
    assert sum(map(len, asked)) == 10


@RUNS
def test_an_idle_connection_gives_way_to_another_host(start: Start) -> None:
    async def in_turn(port: int) -> None:
        async with guarded_transport(allow_private=True, connections=1, tls=Tls()) as transport:
            for host in ("127.0.0.1", "localhost", "127.0.0.1"):
                await ask(transport, f"http://{host}:{port}/{host}")
                assert len(transport._pool.connections) == 1

    with keeping_server() as (port, asked):
        start(in_turn(port))
    assert asked == [["/127.0.0.1"], ["/localhost"], ["/127.0.0.1"]]


@RUNS
def test_a_connection_that_the_server_closed_is_not_used_again(start: Start) -> None:
    closed = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(ANSWER)
        connection.close()
        closed.set()

    async def in_turn(port: int) -> None:
        async with guarded_transport(allow_private=True, connections=1, tls=Tls()) as transport:
            for _ in range(3):
                closed.clear()
                await ask(transport, f"http://127.0.0.1:{port}/")
                assert closed.wait(60), "the loop does not run meanwhile, so it cannot have been told"

    with listening(serve) as port:
        start(in_turn(port))


@RUNS
def test_what_is_not_read_stays_with_the_server(start: Start) -> None:
    sent, stuck = [0], threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.settimeout(0.2)
        try:
            while sent[0] < 200_000_000:
                sent[0] += connection.send(b"x" * 1_000_000)
        except TimeoutError:
            stuck.set()

    async def read(port: int) -> None:
        stream = await AsyncioBackend().connect_tcp("127.0.0.1", port, timeout=60)
        assert await stream.read(10, timeout=60) == b"x" * 10
        assert await asyncio.to_thread(stuck.wait, 30)
        assert sent[0] < 20_000_000
        received = 10
        while block := await stream.read(65_536, timeout=60):
            assert len(block) <= 65_536
            received += len(block)
        assert received == sent[0]
        await stream.aclose()

    with listening(serve) as port:
        start(read(port))


@RUNS
def test_silence_and_refusal_are_errors_of_httpcore(start: Start) -> None:
    silent = threading.Event()

    async def wait(port: int) -> None:
        stream = await AsyncioBackend().connect_tcp("127.0.0.1", port, timeout=60)
        with pytest.raises(httpcore.ReadTimeout):
            await stream.read(10, timeout=0.01)
        assert not stream.get_extra_info("is_readable")
        await stream.aclose()
        with pytest.raises(httpcore.WriteError):
            await stream.write(b"too late")

    async def connect(port: int) -> None:
        with pytest.raises(httpcore.ConnectError, match="onnect"):
            await AsyncioBackend().connect_tcp("127.0.0.1", port, timeout=60)

    with listening(lambda _: silent.wait() and None) as port:
        start(wait(port))
        silent.set()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    start(connect(port))
