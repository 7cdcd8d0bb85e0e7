"""JSON as the archive writes it: lines of logs, and columns and parameters of the database."""

from typing import Any

import msgspec


def _as_text(value: Any) -> str:
    # lxml returns texts as a subclass of str.
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not stored as JSON")


_ENCODER = msgspec.json.Encoder(enc_hook=_as_text)


def json_bytes(value: Any) -> bytes:
    """The value as JSON in UTF-8, without white space; times and dates in ISO 8601."""
    return _ENCODER.encode(value)
