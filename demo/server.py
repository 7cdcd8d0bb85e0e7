"""A local web server for one invented site: what every family has in common.

A family is a subclass of `Site` in a module of its own, named like its platform, with a function `demo()` that gives
the site of the demo. It says what stands at an address (`find`) and what the pages show of a document (`shown`);
recording, robots.txt, gzip, validators and faults are here.

    site = trs_wcm.demo()
    with serve(site) as base:
        site.faults["flood-notice"] = faults.status(503, retry_after=1)
        …
        assert site.count("/zwgk/") == 3
"""

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
from contextlib import contextmanager
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

CHINA = timezone(timedelta(hours=8))
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
GZIP_FROM = 400
"""Bytes below which a web server sends a body as it is."""


@dataclass(frozen=True, slots=True)
class Posting:
    """A document at one place of a site; `href` makes it a link that leads elsewhere."""

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
class Seen:
    """A request as it came in; `at` in seconds of the monotonic clock."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at an address. `key` names it for faults: a posting's key, `key/2` for its second page,
    `key/name.pdf` for an attachment, `column/0` for a listing page."""

    key: str
    body: bytes
    media_type: str = "text/html; charset=utf-8"
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """The address stands elsewhere on the same site."""

    location: str


@dataclass(frozen=True, slots=True)
class Call:
    """What a fault gets: the site, the request, what would have been answered."""

    site: "Site"
    request: Request
    found: Found

    def plain(self) -> Response:
        """The answer without the fault."""
        return self.site.respond(self.request, self.found)


Fault = Callable[[Call], Response]


@dataclass
class Site:
    """One invented site. Everything public may be changed while it is served."""

    name: str
    platform: ClassVar[str] = ""
    charset: ClassVar[str] = "utf-8"
    attachments_in_body: ClassVar[bool] = False
    base: str = ""
    postings: dict[str, Posting] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    wild: dict[str, Fault] = field(default_factory=dict)
    """Faults by a pattern of the path, for addresses where nothing stands too."""
    outcomes: dict[str, str] = field(default_factory=dict)
    """What the crawl of a posting must end in, where it is not `stored`."""
    requests: list[Seen] = field(default_factory=list)
    robots: str | None = "User-agent: *\nAllow: /\n"
    disallowed: set[str] = field(default_factory=set)
    unlisted: set[str] = field(default_factory=set)
    """Postings whose page answers while no listing shows them."""
    also_listed: dict[str, str] = field(default_factory=dict)
    """Postings that a second column shows too, at the same address."""
    validators: Literal["honest", "lying", "none"] = "honest"
    churn: bool = False
    """Pages carry a counter that differs with every request: other bytes, the same text."""

    # What a family says.

    def find(self, request: Request, body: bytes) -> Found | Moved | None:
        """What stands at the request's address."""
        raise NotImplementedError

    def path(self, posting: Posting) -> str:
        """The path of a posting's page."""
        raise NotImplementedError

    def column_of(self, document: Document) -> str:
        """The column where a document of this genre is published."""
        raise NotImplementedError

    def shown(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        """(fields that the page shows, fields that a record may hold besides: from meta tags or scripts)."""
        raise NotImplementedError

    def listed(self, posting: Posting) -> dict[str, str]:
        """What the listing says of a posting, `url` and `title` among it."""
        raise NotImplementedError

    def attachment_url(self, posting: Posting, name: str) -> str:
        """The absolute address of an attachment."""
        raise NotImplementedError

    # What tests do.

    def put(
        self, document: Document, *, key: str = "", column: str = "", href: str = "", number: int | None = None
    ) -> Posting:
        """Publish a document, or change the one that stands under the same key."""
        key = key or document.key
        if old := self.postings.get(key):
            posting = replace(old, document=document, modified=datetime.now(UTC), column=column or old.column)
        else:
            number = number or max((each.number for each in self.postings.values()), default=self.first) + 7
            opened = datetime.combine(document.published_date, datetime.min.time(), CHINA) + timedelta(hours=9)
            posting = Posting(key, document, column or self.column_of(document), number, opened, href)
        self.postings[key] = posting
        return posting

    first: ClassVar[int] = 11590000
    """The content management system's running number starts above this."""

    def plant(self, key: str, fault: Fault | None, outcome: str) -> None:
        """Plant a fault and say what a crawl makes of it; without a fault, robots.txt forbids the page."""
        if fault:
            self.faults[key] = fault
        else:
            self.disallow(key)
        self.outcomes[key] = outcome

    def link(self, key: str, title: str, href: str, column: str, day: date) -> None:
        """A line of a listing that leads out of the site."""
        document = Document(key, title, "", "", "", "", None, day)
        self.put(document, column=column, href=href)
        self.outcomes[key] = "out_of_scope"

    def remove(self, key: str) -> None:
        """Take a posting off its listing and its page off the site (404 from now on)."""
        del self.postings[key]

    def disallow(self, key: str) -> None:
        """Let robots.txt forbid a posting's page."""
        self.disallowed.add(self.path(self.postings[key]))

    def url(self, key: str) -> str:
        """The absolute address that the listing gives for a posting."""
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
        """How many requests came for paths that begin so."""
        return sum(seen.path.startswith(prefix) and seen.method == method for seen in list(self.requests))

    # What the server does.

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers.raw}
        self.requests.append(Seen(request.method, request.url.path, request.url.query, headers, body, time.monotonic()))
        await self.answer(request, body)(scope, receive, send)

    def answer(self, request: Request, body: bytes) -> Response:
        """The response to a request, with the fault that was planted at its address."""
        if request.url.path == "/robots.txt" and self.robots is not None:
            rules = "".join(f"Disallow: {path}\n" for path in sorted(self.disallowed))
            found: Found | Moved | None = Found("robots.txt", (self.robots + rules).encode(), "text/plain")
        else:
            found = self.find(request, body)
        for pattern, fault in self.wild.items():
            if re.fullmatch(pattern, request.url.path):
                return fault(Call(self, request, found if isinstance(found, Found) else Found(request.url.path, b"")))
        match found:
            case None:
                return self.page("faults/404.html", status=404)
            case Moved(location=location):
                return RedirectResponse(location, 301)
            case Found(key=key):
                call = Call(self, request, found)
                planted = self.faults.get(key)
                return planted(call) if planted else call.plain()

    def respond(self, request: Request, found: Found) -> Response:
        """The page itself: validators, 304, gzip."""
        body = found.body
        if self.churn and found.media_type.startswith("text/html"):
            body += f"<!-- {len(self.requests)} -->".encode("ascii")
        headers = {"Content-Type": found.media_type, "Vary": "Accept-Encoding"}
        if found.modified and self.validators != "none":
            honest = self.validators == "honest"
            tag = f'"{hashlib.sha1(body if honest else found.key.encode()).hexdigest()[:16]}"'
            modified = found.modified if honest else datetime(2020, 1, 1, tzinfo=UTC)
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
        """A page that is no document: an error, a block page."""
        return Response(self.render(template, **values), status, media_type="text/html")

    def render(self, template: str, **values: Any) -> bytes:
        """A template of this site in the charset that the family sends."""
        charset = values.setdefault("charset", self.charset)
        text = TEMPLATES.get_template(template).render(site=self, **values)
        return text.encode("gb18030" if charset == "gb2312" else charset)


class Protocol(H11Protocol):
    """uvicorn's HTTP protocol that lets a fault reach the connection of its request."""

    connections_by_client: ClassVar[dict[tuple[str, int], Transport]] = {}

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        # asyncio sets this itself only where the listener names TCP; without it each answer waits 40 ms for an ACK.
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
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name=site.name, daemon=True)
    thread.start()
    try:
        yield site.base
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
