"""The demo site of the family under test, and a client for it."""

from collections.abc import Iterator
from importlib import import_module

import httpx
import pytest

from demo.server import Site, serve
from tests.support.visiting import visitor


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """The demo site, served, of the family that the test module is named after: test_lonsun.py takes demo/lonsun.py."""
    family = request.module.__name__.rpartition(".test_")[2]
    site: Site = import_module(f"demo.{family}").demo()
    with serve(site):
        yield site


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """A client that follows redirects."""
    with visitor() as client:
        yield client
