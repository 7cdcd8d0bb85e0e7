"""Writes the day on which someone last checked the live site into its source file."""

import re
from datetime import date
from pathlib import Path

from etl.errors import GongkaiError

_LINE = re.compile(rb"^(verified:[ \t]*)(?:\"[^\"\r\n]*\"|'[^'\r\n]*'|[^\s#]+)", re.MULTILINE)


def stamp_verified(path: Path, day: date) -> None:
    """Write the day after `verified:`; all other bytes of the file stay. Raises `GongkaiError`."""
    try:
        text = path.read_bytes()
        if len(_LINE.findall(text)) != 1:
            raise GongkaiError(f"{path}: no line `verified: …`, or several", hint=f"write `verified: {day}` yourself")
        path.write_bytes(_LINE.sub(rb"\g<1>" + day.isoformat().encode(), text))
    except OSError as error:
        raise GongkaiError(f"{path}: {error.strerror}") from error
