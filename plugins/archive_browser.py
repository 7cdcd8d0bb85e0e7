"""The archive browser inside Airflow: at `/archive/`, behind Airflow's login, with an entry in its menu."""

from functools import cached_property
from typing import ClassVar
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

MOUNT = "/archive"
BASE = conf.get("api", "base_url", fallback="").rstrip("/")
ADDRESS = urlsplit(BASE).path + MOUNT
PUBLIC = BASE + MOUNT if urlsplit(BASE).netloc else None
"""The archive's public address, if Airflow's `base_url` is set; `GONGKAI_PUBLIC_URL` takes precedence."""


class Browser:
    """The browser behind its guard, created at the first request.

    Schedulers and workers load plugins too; they need neither a web application nor the API server's modules.
    """

    @cached_property
    def _guarded(self) -> ASGIApp:
        from archive_guard import Guard  # noqa: PLC0415
        from archive_scheduler import AirflowScheduler  # noqa: PLC0415
        from gongkai_airflow import archive_from_airflow  # noqa: PLC0415

        from etl.browse import create_app  # noqa: PLC0415
        from etl.browse.http.security_headers import SecurityHeaders  # noqa: PLC0415
        from etl.settings import settings  # noqa: PLC0415

        # Airflow's signing key is the same in all its API servers.
        form_key = conf.get_mandatory_value("api", "secret_key")
        before = settings().form_key_before
        browser = create_app(
            archive_from_airflow,
            address=settings().public_url or PUBLIC,
            form_key=form_key,
            contact=settings().contact,
            form_key_before=before.get_secret_value() if before else None,
            scheduler=AirflowScheduler(urlsplit(BASE).path),
        )
        # Also wraps the guard, so that refusals and redirects to the login have the same headers.
        return SecurityHeaders(Guard(browser))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from archive_scheduler import AIRFLOW  # noqa: PLC0415

        # Inside the browser, `app` in the scope is the browser itself.
        await self._guarded(scope | {AIRFLOW: scope.get("app")}, receive, send)


class Slash:
    """Redirects `/archive` to `/archive/`, for which otherwise Airflow's own interface answers 404."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        bare = scope["type"] == "http" and scope["path"] == ADDRESS
        await (_to_the_slash() if bare else self._app)(scope, receive, send)


def _to_the_slash() -> ASGIApp:
    from etl.browse.http.security_headers import SecurityHeaders  # noqa: PLC0415

    return SecurityHeaders(RedirectResponse(f"{ADDRESS}/", 308))


class ArchiveBrowser(AirflowPlugin):
    """The application that Airflow mounts, and its entry in the menu."""

    name = "archive_browser"
    fastapi_apps: ClassVar = [{"name": "archive", "app": Browser(), "url_prefix": MOUNT}]
    fastapi_root_middlewares: ClassVar = [{"name": "archive address", "middleware": Slash}]
    react_apps: ClassVar = [
        {
            # Airflow's menu has room for about four characters.
            "name": "档案",
            # Draws the frame in which `/archive/` is shown, and says why it is not left to Airflow.
            "bundle_url": f"{ADDRESS}/static/frame.js",
            "destination": "nav",
            "nav_top_level": True,
            "url_route": "archive",
            "icon": f"{ADDRESS}/static/seal.svg",
        }
    ]
