"""Whether there is a browser for looks at pages, and what is missing."""

import shutil
from importlib.util import find_spec

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The first that is installed. That without windows opens a page for a third of the CPU of the others."""


class BrowserFailed(Exception):
    """The browser cannot be used; the message says why."""


def chromium_path(setting: str | None) -> str:
    """The browser to use: the one that is named, none for an empty name, else one on PATH; "" if there is none."""
    if setting is not None:
        return setting and (shutil.which(setting) or setting)
    return next(filter(None, map(shutil.which, NAMES)), "")


def why_no_look(path: str) -> str:
    """Why no page can be looked at in the browser at `path`; empty if one can."""
    if path and shutil.which(path) is None:
        return f"{path} is no program"
    parts = [] if path else ["Chromium (Debian: apt-get install chromium)"]
    if find_spec("playwright") is None:
        parts.append("Playwright (pip install 'gongkai[browser]')")
    return f"with {' and '.join(parts)} its page could be looked at in a browser" if parts else ""
