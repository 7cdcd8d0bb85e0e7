"""Who may read: Airflow's login, in front of an application that asks for none."""

from urllib.parse import quote, urlencode

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
from fastapi import HTTPException
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose


class Guard:
    """Lets a request through to the application only for a user whom Airflow knows and lets see its website.

    Airflow does not protect applications of plugins. This stands in front of the whole application, its static
    files and its 404s included.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await WebSocketClose()(scope, receive, send)
            return
        answer = await self._refusal(Request(scope)) or self._app
        await answer(scope, receive, send)

    async def _refusal(self, request: Request) -> Response | None:
        try:
            user = await get_user(request, None, await bearer_scheme(request))
        except HTTPException as error:
            return self._login(request, str(error.detail))
        view = AccessView.WEBSITE
        allowed = await run_in_threadpool(get_auth_manager().is_authorized_view, access_view=view, user=user)
        return None if allowed else _refuse(403, "This user may not see the archive.")

    def _login(self, request: Request, reason: str) -> Response:
        """A browser that wants to show a page is sent to log in and back again; everyone else gets 401."""
        if request.method not in ("GET", "HEAD") or "text/html" not in request.headers.get("accept", ""):
            return _refuse(401, reason)
        # A path of our own mount, without any host, so that it leads nowhere else; Airflow checks `next` once more.
        mount, path = request.scope.get("root_path", ""), request.scope["path"]
        wanted = mount + quote("/" + path.removeprefix(mount).lstrip("/"))
        query = f"?{request.url.query}" if request.url.query else ""
        airflow = request.scope.get("app_root_path", "")
        login = f"{airflow}/api/v2/auth/login?{urlencode({'next': wanted + query})}"
        return RedirectResponse(login, 307, headers={"cache-control": "no-store"})


def _refuse(status: int, reason: str) -> Response:
    headers = {"cache-control": "no-store", **({"www-authenticate": "Bearer"} if status == 401 else {})}
    return JSONResponse({"status": status, "detail": reason}, status, headers)
