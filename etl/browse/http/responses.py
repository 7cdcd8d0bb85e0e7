"""Responses: a page's dataclass rendered as HTML for readers, or as JSON for programs."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlsplit

from jinja2 import PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from etl.archive.queries.words import FIELD_LABELS
from etl.browse.http.errors import DamagePage, ErrorPage
from etl.browse.http.marks import Marker, marked
from etl.browse.http.page_json import page_json
from etl.browse.http.session import current_person
from etl.browse.language.messages import COLON, FORM_PROBLEMS
from etl.browse.language.negotiation import language_of, switch_address
from etl.browse.language.templates import TranslatedTemplates
from etl.browse.language.translation import CHINESE, LANGUAGES, Language
from etl.browse.pages.coverage import rows_of, years_of
from etl.browse.pages.feed import Feed
from etl.browse.pages.oai import Answer
from etl.browse.pages.typesetting import headings, is_wide, text_blocks

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SEAL = "公开"
"""The characters of the seal in the corner. They are a logo; the archive's name is beside it."""


class Responder:
    """Renders the response of one request. It is JSON for programs, if the path ends in `.json`, or if Accept has JSON
    but not HTML.

    HTML is in one language (`language_of`); JSON has both.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        accepted = request.headers.get("accept", "")
        wants_json = "application/json" in accepted and "text/html" not in accepted
        self.as_json = request.url.path.endswith(".json") or wants_json or is_for_programs(request)

    def page(self, template: str, page: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        """The page as HTML of the template, or as JSON of the dataclass."""
        return self._render(template, page, status, headers)

    def text(self, message: str) -> str:
        """A message of `messages` in the language of the page."""
        return language_of(self._request).translations.gettext(message)

    def feed(self, page: Feed, address: str) -> Response:
        """An Atom feed (RFC 4287); `address` is the browser's, for ids and links."""
        template = _environment(language_of(self._request)).get_template("feed.xml")
        vary = {"vary": "Accept-Language, Cookie"}
        return Response(template.render(page=page, address=address), 200, vary, "application/atom+xml")

    def oai(self, page: Answer) -> Response:
        """An answer of OAI-PMH."""
        template = _environment(language_of(self._request)).get_template("oai.xml")
        return Response(template.render(page=page), 200, {"vary": "Accept-Language, Cookie"}, "text/xml")

    def error(self, page: ErrorPage, headers: Mapping[str, str] | None = None) -> Response:
        """An error page."""
        return self._render("problem.html", page, page.status, headers)

    def damage(self, page: DamagePage) -> Response:
        """The page of a damaged blob, which says since when it is damaged and how to restore it."""
        return self._render("damaged.html", page, page.status, None)

    def _render(self, template: str, page: Any, status: int, headers: Mapping[str, str] | None) -> Response:
        vary = {"vary": "Accept, Accept-Language, Cookie", **(headers or {})}
        if self.as_json:
            return Response(page_json(page), status, vary, "application/json")
        request, language = self._request, language_of(self._request)
        html = (
            _environment(language)
            .get_template(template)
            .render(
                page=page,
                base=request.scope.get("root_path", "").rstrip("/"),
                person=current_person(request),
                typed=request.query_params.get("q", "")[:200],
                sent=request.query_params.multi_items(),
                others=[(other, switch_address(request, other)) for other in LANGUAGES.values() if other != language],
            )
        )
        return HTMLResponse(html, status, vary)


def see_other(request: Request, path: str) -> RedirectResponse:
    """Redirects (303) to another path of the browser, which begins with `/`, below the path at which it is mounted."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}{path}", 303)


_FOR_PROGRAMS = ("/api/", "/cdx", "/oai", "/timegate/", "/timemap/")


def is_for_programs(request: Request) -> bool:
    """Whether the request is to an interface for programs (API, CDX, OAI-PMH, Memento). Such a path may contain an
    address with its own query, so a parameter there does not choose a language."""
    return request.url.path.removeprefix(request.scope.get("root_path", "")).startswith(_FOR_PROGRAMS)


@cache
def _environment(language: Language) -> TranslatedTemplates:
    environment = TranslatedTemplates(
        language.translations,
        loader=PackageLoader("etl.browse"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "language": language,
        # Titles, names and texts from the archive are Chinese on pages of both languages.
        "zh": "" if language is CHINESE else Markup(f' lang="{CHINESE.tag}"'),
        "named": language.named,
        "flagged": language.flagged,
        "dated": language.dated,
        "timed": language.timed,
        "form_problems": FORM_PROBLEMS,
        "colon": language.translations.gettext(COLON),
        "seal": SEAL,
        "search_fields": [names[0 if language is CHINESE else 1] for names in FIELD_LABELS],
        "marker": Marker,
        "style": _style_version(),
        "years_of": years_of,
        "rows_of": rows_of,
        "epoch": datetime(1970, 1, 1, tzinfo=UTC),
    }
    environment.filters |= {
        "blocks": text_blocks,
        "marked": marked,
        "is_wide": is_wide,
        "headings": headings,
        "in_words": language.in_words,
        "advice": language.advice,
        "day": language.day,
        "moment": language.moment,
        "month": language.month,
        "number": language.number,
        "percent": language.percent,
        "size": language.size,
        "query": _query_string,
        "xml": _xml_text,
    }
    environment.tests["web"] = _is_web_address
    return environment


def _style_version() -> str:
    sheets = sorted((Path(__file__).parent.parent / "static").glob("*.css"))
    return sha256(b"".join(sheet.read_bytes() for sheet in sheets)).hexdigest()[:8]


def _query_string(values: Mapping[str, str | int | Sequence[str] | None]) -> str:
    """A query string of the values that are not empty, with its `?`; empty without any."""
    present = [
        f"{_quoted(name)}={_quoted(str(each))}"
        for name, value in values.items()
        if value
        for each in (value if isinstance(value, (tuple, list)) else (value,))
    ]
    return f"?{'&'.join(present)}" if present else ""


# Cached, as a list has a hundred addresses with the same few values.
_quoted = lru_cache(10_000)(quote_plus)


def _xml_text(value: str) -> str:
    """The text without the characters that XML 1.0 does not allow; archived texts may hold control characters."""
    return _NOT_IN_XML.sub("", value)


def _is_web_address(url: str) -> bool:
    """Whether an address may become a link: archived pages can contain `javascript:` addresses and worse."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
