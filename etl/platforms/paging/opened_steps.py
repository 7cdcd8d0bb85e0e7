"""Steps of a pager whose click calls a function of the page that makes the address of the next page, in whatever way:
`function toPage(n) { location.href = n == 1 ? "list.html" : "list" + "_" + n + ".html" }`."""

import re
from collections.abc import Container
from itertools import islice
from urllib.parse import urlsplit

from etl.platforms.paging.pager_links import scripted_next
from etl.platforms.paging.shown_within import handler_of
from etl.web.page import WebPage, absolute, base_url
from etl.web.script.navigation import Clicks

_SCRIPT, _MAX_STEPS = re.compile(r"^\s*javascript\s*:", re.IGNORECASE), 4


def opened_by_step(page: WebPage, listed: Container[str], *, place: int) -> str | None:
    """The absolute address that a step to the next page opens by a function of the page; None if none does. `place`:
    the number of the page; `listed`: the addresses of its entries."""
    steps = list(islice(scripted_next(page, place=place), _MAX_STEPS))
    clicks = Clicks(script.text for script in page.elements["script"] if script.text and steps)
    for step in steps:
        opened = clicks.opened(_SCRIPT.sub("", handler_of(step)), step)
        url = absolute(opened, base_url(page)) if opened else None
        if url and url not in listed and url != page.url and urlsplit(url).netloc == urlsplit(page.url).netloc:
            return url
    return None
