"""The date in a source file on which someone last checked the live site."""

import re
from datetime import date
from pathlib import Path

from etl.errors import GongkaiError

_LINE = re.compile(rb"^(verified:[ \t]*)(?:\"[^\"\r\n]*\"|'[^'\r\n]*'|[^\s#]+)", re.MULTILINE)


def stamp_verified(path: Path, day: date) -> None:
    """Writes the day after `verified:`; every other byte of the file stays. Raises `GongkaiError`."""
    try:
        text = path.read_bytes()
        if len(_LINE.findall(text)) != 1:
            raise GongkaiError(f"{path}: has no line `verified: …` of its own", hint="write the day there yourself")
        path.write_bytes(_LINE.sub(rb"\g<1>" + day.isoformat().encode(), text))
    except OSError as error:
        raise GongkaiError(f"{path}: {error.strerror}") from error
