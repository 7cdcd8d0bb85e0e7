"""Readers of an archive: HTTP clients in front of the browser, mounted as it is in Airflow."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from etl.archive.storage.archive import Archive
from etl.browse import create_app
from etl.browse.http.session import PERSON, Person
from tests.support.chromium import running_chromium

Enter = Callable[[Person | None], TestClient]


@pytest.fixture
def enter(archive: Archive) -> Iterator[Enter]:
    """Lets somebody in, as Airflow's guard does; all meet the same application."""
    app = create_app(archive)
    clients: list[TestClient] = []

    def let_in(person: Person | None) -> TestClient:
        outside = Starlette(routes=[Mount("/archive", _as(app, person))])
        clients.append(TestClient(outside, raise_server_exceptions=False).__enter__())
        return clients[-1]

    yield let_in
    for client in clients:
        client.__exit__(None, None, None)


def _as(app: ASGIApp, person: Person | None) -> ASGIApp:
    async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope | {PERSON: person}, receive, send)

    return admitted


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
