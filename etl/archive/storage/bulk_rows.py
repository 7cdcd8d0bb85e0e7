"""Writes any number of rows with one statement, which has one parameter with all rows as JSON.

So the statement is always the same, and is prepared and planned once; the overhead of a statement for each row is
larger than its work. `json` and not `jsonb`, because a value of `jsonb` has at most 256 MB, and rows of a hostile site
may have more.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Dialect, TextClause, bindparam, text
from sqlalchemy.types import UserDefinedType

from etl.archive.storage.models import Base
from etl.archive.storage.stored_json import json_bytes


def insertion(table: type[Base], columns: Sequence[str], then: str = "") -> TextClause:
    """A statement that inserts the mappings of parameter `rows`, in their order; `then`: SQL at its end."""
    names = ", ".join(f'"{name}"' for name in columns)
    return with_rows(f"INSERT INTO {_name(table)} ({names}) SELECT {names} FROM {rows_of(table)} {then}")


def rows_of(table: type[Base]) -> str:
    """SQL expression: the mappings of parameter `rows` as rows of the table; missing columns are NULL."""
    return f"json_populate_recordset(CAST(NULL AS {_name(table)}), CAST(:rows AS json))"


def with_rows(statement: str) -> TextClause:
    """A statement whose parameter `rows` is a list of mappings."""
    return text(statement).bindparams(bindparam("rows", type_=_Rows()))


class _Rows(UserDefinedType[Any]):
    """Rows as JSON, independent of the engine's JSON serializer: also writes dates and times."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        return lambda rows: json_bytes(rows).decode()


def _name(table: type[Base]) -> str:
    return f"{table.__table__.schema}.{table.__tablename__}"
