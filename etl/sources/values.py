"""Values that somebody types into a source file: texts and numbers, without the slips of typing."""

from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _number(value: object) -> object:
    """Refuses `true` and `false`, which are numbers to Python."""
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


_MANY = 100_000_000
Whole = Annotated[int, BeforeValidator(_number)]
Count = Annotated[Whole, Field(le=_MANY)]
Number = Annotated[float, BeforeValidator(_number), Field(le=_MANY)]
Days = Annotated[float, BeforeValidator(_number), Field(ge=0, le=36_500)]
Share = Annotated[float, BeforeValidator(_number), Field(gt=0, le=1)]
