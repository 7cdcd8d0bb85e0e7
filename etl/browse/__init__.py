"""The archive browser: a server-rendered web application that only reads. It knows no Airflow and no login."""

from etl.browse.app import create_app

__all__ = ["create_app"]
