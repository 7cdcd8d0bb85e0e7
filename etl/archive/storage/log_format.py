"""How the lines of logs are written as JSON and read again; `etl.archive.storage.log_lines` defines the lines.

Each line has the number of its format under `format`. A line without a number is of format 1: the number was introduced
later. In format 2, reasons and rules are codes instead of English sentences; readers accept both (`etl.reasons`).

- A new field with a default needs no new number: when an older line is read, the field gets its default; an older
  version of this code ignores fields that it does not know.
- A field that is removed or changes its meaning needs a new number. Lines with a higher number than `FORMAT` are
  refused: otherwise a database rebuilt from misunderstood lines would be wrong without anybody noticing.
- Every value must have its field's type, because it is written to the database.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar, Self, TypeVar, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from etl.errors import Damaged, GongkaiError


class LogPart:
    """A dataclass that is stored as a JSON object: times and dates in ISO 8601, other `LogPart`s as nested objects."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def to_json(self) -> dict[str, Any]:
        """The object in a form that `json` can write."""
        stored = self.row()
        for name, write in _conversions(type(self)):  # type: ignore[arg-type]
            if stored[name] is not None:
                stored[name] = write(stored[name])
        return stored

    @classmethod
    def from_row(cls, row: Mapping[Any, Any]) -> Self:
        """Makes the object from the columns with the names of its attributes; ignores other columns."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})

    def row(self) -> dict[str, Any]:
        """The attributes by name, as a row for the database."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class LogLine(LogPart):
    """A line of a log."""

    __slots__ = ()
    FORMAT: ClassVar[int] = 2

    def to_json(self) -> dict[str, Any]:
        return {"format": self.FORMAT, **super().to_json()}


Line = TypeVar("Line", bound=LogLine)


def read_line(kind: type[Line], stored: object, where: str) -> Line:
    """Reads a line.

    Raises `Damaged` for another kind, `GongkaiError` for a later format; both name `where`.
    """
    written_in = stored.get("format", 1) if isinstance(stored, Mapping) else None
    if isinstance(written_in, int) and written_in > kind.FORMAT:
        raise GongkaiError(
            f"{where}: format {written_in} of a later version, this one reads up to {kind.FORMAT}",
            hint="use the version of gongkai that wrote it, or a later one",
        )
    try:
        line: Line = _adapter(kind).validate_python(stored)  # type: ignore[arg-type]  # a class is hashable
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise Damaged(
            f"{where} is no {kind.__name__}: '{place}': {first['msg']}",
            hint="docs/bucket.md names the fields; see also docs/backup.md",
        ) from error
    return line


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


_Convert = Callable[[Any], Any]


@cache
def _conversions(kind: Any) -> Sequence[tuple[str, _Convert]]:
    """The attributes that JSON has no type for: name, and how to write a value that is not None."""
    hints = get_type_hints(kind)
    return [(name, convert) for name in kind.__dataclass_fields__ if (convert := _conversion(hints[name]))]


def _conversion(hint: Any) -> _Convert | None:
    for kind in get_args(hint) or (hint,):
        if kind in (datetime, date):
            convert: _Convert = kind.isoformat
            return convert
        if isinstance(kind, type) and issubclass(kind, LogPart):
            return _all_to_json if get_origin(hint) is tuple else kind.to_json
    return None


def _all_to_json(parts: Sequence[LogPart]) -> list[dict[str, Any]]:
    return [part.to_json() for part in parts]
