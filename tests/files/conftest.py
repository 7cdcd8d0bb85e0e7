"""One reader for all tests: its process starts once."""

from collections.abc import Iterator

import pytest

from etl.files import Reader, reader_pool


@pytest.fixture(scope="session")
def read() -> Iterator[Reader]:
    with reader_pool() as reader:
        yield reader
