"""`python -m tests.support.airflow_api FD`: Airflow's real API server with our plugins, on a socket that it is given.

Everything is as in production but for the metadata database: a fresh SQLite file.
"""

import sys

import uvicorn
from airflow import settings
from airflow.api_fastapi.app import create_app
from airflow.models.base import Base
from airflow.models.dag import DagModel
from airflow.models.revoked_token import RevokedToken


def main() -> None:
    # The tables that a login and the browser ask.
    tables = [RevokedToken.__table__, DagModel.__table__]
    Base.metadata.create_all(settings.get_engine(), tables=tables)
    app = create_app("core")
    uvicorn.run(app, fd=int(sys.argv[1]), log_level="warning")


if __name__ == "__main__":
    main()
