"""The archive browser's interface to Airflow: when each source is crawled next, Airflow's pages of a run, and fetching
one page again."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

import httpx
from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from airflow.utils.types import DagRunType
from anyio import from_thread
from sqlalchemy import select
from starlette.requests import Request

from etl.browse.scheduler import NextCrawl, RequestedFetch, RunLinks
from etl.errors import Unavailable

log = logging.getLogger("gongkai")
AIRFLOW = "gongkai.airflow"
"""Key of the ASGI scope that holds Airflow's own application."""
_CRAWL, _LOOK_AGAIN = "crawl_", "look_again"
_STATES: Mapping[str, Literal["waiting", "running", "ended", "failed"]] = {
    "queued": "waiting", "running": "running", "success": "ended", "failed": "failed"
}  # fmt: skip
_KEYS = tuple(f"{kind.value}__" for kind in DagRunType)
"""Beginnings of the ids of Airflow's runs. The archive's key of such a run is this id; commands and imports have other
keys."""


class AirflowScheduler:
    """Implements `Scheduler` with Airflow. `base`: the path at which Airflow is served, without a slash at its end."""

    def __init__(self, base: str) -> None:
        self._base = base

    def next_crawls(self) -> Mapping[str, NextCrawl]:
        """The next crawls, by source id, from all DAGs that crawl a source."""
        dags = select(DagModel.dag_id, DagModel.is_paused, DagModel.next_dagrun_create_after)
        with create_session() as session:
            rows = session.execute(dags.where(DagModel.dag_id.startswith(_CRAWL), ~DagModel.is_stale)).all()
        return {dag.removeprefix(_CRAWL): NextCrawl(paused, at, f"{self._base}/dags/{dag}") for dag, paused, at in rows}

    def run_links(self, kind: str, source: str, key: str) -> RunLinks | None:
        """Airflow's pages of the run, and of the last task of a crawl."""
        if key.startswith("page-"):
            return RunLinks(self._run(_LOOK_AGAIN, key), None)
        if not key.startswith(_KEYS) or kind not in ("crawl", "recheck"):
            return None
        dag = f"{_CRAWL}{source}" if kind == "crawl" else "recheck"
        run = self._run(dag, key)
        return RunLinks(run, f"{run}/tasks/reconcile" if kind == "crawl" else None)

    def can_fetch(self, source: str) -> bool:
        """Whether there is a DAG that crawls the source, and so a source file that says how to fetch from it."""
        dags = select(DagModel.dag_id).where(DagModel.dag_id == f"{_CRAWL}{source}", ~DagModel.is_stale)
        with create_session() as session:
            return session.scalar(dags) is not None

    def requested_fetch(self, page: int) -> RequestedFetch | None:
        """The last run of `look_again` for the page."""
        columns = (DagRun.run_id, DagRun.triggering_user_name, DagRun.queued_at, DagRun.run_after, DagRun.state)
        runs = select(*columns).where(DagRun.dag_id == _LOOK_AGAIN, DagRun.run_id.startswith(f"page-{page}."))
        with create_session() as session:
            row = session.execute(runs.order_by(DagRun.id.desc()).limit(1)).one_or_none()
        if row is None:
            return None
        key, user, queued_at, run_after, state = row
        return RequestedFetch(key, user or "", queued_at or run_after, _STATES[state], self._run(_LOOK_AGAIN, key))

    def ask_fetch(self, request: Request, page: int, source: str, url: str) -> None:
        """Starts a run of `look_again` through Airflow's public API with the login of the request, so that Airflow
        itself checks the user's permissions."""
        key = f"page-{page}.{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        body = {"dag_run_id": key, "logical_date": None, "conf": {"source": source, "url": url}}
        answer = from_thread.run(_post, request, f"/api/v2/dags/{_LOOK_AGAIN}/dagRuns", body)
        if not answer.is_success:
            log.error("look_again %s: Airflow answers %s: %s", url, answer.status_code, answer.text)
            raise Unavailable(f"Airflow does not start {_LOOK_AGAIN}: status {answer.status_code}")

    def _run(self, dag: str, key: str) -> str:
        return f"{self._base}/dags/{dag}/runs/{quote(key, safe='')}"


async def _post(request: Request, path: str, body: dict[str, Any]) -> httpx.Response:
    """Sends the request to Airflow's application in this process, without its address and without the network."""
    login = {name: request.headers[name] for name in ("authorization", "cookie") if name in request.headers}
    transport = httpx.ASGITransport(app=request.scope[AIRFLOW], raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://airflow.invalid") as client:
        return await client.post(path, json=body, headers=login)
