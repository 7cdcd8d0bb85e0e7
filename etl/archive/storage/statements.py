"""Builds frequent statements only once, as building one in SQLAlchemy takes ten times as long as sending it."""

from collections.abc import Callable
from functools import cache, wraps
from inspect import signature
from typing import Any

from sqlalchemy import Select, bindparam

Statement = Select[*tuple[Any, ...]]
"""A SELECT of any columns."""


def built_once(build: Callable[..., Statement]) -> Callable[..., tuple[Statement, dict[str, Any]]]:
    """Decorator for a function that builds a statement from values. The statement is built once, with parameters
    instead of the values. The decorated function returns the statement and the values, as `Connection.execute` takes
    them.

    The form of the statement must not depend on the values; `limit` and `among` take parameters too.
    """

    @cache
    def statement() -> Statement:
        return build(**{name: bindparam(name) for name in signature(build).parameters})

    @wraps(build)
    def with_values(**values: Any) -> tuple[Statement, dict[str, Any]]:
        return statement(), values

    return with_values
