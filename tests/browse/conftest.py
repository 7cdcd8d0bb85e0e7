"""A reader of an archive: an HTTP client in front of the browser, mounted as it is in Airflow."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from etl.archive import Archive
from etl.browse import create_app


@pytest.fixture
def reader(archive: Archive) -> Iterator[TestClient]:
    outside = Starlette(routes=[Mount("/archive", create_app(archive))])
    with TestClient(outside, raise_server_exceptions=False) as client:
        yield client
