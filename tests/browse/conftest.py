"""Readers of an archive: HTTP clients in front of the browser, mounted as it is in Airflow."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from etl.archive.storage.archive import Archive
from etl.browse import create_app
from etl.browse.http.session import Person
from tests.support.admission import admitted
from tests.support.chromium import running_chromium

Enter = Callable[[Person | None], TestClient]


@pytest.fixture
def enter(archive: Archive) -> Iterator[Enter]:
    """Lets somebody in, as Airflow's guard does; all meet the same application."""
    app = create_app(archive)
    clients: list[TestClient] = []

    def let_in(person: Person | None) -> TestClient:
        clients.append(TestClient(admitted(app, person), raise_server_exceptions=False).__enter__())
        return clients[-1]

    yield let_in
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real web browser."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def reader(enter: Enter) -> TestClient:
    """Of whom nothing is known."""
    return enter(None)


@pytest.fixture
def archivist(enter: Enter) -> TestClient:
    """Who may correct."""
    return enter(Person("林馆员", True))
