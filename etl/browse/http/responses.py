"""Responses: a page's dataclass rendered as HTML for readers, or as JSON for programs."""

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
from etl.browse.pages.typesetting import text_blocks
from etl.clock import CHINA


class Responder:
    """Renders the response of one request: JSON if the path ends in `.json` or Accept has JSON and not HTML."""

    def __init__(self, request: Request) -> None:
        self._request = request
        accepted = request.headers.get("accept", "")
        wants_json = "application/json" in accepted and "text/html" not in accepted
        self.as_json = request.url.path.endswith(".json") or wants_json

    def page(self, template: str, page: Any, status: int = 200) -> Response:
        """The page as HTML of the template, or as JSON of the dataclass."""
        return self._render(template, page, status, None)

    def error(self, page: ErrorPage, headers: Mapping[str, str] | None = None) -> Response:
        """An error page."""
        return self._render("problem.html", page, page.status, headers)

    def damage(self, page: DamagePage) -> Response:
        """The page of a damaged blob: which, since when, and how to restore it."""
        return self._render("damaged.html", page, page.status, None)

    def _render(self, template: str, page: Any, status: int, headers: Mapping[str, str] | None) -> Response:
        vary = {"vary": "Accept", **(headers or {})}
        if self.as_json:
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
    """Decimal units with at least two digits, such as 1.5 KB; bytes below 1 KB."""
    if octets < 1000:
        return f"{octets} B"
    unit, name = (1e6, "MB") if octets >= 1e6 else (1e3, "KB")
    return f"{octets / unit:.{0 if octets >= 10 * unit else 1}f} {name}"


def _format_percent(share: float) -> str:
    """Percent with one decimal, rounded down: only identical texts have 100 %."""
    return f"{int(share * 1000) / 10:g} %"


def _query_string(values: Mapping[str, str | int | None]) -> str:
    """A query string of the values that are not empty, with its `?`; empty without any."""
    present = {name: value for name, value in values.items() if value}
    return f"?{urlencode(present, doseq=True)}" if present else ""


def _is_web_address(url: str) -> bool:
    """Whether an address may become a link: archived pages can contain `javascript:` addresses and worse."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
