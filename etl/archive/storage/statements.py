"""Statements that are asked again and again: to put one together takes SQLAlchemy ten times as long as to send it."""

from collections.abc import Callable
from functools import cache, wraps
from inspect import signature
from typing import Any

from sqlalchemy import Select, bindparam

Statement = Select[*tuple[Any, ...]]
"""A selection of any columns."""


def built_once(build: Callable[..., Statement]) -> Callable[..., tuple[Statement, dict[str, Any]]]:
    """Makes of a function that builds a statement from values one that returns the statement, built once of
    parameters in their place, and its values: both are what `Connection.execute` takes.

    What the statement looks like must not depend on the values; `limit` and `among` take parameters too.
    """

    @cache
    def statement() -> Statement:
        return build(**{name: bindparam(name) for name in signature(build).parameters})

    @wraps(build)
    def with_values(**values: Any) -> tuple[Statement, dict[str, Any]]:
        return statement(), values

    return with_values
