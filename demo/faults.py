"""Faults of real servers, to be planted: `site.faults[key] = faults.status(503, retry_after=1)`.

Two faults are not responses: an entry that links another host (`site.put(document, href=…)`), and a page that
robots.txt forbids (`site.disallow(key)`).
"""

import asyncio
import gzip
import re
from collections.abc import AsyncIterator, Callable

from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from demo.server import Call, Fault, Protocol

HTML = "text/html; charset=utf-8"


def times(count: int, fault: Fault) -> Fault:
    """The fault for the first `count` requests, then the page."""
    left = [count]

    def answer(call: Call) -> Response:
        left[0] -= 1
        return fault(call) if left[0] >= 0 else call.plain()

    return answer


def status(code: int, retry_after: int | None = None) -> Fault:
    """An error page with this status: 404, 410, 500, 503 …; `retry_after` in seconds."""

    def answer(call: Call) -> Response:
        response = call.site.page("faults/404.html" if code in (404, 410) else "faults/error.html", code, code=code)
        if retry_after is not None:
            response.headers["Retry-After"] = str(retry_after)
        return response

    return answer


def under_status(code: int, **headers: str) -> Fault:
    """The page as it is, with this status and these headers."""
    return lambda call: Response(call.resource.body, code, headers, media_type=call.resource.media_type)


def changed(old: bytes, new: bytes) -> Fault:
    """The page with some of its bytes replaced."""
    return lambda call: Response(call.resource.body.replace(old, new), media_type=call.resource.media_type)


def slow(interval: float = 1.0) -> Fault:
    """One byte every `interval` seconds."""

    async def drip(body: bytes) -> AsyncIterator[bytes]:
        for place in range(len(body)):
            yield body[place : place + 1]
            await asyncio.sleep(interval)

    return lambda call: StreamingResponse(drip(call.resource.body), media_type=call.resource.media_type)


def home(call: Call) -> Response:
    """A redirect to the home page: the response of many sites for a removed page."""
    return RedirectResponse("/", 302)


def waf(code: int = 403) -> Fault:
    """A firewall's response: 403 or 412 with its page, 521 with a script that sets a cookie."""
    name = "challenge" if code == 521 else "waf"
    return lambda call: call.site.page(f"faults/{name}.html", code, code=code)


def shield(call: Call) -> Response:
    """An empty shell with status 200 whose script would fetch the page."""
    return call.site.page("faults/shield.html")


def wrong_charset(call: Call) -> Response:
    """GBK bytes under `charset=utf-8`, in the header and in the page."""
    body = call.resource.body.decode(call.site.charset).encode("gb18030")
    return Response(body, headers={"Content-Type": HTML})


def truncated_gzip(call: Call) -> Response:
    """Half of a gzip stream, with its true length in the header."""
    packed = gzip.compress(call.resource.body, mtime=0)
    headers = {"Content-Type": call.resource.media_type, "Content-Encoding": "gzip"}
    return Response(packed[: len(packed) // 2], headers=headers)


def redirect_loop(call: Call) -> Response:
    """An endless redirect to the same page with a counter."""
    step = int(call.request.query_params.get("step", "0")) + 1
    return RedirectResponse(f"{call.request.url.path}?step={step}", 302)


def cookie_redirect(call: Call) -> Response:
    """302 to itself until the client sends the cookie of that response."""
    if call.request.cookies.get("wzws_sid") == "7f3a":
        return call.plain()
    response = RedirectResponse(call.request.url.path, 302)
    response.set_cookie("wzws_sid", "7f3a")
    return response


def leading_on(markup: str) -> Fault:
    """A page without content whose `markup` leads to `{}`, the page's own address with a query, which has the page."""

    def answer(call: Call) -> Response:
        if call.request.url.query == "at=1":
            return call.plain()
        return Response(markup.replace("{}", f"{call.request.url.path}?at=1"), media_type=HTML)

    return answer


def offsite(location: str = "http://zwfw.yunling.example/login") -> Fault:
    """A redirect to another host."""
    return lambda call: RedirectResponse(location, 302)


def too_large(size: int = 64 * 1024 * 1024) -> Fault:
    """A body of `size` bytes, sent in pieces and without a length."""

    async def pieces() -> AsyncIterator[bytes]:
        piece = b"<p>&nbsp;</p>\n" * 4096
        for _ in range(size // len(piece) + 1):
            yield piece

    return lambda call: StreamingResponse(pieces(), media_type=call.resource.media_type)


def empty(call: Call) -> Response:
    """200 and no body."""
    return Response(b"", headers={"Content-Type": call.resource.media_type})


def html_as_pdf(call: Call) -> Response:
    """An error page under the media type of a PDF."""
    return Response(call.site.render("faults/404.html"), media_type="application/pdf")


def script_stub(call: Call) -> Response:
    """A page whose only content is a script that goes elsewhere."""
    return call.site.page("faults/script_stub.html")


def meta_refresh(call: Call) -> Response:
    """A page whose only content is a meta refresh."""
    return call.site.page("faults/meta_refresh.html")


class Reset(Response):
    """No response: the connection is reset."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        Protocol.reset(scope["client"])


def reset(call: Call) -> Response:
    """The connection is reset before a byte of the answer."""
    return Reset()


def html_as_json(call: Call) -> Response:
    """An error page with status 200 instead of JSON."""
    return call.site.page("faults/error.html", code=502)


def byte_order_mark(call: Call) -> Response:
    """The page behind a byte order mark, as editors on Windows leave it."""
    return Response(b"\xef\xbb\xbf" + call.resource.body, headers={"Content-Type": call.resource.media_type})


def self_redirect(call: Call) -> Response:
    """302 to the same address with a cookie, whether the cookie is sent or not."""
    response = RedirectResponse(call.request.url.path, 302)
    response.set_cookie("wzws_sid", "7f3a")
    return response


def needs_referer(call: Call) -> Response:
    """403 for whoever does not come from a page of the site."""
    if call.request.headers.get("referer", "").startswith(call.site.base):
        return call.plain()
    return call.site.page("faults/waf.html", 403, code=403)


Lines = Callable[[int], list[int]]
"""Page (from 0) of a list that never ends to the numbers of the lines that it shows."""


def endless(size: int = 2) -> Lines:
    """Every page has lines that no other has."""
    return lambda page: list(range(page * size, (page + 1) * size))


def circling(lines: int, size: int = 2) -> Lines:
    """Every page differs from the one before, but the lines are always the same few: a calendar."""
    return lambda page: [(page + place) % lines for place in range(size)]


def repeating(pages: int, size: int = 2) -> Lines:
    """Beyond the last page the last page again."""
    return lambda page: endless(size)(min(page, pages - 1))


def listing(lines: Lines, write: Callable[[int, list[int]], bytes]) -> Fault:
    """A list that has every page number: `write` makes the page with these lines. For `Site.path_faults`."""

    def answer(call: Call) -> Response:
        match = re.search(r"_(\d+)\.\w+$", call.request.url.path)
        page = int(match[1]) if match else 0
        return Response(write(page, lines(page)), headers={"Content-Type": HTML})

    return answer
