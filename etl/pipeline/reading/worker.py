"""Reads pages in a process of its own (`etl.files.process.worker` runs it)."""

from datetime import date
from functools import lru_cache
from typing import Any

from etl.extract import read_stages  # noqa: F401 - so that the rules are loaded once, before the process is forked
from etl.pipeline.reading.page_reading import PageToRead, read_fetched_page
from etl.pipeline.reading.protocol import encode_reading
from etl.platforms.base import Platform
from etl.platforms.registry import family_of
from etl.sources.schema import Source


def read_page(
    body: bytes, source: str, url: str, content_type: str, captured_on: str, status: int | None
) -> tuple[Any, str]:
    """The page's reading as `encode_reading` sends it; `source` is the source file as JSON."""
    file, family = _source(source)
    to_read = PageToRead(url, content_type, date.fromisoformat(captured_on), status)
    return encode_reading(read_fetched_page(file, family, to_read, body))


@lru_cache(maxsize=4)
def _source(json: str) -> tuple[Source, Platform | None]:
    source = Source.model_validate_json(json)
    return source, family_of(source)
