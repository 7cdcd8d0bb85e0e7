"""The application: it opens the archive at the first request, adds security headers, and renders error pages."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from secrets import token_hex

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from etl.archive.storage.archive import Archive
from etl.browse.errors import InvalidParameter, RequestRefused, UnknownParameter
from etl.browse.http import (
    api,
    bulk,
    cited,
    curating,
    exports,
    feeds,
    figures,
    linking,
    mementos,
    oai,
    replaying,
    saving,
    silencing,
    writing,
)
from etl.browse.http.errors import error_page, invalid_parameter_page, refusal_page, unknown_parameter_page
from etl.browse.http.language import LanguageSwitch
from etl.browse.http.responses import Responder
from etl.browse.http.routes import router
from etl.browse.http.security_headers import SecurityHeaders
from etl.browse.http.session import FormTokens
from etl.browse.language.messages import REFUSALS
from etl.browse.scheduler import NoScheduler, Scheduler
from etl.errors import GongkaiError

_PARTS = (
    router,
    exports.router,
    api.router,
    replaying.router,
    writing.router,
    saving.router,
    silencing.router,
    curating.router,
    linking.router,
    bulk.router,
    mementos.router,
    feeds.router,
    oai.router,
    figures.router,
    cited.router,
)
_STATIC = Path(__file__).parent / "static"
_log = logging.getLogger(__name__)


def create_app(
    archive: Archive | Callable[[], Archive],
    *,
    address: str | None = None,
    form_key: str | None = None,
    form_key_before: str | None = None,
    contact: str | None = None,
    scheduler: Scheduler | None = None,
) -> FastAPI:
    """Build the browser for an archive, or for a function that opens one at the first request.

    The server in front must authenticate users and set `session.PERSON` in the ASGI scope: the application has no
    login, and corrections need an author. `address`: the public address, for permalinks; default: that of the request.
    `form_key`: signs form tokens; all processes that serve the browser must share it. Forms that were signed with
    `form_key_before` are also accepted. `contact`: the mail address that harvesters get. `scheduler`: knows the next
    crawls.
    """
    app = _Browser(title="gongkai", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.archive = _LazyArchive(archive)
    app.state.address = address
    app.state.contact = contact
    app.state.scheduler = scheduler or NoScheduler()
    app.state.forms = FormTokens(form_key or token_hex(32), form_key_before)
    for part in _PARTS:
        # Adds the routes directly: `include_router` creates each again, which takes longer than everything else here.
        app.router.routes.extend(part.routes)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestRefused, _request_refused)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(InvalidParameter, _invalid_parameter)
    app.add_exception_handler(UnknownParameter, _unknown_parameter)
    app.add_exception_handler(GongkaiError, _unavailable)
    app.add_exception_handler(DBAPIError, _unavailable)
    app.add_exception_handler(Exception, _server_error)
    return app


class _Browser(FastAPI):
    def build_middleware_stack(self) -> ASGIApp:
        """Wraps everything in the security headers, as error pages are made outside of all added middleware."""
        return SecurityHeaders(LanguageSwitch(super().build_middleware_stack()))


class _LazyArchive:
    """Opens the archive once. After a failure the next request tries again."""

    def __init__(self, archive: Archive | Callable[[], Archive]) -> None:
        self.opened = archive if isinstance(archive, Archive) else None
        self._open = archive if callable(archive) else None

    def open(self) -> Archive:
        if self.opened is None and self._open is not None:
            self.opened = self._open()
        assert self.opened is not None
        return self.opened


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    # The phrase of the status is Starlette's default, and the page has its own name for the status.
    detail = "" if error.detail == HTTPStatus(error.status_code).phrase else error.detail
    return Responder(request).error(error_page(error.status_code, detail=detail), error.headers)


def _request_refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestRefused)
    return Responder(request).error(refusal_page(error), error.headers)


def _validation_error(request: Request, error: Exception) -> Response:
    """404 for a path that cannot exist, 400 for an invalid parameter."""
    assert isinstance(error, RequestValidationError)
    location, *_, name = error.errors()[0]["loc"]
    return Responder(request).error(error_page(404) if location == "path" else invalid_parameter_page(str(name)))


def _invalid_parameter(request: Request, error: Exception) -> Response:
    return Responder(request).error(invalid_parameter_page(str(error)))


def _unknown_parameter(request: Request, error: Exception) -> Response:
    assert isinstance(error, UnknownParameter)
    return Responder(request).error(unknown_parameter_page(error))


def _unavailable(request: Request, error: Exception) -> Response:
    _log.error("%s %s: %s", request.method, request.url.path, error)
    return Responder(request).error(error_page(503, REFUSALS["archive"], detail=_error_line(error)))


def _server_error(request: Request, error: Exception) -> Response:
    # Starlette raises the error again after this response, so the server logs the traceback; readers do not see it.
    return Responder(request).error(error_page(500, REFUSALS["broken"], detail=type(error).__name__))


def _error_line(error: Exception) -> str:
    if isinstance(error, DBAPIError):
        return f"database: {' '.join(str(error.orig).split())}"
    return str(error)
