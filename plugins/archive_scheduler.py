"""What the archive browser shows of Airflow: when each source is crawled next, and Airflow's pages of a run."""

from collections.abc import Mapping
from urllib.parse import quote

from airflow.models.dag import DagModel
from airflow.utils.session import create_session
from airflow.utils.types import DagRunType
from sqlalchemy import select

from etl.browse.scheduler import NextCrawl, RunLinks

_CRAWL = "crawl_"
_KEYS = tuple(f"{kind.value}__" for kind in DagRunType)
"""How the ids of Airflow's runs begin; the archive's key of a run is that id. Commands and imports have other keys."""


class AirflowScheduler:
    """`base` is the path below which Airflow is served, without a slash at its end."""

    def __init__(self, base: str) -> None:
        self._base = base

    def next_crawls(self) -> Mapping[str, NextCrawl]:
        """By source id, of all DAGs that crawl one."""
        dags = select(DagModel.dag_id, DagModel.is_paused, DagModel.next_dagrun_create_after)
        with create_session() as session:
            rows = session.execute(dags.where(DagModel.dag_id.startswith(_CRAWL), ~DagModel.is_stale)).all()
        return {dag.removeprefix(_CRAWL): NextCrawl(paused, at) for dag, paused, at in rows}

    def run_links(self, kind: str, source: str, key: str) -> RunLinks | None:
        """Airflow's page of the run, and that of the task which ends a crawl."""
        if not key.startswith(_KEYS) or kind not in ("crawl", "recheck"):
            return None
        dag = f"{_CRAWL}{source}" if kind == "crawl" else "recheck"
        run = f"{self._base}/dags/{dag}/runs/{quote(key, safe='')}"
        return RunLinks(run, f"{run}/tasks/reconcile" if kind == "crawl" else None)
