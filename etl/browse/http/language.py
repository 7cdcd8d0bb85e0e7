"""The language switch: a page with `?language=` stores the language in a cookie and redirects to itself without it."""

from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from etl.browse.http.errors import invalid_parameter_page
from etl.browse.http.responses import Responder, is_for_programs
from etl.browse.language.negotiation import COOKIE, PARAMETER, other_parameters
from etl.browse.language.translation import LANGUAGES

_A_YEAR = 365 * 24 * 3600


class LanguageSwitch:
    """ASGI middleware that answers requests which choose a language, and passes on all others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            request = Request(scope)
            if PARAMETER in request.query_params and not is_for_programs(request):
                await _switched(request)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _switched(request: Request) -> Response:
    chosen = request.query_params[PARAMETER]
    if chosen not in LANGUAGES:
        return Responder(request).error(invalid_parameter_page(PARAMETER))
    parameters = other_parameters(request)
    # Relative to the page, so that no path can lead to another host.
    page = f"./{quote(request.url.path.rpartition('/')[2])}"
    answer = RedirectResponse(f"{page}?{urlencode(parameters)}" if parameters else page, 303)
    folder = f"{request.scope.get('root_path', '')}/"
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, chosen, _A_YEAR, path=folder, secure=secure, httponly=True, samesite="lax")
    return answer
