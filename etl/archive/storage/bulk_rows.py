"""Many rows in one statement, however many they are: one parameter, which the server unpacks.

The statement is always the same, so it is prepared once and planned once; a statement for each row costs more than what
it does. `json` and not `jsonb`: a value of `jsonb` has at most 256 MB, and rows of a hostile site may have more.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Dialect, TextClause, bindparam, text
from sqlalchemy.types import UserDefinedType

from etl.archive.storage.models import Base
from etl.archive.storage.stored_json import json_bytes


def insertion(table: type[Base], columns: Sequence[str], then: str = "") -> TextClause:
    """Inserts the mappings of parameter `rows` in their order, by the columns that they give; `then` ends it."""
    names = ", ".join(f'"{name}"' for name in columns)
    return with_rows(f"INSERT INTO {_name(table)} ({names}) SELECT {names} FROM {rows_of(table)} {then}")


def rows_of(table: type[Base]) -> str:
    """The mappings of parameter `rows` as rows of the table; columns that they lack are NULL."""
    return f"json_populate_recordset(CAST(NULL AS {_name(table)}), CAST(:rows AS json))"


def with_rows(statement: str) -> TextClause:
    """A statement whose parameter `rows` is a list of mappings."""
    return text(statement).bindparams(bindparam("rows", type_=_Rows()))


class _Rows(UserDefinedType[Any]):
    """Rows as JSON, whatever the engine makes of JSON: moments are written as well."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        return lambda rows: json_bytes(rows).decode()


def _name(table: type[Base]) -> str:
    return f"{table.__table__.schema}.{table.__tablename__}"
