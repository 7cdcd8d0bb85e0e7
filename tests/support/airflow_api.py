"""`python -m tests.support.airflow_api FD`: Airflow's real API server with our plugins, on a socket that it is given.

Everything is as in production but for the metadata database: a fresh SQLite file, which knows one DAG, `look_again`.
"""

import socket
import sys

import uvicorn
from airflow import settings
from airflow.api_fastapi.app import create_app
from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
from airflow.models import import_all_models
from airflow.models.base import Base
from airflow.models.dagbundle import DagBundleModel
from airflow.utils.db import synchronize_log_template
from airflow.utils.session import create_session

from etl.settings import PROJECT

_BUNDLE = "dags-folder"


def main() -> None:
    import_all_models()
    Base.metadata.create_all(settings.get_engine())
    synchronize_log_template()
    with create_session() as session:
        session.add(DagBundleModel(name=_BUNDLE))
    sync_bag_to_db(DagBag(PROJECT / "dags" / "look_again.py", bundle_name=_BUNDLE), _BUNDLE, None)
    app = create_app("core")
    # Told the number alone, uvicorn takes it for a Unix socket, which has no TCP_NODELAY: 40 ms more for each answer.
    listener = socket.socket(fileno=int(sys.argv[1]))
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    main()
