"""Whether there is a browser for looks at pages, and what is missing."""

import shutil
from importlib.util import find_spec

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class BrowserFailed(Exception):
    """The browser cannot be used; the message says why."""


def chromium_path(setting: str | None) -> str:
    """The browser to use: the one that is named, none for an empty name, else one on PATH; "" if there is none."""
    if setting is not None:
        return setting and (shutil.which(setting) or setting)
    return next(filter(None, map(shutil.which, NAMES)), "")


def missing_parts(path: str) -> str:
    """What must be installed before a page can be looked at in the browser at `path`; empty for nothing."""
    parts = [] if path else ["Chromium (Debian: apt-get install chromium)"]
    if find_spec("playwright") is None:
        parts.append("Playwright (pip install 'gongkai[browser]')")
    return " and ".join(parts)
