"""Parses WARC-Date in the forms that occur in files."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""There was no web before this year; earlier dates are errors."""
_AHEAD = timedelta(days=1)
"""How far another clock may be ahead of ours. A capture with a later date would count as the newest of its page until
that day."""
# W3CDTF (WARC/1.1, 5.4), which may end after each part, and the same as bare digits, as in ARC files.
_DATE = re.compile(
    r"(\d{4})(?:-?(\d\d)(?:-?(\d\d)(?:[Tt ]?(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,]?(\d{1,9}))?)?)?)?)?)?"
    r"\s?(Z|z|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


def read_warc_date(text: str) -> datetime | None:
    """The time in UTC; None if it is no date, earlier than the web, or in the future.

    A missing part takes its lowest value (month 1, hour 0), a missing zone is UTC, and second 60 is read as 59.
    """
    try:
        moment = _moment(text.strip())
    except (ValueError, OverflowError, TypeError):
        return None
    return moment if moment and EARLIEST <= moment <= datetime.now(UTC) + _AHEAD else None


def _moment(text: str) -> datetime | None:
    if not (match := _DATE.fullmatch(text)):
        written = parsedate_to_datetime(text[:100])
        return (written if written.tzinfo else written.replace(tzinfo=UTC)).astimezone(UTC)
    *parts, fraction, zone = match.groups()
    year, month, day, hour, minute, second = (int(part or first) for part, first in zip(parts, _FIRST, strict=True))
    moment = datetime(year, month, day, hour, minute, min(second, 59) if second <= 60 else second, tzinfo=UTC)
    moment += timedelta(microseconds=int((fraction or "")[:6].ljust(6, "0")))
    return moment - _offset(zone or "")


_FIRST = (0, 1, 1, 0, 0, 0)


def _offset(zone: str) -> timedelta:
    if zone[:1] not in ("+", "-"):
        return timedelta()
    digits = zone[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -offset if zone[0] == "-" else offset
