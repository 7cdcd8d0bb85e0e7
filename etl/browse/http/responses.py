"""From a page's dataclass to its answer: HTML for readers, the same value as JSON for programs."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from etl.browse.http.errors import DamagePage, ErrorPage
from etl.browse.http.session import current_person
from etl.browse.language.bilingual import SEAL, beside, both, counted, flagged, named, named_both, say
from etl.browse.language.shown_reasons import in_words
from etl.browse.pages.typesetting import text_blocks
from etl.clock import CHINA


class Responder:
    """Answers one request. A path that ends in `.json`, or an Accept without HTML, asks for JSON."""

    def __init__(self, request: Request) -> None:
        self._request = request
        accepted = request.headers.get("accept", "")
        wants_json = "application/json" in accepted and "text/html" not in accepted
        self._json = request.url.path.endswith(".json") or wants_json

    def page(self, template: str, page: Any, status: int = 200) -> Response:
        """The page, as the template shows it or as JSON of the dataclass itself."""
        return self._answer(template, page, status, None)

    def problem(self, problem: ErrorPage, headers: Mapping[str, str] | None = None) -> Response:
        """The page that says why there is none."""
        return self._answer("problem.html", problem, problem.status, headers)

    def damaged(self, damaged: DamagePage) -> Response:
        """The page that says which bytes are damaged, since when, and how to put them back."""
        return self._answer("damaged.html", damaged, damaged.status, None)

    def _answer(self, template: str, page: Any, status: int, headers: Mapping[str, str] | None) -> Response:
        vary = {"vary": "Accept", **(headers or {})}
        if self._json:
            return Response(to_json(page), status, vary, "application/json")
        base = self._request.scope.get("root_path", "").rstrip("/")
        html = _environment().get_template(template).render(page=page, base=base, person=current_person(self._request))
        return HTMLResponse(html, status, vary)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("etl.browse"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "say": say,
        "both": both,
        "beside": beside,
        "named": named,
        "flagged": flagged,
        "named_both": named_both,
        "counted": counted,
        "in_words": in_words,
        "seal": SEAL,
        "style": _style_version(),
    }
    environment.filters |= {
        "blocks": text_blocks,
        "moment": _format_time,
        "day": _format_day,
        "percent": _format_percent,
        "size": _format_size,
        "query": _query_string,
    }
    environment.tests["web"] = _is_web_address
    return environment


def _style_version() -> str:
    sheets = sorted((Path(__file__).parent.parent / "static").glob("*.css"))
    return sha256(b"".join(sheet.read_bytes() for sheet in sheets)).hexdigest()[:8]


def _format_time(value: datetime) -> str:
    """Beijing time, to the minute."""
    return f"{value.astimezone(CHINA):%Y-%m-%d %H:%M}"


def _format_day(value: date | datetime) -> str:
    return f"{value.astimezone(CHINA) if isinstance(value, datetime) else value:%Y-%m-%d}"


def _format_size(octets: int) -> str:
    """Decimal units, two digits at least where the unit is not the byte."""
    if octets < 1000:
        return f"{octets} B"
    unit, name = (1e6, "MB") if octets >= 1e6 else (1e3, "KB")
    return f"{octets / unit:.{0 if octets >= 10 * unit else 1}f} {name}"


def _format_percent(share: float) -> str:
    """Rounded down: what is not the same is never said to be."""
    return f"{int(share * 1000) / 10:g} %"


def _query_string(values: Mapping[str, str | int | None]) -> str:
    """A query string of what is given."""
    given = {name: value for name, value in values.items() if value}
    return f"?{urlencode(given)}" if given else ""


def _is_web_address(url: str) -> bool:
    """Whether an address may become a link: an archived page can name `javascript:` and worse."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
