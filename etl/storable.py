"""Text that the database can hold."""

import re

# PostgreSQL text holds no NUL, and UTF-8 no lone surrogate; both come out of escaped JSON and texts of others.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def strip_unstorable(value: str) -> str:
    """The text without what PostgreSQL cannot hold."""
    return _UNSTORABLE.sub("", value)
