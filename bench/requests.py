"""`python -m bench.requests [--pages 2000] [--rounds 5] [--database] [--only NAME]`: what a request costs this process.

Requests pages of 45 KB from a server on loopback in a separate process, 16 at once and without pause, alternately with
the fetcher of crawls, with the libraries below it (httpx, httpcore), and with sockets alone. Prints the median of the
rounds: milliseconds of CPU a page of this process, threads included. `--database`: runs the fetcher also with the
hosts of the database that the settings name, and prints how many statements it took.
"""

import argparse
import asyncio
import importlib.util
import multiprocessing
import statistics
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx
from sqlalchemy import event

from etl import event_loop
from etl.archive.storage.archive import open_archive
from etl.fetch.client import ACCEPT, ACCEPT_ENCODING, Request, fetcher
from etl.fetch.host_registry import HostRegistry, LocalHostRegistry
from etl.settings import settings
from etl.sources.schema import Source

PAGE_BYTES, AT_ONCE = 45_000, 16
HEADERS = {"User-Agent": "gongkai/bench", "Accept": ACCEPT, "Accept-Encoding": ACCEPT_ENCODING}
Client = Callable[[list[str]], Coroutine[Any, Any, None]]


def page() -> bytes:
    """A page as a site's template makes it: menus, scripts, and the text of a document."""
    menu = "".join(f'<li><a href="/zwgk/lm{n}/" title="栏目">栏目{n}</a></li>\n' for n in range(120))
    script = "<script>var at = window.location.href;\n" + "function show(x) { return x + 1; }\n" * 300 + "</script>"
    head = f"<!DOCTYPE html><html><head><title>关于印发规定的通知</title>{script}</head><body><ul>{menu}</ul><p>"
    text = head + ("各单位要做好防汛工作。" * 12 + "</p>\n<p>") * 200
    return text.encode()[:PAGE_BYTES].decode(errors="ignore").encode().ljust(PAGE_BYTES)


class Site(asyncio.Protocol):
    """Answers each request with the page, robots.txt with 404."""

    body = page()
    reply = b"HTTP/1.1 200 OK\r\nServer: bench\r\nDate: Fri, 27 Nov 2026 08:00:00 GMT\r\nContent-Type: text/html\r\n"
    reply += b"Last-Modified: Fri, 27 Nov 2026 07:00:00 GMT\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.received = transport, b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            self.transport.write(self.missing if b" /robots.txt " in head else self.reply)


def serve(ready: "multiprocessing.Queue[int]") -> None:
    """Serves until the process is ended."""

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Site, "127.0.0.1", 0)
        ready.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def site() -> Iterator[str]:
    """The site in a separate process; yields its base URL."""
    ready: multiprocessing.Queue[int] = multiprocessing.Queue()
    process = multiprocessing.Process(target=serve, args=(ready,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ready.get()}"
    finally:
        process.terminate()
        process.join()


def with_fetcher(base: str, hosts: HostRegistry) -> Client:
    source = Source.model_validate(
        {
            "id": "bench", "name": "bench", "agency": "bench", "region": "000000", "platform": "trs_wcm",
            "columns": [{"url": f"{base}/"}], "hosts": ["127.0.0.1"], "allow_private_addresses": True,
            "pace": {"delay": 0, "concurrency": AT_ONCE}, "verified": "never",
            "assertions": {"min_records": 1, "max_age_days": 36500},
        }
    )  # fmt: skip

    async def run(urls: list[str]) -> None:
        async with fetcher(source, hosts, "gongkai/bench") as client:
            answers = await asyncio.gather(*(client.fetch(Request(url)) for url in urls))
        assert all(len(attempts[-1].body or b"") == PAGE_BYTES for attempts in answers)

    return run


async def with_httpx(urls: list[str]) -> None:
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(headers=HEADERS, limits=limits) as client:

        async def get(url: str) -> int:
            return len((await client.get(url)).content)

        await _all(urls, get)


async def with_httpcore(urls: list[str]) -> None:
    async with httpcore.AsyncConnectionPool(max_connections=AT_ONCE) as pool:

        async def get(url: str) -> int:
            return len((await pool.request("GET", url, headers=HEADERS)).content)

        await _all(urls, get)


async def with_aiohttp(urls: list[str]) -> None:
    import aiohttp  # type: ignore[import-not-found]  # noqa: PLC0415

    async with aiohttp.ClientSession(headers=HEADERS) as session:

        async def get(url: str) -> int:
            async with session.get(url) as response:
                return len(await response.read())

        await _all(urls, get)


async def with_sockets(urls: list[str]) -> None:
    """What no client can go below in asyncio: a connection for each worker, and no look at what came."""
    parts = httpx.URL(urls[0])
    lines = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    left = iter(urls)

    async def work() -> None:
        reader, writer = await asyncio.open_connection(parts.host, parts.port)
        for url in left:
            writer.write(f"GET {httpx.URL(url).path} HTTP/1.1\r\nHost: {parts.host}\r\n{lines}\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
            assert len(await reader.readexactly(length)) == PAGE_BYTES
        writer.close()

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


async def _all(urls: list[str], get: Callable[[str], Awaitable[int]]) -> None:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(url: str) -> None:
        async with slots:
            assert await get(url) == PAGE_BYTES

    await asyncio.gather(*map(one, urls))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--database", action="store_true")
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    statements = 0
    with site() as base:
        clients: dict[str, Client] = {"fetcher": with_fetcher(base, LocalHostRegistry())}
        if given.database:
            archive = open_archive(settings())
            clients["fetcher with PostgreSQL"] = with_fetcher(base, archive.hosts)

            @event.listens_for(archive.engine, "before_cursor_execute")
            def count(*_: object) -> None:
                nonlocal statements
                statements += 1

        clients |= {"httpx": with_httpx, "httpcore": with_httpcore, "sockets": with_sockets}
        if importlib.util.find_spec("aiohttp"):
            clients["aiohttp"] = with_aiohttp
        clients = {name: run for name, run in clients.items() if name.startswith(given.only)}
        urls = [f"{base}/{number}.html" for number in range(given.pages // given.rounds)]
        costs: dict[str, list[float]] = {name: [] for name in clients}
        for _ in range(given.rounds):
            for name, run in clients.items():
                began = time.process_time()
                (event_loop.run if name.startswith("fetcher") else asyncio.run)(run(urls))
                costs[name].append((time.process_time() - began) / len(urls) * 1000)
    for name, each in costs.items():
        print(f"{name:30} {statistics.median(each):6.2f} ms a page ({min(each):.2f}-{max(each):.2f})")
    if given.database:
        print(f"{statements / len(urls) / given.rounds:.2f} statements a page")


if __name__ == "__main__":
    main()
