"""A page in a browser: each of its requests is recorded and answered through the gate; its views, clicks and scrolling
end in time, whatever its scripts do."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import TypeVar
from urllib.parse import urldefrag

from playwright.async_api import BrowserContext, Dialog, Download, Error, Frame, Page, Request, Route, WebSocketRoute

from etl.fetch.client import Attempt
from etl.outside import clean_text
from etl.pipeline.look.chromium import Watch, blank_page
from etl.pipeline.look.exchanges import OF_ROWS, Exchange, Sent
from etl.pipeline.look.gate import Gate
from etl.pipeline.look.views import View
from etl.platforms.drafting.seen_rows import lines_of
from etl.web.page import WebPage

Result = TypeVar("Result")

MARK = "data-gongkai-place"
"""The attribute by which an element of a view is found again in the page."""
MAX_SECONDS = 420
"""Time for one look, with all waiting for the pace of the site."""
MAX_FRAMES = 5
_STEP_SECONDS, _CLICK_SECONDS = 12, 3
_QUIET_SECONDS, _RESTLESS_SECONDS = 0.7, 150
"""A page is drawn when it has requested nothing for so long; one that goes on is looked at as it is."""
_MOST_NAVIGATIONS, _MAX_CHARS, _MAX_NOTE, _MOST_ALIKE = 4, 4_000_000, 160, 6
_FETCHED = ("document", "script", "stylesheet", "xhr", "fetch")
_SILENT = ("image", "font", "media", "manifest", "texttrack", "ping", "other")
"""What a list needs not; nothing is said of it."""
_SENT = ("accept", "content-type", "referer", "origin", "x-requested-with")
"""Headers of the browser itself that are sent on: services answer by them."""
_OWN = ("user-agent", "host", "connection", "content-length", "cookie", "cache-control", "pragma", "priority",
        "upgrade-insecure-requests", "te", "range", "purpose", "dnt", "accept-encoding", "accept-language")  # fmt: skip
_NOT_PASSED = ("content-encoding", "content-length", "transfer-encoding", "connection", "strict-transport-security",
               "alt-svc", "set-cookie", "link")  # fmt: skip
_VIEW = f"""() => {{ let place = 0;
  for (const element of document.querySelectorAll('*')) element.setAttribute('{MARK}', place++);
  const cut = text => (text || '').slice(0, {_MAX_CHARS});
  const titles = [...document.querySelectorAll('a[title], li[title], td[title], p[title], span[title]')];
  const body = (document.body ? document.body.innerText : '') + titles.map(each => '\\n' + each.title).join('');
  return {{ html: cut(document.documentElement.outerHTML), text: cut(body), url: location.href }} }}"""
_SCROLL = """() => { for (const element of [document.scrollingElement, ...document.querySelectorAll('*')])
  if (element && element.scrollHeight > element.clientHeight + 20) element.scrollTop = element.scrollHeight;
  window.dispatchEvent(new Event('scroll')) }"""


class TabGone(Exception):
    """The page can be looked at no longer; the message says why."""


class Tab:
    """One page in a browser. `exchanges`: what it requested; `notes`: what it wanted and was not given; `opened`:
    addresses that it wanted to show in this or in another window while `is_held`."""

    def __init__(self, context: BrowserContext, page: Page, gate: Gate, watch: Watch) -> None:
        self._context, self._page, self._gate, self._watch = context, page, gate, watch
        self.exchanges: list[Exchange] = []
        self.notes: dict[str, None] = {}
        self.opened: list[str] = []
        self.turn, self.is_held = 0, False
        self._pending, self._last, self._navigations, self._gone = 0, time.monotonic(), 0, ""
        self._ends = time.monotonic() + MAX_SECONDS
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Takes all that the page may do into its hands."""
        await self._context.route("**/*", self._route)
        await self._context.route_web_socket("**/*", self._refuse_socket)
        self._context.on("page", self._close)
        self._page.on("dialog", self._dismiss)
        self._page.on("download", self._refuse_download)
        self._page.on("crash", lambda _: self._end("the page crashed"))

    # -- what a survey does

    async def open(self, url: str) -> None:
        """Opens a page and waits until it is drawn. Raises `TabGone`, as everything here."""
        self._navigations = 0
        await self._within(self._page.goto(url, wait_until="commit", timeout=0), _RESTLESS_SECONDS)
        await self.settled()

    async def open_again(self, url: str) -> None:
        """Opens a page that was turned or left, although it is held."""
        held, self.is_held = self.is_held, False
        await self.open(url)
        self.is_held = held

    async def settled(self) -> None:
        """Waits until the page requests nothing."""
        self._last, start = time.monotonic(), time.monotonic()
        while self._pending or time.monotonic() - self._last < _QUIET_SECONDS:
            self._check()
            if time.monotonic() - start > _RESTLESS_SECONDS or (
                not self._pending and time.monotonic() - start > _RESTLESS_SECONDS / 10
            ):
                return self._note("goes on requesting without an end")
            await asyncio.sleep(0.05)
        self._check()

    async def views(self) -> list[View]:
        """What the page and the frames in it show."""
        views = []
        for place, frame in self._frames():
            shown = await self._within(frame.evaluate(_VIEW), _STEP_SECONDS)
            page = WebPage(str(shown["url"]), clean_text(str(shown["html"])), "utf-8")
            views.append(View(page, lines_of(clean_text(str(shown["text"]))), place))
        return views

    def _frames(self) -> Iterator[tuple[int, Frame]]:
        """The page and the frames of its site in it, with their places. One that was not loaded never answers."""
        for place, frame in enumerate(self._page.frames[: MAX_FRAMES + 1]):
            if not place or self._gate.source.allows(frame.url):
                yield place, frame

    async def click(self, frame: int, place: str) -> None:
        """Clicks an element of a view, by the value of its `MARK`, and waits until the page is drawn."""
        target = self._page.frames[frame].locator(f"[{MARK}='{place}']").first
        self._navigations = 0
        try:
            await self._within(target.click(timeout=_CLICK_SECONDS * 1000, no_wait_after=True), _STEP_SECONDS, False)
        except Error:
            with suppress(Error):
                await self._within(target.evaluate("element => element.click()", timeout=2000), _STEP_SECONDS, False)
        await self.settled()

    async def scroll(self) -> None:
        """Scrolls the page, and what scrolls in it, to the end."""
        for _, frame in self._frames():
            await self._within(frame.evaluate(_SCROLL), _STEP_SECONDS)
        with suppress(Error):
            await self._within(self._page.mouse.wheel(0, 6000), _STEP_SECONDS, False)
        await self.settled()

    @property
    def url(self) -> str:
        """The address that the page has now: scripts may change it."""
        return self._page.url

    # -- limits

    async def _within(self, work: Awaitable[Result], seconds: float, is_end: bool = True) -> Result:
        """What the browser does, in time. An error of the browser is the end, unless `is_end` is false."""
        self._check()
        try:
            async with asyncio.timeout(min(seconds, max(self._ends - time.monotonic(), 1))):
                return await work
        except TimeoutError as error:
            self._end(f"its scripts gave no answer for {seconds:g} s")
            raise TabGone(self._gone) from error
        except Error as error:
            self._check()
            if not is_end:
                raise
            raise TabGone(f"the browser says: {str(error).splitlines()[0][:_MAX_NOTE]}") from error

    def _check(self) -> None:
        if time.monotonic() > self._ends:
            self._end(f"it was looked at for {MAX_SECONDS} s")
        if reason := self._watch.reason or self._gone:
            raise TabGone(reason)

    def _end(self, reason: str) -> None:
        self._gone = self._gone or reason

    def _note(self, words: str) -> None:
        kind = words.partition(" ")[0]
        alike = sum(each.startswith(kind) for each in self.notes)
        if alike <= _MOST_ALIKE:
            note = words if alike < _MOST_ALIKE else f"{kind} more than is named here"
            self.notes[clean_text(" ".join(note.split())[:_MAX_NOTE])] = None

    # -- what the page does

    async def _route(self, route: Route) -> None:
        self._pending += 1
        try:
            with suppress(Error):  # the page is closed
                await self._answer(route)
        finally:
            self._pending -= 1
            self._last = time.monotonic()

    async def _answer(self, route: Route) -> None:
        request = route.request
        kind, is_main, frame = request.resource_type, *self._frame_of(request)
        is_navigation = request.is_navigation_request()
        if frame is None or (is_main and is_navigation and self._is_away(request.url)):
            self.opened.append(urldefrag(request.url).url)
            return await route.abort("aborted")
        if kind not in _FETCHED:
            if kind not in _SILENT:
                self._note(f"wanted a connection that was not given to it ({kind} {request.url})")
            return await route.abort("blockedbyclient")
        sent = await self._sent(request, frame)
        attempt, reason = await self._gate.send(sent)
        self._record(sent, attempt, reason)
        if attempt is None:
            return await route.abort("failed")
        await route.fulfill(status=attempt.status, headers=_headers(attempt), body=attempt.body or b"")

    def _frame_of(self, request: Request) -> tuple[bool, Frame | None]:
        """Whether the page itself makes a request, and the frame that does; None for another window."""
        try:
            frame = request.frame
        except Error:
            return False, None
        return (frame == self._page.main_frame, frame) if frame.page == self._page else (False, None)

    def _is_away(self, url: str) -> bool:
        """Whether the page is not to leave for an address: it was held, or leads on and on."""
        self._navigations += 1
        if self._navigations > _MOST_NAVIGATIONS:
            self._note(f"leads from one address to the next ({url})")
        return self.is_held or self._navigations > _MOST_NAVIGATIONS

    async def _sent(self, request: Request, frame: Frame) -> Sent:
        url, headers = urldefrag(request.url).url, request.headers
        own = {name.title(): value for name, value in headers.items() if name in _SENT}
        others = {name: value for name, value in headers.items()
                  if name not in (*_SENT, *_OWN) and not name.startswith(("sec-", ":"))}  # fmt: skip
        cookies = await self._context.cookies(url)
        jar = {each["name"]: each["value"] for each in cookies if "name" in each and "value" in each}
        by_site = frozenset(jar.keys() & self._gate.site_cookies)
        body = (request.post_data_buffer or b"").decode("utf-8", "replace")
        return Sent(url, request.method, body, request.resource_type, frame.url, own | others, jar, by_site)

    def _record(self, sent: Sent, attempt: Attempt | None, reason: str) -> None:
        if sent.kind in OF_ROWS and not sent.is_script_file:
            page = attempt.page() if attempt else None
            self.exchanges.append(Exchange(sent, page, reason, self.turn))
        elif reason:
            self._note(f"lacks {sent.url} ({reason})")

    async def _refuse_socket(self, socket: WebSocketRoute) -> None:
        self._note(f"wanted a connection that was not given to it (web socket {socket.url})")
        with suppress(Error):
            await socket.close()

    def _refuse_download(self, download: Download) -> None:
        self._note(f"wanted to store a file ({download.url})")

    def _dismiss(self, dialog: Dialog) -> None:
        self._note(f"says in a dialog: {dialog.message}")
        self._later(dialog.dismiss())

    def _close(self, page: Page) -> None:
        self._later(page.close())

    def _later(self, work: Awaitable[None]) -> None:
        async def done() -> None:
            with suppress(Error):
                await work

        self._tasks.add(task := asyncio.create_task(done()))
        task.add_done_callback(self._tasks.discard)


def _headers(attempt: Attempt) -> dict[str, str]:
    """The headers of an answer for the browser, without those of its way here."""
    headers = {name: value for name, value in attempt.headers if name.lower() not in _NOT_PASSED}
    cookies = [value for name, value in attempt.headers if name.lower() == "set-cookie"]
    return headers | ({"set-cookie": "\n".join(cookies)} if cookies else {})


@asynccontextmanager
async def open_tab(path: str, gate: Gate) -> AsyncIterator[Tab]:
    """An empty tab in a browser of its own. Raises `BrowserFailed`."""
    async with blank_page(path) as (context, page, watch):
        tab = Tab(context, page, gate, watch)
        await tab.begin()
        yield tab
