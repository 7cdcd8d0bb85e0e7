"""Airflow imports this module when one of its processes starts. Modules that forked processes need are imported here,
so that not every fork imports them again.

A task is a fork of its worker (or of the scheduler, if that runs tasks itself), and a reader of DAG files is a fork of
the DAG processor. Without these imports each task of a Celery worker would import for 2 s of CPU, half of them for
Airflow's own reader of DAG files, and reading the DAG files would take 1.7 s instead of 0.5 (measured).
All tasks of a worker share the process that forks their reading processes, which saves each of them half a second.
"""

import sys

from airflow.configuration import conf

__all__: list[str] = []

if "api-server" in sys.argv:
    from airflow.api_fastapi.common.types import UIAlert

    # Airflow's home page marks every component without a heartbeat, even one that was never started.
    DASHBOARD_UIALERTS = [
        UIAlert(
            text="触发器 (triggerer) 未启用：gongkai 的任务不需要它，故其标记为灰色。"
            "No triggerer runs, for nothing of gongkai needs one: its mark is grey.",
            category="info",
        )
    ]
    __all__ = ["DASHBOARD_UIALERTS"]

if "worker" in sys.argv or ("scheduler" in sys.argv and conf.get("core", "executor") == "LocalExecutor"):
    import airflow.dag_processing.dagbag  # noqa: F401
    import anyio._backends._asyncio  # noqa: F401
    from airflow.models import import_all_models

    import etl.pipeline.crawl
    from etl.files.process.children import fork_server
    from etl.platforms.registry import all_platforms

    import_all_models()
    all_platforms()
    fork_server.start()
if "dag-processor" in sys.argv:
    import etl.catalog.load
    import etl.progress  # noqa: F401
