"""Metrics for Prometheus inside Airflow, at `/gongkai/metrics`, protected by the token in `GONGKAI_METRICS_TOKEN`.

The token is needed because a scraper has no Airflow login; without the setting there is no such page.
"""

import hmac
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from airflow.plugins_manager import AirflowPlugin
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

if TYPE_CHECKING:
    from etl.archive.storage.archive import Database

MOUNT = "/gongkai"


class Metrics:
    """The application. It imports what it needs at the first request, as all of Airflow's processes load plugins."""

    @cached_property
    def _database(self) -> "Database":
        from gongkai_airflow import gongkai_settings  # noqa: PLC0415

        from etl.archive.storage.archive import open_database  # noqa: PLC0415

        return open_database(gongkai_settings())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await (await self._answer(Request(scope)))(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        from etl.settings import settings  # noqa: PLC0415

        token = settings().metrics_token
        if not token or not request.url.path.endswith("/metrics"):
            return PlainTextResponse("no such page", 404)
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.get_secret_value().encode()):
            return PlainTextResponse("the token is missing or wrong", 401, {"www-authenticate": "Bearer"})
        return await run_in_threadpool(self._metrics)

    def _metrics(self) -> Response:
        from etl.catalog.load import readable_sources  # noqa: PLC0415
        from etl.errors import GongkaiError  # noqa: PLC0415
        from etl.metrics.exposition import CONTENT_TYPE, exposition  # noqa: PLC0415
        from etl.settings import settings  # noqa: PLC0415

        try:
            body = exposition(self._database.engine, readable_sources(settings().source_folders).keys())
        except GongkaiError as error:
            return PlainTextResponse(str(error), 503)
        return Response(body, media_type=CONTENT_TYPE)


class ArchiveMetrics(AirflowPlugin):
    """The application that Airflow mounts."""

    name = "archive_metrics"
    fastapi_apps: ClassVar = [{"name": "metrics", "app": Metrics(), "url_prefix": MOUNT}]
