"""The statements that SQLAlchemy has compiled, shared by all archives that a process of tests opens.

Each test opens an archive of its own, with an engine that would compile every statement anew: 20 ms of CPU for a crawl.
"""

from typing import Any

from sqlalchemy import Engine, create_engine

from etl.archive.storage import database

_first: list[Engine] = []
_statements: dict[Any, Any] = {}


def share_statements() -> None:
    """Archives opened from here on compile a statement only if none has it yet."""
    database.create_engine = _create_engine


def _create_engine(*args: Any, **options: Any) -> Engine:
    engine = create_engine(*args, execution_options={"compiled_cache": _statements}, **options)
    if _first and _first[0].dialect.server_version_info:  # it has been connected
        engine.dialect = _first[0].dialect  # compiled statements belong to a dialect
    else:
        _first[:] = [engine]
    return engine
