"""Settings for commands that run in the tests' own process, which reads them once."""

from collections.abc import Iterator

import pytest

from etl.settings import settings


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    settings.cache_clear()
    yield
    settings.cache_clear()
