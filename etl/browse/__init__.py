"""The archive browser: a server-rendered web application that reads, and takes corrections.

It knows no Airflow and no login.
"""

from etl.browse.app import create_app

__all__ = ["create_app"]
