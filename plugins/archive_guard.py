"""Decides who may read and who may correct, by Airflow's login; the browser itself has no login."""

from urllib.parse import quote, urlencode

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, DagAccessEntity
from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
from fastapi import HTTPException
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from etl.browse.http.session import PERSON, Person
from etl.browse.http.signed_out import signed_out


class Guard:
    """Passes a request to the application only for a user who is logged in to Airflow and may see its website.

    Airflow does not protect the applications of plugins. This guard protects the whole application, including its
    static files and 404 pages.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await WebSocketClose()(scope, receive, send)
            return
        admitted = await self._person(Request(scope, receive))
        if isinstance(admitted, Person):
            await self._app(scope | {PERSON: admitted}, receive, send)
        else:
            await admitted(scope, receive, send)

    async def _person(self, request: Request) -> Person | Response:
        try:
            user = await get_user(request, None, await bearer_scheme(request))
        except HTTPException as error:
            return await self._login(request, str(error.detail))
        return await run_in_threadpool(_person_of, user) or _refuse(403, "This user may not see the archive.")

    async def _login(self, request: Request, reason: str) -> Response:
        """Redirects a web browser to the login, which leads back to the requested page, or shows it the form that it
        sent; others get status 401."""
        if "text/html" not in request.headers.get("accept", ""):
            return _refuse(401, reason)
        if request.method not in ("GET", "HEAD"):
            return await signed_out(request, _login_address(request, "/")) or _refuse(401, reason)
        # A path below our own mount, without a host, so that it cannot lead elsewhere; Airflow checks `next` too.
        path = quote("/" + request.scope["path"].removeprefix(request.scope.get("root_path", "")).lstrip("/"))
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(_login_address(request, path + query), 307, headers={"cache-control": "no-store"})


def _login_address(request: Request, path: str) -> str:
    """The address of Airflow's login, which leads to a path below our own mount."""
    target = request.scope.get("root_path", "") + path
    return f"{request.scope.get('app_root_path', '')}/api/v2/auth/login?{urlencode({'next': target})}"


def _person_of(user: BaseUser) -> Person | None:
    """The user as a person of the archive, or None if the website is forbidden.

    Users who may start DAG runs, and so change the archive, may also correct: role User and above.
    """
    manager = get_auth_manager()
    if not manager.is_authorized_view(access_view=AccessView.WEBSITE, user=user):
        return None
    corrects = manager.is_authorized_dag(method="POST", access_entity=DagAccessEntity.RUN, user=user)
    return Person(user.get_name(), corrects)


def _refuse(status: int, reason: str) -> Response:
    headers = {"cache-control": "no-store", **({"www-authenticate": "Bearer"} if status == 401 else {})}
    return JSONResponse({"status": status, "detail": reason}, status, headers)
