"""Text and numbers of others become ours here: what a site, a file or an import states, as the archive can hold it.

Values that hold such text are dataclasses with the base `Outside`: none can be made with text that PostgreSQL refuses.
`tests/test_house.py` holds that each value that the archive writes has this base, and that families read numbers with
`whole_number` and `count` alone.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import Field
from typing import Any, ClassVar

MAX_NUMBER = 2**63 - 1
"""The largest number that PostgreSQL's bigint holds."""
MAX_COUNT = 10**9
"""What is counted of a list (documents, pages) is less; a larger number stands for "more than can be"."""
MAX_LINE_CHARS = 10_000
"""Characters of a value of one line: a title, a field, a name, a header. Longer ones end in `…`; texts have no limit
here."""

# PostgreSQL text holds no NUL, and UTF-8 no half of a surrogate pair; both come out of escaped JSON and scripts.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_DIGITS = re.compile(r"\s*+(\d{1,3}(?:,\d{3})++|\d++)(?:\.0*+)?\s*+")


def clean_text(value: str) -> str:
    """The text without NUL; halves of a surrogate pair that stand side by side are joined, lone ones are U+FFFD."""
    if _is_storable(value):
        return value
    return value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_plain(value: str) -> bool:
    """Whether a text is a line, or less, in which nothing is to be cleaned, as nearly all are."""
    return len(value) <= MAX_LINE_CHARS and value.isprintable()


def _is_storable(value: str) -> bool:
    if len(value) > MAX_LINE_CHARS:
        return _UNSTORABLE.search(value) is None
    try:
        value.encode()  # fails at half a pair; it makes a copy, and takes a fifth of the time of the search
    except UnicodeEncodeError:
        return False
    return "\0" not in value


def clean_line(value: str) -> str:
    """A value of one line, cleaned, and cut where it is longer than `MAX_LINE_CHARS`."""
    return clean_text(value if len(value) <= MAX_LINE_CHARS else f"{value[: MAX_LINE_CHARS - 1]}…")


def clip_bytes(value: str, limit: int) -> str:
    """The beginning of the text that has at most `limit` bytes in UTF-8."""
    return value if len(value) * 4 <= limit else value.encode()[:limit].decode(errors="ignore")


def clean(value: Any) -> Any:
    """A value as `clean_text` makes each text in it, also in tuples, lists and mappings; numbers within `MAX_NUMBER`,
    and none that is infinite or not a number: such become their text. Other values stay as they are."""
    return _clean(value, clean_text)


def _clean(value: Any, text: Callable[[str], str]) -> Any:
    kind = type(value)
    if kind is str:
        return value if _is_plain(value) else text(value)
    # Codes and values that were cleaned when they were made: most of what is no plain text. Asking for the many kinds
    # of mappings takes longer.
    if value is None or isinstance(value, (str, bool, Outside)):
        return value
    if kind is int:
        return value if -MAX_NUMBER <= value <= MAX_NUMBER else _digits(value)
    if kind is float:
        return value if math.isfinite(value) else str(value)
    if kind in (tuple, list):
        return kind([_clean(each, text) for each in value]) if value else value
    if kind is dict or isinstance(value, Mapping):
        return {_clean(name, text): _clean(each, text) for name, each in value.items()}
    return value


def _digits(value: int) -> str:
    """A large number in short: Python refuses to write thousands of digits."""
    return f"{'-' if value < 0 else ''}2^{value.bit_length() - 1}"


def whole_number(value: object) -> int | None:
    """The number from 0 to `MAX_NUMBER` that a value states, as a number or in digits (`12`, `"1,204"`, 12.0); None for
    anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) and value.is_integer() else None
    elif isinstance(value, str):
        digits = match[1].replace(",", "") if (match := _DIGITS.fullmatch(value)) else ""
        value = int(digits) if 0 < len(digits) < 20 else None
    return value if isinstance(value, int) and 0 <= value <= MAX_NUMBER else None


def count(value: object) -> int | None:
    """A number of documents or pages that a value states; `MAX_COUNT` for any larger one, which no list reaches, and
    None where it states none."""
    if isinstance(value, str) and len(text := value.strip().lstrip("0")) > 19 and text.isdecimal():
        return MAX_COUNT
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value > MAX_COUNT:
        return MAX_COUNT
    number = whole_number(value)
    return None if number is None else min(number, MAX_COUNT)


def digits(value: str | int) -> int:
    """As `count`, of what must be a number: the digits that a pattern found. Raises `ValueError` for anything else."""
    number = count(value)
    if number is None:
        raise ValueError(f"no number: {str(value)[:40]!r}")
    return number


class Outside:
    """Base of the frozen dataclasses that hold what others state. Each text in them is cleaned when one is made: as one
    line, or as a text of any length where the class names the field in `TEXTS`."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    TEXTS: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        texts = self.TEXTS
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if type(value) is str and _is_plain(value):
                continue
            cleaned = _clean(value, clean_text if name in texts else clean_line)
            if cleaned is not value:
                object.__setattr__(self, name, cleaned)
