"""Chromium without a network, for one page: it answers each request by itself, or not at all.

What a page asks for passes `Tab`, which has it fetched; whatever else the browser tries ends at a proxy that does not
exist, with names that do not resolve. Its profile is a folder that is deleted afterwards.
"""

import asyncio
import os
import pwd
import shlex
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
from playwright.async_api import BrowserContext, Error, Page, async_playwright

from etl.pipeline.look.installed import BrowserFailed

MAX_MEMORY, MAX_STORED = 2_000_000_000, 500_000_000
"""Bytes that the browser may take, all of its processes together, and that it may store."""
_BLOCK = 512
"""Bytes in a block of `st_blocks`."""
_START_SECONDS, _END_SECONDS, _WATCH_SECONDS = 40, 10, 0.5
_NO_NETWORK = (
    "--proxy-server=http://nowhere.invalid:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy",
    "--disable-quic",
    "--no-pings",
    "--dns-prefetch-disable",
)
_BOUNDS = ("--js-flags=--max-old-space-size=512", "--renderer-process-limit=3", "--disable-gpu", "--mute-audio")
_WITHOUT = """for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport', 'SharedWorker'])
  try { delete globalThis[name] } catch {}"""
"""Taken from pages: what does not pass the browser's requests."""


class Watch:
    """Watches what the processes whose profile is a folder take and store, and kills them when it is too much."""

    def __init__(self, profile: str) -> None:
        self._profile, self.reason = profile, ""

    async def run(self) -> None:
        while not self.reason:
            if excess := await asyncio.to_thread(self._excess):
                self.reason = excess
                self.kill()
            await asyncio.sleep(_WATCH_SECONDS)

    def _excess(self) -> str:
        """What the page takes too much of; empty for nothing."""
        if self._memory() > MAX_MEMORY:
            return f"the page took more than {MAX_MEMORY // 1_000_000} MB of memory"
        return f"the page stored more than {MAX_STORED // 1_000_000} MB" if self._stored() > MAX_STORED else ""

    def _stored(self) -> int:
        stored = 0
        for folder, _, names in os.walk(Path(self._profile).parent):
            for name in names:
                with suppress(OSError):
                    stored += os.lstat(os.path.join(folder, name)).st_blocks * _BLOCK
        return stored

    def _processes(self) -> list[psutil.Process]:
        own = list[psutil.Process]()
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                if f"--user-data-dir={self._profile}" in process.cmdline():
                    own += [process, *process.children(recursive=True)]
        return own

    def _memory(self) -> int:
        taken = 0
        for process in set(self._processes()):
            with suppress(psutil.Error):
                memory = process.memory_info()
                taken += memory.rss - getattr(memory, "shared", 0)
        return taken

    def kill(self) -> None:
        """Ends the browser at once."""
        for process in self._processes():
            with suppress(psutil.Error):
                process.kill()


def _as_nobody(path: str, folder: Path) -> str:
    """A program in a folder of the browser's own that starts it as the user nobody: Chromium has no sandbox for
    root."""
    user = pwd.getpwnam("nobody")
    for owned in (folder, folder / "profile"):
        owned.mkdir(exist_ok=True)
        os.chown(owned, user.pw_uid, user.pw_gid)
    program = folder / "browser"
    rights = f"--reuid={user.pw_uid} --regid={user.pw_gid} --clear-groups --no-new-privs"
    program.write_text(f'#!/bin/sh\nexec setpriv {rights} {shlex.quote(path)} "$@"\n')
    program.chmod(0o700)
    return str(program)


@asynccontextmanager
async def blank_page(path: str) -> AsyncIterator[tuple[BrowserContext, Page, Watch]]:
    """An empty page in a browser of its own, which ends with the block. Raises `BrowserFailed`."""
    with tempfile.TemporaryDirectory(prefix="gongkai-browser-", ignore_cleanup_errors=True) as folder:
        profile = str(Path(folder, "profile"))
        watch = Watch(profile)
        program = _as_nobody(path, Path(folder)) if os.geteuid() == 0 else path
        async with async_playwright() as playwright:
            try:
                async with asyncio.timeout(_START_SECONDS):
                    context = await playwright.chromium.launch_persistent_context(
                        profile,
                        executable_path=program,
                        args=[*_NO_NETWORK, *_BOUNDS],
                        # Passwords of the archive may be in our own environment.
                        env={"HOME": folder, "TMPDIR": folder, "PATH": os.environ.get("PATH", "")},
                        chromium_sandbox=True,
                        downloads_path=folder,
                        accept_downloads=False,
                        service_workers="block",
                        permissions=[],
                        locale="zh-CN",
                        timezone_id="Asia/Shanghai",
                        viewport={"width": 1366, "height": 900},
                    )
            except (Error, TimeoutError, OSError) as error:
                watch.kill()
                words = " ".join((str(error).strip() or "no answer").split("\n")[0].split())[:200]
                raise BrowserFailed(f"{path} could not be started: {words}") from error
            watching = asyncio.create_task(watch.run())
            try:
                await context.add_init_script(_WITHOUT)
                yield context, context.pages[0] if context.pages else await context.new_page(), watch
            finally:
                watching.cancel()
                with suppress(Error, TimeoutError):
                    async with asyncio.timeout(_END_SECONDS):
                        await context.close()
                await asyncio.to_thread(watch.kill)
