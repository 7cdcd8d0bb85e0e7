"""The archive browser: a server-rendered web application for reading records and correcting their fields.

It does not depend on Airflow and has no login of its own.
"""

from etl.browse.app import create_app

__all__ = ["create_app"]
