"""`python -m tests.browse.airflow_api`: Airflow's real API server with our plugins, on a free port that it prints.

Everything is as in production but for the metadata database, which is a fresh SQLite file with the tables made at once.
"""

import socket

import uvicorn
from airflow import settings
from airflow.api_fastapi.app import create_app
from airflow.models.base import Base
from airflow.models.revoked_token import RevokedToken


def main() -> None:
    table = RevokedToken.__table__
    Base.metadata.create_all(settings.get_engine(), tables=[table])
    app = create_app("core")
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"port {listener.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    main()
