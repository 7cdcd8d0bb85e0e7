"""Values that somebody types into a source file: texts, numbers and addresses, without the slips of typing."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_PUNCTUATION = tuple("，。；、：！？）”》")
_OPENED_BY = {"）": "（", "”": "“", "》": "《"}


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


def typed_address(value: str) -> str:
    """Refuses what is made storable in addresses of sites, and is a slip in one that somebody typed."""
    address = value.strip()
    if odd := next((character for character in address if character == " " or not character.isprintable()), ""):
        raise ValueError(f"has a blank or an invisible character (U+{ord(odd):04X}) in it: {address!r}")
    if address.endswith(_PUNCTUATION) and _OPENED_BY.get(address[-1], address) not in address[:-1]:
        raise ValueError(f"ends with {address[-1]}: {address!r}")
    if "@" in urlsplit(address).netloc:
        raise ValueError("has a login in it (before @): the crawler reads only what is open to everybody")
    return address
