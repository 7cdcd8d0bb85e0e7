"""A local web server for one invented site: what all families have in common.

Each family is a subclass of `Site` in its own module, with a function `demo()` that makes its demo site. The subclass
gives the content of each address (`resource_at`) and the fields that its pages show (`golden_fields`). Recording of
requests, robots.txt, gzip, validators and faults are here.

    site = trs_wcm.demo()
    with serve(site) as base:
        site.faults["flood-notice"] = faults.status(503, retry_after=1)
        …
        assert site.count("/zwgk/") == 3
"""

import asyncio
import gzip
import hashlib
import re
import socket
import ssl
import struct
import threading
import time
from asyncio import Transport
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any, ClassVar, Literal

import jinja2
import uvicorn
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from demo.documents import Document
from demo.looks import look_at

CHINA = timezone(timedelta(hours=8))
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
GZIP_FROM = 400
"""Bytes of a body from which it is compressed, as web servers do."""


@dataclass(frozen=True, slots=True)
class Posting:
    """A document published in a column of a site. `href`: the entry links this address instead (another host)."""

    key: str
    document: Document
    column: str
    number: int
    modified: datetime
    href: str = ""

    @property
    def day(self) -> date:
        return self.document.published_date


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request that the site received; `at`: seconds of the monotonic clock."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Resource:
    """The content of an address. `key` is its name in `Site.faults`: a posting's key, `key/2` for its second page,
    `key/name.pdf` for an attachment, `column/0` for a listing page."""

    key: str
    body: bytes
    media_type: str = "text/html; charset=utf-8"
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class MovedTo:
    """A redirect (301) to another address of the site."""

    location: str


@dataclass(frozen=True, slots=True)
class Call:
    """The argument of a fault: the site, the request, and the resource without the fault."""

    site: "Site"
    request: Request
    resource: Resource

    def plain(self) -> Response:
        """The response without the fault."""
        return self.site.respond(self.request, self.resource)


Fault = Callable[[Call], Response]


@dataclass
class Site:
    """One invented site. All public attributes may be changed while it is served."""

    name: str
    platform: ClassVar[str] = ""
    charset: ClassVar[str] = "utf-8"
    attachments_in_body: ClassVar[bool] = False
    base: str = ""
    postings: dict[str, Posting] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    path_faults: dict[str, Fault] = field(default_factory=dict)
    """Faults by regular expression of the path; they apply to addresses without a resource, too."""
    outcomes: dict[str, str] = field(default_factory=dict)
    """Expected outcome of crawling a posting, if it is not `stored`."""
    requests: list[RecordedRequest] = field(default_factory=list)
    robots: str | None = "User-agent: *\nAllow: /\n"
    disallowed: set[str] = field(default_factory=set)
    unlisted: set[str] = field(default_factory=set)
    """Postings that have a page but are in no listing."""
    also_listed: dict[str, str] = field(default_factory=dict)
    """Posting key → second column that lists it, with the same address."""
    validators: Literal["honest", "lying", "none"] = "honest"
    churn: bool = False
    """Pages have a counter that differs in every response: other bytes, same text."""

    # Each family implements these.

    def resource_at(self, request: Request, body: bytes) -> Resource | MovedTo | None:
        """The content of the request's address; None for 404."""
        raise NotImplementedError

    def path(self, posting: Posting) -> str:
        """The path of a posting's page."""
        raise NotImplementedError

    def column_of(self, document: Document) -> str:
        """The column where a document of this genre is published."""
        raise NotImplementedError

    def golden_fields(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        """(fields that the page shows, further fields that a record may have: from meta tags or scripts)."""
        raise NotImplementedError

    def golden_entry(self, posting: Posting) -> dict[str, str]:
        """The golden entry of a posting in its listing: `url`, `title`, and the fields beside them."""
        raise NotImplementedError

    def attachment_url(self, posting: Posting, name: str) -> str:
        """The absolute address of an attachment."""
        raise NotImplementedError

    # Tests call these.

    def put(
        self, document: Document, *, key: str = "", column: str = "", href: str = "", number: int | None = None
    ) -> Posting:
        """Publish a document, or replace the one with the same key."""
        key = key or document.key
        if old := self.postings.get(key):
            posting = replace(old, document=document, modified=datetime.now(UTC), column=column or old.column)
        else:
            number = number or max((each.number for each in self.postings.values()), default=self.first_number) + 7
            opened = datetime.combine(document.published_date, datetime.min.time(), CHINA) + timedelta(hours=9)
            posting = Posting(key, document, column or self.column_of(document), number, opened, href)
        self.postings[key] = posting
        return posting

    first_number: ClassVar[int] = 11590000
    """Numbers of documents in the content management system are greater than this."""

    def plant(self, key: str, fault: Fault | None, outcome: str) -> None:
        """Plant a fault and the outcome that a crawl must give; `fault=None`: robots.txt forbids the page."""
        if fault:
            self.faults[key] = fault
        else:
            self.disallow(key)
        self.outcomes[key] = outcome

    def link(self, key: str, title: str, href: str, column: str, day: date) -> None:
        """Add an entry that links another host; its outcome is `out_of_scope`."""
        document = Document(key, title, "", "", "", "", None, day)
        self.put(document, column=column, href=href)
        self.outcomes[key] = "out_of_scope"

    def remove(self, key: str) -> None:
        """Remove a posting from its listing, and its page (404 from now on)."""
        del self.postings[key]

    def disallow(self, key: str) -> None:
        """Forbid a posting's page in robots.txt."""
        self.disallowed.add(self.path(self.postings[key]))

    def url(self, key: str) -> str:
        """The absolute address of a posting in its listing."""
        posting = self.postings[key]
        return posting.href or self.base + self.path(posting)

    def entries(self, column: str) -> list[Posting]:
        """A column's postings, the newest first."""
        ours = (
            posting
            for posting in list(self.postings.values())
            if column in (posting.column, self.also_listed.get(posting.key)) and posting.key not in self.unlisted
        )
        return sorted(ours, key=lambda posting: (posting.day, posting.number), reverse=True)

    def count(self, prefix: str = "/", method: str = "GET") -> int:
        """Number of requests received for paths with this prefix."""
        return sum(seen.path.startswith(prefix) and seen.method == method for seen in list(self.requests))

    # The server.

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers.raw}
        self.requests.append(
            RecordedRequest(request.method, request.url.path, request.url.query, headers, body, time.monotonic())
        )
        await self.answer(request, body)(scope, receive, send)

    def answer(self, request: Request, body: bytes) -> Response:
        """The response to a request, with the fault planted at its address, if any."""
        if request.url.path == "/robots.txt" and self.robots is not None:
            rules = "".join(f"Disallow: {path}\n" for path in sorted(self.disallowed))
            resource: Resource | MovedTo | None = Resource("robots.txt", (self.robots + rules).encode(), "text/plain")
        else:
            resource = self.resource_at(request, body)
        for pattern, fault in self.path_faults.items():
            if re.fullmatch(pattern, request.url.path):
                return fault(
                    Call(self, request, resource if isinstance(resource, Resource) else Resource(request.url.path, b""))
                )
        match resource:
            case None:
                if look := look_at(request.url.path):
                    return Response(look[0], headers={"Content-Type": look[1], "ETag": '"look"'})
                return self.page("faults/404.html", status=404)
            case MovedTo(location=location):
                return RedirectResponse(location, 301)
            case Resource(key=key):
                call = Call(self, request, resource)
                planted = self.faults.get(key)
                return planted(call) if planted else call.plain()

    def respond(self, request: Request, resource: Resource) -> Response:
        """The page itself: validators, 304, gzip."""
        body = resource.body
        if self.churn and resource.media_type.startswith("text/html"):
            body += f"<!-- {len(self.requests)} -->".encode("ascii")
        headers = {"Content-Type": resource.media_type, "Vary": "Accept-Encoding"}
        if resource.modified and self.validators != "none":
            honest = self.validators == "honest"
            tag = f'"{hashlib.sha1(body if honest else resource.key.encode()).hexdigest()[:16]}"'
            modified = resource.modified if honest else datetime(2020, 1, 1, tzinfo=UTC)
            stamp = format_datetime(modified.astimezone(UTC), usegmt=True)
            headers |= {"ETag": tag, "Last-Modified": stamp}
            known = request.headers.get("if-none-match")
            if known == tag or (known is None and request.headers.get("if-modified-since") == stamp):
                return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", "") and len(body) > GZIP_FROM:
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return Response(body, headers=headers)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page that is not a document: an error page, a block page."""
        return Response(self.render(template, **values), status, media_type="text/html")

    def render(self, template: str, **values: Any) -> bytes:
        """A rendered template, in the charset of the family."""
        charset = values.setdefault("charset", self.charset)
        text = TEMPLATES.get_template(template).render(site=self, **values)
        return text.encode("gb18030" if charset == "gb2312" else charset)


class Protocol(H11Protocol):
    """uvicorn's HTTP protocol, with access to the connection of a request for faults."""

    connections_by_client: ClassVar[dict[tuple[str, int], Transport]] = {}

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        # asyncio sets this itself only if the listener names TCP; without it each response waits 40 ms for an ACK.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)
        if self.client:
            self.connections_by_client[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.client:
            self.connections_by_client.pop(self.client, None)

    @classmethod
    def reset(cls, client: tuple[str, int]) -> None:
        """Send RST: the peer reads `connection reset`, not an orderly end."""
        transport = cls.connections_by_client[client]
        linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()


class Server(uvicorn.Server):
    """uvicorn's server, which ends at once: its own looks for the end, and then for open connections, each 0.1 s."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ended = asyncio.Event()

    async def main_loop(self) -> None:
        while not self.ended.is_set():
            await self.on_tick(0)  # the time in the headers
            with suppress(TimeoutError):
                await asyncio.wait_for(self.ended.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for task in (tasks := list(self.server_state.tasks)):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def serve(site: Site, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve the site on loopback from a thread; gives its base URL. Raises OSError where the port is taken."""
    listener = socket.create_server(("127.0.0.1", port))
    site.base = f"http{'s' if tls else ''}://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        site, http=Protocol, loop="asyncio", lifespan="off", log_config=None, access_log=False,
        timeout_keep_alive=30, timeout_graceful_shutdown=1, server_header=False,
    )  # fmt: skip
    config.load()
    config.ssl = tls
    server = Server(config)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(
        target=loop.run_until_complete, args=[server.serve([listener])], name=site.name, daemon=True
    )
    thread.start()
    try:
        yield site.base
    finally:
        loop.call_soon_threadsafe(server.ended.set)
        thread.join()
        loop.close()
        listener.close()
