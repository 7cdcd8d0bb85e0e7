"""What a page requested in a browser, and what it was answered."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from etl.outside import Outside
from etl.platforms.answers.answers import read_data
from etl.platforms.drafting.seen_requests import SeenRequest
from etl.web.data import read_json
from etl.web.page import WebPage

_PART = re.compile(r'name="([^"]{1,100})"(?:;[^\r\n]*)?\r?\n(?:[^\r\n]+\r?\n)*\r?\n(.*?)\r?\n--', re.DOTALL)
_SCRIPT_FILE = re.compile(r"\.m?js$", re.IGNORECASE)
OF_ROWS = frozenset(("document", "xhr", "fetch", "script"))
"""Kinds of requests, as the browser names them, whose answers may hold rows; those of scripts by JSONP."""


@dataclass(frozen=True, slots=True)
class Sent(Outside):
    """A request of a page. `kind`: what it loads; `frame`: the address of the page or frame that makes it; `headers`:
    those that are not the browser's own; `cookies`: by name, and which of them the site itself has set (`by_site`)."""

    url: str
    method: str = "GET"
    body: str = ""
    kind: str = "document"
    frame: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    by_site: frozenset[str] = frozenset()

    @property
    def seen(self) -> SeenRequest:
        """The request as a source file says it: a form with parts (`FormData`) as a plain one."""
        if self.method != "POST" or not self.body:
            return SeenRequest(self.url, "")
        if self.body.startswith("--") and (parts := _PART.findall(self.body)):
            return SeenRequest(self.url, urlencode(parts))
        return SeenRequest(self.url, _as_json(self.body))

    @property
    def is_script_file(self) -> bool:
        """Whether it loads a file of code."""
        return self.kind == "script" and _SCRIPT_FILE.search(urlsplit(self.url).path) is not None


def _as_json(body: str) -> str:
    """What is posted, strictly written if it is loose JSON (`{'page': 1}`)."""
    if not body.lstrip().startswith("{"):
        return body
    try:
        read_json(body)
    except ValueError:
        with suppress(ValueError):
            return json.dumps(read_data(body), ensure_ascii=False)
    return body


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request of a page and its answer; without one `reason` says why. `turn`: how often something was clicked
    before."""

    sent: Sent
    answer: WebPage | None
    reason: str = ""
    turn: int = 0
